//! What an `OPTIONAL MATCH` finds only to be counted is counted row by row, instead of being listed:
//!
//! ```text
//! Aggregate count(m) AS n BY p          Aggregate sum(#count(m)) AS n BY p
//!   OptionalApply m                =>     Extend COUNT { Match (p)-[:R]->(m) } AS #count(m)
//!     Match (p)                             Match (p)
//!     Match (p)-[:R]->(m)
//! ```

use std::collections::HashSet;

use super::order_pattern::free_variables;
use crate::bind::expression::{Expression as E, SubqueryKind};
use crate::logical::{Aggregate, Expression, MatchPattern, Plan, Variable};
use crate::optimize::{Statistics, bottom_up};

/// Counts what is matched optionally where no more is asked of it.
pub(crate) fn rewrite(plan: Plan, _statistics: &Statistics) -> Plan {
    bottom_up(plan, &mut |mut plan| {
        if let Plan::Aggregate {
            input,
            keys,
            aggregates,
        } = &mut plan
        {
            let keys = keys.iter().map(|(_, key)| key).collect::<Vec<_>>();
            count(input, &keys, aggregates);
        }
        plan
    })
}

/// Puts a count in the place of what the plan below an aggregation matches optionally, if that is enough for the
/// keys and the aggregates; these are changed then.
fn count(plan: &mut Plan, keys: &[&Expression], aggregates: &mut [(Variable, Aggregate)]) {
    let Plan::Apply {
        input,
        inner,
        variables,
        optional: true,
        commit_every: None,
    } = plan
    else {
        return;
    };
    let found = pattern_of(inner).and_then(|pattern| counts(pattern, variables, keys, aggregates));
    let Some((count, imports)) = found else {
        return;
    };
    for (_, aggregate) in aggregates {
        if counts_any(aggregate, variables) {
            aggregate.function = "sum".into();
            aggregate.arguments = vec![E::Variable(count.clone())];
        }
    }
    let input = std::mem::replace(input, Box::new(Plan::Unit));
    let inner = std::mem::replace(&mut **inner, Plan::Unit);
    *plan = Plan::Extend {
        input,
        items: vec![(count, number_of_rows(inner, imports))],
    };
}

/// The pattern of an `OPTIONAL MATCH`, if it is one of nodes and single relationships.
fn pattern_of(inner: &Plan) -> Option<&MatchPattern> {
    let Plan::Match { input, pattern } = inner else {
        return None;
    };
    let is_one = pattern.is_plain() && matches!(**input, Plan::Argument { .. });
    is_one.then_some(pattern)
}

/// The name of the count, and the variables from outside that the pattern reads, if nothing is asked of what
/// it finds but how much that is.
fn counts(
    pattern: &MatchPattern,
    new: &[Variable],
    keys: &[&Expression],
    aggregates: &[(Variable, Aggregate)],
) -> Option<(Variable, Vec<Variable>)> {
    let mut counted = aggregates.iter().filter(|(_, one)| counts_any(one, new));
    let name = match counted.next()?.1.arguments.as_slice() {
        [E::Variable(name)] => format!("#count({name})").into(),
        _ => return None,
    };
    let others = aggregates.iter().map(|(_, one)| one);
    let others = others.filter(|one| !counts_any(one, new));
    let mut read = keys.to_vec();
    for other in others {
        // Rows come once that came for each match.
        if !other.distinct && !["min", "max"].contains(&other.function.as_ref()) {
            return None;
        }
        read.extend(&other.arguments);
    }
    let is_new = |name: &Variable| new.contains(name);
    if read
        .into_iter()
        .flat_map(free_variables)
        .any(|name| is_new(&name))
    {
        return None;
    }
    let nodes = pattern.nodes.iter().map(|node| &node.variable);
    let relationships = pattern.relationships.iter().map(|one| &one.variable);
    let named: HashSet<Variable> = nodes.chain(relationships).cloned().collect();
    let asked = pattern.predicates.iter().flat_map(free_variables);
    let mut imports: Vec<Variable> = named.into_iter().chain(asked).collect();
    imports.retain(|name| !is_new(name));
    imports.sort_unstable();
    imports.dedup();
    Some((name, imports))
}

/// Whether an aggregate counts one of these variables, which are null only where nothing is found.
fn counts_any(aggregate: &Aggregate, variables: &[Variable]) -> bool {
    let is_one = |argument: &Expression| match argument {
        E::Variable(name) => variables.contains(name),
        _ => false,
    };
    aggregate.function.as_ref() == "count"
        && !aggregate.distinct
        && aggregate.arguments.iter().all(is_one)
}

/// `COUNT { ... }` of what starts from an [`Plan::Argument`].
fn number_of_rows(mut inner: Plan, imports: Vec<Variable>) -> Expression {
    if let Plan::Match { input, .. } = &mut inner {
        **input = Plan::Argument {
            variables: imports.clone(),
        };
    }
    E::Subquery {
        kind: SubqueryKind::Count,
        query: Box::new(inner),
        imports,
    }
}
