//! The parser: trees and messages against golden files, places, limits of nesting and time, and
//! texts that are no statements at all.
//!
//! `tests/parse/ok/*.cypher` are scripts of well-formed statements, with their trees in the
//! `.tree` file beside them; `tests/parse/err/*.cypher` are statements that are refused, one a
//! paragraph, with their messages in the `.error` file. `BLESS=1 cargo test parse` writes the
//! files anew.

mod golden;
mod limits;
mod mutations;
mod places;
mod script;
mod tree;
