//! The faces of one picture or frame, and how to choose one of them.

use std::{fmt, sync::Arc};

use super::{Detection, Face};

/// All faces of one picture or frame, in the detector's order, which is not documented.
///
/// Choose a face by its size or position, not by its place in the list. The three methods that choose fail with an
/// error that names the input:
///
/// - [`largest`](Self::largest): the person in front.
/// - [`leftmost`](Self::leftmost): the first from the left.
/// - [`require_one`](Self::require_one): the only face; more than one is an error, too.
///
/// ```
/// # use akool_faceswap_mock::{FakeAkool, Scene};
/// # use akool_faceswap::Client;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # fake.set_scene("https://example.com/team.jpg", Scene::picture(3));
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// let photo = client.detect("https://example.com/team.jpg").await?;
/// let error = photo.faces().require_one().unwrap_err();
/// assert_eq!(error.to_string(), "3 faces in team.jpg at example.com, where one was expected");
/// let front = photo.faces().largest()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Faces {
    detection: Arc<Detection>,
    frame: u64,
    list: Vec<Face>,
}

impl Faces {
    pub(in crate::model) fn new(detection: Arc<Detection>, frame: u64, faces: Vec<Face>) -> Self {
        Self {
            detection,
            frame,
            list: faces,
        }
    }

    /// The face with the largest box; of several equal ones, the first.
    ///
    /// # Errors
    ///
    /// [`FaceError`] if there is no face, or several and one of them without a box.
    pub fn largest(&self) -> Result<Face, FaceError> {
        self.choose(|face| face.bounding_box().map(|bbox| -bbox.area()))
    }

    /// The face whose box begins furthest to the left; of several equal ones, the first.
    ///
    /// # Errors
    ///
    /// [`FaceError`] if there is no face, or several and one of them without a box.
    pub fn leftmost(&self) -> Result<Face, FaceError> {
        self.choose(|face| face.bounding_box().map(|bbox| bbox.corners().0.0))
    }

    /// The only face.
    ///
    /// # Errors
    ///
    /// [`FaceError`] if there is no face, or more than one.
    pub fn require_one(&self) -> Result<Face, FaceError> {
        match self.list.as_slice() {
            [face] => Ok(face.clone()),
            [] => Err(self.error(Reason::NoFace)),
            faces => Err(self.error(Reason::Several(faces.len()))),
        }
    }

    /// The faces, in the detector's order.
    pub fn as_slice(&self) -> &[Face] {
        &self.list
    }

    /// The faces, in the detector's order.
    pub fn iter(&self) -> std::slice::Iter<'_, Face> {
        self.list.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether no face was found, which is not an error.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The face with the lowest rank.
    fn choose<K: Ord>(&self, rank: impl Fn(&Face) -> Option<K>) -> Result<Face, FaceError> {
        if let [face] = self.list.as_slice() {
            return Ok(face.clone());
        }
        let mut best: Option<(K, &Face)> = None;
        for (n, face) in self.list.iter().enumerate() {
            let rank = rank(face).ok_or_else(|| self.error(Reason::NoBox(n)))?;
            if best.as_ref().is_none_or(|(lowest, _)| rank < *lowest) {
                best = Some((rank, face));
            }
        }
        best.map(|(_, face)| face.clone())
            .ok_or_else(|| self.error(Reason::NoFace))
    }

    fn error(&self, reason: Reason) -> FaceError {
        FaceError {
            input: self.detection.input.label().into(),
            frame: self.frame,
            reason,
        }
    }
}

impl<'a> IntoIterator for &'a Faces {
    type Item = &'a Face;
    type IntoIter = std::slice::Iter<'a, Face>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Faces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.list).finish()
    }
}

/// Why no face could be chosen, and in which input.
///
/// The input is named by its file name and host, never by its whole URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaceError {
    input: Box<str>,
    frame: u64,
    reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    NoFace,
    Several(usize),
    NoBox(usize),
    NoFrame,
}

impl FaceError {
    /// No frame of a video has a face.
    pub(in crate::model) fn in_no_frame(detection: &Detection) -> Self {
        Self {
            input: detection.input.label().into(),
            frame: 0,
            reason: Reason::NoFrame,
        }
    }

    /// Whether the detector found no face at all.
    pub fn is_no_face(&self) -> bool {
        matches!(self.reason, Reason::NoFace | Reason::NoFrame)
    }

    /// What to do, in a few words.
    pub(crate) fn advice(&self) -> &'static str {
        match self.reason {
            Reason::NoFace | Reason::NoFrame => "use an input that shows a face clearly",
            Reason::Several(_) => "choose one, for example with largest() or leftmost()",
            Reason::NoBox(_) => "choose from the list of faces by other means",
        }
    }
}

impl fmt::Display for FaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            Reason::NoFace => write!(f, "no face in {}", self.input)?,
            Reason::Several(found) => {
                write!(f, "{found} faces in {}, where one was expected", self.input)?;
            }
            Reason::NoBox(n) => write!(
                f,
                "the detector gave no box for face {n} in {}, so the faces cannot be compared",
                self.input
            )?,
            Reason::NoFrame => {
                return write!(f, "no face in any detected frame of {}", self.input);
            }
        }
        if self.frame > 0 {
            write!(f, " (frame {})", self.frame)?;
        }
        Ok(())
    }
}

impl std::error::Error for FaceError {}
