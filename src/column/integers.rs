//! Integers in few bytes: distances to the least of them, or to the one before, in as many bytes as
//! the greatest needs.
//!
//! Frame of reference and delta coding as in Goldstein, Ramakrishnan and Shaft, "Compressing
//! Relations and Indexes" (ICDE 1998), by whole bytes: the block compression behind it sees them.

use super::bytes::Bytes;
use crate::error::{Error, Result};

const PLAIN: u8 = 0;
const DIFFERENCES: u8 = 1;

/// Appends integers in the shorter of the two forms.
pub fn write_integers(values: &[i64], out: &mut Vec<u8>) {
    let (plain, differences) = (
        Range::of(values.iter().copied()),
        Range::of(differences(values)),
    );
    if differences.width() < plain.width() {
        out.push(DIFFERENCES);
        differences.write(self::differences(values), out);
    } else {
        out.push(PLAIN);
        plain.write(values.iter().copied(), out);
    }
}

/// Each value less the one before, the first less zero.
fn differences(values: &[i64]) -> impl ExactSizeIterator<Item = i64> {
    let mut before = 0;
    values
        .iter()
        .map(move |value| value.wrapping_sub(std::mem::replace(&mut before, *value)))
}

/// What values lie between.
#[derive(Debug, Clone, Copy)]
struct Range {
    least: i64,
    greatest: i64,
}

impl Range {
    fn of(values: impl Iterator<Item = i64>) -> Range {
        let none = (i64::MAX, i64::MIN);
        let (least, greatest) = values.fold(none, |(least, greatest), value| {
            (least.min(value), greatest.max(value))
        });
        match least <= greatest {
            true => Range { least, greatest },
            false => Range {
                least: 0,
                greatest: 0,
            },
        }
    }

    /// Bytes that the distances to the least value need.
    fn width(self) -> usize {
        let range = self.greatest.wrapping_sub(self.least) as u64;
        (u64::BITS - range.leading_zeros()).div_ceil(8) as usize
    }

    /// Appends the distances of values that lie in the range.
    fn write(self, values: impl ExactSizeIterator<Item = i64>, out: &mut Vec<u8>) {
        let width = self.width();
        out.push(width as u8);
        out.extend(self.least.to_le_bytes());
        if width == 0 {
            return;
        }
        // Whole words are written one over the end of the other: faster than as many bytes as each has.
        let (mut at, end) = (out.len(), out.len() + values.len() * width);
        out.resize(end + 8, 0);
        for value in values {
            let distance = value.wrapping_sub(self.least) as u64;
            out[at..at + 8].copy_from_slice(&distance.to_le_bytes());
            at += width;
        }
        out.truncate(end);
    }
}

/// Reads `count` integers.
///
/// # Errors
/// `DamagedData` where the bytes are no such integers.
pub fn read_integers(bytes: &mut Bytes<'_>, count: usize) -> Result<Vec<i64>> {
    let (form, width, least) = (bytes.u8()?, bytes.u8()? as usize, bytes.i64()?);
    if form > DIFFERENCES || width > 8 {
        return Err(Error::damaged("stored integers have an unknown form"));
    }
    let length = count.checked_mul(width);
    let taken = bytes.take(length.ok_or_else(|| Error::damaged("a count is too large"))?)?;
    let mut values = vec![least; count];
    if width > 0 {
        for (value, distance) in values.iter_mut().zip(taken.chunks_exact(width)) {
            let mut wide = [0; 8];
            wide[..width].copy_from_slice(distance);
            *value = least.wrapping_add(i64::from_le_bytes(wide));
        }
    }
    if form == DIFFERENCES {
        let mut sum = 0i64;
        for value in &mut values {
            sum = sum.wrapping_add(*value);
            *value = sum;
        }
    }
    Ok(values)
}

/// Reads `count` integers that must fit 32 bits.
///
/// # Errors
/// `DamagedData` where the bytes are no such integers.
pub fn read_numbers(bytes: &mut Bytes<'_>, count: usize) -> Result<Vec<u32>> {
    read_integers(bytes, count)?
        .into_iter()
        .map(|value| u32::try_from(value).map_err(|_| Error::damaged("a number is out of range")))
        .collect()
}

/// Appends integers of 32 bits.
pub fn write_numbers(values: impl Iterator<Item = u32>, out: &mut Vec<u8>) {
    let values: Vec<i64> = values.map(i64::from).collect();
    write_integers(&values, out);
}
