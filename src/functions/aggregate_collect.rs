//! The aggregate that makes lists: `collect`.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::aggregate::{Memory, Rows};
use super::argument::STEPS_BETWEEN_CHECKS;
use super::row::{Accumulator, same_kind};
use crate::column::Column;
use crate::context::Context;
use crate::error::Result;
use crate::value::Value;

/// `collect(value)`: the values of a group in the order of the rows.
///
/// Values are kept as they come, and put into lists when it is known how long these are: groups that come in no order
/// then cost one write to a far place for each value, and no list is moved because it grows.
#[derive(Debug, Default)]
pub(super) struct Collect {
    parts: Vec<Part>,
    /// How many values each group has.
    counts: Vec<usize>,
    texts: SharedTexts,
    memory: Memory,
}

/// Values, and the group of each.
#[derive(Debug, Default)]
struct Part {
    groups: Vec<u32>,
    values: Vec<Value>,
}

/// Bytes that a value takes: in its part, and then in its list.
const BYTES: usize = size_of::<u32>() + 2 * size_of::<Value>();

impl Part {
    /// Adds so many copies of a value.
    fn add(
        &mut self,
        group: usize,
        value: Value,
        times: u64,
        memory: &mut Memory,
        context: &Context,
    ) -> Result<()> {
        let times = usize::try_from(times).unwrap_or(usize::MAX);
        memory.grow(context, times.saturating_mul(BYTES))?;
        let group = group as u32;
        for done in (0..times.saturating_sub(1)).step_by(STEPS_BETWEEN_CHECKS) {
            let batch = (times - 1 - done).min(STEPS_BETWEEN_CHECKS);
            self.groups.extend(std::iter::repeat_n(group, batch));
            let copies = std::iter::repeat_n(&value, batch).cloned();
            self.values.extend(copies);
            context.check()?;
        }
        self.groups.push(group);
        self.values.push(value);
        Ok(())
    }
}

impl Accumulator for Collect {
    fn grow(&mut self, groups: usize) {
        self.counts.resize(groups, 0);
    }

    fn update(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        weights: Option<&[u64]>,
        context: &Context,
    ) -> Result<()> {
        let rows = Rows { groups, weights };
        let Collect { texts, memory, .. } = self;
        let mut part = Part {
            groups: Vec::with_capacity(groups.len()),
            values: Vec::with_capacity(groups.len()),
        };
        match &arguments[0] {
            Column::Integer(array) => rows.each(array, |group, value, times| {
                part.add(group, Value::Integer(value), times, memory, context)
            }),
            Column::String(array) => rows.each(array, |group, text, times| {
                let text = texts.share(text, memory, context)?;
                part.add(group, Value::String(text), times, memory, context)
            }),
            Column::Dictionary(dictionary) if dictionary.is_worth_it() => {
                let shared = dictionary.texts().iter().flatten();
                let shared: Vec<Arc<str>> = shared
                    .map(|text| texts.share(text, memory, context))
                    .collect::<Result<_>>()?;
                rows.each(dictionary.codes(), |group, code, times| {
                    let text = shared[usize::from(code)].clone();
                    part.add(group, Value::String(text), times, memory, context)
                })
            }
            column => rows.each_row(
                |row| !column.is_null(row),
                |row, group, times| {
                    let value = column.value(row);
                    memory.grow(context, value.heap_size())?;
                    part.add(group, value, times, memory, context)
                },
            ),
        }?;
        let counts = &mut self.counts;
        part.groups
            .iter()
            .for_each(|group| counts[*group as usize] += 1);
        self.parts.push(part);
        Ok(())
    }

    fn merge(
        &mut self,
        later: Box<dyn Accumulator>,
        groups: &[u32],
        _context: &Context,
    ) -> Result<()> {
        let later = same_kind::<Self>(later)?;
        self.memory.absorb(later.memory);
        for (group, count) in groups.iter().zip(later.counts) {
            self.counts[*group as usize] += count;
        }
        self.parts.extend(later.parts.into_iter().map(|mut part| {
            let renamed = part.groups.iter_mut();
            renamed.for_each(|group| *group = groups[*group as usize]);
            part
        }));
        Ok(())
    }

    fn finish(&mut self) -> Result<Column> {
        let counts = std::mem::take(&mut self.counts).into_iter();
        let mut lists: Vec<Vec<Value>> = counts.map(Vec::with_capacity).collect();
        for part in self.parts.drain(..) {
            for (group, value) in part.groups.into_iter().zip(part.values) {
                lists[group as usize].push(value);
            }
        }
        Ok(Column::Value(Arc::new(
            lists.into_iter().map(Value::list).collect(),
        )))
    }
}

/// So many texts are kept before it is asked whether they come again.
const FEW_TEXTS: usize = 1 << 14;

/// Texts that many values have, each once, as long as they do come again.
#[derive(Debug, Default)]
struct SharedTexts {
    hasher: DefaultHashBuilder,
    texts: HashTable<Arc<str>>,
    asked: usize,
    /// Whether most texts have come once only.
    differ: bool,
}

impl SharedTexts {
    /// A text for a value, reserved if it is not one that is there already.
    fn share(&mut self, text: &str, memory: &mut Memory, context: &Context) -> Result<Arc<str>> {
        if self.differ {
            memory.grow(context, text.len() + 16)?;
            return Ok(text.into());
        }
        self.asked += 1;
        let hash = |text: &str| self.hasher.hash_one(text);
        let same = |known: &Arc<str>| **known == *text;
        let entry = match self.texts.entry(hash(text), same, |known| hash(known)) {
            Entry::Occupied(entry) => return Ok(entry.get().clone()),
            Entry::Vacant(entry) => entry,
        };
        memory.grow(context, text.len() + 16 + 2 * size_of::<Arc<str>>())?;
        let shared: Arc<str> = text.into();
        entry.insert(shared.clone());
        if self.texts.len() > FEW_TEXTS && self.texts.len() > self.asked / 2 {
            self.differ = true;
            self.texts = HashTable::new();
        }
        Ok(shared)
    }
}
