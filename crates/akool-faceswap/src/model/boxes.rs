//! Boxes around faces, in the two forms that the API has.
//!
//! Detectors answer `[x, y, width, height]`, the submit endpoint wants `[x1, y1, x2, y2]`, and frame
//! analysis answers the latter. Both are four numbers, and sending one as the other swaps the wrong face, which you pay
//! for. So each form is a type of its own, and only [`XyWh::to_xyxy`] converts one to the other.

use std::fmt;

use serde::{Serialize, Serializer};

/// A box as detectors write it: the top left corner, width and height, in pixels.
///
/// ```
/// use akool_faceswap::model::XyWh;
///
/// let region = XyWh::new(150, 261, 437, 661)?;
/// assert_eq!(region.to_xyxy().corners(), ((150, 261), (587, 922)));
/// # Ok::<(), akool_faceswap::model::InvalidBox>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct XyWh {
    x: i64,
    y: i64,
    width: i64,
    height: i64,
}

impl XyWh {
    /// A box with an area, whose corners are all in range.
    ///
    /// # Errors
    ///
    /// If width or height is not above zero, or a corner is out of range.
    pub const fn new(x: i64, y: i64, width: i64, height: i64) -> Result<Self, InvalidBox> {
        if width <= 0 || height <= 0 {
            return Err(InvalidBox::NoArea);
        }
        if x.checked_add(width).is_none() || y.checked_add(height).is_none() {
            return Err(InvalidBox::OutOfRange);
        }
        Ok(Self {
            x,
            y,
            width,
            height,
        })
    }

    /// The left edge.
    pub const fn x(self) -> i64 {
        self.x
    }

    /// The top edge.
    pub const fn y(self) -> i64 {
        self.y
    }

    /// The width, above zero.
    pub const fn width(self) -> i64 {
        self.width
    }

    /// The height, above zero.
    pub const fn height(self) -> i64 {
        self.height
    }

    /// The same box as two corners.
    pub const fn to_xyxy(self) -> XyXy {
        XyXy {
            x1: self.x,
            y1: self.y,
            x2: self.x + self.width,
            y2: self.y + self.height,
        }
    }
}

/// A box as submits take it: the top left and the bottom right corner, in pixels.
///
/// ```
/// use akool_faceswap::model::XyXy;
///
/// let bbox = XyXy::new(150, 261, 587, 922)?;
/// assert_eq!(serde_json::to_string(&bbox)?, "[150,261,587,922]");
/// assert!(XyXy::new(150, 261, 100, 922).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct XyXy {
    x1: i64,
    y1: i64,
    x2: i64,
    y2: i64,
}

impl XyXy {
    /// A box with an area: `x1` below `x2`, `y1` below `y2`.
    ///
    /// # Errors
    ///
    /// If the corners are out of order.
    pub const fn new(x1: i64, y1: i64, x2: i64, y2: i64) -> Result<Self, InvalidBox> {
        if x1 >= x2 || y1 >= y2 {
            return Err(InvalidBox::NoArea);
        }
        Ok(Self { x1, y1, x2, y2 })
    }

    /// The top left and the bottom right corner.
    pub const fn corners(self) -> ((i64, i64), (i64, i64)) {
        ((self.x1, self.y1), (self.x2, self.y2))
    }

    pub(super) fn area(self) -> i128 {
        (i128::from(self.x2) - i128::from(self.x1)) * (i128::from(self.y2) - i128::from(self.y1))
    }
}

impl Serialize for XyXy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.x1, self.y1, self.x2, self.y2].serialize(serializer)
    }
}

/// Why four numbers are not a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidBox {
    /// The box has no area, or its corners are out of order.
    NoArea,
    /// A corner is out of range.
    OutOfRange,
}

impl fmt::Display for InvalidBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoArea => "the box has no area, or its corners are out of order",
            Self::OutOfRange => "a corner of the box is out of range",
        })
    }
}

impl std::error::Error for InvalidBox {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_box_without_area_is_refused() {
        for (width, height) in [(0, 1), (1, 0), (-1, 1), (1, -1)] {
            assert_eq!(XyWh::new(5, 5, width, height), Err(InvalidBox::NoArea));
            assert_eq!(
                XyXy::new(5, 5, 5 + width, 5 + height),
                Err(InvalidBox::NoArea)
            );
        }
        assert_eq!(XyWh::new(i64::MAX, 0, 1, 1), Err(InvalidBox::OutOfRange));
        assert_eq!(XyWh::new(0, i64::MAX, 1, 1), Err(InvalidBox::OutOfRange));
    }

    proptest! {
        #[test]
        fn conversion_keeps_corner_and_area(x: i64, y: i64, width: i64, height: i64) {
            if let Ok(region) = XyWh::new(x, y, width, height) {
                let bbox = region.to_xyxy();
                let (corner, (x2, y2)) = bbox.corners();
                prop_assert_eq!(XyXy::new(corner.0, corner.1, x2, y2), Ok(bbox));
                prop_assert_eq!(corner, (region.x(), region.y()));
                prop_assert_eq!(bbox.area(), i128::from(width) * i128::from(height));
            }
        }
    }

    #[test]
    fn a_box_keeps_its_numbers() {
        let one = XyWh::new(5, 6, 7, 8).unwrap();
        assert_eq!((one.x(), one.y(), one.width(), one.height()), (5, 6, 7, 8));
        assert!(InvalidBox::NoArea.to_string().contains("no area"));
        assert!(InvalidBox::OutOfRange.to_string().contains("out of range"));
    }
}
