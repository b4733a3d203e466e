//! Filters, expansions and aggregates over typed columns make no value of its own for each cell.

use rihla::Database;
use rihla::column::boxed_cells;

/// Single values that the result and constants may cost, whatever the number of rows.
const ALLOWED: u64 = 64;

#[test]
fn typed_operators_make_no_value_for_each_cell() {
    let database = Database::in_memory();
    let session = database.session();
    let rows = 4096; // Whole chunks, so that no row is left in a patch.
    let create = "UNWIND range(1, $rows) AS i
        CREATE (:Person {number: i, score: i * 0.5, name: 'p' + i, born: date('2000-01-01')})";
    session
        .query(create, [("rows", i64::from(rows))])
        .expect("creates");
    let connect =
        "MATCH (a:Person), (b:Person) WHERE a.number + 1 = b.number CREATE (a)-[:KNOWS]->(b)";
    session.query(connect, ()).expect("connects");
    for query in [
        "MATCH (p:Person) WHERE p.number > 1000 AND p.number <= 3000 RETURN count(*) AS n",
        "MATCH (p:Person) WHERE p.score < 100.0 OR p.name STARTS WITH 'p40' RETURN count(p) AS n",
        "MATCH (p:Person) WHERE p.born >= date('1999-12-31') RETURN count(*) AS n",
        "MATCH (p:Person) WHERE p.born.month = 1 RETURN max(p.born.year) AS n",
        "MATCH (p:Person) WHERE p.number IN [1, 2, 3] RETURN count(*) AS n",
        "MATCH (p:Person) WITH p.name AS name, collect(p.number) AS numbers RETURN count(*) AS n",
        "MATCH (p:Person) RETURN sum(p.number) AS s, avg(p.score) AS a, min(p.name) AS least",
        "MATCH (p:Person) RETURN p.number % 10 AS k, count(*) AS n, sum(p.score) AS s ORDER BY k LIMIT 3",
        "MATCH (a:Person)-[:KNOWS]->(b:Person) WHERE b.number > 10 RETURN count(*) AS n",
        "MATCH (a:Person)-[:KNOWS]->()-[:KNOWS]->(c) RETURN count(DISTINCT c) AS n",
        "MATCH (a:Person) RETURN max(a.number + 1) AS m",
    ] {
        session.query(query, ()).expect(query);
        let before = boxed_cells();
        session.query(query, ()).expect(query);
        let made = boxed_cells() - before;
        assert!(made <= ALLOWED, "{made} values were made by {query}");
    }
}

#[test]
fn the_counter_counts() {
    let session = Database::in_memory().session();
    let before = boxed_cells();
    let result = session
        .query("UNWIND range(1, 500) AS x RETURN x", ())
        .expect("runs");
    assert_eq!(result.to_values().len(), 500);
    assert!(boxed_cells() - before >= 500);
}
