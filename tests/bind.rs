//! The binder: what is refused, with its code and its place; what a query becomes.

use std::collections::BTreeMap;
use std::sync::Arc;

use rihla::bind::bound::{Clause, Projection, Statement};
use rihla::bind::{BindEnvironment, bind};
use rihla::functions::{Procedure, ProcedureColumn, Procedures, parse_type};
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
            code: Arc::new(|_, _| Ok(Vec::new())),
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
    let snapshot = database.snapshot();
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
    ("CREATE (a:«A»|B)", "SyntaxError: UnexpectedSyntax"),
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
        "TypeError: InvalidArgumentType",
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
