//! Branches along which ways are counted: how much of them a plan is needed for.

use super::choose::{Chooser, type_filter};
use super::layout::Layout;
use super::plan::{Branch, End, Operator, Taken, Weigh, WeighCommon};
use crate::bind::expression::Expression as E;
use crate::error::{Error, Result};
use crate::logical::{self, Variable};

impl Chooser {
    pub(super) fn weigh(
        &mut self,
        input: &logical::Plan,
        weigh: &logical::Weigh,
        only_number: bool,
    ) -> Result<(Operator, Layout)> {
        let distinct = is_distinct(input, &weigh.from);
        self.only_number = only_number;
        let (input, layout) = self.input(input)?;
        let weigh = self.counts(weigh, distinct, &layout)?;
        let operator = Operator::Weigh {
            input,
            weigh,
            only_number,
        };
        Ok((operator, layout))
    }

    /// What is counted from a node of a row; `distinct` where no two rows have the same.
    fn counts(&mut self, weigh: &logical::Weigh, distinct: bool, layout: &Layout) -> Result<Weigh> {
        let branches = weigh.branches.iter().map(|branch| self.branch(branch));
        Ok(Weigh {
            from: layout.slot(&weigh.from)?,
            branches: branches.collect::<Result<_>>()?,
            apart: weigh.apart,
            optional: weigh.optional,
            distinct,
        })
    }

    pub(super) fn weigh_common(
        &mut self,
        input: &logical::Plan,
        common: &logical::WeighCommon,
        only_number: bool,
    ) -> Result<(Operator, Layout)> {
        self.only_number = only_number;
        let (input, layout) = self.input(input)?;
        let distinct_from = common.distinct_from.iter().map(|taken| {
            Ok(Taken {
                relationship: layout.slot(&taken.relationship)?,
                from: layout.slot(&taken.from)?,
                to: layout.slot(&taken.to)?,
            })
        });
        let chosen = WeighCommon {
            from: layout.slot(&common.from)?,
            one: self.branch(&common.one)?,
            other_from: layout.slot(&common.other_from)?,
            other: self.branch(&common.other)?,
            count: common.count,
            mirrored: common.mirrored,
            different: layout.slots(&common.different)?,
            distinct_from: distinct_from.collect::<Result<_>>()?,
        };
        let operator = Operator::WeighCommon {
            input,
            common: chosen,
            only_number,
        };
        Ok((operator, layout))
    }

    pub(super) fn mirror(
        &mut self,
        input: &logical::Plan,
        nodes: &[Variable],
    ) -> Result<(Operator, Layout)> {
        let (input, layout) = self.input(input)?;
        let nodes = layout.slots(nodes)?;
        Ok((Operator::Mirror { input, nodes }, layout))
    }

    fn branch(&mut self, branch: &logical::Branch) -> Result<Branch> {
        Ok(Branch {
            direction: branch.direction,
            types: type_filter(branch.types.as_ref()),
            end: self.end(branch)?,
        })
    }

    fn end(&mut self, branch: &logical::Branch) -> Result<End> {
        if let logical::Plan::Argument { .. } = &branch.inner {
            return Ok(End::Any);
        }
        if let logical::Plan::Filter { input, predicate } = &branch.inner
            && let logical::Plan::Argument { .. } = **input
            && let E::HasLabels(node, labels) = predicate
            && **node == E::Variable(branch.to.clone())
        {
            return Ok(End::Labels(labels.clone()));
        }
        let layout = Layout::new(vec![branch.to.clone()]);
        let (mut filters, mut weighs) = (Vec::new(), Vec::new());
        let mut plan = &branch.inner;
        loop {
            plan = match plan {
                logical::Plan::Argument { .. } => break,
                logical::Plan::Filter { input, predicate } => {
                    filters.push(self.expression(predicate, &layout)?);
                    input
                }
                logical::Plan::Weigh { input, weigh } => {
                    weighs.push(self.counts(weigh, true, &layout)?);
                    input
                }
                _ => {
                    return Err(Error::internal(
                        "the end of a branch is no chain of filters",
                    ));
                }
            };
        }
        // From the node on.
        filters.reverse();
        weighs.reverse();
        Ok(End::Further { filters, weighs })
    }
}

/// Whether the rows of a plan have a node each that no other row has.
fn is_distinct(plan: &logical::Plan, node: &Variable) -> bool {
    match plan {
        logical::Plan::ScanNodes { variable, .. } => variable == node,
        logical::Plan::Filter { input, .. }
        | logical::Plan::Weigh { input, .. }
        | logical::Plan::WeighCommon { input, .. }
        | logical::Plan::Mirror { input, .. } => is_distinct(input, node),
        _ => false,
    }
}
