//! Writing GraphML: labels and types as Neo4j's APOC writes them and, for tools that know only
//! declared attributes, as data too; values that GraphML has no type for as text, with an attribute
//! of ours at their key that says what the text stands for.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::context::Context;
use crate::error::Result;
use crate::import_export::format::WriteFormat;
use crate::import_export::infer::CellType;
use crate::import_export::node_names::{ID, NodeNames};
use crate::import_export::output::{Output, OutputFile};
use crate::import_export::record::{Properties, RecordSource};
use crate::import_export::words::{LABELS, TYPE, labels_text};
use crate::import_export::xml::NAMESPACE;
use crate::import_export::xml::graphml::{GENERATED_IDS, GraphMl};
use crate::import_export::xml::write::{
    Columns, add_columns, declared_type, escaped, own_name, value_text,
};

/// The keys of nodes, or those of edges.
type Keys = HashMap<Arc<str>, (String, CellType)>;

impl WriteFormat for GraphMl {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let names = NodeNames::of(graph, context, own_name)?;
        let mut node_columns = Columns::new();
        for node in graph.nodes() {
            add_columns(&mut node_columns, &node?.properties);
        }
        if !names.are_generated() {
            node_columns.remove(ID);
        }
        let mut edge_columns = Columns::new();
        let (mut directed, mut undirected) = (false, false);
        for relationship in graph.relationships() {
            let mut relationship = relationship?;
            let unmarked = !relationship.take_undirected();
            directed |= unmarked;
            undirected |= !unmarked;
            add_columns(&mut edge_columns, &relationship.properties);
        }
        let all_undirected = undirected && !directed;

        let mut file = output.only_file()?;
        let (prefix, address) = NAMESPACE;
        writeln!(
            file,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" xmlns:{prefix}=\"{address}\">"
        )?;
        write_key(&mut file, LABELS, "node", LABELS, CellType::String)?;
        write_key(&mut file, TYPE, "edge", TYPE, CellType::String)?;
        let (marker, generated) = GENERATED_IDS;
        if names.are_generated() {
            write_key(&mut file, marker, "graph", marker, CellType::String)?;
        }
        let node_keys = write_keys(&mut file, "node", node_columns)?;
        let edge_keys = write_keys(&mut file, "edge", edge_columns)?;
        let default = if all_undirected {
            "undirected"
        } else {
            "directed"
        };
        writeln!(file, "<graph id=\"G\" edgedefault=\"{default}\">")?;
        if names.are_generated() {
            writeln!(file, "<data key=\"{marker}\">{generated}</data>")?;
        }

        for node in graph.nodes() {
            let node = node?;
            let name = node.id.as_ref().map(|id| names.name(id));
            let name = escaped(&name.unwrap_or_default())?;
            let labels = escaped(&labels_text(&node.labels))?;
            write!(
                file,
                "<node id=\"{name}\" labels=\"{labels}\"><data key=\"{LABELS}\">{labels}</data>"
            )?;
            write_data(&mut file, &node_keys, &node.properties)?;
            writeln!(file, "</node>")?;
        }
        for relationship in graph.relationships() {
            let mut relationship = relationship?;
            let exception = match relationship.take_undirected() {
                true if !all_undirected => " directed=\"false\"",
                _ => "",
            };
            let start = escaped(&names.name(&relationship.start))?;
            let end = escaped(&names.name(&relationship.end))?;
            let label = escaped(&relationship.relationship_type)?;
            write!(
                file,
                "<edge source=\"{start}\" target=\"{end}\"{exception} label=\"{label}\">\
                 <data key=\"{TYPE}\">{label}</data>"
            )?;
            write_data(&mut file, &edge_keys, &relationship.properties)?;
            writeln!(file, "</edge>")?;
        }
        writeln!(file, "</graph>\n</graphml>")?;
        file.finish()
    }
}

fn write_keys(file: &mut OutputFile<'_>, domain: &str, columns: Columns) -> Result<Keys> {
    let mut keys = Keys::new();
    for (place, (name, cell_type)) in columns.into_iter().enumerate() {
        let id = format!("{}{place}", &domain[..1]);
        write_key(file, &id, domain, &name, cell_type)?;
        keys.insert(name, (id, cell_type));
    }
    Ok(keys)
}

fn write_key(
    file: &mut OutputFile<'_>,
    id: &str,
    domain: &str,
    name: &str,
    cell_type: CellType,
) -> Result<()> {
    let name = escaped(name)?;
    let (plain, own) = declared_type(cell_type, "long");
    write!(
        file,
        "<key id=\"{id}\" for=\"{domain}\" attr.name=\"{name}\" attr.type=\"{plain}\""
    )?;
    if let Some(own) = own {
        write!(file, " {}:type=\"{own}\"", NAMESPACE.0)?;
    }
    writeln!(file, "/>")
}

fn write_data(file: &mut OutputFile<'_>, keys: &Keys, properties: &Properties) -> Result<()> {
    for (name, value) in properties {
        if let Some((id, cell_type)) = keys.get(name) {
            let text = escaped(&value_text(*cell_type, value))?;
            write!(file, "<data key=\"{id}\">{text}</data>")?;
        }
    }
    Ok(())
}
