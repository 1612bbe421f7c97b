//! What a column is compared with: a number, a text, or a function that gives a time in a form of its own.

use sqlparser::ast::{Expr, FunctionArguments, UnaryOperator, Value};

use super::bare;
use super::scope::{Meant, Scopes};

/// The other side of a comparison.
#[derive(Debug, Clone)]
pub struct Other {
    /// As it is written in the statement.
    pub written: String,
    pub is: Is,
}

/// What it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Is {
    /// As it is written.
    Number(String),
    Text(String),
    /// A time with a blank between day and hour, as `datetime` gives it, with the arguments as they are written.
    Datetime(String),
    /// Something whose value is not known here.
    Else,
}

pub fn read(expr: &Expr, scopes: &Scopes) -> Other {
    let is = match bare(expr) {
        Expr::Value(value) => of_value(&value.value),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => match bare(expr) {
            Expr::Value(value) => match of_value(&value.value) {
                Is::Number(number) => Is::Number(format!("-{number}")),
                _ => Is::Else,
            },
            _ => Is::Else,
        },
        Expr::Identifier(name)
            if name.quote_style == Some('"') && matches!(scopes.meant(&[name]), Meant::Nothing) =>
        {
            Is::Text(name.value.clone())
        }
        Expr::Function(function) => match function.name.to_string().to_lowercase().as_str() {
            "datetime" => Is::Datetime(arguments(&function.args)),
            "current_timestamp" => Is::Datetime("'now'".to_owned()),
            _ => Is::Else,
        },
        _ => Is::Else,
    };
    Other { written: expr.to_string(), is }
}

fn of_value(value: &Value) -> Is {
    match value {
        Value::Number(number, _) => Is::Number(number.clone()),
        Value::SingleQuotedString(text) => Is::Text(text.clone()),
        Value::Boolean(truth) => Is::Number(u8::from(*truth).to_string()),
        _ => Is::Else,
    }
}

fn arguments(arguments: &FunctionArguments) -> String {
    match arguments {
        FunctionArguments::List(list) if !list.args.is_empty() => {
            list.args.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        }
        _ => "'now'".to_owned(),
    }
}

/// Whether SQLite reads a text as a number where a number is wanted.
pub fn is_numeric(text: &str) -> bool {
    text.contains(|letter: char| letter.is_ascii_digit()) && text.trim().parse::<f64>().is_ok()
}

/// A number as the text that SQLite makes of it where a text is wanted.
pub fn as_text(number: &str) -> String {
    match (number.parse::<i64>(), number.parse::<f64>()) {
        (Ok(integer), _) => integer.to_string(),
        (_, Ok(real)) => format!("{real:?}"),
        _ => number.to_owned(),
    }
}

/// Whether a text is the beginning of a time as AWS's are kept, or the whole of one: such texts compare as times do.
pub fn is_time(text: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00";
    let is_form = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
    let bytes = text.as_bytes();
    let (begin, rest) = bytes.split_at(bytes.len().min(FORM.len()));
    let digits = rest.strip_prefix(b".").unwrap_or_default();
    let fraction = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = if fraction > 0 { &digits[fraction..] } else { rest };
    // A half of a number, such as 2026-1, would be compared as one.
    let whole = [4, 7, 10, 13, 16, 19].contains(&begin.len());
    whole && begin.iter().zip(FORM).all(is_form) && (rest.is_empty() || rest == b"+00:00")
}

/// A time that is written in another form, as ours are.
pub fn time_of(text: &str) -> Option<String> {
    let text = text.trim();
    if let Ok(time) =
        time::OffsetDateTime::parse(text, &time::format_description::well_known::Iso8601::DEFAULT)
    {
        let time = time.to_offset(time::UtcOffset::UTC);
        let form = time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]+00:00");
        return time.format(form).ok();
    }
    let joined = text.replacen(' ', "T", 1);
    if is_time(&joined) {
        return Some(joined);
    }
    // 01.11.2026 has one meaning, and 2026/11/01 too; 01/11/2026 has two.
    let parts: Vec<&str> = text.split(['.', '/', '-']).collect();
    let [first, month, last] = parts[..] else { return None };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    let is_german = text.contains('.') && !text.contains('/');
    let known = first.len() == 4 || is_german && last.len() == 4;
    let date = format!("{year:0>4}-{month:0>2}-{day:0>2}");
    (known && is_time(&date) && date.len() == 10).then_some(date)
}
