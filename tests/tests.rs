//! All integration tests in one binary.

mod boxed_cells;
mod formats;
mod icesco;
mod parse;
mod tck;
mod tidy;
