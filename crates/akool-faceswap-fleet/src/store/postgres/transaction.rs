//! Tracking and taking inside the caller's own transaction.

use akool_faceswap::ResultId;
use tokio_postgres::{GenericClient, types::Type};

use super::{
    fault,
    rows::{count, outcome, texts},
};
use crate::{error::Error, lane::Lane, outcome::Outcome, tracking::Tracking};

/// Tracks jobs inside your own transaction: they are tracked if and only if it commits.
///
/// Returns how many were not tracked yet.
///
/// ```no_run
/// use akool_faceswap_fleet::{Lane, Tracking, postgres};
///
/// # async fn order(mut client: tokio_postgres::Client, tracking: Tracking)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// let transaction = client.transaction().await?;
/// transaction.execute("insert into orders (id) values (17)", &[]).await?;
/// postgres::track(&transaction, &Lane::default(), [tracking.tag("17")]).await?;
/// transaction.commit().await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If the database refuses it.
pub async fn track(
    client: &impl GenericClient,
    lane: &Lane,
    jobs: impl IntoIterator<Item = impl Into<Tracking>>,
) -> Result<u64, Error> {
    let jobs: Vec<Tracking> = jobs.into_iter().map(Into::into).collect();
    let ids: Vec<&str> = jobs.iter().map(|job| job.id.as_str()).collect();
    let tags: Vec<Option<&str>> = jobs.iter().map(|job| job.tag.as_deref()).collect();
    let terms = if jobs.iter().all(|job| job.terms.is_empty()) {
        None
    } else {
        let terms: Vec<_> = jobs.iter().map(|job| &job.terms).collect();
        serde_json::to_string(&terms).ok()
    };
    let rows = client
        .query_typed(
            "select akool_faceswap.track($1, $2, $3, $4::text::jsonb)",
            &[
                (&lane.as_str(), Type::TEXT),
                (&ids, Type::TEXT_ARRAY),
                (&tags, Type::TEXT_ARRAY),
                (&terms, Type::TEXT),
            ],
        )
        .await
        .map_err(fault::error)?;
    count(&rows)
}

/// Takes up to `max` outcomes inside your own transaction, the oldest first: they are deleted if and only if it
/// commits, so what you write with them is written exactly once.
///
/// ```no_run
/// use akool_faceswap_fleet::{Lane, postgres};
///
/// # async fn settle(mut client: tokio_postgres::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let transaction = client.transaction().await?;
/// for outcome in postgres::take(&transaction, &Lane::default(), 100).await? {
///     let (order, kind) = (outcome.tag(), outcome.kind().as_str());
///     transaction.execute("update orders set state = $2 where id = $1", &[&order, &kind]).await?;
/// }
/// transaction.commit().await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If the database refuses it.
pub async fn take(
    client: &impl GenericClient,
    lane: &Lane,
    max: u32,
) -> Result<Vec<Outcome>, Error> {
    take_of(client, lane, max, None).await
}

pub(super) async fn take_of(
    client: &impl GenericClient,
    lane: &Lane,
    max: u32,
    ids: Option<&[ResultId]>,
) -> Result<Vec<Outcome>, Error> {
    let ids: Option<Vec<&str>> = ids.map(texts);
    let max = i32::try_from(max).unwrap_or(i32::MAX);
    let rows = client
        .query_typed(
            "select seq, id, tag, kind, job, error, ticket, settled_at \
             from akool_faceswap.take($1, $2, $3)",
            &[
                (&lane.as_str(), Type::TEXT),
                (&max, Type::INT4),
                (&ids, Type::TEXT_ARRAY),
            ],
        )
        .await
        .map_err(fault::error)?;
    let mut outcomes = Vec::with_capacity(rows.len());
    for row in &rows {
        outcomes.extend(outcome(row)?);
    }
    Ok(outcomes)
}
