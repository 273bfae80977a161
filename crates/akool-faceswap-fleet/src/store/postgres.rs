//! The store for many machines: PostgreSQL 13 or later, through the SQL functions of the schema
//! `akool_faceswap`.
//!
//! Each call is one statement without a transaction around it, so connections are shared and a pooler in transaction
//! mode works. [`track`] and [`take`] are for the caller's own transaction.

mod address;
mod connection;
mod fault;
mod jobs;
mod journal;
mod leases;
mod migrate;
mod monitoring;
mod rows;
#[cfg(feature = "tls")]
mod tls;
mod transaction;

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_postgres::{
    Row,
    types::{ToSql, Type},
};

use super::sealed;
use crate::error::Error;
use address::Address;
use connection::Connections;
pub use migrate::MIGRATIONS;
use rows::first;
pub use transaction::{take, track};

type Param<'a> = (&'a (dyn ToSql + Sync), Type);

/// The fleet's rows in PostgreSQL.
#[derive(Debug)]
pub struct PostgresStore {
    connections: Vec<Connections>,
    next: AtomicUsize,
}

impl PostgresStore {
    /// Connects, and checks the schema's version.
    pub(crate) async fn connect(url: &str) -> Result<Self, Error> {
        let address = Address::parse(url)?;
        let store = Self {
            connections: (0..2).map(|_| Connections::new(address.clone())).collect(),
            next: AtomicUsize::new(0),
        };
        store.link().client().await?;
        Ok(store)
    }

    /// Brings the schema to this release's version; returns the version that it then has.
    pub(crate) async fn migrate(url: &str) -> Result<i32, Error> {
        migrate::migrate(&Address::parse(url)?).await
    }

    fn link(&self) -> &Connections {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        &self.connections[turn % self.connections.len()]
    }

    async fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Error> {
        self.link()
            .run(async |client| client.query_typed(sql, params).await)
            .await
    }

    /// Calls a function that returns a number or nothing.
    async fn call(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, Error> {
        let rows = self.query(sql, params).await?;
        let count: Option<i64> = first(&rows)?.try_get(0).map_err(fault::error)?;
        Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
    }
}

impl sealed::Sealed for PostgresStore {}
