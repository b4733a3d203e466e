//! Equal rows made one: the first of each stays, in its place.

use arrow_array::Array;

use super::Input;
use super::seen::Seen;
use crate::column::Column;
use crate::error::Result;
use crate::execute::{Batch, Operator, Runtime};

/// Keeps the first of equal rows.
pub(in crate::execute) struct Distinct<'p> {
    input: Input<'p>,
    seen: Option<Seen>,
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
        let width = batch.width();
        let make = || Seen::new(width, false, runtime);
        if width == 0 {
            // Rows without columns are all equal.
            let is_first = self.seen.is_none() && batch.rows() > 0;
            if is_first {
                self.seen = Some(make());
            }
            return Ok(Some(Batch::without_columns(usize::from(is_first))));
        }
        let seen = self.seen.get_or_insert_with(make);
        let keys: Vec<Column> = (0..width)
            .map(|slot| batch.column(slot).cloned())
            .collect::<Result<_>>()?;
        // A null is a row, too.
        if matches!(keys.as_slice(), [Column::Node(nodes)] if nodes.null_count() > 0) {
            seen.make_table(runtime)?;
        }
        let (kept, groups) = seen.take_new(&keys, &vec![0; batch.rows()], runtime)?;
        Ok(Some(Batch::new(kept, groups.len())))
    }
}
