//! Numbers: sign and size, rounding, roots, logarithms, angles, chance.

use arrow_array::types::Int64Type;

use super::argument::{float, integer, out_of_range, overflow, text, wrong_type};
use super::kernel::map_floats;
use super::{Environment, Implementation};
use crate::column::Column;
use crate::error::{Error, Result};
use crate::value::Value;

/// Functions from float to float, over values and over columns.
macro_rules! of_floats {
    ($($constant:ident = $name:literal, $code:expr;)+) => {$(
        pub(super) const $constant: Implementation = Implementation::Columnar(
            |_, arguments| float($name, &arguments[0]).map($code).map(Value::Float),
            |_, columns, _| Ok(map_floats(&columns[0], $code)),
        );
    )+};
}

of_floats! {
    ACOS      = "acos", f64::acos;
    ASIN      = "asin", f64::asin;
    ATAN      = "atan", f64::atan;
    CEIL      = "ceil", f64::ceil;
    COS       = "cos", f64::cos;
    COSH      = "cosh", f64::cosh;
    COT       = "cot", |angle| 1.0 / angle.tan();
    COTH      = "coth", coth;
    DEGREES   = "degrees", f64::to_degrees;
    EXP       = "exp", f64::exp;
    FLOOR     = "floor", f64::floor;
    HAVERSIN  = "haversin", |angle| (1.0 - angle.cos()) / 2.0;
    LOG       = "log", f64::ln;
    LOG10     = "log10", f64::log10;
    RADIANS   = "radians", f64::to_radians;
    SIN       = "sin", f64::sin;
    SINH      = "sinh", f64::sinh;
    SQRT      = "sqrt", f64::sqrt;
    TAN       = "tan", f64::tan;
    TANH      = "tanh", f64::tanh;
}

/// Zero has no hyperbolic cotangent.
fn coth(value: f64) -> f64 {
    if value == 0.0 {
        f64::NAN
    } else {
        1.0 / value.tanh()
    }
}

fn absolute_integer(value: i64) -> Result<i64> {
    value
        .checked_abs()
        .ok_or_else(|| overflow(format!("abs({value}) does not fit an integer")))
}

pub(super) fn abs(_: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::Integer(value) => absolute_integer(*value).map(Value::Integer),
        Value::Float(value) => Ok(Value::Float(value.abs())),
        other => Err(wrong_type("abs", "a number", other)),
    }
}

pub(super) fn abs_column(
    _: &Environment,
    columns: &[Column],
    _rows: usize,
) -> Result<Option<Column>> {
    match &columns[0] {
        Column::Integer(array) => {
            let absolute = array.try_unary::<_, Int64Type, Error>(absolute_integer)?;
            Ok(Some(Column::Integer(absolute)))
        }
        Column::Float(array) => Ok(Some(Column::Float(array.unary(f64::abs)))),
        _ => Ok(None),
    }
}

pub(super) fn sign(_: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::Integer(value) => Ok(Value::Integer(value.signum())),
        Value::Float(value) if *value > 0.0 => Ok(Value::Integer(1)),
        Value::Float(value) if *value < 0.0 => Ok(Value::Integer(-1)),
        Value::Float(_) => Ok(Value::Integer(0)),
        other => Err(wrong_type("sign", "a number", other)),
    }
}

pub(super) fn is_nan(_: &Environment, arguments: &[Value]) -> Result<Value> {
    float("isNaN", &arguments[0]).map(|value| Value::Boolean(value.is_nan()))
}

pub(super) fn atan2(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let y = float("atan2", &arguments[0])?;
    let x = float("atan2", &arguments[1])?;
    Ok(Value::Float(y.atan2(x)))
}

pub(super) fn e(_: &Environment, _: &[Value]) -> Result<Value> {
    Ok(Value::Float(std::f64::consts::E))
}

pub(super) fn pi(_: &Environment, _: &[Value]) -> Result<Value> {
    Ok(Value::Float(std::f64::consts::PI))
}

pub(super) fn rand(_: &Environment, _: &[Value]) -> Result<Value> {
    Ok(Value::Float(fastrand::f64()))
}

/// What happens to the digits that are cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RoundingMode {
    Up,
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
}

impl RoundingMode {
    fn parse(name: &str) -> Result<RoundingMode> {
        Ok(match name.to_ascii_uppercase().as_str() {
            "UP" => RoundingMode::Up,
            "DOWN" => RoundingMode::Down,
            "CEILING" => RoundingMode::Ceiling,
            "FLOOR" => RoundingMode::Floor,
            "HALF_UP" => RoundingMode::HalfUp,
            "HALF_DOWN" => RoundingMode::HalfDown,
            "HALF_EVEN" => RoundingMode::HalfEven,
            _ => {
                return Err(
                    Error::argument(format!("round() knows no mode '{name}'")).hint(
                        "the modes are UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_DOWN and HALF_EVEN",
                    ),
                );
            }
        })
    }

    /// Whether the last kept digit is raised. `rest` compares what is cut off, which is not
    /// nothing, with a half of that digit's unit.
    fn raises(self, negative: bool, rest: std::cmp::Ordering, last_is_odd: bool) -> bool {
        match self {
            RoundingMode::Up => true,
            RoundingMode::Down => false,
            RoundingMode::Ceiling => !negative,
            RoundingMode::Floor => negative,
            RoundingMode::HalfUp => rest.is_ge(),
            RoundingMode::HalfDown => rest.is_gt(),
            RoundingMode::HalfEven => rest.is_gt() || (rest.is_eq() && last_is_odd),
        }
    }
}

/// `round(value[, precision[, mode]])`: without a mode, ties go towards positive infinity where
/// no digits are kept after the point, and away from zero where some are.
pub(super) fn round(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let value = float("round", &arguments[0])?;
    let precision = arguments.get(1).map_or(Ok(0), |precision| {
        let precision = integer("round", precision)?;
        usize::try_from(precision).map_err(|_| {
            out_of_range(format!(
                "round() takes no negative precision, got {precision}"
            ))
        })
    })?;
    let rounded = match arguments.get(2) {
        Some(mode) => round_decimal(value, precision, RoundingMode::parse(text("round", mode)?)?),
        None if precision == 0 => round_half_to_positive(value),
        None => round_decimal(value, precision, RoundingMode::HalfUp),
    };
    Ok(Value::Float(rounded))
}

/// The kernel of the form with one argument.
pub(super) fn round_column(
    _: &Environment,
    columns: &[Column],
    _rows: usize,
) -> Result<Option<Column>> {
    match columns {
        [column] => Ok(map_floats(column, round_half_to_positive)),
        _ => Ok(None),
    }
}

/// Not `(value + 0.5).floor()`, whose sum is rounded itself: 0.49999999999999994 would give 1.
fn round_half_to_positive(value: f64) -> f64 {
    let floor = value.floor();
    if value - floor >= 0.5 {
        floor + 1.0
    } else {
        floor
    }
}

/// Rounds the shortest decimal text of `value`, as one would on paper: 2.675 has a tie at two
/// digits, though the float nearest to it lies a little below.
fn round_decimal(value: f64, precision: usize, mode: RoundingMode) -> f64 {
    let text = format!("{:e}", value.abs());
    let Some((mantissa, exponent)) = text.split_once('e') else {
        // NaN and the infinities.
        return value;
    };
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let precision = i64::try_from(precision).unwrap_or(i64::MAX);
    // How many of the digits stand before the cut; none where the cut lies before the first.
    let kept = precision.saturating_add(exponent + 1);
    if value == 0.0 || kept >= digits.len() as i64 {
        return value;
    }
    let (kept, rest) = match usize::try_from(kept) {
        Ok(kept) => {
            let below = digits[kept + 1..].iter().any(|digit| *digit != b'0');
            (kept, digits[kept].cmp(&b'5').then(below.cmp(&false)))
        }
        Err(_) => (0, std::cmp::Ordering::Less),
    };
    digits.truncate(kept);
    let last_is_odd = digits.last().is_some_and(|digit| digit % 2 == 1);
    if mode.raises(value.is_sign_negative(), rest, last_is_odd) {
        raise_last(&mut digits);
    }
    let digits = String::from_utf8_lossy(&digits);
    let rounded: f64 = format!("0{digits}e-{precision}").parse().unwrap_or(0.0);
    rounded.copysign(value)
}

/// Adds one to the number that the decimal `digits` write.
fn raise_last(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
    digits.insert(0, b'1');
}
