//! A simulated AWS on 127.0.0.1, inside the process: the metadata service of a bastion host, STS and RDS for a company
//! of any number of accounts, with latency and faults as asked for. It serves `--demo`, the tests and the benchmarks
//! through real HTTP, so that nothing else in RDS Fleet needs to know that it is not AWS. Here are its settings and its
//! life; every service and the company's data have files of their own. Nothing here may be called by the other rooms
//! except to start it and to ask what it did.

mod assemble;
mod cluster;
mod company;
mod counts;
mod engines;
mod estate;
mod exhibits;
mod faults;
mod fleet;
mod imds;
mod instance;
mod pages;
mod planted;
mod profiles;
mod random;
mod rds;
mod refusal;
mod request;
mod server;
mod sessions;
mod sts;
mod target;
mod words;
mod xml;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::rds::kind;
use server::State;

pub use counts::Counts;
pub use faults::Faults;

/// How many DB instances each account has in each region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceCount {
    /// As a company has them: most in an account's home region, few or none elsewhere.
    Plausible,
    /// Exactly so many. Accounts that come after the first round of the company's lines have the same databases as the
    /// account of their line in the first, under their own account id.
    Exactly(usize),
}

/// How the profiles of the config file are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileNames {
    /// A profile for every region that an account uses (`billing-prod`, `billing-prod-us-east-1`) and one for every
    /// Oracle database (`HRPROD`, `ORCLP2`).
    Demo,
    /// One profile an account, in the first region.
    One,
}

/// What the simulated AWS is like.
#[derive(Clone, Debug)]
pub struct Settings {
    pub accounts: usize,
    pub regions: Vec<String>,
    pub instances_per_target: InstanceCount,
    /// The same seed gives the same company.
    pub seed: u64,
    /// Added to every answer of STS and RDS.
    pub latency: Duration,
    /// Up to so much is added to the latency.
    pub latency_spread: Duration,
    pub faults: Faults,
    /// What is added to the latency of the slow accounts.
    pub slow_by: Duration,
    /// The most that AssumeRole grants.
    pub credential_lifetime: Duration,
    pub profiles_per_account: ProfileNames,
    /// Whether there is the application whose differences are known.
    pub planted: bool,
}

impl Default for Settings {
    /// No faults and no latency.
    fn default() -> Settings {
        Settings {
            accounts: 24,
            regions: ["eu-central-1", "us-east-1", "ap-southeast-2"].map(str::to_owned).to_vec(),
            instances_per_target: InstanceCount::Plausible,
            seed: 20,
            latency: Duration::ZERO,
            latency_spread: Duration::ZERO,
            faults: Faults::default(),
            slow_by: Duration::from_secs(2),
            credential_lifetime: Duration::from_secs(3600),
            profiles_per_account: ProfileNames::Demo,
            planted: false,
        }
    }
}

impl Settings {
    /// The company that `--demo` shows: about 400 instances, an account of every trouble, and a sweep that finishes.
    pub fn demo() -> Settings {
        Settings {
            latency: Duration::from_millis(40),
            latency_spread: Duration::from_millis(210),
            slow_by: Duration::from_millis(1200),
            planted: true,
            faults: Faults {
                throttled_share: 0.02,
                // The company acquired last has not set up its role; legal's lacks the policy.
                assume_role_denied: vec![23],
                describe_denied: vec![18],
                service_control_policy_denied: vec![22],
                region_not_enabled: vec![
                    (11, "ap-southeast-2".to_owned()),
                    (16, "ap-southeast-2".to_owned()),
                ],
                slow: vec![8, 19],
                ..Faults::default()
            },
            ..Settings::default()
        }
    }
}

/// A resource that the simulated AWS has, whether or not it can be seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    pub account_id: String,
    pub region: String,
    /// The member by which people know it, such as `DBInstanceIdentifier`.
    pub identifier: String,
    pub arn: String,
    /// Whether the faults let a sweep see it.
    pub reachable: bool,
}

/// A running simulated AWS. It ends when this is dropped.
pub struct Sandbox {
    address: SocketAddr,
    state: Arc<State>,
    directory: TempDir,
    config_file: PathBuf,
    /// Always there until the drop takes it.
    runtime: Option<Runtime>,
}

impl Sandbox {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// If there is no port or no thread for it, or its config file cannot be written.
    pub fn start(settings: Settings) -> std::io::Result<Sandbox> {
        let accounts = company::accounts(&settings);
        let directory = tempfile::Builder::new().prefix("rds-fleet-sandbox-").tempdir()?;
        let config_file = directory.path().join("config");
        std::fs::write(&config_file, profiles::config(&settings, &accounts))?;
        // Empty: on the bastion host nobody keeps keys in a file.
        std::fs::write(directory.path().join("credentials"), "")?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime =
            Builder::new_multi_thread().worker_threads(2).thread_name("sandbox").enable_all().build()?;
        let state = Arc::new(State::new(settings, accounts));
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        runtime.spawn(server::serve(listener, Arc::clone(&state)));
        Ok(Sandbox { address, state, directory, config_file, runtime: Some(runtime) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The environment variables that lead an AWS program here.
    pub fn variables(&self) -> Vec<(String, String)> {
        let endpoint = format!("http://{}", self.address);
        let path = |path: &Path| path.to_string_lossy().into_owned();
        [
            ("AWS_CONFIG_FILE", path(&self.config_file)),
            ("AWS_SHARED_CREDENTIALS_FILE", path(&self.directory.path().join("credentials"))),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", endpoint.clone()),
            ("AWS_ENDPOINT_URL_STS", endpoint.clone()),
            ("AWS_ENDPOINT_URL_RDS", endpoint),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// The central config file.
    pub fn config_file(&self) -> &Path {
        &self.config_file
    }

    /// The calls served so far.
    pub fn counts(&self) -> Counts {
        self.state.counters.read()
    }

    /// The first account's first page of a kind in the first region, as it goes over the wire: what benchmarks read
    /// over and over. `None` if there is no such kind or region.
    pub fn sample(&self, kind: &str) -> Option<String> {
        let kind = kind::kind(kind)?;
        let (settings, accounts) = (&self.state.settings, &self.state.accounts);
        let (account, region) = (accounts.first()?, settings.regions.first()?);
        let resources = fleet::of_kind(settings, account, region, kind.name);
        let page = pages::cut(kind, account, &resources, 100).into_iter().next()?;
        Some(format!(
            "{}</{}><ResponseMetadata><RequestId>sample</RequestId></ResponseMetadata></{}Response>",
            page.text_for(account),
            kind.answer.wrapper,
            kind.operation
        ))
    }

    /// Every resource of a kind, named as the AWS CLI names it; sorted.
    pub fn expected(&self, kind: &str) -> Vec<Expected> {
        let Some(kind) = kind::kind(kind) else { return Vec::new() };
        let (settings, accounts) = (&self.state.settings, &self.state.accounts);
        let faults = &settings.faults;
        let refused = [
            &faults.assume_role_denied,
            &faults.describe_denied,
            &faults.service_control_policy_denied,
            &faults.hanging,
            &faults.nonsense,
        ];
        // Accounts may share a fleet, which then need not be drawn again.
        let mut drawn: HashMap<(usize, &str), Vec<(String, String)>> = HashMap::new();
        let mut expected = Vec::new();
        for account in accounts {
            // In a region that is not enabled there is nothing, so nothing is out of reach there.
            let reachable = !refused.iter().any(|numbers| numbers.contains(&account.number));
            for region in &settings.regions {
                let source = pages::source(settings, accounts, account, region);
                let names = drawn.entry((source.number, region)).or_insert_with(|| {
                    let resources = fleet::of_kind(settings, source, region, kind.name);
                    let text = |resource: &target::Resource, member: &str| {
                        resource.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
                    };
                    resources
                        .iter()
                        .map(|one| {
                            (
                                text(one, kind.identifier),
                                text(one, kind.key.first().unwrap_or(&kind.identifier)),
                            )
                        })
                        .collect()
                });
                expected.extend(names.iter().map(|(identifier, arn)| Expected {
                    account_id: account.id.clone(),
                    region: region.clone(),
                    identifier: identifier.clone(),
                    arn: arn.replace(&source.id, &account.id),
                    reachable,
                }));
            }
        }
        expected.sort();
        expected
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Not waiting: this may be dropped inside another runtime, and nothing is left to save.
            runtime.shutdown_background();
        }
    }
}
