//! Aggregates by groups, weights and changing types of columns.

use rihla::column::{Column, boxed_cells};
use rihla::functions::{FUNCTIONS, Implementation};
use rihla::value::Duration;
use rihla::{Error, Result, Value};

use super::{NULL, context, function, list};

/// The results of an aggregate for two groups, the rows going to them in turn, in two batches.
fn aggregate(name: &str, arguments: &[Vec<Value>], weights: Option<&[u64]>) -> Result<String> {
    let Implementation::Aggregate(create) = function(name).implementation else {
        panic!("{name} is no aggregate");
    };
    let context = context(1 << 20);
    let mut accumulator = create();
    let rows = arguments[0].len();
    for range in [0..rows / 2, rows / 2..rows] {
        let columns: Vec<Column> = arguments
            .iter()
            .map(|values| Column::from_values(values[range.clone()].to_vec()))
            .collect();
        let groups: Vec<u32> = range.clone().map(|row| (row % 2) as u32).collect();
        let weights = weights.map(|weights| &weights[range]);
        accumulator.grow(2);
        accumulator.update(&columns, &groups, weights, &context)?;
    }
    let results: Vec<Value> = accumulator.finish()?.values().collect();
    Ok(Value::list(results).to_string())
}

fn aggregated(name: &str, arguments: &[Vec<Value>], weights: Option<&[u64]>) -> String {
    aggregate(name, arguments, weights).unwrap_or_else(|error| error.code())
}

fn values<T: Into<Value> + Clone>(values: &[T]) -> Vec<Value> {
    values.iter().cloned().map(Into::into).collect()
}

#[test]
fn aggregates() {
    let integers = values(&[Some(5), Some(2), None, Some(1), Some(3), Some(9)]);
    let floats = values(&[0.5, 2.0, 4.0, f64::NAN]);
    let strings = values(&["b", "x", "a", "y"]);
    let nothing = values::<Option<i64>>(&[None, None]);
    let mixed = vec![
        1.into(),
        list![1, 2],
        "a".into(),
        list![3],
        0.2.into(),
        "b".into(),
    ];
    let none: Vec<Value> = Vec::new();
    for (name, rows, expected) in [
        ("count", &integers, "[2, 3]"),
        ("count", &none, "[0, 0]"),
        ("sum", &integers, "[8, 12]"),
        ("sum", &floats, "[4.5, NaN]"),
        ("sum", &nothing, "[0, 0]"),
        ("sum", &strings, "TypeError: InvalidArgumentValue"),
        (
            "sum",
            &values(&[i64::MAX, 1, 1, 1]),
            "ArithmeticError: IntegerOverflow",
        ),
        (
            "sum",
            &values(&[i64::MAX, 1, 1, 1, -1, 1]),
            "[9223372036854775807, 3]",
        ),
        (
            "sum",
            &vec![1.into(), 2.into(), 0.5.into(), 1.into()],
            "[1.5, 3]",
        ),
        ("avg", &integers, "[4.0, 4.0]"),
        ("avg", &nothing, "[null, null]"),
        (
            "avg",
            &values(&[i64::MAX, 1, i64::MAX, 1]),
            "[9.223372036854776E18, 1.0]",
        ),
        ("min", &integers, "[3, 1]"),
        ("max", &integers, "[5, 9]"),
        ("min", &floats, "[0.5, 2.0]"),
        ("max", &floats, "[4.0, NaN]"),
        ("min", &strings, "['a', 'x']"),
        ("max", &strings, "['b', 'y']"),
        ("min", &mixed, "['a', [1, 2]]"),
        ("max", &mixed, "[1, 'b']"),
        ("max", &none, "[null, null]"),
        ("collect", &integers, "[[5, 3], [2, 1, 9]]"),
        ("collect", &none, "[[], []]"),
        ("collect", &nothing, "[[], []]"),
        ("collect", &floats, "[[0.5, 4.0], [2.0, NaN]]"),
        ("collect", &strings, "[['b', 'a'], ['x', 'y']]"),
        ("collect", &mixed, "[[1, 'a', 0.2], [[1, 2], [3], 'b']]"),
        (
            "stDev",
            &integers,
            "[1.4142135623730951, 4.358898943540674]",
        ),
        ("stDevP", &integers, "[1.0, 3.559026084010437]"),
        ("stDev", &nothing, "[0.0, 0.0]"),
        ("stDev", &strings, "TypeError: InvalidArgumentValue"),
    ] {
        let arguments = std::slice::from_ref(rows);
        assert_eq!(
            aggregated(name, arguments, None),
            expected,
            "{name} {rows:?}"
        );
    }
}

#[test]
fn percentiles() {
    let rows = values(&[30, 1, 10, 2, 20, 3, 40, 4]);
    for (name, percentile, expected) in [
        ("percentileDisc", Value::from(0), "[10, 1]"),
        ("percentileDisc", 0.5.into(), "[20, 2]"),
        ("percentileDisc", 0.51.into(), "[30, 3]"),
        ("percentileDisc", 1.0.into(), "[40, 4]"),
        ("percentileCont", 0.0.into(), "[10.0, 1.0]"),
        ("percentileCont", 0.5.into(), "[25.0, 2.5]"),
        ("percentileCont", 1.into(), "[40.0, 4.0]"),
        (
            "percentileCont",
            1.1.into(),
            "ArgumentError: NumberOutOfRange",
        ),
        (
            "percentileDisc",
            (-1).into(),
            "ArgumentError: NumberOutOfRange",
        ),
        (
            "percentileDisc",
            f64::NAN.into(),
            "ArgumentError: NumberOutOfRange",
        ),
        (
            "percentileDisc",
            "x".into(),
            "TypeError: InvalidArgumentValue",
        ),
        ("percentileDisc", NULL, "TypeError: InvalidArgumentValue"),
    ] {
        let arguments = [rows.clone(), vec![percentile.clone(); rows.len()]];
        assert_eq!(
            aggregated(name, &arguments, None),
            expected,
            "{name} {percentile}"
        );
    }
    let nulls = [vec![NULL; 4], vec![0.5.into(); 4]];
    assert_eq!(aggregated("percentileCont", &nulls, None), "[null, null]");
}

/// A row of weight n is n rows.
#[test]
fn weights() {
    let rows = values(&[Some(1), Some(7), None, Some(8), Some(3), Some(8)]);
    let weights = [2, 1, 5, 0, 3, 2];
    let expanded: Vec<(Value, usize)> = rows
        .iter()
        .zip(weights)
        .enumerate()
        .flat_map(|(row, (value, weight))| {
            vec![(value.clone(), row % 2); usize::try_from(weight).expect("small")]
        })
        .collect();
    for function in FUNCTIONS.iter().filter(|function| function.is_aggregate()) {
        let Implementation::Aggregate(create) = function.implementation else {
            continue;
        };
        let run = |values: Vec<Value>, groups: Vec<u32>, weights: Option<&[u64]>| {
            let percentiles = Column::constant(&0.5.into(), values.len());
            let columns = [Column::from_values(values), percentiles];
            let mut accumulator = create();
            accumulator.grow(2);
            accumulator.update(&columns, &groups, weights, &context(1 << 20))?;
            let results: Vec<String> = accumulator
                .finish()?
                .values()
                .map(|value| match value {
                    Value::Float(value) => format!("{value:.9}"),
                    other => other.to_string(),
                })
                .collect();
            Ok::<_, Error>(results)
        };
        let groups = (0..rows.len() as u32).map(|row| row % 2).collect();
        let weighted = run(rows.clone(), groups, Some(&weights)).expect("an answer");
        let (values, groups): (Vec<Value>, Vec<u32>) = expanded
            .iter()
            .map(|(value, group)| (value.clone(), *group as u32))
            .unzip();
        let plain = run(values, groups, None).expect("an answer");
        assert_eq!(weighted, plain, "{}", function.name);
    }
}

#[test]
fn weights_beyond_memory() {
    let rows = vec![values(&["x"])];
    let weights = [u64::MAX];
    assert_eq!(
        aggregated("collect", &rows, Some(&weights)),
        "ResourceError: OutOfMemory"
    );
    let rows = vec![values(&[1])];
    assert_eq!(
        aggregated("sum", &rows, Some(&weights)),
        "ArithmeticError: IntegerOverflow"
    );
    assert_eq!(aggregated("avg", &rows, Some(&weights)), "[1.0, null]");
}

#[test]
fn columns_change_their_type_between_batches() {
    let rows = [
        1.into(),
        1.into(),
        0.5.into(),
        Value::from("x"),
        3.into(),
        NULL,
        2.into(),
        NULL,
    ];
    let rows = vec![rows.to_vec()];
    assert_eq!(aggregated("min", &rows, None), "[0.5, 'x']");
    assert_eq!(aggregated("max", &rows, None), "[3, 1]");
    assert_eq!(
        aggregated("collect", &rows, None),
        "[[1, 0.5, 3, 2], [1, 'x']]"
    );
    for first in [1.into(), Value::from("x"), 0.5.into(), true.into(), NULL] {
        for then in [2.into(), Value::from("x"), 1.5.into(), NULL] {
            let rows = vec![vec![
                first.clone(),
                first.clone(),
                then.clone(),
                then.clone(),
            ]];
            let list: Vec<Value> = [&first, &then]
                .into_iter()
                .filter(|it| !it.is_null())
                .cloned()
                .collect();
            let expected = Value::list(vec![Value::list(list); 2]).to_string();
            assert_eq!(aggregated("collect", &rows, None), expected);
        }
    }
}

/// Where texts no longer come again, they are no longer looked for.
#[test]
fn many_texts_are_collected() {
    let few = |row: i64| Value::from((row % 10).to_string());
    let many = |row: i64| Value::from(row.to_string());
    let rows: Vec<Value> = (0..20_000).map(many).chain((0..20_000).map(few)).collect();
    let Implementation::Aggregate(create) = function("collect").implementation else {
        panic!("collect is no aggregate");
    };
    let columns = [Column::from_values(rows.clone())];
    let mut accumulator = create();
    accumulator.grow(1);
    let groups = vec![0; rows.len()];
    accumulator
        .update(&columns, &groups, None, &context(1 << 24))
        .expect("there is room");
    let lists = accumulator.finish().expect("small");
    assert_eq!(lists.value(0), Value::list(rows));
}

#[test]
fn typed_columns_are_aggregated_without_values() {
    let rows = 1000;
    let groups: Vec<u32> = (0..rows).map(|row| row % 10).collect();
    let integers = Column::from_values((0..rows).map(Value::from));
    let strings = Column::from_values((0..rows).map(|row| Value::from(row.to_string())));
    let percentiles = Column::constant(&0.5.into(), rows as usize);
    for (name, column) in [
        ("count", &strings),
        ("sum", &integers),
        ("avg", &integers),
        ("min", &strings),
        ("max", &integers),
        ("stDev", &integers),
        ("percentileDisc", &integers),
    ] {
        let Implementation::Aggregate(create) = function(name).implementation else {
            panic!("{name} is no aggregate");
        };
        let columns = [column.clone(), percentiles.clone()];
        let mut accumulator = create();
        let before = boxed_cells();
        accumulator.grow(10);
        accumulator
            .update(&columns, &groups, None, &context(1 << 20))
            .expect("numbers");
        accumulator.finish().expect("small");
        assert_eq!(boxed_cells(), before, "{name}");
    }
}

#[test]
fn durations_add_up() {
    let duration = |months, days, seconds| {
        Value::Duration(Duration {
            months,
            days,
            seconds,
            nanoseconds: 0,
        })
    };
    let rows = [duration(1, 2, 3), 1.into(), duration(3, 0, 1), NULL];
    let sum = aggregated("sum", &[rows[..].to_vec()], None);
    assert_eq!(sum, format!("[{}, 1]", duration(4, 2, 4)));
    let average = aggregated("avg", &[rows[..].to_vec()], None);
    assert_eq!(average, format!("[{}, 1.0]", duration(2, 1, 2)));
    let mixed = vec![duration(1, 0, 0), NULL, 1.into(), NULL];
    assert_eq!(
        aggregated("sum", &[mixed], None),
        "TypeError: InvalidArgumentValue"
    );
}
