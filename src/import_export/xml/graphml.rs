//! GraphML, as networkx, igraph, Gephi, yEd, Cytoscape, TinkerPop and Neo4j's APOC write it.
//!
//! * The id of a node is its property `id`, unless it has another one or the file says that its ids
//!   are generated. So is the id of an edge.
//! * Labels and types are where APOC has them (`labels=":A:B"`, `label="KNOWS"`), else in the
//!   attributes that [`words`](crate::import_export::words) lists.
//! * Content that is XML, as yEd's, is kept as the text of a property; the label it shows is the
//!   property `label`.
//! * Nodes of a nested graph have the property `parent`. A hyperedge is a node `Hyperedge` with
//!   relationships `ENDPOINT`. Ports are properties.

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
    LABELS, MOST_PROPERTIES, TYPE, has, insert, parse_labels, take_labels, take_type,
};
use crate::import_export::xml::attributes::{Attribute, add_defaults};
use crate::import_export::xml::{Element, XmlEvent, XmlReader};
use crate::value::Value;

/// The format; see the module.
#[derive(Debug)]
pub struct GraphMl;

/// The attribute of the graph, with its value, that says that ids have no meaning.
pub(super) const GENERATED_IDS: (&str, &str) = ("node_ids", "generated");
/// The label of nodes that stand for hyperedges, and the type of their relationships.
const HYPEREDGE: (&str, &str) = ("Hyperedge", "ENDPOINT");

/// Whether the first bytes are those of a GraphML document.
pub(in crate::import_export) fn recognises(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.trim_start().starts_with('<') && text.contains("<graphml")
}

impl ReadFormat for GraphMl {
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
            keys: Vec::new(),
            by_id: HashMap::new(),
            warned: HashSet::new(),
            generated_ids: false,
            hyperedges: 0,
        };
        document.read()
    }

    fn implies_nodes(&self) -> bool {
        true
    }
}

struct Document<'a> {
    xml: XmlReader<'a>,
    options: &'a ImportOptions,
    sink: &'a mut dyn RecordSink,
    keys: Vec<Key>,
    /// The places of the keys.
    by_id: HashMap<String, usize>,
    /// What a warning was given of.
    warned: HashSet<String>,
    generated_ids: bool,
    hyperedges: i64,
}

/// A `key`.
struct Key {
    attribute: Attribute,
    id: String,
    /// `node`, `edge`, `all`, ...
    domain: String,
}

impl Key {
    fn is_for(&self, domain: &str) -> bool {
        self.domain == domain || self.domain == "all"
    }
}

/// A graph, or one inside a node.
struct Graph {
    /// The ids of the second and later graphs of a file are their own.
    space: Option<Arc<str>>,
    directed: bool,
    /// The node around it.
    parent: Option<Value>,
}

/// An element by its name, with those of its attributes that mean something.
#[derive(Default)]
struct Tag {
    name: String,
    place: Option<Place>,
    id: Option<String>,
    /// `labels` of a node, `label` of an edge.
    label: Option<String>,
    /// `source` and `target` of an edge, `node` of an endpoint.
    start: Option<String>,
    end: Option<String>,
    ports: Vec<(&'static str, String)>,
    directed: Option<bool>,
    /// `key` of data.
    key: Option<String>,
    /// `type` of an endpoint.
    endpoint_type: Option<String>,
}

impl Tag {
    fn of(element: &Element<'_>) -> Result<Tag> {
        let mut tag = Tag {
            name: element.name().to_owned(),
            place: Some(element.place()),
            ..Tag::default()
        };
        element.each_attribute(|name, value| match name {
            "id" => tag.id = Some(value.into_owned()),
            "labels" | "label" => tag.label = Some(value.into_owned()),
            "source" | "node" => tag.start = Some(value.into_owned()),
            "target" => tag.end = Some(value.into_owned()),
            "sourceport" => tag.ports.push(("sourceport", value.into_owned())),
            "targetport" => tag.ports.push(("targetport", value.into_owned())),
            "port" | "name" => tag.ports.push(("port", value.into_owned())),
            "directed" => tag.directed = Some(matches!(value.trim(), "true" | "1")),
            "edgedefault" => tag.directed = Some(value.trim() == "directed"),
            "key" => tag.key = Some(value.into_owned()),
            "type" => tag.endpoint_type = Some(value.into_owned()),
            _ => {}
        })?;
        Ok(tag)
    }

    fn place(&self) -> Place {
        self.place.unwrap_or(Place::File)
    }
}

/// What an element has beside its attributes.
#[derive(Default)]
struct Body {
    properties: Properties,
    ports: Vec<Value>,
    endpoints: Vec<Tag>,
    /// Why it cannot be kept.
    refusal: Option<Error>,
}

impl Document<'_> {
    fn read(&mut self) -> Result<()> {
        self.xml.root("graphml")?;
        let mut graphs = 0;
        while let Some(tag) = self.child()? {
            match tag.name.as_str() {
                "key" => {}
                "graph" => {
                    graphs += 1;
                    let space = (graphs > 1).then(|| format!("graph {graphs}").into());
                    self.graph(&tag, space, None)?;
                }
                "data" => self.graph_data(&tag)?,
                _ => self.pass_over(&tag)?,
            }
        }
        Ok(())
    }

    /// The next element inside the one that began last; keys are declared on the way.
    fn child(&mut self) -> Result<Option<Tag>> {
        loop {
            let tag = match self.xml.next()? {
                XmlEvent::Start(element) if element.name() == "key" => {
                    let key = Key::of(&element)?;
                    self.key(key)?;
                    continue;
                }
                XmlEvent::Start(element) => Tag::of(&element)?,
                XmlEvent::Text(_) => continue,
                XmlEvent::End | XmlEvent::EndOfFile => return Ok(None),
            };
            return Ok(Some(tag));
        }
    }

    fn key(&mut self, mut key: Key) -> Result<()> {
        let place = self.xml.place();
        while let Some(tag) = self.child()? {
            if tag.name != "default" {
                self.xml.skip()?;
                continue;
            }
            let content = self.xml.content()?;
            let default = if content.text.trim().is_empty() {
                Ok(None)
            } else {
                key.attribute.parse(&content.text)
            };
            key.attribute.default = default.map_err(|message| self.xml.error(place, message))?;
        }
        self.by_id.insert(key.id.clone(), self.keys.len());
        self.keys.push(key);
        Ok(())
    }

    fn graph(&mut self, tag: &Tag, space: Option<Arc<str>>, parent: Option<Value>) -> Result<()> {
        let graph = Graph {
            space,
            directed: tag.directed.unwrap_or(false),
            parent,
        };
        while let Some(tag) = self.child()? {
            match tag.name.as_str() {
                "node" => self.node(tag, &graph)?,
                "edge" => self.edge(tag, &graph)?,
                "hyperedge" => self.hyperedge(tag, &graph)?,
                "data" => self.graph_data(&tag)?,
                _ => self.pass_over(&tag)?,
            }
        }
        Ok(())
    }

    /// The data of the whole graph, which a graph here does not have.
    fn graph_data(&mut self, tag: &Tag) -> Result<()> {
        let content = self.xml.content()?;
        let id = tag.key.as_deref().unwrap_or_default();
        let key = self.by_id.get(id).and_then(|place| self.keys.get(*place));
        let name = key.map_or(id, |key| &key.attribute.name);
        if (name, content.text.as_str()) == GENERATED_IDS {
            self.generated_ids = true;
        } else {
            let text = format!("the attribute {} of the graph is not kept", excerpt(name));
            self.warn_once(tag.place(), text);
        }
        Ok(())
    }

    fn node(&mut self, tag: Tag, graph: &Graph) -> Result<()> {
        let place = tag.place();
        let Some(id) = tag.id.as_deref().map(Value::from) else {
            let error = self.xml.error(place, "the node has no id");
            self.xml.skip()?;
            return self.sink.refuse(place, error);
        };
        let reserved = tag.label.as_ref().map(|_| LABELS);
        let mut body = self.body("node", graph, Some(&id), reserved)?;
        let labels = match tag.label {
            Some(text) => parse_labels(&text),
            None => take_labels(&mut body.properties),
        };
        if !body.ports.is_empty() {
            let ports = Value::list(std::mem::take(&mut body.ports));
            insert(&mut body.properties, &"ports".into(), ports);
        }
        if let Some(parent) = &graph.parent
            && !has(&body.properties, "parent")
        {
            body.properties.push(("parent".into(), parent.clone()));
        }
        self.push_node(id, None, graph, labels, body, place)
    }

    fn push_node(
        &mut self,
        id: Value,
        space: Option<Arc<str>>,
        graph: &Graph,
        labels: Vec<Arc<str>>,
        mut body: Body,
        place: Place,
    ) -> Result<()> {
        if let Some(error) = body.refusal {
            return self.sink.refuse(place, error);
        }
        if !self.generated_ids && !has(&body.properties, "id") && matches!(id, Value::String(_)) {
            body.properties.push(("id".into(), id.clone()));
        }
        let node = NodeRecord {
            id: Some(ExternalId::in_space(space.or(graph.space.clone()), id)),
            labels,
            properties: body.properties,
        };
        self.sink.node(node, place)
    }

    fn edge(&mut self, tag: Tag, graph: &Graph) -> Result<()> {
        let place = tag.place();
        let reserved = tag.label.as_ref().map(|_| TYPE);
        let mut body = self.body("edge", graph, None, reserved)?;
        let (Some(start), Some(end)) = (tag.start, tag.end) else {
            let error = self.xml.error(place, "the edge has no source or no target");
            return self.sink.refuse(place, error);
        };
        if let Some(error) = body.refusal {
            return self.sink.refuse(place, error);
        }
        let relationship_type = match tag.label {
            Some(text) if !text.is_empty() => Some(text.into()),
            _ => take_type(&mut body.properties),
        };
        self.add_id(&mut body.properties, tag.id);
        for (name, port) in tag.ports {
            insert(&mut body.properties, &name.into(), port.into());
        }
        let relationship = RelationshipRecord {
            relationship_type: relationship_type.unwrap_or_else(|| self.default_type()),
            start: ExternalId::in_space(graph.space.clone(), start),
            end: ExternalId::in_space(graph.space.clone(), end),
            properties: body.properties,
            directed: Some(tag.directed.unwrap_or(graph.directed)),
        };
        self.sink.relationship(relationship, place)
    }

    fn add_id(&self, properties: &mut Properties, id: Option<String>) {
        if let Some(id) = id
            && !self.generated_ids
            && !has(properties, "id")
        {
            properties.push(("id".into(), id.into()));
        }
    }

    fn default_type(&self) -> Arc<str> {
        let given = self.options.relationship_type.clone();
        given.unwrap_or_else(|| DEFAULT_TYPE.into())
    }

    fn hyperedge(&mut self, tag: Tag, graph: &Graph) -> Result<()> {
        let place = tag.place();
        let mut body = self.body("hyperedge", graph, None, None)?;
        self.hyperedges += 1;
        let (label, relationship_type) = HYPEREDGE;
        let space: Option<Arc<str>> = Some(label.into());
        let id = tag.id.map_or(Value::from(self.hyperedges), Value::from);
        let endpoints = std::mem::take(&mut body.endpoints);
        let own = ExternalId::in_space(space.clone(), id.clone());
        self.push_node(id, space, graph, vec![label.into()], body, place)?;
        for endpoint in endpoints {
            let place = endpoint.place();
            let Some(node) = endpoint.start else {
                let error = self.xml.error(place, "the endpoint has no node");
                self.sink.refuse(place, error)?;
                continue;
            };
            let node = ExternalId::in_space(graph.space.clone(), node);
            let mut properties = Properties::new();
            for (name, port) in endpoint.ports {
                insert(&mut properties, &name.into(), port.into());
            }
            self.add_id(&mut properties, endpoint.id);
            let incoming = endpoint.endpoint_type.as_deref() == Some("in");
            let directed = matches!(endpoint.endpoint_type.as_deref(), Some("in" | "out"));
            let (start, end) = if incoming {
                (own.clone(), node)
            } else {
                (node, own.clone())
            };
            let relationship = RelationshipRecord {
                relationship_type: relationship_type.into(),
                start,
                end,
                properties,
                directed: Some(directed),
            };
            self.sink.relationship(relationship, place)?;
        }
        Ok(())
    }

    /// What stands in a node, an edge or a hyperedge, up to its end. Graphs inside are read, with
    /// `own` as their parent. Data of the key `reserved` says again what an attribute of the
    /// element has said.
    fn body(
        &mut self,
        domain: &str,
        graph: &Graph,
        own: Option<&Value>,
        reserved: Option<&str>,
    ) -> Result<Body> {
        let mut body = Body::default();
        while let Some(tag) = self.child()? {
            match tag.name.as_str() {
                "data" if tag.key.as_deref() == reserved => self.xml.skip()?,
                "data" => self.data(&tag, domain, &mut body)?,
                "graph" => self.graph(&tag, graph.space.clone(), own.cloned())?,
                "desc" => {
                    let text = self.xml.content()?.text;
                    insert(&mut body.properties, &"desc".into(), text.trim().into());
                }
                "port" => {
                    self.xml.skip()?;
                    self.sink.reserve(size_of::<Tag>())?;
                    let names = tag.ports.into_iter();
                    body.ports.extend(names.map(|(_, name)| Value::from(name)));
                }
                "endpoint" => {
                    self.xml.skip()?;
                    self.sink.reserve(size_of::<Tag>())?;
                    body.endpoints.push(tag);
                }
                _ => self.pass_over(&tag)?,
            }
        }
        let defaults = self.keys.iter().filter(|key| key.is_for(domain));
        add_defaults(&mut body.properties, defaults.map(|key| &key.attribute));
        Ok(body)
    }

    fn data(&mut self, tag: &Tag, domain: &str, body: &mut Body) -> Result<()> {
        let content = self.xml.content()?;
        if body.properties.len() > MOST_PROPERTIES {
            let message = format!("there are more than {MOST_PROPERTIES} properties");
            return Err(self.xml.error(tag.place(), message));
        }
        let id = tag.key.as_deref().unwrap_or_default();
        let Some(key) = self.by_id.get(id).and_then(|place| self.keys.get(*place)) else {
            let text = format!("the key {} is not declared; it is text", excerpt(id));
            insert(&mut body.properties, &id.into(), content.text.into());
            self.warn_once(tag.place(), text);
            return Ok(());
        };
        let name = key.attribute.name.clone();
        let misplaced = !key.is_for(domain);
        let value = if content.is_markup {
            Ok(Some(Value::from(content.text)))
        } else {
            key.attribute.parse(&content.text)
        };
        match value {
            Ok(Some(value)) => {
                if !insert(&mut body.properties, &name, value) {
                    let text = format!("an earlier value of {} is not kept", excerpt(&name));
                    self.sink.warning(tag.place(), text);
                }
            }
            Ok(None) => {}
            Err(message) => body.refusal = Some(self.xml.error(tag.place(), message)),
        }
        if let Some(caption) = content.caption
            && !has(&body.properties, TYPE)
        {
            body.properties.push((TYPE.into(), caption.into()));
        }
        if misplaced {
            let name = excerpt(&name);
            let text = format!("the key {name} is not declared for a {domain}");
            self.warn_once(tag.place(), text);
        }
        Ok(())
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

impl Key {
    fn of(element: &Element<'_>) -> Result<Key> {
        let mut id = String::new();
        let mut domain = "all".to_owned();
        let (mut name, mut tool_name) = (None, None);
        let (mut plain_type, mut own_type, mut is_list) = (None, None, false);
        element.each_attribute(|attribute, value| match attribute {
            "id" => id = value.into_owned(),
            "for" => domain = value.into_owned(),
            "attr.name" => name = Some(value.into_owned()),
            "yfiles.type" => tool_name = Some(value.into_owned()),
            "attr.type" => plain_type = CellType::named(value.trim()),
            "rihla:type" => own_type = CellType::named(value.trim()),
            // Of APOC: the type of the elements of a list, which is written as JSON.
            "attr.list" => is_list = true,
            _ => {}
        })?;
        let value_type = match (own_type, is_list) {
            (Some(own_type), _) => own_type,
            (None, true) => CellType::Json,
            (None, false) => plain_type.unwrap_or(CellType::String),
        };
        let name = name.or(tool_name).filter(|name| !name.is_empty());
        let attribute = Attribute {
            name: name.unwrap_or_else(|| id.clone()).into(),
            value_type,
            default: None,
        };
        Ok(Key {
            attribute,
            id,
            domain,
        })
    }
}
