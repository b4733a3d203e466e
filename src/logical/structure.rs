//! The structure of plans: what an operator works on, which variables its rows have, what it changes.

use super::plan::{MatchPattern, Plan, Variable};

impl Plan {
    /// The operators that this one works on, inner plans last.
    pub fn children(&self) -> Vec<&Plan> {
        match self {
            Plan::Unit | Plan::Argument { .. } | Plan::ScanNodes { .. } => Vec::new(),
            Plan::Cross { left, right, .. } | Plan::HashJoin { left, right, .. } => {
                vec![left, right]
            }
            Plan::Union { parts, .. } => parts.iter().map(|(part, _)| part).collect(),
            Plan::Apply { input, inner, .. }
            | Plan::Foreach { input, inner, .. }
            | Plan::Repeat { input, inner, .. } => {
                vec![input, inner]
            }
            Plan::SearchPaths { input, inner, .. } => {
                std::iter::once(&**input).chain(inner).collect()
            }
            Plan::Weigh { input, weigh } => {
                let branches = weigh.branches.iter().map(|branch| &branch.inner);
                std::iter::once(&**input).chain(branches).collect()
            }
            Plan::WeighCommon { input, common } => {
                vec![input, &common.one.inner, &common.other.inner]
            }
            Plan::Merge {
                input, matching, ..
            } => vec![input, matching],
            Plan::Match { input, .. }
            | Plan::Seek { input, .. }
            | Plan::Expand { input, .. }
            | Plan::Intersect { input, .. }
            | Plan::Reach { input, .. }
            | Plan::Mirror { input, .. }
            | Plan::Follow { input, .. }
            | Plan::ShortestPaths { input, .. }
            | Plan::Filter { input, .. }
            | Plan::Extend { input, .. }
            | Plan::Project { input, .. }
            | Plan::Aggregate { input, .. }
            | Plan::Distinct { input }
            | Plan::Sort { input, .. }
            | Plan::TopK { input, .. }
            | Plan::Skip { input, .. }
            | Plan::Limit { input, .. }
            | Plan::Unwind { input, .. }
            | Plan::Create { input, .. }
            | Plan::Set { input, .. }
            | Plan::Delete { input, .. }
            | Plan::CallProcedure { input, .. }
            | Plan::LoadCsv { input, .. } => vec![input],
        }
    }

    /// The same operators, to change.
    pub fn children_mut(&mut self) -> Vec<&mut Plan> {
        match self {
            Plan::Unit | Plan::Argument { .. } | Plan::ScanNodes { .. } => Vec::new(),
            Plan::Cross { left, right, .. } | Plan::HashJoin { left, right, .. } => {
                vec![left, right]
            }
            Plan::Union { parts, .. } => parts.iter_mut().map(|(part, _)| part).collect(),
            Plan::Apply { input, inner, .. }
            | Plan::Foreach { input, inner, .. }
            | Plan::Repeat { input, inner, .. } => {
                vec![input, inner]
            }
            Plan::SearchPaths { input, inner, .. } => {
                std::iter::once(&mut **input).chain(inner).collect()
            }
            Plan::Weigh { input, weigh } => {
                let branches = weigh.branches.iter_mut().map(|branch| &mut branch.inner);
                std::iter::once(&mut **input).chain(branches).collect()
            }
            Plan::WeighCommon { input, common } => {
                vec![input, &mut common.one.inner, &mut common.other.inner]
            }
            Plan::Merge {
                input, matching, ..
            } => vec![input, matching],
            Plan::Match { input, .. }
            | Plan::Seek { input, .. }
            | Plan::Expand { input, .. }
            | Plan::Intersect { input, .. }
            | Plan::Reach { input, .. }
            | Plan::Mirror { input, .. }
            | Plan::Follow { input, .. }
            | Plan::ShortestPaths { input, .. }
            | Plan::Filter { input, .. }
            | Plan::Extend { input, .. }
            | Plan::Project { input, .. }
            | Plan::Aggregate { input, .. }
            | Plan::Distinct { input }
            | Plan::Sort { input, .. }
            | Plan::TopK { input, .. }
            | Plan::Skip { input, .. }
            | Plan::Limit { input, .. }
            | Plan::Unwind { input, .. }
            | Plan::Create { input, .. }
            | Plan::Set { input, .. }
            | Plan::Delete { input, .. }
            | Plan::CallProcedure { input, .. }
            | Plan::LoadCsv { input, .. } => vec![input],
        }
    }

    /// Whether the operator itself changes the graph.
    pub fn is_update(&self) -> bool {
        matches!(
            self,
            Plan::Create { .. }
                | Plan::Merge { .. }
                | Plan::Set { .. }
                | Plan::Delete { .. }
                | Plan::Foreach { .. }
                | Plan::CallProcedure { writes: true, .. }
        )
    }

    /// Whether the operator or anything below it changes the graph.
    pub fn updates(&self) -> bool {
        self.is_update() || self.children().into_iter().any(Plan::updates)
    }

    /// The variables of the argument that it starts from, if it starts from one.
    pub fn argument(&self) -> Option<&[Variable]> {
        match self {
            Plan::Argument { variables } => Some(variables),
            other => other.children().into_iter().find_map(Plan::argument),
        }
    }

    /// The variables of its rows, in order.
    pub fn variables(&self) -> Vec<Variable> {
        let with = |input: &Plan, new: &mut dyn Iterator<Item = Variable>| {
            let mut variables = input.variables();
            variables.extend(new);
            variables
        };
        match self {
            Plan::Unit => Vec::new(),
            Plan::Argument { variables } | Plan::Union { variables, .. } => variables.clone(),
            Plan::ScanNodes { variable, .. } => vec![variable.clone()],
            Plan::Seek { input, seek } => with(input, &mut std::iter::once(seek.variable.clone())),
            Plan::Match { input, pattern } => {
                let mut variables = input.variables();
                for variable in pattern.variables() {
                    if !variables.contains(&variable) {
                        variables.push(variable);
                    }
                }
                variables
            }
            Plan::Cross { left, right, .. } | Plan::HashJoin { left, right, .. } => {
                with(left, &mut right.variables().into_iter())
            }
            Plan::Expand { input, expand } => {
                let to = (!expand.into).then(|| expand.to.clone());
                with(
                    input,
                    &mut std::iter::once(expand.relationship.clone()).chain(to),
                )
            }
            Plan::Intersect { input, one, other } => {
                let new = [&one.relationship, &one.to, &other.relationship];
                with(input, &mut new.into_iter().cloned())
            }
            Plan::Reach { input, expand } => with(input, &mut std::iter::once(expand.to.clone())),
            Plan::Follow { input, expand } => {
                let mut variables = input.variables();
                for end in [&expand.from, &expand.to] {
                    if !variables.contains(end) {
                        variables.push(end.clone());
                    }
                }
                variables
            }
            Plan::Repeat { input, repeat, .. } => {
                let to = (!repeat.into).then(|| repeat.to.clone());
                let lists = repeat.lists.iter().map(|(_, list)| list.clone());
                with(input, &mut lists.chain(to))
            }
            Plan::ShortestPaths { input, search } => with(
                input,
                &mut std::iter::once(search.expand.relationship.clone()),
            ),
            Plan::SearchPaths { input, search, .. } => {
                with(input, &mut search.variables().cloned())
            }
            Plan::Extend { input, items } => with(
                input,
                &mut items.iter().map(|(variable, _)| variable.clone()),
            ),
            Plan::Project { items, .. } => {
                items.iter().map(|(variable, _)| variable.clone()).collect()
            }
            Plan::Aggregate {
                keys, aggregates, ..
            } => {
                let keys = keys.iter().map(|(variable, _)| variable.clone());
                keys.chain(aggregates.iter().map(|(variable, _)| variable.clone()))
                    .collect()
            }
            Plan::Unwind {
                input, variable, ..
            }
            | Plan::LoadCsv {
                input, variable, ..
            } => with(input, &mut std::iter::once(variable.clone())),
            Plan::Apply {
                input, variables, ..
            }
            | Plan::Merge {
                input, variables, ..
            } => with(input, &mut variables.iter().cloned()),
            Plan::Create {
                input,
                nodes,
                relationships,
            } => with(
                input,
                &mut nodes.iter().map(|node| node.variable.clone()).chain(
                    relationships
                        .iter()
                        .map(|relationship| relationship.variable.clone()),
                ),
            ),
            Plan::CallProcedure { input, outputs, .. } => with(
                input,
                &mut outputs.iter().map(|(_, variable)| variable.clone()),
            ),
            Plan::Filter { input, .. }
            | Plan::Weigh { input, .. }
            | Plan::WeighCommon { input, .. }
            | Plan::Mirror { input, .. }
            | Plan::Distinct { input }
            | Plan::Sort { input, .. }
            | Plan::TopK { input, .. }
            | Plan::Skip { input, .. }
            | Plan::Limit { input, .. }
            | Plan::Set { input, .. }
            | Plan::Delete { input, .. }
            | Plan::Foreach { input, .. } => input.variables(),
        }
    }
}

impl MatchPattern {
    /// Whether it is nothing but nodes, single relationships and predicates.
    pub fn is_plain(&self) -> bool {
        let mut relationships = self.relationships.iter();
        self.groups.is_empty()
            && self.searches.is_empty()
            && self.paths.is_empty()
            && relationships.all(|one| one.length.is_none() && one.each.is_none())
    }

    /// All variables of the pattern, each once, in the order in which they are written.
    pub fn variables(&self) -> Vec<Variable> {
        let mut variables: Vec<Variable> = Vec::new();
        let nodes = self.nodes.iter().map(|node| &node.variable);
        let relationships = self
            .relationships
            .iter()
            .map(|relationship| &relationship.variable);
        let searches = self
            .searches
            .iter()
            .flat_map(|search| search.pattern.variables());
        let paths = self.paths.iter().map(|(variable, _)| variable);
        let groups = self.groups.iter().flat_map(|group| &group.repeat.lists);
        let groups = groups.map(|(_, list)| list);
        let single = nodes.chain(relationships).chain(groups).cloned();
        for variable in single.chain(searches).chain(paths.cloned()) {
            if !variables.contains(&variable) {
                variables.push(variable);
            }
        }
        variables
    }
}
