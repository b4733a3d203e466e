//! Transactions as users see them: begin, commit, roll back, conflicts, turns.

use std::time::Duration;

use rihla::{Database, ErrorDetail, Result, Session};

fn count(session: &Session) -> i64 {
    let result = session.query("MATCH (n) RETURN count(n) AS n", ());
    let result = result.expect("a count");
    result.rows().next().expect("a row").get("n").expect("n")
}

fn detail<T: std::fmt::Debug>(result: Result<T>) -> ErrorDetail {
    result.expect_err("an error").detail()
}

fn run(session: &Session, statements: &[&str]) {
    for statement in statements {
        session.query(statement, ()).expect(statement);
    }
}

#[test]
fn a_transaction_is_seen_by_others_only_after_its_commit() {
    let database = Database::in_memory();
    let (writer, reader) = (database.session(), database.session());
    run(&writer, &["BEGIN", "CREATE (:A)", "CREATE (:B)"]);
    assert_eq!(count(&writer), 2);
    assert_eq!(count(&reader), 0);
    run(&writer, &["COMMIT"]);
    assert_eq!(count(&reader), 2);
}

#[test]
fn a_rollback_leaves_nothing() {
    let database = Database::in_memory();
    let session = database.session();
    run(
        &session,
        &[
            "CREATE (:A {x: 1})",
            "BEGIN",
            "MATCH (a:A) SET a.x = 2, a:B",
        ],
    );
    run(&session, &["MATCH (a) DELETE a", "ROLLBACK"]);
    let result = session.query("MATCH (a) RETURN a.x AS x, labels(a) AS l", ());
    let result = result.expect("a row");
    let row = result.rows().next().expect("a row");
    assert_eq!(row.get::<i64>("x").expect("x"), 1);
    assert_eq!(row.get::<Vec<String>>("l").expect("l"), ["A"]);
    assert!(!session.in_transaction());
}

#[test]
fn a_transaction_reads_the_state_of_its_begin() {
    let database = Database::in_memory();
    let (one, other) = (database.session(), database.session());
    run(&one, &["BEGIN READ"]);
    run(&other, &["CREATE (:A)"]);
    assert_eq!(count(&one), 0);
    assert_eq!(
        detail(one.query("CREATE (:B)", ())),
        ErrorDetail::TransactionState
    );
    run(&one, &["ROLLBACK"]);
    assert_eq!(count(&one), 1);
}

#[test]
fn the_first_write_fails_where_another_commit_came_between() {
    let database = Database::in_memory();
    let (one, other) = (database.session(), database.session());
    run(&one, &["BEGIN"]);
    run(&other, &["CREATE (:A)"]);
    assert_eq!(
        detail(one.query("CREATE (:B)", ())),
        ErrorDetail::TransactionConflict
    );
    run(&one, &["ROLLBACK", "BEGIN", "CREATE (:B)", "COMMIT"]);
    assert_eq!(count(&other), 2);
}

#[test]
fn a_failed_statement_fails_its_transaction() {
    let session = Database::in_memory().session();
    run(&session, &["BEGIN", "CREATE (:A)"]);
    assert_eq!(
        detail(session.query("RETURN 1 / 0", ())),
        ErrorDetail::DivisionByZero
    );
    assert_eq!(
        detail(session.query("RETURN 1", ())),
        ErrorDetail::TransactionState
    );
    assert_eq!(
        detail(session.query("COMMIT", ())),
        ErrorDetail::TransactionState
    );
    assert!(!session.in_transaction(), "a failed commit rolls back");
    assert_eq!(count(&session), 0);
    assert_eq!(
        detail(session.query("ROLLBACK", ())),
        ErrorDetail::TransactionState
    );
}

#[test]
fn writers_take_turns_and_wait_no_longer_than_they_are_told() {
    let database = Database::in_memory();
    let (one, other) = (database.session(), database.session());
    database.set_patience(Duration::from_millis(20));
    run(&one, &["BEGIN WRITE"]);
    assert_eq!(
        detail(other.query("CREATE (:A)", ())),
        ErrorDetail::WriterBusy
    );
    assert_eq!(count(&other), 0, "readers do not wait");
    drop(one);
    run(&other, &["CREATE (:A)"]);
    assert_eq!(count(&other), 1);
}

#[test]
fn transactions_do_not_nest() {
    let session = Database::in_memory().session();
    run(&session, &["BEGIN"]);
    assert_eq!(
        detail(session.query("BEGIN", ())),
        ErrorDetail::TransactionState
    );
}

/// Threads move amounts between accounts; readers always see the same sum.
#[test]
fn readers_never_see_half_a_transaction() {
    let database = Database::in_memory();
    run(
        &database.session(),
        &["UNWIND range(1, 10) AS i CREATE (:Account {id: i, amount: 100})"],
    );
    database.set_patience(Duration::from_secs(60));
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..2)
            .map(|seed| {
                let session = database.session();
                scope.spawn(move || {
                    for step in 0..100 {
                        let (from, to) = ((seed + step) % 10 + 1, (seed + step * 3) % 10 + 1);
                        let take =
                            format!("MATCH (a:Account {{id: {from}}}) SET a.amount = a.amount - 7");
                        let give =
                            format!("MATCH (a:Account {{id: {to}}}) SET a.amount = a.amount + 7");
                        run(&session, &["BEGIN WRITE", &take, &give, "COMMIT"]);
                    }
                })
            })
            .collect();
        let reader = database.session();
        while writers.iter().any(|writer| !writer.is_finished()) {
            let sum = reader.query("MATCH (a:Account) RETURN sum(a.amount) AS sum", ());
            let sum = sum.expect("a sum");
            let sum: i64 = sum.rows().next().expect("a row").get("sum").expect("sum");
            assert_eq!(sum, 1000);
        }
    });
}

#[test]
fn a_subquery_in_transactions_keeps_what_was_committed_before_it_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let stored = Database::open(folder.path().join("a.rihla")).expect("it opens");
    for database in [Database::in_memory(), stored] {
        let session = database.session();
        let failing = "UNWIND range(1, 10) AS i
                       CALL (i) { CREATE (:A {i: 1 / (8 - i)}) } IN TRANSACTIONS OF 3 ROWS";
        assert_eq!(
            detail(session.query(failing, ())),
            ErrorDetail::DivisionByZero
        );
        assert_eq!(count(&session), 6);
        let whole = "UNWIND range(1, 10) AS i
                     CALL (i) { CREATE (a:B {i: i}) RETURN a } IN TRANSACTIONS OF $n ROWS
                     RETURN count(a) AS n";
        let result = session.query(whole, [("n", 4)]).expect("all is committed");
        let row = result.rows().next().expect("a row");
        assert_eq!(row.get::<i64>("n").expect("n"), 10);
        assert_eq!(result.summary().changes.nodes_created, 10);
        assert_eq!(count(&session), 16);
        run(&session, &["BEGIN"]);
        assert_eq!(
            detail(session.query(whole, [("n", 4)])),
            ErrorDetail::TransactionState
        );
    }
}
