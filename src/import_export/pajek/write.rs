//! Writing Pajek's networks: labels of vertices, types and weights of lines.

use hashbrown::HashMap;

use crate::context::Context;
use crate::error::Result;
use crate::import_export::abilities::{Abilities, Held};
use crate::import_export::format::WriteFormat;
use crate::import_export::options::DEFAULT_TYPE;
use crate::import_export::output::{Output, OutputFile};
use crate::import_export::pajek::words::quote;
use crate::import_export::pajek::{LABEL, Pajek, UNLABELLED, WEIGHT};
use crate::import_export::record::{ExternalId, Properties, RecordSource, RelationshipRecord};
use crate::value::{Value, write_float};

impl WriteFormat for Pajek {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let mut memory = context.reservation();
        let mut numbers: HashMap<ExternalId, usize> = HashMap::new();
        let mut all_labelled = true;
        for (place, node) in graph.nodes().enumerate() {
            let node = node?;
            all_labelled &= label(&node.properties).is_some();
            if let Some(id) = node.id {
                memory.grow(2 * size_of::<(ExternalId, usize)>())?;
                numbers.insert(id, place + 1);
            }
        }
        let unlabelled = unused_name(graph)?;
        let mut file = output.only_file()?;
        if !all_labelled {
            writeln!(file, "{UNLABELLED}{unlabelled}")?;
        }
        writeln!(file, "*Vertices {}", numbers.len())?;
        for (place, node) in graph.nodes().enumerate() {
            let number = place + 1;
            match label(&node?.properties) {
                Some(label) => writeln!(file, "{number} {}", quote(label))?,
                None => writeln!(file, "{number} \"{unlabelled}{number}\"")?,
            }
        }
        for (section, undirected) in [("*Arcs", false), ("*Edges", true)] {
            let mut is_open = false;
            for relationship in graph.relationships() {
                let mut relationship = relationship?;
                if relationship.take_undirected() != undirected {
                    continue;
                }
                if !is_open {
                    writeln!(file, "{section}")?;
                    is_open = true;
                }
                write_line(&mut file, &relationship, &numbers)?;
            }
        }
        file.finish()
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            types: true,
            node_properties: Held::Where(|key, value| {
                key == LABEL && matches!(value, Value::String(_))
            }),
            relationship_properties: Held::Where(is_weight),
            ..Abilities::STRUCTURE
        }
    }
}

fn write_line(
    file: &mut OutputFile<'_>,
    relationship: &RelationshipRecord,
    numbers: &HashMap<ExternalId, usize>,
) -> Result<()> {
    let number = |id| numbers.get(id).copied().unwrap_or_default();
    let (start, end) = (number(&relationship.start), number(&relationship.end));
    write!(file, "{start} {end}")?;
    let mut properties = relationship.properties.iter();
    if let Some((_, weight)) = properties.find(|(key, value)| is_weight(key, value)) {
        match weight {
            Value::Float(float) => {
                let mut text = String::new();
                write_float(*float, &mut text).expect("a String takes everything");
                write!(file, " {text}")?;
            }
            other => write!(file, " {other}")?,
        }
    }
    if *relationship.relationship_type != *DEFAULT_TYPE {
        write!(file, " l {}", quote(&relationship.relationship_type))?;
    }
    writeln!(file)
}

fn label(properties: &Properties) -> Option<&str> {
    let found = properties.iter().find(|(key, _)| key.as_ref() == LABEL);
    match found {
        Some((_, Value::String(label))) => Some(label),
        _ => None,
    }
}

/// A word with which no label begins, so that a number behind it is no label.
fn unused_name(graph: &dyn RecordSource) -> Result<String> {
    let mut longest = None;
    for node in graph.nodes() {
        let node = node?;
        let label = label(&node.properties).and_then(|label| label.strip_prefix('v'));
        let marks = label.map(|label| label.len() - label.trim_start_matches('_').len());
        longest = longest.max(marks);
    }
    Ok(format!(
        "v{}",
        "_".repeat(longest.map_or(0, |marks| marks + 1))
    ))
}

fn is_weight(key: &str, value: &Value) -> bool {
    key == WEIGHT
        && match value {
            Value::Integer(_) => true,
            Value::Float(float) => float.is_finite(),
            _ => false,
        }
}
