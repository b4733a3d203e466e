//! Every form of showing results, to the letter, and how errors and warnings are drawn.

use rihla::display::error::{self, SourceText};
use rihla::display::{FORMS, Failure, Options, form, width, write_result};
use rihla::parse::span::Span;
use rihla::result::Warning;
use rihla::{Database, Error, ErrorDetail, Parameters, QueryResult, Value};

/// The answer to a query on two cities and the way between them.
fn query(text: &str, parameters: impl Into<Parameters>) -> QueryResult {
    let session = Database::in_memory().session();
    let create = "CREATE (:City {name: 'Rabat'})<-[:ROAD]-(:City {name: 'Kazan'})";
    session.query(create, ()).expect("the graph is small");
    session.query(text, parameters).expect("the query is valid")
}

/// A result of these values.
fn result(columns: &[&str], rows: &[&[Value]]) -> QueryResult {
    let columns = columns.iter().enumerate();
    let columns = columns.map(|(index, name)| format!("row[{index}] AS `{name}`"));
    let columns: Vec<String> = columns.collect();
    let rows = rows.iter().map(|row| Value::list(row.to_vec())).collect();
    let text = format!("UNWIND $rows AS row RETURN {}", columns.join(", "));
    query(&text, [("rows", Value::list(rows))])
}

fn people() -> QueryResult {
    result(
        &["name", "اسم", "age"],
        &[
            &["Rabat".into(), "الرباط".into(), 12.into()],
            &["NULL".into(), "東京".into(), Value::Null],
            &["a|b\n\u{1b}[0m".into(), "".into(), 1.5.into()],
        ],
    )
}

fn shown(form_name: &str, result: &QueryResult, options: &Options) -> String {
    let mut out = Vec::new();
    let form = form(form_name).expect("the form exists");
    write_result(form, result, options, &mut out).expect("a vector takes all");
    String::from_utf8(out).expect("forms write text")
}

#[test]
fn a_table_aligns_what_is_wide_and_tells_null_from_text() {
    let expected = "\
┌────────────────┬────────┬──────┐
│ name           │ اسم    │  age │
├────────────────┼────────┼──────┤
│ Rabat          │ الرباط │   12 │
│ 'NULL'         │ 東京   │ NULL │
│ a|b\\n\\u001B[0m │        │  1.5 │
└────────────────┴────────┴──────┘
3 rows
";
    assert_eq!(shown("table", &people(), &Options::default()), expected);
}

#[test]
fn a_table_wraps_and_cuts_to_the_terminal() {
    let text = "The capital of the Kingdom of Morocco on the Atlantic coast";
    let long = "x".repeat(200);
    let result = result(
        &["a", "text"],
        &[&[1.into(), text.into()], &[2.into(), long.as_str().into()]],
    );
    let options = Options {
        width: Some(30),
        ..Options::default()
    };
    let expected = "\
┌───┬────────────────────────┐
│ a │ text                   │
├───┼────────────────────────┤
│ 1 │ The capital of the     │
│   │ Kingdom of Morocco on  │
│   │ the Atlantic coast     │
│ 2 │ xxxxxxxxxxxxxxxxxxxxxx │
│   │ xxxxxxxxxxxxxxxxxxxxxx │
│   │ xxxxxxxxxxxxxxxxxxxxxx │
│   │ xxxxxxxxxxxxxxxxxxxxx… │
└───┴────────────────────────┘
2 rows
";
    assert_eq!(shown("table", &result, &options), expected);
}

#[test]
fn a_table_that_would_be_too_narrow_is_shown_field_by_field() {
    let options = Options {
        width: Some(30),
        ..Options::default()
    };
    let wide: Vec<Value> = (0..5).map(|_| "a longer text".into()).collect();
    let result = result(&["a", "b", "c", "d", "e"], &[&wide]);
    let text = shown("table", &result, &options);
    assert!(
        text.contains("a: a longer text\nb: a longer text\n"),
        "{text}"
    );
}

#[test]
fn the_middle_of_a_long_table_is_left_out() {
    let rows: Vec<[Value; 1]> = (0..1234).map(|number| [number.into()]).collect();
    let rows: Vec<&[Value]> = rows.iter().map(|row| row.as_slice()).collect();
    let options = Options {
        most_rows: Some(3),
        ..Options::default()
    };
    let expected = "\
┌──────┐
│    n │
├──────┤
│    0 │
│    1 │
│    ⋮ │
│ 1233 │
└──────┘
1,234 rows (3 shown)
";
    assert_eq!(shown("table", &result(&["n"], &rows), &options), expected);
}

#[test]
fn vertical_keeps_line_breaks() {
    let expected = "\
── row 1 ───────────────
name: Rabat
 اسم: الرباط
 age: 12
── row 2 ───────────────
name: 'NULL'
 اسم: 東京
 age: NULL
── row 3 ───────────────
name: a|b
      \\u001B[0m
 اسم: 
 age: 1.5
3 rows
";
    assert_eq!(shown("vertical", &people(), &Options::default()), expected);
}

#[test]
fn markdown_protects_its_own_signs() {
    let expected = "\
| name | اسم | age |
| --- | --- | --: |
| Rabat | الرباط | 12 |
| NULL | 東京 | *NULL* |
| a\\|b<br>\\\\u001B\\[0m |  | 1.5 |
";
    assert_eq!(shown("markdown", &people(), &Options::default()), expected);
}

#[test]
fn csv_tells_null_from_the_empty_text() {
    let expected = "name,اسم,age\nRabat,الرباط,12\nNULL,東京,\n\"a|b\n\u{1b}[0m\",\"\",1.5\n";
    assert_eq!(shown("csv", &people(), &Options::default()), expected);
}

#[test]
fn json_is_exact() {
    let result = query(
        "MATCH (n {name: 'Rabat'}) RETURN $big AS big, $nan AS float, [1.0, null, n] AS list",
        [("big", i64::MAX.into()), ("nan", Value::Float(f64::NAN))],
    );
    let object = r#"{"big":9223372036854775807,"float":"NaN","list":[1.0,null,{"id":0,"labels":["City"],"properties":{"name":"Rabat"}}]}"#;
    assert_eq!(
        shown("json", &result, &Options::default()),
        format!("[\n{object}\n]\n")
    );
    assert_eq!(
        shown("jsonl", &result, &Options::default()),
        format!("{object}\n")
    );
}

#[test]
fn entities_are_shown_as_a_query_would_draw_them() {
    let result = query("MATCH p = ({name: 'Rabat'})--() RETURN p", ());
    let text = shown("vertical", &result, &Options::default());
    let drawn = "p: (:City {name: 'Rabat'})<-[:ROAD]-(:City {name: 'Kazan'})";
    assert!(text.contains(drawn), "{text}");
}

#[test]
fn results_without_rows_or_columns_are_told_apart() {
    let none = result(&["n"], &[]);
    let table = "┌───┐\n│ n │\n├───┤\n└───┘\n0 rows\n";
    assert_eq!(shown("table", &none, &Options::default()), table);
    assert_eq!(shown("json", &none, &Options::default()), "[\n]\n");
    assert_eq!(shown("csv", &none, &Options::default()), "n\n");
    let nothing = query("MATCH (n:City {name: 'Baku'}) SET n.name = 'x'", ());
    assert_eq!(
        shown("table", &nothing, &Options::default()),
        "No changes\n"
    );
    assert_eq!(shown("json", &nothing, &Options::default()), "");
}

#[test]
fn a_value_nested_deeper_than_the_stack_is_shown() {
    let mut value = Value::Null;
    for _ in 0..20_000 {
        value = Value::list(vec![value]);
    }
    let result = result(&["deep"], &[&[value]]);
    assert!(shown("csv", &result, &Options::default()).contains("[[[[null]]]]"));
    assert!(shown("table", &result, &Options::default()).contains("[[[[null]]]]"));
    // To drop it would take as much of the stack as it is deep.
    std::mem::forget(result);
}

#[test]
fn an_interrupt_stops_the_output() {
    let options = Options::default();
    options.interrupt.set();
    let failure = write_result(&FORMS[0], &people(), &options, &mut Vec::new());
    let Err(Failure::Statement(error)) = failure else {
        panic!("it was not stopped: {failure:?}");
    };
    assert_eq!(error.detail(), ErrorDetail::Interrupted);
}

fn undefined(start: usize, end: usize) -> Error {
    Error::syntax(
        ErrorDetail::UndefinedVariable,
        Span::new(start, end),
        "y is not defined",
    )
    .hint("did you mean x?")
}

#[test]
fn an_error_points_at_its_place() {
    let expected = "\
error[SyntaxError: UndefinedVariable]: y is not defined
  |
1 | WITH 1 AS x RETURN y
  |                    ^
  |
  = help: did you mean x?";
    let text = "WITH 1 AS x RETURN y";
    let source = SourceText::typed(text);
    assert_eq!(
        error::error(&undefined(19, 20), source, &Options::default()),
        expected
    );
}

#[test]
fn an_error_in_a_script_tells_file_and_line() {
    let text = "RETURN '東京',\n\ty";
    let source = SourceText {
        name: Some("a.cypher"),
        first_line: 7,
        text,
        offset: 0,
    };
    let drawn = error::error(&undefined(18, 19), source, &Options::default());
    assert!(drawn.contains("--> a.cypher:8:2\n"), "{drawn}");
    assert!(drawn.contains("8 |     y\n  |     ^\n"), "{drawn}");
    // An error that does not know its place tells where the statement begins.
    let drawn = error::error(&Error::internal("oh"), source, &Options::default());
    assert!(drawn.contains("--> a.cypher:7"), "{drawn}");
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let text = format!("RETURN {} y {}", "1 + ".repeat(500), "+ 1".repeat(500));
    let start = text.find('y').expect("it is there");
    let options = Options {
        width: Some(80),
        ..Options::default()
    };
    let drawn = error::error(
        &undefined(start, start + 1),
        SourceText::typed(&text),
        &options,
    );
    let widest = drawn.lines().map(width::width).max();
    assert!(widest <= Some(80) && drawn.contains(" y "), "{drawn}");
}

#[test]
fn places_outside_of_the_text_do_no_harm() {
    for (start, end) in [(0, 100), (100, 200), (5, 2), (1, 2)] {
        let drawn = error::error(
            &undefined(start, end),
            SourceText::typed("é y"),
            &Options::default(),
        );
        assert!(drawn.contains("y is not defined"));
    }
}

#[test]
fn a_warning_points_at_its_place() {
    let warning = Warning {
        message: "no node has the label Citi".to_owned(),
        hint: Some("did you mean City?".to_owned()),
        span: Span::new(9, 13),
    };
    let text = "MATCH (n:Citi) RETURN n";
    let drawn = error::warning(&warning, SourceText::typed(text), &Options::default());
    assert!(
        drawn.starts_with("warning: no node has the label Citi\n"),
        "{drawn}"
    );
    assert!(drawn.contains("         ^^^^\n"), "{drawn}");
}
