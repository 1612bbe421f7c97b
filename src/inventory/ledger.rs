//! What is known beside the rows: how each target's kinds stand, and the profiles and diagnostics of the config, as
//! tables for queries and for the next start.

use rusqlite::params;
use time::OffsetDateTime;

use super::past::written;
use super::{Inventory, milliseconds};
use crate::config::Configuration;
use crate::rds::{Kind, kind};
use crate::sweep::{Coverage, Target};

/// What an earlier sweep left of one target and kind.
#[derive(Debug, Clone)]
pub struct StoredCoverage {
    /// As it was given to `keep`.
    pub target: String,
    pub account_id: Option<String>,
    pub kind: &'static Kind,
    pub rows: u64,
    /// When the rows were collected.
    pub as_of: OffsetDateTime,
}

/// One target's coverage, as it is to be kept.
#[derive(Debug)]
pub struct Kept<'a> {
    /// A name of the target that is the same at the next start.
    pub name: &'a str,
    pub target: &'a Target,
    pub coverage: &'a Coverage,
}

impl Inventory {
    /// Keeps how a target's kind stands.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn keep(&mut self, kept: &Kept<'_>) -> rusqlite::Result<()> {
        self.begin()?;
        let coverage = kept.coverage;
        let failure = coverage.failure.as_ref();
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO coverage (_Target, AccountId, Region, Profiles, RoleArn, Kind, State, \"Rows\", \
                 AsOf, Action, Code, Message, RequestId, Pages, Calls, Retries, Milliseconds) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                kept.name,
                coverage.account_id,
                coverage.region,
                serde_json::Value::from(coverage.profiles.clone()).to_string(),
                kept.target.role_arn,
                coverage.kind,
                coverage.state.word(),
                i64::try_from(coverage.rows).unwrap_or(i64::MAX),
                coverage.as_of.map(milliseconds).map(written),
                failure.map(|failure| &*failure.action),
                failure.and_then(|failure| failure.code.as_deref()),
                failure.map(|failure| &*failure.message),
                failure.and_then(|failure| failure.request_id.as_deref()),
                coverage.pages,
                coverage.calls,
                coverage.retries,
                coverage.duration.as_millis() as i64,
            ])?;
        Ok(())
    }

    /// What earlier sweeps collected, by target and kind.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn kept(&self) -> rusqlite::Result<Vec<StoredCoverage>> {
        let mut statement = self.connection.prepare(
            "SELECT v._Target, v.AccountId, v.Kind, v.\"Rows\", c.AsOf FROM coverage v \
             JOIN _places p ON p.Region = v.Region AND p.AccountId IN (v.AccountId, '') \
             JOIN _collections c ON c._Place = p._Place AND c.Kind = v.Kind",
        )?;
        let kept = statement.query_map([], |row| {
            let (name, milliseconds): (String, i64) = (row.get(2)?, row.get(4)?);
            Ok(kind(&name).map(|kind| {
                Ok(StoredCoverage {
                    target: row.get(0)?,
                    account_id: row.get(1)?,
                    kind,
                    rows: row.get::<_, i64>(3)?.try_into().unwrap_or_default(),
                    as_of: OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
                        .unwrap_or(OffsetDateTime::UNIX_EPOCH),
                })
            }))
        })?;
        // A kind of a newer version is none of ours.
        kept.filter_map(|kept| kept.transpose()).map(|kept| kept?).collect()
    }

    /// Drops the coverage of targets that are not among these.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn keep_only(&mut self, targets: &[String]) -> rusqlite::Result<()> {
        self.begin()?;
        let targets = serde_json::Value::from(targets.to_vec()).to_string();
        self.connection.execute(
            "DELETE FROM coverage WHERE _Target NOT IN (SELECT value FROM json_each(?))",
            [targets],
        )?;
        Ok(())
    }

    /// Writes the config's profiles and diagnostics anew.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn keep_configuration(&mut self, configuration: &Configuration) -> rusqlite::Result<()> {
        self.begin()?;
        self.connection.execute_batch("DELETE FROM profiles; DELETE FROM diagnostics")?;
        let mut insert =
            self.connection.prepare_cached("INSERT INTO profiles VALUES (?, ?, ?, ?, ?, ?, ?)")?;
        for profile in &configuration.profiles {
            let resolution = profile.resolution.as_ref();
            insert.execute(params![
                profile.name,
                resolution.and_then(|resolution| resolution.account_id.as_ref()),
                resolution.and_then(|resolution| resolution.region.as_ref()),
                resolution.and_then(|resolution| resolution.role_arn.as_ref()),
                resolution.is_some(),
                profile.source.file.display().to_string(),
                profile.source.line,
            ])?;
        }
        drop(insert);
        let mut insert = self.connection.prepare_cached("INSERT INTO diagnostics VALUES (?, ?, ?, ?, ?)")?;
        for diagnostic in &configuration.diagnostics {
            insert.execute(params![
                diagnostic.severity.word(),
                diagnostic.file.display().to_string(),
                diagnostic.line,
                diagnostic.profile,
                diagnostic.message,
            ])?;
        }
        Ok(())
    }
}
