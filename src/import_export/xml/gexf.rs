//! GEXF 1.1 to 1.3, as Gephi, networkx, graphology and others write it.
//!
//! * The id of a node or an edge is its property `id`, unless it has another one or the file says
//!   that its ids are generated. `label` is a property; the `kind` of an edge is its type, else the
//!   attributes that [`words`](crate::import_export::words) lists.
//! * What `viz` elements say are properties `viz.x`, `viz.r`, `viz.size` and so on.
//! * Values that change in time are lists, beside them lists of the times: `weight`,
//!   `weight.start`, `weight.end`. The times of an element itself are the properties `start`, `end`
//!   and so on, spells the lists `spells.start` and `spells.end`.
//! * The node around a node (`pid`, or nested) is its property `parent`.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use crate::error::{Error, Result};
use crate::import_export::format::ReadFormat;
use crate::import_export::infer::CellType;
use crate::import_export::options::{DEFAULT_TYPE, ImportOptions};
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, Properties, RecordSink, RelationshipRecord, excerpt,
};
use crate::import_export::source::Source;
use crate::import_export::words::{
    LABELS, MOST_PROPERTIES, has, insert, parse_labels, take_labels, take_type,
};
use crate::import_export::xml::attributes::{Attribute, add_defaults};
use crate::import_export::xml::gexf_values::{Timed, liberal_list, number, times, viz_type};
use crate::import_export::xml::{Element, NAMESPACE, XmlEvent, XmlReader};
use crate::value::Value;

/// The format; see the module.
#[derive(Debug)]
pub struct Gexf;

/// The attribute of the graph, with its value, that says that ids have no meaning.
pub(super) const GENERATED_IDS: (&str, &str) = ("rihla:ids", "generated");
/// The attribute of a node that holds its labels, beside the declared one that other tools know.
pub(super) const OWN_LABELS: &str = "rihla:labels";
/// The property of relationships that go both ways in one edge.
pub(super) const MUTUAL: &str = "mutual";

/// About what a value with its times takes in memory, in bytes.
const MOMENT_SIZE: usize = 128;
/// By which networkx tells parallel edges apart.
const NETWORKX_KEY: &str = "networkx_key";

/// Whether the first bytes are those of a GEXF document.
pub(in crate::import_export) fn recognises(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.trim_start().starts_with('<') && text.contains("<gexf")
}

impl ReadFormat for Gexf {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut document = Document {
            xml: XmlReader::open(source)?,
            options,
            sink,
            nodes: Declared::default(),
            edges: Declared::default(),
            warned: HashSet::new(),
            generated_ids: false,
            undirected: false,
            mutual: false,
        };
        document.xml.root("gexf")?;
        document.children(&Tag::default(), None)
    }

    fn implies_nodes(&self) -> bool {
        true
    }
}

struct Document<'a> {
    xml: XmlReader<'a>,
    options: &'a ImportOptions,
    sink: &'a mut dyn RecordSink,
    nodes: Declared,
    edges: Declared,
    /// What a warning was given of.
    warned: HashSet<String>,
    generated_ids: bool,
    /// What edges are that do not say it.
    undirected: bool,
    mutual: bool,
}

/// The declared attributes of nodes or of edges.
#[derive(Default)]
struct Declared {
    attributes: Vec<Attribute>,
    by_id: HashMap<String, usize>,
}

/// An element with its attributes, in their order.
#[derive(Default)]
struct Tag {
    name: String,
    place: Option<Place>,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn of(element: &Element<'_>) -> Result<Tag> {
        let mut tag = Tag {
            name: element.name().to_owned(),
            place: Some(element.place()),
            attributes: Vec::new(),
        };
        element.each_attribute(|name, value| {
            tag.attributes.push((name.to_owned(), value.into_owned()));
        })?;
        Ok(tag)
    }

    fn place(&self) -> Place {
        self.place.unwrap_or(Place::File)
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What stands in a node or an edge.
#[derive(Default)]
struct Body {
    properties: Properties,
    timed: Timed,
    /// Why it cannot be kept.
    refusal: Option<Error>,
}

impl Document<'_> {
    /// The next element inside the one that began last.
    fn child(&mut self) -> Result<Option<Tag>> {
        loop {
            match self.xml.next()? {
                XmlEvent::Start(element) => return Ok(Some(Tag::of(&element)?)),
                XmlEvent::Text(_) => {}
                XmlEvent::End | XmlEvent::EndOfFile => return Ok(None),
            }
        }
    }

    /// What stands in an element that is neither a node nor an edge. `parent` is the node around.
    fn children(&mut self, tag: &Tag, parent: Option<&Value>) -> Result<()> {
        match tag.name.as_str() {
            "graph" => self.graph(tag),
            "attributes" => return self.attributes(tag),
            _ => {}
        }
        while let Some(child) = self.child()? {
            match child.name.as_str() {
                "graph" | "nodes" | "edges" | "attributes" => self.children(&child, parent)?,
                "node" => self.node(&child, parent)?,
                "edge" => self.edge(&child)?,
                // Who wrote the file, and when.
                "meta" => self.xml.skip()?,
                _ => self.pass_over(&child)?,
            }
        }
        Ok(())
    }

    fn graph(&mut self, tag: &Tag) {
        let default = tag.get("defaultedgetype").unwrap_or("undirected");
        self.undirected = default == "undirected";
        self.mutual = default == "mutual";
        let (name, generated) = GENERATED_IDS;
        self.generated_ids = tag.get(name) == Some(generated);
    }

    fn attributes(&mut self, tag: &Tag) -> Result<()> {
        let is_of_edges = tag.get("class") == Some("edge");
        while let Some(child) = self.child()? {
            if child.name != "attribute" {
                self.pass_over(&child)?;
                continue;
            }
            let id = child.get("id").unwrap_or_default();
            let title = child.get("title").filter(|title| !title.is_empty());
            let own = format!("{}:type", NAMESPACE.0);
            let value_type = child.get(&own).or(child.get("type"));
            let mut attribute = Attribute {
                name: title.unwrap_or(id).into(),
                value_type: value_type.map_or(CellType::String, value_type_named),
                default: None,
            };
            while let Some(inner) = self.child()? {
                if inner.name != "default" {
                    self.xml.skip()?;
                    continue;
                }
                let text = self.xml.content()?.text;
                let default = attribute.parse(&text);
                let default = default.map_err(|message| self.xml.error(inner.place(), message))?;
                attribute.default = default.filter(|_| !text.trim().is_empty());
            }
            let declared = if is_of_edges {
                &mut self.edges
            } else {
                &mut self.nodes
            };
            let place = declared.attributes.len();
            declared.by_id.insert(id.to_owned(), place);
            declared.attributes.push(attribute);
        }
        Ok(())
    }

    fn node(&mut self, tag: &Tag, around: Option<&Value>) -> Result<()> {
        let place = tag.place();
        let Some(id) = tag.get("id").map(Value::from) else {
            let error = self.xml.error(place, "the node has no id");
            self.xml.skip()?;
            return self.sink.refuse(place, error);
        };
        let mut body = self.body(tag, false, Some(&id))?;
        let parent = tag.get("pid").map(Value::from);
        if let Some(parent) = parent.as_ref().or(around)
            && !has(&body.properties, "parent")
        {
            body.properties.push(("parent".into(), parent.clone()));
        }
        if let Some(error) = body.refusal {
            return self.sink.refuse(place, error);
        }
        let labels = match tag.get(OWN_LABELS) {
            Some(text) => parse_labels(text),
            None => take_labels(&mut body.properties),
        };
        if !self.generated_ids && !has(&body.properties, "id") {
            body.properties.push(("id".into(), id.clone()));
        }
        let node = NodeRecord {
            id: Some(ExternalId::in_space(None, id)),
            labels,
            properties: body.properties,
        };
        self.sink.node(node, place)
    }

    fn edge(&mut self, tag: &Tag) -> Result<()> {
        let place = tag.place();
        let mut body = self.body(tag, true, None)?;
        let (Some(start), Some(end)) = (tag.get("source"), tag.get("target")) else {
            let error = self.xml.error(place, "the edge has no source or no target");
            return self.sink.refuse(place, error);
        };
        if let Some(error) = body.refusal {
            return self.sink.refuse(place, error);
        }
        let kind = tag.get("kind").filter(|kind| !kind.is_empty());
        let relationship_type = match kind {
            Some(kind) => Some(kind.into()),
            None => take_type(&mut body.properties),
        };
        let relationship_type = relationship_type.or(self.options.relationship_type.clone());
        body.properties.retain(|(key, _)| **key != *NETWORKX_KEY);
        if let Some(id) = tag.get("id")
            && !self.generated_ids
            && !has(&body.properties, "id")
        {
            body.properties.push(("id".into(), id.into()));
        }
        let direction = tag.get("type");
        let mutual = direction.map_or(self.mutual, |direction| direction == MUTUAL);
        if mutual {
            insert(&mut body.properties, &MUTUAL.into(), true.into());
        }
        let undirected = direction.map_or(self.undirected, |direction| direction == "undirected");
        let relationship = RelationshipRecord {
            relationship_type: relationship_type.unwrap_or_else(|| DEFAULT_TYPE.into()),
            start: start.into(),
            end: end.into(),
            properties: body.properties,
            directed: Some(!undirected),
        };
        self.sink.relationship(relationship, place)
    }

    /// The properties of a node or an edge, up to its end. Nodes and edges inside it are read, with
    /// `own` as their parent.
    fn body(&mut self, tag: &Tag, is_edge: bool, own: Option<&Value>) -> Result<Body> {
        let mut body = Body::default();
        // Where there is a kind, it may stand as the label, too.
        let label = tag.get("label");
        if let Some(label) = label.filter(|_| tag.get("kind") != label) {
            body.properties.push(("label".into(), label.into()));
        }
        if let Some(weight) = tag.get("weight").filter(|weight| !weight.is_empty()) {
            match number(weight) {
                Some(weight) => body.properties.push(("weight".into(), weight)),
                None => {
                    let message = format!("the weight {} is no number", excerpt(weight));
                    body.refusal = Some(self.xml.error(tag.place(), message));
                }
            }
        }
        for (name, time) in times(&tag.attributes) {
            body.properties.push((name.into(), time.into()));
        }
        let reserved = tag.get(OWN_LABELS).map(|_| LABELS);
        self.inside(is_edge, own, reserved, &mut body)?;
        std::mem::take(&mut body.timed).finish(&mut body.properties);
        let declared = if is_edge { &self.edges } else { &self.nodes };
        add_defaults(&mut body.properties, declared.attributes.iter());
        Ok(body)
    }

    /// What stands between the tags of a node or an edge, and of its `attvalues` and `spells`. The
    /// value of the attribute `reserved` says again what an attribute of the element has said.
    fn inside(
        &mut self,
        is_edge: bool,
        own: Option<&Value>,
        reserved: Option<&str>,
        body: &mut Body,
    ) -> Result<()> {
        while let Some(child) = self.child()? {
            match child.name.as_str() {
                "attvalues" | "spells" | "slices" | "parents" => {
                    self.inside(is_edge, own, reserved, body)?;
                }
                "attvalue" if reserved.is_some() && child.get("for") == reserved => {
                    self.xml.skip()?;
                }
                "attvalue" => {
                    self.xml.skip()?;
                    self.attribute_value(&child, is_edge, body)?;
                }
                "spell" | "slice" => {
                    self.xml.skip()?;
                    self.sink.reserve(MOMENT_SIZE)?;
                    body.timed.spell(times(&child.attributes));
                }
                "parent" => {
                    self.xml.skip()?;
                    self.sink.reserve(MOMENT_SIZE)?;
                    let parents = child.get("for").map(Value::from).into_iter();
                    body.timed.parents.extend(parents);
                }
                "nodes" | "edges" => self.children(&child, own)?,
                "color" | "position" | "size" | "shape" | "thickness" => {
                    self.xml.skip()?;
                    self.viz(&child, body);
                }
                _ => self.pass_over(&child)?,
            }
        }
        Ok(())
    }

    fn attribute_value(&mut self, tag: &Tag, is_edge: bool, body: &mut Body) -> Result<()> {
        if body.properties.len() > MOST_PROPERTIES {
            let message = format!("there are more than {MOST_PROPERTIES} properties");
            return Err(self.xml.error(tag.place(), message));
        }
        let declared = if is_edge { &self.edges } else { &self.nodes };
        // GEXF 1.0 had `id` here.
        let id = tag.get("for").or(tag.get("id")).unwrap_or_default();
        let text = tag.get("value").unwrap_or_default();
        let place = declared.by_id.get(id).copied();
        let attribute = place.and_then(|place| declared.attributes.get(place));
        let (name, value) = match attribute {
            Some(attribute) => {
                let value = match attribute.value_type {
                    CellType::Json if !text.is_empty() => Ok(Some(liberal_list(text))),
                    _ => attribute.parse(text),
                };
                (attribute.name.clone(), value)
            }
            // Gephi keeps dynamic weights so, without a declaration.
            None if id == "weight" => (id.into(), Ok(number(text).or(Some(text.into())))),
            None => {
                let text = format!("the attribute {} is not declared; it is text", excerpt(id));
                self.warn_once(tag.place(), text);
                let value = tag.get("value").unwrap_or_default();
                (id.into(), Ok(Some(value.into())))
            }
        };
        let times: Vec<(&'static str, &str)> = times(&tag.attributes);
        match value {
            Ok(Some(value)) if times.is_empty() => {
                insert(&mut body.properties, &name, value);
            }
            Ok(Some(value)) => {
                self.sink.reserve(MOMENT_SIZE + value.heap_size())?;
                body.timed.value(name, value, times);
            }
            Ok(None) => {}
            Err(message) => body.refusal = Some(self.xml.error(tag.place(), message)),
        }
        Ok(())
    }

    /// An element `viz:color`, `viz:position`, `viz:size`, `viz:shape` or `viz:thickness`.
    fn viz(&mut self, tag: &Tag, body: &mut Body) {
        for (name, text) in &tag.attributes {
            let name = if name == "value" { &tag.name } else { name };
            let property: Arc<str> = format!("viz.{name}").into();
            let value = viz_type(name).parse(text);
            let value = value.unwrap_or_else(|_| text.as_str().into());
            insert(&mut body.properties, &property, value);
        }
    }

    fn pass_over(&mut self, tag: &Tag) -> Result<()> {
        let text = format!("the element {} is not kept", excerpt(&tag.name));
        self.warn_once(tag.place(), text);
        self.xml.skip()
    }

    fn warn_once(&mut self, place: Place, text: String) {
        if !self.warned.contains(&text) {
            self.sink.warning(place, text.clone());
            self.warned.insert(text);
        }
    }
}

/// The type of the values of an attribute; lists are known by their names.
fn value_type_named(name: &str) -> CellType {
    let name = name.trim();
    if name.starts_with("list") || name.ends_with("[]") {
        return CellType::Json;
    }
    CellType::named(name).unwrap_or(CellType::String)
}
