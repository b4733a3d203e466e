//! The graph against a plain model: random writes, states kept in between, effects replayed.

use std::collections::BTreeMap;
use std::sync::Arc;

use rihla::Value;
use rihla::graph::{Direction, Effect, GraphWriter, Snapshot};
use rihla::value::{NodeId, RelationshipId};

type Properties = BTreeMap<String, Value>;

/// What a graph holds, as plain maps.
#[derive(Debug, Clone, Default, PartialEq)]
struct Model {
    nodes: BTreeMap<u32, (Vec<String>, Properties)>,
    relationships: BTreeMap<u32, (String, u32, u32, Properties)>,
}

impl Model {
    /// Everything that a snapshot tells, by scans.
    fn of(graph: &Snapshot) -> Model {
        let catalog = graph.catalog();
        let named = |properties: Vec<(rihla::value::KeyId, Value)>| {
            let name = |key| catalog.key_name(key).to_string();
            properties
                .into_iter()
                .map(|(key, value)| (name(key), value))
                .collect()
        };
        let mut model = Model::default();
        for chunk in 0..graph.node_chunks() {
            for node in graph
                .scan_nodes(chunk, &[])
                .expect("a chunk")
                .iter()
                .flatten()
            {
                let labels = graph.node_labels(NodeId(node)).expect("it exists");
                let labels = labels
                    .into_iter()
                    .map(|label| catalog.label_name(label).to_string());
                let properties = named(graph.node_properties(NodeId(node)).expect("it exists"));
                model.nodes.insert(node, (labels.collect(), properties));
            }
        }
        for chunk in 0..graph.relationship_chunks() {
            let found = graph.scan_relationships(chunk, None).expect("a chunk");
            for id in found.iter().flatten() {
                let ends = graph.endpoints(RelationshipId(id)).expect("it exists");
                let name = catalog.type_name(ends.relationship_type).to_string();
                let properties = graph.relationship_properties(RelationshipId(id));
                let properties = named(properties.expect("it exists"));
                model
                    .relationships
                    .insert(id, (name, ends.start.0, ends.end.0, properties));
            }
        }
        model
    }
}

/// Checks counts, columns and adjacency of a snapshot against a model.
fn check(graph: &Snapshot, model: &Model) {
    assert_eq!(&Model::of(graph), model);
    assert_eq!(graph.node_count(), model.nodes.len() as u64);
    assert_eq!(graph.relationship_count(), model.relationships.len() as u64);
    let catalog = graph.catalog();
    for (label, name) in catalog.labels() {
        let with_label = model
            .nodes
            .values()
            .filter(|(labels, _)| labels.contains(&name.to_string()));
        assert_eq!(
            graph.label_count(label),
            with_label.count() as u64,
            "{name}"
        );
    }
    let nodes: Vec<u32> = model.nodes.keys().copied().collect();
    for (key, name) in catalog.keys() {
        let column = graph
            .node_column(&nodes.clone().into(), key)
            .expect("all exist");
        let expected = nodes.iter().map(|node| {
            model.nodes[node]
                .1
                .get(name.as_ref())
                .cloned()
                .unwrap_or_default()
        });
        assert_eq!(
            column.values().collect::<Vec<_>>(),
            expected.collect::<Vec<_>>(),
            "{name}"
        );
    }
    for (relationship_type, name) in catalog.relationship_types() {
        for direction in [Direction::Outgoing, Direction::Incoming] {
            for node in &nodes {
                let list = graph.neighbours(NodeId(*node), direction, relationship_type);
                let list = list.expect("the list");
                let found: Vec<(u32, u32)> = list
                    .nodes()
                    .iter()
                    .copied()
                    .zip(list.relationships().iter().copied())
                    .collect();
                let expected =
                    model
                        .relationships
                        .iter()
                        .filter_map(|(id, (own, start, end, _))| {
                            let (here, there) = match direction {
                                Direction::Outgoing => (start, end),
                                Direction::Incoming => (end, start),
                            };
                            (own == name.as_ref() && here == node).then_some((*there, *id))
                        });
                let mut expected: Vec<(u32, u32)> = expected.collect();
                expected.sort_unstable();
                assert_eq!(found, expected, "{name} of {node}");
                let degree = graph.degree(NodeId(*node), direction, relationship_type);
                assert_eq!(degree.expect("a degree"), expected.len() as u64);
            }
        }
    }
}

/// Writes at random to a writer and the model alike.
struct Random {
    source: fastrand::Rng,
    writer: GraphWriter,
    model: Model,
}

impl Random {
    fn new(seed: u64) -> Self {
        Random {
            source: fastrand::Rng::with_seed(seed),
            writer: GraphWriter::new(Snapshot::default()),
            model: Model::default(),
        }
    }

    fn value(&mut self) -> Value {
        match self.source.u8(..6) {
            0 => Value::Null,
            1 => Value::from("text ".to_owned() + &self.source.u8(..).to_string()),
            2 => Value::from(self.source.f64()),
            3 => Value::list(vec![
                Value::from(1),
                Value::from(i64::from(self.source.u8(..))),
            ]),
            _ => Value::from(i64::from(self.source.u16(..))),
        }
    }

    fn node(&mut self) -> Option<u32> {
        let place = self.source.usize(..self.model.nodes.len().max(1));
        self.model.nodes.keys().nth(place).copied()
    }

    fn relationship(&mut self) -> Option<u32> {
        let place = self.source.usize(..self.model.relationships.len().max(1));
        self.model.relationships.keys().nth(place).copied()
    }

    /// One write.
    fn step(&mut self) {
        let key_name = ["a", "b", "c"][self.source.usize(..3)];
        let label_name = ["X", "Y"][self.source.usize(..2)];
        let value = self.value();
        let put = |properties: &mut Properties, value: Value| match value {
            Value::Null => properties.remove(key_name),
            value => properties.insert(key_name.to_owned(), value),
        };
        match self.source.u8(..20) {
            0..=7 => {
                let label = self.writer.label(label_name).expect("a label");
                let key = self.writer.key(key_name).expect("a key");
                let made = self
                    .writer
                    .create_node(&[label], vec![(key, value.clone())]);
                let mut properties = Properties::new();
                put(&mut properties, value);
                let node = made.expect("a node").0;
                let before = self
                    .model
                    .nodes
                    .insert(node, (vec![label_name.to_owned()], properties));
                assert!(before.is_none(), "the number {node} is given twice");
            }
            8..=13 => {
                let (Some(start), Some(end)) = (self.node(), self.node()) else {
                    return;
                };
                let name = ["R", "S"][self.source.usize(..2)];
                let relationship_type = self.writer.relationship_type(name).expect("a type");
                let made = self.writer.create_relationship(
                    relationship_type,
                    NodeId(start),
                    NodeId(end),
                    Vec::new(),
                );
                let fact = (name.to_owned(), start, end, Properties::new());
                self.model
                    .relationships
                    .insert(made.expect("a relationship").0, fact);
            }
            14 | 15 => {
                let Some(node) = self.node() else { return };
                let key = self.writer.key(key_name).expect("a key");
                self.writer
                    .set_node_property(NodeId(node), key, value.clone())
                    .expect("set");
                put(
                    &mut self.model.nodes.get_mut(&node).expect("known").1,
                    value,
                );
            }
            16 => {
                let Some(id) = self.relationship() else {
                    return;
                };
                let key = self.writer.key(key_name).expect("a key");
                let set =
                    self.writer
                        .set_relationship_property(RelationshipId(id), key, value.clone());
                set.expect("set");
                put(
                    &mut self.model.relationships.get_mut(&id).expect("known").3,
                    value,
                );
            }
            17 => {
                let Some(node) = self.node() else { return };
                let label = self.writer.label(label_name).expect("a label");
                let labels = &mut self.model.nodes.get_mut(&node).expect("known").0;
                if self.source.bool() {
                    self.writer.add_label(NodeId(node), label).expect("added");
                    labels.push(label_name.to_owned());
                    labels.sort();
                    labels.dedup();
                } else {
                    self.writer
                        .remove_label(NodeId(node), label)
                        .expect("removed");
                    labels.retain(|known| known != label_name);
                }
            }
            18 => {
                let Some(id) = self.relationship() else {
                    return;
                };
                self.writer
                    .delete_relationship(RelationshipId(id))
                    .expect("deleted");
                self.model.relationships.remove(&id);
            }
            _ => {
                let Some(node) = self.node() else { return };
                for id in self
                    .writer
                    .relationships_of(NodeId(node))
                    .expect("its relationships")
                {
                    self.writer.delete_relationship(id).expect("deleted");
                    self.model.relationships.remove(&id.0);
                }
                self.writer.delete_node(NodeId(node)).expect("deleted");
                self.model.nodes.remove(&node);
            }
        }
    }
}

#[test]
fn random_writes_agree_with_the_model() {
    for seed in 0..12 {
        let mut random = Random::new(seed);
        let mut kept: Vec<(Snapshot, Model)> = Vec::new();
        for step in 0..600 {
            random.step();
            if step % 150 == 0 {
                kept.push((random.writer.snapshot(), random.model.clone()));
            }
        }
        check(&random.writer.snapshot(), &random.model);
        for (snapshot, model) in &kept {
            check(snapshot, model);
        }
    }
}

#[test]
fn many_writes_are_folded_and_agree_with_the_model() {
    let mut random = Random::new(99);
    for _ in 0..9_000 {
        random.step();
    }
    check(&random.writer.snapshot(), &random.model);
}

#[test]
fn effects_lead_to_the_same_graph() {
    for seed in 20..24 {
        let mut random = Random::new(seed);
        (0..800).for_each(|_| random.step());
        let (graph, effects) = random.writer.finish();
        let text = serde_json::to_string(&effects).expect("effects can be written");
        let effects: Vec<Effect> = serde_json::from_str(&text).expect("and read");
        let mut writer = GraphWriter::new(Snapshot::default());
        for effect in &effects {
            writer.apply(effect).expect("the effect fits");
        }
        assert_eq!(Model::of(&writer.snapshot()), Model::of(&graph));
    }
}

#[test]
fn readers_in_other_threads_keep_their_state() {
    let database = rihla::Database::in_memory();
    let session = database.session();
    session
        .query("CREATE (:Account {money: 50}), (:Account {money: 50})", ())
        .expect("made");
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let (database, stop) = (database.clone(), stop.clone());
            std::thread::spawn(move || {
                let session = database.session();
                let mut reads = 0;
                while !stop.load(std::sync::atomic::Ordering::Relaxed) || reads == 0 {
                    let query = "MATCH (a:Account) RETURN sum(a.money) AS sum";
                    let result = session.query(query, ()).expect("reads");
                    assert_eq!(result.to_values(), [[Value::from(100)]]);
                    reads += 1;
                }
            })
        })
        .collect();
    for amount in 1..=200 {
        let transfer = "MATCH (a:Account) WITH a ORDER BY id(a) WITH collect(a) AS both
            WITH both[0] AS from, both[1] AS to
            SET from.money = from.money - $amount, to.money = to.money + $amount";
        session
            .query(transfer, [("amount", amount)])
            .expect("writes");
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    for reader in readers {
        reader.join().expect("no reader saw half a transfer");
    }
}

#[test]
fn a_row_that_stands_twice_is_not_taken_for_its_neighbour() {
    let session = rihla::Database::in_memory().session();
    session
        .query(
            "UNWIND range(0, 9999) AS i CREATE (:N {i: i, name: 'n' + toString(i)})",
            (),
        )
        .expect("made");
    let query = "MATCH (n:N) WHERE n.i IN [10, 12] WITH n ORDER BY n.i WITH collect(n) AS both
        UNWIND [both[0], both[0], both[1]] AS n RETURN n.name";
    let result = session.query(query, ()).expect("reads");
    let names = ["n10", "n10", "n12"].map(|name| vec![Value::from(name)]);
    assert_eq!(result.to_values(), names);
}
