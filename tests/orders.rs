//! Rows come in the order of their values, whatever the types of the columns and however many rows are asked for.

use proptest::prelude::*;
use rihla::column::Column;
use rihla::value::{Date, LocalDateTime};
use rihla::{Database, Value};

/// Values of one type, awkward ones and equal ones among them.
fn columns(rows: usize) -> impl Strategy<Value = Vec<Value>> {
    prop_oneof![
        of(rows, -3..3_i64),
        of(
            rows,
            prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>()]
        ),
        of(rows, floats()),
        of(rows, any::<bool>()),
        of(rows, "[ab]{0,2}"),
        of(rows, "a text that all share[\\x00a-cé]{0,12}"),
        of(rows, "[a-z😀]{0,9}"),
        of(
            rows,
            (-9..9_i64).prop_map(|days| Value::Date(Date { days }))
        ),
        of(
            rows,
            any::<i64>().prop_map(|instant| {
                Value::LocalDateTime(LocalDateTime::from_nanoseconds(instant))
            })
        ),
        of(rows, mixed()),
    ]
}

fn of<T: Into<Value> + 'static>(
    rows: usize,
    values: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Vec<Value>> {
    let values = values.prop_map(Into::into).boxed();
    prop_oneof![Just(0), Just(1)].prop_flat_map(move |nulls| {
        let value = prop_oneof![9 => values.clone(), nulls => Just(Value::Null)];
        prop::collection::vec(value, rows)
    })
}

fn floats() -> impl Strategy<Value = f64> {
    const AWKWARD: &[f64] = &[
        0.0,
        -0.0,
        f64::NAN,
        -f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1e-320,
    ];
    prop_oneof![prop::sample::select(AWKWARD), any::<f64>()]
}

fn mixed() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-2..2_i64).prop_map(Value::from),
        floats().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
        (-2..2_i64).prop_map(|days| Value::Date(Date { days })),
        (-2..2_i64).prop_map(|first| Value::list(vec![first.into(), Value::Null])),
    ]
}

/// Three columns of so many rows.
fn tables() -> impl Strategy<Value = Vec<Vec<Value>>> {
    let rows = prop_oneof![0..8_usize, 100..400_usize];
    rows.prop_flat_map(|rows| prop::collection::vec(columns(rows), 3))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn rows_are_sorted_by_their_values(
        table in tables(),
        descending in any::<[bool; 3]>(),
        limit in prop_oneof![Just(None), (0..150_usize).prop_map(Some)],
    ) {
        let rows = table[0].len();
        let mut expected: Vec<usize> = (0..rows).collect();
        expected.sort_by(|left, right| {
            let orders = table.iter().zip(descending).map(|(column, descending)| {
                let order = column[*left].cmp(&column[*right]);
                if descending { order.reverse() } else { order }
            });
            orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        expected.truncate(limit.unwrap_or(rows));
        let row = |row: usize| {
            let cells = table.iter().map(|column| column[row].clone());
            Value::list(cells.chain([(row as i64).into()]).collect())
        };
        let parameter = Value::list((0..rows).map(row).collect());
        let direction = |place: usize| if descending[place] { "DESC" } else { "ASC" };
        let query = format!(
            "UNWIND $rows AS row WITH row[0] AS a, row[1] AS b, row[2] AS c, row[3] AS number
             RETURN number ORDER BY a {}, b {}, c {} {}",
            direction(0),
            direction(1),
            direction(2),
            limit.map_or(String::new(), |limit| format!("LIMIT {limit}")),
        );
        let session = Database::in_memory().session();
        let found = session.query(&query, [("rows", parameter)]).expect("rows are sorted");
        let found: Vec<String> = found.to_values().iter().map(|row| row[0].to_string()).collect();
        let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        prop_assert_eq!(found, expected, "{}", query);
    }

    #[test]
    fn ranks_have_the_order_of_values(table in tables()) {
        for values in table {
            let column = Column::from_values(values.clone());
            let Some(ranks) = column.ranks() else {
                continue;
            };
            prop_assert_eq!(ranks.numbers.len(), values.len());
            prop_assert!(ranks.numbers.iter().all(|number| *number <= ranks.greatest));
            for pair in values.windows(2).zip(ranks.numbers.windows(2)) {
                let ((left, right), numbers) = ((&pair.0[0], &pair.0[1]), pair.1);
                let order = numbers[0].cmp(&numbers[1]);
                let agrees = order == left.cmp(right) || order.is_eq() && !ranks.exact;
                prop_assert!(agrees, "{} and {} are {:?}", left, right, numbers);
            }
        }
    }
}
