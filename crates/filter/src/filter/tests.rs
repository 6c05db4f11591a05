use std::{hash::BuildHasher, sync::Arc, thread};

use proptest::{collection::vec, option, prelude::*};
use scimkit_schema::{Resource, core};

use super::*;
use crate::{BoundFilter, Candidate, ErrorKind, Path};

fn on_a_stack_of(kib: usize, test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(kib * 1024).spawn(test);
    thread.unwrap().join().unwrap();
}

fn roomy() -> Limits {
    Limits::default()
        .with_bytes(usize::MAX)
        .with_depth(usize::MAX)
        .with_nodes(usize::MAX)
}

#[test]
fn deep_nesting_is_an_error_not_an_overflow() {
    for open in ["(", "not (", "a pr and (b pr or ("] {
        on_a_stack_of(64, move || {
            let text = open.repeat(10_000);
            let limits = Limits::default().with_bytes(usize::MAX);
            let limits = limits.with_nodes(usize::MAX);
            let error = Filter::parse(&text, limits, Compat::strict()).unwrap_err();
            assert_eq!(*error.kind(), ErrorKind::TooDeep { limit: 32 });
        });
    }
}

#[test]
fn the_deepest_filter_allowed_needs_a_small_stack() {
    on_a_stack_of(64, || {
        let depth = Limits::MAX_DEPTH;
        let open = "not (title pr and (".repeat(depth / 2);
        let text = format!("{open}title pr{}", "))".repeat(depth / 2));
        let read = |text: &str| Filter::parse(text, roomy(), Compat::strict()).unwrap();
        let filter = read(&text).value;
        assert_eq!(read(&filter.to_string()).value, filter);
        assert!(filter.sexpr().starts_with("(not (and "));
        let bound =
            BoundFilter::bind(&filter, &[Arc::new(core::user_type())], Compat::strict()).unwrap();
        assert!(bound.matches(&Candidate::from(&Resource::default())));
        let (copy, bound_copy) = (filter.clone(), bound.clone());
        let hasher = std::hash::RandomState::new();
        assert_eq!(hasher.hash_one(&copy), hasher.hash_one(&filter));
        drop((filter, bound, copy, bound_copy));
    });
    let deeper = Limits::MAX_DEPTH + 1;
    let text = format!("{}a pr{}", "(".repeat(deeper), ")".repeat(deeper));
    let error = Filter::parse(&text, roomy(), Compat::strict()).unwrap_err();
    let limit = Limits::MAX_DEPTH;
    assert_eq!(*error.kind(), ErrorKind::TooDeep { limit });
}

#[test]
fn a_flat_chain_needs_a_small_stack() {
    on_a_stack_of(64, || {
        let text = vec!["title pr or active eq true and nickName pr"; 50_000].join(" or ");
        let filter = Filter::parse(&text, roomy(), Compat::strict()).unwrap();
        let filter = filter.value;
        assert_eq!(filter.to_string(), text);
        assert!(filter.sexpr().starts_with("(or (or "));
        let bound =
            BoundFilter::bind(&filter, &[Arc::new(core::user_type())], Compat::strict()).unwrap();
        assert!(!bound.matches(&Candidate::from(&Resource::default())));
        drop((filter.clone(), bound.clone()));
    });
}

#[test]
fn each_limit_is_the_last_size_that_fits() {
    let text = "a pr and (b pr or not (c pr))";
    let parse = |limits| Filter::parse(text, limits, Compat::strict());
    let limits = Limits::default();
    // Three terms, `and`, `or` and `not`.
    for (fits, fails) in [
        (limits.with_nodes(6), limits.with_nodes(5)),
        (limits.with_depth(2), limits.with_depth(1)),
        (limits.with_bytes(29), limits.with_bytes(28)),
    ] {
        assert!(parse(fits).is_ok());
        assert!(parse(fails).is_err());
    }
}

#[test]
fn a_chain_built_by_hand_prints_as_it_means() {
    let leaf = |name| Filter::Present(AttributePath::new(name));
    let left = Filter::Or(vec![leaf("a"), leaf("b")]);
    let both = Filter::Or(vec![left.clone(), Filter::And(vec![left, leaf("c")])]);
    assert_eq!(
        both.to_string(),
        "(a pr or b pr) or (a pr or b pr) and c pr"
    );
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z][-_$0-9a-zA-Z]{0,4}",
        prop_oneof![Just("not"), Just("and"), Just("or"), Just("pr"), Just("eq")]
            .prop_map(str::to_owned),
    ]
}

fn path() -> impl Strategy<Value = AttributePath> {
    let uri = prop_oneof![Just("urn:a:core:2.0:User"), Just("https://a.example/v1.2")];
    let sub = prop_oneof![4 => name(), 1 => Just("$ref".to_owned())];
    (name(), option::of(uri), option::of(sub)).prop_map(|(name, uri, sub)| {
        let path = AttributePath::new(&name);
        let path = uri.into_iter().fold(path, AttributePath::with_uri);
        sub.iter().fold(path, |path, sub| path.with_sub(sub))
    })
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::from),
        any::<i64>().prop_map(Literal::from),
        "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,3})?([eE][-+]?[0-9]{1,2})?"
            .prop_map(|lexeme| Literal::Number(lexeme.into())),
        "[^\u{0}]{0,8}".prop_map(|text| Literal::from(text.as_str())),
    ]
}

fn op() -> impl Strategy<Value = CompareOp> {
    proptest::sample::select(CompareOp::ALL.as_slice())
}

/// Terms joined by `and`, `or` and `not`; the first child of a chain is never of its own kind, as in whatever was parsed.
fn joined(term: BoxedStrategy<Filter>) -> impl Strategy<Value = Filter> {
    term.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..5).prop_map(|mut terms| {
                while matches!(terms.first(), Some(Filter::And(_))) {
                    terms[0] = Filter::Not(Box::new(terms[0].clone()));
                }
                Filter::And(terms)
            }),
            vec(inner.clone(), 2..5).prop_map(|mut terms| {
                while matches!(terms.first(), Some(Filter::Or(_))) {
                    terms[0] = Filter::Not(Box::new(terms[0].clone()));
                }
                Filter::Or(terms)
            }),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

fn leaf() -> BoxedStrategy<Filter> {
    prop_oneof![
        path().prop_map(Filter::Present),
        (path(), op(), literal()).prop_map(|(path, op, value)| Filter::Compare { path, op, value }),
    ]
    .boxed()
}

fn value_filter() -> impl Strategy<Value = Filter> {
    joined(leaf())
}

fn filter() -> impl Strategy<Value = Filter> {
    let value_path = (path(), value_filter()).prop_map(|(path, filter)| Filter::ValuePath {
        path,
        filter: Box::new(filter),
    });
    joined(prop_oneof![3 => leaf(), 1 => value_path].boxed())
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(filter in filter()) {
        let printed = filter.to_string();
        let read = Filter::parse(&printed, roomy(), Compat::strict());
        prop_assert_eq!(read.map(|read| (read.value, read.bent)), Ok((filter.clone(), Compat::strict())));
        // Leniency changes nothing about what is well formed.
        let read = Filter::parse(&printed, roomy(), Compat::lenient());
        prop_assert_eq!(read.map(|read| (read.value, read.bent)), Ok((filter, Compat::strict())));
    }

    #[test]
    fn a_printed_path_reads_back(
        attribute in path(),
        brackets in option::of((value_filter(), option::of(name()))),
    ) {
        let (filter, sub) = brackets.map_or((None, None), |(filter, sub)| (Some(filter), sub));
        let path = Path { attribute, filter, sub: sub.map(Into::into) };
        let read = Path::parse(&path.to_string(), roomy(), Compat::strict());
        prop_assert_eq!(read.map(|read| read.value), Ok(path));
    }

    #[test]
    fn any_text_is_read_or_refused_in_place(text in "\\PC{0,40}|[a(\\[\\])\". 1eqprandot:$\\\\u]{0,40}") {
        for compat in [Compat::strict(), Compat::lenient()] {
            if let Err(error) = Filter::parse(&text, Limits::default(), compat) {
                prop_assert!(error.offset() <= text.len());
                prop_assert!(error.caret(&text).ends_with('^'));
            }
            if let Ok(read) = Path::parse(&text, Limits::default(), compat) {
                prop_assert_eq!(Path::parse(&read.value.to_string(), roomy(), Compat::strict()).map(|again| again.value), Ok(read.value));
            }
        }
    }
}
