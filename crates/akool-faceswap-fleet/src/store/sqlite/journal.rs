//! The submit journal, as statements inside a transaction.

use std::time::Duration;

use akool_faceswap::ResultId;
use rusqlite::{OptionalExtension as _, Result, Transaction, params};

use super::{SqliteStore, jobs, now};
use crate::{
    lane::Lane,
    store::{Answer, Journal},
    submission::{SubmissionState, UnknownSubmission},
    time::{system_time, whole_ms},
    tracking::Tracking,
};

impl Journal for SqliteStore {
    fn intend<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        digest: Option<&'a str>,
        tag: Option<&'a str>,
    ) -> Answer<'a, bool> {
        let (lane, token) = (lane.to_string(), token.to_owned());
        let (digest, tag) = (digest.map(str::to_owned), tag.map(str::to_owned));
        Box::pin(self.write(move |transaction| {
            let now = now(transaction)?;
            let written = transaction.execute(
                "insert or ignore into akool_faceswap_submission \
                 values (?1, ?2, 'intended', ?3, ?4, null, ?5, ?5)",
                params![token, lane, digest, tag, now],
            )?;
            Ok(written == 1)
        }))
    }

    fn settle_submission<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        state: SubmissionState,
        id: Option<&'a ResultId>,
    ) -> Answer<'a, bool> {
        let (lane, token, id) = (lane.to_string(), token.to_owned(), id.cloned());
        Box::pin(self.write(move |transaction| {
            settle_submission(transaction, &lane, &token, state, id.as_ref())
        }))
    }

    fn resolve<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        id: &'a ResultId,
    ) -> Answer<'a, Option<SubmissionState>> {
        let (lane, token, id) = (lane.to_string(), token.to_owned(), id.clone());
        Box::pin(self.write(move |transaction| {
            let before: Option<String> = transaction
                .query_row(
                    "select state from akool_faceswap_submission where token = ?1 and lane = ?2",
                    params![token, lane],
                    |row| row.get(0),
                )
                .optional()?;
            let accepted = SubmissionState::Accepted;
            if before.is_some() {
                settle_submission(transaction, &lane, &token, accepted, Some(&id))?;
                jobs::hint(transaction, &lane, std::slice::from_ref(&id))?;
            }
            Ok(before.as_deref().and_then(SubmissionState::from_name))
        }))
    }

    fn unknown_submissions<'a>(
        &'a self,
        lane: &'a Lane,
        older: Duration,
    ) -> Answer<'a, Vec<UnknownSubmission>> {
        let lane = lane.to_string();
        Box::pin(self.read(move |transaction| {
            let before = now(transaction)?.saturating_sub(whole_ms(older));
            let mut select = transaction.prepare(
                "select token, state, digest, tag, created_at from akool_faceswap_submission \
                 where lane = ?1 and (state = 'unknown' or state = 'intended' and created_at < ?2) \
                 order by created_at limit 100",
            )?;
            let found = select.query_map(params![lane, before], |row| {
                let state: String = row.get("state")?;
                Ok(UnknownSubmission {
                    token: row.get("token")?,
                    state: SubmissionState::from_name(&state).unwrap_or(SubmissionState::Unknown),
                    digest: row.get("digest")?,
                    tag: row.get("tag")?,
                    created_at: system_time(row.get("created_at")?),
                })
            })?;
            found.collect()
        }))
    }
}

fn settle_submission(
    transaction: &Transaction<'_>,
    lane: &str,
    token: &str,
    state: SubmissionState,
    id: Option<&ResultId>,
) -> Result<bool> {
    let now = now(transaction)?;
    let tag: Option<Option<String>> = transaction
        .query_row(
            "update akool_faceswap_submission set state = ?3, id = ?4, changed_at = ?5 \
             where token = ?1 and lane = ?2 and state <> 'accepted' returning tag",
            params![token, lane, state.as_str(), id.map(ResultId::as_str), now],
            |row| row.get(0),
        )
        .optional()?;
    let Some(tag) = tag else { return Ok(false) };
    if let Some(id) = id {
        let mut tracking = Tracking::new(id.clone());
        tracking.tag = tag;
        jobs::track(transaction, lane, &[tracking])?;
    }
    Ok(true)
}
