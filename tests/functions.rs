//! Functions, called without the engine: answers and errors of each family, kernels against the
//! scalar code.

mod aggregates;
mod table;

use rihla::column::{Column, boxed_cells};
use rihla::context::{Context, Interrupt, Limits};
use rihla::functions::{Environment, Function, Implementation, NullRule, Procedures, find};
use rihla::graph::{GraphWriter, Snapshot};
use rihla::value::{DateTime, NodeId, Path, RelationshipId};
use rihla::{Result, Value};

/// A statement with `memory` bytes of budget.
fn context(memory: usize) -> Context {
    let start = DateTime::now();
    let limits = Limits {
        memory,
        ..Limits::default()
    };
    Context::new(limits, Interrupt::default(), start)
}

fn function(name: &str) -> &'static Function {
    find(name).unwrap_or_else(|| panic!("no function {name}"))
}

/// Calls a scalar function as the executor does: nulls propagate, and where there is a kernel for
/// these columns, it agrees with the scalar code and leaves nulls null.
fn call(graph: &Snapshot, name: &str, arguments: &[Value]) -> Result<Value> {
    let context = context(1 << 30);
    let environment = Environment {
        context: &context,
        graph,
        procedures: &Procedures::default(),
    };
    let function = function(name);
    let propagates = function.null_rule == NullRule::Propagate;
    if propagates && arguments.iter().any(Value::is_null) {
        return Ok(Value::Null);
    }
    match function.implementation {
        Implementation::Scalar(scalar) => scalar(&environment, arguments),
        Implementation::Columnar(scalar, kernel) => {
            let answer = scalar(&environment, arguments);
            let columns: Vec<Column> = arguments
                .iter()
                .map(|value| Column::from_values([value.clone(), Value::Null, value.clone()]))
                .collect();
            let boxed = boxed_cells();
            match kernel(&environment, &columns, 3) {
                Ok(Some(column)) => {
                    assert_eq!(boxed_cells(), boxed, "{name} makes values of cells");
                    let answer = answer.clone().expect("the kernel has an answer");
                    let expected = [answer.clone(), Value::Null, answer];
                    assert_eq!(column.values().collect::<Vec<_>>(), expected, "{name}");
                }
                Ok(None) => {}
                Err(error) => assert!(answer.is_err(), "{name}: only the kernel fails: {error}"),
            }
            answer
        }
        Implementation::Aggregate(_) => panic!("{name} is an aggregate"),
    }
}

/// The answer as a literal, or the code of the error.
fn text(answer: Result<Value>) -> String {
    answer.map_or_else(|error| error.code(), |value| value.to_string())
}

/// Calls and their answers: a literal, or the code of an error.
macro_rules! answers {
    ($($name:ident($($argument:expr),*) => $expected:literal;)+) => {
        let graph = Snapshot::default();
        $(
            let arguments: &[Value] = &[$(Value::from($argument)),*];
            let answer = text(call(&graph, stringify!($name), arguments));
            assert_eq!(answer, $expected, "{}({arguments:?})", stringify!($name));
        )+
    };
}

/// Null as an argument.
const NULL: Value = Value::Null;

/// A list of values of different types.
macro_rules! list {
    ($($value:expr),*) => {
        Value::list(vec![$(Value::from($value)),*])
    };
}
use list;

fn map() -> Value {
    Value::map([("b", Value::from(1)), ("a", NULL)])
}

#[test]
fn lists() {
    answers! {
        size(list![1, "a", NULL]) => "3";
        size("naïve") => "5";
        size(NULL) => "null";
        size(1) => "TypeError: InvalidArgumentValue";
        isEmpty(list![]) => "true";
        isEmpty("a") => "false";
        isEmpty(map()) => "false";
        isEmpty(1) => "TypeError: InvalidArgumentValue";
        head(list![1, 2]) => "1";
        head(list![]) => "null";
        last(list![1, 2]) => "2";
        last(list![]) => "null";
        tail(list![1, 2, 3]) => "[2, 3]";
        tail(list![]) => "[]";
        tail("ab") => "TypeError: InvalidArgumentValue";
        reverse(list![1, NULL, "c"]) => "['c', null, 1]";
        reverse("añb") => "'bña'";
        reverse(true) => "TypeError: InvalidArgumentValue";
    }
}

#[test]
fn ranges() {
    answers! {
        range(0, 3) => "[0, 1, 2, 3]";
        range(3, 0) => "[]";
        range(3, 0, -2) => "[3, 1]";
        range(0, 3, -1) => "[]";
        range(5, 5, -7) => "[5]";
        range(0, NULL) => "null";
        range(i64::MAX - 1, i64::MAX) => "[9223372036854775806, 9223372036854775807]";
        range(i64::MIN, i64::MAX, i64::MAX) => "[-9223372036854775808, -1, 9223372036854775806]";
        range(1, 2, 0) => "ArgumentError: NumberOutOfRange";
        range(1.0, 2) => "ArgumentError: InvalidArgumentType";
        range(1, "2") => "ArgumentError: InvalidArgumentType";
        range(0, i64::MAX) => "ResourceError: OutOfMemory";
        range(i64::MIN, i64::MAX) => "ArithmeticError: IntegerOverflow";
    }
}

#[test]
fn numbers() {
    answers! {
        abs(-3) => "3";
        abs(-0.5) => "0.5";
        abs(i64::MIN) => "ArithmeticError: IntegerOverflow";
        abs("x") => "TypeError: InvalidArgumentValue";
        sign(-7) => "-1";
        sign(0.0) => "0";
        sign(f64::NAN) => "0";
        ceil(-0.5) => "-0.0";
        floor(1) => "1.0";
        sqrt(2) => "1.4142135623730951";
        sqrt(-1) => "NaN";
        log(0) => "-Infinity";
        log10(1000) => "3.0";
        exp(NULL) => "null";
        atan2(1, 1) => "0.7853981633974483";
        coth(0) => "NaN";
        haversin(0) => "0.0";
        isNaN(f64::NAN) => "true";
        isNaN(1) => "false";
        degrees(std::f64::consts::PI) => "180.0";
        e() => "2.718281828459045";
        ceiling(0.1) => "1.0";
        LN(1) => "0.0";
    }
}

#[test]
fn rounding() {
    answers! {
        round(2.5) => "3.0";
        round(-2.5) => "-2.0";
        round(0.499_999_999_999_999_94) => "0.0";
        round(4_503_599_627_370_497.0) => "4.503599627370497E15";
        round(7) => "7.0";
        round(2.675, 2) => "2.68";
        round(-2.675, 2) => "-2.68";
        round(1.249, 1) => "1.2";
        round(0.05, 1, "HALF_EVEN") => "0.0";
        round(0.15, 1, "HALF_EVEN") => "0.2";
        round(1.25, 1, "HALF_DOWN") => "1.2";
        round(1.21, 1, "UP") => "1.3";
        round(-1.29, 1, "DOWN") => "-1.2";
        round(-1.21, 1, "CEILING") => "-1.2";
        round(-1.21, 1, "FLOOR") => "-1.3";
        round(9.99, 1) => "10.0";
        round(0.001, 1) => "0.0";
        round(0.001, 1, "UP") => "0.1";
        round(-1.5, 0, "HALF_UP") => "-2.0";
        round(1e300, 400) => "1.0E300";
        round(1.5, i64::MAX) => "1.5";
        round(f64::INFINITY, 2) => "Infinity";
        round(f64::NAN) => "NaN";
        round(1.5, -1) => "ArgumentError: NumberOutOfRange";
        round(1.5, 1, "SIDEWAYS") => "ArgumentError: InvalidArgumentValue";
    }
}

#[test]
fn chance() {
    let graph = Snapshot::default();
    for _ in 0..100 {
        let Ok(Value::Float(number)) = call(&graph, "rand", &[]) else {
            panic!("rand() gives a float");
        };
        assert!((0.0..1.0).contains(&number));
    }
    let uuid: String = call(&graph, "randomUUID", &[])
        .and_then(String::try_from)
        .expect("a string");
    let parts: Vec<usize> = uuid.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
    assert_eq!(uuid.as_bytes()[14], b'4');
    assert!(b"89ab".contains(&uuid.as_bytes()[19]));
}

#[test]
fn strings() {
    answers! {
        toUpper("straße") => "'STRASSE'";
        toLower("ÀB") => "'àb'";
        upper("a") => "'A'";
        toUpper(1) => "TypeError: InvalidArgumentValue";
        char_length("añb") => "3";
        trim("\u{2003} a b\t") => "'a b'";
        btrim("xxaxx", "x") => "'a'";
        lTrim("  a ") => "'a '";
        rTrim("xyaxy", "yx") => "'xya'";
        left("añb", 2) => "'añ'";
        left("ab", 9) => "'ab'";
        left("ab", 0) => "''";
        left("ab", -1) => "ArgumentError: NumberOutOfRange";
        right("añb", 2) => "'ñb'";
        right("ab", 9) => "'ab'";
        right("ab", 0) => "''";
        substring("hello", 1) => "'ello'";
        substring("hello", 1, 3) => "'ell'";
        substring("hello", 9) => "''";
        substring("hello", 3, 9) => "'lo'";
        substring("hello", -1) => "ArgumentError: NumberOutOfRange";
        substring("hello", 1, -1) => "ArgumentError: NumberOutOfRange";
        substring(NULL, 1) => "null";
        replace("hello", "l", "w") => "'hewwo'";
        replace("hello", "l", "w", 1) => "'hewlo'";
        replace("ab", "", "-") => "'-a-b-'";
        split("one1two", "1") => "['one', 'two']";
        split("a,b;c", list![",", ";"]) => "['a', 'b', 'c']";
        split("a->b-c", list!["-", "->"]) => "['a', 'b', 'c']";
        split("añb", "") => "['a', 'ñ', 'b']";
        split("a,b", list![",", ""]) => "['a', 'b']";
        split("", ",") => "['']";
        split(",", ",") => "['', '']";
        split("a", list![]) => "['a']";
        split("a", 1) => "TypeError: InvalidArgumentValue";
        split("a", list![1]) => "TypeError: InvalidArgumentValue";
    }
}

#[test]
fn conversions() {
    answers! {
        toInteger(82.9) => "82";
        toInteger(-2.9) => "-2";
        toInteger(" 42 ") => "42";
        toInteger("2.9") => "2";
        toInteger("1e3") => "1000";
        toInteger("foo") => "null";
        toInteger("") => "null";
        toInteger("inf") => "null";
        toInteger(true) => "1";
        toInteger(1e19) => "ArithmeticError: IntegerOverflow";
        toInteger(f64::NAN) => "ArithmeticError: IntegerOverflow";
        toInteger("9223372036854775807") => "9223372036854775807";
        toInteger("9223372036854775808") => "ArithmeticError: IntegerOverflow";
        toInteger(list![]) => "TypeError: InvalidArgumentValue";
        toInteger(map()) => "TypeError: InvalidArgumentValue";
        toIntegerOrNull(list![]) => "null";
        toIntegerOrNull(1e19) => "null";
        toIntegerList(list!["1", 2.9, NULL, list![]]) => "[1, 2, null, null]";
        toIntegerList(1) => "TypeError: InvalidArgumentValue";
        toFloat(3) => "3.0";
        toFloat("5") => "5.0";
        toFloat("-.5") => "-0.5";
        toFloat("NaN") => "NaN";
        toFloat("nan") => "null";
        toFloat("infinity") => "null";
        toFloat("foo") => "null";
        toFloat(true) => "TypeError: InvalidArgumentValue";
        toFloatList(list!["1", "x"]) => "[1.0, null]";
        toBoolean("TRUE") => "true";
        toBoolean("no") => "null";
        toBoolean(0) => "false";
        toBoolean(1.0) => "TypeError: InvalidArgumentValue";
        toBooleanOrNull(1.0) => "null";
        toString(1) => "'1'";
        toString(1.0) => "'1.0'";
        toString(1e21) => "'1.0E21'";
        toString(true) => "'true'";
        toString("x") => "'x'";
        toString(list![]) => "TypeError: InvalidArgumentValue";
        toStringOrNull(map()) => "null";
        toStringList(list![1, "a", list![]]) => "['1', 'a', null]";
    }
}

#[test]
fn types_of_values() {
    answers! {
        valueType(NULL) => "'NULL'";
        valueType(1) => "'INTEGER NOT NULL'";
        valueType(map()) => "'MAP NOT NULL'";
        valueType(list![]) => "'LIST<NOTHING> NOT NULL'";
        valueType(list![NULL]) => "'LIST<NULL> NOT NULL'";
        valueType(list![1, "a", 2]) => "'LIST<STRING NOT NULL | INTEGER NOT NULL> NOT NULL'";
        valueType(list![1, NULL]) => "'LIST<INTEGER> NOT NULL'";
        valueType(list![list![1]]) => "'LIST<LIST<INTEGER NOT NULL> NOT NULL> NOT NULL'";
    }
}

#[test]
fn choices() {
    answers! {
        coalesce(NULL, 2, 3) => "2";
        coalesce(NULL, NULL) => "null";
        nullIf(1, 1.0) => "null";
        nullIf(1, 2) => "1";
        nullIf(NULL, 2) => "null";
        nullIf(1, NULL) => "1";
        exists(NULL) => "false";
        exists(1) => "true";
    }
}

/// Two nodes, of which the first has labels and properties, and a relationship between them.
fn small_graph() -> Result<GraphWriter> {
    let mut writer = GraphWriter::new(Snapshot::default());
    let labels = [writer.label("Port")?, writer.label("City")?];
    let name = writer.key("name")?;
    let age = writer.key("age")?;
    let properties = vec![(name, Value::from("Tangier")), (age, Value::from(2500))];
    let start = writer.create_node(&labels, properties)?;
    let end = writer.create_node(&[], Vec::new())?;
    let sea = writer.relationship_type("SEA")?;
    writer.create_relationship(sea, start, end, vec![(age, Value::from(7))])?;
    Ok(writer)
}

#[test]
fn graphs() -> Result<()> {
    let writer = small_graph()?;
    let graph = writer.snapshot();
    let node = || Value::Node(NodeId(0));
    let relationship = || Value::Relationship(RelationshipId(0));
    let path = || {
        Value::Path(
            Path {
                nodes: vec![NodeId(0), NodeId(1)],
                relationships: vec![RelationshipId(0)],
            }
            .into(),
        )
    };
    for (name, argument, expected) in [
        ("id", node(), "0"),
        ("id", relationship(), "0"),
        ("id", path(), "TypeError: InvalidArgumentValue"),
        ("elementId", node(), "'n0'"),
        ("elementId", relationship(), "'r0'"),
        ("labels", node(), "['City', 'Port']"),
        ("labels", Value::Node(NodeId(1)), "[]"),
        ("labels", relationship(), "TypeError: InvalidArgumentValue"),
        ("type", relationship(), "'SEA'"),
        ("type", NULL, "null"),
        ("type", node(), "TypeError: InvalidArgumentValue"),
        ("startNode", relationship(), "(#0)"),
        ("endNode", relationship(), "(#1)"),
        ("endNode", 1.into(), "TypeError: InvalidArgumentValue"),
        ("properties", node(), "{age: 2500, name: 'Tangier'}"),
        ("properties", relationship(), "{age: 7}"),
        ("properties", map(), "{a: null, b: 1}"),
        ("properties", 1.into(), "TypeError: InvalidArgumentValue"),
        ("keys", node(), "['age', 'name']"),
        ("keys", relationship(), "['age']"),
        ("keys", map(), "['a', 'b']"),
        ("keys", path(), "TypeError: InvalidArgumentValue"),
        ("length", path(), "1"),
        ("nodes", path(), "[(#0), (#1)]"),
        ("relationships", path(), "[[#0]]"),
        ("length", list![], "TypeError: InvalidArgumentValue"),
    ] {
        let answer = text(call(&graph, name, std::slice::from_ref(&argument)));
        assert_eq!(answer, expected, "{name}({argument})");
    }
    Ok(())
}

#[test]
fn deleted_entities() -> Result<()> {
    let mut writer = small_graph()?;
    writer.delete_relationship(RelationshipId(0))?;
    writer.delete_node(NodeId(0))?;
    let graph = writer.snapshot();
    let gone = "EntityNotFound: DeletedEntityAccess";
    let node = Value::Node(NodeId(0));
    let relationship = Value::Relationship(RelationshipId(0));
    for (name, argument, expected) in [
        ("labels", &node, gone),
        ("properties", &node, gone),
        ("keys", &node, gone),
        ("keys", &relationship, gone),
        ("type", &relationship, "'SEA'"),
        ("id", &node, "0"),
    ] {
        let answer = text(call(&graph, name, std::slice::from_ref(argument)));
        assert_eq!(answer, expected, "{name}");
    }
    Ok(())
}

#[test]
fn large_results_are_reserved_first() {
    let graph = Snapshot::default();
    let context = context(1 << 20);
    let environment = Environment {
        context: &context,
        graph: &graph,
        procedures: &Procedures::default(),
    };
    let long = Value::from("ab".repeat(1 << 17));
    for (name, arguments) in [
        ("range", vec![1.into(), 1_000_000.into()]),
        ("split", vec![long.clone(), "b".into()]),
        (
            "replace",
            vec![long.clone(), "a".into(), "0123456789".into()],
        ),
        ("replace", vec![long, "".into(), "0123456789".into()]),
    ] {
        let Implementation::Scalar(scalar) = function(name).implementation else {
            panic!("{name} is no scalar function");
        };
        let answer = text(scalar(&environment, &arguments).map(|_| NULL));
        assert_eq!(answer, "ResourceError: OutOfMemory", "{name}");
    }
}
