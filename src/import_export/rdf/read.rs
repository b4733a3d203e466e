//! The statements of files as records of nodes and relationships.

use std::ops::Range;
use std::sync::Arc;

use hashbrown::HashSet;

use crate::error::Result;
use crate::import_export::rdf::annotations::Annotations;
use crate::import_export::rdf::literal::{as_text, term_of};
use crate::import_export::rdf::names::{GRAPH, IRI, name_of};
use crate::import_export::rdf::prefixes::PREFIXES;
use crate::import_export::rdf::statements::{
    Edge, LabelStatement, LiteralStatement, NONE, Statements, TermId,
};
use crate::import_export::rdf::{BARE_NODE, GRAPHS_SUFFIX, NOTES_SUFFIX, TYPE_GRAPHS};
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, Properties, RecordSink, RelationshipRecord,
};
use crate::value::Value;

/// Gives `statements` to `sink`, nodes first, each in the order in which the files speak of it.
pub(super) fn push_records(mut statements: Statements, sink: &mut dyn RecordSink) -> Result<()> {
    let annotations = Annotations::of(&statements);
    statements.labels.sort_by_key(|label| label.node);
    statements
        .literals
        .sort_by_key(|literal| (literal.node, literal.key));
    let records = Records {
        texts: statements.shared_texts(),
        names: names(&statements),
        annotated: annotated(&statements, &annotations),
        statements,
        annotations,
    };
    records.push_nodes(sink)?;
    records.push_relationships(sink)
}

struct Records {
    statements: Statements,
    annotations: Annotations,
    /// What annotations say of IRIs, as properties, sorted by reifier.
    annotated: Vec<LiteralStatement>,
    /// The texts of all terms.
    texts: Vec<Arc<str>>,
    /// The names of terms that stand as labels, types or keys; empty for others.
    names: Vec<Arc<str>>,
}

impl Records {
    fn push_nodes(&self, sink: &mut dyn RecordSink) -> Result<()> {
        let statements = &self.statements;
        let (mut labels, mut literals) = (0..0, 0..0);
        let mut prefixes = statements.prefixes.value();
        for (node, is_node) in (0..).zip(self.nodes()) {
            labels = run(&statements.labels, labels.end, |label| label.node == node);
            literals = run(&statements.literals, literals.end, |literal| {
                literal.node == node
            });
            if is_node {
                let labels = &statements.labels[labels.clone()];
                let literals = &statements.literals[literals.clone()];
                let mut record = self.node(node, labels, literals);
                let prefixes = prefixes.take();
                record
                    .properties
                    .extend(prefixes.map(|prefixes| (PREFIXES.into(), prefixes)));
                sink.node(record, Place::File)?;
            }
        }
        Ok(())
    }

    /// Which terms are nodes: those that something is said of or that a relationship leads to.
    fn nodes(&self) -> Vec<bool> {
        let statements = &self.statements;
        let mut nodes = vec![false; statements.term_count()];
        let said_of = statements.labels.iter().map(|label| label.node);
        let said_of = said_of.chain(statements.literals.iter().map(|literal| literal.node));
        let edges = statements.edges.iter();
        let kept = edges.filter(|edge| !self.annotations.is_dissolved(edge.start));
        let ends = kept.flat_map(|edge| [edge.start, edge.end]);
        for node in said_of.chain(ends) {
            nodes[node as usize] = !self.annotations.is_dissolved(node);
        }
        nodes
    }

    fn node(
        &self,
        node: TermId,
        labels: &[LabelStatement],
        literals: &[LiteralStatement],
    ) -> NodeRecord {
        let mut properties: Properties = vec![(IRI.into(), self.text(node).into())];
        let graphs = labels.iter().map(|label| label.graph);
        let mut graphs = graphs.chain(literals.iter().map(|literal| literal.graph));
        let first = graphs.next().unwrap_or(NONE);
        let own_graph = if graphs.all(|graph| graph == first) {
            first
        } else {
            NONE
        };
        if own_graph != NONE {
            properties.push((GRAPH.into(), self.text(own_graph).into()));
        }
        self.add_label_graphs(&mut properties, labels, own_graph);
        self.add_properties(&mut properties, literals, own_graph);
        NodeRecord {
            id: Some(self.id(node)),
            labels: labels
                .iter()
                .map(|label| self.name(label.label).clone())
                .filter(|label| label.as_ref() != BARE_NODE)
                .collect(),
            properties,
        }
    }

    /// Notes the graphs of labels where they are not all those of the node.
    fn add_label_graphs(
        &self,
        properties: &mut Properties,
        labels: &[LabelStatement],
        own_graph: TermId,
    ) {
        if labels.iter().all(|label| label.graph == own_graph) {
            return;
        }
        let pairs = labels
            .iter()
            .map(|label| format!("{} {}", self.text(label.graph), self.name(label.label)));
        let pairs: Vec<String> = pairs.collect();
        properties.push((TYPE_GRAPHS.into(), pairs.into()));
    }

    /// Adds the values of each key, with their notes and graphs where there are any.
    fn add_properties(
        &self,
        properties: &mut Properties,
        literals: &[LiteralStatement],
        own_graph: TermId,
    ) {
        for literals in literals.chunk_by(|a, b| a.key == b.key) {
            let Some(first) = literals.first() else {
                continue;
            };
            let key = self.name(first.key);
            let values = self.distinct(literals);
            let notes = values.iter().any(|value| !value.note.is_empty());
            let notes = notes.then(|| one_or_list(values.iter().map(|value| &*value.note)));
            let graphs = values.iter().any(|value| value.graph != own_graph);
            let graphs = graphs.then(|| one_or_list(values.iter().map(|it| self.text(it.graph))));
            let values = one_or_list(values.into_iter().map(|value| value.value));
            properties.push((key.clone(), values));
            let besides = [(NOTES_SUFFIX, notes), (GRAPHS_SUFFIX, graphs)];
            for (suffix, beside) in besides {
                properties.extend(beside.map(|beside| (format!("{key}{suffix}").into(), beside)));
            }
        }
    }

    /// The values of one key without repeats, all of one type.
    fn distinct(&self, literals: &[LiteralStatement]) -> Vec<NotedValue> {
        let noted = |literal: &LiteralStatement| NotedValue {
            value: literal.value.clone(),
            note: self.text(literal.note).to_string(),
            graph: literal.graph,
        };
        if let [literal] = literals {
            return vec![noted(literal)];
        }
        let mut seen = HashSet::with_capacity(literals.len());
        let mut values: Vec<NotedValue> = literals.iter().map(noted).collect();
        values.retain(|value| seen.insert((value.graph, term_of(&value.value, &value.note))));
        if values.len() > 1 && !is_of_one_type(&values) {
            for value in &mut values {
                if let oxrdf::Term::Literal(literal) = term_of(&value.value, &value.note) {
                    (value.value, value.note) = as_text(&literal);
                }
            }
        }
        values
    }

    fn push_relationships(&self, sink: &mut dyn RecordSink) -> Result<()> {
        for edge in &self.statements.edges {
            if self.annotations.is_dissolved(edge.start) {
                continue;
            }
            match self.annotations.of_edge(edge) {
                [] => sink.relationship(self.relationship(edge, None), Place::File)?,
                reifiers => {
                    for reifier in reifiers {
                        let relationship = self.relationship(edge, Some(*reifier));
                        sink.relationship(relationship, Place::File)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn relationship(&self, edge: &Edge, reifier: Option<TermId>) -> RelationshipRecord {
        let mut properties = Properties::new();
        if edge.graph != NONE {
            properties.push((GRAPH.into(), self.text(edge.graph).into()));
        }
        if let Some(reifier) = reifier {
            let literals = said_of(&self.statements.literals, reifier);
            let resources = said_of(&self.annotated, reifier);
            let mut said = [literals, resources].concat();
            said.sort_by_key(|literal| literal.key);
            self.add_properties(&mut properties, &said, edge.graph);
        }
        RelationshipRecord {
            relationship_type: self.name(edge.predicate).clone(),
            start: self.id(edge.start),
            end: self.id(edge.end),
            properties,
            directed: Some(true),
        }
    }

    fn id(&self, node: TermId) -> ExternalId {
        ExternalId::in_space(None, self.text(node))
    }

    fn text(&self, term: TermId) -> Arc<str> {
        self.texts[term as usize].clone()
    }

    fn name(&self, term: TermId) -> &Arc<str> {
        &self.names[term as usize]
    }
}

/// A value of a key, with what is said about it.
struct NotedValue {
    value: Value,
    note: String,
    graph: TermId,
}

/// The names of all terms that stand as labels, types or keys.
fn names(statements: &Statements) -> Vec<Arc<str>> {
    let labels = statements.labels.iter().map(|label| label.label);
    let keys = statements.literals.iter().map(|literal| literal.key);
    let types = statements.edges.iter().map(|edge| edge.predicate);
    let mut names: Vec<Arc<str>> = vec!["".into(); statements.term_count()];
    for term in labels.chain(keys).chain(types) {
        let name = &mut names[term as usize];
        if name.is_empty() {
            *name = name_of(statements.text(term)).into();
        }
    }
    names
}

/// What reifiers that became relationships say of IRIs, as properties.
fn annotated(statements: &Statements, annotations: &Annotations) -> Vec<LiteralStatement> {
    let said = statements.edges.iter().filter(|edge| {
        annotations.is_dissolved(edge.start) && edge.predicate != statements.reifies
    });
    let mut said: Vec<LiteralStatement> = said
        .map(|edge| LiteralStatement {
            node: edge.start,
            key: edge.predicate,
            graph: edge.graph,
            value: statements.text(edge.end).into(),
            note: statements.iri_note,
        })
        .collect();
    said.sort_by_key(|literal| (literal.node, literal.key));
    said
}

/// The part of sorted statements that is of `node`.
fn said_of(literals: &[LiteralStatement], node: TermId) -> &[LiteralStatement] {
    let start = literals.partition_point(|literal| literal.node < node);
    let end = literals.partition_point(|literal| literal.node <= node);
    literals.get(start..end).unwrap_or_default()
}

/// The run of elements from `start` on that `belongs`.
fn run<T>(elements: &[T], start: usize, belongs: impl Fn(&T) -> bool) -> Range<usize> {
    let rest = elements.get(start..).unwrap_or_default();
    start..start + rest.iter().take_while(|element| belongs(element)).count()
}

/// A value alone, or a list of several.
fn one_or_list<T: Into<Value>>(values: impl Iterator<Item = T>) -> Value {
    let values: Vec<Value> = values.map(Into::into).collect();
    match <[Value; 1]>::try_from(values) {
        Ok([value]) => value,
        Err(values) => Value::list(values),
    }
}

/// Whether a list can hold the values: all of one type, and no lists.
fn is_of_one_type(values: &[NotedValue]) -> bool {
    let mut types = values.iter().map(|value| match &value.value {
        Value::List(_) => None,
        value => Some(std::mem::discriminant(value)),
    });
    let first = types.next().flatten();
    first.is_some() && types.all(|value_type| value_type == first)
}
