//! Clauses to operators, one after the other.

use std::collections::HashSet;

use super::build_match::{matched, path_value};
use super::plan::{
    Aggregate, CreateNode, CreateRelationship, Expression, Plan, SetItem, SortKey, Variable,
};
use crate::bind::bound::{self, Clause, Projection};
use crate::bind::expression::Expression as E;
use crate::error::Result;
use crate::value::Value;

/// Rows that go in one transaction where `IN TRANSACTIONS` does not say how many.
const ROWS_IN_TRANSACTION: i64 = 1000;

/// The plan of a query and the variables that hold its columns, in order.
pub fn build(query: bound::Query) -> Result<(Plan, Vec<Variable>)> {
    Builder.query(query, Plan::Unit)
}

/// Builds plans.
#[derive(Debug, Default)]
pub(super) struct Builder;

impl Builder {
    /// The plan of a query whose every part starts from `start`.
    pub(super) fn query(
        &mut self,
        query: bound::Query,
        start: Plan,
    ) -> Result<(Plan, Vec<Variable>)> {
        let union_all = query.union_all;
        let mut parts = Vec::new();
        for part in query.parts {
            let mut plan = start.clone();
            for clause in part.clauses {
                plan = self.clause(clause, plan)?;
            }
            parts.push((plan, part.outputs));
        }
        if parts.len() == 1
            && let Some(only) = parts.pop()
        {
            return Ok(only);
        }
        // Outside, the columns go by the names that they have in the first part.
        let variables = parts
            .first()
            .map_or_else(Vec::new, |(_, outputs)| outputs.clone());
        let union = Plan::Union {
            parts,
            variables: variables.clone(),
        };
        let plan = if union_all {
            union
        } else {
            Plan::Distinct {
                input: Box::new(union),
            }
        };
        Ok((plan, variables))
    }

    fn clause(&mut self, clause: Clause, input: Plan) -> Result<Plan> {
        let boxed = Box::new;
        Ok(match clause {
            Clause::Match { optional, pattern } => self.match_clause(optional, pattern, input)?,
            Clause::Unwind { list, variable } => Plan::Unwind {
                list: self.expression(list)?,
                variable,
                input: boxed(input),
            },
            Clause::Project(projection) => self.projection(projection, input)?,
            Clause::Create(pattern) => self.create(pattern, input)?,
            Clause::Merge(merge) => self.merge(merge, input)?,
            Clause::Set(items) => Plan::Set {
                items: self.set_items(items)?,
                input: boxed(input),
            },
            Clause::Delete { detach, targets } => Plan::Delete {
                targets: self.expressions(targets)?,
                detach,
                input: boxed(input),
            },
            Clause::CallProcedure {
                name,
                writes,
                arguments,
                outputs,
                predicate,
            } => {
                let call = Plan::CallProcedure {
                    input: boxed(input),
                    name,
                    writes,
                    arguments: self.expressions(arguments)?,
                    outputs,
                };
                self.filter(predicate, call)?
            }
            Clause::CallSubquery {
                optional,
                imports,
                query,
                in_transactions,
            } => {
                let commit_every = match in_transactions {
                    Some(Some(rows)) => Some(self.expression(rows)?),
                    Some(None) => Some(Expression::Literal(Value::Integer(ROWS_IN_TRANSACTION))),
                    None => None,
                };
                let mut plan = self.call_subquery(optional, imports, query, input)?;
                if let Plan::Apply {
                    commit_every: every,
                    ..
                } = &mut plan
                {
                    *every = commit_every;
                }
                plan
            }
            Clause::Foreach {
                variable,
                list,
                clauses,
            } => {
                let mut variables = input.variables();
                variables.push(variable.clone());
                let mut inner = Plan::Argument { variables };
                for clause in clauses {
                    inner = self.clause(clause, inner)?;
                }
                Plan::Foreach {
                    list: self.expression(list)?,
                    variable,
                    inner: boxed(inner),
                    input: boxed(input),
                }
            }
            Clause::LoadCsv {
                with_headers,
                source,
                variable,
                field_terminator,
            } => Plan::LoadCsv {
                with_headers,
                source: self.expression(source)?,
                variable,
                field_terminator: self.optional(field_terminator)?,
                input: boxed(input),
            },
        })
    }

    fn match_clause(
        &mut self,
        optional: bool,
        pattern: bound::Pattern,
        input: Plan,
    ) -> Result<Plan> {
        let pattern = self.pattern(pattern)?;
        if !optional {
            return Ok(matched(input, pattern));
        }
        let outer = input.variables();
        let argument = Plan::Argument {
            variables: outer.clone(),
        };
        Ok(apply(input, matched(argument, pattern), &outer, true))
    }

    fn call_subquery(
        &mut self,
        optional: bool,
        imports: Vec<Variable>,
        query: bound::Query,
        input: Plan,
    ) -> Result<Plan> {
        let outer = input.variables();
        let returns = !query.columns.is_empty();
        let argument = Plan::Argument { variables: imports };
        let (inner, outputs) = self.query(query, argument)?;
        let inner = if returns {
            Plan::Project {
                input: Box::new(inner),
                items: outputs
                    .iter()
                    .map(|output| (output.clone(), E::Variable(output.clone())))
                    .collect(),
            }
        } else {
            // A unit subquery: its rows are counted to nothing, the outer row stays once.
            Plan::Aggregate {
                input: Box::new(inner),
                keys: Vec::new(),
                aggregates: Vec::new(),
            }
        };
        Ok(apply(input, inner, &outer, optional))
    }

    fn projection(&mut self, projection: Projection, input: Plan) -> Result<Plan> {
        let mut plan = input;
        if let Some(aggregation) = projection.aggregation {
            plan = Plan::Aggregate {
                keys: self.named(aggregation.keys)?,
                aggregates: aggregation
                    .aggregates
                    .into_iter()
                    .map(|(variable, aggregate)| Ok((variable, self.aggregate(aggregate)?)))
                    .collect::<Result<_>>()?,
                input: Box::new(plan),
            };
        }
        let outputs: Vec<Variable> = projection
            .items
            .iter()
            .map(|(variable, _)| variable.clone())
            .collect();
        let mut items = self.named(projection.items)?;
        let hides = !projection.hidden.is_empty();
        items.extend(
            projection
                .hidden
                .into_iter()
                .map(|variable| (variable.clone(), E::Variable(variable))),
        );
        plan = Plan::Project {
            input: Box::new(plan),
            items,
        };
        if projection.distinct {
            plan = Plan::Distinct {
                input: Box::new(plan),
            };
        }
        if !projection.order_by.is_empty() {
            plan = Plan::Sort {
                keys: projection
                    .order_by
                    .into_iter()
                    .map(|key| {
                        Ok(SortKey {
                            expression: self.expression(key.expression)?,
                            descending: key.descending,
                        })
                    })
                    .collect::<Result<_>>()?,
                input: Box::new(plan),
            };
        }
        if let Some(count) = self.optional(projection.skip)? {
            plan = Plan::Skip {
                input: Box::new(plan),
                count,
            };
        }
        if let Some(count) = self.optional(projection.limit)? {
            plan = Plan::Limit {
                input: Box::new(plan),
                count,
            };
        }
        plan = self.filter(projection.predicate, plan)?;
        if hides {
            plan = Plan::Project {
                input: Box::new(plan),
                items: outputs
                    .into_iter()
                    .map(|variable| (variable.clone(), E::Variable(variable)))
                    .collect(),
            };
        }
        Ok(plan)
    }

    fn aggregate(&mut self, aggregate: bound::Aggregate) -> Result<Aggregate> {
        Ok(Aggregate {
            function: aggregate.function,
            distinct: aggregate.distinct,
            arguments: self.expressions(aggregate.arguments)?,
        })
    }

    fn filter(&mut self, predicate: Option<bound::Expression>, input: Plan) -> Result<Plan> {
        Ok(match self.optional(predicate)? {
            Some(predicate) => Plan::Filter {
                input: Box::new(input),
                predicate,
            },
            None => input,
        })
    }

    fn create(&mut self, pattern: bound::CreatePattern, input: Plan) -> Result<Plan> {
        let (nodes, relationships, paths) = self.create_pattern(pattern)?;
        let created = Plan::Create {
            input: Box::new(input),
            nodes,
            relationships,
        };
        Ok(extend(created, paths))
    }

    #[allow(clippy::type_complexity)]
    fn create_pattern(
        &mut self,
        pattern: bound::CreatePattern,
    ) -> Result<(
        Vec<CreateNode>,
        Vec<CreateRelationship>,
        Vec<(Variable, Expression)>,
    )> {
        let nodes = pattern
            .nodes
            .into_iter()
            .map(|node| {
                Ok(CreateNode {
                    variable: node.variable,
                    labels: node.labels,
                    properties: self.optional(node.properties)?,
                })
            })
            .collect::<Result<_>>()?;
        let relationships = pattern
            .relationships
            .into_iter()
            .map(|relationship| {
                Ok(CreateRelationship {
                    variable: relationship.variable,
                    relationship_type: relationship.relationship_type,
                    start: relationship.start,
                    end: relationship.end,
                    properties: self.optional(relationship.properties)?,
                })
            })
            .collect::<Result<_>>()?;
        let paths = pattern.paths.into_iter().map(path_value).collect();
        Ok((nodes, relationships, paths))
    }

    fn merge(&mut self, merge: bound::Merge, input: Plan) -> Result<Plan> {
        let mut pattern = self.pattern(merge.pattern)?;
        pattern.paths.clear();
        let (nodes, relationships, paths) = self.create_pattern(merge.create)?;
        let outer = input.variables();
        let matching = Plan::Match {
            input: Box::new(Plan::Argument {
                variables: outer.clone(),
            }),
            pattern,
        };
        let variables = new_variables(&matching, &outer);
        let merged = Plan::Merge {
            input: Box::new(input),
            matching: Box::new(matching),
            variables,
            nodes,
            relationships,
            on_create: self.set_items(merge.on_create)?,
            on_match: self.set_items(merge.on_match)?,
        };
        Ok(extend(merged, paths))
    }

    fn set_items(&mut self, items: Vec<bound::SetItem>) -> Result<Vec<SetItem>> {
        items.into_iter().map(|item| self.set_item(item)).collect()
    }

    fn set_item(&mut self, item: bound::SetItem) -> Result<SetItem> {
        use bound::SetItem as From;
        Ok(match item {
            From::Property { target, key, value } => SetItem::Property {
                target: self.expression(target)?,
                key: self.expression(key)?,
                value: self.expression(value)?,
            },
            From::ReplaceProperties { target, value } => SetItem::ReplaceProperties {
                target: self.expression(target)?,
                value: self.expression(value)?,
            },
            From::AddProperties { target, value } => SetItem::AddProperties {
                target: self.expression(target)?,
                value: self.expression(value)?,
            },
            From::AddLabels { target, labels } => SetItem::AddLabels {
                target: self.expression(target)?,
                labels,
            },
            From::RemoveLabels { target, labels } => SetItem::RemoveLabels {
                target: self.expression(target)?,
                labels,
            },
        })
    }
}

/// New variables beside the old ones, if there are any.
fn extend(input: Plan, items: Vec<(Variable, Expression)>) -> Plan {
    if items.is_empty() {
        return input;
    }
    Plan::Extend {
        input: Box::new(input),
        items,
    }
}

/// For each row of `input` the rows of `inner`, whose variables beyond `outer` are new.
fn apply(input: Plan, inner: Plan, outer: &[Variable], optional: bool) -> Plan {
    Plan::Apply {
        variables: new_variables(&inner, outer),
        input: Box::new(input),
        inner: Box::new(inner),
        optional,
        commit_every: None,
    }
}

/// The variables of a plan beyond those of the rows around it.
fn new_variables(plan: &Plan, outer: &[Variable]) -> Vec<Variable> {
    let outer: HashSet<&Variable> = outer.iter().collect();
    let mut variables = plan.variables();
    variables.retain(|variable| !outer.contains(variable));
    variables
}
