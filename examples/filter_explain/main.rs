//! Shows how a filter or a PATCH path is read, and whether a resource matches.
#![expect(clippy::print_stdout, reason = "a program talks to its terminal")]

mod lines;
mod subject;
mod tree;

use std::{error::Error, path::PathBuf, process::ExitCode, slice};

use clap::Parser;
use scimkit::{
    filter::{BoundFilter, ElementFilter, Filter, Limits, Path},
    schema::{Compat, Value},
};
use scimkit_examples::{KnownTypes, Profile, answer_lines};

use crate::{lines::Lines, subject::Subject, tree::Tree};

/// Shows how a filter or a PATCH path is read, and whether a resource matches.
#[derive(Debug, Parser)]
#[command(after_help = HELP)]
struct Arguments {
    /// The filter, such as 'userName sw "mira"'.
    #[arg(required_unless_present = "json_lines", conflicts_with = "json_lines")]
    filter: Option<String>,
    /// Reads the text as the path of a PATCH operation.
    #[arg(long, conflicts_with = "json_lines")]
    path: bool,
    /// Which departures from the grammar are understood; a line may say another one.
    #[arg(long, value_enum, default_value_t)]
    profile: Profile,
    /// A file with schemas or resource types beyond the core ones; may be given several times.
    #[arg(long, value_name = "FILE")]
    schema: Vec<PathBuf>,
    /// A resource that the filter is asked of, or the path is followed in. Its `schemas` say what type it has.
    #[arg(long, value_name = "FILE", conflicts_with = "json_lines")]
    resource: Option<PathBuf>,
    /// Answers JSON lines on standard input, each with one on standard output.
    #[arg(long)]
    json_lines: bool,
}

const HELP: &str = r#"Lines: {"id", "input", "kind": "filter" or "path", "profile"?, "resource"?}
   ->  {"id", "accept": true, "sexpr", "match"?} or {"id", "accept": false, "error"};
       {"id", "error"} for a line that is no request

Exit status: 0  the text was read, and the resource matches if there is one; every line was a request
             1  the text was refused, or the resource does not match; some line was no request
             2  wrong arguments, or a file that cannot be read"#;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let types = KnownTypes::load(&arguments.schema)?;
    let Some(text) = &arguments.filter else {
        let lines = Lines::new(types, arguments.profile);
        return Ok(answer_lines(|line| lines.answer(line))?);
    };
    let resource = match &arguments.resource {
        None => None,
        Some(file) => Some(Subject::read(file, &types)?),
    };
    let compat = arguments.profile.into();
    Ok(if arguments.path {
        explain_path(text, compat, resource.as_ref())
    } else {
        explain_filter(text, compat, resource.as_ref(), &types)
    })
}

fn explain_filter(
    text: &str,
    compat: Compat,
    subject: Option<&Subject<'_>>,
    types: &KnownTypes,
) -> bool {
    let parsed = match Filter::parse(text, Limits::default(), compat) {
        Ok(parsed) => parsed,
        Err(error) => return refuse(&error, text),
    };
    let filter = parsed.value;
    println!("{}\n", filter.sexpr());
    let Some(subject) = subject else {
        print!("{}", Tree::of(&filter));
        tell_rules(parsed.bent);
        fits(&filter, compat, types);
        return true;
    };
    let bound = match subject.bind(&filter, compat) {
        Ok(bound) => bound,
        Err(error) => {
            print!("{}", Tree::of(&filter));
            println!("\nrefused: {error}");
            return false;
        }
    };
    let holds = |term: &Filter| {
        let bound = subject.bind(term, compat).ok()?;
        Some(bound.matches(&(&subject.resource).into()))
    };
    print!("{}", Tree::of(&filter).judged_by(&holds));
    tell_rules(parsed.bent.union(bound.bent()));
    let is_match = bound.matches(&(&subject.resource).into());
    let word = if is_match {
        "matches"
    } else {
        "does not match"
    };
    println!("\nthe {} {word}", subject.resource_type.name());
    is_match
}

fn explain_path(text: &str, compat: Compat, subject: Option<&Subject<'_>>) -> bool {
    let parsed = match Path::parse(text, Limits::default(), compat) {
        Ok(parsed) => parsed,
        Err(error) => return refuse(&error, text),
    };
    let path = parsed.value;
    println!("{}", path.sexpr());
    tell_rules(parsed.bent);
    let Some(subject) = subject else { return true };
    match follow(&path, compat, subject) {
        Ok(values) => {
            println!("\nin the {}:", subject.resource_type.name());
            for value in &values {
                println!("  {value}");
            }
            if values.is_empty() {
                println!("  no value");
            }
            !values.is_empty()
        }
        Err(error) => {
            println!("\nrefused: {error}");
            false
        }
    }
}

/// The values of the attribute that the brackets select; without brackets all of them.
fn follow(path: &Path, compat: Compat, subject: &Subject<'_>) -> Result<Vec<Value>, String> {
    let (uri, name) = (path.attribute.uri(), path.attribute.name());
    let found = subject.resource_type.find(uri, name);
    let found = found.ok_or_else(|| format!("`{}`: there is no such attribute", path.attribute))?;
    let selects = path.filter.as_ref().map(|filter| {
        ElementFilter::bind(filter, found.attribute, compat).map_err(|error| error.to_string())
    });
    let selects = selects.transpose()?;
    let fields = match found.extension {
        None => Some(subject.resource.attributes()),
        Some(extension) => subject.resource.extension(extension.id()),
    };
    let value = fields.and_then(|fields| fields.get(found.attribute.name()));
    let elements = value.map(Value::elements).unwrap_or_default().iter();
    let selected = elements.filter(|element| match &selects {
        None => true,
        Some(selects) => selects.matches(element),
    });
    let Some(sub) = path.attribute.sub().or(path.sub.as_deref()) else {
        return Ok(selected.cloned().collect());
    };
    let definition = found.attribute.sub_attribute(sub);
    let definition = definition.ok_or_else(|| format!("`{name}` has no `{sub}`"))?;
    let subs = selected.filter_map(|element| element.as_complex()?.get(definition.name()));
    Ok(subs.cloned().collect())
}

fn refuse(error: &scimkit::filter::Error, text: &str) -> bool {
    println!("{}\n\nrefused: {error}", error.caret(text));
    false
}

fn tell_rules(bent: Compat) {
    for rule in bent.rules() {
        println!("\nread with the rule {rule}");
    }
}

/// Which types the filter can be asked of.
fn fits(filter: &Filter, compat: Compat, types: &KnownTypes) {
    println!();
    for resource_type in types.types() {
        let name = resource_type.name();
        match BoundFilter::bind(filter, slice::from_ref(resource_type), compat) {
            Ok(_) => println!("fits {name}"),
            Err(error) => println!("does not fit {name}: {error}"),
        }
    }
}
