//! All integration tests in one binary.

mod formats;
mod parse;
mod pipe;
mod repl;
mod tck;
