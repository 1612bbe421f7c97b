//! An expression's words, texts and signs, each with its place.

use std::ops::Range;

use super::Mistake;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// Anything without quotation marks: a column, a value or a word of the language.
    Word(String),
    /// What stood in quotation marks.
    Text(String),
    /// One of `=`, `!=`, `<`, `<=`, `>`, `>=`.
    Sign(&'static str),
    Open,
    Close,
    Comma,
}

#[derive(Debug, Clone)]
pub struct Piece {
    pub token: Token,
    /// Characters of the text.
    pub range: Range<usize>,
}

/// The signs as they may be written, the longer ones first, and what each is.
const SIGNS: [(&str, &str); 8] =
    [("<=", "<="), (">=", ">="), ("!=", "!="), ("<>", "!="), ("==", "="), ("=", "="), ("<", "<"), (">", ">")];

pub fn lex(text: &str) -> Result<Vec<Piece>, Mistake> {
    let characters: Vec<char> = text.chars().collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        let rest = &characters[at..];
        let sign =
            SIGNS.iter().find(|(written, _)| written.chars().eq(rest.iter().copied().take(written.len())));
        let (token, length) = match character {
            _ if character.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '"' | '\'' => quoted(rest).ok_or_else(|| Mistake {
                range: at..characters.len(),
                message: "the text that begins here has no closing quotation mark".to_owned(),
            })?,
            _ => match sign {
                Some((written, sign)) => (Token::Sign(sign), written.len()),
                None => {
                    // A sign's beginning alone, such as an exclamation mark, is a word of its own.
                    let length = rest.iter().take_while(|next| is_of_word(**next)).count().max(1);
                    (Token::Word(rest[..length].iter().collect()), length)
                }
            },
        };
        pieces.push(Piece { token, range: at..at + length });
        at += length;
    }
    Ok(pieces)
}

fn is_of_word(character: char) -> bool {
    !character.is_whitespace() && !matches!(character, '(' | ')' | ',' | '"' | '=' | '!' | '<' | '>')
}

/// What stands between a quotation mark and the next, and how many characters that are with both. A backslash before
/// what it does not change stays, so that a regular expression is mostly written as elsewhere.
fn quoted(characters: &[char]) -> Option<(Token, usize)> {
    let mark = characters.first()?;
    let mut inside = String::new();
    let mut at = 1;
    loop {
        let character = characters.get(at)?;
        at += 1;
        if character == mark {
            return Some((Token::Text(inside), at));
        }
        if *character != '\\' {
            inside.push(*character);
            continue;
        }
        let escaped = characters.get(at)?;
        at += 1;
        match escaped {
            'n' => inside.push('\n'),
            'r' => inside.push('\r'),
            't' => inside.push('\t'),
            'u' => match by_number(&characters[at..]) {
                Some((character, length)) => {
                    inside.push(character);
                    at += length;
                }
                None => inside.push_str("\\u"),
            },
            '\\' | '"' | '\'' => inside.push(*escaped),
            other => inside.extend(['\\', *other]),
        }
    }
}

/// The character that `{1f600}` names, if that stands first, and how many characters the name has.
fn by_number(characters: &[char]) -> Option<(char, usize)> {
    let end = characters.iter().position(|character| *character == '}').filter(|end| *end <= 7)?;
    let digits: String = characters.get(1..end)?.iter().collect();
    let named = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)?;
    (characters.first() == Some(&'{')).then_some((named, end + 1))
}
