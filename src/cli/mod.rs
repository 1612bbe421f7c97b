//! The command line: it parses, asks the core, prints, and ends with an exit code. What is collected and how it is
//! written is decided below.

mod arguments;
mod asked;
mod compare;
mod export;
mod listing;
mod serve;

use std::process::ExitCode;

use clap::Parser;

use crate::config::{Configuration, Environment};
use crate::sandbox::Sandbox;
use crate::terminal::{self, say};
use crate::{access, clean, descriptors, log, report, signals, worker};

use arguments::Action;
pub use arguments::{Arguments, Collect};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Ending {
    /// Everything that was asked for is there.
    Complete = 0,
    /// Nothing is.
    Nothing = 1,
    /// The question cannot be understood.
    Usage = 2,
    /// Some is, also after Ctrl+C or SIGTERM; standard error says what is missing.
    Partly = 3,
    /// Something departs from the baseline.
    Drifted = 4,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> ExitCode {
        ExitCode::from(ending as u8)
    }
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let environment = Environment::from_process();
    log::start(&environment);
    worker::log_panics();
    descriptors::raise();
    signals::start();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(said) => return terminal::not_parsed(&said),
    };
    let ending = match arguments.action {
        Action::Profiles { format } => listing::profiles(arguments.demo, environment, format),
        Action::Kinds { format } => listing::kinds(format),
        Action::Export(export) => export::export(arguments.demo, environment, &export),
        Action::Query(query) => export::query(arguments.demo, environment, &query),
        Action::Changes(changes) => export::changes(arguments.demo, environment, &changes),
        Action::Views { format } => listing::views(&environment, format),
        Action::Compare(compare) => compare::compare(arguments.demo, environment, &compare),
        Action::Baseline(save) => compare::baseline(arguments.demo, environment, &save),
        Action::Drift(drift) => compare::drift(arguments.demo, environment, &drift),
        Action::Values(values) => compare::values(arguments.demo, environment, &values),
        Action::Store => listing::store(&environment),
        Action::Sandbox(settings) => serve::serve(&settings),
    };
    // A helper that hangs does not outlive the program.
    access::end_helpers();
    ending.into()
}

/// The environment of the demo, and what keeps it alive.
fn demo_environment(environment: &Environment) -> Result<(Environment, Sandbox), String> {
    let sandbox = Sandbox::start(crate::sandbox::Settings::demo())
        .map_err(|error| format!("the simulated AWS cannot be started on 127.0.0.1: {error}"))?;
    let home = environment.home().map(Into::into);
    Ok((Environment::from_variables(sandbox.variables(), home), sandbox))
}

/// Prints on standard output what people read.
fn print(text: &str) -> Ending {
    ended(report::write_file("-".as_ref(), |out| out.write_all(clean::shown(text).as_bytes())))
}

/// Prints JSON for programs, which is harmless on a terminal as well.
fn print_json(value: &serde_json::Value) -> Ending {
    print(&clean::json(&format!("{value:#}\n")))
}

fn ended(printed: Result<(), String>) -> Ending {
    match printed {
        Ok(()) => Ending::Complete,
        Err(sentence) => {
            say(&format!("rds-fleet-cli: {sentence}"));
            Ending::Nothing
        }
    }
}

/// Says that the core has ended before its time, which only a bug can do.
fn ended_early() -> Ending {
    say(
        "rds-fleet-cli: the program cannot go on because of a bug: please report it with what RDS_FLEET_LOG=error says",
    );
    Ending::Nothing
}

/// Errors and warnings of the config, for standard error.
fn say_diagnostics(configuration: &Configuration) {
    for diagnostic in &configuration.diagnostics {
        say(&diagnostic.to_string());
    }
}
