//! Many records of a table at once, a column a property: what readers of tables push where rows have
//! nothing odd about them. Any thread can make one.

use std::sync::Arc;

use crate::column::Column;
use crate::import_export::record::ExternalId;

/// Rows of a table.
#[derive(Debug)]
pub enum Batch {
    /// Nodes.
    Nodes(NodeBatch),
    /// Relationships.
    Relationships(RelationshipBatch),
}

/// Nodes with the same labels.
#[derive(Debug)]
pub struct NodeBatch {
    /// How many there are.
    pub rows: usize,
    /// Their ids; nodes without cannot be the ends of relationships.
    pub ids: Option<Ids>,
    /// Their labels, in any order.
    pub labels: Vec<Arc<str>>,
    /// Their properties, each name once; null where a node lacks one.
    pub columns: Vec<(Arc<str>, Column)>,
}

/// Relationships of one type, all of them directed.
#[derive(Debug)]
pub struct RelationshipBatch {
    /// The type.
    pub relationship_type: Arc<str>,
    /// The nodes where they start.
    pub starts: Ids,
    /// The nodes where they end.
    pub ends: Ids,
    /// Their properties, each name once; null where a relationship lacks one.
    pub columns: Vec<(Arc<str>, Column)>,
}

/// The ids of rows, all of one space.
#[derive(Debug, Clone)]
pub struct Ids {
    /// The set of ids that they belong to.
    pub space: Option<Arc<str>>,
    /// One a row.
    pub texts: IdTexts,
}

/// Texts that are ids.
#[derive(Debug, Clone)]
pub enum IdTexts {
    /// Texts that are all numerals: see [`numeral`].
    Numerals(Vec<i64>),
    /// Any texts, end to end, and where each ends.
    Any(String, Vec<usize>),
}

/// The number that a text stands for, where no other text stands for it: whole, without a plus sign and
/// leading zeros, of at most 18 digits.
pub fn numeral(text: &str) -> Option<i64> {
    let (digits, is_negative) = match text.as_bytes() {
        [b'-', digits @ ..] => (digits, true),
        digits => (digits, false),
    };
    let is_one = match digits {
        [b'0'] => !is_negative,
        [b'1'..=b'9', ..] => digits.len() <= 18,
        _ => false,
    };
    if !is_one {
        return None;
    }
    let number = digits.iter().try_fold(0_i64, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + i64::from(digit - b'0'))
    })?;
    Some(if is_negative { -number } else { number })
}

impl Default for IdTexts {
    fn default() -> Self {
        IdTexts::Numerals(Vec::new())
    }
}

impl IdTexts {
    /// Adds an id.
    pub fn push(&mut self, text: &str) {
        match (&mut *self, numeral(text)) {
            (IdTexts::Numerals(numbers), Some(number)) => numbers.push(number),
            (IdTexts::Numerals(numbers), None) => {
                let numbers = std::mem::take(numbers);
                *self = IdTexts::Any(String::new(), Vec::new());
                numbers
                    .iter()
                    .for_each(|number| self.push(&number.to_string()));
                self.push(text);
            }
            (IdTexts::Any(texts, ends), _) => {
                texts.push_str(text);
                ends.push(texts.len());
            }
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            IdTexts::Numerals(numbers) => numbers.len(),
            IdTexts::Any(_, ends) => ends.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The texts of which each begins where the one before ends.
pub(super) fn texts<'t>(texts: &'t str, ends: &'t [usize]) -> impl Iterator<Item = &'t str> {
    let mut start = 0;
    ends.iter().map(move |end| {
        let text = &texts[start..*end];
        start = *end;
        text
    })
}

impl Ids {
    /// The id of a row.
    pub fn id(&self, row: usize) -> ExternalId {
        let space = self.space.clone();
        match &self.texts {
            IdTexts::Numerals(numbers) => {
                ExternalId::in_space(space, numbers[row].to_string().as_str())
            }
            IdTexts::Any(texts, ends) => {
                let start = if row == 0 { 0 } else { ends[row - 1] };
                ExternalId::in_space(space, &texts[start..ends[row]])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numeral_is_what_its_number_is_written_as() {
        for text in [
            "0",
            "7",
            "-7",
            "10",
            "123456789012345678",
            "-999999999999999999",
        ] {
            assert_eq!(
                numeral(text).map(|number| number.to_string()).as_deref(),
                Some(text)
            );
        }
        for text in [
            "",
            "-",
            "-0",
            "00",
            "01",
            "+1",
            " 1",
            "1 ",
            "1.0",
            "1e3",
            "a",
            "١",
            "1234567890123456789",
        ] {
            assert_eq!(numeral(text), None, "{text}");
        }
    }

    #[test]
    fn ids_come_out_as_they_came_in() {
        for texts in [
            vec!["1", "-20"],
            vec!["1", "a", "", "07", "3"],
            vec!["é", "1"],
        ] {
            let mut ids = IdTexts::default();
            texts.iter().for_each(|text| ids.push(text));
            let ids = Ids {
                space: None,
                texts: ids,
            };
            assert_eq!(ids.texts.len(), texts.len());
            for (row, text) in texts.iter().enumerate() {
                assert_eq!(ids.id(row), ExternalId::from(*text));
            }
        }
    }
}
