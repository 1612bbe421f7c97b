//! The values that AWS computes or fills in: formulas such as `LEAST({DBInstanceClassMemory/9531392},5000)`, and texts with
//! variables in them, such as `/rdsdbdata/db/{dbName}_A/arch`. What a formula comes to for one machine, or why that is not
//! known. It knows nothing of databases or of the store; texts with variables are `template`'s.
//!
//! What holds is said in "Specifying DB parameters" of the Amazon RDS and Aurora user guides (USER_ParamValuesRef): the
//! variables, whose names are in exact case, `*` and `/` on whole numbers whose fractions are cut off, the functions
//! `GREATEST`, `LEAST`, `SUM` and `IF` in any case, comparisons that come to 1 or 0, and `log` to the base 2. That `log` takes
//! a quotient with its fraction and gives a whole number, rounded to the nearest, is not said there; it is the only reading
//! with which the table of Aurora MySQL's default connections in the same guide comes out (1000 for `db.r4.large`, 7000 for
//! `db.r5.24xlarge`), and a test holds it against that table.
//!
//! Where a formula ends and a text with variables begins, AWS does not say. It is decided by reading (`read`). A parameter
//! that is a number or a truth value has no texts: what is in braces there is a formula, understood or not. In others,
//! 1. what can be read as a formula is one, unless it names a variable that stands for a text (`{dbName}`);
//! 2. what else has nothing in its braces but names is a text with variables, if there is a text: a variable that stands for
//!    one, or a letter outside of the braces (but `NAME(...)` is a function that is not known, no text);
//! 3. what else names a variable of AWS's within braces is a formula that is not understood, whose value is not known;
//! 4. all else is a plain text, such as JSON, a regular expression, or braces around names unlike AWS's (`{x}`).

mod parse;
#[cfg(test)]
mod tests;
mod value;

use std::fmt;

use super::classes::Class;
use super::template::Template;
pub use parse::{Expression, is_of_a_name};
use value::Evaluation;
pub use value::{Relation, Unknown, relation};

/// What a formula's variables stand for. What is `None` is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Machine {
    pub class: Option<Class>,
    /// Bytes of the data volume.
    pub storage: Option<f64>,
    pub port: Option<u16>,
    /// Whether it is a read replica.
    pub is_replica: Option<bool>,
}

/// The value of a formula, between bounds that belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Computed {
    pub low: i64,
    pub high: i64,
}

impl Computed {
    pub fn is_exact(&self) -> bool {
        self.low == self.high
    }
}

impl fmt::Display for Computed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.low, self.high) {
            (low, high) if low == high => write!(out, "{high}"),
            (0, 1) => write!(out, "0 or 1"),
            (low, high) => write!(out, "about {low} to {high}"),
        }
    }
}

/// What a parameter's value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Read {
    Plain,
    /// With why it is not understood.
    Formula(Result<Expression, String>),
    Template(Template),
}

/// Tells formulas, texts with variables and plain values apart. `is_text` says whether the parameter's value may be any
/// text, rather than a number or a truth value.
pub fn read(text: &str, is_text: bool) -> Read {
    // Nearly all values end here.
    if !text.contains(['{', '}', '(', '*', '/', '<', '>']) {
        return Read::Plain;
    }
    if is_text { read_text(text) } else { read_number(text) }
}

fn read_number(text: &str) -> Read {
    let is_marked = text.contains(['{', '}']) || called(text).is_some();
    match Expression::of(text) {
        // Without braces, functions and comparisons AWS computes nothing: 3/4 is no number that an engine takes.
        Ok(expression) if is_marked || text.contains(['<', '>']) => Read::Formula(Ok(expression)),
        Err(why) if is_marked => Read::Formula(Err(why)),
        _ => Read::Plain,
    }
}

fn read_text(text: &str) -> Read {
    let called = called(text);
    let is_like_aws = |names: &[&str]| names.iter().any(|name| is_like_a_variable(name));
    let template = Template::of(text).filter(|template| is_like_aws(&template.variables()));
    match (Expression::of(text), template) {
        (Ok(expression), _) if expression.variables().into_iter().all(is_computed) => {
            // A number in braces is a list, and 5 > 2 a text: nobody computes either.
            let is_computed = called.is_some() || !expression.variables().is_empty();
            if is_computed { Read::Formula(Ok(expression)) } else { Read::Plain }
        }
        (Ok(_), Some(template)) if called.is_none() && has_text(&template) => Read::Template(template),
        (Ok(expression), _) if is_like_aws(&expression.variables()) => Read::Formula(Ok(expression)),
        (Err(_), Some(template)) if called.is_none() && (has_text(&template) || !names_a_variable(text)) => {
            Read::Template(template)
        }
        (Err(why), template) if template.is_some() || names_a_variable(text) => Read::Formula(Err(why)),
        _ => Read::Plain,
    }
}

/// The function that a text calls as a whole.
fn called(text: &str) -> Option<&str> {
    let text = text.trim().trim_matches('"');
    let (name, rest) = text.split_at(text.find(|letter: char| !is_of_a_name(letter))?);
    let is_name = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let is_call = rest.trim_start().starts_with('(');
    (is_name && is_call && (parse::Function::of(name).is_some() || rest.ends_with(')'))).then_some(name)
}

/// Whether something in it can only be a text.
fn has_text(template: &Template) -> bool {
    template.variables().iter().any(|name| NAMES.contains(name))
        || template.fixed().any(|text| text.contains(|letter: char| letter.is_alphabetic()))
}

fn names_a_variable(text: &str) -> bool {
    let within = text.split('{').skip(1).map(|after| after.split('}').next().unwrap_or_default());
    let mut words = within.flat_map(|inner| inner.split(|letter: char| !is_of_a_name(letter)));
    words.any(|word| COMPUTED.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

/// Whether a name is written as AWS writes its variables, with small and capital letters, or is one in another case.
fn is_like_a_variable(name: &str) -> bool {
    let has = |is_it: fn(&char) -> bool| name.chars().any(|letter| is_it(&letter));
    let is_mixed = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase);
    is_mixed || COMPUTED.iter().chain(&NAMES).any(|known| known.eq_ignore_ascii_case(name))
}

/// Variables that stand for numbers and truth values.
const COMPUTED: [&str; 6] = [
    "AllocatedStorage",
    "DBInstanceClassHugePagesDefault",
    "DBInstanceClassMemory",
    "DBInstanceVCPU",
    "EndPointPort",
    "TrueIfReplica",
];

/// Variables that only name the database itself: its name, and what RDS appends to make it unique. Oracle's paths have them.
pub const NAMES: [&str; 2] = ["dbName", "DBUniqueNameSuffix"];

fn is_computed(name: &str) -> bool {
    COMPUTED.contains(&name)
}

/// What a formula comes to.
///
/// # Errors
/// A sentence that says what is not known: a variable, the class, or how the formula is written.
pub fn evaluate(text: &str, machine: &Machine) -> Result<Computed, String> {
    computed(&Expression::of(text)?, machine).map_err(|why| why.to_string())
}

/// What an expression comes to.
///
/// # Errors
/// Why it is not known.
#[expect(clippy::cast_possible_truncation, reason = "what is too large to be exact is refused")]
pub fn computed(expression: &Expression, machine: &Machine) -> Result<Computed, Unknown> {
    let value = Evaluation { machine, memory: None }.value(expression)?;
    Ok(Computed { low: value.low as i64, high: value.high as i64 })
}
