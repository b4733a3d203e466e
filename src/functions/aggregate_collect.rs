//! The aggregate that makes lists: `collect`.

use std::hash::BuildHasher;
use std::sync::Arc;

use arrow_array::Array;
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::aggregate::{Memory, Rows};
use super::argument::STEPS_BETWEEN_CHECKS;
use super::row::{Accumulator, same_kind};
use crate::column::Column;
use crate::context::Context;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::{Date, LocalDateTime, NodeId, RelationshipId, Value};

/// `collect(value)`: the values of a group in the order of the rows.
///
/// What rows have is kept narrow as it comes, and made values when the lists are: then groups that come in no order
/// cost no writes to far places, and no list is moved because it grows.
#[derive(Debug, Default)]
pub(super) struct Collect {
    /// How many groups there are.
    count: usize,
    /// The group of each value.
    groups: Vec<u32>,
    cells: Cells,
    texts: Texts,
    memory: Memory,
}

/// The values so far, typed as long as all columns have one type.
#[derive(Debug, Default)]
enum Cells {
    #[default]
    None,
    /// Values of one type that is numbers inside.
    Numbers(NumberKind, Vec<u64>),
    /// Texts by their place.
    Texts(Vec<u32>),
    Values(Vec<Value>),
}

/// What numbers stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NumberKind {
    Integer,
    Float,
    Date,
    LocalDateTime,
    Node,
    Relationship,
}

impl NumberKind {
    fn of(column: &Column) -> Option<NumberKind> {
        Some(match column {
            Column::Integer(_) => NumberKind::Integer,
            Column::Float(_) => NumberKind::Float,
            Column::Date(_) => NumberKind::Date,
            Column::LocalDateTime(_) => NumberKind::LocalDateTime,
            Column::Node(_) => NumberKind::Node,
            Column::Relationship(_) => NumberKind::Relationship,
            _ => return None,
        })
    }

    fn value(self, number: u64) -> Value {
        match self {
            NumberKind::Integer => Value::Integer(number as i64),
            NumberKind::Float => Value::Float(f64::from_bits(number)),
            NumberKind::Date => Value::Date(Date {
                days: number as i64,
            }),
            NumberKind::LocalDateTime => {
                Value::LocalDateTime(LocalDateTime::from_nanoseconds(number as i64))
            }
            NumberKind::Node => Value::Node(NodeId(number as u32)),
            NumberKind::Relationship => Value::Relationship(RelationshipId(number as u32)),
        }
    }
}

impl Cells {
    /// No values yet, of the type of `column`.
    fn like(column: &Column) -> Cells {
        match (column, NumberKind::of(column)) {
            (Column::Null(_), _) => Cells::None,
            (Column::String(_) | Column::Dictionary(_), _) => Cells::Texts(Vec::new()),
            (_, Some(kind)) => Cells::Numbers(kind, Vec::new()),
            (_, None) => Cells::Values(Vec::new()),
        }
    }

    /// The same values, no longer typed.
    fn into_values(self, texts: &Texts) -> Vec<Value> {
        match self {
            Cells::None => Vec::new(),
            Cells::Numbers(kind, numbers) => numbers.into_iter().map(|it| kind.value(it)).collect(),
            Cells::Texts(places) => places.into_iter().map(|place| texts.value(place)).collect(),
            Cells::Values(values) => values,
        }
    }
}

/// Where the groups of values are noted, and what is reserved for them.
struct Notes<'a> {
    groups: &'a mut Vec<u32>,
    memory: &'a mut Memory,
    context: &'a Context,
}

impl Notes<'_> {
    /// Adds so many copies of a cell.
    fn add<T: Clone>(
        &mut self,
        cells: &mut Vec<T>,
        group: usize,
        cell: T,
        times: u64,
    ) -> Result<()> {
        let times = usize::try_from(times).unwrap_or(usize::MAX);
        self.memory
            .grow(self.context, times.saturating_mul(bytes::<T>()))?;
        let group = group as u32;
        for done in (0..times.saturating_sub(1)).step_by(STEPS_BETWEEN_CHECKS) {
            let batch = (times - 1 - done).min(STEPS_BETWEEN_CHECKS);
            self.groups.extend(std::iter::repeat_n(group, batch));
            cells.extend(std::iter::repeat_n(&cell, batch).cloned());
            self.context.check()?;
        }
        self.groups.push(group);
        cells.push(cell);
        Ok(())
    }
}

/// Bytes that a value takes: as a cell with its group, both with room to grow, and in its list, for which it has a
/// place in the order of the groups.
const fn bytes<T>() -> usize {
    2 * (size_of::<T>() + size_of::<u32>()) + size_of::<usize>() + size_of::<Value>()
}

impl Accumulator for Collect {
    fn grow(&mut self, groups: usize) {
        self.count = groups;
    }

    fn update(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        weights: Option<&[u64]>,
        context: &Context,
    ) -> Result<()> {
        let column = &arguments[0];
        let rows = Rows { groups, weights };
        if matches!(self.cells, Cells::None) {
            self.cells = Cells::like(column);
        }
        let texts = &mut self.texts;
        let mut notes = Notes {
            groups: &mut self.groups,
            memory: &mut self.memory,
            context,
        };
        match (&mut self.cells, column) {
            (_, Column::Null(_)) => Ok(()),
            (Cells::Numbers(kind, cells), column) if NumberKind::of(column) == Some(*kind) => {
                match column {
                    Column::Float(array) => rows.each(array, |group, value, times| {
                        notes.add(cells, group, value.to_bits(), times)
                    }),
                    Column::Node(array) | Column::Relationship(array) => rows
                        .each(array, |group, id, times| {
                            notes.add(cells, group, id.into(), times)
                        }),
                    column => match column.integers() {
                        Some(array) => rows.each(array, |group, value, times| {
                            notes.add(cells, group, value as u64, times)
                        }),
                        None => Ok(()),
                    },
                }
            }
            (Cells::Texts(cells), Column::String(array)) => {
                rows.each(array, |group, text, times| {
                    let place = texts.place(text, notes.memory, context)?;
                    notes.add(cells, group, place, times)
                })
            }
            (Cells::Texts(cells), Column::Dictionary(dictionary)) => {
                let mut places = vec![None; dictionary.texts().len()];
                rows.each(dictionary.codes(), |group, code, times| {
                    let code = usize::from(code);
                    let place = match places[code] {
                        Some(place) => place,
                        None => {
                            let text = dictionary.texts().value(code);
                            *places[code].insert(texts.place(text, notes.memory, context)?)
                        }
                    };
                    notes.add(cells, group, place, times)
                })
            }
            (cells, column) => {
                let mut values = std::mem::take(cells).into_values(texts);
                let added = rows.each_row(
                    |row| !column.is_null(row),
                    |row, group, times| {
                        let value = column.value(row);
                        notes.memory.grow(context, value.heap_size())?;
                        notes.add(&mut values, group, value, times)
                    },
                );
                *cells = Cells::Values(values);
                added
            }
        }
    }

    fn merge(&mut self, later: Box<dyn Accumulator>, groups: &[u32], _: &Context) -> Result<()> {
        let later = same_kind::<Self>(later)?;
        self.memory.absorb(later.memory);
        let renamed = later.groups.iter().map(|group| groups[*group as usize]);
        self.groups.extend(renamed);
        self.cells = match (std::mem::take(&mut self.cells), later.cells) {
            (cells, Cells::None) => cells,
            (Cells::None, cells) => {
                self.texts = later.texts;
                cells
            }
            (Cells::Numbers(kind, mut known), Cells::Numbers(same, cells)) if kind == same => {
                known.extend(cells);
                Cells::Numbers(kind, known)
            }
            (Cells::Texts(mut known), Cells::Texts(cells)) => {
                let before = self.texts.append(later.texts)?;
                known.extend(cells.into_iter().map(|place| before + place));
                Cells::Texts(known)
            }
            (known, cells) => {
                let mut values = known.into_values(&self.texts);
                values.extend(cells.into_values(&later.texts));
                Cells::Values(values)
            }
        };
        Ok(())
    }

    fn finish(&mut self) -> Result<Column> {
        let groups = std::mem::take(&mut self.groups);
        let texts = std::mem::take(&mut self.texts);
        let lists = match std::mem::take(&mut self.cells) {
            Cells::None => vec![Value::list(Vec::new()); self.count],
            Cells::Numbers(kind, numbers) => {
                lists(&groups, self.count, |place| kind.value(numbers[place]))
            }
            Cells::Texts(places) => lists(&groups, self.count, |place| texts.value(places[place])),
            Cells::Values(mut values) => lists(&groups, self.count, |place| {
                std::mem::take(&mut values[place])
            }),
        };
        Ok(Column::Value(Arc::new(lists)))
    }
}

/// The lists of so many groups, from the group of each value: places sorted by counting, then list by list.
fn lists(groups: &[u32], count: usize, mut value: impl FnMut(usize) -> Value) -> Vec<Value> {
    // Where the next value of a group goes, and at last where those of the group end.
    let mut ends = vec![0; count];
    groups.iter().for_each(|group| ends[*group as usize] += 1);
    let mut before = 0;
    for end in &mut ends {
        before += std::mem::replace(end, before);
    }
    let mut places = vec![0; groups.len()];
    for (place, group) in groups.iter().enumerate() {
        let end: &mut usize = &mut ends[*group as usize];
        places[*end] = place;
        *end += 1;
    }
    let mut from = 0;
    let list = |to: usize| {
        let places = &places[std::mem::replace(&mut from, to)..to];
        Value::list(places.iter().map(|place| value(*place)).collect())
    };
    ends.into_iter().map(list).collect()
}

/// So many texts are kept before it is asked whether they come again.
const FEW_TEXTS: usize = 1 << 14;

/// Texts by place, each once as long as most of them come again.
#[derive(Debug, Default)]
struct Texts {
    texts: Vec<Arc<str>>,
    hasher: DefaultHashBuilder,
    places: HashTable<u32>,
    asked: usize,
    /// Whether most texts have come once only.
    differ: bool,
}

impl Texts {
    fn value(&self, place: u32) -> Value {
        Value::String(self.texts[place as usize].clone())
    }

    /// Where a text is from now on.
    fn place(&mut self, text: &str, memory: &mut Memory, context: &Context) -> Result<u32> {
        let next = u32::try_from(self.texts.len()).map_err(|_| too_many())?;
        if !self.differ {
            self.asked += 1;
            let texts = &self.texts;
            let text_at = |place: &u32| texts[*place as usize].as_ref();
            let hash = |text: &str| self.hasher.hash_one(text);
            let same = |place: &u32| text_at(place) == text;
            match self
                .places
                .entry(hash(text), same, |place| hash(text_at(place)))
            {
                Entry::Occupied(entry) => return Ok(*entry.get()),
                Entry::Vacant(entry) => entry.insert(next),
            };
            if texts.len() > FEW_TEXTS && texts.len() > self.asked / 2 {
                self.differ = true;
                self.places = HashTable::new();
            }
        }
        memory.grow(context, text.len() + BYTES_OF_TEXT)?;
        self.texts.push(text.into());
        Ok(next)
    }

    /// Adds the texts of another accumulator; tells how many come before them.
    fn append(&mut self, later: Texts) -> Result<u32> {
        let before = self.texts.len();
        self.texts.extend(later.texts);
        u32::try_from(self.texts.len()).map_err(|_| too_many())?;
        Ok(before as u32)
    }
}

/// Bytes of a text besides its own: its counters, and its place with room to grow.
const BYTES_OF_TEXT: usize = 16 + 2 * (size_of::<Arc<str>>() + 2 * size_of::<u32>());

fn too_many() -> Error {
    Error::new(
        ErrorKind::ResourceError,
        ErrorDetail::OutOfMemory,
        "more than 4,294,967,295 texts cannot be collected",
    )
}
