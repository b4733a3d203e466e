//! Where the entries of a node begin: the first entry of each segment, and for each block of nodes the
//! segments among which to look.

use super::segment::Entry;

/// Nodes whose numbers differ in so many last bits only share a place to begin looking.
const BLOCK_BITS: u32 = 8;

/// First entries of segments, ascending.
#[derive(Debug, Default)]
pub(super) struct Directory {
    firsts: Vec<Entry>,
    /// The number of the first block.
    base: u32,
    /// For each block how many segments begin before its first node or at it; one number more.
    blocks: Vec<u32>,
}

impl From<Vec<Entry>> for Directory {
    fn from(firsts: Vec<Entry>) -> Self {
        let block = |first: Option<&Entry>| first.map_or(0, |first| first.0 >> BLOCK_BITS);
        let (base, last) = (block(firsts.first()), block(firsts.last()));
        let mut blocks = Vec::with_capacity((last - base) as usize + 2);
        let mut begun = 0;
        for number in base..=last {
            let node = number << BLOCK_BITS;
            let more = firsts[begun..].iter();
            begun += more.take_while(|first| **first <= (node, 0, 0)).count();
            blocks.push(begun as u32);
        }
        blocks.push(firsts.len() as u32);
        Directory {
            firsts,
            base,
            blocks,
        }
    }
}

impl Directory {
    /// The first entry of each segment.
    pub(super) fn firsts(&self) -> &[Entry] {
        &self.firsts
    }

    /// The segment that an entry belongs to.
    pub(super) fn segment_of(&self, entry: &Entry) -> usize {
        let begun = self.firsts.partition_point(|first| first <= entry);
        begun.saturating_sub(1)
    }

    /// The segment where the entries of a node begin, if it has any.
    pub(super) fn segment_of_node(&self, node: u32) -> usize {
        let Some(block) = (node >> BLOCK_BITS).checked_sub(self.base) else {
            return 0;
        };
        let block = (block as usize).min(self.blocks.len().saturating_sub(2));
        let (Some(from), Some(to)) = (self.blocks.get(block), self.blocks.get(block + 1)) else {
            return 0;
        };
        let (from, to) = (*from as usize, *to as usize);
        let begun = self.firsts[from..to].partition_point(|first| *first <= (node, 0, 0));
        (from + begun).saturating_sub(1)
    }

    /// The nodes of which no entry can be in another segment than this one.
    pub(super) fn only_in(&self, segment: usize) -> std::ops::Range<u32> {
        let Some(first) = self.firsts.get(segment) else {
            return 0..0;
        };
        let begins = segment == 0 || (first.1, first.2) == (0, 0);
        let from = match segment {
            0 => 0,
            _ => first.0.saturating_add(u32::from(!begins)),
        };
        let to = self.firsts.get(segment + 1).map_or(u32::MAX, |next| next.0);
        from..to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_found_in_the_segment_where_they_begin() {
        let firsts = vec![
            (700, 3, 1),
            (700, 9, 2),
            (710, 0, 0),
            (5000, 1, 1),
            (90_000, 0, 7),
        ];
        let directory = Directory::from(firsts);
        let nodes = [
            0, 699, 700, 701, 709, 710, 711, 4999, 5000, 5001, 89_999, 90_000, 90_001,
        ];
        for node in nodes.into_iter().chain([u32::MAX]) {
            let segment = directory.segment_of_node(node);
            assert_eq!(segment, directory.segment_of(&(node, 0, 0)), "{node}");
        }
        let only: Vec<_> = (0..5).map(|segment| directory.only_in(segment)).collect();
        let wanted = [0..700, 701..710, 710..5000, 5001..90_000, 90_001..u32::MAX];
        assert_eq!(only, wanted);
        assert_eq!(Directory::default().segment_of_node(9), 0);
    }
}
