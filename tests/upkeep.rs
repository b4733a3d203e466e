//! `rihla check`, `backup`, `compact`, `recover`, `dump`, `restore`, as users call them.

use std::path::Path;
use std::process::{Command, Output};

use rihla::{Database, Result, Session};

fn rihla(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rihla"));
    command
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("it runs")
}

fn well(arguments: &[&str], folder: &Path) -> String {
    let output = rihla(arguments, folder);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

fn number(session: &Session, query: &str) -> i64 {
    let result = session.query(query, ()).expect(query);
    result
        .rows()
        .next()
        .expect("a row")
        .get("n")
        .expect("a number")
}

/// 3,000 people in a ring, with an index and a constraint.
fn people(path: &Path) -> Result<()> {
    let session = Database::open(path)?.session();
    for statement in [
        "UNWIND range(1, 3000) AS i CREATE (:Person {id: i, name: 'p' + i, bio: 'word ' + i * i})",
        "CREATE CONSTRAINT one_id FOR (p:Person) REQUIRE p.id IS UNIQUE",
        "CREATE INDEX `by name` FOR (p:Person) ON (p.name)",
        "MATCH (a:Person), (b:Person) WHERE b.id = a.id % 3000 + 1 CREATE (a)-[:NEXT {w: a.id}]->(b)",
        "ALTER CURRENT GRAPH TYPE SET { (:Person => {id :: INTEGER NOT NULL}), (:Person)-[:NEXT =>]->(:Person) }",
    ] {
        session.query(statement, ())?;
    }
    Ok(())
}

fn whole(path: &Path) -> Result<()> {
    let session = Database::open(path)?.session();
    assert_eq!(
        number(
            &session,
            "MATCH (a:Person)-[n:NEXT]->(b) WHERE b.id = a.id % 3000 + 1 RETURN count(n) AS n"
        ),
        3000
    );
    assert_eq!(
        number(&session, "MATCH (p:Person {name: 'p77'}) RETURN p.id AS n"),
        77
    );
    assert_eq!(session.query("SHOW INDEXES", ())?.rows().count(), 2);
    assert_eq!(session.query("SHOW CONSTRAINTS", ())?.rows().count(), 1);
    assert!(session.query("CREATE (:Person {id: 1})", ()).is_err());
    assert!(session.query("CREATE (:Person {id: 'x'})", ()).is_err());
    Ok(())
}

#[test]
fn copies_are_whole_and_pass_the_check() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    people(&folder.join("a.rihla"))?;
    // Somebody has it open and has commits in the log.
    let open = Database::open(folder.join("a.rihla"))?.session();
    open.query("CREATE (:Late)", ())?;
    well(&["backup", "a.rihla", "b.rihla"], folder);
    well(&["dump", "a.rihla", "a.cypher"], folder);
    drop(open);
    well(&["restore", "c.rihla", "a.cypher"], folder);
    for copy in ["a.rihla", "b.rihla", "c.rihla"] {
        assert_eq!(
            well(&["check", copy], folder),
            "3,001 nodes, 3,000 relationships: all is well\n"
        );
        whole(&folder.join(copy))?;
    }
    assert_eq!(
        rihla(&["backup", "a.rihla", "b.rihla"], folder)
            .status
            .code(),
        Some(3)
    );
    Ok(())
}

#[test]
fn files_are_imported_whole_or_not_at_all() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    std::fs::write(folder.join("people.csv"), "id,name\n1,Ann\n2,Bob\n").expect("a file");
    std::fs::write(folder.join("more.csv"), "id,name\n3,Cid\n3,Dan\n").expect("a file");
    std::fs::write(folder.join("go.cypher"), "CREATE (:X);\nRETURN 1/0;\n").expect("a file");
    well(&["import", "a.rihla", "people.csv"], folder);
    for bad in ["more.csv", "go.cypher"] {
        assert!(
            !rihla(&["import", "a.rihla", bad], folder).status.success(),
            "{bad}"
        );
    }
    assert_eq!(
        well(&["check", "a.rihla"], folder),
        "2 nodes, 0 relationships: all is well\n"
    );
    let answer = well(
        &[
            "-c",
            "MATCH (n) RETURN n.name AS n ORDER BY n",
            "--mode",
            "csv",
            "a.rihla",
        ],
        folder,
    );
    assert_eq!(answer, "n\nAnn\nBob\n");
    Ok(())
}

#[test]
fn compacting_gives_room_back() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    people(&folder.join("a.rihla"))?;
    let session = Database::open(folder.join("a.rihla"))?.session();
    session.query("MATCH (p:Person) WHERE p.id > 10 DETACH DELETE p", ())?;
    assert_eq!(
        rihla(&["compact", "a.rihla"], folder).status.code(),
        Some(3),
        "it is open"
    );
    drop(session);
    let length = || {
        std::fs::metadata(folder.join("a.rihla"))
            .expect("a file")
            .len()
    };
    let before = length();
    well(&["compact", "a.rihla"], folder);
    assert!(length() < before / 3, "{before} {}", length());
    assert_eq!(
        well(&["check", "a.rihla"], folder),
        "10 nodes, 9 relationships: all is well\n"
    );
    Ok(())
}

#[test]
fn what_is_readable_of_a_damaged_database_is_saved() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let path = folder.join("a.rihla");
    people(&path)?;
    let bytes = std::fs::read(&path).expect("a file");
    // Somewhere in the blobs; each time something else is hit.
    for step in 1..8 {
        let mut damaged = bytes.clone();
        let place = 13_000 + (bytes.len() - 13_000) / 8 * step;
        damaged[place..place + 40].fill(0x55);
        std::fs::write(folder.join("d.rihla"), &damaged).expect("a file");
        let checked = rihla(&["check", "d.rihla"], folder);
        let recovered = rihla(&["recover", "d.rihla", "r.rihla"], folder);
        let told = String::from_utf8_lossy(&recovered.stdout);
        if checked.status.success() {
            // A gap between blobs was hit.
            whole(&folder.join("d.rihla"))?;
        }
        if recovered.status.success() {
            assert!(
                checked.status.success() || told.contains("lost") || told.contains("3,000 nodes"),
                "{told}"
            );
            well(&["check", "r.rihla"], folder);
            std::fs::remove_file(folder.join("r.rihla")).expect("a file");
        } else {
            let told = String::from_utf8_lossy(&recovered.stderr);
            assert!(told.contains("no catalog"), "{told}");
        }
    }
    Ok(())
}
