//! The openCypher Technology Compatibility Kit: reads the folder that `RIHLA_TCK` names, runs every
//! scenario of its feature files and prints what passed and failed by folder.
//!
//! `RIHLA_TCK_ONLY` keeps the scenarios whose file or title holds a text; `RIHLA_TCK_RULES_OFF`
//! names optimiser rules to switch off, or says `all`; `RIHLA_TCK_TENTH`, a digit, runs the scenarios
//! whose number ends with it instead, with each rule off in turn (`all` for every scenario); with
//! `RIHLA_TCK_INDEXES` everything is indexed before a query runs.

mod expected;
mod feature;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use expected::Described;
use feature::{Scenario, Step};
use rihla::functions::{Procedure, ProcedureCode, ProcedureColumn, parse_type};
use rihla::graph::Snapshot;
use rihla::optimize::RULES;
use rihla::value::{NodeId, RelationshipId, equals};
use rihla::{Database, Error, Parameters, Phase, QueryResult, Session, Value};

/// Scenarios that are not run, each with the reason.
const SKIPPED: &[(&str, &str)] = &[];

#[test]
fn technology_compatibility_kit() {
    let Ok(folder) = std::env::var("RIHLA_TCK") else {
        eprintln!("skipped: RIHLA_TCK does not name the folder of the openCypher TCK");
        return;
    };
    let folder = PathBuf::from(folder);
    let only = std::env::var("RIHLA_TCK_ONLY").unwrap_or_default();
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let mut failures = Vec::new();
    let tenth = std::env::var("RIHLA_TCK_TENTH").ok();
    let off = std::env::var("RIHLA_TCK_RULES_OFF").unwrap_or_default();
    let modes = match (&tenth, off.as_str()) {
        (Some(_), _) => RULES.iter().map(|rule| vec![rule.name]).collect(),
        (None, "all") => vec![RULES.iter().map(|rule| rule.name).collect()],
        (None, names) => vec![names.split(',').collect::<Vec<_>>()],
    };
    let mut number = 0;
    for file in feature_files(&folder.join("features")) {
        let text = std::fs::read_to_string(&file).expect("a feature file is text");
        let name = file
            .strip_prefix(&folder)
            .unwrap_or(&file)
            .display()
            .to_string();
        let group = Path::new(&name)
            .parent()
            .unwrap_or(Path::new(""))
            .display()
            .to_string();
        for scenario in feature::scenarios(&text) {
            let title = format!("{name}: {}", scenario.name);
            if !title.contains(&only) {
                continue;
            }
            number += 1;
            let is_chosen = |digit: &String| digit == "all" || number.to_string().ends_with(digit);
            if !tenth.as_ref().is_none_or(is_chosen) {
                continue;
            }
            let count = counts.entry(group.clone()).or_default();
            let skipped = SKIPPED.iter().any(|(skipped, _)| title.contains(skipped));
            if skipped || scenario.tags.iter().any(|tag| tag == "@ignore") {
                count[2] += 1;
                continue;
            }
            let mut outcomes = modes.iter().map(|off| {
                let outcome = std::panic::catch_unwind(|| run(&scenario, &folder, off));
                let outcome = outcome.unwrap_or_else(|_| Err("panicked".to_owned()));
                outcome.map_err(|reason| format!("{title} (without {off:?})\n    {reason}"))
            });
            match outcomes.find_map(Result::err) {
                None => count[0] += 1,
                Some(failure) => {
                    count[1] += 1;
                    failures.push(failure);
                }
            }
        }
    }
    for failure in &failures {
        println!("FAILED {failure}");
    }
    let mut total = [0; 3];
    for (group, count) in &counts {
        println!(
            "{:6} passed {:4} failed {:3} skipped  {group}",
            count[0], count[1], count[2]
        );
        (0..3).for_each(|place| total[place] += count[place]);
    }
    println!(
        "{:6} passed {:4} failed {:3} skipped  in all",
        total[0], total[1], total[2]
    );
    let allowed: usize = std::env::var("RIHLA_TCK_ALLOWED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    assert!(
        total[1] <= allowed,
        "{} scenarios failed, {allowed} are allowed to",
        total[1]
    );
}

fn feature_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)
            .expect("the folder can be read")
            .flatten()
        {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "feature")
            {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// A scenario while it runs.
struct Run {
    session: Session,
    parameters: Parameters,
    before: Snapshot,
    outcome: Option<Result<QueryResult, Error>>,
}

/// Runs a scenario without some rules of the optimiser.
fn run(scenario: &Scenario, folder: &Path, off: &[&str]) -> Result<(), String> {
    let database = Database::in_memory();
    let mut session = database.session();
    for rule in off {
        session.set_rule(rule, false);
    }
    let mut run = Run {
        before: database.snapshot().expect("in memory"),
        session,
        parameters: Parameters::default(),
        outcome: None,
    };
    scenario
        .steps
        .iter()
        .try_for_each(|step| run.step(step, folder))
}

impl Run {
    fn step(&mut self, step: &Step, folder: &Path) -> Result<(), String> {
        let text = step.text.as_str();
        let block = step.block.as_deref().unwrap_or_default();
        match text {
            "an empty graph" | "any graph" => Ok(()),
            "having executed:" => self.set_up(block),
            "parameters are:" => {
                for row in &step.table {
                    let value = Described::parse(&row[1])?.into_value();
                    let parameters = Arc::make_mut(&mut self.parameters.0);
                    parameters.insert(row[0].as_str().into(), value);
                }
                Ok(())
            }
            "executing query:" | "executing control query:" => {
                if std::env::var_os("RIHLA_TCK_INDEXES").is_some() {
                    self.index_everything()?;
                }
                self.before = self.session.database().snapshot().expect("in memory");
                self.outcome = Some(self.session.query(block, self.parameters.clone()));
                Ok(())
            }
            "no side effects" => self.side_effects(&[]),
            "the side effects should be:" => self.side_effects(&step.table),
            "the result should be empty" => match self.result()?.row_count() {
                0 => Ok(()),
                rows => Err(format!("{rows} rows instead of none")),
            },
            _ => {
                if let Some(order) = text.strip_prefix("the result should be") {
                    return self.result_is(&step.table, order);
                }
                if let Some(signature) = text.strip_prefix("there exists a procedure ") {
                    return self.procedure(signature, &step.table);
                }
                if let Some(graph) = text
                    .strip_prefix("the ")
                    .and_then(|text| text.strip_suffix(" graph"))
                {
                    let path = folder
                        .join("graphs")
                        .join(graph)
                        .join(format!("{graph}.cypher"));
                    let script =
                        std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
                    return self.set_up(&script);
                }
                if text.contains(" should be raised at ") {
                    return self.raised(text);
                }
                Err(format!("unknown step `{text}`"))
            }
        }
    }

    fn set_up(&mut self, query: &str) -> Result<(), String> {
        let done = self
            .session
            .query(query.trim().trim_end_matches(';'), self.parameters.clone());
        done.map(|_| ())
            .map_err(|error| format!("setting up failed: {error}"))
    }

    /// An index for every label and type with every property key.
    fn index_everything(&self) -> Result<(), String> {
        let snapshot = self.session.database().snapshot().expect("in memory");
        let catalog = snapshot.catalog();
        for (_, key) in catalog.keys() {
            let labels = catalog.labels();
            let nodes = labels.map(|(_, label)| format!("(e:`{label}`)"));
            let types = catalog.relationship_types();
            let relationships = types.map(|(_, name)| format!("()-[e:`{name}`]-()"));
            for element in nodes.chain(relationships) {
                let statement = format!("CREATE INDEX IF NOT EXISTS FOR {element} ON (e.`{key}`)");
                let made = self.session.query(&statement, ());
                made.map_err(|error| format!("{statement}: {error}"))?;
            }
        }
        Ok(())
    }

    fn result(&self) -> Result<&QueryResult, String> {
        match &self.outcome {
            Some(Ok(result)) => Ok(result),
            Some(Err(error)) => Err(format!("unexpected {error}")),
            None => Err("nothing was run".to_owned()),
        }
    }

    fn result_is(&self, table: &[Vec<String>], order: &str) -> Result<(), String> {
        let result = self.result()?;
        let Some((head, rows)) = table.split_first() else {
            return Err("the expected table is empty".to_owned());
        };
        let columns: Vec<&str> = result.columns().iter().map(AsRef::as_ref).collect();
        if columns != *head {
            return Err(format!("columns {columns:?} instead of {head:?}"));
        }
        let loose = order.contains("ignoring element order for lists");
        let normal = |value: Described| if loose { value.without_order() } else { value };
        let mut expected: Vec<Vec<Described>> = rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|cell| Described::parse(cell).map(normal))
                    .collect()
            })
            .collect::<Result<_, String>>()?;
        let mut found: Vec<Vec<Described>> = result
            .rows()
            .map(|row| {
                row.values()
                    .iter()
                    .map(|value| normal(Described::of(value, result)))
                    .collect()
            })
            .collect();
        if !order.starts_with(", in order") {
            expected.sort();
            found.sort();
        }
        match expected == found {
            true => Ok(()),
            false => Err(format!("expected {expected:?}\n    found    {found:?}")),
        }
    }

    fn raised(&self, text: &str) -> Result<(), String> {
        let (kind, rest) = text
            .trim_start_matches("a ")
            .trim_start_matches("an ")
            .split_once(" should be raised at ")
            .ok_or("an error step without a kind")?;
        let (phase, detail) = rest
            .split_once(": ")
            .ok_or("an error step without a detail")?;
        let error = match &self.outcome {
            Some(Err(error)) => error,
            Some(Ok(_)) => return Err(format!("no error instead of {kind}: {detail} at {phase}")),
            None => return Err("nothing was run".to_owned()),
        };
        let fits = error.kind().name() == kind
            && (detail == "*" || error.detail().name() == detail)
            && match phase {
                "compile time" => error.phase() == Phase::CompileTime,
                "runtime" => error.phase() == Phase::Runtime,
                _ => true,
            };
        match fits {
            true => self.side_effects(&[]),
            false => Err(format!(
                "{error} at {:?} instead of {kind}: {detail} at {phase}",
                error.phase()
            )),
        }
    }

    fn side_effects(&self, table: &[Vec<String>]) -> Result<(), String> {
        let after = Facts::of(&self.session.database().snapshot().expect("in memory"));
        let before = Facts::of(&self.before);
        let mut found = BTreeMap::new();
        let mut compare = |name: &str, added: usize, removed: usize| {
            found.insert(format!("+{name}"), added);
            found.insert(format!("-{name}"), removed);
        };
        let (nodes, gone) = differences(&before.nodes, &after.nodes);
        compare("nodes", nodes, gone);
        let (relationships, gone) = differences(&before.relationships, &after.relationships);
        compare("relationships", relationships, gone);
        let (labels, gone) = differences(&before.labels, &after.labels);
        compare("labels", labels, gone);
        let (properties, gone) = differences(&before.properties, &after.properties);
        compare("properties", properties, gone);
        for row in table {
            let wanted: usize = row[1]
                .parse()
                .map_err(|_| "a count is no number".to_owned())?;
            let count = found.remove(&row[0]).unwrap_or(0);
            if count != wanted {
                return Err(format!("{} is {count} instead of {wanted}", row[0]));
            }
        }
        match found.iter().find(|(_, count)| **count != 0) {
            Some((name, count)) => Err(format!("{name} is {count} instead of 0")),
            None => Ok(()),
        }
    }

    fn procedure(&mut self, text: &str, table: &[Vec<String>]) -> Result<(), String> {
        let text = text.trim().trim_end_matches(':').trim();
        let (name, rest) = text
            .split_once('(')
            .ok_or("a procedure without arguments")?;
        let (inputs, outputs) = rest.split_once(")").ok_or("a procedure without results")?;
        let outputs = outputs.trim().trim_start_matches("::").trim();
        let inputs = columns(inputs);
        let outputs = columns(outputs.trim_start_matches('(').trim_end_matches(')'));
        let width = inputs.len();
        let rows: Vec<Vec<Value>> = table
            .iter()
            .skip(1)
            .map(|row| {
                row.iter()
                    .map(|cell| Ok(Described::parse(cell)?.into_value()))
                    .collect()
            })
            .collect::<Result<_, String>>()?;
        let code = move |_: &rihla::functions::Environment, arguments: &[Value]| {
            let same = |row: &&Vec<Value>| {
                row.iter().zip(arguments).all(|(wanted, given)| {
                    wanted.is_null() && given.is_null() || equals(wanted, given) == Some(true)
                })
            };
            Ok(rows
                .iter()
                .filter(same)
                .map(|row| row[width.min(row.len())..].to_vec())
                .collect())
        };
        let procedure = Procedure {
            name: name.trim().to_owned(),
            inputs,
            outputs,
            sentence: String::new(),
            optional_inputs: 0,
            code: ProcedureCode::Reads(Arc::new(code)),
        };
        self.session
            .database()
            .update_procedures(|procedures| procedures.register(procedure));
        Ok(())
    }
}

fn columns(text: &str) -> Vec<ProcedureColumn> {
    text.split(',')
        .filter_map(|column| column.split_once("::"))
        .map(|(name, type_name)| ProcedureColumn {
            name: name.trim().to_owned(),
            column_type: parse_type(type_name),
        })
        .collect()
}

/// What is in a graph, fact by fact.
#[derive(Default)]
struct Facts {
    nodes: BTreeSet<u32>,
    relationships: BTreeSet<u32>,
    labels: BTreeSet<String>,
    properties: BTreeSet<(bool, u32, String, String)>,
}

impl Facts {
    fn of(graph: &Snapshot) -> Facts {
        let mut facts = Facts::default();
        let catalog = graph.catalog();
        for chunk in 0..graph.node_chunks() {
            for node in graph
                .scan_nodes(chunk, &[])
                .expect("a chunk")
                .iter()
                .flatten()
            {
                facts.nodes.insert(node);
                for label in graph.node_labels(NodeId(node)).expect("its labels") {
                    facts.labels.insert(catalog.label_name(label).to_string());
                }
                for (key, value) in graph.node_properties(NodeId(node)).expect("its properties") {
                    let key = catalog.key_name(key).to_string();
                    facts
                        .properties
                        .insert((true, node, key, value.to_string()));
                }
            }
        }
        for chunk in 0..graph.relationship_chunks() {
            let found = graph.scan_relationships(chunk, None).expect("a chunk");
            for id in found.iter().flatten() {
                facts.relationships.insert(id);
                let properties = graph.relationship_properties(RelationshipId(id));
                for (key, value) in properties.expect("its properties") {
                    let key = catalog.key_name(key).to_string();
                    facts.properties.insert((false, id, key, value.to_string()));
                }
            }
        }
        facts
    }
}

/// How many facts came, and how many went.
fn differences<T: Ord>(before: &BTreeSet<T>, after: &BTreeSet<T>) -> (usize, usize) {
    (
        after.difference(before).count(),
        before.difference(after).count(),
    )
}
