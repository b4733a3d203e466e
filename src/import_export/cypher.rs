//! Cypher scripts: statements, each ending in a semicolon. Reading hands the statements one by one
//! to a session, which runs them in one transaction; writing makes one `CREATE` that builds the
//! graph again in any openCypher database, or, for large graphs, batches of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;
use std::sync::Arc;

use hashbrown::HashMap;

use crate::context::Context;
use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::format::WriteFormat;
use crate::import_export::output::{Output, OutputFile};
use crate::import_export::record::{
    ExternalId, Place, Properties, RecordSource, RelationshipRecord, excerpt,
};
use crate::import_export::report::ImportWarning;
use crate::import_export::script_dialects::{Translation, translate};
use crate::import_export::script_parameters::{Parameters, with_parameters};
use crate::import_export::source::Source;
use crate::import_export::temporal_text::{self, Kind};
use crate::parse;
use crate::value::{Value, write_literal, write_name};

/// The format; see the module.
#[derive(Debug)]
pub struct Cypher;

/// A statement of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScriptStatement<'t> {
    /// Its text without the semicolon.
    pub text: &'t str,
    /// The line of the script where it begins, counted from 1.
    pub line: u64,
}

/// What a script did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScriptReport {
    /// The number of statements that were run.
    pub statements: u64,
    /// Statements that have no meaning here and were left out.
    pub warnings: Vec<ImportWarning>,
}

/// Runs the statements of a script one after the other with `run`, which should do so in one
/// transaction. What dumps of Neo4j, Memgraph and Kùzu say otherwise is translated, or passed over
/// where it is about the work of their databases: transactions of shells, waiting for indexes.
///
/// # Errors
/// `FileError`; `FormatError: InvalidEncoding`; `Unsupported` for shell commands; errors of `run`
/// as they are, with file and line as their hint where they have none; then nothing more is run.
pub fn read_script(
    source: &Source<'_>,
    context: &Context,
    mut run: impl FnMut(ScriptStatement<'_>) -> Result<()>,
) -> Result<ScriptReport> {
    let mut bytes = Vec::new();
    let mut memory = context.reservation();
    let mut reader = source.open()?;
    while {
        memory.grow(1 << 20)?;
        let read = reader.by_ref().take(1 << 20).read_to_end(&mut bytes);
        read.map_err(|error| source.read_error(&error))? > 0
    } {}
    let script = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count() as u64;
        let message = "the text is not valid UTF-8";
        source.error(ErrorDetail::InvalidEncoding, Place::Line(line), message)
    })?;

    let mut report = ScriptReport::default();
    let mut parameters = Parameters::default();
    let (mut line, mut counted) = (1, 0);
    for statement in parse::statements(&script) {
        context.check()?;
        let text = without_shell_commands(statement.text, source, &mut parameters)?;
        if text.is_empty() {
            continue;
        }
        let offset = statement.offset + (statement.text.len() - text.len());
        line += script[counted..offset].matches('\n').count() as u64;
        counted = offset;
        let with_values = with_parameters(text, &parameters);
        let text = with_values.as_deref().unwrap_or(text);
        let translation = translate(text);
        let outcome = translation.and_then(|translation| match translation {
            Translation::Same => run(ScriptStatement { text, line }).map(|()| 1),
            Translation::Other(text) => run(ScriptStatement { text: &text, line }).map(|()| 1),
            Translation::PassOver => Ok(0),
            Translation::LeaveOut(statement) => {
                report.warnings.push(ImportWarning {
                    file: source.name().clone(),
                    place: Place::Line(line),
                    text: format!("left out: {statement}"),
                });
                Ok(0)
            }
        });
        report.statements += outcome.map_err(|error| {
            let place = format!("in {}, the statement in line {line}", source.name());
            match error.hint_text() {
                Some(hint) => {
                    let hint = format!("{hint}; {place}");
                    error.hint(hint)
                }
                None => error.hint(place),
            }
        })?;
    }
    Ok(report)
}

/// Commands of shells, behind a colon, that do nothing to the graph.
const SHELL_COMMANDS: [&str; 3] = ["begin", "commit", "use"];
/// Lines of Neo4j's old shell, which had no semicolons either.
const OLD_SHELL_COMMANDS: [&str; 3] = ["begin", "commit", "schema await"];

/// What is behind the first line of `text`, where that is one of `lines`.
fn without_first_line<'t>(text: &'t str, lines: &[&str]) -> Option<&'t str> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.trim();
    lines
        .iter()
        .any(|line| first.eq_ignore_ascii_case(line))
        .then_some(rest)
}

/// The statement after shell commands, and comments between them, in front of it.
fn without_shell_commands<'t>(
    statement: &'t str,
    source: &Source<'_>,
    parameters: &mut Parameters,
) -> Result<&'t str> {
    let mut text = statement;
    loop {
        let rest = if let Some(command) = text.strip_prefix(':') {
            let (command, rest) = command.split_once('\n').unwrap_or((command, ""));
            let word = command.split_whitespace().next().unwrap_or_default();
            let mut passed = SHELL_COMMANDS.iter();
            // A statement follows in the same line.
            if word.eq_ignore_ascii_case("auto") {
                text = text[":auto".len()..].trim_start();
                continue;
            }
            if !parameters.set(command) && !passed.any(|known| word.eq_ignore_ascii_case(known)) {
                let message = format!("{}: the shell command :{}", source.name(), excerpt(word));
                return Err(Error::unsupported(message));
            }
            rest
        } else if let Some(rest) = without_first_line(text, &OLD_SHELL_COMMANDS) {
            rest
        } else if let Some(comment) = text.strip_prefix("//") {
            comment.split_once('\n').map_or("", |(_, rest)| rest)
        } else if let Some((_, rest)) = text
            .strip_prefix("/*")
            .and_then(|text| text.split_once("*/"))
        {
            rest
        } else {
            return Ok(text);
        };
        text = rest.trim_start();
    }
}

/// Whether the first bytes are those of a script.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    let words = [
        "CREATE", "MERGE", "MATCH", "UNWIND", "CALL", ":BEGIN", "//", "WITH", "OPTIONAL",
    ];
    let start = &bytes[..bytes.len().min(64)];
    let start = String::from_utf8_lossy(start).trim_start().to_uppercase();
    words.iter().any(|word| {
        let rest = start.strip_prefix(word);
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

/// Up to this many nodes and relationships are one statement; other databases plan long ones
/// slowly.
const ONE_STATEMENT: usize = 5_000;
/// Nodes or relationships in a statement of a script that has several.
const BATCH: usize = 1_000;
/// The label that nodes have while a script of several statements runs, and the property with
/// their place.
const MARK: (&str, &str) = ("_Imported", "_place");

impl WriteFormat for Cypher {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let mut file = output.only_file()?;
        let all = graph.nodes().map(|node| node.map(drop));
        let all = all.chain(
            graph
                .relationships()
                .map(|relationship| relationship.map(drop)),
        );
        let mut count = 0;
        for element in all.take(ONE_STATEMENT + 1) {
            element?;
            count += 1;
        }
        if count > ONE_STATEMENT {
            write_batches(graph, &mut file, context)?;
        } else if count > 0 {
            write_one(graph, &mut file)?;
        }
        file.finish()
    }
}

/// One statement in which every node has a variable.
fn write_one(graph: &dyn RecordSource, file: &mut OutputFile<'_>) -> Result<()> {
    let mut separator = "CREATE\n  ";
    for node in graph.nodes() {
        let node = node?;
        let variable = node
            .id
            .as_ref()
            .map_or(String::new(), |id| format!("n{}", id.id));
        let body = body(&node.labels, &node.properties);
        let space = if body.starts_with('{') { " " } else { "" };
        write!(file, "{separator}({variable}{space}{body})")?;
        separator = ",\n  ";
    }
    for relationship in graph.relationships() {
        let relationship = relationship?;
        let RelationshipRecord { start, end, .. } = &relationship;
        let inner = relationship_body(&relationship);
        write!(file, "{separator}(n{})-[{inner}]->(n{})", start.id, end.id)?;
    }
    writeln!(file, ";")
}

/// Statements in batches. Nodes carry their place in a list while the script runs, so that
/// relationships find them without an index; the last statement takes it away.
fn write_batches(
    graph: &dyn RecordSource,
    file: &mut OutputFile<'_>,
    context: &Context,
) -> Result<()> {
    let (label, key) = MARK;
    let mut memory = context.reservation();
    let mut places = HashMap::new();
    for (place, node) in graph.nodes().enumerate() {
        let mut node = node?;
        let separator = match place {
            0 => "CREATE\n  ",
            _ if place.is_multiple_of(BATCH) => ";\nCREATE\n  ",
            _ => ",\n  ",
        };
        node.labels.push(label.into());
        node.properties
            .push((key.into(), Value::Integer(place as i64)));
        write!(
            file,
            "{separator}({})",
            body(&node.labels, &node.properties)
        )?;
        if let Some(id) = node.id {
            memory.grow(size_of::<(ExternalId, usize)>() * 2)?;
            places.insert(id, place);
        }
    }
    writeln!(file, ";")?;

    let mut batches: BTreeMap<Arc<str>, Vec<String>> = BTreeMap::new();
    for relationship in graph.relationships() {
        let relationship = relationship?;
        let (Some(start), Some(end)) = (
            places.get(&relationship.start),
            places.get(&relationship.end),
        ) else {
            return Err(Error::internal(
                "a relationship to a node that is not exported",
            ));
        };
        let mut row = format!("[{start}, {end}, {{");
        push_entries(&mut row, &relationship.properties);
        row.push_str("}]");
        let relationship_type = relationship.relationship_type;
        let rows = batches.entry(relationship_type.clone()).or_default();
        rows.push(row);
        memory.grow(rows.last().map_or(0, String::len))?;
        if rows.len() == BATCH {
            let rows = std::mem::take(rows);
            write_relationships(file, &relationship_type, &rows)?;
        }
    }
    for (relationship_type, rows) in batches {
        if !rows.is_empty() {
            write_relationships(file, &relationship_type, &rows)?;
        }
    }
    writeln!(file, "MATCH (n:{label}) REMOVE n:{label}, n.{key};")
}

/// One statement that creates the relationships of `rows`, each `[start, end, properties]`.
fn write_relationships(
    file: &mut OutputFile<'_>,
    relationship_type: &str,
    rows: &[String],
) -> Result<()> {
    let (label, key) = MARK;
    writeln!(
        file,
        "MATCH (n:{label}) WITH n ORDER BY n.{key} WITH collect(n) AS nodes"
    )?;
    writeln!(file, "UNWIND [\n  {}\n] AS row", rows.join(",\n  "))?;
    writeln!(
        file,
        "WITH nodes[row[0]] AS a, nodes[row[1]] AS b, row[2] AS properties"
    )?;
    let relationship_type = name(relationship_type);
    writeln!(
        file,
        "CREATE (a)-[r:{relationship_type}]->(b) SET r = properties;"
    )
}

/// Labels and properties: `:City {name: 'Rabat'}`.
fn body(labels: &[Arc<str>], properties: &Properties) -> String {
    let mut text = String::new();
    for label in labels {
        text.push(':');
        text.push_str(&name(label));
    }
    push_properties(&mut text, properties);
    text
}

fn relationship_body(relationship: &RelationshipRecord) -> String {
    let mut text = format!(":{}", name(&relationship.relationship_type));
    push_properties(&mut text, &relationship.properties);
    text
}

fn push_properties(text: &mut String, properties: &Properties) {
    if properties.is_empty() {
        return;
    }
    // Nodes without labels begin with the brace.
    text.push_str(if text.is_empty() { "{" } else { " {" });
    push_entries(text, properties);
    text.push('}');
}

/// `name: 'Rabat', capital: true`
fn push_entries(text: &mut String, properties: &Properties) {
    for (index, (key, value)) in properties.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        text.push_str(&name(key));
        text.push_str(": ");
        push_value(text, value);
    }
}

fn name(name: &str) -> String {
    let mut text = String::new();
    write_name(name, &mut text).expect(UNFAILING);
    text
}

/// The value as every openCypher database reads it.
fn push_value(text: &mut String, value: &Value) {
    match value {
        Value::Float(float) if float.is_nan() => text.push_str("(0.0 / 0.0)"),
        Value::Float(float) if float.is_infinite() => {
            text.push_str(if *float > 0.0 {
                "(1.0 / 0.0)"
            } else {
                "(-1.0 / 0.0)"
            });
        }
        Value::List(values) => {
            for (index, value) in values.iter().enumerate() {
                text.push_str(if index == 0 { "[" } else { ", " });
                push_value(text, value);
            }
            text.push_str(if values.is_empty() { "[]" } else { "]" });
        }
        Value::String(string) if string.chars().any(needs_code) => {
            text.push('\'');
            for character in string.chars() {
                match character {
                    '\'' | '\\' => text.extend(['\\', character]),
                    '\n' => text.push_str("\\n"),
                    '\r' => text.push_str("\\r"),
                    '\t' => text.push_str("\\t"),
                    other if needs_code(other) => {
                        write!(text, "\\u{:04X}", u32::from(other)).expect(UNFAILING);
                    }
                    other => text.push(other),
                }
            }
            text.push('\'');
        }
        value => match (Kind::of(value), temporal_text::text(value)) {
            (Some(kind), Some(temporal)) => {
                write!(text, "{}('{temporal}')", kind.name()).expect(UNFAILING);
            }
            _ => write_literal(value, text).expect(UNFAILING),
        },
    }
}

const UNFAILING: &str = "a String takes everything";

/// Control characters, which editors and terminals change.
fn needs_code(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\r' | '\t')
}
