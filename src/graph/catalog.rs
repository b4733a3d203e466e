//! The names of a graph, each with its number, and the sets of labels that nodes have.

use std::sync::{Arc, LazyLock};

use hashbrown::HashMap;

use crate::value::{KeyId, LabelId, TypeId};

/// The names of labels, relationship types and property keys. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    labels: Arc<Names>,
    types: Arc<Names>,
    keys: Arc<Names>,
    label_sets: Arc<LabelSets>,
}

/// Names numbered in the order in which they came.
#[derive(Debug, Clone, Default)]
struct Names {
    names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

/// Names of labels, of types, of keys.
pub(super) type Names3 = [Vec<Arc<str>>; 3];

/// Sets of labels, numbered; number 0 is the empty set.
#[derive(Debug, Clone)]
struct LabelSets {
    sets: Vec<Arc<[LabelId]>>,
    numbers: HashMap<Arc<[LabelId]>, LabelSetId>,
}

/// The number of a set of labels.
pub type LabelSetId = u32;

impl Default for LabelSets {
    fn default() -> Self {
        let empty: Arc<[LabelId]> = Arc::new([]);
        LabelSets {
            sets: vec![empty.clone()],
            numbers: HashMap::from([(empty, 0)]),
        }
    }
}

impl Names {
    fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// The name of a number; a stored part may hold one that has none.
    fn name(&self, number: usize) -> &Arc<str> {
        static NAMELESS: LazyLock<Arc<str>> = LazyLock::new(|| "?".into());
        self.names.get(number).unwrap_or(&NAMELESS)
    }

    /// The number of a name, a new one where it is not known.
    fn intern(names: &mut Arc<Names>, name: &str) -> u32 {
        if let Some(number) = names.find(name) {
            return number;
        }
        let names = Arc::make_mut(names);
        let name: Arc<str> = name.into();
        let number = names.names.len() as u32;
        names.names.push(name.clone());
        names.numbers.insert(name, number);
        number
    }
}

impl Catalog {
    /// The catalog with these names and sets of labels, in the order of their numbers.
    pub(super) fn from_names(names: &Names3, sets: &[Vec<LabelId>]) -> Catalog {
        let mut catalog = Catalog::default();
        for name in &names[0] {
            catalog.intern_label(name);
        }
        for name in &names[1] {
            catalog.intern_type(name);
        }
        for name in &names[2] {
            catalog.intern_key(name);
        }
        for set in sets {
            catalog.intern_label_set(set);
        }
        catalog
    }

    /// Names of labels, of types, of keys.
    pub(super) fn names(&self) -> Names3 {
        [&self.labels, &self.types, &self.keys].map(|names| names.names.clone())
    }

    /// All sets of labels.
    pub(super) fn label_sets(&self) -> Vec<Vec<LabelId>> {
        self.label_sets
            .sets
            .iter()
            .map(|set| set.to_vec())
            .collect()
    }

    /// The number of a label.
    pub fn label(&self, name: &str) -> Option<LabelId> {
        self.labels.find(name).map(LabelId)
    }

    /// The name of a label.
    pub fn label_name(&self, label: LabelId) -> &Arc<str> {
        self.labels.name(label.index())
    }

    /// All labels in the order of their numbers.
    pub fn labels(&self) -> impl Iterator<Item = (LabelId, &Arc<str>)> {
        self.labels
            .names
            .iter()
            .enumerate()
            .map(|(number, name)| (LabelId(number as u32), name))
    }

    /// The number of a relationship type.
    pub fn relationship_type(&self, name: &str) -> Option<TypeId> {
        self.types.find(name).map(TypeId)
    }

    /// The name of a relationship type.
    pub fn type_name(&self, relationship_type: TypeId) -> &Arc<str> {
        self.types.name(relationship_type.index())
    }

    /// All relationship types in the order of their numbers.
    pub fn relationship_types(&self) -> impl Iterator<Item = (TypeId, &Arc<str>)> {
        self.types
            .names
            .iter()
            .enumerate()
            .map(|(number, name)| (TypeId(number as u32), name))
    }

    /// The number of a property key.
    pub fn key(&self, name: &str) -> Option<KeyId> {
        self.keys.find(name).map(KeyId)
    }

    /// The name of a property key.
    pub fn key_name(&self, key: KeyId) -> &Arc<str> {
        self.keys.name(key.index())
    }

    /// All property keys in the order of their numbers.
    pub fn keys(&self) -> impl Iterator<Item = (KeyId, &Arc<str>)> {
        self.keys
            .names
            .iter()
            .enumerate()
            .map(|(number, name)| (KeyId(number as u32), name))
    }

    /// Rises with each new name.
    pub fn version(&self) -> u64 {
        (self.labels.names.len() + self.types.names.len() + self.keys.names.len()) as u64
    }

    pub(super) fn intern_label(&mut self, name: &str) -> LabelId {
        LabelId(Names::intern(&mut self.labels, name))
    }

    pub(super) fn intern_type(&mut self, name: &str) -> TypeId {
        TypeId(Names::intern(&mut self.types, name))
    }

    pub(super) fn intern_key(&mut self, name: &str) -> KeyId {
        KeyId(Names::intern(&mut self.keys, name))
    }

    /// The labels of a set, ascending.
    pub(super) fn label_set(&self, set: LabelSetId) -> &[LabelId] {
        self.label_sets
            .sets
            .get(set as usize)
            .map_or(&[], |set| set)
    }

    /// The number of a set of labels.
    pub(super) fn intern_label_set(&mut self, labels: &[LabelId]) -> LabelSetId {
        let mut sorted = labels.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        if let Some(number) = self.label_sets.numbers.get(sorted.as_slice()) {
            return *number;
        }
        let sets = Arc::make_mut(&mut self.label_sets);
        let set: Arc<[LabelId]> = sorted.into();
        let number = sets.sets.len() as LabelSetId;
        sets.sets.push(set.clone());
        sets.numbers.insert(set, number);
        number
    }

    /// Whether a set of labels holds a label.
    pub fn set_has(&self, set: LabelSetId, label: LabelId) -> bool {
        let set = self.label_sets.sets.get(set as usize);
        set.is_some_and(|set| set.contains(&label))
    }

    /// Whether a set of labels holds none.
    pub fn is_empty_set(&self, set: LabelSetId) -> bool {
        self.label_set(set).is_empty()
    }

    /// For each set of labels whether it holds all of `labels`.
    pub(super) fn sets_with(&self, labels: &[LabelId]) -> Vec<bool> {
        let holds = |set: &Arc<[LabelId]>| labels.iter().all(|label| set.contains(label));
        self.label_sets.sets.iter().map(holds).collect()
    }
}
