//! `CALL import.file(files, options)`: an import as a part of a statement.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::context::Context;
use crate::error::{Error, Result, did_you_mean};
use crate::functions::{Procedure, ProcedureCode, ProcedureColumn, parse_type};
use crate::graph::GraphWriter;
use crate::import_export::{
    Format, ImportOptions, MissingNodes, OnError, Report, Source, import_into,
};
use crate::value::Value;

const COLUMNS: &[(&str, &str)] = &[
    ("nodes", "INTEGER"),
    ("relationships", "INTEGER"),
    ("labels", "MAP"),
    ("types", "MAP"),
    ("skipped", "INTEGER"),
    ("warnings", "LIST<STRING>"),
];

/// An option: its name, and how its text is put among the options.
type Setter = fn(&mut ImportOptions, &str) -> Result<()>;

const OPTIONS: &[(&str, Setter)] = &[
    ("format", |options, name| {
        options.format = Some(Format::named(name)?);
        Ok(())
    }),
    ("label", |options, name| {
        options.label = Some(name.into());
        Ok(())
    }),
    ("type", |options, name| {
        options.relationship_type = Some(name.into());
        Ok(())
    }),
    ("missingNodes", |options, word| {
        options.missing_nodes = Some(match word {
            "create" => MissingNodes::Create,
            "refuse" => MissingNodes::Refuse,
            _ => return Err(not_among("missingNodes", word, ["create", "refuse"])),
        });
        Ok(())
    }),
    ("onError", |options, word| {
        options.on_error = match word {
            "stop" => OnError::Stop,
            "skip" => OnError::Skip,
            _ => return Err(not_among("onError", word, ["stop", "skip"])),
        };
        Ok(())
    }),
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
        sentence: "Reads a file of another tool, or a list of files that are one graph, into the \
                   graph; `format`, `label`, `type`, `missingNodes` (`'refuse'` or `'create'`) and \
                   `onError` (`'stop'` or `'skip'`) are options."
            .to_owned(),
        code: ProcedureCode::Writes(Arc::new(run)),
    }
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
        let Some((_, set)) = OPTIONS.iter().find(|(known, _)| *known == name.as_ref()) else {
            let error = Error::argument(format!("import.file has no option {name}"));
            let names = OPTIONS.iter().map(|(known, _)| *known);
            return Err(match did_you_mean(name, names) {
                Some(hint) => error.hint(hint),
                None => error,
            });
        };
        match value {
            Value::String(text) => set(&mut options, text)?,
            other => {
                let message = format!("the option {name} is {other}, but must be a string");
                return Err(Error::argument(message));
            }
        }
    }
    Ok(options)
}

fn not_among(option: &str, word: &str, words: [&str; 2]) -> Error {
    let [one, other] = words;
    Error::argument(format!("{option} is '{one}' or '{other}', not '{word}'"))
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
