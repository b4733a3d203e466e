//! All integration tests in one binary.

mod bind;
mod boxed_cells;
mod crash;
mod display;
mod formats;
mod functions;
mod graph;
mod icesco;
mod load_csv;
mod parse;
mod pipe;
mod plans;
mod queries;
mod repl;
mod schema;
mod storage;
mod tck;
mod temporal;
mod tidy;
mod transactions;
mod upkeep;
