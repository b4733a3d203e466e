//! Reads stored bytes from front to back; whatever they hold, reading them does not panic.

use crate::error::{Error, Result};

/// What is left to read.
#[derive(Debug, Clone, Copy)]
pub struct Bytes<'b>(pub &'b [u8]);

impl<'b> Bytes<'b> {
    /// The next `length` bytes.
    ///
    /// # Errors
    /// `DamagedData` where there are fewer.
    pub fn take(&mut self, length: usize) -> Result<&'b [u8]> {
        match self.0.split_at_checked(length) {
            Some((taken, rest)) => {
                self.0 = rest;
                Ok(taken)
            }
            None => Err(Error::damaged("stored data ends too early")),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let bytes = self.take(N)?;
        bytes
            .try_into()
            .map_err(|_| Error::internal("a slice has another length than it was cut to"))
    }

    /// The next byte.
    pub fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    /// The next four bytes as a number.
    pub fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// The next eight bytes as a number.
    pub fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// The next eight bytes as a signed number.
    pub fn i64(&mut self) -> Result<i64> {
        Ok(i64::from_le_bytes(self.array()?))
    }
}

/// The bits, least significant first, as bytes.
pub fn write_bits(bits: impl ExactSizeIterator<Item = bool>, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + bits.len().div_ceil(8), 0);
    for (place, _) in bits.enumerate().filter(|(_, bit)| *bit) {
        out[start + place / 8] |= 1 << (place % 8);
    }
}

/// `count` bits.
///
/// # Errors
/// `DamagedData` where there are fewer.
pub fn read_bits(bytes: &mut Bytes<'_>, count: usize) -> Result<Vec<bool>> {
    let taken = bytes.take(count.div_ceil(8))?;
    Ok((0..count)
        .map(|place| taken[place / 8] >> (place % 8) & 1 == 1)
        .collect())
}
