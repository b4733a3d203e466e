//! Logical operators to physical ones.

use super::layout::{IsRead, Layout};
use super::plan::{Aggregate, Expand, NodeBound, Operator, Plan, SortKey, Subplan, TypeFilter};
use crate::bind::bound::Length;
use crate::bind::expression::Labels;
use crate::error::{Error, Result};
use crate::functions;
use crate::logical::{self, Variable};

/// The physical plan for a logical one.
pub fn choose(plan: &logical::Plan) -> Result<Chosen> {
    let mut chooser = Chooser::default();
    let (plan, layout) = chooser.plan(plan)?;
    Ok(Chosen { plan, layout })
}

/// A plan whose columns stand in whatever order it makes them.
#[derive(Debug)]
pub struct Chosen {
    /// The plan.
    pub plan: Plan,
    layout: Layout,
}

impl Chosen {
    /// The plan whose rows hold the columns `outputs`, in this order.
    pub fn giving(self, outputs: &[Variable]) -> Result<Plan> {
        let Chosen { plan, layout } = self;
        if layout.names() == outputs {
            layout.read_all();
            return Ok(plan);
        }
        let items = layout.slots(outputs)?.into_iter();
        let items = items.map(super::Expression::Slot).collect();
        Ok(Plan {
            id: plan.id + 1,
            operator: Operator::Project {
                input: Box::new(plan),
                items,
            },
        })
    }
}

/// The name of the column with the number of the outer row.
const ROW: &str = "#row";

/// Chooses operators; numbers them.
#[derive(Debug, Default)]
pub(super) struct Chooser {
    operators: usize,
    /// Whether the plan being built carries the number of the outer row through every operator.
    pub(super) carries_row: bool,
    /// Whether of the plan being built nothing is asked but the number of its rows.
    pub(super) only_number: bool,
}

impl Chooser {
    fn numbered(&mut self, operator: Operator) -> Plan {
        let id = self.operators;
        self.operators += 1;
        Plan { operator, id }
    }

    /// The operator for a logical one and the layout of its rows.
    pub(super) fn plan(&mut self, plan: &logical::Plan) -> Result<(Plan, Layout)> {
        use logical::Plan as L;
        let only_number = std::mem::take(&mut self.only_number);
        let (operator, layout) = match plan {
            L::Unit => (Operator::Unit, Layout::default()),
            L::Argument { variables } => self.argument(variables),
            L::Match { .. } => {
                return Err(Error::internal(
                    "a pattern reached the physical plan unordered",
                ));
            }
            L::ScanNodes { variable, labels } => {
                let labels = labels.clone();
                (
                    Operator::ScanNodes { labels },
                    Layout::new(vec![variable.clone()]),
                )
            }
            L::Seek { input, seek } => {
                let (input, layout) = self.input(input)?;
                let chosen = seek.try_map(|value| self.expression(value, &layout))?;
                let operator = Operator::Seek {
                    input,
                    seek: chosen,
                };
                (operator, layout.with(&seek.variable))
            }
            L::Cross {
                left,
                right,
                counted,
            } => self.cross(left, right, *counted)?,
            L::HashJoin {
                left,
                right,
                left_keys,
                right_keys,
                counted,
            } => self.hash_join([left, right], [left_keys, right_keys], *counted)?,
            L::Expand { input, expand } => self.expand(input, expand)?,
            L::Intersect { input, one, other } => self.intersect(input, one, other)?,
            L::Reach { input, expand } => self.reach(input, expand)?,
            L::Weigh { input, weigh } => self.weigh(input, weigh, only_number)?,
            L::WeighCommon { input, common } => self.weigh_common(input, common, only_number)?,
            L::Mirror { input, nodes } => self.mirror(input, nodes)?,
            L::Follow { input, expand } => self.follow(input, expand)?,
            L::Repeat {
                input,
                inner,
                repeat,
            } => self.repeat(input, inner, repeat)?,
            L::ShortestPaths { input, search } => self.shortest_paths(input, search)?,
            L::SearchPaths {
                input,
                inner,
                search,
            } => self.search_paths(input, inner, search)?,
            L::Filter { input, predicate } => {
                let (input, layout) = self.input(input)?;
                let predicate = self.expression(predicate, &layout)?;
                (Operator::Filter { input, predicate }, layout)
            }
            L::Extend { input, items } => self.extend(input, items)?,
            L::Project { input, items } => self.project(input, items)?,
            L::Aggregate {
                input,
                keys,
                aggregates,
            } => self.aggregate(input, keys, aggregates)?,
            L::Distinct { input } => {
                let (input, layout) = self.input(input)?;
                layout.read_all();
                (Operator::Distinct { input }, layout)
            }
            L::Sort { input, keys } => self.sort(input, keys, None)?,
            L::TopK { input, keys, count } => self.sort(input, keys, Some(count))?,
            L::Skip { input, count } => {
                let (input, layout) = self.input(input)?;
                let count = self.expression(count, &Layout::default())?;
                (Operator::Skip { input, count }, layout)
            }
            L::Limit { input, count } => {
                let (input, layout) = self.input(input)?;
                let count = self.expression(count, &Layout::default())?;
                (Operator::Limit { input, count }, layout)
            }
            L::Unwind {
                input,
                list,
                variable,
            } => {
                let (input, layout) = self.input(input)?;
                let list = self.expression(list, &layout)?;
                (Operator::Unwind { input, list }, layout.with(variable))
            }
            L::Apply {
                input,
                inner,
                variables,
                optional,
                commit_every,
            } => {
                let commit_every = self.optional(commit_every.as_ref(), &Layout::default())?;
                self.apply(input, inner, variables, *optional, commit_every)?
            }
            L::Union { parts, variables } => self.union(parts, variables)?,
            L::Create {
                input,
                nodes,
                relationships,
            } => self.create(input, nodes, relationships)?,
            L::Merge { .. } => self.merge(plan)?,
            L::Set { input, items } => {
                let (input, layout) = self.input(input)?;
                let items = self.set_items(items, &layout)?;
                (Operator::Set { input, items }, layout)
            }
            L::Delete {
                input,
                targets,
                detach,
            } => {
                let (input, layout) = self.input(input)?;
                let targets = self.expressions(targets, &layout)?;
                let detach = *detach;
                let operator = Operator::Delete {
                    input,
                    targets,
                    detach,
                };
                (operator, layout)
            }
            L::Foreach {
                input,
                variable,
                list,
                inner,
            } => self.foreach(input, variable, list, inner)?,
            L::CallProcedure {
                input,
                name,
                arguments,
                outputs,
                ..
            } => {
                let (input, mut layout) = self.input(input)?;
                let arguments = self.expressions(arguments, &layout)?;
                for (_, variable) in outputs {
                    layout = layout.with(variable);
                }
                let operator = Operator::CallProcedure {
                    input,
                    name: name.clone(),
                    arguments,
                    outputs: outputs.iter().map(|(index, _)| *index).collect(),
                };
                (operator, layout)
            }
            L::LoadCsv {
                input,
                with_headers,
                source,
                variable,
                field_terminator,
            } => {
                let (input, layout) = self.input(input)?;
                let operator = Operator::LoadCsv {
                    input,
                    with_headers: *with_headers,
                    source: self.expression(source, &layout)?,
                    field_terminator: field_terminator
                        .as_ref()
                        .map(|terminator| self.expression(terminator, &layout))
                        .transpose()?,
                };
                (operator, layout.with(variable))
            }
        };
        Ok((self.numbered(operator), layout))
    }

    pub(super) fn input(&mut self, plan: &logical::Plan) -> Result<(Box<Plan>, Layout)> {
        let (plan, layout) = self.plan(plan)?;
        Ok((Box::new(plan), layout))
    }

    fn argument(&mut self, variables: &[Variable]) -> (Operator, Layout) {
        let mut layout = Layout::new(variables.to_vec());
        if self.carries_row {
            layout = layout.with(&ROW.into());
        }
        (Operator::Argument, layout)
    }

    fn cross(
        &mut self,
        left: &logical::Plan,
        right: &logical::Plan,
        counted: bool,
    ) -> Result<(Operator, Layout)> {
        let (left, left_layout) = self.input(left)?;
        let (right, right_layout) = self.input(right)?;
        let operator = Operator::Cross {
            left,
            right,
            counted: counted && right_layout.find(ROW).is_none(),
        };
        Ok((operator, left_layout.joined(right_layout)))
    }

    fn hash_join(
        &mut self,
        [left, right]: [&logical::Plan; 2],
        [left_keys, right_keys]: [&[logical::Expression]; 2],
        counted: bool,
    ) -> Result<(Operator, Layout)> {
        let (left, left_layout) = self.input(left)?;
        let (right, right_layout) = self.input(right)?;
        let operator = Operator::HashJoin {
            left,
            right,
            left_keys: self.expressions(left_keys, &left_layout)?,
            right_keys: self.expressions(right_keys, &right_layout)?,
            counted: counted && right_layout.find(ROW).is_none(),
        };
        Ok((operator, left_layout.joined(right_layout)))
    }

    fn expand(
        &mut self,
        input: &logical::Plan,
        expand: &logical::Expand,
    ) -> Result<(Operator, Layout)> {
        let (input, layout) = self.input(input)?;
        let (mut chosen, length, each) = self.expansion(expand, &layout)?;
        let mut output = layout;
        chosen.is_relationship_read = output.push(&expand.relationship);
        if !expand.into {
            output.push(&expand.to);
        }
        let operator = match length {
            None => Operator::Expand {
                input,
                expand: chosen,
            },
            Some(length) => Operator::ExpandRepeat {
                input,
                expand: chosen,
                length,
                each,
            },
        };
        Ok((operator, output))
    }

    fn intersect(
        &mut self,
        input: &logical::Plan,
        one: &logical::Expand,
        other: &logical::Expand,
    ) -> Result<(Operator, Layout)> {
        let (input, layout) = self.input(input)?;
        let mut other = other.clone();
        let before = other.distinct_from.len();
        other.distinct_from.retain(|name| *name != one.relationship);
        let apart = other.distinct_from.len() < before;
        let mut sides = [
            self.expansion(one, &layout)?.0,
            self.expansion(&other, &layout)?.0,
        ];
        let mut output = layout;
        sides[0].is_relationship_read = output.push(&one.relationship);
        output.push(&one.to);
        sides[1].is_relationship_read = output.push(&other.relationship);
        let [one, other] = sides;
        let operator = Operator::Intersect {
            input,
            one,
            other,
            apart,
        };
        Ok((operator, output))
    }

    fn reach(
        &mut self,
        input: &logical::Plan,
        expand: &logical::Expand,
    ) -> Result<(Operator, Layout)> {
        let (input, layout) = self.input(input)?;
        let (chosen, length, _) = self.expansion(expand, &layout)?;
        let length = length.ok_or_else(|| Error::internal("nodes are reached by no length"))?;
        let operator = Operator::Reach {
            input,
            expand: chosen,
            length,
        };
        Ok((operator, layout.with(&expand.to)))
    }

    /// What expand and shortest paths share.
    pub(super) fn expansion(
        &mut self,
        expand: &logical::Expand,
        layout: &Layout,
    ) -> Result<(Expand, Option<Length>, Option<super::Expression>)> {
        let each = match &expand.each {
            Some(each) => Some(self.expression(&each.1, &layout.with(&each.0))?),
            None => None,
        };
        let bounds = expand.bounds.iter().map(|bound| {
            Ok(NodeBound {
                slot: layout.slot(&bound.node)?,
                is_upper: bound.is_upper,
                is_inclusive: bound.is_inclusive,
            })
        });
        let chosen = Expand {
            from: layout.slot(&expand.from)?,
            into: if expand.into {
                Some(layout.slot(&expand.to)?)
            } else {
                None
            },
            direction: expand.direction,
            reversed: expand.reversed,
            types: type_filter(expand.types.as_ref()),
            distinct_from: layout.slots(&expand.distinct_from)?,
            once: expand.once,
            bounds: bounds.collect::<Result<_>>()?,
            different: layout.slots(&expand.different)?,
            is_relationship_read: IsRead::default(),
        };
        Ok((chosen, expand.length, each))
    }

    fn follow(
        &mut self,
        input: &logical::Plan,
        expand: &logical::Expand,
    ) -> Result<(Operator, Layout)> {
        let (input, layout) = self.input(input)?;
        let mut output = layout.clone();
        for end in [&expand.from, &expand.to] {
            if output.find(end).is_none() {
                output = output.with(end);
            }
        }
        // In `(a)-[r]->(a)` with `a` unknown the first end binds it and the second is compared.
        let to = if expand.from == expand.to {
            output.find(&expand.to)
        } else {
            layout.find(&expand.to)
        };
        let operator = Operator::Follow {
            input,
            relationship: layout.slot(&expand.relationship)?,
            from: layout.find(&expand.from),
            to,
            direction: expand.direction,
            types: type_filter(expand.types.as_ref()),
            length: expand.length,
            distinct_from: layout.slots(&expand.distinct_from)?,
        };
        Ok((operator, output))
    }

    fn extend(
        &mut self,
        input: &logical::Plan,
        items: &[(Variable, logical::Expression)],
    ) -> Result<(Operator, Layout)> {
        let (input, mut layout) = self.input(input)?;
        let mut columns = Vec::new();
        for (variable, expression) in items {
            columns.push(self.expression(expression, &layout)?);
            layout = layout.with(variable);
        }
        let operator = Operator::Extend {
            input,
            items: columns,
        };
        Ok((operator, layout))
    }

    fn project(
        &mut self,
        input: &logical::Plan,
        items: &[(Variable, logical::Expression)],
    ) -> Result<(Operator, Layout)> {
        let (input, layout) = self.input(input)?;
        let mut columns = Vec::new();
        let mut variables = Vec::new();
        for (variable, expression) in items {
            columns.push(self.expression(expression, &layout)?);
            variables.push(variable.clone());
        }
        if let Some(row) = self.row_slot(&layout) {
            columns.push(super::Expression::Slot(row));
            variables.push(ROW.into());
        }
        let operator = Operator::Project {
            input,
            items: columns,
        };
        Ok((operator, Layout::new(variables)))
    }

    fn aggregate(
        &mut self,
        input: &logical::Plan,
        keys: &[(Variable, logical::Expression)],
        aggregates: &[(Variable, logical::Aggregate)],
    ) -> Result<(Operator, Layout)> {
        let is_number = |(_, one): &(_, logical::Aggregate)| one.function.as_ref() == "count(*)";
        self.only_number = keys.is_empty() && !self.carries_row && aggregates.iter().all(is_number);
        let (input, layout) = self.input(input)?;
        let mut variables = Vec::new();
        let mut group_by = Vec::new();
        for (variable, key) in keys {
            group_by.push(self.expression(key, &layout)?);
            variables.push(variable.clone());
        }
        if let Some(row) = self.row_slot(&layout) {
            group_by.push(super::Expression::Slot(row));
            variables.push(ROW.into());
        }
        let mut computed = Vec::new();
        for (variable, aggregate) in aggregates {
            let function = match aggregate.function.as_ref() {
                "count(*)" => None,
                name => Some(functions::find(name).ok_or_else(|| {
                    Error::internal(format!("the plan calls an unknown aggregate `{name}`"))
                })?),
            };
            computed.push(Aggregate {
                function,
                distinct: aggregate.distinct,
                arguments: self.expressions(&aggregate.arguments, &layout)?,
            });
            variables.push(variable.clone());
        }
        let operator = Operator::Aggregate {
            input,
            keys: group_by,
            aggregates: computed,
        };
        Ok((operator, Layout::new(variables)))
    }

    fn sort(
        &mut self,
        input: &logical::Plan,
        keys: &[logical::SortKey],
        count: Option<&logical::Expression>,
    ) -> Result<(Operator, Layout)> {
        let (input, layout) = self.input(input)?;
        let keys = keys
            .iter()
            .map(|key| {
                Ok(SortKey {
                    expression: self.expression(&key.expression, &layout)?,
                    descending: key.descending,
                })
            })
            .collect::<Result<_>>()?;
        let count = self.optional(count, &Layout::default())?;
        Ok((Operator::Sort { input, keys, count }, layout))
    }

    fn apply(
        &mut self,
        input: &logical::Plan,
        inner: &logical::Plan,
        variables: &[Variable],
        optional: bool,
        commit_every: Option<super::Expression>,
    ) -> Result<(Operator, Layout)> {
        let (input, mut layout) = self.input(input)?;
        let (inner, inner_layout) = self.subplan(inner, &layout.names(), &layout)?;
        let outputs = inner_layout.slots(variables)?;
        for variable in variables {
            layout = layout.with(variable);
        }
        let operator = Operator::Apply {
            input,
            inner,
            outputs,
            optional,
            commit_every,
        };
        Ok((operator, layout))
    }

    /// A plan that starts from `imports` of the rows in `outer`. All rows of a batch go in at
    /// once where every operator keeps rows of different outer rows apart.
    pub(super) fn subplan(
        &mut self,
        plan: &logical::Plan,
        imports: &[Variable],
        outer: &Layout,
    ) -> Result<(Subplan, Layout)> {
        let imports = plan.argument().unwrap_or(imports).to_vec();
        let before = std::mem::replace(&mut self.carries_row, takes_batches(plan));
        let chosen = self.plan(plan);
        let carried = std::mem::replace(&mut self.carries_row, before);
        let (chosen, layout) = chosen?;
        let subplan = Subplan {
            plan: Box::new(chosen),
            imports: outer.slots(&imports)?,
            row: if carried {
                Some(layout.slot(ROW)?)
            } else {
                None
            },
            updates: plan.updates(),
        };
        Ok((subplan, layout))
    }

    fn row_slot(&self, layout: &Layout) -> Option<usize> {
        self.carries_row.then(|| layout.find(ROW)).flatten()
    }

    fn union(
        &mut self,
        parts: &[(logical::Plan, Vec<Variable>)],
        variables: &[Variable],
    ) -> Result<(Operator, Layout)> {
        let mut chosen = Vec::new();
        for (part, columns) in parts {
            let (part, layout) = self.plan(part)?;
            let columns = layout.slots(columns)?;
            chosen.push((part, columns));
        }
        Ok((
            Operator::Union { parts: chosen },
            Layout::new(variables.to_vec()),
        ))
    }
}

/// What a label expression on a relationship asks for.
pub(super) fn type_filter(labels: Option<&Labels>) -> TypeFilter {
    match labels {
        None | Some(Labels::Any) => TypeFilter::All,
        Some(Labels::Name(name)) => TypeFilter::Names(vec![name.clone()]),
        Some(Labels::Or(parts)) if parts.iter().all(|part| matches!(part, Labels::Name(_))) => {
            let names = parts.iter().filter_map(|part| match part {
                Labels::Name(name) => Some(name.clone()),
                _ => None,
            });
            TypeFilter::Names(names.collect())
        }
        Some(labels) => TypeFilter::Matching(labels.clone()),
    }
}

/// Whether rows of different outer rows stay apart in a plan by their number alone. Not so where
/// rows are cut by number, where one group must exist without rows, and in updates.
pub fn takes_batches(plan: &logical::Plan) -> bool {
    use logical::Plan as L;
    let itself = match plan {
        L::Argument { .. }
        | L::ScanNodes { .. }
        | L::Seek { .. }
        | L::Expand { .. }
        | L::Intersect { .. }
        | L::Reach { .. }
        | L::Follow { .. }
        | L::ShortestPaths { .. }
        | L::Filter { .. }
        | L::Extend { .. }
        | L::Project { .. }
        | L::Distinct { .. }
        | L::Sort { .. }
        | L::Unwind { .. } => true,
        L::Cross { left, right, .. } | L::HashJoin { left, right, .. } => {
            return takes_batches(left) && right.argument().is_none();
        }
        L::Aggregate { keys, .. } => !keys.is_empty(),
        L::Repeat { input, .. }
        | L::SearchPaths { input, .. }
        | L::Weigh { input, .. }
        | L::WeighCommon { input, .. }
        | L::Mirror { input, .. } => {
            return takes_batches(input);
        }
        L::Apply { input, .. } => return takes_batches(input) && !plan.updates(),
        L::Unit
        | L::Match { .. }
        | L::TopK { .. }
        | L::Skip { .. }
        | L::Limit { .. }
        | L::Union { .. }
        | L::Create { .. }
        | L::Merge { .. }
        | L::Set { .. }
        | L::Delete { .. }
        | L::Foreach { .. }
        | L::CallProcedure { .. }
        | L::LoadCsv { .. } => false,
    };
    itself && plan.children().into_iter().all(takes_batches)
}
