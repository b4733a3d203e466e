//! Which rows of a column are meant. What was picked more than once is put together when a column is read,
//! once for all columns that came the same way; of columns that nobody reads, never.

use std::sync::{Arc, OnceLock};

use arrow_array::{Array, UInt32Array};

/// So often is picked before all is put together: rows of long ago need not be held for ever.
const MOST_PICKS: usize = 16;

/// Rows that were picked, from all or from those that were picked before.
#[derive(Debug)]
pub(super) struct Selection {
    /// A null stands for a null.
    rows: Arc<UInt32Array>,
    before: Option<Arc<Selection>>,
    /// How often was picked.
    picks: usize,
    /// The rows of the column.
    whole: OnceLock<Arc<UInt32Array>>,
}

impl Selection {
    /// These rows of the column.
    pub(super) fn new(rows: Arc<UInt32Array>) -> Arc<Selection> {
        Arc::new(Selection {
            rows,
            before: None,
            picks: 1,
            whole: OnceLock::new(),
        })
    }

    /// Rows of those that are meant.
    pub(super) fn pick(self: &Arc<Self>, rows: &Arc<UInt32Array>) -> Arc<Selection> {
        let picked = Selection {
            rows: rows.clone(),
            before: Some(self.clone()),
            picks: self.picks + 1,
            whole: OnceLock::new(),
        };
        match picked.picks > MOST_PICKS {
            true => Selection::new(picked.rows().clone()),
            false => Arc::new(picked),
        }
    }

    /// How many rows are meant.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Which rows of the column are meant.
    pub(super) fn rows(&self) -> &Arc<UInt32Array> {
        if self.before.is_none() {
            return &self.rows;
        }
        self.whole.get_or_init(|| {
            let mut rows = self.rows.clone();
            let mut before = self.before.as_ref();
            while let Some(picked) = before {
                let whole = picked.whole.get();
                rows = Arc::new(compose(whole.unwrap_or(&picked.rows), &rows));
                before = picked.before.as_ref().filter(|_| whole.is_none());
            }
            rows
        })
    }
}

/// The rows of rows.
fn compose(before: &UInt32Array, rows: &UInt32Array) -> UInt32Array {
    if before.null_count() == 0 && rows.null_count() == 0 {
        let values = before.values();
        return UInt32Array::from_iter_values(
            rows.values().iter().map(|row| values[*row as usize]),
        );
    }
    rows.iter()
        .map(|row| {
            let row = row? as usize;
            before.is_valid(row).then(|| before.value(row))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_of_picks_are_the_rows_of_rows() {
        let picks = [Some(3), None, Some(0), Some(2), Some(2), Some(1)];
        let rows = Arc::new(UInt32Array::from_iter(picks));
        let mut whole: Vec<Option<u32>> = (10..20).map(Some).collect();
        let mut selection = Selection::new(Arc::new(whole.iter().copied().collect()));
        for turn in 0..3 * MOST_PICKS {
            selection = selection.pick(&rows);
            whole = picks
                .iter()
                .map(|row| row.and_then(|row| whole[row as usize]))
                .collect();
            // Those in between are read or not.
            if turn % 5 == 0 || turn > 2 * MOST_PICKS {
                assert_eq!(selection.rows().iter().collect::<Vec<_>>(), whole);
            }
            assert_eq!(selection.len(), whole.len());
            assert!(selection.picks <= MOST_PICKS);
        }
    }
}
