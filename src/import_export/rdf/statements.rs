//! The statements of files, numbered and told apart: labels, properties, relationships. RDF says
//! what it knows of a resource anywhere, so all of it is here before the first record.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use oxrdf::vocab::rdf;
use oxrdf::{GraphName, NamedOrBlankNode, Quad, Term, Triple};
use string_interner::backend::StringBackend;
use string_interner::symbol::SymbolU32;
use string_interner::{StringInterner, Symbol};

use crate::import_export::rdf::literal::{IRI_NOTE, value_of};
use crate::import_export::rdf::prefixes::Prefixes;
use crate::value::Value;

/// The number of a text: of an IRI, of a blank node (`_:b0`), of a triple term (`<<( ... )>>`), of
/// a note. The empty text is 0: the default graph, no note.
pub(super) type TermId = u32;

/// Texts by numbers that are counted from 0.
pub(super) type Texts = StringInterner<StringBackend>;

/// The empty text.
pub(super) const NONE: TermId = 0;

/// A statement, as the files have it.
#[derive(Debug)]
pub(super) struct Statement {
    pub start: TermId,
    pub predicate: TermId,
    pub object: Object,
    pub graph: TermId,
}

/// What a statement leads to.
#[derive(Debug)]
pub(super) enum Object {
    Term(TermId),
    /// A literal with its note.
    Literal(Value, TermId),
}

/// Gives numbers to what statements speak of.
pub(super) trait Numbers {
    /// The number of a text that is no blank node and no triple term.
    fn number(&mut self, text: &str) -> TermId;

    /// The number of the blank node of this label.
    fn blank_node(&mut self, label: &str) -> TermId;

    /// The number of the triple term whose parts are these resources.
    fn triple_of_resources(&mut self, parts: [TermId; 3]) -> TermId;

    /// The number of a triple term that leads to a literal or another triple.
    fn other_triple(&mut self, triple: &Triple) -> TermId;

    /// The number of a triple term.
    fn triple_term(&mut self, triple: &Triple) -> TermId {
        let start = self.subject(&triple.subject);
        let predicate = self.number(triple.predicate.as_str());
        let end = match &triple.object {
            Term::NamedNode(iri) => self.number(iri.as_str()),
            Term::BlankNode(node) => self.blank_node(node.as_str()),
            Term::Literal(_) | Term::Triple(_) => return self.other_triple(triple),
        };
        self.triple_of_resources([start, predicate, end])
    }

    /// The number of a subject.
    fn subject(&mut self, subject: &NamedOrBlankNode) -> TermId {
        match subject {
            NamedOrBlankNode::NamedNode(iri) => self.number(iri.as_str()),
            NamedOrBlankNode::BlankNode(node) => self.blank_node(node.as_str()),
        }
    }
}

/// The statement that a quad is.
pub(super) fn numbered(quad: &Quad, numbers: &mut impl Numbers) -> Statement {
    Statement {
        start: numbers.subject(&quad.subject),
        predicate: numbers.number(quad.predicate.as_str()),
        object: match &quad.object {
            Term::Literal(literal) => Object::literal(value_of(literal.as_ref()), numbers),
            Term::NamedNode(iri) => Object::Term(numbers.number(iri.as_str())),
            Term::BlankNode(node) => Object::Term(numbers.blank_node(node.as_str())),
            Term::Triple(triple) => Object::Term(numbers.triple_term(triple)),
        },
        graph: match &quad.graph_name {
            GraphName::DefaultGraph => NONE,
            GraphName::NamedNode(iri) => numbers.number(iri.as_str()),
            GraphName::BlankNode(node) => numbers.blank_node(node.as_str()),
        },
    }
}

impl Object {
    /// A literal, of its value and note.
    pub fn literal((value, note): (Value, String), numbers: &mut impl Numbers) -> Object {
        let note = match note.as_str() {
            "" => NONE,
            note => numbers.number(note),
        };
        Object::Literal(value, note)
    }
}

impl Statement {
    /// The same statement in other numbers.
    pub fn renumbered(self, number: impl Fn(TermId) -> TermId) -> Statement {
        Statement {
            start: number(self.start),
            predicate: number(self.predicate),
            object: match self.object {
                Object::Term(term) => Object::Term(number(term)),
                Object::Literal(value, note) => Object::Literal(value, number(note)),
            },
            graph: number(self.graph),
        }
    }
}

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
    terms: Texts,
    /// The labels of blank nodes in the file, and the numbers that we have given to them; ours are numbered
    /// as they come, since the labels mean nothing and parsers invent them by chance.
    blank_labels: Texts,
    blank_nodes: Vec<TermId>,
    /// The number in the name of the next blank node.
    next_blank_node: u64,
    /// Whether blank nodes that are called as we call them are those of the graph.
    recalls: bool,
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
    /// See [`Statements::take_grown`].
    grown: usize,
}

impl Statements {
    pub fn new() -> Self {
        let mut statements = Statements {
            terms: Texts::new(),
            blank_labels: Texts::new(),
            blank_nodes: Vec::new(),
            next_blank_node: 0,
            recalls: false,
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
        self.blank_labels = Texts::new();
        self.blank_nodes.clear();
    }

    /// Begins what the graph says, whose blank nodes keep their names.
    pub fn begin_recall(&mut self) {
        self.begin_file();
        self.recalls = true;
    }

    /// Gives no blank node one of the names in `text`.
    pub fn leave_out(&mut self, text: &str) {
        let names = text.split(' ').filter_map(|word| word.strip_prefix("_:"));
        for number in names.filter_map(own_number) {
            self.next_blank_node = self.next_blank_node.max(number.saturating_add(1));
        }
    }

    /// Whether a statement speaks of this text.
    pub fn knows(&self, text: &str) -> bool {
        self.terms.get(text).is_some()
    }

    /// How many texts have numbers.
    pub fn term_count(&self) -> usize {
        self.terms.len()
    }

    /// The text of a number.
    pub fn text(&self, term: TermId) -> &str {
        let symbol = SymbolU32::try_from_usize(term as usize);
        let text = symbol.and_then(|symbol| self.terms.resolve(symbol));
        text.unwrap_or_default()
    }

    /// The texts of all numbers, to be shared.
    pub fn shared_texts(&self) -> Vec<Arc<str>> {
        self.terms.iter().map(|(_, text)| text.into()).collect()
    }

    pub fn is_blank(&self, term: TermId) -> bool {
        self.text(term).starts_with("_:")
    }

    pub fn is_triple_term(&self, term: TermId) -> bool {
        self.text(term).starts_with("<<(")
    }

    /// Takes a statement.
    pub fn add(&mut self, quad: &Quad) {
        let statement = numbered(quad, self);
        self.push(statement);
    }

    /// Takes a statement that has our numbers.
    pub fn push(&mut self, statement: Statement) {
        let Statement {
            start,
            predicate,
            object,
            graph,
        } = statement;
        match object {
            Object::Literal(value, note) => {
                self.grown += size_of::<LiteralStatement>() * 2 + value.heap_size();
                self.literals.push(LiteralStatement {
                    node: start,
                    key: predicate,
                    graph,
                    value,
                    note,
                });
            }
            Object::Term(label)
                if predicate == self.type_predicate && !self.is_triple_term(label) =>
            {
                self.grown += size_of::<LabelStatement>() * 2;
                self.labels.push(LabelStatement {
                    node: start,
                    label,
                    graph,
                });
            }
            Object::Term(end) => {
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
        }
    }

    /// The bytes that are new since they were last asked for.
    pub fn take_grown(&mut self) -> usize {
        std::mem::take(&mut self.grown)
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

/// The number in a label that is one of ours.
fn own_number(label: &str) -> Option<u64> {
    label.strip_prefix('b')?.parse().ok()
}

impl Numbers for Statements {
    fn number(&mut self, text: &str) -> TermId {
        let count = self.terms.len();
        let number = self.terms.get_or_intern(text).to_usize();
        if number == count {
            // Kept once more where it is shared.
            self.grown += 2 * text.len() + 2 * size_of::<(usize, TermId)>() + size_of::<Arc<str>>();
        }
        number as TermId
    }

    fn blank_node(&mut self, label: &str) -> TermId {
        let place = self.blank_labels.get_or_intern(label).to_usize();
        if let Some(number) = self.blank_nodes.get(place) {
            return *number;
        }
        let number = if self.recalls && own_number(label).is_some() {
            self.number(&format!("_:{label}"))
        } else {
            let number = self.number(&format!("_:b{}", self.next_blank_node));
            self.next_blank_node += 1;
            number
        };
        self.grown += label.len() + 2 * size_of::<(usize, TermId)>();
        self.blank_nodes.push(number);
        number
    }

    fn triple_of_resources(&mut self, parts: [TermId; 3]) -> TermId {
        let [start, predicate, end] = parts;
        let mut text = "<<(".to_owned();
        for part in parts {
            let part = self.text(part);
            match part.starts_with("_:") {
                true => text.extend([" ", part]),
                false => text.extend([" <", part, ">"]),
            }
        }
        text.push_str(" )>>");
        let number = self.number(&text);
        let edge = Edge {
            start,
            predicate,
            end,
            graph: NONE,
        };
        self.grown += size_of::<(TermId, Edge)>() * 2;
        self.triple_terms.insert(number, edge);
        number
    }

    fn other_triple(&mut self, triple: &Triple) -> TermId {
        let text = self.triple_text(triple);
        self.number(&text)
    }
}
