//! Values as feature files write them, and results in the same form.

use std::collections::BTreeMap;

use rihla::value::NodeId;
use rihla::{QueryResult, Value};

/// A value whose entities are described, not numbered. Temporal values are texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Described {
    Null,
    Boolean(bool),
    Integer(i64),
    /// The shortest text that reads back as the float.
    Float(String),
    String(String),
    List(Vec<Described>),
    Map(BTreeMap<String, Described>),
    Node(Vec<String>, BTreeMap<String, Described>),
    Relationship(String, BTreeMap<String, Described>),
    /// Nodes, and relationships with whether they point along the walk.
    Path(Vec<Described>, Vec<(Described, bool)>),
}

impl Described {
    /// The same value with every list in a fixed order.
    pub fn without_order(self) -> Described {
        match self {
            Described::List(values) => {
                let mut values: Vec<_> = values.into_iter().map(Described::without_order).collect();
                values.sort();
                Described::List(values)
            }
            Described::Map(entries) => Described::Map(unordered(entries)),
            Described::Node(labels, properties) => Described::Node(labels, unordered(properties)),
            Described::Relationship(name, properties) => {
                Described::Relationship(name, unordered(properties))
            }
            other => other,
        }
    }

    /// A value of a result.
    pub fn of(value: &Value, result: &QueryResult) -> Described {
        match value {
            Value::Null => Described::Null,
            Value::Boolean(value) => Described::Boolean(*value),
            Value::Integer(value) => Described::Integer(*value),
            Value::Float(value) => float(*value),
            Value::String(text) => Described::String(text.to_string()),
            Value::List(values) => Described::List(
                values
                    .iter()
                    .map(|value| Described::of(value, result))
                    .collect(),
            ),
            Value::Map(entries) => Described::Map(entries_of(entries, result)),
            Value::Node(node) => node_of(*node, result),
            Value::Relationship(id) => {
                let relationship = result
                    .relationship(*id)
                    .expect("the relationship can be read");
                let properties = entries_of(&relationship.properties, result);
                Described::Relationship(relationship.relationship_type.to_string(), properties)
            }
            Value::Path(path) => {
                let nodes = path
                    .nodes
                    .iter()
                    .map(|node| node_of(*node, result))
                    .collect();
                let steps = path
                    .relationships
                    .iter()
                    .zip(&path.nodes)
                    .map(|(id, from)| {
                        let relationship = result.relationship(*id).expect("it can be read");
                        let described = Described::of(&Value::Relationship(*id), result);
                        (described, relationship.start == *from)
                    });
                Described::Path(nodes, steps.collect())
            }
            Value::Date(value) => Described::String(value.to_string()),
            Value::LocalTime(value) => Described::String(value.to_string()),
            Value::Time(value) => Described::String(value.to_string()),
            Value::LocalDateTime(value) => Described::String(value.to_string()),
            Value::DateTime(value) => Described::String(value.to_string()),
            Value::Duration(value) => Described::String(value.to_string()),
        }
    }

    /// A value that a feature file writes.
    pub fn parse(text: &str) -> Result<Described, String> {
        let mut parser = Parser {
            characters: text.chars().collect(),
            place: 0,
        };
        let value = parser.value()?;
        parser.blanks();
        if parser.place < parser.characters.len() {
            return Err(format!("more than a value in `{text}`"));
        }
        Ok(value)
    }

    /// As a parameter.
    pub fn into_value(self) -> Value {
        match self {
            Described::Boolean(value) => value.into(),
            Described::Integer(value) => value.into(),
            Described::Float(text) => text.parse::<f64>().unwrap_or(f64::NAN).into(),
            Described::String(text) => text.into(),
            Described::List(values) => {
                Value::list(values.into_iter().map(Described::into_value).collect())
            }
            Described::Map(entries) => Value::map(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, value.into_value())),
            ),
            _ => Value::Null,
        }
    }
}

fn unordered(entries: BTreeMap<String, Described>) -> BTreeMap<String, Described> {
    entries
        .into_iter()
        .map(|(key, value)| (key, value.without_order()))
        .collect()
}

fn float(value: f64) -> Described {
    Described::Float(format!("{:?}", if value == 0.0 { 0.0 } else { value }))
}

fn node_of(node: NodeId, result: &QueryResult) -> Described {
    let node = result.node(node).expect("the node can be read");
    let labels = node.labels.iter().map(ToString::to_string).collect();
    Described::Node(labels, entries_of(&node.properties, result))
}

fn entries_of(
    entries: &BTreeMap<std::sync::Arc<str>, Value>,
    result: &QueryResult,
) -> BTreeMap<String, Described> {
    let describe = |value| Described::of(value, result);
    entries
        .iter()
        .map(|(key, value)| (key.to_string(), describe(value)))
        .collect()
}

struct Parser {
    characters: Vec<char>,
    place: usize,
}

impl Parser {
    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.place += 1;
        }
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.place).copied()
    }

    fn takes(&mut self, wanted: &str) -> bool {
        self.blanks();
        let fits = wanted.chars().enumerate().all(|(offset, character)| {
            self.characters.get(self.place + offset) == Some(&character)
        });
        if fits {
            self.place += wanted.chars().count();
        }
        fits
    }

    fn needs(&mut self, wanted: &str) -> Result<(), String> {
        match self.takes(wanted) {
            true => Ok(()),
            false => Err(format!("expected `{wanted}` at {}", self.place)),
        }
    }

    fn value(&mut self) -> Result<Described, String> {
        self.blanks();
        match self.peek() {
            Some('\'') => self.string().map(Described::String),
            Some('[') if self.characters.get(self.place + 1) == Some(&':') => self.relationship(),
            Some('[') => {
                self.place += 1;
                let mut values = Vec::new();
                while !self.takes("]") {
                    values.push(self.value()?);
                    self.takes(",");
                }
                Ok(Described::List(values))
            }
            Some('{') => self.map().map(Described::Map),
            Some('(') => self.node(),
            Some('<') => self.path(),
            Some(_) => self.word(),
            None => Err("a value is missing".to_owned()),
        }
    }

    fn string(&mut self) -> Result<String, String> {
        self.needs("'")?;
        let mut text = String::new();
        loop {
            match self.peek() {
                None => return Err("a string does not end".to_owned()),
                Some('\'') => {
                    self.place += 1;
                    return Ok(text);
                }
                Some('\\') => {
                    self.place += 1;
                    match self.peek() {
                        Some('n') => text.push('\n'),
                        Some('t') => text.push('\t'),
                        Some(other) => text.push(other),
                        None => {}
                    }
                }
                Some(other) => text.push(other),
            }
            self.place += 1;
        }
    }

    fn name(&mut self) -> String {
        self.blanks();
        if self.takes("`") {
            let mut name = String::new();
            while let Some(character) = self.peek() {
                self.place += 1;
                if character == '`' {
                    break;
                }
                name.push(character);
            }
            return name;
        }
        let start = self.place;
        while self
            .peek()
            .is_some_and(|character| character.is_alphanumeric() || character == '_')
        {
            self.place += 1;
        }
        self.characters[start..self.place].iter().collect()
    }

    fn map(&mut self) -> Result<BTreeMap<String, Described>, String> {
        self.needs("{")?;
        let mut entries = BTreeMap::new();
        while !self.takes("}") {
            let key = self.name();
            self.needs(":")?;
            entries.insert(key, self.value()?);
            self.takes(",");
        }
        Ok(entries)
    }

    fn properties(&mut self) -> Result<BTreeMap<String, Described>, String> {
        self.blanks();
        if self.peek() == Some('{') {
            self.map()
        } else {
            Ok(BTreeMap::new())
        }
    }

    fn node(&mut self) -> Result<Described, String> {
        self.needs("(")?;
        let mut labels = Vec::new();
        while self.takes(":") {
            labels.push(self.name());
        }
        labels.sort();
        let properties = self.properties()?;
        self.needs(")")?;
        Ok(Described::Node(labels, properties))
    }

    fn relationship(&mut self) -> Result<Described, String> {
        self.needs("[")?;
        self.needs(":")?;
        let name = self.name();
        let properties = self.properties()?;
        self.needs("]")?;
        Ok(Described::Relationship(name, properties))
    }

    fn path(&mut self) -> Result<Described, String> {
        self.needs("<")?;
        let mut nodes = vec![self.node()?];
        let mut steps = Vec::new();
        while !self.takes(">") {
            let backwards = self.takes("<-");
            if !backwards {
                self.needs("-")?;
            }
            let relationship = self.relationship()?;
            if backwards {
                self.needs("-")?;
            } else {
                self.needs("->")?;
            }
            steps.push((relationship, !backwards));
            nodes.push(self.node()?);
        }
        Ok(Described::Path(nodes, steps))
    }

    fn word(&mut self) -> Result<Described, String> {
        let start = self.place;
        while self
            .peek()
            .is_some_and(|character| character.is_alphanumeric() || "+-._".contains(character))
        {
            self.place += 1;
        }
        let word: String = self.characters[start..self.place].iter().collect();
        match word.as_str() {
            "null" => Ok(Described::Null),
            "true" => Ok(Described::Boolean(true)),
            "false" => Ok(Described::Boolean(false)),
            "NaN" => Ok(float(f64::NAN)),
            "Inf" => Ok(float(f64::INFINITY)),
            "-Inf" => Ok(float(f64::NEG_INFINITY)),
            word => match (word.parse::<i64>(), word.parse::<f64>()) {
                (Ok(integer), _) => Ok(Described::Integer(integer)),
                (_, Ok(number)) => Ok(float(number)),
                _ => Err(format!("`{word}` is no value")),
            },
        }
    }
}
