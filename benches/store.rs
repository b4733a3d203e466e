//! What the store costs: durable commits beside the disk alone, the first write after a snapshot, hubs,
//! long transactions. `docs/benchmarks.md` says how to run it.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

use rihla::value::{NodeId, RelationshipId};
use rihla::{Database, Result, Session, Value};

/// Nodes and relationships of the large graph.
const NODES: u32 = 1_000_000;
const RELATIONSHIPS: u32 = 10_000_000;
/// Relationships of the hub.
const HUB: u32 = 1_000_000;

fn main() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    durable_commits(folder.path())?;
    hub()?;
    long_transaction(folder.path())?;
    first_write()
}

/// Median and 99th percentile of durations, in microseconds.
fn spread(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

fn microseconds<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed().as_secs_f64() * 1e6)
}

/// Commits of one node, and in turn with them one write and one sync of a file alone.
fn durable_commits(folder: &Path) -> Result<()> {
    let database = Database::open(folder.join("commits.rihla"))?;
    let session = database.session();
    let file = File::create(folder.join("alone")).expect("a file");
    file.write_all_at(&vec![0; 16 << 20], 0).expect("room");
    file.sync_all().expect("a sync");
    let (mut commits, mut alone) = (Vec::new(), Vec::new());
    for number in 0..3_000_i64 {
        let (done, time) = microseconds(|| {
            session.query(
                "CREATE (:Person {id: $id, name: 'somebody'})",
                [("id", Value::from(number))],
            )
        });
        done?;
        commits.push(time);
        let offset = 200 * number as u64;
        let (done, time) = microseconds(|| {
            file.write_all_at(&[7; 200], offset)
                .and_then(|()| file.sync_data())
        });
        done.expect("it is written");
        alone.push(time);
    }
    let (median, late) = spread(commits);
    let (disk, disk_late) = spread(alone);
    println!("durable CREATE of a node      p50 {median:9.1} us  p99 {late:9.1} us");
    println!("one write and fdatasync       p50 {disk:9.1} us  p99 {disk_late:9.1} us");
    println!("ratio                         p50 {:9.2}", median / disk);
    Ok(())
}

/// Relationships added to a node with very many and to one with ten.
fn hub() -> Result<()> {
    let database = Database::in_memory();
    let session = database.session();
    let (hub, small, others) = session.write(|writer, context| {
        let kind = writer.relationship_type("KNOWS")?;
        let hub = writer.append_node(&[], Vec::new(), context)?;
        let small = writer.append_node(&[], Vec::new(), context)?;
        let mut others = Vec::new();
        for _ in 0..HUB {
            others.push(writer.append_node(&[], Vec::new(), context)?);
        }
        for other in &others {
            writer.append_relationship(kind, hub, *other, Vec::new(), context)?;
        }
        for other in &others[..10] {
            writer.append_relationship(kind, small, *other, Vec::new(), context)?;
        }
        Ok((hub, small, others))
    })?;
    for (name, node) in [
        ("ten", small),
        ("a million", hub),
        ("ten", small),
        ("a million", hub),
    ] {
        let mut times = Vec::new();
        for other in others.iter().step_by(HUB as usize / 2_000) {
            let (done, time) = microseconds(|| connect(&session, node, *other));
            done?;
            times.push(time);
        }
        let (median, late) = spread(times);
        println!("added to a node with {name:9} p50 {median:9.1} us  p99 {late:9.1} us");
    }
    Ok(())
}

fn connect(session: &Session, from: NodeId, to: NodeId) -> Result<RelationshipId> {
    session.write(|writer, _| {
        let kind = writer.relationship_type("KNOWS")?;
        let made = writer.create_relationship(kind, from, to, Vec::new())?;
        Ok(made)
    })
}

/// 100,000 statements that create, each after a read, in one transaction.
fn long_transaction(folder: &Path) -> Result<()> {
    let database = Database::open(folder.join("long.rihla"))?;
    let session = database.session();
    session.query("CREATE INDEX FOR (n:Item) ON (n.id)", ())?;
    session.query("BEGIN", ())?;
    for block in 0..5_i64 {
        let (done, time) = microseconds(|| {
            (block * 20_000..(block + 1) * 20_000).try_for_each(|id| {
                let before = [("id", Value::from(id - 1))];
                session.query("MATCH (n:Item {id: $id}) RETURN n.id AS id", before)?;
                session.query("CREATE (:Item {id: $id})", [("id", Value::from(id))])?;
                Ok(())
            })
        });
        done?;
        println!(
            "20,000 reads and creations    {:9.2} us each",
            time / 20_000.0
        );
    }
    let (done, time) = microseconds(|| session.query("COMMIT", ()));
    done?;
    println!("their commit                  {:9.1} ms", time / 1e3);
    Ok(())
}

/// The first write of a property after a snapshot of a large graph was taken, without the disk.
fn first_write() -> Result<()> {
    let database = Database::in_memory();
    let mut session = database.session();
    session.limits_mut().memory = 8 << 30;
    let (done, time) = microseconds(|| {
        session.write(|writer, context| {
            let (kind, key) = (writer.relationship_type("KNOWS")?, writer.key("age")?);
            let mut nodes = Vec::new();
            for number in 0..i64::from(NODES) {
                nodes.push(writer.append_node(&[], vec![(key, Value::from(number))], context)?);
            }
            let mut random = fastrand::Rng::with_seed(7);
            for _ in 0..RELATIONSHIPS {
                let [start, end] = [0; 2].map(|_| nodes[random.usize(..nodes.len())]);
                writer.append_relationship(kind, start, end, Vec::new(), context)?;
            }
            Ok(())
        })
    });
    done?;
    println!("load of 10 M relationships    {:9.2} s", time / 1e6);
    let mut times = Vec::new();
    for number in 0..2_000 {
        let snapshot = database.snapshot()?;
        let (done, time) = microseconds(|| {
            session.write(|writer, _| {
                let key = writer.key("age")?;
                let node = NodeId(number * 499 % NODES);
                writer.set_node_property(node, key, Value::from(1))?;
                Ok(())
            })
        });
        done?;
        drop(snapshot);
        times.push(time);
    }
    let (median, late) = spread(times);
    println!("first write after a snapshot  p50 {median:9.1} us  p99 {late:9.1} us");
    Ok(())
}
