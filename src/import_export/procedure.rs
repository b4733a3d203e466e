//! `CALL import.file(files, options)`: an import as a part of a statement.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::functions::{Procedure, ProcedureCode, ProcedureColumn, parse_type};
use crate::graph::GraphWriter;
use crate::import_export::options::IMPORT_OPTIONS;
use crate::import_export::{ImportOptions, Report, Source, import_into};
use crate::value::Value;

const COLUMNS: &[(&str, &str)] = &[
    ("nodes", "INTEGER"),
    ("relationships", "INTEGER"),
    ("labels", "MAP"),
    ("types", "MAP"),
    ("skipped", "INTEGER"),
    ("warnings", "LIST<STRING>"),
];

/// The procedure that reads files of other tools into the graph.
pub fn import_file() -> Procedure {
    let column = |(name, column_type): (&str, &str)| ProcedureColumn {
        name: name.to_owned(),
        column_type: parse_type(column_type),
    };
    Procedure {
        name: "import.file".to_owned(),
        inputs: vec![column(("files", "ANY")), column(("options", "MAP"))],
        optional_inputs: 1,
        outputs: COLUMNS.iter().copied().map(column).collect(),
        sentence: sentence(),
        code: ProcedureCode::Writes(Arc::new(run)),
    }
}

/// What it does, with its options.
fn sentence() -> String {
    let options = IMPORT_OPTIONS.iter().map(|option| {
        let words: Vec<String> = option
            .words
            .iter()
            .map(|word| format!("`'{word}'`"))
            .collect();
        match words.as_slice() {
            [] => format!("`{}`", option.name),
            words => format!("`{}` ({})", option.name, words.join(" or ")),
        }
    });
    let options: Vec<String> = options.collect();
    format!(
        "Reads a file of another tool, or a list of files that are one graph, into the graph; options \
         are {}.",
        options.join(", ")
    )
}

fn run(
    writer: &mut GraphWriter,
    context: &Context,
    arguments: &[Value],
) -> Result<Vec<Vec<Value>>> {
    let [files, options] = arguments else {
        return Err(Error::internal(
            "import.file is called without its arguments",
        ));
    };
    let files = paths(files)?;
    let access = context.file_access();
    let sources = files
        .iter()
        .map(|file| Ok(Source::path(access.readable(file)?)));
    let sources: Vec<Source> = sources.collect::<Result<_>>()?;
    let report = import_into(writer, &sources, &import_options(options)?, context)?;
    Ok(vec![row(&report)])
}

fn paths(files: &Value) -> Result<Vec<Arc<str>>> {
    let path = |file: &Value| match file {
        Value::String(path) => Ok(Arc::from(path.as_ref())),
        other => Err(Error::argument(format!("{other} is no path of a file"))
            .hint("import.file takes a path, or a list of paths")),
    };
    match files {
        Value::List(list) => list.iter().map(path).collect(),
        one => Ok(vec![path(one)?]),
    }
}

fn import_options(given: &Value) -> Result<ImportOptions> {
    let mut options = ImportOptions::default();
    let given = match given {
        Value::Null => return Ok(options),
        Value::Map(map) => map,
        other => return Err(Error::argument(format!("{other} is no map of options"))),
    };
    for (name, value) in given.iter() {
        match value {
            Value::String(text) => options.set(name, text)?,
            other => {
                let message = format!("the option {name} is {other}, but must be a string");
                return Err(Error::argument(message));
            }
        }
    }
    Ok(options)
}

fn row(report: &Report) -> Vec<Value> {
    let counts = |counts: &BTreeMap<Arc<str>, u64>| {
        let entries = counts.iter();
        let entries = entries.map(|(name, count)| (name.clone(), Value::Integer(*count as i64)));
        Value::Map(Arc::new(entries.collect()))
    };
    let warnings = report.warnings.iter();
    vec![
        Value::Integer(report.nodes as i64),
        Value::Integer(report.relationships as i64),
        counts(&report.labels),
        counts(&report.types),
        Value::Integer(report.skipped as i64),
        Value::list(
            warnings
                .map(|warning| Value::from(warning.to_string()))
                .collect(),
        ),
    ]
}
