//! How SQL looks in the editor: words of the language, texts, numbers and remarks in colours of their own, and the place
//! of a mistake underlined. It knows no grammar.

use egui::text::{LayoutJob, TextFormat};
use egui::{FontId, Stroke};

use crate::ui::theme::{self, Tokens};

/// Words of the language, in the order of their letters.
pub const KEYWORDS: &[&str] = &[
    "ALL",
    "AND",
    "AS",
    "ASC",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "COLLATE",
    "CROSS",
    "DESC",
    "DISTINCT",
    "ELSE",
    "END",
    "EXCEPT",
    "EXISTS",
    "FROM",
    "FULL",
    "GLOB",
    "GROUP",
    "HAVING",
    "IN",
    "INNER",
    "INTERSECT",
    "IS",
    "JOIN",
    "LEFT",
    "LIKE",
    "LIMIT",
    "NOT",
    "NULL",
    "NULLS",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "RECURSIVE",
    "RIGHT",
    "SELECT",
    "THEN",
    "UNION",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "WITH",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Keyword,
    Text,
    Number,
    Remark,
    Other,
}

/// The text as it is drawn; `mistake` is a line and a column, from 1.
pub fn job(text: &str, mistake: Option<(usize, usize)>, tokens: &Tokens) -> LayoutJob {
    let mistake = mistake.map(|at| word_at(text, at));
    let mut job = LayoutJob::default();
    let mut at = 0;
    for (part, piece) in parts(text) {
        let color = match part {
            Part::Keyword => tokens.accent,
            Part::Text => tokens.good,
            Part::Number => tokens.attention,
            Part::Remark => tokens.text_faint,
            Part::Other => tokens.text,
        };
        let mut format = TextFormat::simple(FontId::monospace(theme::MONOSPACE), color);
        if mistake.as_ref().is_some_and(|mistake| mistake.contains(&at)) {
            format.underline = Stroke::new(1.5, tokens.bad);
            format.color = tokens.bad;
        }
        job.append(piece, 0.0, format);
        at += piece.len();
    }
    job
}

/// The bytes of the word at a line and column.
fn word_at(text: &str, (line, column): (usize, usize)) -> std::ops::Range<usize> {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    let start = start + rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at);
    let rest = text.get(start..).unwrap_or_default();
    let length = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
    start..start + length.max(1)
}

/// The text in pieces, each of one sort.
fn parts(text: &str) -> Vec<(Part, &str)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let until = |end: &dyn Fn(char) -> bool| rest.find(end).unwrap_or(rest.len());
        let (part, length) = if rest.starts_with("--") {
            (Part::Remark, until(&|letter| letter == '\n'))
        } else if rest.starts_with("/*") {
            (Part::Remark, rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else if first == '\'' {
            (Part::Text, rest[1..].find('\'').map_or(rest.len(), |end| end + 2))
        } else if first == '"' {
            (Part::Other, rest[1..].find('"').map_or(rest.len(), |end| end + 2))
        } else if first.is_ascii_digit() {
            (Part::Number, until(&|letter| !letter.is_alphanumeric() && letter != '.'))
        } else if first.is_alphabetic() || first == '_' {
            let length = until(&|letter| !letter.is_alphanumeric() && letter != '_');
            let is_keyword = KEYWORDS.binary_search(&rest[..length].to_uppercase().as_str()).is_ok();
            (if is_keyword { Part::Keyword } else { Part::Other }, length)
        } else {
            (Part::Other, first.len_utf8())
        };
        let (piece, after) = rest.split_at(length);
        parts.push((part, piece));
        rest = after;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_each_piece_is_told_apart() {
        assert!(KEYWORDS.is_sorted());
        let text = "SELECT 'it''s', \"A b\", 1.5e3 -- ü\nfrom t /* open";
        let found = parts(text);
        assert_eq!(found.iter().map(|(_, piece)| *piece).collect::<String>(), text);
        let of = |wanted| -> Vec<&str> {
            found.iter().filter(|(part, _)| *part == wanted).map(|(_, piece)| *piece).collect()
        };
        assert_eq!(of(Part::Keyword), ["SELECT", "from"]);
        assert_eq!(of(Part::Text), ["'it'", "'s'"]);
        assert_eq!(of(Part::Number), ["1.5e3"]);
        assert_eq!(of(Part::Remark), ["-- ü", "/* open"]);
    }

    #[test]
    fn a_mistake_is_a_word() {
        let text = "SELECT ü,\n  Engin FROM t";
        assert_eq!(&text[word_at(text, (2, 3))], "Engin");
        assert_eq!(word_at(text, (9, 9)).start, text.len());
    }
}
