//! The content of a file: a small picture or film from this folder, made different for each id.
//!
//! The picture gets its own colours. The film is one picture of 64 by 64 pixels that lasts 12.5
//! seconds, followed by 64 KiB of seeded bytes that no track refers to, so that it is large enough
//! to download in parts. Both files were made for this crate.

use crate::rng::Rng;

/// A face of 96 by 96 pixels in five colours: background, hair, skin, outlines, lips.
const PICTURE: &[u8] = include_bytes!("picture.png");

/// The film up to the end of its only sample; the `mdat` box announces [`TAIL`] more bytes.
const FILM: &[u8] = include_bytes!("film.mp4");

const TAIL: usize = 64 * 1024;

/// Where the type of the `PLTE` chunk, its colours and its checksum are in the picture.
const PALETTE_TYPE: usize = 37;
const COLOURS: usize = PALETTE_TYPE + 4;
const PALETTE_CRC: usize = COLOURS + 5 * 3;

/// The picture for this id.
pub(crate) fn picture(id: &str) -> Vec<u8> {
    let mut picture = PICTURE.to_vec();
    let hash = crc32(id.as_bytes());
    for (at, colour) in picture[COLOURS..COLOURS + 9].iter_mut().enumerate() {
        // At least half of the original, so that the face stays recognisable.
        let byte = hash.rotate_left(u32::try_from(at).unwrap_or(0) * 5) & 0xff;
        let scaled = u32::from(*colour) * (128 + byte / 2) / 255;
        *colour = u8::try_from(scaled).unwrap_or(u8::MAX);
    }
    let crc = crc32(&picture[PALETTE_TYPE..PALETTE_CRC]);
    picture[PALETTE_CRC..PALETTE_CRC + 4].copy_from_slice(&crc.to_be_bytes());
    // Readers ignore what follows the last chunk.
    picture.extend(id.bytes());
    picture
}

/// The film for this id.
pub(crate) fn film(id: &str) -> Vec<u8> {
    let mut film = FILM.to_vec();
    film.extend(id.bytes().take(TAIL));
    let mut rng = Rng::new(crc32(id.as_bytes()).into());
    while film.len() < FILM.len() + TAIL {
        film.extend(rng.bits().to_be_bytes());
    }
    film.truncate(FILM.len() + TAIL);
    film
}

/// The checksum of a PNG chunk, computed bit by bit, because chunks are small.
pub(crate) fn crc32(data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in data {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            let lowest = crc & 1;
            crc >>= 1;
            if lowest == 1 {
                crc ^= 0xedb8_8320;
            }
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "667d228400000000000a0001";

    /// The check value of the algorithm's definition.
    #[test]
    fn the_checksum_is_right() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn chunks_fill_the_picture_and_have_the_right_checksums() {
        let picture = picture(ID);
        let mut rest = picture.strip_prefix(b"\x89PNG\r\n\x1a\n").unwrap();
        let mut names = Vec::new();
        while !rest.starts_with(ID.as_bytes()) {
            let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            let (checked, after) = rest[4..].split_at(4 + length);
            let (crc, after) = after.split_at(4);
            assert_eq!(crc, crc32(checked).to_be_bytes());
            names.push(String::from_utf8(checked[..4].to_vec()).unwrap());
            rest = after;
        }
        assert_eq!(names, ["IHDR", "PLTE", "IDAT", "IEND"]);
        assert_ne!(picture[COLOURS..PALETTE_CRC], PICTURE[COLOURS..PALETTE_CRC]);
    }

    #[test]
    fn boxes_fill_the_film() {
        let film = film(ID);
        let mut rest = &film[..];
        let mut names = Vec::new();
        while !rest.is_empty() {
            let size = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            names.push(&rest[4..8]);
            rest = &rest[size..];
        }
        assert_eq!(names, [b"ftyp", b"moov", b"mdat"]);
        assert!(film[FILM.len()..].starts_with(ID.as_bytes()));
    }

    #[test]
    fn every_id_gets_its_own_file() {
        let long = "x".repeat(TAIL + 1);
        for id in ["", "ä€", &long] {
            assert_eq!(film(id).len(), FILM.len() + TAIL);
            assert_ne!(film(id), film(ID));
            assert_ne!(picture(id), picture(ID));
        }
    }
}
