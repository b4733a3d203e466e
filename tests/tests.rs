//! All integration tests in one binary.

mod formats;
mod parse;
mod tck;
mod temporal;
