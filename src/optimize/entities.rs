//! Which variables of a plan's rows are certainly nodes, relationships or null: a property of these can
//! be read early, late or not at all without any difference but time.

use std::collections::HashSet;

use crate::bind::expression::Expression as E;
use crate::logical::{Expression, Plan, Variable};

/// The variables that patterns or lookups bound.
pub(super) fn entities(plan: &Plan) -> HashSet<Variable> {
    let renamed = |input: &Plan, items: &[(Variable, Expression)]| {
        let known = entities(input);
        let same = |(_, value): &&(Variable, Expression)| matches!(value, E::Variable(name) if known.contains(name));
        let names = items.iter().filter(same).map(|(name, _)| name.clone());
        names.collect::<HashSet<_>>()
    };
    match plan {
        Plan::ScanNodes { variable, .. } => HashSet::from([variable.clone()]),
        Plan::Seek { input, seek } => {
            let mut known = entities(input);
            known.insert(seek.variable.clone());
            known
        }
        Plan::Expand { input, expand } => {
            let mut known = entities(input);
            known.insert(expand.to.clone());
            if expand.length.is_none() {
                known.insert(expand.relationship.clone());
            }
            known
        }
        Plan::Intersect { input, one, other } => {
            let mut known = entities(input);
            let new = [&one.relationship, &one.to, &other.relationship];
            known.extend(new.into_iter().cloned());
            known
        }
        Plan::Reach { input, expand } => {
            let mut known = entities(input);
            known.insert(expand.to.clone());
            known
        }
        Plan::Project { input, items } => renamed(input, items),
        Plan::Aggregate { input, keys, .. } => renamed(input, keys),
        Plan::Extend { input, items } => {
            let mut known = entities(input);
            known.extend(renamed(input, items));
            known
        }
        Plan::Filter { input, .. }
        | Plan::Weigh { input, .. }
        | Plan::WeighCommon { input, .. }
        | Plan::Mirror { input, .. }
        | Plan::Distinct { input }
        | Plan::Sort { input, .. }
        | Plan::TopK { input, .. }
        | Plan::Skip { input, .. }
        | Plan::Limit { input, .. }
        | Plan::Unwind { input, .. } => entities(input),
        Plan::Cross { left, right, .. } | Plan::HashJoin { left, right, .. } => {
            let mut known = entities(left);
            known.extend(entities(right));
            known
        }
        _ => HashSet::new(),
    }
}

/// Whether computing an expression cannot fail and has no effect: variables, constants, and properties
/// of what is certainly an entity.
pub(super) fn is_harmless(expression: &Expression, entities: &HashSet<Variable>) -> bool {
    match expression {
        E::Variable(_) | E::Literal(_) => true,
        E::Property { object, .. } => {
            matches!(object.as_ref(), E::Variable(name) if entities.contains(name))
        }
        _ => false,
    }
}
