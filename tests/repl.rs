//! The program as users run it: recorded sessions, exit codes, signals, and the prompt at a
//! terminal.
//!
//! A session is a file of `tests/sessions`: the command line, what is typed, and after a line
//! `----` what comes of it. `BLESS=1` writes what comes instead of comparing it.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

fn rihla() -> Command {
    let mut command = Command::cargo_bin("rihla").expect("the program is built");
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Standard output, standard error and the exit code of a run, as sessions show them.
fn transcript(arguments: &[&str], input: &[u8]) -> String {
    let output = rihla()
        .args(arguments)
        .write_stdin(input)
        .output()
        .expect("it runs");
    let mut text = String::from_utf8(output.stdout).expect("the output is text");
    if !output.stderr.is_empty() {
        text += "---- standard error\n";
        text += &String::from_utf8(output.stderr).expect("errors are text");
    }
    match output.status.code() {
        Some(0) => text,
        code => format!("{text}---- exit code {}\n", code.unwrap_or(-1)),
    }
}

#[test]
fn sessions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sessions");
    let bless = std::env::var_os("BLESS").is_some();
    let mut problems = Vec::new();
    for file in fs::read_dir(folder).expect("there are sessions").flatten() {
        let text = fs::read_to_string(file.path()).expect("a session is text");
        let (typed, expected) = text.split_once("----\n").unwrap_or((&text, ""));
        let (command, input) = typed
            .split_once('\n')
            .expect("a session has a command line");
        let arguments: Vec<&str> = command.split_whitespace().skip(2).collect();
        let seen = transcript(&arguments, input.as_bytes());
        if bless {
            fs::write(file.path(), format!("{typed}----\n{seen}")).expect("it can be written");
        } else if seen != expected {
            let name = file.path();
            problems.push(format!(
                "{}:\n{seen}\ninstead of\n{expected}",
                name.display()
            ));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn exit_codes_tell_what_went_wrong() {
    let code = |arguments: &[&str]| {
        let output = rihla().args(arguments).output().expect("it runs");
        output.status.code()
    };
    assert_eq!(code(&["-c", "RETURN 1"]), Some(0));
    assert_eq!(code(&["--help"]), Some(0));
    assert_eq!(code(&["--version"]), Some(0));
    assert_eq!(code(&["-c", "RETURN"]), Some(1));
    assert_eq!(code(&["-c", ":fly"]), Some(1));
    assert_eq!(code(&["--mode", "fish"]), Some(2));
    assert_eq!(code(&["--fly"]), Some(2));
    assert_eq!(code(&["no such file.json"]), Some(3));
    assert_eq!(code(&["Cargo.toml"]), Some(3));
}

#[test]
fn several_commands_share_a_graph_and_stop_at_the_first_that_fails() {
    let seen = transcript(
        &[
            ":memory:",
            "--mode",
            "csv",
            "-c",
            "CREATE (:A); MATCH (n) RETURN count(*) AS n",
            "-c",
            "MATCH (n) RETURN labels(n)[0] AS l",
            "-c",
            "RETURN y",
            "-c",
            "RETURN 'never'",
        ],
        b"",
    );
    let expected = "n\n1\nl\nA\n---- standard error\n";
    assert!(
        seen.starts_with(expected) && !seen.contains("never"),
        "{seen}"
    );
}

#[test]
fn input_that_is_not_text_names_the_byte() {
    let seen = transcript(&["--mode", "csv"], b"RETURN 1 AS a;\nRETURN '\xff';");
    let expected = "\
a
1
---- standard error
error: standard input is not valid UTF-8 at byte 23, in line 2
---- exit code 1
";
    assert_eq!(seen, expected);
}

#[test]
fn an_export_can_be_imported() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("cities.json");
    let file = file.to_str().expect("the name is text");
    let query = "MATCH p = (:City)-[:HOSTS]->() RETURN p";
    let seen = transcript(&["export", "--query", query, file], b"");
    assert!(
        seen.starts_with("Wrote 6 nodes, 3 relationships to "),
        "{seen}"
    );
    let count = "MATCH (n) RETURN count(*) AS n";
    assert_eq!(
        transcript(&[file, "--mode", "csv", "-c", count], b""),
        "n\n6\n"
    );
    let import = format!(":import '{file}'");
    let seen = transcript(
        &[":memory:", "--mode", "csv", "-c", &import, "-c", count],
        b"",
    );
    assert_eq!(seen, "Imported 6 nodes, 3 relationships\nn\n6\n");
    let seen = transcript(&["export", file, "--format", "json", "-"], b"");
    assert!(seen.starts_with('{') && seen.contains("Rabat"), "{seen}");
    let query = "MATCH (c:City {name: 'Rabat'}) RETURN c.name AS name, c.none AS none";
    let seen = transcript(&["export", "--query", query, "-f", "csv", "-"], b"");
    assert_eq!(seen, "name,none\nRabat,\n");
}

#[test]
fn the_shell_takes_the_options_of_the_command_line() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("it can be written");
        path.display().to_string()
    };
    let people = file("people.csv", "id,name\n1,Amal\n2,Badr\n2,Twice\n");
    let knows = file("knows.csv", ":START_ID,:END_ID\n1,2\n1,3\n");
    let import = format!(
        ":import --on-error skip --missing-nodes=create --nodes 'Person={people}' --relationships KNOWS={knows}"
    );
    let query = "MATCH (p:Person)-[:KNOWS]->(q) RETURN count(*) AS n, count(q.name) AS named";
    let seen = transcript(
        &[":memory:", "--mode", "csv", "-c", &import, "-c", query],
        b"",
    );
    assert!(
        seen.starts_with("Imported 3 nodes, 2 relationships\n"),
        "{seen}"
    );
    assert!(seen.contains("n,named\n2,1\n"), "{seen}");
    assert!(seen.contains("warning: "), "{seen}");

    let tried = format!(":import --dry-run {people} --on-error=skip");
    let count = "MATCH (n) RETURN count(*) AS n";
    let seen = transcript(
        &[":memory:", "--mode", "csv", "-c", &tried, "-c", count],
        b"",
    );
    assert!(
        seen.contains("read 2 nodes") && seen.contains("n\n0\n"),
        "{seen}"
    );
    assert!(seen.contains("property of nodes: name STRING"), "{seen}");

    let wrong = format!(":import --on-eror skip {people}");
    let seen = transcript(&[":memory:", "-c", &wrong], b"");
    assert!(seen.contains("--on-error"), "{seen}");
    let wrong = format!(":import --format grapml {people}");
    let seen = transcript(&[":memory:", "-c", &wrong], b"");
    assert!(seen.contains("did you mean graphml?"), "{seen}");
}

#[test]
fn a_failed_import_leaves_the_graph() {
    let folder = tempfile::tempdir().expect("there is room");
    let script = folder.path().join("bad.cypher");
    fs::write(&script, "CREATE (:A);\nCREATE (:B);\nRETURN y;\n").expect("it can be written");
    let import = format!(":import '{}'\n", script.display());
    let mut command = rihla();
    command.arg(":memory:").write_stdin(import).assert().code(1);
    let script = script.to_str().expect("the name is text");
    assert_eq!(
        rihla().arg(script).output().expect("it runs").status.code(),
        Some(3)
    );
}

#[cfg(unix)]
mod on_unix {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Stdio};
    use std::time::{Duration, Instant};

    use rexpect::session::{PtySession, spawn_command};

    /// A statement that takes longer than any test.
    const LONG: &str = "UNWIND range(1, 1000000) AS x UNWIND range(1, 1000000) AS y \
                        WITH x, y WHERE x + y < 0 RETURN count(*);";

    fn command() -> std::process::Command {
        let program = assert_cmd::cargo::cargo_bin("rihla");
        std::process::Command::new(program)
    }

    fn interrupt(child: &Child) {
        let id = child.id().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-INT", &id])
            .status();
        assert!(sent.is_ok_and(|status| status.success()));
    }

    #[test]
    fn an_interrupt_ends_a_script() {
        let mut child = command()
            .args(["-c", LONG])
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        std::thread::sleep(Duration::from_millis(700));
        let start = Instant::now();
        interrupt(&child);
        let status = child.wait().expect("it ends");
        assert_eq!(status.code(), Some(130));
        // Stopping takes 100 ms; the rest is for a busy machine.
        assert!(start.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn a_reader_that_has_seen_enough_ends_it_quietly() {
        let mut child = command()
            .args([
                "--mode",
                "csv",
                "-c",
                "UNWIND range(1, 1000000) AS x RETURN x",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        output.read_line(&mut line).expect("a line comes");
        drop(output);
        let ended = child.wait_with_output().expect("it ends");
        assert_eq!((line.as_str(), ended.status.code()), ("x\n", Some(0)));
        assert!(ended.stderr.is_empty(), "{ended:?}");
    }

    /// The program at a terminal, with a history of its own and the text before the first prompt
    /// read.
    fn terminal(state: &std::path::Path) -> PtySession {
        let mut command = command();
        command.env("NO_COLOR", "1").env("XDG_STATE_HOME", state);
        let mut session = spawn_command(command, Some(20_000)).expect("there is a terminal");
        session
            .exp_string("knowledge graph of ICESCO")
            .expect("the banner");
        session.exp_string("rihla> ").expect("a prompt");
        session
    }

    fn type_in(session: &mut PtySession, text: &str) -> Result<(), rexpect::error::Error> {
        session.send(text)?;
        session.flush()
    }

    #[test]
    fn the_prompt_takes_statements_of_several_lines() -> Result<(), rexpect::error::Error> {
        let state = tempfile::tempdir().expect("there is room");
        let mut session = terminal(state.path());
        type_in(
            &mut session,
            "MATCH (c:City {name: 'Rabat'})\rRETURN c.name + '!' AS shout;\r",
        )?;
        session.exp_string("Rabat!")?;
        session.exp_string("1 row")?;
        type_in(&mut session, "RETURN y;\r")?;
        session.exp_string("UndefinedVariable")?;
        session.exp_string("rihla> ")?;
        type_in(&mut session, ":quit\r")?;
        session.exp_eof()?;
        let history = std::fs::read_to_string(state.path().join("rihla/history"))
            .expect("the history is kept");
        assert!(history.contains("RETURN y;"), "{history}");
        Ok(())
    }

    #[test]
    fn control_c_stops_a_statement_and_keeps_the_session() -> Result<(), rexpect::error::Error> {
        let state = tempfile::tempdir().expect("there is room");
        let mut session = terminal(state.path());
        type_in(&mut session, &format!("{LONG}\r"))?;
        session.exp_string("running for 1 s")?;
        session.send_control('c')?;
        session.exp_string("interrupted")?;
        session.exp_string("rihla> ")?;
        type_in(&mut session, "RETURN 20 + 22 AS answer;\r")?;
        session.exp_string("42")?;
        session.exp_string("rihla> ")?;
        type_in(&mut session, "half a statement")?;
        session.send_control('c')?;
        session.exp_string("rihla> ")?;
        session.send_control('d')?;
        session.exp_eof()?;
        Ok(())
    }

    #[test]
    fn tab_completes_labels_of_the_graph() -> Result<(), rexpect::error::Error> {
        let state = tempfile::tempdir().expect("there is room");
        let mut session = terminal(state.path());
        type_in(&mut session, "MATCH (n:Cit\t) RETURN count(n) AS cities;\r")?;
        session.exp_string("cities")?;
        session.exp_string("1 row")?;
        session.send_control('d')?;
        session.exp_eof()?;
        Ok(())
    }
}

#[test]
fn files_are_converted_and_losses_told_or_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (table, dot, json) = (
        file("people.csv"),
        file("people.dot"),
        file("people.json.gz"),
    );
    std::fs::write(&table, "id,name\n1,Amal\n2,Badr\n").expect("it is written");

    let seen = transcript(&["convert", &table, &json], b"");
    assert!(seen.contains("read 2 nodes, 0 relationships"), "{seen}");
    let told = "people.csv: CSV tables (Neo4j import), commas between the cells, nodes";
    assert!(seen.contains(told), "{seen}");
    let seen = transcript(&["convert", "--strict", &json, &dot], b"");
    assert!(seen.contains("Graphviz DOT does not hold"), "{seen}");
    assert!(!std::path::Path::new(&dot).exists());
    let seen = transcript(&["convert", "--dry-run", &json, &dot], b"");
    assert!(seen.contains("property of nodes: id INTEGER"), "{seen}");
    assert!(!std::path::Path::new(&dot).exists());
    let seen = transcript(
        &["convert", "-", "-", "--format", "json"],
        b"id,name\n1,Amal\n",
    );
    assert!(seen.contains(r#""name":"Amal""#), "{seen}");
}
