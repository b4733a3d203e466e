//! All integration tests in one binary.

mod bind;
mod formats;
mod parse;
mod tck;
mod tidy;
