//! The header of a CSV table: what each column is. Plain words (`id`, `source`, `target`, see
//! `ends`), the dialect of neo4j-admin (`:ID(Person)`, `age:int`), the tildes of Neptune and the underscores of
//! APOC are all understood in every dialect; KGX has words that mean something else elsewhere.

use std::sync::Arc;

use crate::import_export::csv::dialect::Dialect;
use crate::import_export::csv::ends;
use crate::import_export::infer::CellType;

/// What a table holds, told by its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import_export) enum TableKind {
    Nodes,
    Relationships,
    /// Rows of both, as APOC writes them: a row with an end is a relationship.
    Both,
}

/// What a column is.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::import_export) enum Column {
    /// The node's id; also a property where it has a name.
    Id {
        property: Option<Arc<str>>,
        /// The type of that property where the header says it.
        kind: Option<CellKind>,
        space: Option<Arc<str>>,
    },
    /// Labels, separated by this character.
    Labels(char),
    /// The id of the node where the relationship starts.
    Start(Option<Arc<str>>),
    /// The id of the node where it ends.
    End(Option<Arc<str>>),
    /// The type of the relationship.
    Type,
    /// A property, of this type where the header says so.
    Property(Arc<str>, Option<CellKind>),
    /// Nothing that the graph keeps.
    Ignored,
}

/// The type of the cells, and whether each holds a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import_export) struct CellKind {
    pub cell_type: CellType,
    pub list: bool,
}

/// A header, column by column.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::import_export) struct Header {
    pub kind: TableKind,
    pub columns: Vec<Column>,
}

impl Header {
    /// Reads the cells of the header, or tells what is wrong with them.
    pub fn parse<'c>(cells: impl Iterator<Item = &'c str>) -> Result<Header, String> {
        Header::of_dialect(cells, Dialect::Plain)
    }

    /// As [`Header::parse`], with the words of a dialect.
    pub fn of_dialect<'c>(
        cells: impl Iterator<Item = &'c str>,
        dialect: Dialect,
    ) -> Result<Header, String> {
        let cells: Vec<&str> = cells.map(str::trim).collect();
        let mut columns: Vec<Column> = cells.iter().map(|cell| column(cell, dialect)).collect();
        let has = |columns: &[Column], is: fn(&Column) -> bool| columns.iter().any(is);
        let has_ends = |columns: &[Column]| {
            has(columns, |column| matches!(column, Column::Start(_)))
                && has(columns, |column| matches!(column, Column::End(_)))
        };
        let has_id = has(&columns, |column| matches!(column, Column::Id { .. }));
        if !has_ends(&columns)
            && dialect != Dialect::Kgx
            && let Some([start, end]) = ends::columns_of(&cells, has_id)
        {
            columns[start] = Column::Start(None);
            columns[end] = Column::End(None);
        }
        let kind = match has_ends(&columns) {
            true if cells.contains(&"_id") && cells.contains(&"_start") => TableKind::Both,
            true => TableKind::Relationships,
            false => TableKind::Nodes,
        };
        Header::settled(&cells, columns, kind)
    }

    /// The same columns as those of a table of nodes: its ends are properties.
    pub fn of_nodes<'c>(
        cells: impl Iterator<Item = &'c str>,
        dialect: Dialect,
    ) -> Result<Header, String> {
        let cells: Vec<&str> = cells.map(str::trim).collect();
        let columns = cells.iter().map(|cell| column(cell, dialect)).collect();
        Header::settled(&cells, columns, TableKind::Nodes)
    }

    fn settled(
        cells: &[&str],
        mut columns: Vec<Column>,
        kind: TableKind,
    ) -> Result<Header, String> {
        let mut typed = columns.contains(&Column::Type);
        if kind == TableKind::Relationships && !typed {
            let told = cells.iter().position(|cell| ends::is_type(cell));
            if let Some(column) = told.and_then(|place| columns.get_mut(place)) {
                *column = Column::Type;
                typed = true;
            }
        }
        for (column, cell) in columns.iter_mut().zip(cells) {
            column.settle(cell, kind, typed);
        }
        let header = Header { kind, columns };
        header.check_repeats()?;
        Ok(header)
    }

    /// The columns of both ends, for tables of relationships.
    pub fn ends(&self) -> Option<[usize; 2]> {
        let mut columns = self.columns.iter();
        let start = columns.position(|column| matches!(column, Column::Start(_)))?;
        let mut columns = self.columns.iter();
        let end = columns.position(|column| matches!(column, Column::End(_)))?;
        Some([start, end])
    }

    /// Whether the header has the words of a graph: an id, or two ends.
    pub fn speaks_of_a_graph(&self) -> bool {
        let is_id = |column: &Column| matches!(column, Column::Id { .. });
        self.kind != TableKind::Nodes || self.columns.iter().any(is_id)
    }

    /// The space of the ids, for tables of nodes.
    pub fn id_space(&self) -> Option<&Arc<str>> {
        self.columns.iter().find_map(|column| match column {
            Column::Id { space, .. } => space.as_ref(),
            _ => None,
        })
    }

    /// The spaces of both ends, for tables of relationships.
    pub fn end_spaces(&self) -> Option<(&str, &str)> {
        let mut columns = self.columns.iter();
        let start = columns.find_map(|column| match column {
            Column::Start(space) => space.as_deref(),
            _ => None,
        })?;
        let mut columns = self.columns.iter();
        let end = columns.find_map(|column| match column {
            Column::End(space) => space.as_deref(),
            _ => None,
        })?;
        Some((start, end))
    }

    fn check_repeats(&self) -> Result<(), String> {
        let mut names: Vec<&str> = self.columns.iter().filter_map(Column::name).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(format!("the header has two columns for {}", pair[0])),
            None => Ok(()),
        }
    }
}

impl Column {
    /// What must not stand twice in a header.
    fn name(&self) -> Option<&str> {
        match self {
            Column::Id { property, .. } => Some(property.as_deref().unwrap_or("the id")),
            Column::Start(_) => Some("the start"),
            Column::End(_) => Some("the end"),
            Column::Type => Some("the type"),
            Column::Property(name, _) => Some(name),
            Column::Labels(_) | Column::Ignored => None,
        }
    }

    /// Words mean different things in the kinds of tables; `cell` is what the header calls the column.
    fn settle(&mut self, cell: &str, kind: TableKind, has_type: bool) {
        let property = |name: &str| Column::Property(name.into(), None);
        *self = match (&self, kind) {
            (Column::Start(_) | Column::End(_) | Column::Type, TableKind::Nodes) => property(cell),
            (Column::Labels(_), TableKind::Relationships) if has_type => property(cell),
            (Column::Labels(_), TableKind::Relationships) => Column::Type,
            (Column::Id { property: None, .. }, TableKind::Relationships) => Column::Ignored,
            (
                Column::Id {
                    property: Some(name),
                    kind,
                    ..
                },
                TableKind::Relationships,
            ) => Column::Property(name.clone(), *kind),
            _ => return,
        };
    }
}

/// What one cell of a header says.
fn column(cell: &str, dialect: Dialect) -> Column {
    let cell = cell.trim();
    if dialect == Dialect::Kgx
        && let Some(column) = column_of_kgx(cell)
    {
        return column;
    }
    // A caption there.
    if dialect == Dialect::Gephi && cell.eq_ignore_ascii_case("label") {
        return Column::Property("label".into(), None);
    }
    // What stands in braces are details of a type: `born:datetime{timezone:+01:00}`.
    let details = cell
        .strip_suffix('}')
        .and_then(|cell| cell.rsplit_once('{'));
    let (before, details) = details.unwrap_or((cell, ""));
    if let Some((name, word)) = before.rsplit_once(':')
        && let Some(column) = column_of_word(name.trim(), word.trim(), details)
    {
        return column;
    }
    match cell.to_lowercase().as_str() {
        "" => Column::Ignored,
        "id" | "~id" => Column::Id {
            property: Some("id".into()),
            kind: None,
            space: None,
        },
        "_id" => Column::Id {
            property: None,
            kind: None,
            space: None,
        },
        "label" | "labels" | "~label" => Column::Labels(';'),
        "_labels" => Column::Labels(':'),
        "~from" | "_start" => Column::Start(None),
        "~to" | "_end" => Column::End(None),
        "type" | "_type" => Column::Type,
        _ => Column::Property(cell.into(), None),
    }
}

/// What a word of KGX says; columns of several values have them between bars.
fn column_of_kgx(cell: &str) -> Option<Column> {
    const LISTS: &[&str] = &[
        "aggregator_knowledge_source",
        "has_evidence",
        "in_taxon",
        "provided_by",
        "publications",
        "qualifiers",
        "same_as",
        "synonym",
        "xref",
    ];
    Some(match cell {
        "category" => Column::Labels('|'),
        "subject" => Column::Start(None),
        "object" => Column::End(None),
        "predicate" => Column::Type,
        _ if LISTS.contains(&cell) => {
            let kind = CellKind {
                cell_type: CellType::String,
                list: true,
            };
            Column::Property(cell.into(), Some(kind))
        }
        "type" | "label" | "labels" => Column::Property(cell.into(), None),
        _ => return None,
    })
}

/// What `name:word` says, if the word is one that we know: `name:ID(Person){id-type:int}`, `age:int`,
/// `tags:string[]`.
fn column_of_word(name: &str, word: &str, details: &str) -> Option<Column> {
    let (word, space) = match word.strip_suffix(')').and_then(|word| word.split_once('(')) {
        Some((word, space)) => (word, Some(Arc::from(space))),
        None => (word, None),
    };
    Some(match word.to_ascii_uppercase().as_str() {
        "ID" => Column::Id {
            property: (!name.is_empty()).then(|| name.into()),
            kind: id_kind(details),
            space,
        },
        "LABEL" | "LABELS" => Column::Labels(';'),
        "START_ID" => Column::Start(space),
        "END_ID" => Column::End(space),
        "TYPE" => Column::Type,
        "IGNORE" => Column::Ignored,
        _ => {
            let (word, list) = match word.strip_suffix("[]") {
                Some(word) => (word, true),
                None => (word, false),
            };
            // Points are kept as text, as they stand.
            let cell_type = match word.eq_ignore_ascii_case("point") {
                true => CellType::String,
                false => CellType::named(word)?,
            };
            Column::Property(name.into(), Some(CellKind { cell_type, list }))
        }
    })
}

/// The type of ids that `id-type:int` in the details of an id says.
fn id_kind(details: &str) -> Option<CellKind> {
    let (word, name) = details.split_once(':')?;
    let cell_type = CellType::named(name.trim()).filter(|_| word.trim() == "id-type")?;
    Some(CellKind {
        cell_type,
        list: false,
    })
}
