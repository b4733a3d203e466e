//! Cells of Arrow arrays as values.

use arrow_array::cast::AsArray;
use arrow_array::temporal_conversions::MILLISECONDS_IN_DAY;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, IntervalUnit, TimeUnit};

use crate::import_export::temporal_text::Kind;
use crate::value::temporal::Zone;
use crate::value::{Date, DateTime, Duration, LocalDateTime, LocalTime, Value};

/// Whether values of the type can be properties.
pub(super) fn is_known(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => is_known(values),
        DataType::List(field) | DataType::LargeList(field) | DataType::FixedSizeList(field, _) => {
            is_known(field.data_type()) && !field.data_type().is_nested()
        }
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => true,
        other => {
            !other.is_nested() && !matches!(other, DataType::FixedSizeBinary(_) | DataType::Float16)
        }
    }
}

/// The value of a cell, null where it is empty, or what is wrong with it.
pub(super) fn value(array: &ArrayRef, row: usize) -> Result<Value, String> {
    if array.is_null(row) {
        return Ok(Value::Null);
    }
    macro_rules! primitive {
        ($type:ty) => {
            array.as_primitive::<$type>().value(row)
        };
    }
    Ok(match array.data_type() {
        DataType::Null => Value::Null,
        DataType::Boolean => array.as_boolean().value(row).into(),
        DataType::Int8 => i64::from(primitive!(Int8Type)).into(),
        DataType::Int16 => i64::from(primitive!(Int16Type)).into(),
        DataType::Int32 => i64::from(primitive!(Int32Type)).into(),
        DataType::Int64 => primitive!(Int64Type).into(),
        DataType::UInt8 => i64::from(primitive!(UInt8Type)).into(),
        DataType::UInt16 => i64::from(primitive!(UInt16Type)).into(),
        DataType::UInt32 => i64::from(primitive!(UInt32Type)).into(),
        DataType::UInt64 => i64::try_from(primitive!(UInt64Type))
            .map_err(|_| "holds an integer beyond 64 bits with a sign".to_owned())?
            .into(),
        // The shortest text of a narrow float is what was meant: 0.1, not 0.10000000149.
        DataType::Float32 => {
            let text = primitive!(Float32Type).to_string();
            text.parse::<f64>()
                .map_err(|error| error.to_string())?
                .into()
        }
        DataType::Float64 => primitive!(Float64Type).into(),
        DataType::Decimal32(_, _) => {
            number(&array.as_primitive::<Decimal32Type>().value_as_string(row))
        }
        DataType::Decimal64(_, _) => {
            number(&array.as_primitive::<Decimal64Type>().value_as_string(row))
        }
        DataType::Decimal128(_, _) => {
            number(&array.as_primitive::<Decimal128Type>().value_as_string(row))
        }
        DataType::Decimal256(_, _) => {
            number(&array.as_primitive::<Decimal256Type>().value_as_string(row))
        }
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).into(),
        DataType::Utf8View => array.as_string_view().value(row).into(),
        DataType::Binary => bytes(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => bytes(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => bytes(array.as_binary_view().value(row)),
        DataType::Date32 => date(primitive!(Date32Type).into())?,
        DataType::Date64 => date(primitive!(Date64Type).div_euclid(MILLISECONDS_IN_DAY))?,
        DataType::Timestamp(unit, zone) => timestamp(array, row, *unit, zone.as_deref())?,
        DataType::Time32(TimeUnit::Second) => {
            time(i64::from(primitive!(Time32SecondType)), 1_000_000_000)?
        }
        DataType::Time32(_) => time(i64::from(primitive!(Time32MillisecondType)), 1_000_000)?,
        DataType::Time64(TimeUnit::Microsecond) => time(primitive!(Time64MicrosecondType), 1_000)?,
        DataType::Time64(_) => time(primitive!(Time64NanosecondType), 1)?,
        DataType::Duration(unit) => {
            let count = match unit {
                TimeUnit::Second => primitive!(DurationSecondType),
                TimeUnit::Millisecond => primitive!(DurationMillisecondType),
                TimeUnit::Microsecond => primitive!(DurationMicrosecondType),
                TimeUnit::Nanosecond => primitive!(DurationNanosecondType),
            };
            duration(0, 0, i128::from(count) * nanoseconds_of(*unit))?
        }
        DataType::Interval(IntervalUnit::YearMonth) => {
            duration(primitive!(IntervalYearMonthType), 0, 0)?
        }
        DataType::Interval(IntervalUnit::DayTime) => {
            let value = primitive!(IntervalDayTimeType);
            duration(0, value.days, i128::from(value.milliseconds) * 1_000_000)?
        }
        DataType::Interval(IntervalUnit::MonthDayNano) => {
            let value = primitive!(IntervalMonthDayNanoType);
            duration(value.months, value.days, value.nanoseconds.into())?
        }
        DataType::List(_) => list(&array.as_list::<i32>().value(row))?,
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(row))?,
        DataType::FixedSizeList(_, _) => list(&array.as_fixed_size_list().value(row))?,
        DataType::Dictionary(_, _) => {
            let dictionary = array.as_any_dictionary();
            // That of one row: there may be a million.
            let key = dictionary.keys().slice(row, 1);
            let place = match value(&key, 0)? {
                Value::Integer(place) => usize::try_from(place).ok(),
                _ => None,
            };
            let place = place.filter(|place| *place < dictionary.values().len());
            let place = place.ok_or_else(|| "names no value of its dictionary".to_owned())?;
            return value(dictionary.values(), place);
        }
        other => return Err(format!("has the type {other}, which is not known")),
    })
}

/// A decimal: an integer where it is one of 64 bits, else a float.
fn number(text: &str) -> Value {
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(integer), _) => integer.into(),
        (_, Ok(float)) => float.into(),
        _ => text.into(),
    }
}

/// Bytes that are text, else their hexadecimal digits.
fn bytes(bytes: &[u8]) -> Value {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
    digits.collect::<String>().into()
}

fn date(days: i64) -> Result<Value, String> {
    let date = Date::new(days).ok_or_else(|| "holds a date out of range".to_owned())?;
    Ok(date.into())
}

fn time(count: i64, nanoseconds: i64) -> Result<Value, String> {
    let whole = count.checked_mul(nanoseconds);
    let in_day = whole.filter(|whole| (0..86_400_000_000_000).contains(whole));
    let nanoseconds = in_day.ok_or_else(|| "holds a time out of range".to_owned())?;
    Ok(LocalTime { nanoseconds }.into())
}

fn duration(months: i32, days: i32, nanoseconds: i128) -> Result<Value, String> {
    let duration = Duration::new(months.into(), days.into(), nanoseconds);
    let duration = duration.ok_or_else(|| "holds a duration out of range".to_owned())?;
    Ok(duration.into())
}

fn timestamp(
    array: &ArrayRef,
    row: usize,
    unit: TimeUnit,
    zone: Option<&str>,
) -> Result<Value, String> {
    let count = match unit {
        TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value(row),
        TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().value(row),
        TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().value(row),
        TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().value(row),
    };
    let instant = i128::from(count) * nanoseconds_of(unit);
    let value = match zone {
        None => LocalDateTime::from_instant(instant).map(Value::from),
        Some(zone) => DateTime::from_instant(instant, zone_of(zone)).map(Value::from),
    };
    value.ok_or_else(|| "holds a time out of range".to_owned())
}

/// The zone of this name or offset; UTC where it is not known.
fn zone_of(name: &str) -> Zone {
    let texts = [
        format!("1970-01-01T00:00{name}"),
        format!("1970-01-01T00:00[{name}]"),
    ];
    let mut values = texts.iter().map(|text| Kind::DateTime.parse(text));
    match values.find_map(|value| value.ok()) {
        Some(Value::DateTime(at)) if !name.eq_ignore_ascii_case("utc") => at.zone(),
        _ => Zone::Offset(0),
    }
}

fn nanoseconds_of(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}

fn list(elements: &ArrayRef) -> Result<Value, String> {
    let values = (0..elements.len()).map(|row| match value(elements, row)? {
        Value::Null => Err("holds a list with a null in it".to_owned()),
        value => Ok(value),
    });
    Ok(Value::list(values.collect::<Result<_, _>>()?))
}
