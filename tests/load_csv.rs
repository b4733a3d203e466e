//! `LOAD CSV`: files in, rows out, and which files may be read.

use std::fs;
use std::path::Path;

use rihla::{Database, Error, FileAccess, Session};
use tempfile::TempDir;

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (name, content) in files {
        fs::write(folder.path().join(name), content).expect("a file can be written");
    }
    folder
}

/// A session whose queries read the files of a folder.
fn session_in(folder: &Path) -> Session {
    let database = Database::in_memory();
    database.set_file_access(FileAccess::Folder(folder.into()));
    database.session()
}

fn rows(session: &Session, query: &str) -> Vec<String> {
    let result = session
        .query(query, ())
        .unwrap_or_else(|error| panic!("{query}: {error}"));
    let row = |values: Vec<rihla::Value>| {
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        values.join(" | ")
    };
    result.to_values().into_iter().map(row).collect()
}

fn failure(session: &Session, query: &str) -> Error {
    match session.query(query, ()) {
        Ok(_) => panic!("{query} must fail"),
        Err(error) => error,
    }
}

#[test]
fn lines_are_lists_or_maps() {
    let folder = folder(&[
        (
            "cities.csv",
            b"\xEF\xBB\xBFname,country,people\nRabat,Morocco,577827\n\"Al-\"\"Ain\"\"\",,\nCairo,Egypt\n",
        ),
        ("semicolons.csv", "a;b\r\n1;'é'\r\n\r\n\"x;\ny\";2".as_bytes()),
        ("empty.csv", b""),
        ("header.csv", b"a,b\n"),
    ]);
    let session = session_in(folder.path());
    let cases: &[(&str, &[&str])] = &[
        (
            "LOAD CSV WITH HEADERS FROM 'cities.csv' AS row RETURN row",
            &[
                "{country: 'Morocco', name: 'Rabat', people: '577827'}",
                "{country: null, name: 'Al-\"Ain\"', people: null}",
                "{country: 'Egypt', name: 'Cairo', people: null}",
            ],
        ),
        (
            "LOAD CSV FROM 'cities.csv' AS row RETURN row[0], size(row)",
            &[
                "'name' | 3",
                "'Rabat' | 3",
                "'Al-\"Ain\"' | 3",
                "'Cairo' | 2",
            ],
        ),
        (
            "LOAD CSV WITH HEADERS FROM 'semicolons.csv' AS row FIELDTERMINATOR ';'
             RETURN row.a, row.b",
            &["'1' | '\\'é\\''", "'x;\\ny' | '2'"],
        ),
        ("LOAD CSV FROM 'empty.csv' AS row RETURN row", &[]),
        (
            "LOAD CSV WITH HEADERS FROM 'header.csv' AS row RETURN row",
            &[],
        ),
        (
            "LOAD CSV FROM 'file:///header.csv' AS row RETURN row",
            &["['a', 'b']"],
        ),
        (
            "UNWIND ['header', 'empty', 'header'] AS name
             LOAD CSV FROM name + '.csv' AS row RETURN name, row[1]",
            &["'header' | 'b'", "'header' | 'b'"],
        ),
        (
            "LOAD CSV WITH HEADERS FROM 'cities.csv' AS row
             CREATE (c:City {name: row.name, people: toInteger(row.people)})
             WITH c ORDER BY c.name RETURN c.name, c.people",
            &["'Al-\"Ain\"' | null", "'Cairo' | null", "'Rabat' | 577827"],
        ),
        (
            "CALL { LOAD CSV FROM 'cities.csv' AS row RETURN count(*) AS lines } RETURN lines",
            &["4"],
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(rows(&session, query), *expected, "{query}");
    }
}

#[test]
fn many_lines_stream_through() {
    let lines: String = (0..50_000).map(|line| format!("{line},x\n")).collect();
    let folder = folder(&[("many.csv", lines.as_bytes())]);
    let mut session = session_in(folder.path());
    session.limits_mut().memory = 4 << 20;
    assert_eq!(
        rows(
            &session,
            "LOAD CSV FROM 'many.csv' AS row RETURN sum(toInteger(row[0])), count(*)"
        ),
        ["1249975000 | 50000"]
    );
    assert_eq!(
        rows(
            &session,
            "LOAD CSV FROM 'many.csv' AS row RETURN row LIMIT 1"
        ),
        ["['0', 'x']"]
    );
}

#[test]
fn a_bad_file_is_refused_with_its_line() {
    let unclosed = format!("a,b\n\"{}", "x".repeat(8 << 20));
    let folder = folder(&[
        ("long.csv", b"a,b\n1,2\n1,\"2\n\",3\n"),
        ("latin.csv", b"a\nok\n\xE9t\xE9\n"),
        ("unclosed.csv", unclosed.as_bytes()),
    ]);
    let mut session = session_in(folder.path());
    session.limits_mut().memory = 4 << 20;
    let cases = [
        (
            "LOAD CSV WITH HEADERS FROM 'long.csv' AS row RETURN row",
            "FormatError: InvalidContent: long.csv, line 3: fields of the record: 3, of the first line: 2",
        ),
        (
            "LOAD CSV FROM 'latin.csv' AS row RETURN row",
            "FormatError: InvalidEncoding: latin.csv, line 3: the text is not valid UTF-8",
        ),
        (
            "LOAD CSV FROM 'unclosed.csv' AS row RETURN row",
            "ResourceError: OutOfMemory: the statement needs more than its memory budget of 4 MiB",
        ),
        (
            "LOAD CSV FROM 'long.csv' AS row FIELDTERMINATOR ', ' RETURN row",
            "ArgumentError: InvalidArgumentValue: \", \" cannot separate fields",
        ),
        (
            "LOAD CSV FROM null AS row RETURN row",
            "TypeError: InvalidArgumentType: LOAD CSV needs the path of a file, not NULL",
        ),
        (
            "LOAD CSV FROM 'https://example.org/a.csv' AS row RETURN row",
            "Unsupported: UnsupportedFeature: https URLs are not read",
        ),
        (
            "LOAD CSV FROM 'file://host/a.csv' AS row RETURN row",
            "ArgumentError: InvalidArgumentValue: file://host/a.csv names no local file",
        ),
    ];
    for (query, expected) in cases {
        let message = failure(&session, query).to_string();
        assert!(message.starts_with(expected), "{query}: {message}");
    }
}

#[test]
fn files_outside_of_the_folder_are_not_read() {
    let outside = folder(&[("secret.csv", b"secret\n")]);
    let inside = folder(&[("open.csv", b"open\n")]);
    fs::create_dir(inside.path().join("below")).expect("a folder can be made");
    let secret = outside.path().join("secret.csv");
    let outside_name = outside.path().file_name().expect("it has a name");
    let session = session_in(inside.path());
    let load = |path: &str| format!("LOAD CSV FROM '{path}' AS row RETURN row[0]");
    for path in [
        "open.csv",
        "below/../open.csv",
        "./open.csv",
        "file:///open.csv",
        "file://localhost/%6Fpen.csv",
        inside.path().join("open.csv").to_str().expect("text"),
    ] {
        assert_eq!(rows(&session, &load(path)), ["'open'"], "{path}");
    }
    let mut refused = vec![
        secret.display().to_string(),
        format!("file://{}", secret.display()),
        format!("../{}/secret.csv", outside_name.display()),
        format!("below/../../{}/secret.csv", outside_name.display()),
        "missing.csv".to_owned(),
        "../missing.csv".to_owned(),
    ];
    #[cfg(unix)]
    {
        let link = |to: &Path, name: &str| {
            std::os::unix::fs::symlink(to, inside.path().join(name)).expect("a link can be made");
        };
        link(&secret, "link.csv");
        link(outside.path(), "linked");
        link(Path::new("open.csv"), "inner.csv");
        refused.extend(["link.csv".to_owned(), "linked/secret.csv".to_owned()]);
        assert_eq!(rows(&session, &load("inner.csv")), ["'open'"]);
    }
    for path in refused {
        let error = failure(&session, &load(&path));
        assert_eq!(error.code(), "FileError: FileAccessDenied", "{path}");
    }
    assert_eq!(
        failure(&session, &load("below")).code(),
        "FileError: CannotOpen"
    );
}

#[test]
fn reading_can_be_switched_off() {
    let folder = folder(&[("open.csv", b"open\n")]);
    let path = folder.path().join("open.csv");
    let query = format!("LOAD CSV FROM '{}' AS row RETURN row[0]", path.display());
    let database = Database::in_memory();
    let session = database.session();
    assert_eq!(rows(&session, &query), ["'open'"]);
    database.set_file_access(FileAccess::Nothing);
    assert_eq!(
        failure(&session, &query).code(),
        "FileError: FileAccessDenied"
    );
}
