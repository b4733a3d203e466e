//! What was acknowledged is there, whole, after failures, power cuts and damage; on a disk that
//! fails by seed. `RIHLA_CRASH_SEEDS` says how many seeds are tried, `RIHLA_CRASH_SEED` tries one.

mod bulk;
mod disk;
mod kill;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use disk::FaultyDisk;
use fastrand::Rng;
use rihla::storage::OpenOptions;
use rihla::value::NodeId;
use rihla::{Database, ErrorDetail, ErrorKind, Result, Session, Value};

const PATH: &str = "/graph.rihla";

fn seeds(usual: u64) -> Range<u64> {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    match number("RIHLA_CRASH_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("RIHLA_CRASH_SEEDS").unwrap_or(usual),
    }
}

fn open(disk: &FaultyDisk) -> Result<Database> {
    let options = OpenOptions {
        checkpoint_at: 6_000,
        cache: 20_000,
        patience: std::time::Duration::ZERO,
        ..OpenOptions::default()
    };
    let database = Database::open_on(Arc::new(disk.clone()), PATH, options)?;
    database.set_patience(std::time::Duration::ZERO);
    Ok(database)
}

/// Commit `number`: two nodes with a relationship; every third one deletes those of the commit two
/// before. Node 0 counts.
fn commit(session: &Session, number: u32) -> Result<()> {
    session.write(|writer, _| {
        let (label, key) = (writer.label("A")?, writer.key("number")?);
        let relationship_type = writer.relationship_type("NEXT")?;
        let value = || Value::from(i64::from(number));
        if number == 1 {
            writer.create_node(&[], vec![(key, value())])?;
        }
        writer.set_node_property(NodeId(0), key, value())?;
        let text = writer.key("text")?;
        let long = Value::from("x".repeat(number as usize * 37 % 500));
        let one = writer.create_node(&[label], vec![(key, value()), (text, long)])?;
        let two = writer.create_node(&[label], vec![(key, value())])?;
        writer.create_relationship(relationship_type, one, two, vec![(key, value())])?;
        if number.is_multiple_of(3) {
            let gone = [one.0 - 4, two.0 - 4].map(NodeId);
            for relationship in writer.relationships_of(gone[0])? {
                writer.delete_relationship(relationship)?;
            }
            for node in gone {
                writer.delete_node(node)?;
            }
        }
        Ok(())
    })
}

/// The number of the last commit that the graph holds; fails where it is not exactly that state.
fn check(database: &Database) -> Result<u32> {
    let graph = database.snapshot()?;
    if graph.node_count() == 0 {
        return Ok(0);
    }
    let key = graph.catalog().key("number").expect("a key");
    let Value::Integer(last) = graph.node_property(NodeId(0), key)? else {
        panic!("node 0 counts");
    };
    let last = last as u32;
    let is_deleted = |number: u32| (number + 2).is_multiple_of(3) && number + 2 <= last;
    let expected: Vec<u32> = (1..=last).filter(|number| !is_deleted(*number)).collect();
    let mut found = Vec::new();
    for chunk in 0..graph.relationship_chunks() {
        for id in graph.scan_relationships(chunk, None)?.iter().flatten() {
            let relationship = rihla::value::RelationshipId(id);
            let number = graph.relationship_property(relationship, key)?;
            let ends = graph.endpoints(relationship)?;
            for node in [ends.start, ends.end] {
                assert_eq!(graph.node_property(node, key)?, number);
            }
            let next = graph.catalog().relationship_type("NEXT").expect("a type");
            let list = graph.neighbours(ends.start, rihla::graph::Direction::Outgoing, next)?;
            assert_eq!(list.nodes(), [ends.end.0]);
            let Value::Integer(number) = number else {
                panic!("numbers are integers");
            };
            found.push(number as u32);
        }
    }
    found.sort_unstable();
    assert_eq!(found, expected, "the state is that after commit {last}");
    assert_eq!(graph.node_count(), 1 + 2 * expected.len() as u64);
    Ok(last)
}

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged() {
    for seed in seeds(300) {
        let mut rng = Rng::with_seed(seed);
        let mut disk = FaultyDisk::new(seed);
        let mut acknowledged = 0;
        for _ in 0..3 {
            let database = open(&disk).expect("it opens");
            let found = check(&database).expect("it reads");
            assert!(
                (acknowledged..=acknowledged + 1).contains(&found),
                "seed {seed}: {found}"
            );
            acknowledged = found;
            // The cut comes while an operation runs: it and all later ones fail.
            disk.fail_in(rng.u64(0..120), true);
            let session = database.session();
            for _ in 0..rng.u32(1..40) {
                match commit(&session, acknowledged + 1) {
                    Ok(()) => acknowledged += 1,
                    Err(_) => break,
                }
            }
            let after = disk.power_cut();
            drop((session, database));
            disk = after;
        }
        let database = open(&disk).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let found = check(&database).expect("it reads");
        assert!(
            (acknowledged..=acknowledged + 1).contains(&found),
            "seed {seed}: {found}"
        );
    }
}

#[test]
fn each_operation_may_fail_and_the_database_goes_on() {
    for seed in seeds(12) {
        let disk = FaultyDisk::new(seed);
        let mut rng = Rng::with_seed(seed);
        let mut acknowledged = 0;
        for _ in 0..15 {
            let Ok(database) = open(&disk) else {
                continue;
            };
            let found = check(&database).expect("it reads");
            assert!(
                (acknowledged..=acknowledged + 1).contains(&found),
                "seed {seed}: {found}"
            );
            acknowledged = found;
            let session = database.session();
            disk.fail_in(rng.u64(0..20), false);
            for _ in 0..rng.u32(1..15) {
                let failed = commit(&session, acknowledged + 1).is_err();
                let found = check(&database).expect("it stays readable");
                if failed {
                    assert!((acknowledged..=acknowledged + 1).contains(&found));
                    acknowledged = found;
                } else {
                    acknowledged += 1;
                    assert_eq!(found, acknowledged, "seed {seed}");
                }
            }
        }
        disk.heal();
        let found = check(&open(&disk).expect("it opens")).expect("it reads");
        assert!(
            (acknowledged..=acknowledged + 1).contains(&found),
            "seed {seed}"
        );
    }
}

#[test]
fn a_full_disk_is_an_error_and_no_loss() {
    let log = format!("{PATH}-log");
    for (path, room) in [
        (PATH, 14_000),
        (PATH, 40_000),
        (log.as_str(), 4_500),
        (&log, 1_053_000),
    ] {
        let disk = FaultyDisk::new(room);
        let database = open(&disk).expect("it opens");
        let session = database.session();
        let mut acknowledged = 0;
        disk.limit(Path::new(path), room);
        let mut failures = 0;
        while failures < 5 && acknowledged < 400 {
            match commit(&session, acknowledged + 1) {
                Ok(()) => acknowledged += 1,
                Err(error) => {
                    let full = [ErrorDetail::CannotWrite, ErrorDetail::CannotOpen];
                    assert!(full.contains(&error.detail()), "{error}");
                    failures += 1;
                    assert_eq!(check(&database).expect("it stays readable"), acknowledged);
                }
            }
        }
        disk.heal();
        commit(&session, acknowledged + 1).expect("there is room again");
        drop((session, database));
        let found = check(&open(&disk).expect("it opens")).expect("it reads");
        assert_eq!(found, acknowledged + 1);
    }
}

/// Every answer about a damaged file is an error or the truth.
#[test]
fn damage_is_told_and_never_a_wrong_answer() {
    let disk = FaultyDisk::new(7);
    let database = open(&disk).expect("it opens");
    let session = database.session();
    for number in 1..=40 {
        commit(&session, number).expect("it commits");
    }
    let left = disk.copy();
    drop((session, database));
    let log = format!("{PATH}-log");
    let files = [
        (disk, PATH, 40..=40),
        (left.copy(), PATH, 40..=40),
        // The last record alone cannot be told from one that was never finished.
        (left, log.as_str(), 39..=40),
    ];
    let mut rng = Rng::with_seed(3);
    for (disk, path, expected) in files {
        let length = disk.bytes(Path::new(path)).expect("a file").len();
        for _ in 0..seeds(400).end {
            let damaged = disk.copy();
            match rng.u8(0..4) {
                0 => damaged.cut(Path::new(path), rng.usize(..length)),
                _ => damaged.flip(Path::new(path), rng.usize(..length), rng.u8(..8)),
            }
            let answer = open(&damaged).and_then(|database| check(&database));
            match answer {
                Ok(found) => assert!(expected.contains(&found), "{path}: {found}"),
                Err(error) => assert!(
                    [ErrorKind::Corruption, ErrorKind::FileError].contains(&error.kind()),
                    "{error}"
                ),
            }
        }
    }
}
