//! One empty, migrated database for each test, of either kind.

use std::time::Duration;

use akool_faceswap_fleet::Fleet;
use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::server;

/// A database for one test.
#[derive(Debug)]
pub struct Database {
    pub url: String,
    dir: Option<TempDir>,
}

impl Database {
    /// `None`, with a conspicuous line, if there is no PostgreSQL.
    pub async fn postgres() -> Option<Self> {
        let server = server::shared()?;
        Some(Self::on(server).await)
    }

    pub async fn on(server: &server::Server) -> Self {
        let url = server.create_database();
        Fleet::migrate(&url).await.unwrap();
        Self { url, dir: None }
    }

    pub async fn sqlite() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", dir.path().join("fleet").display());
        Fleet::migrate(&url).await.unwrap();
        Some(Self {
            url,
            dir: Some(dir),
        })
    }

    pub async fn fleet(&self) -> Fleet {
        Fleet::connect(&self.url).await.unwrap()
    }

    /// Runs a statement of the test; `{}` is the prefix of the fleet's tables.
    pub async fn execute(&self, sql: &str) {
        if self.dir.is_some() {
            let sql = sql.replace("{}", "akool_faceswap_");
            let path = self.url.trim_start_matches("sqlite:").to_owned();
            let connection = rusqlite::Connection::open(path).unwrap();
            connection.busy_timeout(Duration::from_secs(10)).unwrap();
            connection.execute_batch(&sql).unwrap();
        } else {
            let client = connect(&self.url).await;
            client
                .batch_execute(&sql.replace("{}", "akool_faceswap."))
                .await
                .unwrap();
        }
    }

    /// As if this much time had passed: all stored times become older.
    pub async fn pass(&self, time: Duration) {
        let by = if self.dir.is_some() {
            time.as_millis().to_string()
        } else {
            format!("interval '{} ms'", time.as_millis())
        };
        let tat = if self.dir.is_some() {
            format!("tat_us = tat_us - {by} * 1000")
        } else {
            format!("tat = tat - {by}, due_from = due_from - {by}, scanned_at = scanned_at - {by}")
        };
        self.execute(&format!(
            "update {{}}pending set due_at = due_at - {by}, early_at = early_at - {by}, \
             leased_until = leased_until - {by}, looked_up_at = looked_up_at - {by}, begun_at = begun_at - {by}, \
             changed_at = changed_at - {by}, missing_since = missing_since - {by}, \
             deadline = deadline - {by}; \
             update {{}}lane set {tat}, held_until = held_until - {by}; \
             update {{}}outcome set settled_at = settled_at - {by}; \
             update {{}}submission set created_at = created_at - {by}, changed_at = changed_at - {by}; \
             update {{}}worker set seen_at = seen_at - {by};"
        ))
        .await;
    }
}

/// The test's own connection to PostgreSQL.
pub async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A database in PostgreSQL; without a server, the test ends.
macro_rules! database {
    () => {
        match crate::database::Database::postgres().await {
            Some(database) => database,
            None => return,
        }
    };
}
pub(crate) use database;
