//! All integration tests in one binary.

mod formats;
mod functions;
mod parse;
mod tck;
