//! Joins give the pairs that `=` makes of single values, whatever the types of the columns, however many keys
//! there are, and also where partners are only counted; a statement holds no more of them than a batch.

use proptest::prelude::*;
use rihla::value::equals;
use rihla::{Database, Session, Value};

use crate::groups::{column, rows};

/// A graph of left and right nodes with the cells of two columns each.
fn session(left: &[Vec<Value>], right: &[Vec<Value>]) -> Session {
    let session = Database::in_memory().session();
    for (label, columns) in [("L", left), ("R", right)] {
        let text = format!(
            "UNWIND range(0, size($a) - 1) AS i CREATE (:{label} {{i: i, a: $a[i], b: $b[i]}})"
        );
        let list = |values: &[Value]| Value::list(values.to_vec());
        let parameters = [("a", list(&columns[0])), ("b", list(&columns[1]))];
        session.query(&text, parameters).expect("the nodes");
    }
    session
}

/// The pairs of rows whose first so many cells are equal.
fn pairs(left: &[Vec<Value>], right: &[Vec<Value>], keys: usize) -> Vec<Vec<Value>> {
    let is_pair = |one: usize, other: usize| {
        let is_equal = |key: usize| equals(&left[key][one], &right[key][other]) == Some(true);
        (0..keys).all(is_equal)
    };
    let mut pairs = Vec::new();
    for one in 0..left[0].len() {
        for other in (0..right[0].len()).filter(|other| is_pair(one, *other)) {
            pairs.push(vec![Value::from(one as i64), Value::from(other as i64)]);
        }
    }
    pairs
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn joins_pair_what_is_equal(
        left in prop::collection::vec(column(40), 2),
        right in prop::collection::vec(column(30), 2),
    ) {
        let mut session = session(&left, &right);
        for (keys, condition) in [(1, "l.a = r.a"), (2, "l.a = r.a AND l.b = r.b")] {
            let wanted = pairs(&left, &right, keys);
            let found = rows(
                &session,
                &format!("MATCH (l:L), (r:R) WHERE {condition} RETURN l.i AS l, r.i AS r ORDER BY l, r"),
            );
            prop_assert_eq!(&found, &wanted, "{}", condition);
            for counts in [
                "count(*) AS n",
                "l.i AS i, count(*) AS n ORDER BY i",
                "r.i AS i, count(*) AS n, max(r.i) AS m ORDER BY i",
                "count(DISTINCT l) AS l, min(l.i) AS m",
                "l.i % 3 AS i, r.i % 2 AS j, count(*) AS n ORDER BY i, j",
            ] {
                let text = format!("MATCH (l:L), (r:R) WHERE {condition} RETURN {counts}");
                let counted = rows(&session, &text);
                session.set_rule("count_joined", false);
                let listed = rows(&session, &text);
                session.set_rule("count_joined", true);
                prop_assert_eq!(counted, listed, "{}", text);
            }
        }
    }
}

/// Four thousand nodes, half of which have one key and half the other.
fn halves() -> Session {
    let session = Database::in_memory().session();
    let text = "UNWIND range(0, 3999) AS i CREATE (:N {i: i, k: i % 2})";
    session.query(text, ()).expect("the nodes");
    session
}

#[test]
fn partners_are_counted_where_no_more_is_asked() {
    let session = halves();
    for (text, wanted) in [
        (
            "MATCH (a:N), (b:N) WHERE a.k = b.k RETURN count(*)",
            8_000_000_i64,
        ),
        (
            "MATCH (a:N), (b:N), (c:N) WHERE a.k = b.k AND b.k = c.k RETURN count(*)",
            16_000_000_000_i64,
        ),
        ("MATCH (a:N), (b:N) RETURN count(*)", 16_000_000_i64),
        (
            "MATCH (a:N), (b:N), (c:N), (d:N) WHERE b.i = 7 RETURN count(DISTINCT b.i) + count(*) - 1",
            64_000_000_000_i64,
        ),
    ] {
        assert_eq!(rows(&session, text), [[Value::from(wanted)]], "{text}");
        let explained = session.query(&format!("EXPLAIN {text}"), ()).expect(text);
        let plan = explained.summary().plan.clone().expect("a plan");
        assert!(plan.contains(", counted"), "{text}\n{plan}");
    }
}

#[test]
fn what_differs_each_time_is_asked_of_each_row() {
    let session = halves();
    for text in [
        "MATCH (n:N) WHERE rand() < 0.5 RETURN count(*) AS n",
        "MATCH (n:N) WHERE n.k < 2 AND rand() < 0.5 RETURN count(n) AS n",
        "MATCH (a:N {i: 1}), (b:N) WHERE rand() < 0.5 RETURN count(*) AS n",
        "MATCH (a:N {i: 1}), (b:N) WHERE a.k <> b.i AND 0.5 < rand() RETURN count(b) AS n",
        "MATCH (a:N) OPTIONAL MATCH (b:N {i: a.i}) WHERE rand() < 0.5 RETURN count(b) AS n",
        "MATCH (a:N) WHERE EXISTS { MATCH (b:N {i: a.i}) WHERE rand() < 0.5 } RETURN count(*) AS n",
    ] {
        let found = rows(&session, text);
        let Value::Integer(found) = found[0][0] else {
            panic!("{text} gives no number")
        };
        // More than thirty standard deviations from half of them.
        assert!((1000..3000).contains(&found), "{text}: {found}");
    }
}

#[test]
fn pairs_come_in_batches_and_within_the_budget() {
    let mut session = halves();
    session.limits_mut().memory = 16 << 20;
    session.limits_mut().threads = std::num::NonZeroUsize::MIN;
    let text = "MATCH (a:N), (b:N) WHERE a.k = b.k RETURN a.i AS a, b.i AS b LIMIT 3";
    let first = rows(&session, text);
    let second = |b: i64| vec![Value::from(0_i64), Value::from(b)];
    assert_eq!(first, [second(0), second(2), second(4)]);
    let text = "MATCH (a:N), (b:N) WHERE a.k = b.k RETURN max(a.i * 2 + b.i) AS most";
    assert_eq!(rows(&session, text), [[Value::from(3_i64 * 3999)]]);
    let text = "MATCH (a:N), (b:N) WHERE a.k = b.k RETURN a.i AS a, b.i AS b";
    let error = session.query(text, ()).expect_err("too many rows");
    assert_eq!(error.detail(), rihla::ErrorDetail::OutOfMemory);
}
