//! Which node of the graph the nodes of the files have become, by their ids there.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::import_export::batch::{IdTexts, Ids, numeral, texts};
use crate::import_export::record::ExternalId;
use crate::value::{NodeId, Value};

/// Nodes by the ids that the files give them.
#[derive(Debug, Default)]
pub(super) struct NodeIds(HashMap<Option<Arc<str>>, Space>);

/// Nodes by the ids of one space.
#[derive(Debug, Default)]
struct Space {
    /// Texts that are numerals, as their numbers.
    numerals: HashMap<i64, NodeId>,
    /// Other texts.
    texts: HashMap<Arc<str>, NodeId>,
    /// Ids that are no texts.
    others: HashMap<Value, NodeId>,
}

impl NodeIds {
    /// The node of an id.
    pub fn get(&self, id: &ExternalId) -> Option<NodeId> {
        let space = self.0.get(&id.space)?;
        let found = match &id.id {
            Value::String(text) => match numeral(text) {
                Some(number) => space.numerals.get(&number),
                None => space.texts.get(text),
            },
            value => space.others.get(value),
        };
        found.copied()
    }

    /// Gives an id to a node.
    pub fn insert(&mut self, id: ExternalId, node: NodeId) {
        let space = self.0.entry(id.space).or_default();
        match id.id {
            Value::String(text) => match numeral(&text) {
                Some(number) => space.numerals.insert(number, node),
                None => space.texts.insert(text, node),
            },
            value => space.others.insert(value, node),
        };
    }

    /// The bytes that an id takes, roughly, also while the table of all ids grows.
    pub fn size_of(id: &ExternalId) -> usize {
        match &id.id {
            Value::String(text) if numeral(text).is_some() => 2 * size_of::<(i64, NodeId)>(),
            value => 2 * size_of::<(Value, NodeId)>() + value.heap_size(),
        }
    }

    /// As [`NodeIds::size_of`], for many.
    pub fn size_of_all(ids: &Ids) -> usize {
        match &ids.texts {
            IdTexts::Numerals(numbers) => numbers.len() * 2 * size_of::<(i64, NodeId)>(),
            IdTexts::Any(texts, ends) => {
                texts.len()
                    + ends.len() * 2 * (size_of::<(Arc<str>, NodeId)>() + size_of::<usize>())
            }
        }
    }

    /// The nodes of many ids; `None` where one is not known.
    pub fn get_all(&self, ids: &Ids) -> Option<Vec<NodeId>> {
        let space = self.0.get(&ids.space)?;
        match &ids.texts {
            IdTexts::Numerals(numbers) => {
                // Tables are often sorted by one of the ends.
                let mut last: Option<(i64, NodeId)> = None;
                let node = |number: &i64| match last {
                    Some((before, node)) if before == *number => Some(node),
                    _ => {
                        let node = *space.numerals.get(number)?;
                        last = Some((*number, node));
                        Some(node)
                    }
                };
                numbers.iter().map(node).collect()
            }
            IdTexts::Any(all, ends) => texts(all, ends)
                .map(|text| match numeral(text) {
                    Some(number) => space.numerals.get(&number).copied(),
                    None => space.texts.get(text).copied(),
                })
                .collect(),
        }
    }

    /// Whether all ids are new; then they are known from now on, and [`NodeIds::set_all`] says of which
    /// nodes.
    pub fn add_all(&mut self, ids: &Ids) -> bool {
        const TO_BE_SET: NodeId = NodeId(u32::MAX);
        let space = self.0.entry(ids.space.clone()).or_default();
        let mut added = 0;
        let all_new = match &ids.texts {
            IdTexts::Numerals(numbers) => {
                space.numerals.reserve(numbers.len());
                numbers.iter().all(|number| {
                    let is_new = space.numerals.try_insert(*number, TO_BE_SET).is_ok();
                    added += usize::from(is_new);
                    is_new
                })
            }
            IdTexts::Any(all, ends) => texts(all, ends).all(|text| {
                let is_new = match numeral(text) {
                    Some(number) => space.numerals.try_insert(number, TO_BE_SET).is_ok(),
                    None => space.texts.try_insert(text.into(), TO_BE_SET).is_ok(),
                };
                added += usize::from(is_new);
                is_new
            }),
        };
        if !all_new {
            // The last one that was added stands before the one that was not new.
            for row in 0..added {
                match &ids.texts {
                    IdTexts::Numerals(numbers) => {
                        space.numerals.remove(&numbers[row]);
                    }
                    IdTexts::Any(all, ends) => {
                        let start = if row == 0 { 0 } else { ends[row - 1] };
                        let text = &all[start..ends[row]];
                        match numeral(text) {
                            Some(number) => space.numerals.remove(&number),
                            None => space.texts.remove(text),
                        };
                    }
                }
            }
        }
        all_new
    }

    /// Says which nodes the ids are of that were just added.
    pub fn set_all(&mut self, ids: &Ids, nodes: &[NodeId]) {
        let Some(space) = self.0.get_mut(&ids.space) else {
            return;
        };
        match &ids.texts {
            IdTexts::Numerals(numbers) => {
                for (number, node) in numbers.iter().zip(nodes) {
                    space.numerals.insert(*number, *node);
                }
            }
            IdTexts::Any(all, ends) => {
                for (text, node) in texts(all, ends).zip(nodes) {
                    match numeral(text) {
                        Some(number) => space.numerals.insert(number, *node),
                        None => space.texts.insert(text.into(), *node),
                    };
                }
            }
        }
    }
}
