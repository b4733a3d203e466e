//! What RDF/XML has no words for: predicates and classes are names of elements there, and some
//! characters cannot stand in XML at all, or not unchanged.

use oxrdf::vocab::rdf;
use oxrdf::{NamedNode, Term};

/// Whether RDF/XML can hold a statement with this predicate and this object.
pub(super) fn can_hold(predicate: &NamedNode, object: &Term) -> bool {
    ends_in_name(predicate.as_str())
        && match object {
            Term::NamedNode(class) if predicate.as_ref() == rdf::TYPE => {
                ends_in_name(class.as_str())
            }
            Term::Literal(literal) => literal.value().chars().all(is_kept),
            Term::Triple(triple) => can_hold(&triple.predicate, &triple.object),
            _ => true,
        }
}

/// Whether the end of an IRI can be the name of an element.
fn ends_in_name(iri: &str) -> bool {
    let name = iri.chars().rev().take_while(|c| is_name_character(*c));
    name.into_iter().any(is_name_start)
}

/// NameStartChar of XML 1.0, without the colon.
#[rustfmt::skip]
fn is_name_start(character: char) -> bool {
    matches!(character,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}'
        | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}'
        | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

/// NameChar of XML 1.0, without the colon.
fn is_name_character(character: char) -> bool {
    let others = ['-', '.', '\u{b7}'];
    is_name_start(character)
        || character.is_ascii_digit()
        || others.contains(&character)
        || matches!(character, '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Whether a reader of XML gives the character back; it makes a line feed of a carriage return.
fn is_kept(character: char) -> bool {
    matches!(character, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
