//! Branches along which ways are counted: how much of them a plan is needed for.

use super::choose::{Chooser, type_filter};
use super::layout::Layout;
use super::plan::{Branch, End, Operator, Weigh};
use crate::bind::expression::Expression as E;
use crate::error::Result;
use crate::logical::{self, Variable};

impl Chooser {
    pub(super) fn weigh(
        &mut self,
        input: &logical::Plan,
        weigh: &logical::Weigh,
    ) -> Result<(Operator, Layout)> {
        let distinct = is_distinct(input, &weigh.from);
        let (input, layout) = self.input(input)?;
        let branches = weigh
            .branches
            .iter()
            .map(|branch| {
                Ok(Branch {
                    direction: branch.direction,
                    types: type_filter(branch.types.as_ref()),
                    end: self.end(branch)?,
                })
            })
            .collect::<Result<_>>()?;
        let weigh = Weigh {
            from: layout.slot(&weigh.from)?,
            branches,
            apart: weigh.apart,
            optional: weigh.optional,
            distinct,
        };
        Ok((Operator::Weigh { input, weigh }, layout))
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
        let before = std::mem::replace(&mut self.carries_row, false);
        let chosen = self.input(&branch.inner);
        self.carries_row = before;
        let (plan, layout) = chosen?;
        let node = layout.slot(&branch.to)?;
        Ok(End::Plan { plan, node })
    }
}

/// Whether the rows of a plan have a node each that no other row has.
fn is_distinct(plan: &logical::Plan, node: &Variable) -> bool {
    match plan {
        logical::Plan::ScanNodes { variable, .. } => variable == node,
        logical::Plan::Filter { input, .. } | logical::Plan::Weigh { input, .. } => {
            is_distinct(input, node)
        }
        _ => false,
    }
}
