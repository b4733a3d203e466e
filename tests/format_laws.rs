//! Laws of all formats that are written and read: what a format says that it can hold is the same
//! after it was written and read again, and only the rest is told to be lost.

use std::sync::Arc;

use proptest::prelude::*;
use rihla::Value;
use rihla::graph::Snapshot;
use rihla::import_export::format::{Reading, WriteFormat};
use rihla::import_export::record::{ExternalId, NodeRecord, Properties, RelationshipRecord};
use rihla::import_export::{
    Abilities, ExportSource, FORMATS, Format, Held, ImportOptions, Source, import, losses,
};

use crate::formats::{Records, any_graph, awkward, context, dumped, write_files, write_text};

/// Formats that answer to laws of their own, with the reason.
const ELSEWHERE: &[(&str, &str)] = &[
    ("graphar", "nodes come back in groups: tests/columnar.rs"),
    ("sif", "nodes get names: tests/graph_tools.rs"),
    ("turtle", "nodes get an iri: tests/rdf.rs"),
    ("n-triples", "nodes get an iri: tests/rdf.rs"),
    ("n-quads", "nodes get an iri: tests/rdf.rs"),
    ("trig", "nodes get an iri: tests/rdf.rs"),
    ("rdf-xml", "nodes get an iri: tests/rdf.rs"),
    ("json-ld", "nodes get an iri: tests/rdf.rs"),
];

/// The formats that are written and read as records.
fn formats() -> impl Iterator<Item = (&'static Format, &'static dyn WriteFormat)> {
    let own = |format: &&Format| ELSEWHERE.iter().all(|(name, _)| *name != format.name);
    FORMATS.iter().filter(own).filter_map(|format| {
        let is_read = matches!(format.reading, Reading::Records(_));
        format
            .writer
            .filter(|_| is_read)
            .map(|writer| (format, writer))
    })
}

/// What of a graph a format can hold, with names and ids as far as they are held, too.
fn held(mut graph: Records, abilities: &Abilities) -> Records {
    let keep = |properties: &mut Properties, held: Held| {
        properties.retain(|(key, value)| held.holds(key, value));
        properties.sort_by(|one, other| one.0.cmp(&other.0));
    };
    if !abilities.isolated_nodes {
        by_id(&mut graph);
    }
    let ids: Vec<_> = graph.nodes.iter().map(|node| node.id.clone()).collect();
    let place = |id: &ExternalId| {
        let found = ids.iter().position(|own| own.as_ref() == Some(id));
        i64::try_from(found.expect("both ends are there")).expect("a small graph")
    };
    for relationship in &mut graph.relationships {
        relationship.start = place(&relationship.start).into();
        relationship.end = place(&relationship.end).into();
        relationship.directed = None;
        keep(
            &mut relationship.properties,
            abilities.relationship_properties,
        );
        if !abilities.types {
            relationship.relationship_type = "".into();
        }
    }
    for (place, node) in graph.nodes.iter_mut().enumerate() {
        node.id = Some(i64::try_from(place).expect("a small graph").into());
        keep(&mut node.properties, abilities.node_properties);
        node.labels.sort();
        if !abilities.labels {
            node.labels.clear();
        }
    }
    // Some formats keep the relationships of a type together.
    let shown = |relationship: &RelationshipRecord| format!("{relationship:?}");
    graph.relationships.sort_by_key(shown);
    graph
}

/// Leaves out nodes without relationships and puts the others in the order of their names, which are
/// the ids of a written file, and the property `id` of one that was read.
fn by_id(graph: &mut Records) {
    let name = |node: &NodeRecord| match node.properties.as_slice() {
        [(key, Value::Integer(id))] if key.as_ref() == "id" => Some(*id),
        _ => match &node.id {
            Some(ExternalId {
                id: Value::Integer(id),
                ..
            }) => Some(*id),
            _ => None,
        },
    };
    let relationships = graph.relationships.iter();
    let ends: Vec<_> = relationships
        .flat_map(|relationship| [relationship.start.clone(), relationship.end.clone()])
        .collect();
    graph
        .nodes
        .retain(|node| node.id.as_ref().is_some_and(|id| ends.contains(id)));
    graph.nodes.sort_by_key(name);
}

/// The graph after it was written, read and put into a database.
fn there_and_back(graph: &Records, format: &Format) -> Records {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(format!("graph.{}", format.endings[0]));
    let written = write_files(format.name, graph, &path).expect("it is written");
    let sources = match path.is_dir() {
        true => vec![Source::path(&path)],
        false => written,
    };
    let there = std::fs::read_dir(folder.path()).expect("the folder is there");
    assert_eq!(there.count(), sources.len(), "drafts are gone");
    for source in &sources {
        let told = Format::of_source(source).expect("the format is told");
        assert_eq!(told.name, format.name);
    }
    let options = ImportOptions::default();
    let imported = import(&sources, &options, Snapshot::default(), &context());
    dumped(&imported.expect("it is read").0)
}

/// What the format holds of `graph` comes back, values as they are shown: 1 and 1.0 differ, NaN is
/// itself.
fn assert_held(graph: &Records, format: &Format, abilities: &Abilities) {
    let graph = held(graph.clone(), abilities);
    let back = held(there_and_back(&graph, format), abilities);
    let (graph, back) = (format!("{graph:#?}"), format!("{back:#?}"));
    assert_eq!(graph, back, "{}", format.name);
}

#[test]
fn an_awkward_graph_comes_back_as_far_as_it_is_held() {
    for (format, writer) in formats() {
        assert_held(&awkward(), format, &writer.abilities());
    }
}

/// Graphs whose nodes have names: the property `id`, texts or integers.
fn named_graph() -> impl Strategy<Value = Records> {
    (any_graph(), any::<Option<bool>>()).prop_map(|(mut graph, named)| {
        for (place, node) in graph.nodes.iter_mut().enumerate() {
            let id = match named {
                None => continue,
                Some(true) => Value::from(format!("node {place}")),
                Some(false) => Value::from(i64::try_from(place).expect("a small graph") + 10),
            };
            node.properties.retain(|(key, _)| key.as_ref() != "id");
            node.properties.push((Arc::from("id"), id));
        }
        graph
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_graph_comes_back_as_far_as_it_is_held(graph in named_graph()) {
        for (format, writer) in formats() {
            assert_held(&graph, format, &writer.abilities());
        }
    }

    #[test]
    fn only_what_is_not_held_is_told_to_be_lost(graph in any_graph()) {
        let text = write_text("json", &graph).expect("it is written");
        let source = Source::text("graph.json", text.as_bytes());
        let options = ImportOptions::default();
        let (snapshot, _) = import(&[source], &options, Snapshot::default(), &context())
            .expect("it is read");
        let whole = held(dumped(&snapshot), &Abilities::ALL);
        for (format, writer) in formats() {
            let lost = losses(ExportSource::Graph(&snapshot), format, &context());
            let is_whole = format!("{whole:?}") == format!("{:?}", {
                let mut held = held(whole.clone(), &writer.abilities());
                // A type that is not held is always one that is lost.
                held.warnings.clear();
                held
            });
            prop_assert_eq!(lost.expect("they are counted").is_empty(), is_whole, "{}", format.name);
        }
    }
}
