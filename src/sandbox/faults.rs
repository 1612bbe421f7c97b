//! What goes wrong in the sandbox: which accounts refuse, and what becomes of a single call. The answers that say so are
//! written by `sts` and `rds`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Settings;
use super::random::Random;

/// What shall go wrong. Accounts are given by their number, from 0; shares are from 0 to 1.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// The share of STS and RDS calls that are answered `Throttling`, "Rate exceeded".
    pub throttled_share: f64,
    /// The share that is answered `InternalFailure` or `ServiceUnavailable`.
    pub server_error_share: f64,
    /// The share whose connection is closed without an answer or in the middle of it.
    pub dropped_share: f64,
    /// The role may not be assumed.
    pub assume_role_denied: Vec<usize>,
    /// The role may be assumed, but it may not describe anything.
    pub describe_denied: Vec<usize>,
    /// A service control policy denies what the role allows.
    pub service_control_policy_denied: Vec<usize>,
    /// Operations that the role of an account may not call.
    pub operation_denied: Vec<(usize, &'static str)>,
    /// Groups and proxies that are deleted between two questions: databases name them, and they are not there.
    pub deleted: Vec<String>,
    /// A region that the account did not enable.
    pub region_not_enabled: Vec<(usize, String)>,
    /// RDS accepts the call and never answers.
    pub hanging: Vec<usize>,
    /// RDS answers later by `Settings::slow_by`.
    pub slow: Vec<usize>,
    /// Something between us and RDS answers with a sign-in page.
    pub nonsense: Vec<usize>,
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Answered,
    Throttled,
    InternalFailure,
    ServiceUnavailable,
    /// The connection is closed without an answer.
    Dropped,
    /// The connection is closed in the middle of the answer.
    Broken,
}

/// Draws what becomes of calls. The same call, asked for the same time, always meets the same fate, whatever else is
/// asked between.
#[derive(Default)]
pub struct Fates(Mutex<HashMap<u64, u64>>);

impl Fates {
    /// What becomes of this call and how long it takes.
    pub fn draw(&self, settings: &Settings, call: &[&str]) -> (Fate, Duration) {
        let faults = &settings.faults;
        let first = Random::new(settings.seed, call).draw();
        let times = {
            let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let times = asked.entry(first).or_default();
            *times += 1;
            *times
        };
        let mut random = Random::new(first.wrapping_add(times), call);
        let latency = settings.latency + settings.latency_spread.mul_f64(random.share());
        let mut place = random.share();
        let mut within = |share: f64| {
            place -= share;
            place < 0.0
        };
        let fate = if within(faults.throttled_share) {
            Fate::Throttled
        } else if within(faults.server_error_share / 2.0) {
            Fate::InternalFailure
        } else if within(faults.server_error_share / 2.0) {
            Fate::ServiceUnavailable
        } else if within(faults.dropped_share * 2.0 / 3.0) {
            Fate::Dropped
        } else if within(faults.dropped_share / 3.0) {
            Fate::Broken
        } else {
            Fate::Answered
        };
        (fate, latency)
    }
}
