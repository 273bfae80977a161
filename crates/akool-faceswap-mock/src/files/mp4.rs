//! A film of one blue picture: the boxes of an MP4 (ISO/IEC 14496-12, H.264 in it by 14496-15) that
//! players show, and 64 KiB that no track names, made from the job's id, so that each film is
//! another one and there is something to download in parts.

/// How many bytes follow the picture.
const DATA: usize = 64 * 1024;

/// Units of time in a second.
const TIMESCALE: u32 = 1000;

/// Width and height of the picture.
const SIDE: u16 = 64;

/// What a decoder has to know before the picture (H.264, 7.3.2.1 and 7.3.2.2): baseline profile,
/// level 1, 64 by 64.
const SEQUENCE: [u8; 23] = [
    0x67, 0x42, 0xc0, 0x0a, 0xd9, 0x04, 0x26, 0xc0, 0x44, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00,
    0x03, 0x00, 0xc8, 0x3c, 0x48, 0x99, 0x20,
];
const PICTURE_SETTINGS: [u8; 5] = [0x68, 0xcb, 0x81, 0x12, 0xc8];

/// The picture itself, evenly blue.
const PICTURE: [u8; 31] = [
    0x65, 0x88, 0x84, 0x3f, 0x11, 0x8a, 0x00, 0x06, 0xe3, 0x80, 0x00, 0x80, 0xb4, 0x70, 0x00, 0x10,
    0x0f, 0x88, 0xfd, 0x27, 0x27, 0x37, 0xea, 0xeb, 0xae, 0xba, 0xeb, 0xae, 0xba, 0xeb, 0xaf,
];

/// The film of this job.
pub(crate) fn film(id: &str, seconds: f64) -> Vec<u8> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast to an integer ends at its limits"
    )]
    let duration = (seconds * f64::from(TIMESCALE)) as u32;
    // Major brand, its version, compatible brands.
    let kind = in_box(*b"ftyp", &[b"isom\0\0\x02\0isomiso2avc1mp41"]);
    let sample = [&length(&PICTURE)[..], &PICTURE].concat();
    // Where the picture is stands in a field of fixed size.
    let before = kind.len() + movie(duration, sample.len(), 0).len() + 8;
    let movie = movie(duration, sample.len(), before);
    let media = in_box(*b"mdat", &[&sample, &noise(id)]);
    [kind, movie, media].concat()
}

/// Bytes that differ from place to place, so that a part which lands in the wrong place is seen.
fn noise(id: &str) -> Vec<u8> {
    let mut data: Vec<u8> = id.bytes().collect();
    let mut state = super::png::crc32(id.as_bytes()) | 1;
    while data.len() < DATA {
        // Marsaglia's xorshift.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        data.extend(state.to_be_bytes());
    }
    data
}

/// One track with one sample, of `length` bytes at `offset`, that lasts for all of the film.
fn movie(duration: u32, length: usize, offset: usize) -> Vec<u8> {
    let one = 0x0001_0000_u32;
    let matrix = words(&[one, 0, 0, 0, one, 0, 0, 0, 0x4000_0000]);
    let side = words(&[u32::from(SIDE) << 16; 2]);
    // Version and flags, times of creation and modification, then the time.
    let times = words(&[0, 0, 0, TIMESCALE, duration]);
    let samples = in_box(
        *b"stbl",
        &[
            &in_box(*b"stsd", &[&words(&[0, 1]), &sample_entry()]),
            &in_box(*b"stts", &[&words(&[0, 1, 1, duration])]),
            &in_box(*b"stsc", &[&words(&[0, 1, 1, 1, 1])]),
            &in_box(*b"stsz", &[&words(&[0, number(length), 1])]),
            &in_box(*b"stco", &[&words(&[0, 1, number(offset)])]),
        ],
    );
    // The media are in this file.
    let here = in_box(*b"url ", &[&words(&[1])]);
    let references = in_box(*b"dref", &[&words(&[0, 1]), &here]);
    let information = in_box(
        *b"minf",
        &[
            &in_box(*b"vmhd", &[&words(&[1, 0, 0])]),
            &in_box(*b"dinf", &[&references]),
            &samples,
        ],
    );
    let media = in_box(
        *b"mdia",
        &[
            // Its language is undetermined.
            &in_box(*b"mdhd", &[&times, &words(&[0x55c4_0000])]),
            &in_box(*b"hdlr", &[&[0; 8], b"vide", &[0; 13]]),
            &information,
        ],
    );
    // Enabled and in the film; the track's number, then its time; on no layer, and silent.
    let place = words(&[3, 0, 0, 1, 0, duration, 0, 0, 0, 0]);
    let track = in_box(
        *b"trak",
        &[&in_box(*b"tkhd", &[&place, &matrix, &side]), &media],
    );
    // Normal speed, full volume; the number that the next track would have.
    let normal = words(&[one, 0x0100_0000, 0, 0]);
    let header = in_box(
        *b"mvhd",
        &[&times, &normal, &matrix, &[0; 24], &words(&[2])],
    );
    in_box(*b"moov", &[&header, &track])
}

/// How the picture is coded.
fn sample_entry() -> Vec<u8> {
    let [_, profile, compatible, level, ..] = SEQUENCE;
    // Version 1, lengths of four bytes, one of each.
    let configuration = in_box(
        *b"avcC",
        &[
            &[1, profile, compatible, level, 0xff, 0xe1],
            &length(&SEQUENCE)[2..],
            &SEQUENCE,
            &[1],
            &length(&PICTURE_SETTINGS)[2..],
            &PICTURE_SETTINGS,
        ],
    );
    let side = SIDE.to_be_bytes();
    in_box(
        *b"avc1",
        &[
            &[0, 0, 0, 0, 0, 0, 0, 1], // The first of the references.
            &[0; 16],
            &side,
            &side,
            &words(&[0x0048_0000, 0x0048_0000, 0]), // 72 dots an inch.
            &[0, 1],                                // Frames in a sample.
            &[0; 32],                               // No name of a coder.
            &[0, 24, 0xff, 0xff],                   // Colour, and no table of it.
            &configuration,
        ],
    )
}

fn in_box(name: [u8; 4], content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    [
        &number(8 + content.len()).to_be_bytes()[..],
        &name,
        &content,
    ]
    .concat()
}

fn length(bytes: &[u8]) -> [u8; 4] {
    number(bytes.len()).to_be_bytes()
}

fn number(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes(mut content: &[u8]) -> Vec<(String, Vec<u8>)> {
        let mut boxes = Vec::new();
        while !content.is_empty() {
            let size = u32::from_be_bytes(content[..4].try_into().unwrap()) as usize;
            let name = String::from_utf8(content[4..8].to_vec()).unwrap();
            boxes.push((name, content[8..size].to_vec()));
            content = &content[size..];
        }
        boxes
    }

    /// What is in the box at this path.
    fn inner(film: &[u8], path: &[&str]) -> Vec<u8> {
        path.iter().fold(film.to_vec(), |content, name| {
            let found = boxes(&content).into_iter().find(|(found, _)| found == name);
            found.unwrap_or_else(|| panic!("no {name}")).1
        })
    }

    #[test]
    fn boxes_fill_the_file() {
        let film = film("667d228400000000000a0001", 12.5);
        let found = boxes(&film);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["ftyp", "moov", "mdat"]);
        assert!(found[0].1.starts_with(b"isom"));
        assert!(found[2].1[35..].starts_with(b"667d228400000000000a0001"));
    }

    #[test]
    fn headers_have_their_sizes_and_the_duration() {
        let film = film("", 12.5);
        let media = ["moov", "trak", "mdia"];
        for (path, size, time_at) in [
            (&["moov", "mvhd"][..], 100, 12),
            (&["moov", "trak", "tkhd"], 84, 20),
            (&[media[0], media[1], media[2], "mdhd"], 24, 12),
        ] {
            let header = inner(&film, path);
            assert_eq!(header.len(), size, "{path:?}");
            let mut time = header[time_at..].to_vec();
            if path[path.len() - 1] != "tkhd" {
                assert_eq!(time[..4], TIMESCALE.to_be_bytes(), "{path:?}");
                time.drain(..4);
            }
            assert_eq!(time[..4], 12_500_u32.to_be_bytes(), "{path:?}");
        }
    }

    #[test]
    fn the_track_names_the_picture() {
        let film = film("667d228400000000000a0001", 1.0);
        let table = |name| inner(&film, &["moov", "trak", "mdia", "minf", "stbl", name]);
        let last = |content: Vec<u8>| {
            u32::from_be_bytes(content[content.len() - 4..].try_into().unwrap()) as usize
        };
        let at = last(table("stco"));
        let size = u32::from_be_bytes(table("stsz")[4..8].try_into().unwrap()) as usize;
        assert_eq!(film[at..at + 4], [0, 0, 0, 31]);
        assert_eq!(film[at + 4..at + size], PICTURE);
    }

    #[test]
    fn any_duration_makes_a_film() {
        for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert!(film("", seconds).len() > DATA);
        }
    }
}
