//! diesel, by diesel-async.

use crate::Service;

// docs: begin
use diesel::{
    QueryableByName,
    result::Error,
    sql_query,
    sql_types::{BigInt, Nullable, Text},
};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _};

/// Writes the order and tracks its job: both or neither.
async fn order(connection: &mut AsyncPgConnection, order: i64, job: &str) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            sql_query("insert into orders (id, job) values ($1, $2)")
                .bind::<BigInt, _>(order)
                .bind::<Text, _>(job)
                .execute(connection)
                .await?;
            sql_query("select akool_faceswap.track('main', array[$1], array[$2])")
                .bind::<Text, _>(job)
                .bind::<Text, _>(order.to_string())
                .execute(connection)
                .await?;
            Ok(())
        })
        .await
}

#[derive(QueryableByName)]
struct Outcome {
    #[diesel(sql_type = Nullable<Text>)]
    tag: Option<String>,
    #[diesel(sql_type = Text)]
    kind: String,
}

/// Takes outcomes and writes what they mean for the orders: both or neither.
async fn deliver(connection: &mut AsyncPgConnection) -> Result<usize, Error> {
    connection
        .transaction(async |connection| {
            let outcomes: Vec<Outcome> =
                sql_query("select tag, kind from akool_faceswap.take('main', 100)")
                    .load(connection)
                    .await?;
            for outcome in &outcomes {
                sql_query("update orders set state = $2 where id = $1::bigint")
                    .bind::<Nullable<Text>, _>(&outcome.tag)
                    .bind::<Text, _>(&outcome.kind)
                    .execute(connection)
                    .await?;
            }
            Ok(outcomes.len())
        })
        .await
}
// docs: end

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_order_is_written_and_delivered() {
    let Some(service) = Service::start().await else {
        return;
    };
    let mut connection = AsyncPgConnection::establish(&service.database)
        .await
        .unwrap();
    let connection = &mut connection;
    let job = service.job();
    order(connection, 17, &job).await.unwrap();
    // An order that is not written tracks nothing.
    order(connection, 17, "667d228400000000000a0002")
        .await
        .unwrap_err();
    assert_eq!(service.tracked().await, 1);
    service.settle(&job).await;
    assert_eq!(deliver(connection).await.unwrap(), 1);
    assert_eq!(service.order_state(17).await, "success");
    assert_eq!(deliver(connection).await.unwrap(), 0);
}
