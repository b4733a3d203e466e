//! `CALL import.file(...)`: files of other tools as a part of a statement.

use std::fs;
use std::path::Path;

use rihla::{Database, ErrorDetail, FileAccess, Result, Session};

fn files(folder: &Path) {
    let people = "id:ID,name,:LABEL\n1,Ada,Person\n2,Ibn Sina,Person;Scholar\n";
    fs::write(folder.join("people.csv"), people).expect("a file");
    let knows = ":START_ID,:END_ID,:TYPE,since:int\n1,2,KNOWS,1020\n2,1,KNOWS,\n";
    fs::write(folder.join("knows.csv"), knows).expect("a file");
    let edges = "1 2\n2 3\n";
    fs::write(folder.join("net.txt"), edges).expect("a file");
}

fn rows(session: &Session, text: &str) -> Vec<String> {
    let result = session.query(text, ()).expect(text);
    let rows = result.rows();
    rows.map(|row| format!("{:?}", row.values())).collect()
}

fn session() -> (tempfile::TempDir, Session) {
    let folder = tempfile::tempdir().expect("a folder");
    files(folder.path());
    let database = Database::in_memory();
    database.set_file_access(FileAccess::Folder(folder.path().to_owned()));
    let session = database.session();
    (folder, session)
}

#[test]
fn files_become_a_part_of_the_statement() -> Result<()> {
    let (_folder, session) = session();
    session.query("CREATE (:Person {name: 'Zaynab'})", ())?;
    let text = "CALL import.file(['people.csv', 'knows.csv'])
        YIELD nodes, relationships, labels, types, skipped, warnings
        MATCH (p:Person)
        RETURN nodes, relationships, labels.Scholar AS scholars, types.KNOWS AS knows, skipped,
               warnings, count(p) AS people";
    let wanted =
        "[Integer(2), Integer(2), Integer(1), Integer(2), Integer(0), List([]), Integer(3)]";
    assert_eq!(rows(&session, text), [wanted]);
    let changes = session
        .query(
            "CALL import.file('net.txt', {format: 'edgelist', type: 'LINK'})",
            (),
        )?
        .summary()
        .changes;
    assert_eq!(
        (changes.nodes_created, changes.relationships_created),
        (3, 2)
    );
    let text = "MATCH ()-[k:KNOWS]->() RETURN sum(k.since) AS s";
    assert_eq!(rows(&session, text), ["[Integer(1020)]"]);
    Ok(())
}

#[test]
fn a_statement_that_fails_imports_nothing() -> Result<()> {
    let (folder, session) = session();
    for text in [
        "CALL import.file('people.csv') YIELD nodes RETURN 1 / (nodes - 2) AS x",
        "CALL import.file(['people.csv', 'missing.csv'])",
        "CALL import.file('knows.csv', {missingNodes: 'refuse'})",
    ] {
        session.query(text, ()).expect_err(text);
        assert_eq!(
            rows(&session, "MATCH (n) RETURN count(n) AS n"),
            ["[Integer(0)]"],
            "{text}"
        );
    }
    session.query("BEGIN", ())?;
    session.query("CALL import.file('people.csv')", ())?;
    assert_eq!(
        rows(&session, "MATCH (n) RETURN count(n) AS n"),
        ["[Integer(2)]"]
    );
    session.query("ROLLBACK", ())?;
    assert_eq!(
        rows(&session, "MATCH (n) RETURN count(n) AS n"),
        ["[Integer(0)]"]
    );
    drop(folder);
    Ok(())
}

#[test]
fn large_files_are_loaded_in_bulk_beside_other_writes() -> Result<()> {
    let (folder, session) = session();
    let lines: String = (0..60_000).map(|id| format!("{id} {}\n", id + 1)).collect();
    fs::write(folder.path().join("chain.edgelist"), lines).expect("a file");
    let text = "CREATE (:Before) WITH 1 AS one
        CALL import.file('chain.edgelist', {type: 'NEXT'}) YIELD nodes, relationships
        CREATE (:After)
        RETURN nodes, relationships";
    let result = session.query(text, ())?;
    let changes = &result.summary().changes;
    assert_eq!(
        (changes.nodes_created, changes.relationships_created),
        (60_003, 60_000)
    );
    let text = "MATCH (n) WITH count(n) AS n MATCH ()-[r:NEXT]->() RETURN n, count(r) AS r";
    assert_eq!(rows(&session, text), ["[Integer(60003), Integer(60000)]"]);
    Ok(())
}

#[test]
fn what_is_wrong_is_said() {
    let (_folder, session) = session();
    for (text, detail) in [
        ("CALL import.file()", ErrorDetail::InvalidNumberOfArguments),
        (
            "CALL import.file('people.csv', {lable: 'A'})",
            ErrorDetail::InvalidArgumentValue,
        ),
        (
            "CALL import.file('people.csv', {format: 'wxyz'})",
            ErrorDetail::UnknownFormat,
        ),
        ("CALL import.file(7)", ErrorDetail::InvalidArgumentValue),
        (
            "CALL import.file('../people.csv')",
            ErrorDetail::FileAccessDenied,
        ),
        (
            "RETURN EXISTS { CALL import.file('people.csv') YIELD nodes RETURN nodes } AS e",
            ErrorDetail::InvalidClauseComposition,
        ),
    ] {
        let error = session.query(text, ()).expect_err(text);
        assert_eq!(error.detail(), detail, "{text}: {error}");
    }
    session.database().set_file_access(FileAccess::Nothing);
    let error = session
        .query("CALL import.file('people.csv')", ())
        .expect_err("denied");
    assert_eq!(error.detail(), ErrorDetail::FileAccessDenied);
}
