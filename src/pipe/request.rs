//! Requests: lines of JSON to what is to be done, and their values to values of the language.

use std::sync::Arc;

use rihla::{Error, Parameters, Result, Value};
use serde::Deserialize;
use serde_json::Value as Json;

/// What a line asks for.
pub enum Request {
    /// Begin again with an empty graph.
    Reset,
    /// Add a procedure that looks its rows up in a table.
    Procedure(TableProcedure),
    /// Run a statement.
    Run {
        /// Its text.
        query: String,
        /// Its parameters.
        parameters: Parameters,
    },
    /// Begin or end a transaction, by this statement.
    Transaction(&'static str),
}

/// A procedure that gives rows of a table.
pub struct TableProcedure {
    /// The dotted name.
    pub name: String,
    /// Arguments.
    pub inputs: Vec<Column>,
    /// Columns of the answer.
    pub outputs: Vec<Column>,
    /// Values of the arguments, then of the answer.
    pub rows: Vec<Vec<Value>>,
}

/// An argument or a column.
#[derive(Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, in the words of the TCK.
    #[serde(rename = "type")]
    pub column_type: String,
}

/// A line as it stands.
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum Line {
    Reset,
    Procedure {
        name: String,
        #[serde(default)]
        inputs: Vec<Column>,
        #[serde(default)]
        outputs: Vec<Column>,
        #[serde(default)]
        rows: Vec<Vec<Json>>,
    },
    Run {
        query: String,
        #[serde(default)]
        params: serde_json::Map<String, Json>,
    },
    Begin,
    Commit,
    Rollback,
}

/// Reads a request.
///
/// # Errors
/// `ArgumentError` where the line is not one.
pub fn parse(line: &str) -> Result<Request> {
    let line: Line = serde_json::from_str(line)
        .map_err(|error| Error::argument(format!("the request cannot be read: {error}")))?;
    Ok(match line {
        Line::Reset => Request::Reset,
        Line::Begin => Request::Transaction("BEGIN"),
        Line::Commit => Request::Transaction("COMMIT"),
        Line::Rollback => Request::Transaction("ROLLBACK"),
        Line::Run { query, params } => Request::Run {
            query,
            parameters: members(params)?.collect(),
        },
        Line::Procedure {
            name,
            inputs,
            outputs,
            rows,
        } => Request::Procedure(TableProcedure {
            name,
            inputs,
            outputs,
            rows: rows.into_iter().map(values).collect::<Result<_>>()?,
        }),
    })
}

fn values(json: Vec<Json>) -> Result<Vec<Value>> {
    json.into_iter().map(value).collect()
}

fn members(json: serde_json::Map<String, Json>) -> Result<impl Iterator<Item = (Arc<str>, Value)>> {
    let members = json.into_iter();
    let members = members.map(|(name, json)| Ok((Arc::from(name), value(json)?)));
    Ok(members.collect::<Result<Vec<_>>>()?.into_iter())
}

/// A value; the depth of JSON is limited by its parser.
fn value(json: Json) -> Result<Value> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => value.into(),
        Json::String(text) => text.into(),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => integer.into(),
            None => number
                .as_f64()
                .filter(|_| !number.is_u64())
                .map(Value::Float)
                .ok_or_else(|| {
                    Error::argument(format!("the integer {number} does not fit 64 bits"))
                })?,
        },
        Json::Array(elements) => Value::list(values(elements)?),
        Json::Object(members) => {
            let mut members = members.into_iter();
            match (members.next(), members.next()) {
                (Some((tag, json)), None) => tagged(&tag, json)?,
                _ => return Err(Error::argument("an object must have one member, a tag")),
            }
        }
    })
}

fn tagged(tag: &str, json: Json) -> Result<Value> {
    match (tag, json) {
        ("$map", Json::Object(entries)) => Ok(Value::map(members(entries)?)),
        ("$float", Json::Number(number)) => number
            .as_f64()
            .map(Value::Float)
            .ok_or_else(|| Error::argument(format!("{number} does not fit a float"))),
        ("$float", Json::String(text)) => match text.as_str() {
            "NaN" => Ok(Value::Float(f64::NAN)),
            "Inf" => Ok(Value::Float(f64::INFINITY)),
            "-Inf" => Ok(Value::Float(f64::NEG_INFINITY)),
            _ => Err(Error::argument(format!("{text} is no float"))),
        },
        _ => Err(Error::argument(format!(
            "a value is tagged {tag}; parameters know $float and $map"
        ))),
    }
}
