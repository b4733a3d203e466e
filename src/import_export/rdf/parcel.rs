//! What a block of lines says, in numbers of its own: little for the thread that puts the blocks together,
//! since a text that stands in many statements of a block is looked up once.

use hashbrown::{HashMap, HashSet};
use oxrdf::{LiteralRef, NamedNodeRef, Quad, Term, Triple};
use string_interner::Symbol;

use crate::import_export::rdf::literal::value_of;
use crate::import_export::rdf::statements::{
    NONE, Numbers, Object, Statement, Statements, TermId, Texts, numbered,
};

/// The statements of a block.
#[derive(Debug)]
pub(super) struct Parcel {
    statements: Vec<Statement>,
    /// The texts of the numbers; blank nodes have the labels of the file.
    terms: Texts,
    /// Those of the terms that are triples.
    triples: HashMap<TermId, ParcelTriple>,
    /// The datatypes of literals so far.
    datatypes: HashSet<String>,
}

/// A triple term in a parcel.
#[derive(Debug)]
enum ParcelTriple {
    /// One whose parts are resources.
    OfResources([TermId; 3]),
    Any(Box<Triple>),
}

impl Parcel {
    pub fn new() -> Self {
        let mut parcel = Parcel {
            statements: Vec::new(),
            terms: Texts::new(),
            triples: HashMap::new(),
            datatypes: HashSet::new(),
        };
        // The first text is that of `NONE`.
        parcel.number("");
        parcel
    }

    /// Takes a statement.
    pub fn add(&mut self, quad: &Quad) {
        if let Term::Literal(literal) = &quad.object
            && literal.language().is_none()
            && !self.datatypes.contains(literal.datatype().as_str())
        {
            self.datatypes
                .insert(literal.datatype().as_str().to_owned());
        }
        let statement = numbered(quad, self);
        self.statements.push(statement);
    }

    /// Takes the statement of a line without looking closely at it, if it is written as most programs
    /// write it and its IRIs are known to be valid, since they stood in one that was [added](Self::add);
    /// tells whether it is. A line may have graphs if `has_graphs`.
    pub fn add_plain(&mut self, line: &str, has_graphs: bool) -> bool {
        let statement = self.plain(line.trim_end_matches([' ', '\t', '\r', '\n']), has_graphs);
        let is_plain = statement.is_some();
        self.statements.extend(statement);
        is_plain
    }

    fn plain(&mut self, line: &str, has_graphs: bool) -> Option<Statement> {
        let (start, rest) = self.resource(line)?;
        let (predicate, rest) = self.iri(rest.strip_prefix(' ')?)?;
        let (object, rest) = self.object(rest.strip_prefix(' ')?)?;
        let (graph, rest) = match rest.strip_suffix(" .")? {
            "" => (NONE, ""),
            graph if has_graphs => self.resource(graph.strip_prefix(' ')?)?,
            _ => return None,
        };
        rest.is_empty().then_some(Statement {
            start,
            predicate,
            object,
            graph,
        })
    }

    /// The IRI or blank node that `text` begins with, and the rest.
    fn resource<'t>(&mut self, text: &'t str) -> Option<(TermId, &'t str)> {
        let Some(label) = text.strip_prefix("_:") else {
            return self.iri(text);
        };
        let end = label.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')?;
        // Any other letter may belong to the label, too.
        let (label, rest) = label.split_at(end);
        let is_whole = !label.is_empty() && rest.starts_with(' ');
        is_whole.then(|| (self.number(&text[..end + 2]), rest))
    }

    /// The known IRI that `text` begins with, and the rest.
    fn iri<'t>(&self, text: &'t str) -> Option<(TermId, &'t str)> {
        let (iri, rest) = text.strip_prefix('<')?.split_once('>')?;
        // Other terms do not begin with a letter.
        let may_be = iri.starts_with(|first: char| first.is_ascii_alphabetic());
        let number = self.terms.get(iri).filter(|_| may_be)?;
        Some((number.to_usize() as TermId, rest))
    }

    fn object<'t>(&mut self, text: &'t str) -> Option<(Object, &'t str)> {
        if let Some(text) = text.strip_prefix('"') {
            return self.literal(text);
        }
        let Some(text) = text.strip_prefix("<<( ") else {
            let (term, rest) = self.resource(text)?;
            return Some((Object::Term(term), rest));
        };
        let (start, rest) = self.resource(text)?;
        let (predicate, rest) = self.iri(rest.strip_prefix(' ')?)?;
        let (end, rest) = self.resource(rest.strip_prefix(' ')?)?;
        let rest = rest.strip_prefix(" )>>")?;
        let triple = self.triple_of_resources([start, predicate, end]);
        Some((Object::Term(triple), rest))
    }

    /// The literal that begins behind a quote, and the rest.
    fn literal<'t>(&mut self, text: &'t str) -> Option<(Object, &'t str)> {
        let end = memchr::memchr3(b'"', b'\\', b'\r', text.as_bytes())?;
        let (value, rest) = text.split_at(end);
        let rest = rest.strip_prefix('"')?;
        let (literal, rest) = if let Some(rest) = rest.strip_prefix("^^<") {
            let (datatype, rest) = rest.split_once('>')?;
            let datatype = self.datatypes.get(datatype)?;
            let datatype = NamedNodeRef::new_unchecked(datatype);
            (LiteralRef::new_typed_literal(value, datatype), rest)
        } else if let Some(rest) = rest.strip_prefix('@') {
            let (language, rest) = rest.split_at(rest.find(' ')?);
            let is_plain = matches!(language.len(), 2 | 3)
                && language.bytes().all(|letter| letter.is_ascii_lowercase());
            let literal = LiteralRef::new_language_tagged_literal_unchecked(value, language);
            (is_plain.then_some(literal)?, rest)
        } else {
            (LiteralRef::new_simple_literal(value), rest)
        };
        Some((Object::literal(value_of(literal), self), rest))
    }

    /// Hands the statements on.
    pub fn add_to(mut self, statements: &mut Statements) {
        let mut numbers = Vec::with_capacity(self.terms.len());
        for (number, (_, text)) in (0..).zip(&self.terms) {
            let number = match (self.triples.remove(&number), text.strip_prefix("_:")) {
                (Some(ParcelTriple::OfResources(parts)), _) => {
                    let parts = parts.map(|part| numbers[part as usize]);
                    statements.triple_of_resources(parts)
                }
                (Some(ParcelTriple::Any(triple)), _) => statements.triple_term(&triple),
                (None, Some(label)) => statements.blank_node(label),
                (None, None) => statements.number(text),
            };
            numbers.push(number);
        }
        for statement in self.statements {
            statements.push(statement.renumbered(|term| numbers[term as usize]));
        }
    }
}

impl Numbers for Parcel {
    fn number(&mut self, text: &str) -> TermId {
        self.terms.get_or_intern(text).to_usize() as TermId
    }

    fn blank_node(&mut self, label: &str) -> TermId {
        self.number(&format!("_:{label}"))
    }

    fn triple_of_resources(&mut self, parts: [TermId; 3]) -> TermId {
        let [start, predicate, end] = parts;
        let number = self.number(&format!("<<({start} {predicate} {end})>>"));
        self.triples
            .insert(number, ParcelTriple::OfResources(parts));
        number
    }

    fn other_triple(&mut self, triple: &Triple) -> TermId {
        let number = self.number(&triple.to_string());
        let triple = ParcelTriple::Any(triple.clone().into());
        self.triples.insert(number, triple);
        number
    }
}
