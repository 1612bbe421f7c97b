//! Whether a value passes a test of a filter: what it is compared as is what a person sees. Which rows are asked is the
//! reader's business; the same tests as SQL are in `query::written`.

use std::cmp::Ordering;

use rusqlite::types::ValueRef;
use time::OffsetDateTime;

use super::holding::{Holding, Same};
use super::search::{Shown, Word};
use super::{natural, values};
use crate::names;
use crate::query::{Bounds, Moment, Number, Test, pattern};
use crate::rds::readable::readable;
use crate::rds::{Column, Shape, holds_names};

/// A test that is ready to be asked of many values.
pub type Passes<'a> = Box<dyn Fn(ValueRef<'_>) -> bool + Sync + 'a>;

/// Makes a test of a column's values.
///
/// # Errors
/// A sentence that names the column and the text that is no expression, no number or no time.
pub fn passes<'a>(test: &'a Test, column: &'a Column) -> Result<Passes<'a>, String> {
    let shape = &column.shape;
    Ok(match test {
        Test::Contains(text) => {
            let (word, shown) = (Word::new(text), Shown::of(shape));
            Box::new(move |value| word.is_in(value, shown))
        }
        Test::Is(choices) => {
            let same: Same = if holds_names(&column.name) { names::same } else { |one, other| one == other };
            let is = move |text: &str| choices.iter().any(|choice| same(choice, text));
            let holding = Holding::new(choices, same);
            Box::new(move |value| as_shown(value, shape, is) || shape.is_nested() && holding.is_in(value))
        }
        Test::Matches(text) => {
            let pattern = pattern(text).map_err(|why| format!("{}: {why}", column.name))?;
            Box::new(move |value| as_shown(value, shape, |text| pattern.is_match(text)))
        }
        Test::Between { from, to } => between(Bounds::of(column, from.as_deref(), to.as_deref())?, shape),
        Test::Absent => Box::new(|value| matches!(value, ValueRef::Null)),
    })
}

/// Asks about a value as it is shown; of what is absent nothing holds.
fn as_shown(value: ValueRef<'_>, shape: &Shape, ask: impl Fn(&str) -> bool) -> bool {
    match value {
        ValueRef::Null => false,
        ValueRef::Text(text) if !shape.is_nested() => ask(&String::from_utf8_lossy(text)),
        value => ask(&readable(&values::cell(value, shape))),
    }
}

fn between(bounds: Bounds, shape: &Shape) -> Passes<'_> {
    match bounds {
        Bounds::Numbers { from, to } => Box::new(move |value| {
            let beside = |bound: &Option<Number>, wrong: Ordering| {
                bound.is_none_or(|bound| compare(value, bound).is_some_and(|order| order != wrong))
            };
            !matches!(value, ValueRef::Null)
                && beside(&from, Ordering::Less)
                && beside(&to, Ordering::Greater)
        }),
        Bounds::Times { from, to } => {
            let now = OffsetDateTime::now_utc();
            let from = from.as_ref().map(|moment| Moment::begin(moment, now));
            let to = to.as_ref().map(|moment| Moment::end(moment, now));
            Box::new(move |value| {
                // The store has all times in one form, in which texts compare as times do.
                let ValueRef::Text(text) = value else { return false };
                from.as_ref().is_none_or(|from| text >= from.text.as_bytes())
                    && to.as_ref().is_none_or(|to| match to.inclusive {
                        true => text <= to.text.as_bytes(),
                        false => text < to.text.as_bytes(),
                    })
            })
        }
        Bounds::Texts { from, to } => Box::new(move |value| {
            as_shown(value, shape, |text| {
                from.as_ref().is_none_or(|from| natural::compare(text, from).is_ge())
                    && to.as_ref().is_none_or(|to| natural::compare(text, to).is_le())
            })
        }),
    }
}

/// Compares a number with a bound exactly, whatever both are kept as.
fn compare(value: ValueRef<'_>, bound: Number) -> Option<Ordering> {
    /// A whole number and one with a fraction.
    fn whole(integer: i64, real: f64) -> Option<Ordering> {
        const EDGE: f64 = 9_223_372_036_854_775_808.0;
        Some(match real {
            real if real >= EDGE => Ordering::Less,
            real if real < -EDGE => Ordering::Greater,
            real => integer.cmp(&(real.trunc() as i64)).then(0.0.partial_cmp(&real.fract())?),
        })
    }
    match (value, bound) {
        (ValueRef::Integer(value), Number::Integer(bound)) => Some(value.cmp(&bound)),
        (ValueRef::Integer(value), Number::Real(bound)) => whole(value, bound),
        (ValueRef::Real(value), Number::Integer(bound)) => whole(bound, value).map(Ordering::reverse),
        (ValueRef::Real(value), Number::Real(bound)) => value.partial_cmp(&bound),
        _ => None,
    }
}
