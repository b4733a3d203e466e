//! Functions on numbers. Integers stay exact where the result is one.

use super::Environment;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::Value;

/// A number as a float.
fn float(value: &Value, function: &str) -> Result<f64> {
    match value {
        Value::Integer(value) => Ok(*value as f64),
        Value::Float(value) => Ok(*value),
        other => Err(Error::type_error(format!(
            "{function} needs a number, got {}",
            other.value_type()
        ))),
    }
}

/// Functions of one float.
macro_rules! of_float {
    ($($(#[$meta:meta])* $name:ident = $function:expr;)+) => {$(
        $(#[$meta])*
        pub fn $name(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
            let function: fn(f64) -> f64 = $function;
            Ok(Value::Float(function(float(&arguments[0], stringify!($name))?)))
        }
    )+};
}

of_float! {
    /// The least whole number that is not less.
    ceil = f64::ceil;
    /// The greatest whole number that is not greater.
    floor = f64::floor;
    /// The square root; NaN of negative numbers.
    sqrt = f64::sqrt;
    /// e to the power of.
    exp = f64::exp;
    /// The natural logarithm.
    log = f64::ln;
    /// The logarithm to the base 10.
    log10 = f64::log10;
    /// Sine of radians.
    sin = f64::sin;
    /// Cosine of radians.
    cos = f64::cos;
    /// Tangent of radians.
    tan = f64::tan;
    /// Cotangent of radians.
    cot = |angle| 1.0 / angle.tan();
    /// Arc sine in radians.
    asin = f64::asin;
    /// Arc cosine in radians.
    acos = f64::acos;
    /// Arc tangent in radians.
    atan = f64::atan;
    /// Hyperbolic sine.
    sinh = f64::sinh;
    /// Hyperbolic cosine.
    cosh = f64::cosh;
    /// Hyperbolic tangent.
    tanh = f64::tanh;
    /// Radians to degrees.
    degrees = f64::to_degrees;
    /// Degrees to radians.
    radians = f64::to_radians;
    /// Half the versine.
    haversin = |angle| (angle / 2.0).sin().powi(2);
}

/// The number without its sign.
pub fn abs(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::Integer(value) => value.checked_abs().map(Value::Integer).ok_or_else(|| {
            Error::new(
                ErrorKind::ArithmeticError,
                ErrorDetail::IntegerOverflow,
                format!("abs({value}) does not fit an integer of 64 bits"),
            )
        }),
        other => Ok(Value::Float(float(other, "abs")?.abs())),
    }
}

/// -1, 0 or 1.
pub fn sign(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let value = float(&arguments[0], "sign")?;
    Ok(Value::Integer(if value > 0.0 {
        1
    } else {
        -i64::from(value < 0.0)
    }))
}

/// Whether a number is NaN.
pub fn is_nan(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok(float(&arguments[0], "isNaN")?.is_nan().into())
}

/// The angle of a point, from its y and x.
pub fn atan2(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let (y, x) = (
        float(&arguments[0], "atan2")?,
        float(&arguments[1], "atan2")?,
    );
    Ok(Value::Float(y.atan2(x)))
}

/// The base of natural logarithms.
pub fn e(_environment: &Environment, _arguments: &[Value]) -> Result<Value> {
    Ok(Value::Float(std::f64::consts::E))
}

/// The ratio of a circle's circumference to its diameter.
pub fn pi(_environment: &Environment, _arguments: &[Value]) -> Result<Value> {
    Ok(Value::Float(std::f64::consts::PI))
}

/// The nearest number with so many decimals; halves go up, or as the mode says.
pub fn round(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let value = float(&arguments[0], "round")?;
    let decimals = match arguments.get(1) {
        None => 0,
        Some(Value::Integer(decimals)) => i32::try_from(*decimals).unwrap_or(i32::MAX),
        Some(other) => {
            return Err(Error::type_error(format!(
                "round needs an integer number of decimals, got {}",
                other.value_type()
            )));
        }
    };
    let scale = 10_f64.powi(decimals.clamp(-300, 300));
    let scaled = value * scale;
    let rounded = match arguments.get(2) {
        None if decimals == 0 => (scaled + 0.5).floor(),
        None => scaled.round(),
        Some(Value::String(mode)) => round_as(scaled, mode)?,
        Some(other) => {
            return Err(Error::type_error(format!(
                "round needs a mode as a string, got {}",
                other.value_type()
            )));
        }
    };
    let result = rounded / scale;
    Ok(Value::Float(if result.is_finite() {
        result
    } else {
        value
    }))
}

fn round_as(value: f64, mode: &str) -> Result<f64> {
    let is_half = (value.fract().abs() - 0.5).abs() < f64::EPSILON;
    Ok(match mode.to_uppercase().as_str() {
        "UP" => value.abs().ceil().copysign(value),
        "DOWN" => value.trunc(),
        "CEILING" => value.ceil(),
        "FLOOR" => value.floor(),
        "HALF_UP" => value.round(),
        "HALF_DOWN" if is_half => value.trunc(),
        "HALF_DOWN" => value.round(),
        "HALF_EVEN" => value.round_ties_even(),
        _ => {
            return Err(
                Error::argument(format!("there is no rounding mode `{mode}`"))
                    .hint("UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_DOWN and HALF_EVEN are"),
            );
        }
    })
}

/// A random number from 0 up to, but not, 1.
pub fn rand(_environment: &Environment, _arguments: &[Value]) -> Result<Value> {
    Ok(Value::Float(
        (super::random_bits() >> 11) as f64 / (1_u64 << 53) as f64,
    ))
}
