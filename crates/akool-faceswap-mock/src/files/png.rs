//! A picture of 16 by 16 pixels whose colours come from the job's id (PNG, W3C Recommendation).

/// Pixels in a row, and rows.
const SIDE: u8 = 16;

/// The picture of this job.
pub(crate) fn picture(id: &str) -> Vec<u8> {
    let hash = crc32(id.as_bytes()).to_be_bytes();
    let mut pixels = Vec::new();
    for y in 0..SIDE {
        // No filter.
        pixels.push(0);
        for x in 0..SIDE {
            let checked = (x / 4 + y / 4) % 2 == 0;
            let [red, green, blue, base] = hash;
            pixels.extend(if checked {
                [red, green, blue]
            } else {
                [base, red ^ 0xff, green.wrapping_add(x * 8)]
            });
        }
    }

    let side = u32::from(SIDE).to_be_bytes();
    // 8 bits a channel, red green blue, deflate, no filter method but 0, not interlaced.
    let header = [&side[..], &side, &[8, 2, 0, 0, 0]].concat();
    let comment = [b"Comment\0", id.as_bytes()].concat();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, *b"IHDR", &header);
    // Texts are Latin-1; an id with other characters goes without.
    if id.is_ascii() {
        chunk(&mut png, *b"tEXt", &comment);
    }
    chunk(&mut png, *b"IDAT", &stored(&pixels));
    chunk(&mut png, *b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let checked = [&name[..], data].concat();
    png.extend(length(data.len()).to_be_bytes());
    png.extend(&checked);
    png.extend(crc32(&checked).to_be_bytes());
}

/// Everything here is far shorter.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// A zlib stream of one block that is stored as it is (RFC 1950, 1951); at most 64 KiB.
fn stored(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    let mut stream = vec![0x78, 0x01, 1];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(data);
    stream.extend(adler32(data).to_be_bytes());
    stream
}

fn adler32(data: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for &byte in data {
        a = (a + u32::from(byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    (b << 16) | a
}

/// The checksum of PNG and zip, bit by bit: there is never much to check.
pub(crate) fn crc32(data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in data {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            let odd = crc & 1 == 1;
            crc >>= 1;
            if odd {
                crc ^= 0xedb8_8320;
            }
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the algorithms' definitions.
    #[test]
    fn checksums_are_right() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn chunks_fill_the_file_and_have_the_right_checksums() {
        let png = picture("667d228400000000000a0001");
        let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n").unwrap();
        let mut names = Vec::new();
        while !rest.is_empty() {
            let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            let (checked, after) = rest[4..].split_at(4 + length);
            let (crc, after) = after.split_at(4);
            assert_eq!(crc, crc32(checked).to_be_bytes());
            names.push(String::from_utf8(checked[..4].to_vec()).unwrap());
            rest = after;
        }
        assert_eq!(names, ["IHDR", "tEXt", "IDAT", "IEND"]);
    }

    #[test]
    fn the_stored_block_holds_every_row() {
        let stream = stored(&[7; 784]);
        // zlib's header is a multiple of 31 (RFC 1950, 2.2).
        assert_eq!(u16::from_be_bytes([stream[0], stream[1]]) % 31, 0);
        assert_eq!(stream[3..5], 784_u16.to_le_bytes());
        assert_eq!(stream.len(), 2 + 5 + 784 + 4);
    }
}
