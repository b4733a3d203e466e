//! Functions that make temporal values: from texts, maps, other values and the clock.
//!
//! * In: arguments as values, the statement's instant.
//! * Out: temporal values.
//! * Never: calendars and zones themselves, which are in `value/temporal`.
//! * Start here: [`construct`], then [`Kind`] and [`Fields`].

mod clock;
mod construct;
mod duration;
mod fields;
mod kind;
mod truncate;

use super::Environment;
use crate::error::{Error, Result};
use crate::value::Value;
use crate::value::temporal::{DateTime, Zone};
use fields::Fields;
use kind::Kind;

pub use clock::{
    date_realtime, date_statement, date_transaction, datetime_realtime, datetime_statement,
    datetime_transaction, localdatetime_realtime, localdatetime_statement,
    localdatetime_transaction, localtime_realtime, localtime_statement, localtime_transaction,
    time_realtime, time_statement, time_transaction, timestamp,
};
pub use construct::{
    date, date_column, datetime, datetime_from_epoch, datetime_from_epoch_millis, localdatetime,
    localtime, time,
};
pub use duration::{
    duration, duration_between, duration_in_days, duration_in_months, duration_in_seconds,
};
pub use truncate::{
    date_truncate, datetime_truncate, localdatetime_truncate, localtime_truncate, time_truncate,
};

/// The statement's instant, in the zone of values that name none.
fn statement_time(environment: &Environment) -> DateTime {
    environment.context.statement_time()
}

/// An integer of an argument or a field.
fn integer(name: &str, value: &Value) -> Result<i64> {
    match value {
        Value::Integer(value) => Ok(*value),
        other => Err(Error::type_error(format!(
            "{name} must be an integer, got {}",
            other.value_type()
        ))),
    }
}

/// The text of an argument or a field.
fn text<'v>(name: &str, value: &'v Value) -> Result<&'v str> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(Error::type_error(format!(
            "{name} must be a string, got {}",
            other.value_type()
        ))),
    }
}

/// The zone of an argument or a field.
fn zone(value: &Value) -> Result<Zone> {
    Zone::parse(text("timezone", value)?)
}
