//! The rows of all parts, one part after the other.

use super::Input;
use crate::error::Result;
use crate::execute::{Batch, Operator, Runtime};

/// Joins parts end to end.
pub(in crate::execute) struct Union<'p> {
    parts: std::vec::IntoIter<(Input<'p>, &'p [usize])>,
    current: Option<(Input<'p>, &'p [usize])>,
}

impl<'p> Union<'p> {
    pub(in crate::execute) fn new(parts: Vec<(Input<'p>, &'p [usize])>) -> Self {
        let mut parts = parts.into_iter();
        let current = parts.next();
        Union { parts, current }
    }
}

impl Operator for Union<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        while let Some((input, slots)) = &mut self.current {
            if let Some(batch) = input.next(runtime)? {
                return batch.project(slots).map(Some);
            }
            self.current = self.parts.next();
        }
        Ok(None)
    }
}
