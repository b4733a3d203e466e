//! The formats that are JSON. A file is told to be of one by its outline (`dialect`), read as a
//! stream (`stream`, `lines`), and its free attributes become properties (`records`).

mod dialect;
mod graphson_value;
mod lines;
mod outline;
mod python_numbers;
mod records;
mod stream;
mod write;

pub mod apoc;
pub mod canvas;
pub mod cytoscape;
pub mod graph_format;
pub mod graphology;
pub mod graphson;
pub mod json_graph;
pub mod kgx;
pub mod mcp_memory;
pub mod node_link;
