//! A service in three processes behind one PostgreSQL; one of them is killed while jobs run.
//!
//! Each process looks jobs up and writes outcomes into the service's own table. An order is written together with its
//! tracking, and an outcome is taken together with the delivery that it causes: so every order is settled exactly once,
//! whichever process dies.
//!
//! `cargo run -p akool-faceswap-fleet --example service` starts a database, a fake AKOOL and the processes.

#[path = "../tests/support/server.rs"]
#[allow(clippy::expect_used, unreachable_pub, dead_code)]
mod server;

use std::{
    error::Error,
    process::{Child, Command},
    time::Duration,
};

use akool_faceswap::{Client, wait::PollPolicy};
use akool_faceswap_fleet::{Account, Fleet, Lane, Tracking, Worker, postgres};
use akool_faceswap_mock::FakeAkool;
use tokio_postgres::NoTls;

const ORDERS: usize = 120;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [database, api, key] = args.as_slice() {
        return serve(database, api, key).await;
    }
    let Some(server) = server::Server::start("fsync = off\n") else {
        return Ok(());
    };
    let database = server.create_database();
    let fake = FakeAkool::start()?;

    // Once for each release, before it is deployed.
    Fleet::migrate(&database).await?;
    let mut client = connect(&database).await?;
    client
        .batch_execute(
            "create table orders (id text, job text); create table deliveries (id text, kind text)",
        )
        .await?;

    let processes = (0..3).map(|_| {
        Command::new(std::env::current_exe()?)
            .args([&database, fake.url(), &fake.api_key()])
            .spawn()
    });
    let mut processes = Processes(processes.collect::<Result<_, _>>()?);
    order(&mut client, &fake).await?;

    let mut is_killed = false;
    loop {
        let row = client
            .query_one("select count(*), count(distinct id) from deliveries", &[])
            .await?;
        let (all, distinct): (i64, i64) = (row.get(0), row.get(1));
        assert_eq!(all, distinct, "an order was settled twice");
        println!("{all} of {ORDERS} orders are settled");
        if usize::try_from(all)? == ORDERS {
            return Ok(());
        }
        if all > 0 && !is_killed {
            println!("one of the three processes is killed");
            processes.0[1].kill()?;
            is_killed = true;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// What an endpoint of the service does: the order and its tracking are written together, or not at all.
async fn order(
    client: &mut tokio_postgres::Client,
    fake: &FakeAkool,
) -> Result<(), Box<dyn Error>> {
    let policy = PollPolicy::fixed(Duration::from_millis(300));
    for (number, job) in fake.seed_population(ORDERS).into_iter().enumerate() {
        let order = format!("order {number}");
        let transaction = client.transaction().await?;
        transaction
            .execute("insert into orders values ($1, $2)", &[&order, &job])
            .await?;
        let tracking = Tracking::new(job.parse()?)
            .tag(order)
            .poll_policy(policy.clone());
        postgres::track(&transaction, &Lane::default(), [tracking]).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// One process of the service: a worker, and the handling of outcomes.
async fn serve(database: &str, api: &str, key: &str) -> Result<(), Box<dyn Error>> {
    let fleet = Fleet::connect(database).await?;
    let client = Client::builder().base_url(api).api_key(key).build()?;
    let worker = Worker::new(&fleet, client, Account::from_api_key(key))
        .requests_per_second(20.0, 5)
        // Jobs that a killed process held are looked up again after twice this time.
        .attempt_timeout(Duration::from_secs(1));
    tokio::spawn(worker.run(std::future::pending()));

    let mut client = connect(database).await?;
    loop {
        let transaction = client.transaction().await?;
        for outcome in postgres::take(&transaction, &Lane::default(), 20).await? {
            let (order, kind) = (outcome.tag(), outcome.kind().as_str());
            transaction
                .execute("insert into deliveries values ($1, $2)", &[&order, &kind])
                .await?;
        }
        transaction.commit().await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn connect(database: &str) -> Result<tokio_postgres::Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(database, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Child processes, which end with this process.
struct Processes(Vec<Child>);

impl Drop for Processes {
    fn drop(&mut self) {
        for process in &mut self.0 {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
