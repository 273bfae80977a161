//! A blocking driver tracks jobs and takes outcomes in transactions of its own. `docs/fleet.md` shows these
//! functions.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub
)]

#[path = "../../../crates/akool-faceswap-fleet/tests/support/server.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod server;

use akool_faceswap::Client as Akool;
use akool_faceswap_fleet::{Account, Fleet, Worker};
use akool_faceswap_mock::{FakeAkool, FakeJob};
use postgres::NoTls;

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
fn an_order_is_written_and_delivered_with_a_blocking_driver() {
    let Some(server) = server::shared() else {
        return;
    };
    let url = server.create_database();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(Fleet::migrate(&url)).unwrap();
    let mut client = Client::connect(&url, NoTls).unwrap();
    client
        .batch_execute("create table orders (id bigint primary key, job text, state text)")
        .unwrap();

    let fake = FakeAkool::start().unwrap();
    let job = fake.add_job(FakeJob::image().after_polls(0, 0));
    order(&mut client, 17, &job).unwrap();
    // An order that is not written tracks nothing.
    order(&mut client, 17, "667d228400000000000a0002").unwrap_err();

    let fleet = runtime.block_on(Fleet::connect(&url)).unwrap();
    assert_eq!(runtime.block_on(fleet.stats()).unwrap().tracked, 1);
    let akool = Akool::builder()
        .base_url(fake.url())
        .api_key(fake.api_key());
    let account = Account::from_api_key(&fake.api_key());
    let worker = Worker::new(&fleet, akool.build().unwrap(), account);
    runtime.spawn(worker.run(std::future::pending()));
    runtime.block_on(fleet.wait(&job.parse().unwrap())).unwrap();
    assert_eq!(deliver(&mut client).unwrap(), 1);
    let row = client.query_one("select state from orders", &[]).unwrap();
    assert_eq!(row.get::<_, &str>(0), "success");
    assert_eq!(deliver(&mut client).unwrap(), 0);
}

#[test]
fn the_documentation_shows_what_runs_here() {
    let source = include_str!("postgres.rs");
    let shown = source.split("// docs: begin\n").nth(1).unwrap();
    let shown = shown.split("// docs: end").next().unwrap();
    let page = include_str!("../../../docs/fleet.md");
    assert!(page.contains(shown), "docs/fleet.md has other code");
}
