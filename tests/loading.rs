//! Files that are large enough to be loaded in bulk, by one thread or several: the same graph, the same
//! file, the same errors.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rihla::import_export::{ImportOptions, OnError, Report, Source, import_into};
use rihla::{Database, Error, Result, Session};

const PEOPLE: usize = 60_000;

/// People whose ids are numerals, but for some, with all kinds of cells; more than 4 MiB.
fn people() -> String {
    let mut text = "id,name,born,seen,score,active,note\n".to_owned();
    for number in 0..PEOPLE {
        let id = match number % 1_000 {
            7 => format!("p{number}"),
            _ => (number * 3).to_string(),
        };
        let name = ["Ada", "Bell", "Curie", "Dirac"][number % 4];
        let note = match number % 50 {
            0 => format!("\"quoted, with \"\"{number}\"\"\nand a second line\""),
            1..=9 => String::new(),
            _ => format!("a note about the person with number {number}"),
        };
        writeln!(
            text,
            "{id},{name},19{:02}-0{}-1{},2020-01-01T00:{:02}:{:02}.{:03},{}.5,{},{note}",
            number % 100,
            number % 9 + 1,
            number % 10,
            number / 1000 % 60,
            number % 60,
            number % 1_000,
            number % 77,
            number % 3 == 0,
        )
        .expect("a String takes everything");
    }
    text
}

/// Who knows whom; some types stand in the rows.
fn knows() -> String {
    let mut text = "src,dst,type,since\n".to_owned();
    for number in 0..4 * PEOPLE {
        let ends = [number / 4, number * 7 % PEOPLE].map(|number| match number % 1_000 {
            7 => format!("p{number}"),
            _ => (number * 3).to_string(),
        });
        let kind = ["KNOWS", "LIKES", ""][number / 5_000 % 3];
        writeln!(text, "{},{},{kind},{}", ends[0], ends[1], number % 40)
            .expect("a String takes everything");
    }
    text
}

fn session(database: &Database, threads: usize) -> Session {
    let mut session = database.session();
    session.limits_mut().threads = NonZeroUsize::new(threads).expect("some threads");
    session
}

fn load(session: &Session, sources: &[Source], options: &ImportOptions) -> Result<Report> {
    session.write(|writer, context| import_into(writer, sources, options, context))
}

fn facts(session: &Session) -> Vec<String> {
    let queries = [
        "MATCH (n) RETURN labels(n) AS l, count(*) AS n, count(DISTINCT n.id) AS i, count(n.note) AS o",
        "MATCH (n:People) RETURN n.name AS n, min(n.born) AS b, max(n.seen) AS s, sum(n.score) AS c ORDER BY n",
        "MATCH (n:People) WHERE n.active RETURN count(*) AS n",
        "MATCH (n:People) WHERE n.id IN ['0', '30', 'p7', '3000'] RETURN n ORDER BY n.id",
        "MATCH ()-[r]->() RETURN type(r) AS t, count(*) AS n, sum(r.since) AS s ORDER BY t",
        "MATCH (a {id: 'p7'})-[r]-(b) RETURN type(r) AS t, a.id AS a, b.id AS b, r.since AS s ORDER BY t, b, s",
        "MATCH (a)-[:KNOWS]->(b)-[:LIKES]->(c) RETURN count(*) AS n",
        "SHOW INDEXES YIELD name, entries",
    ];
    let mut facts = Vec::new();
    for query in queries {
        let result = session.query(query, ()).expect(query);
        facts.extend(result.rows().map(|row| format!("{:?}", row.values())));
    }
    facts
}

/// Loads into a new database; gives what is in it and the bytes of its file.
fn loaded(folder: &Path, sources: &[Source], threads: usize) -> (Vec<String>, Vec<u8>) {
    let path = folder.join(format!("{threads}.rihla"));
    {
        let database = Database::open(&path).expect("it is made");
        let session = session(&database, threads);
        let index = "CREATE CONSTRAINT one FOR (p:People) REQUIRE p.id IS UNIQUE";
        session.query(index, ()).expect(index);
        let report = load(&session, sources, &ImportOptions::default()).expect("it loads");
        assert_eq!(report.nodes, PEOPLE as u64);
        assert_eq!(report.relationships, 4 * PEOPLE as u64);
        assert_eq!(report.labels.values().sum::<u64>(), PEOPLE as u64);
        assert_eq!(report.properties["since"], 4 * PEOPLE as u64);
        assert_eq!(report.properties["note"], (PEOPLE - PEOPLE / 50 * 9) as u64);
    }
    let database = Database::open(&path).expect("it opens");
    let mut damage = Vec::new();
    let snapshot = database.snapshot().expect("a snapshot");
    let walked = snapshot.inspect(&database.session().context(), &mut |told| damage.push(told));
    walked.expect("not interrupted");
    assert_eq!(damage, Vec::<String>::new());
    let facts = facts(&database.session());
    drop((snapshot, database));
    let mut bytes = std::fs::read(&path).expect("the file");
    // The id of the database and its checksums are random.
    bytes.drain(..3 * 4096);
    (facts, bytes)
}

#[test]
fn the_same_graph_by_any_number_of_threads() {
    let (people, knows) = (people(), knows());
    assert!(people.len() > 4 << 20);
    let folder = tempfile::tempdir().expect("a folder");
    // Relationships may come first; they are read after the nodes.
    let sources = [
        Source::text("knows.csv", knows.as_bytes()),
        Source::text("people.csv", people.as_bytes()),
    ];
    let (facts, bytes) = loaded(folder.path(), &sources, 1);
    for threads in [2, 5] {
        let (same, same_bytes) = loaded(folder.path(), &sources, threads);
        assert_eq!(same, facts, "{threads} threads");
        assert!(same_bytes == bytes, "the file of {threads} threads differs");
    }
}

#[test]
fn labels_types_and_header_may_stand_beside_a_table() -> Result<()> {
    let people = people();
    let database = Database::in_memory();
    let session = session(&database, 2);
    let source = Source::text("a.csv", people.as_bytes())
        .with_labels(["Person", "Agent"])
        .with_header("id:ID(P){id-type:string},name,:IGNORE,seen:localdatetime,score,active,note");
    let knows = knows().replace("KNOWS", "").replace("LIKES", "");
    let knows = Source::text("b.csv", knows.as_bytes())
        .with_relationship_type("MET")
        .with_header(":START_ID(P),:END_ID(P),:TYPE,since:int");
    let report = load(&session, &[source, knows], &ImportOptions::default())?;
    let labels: Vec<(&str, u64)> = report
        .labels
        .iter()
        .map(|(l, n)| (l.as_ref(), *n))
        .collect();
    assert_eq!(
        labels,
        [("Agent", PEOPLE as u64), ("Person", PEOPLE as u64)]
    );
    assert_eq!(report.types["MET"], 4 * PEOPLE as u64);
    assert!(!report.properties.contains_key("born"));
    Ok(())
}

/// The error of a load, after which nothing is there.
fn refused(people: &str, knows: &str, threads: usize) -> Error {
    let database = Database::in_memory();
    let session = session(&database, threads);
    let sources = [
        Source::text("people.csv", people.as_bytes()),
        Source::text("knows.csv", knows.as_bytes()),
    ];
    let error = load(&session, &sources, &ImportOptions::default()).expect_err("it is refused");
    let count = session.query("MATCH (n) RETURN count(*) AS n", ());
    let count: i64 = count
        .expect("a query")
        .rows()
        .next()
        .expect("a row")
        .get("n")
        .expect("n");
    assert_eq!(count, 0);
    error
}

#[test]
fn what_is_odd_is_told_with_its_line() {
    let (people, knows) = (people(), knows());
    let lines = |text: &str| text.lines().count();
    for threads in [1, 3] {
        let told = |people: &str, knows: &str| refused(people, knows, threads).to_string();
        let error = told(&format!("{people}0,Ada\n"), &knows);
        assert!(
            error.contains(&format!("people.csv, line {}:", lines(&people) + 1)),
            "{error}"
        );
        assert!(
            error.contains("the id '0' belongs to an earlier node"),
            "{error}"
        );

        let error = told(&people, &format!("{knows}0,3,KNOWS,1\n0,1,KNOWS,1\n"));
        assert!(
            error.contains(&format!("knows.csv, line {}:", lines(&knows) + 2)),
            "{error}"
        );
        assert!(
            error.contains("needs the node '1', which is not there"),
            "{error}"
        );

        let error = told(&people, &format!("{knows}0,3,KNOWS,1,2\n"));
        assert!(
            error.contains("cells in the row: 5, in the header: 4"),
            "{error}"
        );

        let typed = people.replacen("score", "score:int", 1);
        let error = told(&typed, &knows);
        assert!(error.contains("people.csv, line 2:"), "{error}");
        assert!(error.contains("is no integer"), "{error}");
    }
}

#[test]
fn text_that_is_no_text_is_told_with_its_line() {
    let mut bytes = people().into_bytes();
    let line = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    bytes.extend(b"-1,\xff\0,,,,,\n");
    for threads in [1, 3] {
        let database = Database::in_memory();
        let session = session(&database, threads);
        let source = [Source::text("people.csv", &bytes)];
        let error = load(&session, &source, &ImportOptions::default()).expect_err("no text");
        let told = error.to_string();
        assert!(
            told.contains(&format!("people.csv, line {line}:")),
            "{told}"
        );
        assert!(told.contains("UTF-8"), "{told}");
    }
}

#[test]
fn what_is_left_out_is_the_same_by_any_number_of_threads() -> Result<()> {
    let mut people = people();
    people.push_str("0,Ada\n,,,,,,\nnew,Bell,1950-01-01\n3,Twice\n");
    let mut knows = knows();
    knows.push_str("0,nobody,KNOWS,1\n0,new,KNOWS,1\n");
    let mut reports = Vec::new();
    for threads in [1, 2, 4] {
        let database = Database::in_memory();
        let session = session(&database, threads);
        let options = ImportOptions {
            on_error: OnError::Skip,
            ..ImportOptions::default()
        };
        let sources = [
            Source::text("people.csv", people.as_bytes()),
            Source::text("knows.csv", knows.as_bytes()),
        ];
        reports.push(load(&session, &sources, &options)?);
    }
    assert_eq!(reports[0].nodes, PEOPLE as u64 + 1);
    assert_eq!(reports[0].relationships, 4 * PEOPLE as u64 + 1);
    assert_eq!(reports[0].skipped, 3);
    assert!(reports.iter().all(|report| *report == reports[0]));
    Ok(())
}

/// People and who knows whom as APOC's lines of JSON.
fn json_lines() -> String {
    let mut text = String::new();
    for number in 0..PEOPLE / 2 {
        let record = format!(
            r#"{{"type":"node","id":"{number}","labels":["People"],"properties":{{"id":{number},"name":"Ada"}}}}
{{"type":"relationship","id":"{number}","label":"KNOWS","start":{{"id":"{number}"}},"end":{{"id":"0"}}}}
"#
        );
        text.push_str(&record);
    }
    text
}

#[test]
fn an_import_that_is_interrupted_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [("people.csv", people()), ("graph.jsonl", json_lines())] {
        assert!(text.len() > 4 << 20);
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("the file is written");
        for threads in [1, 3] {
            let database = Database::open(folder.path().join("graph.rihla")).expect("it opens");
            let session = session(&database, threads);
            let (counter, interrupt) = (Arc::new(AtomicU64::new(0)), session.interrupt_handle());
            let error = std::thread::scope(|scope| {
                scope.spawn(|| {
                    while counter.load(Ordering::Relaxed) == 0 {
                        std::thread::yield_now();
                    }
                    interrupt.set();
                });
                let source = [Source::path(&file).counted(&counter)];
                load(&session, &source, &ImportOptions::default()).expect_err("it is interrupted")
            });
            assert_eq!(error.code(), "ResourceError: Interrupted", "{name}");
            session.interrupt_handle().clear();
            let snapshot = database.snapshot().expect("a snapshot");
            assert_eq!(
                snapshot.node_count() + snapshot.relationship_count(),
                0,
                "{name}"
            );
        }
    }
}

#[test]
fn records_of_a_reader_on_its_own_thread_are_the_same() -> Result<()> {
    let mut text = json_lines();
    let lines = text.lines().count();
    let mut reports = Vec::new();
    for threads in [1, 2, 4] {
        let database = Database::in_memory();
        let session = session(&database, threads);
        let source = [Source::text("graph.jsonl", text.as_bytes())];
        reports.push(load(&session, &source, &ImportOptions::default())?);
    }
    assert_eq!(reports[0].nodes, PEOPLE as u64 / 2);
    assert!(reports.iter().all(|report| *report == reports[0]));

    // The first of two errors is told, whichever thread finds it.
    text.push_str("{\"type\":\"node\",\"id\":\"7\"}\n{\"type\":\n");
    for threads in [1, 3] {
        let database = Database::in_memory();
        let session = session(&database, threads);
        let source = [Source::text("graph.jsonl", text.as_bytes())];
        let error = load(&session, &source, &ImportOptions::default()).expect_err("twice");
        let told = error.to_string();
        assert!(told.contains(&format!("line {}:", lines + 1)), "{told}");
        assert!(
            told.contains("the id '7' belongs to an earlier node"),
            "{told}"
        );
    }
    Ok(())
}

#[test]
fn damaged_tables_come_to_the_same_end_by_any_number_of_threads() {
    let whole = people().into_bytes();
    let mut random = fastrand::Rng::with_seed(1);
    for round in 0..6 {
        let mut bytes = whole.clone();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(..bytes.len());
            match (round + random.usize(..2)) % 4 {
                0 => bytes[at] = random.u8(..),
                1 => bytes.insert(at, b'"'),
                2 => bytes.truncate(at.max(5 << 20)),
                _ => drop(bytes.splice(at..at, *b"\r,\n\0")),
            }
        }
        let outcomes = [1, 3].map(|threads| {
            let database = Database::in_memory();
            let session = session(&database, threads);
            let source = [Source::text("people.csv", &bytes)];
            let options = ImportOptions {
                on_error: OnError::Skip,
                ..ImportOptions::default()
            };
            load(&session, &source, &options).map_err(|error| error.to_string())
        });
        assert_eq!(outcomes[0], outcomes[1], "round {round}");
    }
}

#[test]
fn tables_are_told_their_labels_and_types() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect(name);
        path.display().to_string()
    };
    let header = file("header.csv", "id:ID(Person),name\n");
    let people = file("people.csv", "1,Ann\n2,Ben\n");
    let cities = file("towns.csv", "id:ID(City),name\n1,Rabat\n");
    let knows = file(
        "knows.csv",
        ":START_ID(Person),:END_ID(Person),since:int\n1,2,2001\n",
    );
    let lives = file("lives.csv", ":START_ID(Person),:END_ID(City)\n2,1\n");
    let database = folder.path().join("graph.rihla").display().to_string();
    let rihla = |arguments: &[&str]| {
        let program = std::process::Command::new(env!("CARGO_BIN_EXE_rihla"))
            .args(arguments)
            .output();
        let output = program.expect("the program runs");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let nodes = format!("Person:Author={header},{people}");
    let relationships = format!("KNOWS={knows}");
    let (cities, lives) = (format!("City={cities}"), format!("LIVES_IN={lives}"));
    rihla(&[
        "import",
        &database,
        "--nodes",
        &nodes,
        "--nodes",
        &cities,
        "--relationships",
        &relationships,
        "--relationships",
        &lives,
    ]);
    let query = "MATCH (a:Person:Author)-[k:KNOWS]->(b:Author)-[:LIVES_IN]->(c:City)
        RETURN a.name AS a, k.since AS since, b.name AS b, c.name AS c";
    let found = rihla(&[&database, "--mode", "csv", "-c", query]);
    assert_eq!(found.replace('\r', ""), "a,since,b,c\nAnn,2001,Ben,Rabat\n");
}
