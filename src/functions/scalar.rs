//! Choice between values, and identifiers.

use arrow_array::UInt32Array;

use super::Environment;
use super::random::random_bits;
use crate::column::Column;
use crate::error::Result;
use crate::value::{Value, equals};

pub(super) fn coalesce(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let first = arguments.iter().find(|value| !value.is_null());
    Ok(first.cloned().unwrap_or_default())
}

/// Columns one below the other, and of each row the first that is not null.
pub(super) fn coalesce_columns(
    _: &Environment,
    columns: &[Column],
    rows: usize,
) -> Result<Option<Column>> {
    if let Some(first) = columns.first()
        && first.null_count() == 0
    {
        return Ok(Some(first.clone()));
    }
    let Ok(cells) = u32::try_from(rows.saturating_mul(columns.len())) else {
        return Ok(None);
    };
    let stacked = Column::concat(columns)?;
    let picked: UInt32Array = (0..rows)
        .map(|row| {
            let column = columns.iter().position(|column| !column.is_null(row))?;
            u32::try_from(column * rows + row).ok()
        })
        .collect();
    debug_assert!(cells as usize == stacked.len());
    stacked.take(&picked).map(Some)
}

pub(super) fn null_if(_: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok(match equals(&arguments[0], &arguments[1]) {
        Some(true) => Value::Null,
        _ => arguments[0].clone(),
    })
}

pub(super) fn exists(_: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok(Value::Boolean(!arguments[0].is_null()))
}

/// A UUID of version 4 (RFC 9562): random but for version and variant.
pub(super) fn random_uuid(_: &Environment, _: &[Value]) -> Result<Value> {
    const VERSION: u128 = 0x4 << 76;
    const VARIANT: u128 = 0b10 << 62;
    const FIXED: u128 = (0xf << 76) | (0b11 << 62);
    let random = (u128::from(random_bits()) << 64) | u128::from(random_bits());
    let digits = format!("{:032x}", (random & !FIXED) | VERSION | VARIANT);
    let text = format!(
        "{}-{}-{}-{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..]
    );
    Ok(Value::String(text.into()))
}
