//! UCINET's DL: matrices, halves of them, lists of edges and of neighbours, of one or two modes,
//! with labels in the header or in the data.
//!
//! * The label of a node is its property `label`; one without has its number as `id`. Nodes of two
//!   modes have the property `mode`, 1 for rows and 2 for columns.
//! * The value of a cell or an edge is the property `weight`; the label of its matrix the type.

mod header;

use std::sync::Arc;

use hashbrown::HashSet;

use crate::error::Result;
use crate::import_export::format::ReadFormat;
use crate::import_export::options::{DEFAULT_TYPE, ImportOptions};
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, Properties, RecordSink, RelationshipRecord, excerpt,
};
use crate::import_export::source::Source;
use crate::import_export::ucinet::header::{Header, Layout, Words};
use crate::value::Value;

/// The format; see the module.
#[derive(Debug)]
pub struct UcinetDl;

/// Whether the first bytes are those of a DL file.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let behind = text.trim_start().strip_prefix("dl");
    behind.is_some_and(|rest| {
        let rest = rest.trim_start_matches([' ', '\t', '\r', '\n', ',']);
        ["n", "format"].iter().any(|word| rest.starts_with(word)) && text.contains('=')
    })
}

impl ReadFormat for UcinetDl {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut words = Words::open(source)?;
        let header = Header::read(&mut words, sink)?;
        let default_type = options.relationship_type.clone();
        let mut file = File {
            words,
            header,
            sink,
            default_type: default_type.unwrap_or_else(|| DEFAULT_TYPE.into()),
            matrix: 0,
            labelled: [HashSet::new(), HashSet::new()],
            told_missing: false,
        };
        file.nodes()?;
        match file.header.layout {
            Layout::EdgeList | Layout::NodeList => file.lists()?,
            _ => file.matrices()?,
        }
        file.nodes_without_lines()
    }
}

struct File<'a> {
    words: Words<'a>,
    header: Header,
    sink: &'a mut dyn RecordSink,
    default_type: Arc<str>,
    /// The matrix that is read, counted from 0.
    matrix: usize,
    /// The labels of rows and of columns that the data have told so far.
    labelled: [HashSet<Arc<str>>; 2],
    /// Whether it was told that values are missing.
    told_missing: bool,
}

/// How a cell of a matrix says that its value is not known.
const MISSING: [&str; 2] = [".", "na"];

/// Rows or columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Row,
    Column,
}

impl File<'_> {
    /// Where there is one mode, columns are the same nodes as rows.
    fn side(&self, side: Side) -> Side {
        if self.header.has_two_modes {
            side
        } else {
            Side::Row
        }
    }

    fn sides(&self) -> &'static [Side] {
        if self.header.has_two_modes {
            &[Side::Row, Side::Column]
        } else {
            &[Side::Row]
        }
    }

    fn is_embedded(&self, side: Side) -> bool {
        match self.side(side) {
            Side::Row if self.header.has_two_modes => self.header.rows_embedded,
            Side::Row => self.header.rows_embedded || self.header.columns_embedded,
            Side::Column => self.header.columns_embedded,
        }
    }

    fn count(&self, side: Side) -> u64 {
        match side {
            Side::Row => self.header.rows,
            Side::Column => self.header.columns,
        }
    }

    fn id(&self, side: Side, id: Value) -> ExternalId {
        let space = match self.side(side) {
            Side::Row => None,
            Side::Column => Some("column".into()),
        };
        ExternalId::in_space(space, id)
    }

    fn node(&mut self, side: Side, id: Value, label: Option<Value>, place: Place) -> Result<()> {
        let mut properties = Properties::new();
        match label {
            Some(label) => properties.push(("label".into(), label)),
            None => properties.push(("id".into(), id.clone())),
        }
        if self.header.has_two_modes {
            let mode = if side == Side::Row { 1 } else { 2 };
            properties.push(("mode".into(), Value::Integer(mode)));
        }
        let node = NodeRecord {
            id: Some(self.id(side, id)),
            labels: Vec::new(),
            properties,
        };
        self.sink.node(node, place)
    }

    /// The nodes that the header tells.
    fn nodes(&mut self) -> Result<()> {
        for side in self.sides() {
            if self.is_embedded(*side) {
                continue;
            }
            for number in 1..=self.count(*side) {
                let labels = match side {
                    Side::Row => &self.header.row_labels,
                    Side::Column => &self.header.column_labels,
                };
                let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
                let label = labels.get(index).map(|label| label.as_str().into());
                self.node(*side, number_value(number), label, Place::File)?;
            }
        }
        Ok(())
    }

    /// The nodes that are counted, but of which the data say nothing.
    fn nodes_without_lines(&mut self) -> Result<()> {
        for side in self.sides() {
            if self.is_embedded(*side) {
                let told = self.labelled[*side as usize].len() as u64;
                for number in told + 1..=self.count(*side) {
                    self.node(*side, number_value(number), None, Place::File)?;
                }
            }
        }
        Ok(())
    }

    /// The id of a node by its number or, where labels are embedded, by its label, which makes the
    /// node where it is new.
    fn named(&mut self, side: Side, word: &str, place: Place) -> Result<ExternalId> {
        let side = self.side(side);
        if self.is_embedded(side) {
            let id = Value::from(word);
            let Some(labelled) = self.labelled.get_mut(side as usize) else {
                return Ok(self.id(side, id));
            };
            if !labelled.contains(word) {
                self.sink.reserve(2 * size_of::<Arc<str>>() + word.len())?;
                labelled.insert(word.into());
                if labelled.len() as u64 > self.count(side) {
                    let count = self.count(side);
                    let message = format!("{} is one node more than {count}", excerpt(word));
                    return Err(self.words.error(place, message));
                }
                self.node(side, id.clone(), Some(id.clone()), place)?;
            }
            return Ok(self.id(side, id));
        }
        let count = self.count(side);
        let number = word.parse().ok();
        if let Some(number) = number.filter(|number| (1..=count).contains(number)) {
            return Ok(self.id(side, number_value(number)));
        }
        let labels = match side {
            Side::Row => &self.header.row_labels,
            Side::Column => &self.header.column_labels,
        };
        match labels.iter().position(|label| label == word) {
            Some(place) => Ok(self.id(side, number_value(place as u64 + 1))),
            None => {
                let message = format!("{} is not one of {count} nodes", excerpt(word));
                Err(self.words.error(place, message))
            }
        }
    }

    fn push(
        &mut self,
        start: ExternalId,
        end: ExternalId,
        weight: Option<Value>,
        place: Place,
    ) -> Result<()> {
        let label = self.header.matrix_labels.get(self.matrix);
        let relationship_type = label.map(|label| label.as_str().into());
        let is_half = matches!(self.header.layout, Layout::UpperHalf | Layout::LowerHalf);
        let relationship = RelationshipRecord {
            relationship_type: relationship_type.unwrap_or_else(|| self.default_type.clone()),
            start,
            end,
            properties: weight
                .map(|weight| ("weight".into(), weight))
                .into_iter()
                .collect(),
            directed: Some(!is_half && !self.header.has_two_modes),
        };
        self.sink.relationship(relationship, place)
    }

    /// Lines of an edge, or of a node and its neighbours. A line `!` ends a matrix.
    fn lists(&mut self) -> Result<()> {
        while let Some((words, place)) = self.words.line(self.sink)? {
            let Some((first, rest)) = words.split_first() else {
                continue;
            };
            if first == "!" {
                self.matrix += 1;
                continue;
            }
            let start = self.named(Side::Row, first, place)?;
            if self.header.layout == Layout::NodeList {
                for word in rest {
                    let end = self.named(Side::Column, word, place)?;
                    self.push(start.clone(), end, None, place)?;
                }
                continue;
            }
            let (Some(end), weight) = (rest.first(), rest.get(1)) else {
                let error = self.words.error(place, "the edge has only one end");
                self.sink.refuse(place, error)?;
                continue;
            };
            let end = self.named(Side::Column, end, place)?;
            let weight = match weight.map(|word| (number(word), word)) {
                Some((None, word)) => {
                    let message = format!("the value {} is no number", excerpt(word));
                    let error = self.words.error(place, message);
                    self.sink.refuse(place, error)?;
                    continue;
                }
                weight => weight.and_then(|(weight, _)| weight),
            };
            self.push(start, end, weight, place)?;
        }
        Ok(())
    }

    fn matrices(&mut self) -> Result<()> {
        for matrix in 0..self.header.matrices {
            self.matrix = usize::try_from(matrix).unwrap_or(usize::MAX);
            self.matrix_cells()?;
        }
        match self.words.word(self.sink)? {
            None => Ok(()),
            Some((word, place)) => {
                let message = format!("{} stands behind the last cell", excerpt(&word));
                Err(self.words.error(place, message))
            }
        }
    }

    fn matrix_cells(&mut self) -> Result<()> {
        let (rows, columns) = (self.header.rows, self.header.columns);
        let mut column_ids = Vec::new();
        if self.header.columns_embedded {
            for _ in 0..columns {
                let (word, place) = self.cell()?;
                column_ids.push(self.named(Side::Column, &word, place)?);
                self.sink.reserve(size_of::<ExternalId>())?;
            }
        }
        for row in 0..rows {
            let row_id = if self.header.rows_embedded {
                let (word, place) = self.cell()?;
                self.named(Side::Row, &word, place)?
            } else {
                let same = column_ids.get(usize::try_from(row).unwrap_or(usize::MAX));
                match same.filter(|_| !self.header.has_two_modes) {
                    Some(id) => id.clone(),
                    None => self.id(Side::Row, number_value(row + 1)),
                }
            };
            let cells = match self.header.layout {
                Layout::UpperHalf => row..columns,
                Layout::LowerHalf => 0..columns.min(row + 1),
                _ => 0..columns,
            };
            for column in cells {
                let is_diagonal = column == row && !self.header.has_two_modes;
                if is_diagonal && !self.header.has_diagonal {
                    continue;
                }
                let (word, place) = self.cell()?;
                let Some(weight) = number(&word) else {
                    if MISSING
                        .iter()
                        .any(|missing| word.eq_ignore_ascii_case(missing))
                    {
                        if !std::mem::replace(&mut self.told_missing, true) {
                            let text = "missing values are no relationships".to_owned();
                            self.sink.warning(place, text);
                        }
                        continue;
                    }
                    let message = format!("the cell {} is no number", excerpt(&word));
                    return Err(self.words.error(place, message));
                };
                if weight == Value::Integer(0) {
                    continue;
                }
                let index = usize::try_from(column).unwrap_or(usize::MAX);
                let end = match column_ids.get(index) {
                    Some(id) => id.clone(),
                    None => self.id(Side::Column, number_value(column + 1)),
                };
                self.push(row_id.clone(), end, Some(weight), place)?;
            }
        }
        Ok(())
    }

    fn cell(&mut self) -> Result<(String, Place)> {
        match self.words.word(self.sink)? {
            Some(cell) => Ok(cell),
            None => {
                let message = "the matrix has too few cells; is a part of the file missing?";
                Err(self.words.error(self.words.place(), message))
            }
        }
    }
}

fn number_value(number: u64) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

fn number(word: &str) -> Option<Value> {
    match word.parse::<i64>() {
        Ok(integer) => Some(integer.into()),
        Err(_) => word.parse::<f64>().ok().map(Value::from),
    }
}
