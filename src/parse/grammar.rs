//! The parser that pest makes of the files in `grammar/`.

use pest_derive::Parser;

/// Text to pairs of rules; see `grammar/query.pest` for the entry.
#[derive(Parser)]
#[grammar = "grammar/query.pest"]
#[grammar = "grammar/reading.pest"]
#[grammar = "grammar/writing.pest"]
#[grammar = "grammar/projection.pest"]
#[grammar = "grammar/pattern.pest"]
#[grammar = "grammar/expression.pest"]
#[grammar = "grammar/literal.pest"]
#[grammar = "grammar/lexical.pest"]
#[grammar = "grammar/command.pest"]
#[grammar = "grammar/schema.pest"]
pub struct Grammar;
