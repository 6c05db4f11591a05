//! Shows what a mapping or an expression makes of an object, part by part.
#![expect(clippy::print_stdout, reason = "a program talks to its terminal")]

mod lines;
mod object;

use std::{error::Error, path::PathBuf, process::ExitCode};

use clap::{Parser, ValueEnum};
use scimkit::{
    mapping::{
        Compiled, Context, Explanation, MappingSet, Occasion, Outcome, ScopeVerdict, SourceObject,
        SynchronizationSchema,
    },
    schema::{JsonLimits, Resource, SchemaSet},
    system::{SystemClock, SystemRandom},
};
use scimkit_examples::{answer_lines, read_file};

/// Shows what a mapping or an expression makes of an object, part by part.
#[derive(Debug, Parser)]
#[command(after_help = HELP)]
struct Arguments {
    /// A synchronization schema, as Entra exports it.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// The mappings to use without a schema.
    #[arg(long, value_enum, default_value_t, conflicts_with = "schema")]
    template: Template,
    /// The object: names of source attributes with their values, as one JSON object.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["expression", "json_lines"])]
    object: Option<PathBuf>,
    /// The type of the object, which says what mapping is meant.
    #[arg(long, value_name = "NAME", default_value = "User")]
    r#type: String,
    /// The resource that the target has already: explains an update of it.
    #[arg(long, value_name = "FILE")]
    present: Option<PathBuf>,
    /// Tries this expression instead of a mapping.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["schema", "present"])]
    expression: Option<String>,
    /// Answers JSON lines on standard input, each with one on standard output.
    #[arg(long, conflicts_with_all = ["schema", "object", "present", "expression"])]
    json_lines: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Template {
    /// A SCIM application that is not in the gallery.
    #[default]
    Generic,
    /// Netskope User Authentication.
    Netskope,
}

const HELP: &str = r#"Lines: {"id", "expression", "input"?, "context"?: {"now"?, "existing"?}}
   ->  {"id", "output"}: a text, a list of texts, null, or {"$noflow": true} for an attribute that is left out;
       {"id", "output": {"$error": "parse", "schema" or "eval"}, "error"} for an expression that fails;
       {"id", "error"} for a line that is no request.
       "existing" lists values that the target has: `SelectUniqueValue` gives the first other one.

Exit status: 0  the object can be provisioned, the expression has a value; every line was a request
             1  something fails or is missing, or the object is out of scope; some line was no request
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
    if arguments.json_lines {
        return Ok(answer_lines(lines::answer)?);
    }
    let object = match &arguments.object {
        None => SourceObject::new(&arguments.r#type),
        Some(file) => {
            let wrong = |error| format!("`{}`: {error}", file.display());
            object::read(&arguments.r#type, &read_file(file)?).map_err(wrong)?
        }
    };
    let context = Context::default()
        .with_clock(SystemClock)
        .with_random(SystemRandom);
    match &arguments.expression {
        Some(text) => Ok(try_expression(text, &object, &context)),
        None => explain(arguments, object, &context),
    }
}

fn try_expression(text: &str, object: &SourceObject, context: &Context) -> bool {
    let compiled: Compiled = match text.parse() {
        Ok(compiled) => compiled,
        Err(error) => {
            if let Some(lines) = error.caret(text) {
                println!("{lines}\n");
            }
            println!("refused: {error}");
            return false;
        }
    };
    let trace = compiled.explain(object, context);
    print!("{trace}");
    trace.value.is_ok()
}

fn explain(
    arguments: &Arguments,
    object: SourceObject,
    context: &Context,
) -> Result<bool, Box<dyn Error>> {
    let set = mappings(arguments)?;
    let name = &arguments.r#type;
    let mapping = set
        .of(name)
        .ok_or_else(|| format!("no mapping is for `{name}`; name another one with --type"))?;
    let target = SchemaSet::core();
    let resource_type = mapping.resource_type(&target)?;
    let present = match &arguments.present {
        None => None,
        Some(file) => {
            let present = Resource::from_json(&read_file(file)?, JsonLimits::default())
                .map_err(|error| format!("`{}`: {error}", file.display()))?;
            Some(resource_type.adopt(present))
        }
    };
    let occasion = present
        .as_ref()
        .map_or(Occasion::Creation, Occasion::UpdateOf);
    // computed by whoever provisions; here nobody left
    let object = if object.attributes.contains_key("IsSoftDeleted") {
        object
    } else {
        object.with("IsSoftDeleted", false)
    };
    let explanation = mapping.explain(&object, resource_type, occasion, context);
    if !mapping.name().is_empty() {
        println!("{}\n", mapping.name());
    }
    print!("{explanation}");
    for problem in set.schema().check() {
        println!("\nproblem at {problem}");
    }
    Ok(is_fit(&explanation))
}

fn mappings(arguments: &Arguments) -> Result<MappingSet, Box<dyn Error>> {
    let Some(file) = &arguments.schema else {
        return Ok(match arguments.template {
            Template::Generic => MappingSet::generic_scim(),
            Template::Netskope => MappingSet::netskope_user_authentication(),
        });
    };
    let wrong = |error: scimkit::mapping::Error| {
        let reason = error.source().map(|reason| format!(": {reason}"));
        format!(
            "`{}`: {error}{}",
            file.display(),
            reason.unwrap_or_default()
        )
    };
    let text = String::from_utf8(read_file(file)?)?;
    let schema = SynchronizationSchema::from_json(&text).map_err(wrong)?;
    Ok(MappingSet::from_schema(&file.display().to_string(), schema).map_err(wrong)?)
}

/// Whether the object can be provisioned.
fn is_fit(explanation: &Explanation) -> bool {
    let mut attributes = explanation.attributes.iter();
    explanation.scope == Ok(ScopeVerdict::InScope)
        && explanation.missing.is_empty()
        && attributes.all(|attribute| !matches!(attribute.outcome, Outcome::Fails(_)))
}
