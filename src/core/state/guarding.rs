//! The core's thread goes on whatever happens: a message at which it panics fails, and who waits for it is told.

use super::{CoverageState, State};
use crate::core::Message;
use crate::core::api::{Command, Event};
use crate::failure::Failure;
use crate::rds::kind;
use crate::sweep::Coverage;
use crate::worker;

/// Who waits for what a message asks.
pub enum Failing {
    Export,
    Comparison,
    Kinds(String),
    Sweep,
}

fn failing(message: &Message) -> Vec<Failing> {
    match message {
        Message::Command(Command::Export(_) | Command::ReportComparison(_) | Command::SaveBaseline(_)) => {
            vec![Failing::Export]
        }
        Message::Command(Command::Compare(_) | Command::HoldAgainst(_)) | Message::ToCompare { .. } => {
            vec![Failing::Comparison]
        }
        Message::Command(Command::Kinds { sql }) => vec![Failing::Kinds(sql.clone())],
        Message::Command(Command::Sweep { .. }) | Message::SweepEnded => vec![Failing::Sweep],
        _ => Vec::new(),
    }
}

impl State {
    /// Takes a message; false where it is the last.
    pub(super) fn take_guarded(&mut self, message: Message) -> bool {
        let failing = failing(&message);
        self.guarded(&failing, |state| state.take(message)).unwrap_or(true)
    }

    /// Does some of the work. Where it panics, who waits for it is told, everybody reads it in a notice, and the next
    /// message is taken.
    pub(super) fn guarded<T>(
        &mut self,
        failing: &[Failing],
        work: impl FnOnce(&mut State) -> T,
    ) -> Option<T> {
        match worker::guarded("what was asked", || Ok(work(self))) {
            Ok(done) => Some(done),
            Err(sentence) => {
                tracing::error!("{sentence}");
                for failing in failing {
                    self.tell_failure(failing, &sentence);
                }
                self.store.notices.push(sentence);
                self.fleet_changed = true;
                None
            }
        }
    }

    fn tell_failure(&mut self, failing: &Failing, sentence: &str) {
        let failed = || sentence.to_owned();
        match failing {
            Failing::Export => {
                self.exporting = None;
                self.send(Event::Exported(Err(failed())));
            }
            Failing::Comparison => self.send(Event::Comparison(Err(failed()))),
            Failing::Kinds(sql) => {
                self.send(Event::Kinds { sql: sql.clone(), kinds: Err(failed().into()) });
            }
            Failing::Sweep => {
                self.sweep = None;
                self.progress.running = false;
                self.send(Event::SweepEnded);
            }
        }
    }

    /// What the sweep left open, which only a bug can do, is no more to be waited for.
    pub(super) fn settle_left_open(&mut self) {
        let targets = self.sweep.as_ref().map(|running| running.targets.clone()).unwrap_or_default();
        for target in targets {
            let Some(entry) = self.ledger.get(&target) else { continue };
            for name in entry.open.clone() {
                let Some((kind, entry)) = kind(name).zip(self.ledger.get(&target)) else { continue };
                let failure = Failure {
                    state: CoverageState::Failed,
                    action: format!("rds:{}", kind.operation).into(),
                    code: None,
                    message: "the sweep ended because of a bug in RDS Fleet: please report it".into(),
                    request_id: None,
                };
                let coverage = Coverage {
                    account_id: entry.account_id.clone(),
                    state: failure.state,
                    failure: Some(failure),
                    ..Coverage::not_asked(&entry.target, kind.name)
                };
                self.settle(target, kind, coverage);
            }
        }
    }
}
