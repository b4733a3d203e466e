//! The structure of physical plans: what an operator works on.

use super::plan::{Operator, Plan};

impl Plan {
    /// The plans that the operator works on, inner ones last; not those of subqueries in expressions.
    /// Their order is that of the logical operator.
    pub fn children(&self) -> Vec<&Plan> {
        match &self.operator {
            Operator::Unit | Operator::Argument | Operator::ScanNodes { .. } => Vec::new(),
            Operator::Cross { left, right, .. } | Operator::HashJoin { left, right, .. } => {
                vec![left, right]
            }
            Operator::Union { parts } => parts.iter().map(|(part, _)| part).collect(),
            Operator::Apply { input, inner, .. } => vec![input, &inner.plan],
            Operator::Foreach { input, inner, .. } => vec![input, inner],
            Operator::Repeat {
                input, repetition, ..
            } => vec![input, &repetition.inner.plan],
            Operator::SearchPaths { input, parts, .. } => {
                let inner = parts.iter().map(|part| &*part.repetition.inner.plan);
                std::iter::once(&**input).chain(inner).collect()
            }
            Operator::Merge {
                input, matching, ..
            } => vec![input, &matching.plan],
            Operator::Seek { input, .. }
            | Operator::Expand { input, .. }
            | Operator::ExpandRepeat { input, .. }
            | Operator::Intersect { input, .. }
            | Operator::Reach { input, .. }
            | Operator::Weigh { input, .. }
            | Operator::WeighCommon { input, .. }
            | Operator::Mirror { input, .. }
            | Operator::Follow { input, .. }
            | Operator::ShortestPaths { input, .. }
            | Operator::Filter { input, .. }
            | Operator::Extend { input, .. }
            | Operator::Project { input, .. }
            | Operator::Aggregate { input, .. }
            | Operator::Distinct { input }
            | Operator::Sort { input, .. }
            | Operator::Skip { input, .. }
            | Operator::Limit { input, .. }
            | Operator::Unwind { input, .. }
            | Operator::Create { input, .. }
            | Operator::Set { input, .. }
            | Operator::Delete { input, .. }
            | Operator::CallProcedure { input, .. }
            | Operator::LoadCsv { input, .. } => vec![input],
        }
    }
}
