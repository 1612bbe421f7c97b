//! `sandbox`: the simulated AWS for other tools, in a process of its own.

use std::io::Read;
use std::time::Duration;

use super::arguments::Serve;
use super::{Ending, print, say};
use crate::sandbox::{InstanceCount, Sandbox, Settings};

/// Serves until standard input ends; prints the variables to set, in the shell's words.
pub fn serve(arguments: &Serve) -> Ending {
    let mut settings = Settings {
        accounts: arguments.accounts,
        latency: Duration::from_millis(arguments.latency),
        seed: arguments.seed,
        ..Settings::default()
    };
    if !arguments.regions.is_empty() {
        settings.regions.clone_from(&arguments.regions);
    }
    if let Some(instances) = arguments.instances {
        settings.instances_per_target = InstanceCount::Exactly(instances);
    }
    let sandbox = match Sandbox::start(settings) {
        Ok(sandbox) => sandbox,
        Err(error) => {
            say(&format!("rds-fleet-cli: the simulated AWS cannot be started on 127.0.0.1: {error}"));
            return Ending::Nothing;
        }
    };
    let lines: Vec<String> =
        sandbox.variables().iter().map(|(name, value)| format!("export {name}={value}\n")).collect();
    let ending = print(&lines.concat());
    let mut input = std::io::stdin().lock();
    let mut buffer = [0; 4096];
    while matches!(input.read(&mut buffer), Ok(1..)) {}
    ending
}
