//! Mermaid flow charts, which many pages and notebooks draw: captions, types, and the colours that a
//! DOT file has.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::context::Context;
use crate::error::Result;
use crate::import_export::abilities::Abilities;
use crate::import_export::dot::{Colours, caption};
use crate::import_export::format::WriteFormat;
use crate::import_export::output::Output;
use crate::import_export::record::RecordSource;

/// The format; see the module.
#[derive(Debug)]
pub struct Mermaid;

impl WriteFormat for Mermaid {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        _context: &Context,
    ) -> Result<()> {
        let colours = Colours::of(graph)?;
        let labels = colours.labels().cloned().enumerate();
        let classes: BTreeMap<Arc<str>, usize> =
            labels.map(|(place, label)| (label, place)).collect();
        let mut file = output.only_file()?;
        writeln!(file, "flowchart LR")?;
        for node in graph.nodes() {
            let node = node?;
            let id = node.id.as_ref().map(|id| id.id.to_string());
            let id = id.unwrap_or_default();
            write!(file, "  n{id}({})", quote(&caption(&node)))?;
            match colours.label(&node).and_then(|label| classes.get(label)) {
                Some(class) => writeln!(file, ":::c{class}")?,
                None => writeln!(file)?,
            }
        }
        for relationship in graph.relationships() {
            let mut relationship = relationship?;
            let line = match relationship.take_undirected() {
                true => "---",
                false => "-->",
            };
            let (start, end) = (&relationship.start.id, &relationship.end.id);
            let caption = quote(&relationship.relationship_type);
            writeln!(file, "  n{start} {line}|{caption}| n{end}")?;
        }
        for (label, class) in &classes {
            let (fill, outline, dashed) = colours.look(label);
            let dashes = if dashed { ",stroke-dasharray:4" } else { "" };
            writeln!(
                file,
                "  classDef c{class} fill:{fill},stroke:{outline},color:#000{dashes}"
            )?;
        }
        file.finish()
    }

    /// A picture, as DOT is one.
    fn abilities(&self) -> Abilities {
        Abilities::STRUCTURE
    }
}

/// A caption in quotes, with the codes that the language has for signs of its own and of HTML.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '#' | '<' | '>' | '&' | '`' | ';' | '\\' | '|' => {
                quoted.push_str(&format!("#{};", u32::from(character)));
            }
            '\n' => quoted.push_str("<br/>"),
            control if control.is_control() => quoted.push(' '),
            other => quoted.push(other),
        }
    }
    // A node without any caption is a syntax error.
    if text.is_empty() {
        quoted.push(' ');
    }
    quoted.push('"');
    quoted
}
