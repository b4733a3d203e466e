//! The table of functions: one row each, in alphabetical order within a category.

use super::row::Function;

/// Every function of the language.
pub static FUNCTIONS: &[Function] = &[];
