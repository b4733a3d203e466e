//! The statements of files, numbered and told apart: labels, properties, relationships. RDF says
//! what it knows of a resource anywhere, so all of it is here before the first record.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use oxrdf::vocab::rdf;
use oxrdf::{GraphName, NamedOrBlankNode, Quad, Term, Triple};

use crate::error::Result;
use crate::import_export::rdf::literal::{IRI_NOTE, value_of};
use crate::import_export::rdf::prefixes::Prefixes;
use crate::import_export::record::RecordSink;
use crate::value::Value;

/// The number of a text: of an IRI, of a blank node (`_:b0`), of a triple term (`<<( ... )>>`), of
/// a note. The empty text is 0: the default graph, no note.
pub(super) type TermId = u32;

/// The empty text.
pub(super) const NONE: TermId = 0;

/// `start rdf:type label`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LabelStatement {
    pub node: TermId,
    pub label: TermId,
    pub graph: TermId,
}

/// `node key "value"`.
#[derive(Debug, Clone)]
pub(super) struct LiteralStatement {
    pub node: TermId,
    pub key: TermId,
    pub graph: TermId,
    pub value: Value,
    pub note: TermId,
}

/// `start predicate end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Edge {
    pub start: TermId,
    pub predicate: TermId,
    pub end: TermId,
    pub graph: TermId,
}

/// All that files say together.
#[derive(Debug)]
pub(super) struct Statements {
    terms: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, TermId>,
    /// Blank nodes by their labels in the file; ours are numbered as they come, since the labels
    /// mean nothing and parsers invent them by chance.
    blank_nodes: HashMap<String, TermId>,
    /// How many blank nodes all files have.
    blank_node_count: usize,
    /// What the files call namespaces.
    pub prefixes: Prefixes,
    /// Triple terms whose parts are resources.
    pub triple_terms: HashMap<TermId, Edge>,
    pub labels: Vec<LabelStatement>,
    pub literals: Vec<LiteralStatement>,
    /// Each once, in the order of the files.
    pub edges: Vec<Edge>,
    pub edge_set: HashSet<Edge>,
    pub type_predicate: TermId,
    pub reifies: TermId,
    pub iri_note: TermId,
    /// Bytes that are new since they were last asked for.
    grown: usize,
}

impl Statements {
    pub fn new() -> Self {
        let mut statements = Statements {
            terms: Vec::new(),
            numbers: HashMap::new(),
            blank_nodes: HashMap::new(),
            blank_node_count: 0,
            prefixes: Prefixes::default(),
            triple_terms: HashMap::new(),
            labels: Vec::new(),
            literals: Vec::new(),
            edges: Vec::new(),
            edge_set: HashSet::new(),
            type_predicate: NONE,
            reifies: NONE,
            iri_note: NONE,
            grown: 0,
        };
        statements.number("");
        statements.type_predicate = statements.number(rdf::TYPE.as_str());
        statements.reifies = statements.number(rdf::REIFIES.as_str());
        statements.iri_note = statements.number(IRI_NOTE);
        statements
    }

    /// Begins another file, whose blank nodes are its own.
    pub fn begin_file(&mut self) {
        self.blank_nodes.clear();
    }

    /// How many texts have numbers.
    pub fn term_count(&self) -> usize {
        self.terms.len()
    }

    /// The text of a number.
    pub fn text(&self, term: TermId) -> &Arc<str> {
        &self.terms[term as usize]
    }

    pub fn is_blank(&self, term: TermId) -> bool {
        self.text(term).starts_with("_:")
    }

    pub fn is_triple_term(&self, term: TermId) -> bool {
        self.text(term).starts_with("<<(")
    }

    /// Takes a statement; reserves in `sink` what it holds.
    pub fn add(&mut self, quad: &Quad, sink: &mut dyn RecordSink) -> Result<()> {
        let graph = match &quad.graph_name {
            GraphName::DefaultGraph => NONE,
            GraphName::NamedNode(iri) => self.number(iri.as_str()),
            GraphName::BlankNode(node) => self.blank_node(node.as_str()),
        };
        let start = match &quad.subject {
            NamedOrBlankNode::NamedNode(iri) => self.number(iri.as_str()),
            NamedOrBlankNode::BlankNode(node) => self.blank_node(node.as_str()),
        };
        let predicate = self.number(quad.predicate.as_str());
        let end = match &quad.object {
            Term::Literal(literal) => {
                let (value, note) = value_of(literal.as_ref());
                self.grown += size_of::<LiteralStatement>() * 2 + value.heap_size();
                let note = self.number(&note);
                self.literals.push(LiteralStatement {
                    node: start,
                    key: predicate,
                    graph,
                    value,
                    note,
                });
                return sink.reserve(std::mem::take(&mut self.grown));
            }
            Term::NamedNode(iri) => self.number(iri.as_str()),
            Term::BlankNode(node) => self.blank_node(node.as_str()),
            Term::Triple(triple) => self.triple_term(triple),
        };
        if predicate == self.type_predicate && !self.is_triple_term(end) {
            self.grown += size_of::<LabelStatement>() * 2;
            self.labels.push(LabelStatement {
                node: start,
                label: end,
                graph,
            });
        } else {
            let edge = Edge {
                start,
                predicate,
                end,
                graph,
            };
            if self.edge_set.insert(edge) {
                self.grown += size_of::<Edge>() * 5;
                self.edges.push(edge);
            }
        }
        sink.reserve(std::mem::take(&mut self.grown))
    }

    fn number(&mut self, text: &str) -> TermId {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let text: Arc<str> = text.into();
        let number = self.terms.len() as TermId;
        self.grown += text.len() + 16 + 2 * size_of::<(Arc<str>, TermId)>() + size_of::<Arc<str>>();
        self.terms.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    fn blank_node(&mut self, label: &str) -> TermId {
        if let Some(number) = self.blank_nodes.get(label) {
            return *number;
        }
        let number = self.number(&format!("_:b{}", self.blank_node_count));
        self.blank_node_count += 1;
        self.grown += label.len() + 2 * size_of::<(String, TermId)>();
        self.blank_nodes.insert(label.to_owned(), number);
        number
    }

    fn triple_term(&mut self, triple: &Triple) -> TermId {
        let start = self.resource(&triple.subject.clone().into());
        let end = self.resource(&triple.object);
        let text = self.triple_text(triple);
        let number = self.number(&text);
        if let (Some(start), Some(end)) = (start, end) {
            let edge = Edge {
                start,
                predicate: self.number(triple.predicate.as_str()),
                end,
                graph: NONE,
            };
            self.grown += size_of::<(TermId, Edge)>() * 2;
            self.triple_terms.insert(number, edge);
        }
        number
    }

    /// The number of an IRI or a blank node.
    fn resource(&mut self, term: &Term) -> Option<TermId> {
        match term {
            Term::NamedNode(iri) => Some(self.number(iri.as_str())),
            Term::BlankNode(node) => Some(self.blank_node(node.as_str())),
            Term::Literal(_) | Term::Triple(_) => None,
        }
    }

    /// A triple term as N-Triples writes it, with our blank nodes.
    fn triple_text(&mut self, triple: &Triple) -> String {
        let subject = self.term_text(&triple.subject.clone().into());
        let object = self.term_text(&triple.object);
        format!("<<( {subject} {} {object} )>>", triple.predicate)
    }

    fn term_text(&mut self, term: &Term) -> String {
        match term {
            Term::BlankNode(node) => {
                let number = self.blank_node(node.as_str());
                self.text(number).to_string()
            }
            Term::Triple(triple) => self.triple_text(triple),
            term => term.to_string(),
        }
    }
}
