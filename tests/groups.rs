//! Groups and distinct rows are those that single values give, whatever the types of the columns, however many
//! keys there are, and in however many threads they are made.

use proptest::prelude::*;
use rihla::{Database, Session, Value};

/// Cells of one column: of one type, or of several, with nulls.
pub(crate) fn column(rows: usize) -> impl Strategy<Value = Vec<Value>> {
    let near = (0..5_i64).prop_map(Value::Integer).boxed();
    let far = any::<i64>().prop_map(Value::Integer).boxed();
    let short = "[ab]{0,2}"
        .prop_map(|text| Value::from(text.as_str()))
        .boxed();
    let long = "a text of more than twelve bytes [ab]{0,2}"
        .prop_map(|text| Value::from(text.as_str()))
        .boxed();
    let float = prop_oneof![Just(0.0), Just(-0.0), Just(1.0), Just(f64::NAN)]
        .prop_map(Value::Float)
        .boxed();
    let all = [near, far, short, long, float];
    let mixed = proptest::strategy::Union::new(all.clone()).boxed();
    proptest::sample::select(all.into_iter().chain([mixed]).collect::<Vec<_>>()).prop_flat_map(
        move |cells| {
            let cell = prop_oneof![1 => Just(Value::Null), 6 => cells];
            prop::collection::vec(cell, rows)
        },
    )
}

/// A graph of nodes with the cells of three columns, each of which leads to one of a few nodes with other cells.
fn session(columns: &[Vec<Value>], ends: &[Value]) -> Session {
    let session = Database::in_memory().session();
    let list = |values: &[Value]| Value::list(values.to_vec());
    let made = "UNWIND range(0, size($ends) - 1) AS i CREATE (:End {i: i, d: $ends[i]})";
    session.query(made, [("ends", list(ends))]).expect(made);
    let made = "UNWIND range(0, size($a) - 1) AS i MATCH (e:End {i: i % size($ends)})
        CREATE (:N {i: i, a: $a[i], b: $b[i], c: $c[i]})-[:TO]->(e)";
    let parameters = [
        ("a", list(&columns[0])),
        ("b", list(&columns[1])),
        ("c", list(&columns[2])),
        ("ends", list(ends)),
    ];
    session.query(made, parameters).expect(made);
    session
}

pub(crate) fn rows(session: &Session, text: &str) -> Vec<Vec<Value>> {
    session.query(text, ()).expect(text).to_values()
}

/// The groups of rows in the order in which they come: key, number of rows, different values of `i % 7`.
fn groups(keys: &[Vec<Value>]) -> Vec<Vec<Value>> {
    let mut found: Vec<(&[Value], i64, Vec<usize>)> = Vec::new();
    for (row, key) in keys.iter().enumerate() {
        let place = found
            .iter()
            .position(|(known, ..)| *known == key.as_slice());
        let place = place.unwrap_or_else(|| {
            found.push((key, 0, Vec::new()));
            found.len() - 1
        });
        let (_, count, different) = &mut found[place];
        *count += 1;
        if !different.contains(&(row % 7)) {
            different.push(row % 7);
        }
    }
    let row = |(key, count, different): &(&[Value], i64, Vec<usize>)| {
        let counts = [
            Value::Integer(*count),
            Value::Integer(different.len() as i64),
        ];
        key.iter().cloned().chain(counts).collect()
    };
    found.iter().map(row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn groups_are_those_of_single_values(
        columns in prop::collection::vec(column(90), 3),
        ends in column(4),
    ) {
        let session = session(&columns, &ends);
        for keys in [vec![0], vec![1, 0], vec![2, 0, 1]] {
            let names: Vec<&str> = keys.iter().map(|key| ["n.a", "n.b", "n.c"][*key]).collect();
            let names = names.join(", ");
            let text = format!("MATCH (n:N) WITH n ORDER BY n.i RETURN {names}, count(*), count(DISTINCT n.i % 7)");
            let key = |row: usize| keys.iter().map(|key| columns[*key][row].clone()).collect();
            let expected = groups(&(0..90).map(key).collect::<Vec<_>>());
            prop_assert_eq!(format!("{:?}", rows(&session, &text)), format!("{:?}", expected));
            let text = format!("MATCH (n:N) WITH n ORDER BY n.i RETURN DISTINCT {names}");
            let expected: Vec<Vec<Value>> = expected.into_iter().map(|mut row| { row.truncate(keys.len()); row }).collect();
            prop_assert_eq!(format!("{:?}", rows(&session, &text)), format!("{:?}", expected));
        }
        // Keys that are read of nodes that come again and again.
        let text = "MATCH (n:N)-[:TO]->(e) WITH n, e ORDER BY n.i RETURN e.d, n.b, count(*), count(DISTINCT n.i % 7)";
        let key = |row: usize| vec![ends[row % 4].clone(), columns[1][row].clone()];
        let expected = groups(&(0..90).map(key).collect::<Vec<_>>());
        prop_assert_eq!(format!("{:?}", rows(&session, text)), format!("{:?}", expected));
    }
}
