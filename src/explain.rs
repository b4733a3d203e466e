//! Plans as users see them: what `EXPLAIN` expects of each operator, what `PROFILE` has found. The tree is
//! that of the logical plan; numbers stand before it, where no long line hides them.

use std::time::Duration;

use crate::execute::Counts;
use crate::logical;
use crate::optimize::{Estimates, Statistics};
use crate::physical;

/// An operator of a plan as it is shown.
#[derive(Debug)]
struct Line {
    text: String,
    expected: f64,
    /// The number of the physical operator; none for what another one does on the way.
    id: Option<usize>,
    /// The numbers of the operators that it works on.
    inputs: Vec<usize>,
}

/// A plan as it is shown, before it has run.
#[derive(Debug)]
pub(crate) struct ShownPlan(Vec<Line>);

/// What a plan has done.
pub(crate) struct Profile<'a> {
    /// By the numbers of physical operators.
    pub(crate) counts: &'a [Counts],
    /// The most bytes that each has held, and last what the result holds.
    pub(crate) peaks: &'a [usize],
    /// Rows of the result.
    pub(crate) rows: u64,
    /// From the start to the last row.
    pub(crate) time: Duration,
}

impl ShownPlan {
    pub(crate) fn new(
        logical: &logical::Plan,
        physical: &physical::Plan,
        statistics: &Statistics,
    ) -> Self {
        let estimates = Estimates::new(logical, statistics);
        let mut lines = Vec::new();
        collect(logical, Some(physical), &estimates, 0, &mut lines);
        ShownPlan(lines)
    }

    /// The tree with the rows that are expected.
    pub(crate) fn explained(&self) -> String {
        let mut text = format!("{:>12}  Operator\n", "Expected");
        for line in &self.0 {
            let expected = rows_as_text(line.expected);
            text.push_str(&format!("{expected:>12}  {}\n", line.text));
        }
        text
    }

    /// The tree with what each operator has done: rows that it gave, time in it without what is below,
    /// the most memory that it held of the budget at once.
    pub(crate) fn profiled(&self, profile: &Profile) -> String {
        let mut text = row("Rows", "Expected", "Time", "Memory", "Operator");
        let listed: Vec<usize> = self.0.iter().filter_map(|line| line.id).collect();
        for line in &self.0 {
            let expected = rows_as_text(line.expected);
            let Some(id) = line.id else {
                text.push_str(&row("", &expected, "", "", &line.text));
                continue;
            };
            let counts = profile.counts.get(id).copied().unwrap_or_default();
            let below = line
                .inputs
                .iter()
                .filter_map(|input| profile.counts.get(*input));
            let below: Duration = below.map(|counts| counts.time).sum();
            let time = counts.time.saturating_sub(below);
            // Operators of subqueries in its expressions are numbered before it.
            let before = listed.iter().filter(|other| **other < id).max();
            let own = before.map_or(0, |before| before + 1)..=id;
            let memory = own.filter_map(|id| profile.peaks.get(id)).sum();
            text.push_str(&row(
                &counts.rows.to_string(),
                &expected,
                &format!("{time:.1?}"),
                &bytes_as_text(memory),
                &match counts.parts {
                    0 | 1 => line.text.clone(),
                    parts => format!("{}  ({parts} parts)", line.text),
                },
            ));
        }
        let kept = profile.peaks.last().copied().unwrap_or(0);
        text + &row(
            &profile.rows.to_string(),
            "",
            &format!("{:.1?}", profile.time),
            &bytes_as_text(kept),
            "(the result, and the time of all)",
        )
    }
}

fn row(rows: &str, expected: &str, time: &str, memory: &str, operator: &str) -> String {
    format!("{rows:>12}  {expected:>12}  {time:>10}  {memory:>10}  {operator}\n")
}

fn collect(
    logical: &logical::Plan,
    physical: Option<&physical::Plan>,
    estimates: &Estimates,
    depth: usize,
    lines: &mut Vec<Line>,
) {
    let inputs = physical.map(physical::Plan::children).unwrap_or_default();
    lines.push(Line {
        text: logical::indented(logical, depth),
        expected: estimates.rows(logical).unwrap_or_default(),
        id: physical.map(|physical| physical.id),
        inputs: inputs.iter().map(|input| input.id).collect(),
    });
    for (place, child) in logical.children().into_iter().enumerate() {
        collect(
            child,
            inputs.get(place).copied(),
            estimates,
            depth + 1,
            lines,
        );
    }
}

/// A number of rows that is a guess: not more digits than it is worth.
fn rows_as_text(rows: f64) -> String {
    match rows {
        rows if rows < 9.95 => format!("{rows:.1}"),
        rows if rows < 1e9 => format!("{rows:.0}"),
        rows => format!("{rows:.1e}"),
    }
}

fn bytes_as_text(bytes: usize) -> String {
    const UNITS: [&str; 3] = ["KiB", "MiB", "GiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1024.0;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}
