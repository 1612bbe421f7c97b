//! Which rows are selected, as ranges of positions, so that a million rows cost as little as one. It knows positions
//! and row numbers, and nothing of what is in the rows.

use std::ops::Range;

use hashbrown::HashSet;

use crate::core::RowChoice;

/// More selected rows than this are not looked for one by one when the view behind them changes.
const FOLLOWED: usize = 20_000;

/// Selected positions, the position that has the focus, and the one that a Shift-click extends from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Sorted, without gaps of nothing between them.
    ranges: Vec<Range<usize>>,
    focus: Option<usize>,
    anchor: usize,
}

impl Selection {
    /// Whether the row at a position is selected.
    pub fn contains(&self, position: usize) -> bool {
        let after = self.ranges.partition_point(|range| range.start <= position);
        after > 0 && self.ranges[after - 1].contains(&position)
    }

    /// Selected rows.
    pub fn len(&self) -> usize {
        self.ranges.iter().map(ExactSizeIterator::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The position that keys move from and that the details follow.
    pub fn focus(&self) -> Option<usize> {
        self.focus
    }

    /// Selects one row alone, as a click does.
    pub fn only(&mut self, position: usize) {
        self.ranges = vec![Range { start: position, end: position + 1 }];
        self.focus = Some(position);
        self.anchor = position;
    }

    /// Selects nothing, and no row has the focus.
    pub fn clear(&mut self) {
        *self = Selection::default();
    }

    /// Turns one row over, as a Ctrl+click does.
    pub fn toggle(&mut self, position: usize) {
        if self.contains(position) {
            self.remove(position);
        } else {
            self.add(position..position + 1);
        }
        self.focus = Some(position);
        self.anchor = position;
    }

    /// Selects from the anchor to a row, as a Shift-click does.
    pub fn extend(&mut self, position: usize) {
        let (first, last) = (self.anchor.min(position), self.anchor.max(position));
        self.ranges = vec![Range { start: first, end: last + 1 }];
        self.focus = Some(position);
    }

    /// Selects all of so many rows.
    pub fn all(&mut self, rows: usize) {
        self.ranges.clear();
        if rows > 0 {
            self.ranges.push(0..rows);
            self.focus = Some(self.focus.unwrap_or(0).min(rows - 1));
        }
    }

    /// The selected rows by number; every row of the view is `All`.
    pub fn choice(&self, rows: &[i64]) -> RowChoice {
        if self.len() == rows.len() {
            return RowChoice::All;
        }
        let ranges = self.ranges.iter().map(|range| range.start.min(rows.len())..range.end.min(rows.len()));
        RowChoice::These(ranges.flat_map(|range| rows[range].iter().copied()).collect())
    }

    /// Follows the selected rows into a newer view of them.
    pub fn follow(&mut self, old: &[i64], new: &[i64]) {
        if old == new {
            return;
        }
        let focused = self.focus.and_then(|focus| old.get(focus)).copied();
        let everything = !old.is_empty() && self.len() == old.len();
        let wanted: HashSet<i64> = match self.choice(old) {
            RowChoice::These(rows) if rows.len() <= FOLLOWED => rows.into_iter().collect(),
            _ => HashSet::new(),
        };
        *self = Selection::default();
        let sought = || wanted.iter().copied().chain(focused);
        if let (Some(least), Some(most)) = (sought().min(), sought().max()) {
            // Of a million rows most are told from those by their numbers alone, without being looked up.
            let near = new.iter().enumerate().filter(|(_, row)| (least..=most).contains(*row));
            for (position, row) in near {
                if wanted.contains(row) {
                    self.add(position..position + 1);
                }
                if Some(*row) == focused {
                    self.focus = Some(position);
                    self.anchor = position;
                }
            }
        }
        if everything {
            self.all(new.len());
        }
    }

    fn add(&mut self, range: Range<usize>) {
        let mut joined = range;
        let from = self.ranges.partition_point(|known| known.end < joined.start);
        let to = self.ranges.partition_point(|known| known.start <= joined.end);
        if from < to {
            joined.start = joined.start.min(self.ranges[from].start);
            joined.end = joined.end.max(self.ranges[to - 1].end);
        }
        self.ranges.splice(from..to, [joined]);
    }

    fn remove(&mut self, position: usize) {
        if let Some(at) = self.ranges.iter().position(|range| range.contains(&position)) {
            let range = self.ranges[at].clone();
            let rest = [range.start..position, position + 1..range.end];
            self.ranges.splice(at..=at, rest.into_iter().filter(|rest| !rest.is_empty()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clicks_select_as_in_a_file_list() {
        let mut selection = Selection::default();
        selection.only(3);
        selection.extend(6);
        assert_eq!((selection.len(), selection.contains(6), selection.contains(7)), (4, true, false));
        selection.toggle(4);
        assert_eq!(selection.ranges, [3..4, 5..7]);
        selection.toggle(4);
        assert_eq!(selection.ranges.len(), 1);
        selection.toggle(9);
        selection.extend(2);
        assert_eq!(selection.ranges, [Range { start: 2, end: 10 }]);
    }

    #[test]
    fn a_choice_names_rows_by_number() {
        let rows = [10, 20, 30, 40];
        let mut selection = Selection::default();
        selection.only(1);
        selection.toggle(3);
        assert_eq!(selection.choice(&rows), RowChoice::These(vec![20, 40]));
        selection.all(4);
        assert_eq!(selection.choice(&rows), RowChoice::All);
    }

    #[test]
    fn selected_rows_are_found_again_in_a_newer_view() {
        let mut selection = Selection::default();
        selection.only(0);
        selection.toggle(2);
        selection.follow(&[10, 20, 30], &[30, 40, 10, 20]);
        assert_eq!(selection.choice(&[30, 40, 10, 20]), RowChoice::These(vec![30, 10]));
        assert_eq!(selection.focus(), Some(0));
        selection.follow(&[30, 40, 10, 20], &[20]);
        assert!(selection.is_empty() && selection.focus().is_none());
    }
}
