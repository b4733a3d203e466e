//! Choice between values, and identifiers.

use super::Environment;
use crate::error::Result;
use crate::value::{Value, equals};

/// The executor evaluates the arguments one after the other and stops at the first that is not
/// null; this is the meaning, for where all are there already.
pub(super) fn coalesce(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let first = arguments.iter().find(|value| !value.is_null());
    Ok(first.cloned().unwrap_or_default())
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
    let random = fastrand::u128(..) & !FIXED;
    let digits = format!("{:032x}", random | VERSION | VARIANT);
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
