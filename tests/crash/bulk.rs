//! A bulk load that is cut off anywhere leaves the database as it was.

use super::disk::FaultyDisk;
use super::{commit, open, seeds};
use rihla::{Result, Session, Value};

/// 5,000 nodes in a ring, in bulk.
fn load(session: &Session) -> Result<()> {
    session.write(|writer, context| {
        let (label, key) = (writer.label("Ring")?, writer.key("number")?);
        let kind = writer.relationship_type("NEXT_IN_RING")?;
        let mut nodes = Vec::new();
        for number in 0..5_000 {
            let properties = vec![(key, Value::from(number))];
            nodes.push(writer.append_node(&[label], properties, context)?);
        }
        for (place, node) in nodes.iter().enumerate() {
            let next = nodes[(place + 1) % nodes.len()];
            writer.append_relationship(kind, *node, next, Vec::new(), context)?;
        }
        Ok(())
    })
}

/// How many nodes of the ring there are, and how many hops lead from one to the next.
fn ring(session: &Session) -> (String, String) {
    let number = |text: &str| {
        let result = session.query(text, ()).expect(text);
        result
            .rows()
            .map(|row| row.values()[0].to_string())
            .collect()
    };
    (
        number("MATCH (n:Ring) RETURN count(*) AS n"),
        number(
            "MATCH (a:Ring)-[:NEXT_IN_RING]->(b:Ring) WHERE b.number = (a.number + 1) % 5000 RETURN count(*) AS n",
        ),
    )
}

#[test]
fn a_bulk_load_that_is_cut_off_leaves_nothing() {
    let none = ("0".to_owned(), "0".to_owned());
    let all = ("5000".to_owned(), "5000".to_owned());
    for seed in seeds(40) {
        let disk = FaultyDisk::new(seed);
        let database = open(&disk).expect("it opens");
        let session = database.session();
        commit(&session, 1).expect("it commits");
        let cut = seed % 2 == 0;
        disk.fail_in(fastrand::Rng::with_seed(seed).u64(0..60), cut);
        let loaded = load(&session).is_ok();
        if !cut {
            disk.heal();
        }
        if cut {
            let after = disk.power_cut();
            let database = open(&after).expect("it opens");
            let found = ring(&database.session());
            assert!(found == none || found == all, "seed {seed}: {found:?}");
            assert!(!loaded || found == all, "seed {seed}");
            continue;
        }
        assert_eq!(
            ring(&session),
            if loaded { all.clone() } else { none.clone() },
            "seed {seed}"
        );
        if !loaded {
            load(&session).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        }
        commit(&session, 2).expect("it commits");
        drop((session, database));
        let database = open(&disk).expect("it opens");
        assert_eq!(ring(&database.session()), all, "seed {seed}");
    }
}
