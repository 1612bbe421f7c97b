//! What the lines of a comparison are: the headings of sections, settings that stand out, what follows from them, and the
//! equal ones folded away. They are worked out when something changes, never while a frame is drawn.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::compare::{Comparison, NOT_COLLECTED, Shown};
use crate::analysis::setting::Section;

/// One line of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The heading of a section, in how many settings databases differ there, and whether something was not collected.
    Section { section: Section, differing: usize, gap: bool, folded: bool },
    /// A setting, by its place among the comparison's rows; `under` another from which it follows.
    Setting { row: usize, under: bool },
    /// The settings that follow from the one above.
    Following { cause: usize, count: usize, open: bool },
    /// Settings of the section that stand under those from which they follow.
    Elsewhere { section: Section, count: usize },
    /// The settings of the section that are equal.
    Equal { section: Section, count: usize, open: bool },
}

impl Line {
    /// What tells a line that folds from others, whether it is open or not.
    pub fn key(self) -> (u8, usize) {
        match self {
            Line::Section { section, .. } => (0, section as usize),
            Line::Setting { row, .. } => (1, row),
            Line::Following { cause, .. } => (2, cause),
            Line::Elsewhere { section, .. } => (3, section as usize),
            Line::Equal { section, .. } => (4, section as usize),
        }
    }
}

/// What a person has folded and opened.
#[derive(Debug, Clone, Default)]
pub struct Folds {
    pub sections: BTreeSet<Section>,
    pub equal: BTreeSet<Section>,
    /// By the row that others follow from.
    pub following: BTreeSet<usize>,
}

/// A set's item is taken out, or put in.
fn turn<T: Ord>(set: &mut BTreeSet<T>, item: T) {
    if !set.remove(&item) {
        set.insert(item);
    }
}

impl Folds {
    /// Folds what a line folds, or opens it; says whether the line does so at all.
    pub fn turn(&mut self, line: Line) -> bool {
        match line {
            Line::Section { section, .. } => turn(&mut self.sections, section),
            Line::Equal { section, .. } => turn(&mut self.equal, section),
            Line::Following { cause, .. } => turn(&mut self.following, cause),
            Line::Setting { .. } | Line::Elsewhere { .. } => return false,
        }
        true
    }

    /// Opens what hides a row.
    pub fn reveal(&mut self, comparison: &Comparison, row: usize) {
        let setting = &comparison.rows[row];
        self.sections.remove(&setting.section);
        if !setting.stands_out() {
            self.equal.insert(setting.section);
        }
        if let Some(cause) = setting.cause {
            self.sections.remove(&comparison.rows[cause].section);
            self.following.insert(cause);
        }
    }
}

/// The lines of what is shown of a comparison, in order.
pub fn lines(comparison: &Comparison, shown: &Shown, folds: &Folds) -> Vec<Line> {
    let rows = comparison.shown(shown);
    let is_shown: BTreeSet<usize> = rows.iter().copied().collect();
    let cause =
        |row: usize| comparison.rows[row].cause.filter(|cause| *cause != row && is_shown.contains(cause));
    let mut following: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for row in &rows {
        if let Some(cause) = cause(*row) {
            following.entry(cause).or_default().push(*row);
        }
    }
    let mut lines = Vec::new();
    let mut rest = rows.as_slice();
    while let Some(first) = rest.first() {
        let section = comparison.rows[*first].section;
        let end = rest.iter().position(|row| comparison.rows[*row].section != section).unwrap_or(rest.len());
        let (of_section, others) = rest.split_at(end);
        rest = others;
        let (marked, equal): (Vec<usize>, Vec<usize>) =
            of_section.iter().partition(|row| comparison.rows[**row].stands_out());
        let folded = folds.sections.contains(&section);
        let gap = marked.iter().any(|row| &*comparison.rows[*row].name == NOT_COLLECTED);
        lines.push(Line::Section { section, differing: marked.len() - usize::from(gap), gap, folded });
        if folded {
            continue;
        }
        let mut elsewhere = 0;
        for row in marked {
            if cause(row).is_some() {
                elsewhere += 1;
                continue;
            }
            lines.push(Line::Setting { row, under: false });
            let Some(following) = following.get(&row) else { continue };
            let open = folds.following.contains(&row);
            lines.push(Line::Following { cause: row, count: following.len(), open });
            if open {
                lines.extend(following.iter().map(|row| Line::Setting { row: *row, under: true }));
            }
        }
        if elsewhere > 0 {
            lines.push(Line::Elsewhere { section, count: elsewhere });
        }
        if equal.is_empty() {
            continue;
        }
        // What is searched for is seen at once.
        let open = folds.equal.contains(&section) || !shown.search.trim().is_empty();
        lines.push(Line::Equal { section, count: equal.len(), open });
        if open {
            lines.extend(equal.into_iter().map(|row| Line::Setting { row, under: false }));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::compare::Subject;
    use crate::analysis::meaning::Meaning;
    use crate::analysis::own_names::NamedText;
    use crate::analysis::rules::Rules;
    use crate::analysis::setting::{Held, Named, Setting};

    fn subject(settings: &[(Section, &str, &str)]) -> Subject {
        let named = |(section, name, text): &(Section, &str, &str)| Named {
            section: *section,
            name: (*name).into(),
            held: Held::Set(Box::new(Setting {
                text: (*text).into(),
                meaning: Meaning::Text(NamedText::plain(*text)),
                parameter: None,
                waits: None,
            })),
        };
        Subject {
            database: crate::analysis::compare::Database::default(),
            settings: settings.iter().map(named).collect(),
            gaps: Vec::new(),
        }
    }

    fn two() -> Comparison {
        use Section::{Instance, Parameters, Storage};
        let one = [
            (Instance, "DBInstanceClass", "large"),
            (Storage, "Iops", "1"),
            (Storage, "StorageType", "gp3"),
            (Parameters, "max_connections", "100"),
            (Parameters, "work_mem", "4"),
        ];
        let mut other = one;
        (other[0].2, other[3].2) = ("small", "50");
        let mut comparison = Comparison::of(vec![subject(&one), subject(&other)], &Rules::default(), None);
        let class = comparison.rows.iter().position(|row| &*row.name == "DBInstanceClass");
        for row in &mut comparison.rows {
            row.cause = class.filter(|_| &*row.name == "max_connections");
        }
        comparison
    }

    fn words(comparison: &Comparison, lines: &[Line]) -> Vec<String> {
        let word = |line: &Line| match line {
            Line::Section { section, differing, .. } => format!("{} {differing}", section.word()),
            Line::Setting { row, under } => {
                format!("{}{}", if *under { "> " } else { "" }, comparison.rows[*row].name)
            }
            Line::Following { count, .. } => format!("+{count}"),
            Line::Elsewhere { count, .. } => format!("elsewhere {count}"),
            Line::Equal { count, .. } => format!("={count}"),
        };
        lines.iter().map(word).collect()
    }

    #[test]
    fn what_is_equal_is_folded_and_what_follows_stands_under_its_cause() {
        let comparison = two();
        let mut folds = Folds::default();
        let found = lines(&comparison, &Shown::default(), &folds);
        assert_eq!(
            words(&comparison, &found),
            ["Instance 1", "DBInstanceClass", "+1", "Storage 0", "=2", "Parameters 1", "elsewhere 1", "=1"]
        );
        assert!(folds.turn(found[2]) && folds.turn(found[4]) && folds.turn(found[5]));
        let found = lines(&comparison, &Shown::default(), &folds);
        assert_eq!(
            words(&comparison, &found),
            [
                "Instance 1",
                "DBInstanceClass",
                "+1",
                "> max_connections",
                "Storage 0",
                "=2",
                "Iops",
                "StorageType",
                "Parameters 1"
            ]
        );
    }

    #[test]
    fn what_is_searched_for_and_what_is_gone_to_is_never_folded_away() {
        let comparison = two();
        let search = Shown { search: "iops".to_owned(), ..Shown::default() };
        let found = lines(&comparison, &search, &Folds::default());
        assert_eq!(words(&comparison, &found), ["Storage 0", "=1", "Iops"]);
        // Without its cause a setting stands in its own section.
        let section = Shown { section: Some(Section::Parameters), ..Shown::default() };
        let found = lines(&comparison, &section, &Folds::default());
        assert_eq!(words(&comparison, &found), ["Parameters 1", "max_connections", "=1"]);
        let mut folds = Folds { sections: Section::ALL.into_iter().collect(), ..Folds::default() };
        for name in ["max_connections", "work_mem"] {
            let row = comparison.rows.iter().position(|row| &*row.name == name).unwrap();
            folds.reveal(&comparison, row);
            let found = lines(&comparison, &Shown::default(), &folds);
            let there = |line: &Line| matches!(line, Line::Setting { row: known, .. } if *known == row);
            assert!(found.iter().any(there), "{name}");
        }
    }
}
