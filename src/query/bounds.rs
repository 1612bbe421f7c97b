//! What the bounds of `Test::Between` mean in a column: numbers, times, or texts in the product's order. Both the
//! inventory, which compares values with them, and the written SQL take them from here, so that they agree.

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime, UtcOffset};

use crate::rds::{Column, Shape};

/// Bounds as a column's type reads them; a missing one is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Bounds {
    Numbers { from: Option<Number>, to: Option<Number> },
    Times { from: Option<Moment>, to: Option<Moment> },
    Texts { from: Option<String>, to: Option<String> },
}

/// A number as it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    Integer(i64),
    Real(f64),
}

/// A point in time as a person writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    At(OffsetDateTime),
    /// A whole day (UTC): as the first bound its beginning, as the last one its end.
    Day(Date),
    /// So far from now: `-7d` is seven days ago, `+30d` in thirty days.
    FromNow(Duration),
}

impl Bounds {
    /// Reads the bounds of a condition on a column.
    ///
    /// # Errors
    /// A sentence that names the column and the text that is no number or no time.
    pub fn of(column: &Column, from: Option<&str>, to: Option<&str>) -> Result<Bounds, String> {
        let wrong = |text: &str, wanted: &str| format!("{}: “{text}” is no {wanted}", column.name);
        Ok(match &column.shape {
            shape if shape.is_number() => {
                let number = |text: &str| Number::read(text).ok_or_else(|| wrong(text, "number"));
                Bounds::Numbers { from: from.map(number).transpose()?, to: to.map(number).transpose()? }
            }
            Shape::Timestamp => {
                let moment = |text: &str| {
                    Moment::read(text).ok_or_else(|| {
                        wrong(text, "time: write 2026-11-01, 2026-11-01T08:00:00Z, now, -7d, -12h or +30d")
                    })
                };
                Bounds::Times { from: from.map(moment).transpose()?, to: to.map(moment).transpose()? }
            }
            _ => Bounds::Texts { from: from.map(str::to_owned), to: to.map(str::to_owned) },
        })
    }
}

impl Number {
    fn read(text: &str) -> Option<Number> {
        let text = text.trim();
        if let Ok(integer) = text.parse() {
            return Some(Number::Integer(integer));
        }
        text.parse().ok().filter(|real: &f64| real.is_finite()).map(Number::Real)
    }
}

/// A moment as the store writes its timestamps, and whether what it says belongs to a range that ends there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    pub text: String,
    pub inclusive: bool,
}

impl Moment {
    /// Reads a date, an RFC 3339 time, `now`, or a distance from now such as `-7d`.
    pub fn read(text: &str) -> Option<Moment> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("now") {
            return Some(Moment::FromNow(Duration::ZERO));
        }
        if let Ok(time) = OffsetDateTime::parse(text, &Rfc3339) {
            // The year may leave the calendar on the way to UTC.
            return time.checked_to_offset(UtcOffset::UTC).map(Moment::At);
        }
        if let Ok(date) = Date::parse(text, format_description!("[year]-[month]-[day]")) {
            return Some(Moment::Day(date));
        }
        if !text.starts_with(['-', '+']) {
            return None;
        }
        let (at, unit) = text.char_indices().next_back()?;
        let number: i64 = text[..at].parse().ok().filter(|number: &i64| number.abs() <= 1_000_000)?;
        Some(Moment::FromNow(match unit {
            'm' => Duration::minutes(number),
            'h' => Duration::hours(number),
            'd' => Duration::days(number),
            'w' => Duration::weeks(number),
            _ => return None,
        }))
    }

    /// A moment that is over, as a person writes it; an age may stand without its minus. Of a day it is the beginning.
    ///
    /// # Errors
    /// A sentence that says how times are written, or that this one is still to come.
    pub fn past(text: &str, now: OffsetDateTime) -> Result<OffsetDateTime, String> {
        let text = text.trim();
        let moment = Moment::read(text).or_else(|| Moment::read(&format!("-{text}"))).ok_or_else(|| {
            format!(
                "“{text}” is no time: write one such as 2026-11-01 or 2026-11-01T08:00:00Z, or an age such as 90m, \
                 24h, 7d or 4w"
            )
        })?;
        let time = moment.time(now);
        if time > now { Err(format!("{text} is still to come")) } else { Ok(time) }
    }

    /// The moment itself; of a day its beginning.
    pub fn time(&self, now: OffsetDateTime) -> OffsetDateTime {
        match self {
            Moment::At(time) => *time,
            Moment::Day(date) => date.midnight().assume_utc(),
            Moment::FromNow(distance) => seconds(now.saturating_add(*distance)),
        }
    }

    /// The moment as the first of a range.
    pub fn begin(&self, now: OffsetDateTime) -> Stamp {
        Stamp { text: stamp(self.time(now)), inclusive: true }
    }

    /// The moment as the last of a range.
    pub fn end(&self, now: OffsetDateTime) -> Stamp {
        match self {
            Moment::Day(date) => {
                let next = date.midnight().assume_utc().saturating_add(Duration::days(1));
                Stamp { text: stamp(next), inclusive: false }
            }
            moment => moment.begin(now),
        }
    }
}

fn seconds(time: OffsetDateTime) -> OffsetDateTime {
    time.to_offset(UtcOffset::UTC).replace_nanosecond(0).unwrap_or(time)
}

/// A time as the store has AWS's: `2026-11-22T10:00:00.123000+00:00`, without a fraction where it is zero, so that texts
/// compare as times do.
fn stamp(time: OffsetDateTime) -> String {
    let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    let mut text = time.format(form).unwrap_or_default();
    if time.microsecond() != 0 {
        text.push_str(&format!(".{:06}", time.microsecond()));
    }
    text.push_str("+00:00");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_day_is_whole_and_an_age_counts_from_now() {
        let now = datetime!(2026-11-20 10:00:00.5 UTC);
        let begin = |text: &str| Moment::read(text).unwrap().begin(now).text;
        let end = |text: &str| Moment::read(text).unwrap().end(now);
        assert_eq!(begin("2026-11-01"), "2026-11-01T00:00:00+00:00");
        assert_eq!(end("2026-12-31"), Stamp { text: "2027-01-01T00:00:00+00:00".into(), inclusive: false });
        assert_eq!(begin("2026-11-01T08:00:00.25+02:00"), "2026-11-01T06:00:00.250000+00:00");
        assert_eq!(begin("-7d"), "2026-11-13T10:00:00+00:00");
        assert_eq!(begin(" +90m "), "2026-11-20T11:30:00+00:00");
        assert!(end("now").inclusive);
        for text in ["", "7d", "-", "-d", "-7y", "-7é", "tomorrow", "2026-13-01", "-99999999999d"] {
            assert_eq!(Moment::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_that_is_over_is_a_date_a_time_or_an_age() {
        let now = datetime!(2026-11-20 10:00:00.5 UTC);
        let past = |text: &str| Moment::past(text, now);
        assert_eq!(past("2026-11-01"), Ok(datetime!(2026-11-01 0:00 UTC)));
        assert_eq!(past(" 2026-11-01T08:00:00+02:00"), Ok(datetime!(2026-11-01 6:00 UTC)));
        for age in ["-7d", "7d"] {
            assert_eq!(past(age), Ok(datetime!(2026-11-13 10:00 UTC)));
        }
        assert!(past("now").is_ok_and(|time| time <= now));
        for (text, said) in [
            ("", "is no time"),
            ("yesterday", "is no time"),
            ("+1d", "still to come"),
            ("2026-11-21", "still to come"),
        ] {
            assert!(past(text).unwrap_err().contains(said), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_said_with_its_column() {
        let storage = Column::new("AllocatedStorage", Shape::Integer, false);
        assert!(Bounds::of(&storage, Some("1e3"), Some(" -5 ")).is_ok());
        for text in ["", "ten", "1e999", "NaN", "1 000"] {
            let said = Bounds::of(&storage, None, Some(text)).unwrap_err();
            assert_eq!(said, format!("AllocatedStorage: “{text}” is no number"));
        }
    }
}
