//! Which sets of labels the nodes have that relationships of a type lead to, each way: at least those
//! that are there, for what is deleted is not forgotten. Kept by every write; from it the optimiser
//! knows which labels of a neighbour need not be tested.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use imbl::Vector;

use super::catalog::{Catalog, LabelSetId};
use crate::value::TypeId;

/// The sets of labels of the neighbours, by the place of the adjacency.
#[derive(Debug, Clone)]
pub(super) struct NeighbourSets {
    /// Sorted; `None` in a graph that was stored before these were kept.
    sets: Option<Vector<Arc<Vec<LabelSetId>>>>,
    /// Differs where the labels differ.
    fingerprint: u64,
}

/// Sorted sets for each place, as they are stored.
pub(super) type NeighbourSetsImage = Vec<Vec<LabelSetId>>;

impl Default for NeighbourSets {
    fn default() -> Self {
        NeighbourSets {
            sets: Some(Vector::new()),
            fingerprint: 0,
        }
    }
}

impl NeighbourSets {
    /// Notes that a neighbour has a set of labels.
    pub(super) fn note(&mut self, place: usize, set: LabelSetId, catalog: &Catalog) {
        let Some(sets) = &mut self.sets else { return };
        while sets.len() <= place {
            sets.push_back(Arc::default());
        }
        let Err(rank) = sets[place].binary_search(&set) else {
            return;
        };
        Arc::make_mut(&mut sets[place]).insert(rank, set);
        self.fingerprint ^= fingerprint(place, set, catalog);
    }

    /// Notes that a node that had one set of labels has another: it may be a neighbour wherever such
    /// nodes are.
    pub(super) fn relabelled(&mut self, before: LabelSetId, now: LabelSetId, catalog: &Catalog) {
        let places = self.sets.iter().flatten().enumerate();
        let touched = places.filter(|(_, sets)| {
            sets.binary_search(&before).is_ok() && sets.binary_search(&now).is_err()
        });
        let touched: Vec<usize> = touched.map(|(place, _)| place).collect();
        for place in touched {
            self.note(place, now, catalog);
        }
    }

    /// The sets of a place, if they are known.
    pub(super) fn at(&self, place: usize) -> Option<&[LabelSetId]> {
        let sets = self.sets.as_ref()?;
        Some(sets.get(place).map_or(&[], |sets| sets.as_slice()))
    }

    /// A number that differs, but for chance, where the labels differ that neighbours may have.
    pub(super) fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// What is stored of it.
    pub(super) fn image(&self) -> Option<NeighbourSetsImage> {
        let sets = self.sets.as_ref()?;
        Some(sets.iter().map(|sets| sets.to_vec()).collect())
    }

    /// What was stored.
    pub(super) fn open(image: Option<&NeighbourSetsImage>, catalog: &Catalog) -> NeighbourSets {
        let Some(image) = image else {
            return NeighbourSets {
                sets: None,
                fingerprint: 0,
            };
        };
        let mut sets = NeighbourSets::default();
        for (place, stored) in image.iter().enumerate() {
            for set in stored {
                sets.note(place, *set, catalog);
            }
        }
        sets
    }
}

/// Of one set at one place. The names of labels count, not their numbers: another transaction may have
/// given the same numbers to others.
fn fingerprint(place: usize, set: LabelSetId, catalog: &Catalog) -> u64 {
    let mut names: Vec<&Arc<str>> = catalog
        .label_set(set)
        .iter()
        .map(|label| catalog.label_name(*label))
        .collect();
    names.sort_unstable();
    let mut hasher = DefaultHasher::new();
    (
        catalog.type_name(TypeId(place as u32 / 2)),
        place % 2,
        names,
    )
        .hash(&mut hasher);
    hasher.finish()
}
