//! A column's condition as it is typed under the header: from text to a filter and back. What people have half typed is
//! kept as they typed it. Pure, with a test for every way; how it looks is `filter_row`'s business.

use crate::query::expression::{greater, less};
use crate::query::{Bounds, Filter, Test, pattern};
use crate::rds::{Column, Shape};

/// How a typed text is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Contains,
    Is,
    Matches,
    /// `100`, `>=100`, `..200` or `100..200`; of times and versions as well.
    Range,
    Absent,
    Present,
}

impl How {
    /// The ways that there are for a column, the first of them the one that typing means.
    pub fn of(shape: &Shape) -> &'static [How] {
        match shape {
            Shape::Boolean => &[],
            Shape::Timestamp => &[How::Range, How::Absent, How::Present],
            shape if shape.is_number() => &[How::Range, How::Absent, How::Present],
            _ => &[How::Contains, How::Is, How::Matches, How::Range, How::Absent, How::Present],
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            How::Contains => "contains",
            How::Is => "is",
            How::Matches => "matches",
            How::Range => "from–to",
            How::Absent => "absent",
            How::Present => "present",
        }
    }

    /// Whether a text belongs to it.
    pub fn is_typed(self) -> bool {
        !matches!(self, How::Absent | How::Present)
    }
}

/// What is typed for a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub how: How,
    pub not: bool,
    pub text: String,
}

impl Condition {
    pub fn new(how: How) -> Condition {
        Condition { how, not: false, text: String::new() }
    }

    /// The filter that it means; `None` where there is none yet.
    pub fn filter(&self, column: &Column) -> Option<Filter> {
        let of = |test| Filter::column(&column.name, test);
        let filter = match self.how {
            How::Absent => return Some(of(Test::Absent)),
            How::Present => return Some(Filter::Not(Box::new(of(Test::Absent)))),
            _ if self.text.trim().is_empty() => return None,
            How::Contains => of(Test::Contains(self.text.clone())),
            How::Is => of(Test::Is(vec![self.text.clone()])),
            How::Matches => {
                of(Some(Test::Matches(self.text.clone())).filter(|_| pattern(&self.text).is_ok())?)
            }
            How::Range => range(self.text.trim(), column)?,
        };
        Some(if self.not { Filter::Not(Box::new(filter)) } else { filter })
    }

    /// The condition that a filter can be typed as; `None` where it says more than a line holds.
    pub fn of(filter: &Filter, shape: &Shape) -> Option<Condition> {
        let (inner, not) = match filter {
            Filter::Not(inner) => (inner.as_ref(), true),
            filter => (filter, false),
        };
        let (how, text) = match inner {
            Filter::Column { test: Test::Absent, .. } if not => return Some(Condition::new(How::Present)),
            Filter::Column { test, .. } => typed(test, shape)?,
            Filter::All(_) => (How::Range, beyond(inner)?),
            _ => return None,
        };
        How::of(shape).contains(&how).then_some(Condition { how, not, text })
    }
}

/// How a test is typed.
fn typed(test: &Test, shape: &Shape) -> Option<(How, String)> {
    Some(match test {
        Test::Absent => (How::Absent, String::new()),
        Test::Contains(text) => (How::Contains, text.clone()),
        Test::Matches(text) => (How::Matches, text.clone()),
        Test::Is(values) => {
            let [only] = values.as_slice() else { return None };
            let how = if How::of(shape).contains(&How::Is) { How::Is } else { How::Range };
            (how, only.clone())
        }
        Test::Between { from, to } => {
            let text = match (from, to) {
                (Some(from), Some(to)) => format!("{from}..{to}"),
                (Some(from), None) => format!(">={from}"),
                (None, Some(to)) => format!("<={to}"),
                (None, None) => return None,
            };
            (How::Range, text)
        }
    })
}

/// `>100` or `<100`, where a filter is what that makes.
fn beyond(filter: &Filter) -> Option<String> {
    let Filter::All(filters) = filter else { return None };
    let Filter::Not(first) = filters.first()? else { return None };
    let Filter::Column { column, test: Test::Between { from, to } } = first.as_ref() else { return None };
    let (sign, bound, made) = match (from, to) {
        (Some(bound), None) => ('<', bound, less(column, bound.clone())),
        (None, Some(bound)) => ('>', bound, greater(column, bound.clone())),
        _ => return None,
    };
    (made == *filter).then(|| format!("{sign}{bound}"))
}

/// The two ends of a range as it is typed; `None` of both for what is none.
pub fn ends(text: &str) -> (Option<&str>, Option<&str>) {
    let text = text.trim();
    if let Some((from, to)) = text.split_once("..") {
        return (written(from), written(to));
    }
    for sign in [">=", "≥", ">"] {
        if let Some(from) = text.strip_prefix(sign) {
            return (written(from), None);
        }
    }
    for sign in ["<=", "≤", "<"] {
        if let Some(to) = text.strip_prefix(sign) {
            return (None, written(to));
        }
    }
    (written(text), written(text))
}

/// A text that is there.
fn written(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn range(text: &str, column: &Column) -> Option<Filter> {
    let (from, to) = ends(text);
    if (from.is_none() && to.is_none()) || Bounds::of(column, from, to).is_err() {
        return None;
    }
    let beyond = |sign: &str, equal: &str| text.starts_with(sign) && !text.starts_with(equal);
    Some(match (from, to) {
        (Some(from), None) if beyond(">", ">=") => greater(&column.name, from.to_owned()),
        (None, Some(to)) if beyond("<", "<=") => less(&column.name, to.to_owned()),
        (from, to) => {
            let (from, to) = (from.map(str::to_owned), to.map(str::to_owned));
            Filter::column(&column.name, Test::Between { from, to })
        }
    })
}

/// The column that a filter is about, where it is about one alone.
pub fn column_of(filter: &Filter) -> Option<&str> {
    match filter {
        Filter::Column { column, .. } => Some(column),
        Filter::Not(inner) => column_of(inner),
        Filter::Any(filters) | Filter::All(filters) => {
            let mut columns = filters.iter().map(column_of);
            let first = columns.next()??;
            columns.all(|column| column == Some(first)).then_some(first)
        }
    }
}

/// The conditions with those of a column replaced by one, or taken away; the others keep their place.
pub fn with(filters: &[Filter], column: &str, filter: Option<Filter>) -> Vec<Filter> {
    let mut filters = filters.to_vec();
    let at = filters.iter().position(|known| column_of(known) == Some(column));
    filters.retain(|known| column_of(known) != Some(column));
    if let Some(filter) = filter {
        filters.insert(at.unwrap_or(filters.len()).min(filters.len()), filter);
    }
    filters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(shape: &Shape) -> Column {
        Column::new("A", shape.clone(), false)
    }

    fn typed(how: How, text: &str, shape: &Shape) -> Option<Filter> {
        Condition { how, not: false, text: text.to_owned() }.filter(&column(shape))
    }

    fn between(from: Option<&str>, to: Option<&str>) -> Option<Filter> {
        let (from, to) = (from.map(str::to_owned), to.map(str::to_owned));
        Some(Filter::column("A", Test::Between { from, to }))
    }

    #[test]
    fn ranges_are_typed_as_people_write_them() {
        for (text, from, to) in [
            ("100", Some("100"), Some("100")),
            (">=100", Some("100"), None),
            ("≤ 100", None, Some("100")),
            ("100..200", Some("100"), Some("200")),
            ("..200", None, Some("200")),
            ("100 ..", Some("100"), None),
        ] {
            assert_eq!(typed(How::Range, text, &Shape::Integer), between(from, to), "{text}");
        }
        for half in ["", ">", "..", "1..x", "abc"] {
            assert_eq!(typed(How::Range, half, &Shape::Integer), None, "{half}");
        }
        let time = |text: &str| typed(How::Range, text, &Shape::Timestamp);
        assert_eq!(time("2026-01-01..2026-03-15"), between(Some("2026-01-01"), Some("2026-03-15")));
        assert_eq!(time(">=-7d"), between(Some("-7d"), None));
        assert_eq!(time(">=2026-13-45"), None, "no such day");
        assert_eq!(typed(How::Range, "> 100", &Shape::Integer), Some(greater("A", "100".to_owned())));
        assert_eq!(time(">2026"), None, "no date yet");
        assert_eq!(typed(How::Matches, "db-[0-9", &Shape::String), None, "no expression yet");
        assert_eq!(typed(How::Range, "..15", &Shape::String), between(None, Some("15")), "versions too");
    }

    #[test]
    fn a_filter_is_typed_back_as_what_it_was() {
        let text = |how, not, text: &str| Condition { how, not, text: text.to_owned() };
        for (condition, shape) in [
            (text(How::Contains, false, "pay"), Shape::String),
            (text(How::Contains, true, "pay"), Shape::String),
            (text(How::Is, false, "postgres"), Shape::String),
            (text(How::Matches, true, "^db-[0-9]+$"), Shape::String),
            (text(How::Absent, false, ""), Shape::String),
            (text(How::Present, false, ""), Shape::Integer),
            (text(How::Range, false, "100..200"), Shape::Integer),
            (text(How::Range, true, ">=100"), Shape::Integer),
            (text(How::Range, false, ">100"), Shape::Integer),
            (text(How::Range, false, "<15"), Shape::String),
        ] {
            let filter = condition.filter(&column(&shape)).unwrap();
            assert_eq!(Condition::of(&filter, &shape), Some(condition));
        }
        let many = Filter::column("A", Test::Is(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(Condition::of(&many, &Shape::String), None);
    }

    #[test]
    fn a_columns_condition_replaces_the_one_before_in_its_place() {
        let of = |column: &str, text: &str| Filter::column(column, Test::Contains(text.to_owned()));
        let filters = [of("A", "1"), Filter::Any(vec![of("B", "1"), of("B", "2")]), of("C", "1")];
        assert_eq!(with(&filters, "B", Some(of("B", "3"))), [of("A", "1"), of("B", "3"), of("C", "1")]);
        assert_eq!(with(&filters, "B", None), [of("A", "1"), of("C", "1")]);
        assert_eq!(with(&filters, "D", Some(of("D", "1"))).len(), 4);
        assert_eq!(column_of(&Filter::All(vec![of("A", "1"), of("B", "1")])), None);
    }
}
