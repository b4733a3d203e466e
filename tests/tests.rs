//! All integration tests in one binary.

mod bind;
mod boxed_cells;
mod display;
mod formats;
mod functions;
mod graph;
mod icesco;
mod parse;
mod pipe;
mod plans;
mod queries;
mod real_files;
mod repl;
mod tck;
mod temporal;
mod tidy;
