//! The current time: of the transaction, of the statement, of the very call.

use super::{Environment, Kind, statement_time, zone};
use crate::error::Result;
use crate::value::Value;
use crate::value::temporal::DateTime;

macro_rules! clocks {
    ($($kind:ident $transaction:ident $statement:ident $realtime:ident;)+) => {$(
        #[doc = concat!("The current ", stringify!($kind), ", the same in a whole transaction.")]
        pub fn $transaction(environment: &Environment, arguments: &[Value]) -> Result<Value> {
            // A transaction sees the time of each of its statements.
            $statement(environment, arguments)
        }

        #[doc = concat!("The current ", stringify!($kind), ", the same in a whole statement.")]
        pub fn $statement(environment: &Environment, arguments: &[Value]) -> Result<Value> {
            show(Kind::$kind, environment, statement_time(environment), arguments)
        }

        #[doc = concat!("The current ", stringify!($kind), ", different at each call.")]
        pub fn $realtime(environment: &Environment, arguments: &[Value]) -> Result<Value> {
            let now = DateTime::now().in_zone(statement_time(environment).zone());
            show(Kind::$kind, environment, now, arguments)
        }
    )+};
}

clocks! {
    Date date_transaction date_statement date_realtime;
    LocalTime localtime_transaction localtime_statement localtime_realtime;
    Time time_transaction time_statement time_realtime;
    LocalDateTime localdatetime_transaction localdatetime_statement localdatetime_realtime;
    DateTime datetime_transaction datetime_statement datetime_realtime;
}

/// An instant as a value of the type, in the zone of the argument where there is one.
fn show(
    kind: Kind,
    environment: &Environment,
    instant: DateTime,
    arguments: &[Value],
) -> Result<Value> {
    let instant = match arguments.first() {
        None => instant,
        Some(Value::Null) => return Ok(Value::Null),
        Some(argument) => instant.in_zone(zone(argument)?),
    };
    kind.build(instant.into(), statement_time(environment))
}

/// Milliseconds since 1970-01-01T00:00Z.
pub fn timestamp(environment: &Environment, _arguments: &[Value]) -> Result<Value> {
    let now = statement_time(environment);
    Ok(Value::Integer(
        now.instant()
            .div_euclid(1_000_000)
            .try_into()
            .unwrap_or(i64::MAX),
    ))
}
