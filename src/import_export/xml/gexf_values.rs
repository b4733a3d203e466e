//! Values of GEXF: those that change in time, those of pictures, and lists.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::import_export::infer::CellType;
use crate::import_export::record::Properties;
use crate::import_export::words::insert;
use crate::value::Value;

/// The attributes that tell a time, as the versions of the format call them.
const TIMES: [&str; 8] = [
    "start",
    "end",
    "startopen",
    "endopen",
    "timestamp",
    "timestamps",
    "intervals",
    "slices",
];

/// The times among the attributes of an element.
pub(super) fn times(attributes: &[(String, String)]) -> Vec<(&'static str, &str)> {
    let told = attributes.iter().filter_map(|(name, value)| {
        let known = TIMES.iter().find(|known| *known == name)?;
        Some((*known, value.as_str()))
    });
    told.collect()
}

/// The values of one element that have times, and its other lists.
#[derive(Default)]
pub(super) struct Timed {
    values: BTreeMap<Arc<str>, Vec<Moment>>,
    spells: Vec<Moment>,
    /// The nodes around a node.
    pub parents: Vec<Value>,
}

/// A value with its times.
struct Moment {
    value: Value,
    times: Vec<(&'static str, String)>,
}

impl Moment {
    fn new(value: Value, times: Vec<(&'static str, &str)>) -> Self {
        let times = times.into_iter();
        Moment {
            value,
            times: times.map(|(name, time)| (name, time.to_owned())).collect(),
        }
    }

    fn time(&self, name: &str) -> Option<&str> {
        let found = self.times.iter().find(|(known, _)| *known == name);
        found.map(|(_, time)| time.as_str())
    }
}

impl Timed {
    /// Takes a value of the attribute `name`.
    pub fn value(&mut self, name: Arc<str>, value: Value, times: Vec<(&'static str, &str)>) {
        let moment = Moment::new(value, times);
        self.values.entry(name).or_default().push(moment);
    }

    /// Takes a time in which the element is there.
    pub fn spell(&mut self, times: Vec<(&'static str, &str)>) {
        self.spells.push(Moment::new(Value::Null, times));
    }

    /// Makes lists of all that came.
    pub fn finish(self, properties: &mut Properties) {
        for (name, moments) in self.values {
            add_times(properties, &name, &moments);
            let values = moments.into_iter().map(|moment| moment.value);
            let values: Vec<Value> = values.collect();
            let scalar = values.iter().all(|value| !matches!(value, Value::List(_)));
            let values = if scalar {
                Value::list(values)
            } else {
                // There are no lists of lists.
                Value::list(
                    values
                        .iter()
                        .map(|value| value.to_string().into())
                        .collect(),
                )
            };
            insert(properties, &name, values);
        }
        add_times(properties, "spells", &self.spells);
        match self.parents.as_slice() {
            [] => {}
            [parent] => {
                insert(properties, &"parent".into(), parent.clone());
            }
            _ => {
                insert(properties, &"parent".into(), Value::list(self.parents));
            }
        }
    }
}

/// The lists `weight.start`, `weight.end`; where one of several has no time it is an empty text.
fn add_times(properties: &mut Properties, name: &str, moments: &[Moment]) {
    for time in TIMES {
        if moments.iter().any(|moment| moment.time(time).is_some()) {
            let times = moments.iter().map(|moment| moment.time(time));
            let times = times.map(|time| time.unwrap_or_default().into());
            let property: Arc<str> = format!("{name}.{time}").into();
            insert(properties, &property, Value::list(times.collect()));
        }
    }
}

/// The type of an attribute of a `viz` element.
pub(super) fn viz_type(name: &str) -> CellType {
    match name {
        "r" | "g" | "b" => CellType::Integer,
        "a" | "x" | "y" | "z" | "size" | "thickness" => CellType::Float,
        _ => CellType::String,
    }
}

/// A whole number, or one with a fraction.
pub(super) fn number(text: &str) -> Option<Value> {
    let text = text.trim();
    match text.parse::<i64>() {
        Ok(integer) => Some(integer.into()),
        Err(_) => text.parse::<f64>().ok().map(Value::from),
    }
}

/// A list: JSON, else what stands between `|`, or between commas in the brackets that Gephi
/// writes. Other JSON is the value it is.
pub(super) fn liberal_list(text: &str) -> Value {
    if let Ok(value) = CellType::Json.parse(text) {
        return value;
    }
    let text = text.trim();
    let inner = [('[', ']'), ('<', '>'), ('(', ')')]
        .iter()
        .find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close));
    let separator = if inner.is_some() { ',' } else { '|' };
    let elements = inner.unwrap_or(text).split(separator);
    let elements = elements.map(|element| element.trim().trim_matches('"').into());
    Value::list(elements.collect())
}
