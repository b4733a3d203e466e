//! Opens a database in memory, writes, asks, reads typed rows and whole nodes.

use rihla::{Database, Node};

fn main() -> Result<(), rihla::Error> {
    let database = Database::in_memory();
    let session = database.session();
    session.query(
        "CREATE (:City {name: 'Rabat'})-[:CAPITAL_OF]->(:Country {name: 'Morocco'})",
        (),
    )?;
    let result = session.query(
        "MATCH (city:City)-[:CAPITAL_OF]->(country {name: $country}) RETURN city, country.name AS name",
        [("country", "Morocco")],
    )?;
    for row in result.rows() {
        let city: Node = row.get("city")?;
        println!(
            "{} is the capital of {}",
            city.properties["name"],
            row.get::<String>("name")?
        );
    }
    for batch in result.record_batches()? {
        println!(
            "as an Arrow batch: {} columns, {} rows",
            batch.num_columns(),
            batch.num_rows()
        );
    }
    Ok(())
}
