//! Writing GML: ASCII with entities, a record a line.

use crate::context::Context;
use crate::error::Result;
use crate::import_export::format::WriteFormat;
use crate::import_export::gml::properties::{is_key, nest, written};
use crate::import_export::gml::tokens::{Entry, Record, quote};
use crate::import_export::gml::{GENERATED_IDS, Gml, PROPERTY, TYPES};
use crate::import_export::node_names::{ID, NodeNames};
use crate::import_export::output::{Output, OutputFile};
use crate::import_export::record::{ExternalId, Properties, RecordSource};
use crate::import_export::words::{LABELS, TYPE, labels_text};
use crate::value::{Value, write_float};

/// Keys of a node, and of an edge, that are not properties.
const TAKEN: [&[&str]; 2] = [&[ID, LABELS], &["source", "target", TYPE, "key"]];

impl WriteFormat for Gml {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let names = NodeNames::of(graph, context, |id| match id {
            Value::Integer(id) => Some(id.to_string().into()),
            _ => None,
        })?;
        let number = |id: &ExternalId| match names.are_generated() {
            true => id.id.to_string().into(),
            false => names.name(id),
        };
        let (mut any, mut all_undirected) = (false, true);
        for relationship in graph.relationships() {
            any = true;
            all_undirected &= relationship?.take_undirected();
        }
        let undirected = any && all_undirected;
        let mut file = output.only_file()?;
        writeln!(file, "Creator \"Rihla\"\nVersion 1\ngraph [")?;
        // Networkx takes parallel edges for an error without it.
        writeln!(
            file,
            "  directed {}\n  multigraph 1",
            i64::from(!undirected)
        )?;
        if names.are_generated() {
            let (key, value) = GENERATED_IDS;
            writeln!(file, "  {key} \"{value}\"")?;
        }
        let [taken_of_nodes, taken_of_edges] = TAKEN;
        for node in graph.nodes() {
            let mut node = node?;
            if !names.are_generated() {
                node.properties.retain(|(key, _)| key.as_ref() != ID);
            }
            let id = node.id.as_ref().map(number).unwrap_or_default();
            let labels = quote(&labels_text(&node.labels));
            write!(file, "  node [ {ID} {id} {LABELS} {labels}")?;
            write_properties(&mut file, &node.properties, taken_of_nodes)?;
            writeln!(file, " ]")?;
        }
        for relationship in graph.relationships() {
            let mut relationship = relationship?;
            if undirected {
                relationship.take_undirected();
            }
            let (start, end) = (number(&relationship.start), number(&relationship.end));
            let label = quote(&relationship.relationship_type);
            write!(file, "  edge [ source {start} target {end} {TYPE} {label}")?;
            write_properties(&mut file, &relationship.properties, taken_of_edges)?;
            writeln!(file, " ]")?;
        }
        writeln!(file, "]")?;
        file.finish()
    }
}

fn write_properties(
    file: &mut OutputFile<'_>,
    properties: &Properties,
    taken: &[&str],
) -> Result<()> {
    let mut record = Record::new();
    let mut types = Record::new();
    for (name, value) in properties {
        let (values, told) = written(value);
        let first = name.split('.').next().unwrap_or_default();
        let is_plain =
            is_key(name) && !taken.contains(&first) && ![TYPES, PROPERTY].contains(&first);
        if is_plain {
            nest(&mut record, name, &values);
            if let Some(told) = told {
                nest(&mut types, name, &[told.into()]);
            }
            continue;
        }
        let mut own = Record::new();
        nest(&mut own, "name", &[name.as_ref().into()]);
        nest(&mut own, "value", &values);
        if let Some(told) = told {
            nest(&mut own, "type", &[told.into()]);
        }
        record.push((PROPERTY.into(), Entry::Record(own)));
    }
    if !types.is_empty() {
        record.push((TYPES.into(), Entry::Record(types)));
    }
    write_record(file, &record)
}

fn write_record(file: &mut OutputFile<'_>, record: &Record) -> Result<()> {
    for (key, entry) in record {
        match entry {
            Entry::Record(inner) => {
                write!(file, " {key} [")?;
                write_record(file, inner)?;
                write!(file, " ]")?;
            }
            Entry::Scalar(value) => write!(file, " {key} {}", scalar(value))?,
        }
    }
    Ok(())
}

/// A number or a text. Floats have a point in them, also before an exponent.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => quote(text),
        Value::Float(float) if float.is_nan() => "NAN".to_owned(),
        Value::Float(float) if float.is_infinite() => {
            let text = if *float > 0.0 { "+INF" } else { "-INF" };
            text.to_owned()
        }
        Value::Float(float) => {
            let mut text = String::new();
            write_float(*float, &mut text).expect("a String takes everything");
            match text.split_once(['e', 'E']) {
                Some((digits, exponent)) if !digits.contains('.') => {
                    format!("{digits}.0E{exponent}")
                }
                _ => text,
            }
        }
        value => value.to_string(),
    }
}
