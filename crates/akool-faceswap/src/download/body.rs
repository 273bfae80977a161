//! The bytes of one answer: decoded if necessary. The first of them are read early, because they decide what
//! the file is.

use std::collections::VecDeque;

use bytes::Bytes;
#[cfg(feature = "_decode")]
use futures_util::StreamExt as _;

#[cfg(feature = "_decode")]
use crate::download::coding::decoder;
use crate::download::{
    coding::Coding,
    head,
    media::{Declared, LOOKED_AT, MediaType},
    request::Answer,
    timeouts::Patience,
};
use crate::error::Error;

/// Where the bytes of an answer come from.
enum BodyBytes {
    Plain(Answer),
    #[cfg(feature = "_decode")]
    Decoded(decoder::Decoded),
}

/// The bytes of one answer.
pub(super) struct Body {
    pub(super) host: String,
    bytes: BodyBytes,
    /// What was read early to judge the first bytes.
    read: VecDeque<Bytes>,
}

impl Body {
    pub(super) fn plain(answer: Answer) -> Self {
        Self {
            host: answer.host.clone(),
            bytes: BodyBytes::Plain(answer),
            read: VecDeque::new(),
        }
    }

    /// Reads as much as is needed to see what the file is.
    pub(super) async fn begin(
        answer: Answer,
        declared: &Declared,
        coding: Coding,
        timeouts: &Patience,
    ) -> Result<(Self, MediaType), Error> {
        let status = answer.status();
        let mut body = Self::plain(answer);
        #[cfg_attr(not(feature = "_decode"), expect(unused_mut))]
        let mut beginning = body.beginning(timeouts).await?;
        #[cfg(feature = "_decode")]
        if let Coding::Decoded(algorithm) = coding
            && !MediaType::is_known_beginning(&beginning)
        {
            body = Self {
                host: body.host.clone(),
                bytes: BodyBytes::Decoded(decoder::decode(body, algorithm, *timeouts)),
                read: VecDeque::new(),
            };
            beginning = body.beginning(timeouts).await?;
        }
        let judged = match coding.obstacle() {
            // The header describes other bytes than these.
            Some(what) => Declared::Other(what).judge(&beginning),
            None => declared.judge(&beginning),
        };
        let media_type = judged.map_err(|what| {
            head::unexpected(&body.host, what)
                .with_http_status(status)
                .with_cut(beginning.is_empty())
        })?;
        Ok((body, media_type))
    }

    /// The first bytes, which stay in the body.
    async fn beginning(&mut self, timeouts: &Patience) -> Result<Vec<u8>, Error> {
        let mut read = VecDeque::new();
        let mut beginning = Vec::with_capacity(LOOKED_AT);
        while beginning.len() < LOOKED_AT {
            let Some(bytes) = self.next(timeouts).await? else {
                break;
            };
            let wanted = (LOOKED_AT - beginning.len()).min(bytes.len());
            beginning.extend_from_slice(&bytes[..wanted]);
            read.push_back(bytes);
        }
        self.read = read;
        Ok(beginning)
    }

    pub(super) async fn next(&mut self, timeouts: &Patience) -> Result<Option<Bytes>, Error> {
        if let Some(bytes) = self.read.pop_front() {
            return Ok(Some(bytes));
        }
        match &mut self.bytes {
            BodyBytes::Plain(answer) => answer.chunk(timeouts).await,
            #[cfg(feature = "_decode")]
            BodyBytes::Decoded(bytes) => bytes.next().await.transpose(),
        }
    }
}
