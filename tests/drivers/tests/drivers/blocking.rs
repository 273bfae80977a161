//! postgres, a blocking driver.

use crate::Service;

// docs: begin
use postgres::{Client, Error};

/// Writes the order and tracks its job: both or neither.
fn order(client: &mut Client, order: i64, job: &str) -> Result<(), Error> {
    let mut transaction = client.transaction()?;
    transaction.execute(
        "insert into orders (id, job) values ($1, $2)",
        &[&order, &job],
    )?;
    transaction.execute(
        "select akool_faceswap.track('main', array[$1], array[$2])",
        &[&job, &order.to_string()],
    )?;
    transaction.commit()
}

/// Takes outcomes and writes what they mean for the orders: both or neither.
fn deliver(client: &mut Client) -> Result<usize, Error> {
    let mut transaction = client.transaction()?;
    let outcomes = transaction.query(
        "select tag, kind from akool_faceswap.take('main', 100)",
        &[],
    )?;
    for outcome in &outcomes {
        let (tag, kind): (Option<&str>, &str) = (outcome.try_get("tag")?, outcome.try_get("kind")?);
        transaction.execute(
            "update orders set state = $2 where id = $1::text::bigint",
            &[&tag, &kind],
        )?;
    }
    transaction.commit()?;
    Ok(outcomes.len())
}
// docs: end

#[test]
fn an_order_is_written_and_delivered() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let Some(service) = runtime.block_on(Service::start()) else {
        return;
    };
    let mut client = Client::connect(&service.database, postgres::NoTls).unwrap();
    let job = service.job();
    order(&mut client, 17, &job).unwrap();
    // An order that is not written tracks nothing.
    order(&mut client, 17, "667d228400000000000a0002").unwrap_err();
    assert_eq!(runtime.block_on(service.tracked()), 1);
    runtime.block_on(service.settle(&job));
    assert_eq!(deliver(&mut client).unwrap(), 1);
    assert_eq!(runtime.block_on(service.order_state(17)), "success");
    assert_eq!(deliver(&mut client).unwrap(), 0);
}
