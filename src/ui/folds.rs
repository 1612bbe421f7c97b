//! Which line of the grid is what: a group's own line or a row, with folded groups hiding theirs. It is pure reckoning
//! over a view's groups; it costs what there are groups, however many rows they have.

use std::collections::HashSet;
use std::ops::Range;

use crate::core::{Group, View};

/// A group by the values that lead to it, the outermost first; an absent one is `None`. It names the same group in every
/// view.
pub type Path = Vec<Option<String>>;

/// The groups whose rows are hidden.
pub type Folded = HashSet<Path>;

/// One line of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The group at this place among the view's.
    Group(usize),
    /// The row at this position of the view.
    Row(usize),
}

/// The lines of a view.
pub struct Lines {
    /// Where each group's line stands and where each stretch of rows begins, in order.
    runs: Vec<(usize, Line)>,
    len: usize,
}

impl Lines {
    pub fn new(view: &View, folded: &Folded) -> Lines {
        if view.groups.is_empty() {
            return Lines { runs: vec![(0, Line::Row(0))], len: view.rows.len() };
        }
        let (mut runs, mut len) = (Vec::new(), 0);
        // Positions before this one are in a folded group.
        let mut hidden = 0;
        let mut outer = Vec::new();
        for (at, group) in view.groups.iter().enumerate() {
            if group.rows.start < hidden {
                continue;
            }
            runs.push((len, Line::Group(at)));
            len += 1;
            if !folded.is_empty() && folded.contains(step(&mut outer, group)) {
                hidden = group.rows.end;
            } else if group.level + 1 >= view.query.group.len() {
                runs.push((len, Line::Row(group.rows.start)));
                len += group.rows.len();
            }
        }
        Lines { runs, len }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// What stands at a line.
    pub fn at(&self, line: usize) -> Option<Line> {
        if line >= self.len {
            return None;
        }
        let (first, what) = self.runs[self.runs.partition_point(|run| run.0 <= line) - 1];
        Some(match what {
            Line::Row(position) => Line::Row(position + line - first),
            group => group,
        })
    }

    /// The line at which a row stands; of one that is hidden, that of its folded group.
    pub fn of_row(&self, position: usize, groups: &[Group]) -> usize {
        let start = |what: Line| match what {
            Line::Group(at) => groups.get(at).map_or(0, |group| group.rows.start),
            Line::Row(start) => start,
        };
        let after = self.runs.partition_point(|run| start(run.1) <= position);
        match self.runs.get(after.saturating_sub(1)) {
            Some((line, Line::Row(start))) => line + position - start,
            Some((line, Line::Group(_))) => *line,
            None => 0,
        }
    }

    /// The line of a group, where it is not hidden in another.
    pub fn of_group(&self, group: usize) -> Option<usize> {
        self.runs.iter().find(|run| run.1 == Line::Group(group)).map(|run| run.0)
    }

    /// The positions of the rows among some lines, as stretches.
    pub fn positions(&self, lines: Range<usize>) -> Vec<Range<usize>> {
        let mut stretches: Vec<Range<usize>> = Vec::new();
        for line in lines {
            match (self.at(line), stretches.last_mut()) {
                (Some(Line::Row(at)), Some(last)) if last.end == at => last.end = at + 1,
                (Some(Line::Row(at)), _) => stretches.push(at..at + 1),
                _ => {}
            }
        }
        stretches
    }
}

/// The values that lead to a group.
pub fn path(groups: &[Group], at: usize) -> Path {
    let mut path = Path::new();
    let outer = outer(groups, at).map(|outer| &groups[outer]);
    for group in outer.into_iter().chain(groups.get(at)) {
        step(&mut path, group);
    }
    path
}

/// The values that lead to each of the groups, in their order.
pub fn paths(groups: &[Group]) -> impl Iterator<Item = Path> {
    let mut path = Path::new();
    groups.iter().map(move |group| step(&mut path, group).clone())
}

/// Unfolds the groups that a row stands in; tells whether one of them was folded.
pub fn unfold(folded: &mut Folded, groups: &[Group], position: usize) -> bool {
    let before = folded.len();
    for (path, _) in paths(groups).zip(groups).filter(|(_, group)| group.rows.contains(&position)) {
        folded.remove(&path);
    }
    folded.len() < before
}

/// Goes from the path of one group to that of the next.
fn step<'a>(path: &'a mut Path, group: &Group) -> &'a Path {
    path.truncate(group.level);
    path.push((!group.value.absent).then(|| group.value.text.clone()));
    path
}

/// The group that a group of the second column stands in.
pub fn outer(groups: &[Group], at: usize) -> Option<usize> {
    let level = groups.get(at)?.level;
    groups[..at].iter().rposition(|group| group.level < level)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::core::CellText;
    use crate::query::Query;
    use crate::rds::kind;

    fn group(level: usize, value: &str, rows: Range<usize>) -> Group {
        let value = CellText { text: value.to_owned(), absent: value.is_empty() };
        Group { level, value, rows, sums: Vec::new() }
    }

    fn view(by: &[&str], groups: Vec<Group>, rows: usize) -> View {
        let mut query = Query::of(kind("db-instances").unwrap());
        query.group = by.iter().map(|&name| name.to_owned()).collect();
        View {
            number: 1,
            query,
            rows: Arc::new((0..rows as i64).collect()),
            of: rows,
            groups: Arc::new(groups),
            columns: Arc::default(),
            sql: String::new(),
            notes: Vec::new(),
            error: None,
        }
    }

    fn all(lines: &Lines) -> Vec<Line> {
        (0..lines.len()).filter_map(|line| lines.at(line)).collect()
    }

    #[test]
    fn without_groups_a_line_is_a_row() {
        let view = view(&[], Vec::new(), 1_000_000);
        let lines = Lines::new(&view, &Folded::new());
        assert_eq!(
            (lines.len(), lines.at(999_999), lines.at(1_000_000)),
            (1_000_000, Some(Line::Row(999_999)), None)
        );
        assert_eq!(lines.of_row(999_999, &view.groups), 999_999);
        assert_eq!(lines.positions(5..9), [Range { start: 5, end: 9 }]);
    }

    #[test]
    fn groups_stand_before_their_rows_and_hide_them_when_folded() {
        use Line::{Group, Row};
        let view = view(&["Engine"], vec![group(0, "mysql", 0..2), group(0, "", 2..3)], 3);
        let mut folded = Folded::new();
        let lines = Lines::new(&view, &folded);
        assert_eq!(all(&lines), [Group(0), Row(0), Row(1), Group(1), Row(2)]);
        assert_eq!(lines.of_row(2, &view.groups), 4);
        assert_eq!(lines.positions(0..5), [Range { start: 0, end: 3 }], "stretches that touch are one");
        folded.insert(path(&view.groups, 0));
        let lines = Lines::new(&view, &folded);
        assert_eq!(all(&lines), [Group(0), Group(1), Row(2)]);
        assert_eq!(lines.of_row(1, &view.groups), 0, "a hidden row is where its group is");
        assert_eq!(lines.positions(0..3), [Range { start: 2, end: 3 }]);
    }

    #[test]
    fn an_outer_group_hides_its_inner_ones() {
        use Line::{Group, Row};
        let groups = vec![
            group(0, "mysql", 0..3),
            group(1, "8.0", 0..1),
            group(1, "8.4", 1..3),
            group(0, "postgres", 3..4),
            group(1, "8.0", 3..4),
        ];
        let view = view(&["Engine", "EngineVersion"], groups, 4);
        let mut folded = Folded::new();
        folded.insert(path(&view.groups, 1));
        let lines = Lines::new(&view, &folded);
        let expected = [Group(0), Group(1), Group(2), Row(1), Row(2), Group(3), Group(4), Row(3)];
        assert_eq!(all(&lines), expected, "the same version of another engine is another group");
        folded.insert(path(&view.groups, 0));
        let lines = Lines::new(&view, &folded);
        assert_eq!(all(&lines), [Group(0), Group(3), Group(4), Row(3)]);
        assert_eq!((lines.of_group(2), lines.of_group(4)), (None, Some(2)));
        assert_eq!((outer(&view.groups, 4), outer(&view.groups, 3)), (Some(3), None));
        assert!(unfold(&mut folded, &view.groups, 0) && folded.is_empty(), "with the group around it");
        assert!(!unfold(&mut folded, &view.groups, 0));
    }
}
