//! `compare`, `baseline`, `drift` and `values`: databases beside each other, beside what was written down, and across the
//! fleet.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::{self, Databases};
use super::export::{Collected, Run, written, wrong};
use super::{Ending, ended, say};
use crate::analysis::baseline::Baseline;
use crate::analysis::compare::Shown;
use crate::config::Environment;
use crate::core::{
    Against, Choice, Collect, Command, Compare, Compared, ComparisonReport, Core, Event, HoldAgainst,
    Options, SaveBaseline,
};
use crate::names;
use crate::query::{Filter, Query, Test, expression};
use crate::rds::{kind, no_such_kind};
use crate::report::{Listed, write_file, write_values};
use crate::settings::{Folders, RuleBook};
use crate::signals;
use crate::sweep::Coverage;

/// Compares databases and writes what was found.
pub fn compare(demo: bool, environment: Environment, arguments: &arguments::Compare) -> Ending {
    let format = match arguments.reported.chosen_format() {
        Ok(format) => format,
        Err(sentence) => return wrong(&sentence),
    };
    let output = arguments.reported.output.as_deref();
    let against = arguments.reference.clone().map_or(Against::Majority, Against::Named);
    let times = arguments.times.clone();
    let asked = Asked { demo, databases: &arguments.databases, output };
    let (core, compared) = match asked.compared(environment, |compare| Compare { against, times, ..compare })
    {
        Ok(found) => found,
        Err(ending) => return ending,
    };
    let shown = Shown {
        only_differences: arguments.only_differences,
        only_user_set: arguments.only_user_set,
        in_exactly_one: arguments.in_exactly_one,
        ignored_too: false,
        section: arguments.section,
        search: arguments.search.clone(),
    };
    say_gaps(&compared);
    let report = ComparisonReport { compared: Arc::clone(&compared), shown, format, path: path(output) };
    core.send(Command::ReportComparison(report));
    match written(&core, output) {
        Err(ending) => ending,
        Ok(()) if is_whole(&compared) => Ending::Complete,
        Ok(()) => Ending::Partly,
    }
}

/// Writes a baseline.
pub fn baseline(demo: bool, environment: Environment, arguments: &arguments::SaveBaseline) -> Ending {
    let output = arguments.output.as_deref();
    let asked = Asked { demo, databases: &arguments.databases, output };
    let (core, compared) = match asked.compared(environment, |compare| Compare { most: None, ..compare }) {
        Ok(found) => found,
        Err(ending) => return ending,
    };
    say_gaps(&compared);
    if !compared.comparison.gaps.is_empty() {
        say("rds-fleet-cli: what was not collected cannot be in a baseline");
        return Ending::Nothing;
    }
    let is_one = compared.comparison.databases.len() == 1;
    core.send(Command::SaveBaseline(SaveBaseline {
        compared,
        database: is_one.then_some(0),
        name: arguments.name.clone(),
        path: path(output),
    }));
    written(&core, output).map_or_else(|ending| ending, |()| Ending::Complete)
}

/// Says who departs from a baseline.
pub fn drift(demo: bool, environment: Environment, arguments: &arguments::Drift) -> Ending {
    let format = match arguments.reported.chosen_format() {
        Ok(format) => format,
        Err(sentence) => return wrong(&sentence),
    };
    let baseline = match Baseline::of_file(&arguments.baseline) {
        Ok(baseline) => Arc::new(baseline),
        Err(sentence) => return wrong(&sentence),
    };
    let output = arguments.reported.output.as_deref();
    let asked = Asked { demo, databases: &arguments.databases, output };
    let engine = baseline.engine.clone();
    let against = Against::Baseline(baseline);
    let found = asked.compared(environment, |mut compare| {
        // What has no conditions of its own means every database of the baseline's engine.
        if let Choice::Query(query) = &mut compare.choice
            && query.filters.is_empty()
            && !engine.is_empty()
        {
            query.filters.push(Filter::column("Engine", Test::Is(vec![engine])));
        }
        Compare { against, most: None, ..compare }
    });
    let (core, compared) = match found {
        Ok(found) => found,
        Err(ending) => return ending,
    };
    say_gaps(&compared);
    core.send(Command::ReportComparison(ComparisonReport {
        compared: Arc::clone(&compared),
        shown: Shown::default(),
        format,
        path: path(output),
    }));
    match written(&core, output) {
        Err(ending) => ending,
        Ok(()) if compared.departures.as_ref().is_some_and(|departures| !departures.is_empty()) => {
            Ending::Drifted
        }
        Ok(()) if is_whole(&compared) => Ending::Complete,
        Ok(()) => Ending::Partly,
    }
}

/// Lists the values of a setting across the fleet, or the settings that differ most.
pub fn values(demo: bool, environment: Environment, arguments: &arguments::Values) -> Ending {
    let format = match arguments.chosen_format() {
        Ok(format) => format,
        Err(sentence) => return wrong(&sentence),
    };
    let asked = Asked { demo, databases: &arguments.databases, output: None };
    let found = asked.compared(environment, |mut compare| {
        if let (Choice::Query(query), Some(engine)) = (&mut compare.choice, &arguments.engine) {
            // AWS's names of engines are in lower case.
            query.filters.push(Filter::column("Engine", Test::Is(vec![engine.to_lowercase()])));
        }
        Compare { most: None, ..compare }
    });
    let (core, mut compared) = match found {
        Ok(found) => found,
        Err(ending) => return ending,
    };
    say_unknown_families(&compared);
    if let Some(family) = &arguments.family {
        let families = compared.comparison.families();
        let counted: Vec<String> =
            families.iter().map(|(family, count)| format!("{family} ({count})")).collect();
        let known = families.iter().map(|(family, _)| family.as_str());
        let there_are = format!("there are {}", counted.join(", "));
        let family = match names::one("database of the engine family", family, known, &there_are) {
            Ok(family) => Some(family.to_owned()),
            Err(sentence) if sentence.contains(&there_are) => return wrong(&sentence),
            // Which of them are near may be none of those that are meant.
            Err(sentence) => return wrong(&format!("{sentence} ({there_are})")),
        };
        let rules = Arc::clone(&compared.rules);
        core.send(Command::HoldAgainst(HoldAgainst { compared, reference: None, rules, family }));
        compared = match answer(&core) {
            Ok(compared) => compared,
            Err(sentence) => return wrong(&sentence),
        };
    }
    say_gaps(&compared);
    let comparison = &compared.comparison;
    let listed = match &arguments.setting {
        None => Listed::Settings(&compared.varied),
        Some(name) => {
            let name = match comparison.setting_named(name) {
                Ok(meant) => {
                    meant.note.iter().for_each(|note| say(&format!("rds-fleet-cli: note: {note}")));
                    meant.name
                }
                Err(sentence) => return wrong(&sentence),
            };
            let rows: Vec<usize> =
                (0..comparison.rows.len()).filter(|&at| *comparison.rows[at].name == *name).collect();
            Listed::Values(rows)
        }
    };
    let printed = ended(write_file("-".as_ref(), |out| write_values(format, comparison, &listed, out)));
    if is_whole(&compared) { printed } else { Ending::Partly }
}

/// What a command says of databases.
struct Asked<'a> {
    demo: bool,
    databases: &'a Databases,
    output: Option<&'a Path>,
}

impl Asked<'_> {
    /// Collects, and compares as `with` says.
    fn compared(
        &self,
        environment: Environment,
        with: impl FnOnce(Compare) -> Compare,
    ) -> Result<(Core, Arc<Compared>), Ending> {
        let databases = self.databases;
        let run = Run {
            demo: self.demo,
            collect: &databases.collect,
            cached: databases.cached,
            output: self.output,
        };
        let book = RuleBook::read(&Folders::of(&environment), databases.rules.as_deref());
        if let Some(Err(sentence)) = book.own.map(|own| own.rules) {
            return Err(wrong(&sentence));
        }
        for sentence in book.shared.iter().filter_map(|file| file.rules.as_ref().err()) {
            say(&format!("rds-fleet-cli: {sentence}"));
        }
        let mut compare = with(Compare {
            rules: book.rules,
            collect: Collect::Fresh,
            ..Compare::of(self.choice().map_err(|sentence| wrong(&sentence))?)
        });
        let Collected { core, missing, .. } =
            run.collected(Options::of(environment), |_| Ok(((), vec!["db-instances", "db-clusters"])))?;
        if databases.cached || signals::has_come() {
            compare.collect = Collect::Nothing;
        }
        // For who is named it does not matter which other account is out of reach.
        let is_by_name = matches!(compare.choice, Choice::Named(_));
        if !is_by_name {
            missing.iter().for_each(|line| say(line));
        }
        core.send(Command::Compare(compare));
        answer(&core).map(|compared| (core, compared)).map_err(|sentence| {
            if is_by_name {
                missing.iter().for_each(|line| say(line));
            }
            wrong(&sentence)
        })
    }

    fn choice(&self) -> Result<Choice, String> {
        if !self.databases.names.is_empty() {
            return Ok(Choice::Named(self.databases.names.clone()));
        }
        let name = if self.databases.clusters { "db-clusters" } else { "db-instances" };
        let kind = kind(name).ok_or_else(|| no_such_kind(name))?;
        let mut query = Query::of(kind);
        if let Some(condition) = &self.databases.condition {
            let (search, filters) = expression::parse(condition, &kind.columns)
                .map_err(|mistake| format!("--where {condition}: {mistake}"))?;
            (query.search, query.filters) = (search, filters);
        }
        Ok(Choice::Query(Box::new(query)))
    }
}

/// Waits for what was asked to be compared.
fn answer(core: &Core) -> Result<Arc<Compared>, String> {
    loop {
        match core.wait() {
            Some(Event::Comparison(answer)) => return answer,
            Some(_) => {}
            None => return Err("the program cannot go on because of a bug: please report it".to_owned()),
        }
    }
}

/// Says whose engine family is not known: they are in none.
fn say_unknown_families(compared: &Compared) {
    let unknown = compared.comparison.of_no_known_family();
    let Some(first) = unknown.first() else { return };
    let more = match unknown.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    say(&format!(
        "the engine family is not known of {}{more}: its parameter group was not collected",
        first.title()
    ));
}

/// Says of whom something was not collected.
fn say_gaps(compared: &Compared) {
    for (database, section, why) in &compared.comparison.gaps {
        let title = compared.comparison.databases[*database].title();
        say(&format!("not collected: {title}: {}: {why}", section.title()));
    }
    for gap in compared.about.gaps().filter(|gap| !gap.is_from_before()) {
        say(&format!("not collected: {}", gap.line()));
    }
}

/// Whether all that was wanted is there; what an earlier run left, and nobody asked for again, is.
fn is_whole(compared: &Compared) -> bool {
    let is_there = |gap: &Coverage| gap.is_from_before();
    compared.comparison.gaps.is_empty()
        && compared.about.broken.is_empty()
        && compared.about.gaps().all(is_there)
}

fn path(output: Option<&Path>) -> PathBuf {
    output.map_or_else(|| PathBuf::from("-"), Path::to_path_buf)
}
