//! What was met where each counts once: pairs of group and arguments, rows, or nodes alone.

use arrow_array::{Array, UInt32Array};

use super::distinct_cells::DistinctCells;
use super::group_table::GroupTable;
use super::node_set::NodeSet;
use super::pair_set::PairSet;
use crate::column::{Column, Sameness};
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
    /// One argument in each of several groups.
    Pairs(Box<Pairs>),
    /// Any arguments; where there are several groups, the group stands behind them.
    Table {
        table: Box<GroupTable>,
        width: usize,
        is_grouped: bool,
    },
}

/// Arguments by group, as long as a bit for each that may be is not too much.
pub(super) struct Pairs {
    cells: DistinctCells,
    set: PairSet,
    /// In the order in which they came, with their groups.
    known: Vec<(Column, Vec<u32>)>,
    rows: usize,
    bytes: usize,
    held: Reservation,
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
            (1, true) => Seen::Pairs(Box::new(Pairs {
                cells: DistinctCells::new(Sameness::Equivalent),
                set: PairSet::new(),
                known: Vec::new(),
                rows: 0,
                bytes: 0,
                held: runtime.context.reservation(),
            })),
            _ => Seen::table(width, is_grouped, runtime),
        }
    }

    fn table(width: usize, is_grouped: bool, runtime: &Runtime) -> Seen {
        Seen::Table {
            table: Box::new(GroupTable::new(runtime.context, Sameness::Equivalent)),
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
        match (&mut *self, arguments) {
            (Seen::Nodes { set, nodes, held }, [Column::Node(array)]) => {
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
            (Seen::Pairs(pairs), [argument]) => {
                if let Some((new, groups)) = pairs.take_new(argument, groups)? {
                    return Ok((vec![new], groups));
                }
            }
            _ => {}
        }
        self.make_table(runtime)?;
        let Seen::Table {
            table, is_grouped, ..
        } = self
        else {
            return Err(Error::internal("distinct arguments are no table yet"));
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
        let (known, is_grouped) = match self {
            Seen::Nodes { nodes, .. } => {
                let nodes = std::mem::take(nodes);
                let groups = vec![0; nodes.len()];
                let nodes = Column::Node(UInt32Array::from(nodes));
                (vec![(nodes, groups)], false)
            }
            Seen::Pairs(pairs) => (std::mem::take(&mut pairs.known), true),
            Seen::Table { .. } => return Ok(()),
        };
        *self = Seen::table(1, is_grouped, runtime);
        for (arguments, groups) in known {
            if !groups.is_empty() {
                self.take_new(&[arguments], &groups, runtime)?;
            }
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
            Seen::Pairs(pairs) => {
                let (columns, groups): (Vec<Column>, Vec<&[u32]>) = pairs
                    .known
                    .iter()
                    .map(|(column, groups)| (column.clone(), groups.as_slice()))
                    .unzip();
                return Ok((vec![Column::concat(&columns)?], groups.concat()));
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

impl Pairs {
    /// The arguments that are new in their group, and the groups; `None` where the bits would be too many.
    fn take_new(
        &mut self,
        argument: &Column,
        groups: &[u32],
    ) -> Result<Option<(Column, Vec<u32>)>> {
        self.rows += groups.len();
        let numbers = self.cells.insert(argument);
        let count = groups.iter().max().map_or(0, |most| *most as usize + 1);
        if !self.set.make_room(count, self.cells.len(), self.rows) {
            return Ok(None);
        }
        let pairs = groups.iter().zip(&numbers);
        let is_new = pairs.map(|(group, number)| self.set.insert(*group, *number));
        let new = (0..).zip(is_new).filter(|(_, is_new)| *is_new);
        let new: Vec<u32> = new.map(|(row, _)| row).collect();
        let of_new: Vec<u32> = new.iter().map(|row| groups[*row as usize]).collect();
        let arguments = argument.take(&UInt32Array::from(new))?;
        if !of_new.is_empty() {
            self.bytes += arguments.heap_size() + of_new.len() * size_of::<u32>();
            self.known.push((arguments.clone(), of_new.clone()));
        }
        let bytes = self.bytes + self.cells.bytes() + self.set.bytes();
        self.held.grow_to(bytes)?;
        Ok(Some((arguments, of_new)))
    }
}
