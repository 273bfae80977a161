//! The fleet against real databases, a fake AKOOL and processes that are killed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub
)]

mod database;
mod disk;
mod documentation;
mod failover;
mod postgres;
mod process;
mod schema;
#[path = "../support/server.rs"]
mod server;
mod store;
mod submitting;
mod tls;
mod working;

use akool_faceswap::ResultId;

/// The nth id of a test.
fn id(number: u32) -> ResultId {
    ResultId::new(format!("667d2284{number:016x}")).unwrap()
}

/// Runs each test against either kind of database.
macro_rules! in_both {
    ($($test:ident)*) => {
        mod in_postgres {
            $(#[tokio::test]
            async fn $test() {
                if let Some(database) = crate::database::Database::postgres().await {
                    super::$test(database).await;
                }
            })*
        }
        mod in_sqlite {
            $(#[tokio::test]
            async fn $test() {
                if let Some(database) = crate::database::Database::sqlite().await {
                    super::$test(database).await;
                }
            })*
        }
    };
}
use in_both;
