//! The pipe: the program `rihla pipe` driven line by line, as `docs/pipe.md` describes it.

use assert_cmd::Command;
use serde_json::{Value as Json, json};

/// The answers to these lines.
fn answers_to_bytes(input: &[u8]) -> Vec<Json> {
    let mut command = Command::cargo_bin("rihla").expect("the program is built");
    let output = command
        .arg("pipe")
        .write_stdin(input)
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("answers are text");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("answers are JSON"))
        .collect()
}

fn answers(requests: &[Json]) -> Vec<Json> {
    let lines: String = requests
        .iter()
        .map(|request| format!("{request}\n"))
        .collect();
    answers_to_bytes(lines.as_bytes())
}

fn run(query: &str) -> Json {
    json!({"op": "run", "query": query})
}

#[test]
fn the_example_of_the_manual() {
    let answers = answers(&[
        json!({"op": "reset"}),
        json!({"op": "run", "query": "CREATE (n:A {x: $x}) RETURN n, n.x / 2.0 AS h", "params": {"x": 3}}),
        json!({"op": "run", "query": "RETURN y", "params": {}}),
    ]);
    let node = &answers[1]["rows"][0][0]["$node"];
    assert_eq!(answers[0], json!({}));
    assert_eq!(answers[1]["columns"], json!(["n", "h"]));
    assert_eq!(node["labels"], json!(["A"]));
    assert_eq!(node["properties"], json!({"x": 3}));
    assert_eq!(answers[1]["rows"][0][1], json!({"$float": 1.5}));
    assert_eq!(
        answers[1]["stats"],
        json!({"+nodes": 1, "+labels": 1, "+properties": 1})
    );
    let error = &answers[2]["error"];
    assert_eq!(error["type"], "SyntaxError");
    assert_eq!(error["detail"], "UndefinedVariable");
    assert_eq!(error["phase"], "compile");
}

#[test]
fn values_come_back_as_they_went() {
    let value = json!([
        null, true, "text \u{202e} \" \\ \n", 9_223_372_036_854_775_807_i64, i64::MIN,
        {"$float": 1.0}, {"$float": "NaN"}, {"$float": "-Inf"}, {"$float": 1e300},
        {"$map": {"a": [{"$map": {}}]}}, []
    ]);
    let answers = answers(&[
        json!({"op": "run", "query": "RETURN $value AS value", "params": {"value": value}}),
    ]);
    assert_eq!(answers[0]["rows"][0][0], value);
}

#[test]
fn paths_are_whole() {
    let answers = answers(&[run("CREATE p = (:A)<-[:R {x: 1}]-(:B) RETURN p")]);
    let path = answers[0]["rows"][0][0]["$path"]
        .as_array()
        .expect("a path");
    assert_eq!(path.len(), 3);
    assert_eq!(path[1]["$rel"]["start"], path[2]["$node"]["id"]);
    assert_eq!(path[1]["$rel"]["end"], path[0]["$node"]["id"]);
    assert_eq!(path[1]["$rel"]["properties"], json!({"x": 1}));
}

#[test]
fn nothing_ends_the_conversation() {
    let deep = format!(
        "{{\"op\":\"run\",\"query\":\"RETURN 1\",\"params\":{}",
        "[".repeat(10_000)
    );
    let input = [
        b"".as_slice(),
        b"no json",
        b"\xff\xfe",
        b"[]",
        br#"{"op":"fly"}"#,
        br#"{"op":"run"}"#,
        br#"{"op":"run","query":"RETURN $x","params":{"x":{"$date":"2020-01-01"}}}"#,
        br#"{"op":"run","query":"RETURN $x","params":{"x":9223372036854775808}}"#,
        br#"{"op":"procedure","name":"p","outputs":[{"name":"a","type":"FISH"}]}"#,
        br#"{"op":"procedure","name":"p","outputs":[{"name":"a","type":"STRING"}],"rows":[[]]}"#,
        deep.as_bytes(),
        br#"{"op":"run","query":"RETURN 1 AS one"}"#,
    ]
    .join(&b'\n');
    let answers = answers_to_bytes(&input);
    let (last, errors) = answers.split_last().expect("there are answers");
    assert_eq!(errors.len(), 11);
    for error in errors {
        assert!(error["error"]["message"].is_string(), "{error}");
    }
    assert_eq!(last["rows"], json!([[1]]));
}

#[test]
fn a_reset_forgets_graph_and_procedures() {
    let answers = answers(&[
        json!({"op": "procedure", "name": "my.proc",
            "inputs": [{"name": "in", "type": "NUMBER?"}],
            "outputs": [{"name": "out", "type": "STRING?"}],
            "rows": [[42, "a"], [null, "b"], [42, "c"]]}),
        run("CALL my.proc(42.0) YIELD out RETURN out"),
        run("CALL my.proc(null) YIELD out RETURN out"),
        run("CREATE (:A)"),
        json!({"op": "reset"}),
        run("MATCH (n) RETURN count(n) AS nodes"),
        run("CALL my.proc(42) YIELD out RETURN out"),
    ]);
    assert_eq!(answers[0], json!({}));
    assert_eq!(answers[1]["rows"], json!([["a"], ["c"]]));
    assert_eq!(answers[2]["rows"], json!([["b"]]));
    assert_eq!(answers[3]["columns"], json!([]));
    assert_eq!(answers[3]["rows"], json!([]));
    assert_eq!(answers[5]["rows"], json!([[0]]));
    assert_eq!(answers[6]["error"]["detail"], "ProcedureNotFound");
}

#[test]
fn transactions_begin_and_end() {
    let answers = answers(&[
        json!({"op": "commit"}),
        json!({"op": "begin"}),
        run("CREATE (:A)"),
        json!({"op": "rollback"}),
        json!({"op": "begin"}),
        run("CREATE (:B)"),
        json!({"op": "commit"}),
        run("MATCH (n) RETURN labels(n)"),
    ]);
    assert_eq!(answers[0]["error"]["detail"], "TransactionState");
    for done in [1, 3, 4, 6] {
        assert_eq!(answers[done], json!({}));
    }
    assert_eq!(answers[7]["rows"], json!([[["B"]]]));
}

#[test]
fn files_are_read_only_where_that_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(folder.path().join("a.csv"), "1,2\n").expect("a file can be written");
    let request = format!(
        "{{\"op\":\"reset\"}}\n{}\n",
        run("LOAD CSV FROM 'a.csv' AS row RETURN row")
    );
    let answer = |arguments: &[&str]| {
        let output = Command::cargo_bin("rihla")
            .expect("the program is built")
            .current_dir(folder.path())
            .args(arguments)
            .write_stdin(request.clone())
            .output()
            .expect("it runs");
        let text = String::from_utf8(output.stdout).expect("answers are text");
        let last = text.lines().last().unwrap_or_default();
        serde_json::from_str::<Json>(last).expect("answers are JSON")
    };
    assert_eq!(answer(&["pipe"])["error"]["detail"], "FileAccessDenied");
    assert_eq!(answer(&["pipe", "--files"])["rows"], json!([[["1", "2"]]]));
    assert_eq!(
        answer(&["pipe", "--files=."])["rows"],
        json!([[["1", "2"]]])
    );
    assert_eq!(
        answer(&["pipe", "--files=/none"])["error"]["detail"],
        "CannotOpen"
    );
}
