//! All integration tests in one binary.

mod bind;
mod boxed_cells;
mod display;
mod formats;
mod functions;
mod graph;
mod icesco;
mod json_formats;
mod parse;
mod pipe;
mod plans;
mod queries;
mod repl;
mod tck;
mod temporal;
mod tidy;
