//! All integration tests in one binary.

mod boxed_cells;
mod display;
mod formats;
mod parse;
mod pipe;
mod repl;
mod tck;
mod tidy;
