//! What the sandbox counts of the calls that it serves, for tests and benchmarks.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The calls served so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// `PUT /latest/api/token`.
    pub imds_token: u64,
    /// Credentials of the instance's role handed out.
    pub imds_credentials: u64,
    pub assume_role: u64,
    pub get_caller_identity: u64,
    /// RDS calls by operation, whatever became of them.
    pub describe: BTreeMap<String, u64>,
    pub throttled: u64,
    pub server_errors: u64,
    pub dropped: u64,
    /// The most RDS calls that were under way at once.
    pub most_in_flight: u64,
    /// The most RDS calls that were under way at once for one account and region.
    pub most_in_flight_per_target: u64,
}

#[derive(Default)]
struct Counted {
    counts: Counts,
    in_flight: u64,
    in_flight_per_target: HashMap<(usize, String), u64>,
}

/// The counters, shared by all connections.
#[derive(Default)]
pub struct Counters(Mutex<Counted>);

impl Counters {
    /// What was counted so far.
    pub fn read(&self) -> Counts {
        self.lock().counts.clone()
    }

    /// Counts something.
    pub fn count(&self, what: impl FnOnce(&mut Counts)) {
        what(&mut self.lock().counts);
    }

    /// Notes that an RDS call is under way until what is returned is dropped.
    pub fn under_way(&self, account: usize, region: &str) -> UnderWay<'_> {
        let target = (account, region.to_owned());
        let mut counted = self.lock();
        counted.in_flight += 1;
        let there = counted.in_flight_per_target.entry(target.clone()).or_default();
        *there += 1;
        let there = *there;
        let everywhere = counted.in_flight;
        let counts = &mut counted.counts;
        counts.most_in_flight = counts.most_in_flight.max(everywhere);
        counts.most_in_flight_per_target = counts.most_in_flight_per_target.max(there);
        UnderWay { counters: self, target }
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An RDS call that is under way; also one whose client went away is over when this is dropped.
pub struct UnderWay<'a> {
    counters: &'a Counters,
    target: (usize, String),
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut counted = self.counters.lock();
        counted.in_flight -= 1;
        if let Some(there) = counted.in_flight_per_target.get_mut(&self.target) {
            *there -= 1;
        }
    }
}
