//! What repeats parts of patterns, and searches paths over them.

use super::choose::Chooser;
use super::layout::Layout;
use super::plan::{Operator, PathPart, Repetition};
use crate::bind::bound::Length;
use crate::error::Result;
use crate::logical;

impl Chooser {
    pub(super) fn repeat(
        &mut self,
        input: &logical::Plan,
        inner: &logical::Plan,
        repeat: &logical::Repeat,
    ) -> Result<(Operator, Layout)> {
        let (input, layout) = self.input(input)?;
        let mut output = layout.clone();
        for (_, list) in &repeat.lists {
            output = output.with(list);
        }
        if !repeat.into {
            output = output.with(&repeat.to);
        }
        let operator = Operator::Repeat {
            input,
            repetition: self.repetition(inner, repeat, &layout)?,
            from: layout.slot(&repeat.from)?,
            into: if repeat.into {
                Some(layout.slot(&repeat.to)?)
            } else {
                None
            },
            reversed: repeat.reversed,
            distinct_from: layout.slots(&repeat.distinct_from)?,
        };
        Ok((operator, output))
    }

    /// One repetition over rows of `layout`.
    fn repetition(
        &mut self,
        inner: &logical::Plan,
        repeat: &logical::Repeat,
        layout: &Layout,
    ) -> Result<Repetition> {
        let outer = layout.with(&repeat.inner_from);
        let (inner, inner_layout) = self.subplan(inner, &outer.names(), &outer)?;
        let is_relationship =
            |place: &usize| repeat.relationships.contains(&repeat.lists[*place].0);
        let mut lists = Vec::with_capacity(repeat.lists.len());
        for (variable, _) in &repeat.lists {
            lists.push(inner_layout.slot(variable)?);
        }
        Ok(Repetition {
            inner,
            to: inner_layout.slot(&repeat.inner_to)?,
            relationships: (0..lists.len()).filter(is_relationship).collect(),
            lists,
            length: repeat.length,
        })
    }

    pub(super) fn search_paths(
        &mut self,
        input: &logical::Plan,
        inner: &[logical::Plan],
        search: &logical::SearchPaths,
    ) -> Result<(Operator, Layout)> {
        let (input, layout) = self.input(input)?;
        let mut parts = Vec::with_capacity(search.parts.len());
        for (inner, part) in inner.iter().zip(&search.parts) {
            let reached = layout.with(&part.repeat.to);
            parts.push(PathPart {
                repetition: self.repetition(inner, &part.repeat, &layout)?,
                is_single: part.is_single,
                reached: self.expressions(&part.reached, &reached)?,
            });
        }
        let output = search
            .variables()
            .fold(layout.clone(), |layout, variable| layout.with(variable));
        let operator = Operator::SearchPaths {
            input,
            from: layout.slot(&search.from)?,
            to: layout.slot(&search.to)?,
            parts,
            count: self.expression(&search.count, &Layout::default())?,
            groups: search.groups,
            predicates: self.expressions(&search.predicates, &output)?,
        };
        Ok((operator, output))
    }

    pub(super) fn shortest_paths(
        &mut self,
        input: &logical::Plan,
        search: &logical::ShortestPaths,
    ) -> Result<(Operator, Layout)> {
        let (input, layout) = self.input(input)?;
        let (expand, length, each) = self.expansion(&search.expand, &layout)?;
        let output = layout.with(&search.expand.relationship);
        let operator = Operator::ShortestPaths {
            input,
            expand,
            length: length.unwrap_or(Length {
                minimum: 1,
                maximum: Some(1),
            }),
            each,
            count: self.expression(&search.count, &Layout::default())?,
            groups: search.groups,
            predicates: self.expressions(&search.predicates, &output)?,
        };
        Ok((operator, output))
    }
}
