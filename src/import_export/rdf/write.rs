//! A graph as statements: the way of `read` backwards, and a way for graphs that never were RDF.
//!
//! * A node without an `iri` is a blank node; one of which nothing is said has the type
//!   `rihla:#node`.
//! * Parallel relationships, and those with properties, have reifiers (RDF 1.2).
//! * A list that is no set of several values is one literal of the datatype `rihla:list`.

use hashbrown::HashSet;
use oxrdf::vocab::rdf;
use oxrdf::{GraphName, NamedNode, NamedOrBlankNode, Quad, Term, Triple};
use oxrdfio::{RdfFormat, WriterQuadSerializer};

use crate::context::Context;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::import_export::format::WriteFormat;
use crate::import_export::output::{Output, OutputFile};
use crate::import_export::rdf::literal::term_of;
use crate::import_export::rdf::names::{GRAPH, IRI, iri_of};
use crate::import_export::rdf::survey::{Parallel, Survey, own_text, parallel};
use crate::import_export::rdf::{
    BARE_NODE, GRAPHS_SUFFIX, NOTES_SUFFIX, Rdf, TYPE_GRAPHS, xml_limits,
};
use crate::import_export::record::{NodeRecord, Properties, RecordSource, RelationshipRecord};
use crate::value::Value;

impl WriteFormat for Rdf {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let survey = Survey::of(graph, context)?;
        let file = output.only_file()?;
        let mut writer = Writer {
            syntax: self,
            serializer: survey.serializer(self.0)?.for_writer(file),
            survey,
            written: HashSet::new(),
            reifiers: 0,
        };
        for node in graph.nodes() {
            writer.node(&node?)?;
        }
        for relationship in graph.relationships() {
            writer.relationship(&relationship?)?;
        }
        let file = writer.serializer.finish().map_err(|error| failed(&error))?;
        file.finish()
    }
}

struct Writer<'r, 'o> {
    syntax: &'r Rdf,
    serializer: WriterQuadSerializer<OutputFile<'o>>,
    survey: Survey,
    /// Statements of parallel relationships that are written.
    written: HashSet<Parallel>,
    reifiers: u64,
}

impl Writer<'_, '_> {
    fn node(&mut self, node: &NodeRecord) -> Result<()> {
        let Some(id) = &node.id else {
            return Ok(());
        };
        let Some(subject) = self.survey.subject(id)? else {
            return Ok(());
        };
        let graph = self.graph_of(&node.properties);
        for label in &node.labels {
            for graph in self.label_graphs(label, &node.properties, &graph) {
                let object = self.survey.label(label);
                self.statement(&subject, rdf::TYPE.into_owned(), object, graph)?;
            }
        }
        let said = self.said(&node.properties, &graph);
        let is_bare = node.labels.is_empty() && said.is_empty();
        for (key, value, graph) in said {
            self.statement(&subject, key, value, graph)?;
        }
        if is_bare && !self.survey.is_connected(id) {
            let bare = NamedNode::new_unchecked(BARE_NODE);
            self.statement(&subject, rdf::TYPE.into_owned(), bare.into(), graph)?;
        }
        Ok(())
    }

    fn relationship(&mut self, relationship: &RelationshipRecord) -> Result<()> {
        let Some(subject) = self.survey.subject(&relationship.start)? else {
            let message = "a relationship starts at a triple term, of which nothing can be said";
            return Err(cannot_hold(message));
        };
        let object = self.survey.term(&relationship.end)?.clone();
        let predicate = NamedNode::new_unchecked(iri_of(&relationship.relationship_type));
        let graph = self.graph_of(&relationship.properties);
        let said = self.said(&relationship.properties, &graph);
        let parallel = parallel(relationship);
        let is_parallel = self.survey.is_parallel(&parallel);
        if !is_parallel || self.written.insert(parallel) {
            let (predicate, object) = (predicate.clone(), object.clone());
            self.statement(&subject, predicate, object, graph.clone())?;
        }
        if !is_parallel && said.is_empty() {
            return Ok(());
        }
        if matches!(self.syntax.0, RdfFormat::JsonLd { .. }) {
            return Err(cannot_hold(
                "JSON-LD cannot hold properties of relationships",
            ));
        }
        self.reifiers += 1;
        let reifier = self.survey.blank_node(&format!("r{}", self.reifiers));
        let reifier = NamedOrBlankNode::from(reifier);
        let triple = Triple::new(subject, predicate, object);
        let reifies = rdf::REIFIES.into_owned();
        self.statement(&reifier, reifies, triple.into(), graph)?;
        for (key, value, graph) in said {
            self.statement(&reifier, key, value, graph)?;
        }
        Ok(())
    }

    /// The graph of what has these properties.
    fn graph_of(&self, properties: &Properties) -> GraphName {
        let name = own_text(properties, GRAPH).and_then(|text| self.survey.graph_name(text));
        name.unwrap_or_default()
    }

    /// The graphs in which a node has a label.
    fn label_graphs(
        &self,
        label: &str,
        properties: &Properties,
        own_graph: &GraphName,
    ) -> Vec<GraphName> {
        let found = properties
            .iter()
            .find(|(key, _)| key.as_ref() == TYPE_GRAPHS);
        let Some((_, Value::List(_) | Value::String(_))) = found else {
            return vec![own_graph.clone()];
        };
        let pairs = found.map(|(_, pairs)| elements(pairs)).unwrap_or_default();
        let graphs = pairs.iter().filter_map(|pair| match pair {
            Value::String(pair) => {
                let (graph, name) = pair.split_once(' ')?;
                self.survey.graph_name(graph).filter(|_| name == label)
            }
            _ => None,
        });
        let graphs: Vec<GraphName> = graphs.collect();
        if graphs.is_empty() {
            return vec![own_graph.clone()];
        }
        graphs
    }

    /// What properties say, as predicates, objects and graphs.
    fn said(
        &self,
        properties: &Properties,
        own_graph: &GraphName,
    ) -> Vec<(NamedNode, Term, GraphName)> {
        let mut said = Vec::new();
        for (key, value) in properties {
            if self.is_told_otherwise(properties, key, value) {
                continue;
            }
            let notes = beside(properties, key, NOTES_SUFFIX);
            let graphs = beside(properties, key, GRAPHS_SUFFIX);
            let term = |(index, value): (usize, &Value)| {
                let graph = graphs.get(index).and_then(as_text);
                let graph = graph.and_then(|graph| self.survey.graph_name(graph));
                let note = notes.get(index).and_then(as_text).unwrap_or_default();
                (
                    term_of(value, note),
                    graph.unwrap_or_else(|| own_graph.clone()),
                )
            };
            let terms: Vec<_> = elements(value).iter().enumerate().map(term).collect();
            let is_set = match value {
                Value::List(values) => {
                    let distinct: HashSet<_> = terms.iter().collect();
                    values.len() > 1 && distinct.len() == values.len()
                }
                _ => true,
            };
            let key = NamedNode::new_unchecked(iri_of(key));
            if is_set {
                said.extend(
                    terms
                        .into_iter()
                        .map(|(term, graph)| (key.clone(), term, graph)),
                );
            } else {
                said.push((key, term_of(value, ""), own_graph.clone()));
            }
        }
        said
    }

    /// Whether a property is the node's name, its graph, or stands beside another.
    fn is_told_otherwise(&self, properties: &Properties, key: &str, value: &Value) -> bool {
        let has = |wanted: &str| properties.iter().any(|(name, _)| name.as_ref() == wanted);
        let is_beside = |suffix: &str| {
            let of = key.strip_suffix(suffix);
            of.is_some_and(has) && elements(value).iter().all(|text| as_text(text).is_some())
        };
        match (key, as_text(value)) {
            (IRI, Some(text)) => {
                text.starts_with("_:")
                    || text.starts_with("<<(")
                    || self
                        .survey
                        .graph_name(text)
                        .is_some_and(|name| name.is_named_node())
            }
            (GRAPH, Some(text)) => !text.is_empty() && self.survey.graph_name(text).is_some(),
            _ => key == TYPE_GRAPHS || is_beside(NOTES_SUFFIX) || is_beside(GRAPHS_SUFFIX),
        }
    }

    fn statement(
        &mut self,
        subject: &NamedOrBlankNode,
        predicate: NamedNode,
        object: Term,
        graph: GraphName,
    ) -> Result<()> {
        if self.syntax.0 == RdfFormat::RdfXml && !xml_limits::can_hold(&predicate, &object) {
            return Err(cannot_hold(format!(
                "RDF/XML cannot hold the statement {subject} {predicate} {object}"
            )));
        }
        if !self.syntax.0.supports_datasets() && !graph.is_default_graph() {
            let name = self.syntax.0.name();
            return Err(cannot_hold(format!("{name} cannot hold the graph {graph}")));
        }
        let quad = Quad::new(subject.clone(), predicate, object, graph);
        let written = self.serializer.serialize_quad(&quad);
        written.map_err(|error| failed(&error))
    }
}

/// What stands beside a property.
fn beside<'p>(properties: &'p Properties, key: &str, suffix: &str) -> &'p [Value] {
    let found = properties
        .iter()
        .find(|(name, _)| name.strip_suffix(suffix) == Some(key));
    found.map_or(&[], |(_, value)| elements(value))
}

/// The values of a list, or the one value.
fn elements(value: &Value) -> &[Value] {
    match value {
        Value::List(values) => values,
        value => std::slice::from_ref(value),
    }
}

fn as_text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn cannot_hold(message: impl Into<String>) -> Error {
    let (kind, detail) = (ErrorKind::FormatError, ErrorDetail::InvalidContent);
    Error::new(kind, detail, message).hint("TriG and N-Quads hold everything")
}

fn failed(error: &std::io::Error) -> Error {
    let message = format!("cannot write the output: {error}");
    Error::new(ErrorKind::FileError, ErrorDetail::CannotWrite, message)
}
