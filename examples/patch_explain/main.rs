//! Shows what a PATCH makes of a resource, and which leniencies it needed.
#![expect(clippy::print_stdout, reason = "a program talks to its terminal")]

mod group;
mod lines;
mod outcome;

use std::{error::Error, path::PathBuf, process::ExitCode};

use clap::Parser;
use scimkit::schema::{Compat, JsonLimits, Resource, json};
use scimkit_examples::{KnownTypes, Profile, answer_lines, read_file};

use crate::{lines::Lines, outcome::Outcome};

/// Shows what a PATCH makes of a resource, and which leniencies it needed.
#[derive(Debug, Parser)]
#[command(after_help = HELP)]
struct Arguments {
    /// The resource before; its `schemas` say what type it has.
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "json_lines",
        conflicts_with = "json_lines"
    )]
    resource: Option<PathBuf>,
    /// The body of the PATCH request.
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "json_lines",
        conflicts_with = "json_lines"
    )]
    patch: Option<PathBuf>,
    /// Whose dialect is understood; a line may say another one.
    #[arg(long, value_enum, default_value_t)]
    profile: Profile,
    /// A file with schemas or resource types beyond the core ones; may be given several times.
    #[arg(long, value_name = "FILE")]
    schema: Vec<PathBuf>,
    /// Answers JSON lines on standard input, each with one on standard output.
    #[arg(long)]
    json_lines: bool,
}

const HELP: &str = r#"Lines: {"id", "resource", "operations" or "request_body", "profile"?, "schemas"?}
   ->  {"id", "changed", "resource", "rules"} or {"id", "error": {"status", "scimType", "detail"}};
       {"id", "error": "..."} for a line that is no request.
       "schemas" lists the URNs in force, the main schema first; the type of the resource's own "schemas" otherwise.

Exit status: 0  the PATCH applies; every line was a request
             1  the PATCH is refused; some line was no request
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
    let (Some(resource), Some(patch)) = (&arguments.resource, &arguments.patch) else {
        let lines = Lines::new(types, arguments.profile);
        return Ok(answer_lines(|line| lines.answer(line))?);
    };
    let in_file = |error: &dyn ToString| format!("`{}`: {}", resource.display(), error.to_string());
    let before = Resource::from_json(&read_file(resource)?, JsonLimits::default());
    let before = before.map_err(|error| in_file(&error))?;
    let resource_type = types.of(before.schemas());
    let resource_type = resource_type.map_err(|error| in_file(&error))?;
    let body = read_file(patch)?;
    let before = resource_type.adopt(before);
    let compat: Compat = arguments.profile.into();
    let outcome = json::parse_object(&body, JsonLimits::default())
        .map_err(outcome::Refusal::from)
        .and_then(|body| Outcome::of(before.clone(), body, &resource_type, compat));
    Ok(match outcome {
        Ok(outcome) => {
            tell(&outcome, &before);
            true
        }
        Err(refusal) => {
            println!(
                "{} {}: {}",
                refusal.status, refusal.scim_type, refusal.detail
            );
            println!("\nThe resource is as it was.");
            false
        }
    })
}

fn tell(outcome: &Outcome, before: &Resource) {
    if outcome.changed {
        println!("changes {}\n", outcome.paths.join(", "));
    } else {
        println!("changes nothing\n");
    }
    let names = before
        .attributes()
        .iter()
        .chain(outcome.resource.attributes().iter());
    let mut names: Vec<_> = names.map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    for name in names {
        let (before, after) = (before.get(name), outcome.resource.get(name));
        if before != after {
            before.inspect(|value| println!("- {name}: {value}"));
            after.inspect(|value| println!("+ {name}: {value}"));
        }
    }
    for rule in outcome.rules.rules() {
        println!("\nread with the rule {rule}");
    }
    for path in &outcome.ignored {
        println!("\nleft out `{path}`, which the schema does not know");
    }
}
