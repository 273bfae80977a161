//! sqlx.

use crate::{Service, server};

// docs: begin
use sqlx::{Error, PgPool, Row as _};

/// Writes the order and tracks its job: both or neither.
async fn order(pool: &PgPool, order: i64, job: &str) -> Result<(), Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query("insert into orders (id, job) values ($1, $2)")
        .bind(order)
        .bind(job)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("select akool_faceswap.track('main', array[$1], array[$2])")
        .bind(job)
        .bind(order.to_string())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}

/// Takes outcomes and writes what they mean for the orders: both or neither.
async fn deliver(pool: &PgPool) -> Result<usize, Error> {
    let mut transaction = pool.begin().await?;
    let outcomes = sqlx::query("select tag, kind from akool_faceswap.take('main', 100)")
        .fetch_all(&mut *transaction)
        .await?;
    for outcome in &outcomes {
        let (tag, kind): (Option<&str>, &str) = (outcome.try_get("tag")?, outcome.try_get("kind")?);
        sqlx::query("update orders set state = $2 where id = $1::text::bigint")
            .bind(tag)
            .bind(kind)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(outcomes.len())
}
// docs: end

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_order_is_written_and_delivered() {
    let Some(service) = Service::start().await else {
        return;
    };
    let options = sqlx::postgres::PgConnectOptions::new()
        .socket(server::shared().unwrap().host())
        .username("postgres")
        .database(server::database_of(&service.database));
    let pool = PgPool::connect_with(options).await.unwrap();
    let job = service.job();
    order(&pool, 17, &job).await.unwrap();
    // An order that is not written tracks nothing.
    order(&pool, 17, "667d228400000000000a0002")
        .await
        .unwrap_err();
    assert_eq!(service.tracked().await, 1);
    service.settle(&job).await;
    assert_eq!(deliver(&pool).await.unwrap(), 1);
    assert_eq!(service.order_state(17).await, "success");
    assert_eq!(deliver(&pool).await.unwrap(), 0);
}
