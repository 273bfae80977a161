//! The SQL of `docs/fleet.md` runs as written.

use crate::database::{Database, connect};

#[tokio::test]
async fn the_sql_of_the_documentation_runs() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/fleet.md");
    // Packages do not have the page.
    let Ok(page) = std::fs::read_to_string(page) else {
        return;
    };
    let client = connect(&database.url).await;
    let blocks: Vec<&str> = page
        .split("```sql\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(blocks.len() > 5, "{}", blocks.len());
    for sql in blocks {
        let done = client.batch_execute(sql).await;
        assert!(done.is_ok(), "{sql}: {done:?}");
    }
    let row = client
        .query_one("select count(*) from akool_faceswap.pending", &[])
        .await
        .unwrap();
    assert_eq!(row.get::<_, i64>(0), 3);
}
