//! The tables of functions and procedures: their order, their examples, the page written from them.

use rihla::functions::{
    Category, Environment, FUNCTIONS, NullRule, ProcedureCode, Procedures, Signature, manual,
};
use rihla::{Result, Value};

use super::{NULL, context, small_graph, text};

#[test]
fn the_table_is_in_order() {
    let mut names = Vec::new();
    for function in FUNCTIONS.iter() {
        names.push(function.name.to_lowercase());
        names.extend(function.aliases.iter().map(|alias| alias.to_lowercase()));
        for text in function.signatures {
            assert_eq!(
                &Signature::parse(text).to_string(),
                text,
                "{}",
                function.name
            );
        }
        let (example, _) = function.example;
        let call = format!("{}(", function.name);
        assert!(example.contains(&call), "{example} calls {}", function.name);
        assert!(function.sentence.ends_with('.'), "{}", function.name);
        let skips = function.null_rule == NullRule::Skip;
        assert_eq!(skips, function.is_aggregate(), "{}", function.name);
    }
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "a name stands twice");
    for category in Category::ALL {
        let names: Vec<String> = FUNCTIONS
            .iter()
            .filter(|function| function.category == category)
            .map(|function| function.name.to_lowercase())
            .collect();
        assert!(names.is_sorted(), "{names:?}");
    }
    assert!(FUNCTIONS.is_sorted_by_key(|function| function.category));
}

#[test]
fn procedures_list_what_the_graph_has() -> Result<()> {
    let graph = small_graph()?.snapshot();
    let context = context(1 << 20);
    let procedures = Procedures::builtin();
    let environment = Environment {
        context: &context,
        graph: &graph,
        procedures: &procedures,
    };
    let listings = ["rihla.functions", "rihla.procedures"];
    let answers: Vec<String> = procedures
        .iter()
        .filter(|procedure| !listings.contains(&procedure.name.as_str()))
        .map(|procedure| {
            let ProcedureCode::Reads(code) = &procedure.code else {
                unreachable!("none of these writes");
            };
            let rows = code(&environment, &[])?;
            assert!(rows.iter().all(|row| row.len() == procedure.outputs.len()));
            let values = Value::list(rows.into_iter().flatten().collect());
            Ok(format!("{} {values}", procedure.name))
        })
        .collect::<Result<_>>()?;
    let version = format!("rihla.version ['{}']", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        answers,
        [
            "algo.scc [(#0), 0, (#1), 1]",
            "algo.wcc [(#0), 0, (#1), 0]",
            "db.labels ['City', 'Port']",
            "db.propertyKeys ['age', 'name']",
            "db.relationshipTypes ['SEA']",
            "rihla.constraints []",
            "rihla.graphType []",
            "rihla.indexes []",
            &version,
        ]
    );
    Ok(())
}

/// `BLESS=1` writes the page anew.
#[test]
fn the_manual_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/functions.md");
    let mut known = Procedures::default();
    rihla::Database::in_memory().update_procedures(|procedures| known = procedures.clone());
    let page = manual(&known);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &page).expect("docs/ is writable");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == page,
        "docs/functions.md is old: run with BLESS=1"
    );
}

/// Every example of the table, through the whole engine.
#[test]
fn examples_give_their_answers() {
    let mut wrong = Vec::new();
    for function in FUNCTIONS.iter() {
        let (_, answer) = function.example;
        let value_of = |query: &str| {
            let session = rihla::Database::in_memory().session();
            let result = session.query(query, ());
            result.map(|result| result.rows().next().map_or(NULL, |row| row.value(0)))
        };
        let query = function.example_query();
        let found = value_of(&query);
        let wanted = value_of(&format!("RETURN {answer}"));
        if !matches!((&found, wanted), (Ok(found), Ok(wanted)) if *found == wanted) {
            wrong.push(format!("{query} gives {}, not {answer}", text(found)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
