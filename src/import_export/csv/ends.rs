//! The words by which plain tables call the two ends of a relationship and its type: `source` and
//! `target`, `src_id` and `dst_id`, `FromNodeId` and `ToNodeId`.

/// Words for the ends that mean them in any table, the surest first.
const SURE: &[[&str; 2]] = &[
    ["source", "target"],
    ["src", "dst"],
    ["from", "to"],
    ["start", "end"],
    ["subject", "object"],
    ["head", "tail"],
];

/// Words for the ends in tables whose rows have no id of their own: they may be properties elsewhere.
const LIKELY: &[[&str; 2]] = &[
    ["src", "dest"],
    ["source", "destination"],
    ["origin", "destination"],
    ["node1", "node2"],
    ["nodea", "nodeb"],
    ["id1", "id2"],
    ["vertex1", "vertex2"],
    ["entity1", "entity2"],
    ["sender", "receiver"],
    ["parent", "child"],
    ["citing", "cited"],
    ["follower", "followee"],
    ["left", "right"],
    ["u", "v"],
    ["i", "j"],
];

/// Words for the type of a relationship, beside `type` and `label`.
const TYPES: &[&str] = &[
    "edgetype",
    "interaction",
    "predicate",
    "relation",
    "relationship",
    "relationshiptype",
    "relationtype",
    "reltype",
];

/// The columns that are the ends of relationships; `has_id` tells that rows have an id.
pub(super) fn columns_of(cells: &[&str], has_id: bool) -> Option<[usize; 2]> {
    let words: Vec<String> = cells.iter().map(|cell| plain(cell)).collect();
    let likely = LIKELY.iter().filter(|_| !has_id);
    SURE.iter().chain(likely).find_map(|[start, end]| {
        let place = |word: &str| {
            let is = |own: &String| {
                own == word || [word, "node"].concat() == *own || [word, "vertex"].concat() == *own
            };
            words.iter().position(is)
        };
        Some([place(start)?, place(end)?])
    })
}

/// Whether a column has the type of the relationship.
pub(super) fn is_type(cell: &str) -> bool {
    TYPES.contains(&plain(cell).as_str())
}

/// A word in small letters, without what joins words, and without `id` at its end.
fn plain(cell: &str) -> String {
    let letters = cell
        .chars()
        .filter(|character| !matches!(character, '_' | '-' | ' ' | '.'));
    let word: String = letters.flat_map(char::to_lowercase).collect();
    match word.strip_suffix("id") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_told_by_many_words() {
        let ends = |header: &str, has_id| {
            let cells: Vec<&str> = header.split(',').collect();
            columns_of(&cells, has_id)
        };
        for header in [
            "src,dst",
            "Source ID,Target ID",
            "fromNodeId,toNodeId",
            "start_id,end-id",
        ] {
            assert_eq!(ends(header, true), Some([0, 1]), "{header}");
        }
        assert_eq!(ends("to,x,from", true), Some([2, 0]));
        assert_eq!(ends("from,to,source,target", false), Some([2, 3]));
        assert_eq!(ends("node_1,node_2", false), Some([0, 1]));
        assert_eq!(ends("id,parent,child", true), None);
        assert_eq!(ends("subject,from", false), None);
        assert_eq!(ends("id,idea", true), None);
    }
}
