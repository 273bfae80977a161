//! One request of a lookup: `GET /api/open/v3/faceswap/result/listbyids`.

use akool_faceswap_raw::{
    Client,
    types::{ListResultsByIdsIds, ListResultsByIdsResponse},
};

use crate::{
    error::{Error, ErrorKind},
    lookup::rows::Rows,
    model::{ResultId, lenient, query},
    transport::{
        exchange::RawResponse,
        operation::{Generated, Operation, Pool},
    },
};

/// The request line without ids.
pub(super) const REQUEST_LINE: usize =
    "GET /api/open/v3/faceswap/result/listbyids?_ids= HTTP/1.1".len();

/// A request for the rows of these ids.
pub(super) struct ListResults {
    joined: ListResultsByIdsIds,
    ids: usize,
}

impl ListResults {
    pub(super) fn new<'a>(
        ids: impl ExactSizeIterator<Item = &'a ResultId> + Clone,
    ) -> Result<Self, Error> {
        let count = ids.len();
        // Nothing is refused here: ResultId accepts less than the pattern of the overlay, which is only
        // checked with the feature `regress` of the raw crate.
        let joined = query::join(ids).parse().map_err(|_| {
            Error::new(
                ErrorKind::InvalidInput,
                "an id does not fit the API's pattern",
            )
        })?;
        Ok(Self { joined, ids: count })
    }
}

impl Operation for ListResults {
    const NAME: &'static str = "list_results_by_ids";
    const NOUN: &'static str = "the lookup";
    const IDEMPOTENT: bool = true;
    const POOL: Pool = Pool::Lookups;
    type Typed = ListResultsByIdsResponse;
    type Output = Rows;

    fn items(&self) -> usize {
        self.ids
    }

    fn returned(rows: &Rows) -> usize {
        rows.len()
    }

    async fn send(&self, client: &Client) -> Generated<ListResultsByIdsResponse> {
        client.list_results_by_ids(&self.joined).await
    }

    fn read(
        &self,
        typed: Option<ListResultsByIdsResponse>,
        response: &RawResponse,
    ) -> Result<Rows, Error> {
        if let Some(answer) = typed {
            response.check(answer.code, &answer.msg)?;
            let rows = answer.data.and_then(|data| data.result);
            return Ok(Rows::AsDocumented(rows.unwrap_or_default()));
        }
        let data = response.envelope()?.data;
        let rows = data.map_or(Ok(Vec::new()), |data| lenient::rows(&data));
        rows.map(Rows::Lenient)
            .map_err(|error| response.undecodable(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tests build the raw crate with the feature `regress`.
    #[test]
    fn whatever_may_be_an_id_fits_the_pattern() {
        let ids: Vec<ResultId> = ('\0'..='\u{ff}')
            .flat_map(|c| {
                [
                    format!("{c}"),
                    format!("{c}a"),
                    format!("a{c}"),
                    format!("a{c}a"),
                ]
            })
            .filter_map(|text| ResultId::new(text).ok())
            .collect();
        assert!(ids.len() > 200);
        for id in &ids {
            assert!(ListResults::new([id].into_iter()).is_ok(), "{id}");
        }
        assert!(ListResults::new(ids.iter()).is_ok());
        assert!("a,,b".parse::<ListResultsByIdsIds>().is_err());
    }
}
