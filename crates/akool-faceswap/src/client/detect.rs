//! Finding faces.

use std::path::Path;

use crate::{
    client::Client,
    detect::{self, DetectVideo},
    error::Error,
    model::{Analysis, MediaUrl, Picture},
};

impl Client {
    /// Detects the faces of a picture, which AKOOL fetches from `url`.
    ///
    /// ```
    /// # use akool_faceswap_mock::FakeAkool;
    /// # use akool_faceswap::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// let photo = client.detect("https://example.com/team.jpg").await?;
    /// for face in photo.faces() {
    ///     println!("{:?}", face.bounding_box());
    /// }
    /// let left = photo.leftmost()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A picture without faces gives an empty list, not an error; [`Picture::largest`] and its siblings then return an
    /// error that names the picture. The API stores crops of the faces for 7 days.
    ///
    /// # Errors
    ///
    /// If the URL is not an absolute http(s) URL, the detector cannot read the picture, or the request fails. A video
    /// is an error: see [`detect_video`](Self::detect_video).
    pub async fn detect(&self, url: impl AsRef<str>) -> Result<Picture, Error> {
        detect::picture(&self.api, url.as_ref()).await
    }

    /// Detects the faces of a picture on this machine.
    ///
    /// Its faces can be used as new faces, through the crops that the API stores for 7 days. The picture itself has no
    /// URL, so it cannot be the original of a swap.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or has more than [`MAX_PICTURE_BYTES`](detect::MAX_PICTURE_BYTES),
    /// and as [`detect`](Self::detect).
    pub async fn detect_file(&self, path: impl AsRef<Path>) -> Result<Picture, Error> {
        detect::picture_file(&self.api, path.as_ref()).await
    }

    /// Detects the faces of a picture in memory; otherwise as [`detect_file`](Self::detect_file).
    ///
    /// # Errors
    ///
    /// If there are no bytes or more than [`MAX_PICTURE_BYTES`](detect::MAX_PICTURE_BYTES), and as
    /// [`detect`](Self::detect).
    pub async fn detect_bytes(&self, picture: impl AsRef<[u8]>) -> Result<Picture, Error> {
        detect::picture_bytes(&self.api, picture.as_ref(), "the picture").await
    }

    /// Detects the faces in some frames of a video, which AKOOL fetches from `url`.
    ///
    /// The same person has a face in many frames, and the detector does not say which belong
    /// together: take all faces from one frame, or use [`analyze`](Self::analyze). For a video with
    /// one face no detection is needed.
    ///
    /// # Errors
    ///
    /// As [`detect`](Self::detect).
    pub fn detect_video(&self, url: impl AsRef<str>) -> DetectVideo {
        DetectVideo::new(self.api.clone(), url.as_ref())
    }

    /// Finds the persons in frames of a video, which AKOOL fetches as pictures from `frames`: each
    /// person once, however many frames show it. At most [`MAX_FRAMES`](detect::MAX_FRAMES); without
    /// frames there are no persons, and nothing is sent.
    ///
    /// The faces have crops and no landmarks, so only Face Swap Plus accepts them.
    ///
    /// # Errors
    ///
    /// If there are too many frames, and as [`detect`](Self::detect).
    pub async fn analyze<I>(&self, frames: I) -> Result<Analysis, Error>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let urls = frames
            .into_iter()
            .map(MediaUrl::new)
            .take(detect::MAX_FRAMES + 1);
        detect::analyze(&self.api, urls.collect()).await
    }
}
