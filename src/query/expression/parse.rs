//! Reading an expression, by the rules at the module's head. Every mistake says where it is and what was expected.

use std::borrow::Cow;
use std::ops::Range;

use super::lex::{Piece, Token, lex};
use super::print::{greater, less};
use super::{Mistake, is_reserved};
use crate::query::{Bounds, Filter, Test, column_named, pattern};
use crate::rds::{Column, Shape};

/// Parentheses within one another, so that no text can be too deep to be read.
const DEEPEST: usize = 100;

const OPERATORS: &str = "is, in, contains, matches, between, or a sign such as >=";

/// Reads the words that are searched for, and the conditions. Columns are found by their names in any case.
///
/// # Errors
/// What is wrong, and where.
pub fn parse(text: &str, columns: &[Column]) -> Result<(String, Vec<Filter>), Mistake> {
    read(text, Some(columns))
}

/// Reads conditions where it is not known which columns there are, as in a file: every name is taken for one as it stands.
///
/// # Errors
/// What is wrong, and where; also words that are no condition.
pub fn parse_conditions(text: &str) -> Result<Vec<Filter>, Mistake> {
    match read(text, None)? {
        (search, filters) if search.is_empty() => Ok(filters),
        (search, _) => Err(Mistake {
            range: 0..text.chars().count(),
            message: format!("“{search}” is no condition: a column and one of {OPERATORS} come first"),
        }),
    }
}

fn read(text: &str, columns: Option<&[Column]>) -> Result<(String, Vec<Filter>), Mistake> {
    let mut parser = Parser { pieces: lex(text)?, at: 0, columns, end: text.chars().count(), depth: 0 };
    if parser.pieces.is_empty() {
        return Ok((String::new(), Vec::new()));
    }
    let mut alternatives = parser.alternatives()?;
    if let Some(piece) = parser.pieces.get(parser.at) {
        return Err(parser.unexpected(piece));
    }
    if alternatives.len() > 1 {
        return Ok((String::new(), vec![any(alternatives)?]));
    }
    let (mut search, mut filters) = (Vec::new(), Vec::new());
    for part in alternatives.pop().unwrap_or_default() {
        match part {
            Part::Filter(filter) => filters.push(filter),
            Part::Words(words, _) => search.push(words),
        }
    }
    Ok((search.join(" "), filters))
}

/// What stands between two `and`.
enum Part {
    Filter(Filter),
    /// Words that are searched for, which stand only beside conditions and not within them.
    Words(String, Range<usize>),
}

impl Part {
    fn filter(self) -> Result<Filter, Mistake> {
        match self {
            Part::Filter(filter) => Ok(filter),
            Part::Words(words, range) => Err(Mistake {
                range,
                message: format!(
                    "“{words}” is searched for in all columns, which goes only beside conditions, joined with and; \
                     or is a condition meant? Then a column and one of {OPERATORS} come first"
                ),
            }),
        }
    }
}

fn all(mut parts: Vec<Part>) -> Result<Filter, Mistake> {
    match (parts.len(), parts.pop()) {
        (1, Some(part)) => part.filter(),
        (_, last) => {
            parts.into_iter().chain(last).map(Part::filter).collect::<Result<_, _>>().map(Filter::All)
        }
    }
}

fn any(mut alternatives: Vec<Vec<Part>>) -> Result<Filter, Mistake> {
    match (alternatives.len(), alternatives.pop()) {
        (1, Some(parts)) => all(parts),
        (_, last) => alternatives.into_iter().chain(last).map(all).collect::<Result<_, _>>().map(Filter::Any),
    }
}

struct Parser<'a> {
    pieces: Vec<Piece>,
    at: usize,
    /// `None` where every name is one.
    columns: Option<&'a [Column]>,
    /// The text's length, where a mistake at its end is.
    end: usize,
    depth: usize,
}

impl Parser<'_> {
    fn alternatives(&mut self) -> Result<Vec<Vec<Part>>, Mistake> {
        let mut alternatives = Vec::new();
        loop {
            let mut parts = vec![self.part()?];
            while self.take("and") {
                parts.push(self.part()?);
            }
            alternatives.push(parts);
            if !self.take("or") {
                return Ok(alternatives);
            }
        }
    }

    fn part(&mut self) -> Result<Part, Mistake> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.mistake(format!("more than {DEEPEST} conditions stand within one another")));
        }
        let part = self.part_within()?;
        self.depth -= 1;
        Ok(part)
    }

    fn part_within(&mut self) -> Result<Part, Mistake> {
        if self.take("not") {
            let inner = self.part()?.filter()?;
            return Ok(Part::Filter(Filter::Not(Box::new(inner))));
        }
        if self.take_token(&Token::Open) {
            let inner = any(self.alternatives()?)?;
            self.close()?;
            return Ok(Part::Filter(inner));
        }
        for (word, make) in [("any", Filter::Any as fn(Vec<Filter>) -> Filter), ("all", Filter::All)] {
            if self.is_word(0, word) && self.is_token(1, &Token::Open) {
                self.at += 2;
                return Ok(Part::Filter(make(self.list(|parser| any(parser.alternatives()?))?)));
            }
        }
        if self.is_name(0) && self.is_operator(1) {
            return Ok(Part::Filter(self.condition()?));
        }
        self.words()
    }

    /// The elements of a list after its parenthesis, and the closing one.
    fn list<T>(&mut self, element: impl Fn(&mut Self) -> Result<T, Mistake>) -> Result<Vec<T>, Mistake> {
        let mut elements = Vec::new();
        if self.take_token(&Token::Close) {
            return Ok(elements);
        }
        loop {
            elements.push(element(self)?);
            if !self.take_token(&Token::Comma) {
                self.close()?;
                return Ok(elements);
            }
        }
    }

    fn words(&mut self) -> Result<Part, Mistake> {
        let first = self.at;
        let mut words = Vec::new();
        while self.is_name(0) && !self.is_operator(1) {
            words.push(self.name().unwrap_or_default());
        }
        if words.is_empty() {
            return Err(self.mistake(format!("a condition is expected: a column, then {OPERATORS}")));
        }
        // A column that nothing is said of was hardly meant to be searched for.
        if let Token::Word(word) = &self.pieces[first].token
            && let Some(column) = self.columns.and_then(|columns| column_named(word, columns).ok())
        {
            self.at = first + 1;
            let name = &column.name;
            return Err(self.mistake(format!(
                "after the column {name}, {OPERATORS} is expected; in quotation marks, “{name}” is searched for"
            )));
        }
        let range = self.pieces[first].range.start..self.pieces[self.at - 1].range.end;
        Ok(Part::Words(words.join(" "), range))
    }

    fn condition(&mut self) -> Result<Filter, Mistake> {
        let range = self.pieces[self.at].range.clone();
        let name = self.name().unwrap_or_default();
        let column = match self.columns {
            Some(columns) => column_named(&name, columns)
                .map(Cow::Borrowed)
                .map_err(|message| Mistake { range, message })?,
            // Of a text any bound can be read.
            None => Cow::Owned(Column::new(name, Shape::String, false)),
        };
        let negated = self.take("not");
        let filter = self.tested(&column)?;
        Ok(if negated { Filter::Not(Box::new(filter)) } else { filter })
    }

    fn tested(&mut self, column: &Column) -> Result<Filter, Mistake> {
        let test = |test: Test| Filter::column(&column.name, test);
        let not = |filter: Filter| Filter::Not(Box::new(filter));
        let begin = self.at;
        if self.take("contains") {
            return Ok(test(Test::Contains(self.value()?)));
        }
        if self.take("matches") {
            let at = self.at;
            let text = self.value()?;
            // What a file holds is to be read whole; it is looked at when it is known what it is for.
            if self.columns.is_some() {
                pattern(&text)
                    .map_err(|message| Mistake { range: self.pieces[at].range.clone(), message })?;
            }
            return Ok(test(Test::Matches(text)));
        }
        if self.take("in") {
            return Ok(test(Test::Is(self.choices()?)));
        }
        if self.take("between") {
            let from = self.bound()?;
            if !self.take("and") {
                return Err(self.mistake("and is expected, then the second bound".to_owned()));
            }
            let to = self.bound()?;
            self.check(column, begin, from.as_deref(), to.as_deref())?;
            return Ok(test(Test::Between { from, to }));
        }
        if self.take("is") {
            let negated = self.take("not");
            let filter = if self.take("absent") || self.take("null") || self.take("empty") {
                test(Test::Absent)
            } else if self.take("present") {
                not(test(Test::Absent))
            } else if self.take("in") {
                test(Test::Is(self.choices()?))
            } else {
                let mut choices = vec![self.value()?];
                while self.is_word(0, "or") && self.is_value(1) && !self.is_operator(2) {
                    self.at += 1;
                    choices.push(self.value()?);
                }
                test(Test::Is(choices))
            };
            return Ok(if negated { not(filter) } else { filter });
        }
        let Some(Piece { token: Token::Sign(sign), .. }) = self.pieces.get(self.at).cloned() else {
            return Err(self.mistake(format!("{OPERATORS} is expected")));
        };
        self.at += 1;
        let value = self.value()?;
        match sign {
            "=" => return Ok(test(Test::Is(vec![value]))),
            "!=" => return Ok(not(test(Test::Is(vec![value])))),
            _ => self.check(column, begin, Some(&value), None)?,
        }
        Ok(match sign {
            "<" => less(&column.name, value),
            ">" => greater(&column.name, value),
            "<=" => test(Test::Between { from: None, to: Some(value) }),
            _ => test(Test::Between { from: Some(value), to: None }),
        })
    }

    /// Whether bounds can be read as what the column holds; the mistake is what was read since a piece.
    fn check(
        &self,
        column: &Column,
        since: usize,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<(), Mistake> {
        let range = self.pieces[since + 1].range.start..self.pieces[self.at - 1].range.end;
        Bounds::of(column, from, to).map(drop).map_err(|message| Mistake { range, message })
    }

    fn choices(&mut self) -> Result<Vec<String>, Mistake> {
        if !self.take_token(&Token::Open) {
            return Err(self.mistake("( is expected, then the values, separated by commas".to_owned()));
        }
        self.list(Self::value)
    }

    fn bound(&mut self) -> Result<Option<String>, Mistake> {
        if self.take("any") { Ok(None) } else { self.value().map(Some) }
    }

    fn value(&mut self) -> Result<String, Mistake> {
        if self.is_value(0)
            && let Some(value) = self.name()
        {
            return Ok(value);
        }
        Err(self.mistake(match self.pieces.get(self.at) {
            Some(Piece { token: Token::Word(word), .. }) => {
                format!("a value is expected; to mean the word {word} itself, write \"{word}\"")
            }
            _ => "a value is expected".to_owned(),
        }))
    }

    /// The word or text that stands here, which is then behind.
    fn name(&mut self) -> Option<String> {
        let name = match &self.pieces.get(self.at)?.token {
            Token::Word(text) | Token::Text(text) => text.clone(),
            _ => return None,
        };
        self.at += 1;
        Some(name)
    }

    fn close(&mut self) -> Result<(), Mistake> {
        if self.take_token(&Token::Close) {
            return Ok(());
        }
        Err(match self.pieces.get(self.at) {
            Some(piece) => self.unexpected(piece),
            None => self.mistake(") is expected".to_owned()),
        })
    }

    fn unexpected(&self, piece: &Piece) -> Mistake {
        let message = match &piece.token {
            Token::Word(_) | Token::Text(_) => {
                "and, or, or the end is expected; a value of several words wants quotation marks"
            }
            Token::Close => "no parenthesis is open here",
            _ => "and, or, or the end is expected",
        };
        Mistake { range: piece.range.clone(), message: message.to_owned() }
    }

    /// A mistake at the next piece, or at the end.
    fn mistake(&self, message: String) -> Mistake {
        let range = self.pieces.get(self.at).map_or(self.end..self.end, |piece| piece.range.clone());
        Mistake { range, message }
    }

    fn take(&mut self, word: &str) -> bool {
        let is_here = self.is_word(0, word);
        self.at += usize::from(is_here);
        is_here
    }

    fn take_token(&mut self, token: &Token) -> bool {
        let is_here = self.is_token(0, token);
        self.at += usize::from(is_here);
        is_here
    }

    fn is_token(&self, ahead: usize, token: &Token) -> bool {
        self.pieces.get(self.at + ahead).is_some_and(|piece| piece.token == *token)
    }

    fn is_word(&self, ahead: usize, wanted: &str) -> bool {
        matches!(
            self.pieces.get(self.at + ahead),
            Some(Piece { token: Token::Word(word), .. }) if word.eq_ignore_ascii_case(wanted)
        )
    }

    /// Whether a column or a word to be searched for may stand there.
    fn is_name(&self, ahead: usize) -> bool {
        match self.pieces.get(self.at + ahead).map(|piece| &piece.token) {
            Some(Token::Word(word)) => {
                !["and", "or", "not"].iter().any(|other| other.eq_ignore_ascii_case(word))
            }
            Some(Token::Text(_)) => true,
            _ => false,
        }
    }

    fn is_value(&self, ahead: usize) -> bool {
        match self.pieces.get(self.at + ahead).map(|piece| &piece.token) {
            Some(Token::Word(word)) => !is_reserved(word),
            Some(Token::Text(_)) => true,
            _ => false,
        }
    }

    fn is_operator(&self, ahead: usize) -> bool {
        let is_sign = matches!(self.pieces.get(self.at + ahead), Some(Piece { token: Token::Sign(_), .. }));
        let is_one = |ahead: usize| {
            ["contains", "is", "in", "matches", "between"].iter().any(|word| self.is_word(ahead, word))
        };
        is_sign || is_one(ahead) || self.is_word(ahead, "not") && is_one(ahead + 1)
    }
}
