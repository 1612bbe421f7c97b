//! The texts of a view's rows near the visible ones, fetched from the core page by page. It knows what is there and
//! what to ask for; it draws nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crate::core::{CellText, Rows, View};

/// Rows in one page.
const PAGE: usize = 64;
/// Pages kept for one view.
const KEPT: usize = 24;

/// A view with the texts of some of its rows.
pub struct Pages {
    pub view: Arc<View>,
    pages: BTreeMap<usize, Vec<Vec<CellText>>>,
    asked: BTreeSet<usize>,
}

impl Pages {
    pub fn new(view: Arc<View>) -> Pages {
        Pages { view, pages: BTreeMap::new(), asked: BTreeSet::new() }
    }

    /// The row at a position, once its page is there.
    pub fn row(&self, position: usize) -> Option<&[CellText]> {
        self.pages.get(&(position / PAGE))?.get(position % PAGE).map(Vec::as_slice)
    }

    /// Whether every row of a range is there.
    pub fn covers(&self, positions: &Range<usize>) -> bool {
        let end = positions.end.min(self.view.rows.len());
        positions.start >= end || pages_of(&(positions.start..end)).all(|page| self.pages.contains_key(&page))
    }

    /// The positions to ask the core for so that a range and a page on either side of it will be there; `None` when
    /// nothing is missing. What was asked for once is not asked for again.
    pub fn missing(&mut self, positions: &Range<usize>) -> Option<Range<usize>> {
        let rows = self.view.rows.len();
        let wanted = positions.start.saturating_sub(PAGE)..(positions.end + PAGE).min(rows);
        if wanted.is_empty() {
            return None;
        }
        let missing: Vec<usize> = pages_of(&wanted)
            .filter(|page| !self.pages.contains_key(page) && !self.asked.contains(page))
            .collect();
        let (first, last) = (*missing.first()?, *missing.last()?);
        self.asked.extend(first..=last);
        Some(first * PAGE..((last + 1) * PAGE).min(rows))
    }

    /// Takes rows in; rows of another view are not meant.
    pub fn take(&mut self, rows: Rows) {
        if rows.view != self.view.number || !rows.first.is_multiple_of(PAGE) {
            return;
        }
        let first = rows.first / PAGE;
        let pages = rows.rows.len().div_ceil(PAGE);
        let mut texts = rows.rows.into_iter();
        for page in first..first + pages {
            self.asked.remove(&page);
            self.pages.insert(page, texts.by_ref().take(PAGE).collect());
        }
        // The pages farthest from the newest are the ones scrolled away from.
        while self.pages.len() > KEPT {
            let (Some((&low, _)), Some((&high, _))) =
                (self.pages.first_key_value(), self.pages.last_key_value())
            else {
                break;
            };
            self.pages.remove(if first.abs_diff(low) > first.abs_diff(high) { &low } else { &high });
        }
    }
}

fn pages_of(positions: &Range<usize>) -> Range<usize> {
    positions.start / PAGE..positions.end.div_ceil(PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Query;
    use crate::rds::kind;

    fn pages(rows: usize) -> Pages {
        Pages::new(Arc::new(View {
            number: 7,
            query: Query::of(kind("db-instances").unwrap()),
            rows: Arc::new((0..rows as i64).collect()),
            of: rows,
            groups: Arc::default(),
            columns: Arc::default(),
            sql: String::new(),
            notes: Vec::new(),
            error: None,
        }))
    }

    fn answer(first: usize, count: usize) -> Rows {
        let row = vec![CellText { text: "x".to_owned(), absent: false }];
        Rows { view: 7, first, rows: vec![row; count] }
    }

    #[test]
    fn a_range_is_asked_for_once_with_a_page_on_either_side() {
        let mut pages = pages(1000);
        assert_eq!(pages.missing(&(100..140)), Some(0..256));
        assert_eq!(pages.missing(&(100..140)), None);
        pages.take(answer(0, 256));
        assert!(pages.covers(&(100..140)) && pages.row(255).is_some() && pages.row(256).is_none());
        assert_eq!(pages.missing(&(940..1000)), Some(832..1000));
        pages.take(answer(832, 168));
        assert!(pages.covers(&(940..1000)));
    }

    #[test]
    fn only_pages_near_the_newest_are_kept() {
        let mut pages = pages(100 * PAGE);
        for page in 0..100 {
            pages.take(answer(page * PAGE, PAGE));
        }
        assert_eq!(pages.pages.len(), KEPT);
        assert!(pages.row(99 * PAGE).is_some() && pages.row(0).is_none());
    }

    #[test]
    fn an_empty_view_asks_for_nothing() {
        let mut pages = pages(0);
        assert_eq!(pages.missing(&(0..40)), None);
        assert!(pages.covers(&(0..40)));
    }
}
