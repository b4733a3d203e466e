//! The rules that keep the code base in shape: who may know whom, what each file opens with, that
//! paths in the documents exist.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders and files under `src`, and the modules of the crate that each may name. Later ones may
/// build on earlier ones. `error` and `context` may be used by all.
const LAYERS: &[(&str, &[&str])] = &[
    ("value", &["column", "parse"]),
    ("column", &["value"]),
    ("parse", &[]),
    ("graph", &["value", "column"]),
    ("storage", &["graph", "column", "value"]),
    ("algorithms", &["graph", "value"]),
    ("functions", &["value", "column", "graph", "algorithms"]),
    ("bind", &["parse", "functions", "value", "graph"]),
    ("logical", &["bind", "value", "parse"]),
    (
        "optimize",
        &["logical", "bind", "functions", "graph", "value", "parse"],
    ),
    (
        "physical",
        &["logical", "bind", "functions", "value", "parse"],
    ),
    (
        "execute",
        &[
            "physical",
            "bind",
            "functions",
            "graph",
            "column",
            "value",
            "result",
            "parse",
        ],
    ),
    ("result", &["column", "value", "graph", "bind"]),
    (
        "import_export",
        &["graph", "value", "result", "parse", "column", "functions"],
    ),
    (
        "display",
        &["result", "value", "graph", "parse", "import_export"],
    ),
];

/// The longest file, inline tests included.
const LONGEST: usize = 700;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)
        .expect("the folder can be read")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn check(problems: Vec<String>) {
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn folders_know_only_what_they_may() {
    let mut problems = Vec::new();
    for (folder, allowed) in LAYERS {
        for file in sources(&root().join("src").join(folder)) {
            let text = fs::read_to_string(&file).expect("a source is text");
            for (number, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for (place, _) in code.match_indices("crate::") {
                    let rest = &code[place + "crate::".len()..];
                    let module: String = rest
                        .chars()
                        .take_while(|c| c.is_lowercase() || *c == '_')
                        .collect();
                    let known = LAYERS.iter().any(|(name, _)| *name == module);
                    if known && module != *folder && !allowed.contains(&module.as_str()) {
                        let file = file.strip_prefix(root()).unwrap_or(&file).display();
                        problems.push(format!("{file}:{}: {folder} names {module}", number + 1));
                    }
                }
            }
        }
    }
    check(problems);
}

#[test]
fn files_open_with_what_they_are() {
    let mut problems = Vec::new();
    for file in sources(&root().join("src")) {
        let text = fs::read_to_string(&file).expect("a source is text");
        let name = file
            .strip_prefix(root())
            .unwrap_or(&file)
            .display()
            .to_string();
        if !text.starts_with("//!") {
            problems.push(format!("{name} opens with no paragraph"));
        }
        let lines = text.lines().count();
        if lines > LONGEST {
            problems.push(format!("{name} has {lines} lines"));
        }
        let is_layer = LAYERS
            .iter()
            .any(|(layer, _)| name == format!("src/{layer}/mod.rs"));
        for wanted in ["* In:", "* Out:", "* Never:", "* Start here:"] {
            if is_layer && !text.contains(wanted) {
                problems.push(format!("{name} has no line `{wanted}`"));
            }
        }
    }
    check(problems);
}

#[test]
fn pest_is_named_only_by_the_parser() {
    let mut problems = Vec::new();
    for file in sources(&root().join("src")) {
        let text = fs::read_to_string(&file).expect("a source is text");
        if !file.starts_with(root().join("src/parse")) && text.contains("pest::") {
            problems.push(file.display().to_string());
        }
    }
    check(problems);
}

#[test]
fn paths_in_documents_exist() {
    let mut problems = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"] {
        let text = fs::read_to_string(root().join(document)).expect("the document is there");
        for path in text.split('`').skip(1).step_by(2) {
            let is_path = [
                "src/",
                "tests/",
                "docs/",
                "grammar/",
                "graph-data/",
                "examples/",
            ]
            .iter()
            .any(|start| path.starts_with(start))
                && !path.contains([' ', '*', '\n']);
            if is_path && !root().join(path).exists() {
                problems.push(format!("{document} names {path}"));
            }
        }
    }
    check(problems);
}
