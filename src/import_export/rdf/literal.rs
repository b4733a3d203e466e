//! Literals as values, and back. A literal of which the value gives back the very same text and
//! datatype is just the value; any other keeps beside it a *note* that tells the rest:
//!
//! | note | the literal is |
//! | --- | --- |
//! | empty | the value as we write it |
//! | `@en`, `@ar--rtl` | the text in this language, with this direction |
//! | `^^xsd__decimal` | the text of the value, of this datatype |
//! | `"0.90"^^xsd__decimal` | this text, of this datatype; the value is what it means |
//! | `<>` | no literal but the IRI that is the text (annotations only) |

use oxrdf::vocab::xsd;
use oxrdf::{BaseDirection, Literal, LiteralRef, NamedNode, NamedNodeRef, Term};

use crate::import_export::json_value::{from_json, to_json};
use crate::import_export::rdf::names::{iri_of, name_of};
use crate::import_export::temporal_text::{self, Kind};
use crate::value::{Value, write_float};

/// The note of an IRI where a literal would stand.
pub(super) const IRI_NOTE: &str = "<>";

/// Datatypes of values that XML Schema has no text for.
const LIST: &str = "rihla:list";
const OWN: &str = "rihla:";

/// The value of a literal, and the note.
pub(super) fn value_of(literal: LiteralRef<'_>) -> (Value, String) {
    let text = literal.value();
    if let Some(language) = literal.language() {
        let note = match literal.direction() {
            Some(direction) => format!("@{language}--{direction}"),
            None => format!("@{language}"),
        };
        return (text.into(), note);
    }
    let datatype = literal.datatype();
    if datatype == xsd::STRING {
        return (text.into(), String::new());
    }
    let value = parsed(text, datatype).unwrap_or_else(|| text.into());
    let (own_text, own_datatype) = text_of(&value);
    let note = if own_text != text {
        format!("\"{text}\"^^{}", name_of(datatype.as_str()))
    } else if own_datatype != datatype.as_str() {
        format!("^^{}", name_of(datatype.as_str()))
    } else {
        String::new()
    };
    (value, note)
}

/// The term that a value with its note is. A note that does not fit the value, which may have
/// been changed since, counts as far as it does.
pub(super) fn term_of(value: &Value, note: &str) -> Term {
    if let (IRI_NOTE, Value::String(iri)) = (note, value)
        && let Ok(iri) = NamedNode::new(iri.as_ref())
    {
        return iri.into();
    }
    literal_of(value, note).into()
}

fn literal_of(value: &Value, note: &str) -> Literal {
    if let (Some(language), Value::String(text)) = (note.strip_prefix('@'), value) {
        let tagged = match language.split_once("--") {
            None => Literal::new_language_tagged_literal(text.as_ref(), language),
            Some((language, direction)) => {
                let direction = match direction {
                    "ltr" => BaseDirection::Ltr,
                    _ => BaseDirection::Rtl,
                };
                Literal::new_directional_language_tagged_literal(text.as_ref(), language, direction)
            }
        };
        if let Ok(literal) = tagged {
            return literal;
        }
    }
    let (text, datatype) = text_of(value);
    let Some((noted, noted_datatype)) = note.rsplit_once("^^") else {
        return Literal::new_typed_literal(text, NamedNode::new_unchecked(datatype));
    };
    let datatype = NamedNode::new_unchecked(iri_of(noted_datatype));
    let noted = noted
        .strip_prefix('"')
        .and_then(|noted| noted.strip_suffix('"'));
    if let Some(noted) = noted
        && parsed(noted, datatype.as_ref()).is_some_and(|meant| text_of(&meant).0 == text)
    {
        return Literal::new_typed_literal(noted, datatype);
    }
    Literal::new_typed_literal(text, datatype)
}

/// The text of a value and the IRI of its datatype, as we write it without a note.
fn text_of(value: &Value) -> (String, &'static str) {
    match value {
        Value::String(text) => (text.to_string(), xsd::STRING.as_str()),
        Value::Boolean(value) => (value.to_string(), xsd::BOOLEAN.as_str()),
        Value::Integer(value) => (value.to_string(), xsd::INTEGER.as_str()),
        Value::Float(value) => (float_text(*value), xsd::DOUBLE.as_str()),
        Value::List(_) => (to_json(value).to_string(), LIST),
        value => temporal(value).unwrap_or_else(|| (value.to_string(), xsd::STRING.as_str())),
    }
}

/// The value that a text of a datatype means, where we have one.
fn parsed(text: &str, datatype: NamedNodeRef<'_>) -> Option<Value> {
    if let Some(kind) = datatype.as_str().strip_prefix(OWN) {
        return match Kind::named(kind) {
            Some(kind) => kind.parse(text).ok(),
            None if datatype.as_str() == LIST => list(text),
            None => None,
        };
    }
    match datatype {
        xsd::BOOLEAN => match text {
            "true" | "1" => Some(Value::Boolean(true)),
            "false" | "0" => Some(Value::Boolean(false)),
            _ => None,
        },
        xsd::DOUBLE | xsd::FLOAT | xsd::DECIMAL => float(text),
        xsd::DATE => Kind::Date.parse(text).ok(),
        xsd::TIME => either(text, Kind::LocalTime, Kind::Time),
        xsd::DATE_TIME | xsd::DATE_TIME_STAMP => either(text, Kind::LocalDateTime, Kind::DateTime),
        xsd::DURATION | xsd::DAY_TIME_DURATION | xsd::YEAR_MONTH_DURATION => {
            Kind::Duration.parse(text).ok()
        }
        _ if is_integer(datatype) => text.parse().ok().map(Value::Integer),
        _ => None,
    }
}

/// `xsd:integer` and the types that XML Schema derives from it.
fn is_integer(datatype: NamedNodeRef<'_>) -> bool {
    [
        xsd::INTEGER,
        xsd::INT,
        xsd::LONG,
        xsd::SHORT,
        xsd::BYTE,
        xsd::NON_NEGATIVE_INTEGER,
        xsd::POSITIVE_INTEGER,
        xsd::NON_POSITIVE_INTEGER,
        xsd::NEGATIVE_INTEGER,
        xsd::UNSIGNED_LONG,
        xsd::UNSIGNED_INT,
        xsd::UNSIGNED_SHORT,
        xsd::UNSIGNED_BYTE,
    ]
    .contains(&datatype)
}

/// The value of the first type that has the text.
fn either(text: &str, local: Kind, zoned: Kind) -> Option<Value> {
    local.parse(text).or_else(|_| zoned.parse(text)).ok()
}

/// A list that a graph can hold, from its JSON.
fn list(text: &str) -> Option<Value> {
    let value = from_json(serde_json::from_str(text).ok()?).ok()?;
    let Value::List(values) = &value else {
        return None;
    };
    let mut types = values.iter().map(std::mem::discriminant);
    let first = types.next();
    types
        .all(|value_type| Some(value_type) == first)
        .then_some(value)
}

fn float(text: &str) -> Option<Value> {
    let value = match text {
        "INF" | "+INF" => f64::INFINITY,
        "-INF" => f64::NEG_INFINITY,
        "NaN" => f64::NAN,
        // Rust reads more words than XML Schema has.
        _ if text.ends_with(|last: char| last.is_ascii_digit() || last == '.') => {
            text.parse().ok()?
        }
        _ => return None,
    };
    Some(Value::Float(value))
}

fn float_text(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "INF" } else { "-INF" }.to_owned();
    }
    let mut text = String::new();
    write_float(value, &mut text).expect("a String takes everything");
    text
}

/// A temporal value as XML Schema writes it, else as the language does, with a datatype of ours.
fn temporal(value: &Value) -> Option<(String, &'static str)> {
    let text = temporal_text::text(value)?;
    let schema = match value {
        Value::Date(_) => Some(text.clone()).filter(|text| is_usual_date(text)),
        Value::LocalTime(_) | Value::Time(_) => with_seconds(&text, 0),
        Value::LocalDateTime(_) | Value::DateTime(_) if is_usual_date(&text) => {
            with_seconds(&text, "2007-02-15T".len())
        }
        Value::Duration(_) => Some(text.clone()).filter(|text| !text.contains('-')),
        _ => None,
    };
    Some(match (schema, value) {
        (Some(text), Value::Date(_)) => (text, xsd::DATE.as_str()),
        (Some(text), Value::LocalTime(_) | Value::Time(_)) => (text, xsd::TIME.as_str()),
        (Some(text), Value::Duration(_)) => (text, xsd::DURATION.as_str()),
        (Some(text), _) => (text, xsd::DATE_TIME.as_str()),
        (None, Value::Date(_)) => (text, "rihla:date"),
        (None, Value::LocalTime(_)) => (text, "rihla:localtime"),
        (None, Value::Time(_)) => (text, "rihla:time"),
        (None, Value::LocalDateTime(_)) => (text, "rihla:localdatetime"),
        (None, Value::DateTime(_)) => (text, "rihla:datetime"),
        (None, _) => (text, "rihla:duration"),
    })
}

/// Whether a date has a year of four digits, as all of XML Schema's versions write it alike.
fn is_usual_date(text: &str) -> bool {
    let year = text.as_bytes().get(..5);
    year.is_some_and(|year| year[..4].iter().all(u8::is_ascii_digit) && year[4] == b'-')
}

/// The text of a time, which begins at `start`, with the seconds that XML Schema demands; none
/// where the zone is one that it does not have.
fn with_seconds(text: &str, start: usize) -> Option<String> {
    let (minutes, rest) = text.split_at_checked(start + "21:40".len())?;
    let zone =
        rest.trim_start_matches([':', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    let is_plain_zone = matches!(zone.len(), 0 | 6) || zone == "Z";
    let seconds = if rest.starts_with(':') { "" } else { ":00" };
    is_plain_zone.then(|| format!("{minutes}{seconds}{rest}"))
}

/// The datatype of a literal's text where the value beside it is the text, as notes tell it: for
/// values that must be of one type.
pub(super) fn as_text(literal: &Literal) -> (Value, String) {
    let text = literal.value().into();
    match value_of(literal.as_ref()) {
        (_, note) if note.starts_with('@') => (text, note),
        _ if literal.datatype() == xsd::STRING => (text, String::new()),
        _ => (text, format!("^^{}", name_of(literal.datatype().as_str()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, datatype: &str, value: &str, note: &str) {
        let datatype = NamedNode::new_unchecked(iri_of(datatype));
        let literal = Literal::new_typed_literal(text, datatype);
        let (read, read_note) = value_of(literal.as_ref());
        let shown = temporal_text::text(&read).unwrap_or_else(|| read.to_string());
        assert_eq!((shown.as_str(), read_note.as_str()), (value, note));
        assert_eq!(literal_of(&read, &read_note), literal);
        let (read, note) = as_text(&literal);
        assert_eq!(literal_of(&read, &note), literal);
    }

    #[test]
    fn literals_become_values_where_these_write_them_back() {
        check("a", "xsd__string", "'a'", "");
        check("17", "xsd__integer", "17", "");
        check("017", "xsd__integer", "17", "\"017\"^^xsd__integer");
        check("17", "xsd__int", "17", "^^xsd__int");
        check(
            "99999999999999999999",
            "xsd__integer",
            "'99999999999999999999'",
            "^^xsd__integer",
        );
        check("1.5", "xsd__double", "1.5", "");
        check("1.5E0", "xsd__double", "1.5", "\"1.5E0\"^^xsd__double");
        check("INF", "xsd__double", "Infinity", "");
        check("inf", "xsd__double", "'inf'", "^^xsd__double");
        check("0.9", "xsd__decimal", "0.9", "^^xsd__decimal");
        check("0.90", "xsd__decimal", "0.9", "\"0.90\"^^xsd__decimal");
        check("true", "xsd__boolean", "true", "");
        check("1", "xsd__boolean", "true", "\"1\"^^xsd__boolean");
        check("2010-11-23", "xsd__date", "2010-11-23", "");
        check("2010-11-23Z", "xsd__date", "'2010-11-23Z'", "^^xsd__date");
        check(
            "2010-11-23T10:00:00",
            "xsd__dateTime",
            "2010-11-23T10:00",
            "",
        );
        check(
            "2010-11-23T10:00:00Z",
            "xsd__dateTime",
            "2010-11-23T10:00Z",
            "",
        );
        check(
            "2010-11-23T10:00:00.25+01:00",
            "xsd__dateTime",
            "2010-11-23T10:00:00.25+01:00",
            "",
        );
        check("10:30:00", "xsd__time", "10:30", "");
        check("PT1M", "xsd__duration", "PT1M", "");
        check("2001", "xsd__gYear", "'2001'", "^^xsd__gYear");
        check(
            "a\"^^b",
            "http://example.org/odd",
            "'a\"^^b'",
            "^^http://example.org/odd",
        );
        check("[1,2,2]", "rihla:list", "[1, 2, 2]", "");
        check("[]", "rihla:list", "[]", "");
        check("P1M-2D", "rihla:duration", "P1M-2D", "");
    }

    #[test]
    fn a_note_that_does_not_fit_the_value_any_more_gives_way() {
        let written = |value: Value, note: &str| term_of(&value, note).to_string();
        let decimal = "<http://www.w3.org/2001/XMLSchema#decimal>";
        let noted = "\"0.90\"^^xsd__decimal";
        assert_eq!(written(0.9.into(), noted), format!("\"0.90\"^^{decimal}"));
        assert_eq!(written(1.1.into(), noted), format!("\"1.1\"^^{decimal}"));
        assert_eq!(written("x".into(), "@en"), "\"x\"@en");
        assert_eq!(written("x".into(), "@no language"), "\"x\"");
        assert_eq!(written("http://e.org/".into(), "<>"), "<http://e.org/>");
        assert_eq!(written("no IRI".into(), "<>"), "\"no IRI\"");
    }
}
