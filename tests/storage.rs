//! Databases on disk as users have them: opened, closed, shared, damaged.

use std::path::Path;

use rihla::storage::OpenOptions;
use rihla::{Database, ErrorDetail, Result, Session};

fn count(session: &Session, pattern: &str) -> i64 {
    let result = session.query(&format!("MATCH {pattern} RETURN count(*) AS n"), ());
    let result = result.expect("a count");
    result.rows().next().expect("a row").get("n").expect("n")
}

fn run(session: &Session, statements: &[&str]) {
    for statement in statements {
        session.query(statement, ()).expect(statement);
    }
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

fn open_error(path: &Path, options: OpenOptions) -> ErrorDetail {
    Database::open_with(path, options)
        .expect_err("an error")
        .detail()
}

#[test]
fn what_is_told_is_there_tomorrow() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cities.rihla");
    {
        let session = Database::open(&path)?.session();
        run(
            &session,
            &[
                "CREATE (:City {name: 'Rabat', founded: date('1150-01-01'), tags: ['a', 'b'], x: 1.5})",
                "MATCH (c:City) CREATE (c)-[:IN {since: 1956}]->(:Country {name: 'المغرب'})",
                "CREATE (:Gone) WITH 1 AS x MATCH (g:Gone) DELETE g",
            ],
        );
        assert_eq!(
            files(folder.path()),
            ["cities.rihla", "cities.rihla-lock", "cities.rihla-log"]
        );
    }
    assert_eq!(files(folder.path()), ["cities.rihla"]);
    for _ in 0..2 {
        let session = Database::open(&path)?.session();
        let result = session.query(
            "MATCH (c:City)-[i:IN]->(m) RETURN c.name AS c, toString(c.founded) AS f, c.tags AS t, i.since AS s, m.name AS m",
            (),
        )?;
        let row = result.rows().next().expect("a row");
        assert_eq!(row.get::<String>("c")?, "Rabat");
        assert_eq!(row.get::<String>("f")?, "1150-01-01");
        assert_eq!(row.get::<Vec<String>>("t")?, ["a", "b"]);
        assert_eq!(row.get::<i64>("s")?, 1956);
        assert_eq!(row.get::<String>("m")?, "المغرب");
        assert_eq!(count(&session, "(n)"), 2);
    }
    Ok(())
}

#[test]
fn a_log_that_was_left_is_read() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.rihla");
    let database = Database::open(&path)?;
    run(
        &database.session(),
        &["UNWIND range(1, 10) AS i CREATE (:A {i: i})", "CREATE (:B)"],
    );
    // The process ends without closing.
    let copy = folder.path().join("b.rihla");
    std::fs::copy(&path, &copy).expect("a copy");
    std::fs::copy(
        folder.path().join("a.rihla-log"),
        folder.path().join("b.rihla-log"),
    )
    .expect("a copy");
    let session = Database::open(&copy)?.session();
    assert_eq!(count(&session, "(n)"), 11);
    run(&session, &["CREATE (:C)"]);
    assert_eq!(count(&session, "(n)"), 12);
    assert_eq!(count(&database.session(), "(n)"), 11);
    Ok(())
}

#[test]
fn two_handles_see_each_others_commits() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.rihla");
    let options = || OpenOptions {
        checkpoint_at: 10_000,
        ..OpenOptions::default()
    };
    let one = Database::open_with(&path, options())?;
    let other = Database::open_with(&path, options())?;
    let reader = Database::open_with(
        &path,
        OpenOptions {
            read_only: true,
            ..options()
        },
    )?;
    let (one, other, reader) = (one.session(), other.session(), reader.session());
    for step in 0..200 {
        let writer = if step % 3 == 0 { &one } else { &other };
        run(
            writer,
            &[
                "CREATE (a:A {x: 1})-[:R]->(:B)",
                "MATCH (a:A) WITH a LIMIT 3 SET a.x = a.x + 1",
            ],
        );
        for session in [&one, &other, &reader] {
            assert_eq!(count(session, "(:A)-[:R]->(:B)"), step + 1);
        }
    }
    assert_eq!(
        reader
            .query("CREATE (x)", ())
            .expect_err("read-only")
            .detail(),
        ErrorDetail::ReadOnly
    );
    Ok(())
}

/// The log grows past what either of two writers has seen of it; then both processes end without
/// closing.
#[test]
fn writers_that_take_turns_keep_each_others_records() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.rihla");
    let (one, other) = (Database::open(&path)?, Database::open(&path)?);
    let (one, other) = (one.session(), other.session());
    for step in 0..12 {
        let writer = if step % 4 == 0 { &one } else { &other };
        let text = rihla::Value::from("x".repeat(300_000));
        writer.query("CREATE (:A {text: $text})", [("text", text)])?;
    }
    for suffix in ["", "-log"] {
        let file = |name: &str| folder.path().join(format!("{name}.rihla{suffix}"));
        std::fs::copy(file("a"), file("b")).expect("a copy");
    }
    let session = Database::open(folder.path().join("b.rihla"))?.session();
    assert_eq!(count(&session, "(a:A) WHERE size(a.text) = 300000"), 12);
    Ok(())
}

#[test]
fn a_snapshot_is_readable_for_as_long_as_it_lives() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.rihla");
    let options = OpenOptions {
        checkpoint_at: 5_000,
        cache: 0,
        ..OpenOptions::default()
    };
    let database = Database::open_with(&path, options.clone())?;
    let session = database.session();
    run(
        &session,
        &["UNWIND range(1, 5000) AS i CREATE (:A {i: i, t: toString(i)})"],
    );
    run(&session, &["BEGIN READ"]);
    assert_eq!(count(&session, "(a:A) WHERE a.i = toInteger(a.t)"), 5000);
    let other = Database::open_with(&path, options)?.session();
    for _ in 0..30 {
        run(
            &other,
            &["MATCH (a:A) WHERE a.i % 50 = 0 SET a.t = 'x' + a.t"],
        );
    }
    assert_eq!(count(&session, "(a:A) WHERE a.i = toInteger(a.t)"), 5000);
    run(&session, &["COMMIT"]);
    assert_eq!(count(&session, "(a:A) WHERE a.t STARTS WITH 'x'"), 100);
    // Room is used again: forty more checkpoints do not make the file larger.
    let length = || std::fs::metadata(&path).expect("a file").len();
    let before = length();
    for _ in 0..40 {
        run(
            &other,
            &["MATCH (a:A) WHERE a.i % 50 = 1 SET a.t = 'x' + a.t"],
        );
    }
    assert!(length() < before + 100_000, "{before} {}", length());
    Ok(())
}

#[test]
fn indexes_and_constraints_are_kept() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.rihla");
    let schema = [
        "CREATE INDEX by_name FOR (c:City) ON (c.name)",
        "CREATE CONSTRAINT one_id FOR (c:City) REQUIRE c.id IS UNIQUE",
        "CREATE INDEX since FOR ()-[r:IN]-() ON (r.since)",
    ];
    {
        let session = Database::open(&path)?.session();
        run(
            &session,
            &["UNWIND range(1, 3000) AS i CREATE (:City {id: i, name: 'c' + i})"],
        );
        run(&session, &schema);
        run(&session, &["MATCH (c:City {id: 5}) SET c.name = 'five'"]);
    }
    for round in 0..3 {
        let session = Database::open(&path)?.session();
        let plan = session.query("EXPLAIN MATCH (c:City {name: 'five'}) RETURN c", ())?;
        assert!(
            plan.summary()
                .plan
                .as_ref()
                .expect("a plan")
                .contains("Seek")
        );
        assert_eq!(count(&session, "(c:City {name: 'five'})"), 1);
        assert_eq!(count(&session, "(c:City {name: 'c5'})"), 0);
        assert_eq!(count(&session, "(c:City) WHERE c.id > 2990"), 10);
        let twice = session
            .query("CREATE (:City {id: 7})", ())
            .expect_err("7 is taken");
        assert_eq!(twice.detail(), ErrorDetail::UniquenessViolated);
        run(
            &session,
            &["MATCH (c:City {id: $i}) RETURN c"
                .replace("$i", "3")
                .as_str()],
        );
        run(
            &session,
            &[format!("CREATE (:City {{id: {}, name: 'new'}})", -round).as_str()],
        );
        assert_eq!(count(&session, "(c:City {name: 'new'})"), round + 1);
        let listed = session.query("SHOW INDEXES", ())?;
        assert_eq!(listed.rows().count(), 3);
    }
    Ok(())
}

#[test]
fn large_commits_are_checkpoints() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.rihla");
    let session = Database::open(&path)?.session();
    run(
        &session,
        &["UNWIND range(1, 60000) AS i CREATE (:A {i: i})-[:R]->(:B)"],
    );
    run(&session, &["MATCH (a:A {i: 7}) DETACH DELETE a"]);
    drop(session);
    let session = Database::open(&path)?.session();
    assert_eq!(count(&session, "(:A)-[:R]->(:B)"), 59_999);
    Ok(())
}

#[test]
fn what_is_no_database_is_refused() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let options = OpenOptions::default;
    std::fs::write(path("text"), "name,age\n").expect("a file");
    assert_eq!(
        open_error(&path("text"), options()),
        ErrorDetail::NotADatabase
    );
    assert_eq!(std::fs::read(path("text")).expect("a file"), b"name,age\n");
    assert_eq!(
        open_error(folder.path(), options()),
        ErrorDetail::CannotOpen
    );
    assert_eq!(
        open_error(&path("no/where"), options()),
        ErrorDetail::CannotOpen
    );
    let must_exist = OpenOptions {
        create: false,
        ..options()
    };
    assert_eq!(
        open_error(&path("nothing"), must_exist),
        ErrorDetail::CannotOpen
    );
    drop(Database::open(path("newer"))?);
    let mut bytes = std::fs::read(path("newer")).expect("a file");
    bytes[8] = 2;
    std::fs::write(path("newer"), &bytes).expect("a file");
    assert_eq!(
        open_error(&path("newer"), options()),
        ErrorDetail::NewerFormat
    );
    bytes[8] = 1;
    bytes[20] ^= 1;
    std::fs::write(path("newer"), &bytes).expect("a file");
    assert_eq!(
        open_error(&path("newer"), options()),
        ErrorDetail::DamagedData
    );
    // An empty file was on its way to become one.
    std::fs::write(path("empty"), "").expect("a file");
    run(&Database::open(path("empty"))?.session(), &["CREATE (:A)"]);
    Ok(())
}

#[test]
fn a_writer_in_another_process_is_named() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.rihla");
    let (one, other) = (Database::open(&path)?, Database::open(&path)?);
    other.set_patience(std::time::Duration::from_millis(30));
    let writer = one.session();
    run(&writer, &["BEGIN WRITE"]);
    let error = other
        .session()
        .query("CREATE (:A)", ())
        .expect_err("the turn is taken");
    assert_eq!(error.detail(), ErrorDetail::WriterBusy);
    let process = format!("process {}", std::process::id());
    assert!(error.message().contains(&process), "{error}");
    run(&writer, &["COMMIT"]);
    run(&other.session(), &["CREATE (:A)"]);
    Ok(())
}

/// A database of each version of the format is kept in `tests/stored`; `BLESS=1` writes the one of
/// this version where it is missing.
#[test]
fn databases_of_every_version_open() -> Result<()> {
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stored");
    let newest = stored.join("version-1.rihla");
    if !newest.exists() && std::env::var_os("BLESS").is_some() {
        let database = Database::icesco()?;
        database.backup(&newest)?;
        let session = Database::open(&newest)?.session();
        run(
            &session,
            &["CREATE INDEX names FOR (c:Country) ON (c.name)"],
        );
    }
    for version in 1..=1 {
        let path = stored.join(format!("version-{version}.rihla"));
        let folder = tempfile::tempdir().expect("a folder");
        let copy = folder.path().join("copy.rihla");
        std::fs::copy(&path, &copy).expect("a copy");
        let session = Database::open(&copy)?.session();
        assert!(session.database().check(&session.context())?.is_empty());
        assert_eq!(count(&session, "(n)"), 117);
        assert_eq!(count(&session, "()-[r]->()"), 158);
        assert_eq!(count(&session, "(c:Country {name: 'Brazil'})"), 1);
        assert_eq!(session.query("SHOW INDEXES", ())?.rows().count(), 1);
        run(&session, &["CREATE (:New)"]);
        assert_eq!(count(&session, "(n)"), 118);
    }
    Ok(())
}
