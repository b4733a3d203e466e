//! A plan that has run, as text: operators with the rows that they gave and the time they took.

use super::Counts;
use crate::physical::{Operator, Plan};

/// The plan as an indented tree with its counts, the last operator first. Times include what is
/// below; operators of subplans in expressions are not listed.
pub fn show_profile(plan: &Plan, counts: &[Counts]) -> String {
    let mut lines = Vec::new();
    collect(plan, 0, &mut lines);
    let width = lines
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or(0)
        .max(8);
    let mut text = format!("{:width$}  {:>12}  {:>12}\n", "Operator", "Rows", "Time");
    for (name, id) in lines {
        let counts = counts.get(id).copied().unwrap_or_default();
        let time = format!("{:.1?}", counts.time);
        text.push_str(&format!("{name:width$}  {:>12}  {time:>12}\n", counts.rows));
    }
    text
}

fn collect(plan: &Plan, depth: usize, lines: &mut Vec<(String, usize)>) {
    let (name, children) = describe(&plan.operator);
    lines.push((format!("{}{name}", "  ".repeat(depth)), plan.id));
    for child in children {
        collect(child, depth + 1, lines);
    }
}

/// The name of an operator and the plans that it works on.
fn describe(operator: &Operator) -> (&'static str, Vec<&Plan>) {
    match operator {
        Operator::Unit => ("Unit", Vec::new()),
        Operator::Argument => ("Argument", Vec::new()),
        Operator::ScanNodes { .. } => ("ScanNodes", Vec::new()),
        Operator::Seek { input, seek } => match seek.is_relationship {
            true => ("SeekRelationships", vec![input]),
            false => ("SeekNodes", vec![input]),
        },
        Operator::Cross { left, right } => ("Cross", vec![left, right]),
        Operator::HashJoin { left, right, .. } => ("HashJoin", vec![left, right]),
        Operator::Expand { input, .. } => ("Expand", vec![input]),
        Operator::ExpandRepeat { input, .. } => ("ExpandRepeat", vec![input]),
        Operator::Intersect { input, .. } => ("Intersect", vec![input]),
        Operator::Reach { input, .. } => ("Reach", vec![input]),
        Operator::Weigh { input, .. } => ("Weigh", vec![input]),
        Operator::Follow { input, .. } => ("Follow", vec![input]),
        Operator::Repeat {
            input, repetition, ..
        } => ("Repeat", vec![input, &repetition.inner.plan]),
        Operator::ShortestPaths { input, .. } => ("ShortestPaths", vec![input]),
        Operator::SearchPaths { input, parts, .. } => {
            let inner = parts.iter().map(|part| &*part.repetition.inner.plan);
            (
                "SearchPaths",
                std::iter::once(&**input).chain(inner).collect(),
            )
        }
        Operator::Filter { input, .. } => ("Filter", vec![input]),
        Operator::Extend { input, .. } => ("Extend", vec![input]),
        Operator::Project { input, .. } => ("Project", vec![input]),
        Operator::Aggregate { input, .. } => ("Aggregate", vec![input]),
        Operator::Distinct { input } => ("Distinct", vec![input]),
        Operator::Sort { input, count, .. } => {
            (if count.is_some() { "TopK" } else { "Sort" }, vec![input])
        }
        Operator::Skip { input, .. } => ("Skip", vec![input]),
        Operator::Limit { input, .. } => ("Limit", vec![input]),
        Operator::Unwind { input, .. } => ("Unwind", vec![input]),
        Operator::Apply { input, inner, .. } => ("Apply", vec![input, &inner.plan]),
        Operator::Union { parts } => ("Union", parts.iter().map(|(part, _)| part).collect()),
        Operator::Create { input, .. } => ("Create", vec![input]),
        Operator::Merge {
            input, matching, ..
        } => ("Merge", vec![input, &matching.plan]),
        Operator::Set { input, .. } => ("Set", vec![input]),
        Operator::Delete { input, .. } => ("Delete", vec![input]),
        Operator::Foreach { input, inner, .. } => ("Foreach", vec![input, inner]),
        Operator::CallProcedure { input, .. } => ("CallProcedure", vec![input]),
        Operator::LoadCsv { input, .. } => ("LoadCsv", vec![input]),
    }
}
