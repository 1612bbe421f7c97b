//! From a file's bytes to its numbered lines of text: byte-order marks, encodings and line ends end here, and what a
//! line says is no matter of this file.

use std::borrow::Cow;

/// One line of a file.
pub(super) struct Line<'a> {
    /// Counted from 1.
    pub number: u32,
    /// The line without its end; what is not UTF-8 is replaced by U+FFFD.
    pub text: Cow<'a, str>,
    /// Whether something had to be replaced, or the line holds a NUL byte.
    pub damaged: bool,
}

/// What a file's first bytes tell about the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf8WithMark,
    Utf16,
    /// No text: far more control characters than any text has.
    Binary,
}

/// Brings bytes to UTF-8 without a byte-order mark, as far as they are text at all.
pub(super) fn decode(bytes: &[u8]) -> (Encoding, Cow<'_, [u8]>) {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => (Encoding::Utf8WithMark, Cow::Borrowed(rest)),
        [0xff, 0xfe, rest @ ..] => (Encoding::Utf16, Cow::Owned(utf16(rest, u16::from_le_bytes))),
        [0xfe, 0xff, rest @ ..] => (Encoding::Utf16, Cow::Owned(utf16(rest, u16::from_be_bytes))),
        _ if is_binary(bytes) => (Encoding::Binary, Cow::Borrowed(bytes)),
        _ => (Encoding::Utf8, Cow::Borrowed(bytes)),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let (pairs, _odd_byte) = bytes.as_chunks::<2>();
    let text: String = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .map(|decoded| decoded.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    text.into_bytes()
}

/// More than one control character in twenty bytes at the start: noise, or UTF-16 without a mark. A stray NUL in a
/// text is not enough, since it should cost its own line only.
fn is_binary(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(8192)];
    let controls =
        start.iter().filter(|byte| byte.is_ascii_control() && !b"\t\n\r\x0c".contains(byte)).count();
    controls * 20 > start.len()
}

/// The lines of UTF-8 text, ended by LF, CR LF or CR.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut rest = bytes;
    let mut number = 0u32;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        number = number.saturating_add(1);
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        rest = after.strip_prefix(b"\r\n").unwrap_or(after.get(1..).unwrap_or_default());
        let text = String::from_utf8_lossy(line);
        let damaged = matches!(text, Cow::Owned(_)) || line.contains(&0);
        Some(Line { number, text, damaged })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_counts_once() {
        let found: Vec<(u32, String)> =
            lines(b"a\r\nb\rc\n\nd").map(|line| (line.number, line.text.into_owned())).collect();
        let expected = [(1, "a"), (2, "b"), (3, "c"), (4, ""), (5, "d")];
        assert_eq!(found, expected.map(|(number, text)| (number, text.to_owned())));
    }

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(decode(b"\xef\xbb\xbfx"), (Encoding::Utf8WithMark, b"x".as_slice().into()));
        assert_eq!(decode(b"\xff\xfex\0"), (Encoding::Utf16, b"x".as_slice().into()));
        assert_eq!(decode(b"\xfe\xff\0x"), (Encoding::Utf16, b"x".as_slice().into()));
        assert_eq!(decode(b"x\0y\0").0, Encoding::Binary);
        assert_eq!(decode(b"[default]\nregion = eu-west-1\0\n").0, Encoding::Utf8);
        assert_eq!(decode(b"").0, Encoding::Utf8);
    }
}
