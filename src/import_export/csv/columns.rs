//! The rows of a block as columns, where there is nothing odd about them: every row has as many cells as
//! the header, ids where ids must be, and values of the types of their columns.

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memchr;

use crate::column::ColumnBuilder;
use crate::import_export::batch::{Batch, IdTexts, Ids, NodeBatch, RelationshipBatch};
use crate::import_export::csv::blocks::Block;
use crate::import_export::csv::header::{Column, TableKind};
use crate::import_export::csv::table::Table;
use crate::import_export::infer::CellType;
use crate::import_export::record::Place;
use crate::value::Value;

/// Sets of labels, or types, in a block; rows of more are read one by one.
const MOST_GROUPS: usize = 64;

/// Rows of the same labels or the same type.
struct Group {
    /// The cell that tells them, if there is such a column.
    name: String,
    rows: usize,
    /// The ids of the nodes; or those of starts and ends.
    ids: [IdTexts; 2],
    columns: Vec<ColumnBuilder>,
}

impl Table<'_> {
    /// All rows of a block, those with each cell for labels or type, which stands before them, on their
    /// own; `None` where one is odd.
    pub(super) fn batches(&self, block: &Block) -> Option<Vec<(String, Batch)>> {
        // A quote that is never closed is seen by whoever reads the rows one by one.
        let may_be_open = |quote| block.is_last && memchr(quote, &block.text).is_some();
        if self.header.kind == TableKind::Both || self.layout.quote.is_some_and(may_be_open) {
            return None;
        }
        let columns = &self.header.columns;
        let mut naming = self.name_columns();
        let name_column = naming.next();
        if naming.next().is_some() {
            return None;
        }
        let text = std::str::from_utf8(&block.text).ok()?;
        let mut groups: Vec<Group> = Vec::new();
        let (mut cells, mut at, mut group) = (Vec::with_capacity(columns.len()), 0, 0);
        while at < text.len() {
            at = self.layout.row(text, at, &mut cells)?;
            if cells.is_empty() {
                continue;
            }
            if cells.len() != columns.len() || cells.iter().all(|cell| cell.is_empty()) {
                return None;
            }
            let name = name_column.map_or("", |place| &*cells[place]);
            let is_same = |one: &Group| name_column.is_none() || one.name == name;
            if !groups.get(group).is_some_and(is_same) {
                let known = groups.iter().position(is_same);
                group = known.unwrap_or(groups.len());
                if group == groups.len() {
                    groups.push(self.group(name)?);
                }
            }
            self.push(&cells, &mut groups[group])?;
            if groups.len() > MOST_GROUPS {
                return None;
            }
        }
        let batches = groups.into_iter().map(|mut group| {
            let name = std::mem::take(&mut group.name);
            let batch = self.batch(&name, group);
            (name, batch)
        });
        Some(batches.collect())
    }

    /// The columns that tell labels or types.
    pub(super) fn name_columns(&self) -> impl Iterator<Item = usize> {
        let columns = self.header.columns.iter().enumerate();
        columns.filter_map(|(place, column)| {
            matches!(column, Column::Labels(_) | Column::Type).then_some(place)
        })
    }

    /// An empty group; `None` where its name means something else.
    fn group(&self, name: &str) -> Option<Group> {
        // Gephi's `Type` says whether there is a direction.
        let tells_direction = self.header.kind == TableKind::Relationships
            && ["directed", "undirected"]
                .iter()
                .any(|word| name.eq_ignore_ascii_case(word));
        (!tells_direction).then(|| Group {
            name: name.to_owned(),
            rows: 0,
            ids: Default::default(),
            columns: self
                .header
                .columns
                .iter()
                .map(|_| ColumnBuilder::new())
                .collect(),
        })
    }

    fn push(&self, cells: &[Cow<'_, str>], group: &mut Group) -> Option<()> {
        group.rows += 1;
        for (place, (column, cell)) in self.header.columns.iter().zip(cells).enumerate() {
            let ids = match column {
                Column::Id { property, .. } => {
                    if property.is_some() {
                        self.push_value(place, cell, &mut group.columns[place])?;
                    }
                    &mut group.ids[0]
                }
                Column::Start(_) => &mut group.ids[0],
                Column::End(_) => &mut group.ids[1],
                Column::Property(..) => {
                    self.push_value(place, cell, &mut group.columns[place])?;
                    continue;
                }
                Column::Labels(_) | Column::Type | Column::Ignored => continue,
            };
            let id = cell.trim();
            if id.is_empty() {
                return None;
            }
            ids.push(id);
        }
        Some(())
    }

    fn push_value(&self, place: usize, cell: &str, column: &mut ColumnBuilder) -> Option<()> {
        let kind = self.kinds[place];
        match (kind.cell_type, cell) {
            (_, "") => column.push(Value::Null),
            (CellType::String, text) if !kind.list => column.push_text(text),
            (_, text) => {
                let value = self.value(place, "", Place::File, text).ok()?;
                // A cell that is there and says null is told.
                column.push(Some(value).filter(|value| !value.is_null())?);
            }
        }
        Some(())
    }

    fn batch(&self, name: &str, group: Group) -> Batch {
        let (mut columns, mut spaces) = (Vec::new(), [None, None]);
        let mut has_ids = false;
        for (column, builder) in self.header.columns.iter().zip(group.columns) {
            match column {
                Column::Id {
                    property, space, ..
                } => {
                    has_ids = true;
                    spaces[0].clone_from(space);
                    columns.extend(property.clone().map(|name| (name, builder.finish())));
                }
                Column::Start(space) => spaces[0].clone_from(space),
                Column::End(space) => spaces[1].clone_from(space),
                Column::Property(name, _) => columns.push((name.clone(), builder.finish())),
                Column::Labels(_) | Column::Type | Column::Ignored => {}
            }
        }
        let [first, second] = group.ids;
        let [first_space, second_space] = spaces;
        let ids = |space, texts| Ids { space, texts };
        match self.header.kind {
            TableKind::Nodes | TableKind::Both => Batch::Nodes(NodeBatch {
                rows: group.rows,
                ids: has_ids.then(|| ids(first_space, first)),
                labels: self.labels(name),
                columns,
            }),
            TableKind::Relationships => Batch::Relationships(RelationshipBatch {
                relationship_type: match name {
                    "" => self.relationship_type(),
                    name => name.into(),
                },
                starts: ids(first_space, first),
                ends: ids(second_space, second),
                columns,
            }),
        }
    }

    /// The labels of rows with this cell for them.
    fn labels(&self, cell: &str) -> Vec<Arc<str>> {
        let separator = self.header.columns.iter().find_map(|column| match column {
            Column::Labels(separator) => Some(*separator),
            _ => None,
        });
        match separator {
            None => self.fallback.clone(),
            Some(separator) => {
                let labels = cell.split(separator).filter(|label| !label.is_empty());
                labels.map(Arc::from).collect()
            }
        }
    }
}
