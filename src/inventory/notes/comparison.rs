//! One comparison of a column with what it cannot equal, or not in the sense in which it is written; and what to write instead.

use sqlparser::ast::Expr;

use super::literal::{Is, Other, as_text, is_numeric, is_time, time_of};
use super::scope::Holds;
use crate::query::literal as quoted_text;
use crate::rds::Shape;

/// How a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `=`, `<>`, `IS` or `IS NOT`.
    Equal(&'static str),
    /// `<`, `<=`, `>` or `>=`.
    Order(&'static str),
    Between {
        negated: bool,
    },
    In {
        negated: bool,
    },
    Like {
        negated: bool,
    },
    /// A branch of `CASE column`.
    When,
}

impl Sign {
    /// The sign with its sides changed.
    pub fn flipped(self) -> Sign {
        match self {
            Sign::Order("<") => Sign::Order(">"),
            Sign::Order("<=") => Sign::Order(">="),
            Sign::Order(">") => Sign::Order("<"),
            Sign::Order(">=") => Sign::Order("<="),
            sign => sign,
        }
    }

    fn orders(self) -> bool {
        matches!(self, Sign::Order(_) | Sign::Between { .. })
    }

    fn is_negated(self) -> bool {
        match self {
            Sign::Equal(sign) => matches!(sign, "<>" | "IS NOT"),
            Sign::Between { negated } | Sign::In { negated } | Sign::Like { negated } => negated,
            Sign::Order(_) | Sign::When => false,
        }
    }

    /// The comparison with other sides.
    fn written(self, column: &str, values: &[String]) -> String {
        let not = if self.is_negated() { "NOT " } else { "" };
        let first = values.first().map_or("", String::as_str);
        match self {
            Sign::Equal(sign) | Sign::Order(sign) => format!("{column} {sign} {first}"),
            Sign::Between { .. } => format!("{column} {not}BETWEEN {}", values.join(" AND ")),
            Sign::In { .. } => format!("{column} {not}IN ({})", values.join(", ")),
            Sign::Like { .. } => format!("{column} {not}LIKE {first}"),
            Sign::When => format!("CASE {column} WHEN {first}"),
        }
    }
}

/// A column with what it is compared with.
pub struct Comparison<'a> {
    pub column: &'a Expr,
    pub holds: Holds,
    pub sign: Sign,
    pub values: Vec<Other>,
}

impl Comparison<'_> {
    /// What a person should know of it; `None` where it means what it says.
    pub fn note(&self) -> Option<String> {
        let (why, instead) = match &self.holds.shape {
            Shape::String => self.of_text(),
            Shape::Timestamp => self.of_time(),
            Shape::Boolean => self.of_truth(),
            Shape::Integer | Shape::Long | Shape::Double => self.of_number(),
            Shape::List(_) => self.of_nested("list"),
            Shape::Map(_) | Shape::Structure(_) => self.of_nested("structure"),
        }?;
        let written: Vec<String> = self.values.iter().map(|value| value.written.clone()).collect();
        Some(format!("{}: {why}. Write {instead}", self.sign.written(&self.column.to_string(), &written)))
    }

    /// The column's name, for a sentence about it.
    fn name(&self) -> String {
        match self.column {
            Expr::Collate { expr, .. } => expr.to_string(),
            column => column.to_string(),
        }
    }

    /// The comparison with some of its values in another form; `None` where all are right as they are.
    fn with(&self, column: &str, other: impl Fn(&Is) -> Option<String>) -> Option<String> {
        let changed: Vec<Option<String>> = self.values.iter().map(|value| other(&value.is)).collect();
        if changed.iter().all(Option::is_none) {
            return None;
        }
        let values = changed.into_iter().zip(&self.values);
        let values: Vec<String> =
            values.map(|(changed, value)| changed.unwrap_or_else(|| value.written.clone())).collect();
        Some(self.sign.written(column, &values))
    }

    fn of_text(&self) -> Option<(String, String)> {
        if matches!(self.sign, Sign::Like { .. }) {
            return None;
        }
        let quoted = |is: &Is| match is {
            Is::Number(number) => Some(quoted_text(number)),
            _ => None,
        };
        let name = self.name();
        let is_collated = matches!(self.column, Expr::Collate { .. });
        let column = match self.sign.orders() && !is_collated {
            true => format!("{name} COLLATE natural_order"),
            false => self.column.to_string(),
        };
        let instead = self.with(&column, quoted)?;
        let numbers = self.values.iter().filter_map(|value| match &value.is {
            Is::Number(number) => Some(number),
            _ => None,
        });
        let mut others = numbers.filter(|number| as_text(number) != **number);
        let why = match others.next() {
            _ if !self.holds.converts => {
                format!("{name} is a text, which no number equals and which comes after all of them")
            }
            _ if self.sign.orders() => format!("{name} is a text, and texts are compared letter by letter"),
            Some(number) => {
                format!(
                    "{name} is a text, and SQLite makes the text '{}' of the number {number}",
                    as_text(number)
                )
            }
            None => format!("{name} is a text, and not a number"),
        };
        Some((why, instead))
    }

    fn of_time(&self) -> Option<(String, String)> {
        if matches!(self.sign, Sign::Like { .. }) {
            return None;
        }
        let name = self.name();
        let column = self.column.to_string();
        let equals = matches!(self.sign, Sign::Equal(_) | Sign::In { .. } | Sign::When);
        // A day is no moment, and equals none.
        if let (Sign::Equal(_), [Other { is: Is::Text(text), .. }]) = (self.sign, &self.values[..])
            && let Some(day) = Some(text.clone()).filter(|text| is_time(text)).or_else(|| time_of(text))
            && day.len() < 19
        {
            let like = Sign::Like { negated: self.sign.is_negated() };
            let instead = like.written(&column, &[quoted_text(&format!("{day}%"))]);
            return Some((
                format!("{name} is a moment, such as 2026-11-01T08:00:00+00:00, and no day equals one"),
                instead,
            ));
        }
        let day = |is: &Is| match is {
            Is::Text(text) => Some(text.clone())
                .filter(|text| is_time(text))
                .or_else(|| time_of(text))
                .filter(|day| day.len() == 10),
            _ => None,
        };
        if equals && self.values.iter().any(|value| day(&value.is).is_some()) {
            let instead = self.with(&format!("date({column})"), |is| day(is).map(|day| quoted_text(&day)))?;
            return Some((
                format!("{name} is a moment, such as 2026-11-01T08:00:00+00:00, and no day equals one"),
                instead,
            ));
        }
        let other = |is: &Is| match is {
            Is::Number(number) => Some(quoted_text(number)),
            Is::Text(text) if is_time(text) && !(equals && text.len() == 19) => None,
            Is::Text(text) if is_time(text) => Some(quoted_text(&format!("{text}+00:00"))),
            Is::Text(text) => Some(
                time_of(text)
                    .map_or_else(|| "'2026-11-01T08:00:00+00:00'".to_owned(), |time| quoted_text(&time)),
            ),
            Is::Datetime(arguments) => Some(format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', {arguments})")),
            Is::Else => None,
        };
        let instead = self.with(&column, other)?;
        let unclear =
            |value: &Other| matches!(&value.is, Is::Text(text) if !is_time(text) && time_of(text).is_none());
        let such_as = if self.values.iter().any(unclear) { ", for example" } else { "" };
        let why =
            format!("{name} is a time such as 2026-11-01T08:00:00+00:00, which is compared letter by letter");
        Some((why, if such_as.is_empty() { instead } else { format!("{instead}{such_as}") }))
    }

    fn of_truth(&self) -> Option<(String, String)> {
        let truth = |text: &str| match text.trim().to_lowercase().as_str() {
            "false" | "no" | "off" | "f" | "n" | "disabled" => "0".to_owned(),
            _ => "1".to_owned(),
        };
        let has_letters = |text: &str| text.chars().any(char::is_alphanumeric);
        let other = |is: &Is| match is {
            Is::Text(text) if matches!(self.sign, Sign::Like { .. }) => {
                (!is_numeric(text.trim_matches('%')) && has_letters(text)).then(|| truth(text))
            }
            Is::Text(text) if is_numeric(text) && self.holds.converts => None,
            Is::Text(text) if is_numeric(text) => Some(text.trim().to_owned()),
            Is::Text(text) => Some(truth(text)),
            _ => None,
        };
        let name = self.name();
        let sign = match self.sign {
            Sign::Like { negated } => Sign::Equal(if negated { "<>" } else { "=" }),
            sign => sign,
        };
        let mut instead =
            Comparison { column: self.column, holds: self.holds.clone(), sign, values: self.values.clone() }
                .with(&self.column.to_string(), other)?;
        if let Some(alone) = instead.strip_suffix(" = 1").map(str::to_owned) {
            instead = format!("{instead}, or just {alone}");
        }
        Some((format!("{name} is 1 or 0, and no text equals it"), instead))
    }

    fn of_number(&self) -> Option<(String, String)> {
        if matches!(self.sign, Sign::Like { .. }) {
            return None;
        }
        let other = |is: &Is| match is {
            Is::Text(text) if is_numeric(text) && self.holds.converts => None,
            Is::Text(text) if is_numeric(text) => Some(text.trim().to_owned()),
            Is::Text(text) => {
                let digits: String = text
                    .trim()
                    .chars()
                    .take_while(|letter| letter.is_ascii_digit() || *letter == '.')
                    .collect();
                Some(if is_numeric(&digits) { digits } else { "100".to_owned() })
            }
            _ => None,
        };
        let instead = self.with(&self.column.to_string(), other)?;
        let unclear = |value: &Other| matches!(&value.is, Is::Text(text) if !text.contains(|letter: char| letter.is_ascii_digit()));
        let such_as = if self.values.iter().any(unclear) { ", for example" } else { "" };
        let why =
            format!("{} is a number, which no text equals and which comes before all of them", self.name());
        Some((why, format!("{instead}{such_as}")))
    }

    fn of_nested(&self, what: &str) -> Option<(String, String)> {
        if matches!(self.sign, Sign::Like { .. }) {
            return None;
        }
        let plain = |value: &Other| match &value.is {
            Is::Text(text) => Some(text.clone()).filter(|text| !text.trim_start().starts_with(['[', '{'])),
            Is::Number(number) => Some(number.clone()),
            _ => None,
        };
        let text = self.values.iter().find_map(plain)?;
        let name = self.name();
        let text = quoted_text(&text);
        let not = if self.sign.is_negated() { "NOT " } else { "" };
        let mut instead = format!("{not}contains_text({text}, {name})");
        let last =
            name.rsplit('.').next().unwrap_or_default().trim_matches(['"', '`', '[', ']']).to_lowercase();
        if ["taglist", "tags"].contains(&last.as_str()) {
            instead.push_str(&format!(
                ", or tag({name}, 'KEY') {} {text} for one tag",
                if self.sign.is_negated() { "<>" } else { "=" }
            ));
        } else if let Shape::Structure(structure) = &self.holds.shape
            && let Some(member) = structure.members.first()
        {
            instead.push_str(&format!(", or name a member: {name} ->> '{}'", member.name));
        }
        Some((format!("{name} is a {what}, kept as JSON, and no plain text equals it"), instead))
    }
}
