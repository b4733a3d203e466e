//! Types of text cells: which type a column of a table has when its header does not say so. A
//! column has the narrowest type that every one of its cells fits; text that only looks like a
//! number (`007`, `+212`) stays text.

use crate::import_export::batch::numeral;
use crate::import_export::json_value;
use crate::import_export::temporal_text::Kind;
use crate::value::{Date, LocalDateTime, Value};

/// The type of the cells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellType {
    /// Text as it stands.
    String,
    /// A whole number of 64 bits.
    Integer,
    /// A number, `NaN`, `Infinity`, `-Infinity`.
    Float,
    /// `true` or `false`, in any case.
    Boolean,
    /// The text of a temporal value.
    Temporal(Kind),
    /// A value as JSON has it; for columns that no other type holds.
    Json,
}

/// The types that are looked for, each narrower than text.
const INFERRED: [CellType; 6] = [
    CellType::Integer,
    CellType::Float,
    CellType::Boolean,
    CellType::Temporal(Kind::Date),
    CellType::Temporal(Kind::LocalDateTime),
    CellType::Temporal(Kind::DateTime),
];

/// What the cells of one column have in common so far.
#[derive(Debug, Clone)]
pub(super) struct Inference {
    /// Whether each of [`INFERRED`] fits all cells.
    candidates: [bool; INFERRED.len()],
    any: bool,
}

/// Whole numbers are floats, too, and local date-times date-times in some zone.
const WHOLE_NUMBER: [bool; INFERRED.len()] = [true, true, false, false, false, false];
const DATE: [bool; INFERRED.len()] = [false, false, false, true, false, false];
const LOCAL_DATE_TIME: [bool; INFERRED.len()] = [false, false, false, false, true, true];

impl Inference {
    /// Of no cell.
    pub fn new() -> Self {
        Inference {
            candidates: [true; INFERRED.len()],
            any: false,
        }
    }

    /// Of a column that is text, whatever its cells are.
    pub fn text() -> Self {
        Inference {
            candidates: [false; INFERRED.len()],
            any: true,
        }
    }

    /// Whether no cell can change anything any more.
    pub fn is_text(&self) -> bool {
        self.any && self.candidates == [false; INFERRED.len()]
    }

    /// Takes a cell; an empty one says nothing.
    pub fn add(&mut self, cell: &str) {
        if cell.is_empty() || self.is_text() {
            return;
        }
        self.any = true;
        let usual = usual_types(cell);
        for (place, candidate) in self.candidates.iter_mut().enumerate() {
            *candidate = *candidate
                && match usual {
                    Some(types) => types[place],
                    None => INFERRED[place].is_meant_by(cell),
                };
        }
    }

    /// Takes the cells of another part of the column.
    pub fn merge(&mut self, other: &Inference) {
        self.any |= other.any;
        let candidates = self.candidates.iter_mut().zip(other.candidates);
        candidates.for_each(|(own, other)| *own &= other);
    }

    /// The narrowest type that all cells fit.
    pub fn cell_type(&self) -> CellType {
        let mut candidates = self.candidates.iter().zip(INFERRED);
        match candidates.find(|(candidate, _)| **candidate) {
            Some((_, cell_type)) if self.any => cell_type,
            _ => CellType::String,
        }
    }
}

/// Which of [`INFERRED`] a cell is beyond doubt, where that can be seen at once: most cells of numbers
/// and times are written in one way.
fn usual_types(cell: &str) -> Option<[bool; INFERRED.len()]> {
    if numeral(cell).is_some() {
        return Some(WHOLE_NUMBER);
    }
    match cell.as_bytes() {
        [_, _, _, _, b'-', ..] if Date::from_usual_text(cell).is_some() => Some(DATE),
        [_, _, _, _, b'-', ..] if LocalDateTime::from_usual_text(cell).is_some() => {
            Some(LOCAL_DATE_TIME)
        }
        _ => None,
    }
}

impl CellType {
    /// The type that a header names: neo4j-admin's words and those of Cypher, in any case.
    pub fn named(name: &str) -> Option<CellType> {
        Some(match name.to_ascii_lowercase().as_str() {
            "string" | "char" | "text" => CellType::String,
            "int" | "integer" | "long" | "short" | "byte" => CellType::Integer,
            "float" | "double" => CellType::Float,
            "boolean" | "bool" => CellType::Boolean,
            "json" => CellType::Json,
            name => CellType::Temporal(Kind::named(name)?),
        })
    }

    /// The name that a header gives it, one that neo4j-admin knows where it has the type.
    pub fn name(self) -> &'static str {
        match self {
            CellType::String => "string",
            CellType::Integer => "long",
            CellType::Float => "double",
            CellType::Boolean => "boolean",
            CellType::Json => "json",
            CellType::Temporal(kind) => kind.name(),
        }
    }

    /// The type of cells that hold `value`, if one cell can.
    pub fn of(value: &Value) -> Option<CellType> {
        match value {
            Value::Boolean(_) => Some(CellType::Boolean),
            Value::Integer(_) => Some(CellType::Integer),
            Value::Float(_) => Some(CellType::Float),
            Value::String(_) => Some(CellType::String),
            value => Kind::of(value).map(CellType::Temporal),
        }
    }

    /// The value of `cell`, or what is wrong with it.
    pub fn parse(self, cell: &str) -> Result<Value, String> {
        let trimmed = cell.trim();
        match self {
            CellType::String => Ok(cell.into()),
            CellType::Integer => trimmed
                .parse()
                .map(Value::Integer)
                .map_err(|_| "is no integer of 64 bits".to_owned()),
            CellType::Float => trimmed
                .parse()
                .map(Value::Float)
                .map_err(|_| "is no number".to_owned()),
            CellType::Boolean if trimmed.eq_ignore_ascii_case("true") => Ok(true.into()),
            CellType::Boolean if trimmed.eq_ignore_ascii_case("false") => Ok(false.into()),
            CellType::Boolean => Err("is neither true nor false".to_owned()),
            CellType::Temporal(kind) => kind
                .parse(trimmed)
                .map_err(|message| format!("is no {}: {message}", kind.name())),
            CellType::Json => serde_json::from_str(cell)
                .map_err(|error| format!("is no JSON: {error}"))
                .and_then(json_value::from_json),
        }
    }

    /// Whether `cell`, of which nothing is known, is of this type beyond doubt.
    fn is_meant_by(self, cell: &str) -> bool {
        match self {
            CellType::Integer => is_plain_number(cell) && self.parse(cell).is_ok(),
            CellType::Float => {
                // Digits beyond 64 bits are some number's name, not a quantity.
                let whole = cell
                    .bytes()
                    .all(|byte| byte == b'-' || byte.is_ascii_digit());
                is_plain_number(cell)
                    && cell.parse().is_ok_and(f64::is_finite)
                    && (!whole || CellType::Integer.parse(cell).is_ok())
                    || matches!(cell, "NaN" | "Infinity" | "-Infinity")
            }
            // 2007-02-15, not 2007 or 20070215, which are numbers to most who write them.
            CellType::Temporal(Kind::Date) => {
                is_dashed_date(cell.as_bytes()) && cell.len() == 10 && self.parse(cell).is_ok()
            }
            CellType::Temporal(_) => {
                is_dashed_date(cell.as_bytes()) && cell.contains('T') && self.parse(cell).is_ok()
            }
            _ => self.parse(cell).is_ok(),
        }
    }
}

/// Whether a number begins like one that a program wrote: no plus sign, no blanks, no leading
/// zeros, no `inf`.
fn is_plain_number(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell).as_bytes();
    match digits {
        [b'0', next, ..] => *next == b'.' || next.eq_ignore_ascii_case(&b'e'),
        [first, ..] => first.is_ascii_digit() || *first == b'.',
        [] => false,
    }
}

fn is_dashed_date(cell: &[u8]) -> bool {
    cell.len() >= 10
        && cell[..10]
            .iter()
            .enumerate()
            .all(|(index, byte)| match index {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_types_are_those_that_fit() {
        for cell in [
            "0",
            "-7",
            "123456789012345678",
            "2015-07-21",
            "0000-01-01",
            "2015-07-21T21:40:32.142",
            "2015-07-21T21:40:32",
            "2015-07-21T21:40:32.123456789",
        ] {
            let types = usual_types(cell).expect(cell);
            assert_eq!(types, INFERRED.map(|one| one.is_meant_by(cell)), "{cell}");
        }
        for cell in [
            "2015-02-29",
            "2015-07-21T24:00:00",
            "2015-07-21T21:40:32.",
            "2015-7-21",
            "a",
        ] {
            assert_eq!(usual_types(cell), None, "{cell}");
        }
    }
}
