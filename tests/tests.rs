//! All integration tests in one binary.

mod bind;
mod boxed_cells;
mod formats;
mod parse;
mod tck;
mod tidy;
