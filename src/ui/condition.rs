//! A column's condition as it is typed under the header: from text to a filter and back. What people have half typed is
//! kept as they typed it. Pure, with a test for every way; how it looks is `filter_row`'s business.

use crate::query::{Filter, Test};
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
        let text = self.text.trim();
        let of = |test| Filter::column(&column.name, test);
        let test = match self.how {
            How::Absent => Test::Absent,
            How::Present => return Some(Filter::Not(Box::new(of(Test::Absent)))),
            _ if text.is_empty() => return None,
            How::Contains => Test::Contains(self.text.clone()),
            How::Is => Test::Is(vec![self.text.clone()]),
            How::Matches => Some(Test::Matches(self.text.clone())).filter(|_| is_pattern(&self.text))?,
            How::Range => range(text, column)?,
        };
        let filter = of(test);
        Some(if self.not && self.how.is_typed() { Filter::Not(Box::new(filter)) } else { filter })
    }

    /// The condition that a filter can be typed as; `None` where it says more than a line holds.
    pub fn of(filter: &Filter, shape: &Shape) -> Option<Condition> {
        let (test, not) = match filter {
            Filter::Column { test, .. } => (test, false),
            Filter::Not(inner) => match inner.as_ref() {
                Filter::Column { test, .. } => (test, true),
                _ => return None,
            },
            _ => return None,
        };
        let (how, text) = match test {
            Test::Absent if not => return Some(Condition::new(How::Present)),
            Test::Absent => (How::Absent, String::new()),
            Test::Contains(text) => (How::Contains, text.clone()),
            Test::Matches(text) => (How::Matches, text.clone()),
            Test::Is(values) => match values.as_slice() {
                [only] if How::of(shape).contains(&How::Is) => (How::Is, only.clone()),
                [only] if How::of(shape).contains(&How::Range) => (How::Range, only.clone()),
                _ => return None,
            },
            Test::Between { from, to } => (
                How::Range,
                match (from, to) {
                    (Some(from), Some(to)) => format!("{from}..{to}"),
                    (Some(from), None) => format!(">={from}"),
                    (None, Some(to)) => format!("<={to}"),
                    (None, None) => return None,
                },
            ),
        };
        How::of(shape).contains(&how).then_some(Condition { how, not, text })
    }
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

/// Whether a text is a regular expression.
fn is_pattern(text: &str) -> bool {
    regex::Regex::new(text).is_ok()
}

/// Whether bounds are what a column's type can have.
fn are_bounds(column: &Column, from: Option<&str>, to: Option<&str>) -> bool {
    [from, to].into_iter().flatten().all(|bound| match &column.shape {
        shape if shape.is_number() => bound.parse::<f64>().is_ok(),
        Shape::Timestamp => bound.len() >= 10 || bound.starts_with(['-', '+']) || bound == "now",
        _ => true,
    })
}

fn range(text: &str, column: &Column) -> Option<Test> {
    let (from, to) = ends(text);
    if (from.is_none() && to.is_none()) || !are_bounds(column, from, to) {
        return None;
    }
    // Of whole numbers the next one is known, so that `>` need not mean `>=`.
    let whole = matches!(column.shape, Shape::Integer | Shape::Long);
    let beyond = |sign: char| whole && text.starts_with(sign) && !text[1..].starts_with('=');
    let step = |bound: Option<&str>, by: i64| match bound?.parse::<i64>() {
        Ok(at) => Some(at.saturating_add(by).to_string()),
        Err(_) => bound.map(str::to_owned),
    };
    Some(Test::Between { from: step(from, i64::from(beyond('>'))), to: step(to, -i64::from(beyond('<'))) })
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
        Column { name: "A".to_owned(), shape: shape.clone(), own: false }
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
            ("> 100", Some("101"), None),
            ("<100", None, Some("99")),
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
        assert_eq!(time(">-7d"), between(Some("-7d"), None));
        assert_eq!(time(">2026"), None, "no date yet");
        assert_eq!(typed(How::Matches, "db-[0-9", &Shape::String), None, "no expression yet");
        assert_eq!(typed(How::Range, "<15", &Shape::String), between(None, Some("15")), "versions too");
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
