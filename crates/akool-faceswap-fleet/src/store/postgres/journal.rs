//! The submit journal, through the SQL functions.

use std::time::Duration;

use akool_faceswap::ResultId;
use tokio_postgres::types::Type;

use super::{
    PostgresStore, fault,
    rows::{first, get},
};
use crate::{
    lane::Lane,
    store::{Answer, Journal},
    submission::{SubmissionState, UnknownSubmission},
    time::whole_ms,
};

impl Journal for PostgresStore {
    fn intend<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        digest: Option<&'a str>,
        tag: Option<&'a str>,
    ) -> Answer<'a, bool> {
        Box::pin(async move {
            let rows = self
                .query(
                    "select akool_faceswap.intend($1, $2, $3, $4)",
                    &[
                        (&lane.as_str(), Type::TEXT),
                        (&token, Type::TEXT),
                        (&digest, Type::TEXT),
                        (&tag, Type::TEXT),
                    ],
                )
                .await?;
            first(&rows)?.try_get(0).map_err(fault::error)
        })
    }

    fn settle_submission<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        state: SubmissionState,
        id: Option<&'a ResultId>,
    ) -> Answer<'a, bool> {
        Box::pin(async move {
            let rows = self
                .query(
                    "select akool_faceswap.settle_submission($1, $2, $3, $4)",
                    &[
                        (&lane.as_str(), Type::TEXT),
                        (&token, Type::TEXT),
                        (&state.as_str(), Type::TEXT),
                        (&id.map(ResultId::as_str), Type::TEXT),
                    ],
                )
                .await?;
            first(&rows)?.try_get(0).map_err(fault::error)
        })
    }

    fn resolve<'a>(
        &'a self,
        lane: &'a Lane,
        token: &'a str,
        id: &'a ResultId,
    ) -> Answer<'a, Option<SubmissionState>> {
        Box::pin(async move {
            let rows = self
                .query(
                    "select akool_faceswap.resolve($1, $2, $3)",
                    &[
                        (&lane.as_str(), Type::TEXT),
                        (&token, Type::TEXT),
                        (&id.as_str(), Type::TEXT),
                    ],
                )
                .await?;
            let before: Option<&str> = first(&rows)?.try_get(0).map_err(fault::error)?;
            Ok(before.and_then(SubmissionState::from_name))
        })
    }

    fn unknown_submissions<'a>(
        &'a self,
        lane: &'a Lane,
        older: Duration,
    ) -> Answer<'a, Vec<UnknownSubmission>> {
        Box::pin(async move {
            let rows = self
                .query(
                    "select * from akool_faceswap.unknown_submissions($1, $2)",
                    &[(&lane.as_str(), Type::TEXT), (&whole_ms(older), Type::INT8)],
                )
                .await?;
            let mut found = Vec::with_capacity(rows.len());
            for row in &rows {
                found.push(UnknownSubmission {
                    token: get(row, "token")?,
                    state: SubmissionState::from_name(get(row, "state")?)
                        .unwrap_or(SubmissionState::Unknown),
                    digest: get(row, "digest")?,
                    tag: get(row, "tag")?,
                    created_at: get(row, "created_at")?,
                });
            }
            Ok(found)
        })
    }
}
