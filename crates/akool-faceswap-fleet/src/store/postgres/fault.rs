//! Maps errors of the driver to errors of the fleet.

use std::{error::Error as _, io};

use tokio_postgres::error::SqlState;

use crate::error::{Error, ErrorKind};

/// An account that is not the lane's: raised by `enter`.
const OTHER_ACCOUNT: &str = "AK001";
/// An argument that a function refused.
const BAD_ARGUMENT: &str = "AK002";

pub(super) fn error(source: tokio_postgres::Error) -> Error {
    let Some(refused) = source.as_db_error() else {
        let is_standby = source
            .source()
            .and_then(|cause| cause.downcast_ref::<io::Error>())
            .is_some_and(|cause| cause.kind() == io::ErrorKind::PermissionDenied);
        return if is_standby {
            read_only().with_source(source)
        } else {
            Error::new(ErrorKind::Connection, "the database cannot be reached").with_source(source)
        };
    };
    let code = refused.code();
    let class = code.code().get(..2).unwrap_or_default();
    match class {
        "AK" => {
            let kind = match code.code() {
                OTHER_ACCOUNT => ErrorKind::Account,
                BAD_ARGUMENT => ErrorKind::InvalidInput,
                _ => ErrorKind::Database,
            };
            let error = Error::new(kind, refused.message());
            match refused.hint() {
                Some(hint) => error.with_advice(hint),
                None => error,
            }
        }
        _ if *code == SqlState::READ_ONLY_SQL_TRANSACTION => read_only().with_source(source),
        _ if [
            SqlState::INVALID_SCHEMA_NAME,
            SqlState::UNDEFINED_FUNCTION,
            SqlState::UNDEFINED_TABLE,
        ]
        .contains(code) =>
        {
            Error::new(
                ErrorKind::Schema,
                "the database lacks the schema akool_faceswap, or parts of it",
            )
            .with_source(source)
        }
        // Connections, shutdowns, a server that is starting.
        "08" | "57" => Error::new(ErrorKind::Connection, "the database ended the connection")
            .with_source(source),
        // Memory, disk, connections; deadlocks and the like; locks; the disk itself.
        "53" | "40" | "55" | "58" => Error::new(
            ErrorKind::Resources,
            "the database is out of resources, or busy",
        )
        .with_source(source),
        _ => Error::new(ErrorKind::Database, "the database refused it").with_source(source),
    }
}

fn read_only() -> Error {
    Error::new(
        ErrorKind::ReadOnly,
        "the database accepts no writes: it is a standby, or a failover is in progress",
    )
}
