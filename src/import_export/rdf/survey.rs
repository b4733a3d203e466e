//! What a writer of RDF must know of the whole graph before its first statement: which term each
//! node is, which relationships need a reifier to be told apart, which prefixes are used.

use std::collections::BTreeSet;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use oxrdf::{BlankNode, GraphName, NamedNode, NamedOrBlankNode, Term, Triple};
use oxrdfio::{RdfFormat, RdfSerializer};

use crate::context::{Context, Reservation};
use crate::error::{Error, Result};
use crate::import_export::rdf::names::{GRAPH, IRI, iri_of, prefix_of};
use crate::import_export::rdf::prefixes::{PREFIXES, Prefixes};
use crate::import_export::record::{
    ExternalId, NodeRecord, Properties, RecordSource, RelationshipRecord,
};
use crate::value::Value;

/// What parallel relationships have in common: all but their properties.
pub(super) type Parallel = (ExternalId, Arc<str>, ExternalId, Option<Arc<str>>);

/// What must be known of the whole graph.
pub(super) struct Survey {
    terms: HashMap<ExternalId, Term>,
    /// Nodes that are an end of a relationship.
    connected: HashSet<ExternalId>,
    /// Blank nodes by the text that labels, graphs and triple terms call them.
    blank_nodes: HashMap<Arc<str>, BlankNode>,
    taken: HashSet<String>,
    /// Relationships of which there are several that differ in nothing but properties.
    parallel: HashSet<Parallel>,
    /// Prefixes that are well known.
    prefixes: BTreeSet<(&'static str, &'static str)>,
    /// Those of the files that the graph was read from.
    remembered: Prefixes,
    memory: Reservation,
}

impl Survey {
    /// Looks at all of `graph`.
    pub fn of(graph: &dyn RecordSource, context: &Context) -> Result<Survey> {
        let mut survey = Survey {
            terms: HashMap::new(),
            connected: HashSet::new(),
            blank_nodes: HashMap::new(),
            taken: HashSet::new(),
            parallel: HashSet::new(),
            prefixes: BTreeSet::new(),
            remembered: Prefixes::default(),
            memory: context.reservation(),
        };
        let mut triples = Vec::new();
        for node in graph.nodes() {
            survey.add_node(node?, &mut triples)?;
        }
        // Triple terms may speak of blank nodes that come after them.
        for (id, triple) in triples {
            let triple = survey.with_our_blank_nodes(triple);
            survey.terms.insert(id, triple.into());
        }
        let mut seen = HashSet::new();
        for relationship in graph.relationships() {
            survey.add_relationship(relationship?, &mut seen)?;
        }
        Ok(survey)
    }

    fn add_node(
        &mut self,
        node: NodeRecord,
        triples: &mut Vec<(ExternalId, Triple)>,
    ) -> Result<()> {
        for label in &node.labels {
            self.use_prefix(&iri_of(label));
        }
        for (key, value) in &node.properties {
            match key.as_ref() {
                PREFIXES => self.remembered.add_value(value),
                key => self.use_prefix(&iri_of(key)),
            }
        }
        let id = node
            .id
            .ok_or_else(|| Error::internal("a node of a graph has no id"))?;
        let size = 2 * size_of::<(ExternalId, Term)>() + 128;
        self.memory.grow(size)?;
        let iri = own_text(&node.properties, IRI);
        if let Some(label) = iri.and_then(|text| text.strip_prefix("_:")) {
            let node = self.blank_node(label);
            let text = iri.map(Arc::from).unwrap_or_default();
            self.blank_nodes.entry(text).or_insert_with(|| node.clone());
            self.terms.insert(id, node.into());
            return Ok(());
        }
        let term = match iri {
            Some(text) if text.starts_with("<<(") => text.parse().ok(),
            Some(text) => named_node(text).map(Term::from),
            None => None,
        };
        match term {
            Some(Term::Triple(triple)) => triples.push((id, *triple)),
            Some(term) => {
                if let Term::NamedNode(iri) = &term {
                    self.use_prefix(iri.as_str());
                }
                self.terms.insert(id, term);
            }
            None => {
                let node = self.blank_node(&format!("n{}", id.id));
                self.terms.insert(id, node.into());
            }
        }
        Ok(())
    }

    fn add_relationship(
        &mut self,
        relationship: RelationshipRecord,
        seen: &mut HashSet<Parallel>,
    ) -> Result<()> {
        self.use_prefix(&iri_of(&relationship.relationship_type));
        for (key, _) in &relationship.properties {
            self.use_prefix(&iri_of(key));
        }
        self.memory
            .grow(size_of::<Parallel>() * 3 + size_of::<ExternalId>() * 4)?;
        self.connected.insert(relationship.start.clone());
        self.connected.insert(relationship.end.clone());
        let parallel = parallel(&relationship);
        if let Some(parallel) = seen.replace(parallel) {
            self.parallel.insert(parallel);
        }
        Ok(())
    }

    /// A blank node with this label, or with a similar one where it is taken or none at all.
    pub fn blank_node(&mut self, label: &str) -> BlankNode {
        let label = if BlankNode::new(label).is_ok() {
            label
        } else {
            "n"
        };
        let mut free = label.to_owned();
        let mut number = 1;
        while !self.taken.insert(free.clone()) {
            number += 1;
            free = format!("{label}-{number}");
        }
        BlankNode::new_unchecked(free)
    }

    fn use_prefix(&mut self, iri: &str) {
        if let Some((prefix, namespace, _)) = prefix_of(iri) {
            self.prefixes.insert((prefix, namespace));
        }
    }

    /// The prefixes of the files that the graph was read from.
    pub fn remembered(&self) -> impl Iterator<Item = (&str, &str)> {
        self.remembered.iter()
    }

    /// A serializer that knows the prefixes: those of the files, and well-known ones that leave them
    /// as they are.
    pub fn serializer(&self, syntax: RdfFormat) -> Result<RdfSerializer> {
        let mut all = Prefixes::default();
        for (prefix, namespace) in self.remembered.iter() {
            if NamedNode::new(namespace).is_ok() {
                all.add(prefix, namespace);
            }
        }
        for (prefix, namespace) in &self.prefixes {
            if !all.has_namespace(namespace) {
                all.add(prefix, namespace);
            }
        }
        let mut serializer = RdfSerializer::from_format(syntax);
        for (prefix, namespace) in all.iter() {
            serializer = serializer
                .with_prefix(prefix, namespace)
                .map_err(|error| Error::internal(error.to_string()))?;
        }
        Ok(serializer)
    }

    /// The term that a node is.
    pub fn term(&self, id: &ExternalId) -> Result<&Term> {
        self.terms
            .get(id)
            .ok_or_else(|| Error::internal(format!("the node {id} was not there before")))
    }

    /// The term that a node is as the subject of a statement; none for triple terms.
    pub fn subject(&self, id: &ExternalId) -> Result<Option<NamedOrBlankNode>> {
        Ok(match self.term(id)? {
            Term::NamedNode(iri) => Some(iri.clone().into()),
            Term::BlankNode(node) => Some(node.clone().into()),
            Term::Literal(_) | Term::Triple(_) => None,
        })
    }

    /// Whether the node is an end of a relationship.
    pub fn is_connected(&self, id: &ExternalId) -> bool {
        self.connected.contains(id)
    }

    /// Whether there are several such relationships.
    pub fn is_parallel(&self, parallel: &Parallel) -> bool {
        self.parallel.contains(parallel)
    }

    /// The resource that a name of a label stands for.
    pub fn label(&self, name: &str) -> Term {
        match self.named_blank_node(name) {
            Some(node) => node.into(),
            None => NamedNode::new_unchecked(iri_of(name)).into(),
        }
    }

    /// The blank node that is called `_:name` somewhere; it may be no node of the graph.
    fn named_blank_node(&self, text: &str) -> Option<BlankNode> {
        let label = text.strip_prefix("_:")?;
        let known = self.blank_nodes.get(text).cloned();
        known.or_else(|| BlankNode::new(label).ok())
    }

    /// The graph of this name; none where the text is no name of a graph.
    pub fn graph_name(&self, text: &str) -> Option<GraphName> {
        if text.is_empty() {
            return Some(GraphName::DefaultGraph);
        }
        if let Some(node) = self.named_blank_node(text) {
            return Some(node.into());
        }
        named_node(text).map(Into::into)
    }

    fn with_our_blank_nodes(&self, mut triple: Triple) -> Triple {
        let ours = |node: &BlankNode| self.blank_nodes.get(node.to_string().as_str()).cloned();
        if let NamedOrBlankNode::BlankNode(node) = &triple.subject
            && let Some(node) = ours(node)
        {
            triple.subject = node.into();
        }
        triple.object = match triple.object {
            Term::BlankNode(node) => ours(&node).unwrap_or(node).into(),
            Term::Triple(inner) => self.with_our_blank_nodes(*inner).into(),
            object => object,
        };
        triple
    }
}

/// What a relationship has in common with those beside it.
pub(super) fn parallel(relationship: &RelationshipRecord) -> Parallel {
    let graph = own_text(&relationship.properties, GRAPH);
    (
        relationship.start.clone(),
        relationship.relationship_type.clone(),
        relationship.end.clone(),
        graph.map(Arc::from),
    )
}

/// The text of a property.
pub(super) fn own_text<'p>(properties: &'p Properties, key: &str) -> Option<&'p str> {
    let found = properties.iter().find(|(name, _)| name.as_ref() == key);
    match found {
        Some((_, Value::String(text))) => Some(text),
        _ => None,
    }
}

/// The IRI that `text` is.
pub(super) fn named_node(text: &str) -> Option<NamedNode> {
    let text = Some(text).filter(|text| text.contains(':'))?;
    NamedNode::new(text).ok()
}
