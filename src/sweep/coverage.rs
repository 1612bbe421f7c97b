//! The coverage ledger: one entry for each target and kind, so that "0 databases" never means "not looked".

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use time::OffsetDateTime;

use crate::config::{Access, Endpoints};
use crate::failure::{Failure, State};

/// What is swept once: one set of credentials in one region, however many profiles name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Stands for the target in the store and in queries; stable while the program runs.
    pub number: u32,
    pub access: Access,
    pub region: String,
    pub endpoints: Endpoints,
    /// A CA bundle of the profile's own.
    pub ca_bundle: Option<PathBuf>,
    /// Every profile that names this target, in the order of the config file.
    pub profiles: Vec<String>,
    /// The role the profiles name, if they do.
    pub role_arn: Option<String>,
    /// From the role's ARN; else `None` until STS has told it.
    pub account_id: Option<String>,
}

/// How one kind of one target stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    #[serde(rename = "AccountId")]
    pub account_id: Option<String>,
    #[serde(rename = "Region")]
    pub region: String,
    #[serde(rename = "Profiles")]
    pub profiles: Vec<String>,
    pub kind: &'static str,
    pub state: State,
    /// Why the newest attempt did not succeed.
    pub failure: Option<Failure>,
    /// Rows that are shown for it.
    pub rows: u64,
    pub pages: u32,
    /// Calls that were sent, retries among them.
    pub calls: u32,
    pub retries: u32,
    #[serde(skip)]
    pub duration: Duration,
    /// When the rows shown were collected.
    #[serde(with = "time::serde::rfc3339::option")]
    pub as_of: Option<OffsetDateTime>,
}

impl Coverage {
    /// The entry of a target before anybody has asked.
    pub fn not_asked(target: &Target, kind: &'static str) -> Coverage {
        Coverage {
            account_id: target.account_id.clone(),
            region: target.region.clone(),
            profiles: target.profiles.clone(),
            kind,
            state: State::NotAsked,
            failure: None,
            rows: 0,
            pages: 0,
            calls: 0,
            retries: 0,
            duration: Duration::ZERO,
            as_of: None,
        }
    }

    /// Whether the rows are those of an earlier run, and nobody has asked in this one.
    pub fn is_from_before(&self) -> bool {
        self.state == State::Stale && self.failure.is_none()
    }

    /// Whether one sentence says for both why they are not there: request ids differ, and nothing else may.
    pub fn failed_alike(&self, other: &Coverage) -> bool {
        let said = |coverage: &Coverage| {
            let failure = coverage.failure.as_ref()?;
            Some((failure.action.clone(), failure.code.clone(), failure.message.clone()))
        };
        self.state == other.state && said(self) == said(other)
    }

    /// One line for a person: who, what, AWS's code, message and request id.
    pub fn line(&self) -> String {
        let mut line = format!(
            "account {}, region {}, {} ({}): {} {}",
            self.account_id.as_deref().unwrap_or("unknown"),
            self.region,
            if self.profiles.len() == 1 { "profile" } else { "profiles" },
            self.profiles.join(", "),
            self.kind,
            self.state.word()
        );
        if let Some(failure) = &self.failure {
            line.push_str(&format!(": {}", failure.sentence()));
        }
        line
    }
}
