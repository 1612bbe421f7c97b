//! Filters as text, in the one way in which this program writes them.

use crate::query::{Filter, Test};

use super::is_reserved;

/// More values than these are written as a list.
const VALUES_IN_WORDS: usize = 3;

/// A query's search and filters as one line.
pub fn print(search: &str, filters: &[Filter]) -> String {
    let mut parts = Vec::new();
    if !search.is_empty() {
        parts.push(quoted(search));
    }
    match filters {
        [only @ Filter::Any(_)] if parts.is_empty() => parts.push(written(only)),
        filters => parts.extend(filters.iter().map(|filter| match filter {
            Filter::Column { .. } => written(filter),
            filter => operand(filter),
        })),
    }
    parts.join(" and ")
}

/// One filter.
pub fn written(filter: &Filter) -> String {
    match filter {
        Filter::Column { column, test } => tested(column, test, true),
        filter => nested(filter),
    }
}

fn nested(filter: &Filter) -> String {
    let list = |filters: &[Filter], word: &str, name: &str| match filters {
        [] => format!("{name} ()"),
        [only] => format!("{name} ({})", nested(only)),
        filters => filters.iter().map(operand).collect::<Vec<_>>().join(word),
    };
    if let Some((column, sign, bound)) = beyond(filter) {
        return format!("{} {sign} {}", name(column), value(bound));
    }
    match filter {
        Filter::Column { column, test } => tested(column, test, false),
        Filter::Any(filters) => list(filters, " or ", "any"),
        Filter::All(filters) => list(filters, " and ", "all"),
        Filter::Not(filter) => match &**filter {
            Filter::Column { column, test: Test::Absent } => format!("{} is present", name(column)),
            Filter::Column { column, test: Test::Is(choices) } => match &choices[..] {
                [choice] => format!("{} is not {}", name(column), value(choice)),
                choices => format!("{} not in ({})", name(column), listed(choices, ", ")),
            },
            filter => format!("not {}", operand(filter)),
        },
    }
}

/// A filter where it stands beside others.
fn operand(filter: &Filter) -> String {
    match filter {
        Filter::Any(filters) | Filter::All(filters) if filters.len() > 1 && beyond(filter).is_none() => {
            format!("({})", nested(filter))
        }
        filter => nested(filter),
    }
}

/// `<` and `>`: there is a value, and it is not on the other side or at the bound itself.
pub fn less(column: &str, bound: String) -> Filter {
    present_and_not(column, Test::Between { from: Some(bound), to: None })
}

pub fn greater(column: &str, bound: String) -> Filter {
    present_and_not(column, Test::Between { from: None, to: Some(bound) })
}

fn present_and_not(column: &str, test: Test) -> Filter {
    let not = |test: Test| Filter::Not(Box::new(Filter::column(column, test)));
    Filter::All(vec![not(test), not(Test::Absent)])
}

/// The column, sign and bound of what `less` and `greater` make.
fn beyond(filter: &Filter) -> Option<(&str, &'static str, &str)> {
    let Filter::All(filters) = filter else { return None };
    let Some(Filter::Not(first)) = filters.first() else { return None };
    let Filter::Column { column, test: Test::Between { from, to } } = &**first else { return None };
    let (sign, bound, made) = match (from, to) {
        (Some(bound), None) => ("<", bound, less(column, bound.clone())),
        (None, Some(bound)) => (">", bound, greater(column, bound.clone())),
        _ => return None,
    };
    (*filter == made).then_some((column.as_str(), sign, bound.as_str()))
}

fn tested(column: &str, test: &Test, in_words: bool) -> String {
    let column = name(column);
    match test {
        Test::Contains(text) => format!("{column} contains {}", value(text)),
        Test::Matches(pattern) => format!("{column} matches {}", quoted(pattern)),
        Test::Absent => format!("{column} is absent"),
        Test::Is(choices) => match choices.len() {
            1 => format!("{column} is {}", listed(choices, "")),
            2..=VALUES_IN_WORDS if in_words => format!("{column} is {}", listed(choices, " or ")),
            _ => format!("{column} in ({})", listed(choices, ", ")),
        },
        Test::Between { from: Some(from), to: None } => format!("{column} >= {}", value(from)),
        Test::Between { from: None, to: Some(to) } => format!("{column} <= {}", value(to)),
        Test::Between { from, to } => {
            let bound = |bound: &Option<String>| bound.as_deref().map_or_else(|| "any".to_owned(), value);
            format!("{column} between {} and {}", bound(from), bound(to))
        }
    }
}

fn listed(choices: &[String], between: &str) -> String {
    choices.iter().map(|choice| value(choice)).collect::<Vec<_>>().join(between)
}

fn value(text: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "._:/+@%*#-".contains(character);
    if !text.is_empty() && text.chars().all(is_plain) && !is_reserved(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A column's name; those of a person's own SQL may be anything.
fn name(column: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || character == '_';
    if column.starts_with(|first: char| first.is_ascii_alphabetic())
        && column.chars().all(is_plain)
        && !is_reserved(column)
    {
        column.to_owned()
    } else {
        quoted(column)
    }
}

/// A text in quotation marks, with everything on its one line, and nothing in it that turns the line around.
fn quoted(text: &str) -> String {
    let mut printed = String::from('"');
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => printed.push_str("\\\""),
            '\n' => printed.push_str("\\n"),
            '\r' => printed.push_str("\\r"),
            '\t' => printed.push_str("\\t"),
            // Alone it would change what follows, or take the closing mark away.
            '\\' if characters.peek().is_none_or(|next| !is_kept_after_backslash(*next)) => {
                printed.push_str("\\\\");
            }
            '\\' => printed.push('\\'),
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                printed.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
            }
            _ if character.is_control() => {
                printed.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
            }
            _ => printed.push(character),
        }
    }
    printed.push('"');
    printed
}

/// Whether a backslash before it is read as one.
fn is_kept_after_backslash(next: char) -> bool {
    !next.is_control()
        && (next.is_ascii_alphanumeric() || ".^$*+?()[]{}|/-".contains(next))
        && !"nrtu".contains(next)
}
