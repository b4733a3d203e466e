//! `:schema`: what is in the graph: labels and types with their counts and properties, and which
//! label is connected to which by what; of all, or of one label or type.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

use rihla::column::Column;
use rihla::display::Options;
use rihla::display::footer::{counted, grouped};
use rihla::display::style::{FAINT, HEADING, paint};
use rihla::display::width::{pad, width, wrap};
use rihla::error::did_you_mean;
use rihla::graph::{PatternCount, Snapshot};
use rihla::value::{KeyId, Type};
use rihla::{Error, Result};

use super::commands::Ending;
use super::shell::Shell;

/// The types that each property has somewhere.
type Properties = BTreeMap<Arc<str>, BTreeSet<String>>;

/// A label or a type.
struct Entry {
    name: Arc<str>,
    count: u64,
    properties: Properties,
}

/// `:schema [LABEL or TYPE]`
pub fn run(shell: &mut Shell, wanted: &str) -> Result<(), Ending> {
    let wanted = wanted.trim_start_matches(':');
    let graph = shell.session.snapshot()?;
    let mut labels = labels(&graph)?;
    let mut types = types(&graph)?;
    let mut patterns = graph.pattern_counts()?;
    if !wanted.is_empty() {
        let names = labels.iter().chain(&types).map(|entry| entry.name.as_ref());
        if !names.clone().any(|name| name == wanted) {
            let error = Error::argument(format!("there is no label or type {wanted}"));
            let hint = did_you_mean(wanted, names);
            return Err(hint.into_iter().fold(error, Error::hint).into());
        }
        labels.retain(|entry| entry.name.as_ref() == wanted);
        types.retain(|entry| entry.name.as_ref() == wanted);
        patterns.retain(|pattern| touches(pattern, wanted));
    }
    shell.measure();
    let options = shell.options.clone();
    let out = shell.out();
    let heading = |text: &str| paint(text, HEADING, options.colours);
    if wanted.is_empty() {
        writeln!(out, "{}", heading(&counted(graph.node_count(), "node")))?;
    }
    section(out, &labels, &options)?;
    if wanted.is_empty() {
        let title = counted(graph.relationship_count(), "relationship");
        writeln!(out, "{}", heading(&title))?;
    }
    section(out, &types, &options)?;
    if !patterns.is_empty() {
        writeln!(out, "{}", heading("Patterns"))?;
    }
    for pattern in &patterns {
        let (start, end) = (label(&pattern.start), label(&pattern.end));
        let (count, name) = (grouped(pattern.count), &pattern.relationship_type);
        writeln!(out, "  {count:>9}  ({start})-[:{name}]->({end})")?;
    }
    Ok(())
}

fn label(name: &Option<Arc<str>>) -> String {
    name.iter().map(|name| format!(":{name}")).collect()
}

fn touches(pattern: &PatternCount, name: &str) -> bool {
    let is = |one: &Arc<str>| one.as_ref() == name;
    is(&pattern.relationship_type)
        || pattern.start.as_ref().is_some_and(is)
        || pattern.end.as_ref().is_some_and(is)
}

fn section(out: &mut impl Write, entries: &[Entry], options: &Options) -> std::io::Result<()> {
    let names = entries.iter().map(|entry| width(&entry.name));
    let widest = names.max().unwrap_or(0);
    // Blanks, count, blanks, colon, name, blanks.
    let margin = 2 + 9 + 2 + 1 + widest + 2;
    let room = options
        .width
        .map_or(usize::MAX, |width| width.saturating_sub(margin).max(20));
    for entry in entries {
        let properties = show(&entry.properties);
        for (number, line) in wrap(&properties, room, usize::MAX).iter().enumerate() {
            let head = match number {
                0 => {
                    let (count, name) = (grouped(entry.count), pad(&entry.name, widest, false));
                    format!("  {count:>9}  :{name}  ")
                }
                _ => " ".repeat(margin),
            };
            let line = match line.is_empty() {
                true => head.trim_end().to_owned(),
                false => head + &paint(line, FAINT, options.colours),
            };
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// All labels that a node has, the most frequent first.
fn labels(graph: &Snapshot) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (label, name) in graph.catalog().labels() {
        let mut properties = Properties::new();
        for chunk in 0..graph.node_chunks() {
            let nodes = graph.scan_nodes(chunk, &[label])?;
            collect(graph, &mut properties, |key| graph.node_column(&nodes, key))?;
        }
        entries.push(Entry {
            name: name.clone(),
            count: graph.label_count(label),
            properties,
        });
    }
    Ok(most_frequent(entries))
}

/// All types that a relationship has, the most frequent first.
fn types(graph: &Snapshot) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (id, name) in graph.catalog().relationship_types() {
        let mut properties = Properties::new();
        for chunk in 0..graph.relationship_chunks() {
            let relationships = graph.scan_relationships(chunk, Some(&[id]))?;
            collect(graph, &mut properties, |key| {
                graph.relationship_column(&relationships, key)
            })?;
        }
        entries.push(Entry {
            name: name.clone(),
            count: graph.type_count(id),
            properties,
        });
    }
    Ok(most_frequent(entries))
}

fn most_frequent(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.retain(|entry| entry.count > 0);
    entries.sort_by(|left, right| {
        right
            .count
            .cmp(&left.count)
            .then_with(|| left.name.cmp(&right.name))
    });
    entries
}

/// Adds the types that the columns of a chunk hold.
fn collect(
    graph: &Snapshot,
    properties: &mut Properties,
    column: impl Fn(KeyId) -> Result<Column>,
) -> Result<()> {
    for (key, name) in graph.catalog().keys() {
        let types = types_of(&column(key)?);
        if !types.is_empty() {
            properties.entry(name.clone()).or_default().extend(types);
        }
    }
    Ok(())
}

/// The names of the types of all values that are there.
fn types_of(column: &Column) -> BTreeSet<String> {
    let there = (0..column.len()).filter(|row| !column.is_null(*row));
    let types = there.map(|row| match column.value(row).value_type() {
        Type::List(_) => "LIST".to_owned(),
        one => one.to_string(),
    });
    match column {
        Column::Value(_) => types.collect(),
        // All values of a typed column have one type.
        _ => types.take(1).collect(),
    }
}

/// `name STRING, since INTEGER or STRING`
fn show(properties: &Properties) -> String {
    let properties = properties.iter().map(|(name, types)| {
        let types: Vec<&str> = types.iter().map(String::as_str).collect();
        format!("{name} {}", types.join(" or "))
    });
    properties.collect::<Vec<_>>().join(", ")
}
