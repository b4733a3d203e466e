//! How many rows each operator of a plan is expected to give: from counts of labels and types, sampled
//! degrees, and the forms of predicates. Of an inner plan it is the rows for all outer rows together.

use std::collections::HashMap;

use super::selectivity::selectivity;
use super::{Statistics, conjuncts};
use crate::bind::bound::Length;
use crate::bind::expression::{Comparison, Expression as E, Labels};
use crate::logical::{Common, Expand, Expression, Plan, Seek, SeekCondition, Variable};
use crate::value::Value;

/// The part of neighbours that come after a node, or before it, expected.
const PART_BEYOND: f64 = 0.5;

/// Steps beyond the least number of an open length that are reckoned with.
const FURTHER_STEPS: u64 = 8;

/// Steps that are reckoned with at most.
const MOST_STEPS: u64 = 12;

/// Rows of a list, a procedure, or a limit of which nothing is known.
const UNKNOWN_ROWS: f64 = 10.0;

/// Rows of a file.
const ROWS_OF_FILE: f64 = 1000.0;

/// The part of all values that differ, where nothing is known of them.
const DISTINCT_PART: f64 = 0.1;

/// The rows that the operators of a plan are expected to give.
#[derive(Debug)]
pub struct Estimates(HashMap<*const Plan, f64>);

impl Estimates {
    /// What is expected of a plan and all plans below it.
    pub fn new(plan: &Plan, statistics: &Statistics) -> Self {
        let mut estimator = Estimator {
            statistics,
            rows: HashMap::new(),
            nodes: HashMap::new(),
            reached: HashMap::new(),
            values: HashMap::new(),
            outer: 1.0,
        };
        estimator.plan(plan);
        Estimates(estimator.rows)
    }

    /// The rows of an operator of the plan, which has not moved since; nothing is expected of subqueries
    /// in expressions.
    pub fn rows(&self, plan: &Plan) -> Option<f64> {
        self.0.get(&std::ptr::from_ref(plan)).copied()
    }
}

struct Estimator<'a> {
    statistics: &'a Statistics<'a>,
    rows: HashMap<*const Plan, f64>,
    /// The nodes that rows have, with the labels that they are known to have.
    nodes: HashMap<&'a Variable, Option<Labels>>,
    /// Over what nodes were reached.
    reached: HashMap<&'a Variable, &'a Expand>,
    /// What computed variables stand for.
    values: HashMap<&'a Variable, &'a Expression>,
    /// The rows that an argument stands for.
    outer: f64,
}

impl<'a> Estimator<'a> {
    fn plan(&mut self, plan: &'a Plan) -> f64 {
        let rows = self.rows_of(plan);
        self.rows.insert(plan, rows);
        rows
    }

    fn rows_of(&mut self, plan: &'a Plan) -> f64 {
        match plan {
            Plan::Unit => 1.0,
            Plan::Argument { .. } => self.outer,
            Plan::Match { input, .. } | Plan::Mirror { input, .. } => self.plan(input),
            Plan::ScanNodes { variable, labels } => {
                self.nodes.insert(variable, labels.clone());
                self.statistics.nodes(labels.as_ref())
            }
            Plan::Seek { input, seek } => self.plan(input) * self.found(seek),
            Plan::Cross { left, right, .. } => self.plan(left) * self.plan(right),
            Plan::HashJoin { left, right, .. } => {
                // Each row of the longer side is expected to have a partner.
                let (left, right) = (self.plan(left), self.plan(right));
                left.min(right)
            }
            Plan::Expand { input, expand } => self.plan(input) * self.ways(expand),
            Plan::Intersect { input, one, other } => {
                let input = self.plan(input);
                let both = self.ways(one) * self.ways(other);
                input * both / self.statistics.nodes(None).max(1.0)
            }
            Plan::Reach { input, expand } => {
                let input = self.plan(input);
                (input * self.ways(expand)).min(input * self.statistics.nodes(None))
            }
            Plan::Weigh { input, weigh } => {
                let input = self.plan(input);
                let mut ways = 1.0;
                for branch in &weigh.branches {
                    let types = branch.types.as_ref();
                    let near = self.labels_of(&weigh.from);
                    let degree = self.statistics.degree(types, branch.direction, near, None);
                    self.inner(&branch.inner, input * degree);
                    ways *= degree;
                }
                if weigh.optional {
                    input
                } else {
                    input * ways.min(1.0)
                }
            }
            Plan::WeighCommon { input, common } => {
                let input = self.plan(input);
                let mut ways = [1.0, 1.0];
                let sides = [
                    (&common.from, &common.one),
                    (&common.other_from, &common.other),
                ];
                for (ways, (from, branch)) in ways.iter_mut().zip(sides) {
                    let types = branch.types.as_ref();
                    let near = self.labels_of(from);
                    *ways = self.statistics.degree(types, branch.direction, near, None);
                    self.inner(&branch.inner, input * *ways);
                }
                let [one, other] = ways;
                input
                    * match common.count {
                        Common::Meeting | Common::Present => {
                            (one * other / self.statistics.nodes(None).max(1.0)).min(1.0)
                        }
                        Common::Absent => one.min(1.0),
                        Common::Apart => (one * other).min(1.0),
                    }
            }
            Plan::Repeat {
                input,
                inner,
                repeat,
            } => {
                let input = self.plan(input);
                let each = self.inner(inner, input) / input.max(1.0);
                self.nodes.entry(&repeat.to).or_default();
                input * repetitions(1.0, each, repeat.length)
            }
            Plan::SearchPaths {
                input,
                inner,
                search,
            } => {
                let input = self.plan(input);
                for inner in inner {
                    self.inner(inner, input);
                }
                input * number(&search.count)
            }
            Plan::ShortestPaths { input, search } => self.plan(input) * number(&search.count),
            Plan::Filter { input, predicate } => {
                let input = self.plan(input);
                let parts = conjuncts(predicate);
                input * parts.iter().map(|part| self.kept(part)).product::<f64>()
            }
            Plan::Extend { input, items } | Plan::Project { input, items } => {
                let rows = self.plan(input);
                let computed = items.iter();
                let computed = computed
                    .filter(|(name, value)| !matches!(value, E::Variable(same) if same == name));
                self.values
                    .extend(computed.map(|(name, value)| (name, value)));
                rows
            }
            Plan::Aggregate { input, keys, .. } => {
                let rows = self.plan(input);
                let groups: f64 = keys
                    .iter()
                    .map(|(_, key)| self.distinct(key, rows))
                    .product();
                self.values
                    .extend(keys.iter().map(|(name, value)| (name, value)));
                match keys.is_empty() {
                    true => self.outer,
                    false => groups.min(rows),
                }
            }
            Plan::Distinct { input } => {
                let rows = self.plan(input);
                let variables = input.variables().into_iter().map(E::Variable);
                let all: f64 = variables.map(|one| self.distinct(&one, rows)).product();
                all.min(rows)
            }
            Plan::TopK { input, count, .. } | Plan::Limit { input, count } => {
                self.plan(input).min(number(count) * self.outer)
            }
            Plan::Skip { input, count } => (self.plan(input) - number(count) * self.outer).max(0.0),
            Plan::Unwind { input, list, .. } => self.plan(input) * length(list),
            Plan::Apply {
                input,
                inner,
                optional,
                ..
            } => {
                let input = self.plan(input);
                let inner = self.inner(inner, input);
                if *optional { inner.max(input) } else { inner }
            }
            Plan::Union { parts, .. } => parts.iter().map(|(part, _)| self.plan(part)).sum(),
            Plan::Merge {
                input, matching, ..
            } => {
                let input = self.plan(input);
                self.inner(matching, input).max(input)
            }
            Plan::Foreach {
                input, list, inner, ..
            } => {
                let input = self.plan(input);
                self.inner(inner, input * length(list));
                input
            }
            Plan::CallProcedure { input, outputs, .. } => {
                let each = if outputs.is_empty() {
                    1.0
                } else {
                    UNKNOWN_ROWS
                };
                self.plan(input) * each
            }
            Plan::LoadCsv { input, .. } => self.plan(input) * ROWS_OF_FILE,
            Plan::Follow { input, .. }
            | Plan::Sort { input, .. }
            | Plan::Create { input, .. }
            | Plan::Set { input, .. }
            | Plan::Delete { input, .. } => self.plan(input),
        }
    }

    /// A plan that starts from so many rows.
    fn inner(&mut self, plan: &'a Plan, outer: f64) -> f64 {
        let before = std::mem::replace(&mut self.outer, outer);
        let rows = self.plan(plan);
        self.outer = before;
        rows
    }

    fn labels_of(&self, node: &Variable) -> Option<&Labels> {
        self.nodes.get(node).and_then(Option::as_ref)
    }

    /// What an index finds for one row.
    fn found(&mut self, seek: &'a Seek) -> f64 {
        let label = Labels::Name(seek.label.clone());
        let all = match seek.is_relationship {
            true => self.statistics.relationships(Some(&label)),
            false => {
                self.nodes.insert(&seek.variable, Some(label.clone()));
                self.statistics.nodes(Some(&label))
            }
        };
        let equal = |condition: &&SeekCondition| matches!(condition, SeekCondition::Equal(_));
        let equalities = seek.conditions.iter().filter(equal).count();
        if self.statistics.is_unique(&seek.index) && equalities == seek.properties.len() {
            return all.min(1.0);
        }
        let kept = seek.conditions.iter().map(|condition| match condition {
            SeekCondition::Equal(_) => 0.01,
            SeekCondition::StartsWith(_) => 0.02,
            SeekCondition::In(_) => 0.05,
            SeekCondition::Between { .. } => 0.3,
            SeekCondition::Exists => 1.0,
        });
        all * kept.product::<f64>()
    }

    /// How many rows a row becomes when relationships are followed.
    fn ways(&mut self, expand: &'a Expand) -> f64 {
        let types = expand.types.as_ref();
        let (near, far) = (self.labels_of(&expand.from), self.labels_of(&expand.to));
        let far = if expand.into { far } else { None };
        let statistics = self.statistics;
        let mut ways = statistics.degree(types, expand.direction, near, far);
        if let Some(length) = expand.length {
            let further = statistics.degree(types, expand.direction, None, None);
            ways = repetitions(ways, further, length);
        }
        if expand.into {
            return ways / statistics.nodes(far).max(1.0);
        }
        let is_taken = expand.length.is_none_or(|length| length.minimum > 0);
        let implied = statistics.label_of_neighbours(types, expand.direction);
        let implied = implied.filter(|_| is_taken).map(|(_, label)| label);
        self.nodes.entry(&expand.to).or_insert(implied);
        self.reached.insert(&expand.to, expand);
        ways * PART_BEYOND.powi(expand.bounds.len() as i32)
    }

    /// The part of the rows that a predicate keeps.
    fn kept(&mut self, predicate: &Expression) -> f64 {
        match predicate {
            E::HasLabels(node, labels) => match node.as_ref() {
                E::Variable(node) => self.labelled(node, labels),
                _ => selectivity(predicate),
            },
            E::Comparison(Comparison::Equal, left, right) => {
                let unique = [left, right]
                    .into_iter()
                    .find_map(|side| self.nodes_by_key(side));
                unique.map_or_else(|| selectivity(predicate), |nodes| 1.0 / nodes.max(1.0))
            }
            _ => selectivity(predicate),
        }
    }

    /// The part of the rows whose node has labels.
    fn labelled(&mut self, node: &Variable, labels: &Labels) -> f64 {
        let statistics = self.statistics;
        let part = match self.reached.get(node) {
            Some(expand) => {
                let near = self.labels_of(&expand.from);
                let degree =
                    |far| statistics.degree(expand.types.as_ref(), expand.direction, near, far);
                degree(Some(labels)) / degree(None).max(f64::MIN_POSITIVE)
            }
            None => {
                statistics.nodes(Some(labels)) / statistics.nodes(self.labels_of(node)).max(1.0)
            }
        };
        if let Some(known) = self.nodes.get_mut(node) {
            *known = Some(labels.clone());
        }
        part.min(1.0)
    }

    /// The number of nodes among which a property is unique.
    fn nodes_by_key(&self, property: &Expression) -> Option<f64> {
        let E::Property { object, key, .. } = property else {
            return None;
        };
        let E::Variable(node) = object.as_ref() else {
            return None;
        };
        let labels = self.labels_of(node)?;
        let mut indexes = self.statistics.indexes_of_nodes(labels);
        let is_unique = indexes.any(|index| {
            index.is_unique() && index.definition().properties.as_slice() == [key.clone()]
        });
        is_unique.then(|| self.statistics.nodes(Some(labels)))
    }

    /// How many values of an expression differ in so many rows.
    fn distinct(&self, expression: &Expression, rows: f64) -> f64 {
        let unknown = (rows * DISTINCT_PART).max(1.0);
        match expression {
            E::Literal(_) | E::Parameter(_) => 1.0,
            E::Variable(name) => match (self.nodes.get(name), self.values.get(name)) {
                (Some(labels), _) => self.statistics.nodes(labels.as_ref()),
                (None, Some(value)) if **value != *expression => self.distinct(value, rows),
                _ => unknown,
            },
            E::Property { object, .. } => match self.nodes_by_key(expression) {
                Some(nodes) => nodes,
                None => self.distinct(object, rows) * DISTINCT_PART,
            },
            _ => unknown,
        }
        .clamp(1.0, rows.max(1.0))
    }
}

/// The ways of a variable length, where the first step leads to `first` nodes and each other one to `further`.
fn repetitions(first: f64, further: f64, length: Length) -> f64 {
    let most = length
        .maximum
        .unwrap_or(length.minimum.saturating_add(FURTHER_STEPS));
    let most = most.min(MOST_STEPS.max(length.minimum));
    let ways = |steps: u64| match steps {
        0 => 1.0,
        steps => first * further.powi(i32::try_from(steps - 1).unwrap_or(i32::MAX)),
    };
    (length.minimum..=most).map(ways).sum()
}

/// The number that a count says.
fn number(count: &Expression) -> f64 {
    match count {
        E::Literal(Value::Integer(number)) => *number as f64,
        _ => UNKNOWN_ROWS,
    }
}

/// The number of elements of a list.
fn length(list: &Expression) -> f64 {
    match list {
        E::Literal(Value::List(elements)) => elements.len() as f64,
        E::Literal(Value::Null) => 0.0,
        E::List(elements) => elements.len() as f64,
        E::Call {
            function,
            arguments,
            ..
        } if function.as_ref() == "range" => match arguments.as_slice() {
            [
                E::Literal(Value::Integer(first)),
                E::Literal(Value::Integer(last)),
            ] => (*last as f64 - *first as f64 + 1.0).max(0.0),
            _ => UNKNOWN_ROWS,
        },
        _ => UNKNOWN_ROWS,
    }
}
