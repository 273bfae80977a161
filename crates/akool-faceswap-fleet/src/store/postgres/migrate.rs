//! The schema: numbered SQL, forward only.

use tokio_postgres::Client;

use super::{address::Address, connection, fault};
use crate::{
    error::Error,
    store::{SCHEMA_VERSION, check_version},
};

/// The migrations, oldest first, for other tools to run; each brings the schema to its number.
///
/// ```
/// let (version, sql) = akool_faceswap_fleet::postgres::MIGRATIONS[0];
/// assert_eq!(version, 1);
/// assert!(sql.contains("create schema"));
/// ```
pub const MIGRATIONS: &[(i32, &str)] = &[
    (
        1,
        include_str!("../../../migrations/postgres/0001_tables.sql"),
    ),
    (
        2,
        include_str!("../../../migrations/postgres/0002_functions.sql"),
    ),
];

/// The key of the advisory lock: concurrent migrations run one after the other.
const LOCK: i64 = 0x616b_6f6f_6c66_6c74;

pub(super) async fn migrate(address: &Address) -> Result<i32, Error> {
    let mut client = connection::connect(address, None).await?;
    let transaction = client.transaction().await.map_err(fault::error)?;
    transaction
        .execute("select pg_advisory_xact_lock($1)", &[&LOCK])
        .await
        .map_err(fault::error)?;
    let exists: bool = transaction
        .query_one(
            "select to_regclass('akool_faceswap.version') is not null",
            &[],
        )
        .await
        .and_then(|row| row.try_get(0))
        .map_err(fault::error)?;
    let mut version: i32 = 0;
    if exists {
        version = transaction
            .query_one("select v from akool_faceswap.version", &[])
            .await
            .and_then(|row| row.try_get(0))
            .map_err(fault::error)?;
    }
    for (number, sql) in MIGRATIONS.iter().filter(|(number, _)| *number > version) {
        transaction.batch_execute(sql).await.map_err(fault::error)?;
        tracing::info!(schema.version = number, "migrated the fleet's schema");
    }
    transaction.commit().await.map_err(fault::error)?;
    Ok(version.max(SCHEMA_VERSION))
}

/// Refuses a schema that this release does not know.
pub(super) async fn check(client: &Client) -> Result<(), Error> {
    let rows = client
        .query_typed("select v from akool_faceswap.version", &[])
        .await
        .map_err(fault::error)?;
    let version: i32 = match rows.first() {
        Some(row) => row.try_get(0).map_err(fault::error)?,
        None => 0,
    };
    check_version(version)
}
