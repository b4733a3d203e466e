//! Answers: results and errors as lines of JSON, without loss. Whatever JSON lacks is an object
//! of one member whose name begins with `$`.

use std::fmt::{Display, Write as _};

use rihla::value::{Map, NodeId, Path, RelationshipId, write_float};
use rihla::{Error, Phase, QueryResult, Result, Value};

/// The answer to a statement that ended well.
///
/// # Errors
/// Where a node or relationship cannot be read.
pub fn result(result: &QueryResult) -> Result<String> {
    let mut answer = Answer {
        result,
        text: String::new(),
    };
    answer.text.push_str("{\"columns\":");
    answer.list(result.columns(), |answer, name| {
        answer.string(name);
        Ok(())
    })?;
    answer.text.push_str(",\"rows\":");
    answer.list(result.rows(), |answer, row| {
        answer.list(&row.values(), Answer::value)
    })?;
    answer.statistics();
    answer.text.push('}');
    Ok(answer.text)
}

/// The answer to a request that failed.
pub fn error(error: &Error) -> String {
    let phase = match error.phase() {
        Phase::CompileTime => "compile",
        Phase::Runtime => "runtime",
    };
    let message = match error.hint_text() {
        Some(hint) => format!("{} ({hint})", error.message()),
        None => error.message().to_owned(),
    };
    let error = serde_json::json!({"error": {
        "type": error.kind().name(),
        "phase": phase,
        "detail": error.detail().name(),
        "message": message,
    }});
    error.to_string()
}

/// An answer that grows. Written as text at once: values may be nested deeper than a tree of them
/// could be dropped.
struct Answer<'r> {
    result: &'r QueryResult,
    text: String,
}

impl Answer<'_> {
    fn display(&mut self, value: impl Display) {
        write!(self.text, "{value}").expect("a string takes all");
    }

    fn string(&mut self, text: &str) {
        self.display(serde_json::Value::from(text));
    }

    fn list<T>(
        &mut self,
        elements: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T) -> Result<()>,
    ) -> Result<()> {
        self.text.push('[');
        for (index, element) in elements.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            write(self, element)?;
        }
        self.text.push(']');
        Ok(())
    }

    fn value(&mut self, value: &Value) -> Result<()> {
        match value {
            Value::Null => self.text.push_str("null"),
            Value::Boolean(value) => self.display(value),
            Value::Integer(value) => self.display(value),
            Value::Float(value) => self.float(*value),
            Value::String(text) => self.string(text),
            Value::Date(value) => self.tagged_text("date", value),
            Value::LocalTime(value) => self.tagged_text("localtime", value),
            Value::Time(value) => self.tagged_text("time", value),
            Value::LocalDateTime(value) => self.tagged_text("localdatetime", value),
            Value::DateTime(value) => self.tagged_text("datetime", value),
            Value::Duration(value) => self.tagged_text("duration", value),
            Value::List(values) => self.list(values.iter(), Answer::nested)?,
            Value::Map(entries) => {
                self.text.push_str("{\"$map\":");
                self.entries(entries)?;
                self.text.push('}');
            }
            Value::Node(node) => self.node(*node)?,
            Value::Relationship(relationship) => self.relationship(*relationship)?,
            Value::Path(path) => self.path(path)?,
        }
        Ok(())
    }

    fn nested(&mut self, value: &Value) -> Result<()> {
        stacker::maybe_grow(32 << 10, 1 << 20, || self.value(value))
    }

    fn float(&mut self, value: f64) {
        self.text.push_str("{\"$float\":");
        match value {
            value if value.is_nan() => self.string("NaN"),
            f64::INFINITY => self.string("Inf"),
            f64::NEG_INFINITY => self.string("-Inf"),
            finite => write_float(finite, &mut self.text).expect("a string takes all"),
        }
        self.text.push('}');
    }

    fn tagged_text(&mut self, tag: &str, value: &impl Display) {
        self.text.push_str("{\"$");
        self.text.push_str(tag);
        self.text.push_str("\":");
        self.string(&value.to_string());
        self.text.push('}');
    }

    fn entries(&mut self, entries: &Map) -> Result<()> {
        self.text.push('{');
        for (index, (key, value)) in entries.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.string(key);
            self.text.push(':');
            self.nested(value)?;
        }
        self.text.push('}');
        Ok(())
    }

    fn node(&mut self, node: NodeId) -> Result<()> {
        let node = self.result.node(node)?;
        write!(self.text, "{{\"$node\":{{\"id\":{},\"labels\":", node.id.0)
            .expect("a string takes all");
        self.list(&node.labels, |answer, label| {
            answer.string(label);
            Ok(())
        })?;
        self.text.push_str(",\"properties\":");
        self.entries(&node.properties)?;
        self.text.push_str("}}");
        Ok(())
    }

    fn relationship(&mut self, relationship: RelationshipId) -> Result<()> {
        let relationship = self.result.relationship(relationship)?;
        write!(
            self.text,
            "{{\"$rel\":{{\"id\":{},\"type\":",
            relationship.id.0
        )
        .expect("a string takes all");
        self.string(&relationship.relationship_type);
        let (start, end) = (relationship.start.0, relationship.end.0);
        write!(
            self.text,
            ",\"start\":{start},\"end\":{end},\"properties\":"
        )
        .expect("a string takes all");
        self.entries(&relationship.properties)?;
        self.text.push_str("}}");
        Ok(())
    }

    fn path(&mut self, path: &Path) -> Result<()> {
        self.text.push_str("{\"$path\":[");
        for (place, node) in path.nodes.iter().enumerate() {
            if place > 0 {
                self.text.push(',');
                self.relationship(path.relationships[place - 1])?;
                self.text.push(',');
            }
            self.node(*node)?;
        }
        self.text.push_str("]}");
        Ok(())
    }

    /// What was changed; counts of zero are left out.
    fn statistics(&mut self) {
        let changes = self.result.summary().changes;
        let counts = [
            ("+nodes", changes.nodes_created),
            ("-nodes", changes.nodes_deleted),
            ("+relationships", changes.relationships_created),
            ("-relationships", changes.relationships_deleted),
            ("+labels", changes.labels_added),
            ("-labels", changes.labels_removed),
            ("+properties", changes.properties_set),
            ("-properties", changes.properties_removed),
        ];
        let counts = counts.iter().filter(|(_, count)| *count > 0);
        let counts: Vec<String> = counts
            .map(|(name, count)| format!("\"{name}\":{count}"))
            .collect();
        self.text.push_str(",\"stats\":{");
        self.text.push_str(&counts.join(","));
        self.text.push('}');
    }
}
