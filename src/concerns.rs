//! What makes a plan slow where the graph is large: all pairs of rows, a scan for each row.

use std::collections::HashMap;

use crate::bind::expression::{Comparison, Expression as E, Labels};
use crate::logical::{Expression, Plan, SeekCondition, Variable};
use crate::optimize::{Estimates, Statistics};
use crate::parse::span::Span;
use crate::physical::takes_batches;
use crate::result::Warning;
use crate::value::{Value, write_name};

/// Warnings of a plan. `places` says where the nodes of patterns are written.
pub(crate) fn concerns(
    plan: &Plan,
    statistics: &Statistics,
    places: &HashMap<Variable, Span>,
) -> Vec<Warning> {
    if !may_concern(plan) {
        return Vec::new();
    }
    let mut search = Search {
        statistics,
        estimates: Estimates::new(plan, statistics),
        places,
        warnings: Vec::new(),
    };
    search.plan(plan, Outer::One, &mut Vec::new());
    search.warnings
}

/// Whether there is anything in a plan that is worth a closer look: most plans are not.
fn may_concern(plan: &Plan) -> bool {
    let itself = match plan {
        Plan::Cross { .. } => true,
        Plan::Apply { inner, .. }
        | Plan::Foreach { inner, .. }
        | Plan::Merge {
            matching: inner, ..
        } => scans(inner),
        _ => subqueries(plan).into_iter().any(scans),
    };
    itself || plan.children().into_iter().any(may_concern)
}

/// Whether a plan begins anywhere with all nodes of some labels.
fn scans(plan: &Plan) -> bool {
    matches!(plan, Plan::ScanNodes { .. } | Plan::Cross { .. })
        || plan.children().into_iter().any(scans)
        || subqueries(plan).into_iter().any(scans)
}

/// For what rows an inner plan runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outer {
    /// For one, or there is none.
    One,
    /// For many at once.
    Batch,
    /// For each of many.
    Each,
}

struct Search<'a> {
    statistics: &'a Statistics<'a>,
    estimates: Estimates,
    places: &'a HashMap<Variable, Span>,
    warnings: Vec<Warning>,
}

impl Search<'_> {
    /// Looks at a plan; `keys` are the properties that something above wants to be equal to something.
    fn plan(&mut self, plan: &Plan, outer: Outer, keys: &mut Vec<(Variable, String)>) {
        let known = keys.len();
        match plan {
            Plan::Cross { left, right, .. }
                if self.is_many(left, outer) && self.is_many(right, outer) =>
            {
                if let Some((variable, _)) = first_node(right).or_else(|| first_node(left)) {
                    self.warn(
                        variable,
                        "all pairs of what is before this and of what is found here are made",
                        "connect the parts of the pattern by a relationship or an equality"
                            .to_owned(),
                    );
                }
            }
            Plan::ScanNodes { variable, labels } if outer == Outer::Each => {
                self.scan_for_each(variable, labels.as_ref(), keys);
            }
            Plan::Filter { predicate, .. } => keys_of(predicate, keys),
            Plan::HashJoin { right_keys, .. } => {
                right_keys.iter().for_each(|key| key_of(key, keys))
            }
            _ => {}
        }
        let many = matches!(plan, Plan::Foreach { .. })
            || plan
                .children()
                .first()
                .is_some_and(|input| self.is_many(input, outer));
        for (place, child) in plan.children().into_iter().enumerate() {
            let is_inner = match plan {
                Plan::Apply { .. } | Plan::Merge { .. } | Plan::Foreach { .. } => place == 1,
                _ => false,
            };
            let outer = match (is_inner, many || outer == Outer::Each) {
                (false, _) => outer,
                (true, false) => Outer::One,
                (true, true) => {
                    let is_batched = matches!(plan, Plan::Apply { .. }) && takes_batches(child);
                    if is_batched && outer != Outer::Each {
                        Outer::Batch
                    } else {
                        Outer::Each
                    }
                }
            };
            self.plan(child, outer, keys);
        }
        keys.truncate(known);
        let inner = match (many, outer) {
            (false, Outer::One) => Outer::One,
            (_, Outer::Each) => Outer::Each,
            _ => Outer::Batch,
        };
        for subquery in subqueries(plan) {
            let inner = match inner {
                Outer::Batch if !takes_batches(subquery) => Outer::Each,
                other => other,
            };
            self.plan(subquery, inner, &mut Vec::new());
        }
    }

    /// Whether more than one row may come, as the plan and the graph are.
    fn is_many(&self, plan: &Plan, outer: Outer) -> bool {
        let is_argument = matches!(plan, Plan::Argument { .. });
        if !is_argument && self.estimates.rows(plan).is_some_and(|rows| rows <= 1.0) {
            return false;
        }
        match plan {
            Plan::Unit => false,
            Plan::Argument { .. } => outer == Outer::Batch,
            Plan::Aggregate { keys, input, .. } => !keys.is_empty() && self.is_many(input, outer),
            Plan::Limit { count, input } | Plan::TopK { count, input, .. } => {
                let is_one = matches!(count, E::Literal(Value::Integer(count)) if *count <= 1);
                !is_one && self.is_many(input, outer)
            }
            Plan::Seek { input, seek } => {
                let equal =
                    |condition: &SeekCondition| matches!(condition, SeekCondition::Equal(_));
                let is_unique = self.statistics.is_unique(&seek.index)
                    && seek.conditions.len() == seek.properties.len()
                    && seek.conditions.iter().all(equal);
                !is_unique || self.is_many(input, outer)
            }
            Plan::Filter { input, .. }
            | Plan::Extend { input, .. }
            | Plan::Project { input, .. }
            | Plan::Distinct { input }
            | Plan::Sort { input, .. }
            | Plan::Skip { input, .. }
            | Plan::Create { input, .. }
            | Plan::Set { input, .. }
            | Plan::Delete { input, .. }
            | Plan::Foreach { input, .. } => self.is_many(input, outer),
            Plan::Cross { left, right, .. } => {
                self.is_many(left, outer) || self.is_many(right, outer)
            }
            _ => true,
        }
    }

    fn scan_for_each(
        &mut self,
        variable: &Variable,
        labels: Option<&Labels>,
        keys: &[(Variable, String)],
    ) {
        let key = keys.iter().find(|(name, _)| name == variable);
        let hint = match (labels, key) {
            (Some(Labels::Name(label)), Some((_, key))) => {
                let (mut name, mut property) = (String::new(), String::new());
                // Writing into a string does not fail.
                let _ = write_name(label, &mut name);
                let _ = write_name(key, &mut property);
                format!(
                    "an index finds them at once: CREATE INDEX FOR (n:{name}) ON (n.{property})"
                )
            }
            _ => "start from a node that the row has, or from a property with an index".to_owned(),
        };
        self.warn(variable, "all nodes are looked at again for each row", hint);
    }

    fn warn(&mut self, variable: &Variable, message: &str, hint: String) {
        let Some(span) = self.places.get(variable) else {
            return;
        };
        let warning = Warning {
            message: message.to_owned(),
            hint: Some(hint),
            span: *span,
        };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

/// The node with which a plan begins.
fn first_node(plan: &Plan) -> Option<(&Variable, Option<&Labels>)> {
    match plan {
        Plan::ScanNodes { variable, labels } => Some((variable, labels.as_ref())),
        Plan::Seek { seek, .. } if !seek.is_relationship => Some((&seek.variable, None)),
        other => other.children().first().and_then(|input| first_node(input)),
    }
}

/// Properties that must be equal to something.
fn keys_of(predicate: &Expression, keys: &mut Vec<(Variable, String)>) {
    match predicate {
        E::And(parts) => parts.iter().for_each(|part| keys_of(part, keys)),
        E::Comparison(Comparison::Equal, left, right) => {
            key_of(left, keys);
            key_of(right, keys);
        }
        _ => {}
    }
}

fn key_of(expression: &Expression, keys: &mut Vec<(Variable, String)>) {
    if let E::Property { object, key, .. } = expression
        && let E::Variable(name) = object.as_ref()
    {
        keys.push((name.clone(), key.to_string()));
    }
}

/// The subqueries in the expressions of a filter or of computed columns.
fn subqueries(plan: &Plan) -> Vec<&Plan> {
    fn collect<'p>(expression: &'p Expression, found: &mut Vec<&'p Plan>) {
        if let E::Subquery { query, .. } = expression {
            found.push(query);
        }
        expression.for_each_child(&mut |child| collect(child, found));
    }
    let mut found = Vec::new();
    match plan {
        Plan::Filter { predicate, .. } => collect(predicate, &mut found),
        Plan::Extend { items, .. } | Plan::Project { items, .. } => {
            items.iter().for_each(|(_, item)| collect(item, &mut found));
        }
        _ => {}
    }
    found
}
