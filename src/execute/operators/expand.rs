//! From nodes over one relationship each to their neighbours.

use arrow_array::{Array, UInt32Array};

use super::Input;
use crate::bind::bound::PatternDirection;
use crate::column::Column;
use crate::error::Result;
use crate::execute::evaluate::{node_ids, type_matches};
use crate::execute::{Batch, Operator, Runtime};
use crate::graph::{Direction, Snapshot};
use crate::physical::{Expand, TypeFilter};
use crate::value::{NodeId, RelationshipId, TypeId, Value};

/// Expands one hop.
pub(in crate::execute) struct ExpandOne<'p> {
    input: Input<'p>,
    expand: &'p Expand,
}

impl<'p> ExpandOne<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, expand: &'p Expand) -> Self {
        ExpandOne { input, expand }
    }
}

impl Operator for ExpandOne<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        runtime.context.check()?;
        let graph = runtime.graph();
        let steps = Steps::new(self.expand.direction, &self.expand.types, graph);
        let from = node_ids(batch.column(self.expand.from)?)?;
        let into = match self.expand.into {
            Some(slot) => Some(node_ids(batch.column(slot)?)?),
            None => None,
        };
        let taken = Taken::new(&self.expand.distinct_from, &batch)?;
        let mut held = runtime.context.reservation();
        let (mut rows, mut nodes, mut relationships) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..batch.rows() {
            if from.is_null(row) || into.as_ref().is_some_and(|into| into.is_null(row)) {
                continue;
            }
            let node = NodeId(from.value(row));
            let target = into.as_ref().map(|into| into.value(row));
            let before = nodes.len();
            steps.visit(node, target, graph, &mut |neighbour, relationship| {
                if !taken.contains(row, relationship) {
                    nodes.push(neighbour);
                    relationships.push(relationship);
                }
            })?;
            rows.resize(nodes.len(), row as u32);
            held.grow((nodes.len() - before) * 12)?;
        }
        let mut expanded = batch.select(UInt32Array::from(rows))?;
        expanded.push(Column::Relationship(UInt32Array::from(relationships)));
        if self.expand.into.is_none() {
            expanded.push(Column::Node(UInt32Array::from(nodes)));
        }
        Ok(Some(expanded))
    }
}

/// The types and directions that a pattern follows, by number.
pub(super) struct Steps {
    types: Vec<TypeId>,
    directions: &'static [Direction],
}

impl Steps {
    pub(super) fn new(direction: PatternDirection, types: &TypeFilter, graph: &Snapshot) -> Steps {
        let directions: &[Direction] = match direction {
            PatternDirection::Outgoing => &[Direction::Outgoing],
            PatternDirection::Incoming => &[Direction::Incoming],
            PatternDirection::Both => &[Direction::Outgoing, Direction::Incoming],
        };
        Steps {
            types: type_ids(types, graph),
            directions,
        }
    }

    /// Calls `visit` with each neighbour and relationship; with a target, only where the neighbour
    /// is the target. A loop is visited once, also where both directions are followed.
    pub(super) fn visit(
        &self,
        node: NodeId,
        target: Option<u32>,
        graph: &Snapshot,
        visit: &mut dyn FnMut(u32, u32),
    ) -> Result<()> {
        let both = self.directions.len() == 2;
        for relationship_type in &self.types {
            for direction in self.directions {
                let list = graph.neighbours(node, *direction, *relationship_type)?;
                let neighbours = list.nodes();
                let range = match target {
                    None => 0..neighbours.len(),
                    Some(target) => {
                        let start = neighbours.partition_point(|neighbour| *neighbour < target);
                        let end = neighbours.partition_point(|neighbour| *neighbour <= target);
                        start..end
                    }
                };
                let skips_loops = both && *direction == Direction::Incoming;
                for place in range {
                    if !(skips_loops && neighbours[place] == node.0) {
                        visit(neighbours[place], list.relationships()[place]);
                    }
                }
            }
        }
        Ok(())
    }
}

/// The numbers of the types that a filter lets through.
pub(super) fn type_ids(types: &TypeFilter, graph: &Snapshot) -> Vec<TypeId> {
    let catalog = graph.catalog();
    match types {
        TypeFilter::All => catalog.relationship_types().map(|(id, _)| id).collect(),
        TypeFilter::Names(names) => {
            let mut ids: Vec<TypeId> = names
                .iter()
                .filter_map(|name| catalog.relationship_type(name))
                .collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        }
        TypeFilter::Matching(labels) => catalog
            .relationship_types()
            .filter(|(_, name)| type_matches(name, labels))
            .map(|(id, _)| id)
            .collect(),
    }
}

/// The relationships of a row that must not be taken again.
pub(super) struct Taken<'b>(Vec<&'b Column>);

impl<'b> Taken<'b> {
    pub(super) fn new(slots: &[usize], batch: &'b Batch) -> Result<Taken<'b>> {
        slots
            .iter()
            .map(|slot| batch.column(*slot))
            .collect::<Result<_>>()
            .map(Taken)
    }

    pub(super) fn contains(&self, row: usize, relationship: u32) -> bool {
        self.0.iter().any(|column| match column {
            Column::Relationship(array) => array.is_valid(row) && array.value(row) == relationship,
            Column::Value(values) => match &values[row] {
                Value::Relationship(taken) => taken.0 == relationship,
                Value::List(list) => {
                    list.contains(&Value::Relationship(RelationshipId(relationship)))
                }
                _ => false,
            },
            _ => false,
        })
    }
}
