//! The binder: what is refused, with its code and its place; what a query becomes.

use std::collections::BTreeMap;
use std::sync::Arc;

use rihla::bind::bound::{
    Clause, Expression, Length, Pattern, PatternDirection, Projection, Statement,
};
use rihla::bind::expression::Labels;
use rihla::bind::{BindEnvironment, bind};
use rihla::functions::{Procedure, ProcedureCode, ProcedureColumn, Procedures, parse_type};
use rihla::parse::{ast, parse_statement};
use rihla::{Database, Error, Value};

/// A procedure `test.add(left :: INTEGER, right :: INTEGER) :: (sum :: INTEGER, even :: BOOLEAN)`
/// and one without columns.
fn procedures() -> Procedures {
    let column = |name: &str, type_name: &str| ProcedureColumn {
        name: name.to_owned(),
        column_type: parse_type(type_name),
    };
    let mut procedures = Procedures::default();
    for (name, outputs) in [
        (
            "test.add",
            vec![column("sum", "INTEGER"), column("even", "BOOLEAN")],
        ),
        ("test.nothing", Vec::new()),
    ] {
        procedures.register(Procedure {
            name: name.to_owned(),
            inputs: match outputs.is_empty() {
                true => Vec::new(),
                false => vec![column("left", "INTEGER"), column("right", "INTEGER")],
            },
            outputs,
            sentence: String::new(),
            optional_inputs: 0,
            code: ProcedureCode::Reads(Arc::new(|_, _| Ok(Vec::new()))),
        });
    }
    procedures
}

fn bound(text: &str) -> Result<Statement, Error> {
    bound_in(&Database::in_memory(), text)
}

fn bound_in(database: &Database, text: &str) -> Result<Statement, Error> {
    let ast::Statement::Query(query) = parse_statement(text)? else {
        panic!("{text} is no query");
    };
    let parameters: BTreeMap<Arc<str>, Value> = [("p".into(), Value::Integer(1))].into();
    let snapshot = database.snapshot().expect("in memory");
    let environment = BindEnvironment {
        catalog: snapshot.catalog(),
        procedures: &procedures(),
        parameters: Some(&parameters),
    };
    bind(&query, text, &environment)
}

/// Queries that are refused: the place of the error stands between `«` and `»`.
const REFUSED: &[(&str, &str)] = &[
    // Variables.
    ("RETURN «y»", "SyntaxError: UndefinedVariable"),
    (
        "MATCH (n) WITH n.x AS x RETURN «n»",
        "SyntaxError: UndefinedVariable",
    ),
    (
        "MATCH (n) WHERE (n)-[«r»]->() RETURN n",
        "SyntaxError: UndefinedVariable",
    ),
    (
        "MATCH (n) WHERE (n)-->(«m») RETURN n",
        "SyntaxError: UndefinedVariable",
    ),
    (
        "RETURN [x IN [1] | x] AS l, «x»",
        "SyntaxError: UndefinedVariable",
    ),
    (
        "RETURN reduce(a = 0, x IN [1] | a + «y»)",
        "SyntaxError: UndefinedVariable",
    ),
    (
        "MATCH (a) RETURN shortestPath((a)-[*]-(«b»))",
        "SyntaxError: UndefinedVariable",
    ),
    (
        "UNWIND [1] AS x UNWIND [2] AS «x» RETURN x",
        "SyntaxError: VariableAlreadyBound",
    ),
    (
        "MATCH (n) LOAD CSV FROM 'f' AS «n» RETURN n",
        "SyntaxError: VariableAlreadyBound",
    ),
    (
        "MATCH p = (a), «p» = (b) RETURN p",
        "SyntaxError: VariableAlreadyBound",
    ),
    (
        "MATCH (p) MATCH «p» = () RETURN p",
        "SyntaxError: VariableAlreadyBound",
    ),
    (
        "MATCH (n) FOREACH («n» IN [1] | CREATE ())",
        "SyntaxError: VariableAlreadyBound",
    ),
    (
        "MATCH ()-[r]->() MATCH («r») RETURN r",
        "SyntaxError: VariableTypeConflict",
    ),
    (
        "MATCH p = () MATCH («p») RETURN p",
        "SyntaxError: VariableTypeConflict",
    ),
    (
        "MATCH ()-[r*]->() MATCH ()-[«r»]->() RETURN r",
        "SyntaxError: VariableTypeConflict",
    ),
    (
        "MATCH (r)-[«r»]->() RETURN r",
        "SyntaxError: VariableTypeConflict",
    ),
    (
        "WITH [1] AS r MATCH ()-[«r»*]->() RETURN r",
        "SyntaxError: VariableTypeConflict",
    ),
    (
        "MATCH ()-[r]->()-[«r»]->() RETURN r",
        "SyntaxError: RelationshipUniquenessViolation",
    ),
    (
        "MATCH ()-[r]->(), ()-[«r»]->() RETURN r",
        "SyntaxError: RelationshipUniquenessViolation",
    ),
    (
        "MATCH (a) MATCH ((«a»)-->()){2} RETURN a",
        "SyntaxError: VariableAlreadyBound",
    ),
    (
        "MATCH (a), ((«a»)-->()){2} RETURN a",
        "SyntaxError: VariableAlreadyBound",
    ),
    // Patterns.
    (
        "MATCH (n «$p») RETURN n",
        "SyntaxError: InvalidParameterUse",
    ),
    ("MERGE (n «$p»)", "SyntaxError: InvalidParameterUse"),
    (
        "MATCH ((a)-->(b))«{3,2}» RETURN a",
        "SyntaxError: InvalidRelationshipPattern",
    ),
    (
        "MATCH shortestPath((a)-[«*2..3»]-(b)) RETURN a",
        "SyntaxError: InvalidRelationshipPattern",
    ),
    (
        "MATCH SHORTEST «0» (a)-[*]-(b) RETURN a",
        "SyntaxError: InvalidArgumentValue",
    ),
    // What is made.
    (
        "MATCH (a) CREATE («a»)",
        "SyntaxError: VariableAlreadyBound",
    ),
    (
        "CREATE (a), («a»:L)-[:R]->()",
        "SyntaxError: VariableAlreadyBound",
    ),
    (
        "MATCH (a)-[r:R]->(b) CREATE (a)-[«r»:R]->(b)",
        "SyntaxError: VariableAlreadyBound",
    ),
    (
        "CREATE (a)«-[:R]-»(b)",
        "SyntaxError: RequiresDirectedRelationship",
    ),
    (
        "CREATE (a)«-[:A|B]->»(b)",
        "SyntaxError: NoSingleRelationshipType",
    ),
    (
        "MERGE (a)«-[r]->»(b)",
        "SyntaxError: NoSingleRelationshipType",
    ),
    ("CREATE (a)-[:R«*2»]->(b)", "SyntaxError: CreatingVarLength"),
    ("MERGE (a)-[:R«*»]->(b)", "SyntaxError: CreatingVarLength"),
    ("CREATE «(a:A|B)»", "SyntaxError: UnexpectedSyntax"),
    ("CREATE (a {x: «a».y})", "SyntaxError: UndefinedVariable"),
    (
        "MERGE (a)-[:R]->(b {x: «a».y})",
        "SyntaxError: UndefinedVariable",
    ),
    (
        "MERGE (a:A) MERGE (a)-[:R]->(«a»:B)",
        "SyntaxError: VariableAlreadyBound",
    ),
    ("MATCH (n) DELETE «n:L»", "SyntaxError: InvalidDelete"),
    (
        "MATCH (n) DELETE «1 + 1»",
        "SyntaxError: InvalidArgumentType",
    ),
    ("MATCH (n) SET n.x = «y»", "SyntaxError: UndefinedVariable"),
    (
        "MATCH ()-[r]->() SET «r»:L",
        "SyntaxError: InvalidArgumentType",
    ),
    ("MATCH (n) SET n = «1»", "SyntaxError: InvalidArgumentType"),
    (
        "MATCH p = () SET «p».x = 1",
        "SyntaxError: InvalidArgumentType",
    ),
    // Projections.
    ("MATCH () RETURN «*»", "SyntaxError: NoVariablesInScope"),
    (
        "WITH «1 + 1» RETURN 1 AS x",
        "SyntaxError: NoExpressionAlias",
    ),
    ("RETURN 1 AS a, 2 AS «a»", "SyntaxError: ColumnNameConflict"),
    (
        "MATCH (n) RETURN n.x, «n.x»",
        "SyntaxError: ColumnNameConflict",
    ),
    (
        "MATCH (n) RETURN n SKIP «n.x»",
        "SyntaxError: NonConstantExpression",
    ),
    (
        "MATCH (n) RETURN n LIMIT «-1»",
        "SyntaxError: NegativeIntegerArgument",
    ),
    (
        "MATCH (n) RETURN n LIMIT «1.5»",
        "SyntaxError: InvalidArgumentType",
    ),
    (
        "MATCH (n) RETURN n LIMIT «count(*)»",
        "SyntaxError: InvalidAggregation",
    ),
    (
        "MATCH (a) RETURN DISTINCT a.x ORDER BY «a».y",
        "SyntaxError: UndefinedVariable",
    ),
    (
        "MATCH (n) RETURN n.x ORDER BY «max(n.y)»",
        "SyntaxError: InvalidAggregation",
    ),
    (
        "MATCH (n) WITH n.x AS x, count(*) AS c ORDER BY «n».y RETURN x",
        "SyntaxError: UndefinedVariable",
    ),
    (
        "MATCH (n) WITH n, count(*) AS c ORDER BY «max(n.y)» RETURN n",
        "SyntaxError: InvalidAggregation",
    ),
    (
        "MATCH (n) WITH n, count(*) AS c WHERE «count(*) > 1» RETURN n",
        "SyntaxError: InvalidAggregation",
    ),
    // Aggregates.
    (
        "MATCH (n) WHERE «count(n)» > 1 RETURN n",
        "SyntaxError: InvalidAggregation",
    ),
    (
        "UNWIND «collect(1)» AS x RETURN x",
        "SyntaxError: InvalidAggregation",
    ),
    (
        "MATCH (n) SET n.x = «count(*)»",
        "SyntaxError: InvalidAggregation",
    ),
    (
        "RETURN [x IN [1] | «count(*)»]",
        "SyntaxError: InvalidAggregation",
    ),
    (
        "RETURN any(x IN [1] WHERE «count(x)» > 0)",
        "SyntaxError: InvalidAggregation",
    ),
    (
        "MATCH (a) RETURN [(a)-->(b) | «count(b)»]",
        "SyntaxError: InvalidAggregation",
    ),
    ("RETURN count(«count(*)»)", "SyntaxError: NestedAggregation"),
    ("RETURN sum(«rand()»)", "SyntaxError: NonConstantExpression"),
    (
        "MATCH (a)--(b) RETURN «a».x + count(b)",
        "SyntaxError: AmbiguousAggregationExpression",
    ),
    (
        "MATCH (a)--(b) RETURN a.x + b.x, «a».x + b.x + count(*)",
        "SyntaxError: AmbiguousAggregationExpression",
    ),
    (
        "MATCH (a)--(b) RETURN a.x + b.x, count(*) ORDER BY «a».x + b.x + count(*)",
        "SyntaxError: AmbiguousAggregationExpression",
    ),
    (
        "MATCH (a)--(b) RETURN a.x, [a IN collect(b) | a.x + «b».x]",
        "SyntaxError: AmbiguousAggregationExpression",
    ),
    // Types.
    ("RETURN NOT «1»", "SyntaxError: InvalidArgumentType"),
    ("RETURN true AND «'a'»", "SyntaxError: InvalidArgumentType"),
    (
        "MATCH (n) WHERE «n» RETURN n",
        "SyntaxError: InvalidArgumentType",
    ),
    ("RETURN 1 IN «2»", "SyntaxError: InvalidArgumentType"),
    ("RETURN «'a' - 1»", "SyntaxError: InvalidArgumentType"),
    (
        "RETURN all(x IN ['a'] WHERE «x % 2» = 0)",
        "SyntaxError: InvalidArgumentType",
    ),
    ("RETURN -«'a'»", "SyntaxError: InvalidArgumentType"),
    (
        "MATCH (n) RETURN length(«n»)",
        "SyntaxError: InvalidArgumentType",
    ),
    (
        "MATCH (n) RETURN type(«n»)",
        "SyntaxError: InvalidArgumentType",
    ),
    (
        "MATCH p = () RETURN labels(«p»)",
        "SyntaxError: InvalidArgumentType",
    ),
    (
        "MATCH p = () RETURN size(«p»)",
        "SyntaxError: InvalidArgumentType",
    ),
    ("RETURN properties(«1»)", "SyntaxError: InvalidArgumentType"),
    (
        "MATCH p = () RETURN «p.x»",
        "SyntaxError: InvalidArgumentType",
    ),
    ("WITH 1 AS x RETURN «x.y»", "TypeError: InvalidArgumentType"),
    (
        "WITH [1] AS x RETURN «x.y»",
        "TypeError: InvalidArgumentType",
    ),
    (
        "WITH true AS x RETURN «x»[0]",
        "TypeError: InvalidArgumentType",
    ),
    (
        "WITH [1] AS x RETURN x[«'a'»]",
        "TypeError: ListElementAccessByNonInteger",
    ),
    (
        "WITH 1 AS x RETURN «x»:L",
        "SyntaxError: InvalidArgumentType",
    ),
    (
        "WITH 1 AS x RETURN «x» {.y}",
        "SyntaxError: InvalidArgumentType",
    ),
    // Calls.
    ("RETURN «lenght»([1])", "SyntaxError: UnknownFunction"),
    ("RETURN «size»()", "SyntaxError: InvalidNumberOfArguments"),
    (
        "RETURN «size»([], [])",
        "SyntaxError: InvalidNumberOfArguments",
    ),
    (
        "RETURN «size»(DISTINCT [])",
        "SyntaxError: UnexpectedSyntax",
    ),
    (
        "RETURN «point»({x: 1, y: 2})",
        "Unsupported: UnsupportedFeature",
    ),
    ("CALL «test.ad»(1, 2)", "ProcedureError: ProcedureNotFound"),
    (
        "CALL «test.add»(1)",
        "SyntaxError: InvalidNumberOfArguments",
    ),
    (
        "CALL test.add(1, «'a'»)",
        "SyntaxError: InvalidArgumentType",
    ),
    ("CALL «test.add»", "ParameterMissing: MissingParameter"),
    (
        "CALL test.add(1, 2) YIELD «some» RETURN 1 AS x",
        "SyntaxError: UndefinedVariable",
    ),
    (
        "CALL test.add(1, 2) YIELD sum, even AS «sum» RETURN sum",
        "SyntaxError: VariableAlreadyBound",
    ),
    (
        "MATCH (sum) CALL test.add(1, 2) YIELD «sum» RETURN sum",
        "SyntaxError: VariableAlreadyBound",
    ),
    (
        "UNWIND [1] AS x CALL test.add(x, «count(*)») YIELD sum RETURN sum",
        "SyntaxError: InvalidAggregation",
    ),
    ("RETURN «$q»", "ParameterMissing: MissingParameter"),
    // Clauses in order.
    ("«MATCH (n)»", "SyntaxError: InvalidClauseComposition"),
    (
        "MATCH (n) «WITH n»",
        "SyntaxError: InvalidClauseComposition",
    ),
    ("«UNWIND [1] AS x»", "SyntaxError: InvalidClauseComposition"),
    (
        "RETURN 1 AS x «MATCH (n)» RETURN n",
        "SyntaxError: InvalidClauseComposition",
    ),
    (
        "MATCH (n) «CALL test.add(1, 2) YIELD sum»",
        "SyntaxError: InvalidClauseComposition",
    ),
    (
        "RETURN 1 AS a UNION RETURN 2 AS a «UNION ALL» RETURN 3 AS a",
        "SyntaxError: InvalidClauseComposition",
    ),
    (
        "RETURN 1 AS a UNION «RETURN 2 AS b»",
        "SyntaxError: DifferentColumnsInUnion",
    ),
    (
        "RETURN 1 AS a UNION RETURN 2 AS a, 3 AS «b»",
        "SyntaxError: DifferentColumnsInUnion",
    ),
    (
        "MATCH (n) WHERE EXISTS { MATCH (n) «SET n.x = 1» } RETURN n",
        "SyntaxError: InvalidClauseComposition",
    ),
    (
        "RETURN «COLLECT { MATCH (n) RETURN n, 1 AS x }»",
        "SyntaxError: InvalidClauseComposition",
    ),
    // Subqueries.
    (
        "MATCH (n) CALL { RETURN «n».x AS x } RETURN x",
        "SyntaxError: UndefinedVariable",
    ),
    (
        "MATCH (n) CALL (n) { RETURN 1 AS «n» } RETURN n",
        "SyntaxError: VariableAlreadyBound",
    ),
    (
        "CALL { RETURN «1 + 1» } RETURN 1 AS x",
        "SyntaxError: NoExpressionAlias",
    ),
    (
        "CALL («m») { RETURN 1 AS x } RETURN x",
        "SyntaxError: UndefinedVariable",
    ),
    (
        "«CALL { RETURN 1 AS x }»",
        "SyntaxError: InvalidClauseComposition",
    ),
    (
        "MATCH (n) CALL { WITH «m» RETURN m.x AS x } RETURN x",
        "SyntaxError: UndefinedVariable",
    ),
];

#[test]
fn mistakes_are_refused_at_their_place() {
    let mut problems = Vec::new();
    for (marked, code) in REFUSED {
        let text = marked.replace(['«', '»'], "");
        let found = match bound(&text) {
            Ok(_) => "nothing".to_owned(),
            Err(error) => {
                let span = error.span().expect("an error has a place");
                let (before, rest) = text.split_at(span.start);
                let (place, after) = rest.split_at(span.end - span.start);
                let found = format!("{before}«{place}»{after}");
                match (error.code() == *code, found == *marked) {
                    (true, true) => continue,
                    (_, place) => format!(
                        "{error}{}",
                        if place {
                            String::new()
                        } else {
                            format!(" at {found}")
                        }
                    ),
                }
            }
        };
        problems.push(format!("{marked}\n    wanted {code}\n    found  {found}"));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Queries that look like mistakes, but are none.
const ADMITTED: &[&str] = &[
    "MATCH (n) RETURN [n IN [1] | n] AS l, n",
    "MATCH (n) WITH n AS m, n.x AS n RETURN m.x, n",
    "MATCH (n) WITH n.x AS x WHERE n.y = 1 RETURN x",
    "MATCH (n) WITH DISTINCT n.x AS x WHERE n.x = 1 RETURN x ORDER BY x",
    "MATCH (n) RETURN n.x AS n ORDER BY n + 2",
    "MATCH (n) RETURN n.x AS n ORDER BY n.x",
    "MATCH (n) RETURN n.x % 2, count(*) ORDER BY n.x % 2 + 1, count(*) * 2",
    "MATCH (a)--(b) RETURN a.x, a.x + count(b), $p + sum(b.x)",
    "MATCH (a)--(b) RETURN a, a.x + count(b)",
    "MATCH (a)--(b) RETURN *, count(*) AS c ORDER BY a.x, c",
    "MATCH (a) RETURN [x IN collect(a) | x.x], {n: count(*)}",
    "MATCH (a) RETURN a AS b, a.x AS x ORDER BY a.y, b.z",
    "MATCH (a)-[r]->(b) MATCH (a)-[r]->(c) RETURN c",
    "MATCH (a)-[r]->(b) WITH [r] AS rs MATCH (x)-[rs*]->(y) RETURN x",
    "UNWIND [null] AS n MATCH (n) RETURN n",
    "UNWIND $p AS n MATCH (n)-[:R]->(m) RETURN m",
    "OPTIONAL MATCH (a) WITH a MATCH p = (a)-->() RETURN p",
    "CREATE (a:A)-[:R]->(a)",
    "CREATE (a {x: 1}), (b {x: a.x})-[:R {x: b.x}]->(a)",
    "CREATE (a $p)",
    "MATCH (a), (b) MERGE (a)-[r:R {x: a.x}]-(b) ON CREATE SET r.y = 1 RETURN r",
    "MATCH (n) SET (n).x = 1, n += {y: 2}, n:L, n['z'] = 3",
    "MATCH (n)-[r]->() REMOVE n:L, r.x, n['z']",
    "MATCH p = ()-[r]->() DETACH DELETE p, r, [r][0]",
    "RETURN 1 AS a, 2 AS b UNION ALL RETURN 3 AS b, 4 AS a",
    "MATCH (n) RETURN n SKIP toInteger(rand() * 9) LIMIT $p",
    "MATCH (n) WHERE n.x IS NULL OR NOT n.y RETURN n",
    "RETURN 'a' + 1, [1] + 2, 1 + [2], date('2020-01-01') + duration('P1D')",
    "RETURN 'a' STARTS WITH 1, 1 < 'a', null + 1, -null, NOT null",
    "RETURN all(x IN [] WHERE x % 2 = 0), [1, 'a'][0] % 2",
    "RETURN reduce(a = '', x IN ['b'] | a + x) + 'c'",
    "WITH {a: 1} AS m RETURN m.a, m['a'], m {.*, b: 2}",
    "RETURN duration('P1D').days, date('2020-01-01').year",
    "CALL test.add(1, null) YIELD sum AS total, even WHERE even RETURN total",
    "CALL test.nothing",
    "MATCH (n) CALL test.nothing() RETURN n",
    "MATCH (n) CALL test.add(1, 2) RETURN n",
    "MATCH (n) CALL (n) { CREATE (m) SET m.x = n.x }",
    "MATCH (n) CALL { WITH n RETURN n.x AS x UNION WITH n RETURN n.y AS x } RETURN x",
    "MATCH (n) CALL (*) { WITH n AS m RETURN m.x + n.x AS x } RETURN x",
    "MATCH (n) WHERE COUNT { (n)-->(m) WHERE m.x = n.x } > 1 RETURN n",
    "MATCH (n) WHERE EXISTS { MATCH (n)-->() } AND (n)-->() AND exists(n.x) RETURN n",
    "MATCH (a), (b) RETURN length(shortestPath((a)-[*]-(b)))",
    "MATCH p = ANY 2 (a)-[:R]->+(b) RETURN p",
    "MATCH (a) ((x)-[r]->(y) WHERE x.x < y.x)+ (b) RETURN size(r), [n IN x | n.x]",
    "MATCH (n) FOREACH (x IN [1] | MERGE (m {x: x}) SET n.x = m.x)",
    "LOAD CSV WITH HEADERS FROM 'f' AS row CREATE ({x: row.x})",
    "MATCH (n)-[r:R]->() WHERE n:A|B AND r:R AND n IS :: NODE RETURN n",
    "RETURN CASE 1 + 1 WHEN 1, 2 THEN 'a' ELSE 2 END, CASE WHEN null THEN 1 END",
];

#[test]
fn what_may_be_right_is_admitted() {
    let refused: Vec<String> = ADMITTED
        .iter()
        .filter_map(|text| Some(format!("{text}\n    {}", bound(text).err()?)))
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

fn statement(text: &str) -> Statement {
    bound(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn clauses(text: &str) -> Vec<Clause> {
    let mut query = statement(text).query;
    query.parts.remove(0).clauses
}

/// The last clause, which is a projection.
fn projection(text: &str) -> Projection {
    match clauses(text).pop() {
        Some(Clause::Project(projection)) => projection,
        other => panic!("{text} ends with {other:?}"),
    }
}

/// The pattern of the first clause.
fn pattern(text: &str) -> Pattern {
    match clauses(text).remove(0) {
        Clause::Match { pattern, .. } => pattern,
        other => panic!("{text} begins with {other:?}"),
    }
}

fn texts<T: AsRef<str>>(names: &[T]) -> Vec<&str> {
    names.iter().map(AsRef::as_ref).collect()
}

#[test]
fn columns_are_named_by_alias_or_text() {
    let columns = |text: &str| statement(text).query.columns.join(", ");
    assert_eq!(
        columns("MATCH (b), (a) RETURN *, a.x, ( 1+1 ) AS c"),
        "a, b, a.x, c"
    );
    assert_eq!(
        columns("MATCH (n) RETURN (n:L), count( * ), `n`"),
        "(n:L), count( * ), n"
    );
    assert_eq!(columns("CALL test.add(1, 2)"), "sum, even");
    assert_eq!(columns("CALL test.add(1, 2) YIELD even AS e"), "e");
    assert_eq!(columns("CREATE ()"), "");
}

#[test]
fn names_become_unique_variables() {
    let outputs = |text: &str| {
        let items = projection(text).items;
        items
            .iter()
            .map(|(variable, _)| variable.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(outputs("WITH 1 AS a WITH a AS a RETURN a"), ["a"]);
    assert_eq!(outputs("WITH 1 AS a RETURN a + 1 AS a"), ["a#2"]);
    assert_eq!(
        outputs("WITH 1 AS a, 2 AS b RETURN a AS b, b AS a"),
        ["b#2", "a#2"]
    );
    assert_eq!(
        outputs("WITH 1 AS `a#2`, 2 AS a RETURN a + 1 AS a"),
        ["a#3"]
    );
    assert_eq!(outputs("RETURN 1, 2"), ["#1", "#2"]);
}

#[test]
fn order_and_predicate_keep_what_they_read() {
    let hidden = |text: &str| projection(text).hidden.join(", ");
    assert_eq!(hidden("MATCH (n) RETURN n.x AS x ORDER BY n.y"), "n");
    assert_eq!(hidden("MATCH (n) RETURN n.x AS x ORDER BY n.x, x"), "");
    assert_eq!(hidden("MATCH (n) RETURN n ORDER BY n.x"), "");
    assert_eq!(
        hidden("MATCH (n), (m) RETURN n ORDER BY COUNT { (m)-->(n) }"),
        "m"
    );
    assert_eq!(
        hidden("MATCH (n) RETURN n.x AS x, sum(n.y) + 1 AS y ORDER BY sum(n.y)"),
        "#1"
    );
    assert_eq!(
        hidden("MATCH (n) RETURN n.x AS x, sum(n.y) AS y ORDER BY sum(n.y)"),
        ""
    );
}

#[test]
fn aggregates_stand_apart() {
    let grouped = projection("MATCH (n) RETURN n.x AS x, count(*) AS c, count(*) + sum(n.y) AS s");
    let aggregation = grouped.aggregation.expect("there are aggregates");
    let keys: Vec<&str> = aggregation
        .keys
        .iter()
        .map(|(key, _)| key.as_ref())
        .collect();
    assert_eq!(keys, ["x"]);
    let aggregates = aggregation.aggregates.iter();
    let aggregates: Vec<String> = aggregates
        .map(|(variable, aggregate)| format!("{variable} = {}", aggregate.function))
        .collect();
    assert_eq!(aggregates, ["c = count(*)", "#1 = sum"]);
}

#[test]
fn patterns_become_query_graphs() {
    let graph =
        pattern("MATCH (a:A {x: 1})<-[r:R]-(b), (a:B) WHERE b.y = 2 AND (b.z OR r.w) RETURN a");
    assert_eq!(graph.nodes.len(), 2);
    assert!(matches!(&graph.nodes[0].labels, Some(Labels::And(both)) if both.len() == 2));
    assert_eq!(graph.predicates.len(), 3);
    let relationship = &graph.relationships[0];
    assert_eq!(
        (relationship.from.as_ref(), relationship.to.as_ref()),
        ("a", "b")
    );
    assert_eq!(relationship.direction, PatternDirection::Incoming);

    let graph = pattern("MATCH p = (a)-[rs:R*..3 {x: 1}]->() RETURN p");
    let relationship = &graph.relationships[0];
    let length = Length {
        minimum: 1,
        maximum: Some(3),
    };
    assert_eq!(relationship.length, Some(length));
    assert!(relationship.each.is_some() && graph.predicates.is_empty());
    assert_eq!(graph.paths[0].elements.len(), 3);

    let graph = pattern("MATCH p = (a) ((x)-[r]->(y) WHERE x.x < y.x){2,} RETURN p, r");
    let group = &graph.groups[0];
    assert_eq!(group.pattern.predicates.len(), 1);
    assert_eq!(group.variables.len(), 3);
    assert_eq!(
        (group.inner_from.as_ref(), group.inner_to.as_ref()),
        ("x", "y")
    );
    assert_eq!(
        graph.nodes.len(),
        2,
        "a node without a name stands at the end"
    );
}

#[test]
fn searches_hold_the_predicates_of_their_candidates() {
    let text = "MATCH p = shortestPath((a:A)-[r*]-(b)) WHERE a.x = 1 AND length(p) > 1 AND size(r) < 9 RETURN p";
    let graph = pattern(text);
    let search = &graph.searches[0];
    assert_eq!(
        (graph.predicates.len(), search.pattern.predicates.len()),
        (1, 2)
    );
    assert!(
        search
            .pattern
            .nodes
            .iter()
            .all(|node| node.bound && node.labels.is_none())
    );
    assert!(graph.nodes[0].labels.is_some() && graph.relationships.is_empty());
    assert_eq!(graph.paths.len(), 1);

    let text =
        "MATCH p = SHORTEST 2 ((a)-[r]->+(b) WHERE size(r) > 1) WHERE length(p) < 9 RETURN p";
    let graph = pattern(text);
    let search = &graph.searches[0];
    assert_eq!(
        (graph.predicates.len(), search.pattern.predicates.len()),
        (1, 1)
    );
}

#[test]
fn subqueries_import_what_they_read() {
    let text = "MATCH (a), (b), (c) RETURN EXISTS { (a)-->(x) WHERE EXISTS { (x)-->(b) } }";
    match &projection(text).items[0].1 {
        Expression::Subquery { imports, .. } => assert_eq!(texts(imports), ["a", "b"]),
        other => panic!("{other:?}"),
    }
    let text =
        "MATCH (n), (m) CALL (n, m) { MATCH (x) WITH x.x AS x RETURN x + n.x AS y } RETURN y";
    let Clause::CallSubquery { imports, query, .. } = &clauses(text)[1] else {
        panic!("the second clause is the call");
    };
    assert_eq!(texts(imports), ["n"]);
    let Clause::Project(with) = &query.parts[0].clauses[1] else {
        panic!("the second clause of the subquery is WITH");
    };
    let carried: Vec<&str> = with.items.iter().map(|(item, _)| item.as_ref()).collect();
    assert_eq!(carried, ["x#2", "n"], "what is read later is carried along");
}

#[test]
fn a_statement_tells_what_it_uses_and_whether_it_writes() {
    let read = statement("MATCH (n) WHERE n.x = $p RETURN n");
    assert_eq!((texts(&read.parameters), read.read_only), (vec!["p"], true));
    let write = statement("MATCH (n) CALL (n) { FOREACH (x IN [1] | SET n.x = x) }");
    assert!(write.parameters.is_empty() && !write.read_only);
}

#[test]
fn unknown_names_are_warned_of() {
    let warnings = |database: &Database, text: &str| {
        let statement = bound_in(database, text).expect("it is bound");
        let warnings = statement.warnings.into_iter();
        warnings
            .map(|warning| {
                let place = warning.span.slice(text);
                format!(
                    "{place}: {} ({})",
                    warning.message,
                    warning.hint.unwrap_or_default()
                )
            })
            .collect::<Vec<_>>()
    };
    let empty = Database::in_memory();
    let database = Database::in_memory();
    let create = "CREATE (:Person {name: 'Ada'})-[:KNOWS]->(:Person)";
    database.session().query(create, ()).expect("it is created");
    let text = "MATCH (n:Persn {nam: 'Ada'})-[:KNOW]->(m:Persn) RETURN m.x";
    assert_eq!(
        warnings(&database, text),
        [
            "Persn: the graph has no label Persn (did you mean Person?)",
            "nam: the graph has no property key nam (did you mean name?)",
            "KNOW: the graph has no relationship type KNOW (did you mean KNOWS?)",
            "x: the graph has no property key x ()",
        ]
    );
    assert!(warnings(&empty, text).is_empty());
    let text =
        "MERGE (a:New {key: 1})-[r:OLD]->(b) SET a.other = 1 WITH a MATCH (a:New) RETURN a.other";
    assert!(warnings(&database, text).is_empty());
    assert!(warnings(&database, "WITH {x: 1} AS m RETURN m.x").is_empty());
}

#[test]
fn unknown_names_get_a_hint() {
    let hint = |text: &str| {
        let error = bound(text).expect_err("it is refused");
        error.hint_text().unwrap_or_default().to_owned()
    };
    assert_eq!(hint("MATCH (person) RETURN persn"), "did you mean person?");
    assert_eq!(hint("RETURN lenght([1])"), "did you mean length?");
    assert_eq!(hint("CALL test.ad(1, 2)"), "did you mean test.add?");
    assert_eq!(
        hint("CALL test.add(1, 2) YIELD som RETURN 1 AS x"),
        "did you mean sum?"
    );
    assert_eq!(
        hint("RETURN test.add(1, 2)"),
        "test.add is a procedure: CALL test.add()"
    );
}

#[test]
fn deep_queries_find_room() {
    let chain = format!("RETURN 1{} AS x", " + 1".repeat(1_000));
    let lists = format!("RETURN {}1{} AS x", "[".repeat(200), "]".repeat(200));
    let subqueries = format!(
        "RETURN {}true{} AS x",
        "EXISTS { MATCH (n) WHERE ".repeat(80),
        " }".repeat(80)
    );
    let calls = format!(
        "{}RETURN 1 AS x {}RETURN x",
        "CALL { ".repeat(120),
        "} WITH x ".repeat(119).replace("WITH x", "RETURN x") + "} "
    );
    for text in [chain, lists, subqueries, calls] {
        if let Err(error) = bound(&text) {
            panic!("{error}");
        }
    }
}
