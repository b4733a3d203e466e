//! The part of rows that a predicate is expected to keep, from its form alone.
//!
//! Guesses in the manner of Selinger et al., "Access Path Selection in a Relational Database Management
//! System" (SIGMOD 1979): what counts is that the narrower form has the smaller number.

use crate::bind::expression::{Comparison, Expression as E, TextPredicate};
use crate::logical::Expression;

/// The part of rows on which a predicate is expected to be true.
pub(super) fn selectivity(predicate: &Expression) -> f64 {
    match predicate {
        E::Comparison(Comparison::Equal, _, _) => 0.01,
        E::Comparison(Comparison::NotEqual, _, _) => 0.9,
        E::Comparison(..) => 0.3,
        E::Text(TextPredicate::StartsWith, _, _) => 0.02,
        E::Text(TextPredicate::EndsWith, _, _) => 0.05,
        E::Text(..) => 0.1,
        E::In(..) => 0.05,
        E::IsNull(_) => 0.1,
        E::And(parts) => parts.iter().map(selectivity).product(),
        E::Or(parts) => parts.iter().map(selectivity).sum::<f64>().min(1.0),
        E::Not(inner) => (1.0 - selectivity(inner)).max(0.1),
        E::Let { body, .. } => selectivity(body),
        _ => 0.5,
    }
}
