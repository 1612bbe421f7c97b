//! From targets to rows: the plan, the worker pool with its limits, and the coverage ledger.
//!
//! It knows access and the RDS API. It knows nothing of the store: what it learns goes out as events.

mod coverage;
mod plan;
mod run;

use std::time::Duration;

pub use coverage::{Coverage, Target};
pub use plan::{Numbers, Plan, WHERE_ACCOUNTS_ARE, plan, reason};
pub use run::{Progress, Sweep, run};

/// What a person wants swept; an empty list means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    pub profiles: Vec<String>,
    pub accounts: Vec<String>,
    /// These regions instead of the profiles' own, as `--region` of the AWS CLI.
    pub regions: Vec<String>,
}

/// Bounds of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Calls at once, all together.
    pub calls: usize,
    /// Calls at once for one account and region: AWS limits their rate there.
    pub calls_per_target: usize,
    pub connect_timeout: Duration,
    /// One try of one call.
    pub attempt_timeout: Duration,
    /// One call with all its tries and pauses.
    pub operation_timeout: Duration,
    /// Tries of one call.
    pub attempts: u32,
    /// A program that `credential_process` names.
    pub helper_timeout: Duration,
    /// Pages of one listing.
    pub pages: u32,
}

impl Limits {
    /// More calls at once are of no use to anybody, and cost memory and connections.
    pub const MOST_CALLS: usize = 1024;
    /// More tries of a call than anybody waits for.
    pub const MOST_ATTEMPTS: u32 = 100;
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            calls: 64,
            calls_per_target: 2,
            connect_timeout: Duration::from_secs(5),
            attempt_timeout: Duration::from_secs(20),
            operation_timeout: Duration::from_secs(60),
            attempts: 8,
            helper_timeout: Duration::from_secs(60),
            pages: 10_000,
        }
    }
}
