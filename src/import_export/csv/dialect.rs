//! Which tool a table comes from, told by the words of its header.

use crate::import_export::csv::header::Header;
use crate::import_export::csv::layout::first_cells;
use crate::import_export::csv::{matrix, neighbours};

/// The tools whose tables have words and ways of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import_export) enum Dialect {
    /// Words that everybody understands, and those of neo4j-admin and APOC.
    Plain,
    Gephi,
    Neptune,
    Kgx,
}

impl Dialect {
    /// The dialect of a text; none where its first line does not speak of a graph.
    pub fn of(bytes: &[u8]) -> Option<Dialect> {
        let cells = first_cells(bytes);
        let has = |word: &str| cells.iter().any(|cell| cell.eq_ignore_ascii_case(word));
        let header = || Header::parse(cells.iter().map(String::as_str));
        if cells.len() < 2 {
            None
        } else if cells.iter().any(|cell| cell.starts_with('~')) {
            Some(Dialect::Neptune)
        } else if has("subject") && has("object") || has("id") && has("category") {
            Some(Dialect::Kgx)
        } else if matrix::is_one(bytes)
            || has("id") && (has("timeset") || has("interval"))
            || has("source") && has("target") && tells_directions(bytes, &cells)
        {
            Some(Dialect::Gephi)
        } else if header().is_ok_and(|header| header.speaks_of_a_graph()) {
            Some(Dialect::Plain)
        } else if neighbours::is_one(bytes) {
            Some(Dialect::Gephi)
        } else {
            None
        }
    }
}

/// Whether the first row has a direction as the type of its relationship.
fn tells_directions(bytes: &[u8], header: &[String]) -> bool {
    let second = bytes.split(|byte| *byte == b'\n').nth(1);
    let row = first_cells(second.unwrap_or_default());
    let mut cells = header.iter().zip(row);
    let found = cells.find(|(name, _)| name.eq_ignore_ascii_case("type"));
    found.is_some_and(|(_, cell)| {
        let directions = ["directed", "undirected", "mutual"];
        directions
            .iter()
            .any(|word| cell.eq_ignore_ascii_case(word))
    })
}
