//! What every parser costs for each byte of inputs of 1, 10 and 100 times a size: about the same, since all are linear.

use std::{hint::black_box, time::Instant};

use scimkit_filter::{Filter, Limits, Path};
use scimkit_patch::PatchOp;
use scimkit_schema::{Compat, JsonLimits, Purpose, core, json};

fn main() {
    let limits = Limits::default()
        .with_bytes(usize::MAX)
        .with_nodes(usize::MAX);
    let strict = Compat::strict();
    let users = core::user_type();
    let body = |text: &str| json::parse_object(text.as_bytes(), JsonLimits::default());

    println!(
        "{:<28}{:>10}{:>10}{:>10}",
        "ns per byte", "1x", "10x", "100x"
    );
    row("filter, chain", chain, |text| {
        Filter::parse(text, limits, strict).is_ok()
    });
    row("filter, groups in a row", groups, |text| {
        Filter::parse(text, limits, strict).is_ok()
    });
    row("filter, one long string", string, |text| {
        Filter::parse(text, limits, strict).is_ok()
    });
    row("path", path, |text| {
        Path::parse(text, limits, strict).is_ok()
    });
    row("JSON, many values", user, |text| body(text).is_ok());
    row("JSON, many names", names, |text| body(text).is_ok());
    row("user, many values", user, |text| {
        body(text).is_ok_and(|body| users.read(body, Purpose::Create, strict).is_ok())
    });
    row("user, many unknown names", names, |text| {
        body(text).is_ok_and(|body| users.read(body, Purpose::Create, Compat::entra()).is_ok())
    });
    row("PATCH body", patch, |text| {
        body(text).is_ok_and(|body| PatchOp::read(body, strict).is_ok())
    });
}

/// Prints the least time of some runs, for each size. The input of 1x is a few hundred bytes long.
fn row(name: &str, input: impl Fn(usize) -> String, read: impl Fn(&str) -> bool) {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let runs = if is_test { 1 } else { 50 };
    print!("{name:<28}");
    for size in [1, 10, 100] {
        let text = input(size);
        let rounds = (1_000 / size).max(1);
        let least = (0..runs)
            .map(|_| {
                let start = Instant::now();
                for _ in 0..rounds {
                    assert!(read(black_box(&text)), "{name} is read");
                }
                start.elapsed()
            })
            .min()
            .unwrap_or_default();
        let bytes = text.len() * rounds;
        print!("{:>10.2}", least.as_nanos() as f64 / bytes as f64);
    }
    println!();
}

fn repeat(times: usize, separator: &str, part: impl Fn(usize) -> String) -> String {
    (0..times).map(part).collect::<Vec<_>>().join(separator)
}

fn chain(size: usize) -> String {
    repeat(size * 8, " or ", |_| {
        r#"userName eq "mira@harborline.example""#.into()
    })
}

fn groups(size: usize) -> String {
    repeat(size * 8, " and ", |_| {
        r#"(title pr or not (active eq true))"#.into()
    })
}

fn string(size: usize) -> String {
    format!(r#"title eq "{}""#, r#"pilot \"Mi\" "#.repeat(size * 20))
}

fn path(size: usize) -> String {
    format!(
        "emails[{}].value",
        repeat(size * 8, " or ", |_| r#"type eq "work""#.into())
    )
}

fn user(size: usize) -> String {
    let emails = repeat(size * 8, ",", |number| {
        format!(r#"{{"value":"mira-{number}@harborline.example","type":"work"}}"#)
    });
    format!(
        r#"{{"schemas":["{}"],"userName":"mira","emails":[{emails}]}}"#,
        core::USER
    )
}

fn names(size: usize) -> String {
    let unknown = repeat(size * 8, ",", |number| {
        format!(r#""harbour{number}":"berth {number}""#)
    });
    format!(
        r#"{{"schemas":["{}"],"userName":"mira",{unknown}}}"#,
        core::USER
    )
}

fn patch(size: usize) -> String {
    let operations = repeat(size * 4, ",", |number| {
        format!(
            r#"{{"op":"replace","path":"emails[type eq \"work\"].value","value":"mira-{number}@harborline.example"}}"#
        )
    });
    format!(
        r#"{{"schemas":["{}"],"Operations":[{operations}]}}"#,
        PatchOp::SCHEMA
    )
}
