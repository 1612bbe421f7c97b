//! `export`, `query` and `changes`: one sweep of what is wanted, written out, with what is missing named on standard
//! error.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use super::arguments::{self, Collect, Written};
use super::{Ending, asked, ended_early, say};
use crate::config::{Environment, FileState, Severity};
use crate::core::{Command, Core, Event, Fleet, Options, RowChoice};
use crate::failure::State;
use crate::inventory::QueryLimits;
use crate::names;
use crate::query::{Query, literal};
use crate::rds::{kind, kind_named, kinds};
use crate::report::Format;
use crate::sandbox;
use crate::settings::{Folders, SettingsFile, Views};
use crate::signals;
use crate::sweep::{Coverage, Limits, WHERE_ACCOUNTS_ARE};
use crate::terminal;

/// Collects a kind and writes it.
pub fn export(demo: bool, environment: Environment, arguments: &arguments::Export) -> Ending {
    let run = WrittenRun {
        run: Run::of(demo, &arguments.collect, &arguments.written),
        written: &arguments.written,
    };
    if let Some(name) = &arguments.view {
        return view(&run, environment, name);
    }
    let name = arguments.kind.as_deref().unwrap_or_default();
    let kind = match kind_named(name) {
        Ok(kind) => kind,
        Err(sentence) => return wrong(&sentence),
    };
    let choice = if arguments.rows.group_by.is_empty() { RowChoice::All } else { RowChoice::Groups };
    run.whole(Options::of(environment), choice, |_, format| {
        Ok((asked::query(kind, &arguments.rows, format)?, vec![kind.name]))
    })
}

/// The longest statement that is read.
const MOST_OF_SQL: u64 = 1_000_000;

/// Collects what a person's SQL reads, and writes its answer.
pub fn query(demo: bool, environment: Environment, arguments: &arguments::Query) -> Ending {
    let mut sql = arguments.sql.clone();
    if sql == "-" {
        sql.clear();
        if let Err(error) = io::stdin().take(MOST_OF_SQL + 1).read_to_string(&mut sql) {
            return wrong(&format!("the query cannot be read from standard input: {error}"));
        }
        if sql.len() as u64 > MOST_OF_SQL {
            return wrong("the query on standard input is longer than a megabyte: shorten it");
        }
    }
    let run = WrittenRun {
        run: Run::of(demo, &arguments.collect, &arguments.written),
        written: &arguments.written,
    };
    let query_limits = QueryLimits { time: Duration::from_secs(arguments.timeout), ..QueryLimits::default() };
    run.whole(Options { query_limits, ..Options::of(environment) }, RowChoice::All, |core, _| {
        Ok((Query::of_sql(&sql), kinds_of(core, &sql)?))
    })
}

/// Collects what a saved view shows, and writes it.
fn view(run: &WrittenRun<'_>, environment: Environment, name: &str) -> Ending {
    let views = Views::read(&Folders::of(&environment));
    let Some(view) = views.named(name) else {
        // It may be there and not usable.
        views.faults.iter().for_each(|fault| say(&format!("rds-fleet-cli: {fault}")));
        let known = views.views.iter().map(|view| view.name.as_str());
        return wrong(&names::missing("view", name, known, "`rds-fleet-cli views` lists them"));
    };
    run.whole(Options::of(environment), RowChoice::All, |core, _| {
        let kinds = match (&view.sql, kind(&view.kind)) {
            (None, Some(kind)) => vec![kind.name],
            (sql, _) => kinds_of(core, sql.as_deref().unwrap_or_default())?,
        };
        Ok((view.query(), kinds))
    })
}

/// The kinds that a statement reads.
///
/// # Errors
/// A sentence that says what is wrong with it.
fn kinds_of(core: &Core, sql: &str) -> Result<Vec<&'static str>, String> {
    core.send(Command::Kinds { sql: sql.to_owned() });
    loop {
        match core.wait() {
            Some(Event::Kinds { kinds, .. }) => return kinds.map_err(|refused| refused.to_string()),
            Some(_) => {}
            None => return Err("the program cannot go on because of a bug: please report it".to_owned()),
        }
    }
}

/// Collects, and writes what has changed.
pub fn changes(demo: bool, environment: Environment, arguments: &arguments::Changes) -> Ending {
    let run = WrittenRun {
        run: Run::of(demo, &arguments.collect, &arguments.written),
        written: &arguments.written,
    };
    let since = arguments.since.unwrap_or_else(OffsetDateTime::now_utc);
    run.whole(Options::of(environment), RowChoice::All, |_, _| {
        let since = since.to_offset(UtcOffset::UTC).format(&Rfc3339).map_err(|error| error.to_string())?;
        let since = since.replace('Z', "+00:00");
        let sql = format!(
            "SELECT At, Since, Kind, AccountId, Region, Identifier, Change, Member, Old, New FROM changes \
             WHERE At >= {} ORDER BY At, Kind, AccountId, Region, Identifier, Member",
            literal(&since)
        );
        // What earlier runs found is there, whatever they collected.
        let asked = kinds().iter().filter(|kind| kind.always && !arguments.written.cached);
        Ok((Query::of_sql(&sql), asked.map(|kind| kind.name).collect()))
    })
}

/// Says what is wrong with the command.
pub(super) fn wrong(sentence: &str) -> Ending {
    say(&format!("rds-fleet-cli: {sentence}"));
    Ending::Usage
}

/// One run of the command line, from the config to what is collected.
pub(super) struct Run<'a> {
    pub demo: bool,
    pub collect: &'a Collect,
    /// Whether AWS is not asked.
    pub cached: bool,
    /// The file that is to be written, for a word on what becomes of it.
    pub output: Option<&'a Path>,
}

/// What a run has collected.
pub(super) struct Collected<T> {
    pub core: Core,
    pub wanted: T,
    /// Lines on what is missing: who, and what to do.
    pub missing: Vec<String>,
}

impl<'a> Run<'a> {
    fn of(demo: bool, collect: &'a Collect, written: &'a Written) -> Run<'a> {
        Run { demo, collect, cached: written.cached, output: written.output.as_deref() }
    }

    /// Starts the core, has `wanted` say what is meant and which kinds that reads, and collects those.
    pub(super) fn collected<T>(
        &self,
        options: Options,
        wanted: impl FnOnce(&Core) -> Result<(T, Vec<&'static str>), String>,
    ) -> Result<Collected<T>, Ending> {
        let (_, settings, notice) = SettingsFile::read(&options.environment);
        if let Some(notice) = notice.filter(|_| options.environment.home().is_some()) {
            say(&format!("rds-fleet-cli: {notice}"));
        }
        let options = Options {
            bounds: settings.history.bounds(&options.environment),
            selection: self.collect.selection(),
            limits: Limits {
                helper_timeout: settings.helper_timeout(&options.environment),
                ..self.collect.limits(&options.environment)
            },
            demo: self.demo.then(sandbox::Settings::demo),
            ..options
        };
        let core = match Core::start(options, || {}) {
            Ok(core) => core,
            Err(sentence) => {
                say(&format!("rds-fleet-cli: {sentence}"));
                return Err(Ending::Nothing);
            }
        };
        let Some(mut fleet) = next_fleet(&core) else { return Err(ended_early()) };
        if !fleet.config.problems.is_empty() {
            for problem in &fleet.config.problems {
                say(&format!("rds-fleet-cli: {problem}"));
            }
            return Err(Ending::Usage);
        }
        let (wanted, kinds) = wanted(&core).map_err(|sentence| wrong(&sentence))?;
        // What costs a profile is said below, with what is not collected.
        let diagnostics = fleet.config.diagnostics.iter().filter(|found| found.severity != Severity::Note);
        for sentence in
            diagnostics.map(ToString::to_string).filter(|found| !fleet.config.broken.contains(found))
        {
            say(&sentence);
        }
        if fleet.accounts.is_empty() && !kinds.is_empty() {
            for reason in &fleet.config.broken {
                say(&format!("not collected: {reason}"));
            }
            say(&nothing_to_ask(&fleet));
            return Err(Ending::Nothing);
        }
        if !self.cached && !kinds.is_empty() {
            let Some(swept) = sweep(&core, &kinds) else { return Err(ended_early()) };
            fleet = swept;
        }
        for notice in &fleet.store.notices {
            say(&format!("rds-fleet-cli: {notice}"));
        }
        // Only where every target's account is known can it be said that none is the one that is wanted.
        let known: Option<Vec<&String>> =
            fleet.accounts.iter().map(|account| account.account_id.as_ref()).collect();
        if let Some(known) = known
            && let Some(account) = self.collect.accounts.iter().find(|account| !known.contains(account))
        {
            let known = known.into_iter().map(String::as_str);
            return Err(wrong(&names::missing("account", account, known, WHERE_ACCOUNTS_ARE)));
        }
        // A catalogue is the same for every account: who collected it in a region did so for all.
        let catalogues: BTreeSet<(&str, &str)> = kinds
            .iter()
            .filter(|name| kind(name).is_some_and(|kind| kind.shared))
            .flat_map(|name| coverage(&fleet, name))
            .filter(|coverage| coverage.state == State::Collected)
            .map(|coverage| (coverage.kind, coverage.region.as_str()))
            .collect();
        // Rows of an earlier run are what was asked for.
        let is_there = |coverage: &Coverage| {
            coverage.state == State::Collected
                || catalogues.contains(&(coverage.kind, coverage.region.as_str()))
                || self.cached && coverage.state == State::Stale && coverage.failure.is_none()
        };
        let of_kinds = || kinds.iter().flat_map(|kind| coverage(&fleet, kind));
        let nothing = !kinds.is_empty() && !of_kinds().any(is_there);
        // Where nothing is written no earlier rows are shown either, whatever the store has.
        let shown_as = |coverage: &Coverage| match &coverage.failure {
            Some(failure) if nothing || coverage.rows == 0 => failure.state,
            _ => coverage.state,
        };
        let lines: BTreeSet<String> =
            kinds.iter().flat_map(|kind| missing(&fleet, kind, &is_there, &shown_as)).collect();
        let mut missing: Vec<String> = lines.into_iter().collect();
        missing.extend(advice(of_kinds().filter(|entry| !is_there(entry)), &shown_as));
        if nothing {
            for line in &missing {
                say(line);
            }
            // A report of yesterday is worth more than an empty one.
            let kept = self.output.map(|path| format!("; {} is left as it was", path.display()));
            say(&format!("rds-fleet-cli: nothing was collected{}", kept.unwrap_or_default()));
            return Err(Ending::Nothing);
        }
        Ok(Collected { core, wanted, missing })
    }
}

/// A run that ends with rows in a file.
struct WrittenRun<'a> {
    run: Run<'a>,
    written: &'a Written,
}

impl WrittenRun<'_> {
    /// Collects what `wanted` says, and writes what is chosen of it.
    fn whole(
        &self,
        options: Options,
        choice: RowChoice,
        wanted: impl FnOnce(&Core, Format) -> Result<(Query, Vec<&'static str>), String>,
    ) -> Ending {
        let format = match self.written.chosen_format() {
            Ok(format) => format,
            Err(sentence) => return wrong(&sentence),
        };
        let collected = match self.run.collected(options, |core| wanted(core, format)) {
            Ok(collected) => collected,
            Err(ending) => return ending,
        };
        for line in &collected.missing {
            say(line);
        }
        match self.write(&collected.core, collected.wanted, choice, format) {
            Ok(()) if collected.missing.is_empty() => Ending::Complete,
            Ok(()) => Ending::Partly,
            Err(ending) => ending,
        }
    }

    fn write(&self, core: &Core, query: Query, rows: RowChoice, format: Format) -> Result<(), Ending> {
        let path = self.written.output.clone().unwrap_or_else(|| PathBuf::from("-"));
        core.send(Command::Export(crate::core::Export { query, rows, every_column: false, format, path }));
        written(core, self.written.output.as_deref())
    }
}

/// Waits until a file is written, and says how that went.
pub(super) fn written(core: &Core, output: Option<&Path>) -> Result<(), Ending> {
    let result = loop {
        match core.wait() {
            Some(Event::Exported(result)) => break result,
            Some(_) => {}
            None => return Err(ended_early()),
        }
    };
    match (result, output) {
        (Err(sentence), _) => {
            say(&format!("rds-fleet-cli: {sentence}"));
            return Err(Ending::Nothing);
        }
        (Ok(exported), path) => {
            for note in &exported.notes {
                say(&format!("rds-fleet-cli: note: {note}"));
            }
            if let Some(path) = path.filter(|_| terminal::is_watched()) {
                say(&format!("{}: {} rows", path.display(), exported.rows));
            }
        }
    }
    Ok(())
}

/// Asks AWS for these kinds and says how the fleet stands afterwards; `None` if the core has ended.
fn sweep(core: &Core, kinds: &[&'static str]) -> Option<Arc<Fleet>> {
    core.send(Command::Sweep { targets: None, kinds: kinds.to_vec() });
    let cancel = core.canceller();
    signals::at_first(move || {
        say("rds-fleet-cli: interrupted: what was collected is written now; another Ctrl+C ends at once");
        cancel();
    });
    let bar = progress_bar();
    let mut fleet = None;
    loop {
        match core.wait()? {
            Event::Fleet(newest) => {
                bar.set_length(newest.progress.accounts as u64);
                bar.set_position(newest.progress.accounts_done as u64);
                bar.set_message(format!(
                    "{} rows, {} failed",
                    newest.progress.rows, newest.progress.accounts_failed
                ));
                fleet = Some(newest);
            }
            Event::SweepEnded => break,
            _ => {}
        }
    }
    bar.finish_and_clear();
    fleet
}

fn next_fleet(core: &Core) -> Option<Arc<Fleet>> {
    loop {
        if let Event::Fleet(fleet) = core.wait()? {
            return Some(fleet);
        }
    }
}

fn coverage<'a>(fleet: &'a Fleet, kind: &'a str) -> impl Iterator<Item = &'a Coverage> {
    fleet
        .accounts
        .iter()
        .flat_map(|account| &account.targets)
        .flat_map(|target| &target.coverage)
        .map(AsRef::as_ref)
        .filter(move |coverage| coverage.kind == kind)
}

/// What was not collected, one line an account; a profile that cannot be used has a line of its own.
fn missing(
    fleet: &Fleet,
    kind: &str,
    is_there: &dyn Fn(&Coverage) -> bool,
    shown_as: &dyn Fn(&Coverage) -> State,
) -> Vec<String> {
    let mut accounts: BTreeMap<String, Vec<&Coverage>> = BTreeMap::new();
    for coverage in coverage(fleet, kind).filter(|coverage| !is_there(coverage)) {
        let account = coverage
            .account_id
            .clone()
            .unwrap_or_else(|| format!("unknown ({})", coverage.profiles.join(", ")));
        accounts.entry(account).or_default().push(coverage);
    }
    let mut lines: Vec<String> = accounts
        .into_iter()
        .map(|(account, entries)| {
            // One refusal in several regions is said once, in the words of the first.
            let mut reasons: Vec<(&Coverage, Vec<&str>)> = Vec::new();
            let mut profiles: Vec<&str> = Vec::new();
            for entry in entries {
                // A profile that is asked in several regions is one profile.
                let new = entry.profiles.iter().map(String::as_str).filter(|name| !profiles.contains(name));
                profiles.extend(new.collect::<Vec<_>>());
                match reasons.iter_mut().find(|(known, _)| known.failed_alike(entry)) {
                    Some((_, regions)) if regions.contains(&entry.region.as_str()) => {}
                    Some((_, regions)) => regions.push(&entry.region),
                    None => reasons.push((entry, vec![&entry.region])),
                }
            }
            let reasons: Vec<String> = reasons
                .into_iter()
                .map(|(entry, regions)| {
                    let why = entry.failure.as_ref().map(|failure| format!(": {}", failure.sentence()));
                    format!("{}: {}{}", regions.join(", "), shown_as(entry).word(), why.unwrap_or_default())
                })
                .collect();
            format!(
                "not collected: account {account} ({}): {kind} in {}",
                some(&profiles),
                reasons.join("; ")
            )
        })
        .collect();
    lines.extend(fleet.config.broken.iter().map(|reason| format!("not collected: {reason}")));
    lines
}

/// What to do about what is missing, each once.
fn advice<'a>(
    missing: impl Iterator<Item = &'a Coverage>,
    shown_as: &dyn Fn(&Coverage) -> State,
) -> Vec<String> {
    let mut advice: BTreeSet<(State, &'static str)> = BTreeSet::new();
    for coverage in missing {
        let state = shown_as(coverage);
        if let Some(failure) = &coverage.failure {
            advice.insert((failure.state, failure.advice()));
        }
        if state == State::Stale || coverage.failure.is_none() {
            advice.insert((state, state.advice()));
        }
    }
    let said = advice.into_iter().filter(|(_, advice)| !advice.is_empty());
    said.map(|(state, advice)| format!("{}: {advice}", state.word())).collect()
}

/// The first of many names: an account may have a profile for each of a hundred databases.
fn some(names: &[&str]) -> String {
    const SHOWN: usize = 4;
    match names.len().saturating_sub(SHOWN) {
        0 | 1 => names.join(", "),
        more => format!("{} and {more} more", names[..SHOWN].join(", ")),
    }
}

/// Why there is nothing to ask, and what to do.
fn nothing_to_ask(fleet: &Fleet) -> String {
    let file = fleet.config.config_file.display();
    let advice = "Each database account needs a profile with role_arn, credential_source = Ec2InstanceMetadata and \
                  region; `rds-fleet-cli --demo export db-instances` shows how it looks";
    match fleet.config.state {
        FileState::Missing => format!(
            "rds-fleet-cli: there is no config file {file}: set AWS_CONFIG_FILE to the central one. {advice}"
        ),
        FileState::Unreadable => {
            format!("rds-fleet-cli: the config file {file} cannot be read: check its path and permissions")
        }
        FileState::Read if !fleet.config.broken.is_empty() => {
            format!("rds-fleet-cli: no profile in {file} can be used: mend what is said above")
        }
        FileState::Read => {
            format!("rds-fleet-cli: no profile in {file} names a role or credentials. {advice}")
        }
    }
}

/// On a terminal a bar; in a pipe nothing.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if !terminal::is_watched() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} accounts, {msg}, {elapsed}") {
        bar.set_style(style);
    }
    bar
}
