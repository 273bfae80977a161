//! What the detectors find in a picture or video, as a test describes it.

/// The faces in a picture or video, for [`FakeAkool::set_scene`](crate::FakeAkool::set_scene).
///
/// The fake does not look at pixels: it answers detections with made-up, consistent boxes and
/// landmarks. Faces have different sizes and come from right to left, because the vendor promises
/// no order.
///
/// ```
/// use akool_faceswap_mock::{FakeAkool, Scene};
///
/// # fn main() -> std::io::Result<()> {
/// let fake = FakeAkool::start()?;
/// fake.set_scene("https://cdn.example/team.jpg", Scene::picture(3));
/// fake.set_scene("https://cdn.example/wall.jpg", Scene::picture(0));
/// // The first frames show nobody; the crop of the second face failed.
/// let film = Scene::video([(0, 0), (5, 1), (10, 2)]).without_crop(1);
/// fake.set_scene("https://cdn.example/film.mp4", film);
/// // A local picture that is sent as base64 is identified by its bytes.
/// fake.set_scene(b"the bytes of the file", Scene::failing("no such codec"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    pub(crate) frames: Vec<Frame>,
    pub(crate) is_video: bool,
    /// The detection fails with this message.
    pub(crate) failure: Option<String>,
    pub(crate) has_removed: bool,
    /// The faces that have no crop, counted from the left.
    pub(crate) without_crop: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) number: u32,
    pub(crate) faces: usize,
}

/// Bounds the size of an answer.
const MAX_FACES: usize = 1000;

impl Scene {
    /// A picture with this many faces, at most 1,000.
    #[must_use]
    pub fn picture(faces: usize) -> Self {
        let mut scene = Self::video([(0, faces)]);
        scene.is_video = false;
        scene
    }

    /// A video of 25 frames a second: frame numbers, and how many faces each frame shows.
    ///
    /// The answer lists frames in the order of their numbers as text, `"10"` before `"5"`.
    #[must_use]
    pub fn video(frames: impl IntoIterator<Item = (u32, usize)>) -> Self {
        let frame = |(number, faces): (u32, usize)| Frame {
            number,
            faces: faces.min(MAX_FACES),
        };
        Self {
            frames: frames.into_iter().map(frame).collect(),
            is_video: true,
            failure: None,
            has_removed: true,
            without_crop: Vec::new(),
        }
    }

    /// A file in which detection fails: `error_code` 1 with this message, or `success` false.
    #[must_use]
    pub fn failing(message: impl Into<String>) -> Self {
        let mut scene = Self::picture(0);
        scene.failure = Some(message.into());
        scene
    }

    /// Leaves `removed` out of each frame, as the newest published answer does although the
    /// document requires it.
    #[must_use]
    pub fn without_removed(mut self) -> Self {
        self.has_removed = false;
        self
    }

    /// The face with this number, counted from the left and from 0, has null in place of its
    /// crop.
    #[must_use]
    pub fn without_crop(mut self, face: usize) -> Self {
        self.without_crop.push(face);
        self
    }

    pub(crate) fn most_faces(&self) -> usize {
        let faces = self.frames.iter().map(|frame| frame.faces);
        faces.max().unwrap_or(0)
    }
}

/// One face in the pixels of its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Face {
    /// From the left, from 0.
    pub(crate) number: usize,
    /// `[x, y, width, height]`
    pub(crate) region: [i64; 4],
    /// The region widened on each side, cut off at the left and top edges of the picture.
    pub(crate) crop: [i64; 4],
    /// Left eye, right eye, nose, middle, left and right corner of the mouth.
    pub(crate) landmarks: [[i64; 2]; 6],
}

impl Face {
    /// The `number`th face from the left.
    pub(crate) fn new(number: usize) -> Self {
        let column = i64::try_from(number).unwrap_or(0);
        // Three sizes in turn; the second is the largest.
        let percent = [100, 130, 80][number % 3];
        let scaled = |pixels: i64| pixels * percent / 100;
        let (x, y) = (100 + 500 * column, 120);
        let (width, height) = (scaled(240), scaled(320));
        let at = |right, down| [x + scaled(right), y + scaled(down)];
        let (left_corner, right_corner) = (at(70, 240), at(170, 242));
        // Measured on a published answer: this point is computed from the two corners.
        let mouth = [
            i64::midpoint(left_corner[0], right_corner[0]),
            left_corner[1],
        ];
        // Measured: 34 % of the width and 39 % of the height on each side.
        let (left, top) = (
            (x - width * 34 / 100).max(0),
            (y - height * 39 / 100).max(0),
        );
        Self {
            number,
            region: [x, y, width, height],
            crop: [
                left,
                top,
                x + width + width * 34 / 100 - left,
                y + height + height * 39 / 100 - top,
            ],
            landmarks: [
                at(60, 110),
                at(180, 112),
                at(121, 180),
                mouth,
                left_corner,
                right_corner,
            ],
        }
    }

    pub(crate) fn area(&self) -> i64 {
        self.region[2] * self.region[3]
    }

    /// The first four landmarks as the vendor writes them, relative to the point `from`.
    pub(crate) fn landmark_text(&self, from: [i64; 2]) -> String {
        let points = self.landmarks[..4].iter();
        let points: Vec<String> = points
            .map(|[x, y]| format!("{},{}", x - from[0], y - from[1]))
            .collect();
        points.join(":")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crops_hold_their_faces_and_end_at_the_edge() {
        for number in 0..4 {
            let face = Face::new(number);
            let [left, top, width, height] = face.crop;
            assert!(left >= 0 && top >= 0);
            for [x, y] in face.landmarks {
                assert!((left..left + width).contains(&x) && (top..top + height).contains(&y));
            }
        }
        assert!(Face::new(1).area() > Face::new(0).area());
    }

    #[test]
    fn landmarks_are_four_points() {
        let face = Face::new(0);
        assert_eq!(
            face.landmark_text([0, 0]),
            "160,230:280,232:221,300:220,360"
        );
        assert_eq!(
            face.landmark_text([19, 0]),
            "141,230:261,232:202,300:201,360"
        );
    }
}
