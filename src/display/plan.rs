//! The plan of `EXPLAIN` and `PROFILE`, a tree of text. Its lines are cut where the terminal
//! ends: a wrapped tree cannot be read.

use std::io::{self, Write};

use super::Options;
use super::width::cut;
use crate::result::Summary;

/// Writes the plan, where there is one.
///
/// # Errors
/// Where the output fails.
pub fn write(summary: &Summary, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let Some(plan) = &summary.plan else {
        return Ok(());
    };
    for line in plan.lines() {
        match options.width {
            Some(width) => writeln!(out, "{}", cut(line, width))?,
            None => writeln!(out, "{line}")?,
        }
    }
    Ok(())
}
