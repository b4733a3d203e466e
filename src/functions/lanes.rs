//! Sums by few groups in several lanes.

/// Groups of which sums are kept in lanes.
pub(crate) const MOST_GROUPS: usize = 256;
/// Fewer rows are not worth it.
pub(crate) const FEWEST_ROWS: usize = 512;

const LANES: usize = 4;

/// The sum of what each item adds to its group. Rows that follow each other add to different lanes, so
/// that those of one group do not wait for each other.
pub(crate) fn sums<T>(
    groups: &[u32],
    items: &[T],
    count: usize,
    addend: impl Fn(&T) -> u64,
) -> impl Iterator<Item = u64> {
    let mut sums = vec![[0_u64; LANES]; count];
    let (groups, last_groups) = groups.as_chunks::<LANES>();
    let (items, last_items) = items.as_chunks::<LANES>();
    for (groups, items) in groups.iter().zip(items) {
        for lane in 0..LANES {
            sums[groups[lane] as usize][lane] += addend(&items[lane]);
        }
    }
    for (group, item) in last_groups.iter().zip(last_items) {
        sums[*group as usize][0] += addend(item);
    }
    sums.into_iter().map(|lanes| lanes.iter().sum())
}
