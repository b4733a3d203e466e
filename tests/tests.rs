//! All integration tests in one binary.

mod bind;
mod boxed_cells;
mod columnar;
mod crash;
mod display;
mod formats;
mod functions;
mod graph;
mod icesco;
mod load_csv;
mod model;
mod parse;
mod pipe;
mod plans;
mod processes;
mod queries;
mod rdf;
mod real_files;
mod repl;
mod schema;
mod storage;
mod tck;
mod temporal;
mod tidy;
mod transactions;
mod upkeep;
