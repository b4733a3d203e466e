//! Edge lists, as SNAP, KONECT and NetworkX write them: a line has the ids of two nodes, apart by tabs,
//! spaces, a comma or a semicolon; a third word that is a number is the property `weight`, a fourth the
//! property `timestamp`. NetworkX has the properties in the braces of Python, `{'weight': 7}`. Lines that
//! begin with `#` or `%` are comments. The ids become the property `id` of the nodes.

use crate::context::Context;
use crate::error::{ErrorDetail, Result};
use crate::import_export::abilities::{Abilities, Held};
use crate::import_export::format::{ReadFormat, WriteFormat};
use crate::import_export::lines::each_line;
use crate::import_export::options::{DEFAULT_TYPE, ImportOptions};
use crate::import_export::output::Output;
use crate::import_export::python_dict;
use crate::import_export::record::{
    ExternalId, RecordSink, RecordSource, RelationshipRecord, excerpt,
};
use crate::import_export::source::Source;
use crate::import_export::words::insert;
use crate::value::Value;

/// The format; see the module.
#[derive(Debug)]
pub struct EdgeList;

/// The properties that a third and a fourth word are.
const WEIGHT: &str = "weight";
const TIMESTAMP: &str = "timestamp";

/// How matrices of Matrix Market begin, which look like edge lists and are none.
const MATRIX_MARKET: &str = "%%MatrixMarket";

/// Whether the first line that is no comment is two whole numbers, and perhaps two more numbers.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().find(|line| !is_comment(line));
    let words: Vec<&str> = words(line.unwrap_or_default()).collect();
    match words.as_slice() {
        [start, end] => is_integer(start) && is_integer(end),
        [start, end, others @ ..] if others.len() <= 2 => {
            let mut others = others.iter();
            is_integer(start) && is_integer(end) && others.all(|word| number(word).is_some())
        }
        _ => false,
    }
}

impl ReadFormat for EdgeList {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let relationship_type = options.relationship_type.clone();
        let relationship_type = relationship_type.unwrap_or_else(|| DEFAULT_TYPE.into());
        each_line(source, |line, place| {
            if line.starts_with(MATRIX_MARKET) {
                let message = "it is a matrix of Matrix Market, which is not read";
                return Err(source.error(ErrorDetail::InvalidContent, place, message));
            }
            if is_comment(line) {
                return Ok(());
            }
            let (ends, attributes) = match line.split_once('{') {
                Some((ends, attributes)) => (ends, Some(attributes)),
                None => (line, None),
            };
            let mut words = words(ends);
            let (Some(start), Some(end)) = (words.next(), words.next()) else {
                let message = format!("{} is not the ids of two nodes", excerpt(line));
                let error = source.error(ErrorDetail::InvalidContent, place, message);
                return sink.refuse(place, error);
            };
            let mut properties = Vec::new();
            for (key, word) in [WEIGHT, TIMESTAMP].into_iter().zip(words.by_ref()) {
                match number(word) {
                    Some(value) => properties.push((key.into(), value)),
                    None => {
                        let text = format!("{} is no {key} and is not kept", excerpt(word));
                        sink.warning(place, text);
                    }
                }
            }
            if words.next().is_some() {
                sink.warning(place, "words after the fourth are not kept".to_owned());
            }
            if let Some(attributes) = attributes {
                match python_dict::parse(attributes) {
                    Some(attributes) => {
                        for (key, value) in attributes {
                            insert(&mut properties, &key.into(), value);
                        }
                    }
                    None => {
                        let text = format!("{} is not kept", excerpt(attributes));
                        sink.warning(place, text);
                    }
                }
            }
            let relationship = RelationshipRecord {
                relationship_type: relationship_type.clone(),
                start: id(start),
                end: id(end),
                properties,
                directed: None,
            };
            sink.relationship(relationship, place)
        })
    }

    fn may_leave_out_nodes(&self) -> bool {
        true
    }
}

impl WriteFormat for EdgeList {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        _context: &Context,
    ) -> Result<()> {
        let mut file = output.only_file()?;
        for relationship in graph.relationships() {
            let relationship = relationship?;
            write!(file, "{} {}", relationship.start.id, relationship.end.id)?;
            let mut properties = relationship.properties.iter();
            match properties.find(|(key, value)| is_weight(key, value)) {
                Some((_, weight)) => writeln!(file, " {weight}")?,
                None => writeln!(file)?,
            }
        }
        file.finish()
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            isolated_nodes: false,
            relationship_properties: Held::Where(is_weight),
            ..Abilities::STRUCTURE
        }
    }
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with(['#', '%'])
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    let words =
        line.split(|character: char| character.is_whitespace() || matches!(character, ',' | ';'));
    words.filter(|word| !word.is_empty())
}

fn is_weight(key: &str, value: &Value) -> bool {
    key == WEIGHT
        && match value {
            Value::Integer(_) => true,
            Value::Float(float) => float.is_finite(),
            _ => false,
        }
}

fn is_integer(word: &str) -> bool {
    word.parse::<i64>().is_ok()
}

/// A whole number that is written as numbers are is one; any other word is a text.
fn id(word: &str) -> ExternalId {
    match word.parse::<i64>() {
        Ok(integer) if integer.to_string() == word => integer.into(),
        _ => word.into(),
    }
}

fn number(word: &str) -> Option<Value> {
    match word.parse::<i64>() {
        Ok(integer) => Some(integer.into()),
        Err(_) => word.parse::<f64>().ok().map(Value::from),
    }
}
