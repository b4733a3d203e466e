//! Logical plan to better logical plan: the same rows, less work.
//!
//! * In: [`crate::logical::Plan`], counts of the graph.
//! * Out: the same algebra; no [`Plan::Match`] is left in it.
//! * Never: data, columns, physical operators.
//! * Start here: [`RULES`].

mod cardinality;
mod entities;
mod rules;
mod seek_conditions;
mod selectivity;
mod statistics;

use std::collections::BTreeSet;

use crate::bind::expression::Expression as E;
use crate::error::{Error, Result};
use crate::logical::{Expression, Plan, Variable};

pub use cardinality::Estimates;
pub use statistics::Statistics;

/// One rule: a plan in, a plan with the same rows out.
pub struct Rule {
    /// The name by which it is switched off.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub sentence: &'static str,
    rewrite: fn(Plan, &Statistics) -> Plan,
}

/// The rules in the order in which they run.
pub static RULES: &[Rule] = &[
    // These look at patterns before they are ordered.
    Rule {
        name: "join_clauses",
        sentence: "Solves patterns of clauses that follow one another as one.",
        rewrite: rules::join_clauses::rewrite,
    },
    Rule {
        name: "fixed_length",
        sentence: "Follows a relationship of a fixed length as so many relationships.",
        rewrite: rules::fixed_length::rewrite,
    },
    // What is known of labels serves all rules below.
    Rule {
        name: "implied_labels",
        sentence: "Looks for nodes by a label that all ends of a type of relationships have.",
        rewrite: rules::implied_labels::rewrite,
    },
    Rule {
        name: "compare_nodes",
        sentence: "Compares nodes by themselves instead of by what is unique to them.",
        rewrite: rules::compare_nodes::rewrite,
    },
    Rule {
        name: "group_by_node",
        sentence: "Groups by nodes themselves instead of by what is unique to them.",
        rewrite: rules::group_by_node::rewrite,
    },
    // These make counts that the rules below look for.
    Rule {
        name: "count_collected",
        sentence: "Counts what is collected only for the size of the list.",
        rewrite: rules::count_collected::rewrite,
    },
    Rule {
        name: "count_optional",
        sentence: "Counts row by row what is matched optionally only to be counted.",
        rewrite: rules::count_optional::rewrite,
    },
    Rule {
        name: "count_branches",
        sentence: "Counts the ways along branches of a pattern once for a node, where no more is asked.",
        rewrite: rules::count_branches::rewrite,
    },
    // Subplans of later rules hold ordered patterns.
    Rule {
        name: "order_pattern",
        sentence: "Starts a pattern where the fewest rows are expected and filters early.",
        rewrite: rules::order_pattern::rewrite,
    },
    // Needs scans with the filters that belong to them.
    Rule {
        name: "use_index",
        sentence: "Looks up in indexes what is asked of properties, instead of scanning.",
        rewrite: rules::use_index::rewrite,
    },
    // Looks at orders over lookups, before they are made one with a limit.
    Rule {
        name: "index_order",
        sentence: "Takes an order from an index that has it, instead of sorting.",
        rewrite: rules::index_order::rewrite,
    },
    // After those that look for scans and lookups by labels.
    Rule {
        name: "known_labels",
        sentence: "Tests no labels that all neighbours over a type of relationships have.",
        rewrite: rules::known_labels::rewrite,
    },
    // Looks at neighbours that no rule above moves apart.
    Rule {
        name: "top_k",
        sentence: "Keeps only the first rows of an order that is cut by LIMIT.",
        rewrite: rules::top_k::rewrite,
    },
    // Needs the orders that the rule above cut.
    Rule {
        name: "late_projection",
        sentence: "Reads what the first rows of an order show when they are known.",
        rewrite: rules::late_projection::rewrite,
    },
    // After all that look at single expands.
    Rule {
        name: "intersect",
        sentence: "Follows relationships from two nodes at once to the neighbours that both have.",
        rewrite: rules::intersect::rewrite,
    },
    // After the one that makes single operators of expands.
    Rule {
        name: "different_nodes",
        sentence: "Passes over neighbours that must differ from a node, instead of testing all.",
        rewrite: rules::different_nodes::rewrite,
    },
    Rule {
        name: "reach",
        sentence: "Searches the nodes at the end of paths breadth first where only they matter.",
        rewrite: rules::reach::rewrite,
    },
    Rule {
        name: "node_bounds",
        sentence: "Looks only at neighbours that come before or after a node, as is asked.",
        rewrite: rules::node_bounds::rewrite,
    },
    Rule {
        name: "shared_reads",
        sentence: "Reads a property once that several aggregates read.",
        rewrite: rules::shared_reads::rewrite,
    },
    Rule {
        name: "count_joined",
        sentence: "Counts partners in a join of which no more is asked.",
        rewrite: rules::count_joined::rewrite,
    },
];

/// The best plan known for `plan`. Rules named in `disabled` are not used.
///
/// # Errors
/// `InternalError` with the name of a rule that lost variables of the plan.
pub fn optimize(
    mut plan: Plan,
    statistics: &Statistics,
    disabled: &BTreeSet<String>,
) -> Result<Plan> {
    let wanted: BTreeSet<_> = plan.variables().into_iter().collect();
    for rule in RULES.iter().filter(|rule| !disabled.contains(rule.name)) {
        plan = (rule.rewrite)(plan, statistics);
        if !plan
            .variables()
            .into_iter()
            .collect::<BTreeSet<_>>()
            .is_superset(&wanted)
        {
            return Err(Error::internal(format!(
                "the rule {} lost variables",
                rule.name
            )));
        }
    }
    // Patterns that no rule ordered are solved in the order in which they are written.
    Ok(rules::order_pattern::as_written(plan))
}

/// Applies `rewrite` to every plan below and in `plan`, also to those in expressions, inner ones
/// first.
fn bottom_up(mut plan: Plan, rewrite: &mut dyn FnMut(Plan) -> Plan) -> Plan {
    for child in plan.children_mut() {
        let owned = std::mem::replace(child, Plan::Unit);
        *child = bottom_up(owned, rewrite);
    }
    plan.for_each_subquery_mut(&mut |_, subquery| {
        let owned = std::mem::replace(subquery, Plan::Unit);
        *subquery = bottom_up(owned, rewrite);
    });
    rewrite(plan)
}

/// The rows on which all predicates are true.
fn filtered(input: Plan, mut predicates: Vec<Expression>) -> Plan {
    let predicate = match predicates.len() {
        0 => return input,
        1 => predicates.remove(0),
        _ => E::And(predicates),
    };
    Plan::Filter {
        input: Box::new(input),
        predicate,
    }
}

/// A filter without the parts of its predicate that `take` makes a matter of what is below it.
fn without_taken(plan: Plan, mut take: impl FnMut(&mut Plan, &Expression) -> bool) -> Plan {
    let Plan::Filter {
        mut input,
        predicate,
    } = plan
    else {
        return plan;
    };
    let mut rest = conjuncts(&predicate);
    rest.retain(|part| !take(&mut input, part));
    filtered(*input, rest)
}

/// The parts of a conjunction. `1 < n.x < 5`, which computes `n.x` once, gives `1 < n.x` and
/// `n.x < 5`.
fn conjuncts(predicate: &Expression) -> Vec<Expression> {
    match predicate {
        E::And(parts) => parts.iter().flat_map(conjuncts).collect(),
        E::Let {
            variable,
            value,
            body,
        } if matches!(
            (value.as_ref(), body.as_ref()),
            (E::Property { .. }, E::And(_))
        ) =>
        {
            let mut body = body.as_ref().clone();
            substitute(&mut body, variable, value);
            conjuncts(&body)
        }
        other => vec![other.clone()],
    }
}

fn substitute(expression: &mut Expression, variable: &Variable, value: &Expression) {
    match expression {
        E::Variable(name) if name == variable => *expression = value.clone(),
        other => other.for_each_child_mut(&mut |child| substitute(child, variable, value)),
    }
}
