//! Other drivers track jobs and take outcomes in their own transactions. `docs/fleet.md` shows their code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub
)]

mod blocking;
mod diesel;
#[path = "../../../../crates/akool-faceswap-fleet/tests/support/server.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod server;
mod sqlx;

use akool_faceswap::Client;
use akool_faceswap_fleet::{Account, Fleet, Worker};
use akool_faceswap_mock::{FakeAkool, FakeJob};

/// A service's database with orders, and jobs of a fake AKOOL that have ended already.
struct Service {
    database: String,
    fleet: Fleet,
    fake: FakeAkool,
}

impl Service {
    /// `None`, with a loud line, if PostgreSQL is missing.
    async fn start() -> Option<Self> {
        let database = server::shared()?.create_database();
        Fleet::migrate(&database).await.unwrap();
        let fleet = Fleet::connect(&database).await.unwrap();
        let (client, connection) = tokio_postgres::connect(&database, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        let orders = "create table orders (id bigint primary key, job text, state text)";
        client.batch_execute(orders).await.unwrap();
        Some(Self {
            database,
            fleet,
            fake: FakeAkool::start().unwrap(),
        })
    }

    fn job(&self) -> String {
        self.fake.add_job(FakeJob::image().after_polls(0, 0))
    }

    async fn tracked(&self) -> u64 {
        self.fleet.stats().await.unwrap().tracked
    }

    /// Works until the job has its outcome.
    async fn settle(&self, job: &str) {
        let client = Client::builder()
            .base_url(self.fake.url())
            .api_key(self.fake.api_key());
        let account = Account::from_api_key(&self.fake.api_key());
        let worker = Worker::new(&self.fleet, client.build().unwrap(), account);
        let working = tokio::spawn(worker.run(std::future::pending()));
        self.fleet.wait(&job.parse().unwrap()).await.unwrap();
        working.abort();
    }

    async fn order_state(&self, order: i64) -> String {
        let (client, connection) = tokio_postgres::connect(&self.database, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        let row = client
            .query_one("select state from orders where id = $1", &[&order])
            .await
            .unwrap();
        row.get(0)
    }
}

#[test]
fn the_documentation_shows_what_runs_here() {
    let page = include_str!("../../../../docs/fleet.md");
    for source in [
        include_str!("blocking.rs"),
        include_str!("diesel.rs"),
        include_str!("sqlx.rs"),
    ] {
        let shown = source.split("// docs: begin\n").nth(1).unwrap();
        let shown = shown.split("// docs: end").next().unwrap();
        assert!(
            page.contains(shown),
            "docs/fleet.md does not show this code:\n{shown}"
        );
    }
}
