//! How old something in the store is, by the store's own sweeps: a machine's clock may be wrong once, and what was collected
//! over a year must not be gone for it. What is then forgotten is decided in `past`.

use rusqlite::OptionalExtension;
use time::OffsetDateTime;

use super::{Inventory, milliseconds};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// A longer pause between two sweeps counts as one of this length: nothing grows old while nobody looks.
const LONGEST_PAUSE: i64 = 31 * DAY;
/// A clock that is further ahead of the last sweep is not believed.
const FURTHEST_AHEAD: i64 = 366 * DAY;
/// A clock that is further behind it is not, either.
const FURTHEST_BEHIND: i64 = DAY;

/// When sweeps ended, the newest first, in milliseconds of the Unix epoch. A clock that was wrong may have them in no order.
pub(super) struct Sweeps(Vec<i64>);

impl Sweeps {
    /// The time before which something is older than a span of milliseconds. Where the clock was once turned, the earliest
    /// time that is possible.
    pub(super) fn before(&self, span: i64) -> i64 {
        let Some(&newest) = self.0.first() else { return i64::MIN };
        let (mut left, mut earliest) = (span, newest);
        for pair in self.0.windows(2) {
            earliest = earliest.min(pair[0]);
            let pause = pair[0].saturating_sub(pair[1]).clamp(0, LONGEST_PAUSE);
            if pause >= left {
                return earliest.saturating_sub(left);
            }
            left -= pause;
        }
        earliest.min(*self.0.last().unwrap_or(&newest)).saturating_sub(left)
    }
}

impl Inventory {
    /// Takes down that a sweep has ended, and gives back all of them; or else a sentence that says why the clock cannot be
    /// believed.
    pub(super) fn note_sweep(&self, at: OffsetDateTime) -> rusqlite::Result<Result<Sweeps, String>> {
        let now = milliseconds(at);
        let before = self.last_sweep()?;
        // Several in an hour are one: a store is kept for years.
        match before {
            Some((Some(number), last)) if (0..HOUR).contains(&(now - last)) => {
                self.connection.execute("UPDATE _sweeps SET At = ? WHERE Number = ?", [now, number])?;
            }
            _ => drop(self.connection.execute("INSERT INTO _sweeps (At) VALUES (?)", [now])?),
        }
        let ahead = before.map_or(0, |(_, last)| now.saturating_sub(last));
        if !(-FURTHEST_BEHIND..=FURTHEST_AHEAD).contains(&ahead) {
            let (days, way) = (ahead.abs() / DAY, if ahead > 0 { "after" } else { "before" });
            return Ok(Err(format!(
                "the clock of this machine says {}, {days} days {way} the last sweep in the store: nothing of the history is \
                 removed this time. Check the clock",
                at.date()
            )));
        }
        let mut sweeps = self.connection.prepare_cached("SELECT At FROM _sweeps ORDER BY Number DESC")?;
        let times = sweeps.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(Ok(Sweeps(times)))
    }

    /// The last sweep that was taken down, with its number; of a store in which there is none yet, the newest collection.
    fn last_sweep(&self) -> rusqlite::Result<Option<(Option<i64>, i64)>> {
        let noted = self
            .connection
            .query_row("SELECT Number, At FROM _sweeps ORDER BY Number DESC LIMIT 1", [], |row| {
                Ok((Some(row.get(0)?), row.get(1)?))
            })
            .optional()?;
        if noted.is_some() {
            return Ok(noted);
        }
        let newest: Option<i64> =
            self.connection.query_row("SELECT max(AsOf) FROM _collections", [], |row| row.get(0))?;
        Ok(newest.map(|at| (None, at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_is_counted_in_sweeps() {
        let days = |days: &[i64]| Sweeps(days.iter().map(|day| day * DAY).collect());
        let before = |sweeps: &Sweeps, span: i64| sweeps.before(span * DAY) as f64 / DAY as f64;
        let nightly = days(&[1000, 999, 998, 997]);
        assert_eq!((before(&nightly, 2), before(&nightly, 400)), (998.0, 600.0));
        assert_eq!(before(&days(&[1000]), 400), 600.0, "the first sweep's clock is all there is");
        // Nobody looked for 90 days.
        assert_eq!(before(&days(&[1000, 910, 909]), 40), 901.0);
        // Once ten years ahead, and twice.
        assert_eq!(before(&days(&[1001, 4650, 1000, 999]), 30), 971.0);
        assert_eq!(before(&days(&[4651, 4650, 1000, 999]), 400), 632.0);
        // Once in 1970.
        assert!(before(&days(&[1001, 0, 1000, 999]), 400) < 0.0);
    }
}
