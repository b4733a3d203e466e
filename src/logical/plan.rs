//! The logical algebra.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::seek::Seek;
use crate::bind::bound::{Length, PatternDirection};
use crate::bind::expression::{Expression as Generic, Labels};

/// An expression whose subqueries are plans.
pub type Expression = Generic<Plan>;

/// The unique name of a variable.
pub type Variable = Arc<str>;

/// An operator and what it works on. Rows are bags of variables; an operator keeps the variables
/// of its input unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Plan {
    /// One row without variables.
    Unit,
    /// The rows that the surrounding operator hands in, with these variables.
    Argument {
        /// The variables.
        variables: Vec<Variable>,
    },
    /// A `MATCH` whose order is not chosen yet; the optimiser replaces it by scans and expands.
    Match {
        /// The rows to extend.
        input: Box<Plan>,
        /// What is matched.
        pattern: MatchPattern,
    },
    /// All nodes with these labels.
    ScanNodes {
        /// The new variable.
        variable: Variable,
        /// What their labels must be.
        labels: Option<Labels>,
    },
    /// For each row the nodes or relationships that an index finds.
    Seek {
        /// The rows to extend.
        input: Box<Plan>,
        /// What is looked up.
        seek: Seek,
    },
    /// All pairs of rows of both sides.
    Cross {
        /// Rows in whose order the pairs stand.
        left: Box<Plan>,
        /// Rows that are kept at hand.
        right: Box<Plan>,
        /// Whether of them only matters how many there are: left rows count as often.
        counted: bool,
    },
    /// Pairs of rows of both sides that agree in the value of two expressions by `=`.
    HashJoin {
        /// Rows in whose order the pairs stand.
        left: Box<Plan>,
        /// Rows that are kept in a hash table.
        right: Box<Plan>,
        /// Expressions over the left rows, parallel to `right_keys`.
        left_keys: Vec<Expression>,
        /// Expressions over the right rows.
        right_keys: Vec<Expression>,
        /// Whether of these only matters how many there are: left rows count as often.
        counted: bool,
    },
    /// From a node over relationships to its neighbours.
    Expand {
        /// The rows to extend.
        input: Box<Plan>,
        /// What is followed.
        expand: Expand,
    },
    /// From two nodes over a relationship each to the neighbours that they have in common.
    Intersect {
        /// The rows to extend.
        input: Box<Plan>,
        /// What is followed from one node.
        one: Expand,
        /// What is followed from the other, to the same node; it may have to be another relationship.
        other: Expand,
    },
    /// From a node over any number of relationships to the nodes at their end, each once for a row.
    Reach {
        /// The rows to extend.
        input: Box<Plan>,
        /// What is followed, again and again; its relationship variable is in no row.
        expand: Expand,
    },
    /// Each row counts as often as ways lead on from a node of it, which give no variables.
    Weigh {
        /// The rows.
        input: Box<Plan>,
        /// The ways that are counted.
        weigh: Weigh,
    },
    /// Each row counts as often as two of its nodes have neighbours in common, or have none; gives no
    /// variables.
    WeighCommon {
        /// The rows.
        input: Box<Plan>,
        /// What is counted.
        common: Box<WeighCommon>,
    },
    /// Each row, whose nodes stand in order, counts as often as they can change places.
    Mirror {
        /// The rows.
        input: Box<Plan>,
        /// Nodes that can be exchanged for one another.
        nodes: Vec<Variable>,
    },
    /// From a known relationship, or a list of them, to its nodes.
    Follow {
        /// The rows to extend.
        input: Box<Plan>,
        /// What is followed; its relationship variable exists.
        expand: Expand,
    },
    /// From a node over repetitions of a pattern to the nodes at their end.
    Repeat {
        /// The rows to extend.
        input: Box<Plan>,
        /// One repetition, from an [`Plan::Argument`].
        inner: Box<Plan>,
        /// What is repeated.
        repeat: Repeat,
    },
    /// The shortest among the paths over one relationship between two nodes that both exist.
    ShortestPaths {
        /// The rows to extend.
        input: Box<Plan>,
        /// What is searched.
        search: ShortestPaths,
    },
    /// The shortest among the paths of several parts between two nodes that both exist.
    SearchPaths {
        /// The rows to extend.
        input: Box<Plan>,
        /// One repetition of each part, from an [`Plan::Argument`].
        inner: Vec<Plan>,
        /// What is searched.
        search: SearchPaths,
    },
    /// Rows on which the predicate is true.
    Filter {
        /// The rows.
        input: Box<Plan>,
        /// The predicate.
        predicate: Expression,
    },
    /// New variables beside the old ones.
    Extend {
        /// The rows.
        input: Box<Plan>,
        /// New variables and their values, each over the variables before.
        items: Vec<(Variable, Expression)>,
    },
    /// New variables instead of the old ones.
    Project {
        /// The rows.
        input: Box<Plan>,
        /// Variables and their values, over the variables of the input.
        items: Vec<(Variable, Expression)>,
    },
    /// One row a group, with the keys and aggregates only. Without keys there is one group.
    Aggregate {
        /// The rows.
        input: Box<Plan>,
        /// What the groups are by.
        keys: Vec<(Variable, Expression)>,
        /// What is computed of each.
        aggregates: Vec<(Variable, Aggregate)>,
    },
    /// Equal rows made one.
    Distinct {
        /// The rows.
        input: Box<Plan>,
    },
    /// Rows in order; equal rows keep theirs.
    Sort {
        /// The rows.
        input: Box<Plan>,
        /// Most significant first.
        keys: Vec<SortKey>,
    },
    /// The first rows in order: `Sort` and `Limit` in one.
    TopK {
        /// The rows.
        input: Box<Plan>,
        /// Most significant first.
        keys: Vec<SortKey>,
        /// How many, skipped ones included.
        count: Expression,
    },
    /// Rows without the first `skip`.
    Skip {
        /// The rows.
        input: Box<Plan>,
        /// A number.
        count: Expression,
    },
    /// The first rows.
    Limit {
        /// The rows.
        input: Box<Plan>,
        /// A number.
        count: Expression,
    },
    /// A row for each element of a list; none for null, one for anything else.
    Unwind {
        /// The rows.
        input: Box<Plan>,
        /// The list.
        list: Expression,
        /// The new variable.
        variable: Variable,
    },
    /// For each row of the input the rows of `inner`, which starts from an [`Plan::Argument`].
    Apply {
        /// The outer rows.
        input: Box<Plan>,
        /// What is run for each of them.
        inner: Box<Plan>,
        /// New variables that `inner` gives.
        variables: Vec<Variable>,
        /// Whether an outer row without inner rows stays, with nulls.
        optional: bool,
        /// After how many outer rows what was done is committed, if it is on the way.
        commit_every: Option<Expression>,
    },
    /// The rows of all parts, one after the other, under common variables.
    Union {
        /// The parts and the variables that hold the columns, in order.
        parts: Vec<(Plan, Vec<Variable>)>,
        /// The variables outside.
        variables: Vec<Variable>,
    },
    /// New nodes and relationships, for each row.
    Create {
        /// The rows, complete before the first effect.
        input: Box<Plan>,
        /// New nodes.
        nodes: Vec<CreateNode>,
        /// New relationships.
        relationships: Vec<CreateRelationship>,
    },
    /// What `matching` finds, or else what is created, for each row in turn.
    Merge {
        /// The rows, complete before the first effect.
        input: Box<Plan>,
        /// The search, from an [`Plan::Argument`].
        matching: Box<Plan>,
        /// New variables that `matching` gives, and creation too.
        variables: Vec<Variable>,
        /// Nodes to create.
        nodes: Vec<CreateNode>,
        /// Relationships to create.
        relationships: Vec<CreateRelationship>,
        /// Set after a creation.
        on_create: Vec<SetItem>,
        /// Set after a match.
        on_match: Vec<SetItem>,
    },
    /// Properties and labels changed, for each row in turn.
    Set {
        /// The rows, complete before the first effect.
        input: Box<Plan>,
        /// What is set.
        items: Vec<SetItem>,
    },
    /// Nodes and relationships deleted.
    Delete {
        /// The rows, complete before the first effect.
        input: Box<Plan>,
        /// What is deleted.
        targets: Vec<Expression>,
        /// Whether relationships of deleted nodes go with them.
        detach: bool,
    },
    /// Updates for each element of a list; the rows stay as they are.
    Foreach {
        /// The rows, complete before the first effect.
        input: Box<Plan>,
        /// The variable for each element.
        variable: Variable,
        /// The list.
        list: Expression,
        /// The updates, from an [`Plan::Argument`].
        inner: Box<Plan>,
    },
    /// The rows that a procedure gives, for each row.
    CallProcedure {
        /// The rows.
        input: Box<Plan>,
        /// Its name.
        name: Arc<str>,
        /// Whether it changes the graph.
        writes: bool,
        /// One expression for each of its inputs; those at the end may lack.
        arguments: Vec<Expression>,
        /// Indexes of its outputs and the variables that hold them.
        outputs: Vec<(usize, Variable)>,
    },
    /// A row for each line of a file.
    LoadCsv {
        /// The rows.
        input: Box<Plan>,
        /// Whether a row is a map by the names of the first line.
        with_headers: bool,
        /// The file.
        source: Expression,
        /// The new variable.
        variable: Variable,
        /// The delimiter.
        field_terminator: Option<Expression>,
    },
}

/// The query graph of a `MATCH`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MatchPattern {
    /// The nodes.
    pub nodes: Vec<NodePattern>,
    /// The relationships; those of one clause must be different.
    pub relationships: Vec<RelationshipPattern>,
    /// Parts that are repeated, between nodes of the pattern.
    pub groups: Vec<GroupPattern>,
    /// Shortest paths, between nodes of the pattern.
    pub searches: Vec<SearchPattern>,
    /// Named paths and their values.
    pub paths: Vec<(Variable, Expression)>,
    /// What must hold besides.
    pub predicates: Vec<Expression>,
}

/// A node of a pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodePattern {
    /// Its variable.
    pub variable: Variable,
    /// What its labels must be.
    pub labels: Option<Labels>,
}

/// A relationship of a pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RelationshipPattern {
    /// Its variable; a list where `length` is there.
    pub variable: Variable,
    /// The node on its left.
    pub from: Variable,
    /// The node on its right.
    pub to: Variable,
    /// Which way it points, seen from the left.
    pub direction: PatternDirection,
    /// What its type must be.
    pub types: Option<Labels>,
    /// The bounds of a variable length.
    pub length: Option<Length>,
    /// What must hold of each relationship of a variable length.
    pub each: Option<(Variable, Expression)>,
    /// The number of its clause among those that the pattern is made of.
    pub clause: usize,
}

/// A part of a pattern that is repeated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupPattern {
    /// One repetition.
    pub pattern: MatchPattern,
    /// What is repeated, as it is written.
    pub repeat: Repeat,
}

/// Repetitions of a pattern, each from the last node of the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    /// The node that is there.
    pub from: Variable,
    /// The node that is reached.
    pub to: Variable,
    /// Whether `to` is there already.
    pub into: bool,
    /// Where a repetition starts.
    pub inner_from: Variable,
    /// Where it ends.
    pub inner_to: Variable,
    /// How often.
    pub length: Length,
    /// Whether the pattern is walked against the way it was written: lists are then reversed.
    pub reversed: bool,
    /// Variables inside, and the variables outside that list their values.
    pub lists: Vec<(Variable, Variable)>,
    /// Those inside that are relationships; none is taken twice.
    pub relationships: Vec<Variable>,
    /// Relationships of the same `MATCH` that must not be taken again.
    pub distinct_from: Vec<Variable>,
}

/// Paths of which only the shortest are asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchPattern {
    /// What candidates match, with the predicates that must hold while they are searched: a path
    /// that does not satisfy them is no candidate. Its end nodes are there.
    pub pattern: MatchPattern,
    /// The first node.
    pub from: Variable,
    /// The last node.
    pub to: Variable,
    /// How many paths, or how many groups of equal length.
    pub count: Expression,
    /// Whether `count` counts groups.
    pub groups: bool,
}

/// What an expand follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expand {
    /// The node that is there.
    pub from: Variable,
    /// The relationship; a list for a variable length.
    pub relationship: Variable,
    /// The node that is reached.
    pub to: Variable,
    /// Whether `to` is there already, so that the ends are only connected.
    pub into: bool,
    /// Which way, seen from `from`.
    pub direction: PatternDirection,
    /// Whether the pattern is walked against the way it was written: a list of relationships is
    /// then reversed.
    pub reversed: bool,
    /// What the type must be.
    pub types: Option<Labels>,
    /// The bounds of a variable length.
    pub length: Option<Length>,
    /// What must hold of each relationship of a variable length.
    pub each: Option<Box<(Variable, Expression)>>,
    /// Relationships of the same `MATCH` that must not be taken again.
    pub distinct_from: Vec<Variable>,
    /// Whether each `to` is wanted once only, over whichever row it is reached.
    pub once: bool,
    /// Between which nodes `to` must be, by their numbers.
    pub bounds: Vec<NodeBound>,
    /// Nodes that `to` must not be.
    pub different: Vec<Variable>,
}

/// A node that another must not come before, or must not come after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeBound {
    /// The node of the row.
    pub node: Variable,
    /// Whether the other must come before it.
    pub is_upper: bool,
    /// Whether it may be the same.
    pub is_inclusive: bool,
}

/// Branches of a pattern of which only the number of ways along them is asked for: the product over
/// the branches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weigh {
    /// The node that is there.
    pub from: Variable,
    /// What leads on from it.
    pub branches: Vec<Branch>,
    /// In what the ways along the first two branches must differ.
    pub apart: Option<Apart>,
    /// Whether a row without a way stays, and counts once.
    pub optional: bool,
}

/// One relationship that leads on, and what follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// Which way.
    pub direction: PatternDirection,
    /// What the type must be.
    pub types: Option<Labels>,
    /// The node that is reached.
    pub to: Variable,
    /// The rows that such a node becomes, from an [`Plan::Argument`] with this variable.
    pub inner: Plan,
}

/// In what the ways along two branches from one node differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Apart {
    /// In the relationship.
    Relationships,
    /// In the node that is reached.
    Nodes,
}

/// Ways from one node to a neighbour of it, and what another node has to do with that neighbour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeighCommon {
    /// The one node.
    pub from: Variable,
    /// What leads on from it.
    pub one: Branch,
    /// The other node.
    pub other_from: Variable,
    /// What leads on from that; to the same variable, unless the ways are apart.
    pub other: Branch,
    /// What is counted.
    pub count: Common,
    /// Whether the three nodes can be exchanged for one another: only rows come in which both nodes are in
    /// order, the neighbour must not come before them, and a row counts for all orders.
    pub mirrored: bool,
    /// Nodes of the row that the neighbour must not be.
    pub different: Vec<Variable>,
    /// Relationships of the row that must not be taken again.
    pub distinct_from: Vec<Taken>,
}

/// A relationship that is taken, and its ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// The relationship.
    pub relationship: Variable,
    /// The node on its left.
    pub from: Variable,
    /// The node on its right.
    pub to: Variable,
}

/// What is counted of two nodes and their neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Common {
    /// Pairs of ways, one from each node, to one neighbour, over different relationships.
    Meeting,
    /// Ways from the one node to where a relationship leads from the other.
    Present,
    /// Ways from the one node to where none leads from the other.
    Absent,
    /// Pairs of ways, one from each node, to different neighbours.
    Apart,
}

/// A search for the shortest of the paths that pass several parts, one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchPaths {
    /// The first node.
    pub from: Variable,
    /// The last node.
    pub to: Variable,
    /// The parts in the order in which they are written.
    pub parts: Vec<PathPart>,
    /// How many paths, or how many groups of equal length.
    pub count: Expression,
    /// Whether `count` counts groups.
    pub groups: bool,
    /// What must hold of a candidate, over the row and everything that the path gives.
    pub predicates: Vec<Expression>,
}

/// One part of a path that is searched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PathPart {
    /// What is repeated. Nodes between parts are new variables of the search.
    pub repeat: Repeat,
    /// Whether it stands for itself: its variables are then no lists.
    pub is_single: bool,
    /// What must hold of the node at its end, over the row and that node.
    pub reached: Vec<Expression>,
}

impl SearchPaths {
    /// The variables that a path gives, in order.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        let last = self.parts.len().saturating_sub(1);
        self.parts
            .iter()
            .enumerate()
            .flat_map(move |(place, part)| {
                let lists = part.repeat.lists.iter().map(|(_, list)| list);
                lists.chain((place < last).then_some(&part.repeat.to))
            })
    }
}

/// A search for shortest paths over one relationship.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShortestPaths {
    /// What is followed, again and again; both ends are there.
    pub expand: Expand,
    /// How many paths, or how many groups of equal length.
    pub count: Expression,
    /// Whether `count` counts groups.
    pub groups: bool,
    /// What must hold of a candidate, over the row and the list of relationships.
    pub predicates: Vec<Expression>,
}

/// The call of an aggregate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aggregate {
    /// Its name in the table, or `count(*)`.
    pub function: Arc<str>,
    /// Whether equal arguments count once.
    pub distinct: bool,
    /// The arguments.
    pub arguments: Vec<Expression>,
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SortKey {
    /// What rows are ordered by.
    pub expression: Expression,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// A node to be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateNode {
    /// Its variable.
    pub variable: Variable,
    /// Its labels.
    pub labels: Vec<Arc<str>>,
    /// A map of its properties.
    pub properties: Option<Expression>,
}

/// A relationship to be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateRelationship {
    /// Its variable.
    pub variable: Variable,
    /// Its type.
    pub relationship_type: Arc<str>,
    /// The node where it starts.
    pub start: Variable,
    /// The node where it ends.
    pub end: Variable,
    /// A map of its properties.
    pub properties: Option<Expression>,
}

/// One change of `SET` or `REMOVE`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SetItem {
    /// `target.key = value`
    Property {
        /// The entity.
        target: Expression,
        /// A string.
        key: Expression,
        /// Null removes.
        value: Expression,
    },
    /// `target = map`
    ReplaceProperties {
        /// The entity.
        target: Expression,
        /// A map, node or relationship.
        value: Expression,
    },
    /// `target += map`
    AddProperties {
        /// The entity.
        target: Expression,
        /// A map, node or relationship.
        value: Expression,
    },
    /// `target:A:B`
    AddLabels {
        /// The node.
        target: Expression,
        /// The labels.
        labels: Vec<Arc<str>>,
    },
    /// `REMOVE target:A:B`
    RemoveLabels {
        /// The node.
        target: Expression,
        /// The labels.
        labels: Vec<Arc<str>>,
    },
}
