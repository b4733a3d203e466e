//! Physical operators as plain data. Columns are named by their place; what an operator appends
//! stands after the columns of its input, in the order in which its fields say.

use std::sync::Arc;

use super::layout::IsRead;
use super::{Apart, Common, Expression, Seek};
use crate::bind::bound::{Length, PatternDirection};
use crate::bind::expression::Labels;

/// An operator with its inputs.
#[derive(Debug)]
pub struct Plan {
    /// What it does.
    pub operator: Operator,
    /// Its number in the plan, in the order in which plans are printed.
    pub id: usize,
}

/// The operators.
#[derive(Debug)]
pub enum Operator {
    /// One row without columns.
    Unit,
    /// The batch that the surrounding operator hands in.
    Argument,
    /// Nodes by label; one column.
    ScanNodes {
        /// What their labels must be.
        labels: Option<Labels>,
    },
    /// Nodes or relationships by an index; one more column.
    Seek {
        /// The rows.
        input: Box<Plan>,
        /// What is looked up.
        seek: Seek<Expression>,
    },
    /// All pairs; left columns, then right ones.
    Cross {
        /// Streams.
        left: Box<Plan>,
        /// Kept.
        right: Box<Plan>,
        /// Whether its columns are not read: left rows count as often as there are right ones.
        counted: bool,
    },
    /// Pairs with equal keys; left columns, then right ones.
    HashJoin {
        /// Streams.
        left: Box<Plan>,
        /// Kept in a hash table.
        right: Box<Plan>,
        /// Over the left columns.
        left_keys: Vec<Expression>,
        /// Over the right columns.
        right_keys: Vec<Expression>,
        /// Whether right columns are not read: left rows count as often as there are right ones with their key.
        counted: bool,
    },
    /// One hop; appends the relationship and, unless into, the neighbour.
    Expand {
        /// The rows.
        input: Box<Plan>,
        /// What is followed.
        expand: Expand,
    },
    /// Several hops; appends the list of relationships and, unless into, the last node.
    ExpandRepeat {
        /// The rows.
        input: Box<Plan>,
        /// What is followed.
        expand: Expand,
        /// How often.
        length: Length,
        /// What must hold of each relationship, over the input's columns and the relationship.
        each: Option<Expression>,
    },
    /// To the common neighbours of two nodes; appends the relationship from the one, the neighbour, and
    /// the relationship from the other.
    Intersect {
        /// The rows.
        input: Box<Plan>,
        /// What is followed from one node.
        one: Expand,
        /// What is followed from the other.
        other: Expand,
        /// Whether both must be different relationships.
        apart: bool,
    },
    /// Any number of hops; appends each node that is reached, once for a row.
    Reach {
        /// The rows.
        input: Box<Plan>,
        /// What is followed.
        expand: Expand,
        /// How often; at least never or once.
        length: Length,
    },
    /// Each row counts as often as ways lead on from a node of it; appends nothing.
    Weigh {
        /// The rows.
        input: Box<Plan>,
        /// The ways that are counted.
        weigh: Weigh,
        /// Whether nothing but the number of rows is asked, so that rows without a way may stay.
        only_number: bool,
    },
    /// Each row counts as often as two of its nodes have neighbours in common, or have none; appends
    /// nothing.
    WeighCommon {
        /// The rows.
        input: Box<Plan>,
        /// What is counted.
        common: WeighCommon,
        /// Whether nothing but the number of rows is asked, so that rows without a way may stay.
        only_number: bool,
    },
    /// Each row, whose nodes stand in order, counts as often as they can change places; appends nothing.
    Mirror {
        /// The rows.
        input: Box<Plan>,
        /// The columns of the nodes.
        nodes: Vec<usize>,
    },
    /// From known relationships to their nodes; appends the ends that are not there yet.
    Follow {
        /// The rows.
        input: Box<Plan>,
        /// The column of the relationship, or list of them.
        relationship: usize,
        /// The column of the node on the left; appended where missing.
        from: Option<usize>,
        /// The column of the node on the right; appended where missing.
        to: Option<usize>,
        /// Which way, seen from the left.
        direction: PatternDirection,
        /// What the type must be.
        types: TypeFilter,
        /// The bounds, for a list.
        length: Option<Length>,
        /// Relationships that must not be the same.
        distinct_from: Vec<usize>,
    },
    /// Repetitions of a subplan; appends the lists and, unless into, the last node.
    Repeat {
        /// The rows.
        input: Box<Plan>,
        /// What is repeated.
        repetition: Repetition,
        /// The column of the node that is there.
        from: usize,
        /// The column of the other node, where it is there too.
        into: Option<usize>,
        /// Whether lists are turned round.
        reversed: bool,
        /// Columns of relationships, or lists, that must not be taken again.
        distinct_from: Vec<usize>,
    },
    /// Appends the list of relationships of each shortest path.
    ShortestPaths {
        /// The rows.
        input: Box<Plan>,
        /// What is followed; `to` is there.
        expand: Expand,
        /// How often.
        length: Length,
        /// What must hold of each relationship, over the input's columns and the relationship.
        each: Option<Expression>,
        /// How many paths, or groups of equal length.
        count: Expression,
        /// Whether `count` counts groups.
        groups: bool,
        /// What must hold of a path, over the input's columns and the list of relationships.
        predicates: Vec<Expression>,
    },
    /// Appends what each shortest path over several parts gives: part by part its lists, and the
    /// node between it and the next part.
    SearchPaths {
        /// The rows.
        input: Box<Plan>,
        /// The column of the first node.
        from: usize,
        /// The column of the last node.
        to: usize,
        /// The parts.
        parts: Vec<PathPart>,
        /// How many paths, or groups of equal length.
        count: Expression,
        /// Whether `count` counts groups.
        groups: bool,
        /// What must hold of a path, over the output's columns.
        predicates: Vec<Expression>,
    },
    /// Rows on which the predicate is true.
    Filter {
        /// The rows.
        input: Box<Plan>,
        /// The predicate.
        predicate: Expression,
    },
    /// Appends a column for each item, each over the columns before.
    Extend {
        /// The rows.
        input: Box<Plan>,
        /// The new columns.
        items: Vec<Expression>,
    },
    /// These columns instead of the old ones.
    Project {
        /// The rows.
        input: Box<Plan>,
        /// The new columns.
        items: Vec<Expression>,
    },
    /// A row a group: keys, then aggregates.
    Aggregate {
        /// The rows.
        input: Box<Plan>,
        /// What the groups are by.
        keys: Vec<Expression>,
        /// What is computed.
        aggregates: Vec<Aggregate>,
    },
    /// Equal rows made one.
    Distinct {
        /// The rows.
        input: Box<Plan>,
    },
    /// Rows in order, all or the first `count`.
    Sort {
        /// The rows.
        input: Box<Plan>,
        /// Most significant first.
        keys: Vec<SortKey>,
        /// How many are asked for.
        count: Option<Expression>,
    },
    /// Rows without the first ones.
    Skip {
        /// The rows.
        input: Box<Plan>,
        /// How many.
        count: Expression,
    },
    /// The first rows.
    Limit {
        /// The rows.
        input: Box<Plan>,
        /// How many.
        count: Expression,
    },
    /// Appends the element.
    Unwind {
        /// The rows.
        input: Box<Plan>,
        /// The list.
        list: Expression,
    },
    /// Appends the columns that the subplan gives.
    Apply {
        /// The outer rows.
        input: Box<Plan>,
        /// What is run for them.
        inner: Subplan,
        /// Columns of the subplan's rows that are appended.
        outputs: Vec<usize>,
        /// Whether an outer row without inner rows stays.
        optional: bool,
        /// After how many outer rows what was done is committed, if it is on the way.
        commit_every: Option<Expression>,
    },
    /// Rows of all parts, their columns picked by place.
    Union {
        /// The parts.
        parts: Vec<(Plan, Vec<usize>)>,
    },
    /// Appends the new nodes, then the new relationships.
    Create {
        /// The rows.
        input: Box<Plan>,
        /// New nodes.
        nodes: Vec<CreateNode>,
        /// New relationships.
        relationships: Vec<CreateRelationship>,
    },
    /// Appends the columns that matching gives.
    Merge {
        /// The rows.
        input: Box<Plan>,
        /// The search.
        matching: Subplan,
        /// Columns of the matching rows that are appended.
        outputs: Vec<usize>,
        /// For each created element (nodes, then relationships): its place among `outputs`.
        created: Vec<usize>,
        /// New nodes. Expressions are over the input's columns.
        nodes: Vec<CreateNode>,
        /// New relationships. Ends are places over the input's columns and `outputs`.
        relationships: Vec<CreateRelationship>,
        /// Over the input's columns and `outputs`.
        on_create: Vec<SetItem>,
        /// Over the input's columns and `outputs`.
        on_match: Vec<SetItem>,
    },
    /// Changes properties and labels.
    Set {
        /// The rows.
        input: Box<Plan>,
        /// What is set.
        items: Vec<SetItem>,
    },
    /// Deletes nodes and relationships.
    Delete {
        /// The rows.
        input: Box<Plan>,
        /// What is deleted.
        targets: Vec<Expression>,
        /// Whether relationships of deleted nodes go with them.
        detach: bool,
    },
    /// Updates for each element; the rows stay.
    Foreach {
        /// The rows.
        input: Box<Plan>,
        /// The list.
        list: Expression,
        /// The updates, over the input's columns and the element.
        inner: Box<Plan>,
    },
    /// Appends output columns of a procedure.
    CallProcedure {
        /// The rows.
        input: Box<Plan>,
        /// Its name.
        name: Arc<str>,
        /// Its arguments.
        arguments: Vec<Expression>,
        /// Indexes of the outputs that are taken.
        outputs: Vec<usize>,
    },
    /// Appends the row of a file.
    LoadCsv {
        /// The rows.
        input: Box<Plan>,
        /// Whether a row is a map by the names of the first line.
        with_headers: bool,
        /// The path or URL of the file.
        source: Expression,
        /// What separates fields; a comma where missing.
        field_terminator: Option<Expression>,
    },
}

/// A part of a pattern that is repeated.
#[derive(Debug)]
pub struct Repetition {
    /// One repetition, over the input's columns and the node where it starts.
    pub inner: Subplan,
    /// The column of its rows that holds the node where it ends.
    pub to: usize,
    /// The columns of its rows that are listed.
    pub lists: Vec<usize>,
    /// Those among `lists`, by place, that are relationships; none is taken twice.
    pub relationships: Vec<usize>,
    /// How often.
    pub length: Length,
}

/// One part of a path that is searched.
#[derive(Debug)]
pub struct PathPart {
    /// What is repeated.
    pub repetition: Repetition,
    /// Whether it gives its values, not lists of them.
    pub is_single: bool,
    /// What must hold of the node at its end, over the input's columns and that node.
    pub reached: Vec<Expression>,
}

/// A plan that starts from an [`Operator::Argument`] and is run within another.
#[derive(Debug)]
pub struct Subplan {
    /// The plan.
    pub plan: Box<Plan>,
    /// Columns of the outer rows that the argument has, in order.
    pub imports: Vec<usize>,
    /// Where all outer rows of a batch may go in at once: the column of `plan`'s rows that holds
    /// the number of the outer row. It comes last in the argument.
    pub row: Option<usize>,
    /// Whether it changes the graph.
    pub updates: bool,
}

/// What types a relationship may have.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeFilter {
    /// Any.
    All,
    /// These.
    Names(Vec<Arc<str>>),
    /// All for which this holds.
    Matching(Labels),
}

/// What an expand follows.
#[derive(Debug)]
pub struct Expand {
    /// The column of the node that is there.
    pub from: usize,
    /// The column of the other node, where it is there too.
    pub into: Option<usize>,
    /// Which way, seen from `from`.
    pub direction: PatternDirection,
    /// Whether lists of relationships are turned round.
    pub reversed: bool,
    /// What the type must be.
    pub types: TypeFilter,
    /// Columns of relationships, or lists, that must not be taken again.
    pub distinct_from: Vec<usize>,
    /// Whether each neighbour is wanted once only, over whichever row it is reached.
    pub once: bool,
    /// Between which nodes the neighbour must be, by their numbers.
    pub bounds: Vec<NodeBound>,
    /// Columns of nodes that the neighbour must not be.
    pub different: Vec<usize>,
    /// Whether the relationship is read.
    pub is_relationship_read: IsRead,
}

/// A node that another must not come before, or must not come after.
#[derive(Debug, Clone, Copy)]
pub struct NodeBound {
    /// The column of the node.
    pub slot: usize,
    /// Whether the other must come before it.
    pub is_upper: bool,
    /// Whether it may be the same.
    pub is_inclusive: bool,
}

/// Branches along which ways are counted.
#[derive(Debug)]
pub struct Weigh {
    /// The column of the node that is there.
    pub from: usize,
    /// What leads on from it.
    pub branches: Vec<Branch>,
    /// In what the ways along the first two branches must differ.
    pub apart: Option<Apart>,
    /// Whether a row without a way stays, and counts once.
    pub optional: bool,
    /// Whether no node comes twice.
    pub distinct: bool,
}

/// Ways from one node to a neighbour, and what another node has to do with that.
#[derive(Debug)]
pub struct WeighCommon {
    /// The column of the one node.
    pub from: usize,
    /// What leads on from it.
    pub one: Branch,
    /// The column of the other node.
    pub other_from: usize,
    /// What leads on from that.
    pub other: Branch,
    /// What is counted.
    pub count: Common,
    /// Whether both nodes are in order, the neighbour must not come before them, and a row counts for all
    /// orders of the three.
    pub mirrored: bool,
    /// Columns of nodes that the neighbour must not be.
    pub different: Vec<usize>,
    /// Relationships that must not be taken again.
    pub distinct_from: Vec<Taken>,
}

/// The columns of a relationship and of its ends.
#[derive(Debug)]
pub struct Taken {
    /// The relationship.
    pub relationship: usize,
    /// The node on its left.
    pub from: usize,
    /// The node on its right.
    pub to: usize,
}

/// One relationship that leads on.
#[derive(Debug)]
pub struct Branch {
    /// Which way.
    pub direction: PatternDirection,
    /// What the type must be.
    pub types: TypeFilter,
    /// What is asked of the nodes that are reached.
    pub end: End,
}

/// How often a way counts that leads to a node.
#[derive(Debug)]
pub enum End {
    /// Once.
    Any,
    /// Once, where it has the labels.
    Labels(Labels),
    /// Where it passes, as often as ways lead on from it.
    Further {
        /// Predicates over a row of the node alone, one after the other.
        filters: Vec<Expression>,
        /// What is counted from it; the numbers are multiplied.
        weighs: Vec<Weigh>,
    },
}

/// The call of an aggregate.
#[derive(Debug)]
pub struct Aggregate {
    /// Its row in the table; `count(*)` has none.
    pub function: Option<&'static crate::functions::Function>,
    /// Whether equal arguments count once.
    pub distinct: bool,
    /// The arguments.
    pub arguments: Vec<Expression>,
}

/// One key of an order.
#[derive(Debug)]
pub struct SortKey {
    /// What rows are ordered by.
    pub expression: Expression,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// A node to be made.
#[derive(Debug)]
pub struct CreateNode {
    /// Its labels.
    pub labels: Vec<Arc<str>>,
    /// A map of its properties.
    pub properties: Option<Expression>,
}

/// A relationship to be made.
#[derive(Debug)]
pub struct CreateRelationship {
    /// Its type.
    pub relationship_type: Arc<str>,
    /// The column of the node where it starts.
    pub start: usize,
    /// The column of the node where it ends.
    pub end: usize,
    /// A map of its properties.
    pub properties: Option<Expression>,
}

/// One change of `SET` or `REMOVE`.
#[derive(Debug)]
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
    /// `target = map`, `target += map`
    Properties {
        /// The entity.
        target: Expression,
        /// A map, node or relationship.
        value: Expression,
        /// Whether properties that the map lacks are removed.
        replace: bool,
    },
    /// `target:A:B`, `REMOVE target:A:B`
    Labels {
        /// The node.
        target: Expression,
        /// The labels.
        labels: Vec<Arc<str>>,
        /// Whether they are removed.
        remove: bool,
    },
}
