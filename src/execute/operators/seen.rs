//! What was met where each counts once: pairs of group and arguments, rows, or nodes alone.

use arrow_array::{Array, UInt32Array};

use super::group_table::GroupTable;
use super::node_set::NodeSet;
use crate::column::Column;
use crate::context::Reservation;
use crate::error::{Error, Result};
use crate::execute::Runtime;

/// Arguments of which each counts once in its group.
pub(super) enum Seen {
    /// Nodes, of one group.
    Nodes {
        set: NodeSet,
        /// In the order in which they came.
        nodes: Vec<u32>,
        held: Reservation,
    },
    /// Any arguments; where there are several groups, the group stands behind them.
    Table {
        table: Box<GroupTable>,
        width: usize,
        is_grouped: bool,
    },
}

impl Seen {
    /// Nothing yet. `width` arguments come with each row; `is_grouped` where there are several groups.
    pub(super) fn new(width: usize, is_grouped: bool, runtime: &Runtime) -> Seen {
        match (width, is_grouped) {
            (1, false) => Seen::Nodes {
                set: NodeSet::default(),
                nodes: Vec::new(),
                held: runtime.context.reservation(),
            },
            _ => Seen::table(width, is_grouped, runtime),
        }
    }

    fn table(width: usize, is_grouped: bool, runtime: &Runtime) -> Seen {
        Seen::Table {
            table: Box::new(GroupTable::new(runtime.context)),
            width,
            is_grouped,
        }
    }

    /// The arguments that are new in their group, and the groups. A null alone is never new: no
    /// aggregate counts it.
    pub(super) fn take_new(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        runtime: &Runtime,
    ) -> Result<(Vec<Column>, Vec<u32>)> {
        if let Seen::Nodes { set, nodes, held } = self {
            if let [Column::Node(array)] = arguments {
                set.reserve(runtime)?;
                let known = nodes.len();
                match array.null_count() {
                    0 => set.insert_all(array.values(), nodes),
                    _ => set.insert_all(&array.iter().flatten().collect::<Vec<_>>(), nodes),
                }
                let new = UInt32Array::from(nodes[known..].to_vec());
                held.grow(new.len() * size_of::<u32>())?;
                let groups = vec![0; new.len()];
                return Ok((vec![Column::Node(new)], groups));
            }
            self.make_table(runtime)?;
        }
        let Seen::Table {
            table, is_grouped, ..
        } = self
        else {
            return Err(Error::internal("distinct nodes are no table yet"));
        };
        let mut keys = arguments.to_vec();
        if *is_grouped {
            keys.push(Column::Node(UInt32Array::from(groups.to_vec())));
        }
        let (_, new) = table.insert(&keys)?;
        let of_new = new.iter().map(|row| groups[*row as usize]).collect();
        let rows = UInt32Array::from(new);
        let arguments = arguments.iter().map(|argument| argument.take(&rows));
        Ok((arguments.collect::<Result<_>>()?, of_new))
    }

    /// Goes on as what any arguments are kept in.
    pub(super) fn make_table(&mut self, runtime: &Runtime) -> Result<()> {
        let Seen::Nodes { nodes, .. } = self else {
            return Ok(());
        };
        let known = std::mem::take(nodes);
        let rows = known.len();
        *self = Seen::table(1, false, runtime);
        if rows > 0 {
            let nodes = Column::Node(UInt32Array::from(known));
            self.take_new(&[nodes], &vec![0; rows], runtime)?;
        }
        Ok(())
    }

    /// All that is known: arguments, and the group of each row.
    pub(super) fn rows(&self) -> Result<(Vec<Column>, Vec<u32>)> {
        let (table, width, is_grouped) = match self {
            Seen::Nodes { nodes, .. } => {
                let groups = vec![0; nodes.len()];
                return Ok((vec![Column::Node(UInt32Array::from(nodes.clone()))], groups));
            }
            Seen::Table {
                table,
                width,
                is_grouped,
            } => (table, *width, *is_grouped),
        };
        let mut arguments = table.keys(width + usize::from(is_grouped))?;
        let groups = match arguments.get(width) {
            Some(Column::Node(groups)) => groups.values().to_vec(),
            _ => vec![0; table.len()],
        };
        arguments.truncate(width);
        Ok((arguments, groups))
    }
}
