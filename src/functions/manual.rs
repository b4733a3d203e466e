//! The manual page of functions and procedures, written from their tables.

use super::procedure::{Procedure, Procedures};
use super::row::{Category, Function, NullRule, Purity};
use super::table::FUNCTIONS;

const OPENING: &str = "\
# Functions

Written from the table of functions; do not edit. Names may be written in any case. Where it is
not said otherwise, a null argument gives null. An argument with `?` may be left out, one with
`...` may be repeated. `NUMBER` is `INTEGER` or `FLOAT`; every type includes null.
";

const REFUSED: &str = "
## What is not there

Refused with a clear error, never answered wrongly:

- points and distances: `point()`, `point.distance()`, `point.withinBBox()`, `distance()`;
- vectors: `vector.similarity.cosine()`, `vector.similarity.euclidean()`;
- byte arrays, and the functions that make them;
- functions of the rows of `LOAD CSV`: `file()`, `linenumber()`.
";

/// The text of `docs/functions.md`, with these procedures.
pub fn manual(procedures: &Procedures) -> String {
    let mut page = OPENING.to_owned();
    for category in Category::ALL {
        let rows: Vec<&Function> = FUNCTIONS
            .iter()
            .filter(|function| function.category == category)
            .collect();
        if !rows.is_empty() {
            page += &format!("\n## {}\n", heading(category));
            for function in rows {
                page += &entry(function);
            }
        }
    }
    page += "\n## Procedures\n\nWhat `CALL` gives rows of.\n";
    for procedure in procedures.iter() {
        page += &procedure_entry(procedure);
    }
    page + REFUSED
}

fn heading(category: Category) -> &'static str {
    match category {
        Category::Aggregating => "Aggregates",
        Category::List => "Lists",
        Category::Mathematical => "Numbers",
        Category::String => "Strings",
        Category::Conversion => "Conversion",
        Category::Graph => "Nodes, relationships, paths, maps",
        Category::Temporal => "Dates, times, durations",
        Category::Scalar => "Other",
    }
}

/// Name, signatures, sentence, example.
fn entry(function: &Function) -> String {
    let mut text = format!("\n### {}\n\n```\n", function.name);
    for signature in function.signatures {
        text += &format!("{}{signature}\n", function.name);
    }
    text += &format!("```\n\n{}", function.sentence);
    if !function.aliases.is_empty() {
        let names: Vec<String> = function
            .aliases
            .iter()
            .map(|alias| format!("`{alias}`"))
            .collect();
        text += &format!(" Also written {}.", names.join(", "));
    }
    if function.null_rule == NullRule::Skip {
        text += " Nulls are left out.";
    }
    if function.purity == Purity::Volatile {
        text += " It is called anew for each row.";
    }
    let (example, answer) = function.example;
    text + &format!("\n\n`{example}` = `{answer}`\n")
}

fn procedure_entry(procedure: &Procedure) -> String {
    let name = &procedure.name;
    let signature = procedure.signature();
    format!(
        "\n### {name}\n\n```\n{name}{signature}\n```\n\n{}\n",
        procedure.sentence
    )
}
