//! Which dialect a JSON text is of: each has names that no other has at that place. The first line
//! of this list that fits decides.

use crate::import_export::json::outline::Outline;

/// The dialects of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Rihla,
    GraphSon,
    McpMemory,
    Apoc,
    Cytoscape,
    JsonGraphFormat,
    Canvas,
    Kgx,
    Graphology,
    NodeLink,
}

impl Dialect {
    /// The dialect that the first bytes of a file are of.
    pub fn of(bytes: &[u8]) -> Option<Dialect> {
        let outline = Outline::of(bytes);
        let has = |paths: &[&str]| paths.iter().any(|path| outline.has(path));
        let says = |paths: &[&str], text: fn(&str) -> bool| {
            paths.iter().any(|path| outline.says(path, text))
        };
        let is_record = |text: &str| matches!(text, "node" | "relationship");
        let is_biolink = |text: &str| text.starts_with("biolink:");
        Some(if says(&["format"], |text| text == "rihla-graph") {
            Dialect::Rihla
        } else if says(&["type", "[].type", "rels.*.type"], is_record)
            || says(&["*.type", "*.[].type"], is_record)
                && has(&["*.properties", "*.[].properties"])
            || says(&["nodes.*.type"], is_record) && has(&["nodes.*.labels", "nodes.*.properties"])
            || has(&["rels"])
        {
            Dialect::Apoc
        } else if has(&["outE", "inE", "vertices", "graph.vertices", "graph.mode"])
            || has(&[
                "@value.vertices",
                "properties.*.[].value",
                "properties.*.[].id",
            ])
            || says(&["@type"], |text| text == "tinker:graph")
        {
            Dialect::GraphSon
        } else if has(&["entityType", "relationType", "entities", "relations"]) {
            Dialect::McpMemory
        } else if has(&[
            "elements",
            "[].data",
            "nodes.[].data.id",
            "edges.[].data.source",
        ]) || has(&["target_cytoscapejs_version"])
        {
            Dialect::Cytoscape
        } else if has(&["graph.nodes", "graph.edges", "graph.hyperedges", "graphs"]) {
            Dialect::JsonGraphFormat
        } else if has(&["edges.[].fromNode"]) {
            Dialect::Canvas
        } else if has(&[
            "subject",
            "category",
            "edges.[].subject",
            "nodes.[].category.[]",
        ]) || says(&["nodes.[].category"], is_biolink)
        {
            Dialect::Kgx
        } else if has(&["nodes.[].key", "nodes.[].attributes", "edges.[].attributes"])
            && !has(&["nodes.[].id"])
        {
            Dialect::Graphology
        } else if has(&["nodes", "links", "edges", "multigraph", "directed"]) {
            Dialect::NodeLink
        } else if has(&["graph"]) {
            Dialect::JsonGraphFormat
        } else {
            return None;
        })
    }
}
