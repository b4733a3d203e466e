//! Visiting the expressions of a plan and the subqueries in them, in one place for all operators.

use super::plan::{Expression, MatchPattern, Plan, SetItem};
use crate::bind::expression::{Expression as E, SubqueryKind};

impl Plan {
    /// Calls `visit` on each expression of this operator.
    pub fn for_each_expression_mut(&mut self, visit: &mut dyn FnMut(&mut Expression)) {
        match self {
            Plan::Unit
            | Plan::Intersect { .. }
            | Plan::Reach { .. }
            | Plan::Weigh { .. }
            | Plan::WeighCommon { .. }
            | Plan::Mirror { .. }
            | Plan::Argument { .. }
            | Plan::ScanNodes { .. }
            | Plan::Cross { .. }
            | Plan::Distinct { .. }
            | Plan::Apply { .. }
            | Plan::Union { .. } => {}
            Plan::Repeat { .. } => {}
            Plan::Seek { seek, .. } => seek.for_each_expression_mut(visit),
            Plan::Match { pattern, .. } => pattern.for_each_expression_mut(visit),
            Plan::HashJoin {
                left_keys,
                right_keys,
                ..
            } => left_keys.iter_mut().chain(right_keys).for_each(visit),
            Plan::Expand { expand, .. } | Plan::Follow { expand, .. } => {
                expand.each.iter_mut().for_each(|each| visit(&mut each.1));
            }
            Plan::ShortestPaths { search, .. } => {
                search
                    .expand
                    .each
                    .iter_mut()
                    .for_each(|each| visit(&mut each.1));
                search.predicates.iter_mut().for_each(&mut *visit);
                visit(&mut search.count);
            }
            Plan::SearchPaths { search, .. } => {
                let reached = search.parts.iter_mut().flat_map(|part| &mut part.reached);
                reached.for_each(&mut *visit);
                search.predicates.iter_mut().for_each(&mut *visit);
                visit(&mut search.count);
            }
            Plan::Filter { predicate, .. } => visit(predicate),
            Plan::Extend { items, .. } | Plan::Project { items, .. } => {
                items
                    .iter_mut()
                    .for_each(|(_, expression)| visit(expression));
            }
            Plan::Aggregate {
                keys, aggregates, ..
            } => {
                keys.iter_mut().for_each(|(_, key)| visit(key));
                for (_, aggregate) in aggregates {
                    aggregate.arguments.iter_mut().for_each(&mut *visit);
                }
            }
            Plan::Sort { keys, .. } => keys.iter_mut().for_each(|key| visit(&mut key.expression)),
            Plan::TopK { keys, count, .. } => {
                keys.iter_mut().for_each(|key| visit(&mut key.expression));
                visit(count);
            }
            Plan::Skip { count, .. } | Plan::Limit { count, .. } => visit(count),
            Plan::Unwind { list, .. } | Plan::Foreach { list, .. } => visit(list),
            Plan::Create {
                nodes,
                relationships,
                ..
            } => {
                nodes
                    .iter_mut()
                    .flat_map(|node| &mut node.properties)
                    .for_each(&mut *visit);
                relationships
                    .iter_mut()
                    .flat_map(|relationship| &mut relationship.properties)
                    .for_each(visit);
            }
            Plan::Merge {
                nodes,
                relationships,
                on_create,
                on_match,
                ..
            } => {
                nodes
                    .iter_mut()
                    .flat_map(|node| &mut node.properties)
                    .for_each(&mut *visit);
                relationships
                    .iter_mut()
                    .flat_map(|relationship| &mut relationship.properties)
                    .for_each(&mut *visit);
                on_create
                    .iter_mut()
                    .chain(on_match)
                    .for_each(|item| item.visit(visit));
            }
            Plan::Set { items, .. } => items.iter_mut().for_each(|item| item.visit(visit)),
            Plan::Delete { targets, .. } => targets.iter_mut().for_each(visit),
            Plan::CallProcedure { arguments, .. } => arguments.iter_mut().for_each(visit),
            Plan::LoadCsv {
                source,
                field_terminator,
                ..
            } => {
                visit(source);
                field_terminator.iter_mut().for_each(visit);
            }
        }
    }

    /// Calls `visit` on each plan that stands in an expression of this operator.
    pub fn for_each_subquery_mut(&mut self, visit: &mut dyn FnMut(SubqueryKind, &mut Plan)) {
        self.for_each_expression_mut(&mut |expression| subqueries(expression, visit));
    }
}

impl MatchPattern {
    fn for_each_expression_mut(&mut self, visit: &mut dyn FnMut(&mut Expression)) {
        self.predicates.iter_mut().for_each(&mut *visit);
        for relationship in &mut self.relationships {
            let each = relationship.each.iter_mut();
            each.for_each(|each| visit(&mut each.1));
        }
        for group in &mut self.groups {
            group.pattern.for_each_expression_mut(visit);
        }
        for search in &mut self.searches {
            search.pattern.for_each_expression_mut(visit);
            visit(&mut search.count);
        }
    }
}

impl SetItem {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut Expression)) {
        match self {
            SetItem::Property { target, key, value } => {
                [target, key, value].into_iter().for_each(visit);
            }
            SetItem::ReplaceProperties { target, value }
            | SetItem::AddProperties { target, value } => {
                [target, value].into_iter().for_each(visit);
            }
            SetItem::AddLabels { target, .. } | SetItem::RemoveLabels { target, .. } => {
                visit(target);
            }
        }
    }
}

fn subqueries(expression: &mut Expression, visit: &mut dyn FnMut(SubqueryKind, &mut Plan)) {
    if let E::Subquery { kind, query, .. } = expression {
        visit(*kind, query);
    } else {
        expression.for_each_child_mut(&mut |child| subqueries(child, visit));
    }
}
