//! `export`: one sweep of one kind, written out, with what is missing named on standard error.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments;
use super::{Ending, say};
use crate::config::{Environment, FileState, Severity};
use crate::core::{Command, Core, Event, Fleet, Options, RowChoice};
use crate::failure::State;
use crate::query::Query;
use crate::rds::kind;
use crate::report::{Format, READER_GONE};
use crate::sandbox;
use crate::sweep::Coverage;

/// Collects and writes.
pub fn export(demo: bool, environment: Environment, arguments: &arguments::Export) -> Ending {
    let Some(kind) = kind(&arguments.kind) else {
        say(&format!("rds-fleet-cli: {}", crate::rds::no_such_kind(&arguments.kind)));
        return Ending::Usage;
    };
    let format = match arguments.chosen_format() {
        Ok(format) => format,
        Err(sentence) => {
            say(&format!("rds-fleet-cli: {sentence}"));
            return Ending::Usage;
        }
    };
    let core = match Core::start(
        Options {
            selection: arguments.collect.selection(),
            limits: arguments.collect.limits(&environment),
            demo: demo.then(sandbox::Settings::demo),
            ..Options::of(environment)
        },
        || {},
    ) {
        Ok(core) => core,
        Err(sentence) => {
            say(&format!("rds-fleet-cli: {sentence}"));
            return Ending::Nothing;
        }
    };
    let Some(mut fleet) = next_fleet(&core) else { return Ending::Nothing };
    if !fleet.config.problems.is_empty() {
        for problem in &fleet.config.problems {
            say(&format!("rds-fleet-cli: {problem}"));
        }
        return Ending::Usage;
    }
    // What costs a profile is said below, with what is not collected.
    let diagnostics = fleet.config.diagnostics.iter().filter(|found| found.severity != Severity::Note);
    for sentence in diagnostics.map(ToString::to_string).filter(|found| !fleet.config.broken.contains(found))
    {
        say(&sentence);
    }
    if fleet.accounts.is_empty() {
        for reason in &fleet.config.broken {
            say(&format!("not collected: {reason}"));
        }
        say(&nothing_to_ask(&fleet));
        return Ending::Nothing;
    }

    core.send(Command::Sweep { targets: None, kinds: vec![kind.name] });
    let bar = progress_bar();
    loop {
        match core.wait() {
            Some(Event::Fleet(newest)) => {
                bar.set_length(newest.progress.accounts as u64);
                bar.set_position(newest.progress.accounts_done as u64);
                bar.set_message(format!(
                    "{} rows, {} failed",
                    newest.progress.rows, newest.progress.accounts_failed
                ));
                fleet = newest;
            }
            Some(Event::SweepEnded) => break,
            Some(_) => {}
            None => return Ending::Nothing,
        }
    }
    bar.finish_and_clear();

    // Only where every target's account is known can it be said that none is the one that is wanted.
    let known: Option<Vec<&String>> =
        fleet.accounts.iter().map(|account| account.account_id.as_ref()).collect();
    if let Some(known) = known
        && let Some(account) = arguments.collect.accounts.iter().find(|account| !known.contains(account))
    {
        say(&format!(
            "rds-fleet-cli: no profile reaches account {account}: `rds-fleet-cli profiles` shows the accounts"
        ));
        return Ending::Usage;
    }
    let missing = missing(&fleet, kind.name);
    for line in &missing {
        say(line);
    }
    let states: BTreeSet<State> = coverage(&fleet, kind.name).map(|coverage| coverage.state).collect();
    for state in states.iter().filter(|state| !state.advice().is_empty()) {
        say(&format!("{}: {}", state.word(), state.advice()));
    }
    if !coverage(&fleet, kind.name).any(|coverage| coverage.state == State::Collected) {
        // A report of yesterday is worth more than an empty one.
        let kept = arguments.output.as_ref().map(|path| format!("; {} is left as it was", path.display()));
        say(&format!("rds-fleet-cli: nothing was collected{}", kept.unwrap_or_default()));
        return Ending::Nothing;
    }

    let path = arguments.output.clone().unwrap_or_else(|| PathBuf::from("-"));
    core.send(Command::Export(crate::core::Export {
        query: Query::of(kind),
        rows: RowChoice::All,
        // A table is for looking at; the other formats carry everything.
        every_column: format != Format::Table,
        format,
        path: path.clone(),
    }));
    let written = loop {
        match core.wait() {
            Some(Event::Exported(result)) => break result,
            Some(_) => {}
            None => return Ending::Nothing,
        }
    };
    match written {
        Err(sentence) if sentence == READER_GONE => {}
        Err(sentence) => {
            say(&format!("rds-fleet-cli: {sentence}"));
            return Ending::Nothing;
        }
        Ok(exported) if arguments.output.is_some() && io::stderr().is_terminal() => {
            say(&format!("{}: {} rows", path.display(), exported.rows));
        }
        Ok(_) => {}
    }
    if missing.is_empty() { Ending::Complete } else { Ending::Partly }
}

fn next_fleet(core: &Core) -> Option<std::sync::Arc<Fleet>> {
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
fn missing(fleet: &Fleet, kind: &str) -> Vec<String> {
    let mut accounts: BTreeMap<String, Vec<&Coverage>> = BTreeMap::new();
    for coverage in coverage(fleet, kind).filter(|coverage| coverage.state != State::Collected) {
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
                profiles.extend(entry.profiles.iter().map(String::as_str));
                let said = |known: &Coverage| {
                    let words = |entry: &Coverage| {
                        entry.failure.as_ref().map(|failure| (failure.action.clone(), failure.code.clone()))
                    };
                    known.state == entry.state && words(known) == words(entry)
                };
                match reasons.iter_mut().find(|(known, _)| said(known)) {
                    Some((_, regions)) => regions.push(&entry.region),
                    None => reasons.push((entry, vec![&entry.region])),
                }
            }
            let reasons: Vec<String> = reasons
                .into_iter()
                .map(|(entry, regions)| {
                    let why = entry.failure.as_ref().map(|failure| format!(": {}", failure.sentence()));
                    format!("{}: {}{}", regions.join(", "), entry.state.word(), why.unwrap_or_default())
                })
                .collect();
            format!(
                "not collected: account {account} ({}): {kind} in {}",
                profiles.join(", "),
                reasons.join("; ")
            )
        })
        .collect();
    lines.extend(fleet.config.broken.iter().map(|reason| format!("not collected: {reason}")));
    lines
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
    if !io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} accounts, {msg}, {elapsed}") {
        bar.set_style(style);
    }
    bar
}
