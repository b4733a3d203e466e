//! Equal rows made one: the first of each stays, in its place.

use arrow_array::UInt32Array;

use super::Input;
use super::group_table::GroupTable;
use crate::column::Column;
use crate::error::Result;
use crate::execute::{Batch, Operator, Runtime};

/// Keeps the first of equal rows.
pub(in crate::execute) struct Distinct<'p> {
    input: Input<'p>,
    seen: Option<GroupTable>,
}

impl<'p> Distinct<'p> {
    pub(in crate::execute) fn new(input: Input<'p>) -> Self {
        Distinct { input, seen: None }
    }
}

impl Operator for Distinct<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        runtime.context.check()?;
        if batch.width() == 0 {
            // Rows without columns are all equal.
            let first = self.seen.is_none() && batch.rows() > 0;
            if first {
                self.seen = Some(GroupTable::new(runtime.context));
            }
            return Ok(Some(Batch::without_columns(usize::from(first))));
        }
        let keys: Vec<Column> = (0..batch.width())
            .map(|slot| batch.column(slot).cloned())
            .collect::<Result<_>>()?;
        let seen = self
            .seen
            .get_or_insert_with(|| GroupTable::new(runtime.context));
        let (_, new_rows) = seen.insert(&keys, batch.rows())?;
        let kept: Vec<Column> = {
            let rows = UInt32Array::from(new_rows.clone());
            keys.iter()
                .map(|key| key.take(&rows))
                .collect::<Result<_>>()?
        };
        Ok(Some(Batch::new(kept, new_rows.len())))
    }
}
