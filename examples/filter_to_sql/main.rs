//! Translates a filter over users into SQL: the condition, and the parameters it takes.
//!
//! A [`Visitor`](scimkit::filter::Visitor) makes the condition. What a client wrote never becomes part of the SQL text, and what the
//! tables cannot answer is said and left to [`BoundFilter::matches`](scimkit::filter::BoundFilter::matches).
#![expect(clippy::print_stdout, reason = "a program talks to its terminal")]

mod condition;
mod tables;

use std::{error::Error, process::ExitCode, sync::Arc};

use clap::Parser;
use scimkit::{
    filter::{Bound, BoundFilter, Filter, Limits},
    schema::{Compat, core},
};
use scimkit_examples::Profile;

use crate::{condition::SqlWriter, tables::TABLES};

/// Translates a filter over users into a condition in SQL (SQLite), with parameters.
#[derive(Debug, Parser)]
#[command(after_help = HELP)]
struct Arguments {
    /// The filter, such as 'userName sw "mira" and emails[type eq "work"]'.
    #[arg(required_unless_present = "tables")]
    filter: Option<String>,
    /// Which departures from the grammar are understood.
    #[arg(long, value_enum, default_value_t)]
    profile: Profile,
    /// Prints the tables that the conditions are about.
    #[arg(long)]
    tables: bool,
}

const HELP: &str =
    "Exit status: 0  translated, perhaps with a rest that the program has to look at itself
             1  the filter was refused
             2  wrong arguments";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.tables {
        print!("{TABLES}");
    }
    let Some(text) = &arguments.filter else {
        return ExitCode::SUCCESS;
    };
    match translate(text, arguments.profile.into()) {
        Ok(query) => {
            print!("{query}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}

fn translate(text: &str, compat: Compat) -> Result<String, Box<dyn Error>> {
    let filter = Filter::parse(text, Limits::default(), compat)
        .map_err(|error| format!("{error}\n{}", error.caret(text)))?;
    let users = [Arc::new(core::user_type())];
    let bound = BoundFilter::bind(&filter.value, &users, compat)?;
    let tree = bound.tree("User").ok_or("the filter is about users")?;
    Ok(query(tree))
}

/// The query; terms of an outermost `and` that cannot be pushed down are left out, so that it finds too much rather than too little.
fn query(tree: &Bound) -> String {
    let terms = match tree {
        Bound::And(terms) => terms.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut writer = SqlWriter::default();
    let mut conditions = Vec::new();
    let mut rest = Vec::new();
    for term in terms {
        let parameters = writer.parameters.len();
        match term.accept(&mut writer) {
            Ok(condition) => conditions.push(condition),
            Err(reason) => {
                writer.parameters.truncate(parameters);
                rest.push(reason);
            }
        }
    }
    let mut said = vec!["SELECT id FROM users".to_owned()];
    if !conditions.is_empty() {
        said.push(format!("WHERE {}", conditions.join("\n  AND ")));
    }
    for (index, value) in writer.parameters.iter().enumerate() {
        said.push(format!("?{} = {value}", index + 1));
    }
    for reason in rest {
        said.push(format!(
            "not pushed down: {reason}; look at every row that is found"
        ));
    }
    said.join("\n") + "\n"
}
