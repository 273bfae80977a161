//! A film of nothing: the boxes of an MP4 (ISO/IEC 14496-12) with a duration, no track, and 64 KiB
//! of media data that come from the job's id, so that there is something to download in parts.

/// How much media data there is.
const DATA: usize = 64 * 1024;

/// Units of time in a second.
const TIMESCALE: u32 = 1000;

/// The film of this job.
pub(crate) fn film(id: &str, seconds: f64) -> Vec<u8> {
    let mut data: Vec<u8> = id.bytes().collect();
    let mut state = super::png::crc32(id.as_bytes()) | 1;
    while data.len() < DATA {
        // Marsaglia's xorshift: bytes that differ from place to place, so that a part which lands
        // in the wrong place is seen.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        data.extend(state.to_be_bytes());
    }
    [
        // Major brand, its version, compatible brands.
        in_box(*b"ftyp", b"isom\0\0\x02\0isomiso2mp41"),
        in_box(*b"moov", &in_box(*b"mvhd", &movie_header(seconds))),
        in_box(*b"mdat", &data),
    ]
    .concat()
}

/// Version 0 of the movie header.
fn movie_header(seconds: f64) -> Vec<u8> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast to an integer ends at its limits"
    )]
    let duration = (seconds * f64::from(TIMESCALE)) as u32;
    let one = 0x0001_0000_u32;
    let matrix = [one, 0, 0, 0, one, 0, 0, 0, 0x4000_0000];
    let mut header = vec![0; 12]; // Version and flags, times of creation and modification.
    header.extend(TIMESCALE.to_be_bytes());
    header.extend(duration.to_be_bytes());
    header.extend(one.to_be_bytes()); // Normal speed.
    header.extend([1, 0]); // Full volume.
    header.extend([0; 10]); // Reserved.
    for value in matrix {
        header.extend(value.to_be_bytes());
    }
    header.extend([0; 24]); // Predefined.
    header.extend(1_u32.to_be_bytes()); // The id that the next track would have.
    header
}

fn in_box(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(8 + content.len()).unwrap_or(u32::MAX);
    [&size.to_be_bytes()[..], &name, content].concat()
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

    #[test]
    fn boxes_fill_the_file() {
        let film = film("667d228400000000000a0001", 12.5);
        let found = boxes(&film);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["ftyp", "moov", "mdat"]);
        assert!(found[0].1.starts_with(b"isom"));
        assert!(found[2].1.starts_with(b"667d228400000000000a0001"));
        let header = &boxes(&found[1].1)[0];
        assert_eq!((header.0.as_str(), header.1.len()), ("mvhd", 100));
        assert_eq!(header.1[12..16], 1000_u32.to_be_bytes());
        assert_eq!(header.1[16..20], 12_500_u32.to_be_bytes());
    }

    #[test]
    fn any_duration_makes_a_film() {
        for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert!(film("", seconds).len() > DATA);
        }
    }
}
