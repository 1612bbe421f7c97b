//! A query as SQL, for the query panel and for other programs. It means the same rows in the same order as the
//! inventory's own answer, which a test holds against SQLite. Beside SQLite's own words it uses what
//! `inventory::functions` teaches: `contains_text` of lists and structures, `contains_plain` of other columns,
//! `matches_text`, `readable` and the collation `natural_order`.

use super::{Bounds, Filter, Moment, Number, Query, Test, no_such_column};
use crate::rds::{Column, Kind, Shape, holds_names};

/// The query as a person would write it. `places` are the accounts and regions that are meant, where not all are.
///
/// # Errors
/// A sentence that names a column the kind does not have, or a bound that is none.
pub fn written_sql(
    query: &Query,
    kind: &Kind,
    places: Option<&[(Option<String>, String)]>,
) -> Result<String, String> {
    if let Some(sql) = &query.sql {
        return Ok(sql.clone());
    }
    let mut conditions = Vec::new();
    if let Some(places) = places {
        let places: Vec<String> = places
            .iter()
            .map(|(account, region)| match account {
                Some(account) => format!("({}, {})", literal(account), literal(region)),
                None => format!("(NULL, {})", literal(region)),
            })
            .collect();
        conditions.push(format!("(AccountId, Region) IN (VALUES {})", places.join(", ")));
    }
    conditions.extend(wanted(query, kind)?);
    let columns: Vec<String> = query.columns.iter().map(|name| quoted(name)).collect();
    let mut text = format!("SELECT {}\nFROM {}", columns.join(", "), kind.table());
    if !conditions.is_empty() {
        text.push_str(&format!("\nWHERE {}", conditions.join("\n  AND ")));
    }
    let order = order(query, kind)?;
    if !order.is_empty() {
        text.push_str(&format!("\nORDER BY {}", order.join(", ")));
    }
    Ok(text)
}

/// The conditions of the query's search and filters.
fn wanted(query: &Query, kind: &Kind) -> Result<Vec<String>, String> {
    let mut conditions = Vec::new();
    for word in query.search.split_whitespace() {
        // A truth value is found by its whole word.
        let truth = ["true", "false"].contains(&word.to_lowercase().as_str());
        let columns = kind.columns.iter().filter(|column| truth || !is_truth(column));
        conditions.push(contains(word, columns));
    }
    for filter in &query.filters {
        conditions.push(condition(filter, kind)?);
    }
    Ok(conditions)
}

/// Whether one of the columns contains a text as it is shown.
fn contains<'a>(text: &str, columns: impl Iterator<Item = &'a Column>) -> String {
    let (nested, plain): (Vec<&Column>, Vec<&Column>) = columns.partition(|column| column.shape.is_nested());
    let call = |function: &str, columns: Vec<String>| {
        let text = literal(&text.to_lowercase());
        (!columns.is_empty()).then(|| format!("{function}({text}, {})", columns.join(", ")))
    };
    let as_it_is = |column: &&Column| if is_truth(column) { as_text(column) } else { quoted(&column.name) };
    let calls: Vec<String> = [
        call("contains_plain", plain.iter().map(as_it_is).collect()),
        call("contains_text", nested.iter().map(as_it_is).collect()),
    ]
    .into_iter()
    .flatten()
    .collect();
    if calls.len() > 1 { format!("({})", calls.join(" OR ")) } else { calls.concat() }
}

fn condition(filter: &Filter, kind: &Kind) -> Result<String, String> {
    let joined = |filters: &[Filter], word: &str, of_none: &str| -> Result<String, String> {
        let parts = filters.iter().map(|filter| condition(filter, kind)).collect::<Result<Vec<_>, _>>()?;
        Ok(if parts.is_empty() { of_none.to_owned() } else { format!("({})", parts.join(word)) })
    };
    match filter {
        Filter::Any(filters) => joined(filters, " OR ", "FALSE"),
        Filter::All(filters) => joined(filters, " AND ", "TRUE"),
        // What is absent passes no test, and so passes the opposite.
        Filter::Not(filter) => Ok(format!("NOT coalesce({}, FALSE)", condition(filter, kind)?)),
        Filter::Column { column, test } => tested(self::column(kind, column)?, test),
    }
}

fn tested(column: &Column, test: &Test) -> Result<String, String> {
    let name = quoted(&column.name);
    Ok(match test {
        Test::Contains(text) => contains(text, std::iter::once(column)),
        Test::Is(choices) => {
            let in_any_case = holds_names(&column.name);
            let choice = |choice: &String| match in_any_case {
                true => literal(&choice.to_ascii_lowercase()),
                false => literal(choice),
            };
            let choices: Vec<String> = choices.iter().map(choice).collect();
            is_one_of(column, &choices.join(", "), in_any_case)
        }
        Test::Matches(pattern) => format!("matches_text({}, {})", literal(pattern), as_text(column)),
        Test::Between { from, to } => {
            let parts = between(column, Bounds::of(column, from.as_deref(), to.as_deref())?);
            match &parts[..] {
                [] => format!("{name} IS NOT NULL"),
                [part] => part.clone(),
                parts => format!("({})", parts.join(" AND ")),
            }
        }
        Test::Absent => format!("{name} IS NULL"),
    })
}

/// The comparisons that bounds mean.
fn between(column: &Column, bounds: Bounds) -> Vec<String> {
    let name = quoted(&column.name);
    let sides = |value: String, from: Option<String>, to: Option<String>| -> Vec<String> {
        let from = from.map(|bound| format!("{value} >= {bound}"));
        from.into_iter().chain(to.map(|bound| format!("{value} <= {bound}"))).collect()
    };
    match bounds {
        Bounds::Numbers { from, to } => {
            let number = |number: Number| match number {
                Number::Integer(integer) => integer.to_string(),
                Number::Real(real) => format!("{real:?}"),
            };
            sides(name, from.map(number), to.map(number))
        }
        Bounds::Texts { from, to } => sides(
            format!("{} COLLATE natural_order", as_text(column)),
            from.as_deref().map(literal),
            to.as_deref().map(literal),
        ),
        Bounds::Times { from, to } => {
            let mut parts = Vec::new();
            if let Some(from) = &from {
                parts.push(format!("{name} >= {}", time(from, false)));
            }
            match &to {
                Some(to @ Moment::Day(_)) => parts.push(format!("{name} < {}", time(to, true))),
                Some(to) => parts.push(format!("{name} <= {}", time(to, true))),
                None => {}
            }
            parts
        }
    }
}

/// A moment as a text that compares with timestamps; what is told from now stays so.
fn time(moment: &Moment, is_end: bool) -> String {
    let now = time::OffsetDateTime::UNIX_EPOCH;
    match moment {
        Moment::FromNow(distance) => {
            let modifier = match distance.whole_minutes() {
                0 => String::new(),
                minutes if minutes % (24 * 60) == 0 => format!(", '{:+} days'", minutes / (24 * 60)),
                minutes if minutes % 60 == 0 => format!(", '{:+} hours'", minutes / 60),
                minutes => format!(", '{minutes:+} minutes'"),
            };
            format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now'{modifier})")
        }
        moment if is_end => literal(&moment.end(now).text),
        moment => literal(&moment.begin(now).text),
    }
}

fn order(query: &Query, kind: &Kind) -> Result<Vec<String>, String> {
    let mut order = Vec::new();
    for key in query.order() {
        let column = column(kind, &key.column)?;
        let collation =
            if column.shape.is_number() || is_truth(column) { "" } else { " COLLATE natural_order" };
        let direction = if key.descending { "DESC" } else { "ASC" };
        order.push(format!("{}{collation} {direction} NULLS LAST", quoted(&column.name)));
    }
    Ok(order)
}

fn column<'a>(kind: &'a Kind, name: &str) -> Result<&'a Column, String> {
    kind.column(name).map(|at| &kind.columns[at]).ok_or_else(|| no_such_column(name, &kind.columns))
}

fn is_truth(column: &Column) -> bool {
    matches!(column.shape, Shape::Boolean)
}

/// Whether a column is one of these texts; of a list or structure, whether one of the values in it is. In any case they are
/// compared in lower case, in which the choices then are.
fn is_one_of(column: &Column, choices: &str, in_any_case: bool) -> String {
    let compared = |text: String| if in_any_case { format!("lower({text})") } else { text };
    let shown = format!("{} IN ({choices})", compared(as_text(column)));
    if !column.shape.is_nested() {
        return shown;
    }
    let name = quoted(&column.name);
    let atom = compared("CAST(atom AS TEXT)".to_owned());
    format!("({shown} OR EXISTS (SELECT 1 FROM json_tree({name}) WHERE {atom} IN ({choices})))")
}

/// A column's value as it is shown.
fn as_text(column: &Column) -> String {
    let name = quoted(&column.name);
    match column.shape {
        Shape::Boolean => format!("CASE {name} WHEN 0 THEN 'false' WHEN 1 THEN 'true' END"),
        Shape::String | Shape::Timestamp => name,
        Shape::Integer | Shape::Long => format!("CAST({name} AS TEXT)"),
        Shape::Double | Shape::List(_) | Shape::Map(_) | Shape::Structure(_) => format!("readable({name})"),
    }
}

/// A text as SQL writes it.
pub fn literal(text: &str) -> String {
    if text.contains('\0') {
        // SQLite takes it for the statement's end.
        let bytes: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();
        return format!("CAST(X'{bytes}' AS TEXT)");
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// A name as SQL wants it, with its quotation marks.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
