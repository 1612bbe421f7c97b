//! Whether an answer's XML may be parsed at all. AWS nests a few levels, sends some ten thousand elements a page and hardly
//! any attribute; what is far beyond that would overflow the stack or cost minutes of CPU. Told before the parser sees it.

use memchr::{memchr, memchr3, memmem};

/// Levels of elements. AWS's deepest answer has a dozen.
const MOST_LEVELS: usize = 64;
/// Elements of one answer.
const MOST_ELEMENTS: usize = 500_000;
/// Bytes of one tag with its attributes: a parser compares each attribute with all others.
const MOST_OF_A_TAG: usize = 16 << 10;

/// # Errors
/// A sentence that names the bound that an answer is beyond. What is no XML is left to the parser.
pub fn check(text: &str) -> Result<(), String> {
    let (mut levels, mut elements) = (0, 0);
    let mut rest = text.as_bytes();
    while let Some(at) = memchr(b'<', rest) {
        rest = &rest[at..];
        let Some(length) = skipped(rest).or_else(|| tag(rest)) else { return broken_off(rest) };
        let whole = &rest[..length];
        rest = &rest[length..];
        match whole.get(1) {
            Some(b'!' | b'?') => continue,
            Some(b'/') => {
                levels = usize::saturating_sub(levels, 1);
                continue;
            }
            _ => elements += 1,
        }
        if length > MOST_OF_A_TAG {
            return beyond(&format!("has a tag of more than {} kB", MOST_OF_A_TAG >> 10));
        }
        levels += usize::from(!whole.ends_with(b"/>"));
        if levels > MOST_LEVELS {
            return beyond(&format!("nests more than {MOST_LEVELS} elements"));
        }
        if elements > MOST_ELEMENTS {
            return beyond(&format!("has more than {MOST_ELEMENTS} elements"));
        }
    }
    Ok(())
}

/// The length of a comment, a CDATA section, a declaration or an instruction, which have no elements in them.
fn skipped(rest: &[u8]) -> Option<usize> {
    let until = |end: &[u8]| memmem::find(rest, end).map(|at| at + end.len());
    match rest {
        [b'<', b'!', b'-', b'-', ..] => until(b"-->"),
        [b'<', b'!', b'[', ..] => until(b"]]>"),
        [b'<', b'!', ..] => until(b">"),
        [b'<', b'?', ..] => until(b"?>"),
        _ => None,
    }
}

/// The length of a tag. An end sign within quotes does not end it.
fn tag(rest: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr3(b'>', b'"', b'\'', rest.get(at..)?)? + 1;
        match rest[at - 1] {
            b'>' => return Some(at),
            quote => at += memchr(quote, &rest[at..])? + 1,
        }
    }
}

/// A tag that never ends is the parser's to name, unless it is so long that parsing it costs too much.
fn broken_off(rest: &[u8]) -> Result<(), String> {
    if rest.len() > MOST_OF_A_TAG { beyond("breaks off within a tag") } else { Ok(()) }
}

fn beyond(what: &str) -> Result<(), String> {
    Err(format!("the answer {what}, which AWS's answers never do: it was not read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_bounded_however_it_is_written() {
        let nested = |open: &str, close: &str, levels: usize| open.repeat(levels) + &close.repeat(levels);
        for (open, close) in [
            ("<a>", "</a>"),
            ("<a b='/>'>", "</a >"),
            ("<a b=\"'/>\" >", "</a>"),
            ("<a><b/><!-- </a> -->", "</a>"),
            ("<a><![CDATA[</a></a>]]>", "</a>"),
            ("<a\n>", "</a>"),
            ("<ä:a x='>'><?x </a>?>", "</ä:a>"),
        ] {
            assert_eq!(check(&nested(open, close, MOST_LEVELS)), Ok(()), "{open}");
            let said = check(&nested(open, close, MOST_LEVELS + 1)).unwrap_err();
            assert!(said.contains("nests"), "{said}");
        }
        assert_eq!(check(&format!("<a>{}</a>", "<b></b><c/>".repeat(1000))), Ok(()), "beside is not below");
    }

    #[test]
    fn elements_and_attributes_are_bounded() {
        assert!(check(&format!("<a>{}</a>", "<b/>".repeat(MOST_ELEMENTS))).unwrap_err().contains("elements"));
        let attributes: String = (0..4000).map(|at| format!(" a{at}=\">\"")).collect();
        assert!(check(&format!("<a{attributes}/>")).unwrap_err().contains("tag"));
        assert!(check(&format!("<a{attributes}")).unwrap_err().contains("tag"));
        assert!(check(&format!("<a {}", "b='x' ".repeat(4000))).unwrap_err().contains("tag"));
        let text = "x > y & '\"'".repeat(100_000);
        assert_eq!(check(&format!("<a xmlns=\"urn:x\">{text}<![CDATA[<{text}]]></a>")), Ok(()));
        for unfinished in ["", "no XML", "<", "<a", "<a b='", "<!--", "<![CDATA[", "</", "<>"] {
            assert_eq!(check(unfinished), Ok(()), "{unfinished}");
        }
    }
}
