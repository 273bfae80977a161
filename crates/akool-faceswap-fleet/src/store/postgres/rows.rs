//! Converts rows to values.

use std::time::SystemTime;

use akool_faceswap::ResultId;
use tokio_postgres::{Row, types::FromSql};

use super::fault;
use crate::{
    error::{Error, ErrorKind},
    outcome::{Outcome, OutcomeRow},
    store::ClaimedJob,
    time::unix_ms,
};

pub(super) fn texts(ids: &[ResultId]) -> Vec<&str> {
    ids.iter().map(ResultId::as_str).collect()
}

pub(super) fn outcome(row: &Row) -> Result<Option<Outcome>, Error> {
    Ok(OutcomeRow {
        seq: get(row, "seq")?,
        id: get(row, "id")?,
        tag: get(row, "tag")?,
        kind: get(row, "kind")?,
        job: get(row, "job")?,
        error: get(row, "error")?,
        ticket: get(row, "ticket")?,
        settled_at: get(row, "settled_at")?,
    }
    .read())
}

pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, column: &str) -> Result<T, Error> {
    row.try_get(column).map_err(fault::error)
}

pub(super) fn count(rows: &[Row]) -> Result<u64, Error> {
    let count: i64 = first(rows)?.try_get(0).map_err(fault::error)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

pub(super) fn first(rows: &[Row]) -> Result<&Row, Error> {
    rows.first()
        .ok_or_else(|| Error::new(ErrorKind::Database, "the database answered without a row"))
}

pub(super) fn claimed(row: &Row) -> Result<ClaimedJob, Error> {
    let time = |column: &str| get::<SystemTime>(row, column).map(unix_ms);
    let maybe = |column: &str| -> Result<Option<i64>, Error> {
        Ok(get::<Option<SystemTime>>(row, column)?.map(unix_ms))
    };
    let number = |column: &str| -> Result<u32, Error> {
        Ok(u32::try_from(get::<i32>(row, column)?).unwrap_or(0))
    };
    Ok(ClaimedJob {
        id: get(row, "id")?,
        due_at_ms: time("due_at")?,
        status: get::<Option<i32>>(row, "status")?.map(i64::from),
        begun_at_ms: time("begun_at")?,
        changed_at_ms: time("changed_at")?,
        missing_since_ms: maybe("missing_since")?,
        deadline_ms: maybe("deadline")?,
        polls: number("polls")?,
        faults: number("faults")?,
        terms: get(row, "terms")?,
        was_leased: get(row, "was_leased")?,
    })
}
