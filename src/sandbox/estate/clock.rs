//! When windows open: those of the nights before the fleet's now, and the next ones of the week.

use time::{Duration, OffsetDateTime, Time, Weekday};

use crate::sandbox::target::NOW;

/// When a backup window such as `02:13-02:43` opened so many nights ago; 0 is the last night.
pub fn night(window: &str, nights_ago: i64) -> OffsetDateTime {
    NOW.replace_time(opening(window)) - Duration::days(nights_ago)
}

/// When a maintenance window such as `sun:03:10-sun:03:40` opens next.
pub fn next_opening(window: &str) -> OffsetDateTime {
    let (day, rest) = window.split_once(':').unwrap_or_default();
    let mut opens = NOW.replace_time(opening(rest));
    while opens <= NOW || short_name(opens.weekday()) != day {
        opens += Duration::DAY;
        if opens > NOW + Duration::days(8) {
            break;
        }
    }
    opens
}

/// A moment as the names of automated snapshots write it: `2026-10-31-02-13`.
pub fn in_names(time: OffsetDateTime) -> String {
    let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
    format!("{year:04}-{month:02}-{day:02}-{:02}-{:02}", time.hour(), time.minute())
}

fn opening(window: &str) -> Time {
    let part = |from: usize| window.get(from..from + 2).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    Time::from_hms(part(0), part(3), 0).unwrap_or(Time::MIDNIGHT)
}

fn short_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}
