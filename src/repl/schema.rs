//! `:schema`: what is in the graph: labels and types with their counts and properties, and which
//! label is connected to which by what.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

use rihla::column::Column;
use rihla::display::footer::{counted, grouped};
use rihla::display::style::{FAINT, HEADING, paint};
use rihla::display::width::{pad, width};
use rihla::graph::Snapshot;
use rihla::value::{KeyId, Type};
use rihla::Result;

use super::commands::Ending;
use super::shell::Shell;

/// The types that each property has somewhere.
type Properties = BTreeMap<Arc<str>, BTreeSet<String>>;

/// Name, count, properties.
type Entry = (String, u64, String);

/// `:schema`
pub fn run(shell: &mut Shell, _arguments: &str) -> Result<(), Ending> {
    let graph = shell.session.database().snapshot();
    let nodes = node_entries(&graph)?;
    let relationships = relationship_entries(&graph)?;
    let patterns = graph.pattern_counts()?;
    let colours = shell.options.colours;
    let out = shell.out();

    let title = counted(graph.node_count(), "node");
    section(out, &title, &nodes, colours)?;
    let title = counted(graph.relationship_count(), "relationship");
    section(out, &title, &relationships, colours)?;
    if patterns.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", paint("Patterns", HEADING, colours))?;
    let label = |name: &Option<Arc<str>>| name.as_ref().map(|name| format!(":{name}")).unwrap_or_default();
    for pattern in &patterns {
        let (start, end) = (label(&pattern.start), label(&pattern.end));
        let count = grouped(pattern.count);
        let kind = &pattern.relationship_type;
        writeln!(out, "  {count:>9}  ({start})-[:{kind}]->({end})")?;
    }
    Ok(())
}

fn section(
    out: &mut impl Write,
    title: &str,
    entries: &[Entry],
    colours: bool,
) -> std::io::Result<()> {
    writeln!(out, "{}", paint(title, HEADING, colours))?;
    let widest = entries.iter().map(|(name, ..)| width(name)).max().unwrap_or(0);
    for (name, count, properties) in entries {
        let count = grouped(*count);
        let properties = paint(properties, FAINT, colours);
        let name = pad(name, widest, false);
        writeln!(out, "{}", format!("  {count:>9}  {name}  {properties}").trim_end())?;
    }
    Ok(())
}

fn node_entries(graph: &Snapshot) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (label, name) in graph.catalog().labels() {
        let count = graph.label_count(label);
        if count == 0 {
            continue;
        }
        let mut properties = Properties::new();
        for chunk in 0..graph.node_chunks() {
            let nodes = graph.scan_nodes(chunk, &[label])?;
            collect(graph, &mut properties, |key| graph.node_column(&nodes, key))?;
        }
        entries.push((format!(":{name}"), count, show(&properties)));
    }
    Ok(entries)
}

fn relationship_entries(graph: &Snapshot) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (kind, name) in graph.catalog().relationship_types() {
        let count = graph.type_count(kind);
        if count == 0 {
            continue;
        }
        let mut properties = Properties::new();
        for chunk in 0..graph.relationship_chunks() {
            let relationships = graph.scan_relationships(chunk, Some(&[kind]))?;
            collect(graph, &mut properties, |key| {
                graph.relationship_column(&relationships, key)
            })?;
        }
        entries.push((format!(":{name}"), count, show(&properties)));
    }
    Ok(entries)
}

/// Adds the types that the columns of a chunk hold.
fn collect(
    graph: &Snapshot,
    properties: &mut Properties,
    column: impl Fn(KeyId) -> Result<Column>,
) -> Result<()> {
    for (key, name) in graph.catalog().keys() {
        let types = types(&column(key)?);
        if !types.is_empty() {
            properties.entry(name.clone()).or_default().extend(types);
        }
    }
    Ok(())
}

/// The names of the types of all values that are there.
fn types(column: &Column) -> BTreeSet<String> {
    let of_values = || {
        let values = (0..column.len()).map(|row| column.value(row).value_type());
        let types = values.filter(|one| *one != Type::Null);
        types.map(|one| match one {
            Type::List(_) => "LIST".to_owned(),
            one => one.to_string(),
        })
    };
    match column {
        Column::Null(_) => BTreeSet::new(),
        Column::Value(_) => of_values().collect(),
        _ => of_values().take(1).collect(),
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
