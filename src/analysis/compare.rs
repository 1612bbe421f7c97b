//! Two to fifty databases beside each other: settings down, databases across, each cell with its verdict. What a database
//! has is `gather`'s, whether two are the same `same`'s; here they are lined up, held against a reference or the majority,
//! and counted. Everything a page or a report shows is plain data here.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use super::families;
use super::rules::Rules;
use super::same::{Judged, Verdict, is_same_value, judge};
use super::setting::{Held, Named, Section};

/// Who a column is of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Database {
    /// The kind's name; empty for a baseline.
    pub kind: &'static str,
    /// The row's number in the store; `None` of the past and of a baseline.
    pub row: Option<i64>,
    /// Its name; a baseline's is that of the baseline.
    pub identifier: Arc<str>,
    pub account_id: String,
    pub region: String,
    pub profiles: String,
    pub engine: String,
    pub version: String,
    pub class: String,
    pub arn: String,
    /// The engine family, as AWS calls it; empty where AWS has not told it (see `families`).
    pub family: String,
    /// The time as which it is shown, where that is not now.
    pub at: Option<String>,
    /// When a sweep first found it as it is.
    pub first_seen: Option<String>,
}

impl Database {
    /// Whether it is none, but what was written down of one.
    pub fn is_baseline(&self) -> bool {
        self.kind.is_empty()
    }

    /// A name that no other column has: with the account and region where it has them, and the time.
    pub fn title(&self) -> String {
        let mut title = match self.account_id.is_empty() {
            true => self.identifier.to_string(),
            false => format!("{}/{}/{}", self.account_id, self.region, self.identifier),
        };
        if let Some(at) = &self.at {
            title.push_str(&format!(" at {at}"));
        }
        title
    }
}

/// One database with its settings.
#[derive(Debug, Clone)]
pub struct Subject {
    pub database: Database,
    pub settings: Vec<Named>,
    /// Sections of which it is not known what it has, and why.
    pub gaps: Vec<(Section, Arc<str>)>,
}

/// One database's cell of a setting.
#[derive(Debug, Clone)]
pub struct Cell {
    pub held: Held,
    pub judged: Judged,
}

impl Cell {
    pub fn verdict(&self) -> Verdict {
        self.judged.verdict
    }

    /// The value as it is shown.
    pub fn text(&self) -> &str {
        match &self.held {
            Held::Set(setting) => &setting.text,
            Held::Missing => "",
            Held::NotKnown(_) => "not known",
        }
    }

    /// What a formula comes to, or why that is not known, and a text with its variables filled in; `None` where it is
    /// neither.
    pub fn computed(&self) -> Option<String> {
        match self.held.setting().map(|setting| &setting.meaning) {
            Some(super::meaning::Meaning::Formula(formula)) => Some(match &formula.computed {
                Ok(computed) => computed.to_string(),
                Err(why) => format!("not known: {why}"),
            }),
            Some(super::meaning::Meaning::Template(template)) => template.shown(),
            _ => None,
        }
    }

    /// Why what a formula comes to is not known.
    pub fn why_not_computed(&self) -> Option<&str> {
        match self.held.setting().map(|setting| &setting.meaning) {
            Some(super::meaning::Meaning::Formula(formula)) => {
                formula.computed.as_ref().err().map(String::as_str)
            }
            _ => None,
        }
    }

    /// What of it waits to come into force.
    pub fn waits(&self) -> Option<String> {
        self.held.setting()?.waits.as_ref().map(ToString::to_string)
    }
}

/// One setting of all databases.
#[derive(Debug, Clone)]
pub struct Row {
    pub section: Section,
    pub name: Arc<str>,
    /// By database.
    pub cells: Vec<Cell>,
    /// Its name and its values in small letters, each once, so that a search need not go through every cell.
    pub words: Box<str>,
    /// The database whose value the others are held against: the reference, or one of the majority.
    pub standard: usize,
    /// Databases known to differ from it.
    pub differing: usize,
    /// Databases of which it cannot be told although both values are there.
    pub unsure: usize,
    /// Why a rule leaves it out.
    pub ignored: Option<String>,
    /// The row from whose difference this one's follows.
    pub cause: Option<usize>,
}

impl Row {
    /// Whether somebody has set it in a group.
    pub fn is_user_set(&self) -> bool {
        self.cells.iter().any(|cell| cell.held.is_user_set())
    }

    /// Whether no database has it, as far as is known.
    pub fn is_nobodys(&self) -> bool {
        self.cells.iter().all(|cell| cell.held == Held::Missing)
    }

    /// Whether there is something to look at.
    pub fn stands_out(&self) -> bool {
        self.differing > 0 || self.unsure > 0 || &*self.name == NOT_COLLECTED
    }
}

/// The row of a section that says of whom it was not collected.
pub const NOT_COLLECTED: &str = "(not collected)";

/// Databases beside each other.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub databases: Vec<Database>,
    /// By section and name.
    pub rows: Vec<Row>,
    /// The database that the others are held against; `None` for the majority, which two databases have not.
    pub reference: Option<usize>,
    /// Sections that were not collected of a database, and why.
    pub gaps: Vec<(usize, Section, Arc<str>)>,
}

/// Which rows are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    pub only_differences: bool,
    pub only_user_set: bool,
    /// Those that differ in exactly one database.
    pub in_exactly_one: bool,
    /// With what the rules leave out.
    pub ignored_too: bool,
    pub section: Option<Section>,
    /// Words that all are in the name or a value, in any case.
    pub search: String,
}

impl Comparison {
    /// Lines databases up, and judges.
    pub fn of(subjects: Vec<Subject>, rules: &Rules, reference: Option<usize>) -> Comparison {
        let count = subjects.len();
        let mut rows: Vec<(Section, Arc<str>, Vec<Option<Held>>)> = Vec::new();
        let mut at: HashMap<(Section, Arc<str>), usize> = HashMap::new();
        let mut gaps = Vec::new();
        let mut databases = Vec::with_capacity(count);
        for (place, subject) in subjects.into_iter().enumerate() {
            databases.push(subject.database);
            for named in subject.settings {
                let row = *at.entry((named.section, Arc::clone(&named.name))).or_insert_with(|| {
                    rows.push((named.section, named.name, vec![None; count]));
                    rows.len() - 1
                });
                rows[row].2[place] = Some(named.held);
            }
            for (section, why) in subject.gaps {
                let row = *at.entry((section, NOT_COLLECTED.into())).or_insert_with(|| {
                    rows.push((section, NOT_COLLECTED.into(), vec![None; count]));
                    rows.len() - 1
                });
                rows[row].2[place] = Some(Held::NotKnown(Arc::clone(&why)));
                gaps.push((place, section, why));
            }
        }
        rows.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        let not_known: HashMap<(usize, Section), Arc<str>> =
            gaps.iter().map(|(place, section, why)| ((*place, *section), Arc::clone(why))).collect();
        let rows = rows
            .into_iter()
            .map(|(section, name, held)| {
                let cell = |(place, held): (usize, Option<Held>)| {
                    let held = held.unwrap_or_else(|| match not_known.get(&(place, section)) {
                        Some(why) => Held::NotKnown(Arc::clone(why)),
                        None => Held::Missing,
                    });
                    Cell { held, judged: Judged::new(Verdict::Equal, "") }
                };
                let cells: Vec<Cell> = held.into_iter().enumerate().map(cell).collect();
                Row {
                    section,
                    ignored: None,
                    words: words(&name, &cells),
                    name,
                    cells,
                    standard: 0,
                    differing: 0,
                    unsure: 0,
                    cause: None,
                }
            })
            .collect();
        let mut comparison = Comparison { databases, rows, reference: None, gaps };
        comparison.hold_against(reference, rules);
        comparison
    }

    /// Judges anew, by these rules, against another database or against the majority.
    pub fn hold_against(&mut self, reference: Option<usize>, rules: &Rules) {
        let is_there = |reference: &usize| *reference < self.databases.len();
        // Of two there is no majority.
        let only_two = (self.databases.len() == 2).then_some(0);
        self.reference = reference.filter(is_there).or(only_two);
        for row in &mut self.rows {
            row.ignored = rules.ignores(row.section, &row.name).map(str::to_owned);
            row.standard = self.reference.unwrap_or_else(|| majority(&row.cells));
            let standard = row.cells[row.standard].held.clone();
            let of_standard = &self.databases[row.standard];
            let (mut differing, mut unsure) = (0, 0);
            for (cell, database) in row.cells.iter_mut().zip(&self.databases) {
                let mut judged = judge(&standard, &cell.held, families::is_same(of_standard, database));
                // A baseline says what is to be in force, and what waits has not departed from it.
                let of_baseline = of_standard.is_baseline() || database.is_baseline();
                if of_baseline && judged.verdict == Verdict::Waits && is_same_value(&standard, &cell.held) {
                    judged = Judged::new(Verdict::Equal, format!("the same until then: {}", judged.reason));
                }
                if let (Verdict::Different | Verdict::NotKnown, Some(one), Some(other)) =
                    (judged.verdict, standard.setting(), cell.held.setting())
                    && let Some(because) = rules.equates(row.section, &row.name, &one.text, &other.text)
                {
                    judged = Judged::new(Verdict::Equal, format!("equal by a rule: {because}"));
                }
                differing += usize::from(judged.verdict.differs());
                let both_there = standard.setting().is_some() && cell.held.setting().is_some();
                unsure += usize::from(judged.verdict == Verdict::NotKnown && both_there);
                cell.judged = judged;
            }
            (row.differing, row.unsure) = (differing, unsure);
        }
        self.find_causes();
    }

    /// Groups what follows from another difference under it.
    fn find_causes(&mut self) {
        let by_name: HashMap<&str, usize> = self
            .rows
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, row)| row.differing > 0 && row.ignored.is_none())
            .filter(|(_, row)| !matches!(row.section, Section::Parameters | Section::Options | Section::Tags))
            .map(|(at, row)| (&*row.name, at))
            .collect();
        let causes: Vec<Option<usize>> = self
            .rows
            .iter()
            .map(|row| {
                let mut found = row.cells.iter().filter(|cell| {
                    cell.judged.verdict.differs()
                        || cell.judged.verdict == Verdict::NotKnown && cell.judged.follows.is_some()
                });
                let member = found.next()?.judged.follows?;
                let all = found.all(|cell| cell.judged.follows == Some(member));
                by_name.get(member).copied().filter(|_| all)
            })
            .collect();
        for (row, cause) in self.rows.iter_mut().zip(causes) {
            row.cause = cause;
        }
    }

    /// The rows that are shown, in order.
    pub fn shown(&self, shown: &Shown) -> Vec<usize> {
        let words: Vec<String> = shown.search.split_whitespace().map(str::to_lowercase).collect();
        let is_shown = |row: &Row| {
            (shown.ignored_too || row.ignored.is_none())
                && !row.is_nobodys()
                && (!shown.only_differences || row.stands_out())
                && (!shown.only_user_set || row.is_user_set())
                && (!shown.in_exactly_one || row.differing == 1)
                && shown.section.is_none_or(|section| section == row.section)
                && words.iter().all(|word| row.words.contains(word.as_str()))
        };
        self.rows.iter().enumerate().filter(|(_, row)| is_shown(row)).map(|(at, _)| at).collect()
    }

    /// Settings that differ, by section, in order; sections of which something is shown at all.
    pub fn sections(&self) -> Vec<(Section, usize)> {
        let mut sections: Vec<(Section, usize)> = Vec::new();
        for row in self.rows.iter().filter(|row| row.ignored.is_none() && !row.is_nobodys()) {
            match sections.last_mut() {
                Some((section, differing)) if *section == row.section => {
                    *differing += usize::from(row.stands_out());
                }
                _ => sections.push((row.section, usize::from(row.stands_out()))),
            }
        }
        sections
    }

    /// How many settings of a database differ.
    pub fn differing(&self, database: usize) -> usize {
        let of_it = |row: &&Row| row.ignored.is_none() && row.cells[database].verdict().differs();
        self.rows.iter().filter(of_it).count()
    }
}

/// What a search of a row looks at.
pub(super) fn words(name: &str, cells: &[Cell]) -> Box<str> {
    let mut texts: Vec<&str> = cells.iter().map(Cell::text).collect();
    texts.sort_unstable();
    texts.dedup();
    texts.insert(0, name);
    texts.join("\n").to_lowercase().into()
}

/// The databases that have the same, set by set, in the order of the first of each. All of a set have the same as the one
/// that it begins with. Those of which it is not known are in none.
///
/// Having the same is no equivalence (`own_names` says why), so a set grows around the value that most have letter by
/// letter, and among these around one with an own name, which means the same as more of the others. So it does not depend
/// on the order of the databases who is in a set.
pub(super) fn alike(cells: &[Cell]) -> Vec<Vec<usize>> {
    let mut sets: Vec<Vec<usize>> = Vec::new();
    for group in identical(cells) {
        match sets.iter_mut().find(|set| is_same_value(&cells[set[0]].held, &cells[group[0]].held)) {
            Some(set) => set.extend(group),
            None => sets.push(group),
        }
    }
    for set in &mut sets {
        set[1..].sort_unstable();
    }
    sets.sort_by_key(|set| set.iter().min().copied());
    sets
}

/// The databases that have the same letter by letter, the largest group first.
fn identical(cells: &[Cell]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut by_text: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, cell) in cells.iter().enumerate() {
        if matches!(cell.held, Held::NotKnown(_)) {
            continue;
        }
        let of_text = by_text.entry(cell.text()).or_default();
        match of_text.iter().find(|group| is_identical(&cells[groups[**group][0]].held, &cell.held)) {
            Some(group) => groups[*group].push(place),
            None => {
                of_text.push(groups.len());
                groups.push(vec![place]);
            }
        }
    }
    let rank = |group: &Vec<usize>| {
        let cell = &cells[group[0]];
        let has_own = cell.held.setting().is_some_and(|setting| setting.meaning.has_own_names());
        (Reverse(group.len()), Reverse(has_own), cell.text())
    };
    // The same text of two meanings is rare, and any order of the meanings does.
    let meaning = |group: &[usize]| format!("{:?}", cells[group[0]].held.setting().map(|set| &set.meaning));
    groups.sort_by(|one, other| rank(one).cmp(&rank(other)).then_with(|| meaning(one).cmp(&meaning(other))));
    groups
}

/// Whether text and meaning are the same, whatever waits.
fn is_identical(one: &Held, other: &Held) -> bool {
    match (one, other) {
        (Held::Set(one), Held::Set(other)) => one.text == other.text && one.meaning == other.meaning,
        (one, other) => one == other,
    }
}

/// A database with the value that most have: the one with which all of these have the same.
fn majority(cells: &[Cell]) -> usize {
    let sets = alike(cells);
    let largest = sets.iter().map(Vec::len).max().unwrap_or_default();
    sets.iter().find(|set| set.len() == largest).map_or(0, |set| set[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::meaning::{Meaning, Owner};
    use crate::analysis::own_names::NamedText;
    use crate::analysis::setting::{Setting, Waits};

    fn subject(name: &str, settings: &[(Section, &str, &str)]) -> Subject {
        let named = |(section, name, text): &(Section, &str, &str)| {
            let (text, waits) = match text.strip_suffix(" !") {
                Some(text) => (text, Some(Waits { becomes: None, until: "a reboot" })),
                None => (*text, None),
            };
            let meaning = Meaning::Text(NamedText::plain(text));
            let setting = Setting { text: text.into(), meaning, parameter: None, waits };
            Named { section: *section, name: (*name).into(), held: Held::Set(Box::new(setting)) }
        };
        let database = Database { kind: "db-instances", identifier: name.into(), ..Database::default() };
        Subject { database, settings: settings.iter().map(named).collect(), gaps: Vec::new() }
    }

    fn three() -> Comparison {
        use Section::{Parameters, Storage, Tags};
        let mut last = subject("c", &[(Storage, "Iops", "2"), (Storage, "Type", "x !"), (Tags, "app", "p")]);
        last.gaps.push((Parameters, "denied".into()));
        let subjects = vec![
            subject("a", &[(Storage, "Iops", "1"), (Storage, "Type", "x"), (Parameters, "work_mem", "4")]),
            subject("b", &[(Storage, "Iops", "2"), (Storage, "Type", "x"), (Parameters, "work_mem", "4")]),
            last,
        ];
        Comparison::of(subjects, &Rules::default(), None)
    }

    fn verdicts(comparison: &Comparison, name: &str) -> Vec<Verdict> {
        let row = comparison.rows.iter().find(|row| &*row.name == name).unwrap();
        row.cells.iter().map(Cell::verdict).collect()
    }

    #[test]
    fn the_majority_is_the_standard_until_somebody_is_the_reference() {
        use Verdict::{Different, Equal, Missing, NotKnown, Waits};
        let mut comparison = three();
        assert_eq!(verdicts(&comparison, "Iops"), [Different, Equal, Equal]);
        assert_eq!(verdicts(&comparison, "Type"), [Equal, Equal, Waits]);
        assert_eq!(verdicts(&comparison, "app"), [Equal, Equal, Missing]);
        assert_eq!(verdicts(&comparison, "work_mem"), [Equal, Equal, NotKnown]);
        comparison.hold_against(Some(0), &Rules::default());
        assert_eq!(verdicts(&comparison, "Iops"), [Equal, Different, Different]);
        assert_eq!(comparison.differing(1), 1);
        comparison.hold_against(Some(9), &Rules::default());
        assert_eq!(comparison.reference, None, "there is no such database");
    }

    #[test]
    fn rows_are_shown_as_asked_for() {
        let comparison = three();
        let names = |shown: Shown| -> Vec<&str> {
            comparison.shown(&shown).into_iter().map(|row| &*comparison.rows[row].name).collect()
        };
        let only = Shown { only_differences: true, ..Shown::default() };
        assert_eq!(names(only.clone()), ["Iops", "Type", "app", NOT_COLLECTED]);
        assert_eq!(names(Shown { in_exactly_one: true, ..Shown::default() }), ["Iops", "Type", "app"]);
        assert_eq!(names(Shown { section: Some(Section::Tags), ..only }), ["app"]);
        assert_eq!(names(Shown { search: "WORK".to_owned(), ..Shown::default() }), ["work_mem"]);
        assert!(names(Shown { only_user_set: true, ..Shown::default() }).is_empty());
        let sections: Vec<(Section, usize)> = comparison.sections();
        assert_eq!(sections, [(Section::Storage, 2), (Section::Tags, 1), (Section::Parameters, 1)]);
    }

    #[test]
    fn the_databases_of_one_family_are_held_against_each_other_alone() {
        let mut comparison = three();
        for (database, family) in
            comparison.databases.iter_mut().zip(["postgres16", "mysql8.0", "postgres16"])
        {
            family.clone_into(&mut database.family);
        }
        let families = comparison.families();
        assert_eq!(families, [("postgres16".to_owned(), 2), ("mysql8.0".to_owned(), 1)]);
        comparison.only_of("postgres16");
        comparison.hold_against(None, &Rules::default());
        assert_eq!(verdicts(&comparison, "Iops"), [Verdict::Equal, Verdict::Different]);
        assert_eq!(verdicts(&comparison, "work_mem"), [Verdict::Equal, Verdict::NotKnown]);
        assert_eq!(comparison.gaps[0].0, 1, "the gap is still the last one's");
        comparison.only_of("oracle-ee19");
        assert!(comparison.databases.is_empty());
    }

    #[test]
    fn other_rules_leave_out_other_settings() {
        let mut comparison = three();
        let rules = Rules::of_text("[[ignore]]\nmember = \"Iops\"\nbecause = \"ours\"").unwrap();
        comparison.hold_against(None, &rules);
        let only = Shown { only_differences: true, ..Shown::default() };
        assert_eq!(comparison.shown(&only).len(), 3);
        comparison.hold_against(None, &Rules::default());
        assert_eq!(comparison.shown(&only).len(), 4);
    }

    #[test]
    fn what_is_rare_across_the_fleet_comes_first() {
        let comparison = three();
        let row = |name: &str| comparison.rows.iter().position(|row| &*row.name == name).unwrap();
        let values = comparison.values(row("Iops"));
        let found: Vec<(&str, usize)> =
            values.iter().map(|value| (value.text.as_str(), value.databases.len())).collect();
        assert_eq!(found, [("1", 1), ("2", 2)]);
        // What waits is set all the same, and who was not looked at has no value.
        assert_eq!(comparison.values(row("Type")).len(), 1);
        assert_eq!(comparison.values(row("work_mem"))[0].databases, [0, 1]);
        assert_eq!(comparison.most_varied()[0].row, row("Iops"));
    }

    #[test]
    fn who_has_the_same_does_not_depend_on_the_order() {
        let cell = |text: &str, identifier: &str| {
            let owner = Owner { identifier: identifier.to_owned(), ..Owner::default() };
            let meaning = Meaning::Text(NamedText::find(text, &owner));
            let held =
                Held::Set(Box::new(Setting { text: text.into(), meaning, parameter: None, waits: None }));
            Cell { held, judged: Judged::new(Verdict::Equal, "") }
        };
        // The source's own name is the replica's tag and, apart from names, another's.
        let (source, replica) = (cell("ledger", "ledger"), cell("ledger", "ledger-r1"));
        let (other, second) = (cell("orders", "orders"), cell("ledger", "ledger-r2"));
        let sets = |cells: &[&Cell]| alike(&cells.iter().map(|&cell| cell.clone()).collect::<Vec<_>>());
        assert_eq!(sets(&[&source, &replica, &other]), [[0, 1, 2]]);
        assert_eq!(sets(&[&replica, &other, &source]), [[2, 0, 1]]);
        assert_eq!(sets(&[&other, &replica, &source]), [[2, 0, 1]]);
        // Two replicas that say the same weigh more.
        assert_eq!(sets(&[&replica, &source, &other, &second]), [vec![0, 1, 3], vec![2]]);
        assert_eq!(sets(&[&other, &source, &second, &replica]), [vec![0], vec![2, 1, 3]]);
    }
}
