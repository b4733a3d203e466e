//! Random queries over the schema of [`super::world`], each as openCypher and, in plain ones, as SQL for
//! DuckDB: a node is a row as a value, a `MATCH` joins, a variable length is a recursive table.

use std::fmt::Write;

use super::choices::Choices;
use super::text::Both;

/// What a variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Node,
    Relationship,
    /// The relationships of a variable length.
    Walk,
    Integer,
    Text,
    Boolean,
    /// Integers in no order.
    List,
}

/// A variable in sight.
#[derive(Debug, Clone)]
pub struct Variable {
    pub name: String,
    pub kind: Kind,
}

/// A query in both languages.
#[derive(Debug, Clone)]
pub struct Query {
    pub cypher: String,
    /// Where SQL can say it.
    pub sql: Option<String>,
    /// Whether the order of the rows is given.
    pub is_ordered: bool,
}

/// What generates one query.
pub struct Generator<'c> {
    pub choices: &'c mut Choices,
    /// Whether only what SQL can say is used.
    pub is_plain: bool,
    pub scope: Vec<Variable>,
    /// Whether what is generated is a predicate, where a pattern may stand for itself.
    pub in_predicate: bool,
    names: usize,
    /// Relationships that may still come, lest there are too many rows.
    relationships: usize,
    /// Recursive tables of the query.
    walks: Vec<String>,
}

/// A pattern: as it is written, and its tables and conditions.
#[derive(Debug, Default)]
pub struct Pattern {
    pub cypher: String,
    tables: Vec<String>,
    conditions: Vec<String>,
    new: Vec<Variable>,
    /// SQL names of relationships, and whether each is a walk.
    relationships: Vec<(String, bool)>,
}

/// Columns of a result.
const COLUMN_KINDS: &[&Kind] = &[&Kind::Integer, &Kind::Text, &Kind::Boolean];

/// A random query.
pub fn query(choices: &mut Choices) -> Query {
    let is_plain = choices.chance(60);
    let mut generator = Generator {
        choices,
        is_plain,
        scope: Vec::new(),
        in_predicate: false,
        names: 0,
        relationships: 5,
        walks: Vec::new(),
    };
    let kinds: Vec<Kind> = (0..=generator.choices.below(3))
        .map(|_| *generator.choices.pick(COLUMN_KINDS))
        .collect();
    let parts = 1 + usize::from(generator.choices.chance(10));
    let mut whole = Both::default();
    let union = generator.choices.pick(&[" UNION ALL ", " UNION "]);
    let mut is_ordered = false;
    for part in 0..parts {
        if part > 0 {
            whole = whole + union;
        }
        let single;
        (single, is_ordered) = generator.single(&kinds, parts == 1);
        whole = whole + single;
    }
    let walks = match generator.walks.as_slice() {
        [] => String::new(),
        walks => format!("WITH RECURSIVE {} ", walks.join(", ")),
    };
    Query {
        cypher: whole.cypher,
        sql: is_plain.then(|| walks + &whole.sql),
        is_ordered,
    }
}

impl<'c> Generator<'c> {
    /// What generates parts of a statement in which one node is in sight.
    pub fn with_node(choices: &'c mut Choices, name: &str) -> Self {
        Generator {
            choices,
            is_plain: true,
            scope: vec![Variable {
                name: name.to_owned(),
                kind: Kind::Node,
            }],
            in_predicate: false,
            names: 0,
            relationships: 2,
            walks: Vec::new(),
        }
    }

    /// A new name that begins with `letter`.
    pub fn name(&mut self, letter: &str) -> String {
        self.names += 1;
        format!("{letter}{}", self.names)
    }

    /// The variables of a kind.
    pub fn of_kind(&self, kind: Kind) -> Vec<String> {
        let found = self.scope.iter().filter(|variable| variable.kind == kind);
        found.map(|variable| variable.name.clone()).collect()
    }

    /// One of the variables of a kind.
    pub fn any_of(&mut self, kind: Kind) -> Option<String> {
        let names = self.of_kind(kind);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        (!names.is_empty()).then(|| self.choices.pick(&names).to_owned())
    }

    /// Clauses up to `RETURN`, and whether the rows are in order.
    fn single(&mut self, kinds: &[Kind], may_order: bool) -> (Both, bool) {
        self.scope.clear();
        let mut text = String::new();
        let mut sql = "SELECT 1 AS unit".to_owned();
        (text, sql) = self.matching(false, text, sql);
        for _ in 0..self.choices.below(4) {
            (text, sql) = match self.choices.below(10) {
                0 | 1 => self.matching(false, text, sql),
                2..=4 => self.matching(true, text, sql),
                5 => self.unwind(text, sql),
                6 if !self.is_plain => (self.call(text), sql),
                _ => self.with(text, sql),
            };
        }
        self.returning(kinds, may_order, text, sql)
    }

    /// `MATCH` or `OPTIONAL MATCH`
    fn matching(&mut self, optional: bool, text: String, sql: String) -> (String, String) {
        let visible = self.scope.len();
        let mut pattern = self.pattern(3);
        self.scope.extend(pattern.new.iter().cloned());
        if self.choices.chance(50) {
            let predicate = self.predicate(2);
            write!(pattern.cypher, " WHERE {}", predicate.cypher).expect("a string takes it");
            pattern.conditions.push(predicate.sql);
        }
        let new: Vec<&String> = self.scope[visible..].iter().map(|new| &new.name).collect();
        let columns = |prefix: &str| -> String {
            new.iter().map(|name| format!(", {prefix}{name}")).collect()
        };
        let condition = pattern.condition();
        let tables = pattern.tables.join(", ");
        let sql = match (optional, tables.is_empty()) {
            (false, true) => format!("SELECT p.* FROM ({sql}) AS p WHERE {condition}"),
            (false, false) => {
                let columns = columns("");
                format!("SELECT p.*{columns} FROM ({sql}) AS p, {tables} WHERE {condition}")
            }
            (true, true) => sql,
            (true, false) => format!(
                "SELECT p.*{} FROM ({sql}) AS p LEFT JOIN LATERAL
                 (SELECT 1 AS one{} FROM {tables} WHERE {condition}) AS o ON TRUE",
                columns("o."),
                columns("")
            ),
        };
        let keyword = if optional { "OPTIONAL MATCH" } else { "MATCH" };
        (format!("{text}{keyword} {} ", pattern.cypher), sql)
    }

    /// One or two paths of at most `longest` relationships; its variables are not in sight yet.
    pub fn pattern(&mut self, longest: u32) -> Pattern {
        let mut pattern = Pattern::default();
        for path in 0..=u32::from(self.choices.chance(25)) {
            if path > 0 {
                pattern.cypher.push_str(", ");
            }
            let mut near = self.node(&mut pattern, true);
            for _ in 0..self.choices.below(longest + 1) {
                if self.relationships == 0 {
                    break;
                }
                self.relationships -= 1;
                near = self.step(&mut pattern, &near, true);
            }
        }
        pattern
    }

    /// One or two relationships from a node, without names.
    pub fn anonymous(&mut self, from: &str) -> Pattern {
        let mut pattern = Pattern {
            cypher: format!("({from})"),
            conditions: vec![format!("{from}.id IS NOT NULL")],
            ..Pattern::default()
        };
        let mut near = from.to_owned();
        for _ in 0..=self.choices.below(2) {
            near = self.step(&mut pattern, &near, false);
        }
        pattern
    }

    /// A node of a pattern; gives its name in SQL.
    fn node(&mut self, pattern: &mut Pattern, may_name: bool) -> String {
        let mut known = self.of_kind(Kind::Node);
        let of_pattern = pattern.new.iter().filter(|new| new.kind == Kind::Node);
        known.extend(of_pattern.map(|new| new.name.clone()));
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let (name, written) = if !known.is_empty() && self.choices.chance(40) {
            let name = self.choices.pick(&known).to_owned();
            pattern.conditions.push(format!("{name}.id IS NOT NULL"));
            (name.clone(), name)
        } else {
            let name = self.name("n");
            pattern.tables.push(format!("node AS {name}"));
            if may_name && !self.choices.chance(15) {
                let kind = Kind::Node;
                pattern.new.push(Variable {
                    name: name.clone(),
                    kind,
                });
                (name.clone(), name)
            } else {
                (name, String::new())
            }
        };
        let mut labels = String::new();
        if self.choices.chance(40) {
            let expression = self.labels(&name);
            labels = format!(":{}", expression.cypher);
            pattern.conditions.push(expression.sql);
        }
        let mut properties = String::new();
        if self.choices.chance(10) {
            let number = self.choices.below(4);
            properties = format!(" {{number: {number}}}");
            pattern.conditions.push(format!("{name}.number = {number}"));
        }
        write!(pattern.cypher, "({written}{labels}{properties})").expect("a string takes it");
        name
    }

    /// What labels of the node `name` must be.
    pub fn labels(&mut self, name: &str) -> Both {
        let label = |which: u32| ["A", "B", "C"][which as usize];
        let test = |which: u32| format!("{name}.is_{}", ["a", "b", "c"][which as usize]);
        let one = self.choices.below(3);
        let other = self.choices.below(3);
        let (cypher, sql) = match self.choices.below(7) {
            0..=3 => (label(one).to_owned(), test(one)),
            4 => (
                format!("{}|{}", label(one), label(other)),
                format!("({} OR {})", test(one), test(other)),
            ),
            5 => (
                format!("{}&{}", label(one), label(other)),
                format!("({} AND {})", test(one), test(other)),
            ),
            _ => (format!("!{}", label(one)), format!("(NOT {})", test(one))),
        };
        Both { cypher, sql }
    }

    /// A relationship and the node that it leads to, from `near`.
    fn step(&mut self, pattern: &mut Pattern, near: &str, may_name: bool) -> String {
        let name = self.name("r");
        let is_named = may_name && self.choices.chance(40);
        let direction = self.choices.below(3);
        let types = self
            .choices
            .pick(&["", "R", "S", "T", "R|S", "S|T", "!R"])
            .to_owned();
        let length = match self.choices.chance(20) {
            true => Some(*self.choices.pick(&[
                &("*1..2", 1, 2),
                &("*0..1", 0, 1),
                &("*2", 2, 2),
                &("*..3", 1, 3),
                &("*0..2", 0, 2),
                &("*2..3", 2, 3),
            ])),
            false => None,
        };
        let weight = match self.choices.chance(8) {
            true => Some(self.choices.below(3)),
            false => None,
        };
        let type_test = match types.as_str() {
            "" => "TRUE".to_owned(),
            "!R" => "type <> 'R'".to_owned(),
            names => format!("type IN ('{}')", names.replace('|', "', '")),
        };
        let test = match weight {
            Some(weight) => format!("{type_test} AND weight = {weight}"),
            None => type_test,
        };
        let (left, right) = [("-", "->"), ("<-", "-"), ("-", "-")][direction as usize];
        let written_name = if is_named { name.as_str() } else { "" };
        let types = if types.is_empty() {
            types
        } else {
            format!(":{types}")
        };
        let written_length = length.map_or("", |(written, _, _)| written);
        let properties = weight.map_or(String::new(), |weight| format!(" {{weight: {weight}}}"));
        write!(
            pattern.cypher,
            "{left}[{written_name}{types}{written_length}{properties}]{right}"
        )
        .expect("a string takes it");
        let far = self.node(pattern, may_name);
        let kind = match length {
            None => {
                let forwards = format!("({name}.source = {near}.id AND {name}.target = {far}.id)");
                let backwards = format!("({name}.target = {near}.id AND {name}.source = {far}.id)");
                pattern.conditions.push(match direction {
                    0 => forwards,
                    1 => backwards,
                    _ => format!("({forwards} OR {backwards})"),
                });
                let qualified = test
                    .replace("type", &format!("{name}.type"))
                    .replace("weight", &format!("{name}.weight"));
                pattern.conditions.push(qualified);
                pattern.tables.push(format!("edge AS {name}"));
                Kind::Relationship
            }
            Some((_, least, most)) => {
                let table = self.walk(direction, &test, least, most);
                pattern.tables.push(format!("{table} AS {name}"));
                let ends = format!("{name}.start = {near}.id AND {name}.finish = {far}.id");
                pattern.conditions.push(ends);
                Kind::Walk
            }
        };
        let is_walk = kind == Kind::Walk;
        for (other, other_is_walk) in &pattern.relationships {
            pattern.conditions.push(match (is_walk, other_is_walk) {
                (false, false) => format!("{name}.id <> {other}.id"),
                (true, false) => format!("NOT list_contains({name}.edges, {other}.id)"),
                (false, true) => format!("NOT list_contains({other}.edges, {name}.id)"),
                (true, true) => format!("NOT list_has_any({name}.edges, {other}.edges)"),
            });
        }
        pattern.relationships.push((name.clone(), is_walk));
        if is_named {
            pattern.new.push(Variable { name, kind });
        }
        far
    }

    /// A table of the walks over relationships that pass a test.
    fn walk(&mut self, direction: u32, test: &str, least: u32, most: u32) -> String {
        let name = self.name("walk");
        let forwards =
            format!("SELECT id, source AS start, target AS finish FROM edge WHERE {test}");
        let backwards =
            format!("SELECT id, target AS start, source AS finish FROM edge WHERE {test}");
        let steps = match direction {
            0 => forwards,
            1 => backwards,
            // A loop is one way, not two.
            _ => format!("{forwards} UNION ALL {backwards} AND source <> target"),
        };
        self.walks.push(format!(
            "{name}_all(start, finish, edges) AS (SELECT id, id, []::BIGINT[] FROM node UNION ALL
             SELECT w.start, s.finish, list_append(w.edges, s.id) FROM {name}_all AS w, ({steps}) AS s
             WHERE s.start = w.finish AND len(w.edges) < {most} AND NOT list_contains(w.edges, s.id)),
             {name} AS (SELECT * FROM {name}_all WHERE len(edges) >= {least})"
        ));
        name
    }

    fn unwind(&mut self, text: String, sql: String) -> (String, String) {
        let name = self.name("x");
        let list = match self.any_of(Kind::List) {
            Some(list) if self.choices.chance(70) => Both::same(list),
            _ => {
                let list = self.choices.pick(&["[1, 2]", "[0]", "[2, NULL, 2]"]);
                Both::same(list)
            }
        };
        let kind = Kind::Integer;
        self.scope.push(Variable {
            name: name.clone(),
            kind,
        });
        (
            format!("{text}UNWIND {} AS {name} ", list.cypher),
            format!(
                "SELECT p.*, unnest({}) AS {name} FROM ({sql}) AS p",
                list.sql
            ),
        )
    }

    /// `CALL (...) { ... }`, which SQL is not asked for.
    fn call(&mut self, text: String) -> String {
        let before = self.scope.clone();
        let imports: Vec<Variable> = before
            .iter()
            .filter(|_| self.choices.chance(60))
            .cloned()
            .collect();
        let names: Vec<&str> = imports.iter().map(|one| one.name.as_str()).collect();
        let names = names.join(", ");
        self.scope = imports;
        let (inner, _) = self.matching(false, String::new(), String::new());
        let kinds = [*self.choices.pick(COLUMN_KINDS)];
        let item = self.item(kinds[0]);
        let output = self.name("x");
        let rest = self.choices.pick(&[
            "",
            " AS x",
            " ORDER BY o LIMIT 2",
            " UNION RETURN null AS o",
        ]);
        let rest = rest
            .replace(" AS x", "")
            .replace(" o", &format!(" {output}"));
        self.scope = before;
        self.scope.push(Variable {
            name: output.clone(),
            kind: kinds[0],
        });
        format!(
            "{text}CALL ({names}) {{ {inner}RETURN {} AS {output}{rest} }} ",
            item.cypher
        )
    }

    /// `WITH`, of variables and values or of groups.
    fn with(&mut self, text: String, sql: String) -> (String, String) {
        let mut items: Vec<(Both, Variable)> = Vec::new();
        let mut keys: Vec<String> = Vec::new();
        let mut passed: Vec<Variable> = Vec::new();
        for variable in self.scope.clone() {
            if self.choices.chance(60) {
                passed.push(variable);
            }
        }
        let groups = self.choices.chance(45);
        let distinct = !groups && self.choices.chance(25);
        if groups || distinct {
            // Of lists in no order none is the same as another.
            passed.retain(|one| !matches!(one.kind, Kind::List | Kind::Walk));
        }
        for variable in passed {
            keys.push(variable.name.clone());
            items.push((Both::same(&variable.name), variable));
        }
        let values = self.choices.below(2) + u32::from(items.is_empty() && !groups);
        for _ in 0..values {
            let kind = *self.choices.pick(COLUMN_KINDS);
            let value = match groups {
                true => self.key(kind),
                false => Some(self.item(kind)),
            };
            if let Some(value) = value {
                keys.push(value.sql.clone());
                let name = self.name("x");
                items.push((value, Variable { name, kind }));
            }
        }
        if groups {
            for _ in 0..=self.choices.below(2) {
                let (value, kind) = self.aggregate();
                let name = self.name("x");
                items.push((value, Variable { name, kind }));
            }
        }
        let distinct = if distinct { "DISTINCT " } else { "" };
        let list = |of: &dyn Fn(&Both) -> String| -> String {
            let items = items.iter().map(|(value, variable)| {
                let value = of(value);
                match value == variable.name {
                    true => value,
                    false => format!("{value} AS {}", variable.name),
                }
            });
            items.collect::<Vec<_>>().join(", ")
        };
        let mut cypher = format!("WITH {distinct}{}", list(&|value| value.cypher.clone()));
        let grouping = match (groups, keys.is_empty()) {
            (true, false) => format!(" GROUP BY {}", keys.join(", ")),
            _ => String::new(),
        };
        let mut sql = format!(
            "SELECT {distinct}{} FROM ({sql}) AS p{grouping}",
            list(&|value| value.sql.clone())
        );
        self.scope = items.into_iter().map(|(_, variable)| variable).collect();
        let has_order = |one: &Variable| !matches!(one.kind, Kind::List | Kind::Walk);
        if self.choices.chance(15) && self.scope.iter().all(has_order) {
            let columns: Vec<String> = self.scope.iter().map(ordered_by).collect();
            let cut = self.order_and_cut(&columns, true);
            cypher.push_str(&cut.cypher);
            sql = format!("SELECT * FROM ({sql}) AS p{}", cut.sql);
        }
        if self.choices.chance(25) {
            let predicate = self.predicate(1);
            write!(cypher, " WHERE {}", predicate.cypher).expect("a string takes it");
            sql = format!("SELECT * FROM ({sql}) AS p WHERE {}", predicate.sql);
        }
        (format!("{text}{cypher} "), sql)
    }

    /// `ORDER BY` of all columns in some order, and often `SKIP` and `LIMIT`.
    fn order_and_cut(&mut self, columns: &[String], cuts: bool) -> Both {
        let first = self.choices.below(columns.len() as u32) as usize;
        let (mut cypher, mut sql) = (Vec::new(), Vec::new());
        for place in 0..columns.len() {
            let column = &columns[(first + place) % columns.len()];
            if self.choices.chance(40) {
                cypher.push(format!("{column} DESC"));
                sql.push(format!("{column} DESC NULLS FIRST"));
            } else {
                cypher.push(column.clone());
                sql.push(format!("{column} ASC NULLS LAST"));
            }
        }
        let mut order = Both {
            cypher: format!(" ORDER BY {}", cypher.join(", ")),
            sql: format!(" ORDER BY {}", sql.join(", ")),
        };
        let skip = match self.choices.chance(30) {
            true => Some(self.choices.below(4)),
            false => None,
        };
        let limit = match cuts || self.choices.chance(50) {
            true => Some(self.choices.below(8)),
            false => None,
        };
        if let Some(skip) = skip {
            write!(order.cypher, " SKIP {skip}").expect("a string takes it");
        }
        if let Some(limit) = limit {
            write!(order.cypher, " LIMIT {limit}").expect("a string takes it");
            write!(order.sql, " LIMIT {limit}").expect("a string takes it");
        }
        if let Some(skip) = skip {
            write!(order.sql, " OFFSET {skip}").expect("a string takes it");
        }
        order
    }

    fn returning(
        &mut self,
        kinds: &[Kind],
        may_order: bool,
        text: String,
        sql: String,
    ) -> (Both, bool) {
        let groups = self.choices.chance(50);
        let mut items: Vec<(Both, bool)> = Vec::new();
        for (place, kind) in kinds.iter().enumerate() {
            // At least one column of groups is an aggregate.
            let is_last = place + 1 == kinds.len();
            let all_keys = items.iter().all(|(_, is_key)| *is_key);
            let value = match groups {
                false => (self.item(*kind), true),
                true if is_last && all_keys || self.choices.chance(40) => {
                    (self.aggregate_of(*kind), false)
                }
                true => match self.key(*kind) {
                    Some(key) => (key, true),
                    None => (self.aggregate_of(*kind), false),
                },
            };
            items.push(value);
        }
        let column = |place: usize| format!("c{place}");
        let list = |of: &dyn Fn(&Both) -> String| {
            let items = items.iter().enumerate();
            let items =
                items.map(|(place, (value, _))| format!("{} AS {}", of(value), column(place)));
            items.collect::<Vec<_>>().join(", ")
        };
        let distinct = if self.choices.chance(25) && !groups {
            "DISTINCT "
        } else {
            ""
        };
        let keys = items.iter().filter(|(_, is_key)| *is_key);
        let keys: Vec<&str> = keys.map(|(value, _)| value.sql.as_str()).collect();
        let grouping = match (groups, keys.is_empty()) {
            (true, false) => format!(" GROUP BY {}", keys.join(", ")),
            _ => String::new(),
        };
        let mut whole = Both {
            cypher: format!(
                "{text}RETURN {distinct}{}",
                list(&|value| value.cypher.clone())
            ),
            sql: format!(
                "SELECT {distinct}{} FROM ({sql}) AS p{grouping}",
                list(&|value| value.sql.clone())
            ),
        };
        let is_ordered = may_order && self.choices.chance(35);
        if is_ordered {
            let columns: Vec<String> = (0..kinds.len()).map(column).collect();
            let cut = self.order_and_cut(&columns, false);
            whole = whole + cut;
        }
        (whole, is_ordered)
    }
}

impl Pattern {
    /// All conditions in SQL.
    pub fn condition(&self) -> String {
        match self.conditions.as_slice() {
            [] => "TRUE".to_owned(),
            conditions => conditions.join(" AND "),
        }
    }

    /// `EXISTS` or another function of the rows of the pattern, in SQL.
    pub fn rows_in_sql(&self, select: &str) -> String {
        match self.tables.is_empty() {
            true => format!("(SELECT {select} WHERE {})", self.condition()),
            false => format!(
                "(SELECT {select} FROM {} WHERE {})",
                self.tables.join(", "),
                self.condition()
            ),
        }
    }

    /// Adds a predicate of a `WHERE`.
    pub fn filter(&mut self, predicate: Both) {
        write!(self.cypher, " WHERE {}", predicate.cypher).expect("a string takes it");
        self.conditions.push(predicate.sql);
    }

    /// The variables that the pattern names first.
    pub fn new_variables(&self) -> &[Variable] {
        &self.new
    }
}

/// What a variable is ordered by.
fn ordered_by(variable: &Variable) -> String {
    match variable.kind {
        Kind::Node | Kind::Relationship => format!("{}.id", variable.name),
        _ => variable.name.clone(),
    }
}
