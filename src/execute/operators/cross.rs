//! All pairs of rows: the right side is kept, the left side streams.

use arrow_array::UInt32Array;

use super::Input;
use super::create::drain;
use crate::context::Reservation;
use crate::error::Result;
use crate::execute::{BATCH_SIZE, Batch, Operator, Runtime};

/// All pairs.
pub(in crate::execute) struct Cross<'p> {
    left: Input<'p>,
    right: Input<'p>,
    /// Whether right rows are only counted.
    counted: bool,
    kept: Option<(Batch, Reservation)>,
    current: Option<(Batch, usize)>,
}

impl<'p> Cross<'p> {
    pub(in crate::execute) fn new(left: Input<'p>, right: Input<'p>, counted: bool) -> Self {
        Cross {
            left,
            right,
            counted,
            kept: None,
            current: None,
        }
    }
}

/// All rows of an input in one batch, reserved.
pub(super) fn collect(input: &mut Input, runtime: &mut Runtime) -> Result<(Batch, Reservation)> {
    let (batches, held) = drain(input, runtime)?;
    Ok((Batch::concat(&batches)?, held))
}

impl Operator for Cross<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        if self.kept.is_none() {
            // The left side first: an update in it is seen by the right side.
            match self.left.next(runtime)? {
                Some(batch) => self.current = Some((batch, 0)),
                None => return Ok(None),
            }
            self.kept = Some(collect(&mut self.right, runtime)?);
        }
        let Some((right, _)) = &self.kept else {
            return Ok(None);
        };
        loop {
            runtime.context.check()?;
            if self.counted
                && right.rows() > 0
                && let Some((left, _)) = self.current.take()
            {
                let weights = vec![right.rows() as u64; left.rows()];
                return left.joined_unread(weights, right.width()).map(Some);
            }
            if let Some((left, start)) = &mut self.current
                && *start < left.rows()
                && right.rows() > 0
            {
                // As many left rows as fill a batch, each with all right rows.
                let count = (BATCH_SIZE / right.rows()).max(1).min(left.rows() - *start);
                let rows = count * right.rows();
                let from = *start as u32;
                let left_rows =
                    (0..count as u32).flat_map(|row| std::iter::repeat_n(from + row, right.rows()));
                let right_rows = (0..count).flat_map(|_| 0..right.rows() as u32);
                let left_part = left.select(UInt32Array::from_iter_values(left_rows))?;
                let right_part = right.select(UInt32Array::from_iter_values(right_rows))?;
                *start += count;
                debug_assert_eq!(left_part.rows(), rows);
                return Ok(Some(left_part.beside(right_part)));
            }
            match self.left.next(runtime)? {
                Some(batch) => self.current = Some((batch, 0)),
                None => return Ok(None),
            }
        }
    }
}
