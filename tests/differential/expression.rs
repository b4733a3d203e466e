//! Random expressions that cannot fail: integers, text, truth with nulls; values of groups.

use super::generate::{Generator, Kind};
use super::text::Both;

/// Integers on which both languages do the same.
const INTEGER_FORMS: &[(&str, &str)] = &[
    ("{0} + {1}", "{0} + {1}"),
    ("{0} - {1}", "{0} - {1}"),
    ("{0} * {1}", "{0} * {1}"),
    ("{0} % 3", "{0} % 3"),
    ("{0} / 2", "{0} // 2"),
    ("-{0}", "-{0}"),
    ("abs({0})", "abs({0})"),
    ("sign({0})", "CAST(sign({0}) AS BIGINT)"),
    ("coalesce({0}, {1})", "coalesce({0}, {1})"),
];

const TEXT_FORMS: &[(&str, &str)] = &[
    ("{0} + {1}", "{0} || {1}"),
    ("toUpper({0})", "upper({0})"),
    ("substring({0}, 1)", "substring({0}, 2)"),
    ("left({0}, 1)", "left({0}, 1)"),
    ("replace({0}, 'a', 'xy')", "replace({0}, 'a', 'xy')"),
    ("reverse({0})", "reverse({0})"),
    ("trim({0})", "trim({0})"),
    ("coalesce({0}, {1})", "coalesce({0}, {1})"),
];

const TEXT_TESTS: &[(&str, &str)] = &[
    ("{0} STARTS WITH {1}", "starts_with({0}, {1})"),
    ("{0} ENDS WITH {1}", "ends_with({0}, {1})"),
    ("{0} CONTAINS {1}", "contains({0}, {1})"),
    ("{0} = {1}", "{0} = {1}"),
    ("{0} < {1}", "{0} < {1}"),
    ("{0} >= {1}", "{0} >= {1}"),
    ("{0} <> {1}", "{0} <> {1}"),
    ("{0} IN ['a', 'b', {1}]", "{0} IN ('a', 'b', {1})"),
    ("{0} =~ 'a.*'", "regexp_full_match({0}, 'a.*')"),
];

const COMPARISONS: &[&str] = &["=", "<>", "<", "<=", ">", ">="];

/// Values of groups: argument, result, Cypher, SQL.
const AGGREGATES: &[(Option<Kind>, Kind, &str, &str)] = &[
    (None, Kind::Integer, "count(*)", "count(*)"),
    (
        Some(Kind::Integer),
        Kind::Integer,
        "count({0})",
        "count({0})",
    ),
    (
        Some(Kind::Integer),
        Kind::Integer,
        "sum({0})",
        "coalesce(sum({0}), 0)",
    ),
    (Some(Kind::Integer), Kind::Integer, "min({0})", "min({0})"),
    (Some(Kind::Integer), Kind::Integer, "max({0})", "max({0})"),
    (Some(Kind::Text), Kind::Text, "min({0})", "min({0})"),
    (Some(Kind::Text), Kind::Text, "max({0})", "max({0})"),
    (
        Some(Kind::Integer),
        Kind::Integer,
        "count(DISTINCT {0})",
        "count(DISTINCT {0})",
    ),
    (
        Some(Kind::Text),
        Kind::Integer,
        "count(DISTINCT {0})",
        "count(DISTINCT {0})",
    ),
    (
        Some(Kind::Node),
        Kind::Integer,
        "count(DISTINCT {0})",
        "count(DISTINCT {0}.id)",
    ),
    (
        Some(Kind::Node),
        Kind::Integer,
        "count({0})",
        "count({0}.id)",
    ),
    (
        Some(Kind::Integer),
        Kind::Integer,
        "sum(DISTINCT {0})",
        "coalesce(sum(DISTINCT {0}), 0)",
    ),
    (
        Some(Kind::Integer),
        Kind::Boolean,
        "avg({0}) > 1.5",
        "avg({0}) > 1.5",
    ),
    (Some(Kind::Boolean), Kind::Boolean, "max({0})", "max({0})"),
    (
        Some(Kind::Integer),
        Kind::List,
        "collect({0})",
        "coalesce(list({0}) FILTER ({0} IS NOT NULL), [])",
    ),
    (
        Some(Kind::Integer),
        Kind::List,
        "collect(DISTINCT {0})",
        "coalesce(list(DISTINCT {0}) FILTER ({0} IS NOT NULL), [])",
    ),
];

impl Generator<'_> {
    /// A value of a column.
    pub fn item(&mut self, kind: Kind) -> Both {
        match kind {
            Kind::Text => self.text(2),
            Kind::Boolean => self.boolean(2),
            _ => self.integer(2),
        }
    }

    /// What groups can be by: never a constant. None where nothing is in sight.
    pub fn key(&mut self, kind: Kind) -> Option<Both> {
        let read = self.read(kind)?;
        if !self.choices.chance(25) {
            return Some(read);
        }
        Some(match kind {
            Kind::Integer => Both::form("{0} % 2", "{0} % 2", &[read]),
            Kind::Text => Both::form("toUpper({0})", "upper({0})", &[read]),
            _ => Both::form("{0} IS NULL", "{0} IS NULL", &[read]),
        })
    }

    /// An aggregate, and what it gives.
    pub fn aggregate(&mut self) -> (Both, Kind) {
        let place = self.choices.below(AGGREGATES.len() as u32) as usize;
        let (argument, result, cypher, sql) = AGGREGATES[place];
        let argument = match argument {
            None => Both::default(),
            Some(Kind::Node) => match self.any_of(Kind::Node) {
                Some(node) => Both::same(node),
                None => return (Both::same("count(*)"), Kind::Integer),
            },
            Some(Kind::Text) => self.text(1),
            Some(Kind::Boolean) => self.boolean(0),
            Some(_) => self.integer(1),
        };
        (Both::form(cypher, sql, &[argument]), result)
    }

    /// An aggregate that gives a kind.
    pub fn aggregate_of(&mut self, kind: Kind) -> Both {
        let (value, found) = self.aggregate();
        match (kind, found) {
            (wanted, found) if wanted == found => value,
            (Kind::Integer, Kind::List) => Both::form("size({0})", "len({0})", &[value]),
            (Kind::Integer, _) => Both::same("count(*)"),
            (Kind::Boolean, Kind::Integer) => Both::form("{0} > 1", "{0} > 1", &[value]),
            (Kind::Boolean, _) => Both::same("count(*) > 2"),
            (_, _) => {
                let text = self.text(0);
                Both::form("min({0})", "min({0})", &[text])
            }
        }
    }

    /// A variable or property.
    fn read(&mut self, kind: Kind) -> Option<Both> {
        let mut reads: Vec<String> = self.of_kind(kind);
        let (of_nodes, of_relationships): (&[&str], &[&str]) = match kind {
            Kind::Integer => (&["number", "id"], &["weight", "id"]),
            Kind::Text => (&["text"], &["since"]),
            _ => (&["flag"], &[]),
        };
        for node in self.of_kind(Kind::Node) {
            reads.extend(of_nodes.iter().map(|key| format!("{node}.{key}")));
        }
        for relationship in self.of_kind(Kind::Relationship) {
            reads.extend(
                of_relationships
                    .iter()
                    .map(|key| format!("{relationship}.{key}")),
            );
        }
        let reads: Vec<&str> = reads.iter().map(String::as_str).collect();
        (!reads.is_empty()).then(|| Both::same(self.choices.pick(&reads)))
    }

    /// An integer or null.
    pub fn integer(&mut self, depth: u32) -> Both {
        self.outside_predicates(|generator| generator.any_integer(depth))
    }

    fn any_integer(&mut self, depth: u32) -> Both {
        let choice = self.choices.below(if depth == 0 { 6 } else { 14 });
        match choice {
            0..=3 => match self.read(Kind::Integer) {
                Some(read) => read,
                None => Both::same(self.choices.below(4).to_string()),
            },
            4 => Both::same(self.choices.below(5).to_string()),
            5 => self.measured(),
            6 => {
                let condition = self.boolean(depth - 1);
                let parts = [condition, self.integer(depth - 1), self.integer(depth - 1)];
                let form = "(CASE WHEN {0} THEN {1} ELSE {2} END)";
                Both::form(form, form, &parts)
            }
            7 => self.counted(),
            8 if !self.is_plain => self.peculiar_integer(depth),
            _ => {
                let place = self.choices.below(INTEGER_FORMS.len() as u32) as usize;
                let (cypher, sql) = INTEGER_FORMS[place];
                let parts = [self.integer(depth - 1), self.integer(depth - 1)];
                Both::form(&format!("({cypher})"), &format!("({sql})"), &parts)
            }
        }
    }

    /// The size of something in sight.
    fn measured(&mut self) -> Both {
        if let Some(walk) = self.any_of(Kind::Walk) {
            return Both::form("size({0})", "len({0}.edges)", &[Both::same(walk)]);
        }
        if let Some(list) = self.any_of(Kind::List) {
            return Both::form("size({0})", "len({0})", &[Both::same(list)]);
        }
        match self.read(Kind::Text) {
            Some(text) => Both::form("size({0})", "length({0})", &[text]),
            None => Both::same("2"),
        }
    }

    /// The number of rows of a pattern.
    fn counted(&mut self) -> Both {
        let pattern = self.pattern(2);
        let sql = pattern.rows_in_sql("count(*)");
        Both {
            cypher: format!("COUNT {{ {} }}", pattern.cypher),
            sql,
        }
    }

    /// What SQL is not asked for.
    fn peculiar_integer(&mut self, depth: u32) -> Both {
        let number = self.integer(depth - 1).cypher;
        let node = self.any_of(Kind::Node);
        let text = match (self.choices.below(8), node) {
            (0, _) => format!("reduce(s = 0, i IN [1, 2, {number}] | s + i)"),
            (1, _) => format!("size([i IN range(0, 5) WHERE i > {number} | i])"),
            (2, Some(node)) => format!("size([({node})-[:R]->(m) WHERE m.number > 0 | m.id])"),
            (3, Some(node)) => format!("size(labels({node}))"),
            (4, Some(node)) => format!("size({node}.list)"),
            (5, Some(node)) => format!("{node}.list[0]"),
            (6, Some(node)) => {
                let pattern = self.pattern(1).cypher;
                format!("size(COLLECT {{ MATCH {pattern} RETURN {node}.id }})")
            }
            (_, Some(node)) => format!("size(keys({node}))"),
            (_, None) => format!("[1, 2, 3][{number}]"),
        };
        Both::cypher(text)
    }

    /// A text or null.
    pub fn text(&mut self, depth: u32) -> Both {
        self.outside_predicates(|generator| generator.any_text(depth))
    }

    fn any_text(&mut self, depth: u32) -> Both {
        let choice = self.choices.below(if depth == 0 { 5 } else { 9 });
        match choice {
            0..=2 => match self.read(Kind::Text) {
                Some(read) => read,
                None => Both::same("'a'"),
            },
            3 => Both::same(self.choices.pick(&["'a'", "'b'", "''", "'abc'", "'é'"])),
            4 => match self.any_of(Kind::Relationship) {
                Some(name) => Both::form("type({0})", "{0}.type", &[Both::same(name)]),
                None => Both::same("'ab'"),
            },
            5 => {
                let number = self.integer(depth - 1);
                Both::form("toString({0})", "CAST({0} AS VARCHAR)", &[number])
            }
            _ => {
                let place = self.choices.below(TEXT_FORMS.len() as u32) as usize;
                let (cypher, sql) = TEXT_FORMS[place];
                let parts = [self.text(depth - 1), self.text(depth - 1)];
                Both::form(&format!("({cypher})"), &format!("({sql})"), &parts)
            }
        }
    }

    /// What stands after `WHERE`.
    pub fn predicate(&mut self, depth: u32) -> Both {
        let before = std::mem::replace(&mut self.in_predicate, true);
        let predicate = self.boolean(depth);
        self.in_predicate = before;
        predicate
    }

    /// A part that is a value.
    fn outside_predicates<T>(&mut self, part: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.in_predicate, false);
        let value = part(self);
        self.in_predicate = before;
        value
    }

    /// True, false or null.
    pub fn boolean(&mut self, depth: u32) -> Both {
        let choice = self.choices.below(if depth == 0 { 6 } else { 16 });
        match choice {
            0..=1 => {
                let operator = self.choices.pick(COMPARISONS);
                let form = format!("{{0}} {operator} {{1}}");
                let inner = depth.saturating_sub(1);
                let parts = [self.integer(inner), self.integer(inner)];
                Both::form(&format!("({form})"), &format!("({form})"), &parts)
            }
            2 => {
                let place = self.choices.below(TEXT_TESTS.len() as u32) as usize;
                let (cypher, sql) = TEXT_TESTS[place];
                let inner = depth.saturating_sub(1);
                let parts = [self.text(inner), self.text(inner)];
                Both::form(&format!("({cypher})"), &format!("({sql})"), &parts)
            }
            3 => match self.read(Kind::Boolean) {
                Some(read) => read,
                None => Both::same("TRUE"),
            },
            4 => self.same_node(),
            5 => {
                let kind = *self.choices.pick(&[&Kind::Integer, &Kind::Text]);
                let tested = self.read(kind).unwrap_or_else(|| Both::same("NULL"));
                let not = self.choices.pick(&["", "NOT "]);
                let form = format!("({{0}} IS {not}NULL)");
                Both::form(&form, &form, &[tested])
            }
            6..=8 => {
                let operator = self.choices.pick(&["AND", "OR"]);
                let form = format!("({{0}} {operator} {{1}})");
                let parts = [self.boolean(depth - 1), self.boolean(depth - 1)];
                Both::form(&form, &form, &parts)
            }
            9 => {
                let part = self.boolean(depth - 1);
                Both::form("(NOT {0})", "(NOT {0})", &[part])
            }
            10 => {
                let parts = [self.boolean(depth - 1), self.boolean(depth - 1)];
                Both::form("({0} XOR {1})", "({0} <> {1})", &parts)
            }
            11 => {
                let number = self.integer(depth - 1);
                let list = self.choices.pick(&["1, 2", "0", "3, NULL", "1, 4, 2"]);
                let (cypher, sql) = (
                    format!("({{0}} IN [{list}])"),
                    format!("({{0}} IN ({list}))"),
                );
                Both::form(&cypher, &sql, &[number])
            }
            12 | 13 => self.exists(depth),
            14 if !self.is_plain => self.peculiar_test(depth),
            _ => self.pattern_predicate(),
        }
    }

    /// A comparison of two nodes, or a test of labels.
    fn same_node(&mut self) -> Both {
        let Some(node) = self.any_of(Kind::Node) else {
            return Both::same("TRUE");
        };
        if self.choices.chance(50) {
            let labels = self.labels(&node);
            return Both::form("({0}:{1})", "({1})", &[Both::same(node), labels]);
        }
        let other = self.any_of(Kind::Node).unwrap_or_else(|| node.clone());
        let operator = self.choices.pick(&["=", "<>"]);
        let (cypher, sql) = (
            format!("({{0}} {operator} {{1}})"),
            format!("({{0}}.id {operator} {{1}}.id)"),
        );
        Both::form(&cypher, &sql, &[Both::same(node), Both::same(other)])
    }

    /// `EXISTS { pattern WHERE predicate }`
    fn exists(&mut self, depth: u32) -> Both {
        let visible = self.scope.len();
        let mut pattern = self.pattern(2);
        self.scope.extend(pattern.new_variables().iter().cloned());
        if self.choices.chance(40) {
            let predicate = self.predicate(depth - 1);
            pattern.filter(predicate);
        }
        self.scope.truncate(visible);
        let rows = pattern.rows_in_sql("1");
        let not = self.choices.pick(&["", "NOT "]);
        Both {
            cypher: format!("({not}EXISTS {{ {} }})", pattern.cypher),
            sql: format!("({not}EXISTS {rows})"),
        }
    }

    /// `(a)-[:R]->()`, which names no new variables.
    fn pattern_predicate(&mut self) -> Both {
        let Some(node) = self.any_of(Kind::Node) else {
            return Both::same("TRUE");
        };
        let pattern = self.anonymous(&node);
        let not = self.choices.pick(&["", "NOT "]);
        let written = match self.in_predicate {
            true => pattern.cypher.clone(),
            false => format!("EXISTS {{ {} }}", pattern.cypher),
        };
        Both {
            cypher: format!("({not}{written})"),
            sql: format!("({not}EXISTS {})", pattern.rows_in_sql("1")),
        }
    }

    fn peculiar_test(&mut self, depth: u32) -> Both {
        let number = self.integer(depth - 1).cypher;
        let node = self.any_of(Kind::Node);
        let text = match (self.choices.below(9), node) {
            (0, Some(node)) => format!("({node}.mixed < {number})"),
            (1, Some(node)) => format!("({node}.mixed = 'a' OR {node}.mixed > 1)"),
            (2, Some(node)) => format!("({number} IN {node}.list)"),
            (3, Some(node)) => format!("any(i IN {node}.list WHERE i > {number})"),
            (4, Some(node)) => format!(
                "EXISTS {{ MATCH ({node})-->(m) WITH m ORDER BY m.id LIMIT 1 MATCH (m)-->(k) RETURN k }}"
            ),
            (5, Some(node)) => format!("EXISTS {{ ({node})-[:R*1..2]->(:A) }}"),
            (6, _) => format!("(0 < {number} <= 3)"),
            (7, Some(node)) => format!("(COUNT {{ ({node})--() }} > {number})"),
            _ => format!("all(i IN [1, 2] WHERE i <= {number})"),
        };
        Both::cypher(text)
    }
}
