//! Random queries on random graphs have one answer: with all rules, without each of them and without
//! any; with and without indexes; after random changes; stored, closed and opened again; and, as far as
//! SQL can say them, in DuckDB, where Python has it.
//!
//! `RIHLA_FUZZ_SECONDS` says for how long (3), `RIHLA_FUZZ_SEED` with which random numbers (1),
//! `RIHLA_FUZZ_SHOW` that every query is printed. A difference is shown with the smallest graph and query found that have it.

mod choices;
mod duckdb;
mod expression;
mod generate;
mod text;
mod world;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use choices::{Choices, shrunk};
use duckdb::DuckDb;
use world::{Verdict, World};

/// Decisions that make a graph, change it and ask it something.
#[derive(Debug, Clone, Default)]
struct Case {
    graph: Vec<u32>,
    writes: Vec<Vec<u32>>,
    query: Vec<u32>,
}

impl Case {
    /// What is different, in words; `None` where nothing is.
    fn difference(&self, duckdb: &mut Option<DuckDb>) -> Option<String> {
        let mut world = World::new(&mut Choices::replayed(self.graph.clone()));
        for write in &self.writes {
            let statement = world.random_write(&mut Choices::replayed(write.clone()));
            if let Err(difference) = world.write(&statement) {
                return Some(shown(&world, &statement, None, &difference));
            }
        }
        world.reopen();
        if let Some(duckdb) = duckdb {
            world.fill(duckdb);
        }
        let query = generate::query(&mut Choices::replayed(self.query.clone()));
        match world.check(&query, duckdb.as_mut()) {
            Verdict::Different(difference) => Some(shown(
                &world,
                &query.cypher,
                query.sql.as_deref(),
                &difference,
            )),
            _ => None,
        }
    }

    /// The smallest case that is found to be different, too.
    fn shrunk(mut self, duckdb: &mut Option<DuckDb>) -> Case {
        for _ in 0..2 {
            let case = self.clone();
            self.query = shrunk(self.query, |query| {
                let query = query.to_vec();
                Case {
                    query,
                    ..case.clone()
                }
                .difference(duckdb)
                .is_some()
            });
            for place in (0..self.writes.len()).rev() {
                let mut fewer = self.clone();
                fewer.writes.remove(place);
                if fewer.difference(duckdb).is_some() {
                    self = fewer;
                }
            }
            let case = self.clone();
            self.graph = shrunk(self.graph, |graph| {
                let graph = graph.to_vec();
                Case {
                    graph,
                    ..case.clone()
                }
                .difference(duckdb)
                .is_some()
            });
        }
        self
    }
}

fn shown(world: &World, query: &str, sql: Option<&str>, difference: &world::Difference) -> String {
    format!(
        "{}\n\n{query}\n{}\n{}:\n  expected {:#?}\n  found {:#?}",
        world.statements.join(";\n"),
        sql.unwrap_or_default(),
        difference.place,
        difference.expected,
        difference.found
    )
}

fn number(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(default, |text| text.parse().expect("a number"))
}

/// Queries between two changes.
const QUERIES: usize = 40;

#[test]
fn random_queries_have_one_answer() {
    let time = Duration::from_secs(number("RIHLA_FUZZ_SECONDS", 3));
    let first_seed = number("RIHLA_FUZZ_SEED", 1);
    let mut duckdb = DuckDb::start();
    let start = Instant::now();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut seed = first_seed << 32;
    let mut next = || {
        seed += 1;
        Choices::random(seed)
    };
    while start.elapsed() < time {
        let mut graph = next();
        let mut world = World::new(&mut graph);
        let mut case = Case {
            graph: graph.into_given(),
            ..Case::default()
        };
        for round in 0..3 {
            for _ in 0..2 * round {
                let mut write = next();
                let statement = world.random_write(&mut write);
                case.writes.push(write.into_given());
                if world.write(&statement).is_err() {
                    report(case, &mut duckdb, first_seed);
                }
            }
            world.reopen();
            if let Some(duckdb) = &mut duckdb {
                world.fill(duckdb);
            }
            for _ in 0..QUERIES {
                let mut choices = next();
                let query = generate::query(&mut choices);
                if std::env::var_os("RIHLA_FUZZ_SHOW").is_some() {
                    println!("{}", query.cypher);
                }
                let verdict = world.check(&query, duckdb.as_mut());
                let kind = match verdict {
                    Verdict::Different(_) => {
                        case.query = choices.into_given();
                        report(case, &mut duckdb, first_seed);
                    }
                    Verdict::Same if query.sql.is_some() => "the same, also in DuckDB".to_owned(),
                    Verdict::Same => "the same".to_owned(),
                    Verdict::Refused(message) => format!("refused: {message}"),
                    Verdict::Unknown(reason) => format!("unknown: {reason}"),
                };
                if std::env::var_os("RIHLA_FUZZ_SHOW").is_some() {
                    println!("    {kind}");
                }
                let kind = kind.lines().next().unwrap_or_default().to_owned();
                *counts.entry(kind).or_default() += 1;
                if start.elapsed() > time {
                    break;
                }
            }
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (kind, count) in counts.iter().take(20) {
        println!("{count:7} {kind}");
    }
}

/// Shows the smallest case that is found.
fn report(case: Case, duckdb: &mut Option<DuckDb>, seed: u64) -> ! {
    let found = case.difference(duckdb);
    let Some(found) = found else {
        panic!("seed {seed}: a difference that does not come again: {case:?}");
    };
    let small = case.shrunk(duckdb);
    let smallest = small.difference(duckdb).unwrap_or(found);
    panic!("seed {seed}:\n{smallest}");
}
