//! All integration tests in one binary.

mod boxed_cells;
mod formats;
mod parse;
mod pipe;
mod repl;
mod tck;
mod tidy;
