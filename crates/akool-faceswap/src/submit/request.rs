//! The builder of a swap.
//!
//! Each step has a type of its own, so that these do not compile: a swap without an original, without a choice of
//! faces, or with an option that its endpoint does not have. [`SwapRequest::prepare`] refuses what types cannot
//! exclude, before anything is sent.

use std::{fmt, marker::PhantomData, sync::Arc};

use serde_json::Value;

use crate::{error::Error, model::Job};

use super::{
    SubmitError, SubmittedJob, Submitter, SwapError,
    body::body,
    draft::{Draft, Faces},
    face::{NewFace, NewFaceSource, OriginalFace},
    options::{Endpoint, Style, V3Model},
    original::Original,
    pending::PendingSubmit,
    token::SubmitToken,
};

/// A swap that has no original yet; made by [`Client::swap`](crate::Client::swap).
#[must_use = "a swap does nothing until it is submitted"]
#[derive(Debug)]
pub struct Swap {
    submitter: Arc<Submitter>,
}

impl Swap {
    pub(crate) fn new(submitter: Arc<Submitter>) -> Self {
        Self { submitter }
    }

    /// The picture or video to change: its URL, or a [`Picture`](crate::model::Picture) or
    /// [`Video`](crate::model::Video) whose faces were detected. The API calls it "target".
    pub fn original(self, original: impl Into<Original>) -> SwapOf {
        SwapOf {
            submitter: self.submitter,
            original: original.into(),
        }
    }
}

/// A swap whose faces are not chosen yet.
#[must_use = "a swap does nothing until it is submitted"]
#[derive(Debug)]
pub struct SwapOf {
    submitter: Arc<Submitter>,
    original: Original,
}

impl SwapOf {
    /// The face to put in. The original must show exactly one face, which the service finds.
    ///
    /// It is the URL of a picture with one face, or a detected face. The API calls it "source".
    pub fn new_face(self, face: impl Into<NewFaceSource>) -> SwapRequest<OneFace> {
        let faces = Faces::One(face.into());
        SwapRequest::new(self.submitter, Draft::new(self.original, faces))
    }

    /// The face to be replaced, and the new one that replaces it. Others can follow.
    pub fn replace(
        self,
        original: impl Into<OriginalFace>,
        new: impl Into<NewFace>,
    ) -> SwapRequest<Pairs> {
        self.pairs([(original, new)])
    }

    /// Each face to be replaced, with the new one that replaces it.
    ///
    /// ```
    /// # use akool_faceswap::{Client, model::{Face, Picture}, submit::{Pairs, SwapRequest}};
    /// fn everybody(client: &Client, photo: &Picture, me: &Face) -> SwapRequest<Pairs> {
    ///     let pairs = photo.faces().iter().map(|face| (face, me));
    ///     client.swap().original(photo).pairs(pairs)
    /// }
    /// ```
    pub fn pairs(
        self,
        pairs: impl IntoIterator<Item = (impl Into<OriginalFace>, impl Into<NewFace>)>,
    ) -> SwapRequest<Pairs> {
        let pairs = pairs.into_iter();
        let faces = Faces::Pairs(pairs.map(|(o, n)| (o.into(), n.into())).collect());
        SwapRequest::new(self.submitter, Draft::new(self.original, faces))
    }
}

/// Face Swap Plus with one face, which the service finds.
#[derive(Debug)]
pub enum OneFace {}

/// Face Swap Plus with pairs of detected faces.
#[derive(Debug)]
pub enum Pairs {}

/// Face Swap Pro.
#[derive(Debug)]
pub enum Pro {}

/// One of the v3 endpoints.
#[derive(Debug)]
pub enum V3 {}

/// A swap that can be sent.
///
/// `K` determines what is swapped and where it is sent, and so which options exist: [`OneFace`] or [`Pairs`] to Face
/// Swap Plus, which takes pictures and videos, unless [`Pro`] or [`V3`] is chosen. The client never falls back from one
/// to another.
#[must_use = "a swap does nothing until it is submitted"]
pub struct SwapRequest<K> {
    submitter: Arc<Submitter>,
    draft: Draft,
    kind: PhantomData<fn() -> K>,
}

impl<K> SwapRequest<K> {
    fn new(submitter: Arc<Submitter>, draft: Draft) -> Self {
        Self {
            submitter,
            draft,
            kind: PhantomData,
        }
    }

    fn with<T>(self, change: impl FnOnce(&mut Draft)) -> SwapRequest<T> {
        let mut draft = self.draft;
        change(&mut draft);
        SwapRequest::new(self.submitter, draft)
    }
}

impl SwapRequest<OneFace> {
    /// The style of the result. Default: the vendor's, which is `realistic`.
    pub fn style(self, style: impl Into<Style>) -> Self {
        self.with(|draft| draft.style = Some(style.into()))
    }

    /// Whether the face is enhanced. Default: the vendor's, which is off.
    pub fn enhance(self, enhance: bool) -> Self {
        self.with(|draft| draft.enhance = Some(enhance))
    }

    /// Sends it to Face Swap Pro: only pictures, at the highest quality.
    pub fn pro(self) -> SwapRequest<Pro> {
        self.with(|draft| {
            draft.endpoint = Endpoint::Pro;
            draft.style = None;
        })
    }
}

impl SwapRequest<Pairs> {
    /// A further face to be replaced, and the new one that replaces it.
    pub fn replace(self, original: impl Into<OriginalFace>, new: impl Into<NewFace>) -> Self {
        let pair = (original.into(), new.into());
        self.with(|draft| {
            if let Faces::Pairs(pairs) = &mut draft.faces {
                pairs.push(pair);
            }
        })
    }

    /// The style of the result. Default: the vendor's, which is `realistic`.
    pub fn style(self, style: impl Into<Style>) -> Self {
        self.with(|draft| draft.style = Some(style.into()))
    }

    /// Whether the faces are enhanced. Default: the vendor's, which is off.
    pub fn enhance(self, enhance: bool) -> Self {
        self.with(|draft| draft.enhance = Some(enhance))
    }

    /// Sends it to Face Swap Pro: only pictures, at the highest quality, up to 50 faces.
    ///
    /// What several pairs mean there is not documented, and one client reports that they are
    /// ignored: for several faces prefer Plus, which is the default here.
    pub fn pro(self) -> SwapRequest<Pro> {
        self.with(|draft| {
            draft.endpoint = Endpoint::Pro;
            draft.style = None;
        })
    }

    /// Sends it to Image Faceswap v3, the older endpoint for faces of a picture.
    pub fn image_v3(self, model: V3Model) -> SwapRequest<V3> {
        self.v3(Endpoint::ImageV3, model)
    }

    /// Sends it to Video Faceswap v3, the older endpoint for faces of a video.
    pub fn video_v3(self, model: V3Model) -> SwapRequest<V3> {
        self.v3(Endpoint::VideoV3, model)
    }

    fn v3(self, endpoint: Endpoint, model: V3Model) -> SwapRequest<V3> {
        self.with(|draft| {
            draft.endpoint = endpoint;
            draft.model = model;
            draft.style = None;
            draft.enhance = None;
        })
    }
}

impl SwapRequest<Pro> {
    /// Whether the faces are enhanced. Default: the vendor's, which is off.
    pub fn enhance(self, enhance: bool) -> Self {
        self.with(|draft| draft.enhance = Some(enhance))
    }
}

impl<K> SwapRequest<K> {
    /// The URL to which the API reports the job's status. The submit's [`SubmitToken`] is appended to the path, so that
    /// the first callback identifies a job whose submit answer was lost.
    ///
    /// ```
    /// # use akool_faceswap::Client;
    /// # fn main() -> Result<(), akool_faceswap::Error> {
    /// # let client = Client::builder().api_key("k").build()?;
    /// let pending = client
    ///     .swap()
    ///     .original("https://example.com/film.mp4")
    ///     .new_face("https://example.com/me.jpg")
    ///     .callback("https://example.com/akool")
    ///     .prepare()?;
    /// let expected = format!("https://example.com/akool/{}", pending.token());
    /// assert_eq!(pending.callback(), Some(expected.as_str()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn callback(self, url: impl Into<String>) -> Self {
        self.with(|draft| draft.callback = Some(url.into()))
    }

    /// Adds a field that this version of the library does not know.
    ///
    /// It is not checked. If the API does not know the field either, it may ignore it or fail the paid
    /// job. Fields that have a method of their own are refused, and so are null and "".
    pub fn undocumented_field(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.with(|draft| {
            draft.undocumented.insert(name.into(), value.into());
        })
    }

    /// Checks the swap and gives it a token, without sending anything.
    ///
    /// Store the [`PendingSubmit`] before you send it; after a crash you then know what may have been bought.
    ///
    /// # Errors
    ///
    /// If the swap is invalid ([`Error::is_invalid_input`]); the message names the field as the vendor does, and never
    /// contains a URL.
    pub fn prepare(self) -> Result<PendingSubmit, Error> {
        let now = self.submitter.api.clock.now();
        let token = SubmitToken::random()?;
        let mut body = body(&self.draft, now)?;
        if let Some(callback) = &self.draft.callback {
            let url = token.in_callback(callback)?;
            body.insert("webhookUrl".into(), url.into());
        }
        Ok(PendingSubmit::new(token, self.draft.endpoint, body, now))
    }

    /// Sends the swap, once. It costs credits.
    ///
    /// It is retried only if it certainly did not reach a server, or if the API refused it as too
    /// frequent, within the client's [`RetryPolicy`](crate::RetryPolicy). Everything else is an error
    /// that says whether a job may exist: see [`SubmitError::may_be_billed`].
    ///
    /// # Errors
    ///
    /// [`SubmitError`]. If its outcome is unknown, a further submit of the same content through this client or its
    /// clones ends with the same error and is not sent, for 24 hours.
    ///
    /// # Cancel safety
    ///
    /// Nothing is sent before the first poll. After that, dropping the future does not stop the
    /// submit: it continues in its own task, and its outcome goes to the next submit of the same
    /// content, or to [`Client::unclaimed_submits`](crate::Client::unclaimed_submits).
    pub async fn submit(self) -> Result<SubmittedJob, SubmitError> {
        let submitter = self.submitter.clone();
        let pending = self
            .prepare()
            .map_err(|error| SubmitError::not_sent(error, None))?;
        submitter.start(pending).await
    }

    /// Sends the swap, once, and waits until its job ends: [`submit`](Self::submit) and
    /// [`SubmittedJob::wait`].
    ///
    /// # Errors
    ///
    /// [`SwapError`]. Once the job was accepted the error has its ticket: resume that, do not submit
    /// again.
    ///
    /// # Cancel safety
    ///
    /// As [`submit`](Self::submit); after that, dropping the future loses the job's id unless a callback delivers it. A
    /// program that may be stopped should submit, store the ticket, and then wait.
    pub async fn submit_and_wait(self) -> Result<Job, SwapError> {
        let job = self.submit().await.map_err(SwapError::Submit)?;
        job.wait().await.map_err(SwapError::Wait)
    }
}

/// Shows no URL and no face.
impl<K> fmt::Debug for SwapRequest<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SwapRequest")
            .field("endpoint", &self.draft.endpoint)
            .finish_non_exhaustive()
    }
}
