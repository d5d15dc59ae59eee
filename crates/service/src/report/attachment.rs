//! Finds what a report carries: the canonical content in the file, known by the digest that the seal names.

use std::io::Read as _;

use xinyong_store::sm3_hex;

const STREAM: &[u8] = b"stream";
/// Longer contents are no contents of reports.
const LONGEST: u64 = 64 * 1024 * 1024;
/// What stands before the stream of an embedded file, in the dictionary right before it.
const EMBEDDED: &[u8] = b"/EmbeddedFile";
/// How far before its stream that dictionary begins at most.
const DICTIONARY: usize = 400;

/// The content with a digest, from the file that embeds it; nothing where it is not there.
///
/// It does not read the file as a PDF: whichever embedded stream has the digest is the one that was signed.
pub(super) fn content(file: &[u8], digest: &str) -> Option<Vec<u8>> {
    let mut from = 0;
    while let Some(found) = file.get(from..)?.windows(STREAM.len()).position(|at| at == STREAM) {
        let place = from + found;
        from = place + STREAM.len();
        let before = file.get(place.saturating_sub(DICTIONARY)..place)?;
        if !before.windows(EMBEDDED.len()).any(|at| at == EMBEDDED) {
            continue;
        }
        let body = file.get(from..)?;
        let body = body.strip_prefix(b"\r\n").or_else(|| body.strip_prefix(b"\n")).unwrap_or(body);
        let mut clear = Vec::new();
        let inflated = flate2::read::ZlibDecoder::new(body).take(LONGEST).read_to_end(&mut clear);
        if inflated.is_ok() && sm3_hex(&clear) == digest {
            return Some(clear);
        }
    }
    None
}
