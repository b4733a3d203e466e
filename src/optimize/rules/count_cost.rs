//! What it is expected to cost to count ways along branches, once for each node, in the unit of a row that is
//! made by following a relationship.

use crate::bind::expression::{Expression as E, Labels};
use crate::logical::{Branch, Plan, Weigh};
use crate::optimize::Statistics;

/// What it costs to count a way.
const COST_OF_WAY: f64 = 0.1;

/// What it costs to count a way to one of few nodes, whose numbers stay at hand.
const COST_OF_WAY_TO_FEW: f64 = 0.03;

/// So many nodes are few.
const FEW_NODES: f64 = 32_768.0;

/// What it costs to look up how many neighbours nodes have, one after the other.
const COST_IN_ORDER: f64 = 0.03;

/// What it costs to look that up for nodes that lie anywhere.
const COST_ANYWHERE: f64 = 0.15;

/// What it costs to note how often a node counts, where all are counted at once.
const COST_OF_NOTE: f64 = 0.3;

/// What it costs where nodes are counted in pieces, as batch after batch comes to them.
const COST_OF_NOTE_IN_PIECES: f64 = 1.3;

/// So many rows come in one piece.
const PIECE: f64 = 2_048.0;

/// What it costs to note how often each of the nodes counts that so many rows lead to.
fn cost_of_note(rows: f64) -> f64 {
    match rows <= PIECE {
        true => COST_OF_NOTE,
        false => COST_OF_NOTE_IN_PIECES,
    }
}

/// What it costs to count from so many rows with a node of these labels, which may come in the order in which
/// nodes stand.
pub(super) fn cost_of_weighs(
    weighs: &[Weigh],
    rows: f64,
    labels: Option<&Labels>,
    is_in_order: bool,
    statistics: &Statistics,
) -> f64 {
    let access = if is_in_order {
        COST_IN_ORDER
    } else {
        COST_ANYWHERE
    };
    cost_of(
        weighs,
        rows,
        labels,
        (access, cost_of_note(rows)),
        statistics,
    )
}

/// What it costs to count from so many rows with a node of these labels: each node is counted once, for
/// which its neighbours are looked up at the cost of `access`, and those of them that do not just count are
/// noted at the cost of `note`.
fn cost_of(
    weighs: &[Weigh],
    rows: f64,
    labels: Option<&Labels>,
    (access, note): (f64, f64),
    statistics: &Statistics,
) -> f64 {
    let nodes = rows.min(statistics.nodes(labels));
    let branches = weighs.iter().flat_map(|weigh| {
        let is_pair = weigh.apart.is_some();
        weigh.branches.iter().map(move |branch| (branch, is_pair))
    });
    let costs = branches.map(|(branch, is_pair)| {
        let types = branch.types.as_ref();
        let ways = nodes * statistics.degree(types, branch.direction, labels, None);
        let end = End::of(branch, statistics);
        match end.is_any() && !is_pair {
            true => nodes * access,
            false => {
                let few = ways.min(statistics.nodes(end.labels)) <= FEW_NODES;
                let way = if few { COST_OF_WAY_TO_FEW } else { COST_OF_WAY };
                nodes * access + ways * way + end.cost(ways, note, statistics)
            }
        }
    });
    rows * COST_IN_ORDER + costs.sum::<f64>()
}

/// What it costs to tell how often the nodes at the end of a branch count, when so many ways lead there.
pub(super) fn cost_of_end(branch: &Branch, ways: f64, statistics: &Statistics) -> f64 {
    End::of(branch, statistics).cost(ways, COST_OF_NOTE, statistics)
}

/// What is asked of the nodes at the end of a branch.
struct End<'p> {
    labels: Option<&'p Labels>,
    /// Whether some neighbours may not have the labels.
    is_tested: bool,
    filters: usize,
    weighs: Vec<Weigh>,
}

impl<'p> End<'p> {
    fn of(branch: &'p Branch, statistics: &Statistics) -> End<'p> {
        let mut end = End {
            labels: None,
            is_tested: false,
            filters: 0,
            weighs: Vec::new(),
        };
        let mut plan = &branch.inner;
        loop {
            plan = match plan {
                Plan::Weigh { input, weigh } => {
                    end.weighs.push(weigh.clone());
                    input
                }
                Plan::Filter { input, predicate } => {
                    match predicate {
                        E::HasLabels(_, labels) => {
                            let types = branch.types.as_ref();
                            let known = statistics.neighbours_have(types, branch.direction, labels);
                            end.labels = Some(labels);
                            end.is_tested = !known;
                        }
                        _ => end.filters += 1,
                    }
                    input
                }
                _ => return end,
            };
        }
    }

    /// Whether each counts once.
    fn is_any(&self) -> bool {
        !self.is_tested && self.filters == 0 && self.weighs.is_empty()
    }

    /// What it costs to tell how often they count, when so many ways lead to them.
    fn cost(&self, ways: f64, note: f64, statistics: &Statistics) -> f64 {
        let nodes = ways.min(statistics.nodes(self.labels));
        let tests = usize::from(self.is_tested) + self.filters;
        let deeper = match self.weighs.is_empty() {
            true => 0.0,
            false => {
                let costs = (COST_ANYWHERE, note);
                cost_of(&self.weighs, nodes, self.labels, costs, statistics)
            }
        };
        let is_noted = tests > 0 || !self.weighs.is_empty();
        let noted = nodes * f64::from(u8::from(is_noted)) * note;
        noted + nodes * tests as f64 * COST_ANYWHERE + deeper
    }
}
