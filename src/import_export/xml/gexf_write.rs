//! Writing GEXF 1.3: labels and weights where GEXF has them, the type of a relationship as the
//! kind of its edge, properties `viz.x` as elements of the picture, all others as declared
//! attributes.

use std::fmt::Write as _;
use std::sync::Arc;

use hashbrown::HashMap;

use crate::context::Context;
use crate::error::Result;
use crate::import_export::format::WriteFormat;
use crate::import_export::infer::CellType;
use crate::import_export::node_names::{ID, NodeNames};
use crate::import_export::output::{Output, OutputFile};
use crate::import_export::record::{Properties, RecordSource};
use crate::import_export::words::{LABELS, labels_text};
use crate::import_export::xml::NAMESPACE;
use crate::import_export::xml::gexf::{GENERATED_IDS, Gexf, MUTUAL, OWN_LABELS};
use crate::import_export::xml::gexf_values::viz_type;
use crate::import_export::xml::write::{
    Columns, add_columns, can_hold, declared_type, escaped, own_name, value_text,
};
use crate::value::Value;

/// The declared attributes of nodes, or those of edges.
type Declared = HashMap<Arc<str>, (String, CellType)>;

/// Elements of the picture, with their attributes by the properties `viz.` and that name.
const VIZ: [(&str, &[&str]); 5] = [
    ("color", &["r", "g", "b", "a"]),
    ("position", &["x", "y", "z"]),
    ("size", &["size"]),
    ("thickness", &["thickness"]),
    ("shape", &["shape"]),
];

/// The properties of an element by the places that GEXF has for them.
#[derive(Default)]
struct Places {
    label: Option<Arc<str>>,
    weight: Option<String>,
    mutual: bool,
    /// By the name behind `viz.`.
    viz: Vec<(Arc<str>, String)>,
    others: Properties,
}

impl Places {
    /// `kind` is the type of a relationship.
    fn of(properties: Properties, kind: Option<&str>) -> Places {
        let mut places = Places::default();
        for (key, value) in properties {
            match (key.as_ref(), &value) {
                ("label", Value::String(text)) if kind != Some(text) && can_hold(text) => {
                    places.label = Some(text.clone());
                }
                ("weight", Value::Integer(_)) if kind.is_some() => {
                    places.weight = Some(value_text(CellType::Integer, &value));
                }
                ("weight", Value::Float(weight)) if kind.is_some() && weight.is_finite() => {
                    places.weight = Some(value_text(CellType::Float, &value));
                }
                (MUTUAL, Value::Boolean(true)) if kind.is_some() => places.mutual = true,
                (name, value) if viz_name(name, value).is_some() => {
                    let text = value_text(viz_type(&key[4..]), value);
                    places.viz.push((key[4..].into(), text));
                }
                _ => places.others.push((key, value)),
            }
        }
        places
    }
}

/// What an element of the picture calls the property, if it holds it.
fn viz_name<'n>(name: &'n str, value: &Value) -> Option<&'n str> {
    let name = name.strip_prefix("viz.")?;
    let known = VIZ.iter().any(|(_, names)| names.contains(&name));
    let fits = match value {
        Value::String(text) => can_hold(text),
        _ => true,
    };
    let fits = fits && CellType::of(value) == Some(viz_type(name));
    (known && fits).then_some(name)
}

impl WriteFormat for Gexf {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let names = NodeNames::of(graph, context, own_name)?;
        let mut node_columns = Columns::new();
        for node in graph.nodes() {
            add_columns(
                &mut node_columns,
                &Places::of(node?.properties, None).others,
            );
        }
        if !names.are_generated() {
            node_columns.remove(ID);
        }
        let mut edge_columns = Columns::new();
        let (mut any, mut all_undirected) = (false, true);
        for relationship in graph.relationships() {
            let mut relationship = relationship?;
            any = true;
            all_undirected &= relationship.take_undirected();
            let kind = Some(relationship.relationship_type.as_ref());
            let places = Places::of(relationship.properties, kind);
            add_columns(&mut edge_columns, &places.others);
        }

        let mut file = output.only_file()?;
        let (prefix, address) = NAMESPACE;
        let default = match any && all_undirected {
            true => "undirected",
            false => "directed",
        };
        let (marker, generated) = GENERATED_IDS;
        let ids = match names.are_generated() {
            true => format!(" {marker}=\"{generated}\""),
            false => String::new(),
        };
        writeln!(
            file,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <gexf xmlns=\"http://gexf.net/1.3\" xmlns:viz=\"http://gexf.net/1.3/viz\" \
             xmlns:{prefix}=\"{address}\" version=\"1.3\">\n\
             <meta><creator>Rihla</creator></meta>\n\
             <graph mode=\"static\" defaultedgetype=\"{default}\"{ids}>"
        )?;
        let node_attributes = write_attributes(&mut file, "node", node_columns)?;
        let edge_attributes = write_attributes(&mut file, "edge", edge_columns)?;

        writeln!(file, "<nodes>")?;
        for node in graph.nodes() {
            let node = node?;
            let name = node.id.as_ref().map(|id| names.name(id));
            let name = escaped(&name.unwrap_or_default())?;
            let labels = escaped(&labels_text(&node.labels))?;
            let places = Places::of(node.properties, None);
            write!(file, "<node id=\"{name}\"")?;
            if let Some(label) = &places.label {
                write!(file, " label=\"{}\"", escaped(label)?)?;
            }
            let value = format!("<attvalue for=\"{LABELS}\" value=\"{labels}\"/>");
            write!(file, " {OWN_LABELS}=\"{labels}\">")?;
            write_inside(&mut file, &places, value, &node_attributes)?;
            writeln!(file, "</node>")?;
        }
        writeln!(file, "</nodes>\n<edges>")?;
        for (place, relationship) in graph.relationships().enumerate() {
            let mut relationship = relationship?;
            let undirected = relationship.take_undirected();
            let start = escaped(&names.name(&relationship.start))?;
            let end = escaped(&names.name(&relationship.end))?;
            let kind = relationship.relationship_type;
            let places = Places::of(relationship.properties, Some(&kind));
            write!(file, "<edge")?;
            if names.are_generated() {
                write!(file, " id=\"{place}\"")?;
            }
            write!(file, " source=\"{start}\" target=\"{end}\"")?;
            if places.mutual {
                write!(file, " type=\"mutual\"")?;
            } else if undirected != (default == "undirected") {
                write!(file, " type=\"undirected\"")?;
            }
            let label = places.label.as_ref().unwrap_or(&kind);
            write!(
                file,
                " kind=\"{}\" label=\"{}\"",
                escaped(&kind)?,
                escaped(label)?
            )?;
            if let Some(weight) = &places.weight {
                write!(file, " weight=\"{weight}\"")?;
            }
            write!(file, ">")?;
            write_inside(&mut file, &places, String::new(), &edge_attributes)?;
            writeln!(file, "</edge>")?;
        }
        writeln!(file, "</edges>\n</graph>\n</gexf>")?;
        file.finish()
    }
}

fn write_attributes(file: &mut OutputFile<'_>, class: &str, columns: Columns) -> Result<Declared> {
    let mut declared = Declared::new();
    writeln!(file, "<attributes class=\"{class}\">")?;
    if class == "node" {
        writeln!(
            file,
            "<attribute id=\"{LABELS}\" title=\"{LABELS}\" type=\"string\"/>"
        )?;
    }
    for (place, (name, cell_type)) in columns.into_iter().enumerate() {
        let (plain, own) = declared_type(cell_type, "long");
        let title = escaped(&name)?;
        write!(
            file,
            "<attribute id=\"{place}\" title=\"{title}\" type=\"{plain}\""
        )?;
        if let Some(own) = own {
            write!(file, " {}:type=\"{own}\"", NAMESPACE.0)?;
        }
        writeln!(file, "/>")?;
        declared.insert(name, (place.to_string(), cell_type));
    }
    writeln!(file, "</attributes>")?;
    Ok(declared)
}

/// The values of the declared attributes, behind `first`, and the picture.
fn write_inside(
    file: &mut OutputFile<'_>,
    places: &Places,
    first: String,
    declared: &Declared,
) -> Result<()> {
    let mut values = first;
    for (name, value) in &places.others {
        if let Some((id, cell_type)) = declared.get(name) {
            let text = escaped(&value_text(*cell_type, value))?;
            write!(values, "<attvalue for=\"{id}\" value=\"{text}\"/>")
                .expect("a String takes everything");
        }
    }
    if !values.is_empty() {
        write!(file, "<attvalues>{values}</attvalues>")?;
    }
    for (element, names) in VIZ {
        let shown = places.viz.iter();
        let mut shown = shown
            .filter(|(name, _)| names.contains(&name.as_ref()))
            .peekable();
        if shown.peek().is_none() {
            continue;
        }
        write!(file, "<viz:{element}")?;
        for (name, text) in shown {
            let name = if **name == *element { "value" } else { name };
            write!(file, " {name}=\"{}\"", escaped(text)?)?;
        }
        write!(file, "/>")?;
    }
    Ok(())
}
