//! Columns of tables that we write: which Arrow type holds all values of a key, and the array.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, ListBuilder,
    StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, StringArray};
use arrow_schema::{DataType, Field, TimeUnit};

use crate::import_export::columnar::{KEY, TYPE};
use crate::import_export::infer::CellType;
use crate::import_export::json_value::to_json;
use crate::import_export::temporal_text::{self, Kind};
use crate::value::{LocalDateTime, Value};

/// What holds the values of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnKind {
    /// Single values of an Arrow type.
    Plain(Plain),
    /// Lists of them.
    List(Plain),
    /// Lists, all of them empty so far.
    EmptyLists,
    /// Text that stands for values of this type.
    Text(CellType),
}

/// Types that Arrow has, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    Boolean,
    Integer,
    Float,
    String,
    Date,
    LocalDateTime,
}

impl ColumnKind {
    /// What holds `value`.
    pub fn of(value: &Value) -> ColumnKind {
        let kind = match value {
            Value::List(values) if values.is_empty() => Some(ColumnKind::EmptyLists),
            Value::List(values) => {
                let mut kinds = values.iter().map(Plain::of);
                let first = kinds.next().flatten();
                let first = first.filter(|_| kinds.all(|kind| kind == first));
                first.map(ColumnKind::List)
            }
            value => Plain::of(value).map(ColumnKind::Plain),
        };
        let temporal = || Some(ColumnKind::Text(CellType::Temporal(Kind::of(value)?)));
        kind.or_else(temporal)
            .unwrap_or(ColumnKind::Text(CellType::Json))
    }

    /// What holds the values of both.
    pub fn and(self, other: ColumnKind) -> ColumnKind {
        match (self, other) {
            _ if self == other => self,
            (ColumnKind::EmptyLists, ColumnKind::List(_)) => other,
            (ColumnKind::List(_), ColumnKind::EmptyLists) => self,
            _ => ColumnKind::Text(CellType::Json),
        }
    }

    /// The field of a column called `name` for values of `key`.
    pub fn field(self, name: &str, key: &str) -> Field {
        let mut metadata = HashMap::new();
        if name != key {
            metadata.insert(KEY.to_owned(), key.to_owned());
        }
        let data_type = match self {
            ColumnKind::Plain(plain) => plain.data_type(),
            ColumnKind::List(plain) => DataType::List(element(plain).into()),
            ColumnKind::EmptyLists => DataType::List(element(Plain::String).into()),
            ColumnKind::Text(meant) => {
                metadata.insert(TYPE.to_owned(), meant.name().to_owned());
                DataType::Utf8
            }
        };
        Field::new(name, data_type, true).with_metadata(metadata)
    }

    /// The values as an array, null where there is none.
    pub fn array(self, values: &[Option<&Value>]) -> ArrayRef {
        match self {
            ColumnKind::Plain(plain) => {
                let mut builder = plain.builder();
                values
                    .iter()
                    .for_each(|value| plain.append(&mut builder, *value));
                builder.finish()
            }
            ColumnKind::List(plain) => lists(plain, values),
            ColumnKind::EmptyLists => lists(Plain::String, values),
            ColumnKind::Text(CellType::Json) => {
                let texts = values
                    .iter()
                    .map(|value| Some(to_json((*value)?).to_string()));
                Arc::new(texts.collect::<StringArray>())
            }
            ColumnKind::Text(_) => {
                let texts = values.iter().map(|value| temporal_text::text((*value)?));
                Arc::new(texts.collect::<StringArray>())
            }
        }
    }
}

impl Plain {
    fn of(value: &Value) -> Option<Plain> {
        Some(match value {
            Value::Boolean(_) => Plain::Boolean,
            Value::Integer(_) => Plain::Integer,
            Value::Float(_) => Plain::Float,
            Value::String(_) => Plain::String,
            Value::Date(date) if i32::try_from(date.days).is_ok() => Plain::Date,
            Value::LocalDateTime(at) if microseconds(*at).is_some() => Plain::LocalDateTime,
            _ => return None,
        })
    }

    fn data_type(self) -> DataType {
        match self {
            Plain::Boolean => DataType::Boolean,
            Plain::Integer => DataType::Int64,
            Plain::Float => DataType::Float64,
            Plain::String => DataType::Utf8,
            Plain::Date => DataType::Date32,
            Plain::LocalDateTime => DataType::Timestamp(TimeUnit::Microsecond, None),
        }
    }

    fn builder(self) -> Box<dyn ArrayBuilder> {
        match self {
            Plain::Boolean => Box::new(BooleanBuilder::new()),
            Plain::Integer => Box::new(Int64Builder::new()),
            Plain::Float => Box::new(Float64Builder::new()),
            Plain::String => Box::new(StringBuilder::new()),
            Plain::Date => Box::new(Date32Builder::new()),
            Plain::LocalDateTime => Box::new(TimestampMicrosecondBuilder::new()),
        }
    }

    /// Appends a value of this type to the builder of this type.
    fn append(self, builder: &mut dyn ArrayBuilder, value: Option<&Value>) {
        macro_rules! append {
            ($builder:ty, $pattern:pat => $native:expr) => {
                if let Some(builder) = builder.as_any_mut().downcast_mut::<$builder>() {
                    builder.append_option(value.and_then(|value| match value {
                        $pattern => $native,
                        _ => None,
                    }));
                }
            };
        }
        match self {
            Plain::Boolean => append!(BooleanBuilder, Value::Boolean(value) => Some(*value)),
            Plain::Integer => append!(Int64Builder, Value::Integer(value) => Some(*value)),
            Plain::Float => append!(Float64Builder, Value::Float(value) => Some(*value)),
            Plain::String => append!(StringBuilder, Value::String(text) => Some(text.as_ref())),
            Plain::Date => {
                append!(Date32Builder, Value::Date(date) => i32::try_from(date.days).ok());
            }
            Plain::LocalDateTime => {
                append!(TimestampMicrosecondBuilder, Value::LocalDateTime(at) => microseconds(*at));
            }
        }
    }
}

/// The field of the elements of lists.
fn element(plain: Plain) -> Field {
    Field::new("item", plain.data_type(), true)
}

fn lists(plain: Plain, values: &[Option<&Value>]) -> ArrayRef {
    let mut builder = ListBuilder::new(plain.builder());
    for value in values {
        if let Some(Value::List(elements)) = value {
            for element in elements.iter() {
                plain.append(builder.values(), Some(element));
            }
        }
        builder.append(value.is_some());
    }
    Arc::new(builder.finish())
}

/// Microseconds since 1970, where nothing is lost.
fn microseconds(at: LocalDateTime) -> Option<i64> {
    let whole = at.seconds.checked_mul(1_000_000)?;
    let rest = i64::from(at.nanoseconds);
    (rest % 1_000 == 0).then(|| whole.checked_add(rest / 1_000))?
}
