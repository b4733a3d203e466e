//! Builds a column value by value: typed as long as all values have one type, of values after.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, StringViewBuilder, UInt32Builder,
};

use super::Column;
use crate::value::Value;

/// Collects values into the narrowest column that holds them.
///
/// ```
/// use rihla::column::{Column, ColumnBuilder};
/// use rihla::value::Value;
///
/// let mut builder = ColumnBuilder::new();
/// builder.push(Value::Integer(1));
/// builder.push(Value::Null);
/// assert!(matches!(builder.finish(), Column::Integer(_)));
/// ```
#[derive(Debug, Default)]
pub struct ColumnBuilder {
    state: State,
}

#[derive(Debug)]
enum State {
    Null(usize),
    Boolean(BooleanBuilder),
    Integer(Int64Builder),
    Float(Float64Builder),
    String(StringViewBuilder),
    Date(Int64Builder),
    LocalDateTime(Int64Builder),
    Node(UInt32Builder),
    Relationship(UInt32Builder),
    Value(Vec<Value>),
}

impl Default for State {
    fn default() -> Self {
        State::Null(0)
    }
}

/// A builder that starts with `nulls` nulls.
macro_rules! after_nulls {
    ($builder:expr, $nulls:expr) => {{
        let mut builder = $builder;
        for _ in 0..$nulls {
            builder.append_null();
        }
        builder
    }};
}

impl ColumnBuilder {
    /// An empty builder; the type comes with the first value that is not null.
    pub fn new() -> Self {
        ColumnBuilder::default()
    }

    /// Adds one value.
    pub fn push(&mut self, value: Value) {
        if let State::Null(count) = &mut self.state {
            if value.is_null() {
                *count += 1;
                return;
            }
            let nulls = *count;
            self.state = State::starting_with(&value, nulls);
        }
        match (&mut self.state, value) {
            (State::Boolean(builder), Value::Boolean(value)) => builder.append_value(value),
            (State::Boolean(builder), Value::Null) => builder.append_null(),
            (State::Integer(builder), Value::Integer(value)) => builder.append_value(value),
            (State::Float(builder), Value::Float(value)) => builder.append_value(value),
            (State::Float(builder), Value::Null) => builder.append_null(),
            (State::String(builder), Value::String(value)) => builder.append_value(value),
            (State::String(builder), Value::Null) => builder.append_null(),
            (State::Date(builder), Value::Date(value)) => builder.append_value(value.days),
            (State::LocalDateTime(builder), Value::LocalDateTime(value))
                if value.to_nanoseconds().is_some() =>
            {
                builder.append_option(value.to_nanoseconds());
            }
            (
                State::Integer(builder) | State::Date(builder) | State::LocalDateTime(builder),
                Value::Null,
            ) => builder.append_null(),
            (State::Node(builder), Value::Node(value)) => builder.append_value(value.0),
            (State::Relationship(builder), Value::Relationship(value)) => {
                builder.append_value(value.0);
            }
            (State::Node(builder) | State::Relationship(builder), Value::Null) => {
                builder.append_null();
            }
            (State::Value(values), value) => values.push(value),
            (_, value) => {
                let typed = std::mem::take(&mut self.state).finish();
                let mut values: Vec<Value> = typed.values().collect();
                values.push(value);
                self.state = State::Value(values);
            }
        }
    }

    /// Adds a text, as [`ColumnBuilder::push`] does, without making a value of it.
    pub fn push_text(&mut self, text: &str) {
        match &mut self.state {
            State::String(builder) => builder.append_value(text),
            _ => self.push(text.into()),
        }
    }

    /// The column of all values pushed.
    pub fn finish(self) -> Column {
        self.state.finish()
    }
}

impl State {
    /// The state for a first value of this type after `nulls` nulls; the value is not added.
    fn starting_with(value: &Value, nulls: usize) -> State {
        match value {
            Value::Boolean(_) => State::Boolean(after_nulls!(BooleanBuilder::new(), nulls)),
            Value::Integer(_) => State::Integer(after_nulls!(Int64Builder::new(), nulls)),
            Value::Float(_) => State::Float(after_nulls!(Float64Builder::new(), nulls)),
            Value::String(_) => State::String(after_nulls!(StringViewBuilder::new(), nulls)),
            Value::Date(_) => State::Date(after_nulls!(Int64Builder::new(), nulls)),
            Value::LocalDateTime(value) if value.to_nanoseconds().is_some() => {
                State::LocalDateTime(after_nulls!(Int64Builder::new(), nulls))
            }
            Value::Node(_) => State::Node(after_nulls!(UInt32Builder::new(), nulls)),
            Value::Relationship(_) => {
                State::Relationship(after_nulls!(UInt32Builder::new(), nulls))
            }
            _ => State::Value(vec![Value::Null; nulls]),
        }
    }

    fn finish(self) -> Column {
        match self {
            State::Null(count) => Column::Null(count),
            State::Boolean(mut builder) => Column::Boolean(builder.finish()),
            State::Integer(mut builder) => Column::Integer(builder.finish()),
            State::Float(mut builder) => Column::Float(builder.finish()),
            State::String(mut builder) => Column::String(builder.finish()),
            State::Date(mut builder) => Column::Date(builder.finish()),
            State::LocalDateTime(mut builder) => Column::LocalDateTime(builder.finish()),
            State::Node(mut builder) => Column::Node(builder.finish()),
            State::Relationship(mut builder) => Column::Relationship(builder.finish()),
            State::Value(values) => Column::Value(Arc::new(values)),
        }
    }
}
