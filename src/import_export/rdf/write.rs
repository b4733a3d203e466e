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
use crate::import_export::rdf::prefixes::PREFIXES;
use crate::import_export::rdf::statements::Statements;
use crate::import_export::rdf::survey::{Parallel, Survey, own_text, parallel};
use crate::import_export::rdf::{
    BARE_NODE, GRAPHS_SUFFIX, N_QUADS, NOTES_SUFFIX, Rdf, TYPE_GRAPHS, xml_limits,
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
        let serializer = survey.serializer(self.0)?;
        let file = serializer.for_writer(output.only_file()?);
        let mut writer = Writer::new(self, survey, Target::File(file.into()));
        writer.graph(graph)?;
        match writer.target {
            Target::File(file) => file.finish().map_err(|error| failed(&error))?.finish(),
            Target::Nowhere | Target::Statements(_) => Ok(()),
        }
    }

    fn losses(&self, graph: &dyn RecordSource, context: &Context) -> Result<Vec<String>> {
        let survey = Survey::of(graph, context)?;
        let mut writer = Writer::new(self, survey, Target::Nowhere);
        writer.graph(graph)?;
        Ok(writer.lost.phrases())
    }
}

/// Adds all that `graph` says to `statements`, as if it had been written and read.
///
/// # Errors
/// Those of the graph; `ResourceError`.
pub(super) fn recall(
    graph: &dyn RecordSource,
    statements: &mut Statements,
    context: &Context,
) -> Result<()> {
    let survey = Survey::of(graph, context)?;
    for (prefix, namespace) in survey.remembered() {
        statements.prefixes.add(prefix, namespace);
    }
    Writer::new(&N_QUADS, survey, Target::Statements(statements)).graph(graph)
}

/// Where statements go.
enum Target<'o> {
    /// Nowhere: what is lost is counted.
    Nowhere,
    File(Box<WriterQuadSerializer<OutputFile<'o>>>),
    Statements(&'o mut Statements),
}

struct Writer<'r, 'o> {
    syntax: &'r Rdf,
    target: Target<'o>,
    survey: Survey,
    /// Statements of parallel relationships that are written.
    written: HashSet<Parallel>,
    reifiers: u64,
    lost: Lost,
}

/// What a syntax does not hold.
#[derive(Debug, Default)]
struct Lost {
    /// Statements of which the graph is lost that they stand in.
    graphs: u64,
    /// Statements that are left out.
    statements: u64,
    /// Relationships whose properties are lost, or that are one with another.
    annotations: u64,
}

impl Lost {
    fn phrases(&self) -> Vec<String> {
        let all = [
            (self.graphs, "names of graphs (statements)"),
            (self.statements, "statements that it has no words for"),
            (
                self.annotations,
                "properties of relationships (relationships)",
            ),
        ];
        let lost = all.into_iter().filter(|(count, _)| *count > 0);
        lost.map(|(count, what)| format!("{what}: {count}"))
            .collect()
    }
}

impl<'r, 'o> Writer<'r, 'o> {
    fn new(syntax: &'r Rdf, survey: Survey, target: Target<'o>) -> Self {
        Writer {
            syntax,
            target,
            survey,
            written: HashSet::new(),
            reifiers: 0,
            lost: Lost::default(),
        }
    }

    fn graph(&mut self, graph: &dyn RecordSource) -> Result<()> {
        for node in graph.nodes() {
            self.node(&node?)?;
        }
        for relationship in graph.relationships() {
            self.relationship(&relationship?)?;
        }
        Ok(())
    }

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
            // Nothing can be said of a triple term.
            self.lost.statements += 1;
            return Ok(());
        };
        let object = self.survey.term(&relationship.end)?.clone();
        let predicate = NamedNode::new_unchecked(iri_of(&relationship.relationship_type));
        let graph = self.graph_of(&relationship.properties);
        let said = self.said(&relationship.properties, &graph);
        let parallel = parallel(relationship);
        let is_parallel = self.survey.is_parallel(&parallel);
        let is_first = !is_parallel || self.written.insert(parallel);
        if is_first {
            let (predicate, object) = (predicate.clone(), object.clone());
            self.statement(&subject, predicate, object, graph.clone())?;
        }
        if !is_parallel && said.is_empty() {
            return Ok(());
        }
        if matches!(self.syntax.0, RdfFormat::JsonLd { .. }) {
            self.lost.annotations += u64::from(!is_first || !said.is_empty());
            return Ok(());
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
            _ => {
                key == TYPE_GRAPHS
                    || key == PREFIXES
                    || is_beside(NOTES_SUFFIX)
                    || is_beside(GRAPHS_SUFFIX)
            }
        }
    }

    fn statement(
        &mut self,
        subject: &NamedOrBlankNode,
        predicate: NamedNode,
        object: Term,
        graph: GraphName,
    ) -> Result<()> {
        let can_hold = match self.syntax.0 {
            RdfFormat::RdfXml => xml_limits::can_hold(&predicate, &object),
            RdfFormat::JsonLd { .. } => !matches!(object, Term::Triple(_)),
            _ => true,
        };
        if !can_hold {
            self.lost.statements += 1;
            return Ok(());
        }
        let has_graphs = self.syntax.0.supports_datasets() || graph.is_default_graph();
        self.lost.graphs += u64::from(!has_graphs);
        let graph = if has_graphs {
            graph
        } else {
            GraphName::DefaultGraph
        };
        let quad = |graph| Quad::new(subject.clone(), predicate, object, graph);
        match &mut self.target {
            Target::Nowhere => Ok(()),
            Target::File(file) => {
                let written = file.serialize_quad(&quad(graph));
                written.map_err(|error| failed(&error))
            }
            Target::Statements(statements) => {
                statements.add(&quad(graph));
                Ok(())
            }
        }
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

fn failed(error: &std::io::Error) -> Error {
    let message = format!("cannot write the output: {error}");
    Error::new(ErrorKind::FileError, ErrorDetail::CannotWrite, message)
}
