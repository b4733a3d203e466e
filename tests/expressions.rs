//! What expressions give, and how wrong ones fail: the rules that users run into first, each in a
//! short example.

use rihla::Database;

#[test]
fn expressions_give() {
    let session = Database::in_memory().session();
    for (expression, expected) in [
        // Text: what is no string is not found, null stays null.
        (
            "'rihla' STARTS WITH 'ri' AND 'rihla' ENDS WITH 'la'",
            "true",
        ),
        ("'rihla' CONTAINS ''", "true"),
        (
            "['Rihla' CONTAINS 'r', null ENDS WITH 'a', 7 STARTS WITH '7']",
            "[false, null, null]",
        ),
        (
            "[substring('journey', 4), substring('journey', 0, 4), substring('x', 9)]",
            "['ney', 'jour', '']",
        ),
        (
            "[left('abc', 9), right('abc', 2), left('abc', null)]",
            "['abc', 'bc', null]",
        ),
        (
            "[split('a-b-', '-'), split('ab', ''), split(null, 'a')]",
            "[['a', 'b', ''], ['a', 'b'], null]",
        ),
        (
            "[toUpper('straße'), trim('  a b '), reverse('abc'), replace('aXbX', 'X', '')]",
            "['STRASSE', 'a b', 'cba', 'ab']",
        ),
        ("['a' + 1, 1.5 + 'a', 'a' + null]", "['a1', '1.5a', null]"),
        // Lists.
        (
            "[10, 20, 30, 40][1..-1] + [10, 20][..9] + [10][3..]",
            "[20, 30, 10, 20]",
        ),
        (
            "[[1, 2][null..], [1, 2][5], [1, 2][-1], null[0]]",
            "[null, null, 2, null]",
        ),
        (
            "[[1, 2] = [1, null], [1, 2] = [0, null], [1] = [1, null], [] = [], [1] = 1]",
            "[null, false, false, true, false]",
        ),
        (
            "[null IN [], null IN [1], 2 IN [1, null], 1 IN [1, null], [1] IN [[1.0]]]",
            "[false, null, null, true, true]",
        ),
        (
            "[[1] + 2 + [[3]], 0 + [1], [1] + null]",
            "[[1, 2, [3]], [0, 1], null]",
        ),
        (
            "[head([]), last([1, 2]), tail([1]), size([[]]), size('abc')]",
            "[null, 2, [], 1, 3]",
        ),
        (
            "[range(2, 0), range(2, 0, -2), range(0, 5, 4)]",
            "[[], [2, 0], [0, 4]]",
        ),
        // Quantifiers with unknowns.
        (
            "[all(x IN [] WHERE x), any(x IN [] WHERE x), none(x IN [] WHERE x), single(x IN [] WHERE x)]",
            "[true, false, true, false]",
        ),
        (
            "[any(x IN [1, null] WHERE x = 1), all(x IN [1, null] WHERE x = 1), single(x IN [1, null] WHERE x = 1), none(x IN [2, null] WHERE x = 1)]",
            "[true, null, null, null]",
        ),
        (
            "[all(x IN [2, null] WHERE x = 1), single(x IN [1, 1, null] WHERE x = 1)]",
            "[false, false]",
        ),
        // Maps, null and choice.
        (
            "[{a: 1} = {a: 1.0}, {a: 1} = {b: 1}, {a: null} = {a: null}, {a: 1}.b, {a: 1}['a']]",
            "[true, false, null, null, 1]",
        ),
        (
            "[coalesce(null, 2, 3), coalesce(null), CASE null WHEN null THEN 1 ELSE 2 END]",
            "[2, null, 2]",
        ),
        (
            "[NOT null, null AND false, null OR true, null XOR true, null = null]",
            "[null, false, true, null, null]",
        ),
        // Numbers and precedence.
        (
            "[7 / 2, -7 / 2, 7 % -2, 7.0 / 2, 2 ^ 2, 0.1e2, .5, 0x1f, 0o17]",
            "[3, -3, 1, 3.5, 4.0, 10.0, 0.5, 31, 15]",
        ),
        (
            "[2 ^ 3 ^ 2, -2 ^ 2, 2 + 3 * 4 ^ 2, 10 - 2 - 3, 8 / 4 / 2, 7 - -1]",
            "[64.0, 4.0, 50.0, 5, 1, 8]",
        ),
        (
            "[NOT 1 = 2, 1 < 2 < 3, 3 > 2 > 2, true OR true AND false, false = true XOR true]",
            "[true, true, false, true, true]",
        ),
        (
            "[1 + 2 IN [3], 'a' + 'b' STARTS WITH 'a', null IS NULL = true]",
            "[true, true, true]",
        ),
        (
            "[1 = 1.0, 1 < 'a', 9007199254740993 = 9007199254740992.0, 0.0 / 0 = 0.0 / 0]",
            "[true, null, false, false]",
        ),
        (
            "[toInteger('12.9'), toInteger('x'), toFloat('1e2'), toBoolean(' TRUE '), toBoolean('no'), toString(1.0)]",
            "[12, null, 100.0, true, null, '1.0']",
        ),
        (
            "[abs(-2), sign(-0.5), ceil(1.1), floor(-1.1), round(-1.5), sqrt(-1) = sqrt(-1)]",
            "[2, -1, 2.0, -2.0, -1.0, false]",
        ),
        // Literals.
        (r"size('\'\\\n\t\u00e9') + size('') + size('\U01F600')", "6"),
        // Temporal values compare within their type only.
        (
            "[date('2020-02-29') < date('2020-03-01'), time('10:00+02:00') < time('09:00Z'), date('2020-01-01') < 1]",
            "[true, true, null]",
        ),
        (
            "[datetime('2020-01-01T00:00Z') <= datetime('2020-01-01T01:00+01:00'), duration('PT60M') = duration('PT1H'), duration('P1D') < duration('P2D')]",
            "[true, true, null]",
        ),
    ] {
        let result = session.query(&format!("RETURN {expression} AS value"), ());
        let rows = result
            .unwrap_or_else(|error| panic!("{expression}: {error}"))
            .to_values();
        assert_eq!(rows[0][0].to_string(), expected, "{expression}");
    }
}

#[test]
fn wrong_expressions_fail() {
    let session = Database::in_memory().session();
    session
        .query("CREATE ({x: 1})-[:R]->()", ())
        .expect("the graph is made");
    for (query, code, at_compile_time) in [
        (
            "RETURN 9223372036854775808",
            "SyntaxError: IntegerOverflow",
            true,
        ),
        ("RETURN 1e400", "SyntaxError: FloatingPointOverflow", true),
        ("RETURN 0xfg", "SyntaxError: InvalidNumberLiteral", true),
        (
            r"RETURN '\u00z'",
            "SyntaxError: InvalidUnicodeLiteral",
            true,
        ),
        (
            "RETURN NOT 'false'",
            "SyntaxError: InvalidArgumentType",
            true,
        ),
        (
            "RETURN [1]['a'..]",
            "SyntaxError: InvalidArgumentType",
            true,
        ),
        (
            "RETURN 1 IN 'abc'",
            "SyntaxError: InvalidArgumentType",
            true,
        ),
        (
            "MATCH p = ()-->() RETURN size(p)",
            "SyntaxError: InvalidArgumentType",
            true,
        ),
        (
            "MATCH (n) WHERE (n) RETURN n",
            "SyntaxError: InvalidArgumentType",
            true,
        ),
        (
            "MATCH (n) WHERE (n)-->(m) RETURN n",
            "SyntaxError: UndefinedVariable",
            true,
        ),
        (
            "MATCH (n) RETURN (n)-->()",
            "SyntaxError: UnexpectedSyntax",
            true,
        ),
        (
            "MATCH (n) WHERE max(n.x) > 1 RETURN n",
            "SyntaxError: InvalidAggregation",
            true,
        ),
        (
            "MATCH (n) RETURN n LIMIT n.x",
            "SyntaxError: NonConstantExpression",
            true,
        ),
        (
            "MATCH (n) RETURN n LIMIT -1",
            "SyntaxError: NegativeIntegerArgument",
            true,
        ),
        (
            "MATCH (n) RETURN n LIMIT 0.5",
            "SyntaxError: InvalidArgumentType",
            true,
        ),
        (
            "MATCH (n)-[:R*-1]->() RETURN n",
            "SyntaxError: InvalidRelationshipPattern",
            true,
        ),
        (
            "MATCH (n) CALL db.labels(count(n)) YIELD label RETURN label",
            "SyntaxError: InvalidAggregation",
            true,
        ),
        (
            "WITH [1, {}] AS l RETURN toBoolean(l[1])",
            "TypeError: InvalidArgumentValue",
            false,
        ),
        (
            "MATCH (n {x: 1}) RETURN percentileCont(n.x, n.x + 1)",
            "ArgumentError: NumberOutOfRange",
            false,
        ),
        (
            "RETURN range(1, 2, 0)",
            "ArgumentError: NumberOutOfRange",
            false,
        ),
        ("RETURN 1 / 0", "ArithmeticError: DivisionByZero", false),
        (
            "RETURN substring('abc', -1)",
            "ArgumentError: NumberOutOfRange",
            false,
        ),
    ] {
        let error = session.query(query, ()).expect_err(query);
        assert_eq!(error.code(), code, "{query}: {error}");
        let phase = error.phase() == rihla::error::Phase::CompileTime;
        assert_eq!(phase, at_compile_time, "{query}");
    }
}

/// Expressions over `x` and `y`, which are of one type each.
const OVER_COLUMNS: &[(&str, &str)] = &[
    (
        "[['', 'a'], ['é', 'bc'], [null, 'd'], ['ef', null], ['a', 'a']]",
        "x + y",
    ),
    (
        "[['', 'a'], ['é', 'bc'], [null, 'd'], ['ef', null], ['a', 'a']]",
        "'<' + x + y + '>'",
    ),
    (
        "[['', 'a'], ['é', 'bc'], [null, 'd'], ['ef', null], ['a', 'a']]",
        "[x = y, x < y, x <> y, x >= y]",
    ),
    (
        "[['straße', 1], ['éa', 1], [null, 1], ['', 1]]",
        "[substring(x, 1), substring(x, y, 3), left(x, y), left(x, 9), size(x)]",
    ),
    (
        "[['straße', 1], ['abc', 2], ['abc', null], ['', 0]]",
        "[substring(x, y), left(x, y), substring(x, 0, y)]",
    ),
    (
        "[[7, 2], [-7, 2], [null, 0], [0, -3], [9223372036854775807, 1]]",
        "[x - y, x / 2, x % 2, 3 - y, -y, x * 1.5, x / 2.0]",
    ),
    (
        "[[7, 2], [-7, 2], [5, 3]]",
        "[x + y, x * y, x / y, x % y, x ^ y]",
    ),
    (
        "[[1.5, 2], [-0.0, 2], [null, 3]]",
        "[x + y, x * y, y / x, -x]",
    ),
    (
        "[[1, 'a'], [2, 'b'], [3, null], [null, 'c']]",
        "CASE x WHEN 1 THEN 'one' WHEN 2 THEN 'two' WHEN 3 THEN 'one' END",
    ),
    (
        "[[1, 'a'], [2, 'b'], [3, null], [null, 'c']]",
        "CASE WHEN x = 1 THEN y WHEN x = 2 THEN 'two' ELSE null END",
    ),
    (
        "[[1, 'a'], [2, 'b'], [3, null], [null, 'c']]",
        "[coalesce(y, 'none'), coalesce(y, x), coalesce(y, 'a', 'b')]",
    ),
    (
        "[[localdatetime('1969-12-31T23:59:59'), 1], [localdatetime('2024-02-29T00:00:00'), 1], [null, 1]]",
        "[date(x), x.year, x.day]",
    ),
];

#[test]
fn columns_give_what_single_values_give() {
    let session = Database::in_memory().session();
    for (rows, expression) in OVER_COLUMNS {
        let all =
            format!("UNWIND {rows} AS row WITH row[0] AS x, row[1] AS y RETURN {expression} AS v");
        let all = session.query(&all, ()).expect(expression).to_values();
        // Many equal rows, of which texts become a dictionary.
        let stored = format!(
            "UNWIND range(1, 40) AS i UNWIND {rows} AS row CREATE (:Row {{i: i, x: row[0], y: row[1]}})"
        );
        let graph = Database::in_memory().session();
        graph.query(&stored, ()).expect(rows);
        let again = format!(
            "MATCH (r:Row) WITH r.i AS i, r.x AS x, r.y AS y ORDER BY i RETURN {expression} AS v"
        );
        let again = graph.query(&again, ()).expect(expression).to_values();
        for (number, row) in all.iter().enumerate() {
            let one = format!(
                "WITH {rows}[{number}] AS row WITH row[0] AS x, row[1] AS y RETURN {expression} AS v"
            );
            let one = session.query(&one, ()).expect(expression).to_values();
            assert_eq!(
                format!("{row:?}"),
                format!("{:?}", one[0]),
                "{expression} of {rows}"
            );
            let same = again
                .iter()
                .filter(|found| format!("{found:?}") == format!("{row:?}"));
            assert!(same.count() >= 40, "{expression} of {rows}: {row:?}");
        }
    }
}

#[test]
fn rows_of_columns_fail_as_single_values_do() {
    let session = Database::in_memory().session();
    for (rows, expression, message) in [
        (
            "[1, 2, 9223372036854775807]",
            "x + 1",
            "9223372036854775807",
        ),
        ("[4, null, 0]", "8 / x", "8 / 0"),
        ("[4, null, 0]", "8 % x", "8 % 0"),
        ("[-9223372036854775807 - 1]", "-x", "9223372036854775808"),
        ("['abc', 'd']", "left(x, -1)", "-1"),
    ] {
        let text = format!("UNWIND {rows} AS x RETURN {expression} AS v");
        let error = session.query(&text, ()).expect_err(expression).to_string();
        assert!(error.contains(message), "{expression}: {error}");
    }
    // Beside a null there is no result to overflow.
    let text = "UNWIND [[9223372036854775807, null], [1, 2]] AS row WITH row[0] AS x, row[1] AS y RETURN x + y AS v";
    let found = session.query(text, ()).expect(text).to_values();
    assert_eq!(format!("{found:?}"), "[[Null], [Integer(3)]]");
}
