//! What is told under a result: how many rows, what was changed, how long it took.

use std::io::{self, Write};
use std::time::Duration;

use super::Options;
use super::style::{FAINT, paint};
use super::table::shown_rows;
use crate::graph::Changes;
use crate::result::QueryResult;

/// Writes the footer of a result.
///
/// # Errors
/// Where the output fails.
pub fn write(result: &QueryResult, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let summary = result.summary();
    let mut parts = Vec::new();
    if !result.columns().is_empty() {
        let count = result.row_count();
        let shown = shown_rows(count, options);
        let mut text = counted(count as u64, "row");
        if shown < count {
            text += &format!(" ({} shown)", grouped(shown as u64));
        }
        parts.push(text);
    }
    match changes(&summary.changes) {
        text if !text.is_empty() => parts.push(text),
        _ if parts.is_empty() && summary.plan.is_none() => parts.push("no changes".to_owned()),
        _ => {}
    }
    if options.timing {
        parts.push(time(summary.compile_time + summary.run_time));
    }
    if parts.is_empty() {
        return Ok(());
    }
    let mut line = parts.join(", ");
    if let Some(first) = line.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    writeln!(out, "{}", paint(&line, FAINT, options.colours))
}

/// `created 2 nodes and 1 relationship, set 3 properties`; empty where nothing was changed.
pub fn changes(changes: &Changes) -> String {
    let counts = [
        ("created", "node", changes.nodes_created),
        ("created", "relationship", changes.relationships_created),
        ("deleted", "node", changes.nodes_deleted),
        ("deleted", "relationship", changes.relationships_deleted),
        ("added", "label", changes.labels_added),
        ("added", "index", changes.indexes_added),
        ("added", "constraint", changes.constraints_added),
        ("set", "graph type", changes.graph_types_set),
        ("set", "property", changes.properties_set),
        ("removed", "label", changes.labels_removed),
        ("removed", "property", changes.properties_removed),
        ("removed", "index", changes.indexes_removed),
        ("removed", "constraint", changes.constraints_removed),
    ];
    let counts = counts.iter().filter(|(.., count)| *count > 0);
    let mut text = String::new();
    let mut verb_before = "";
    for (verb, noun, count) in counts {
        if *verb == verb_before {
            text.push_str(" and ");
        } else {
            text.push_str(if text.is_empty() { "" } else { ", " });
            text.push_str(verb);
            text.push(' ');
        }
        text.push_str(&counted(*count, noun));
        verb_before = verb;
    }
    text
}

/// `1 row`, `2 rows`, `3 properties`
pub fn counted(count: u64, noun: &str) -> String {
    let number = grouped(count);
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("{number} {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        _ if noun.ends_with('x') => format!("{number} {noun}es"),
        _ => format!("{number} {noun}s"),
    }
}

/// `1,234,567`
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A time with three digits: `0.42 ms`, `1.23 s`.
pub fn time(duration: Duration) -> String {
    match duration.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{seconds:.2} s"),
        seconds if seconds >= 0.01 => format!("{:.0} ms", seconds * 1e3),
        seconds => format!("{:.2} ms", seconds * 1e3),
    }
}
