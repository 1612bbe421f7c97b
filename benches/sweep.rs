//! The sweep benchmark: 1,000 accounts × 2 regions of the simulated AWS at 50 ms a call, swept by us, by boto3 with a
//! pool of 32, and by the AWS CLI's loop extrapolated from 20 profiles, beside the ideal; then 1,000 accounts × 17 regions,
//! where every role is assumed once for 17 targets, swept by us; then the CPU time an instance on full pages, of ours and
//! of the generated SDK.
//!
//!     cargo bench --bench sweep [-- --accounts 1000 --without-sdk --without-peers]
//!
//! It prints figures and asserts none. Each sweep runs in a process of its own, so that its CPU time and peak memory
//! are its own; so does the simulated AWS. Python's peers come from the environment that `tests/run` makes.

#![allow(clippy::expect_used, reason = "a benchmark that cannot run says so and ends")]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use rds_fleet::config::Environment;
use rds_fleet::core::{self, Core, Event};
use rds_fleet::inventory::{Inventory, Origin};
use rds_fleet::rds::call::Describe;
use rds_fleet::rds::kind;
use rds_fleet::sandbox::{InstanceCount, ProfileNames, Sandbox, Settings};
use rds_fleet::sweep::Limits;
use serde_json::{Value, json};

/// The first two are those of the comparison with the peers.
const REGIONS: [&str; 17] = [
    "eu-central-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-north-1",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
];
const FEW: usize = 2;
/// Of a thousand accounts in all regions: as many more as there are Oracle SIDs with a profile of their own.
const SECOND_NAMES: usize = 5_288;
const LATENCY: Duration = Duration::from_millis(50);
const INSTANCES: usize = 5;
const AWS_CLI_PROFILES: usize = 20;
const ROUNDS: u32 = 60;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("serve") => {
            let number = |at: usize| arguments[at].parse().expect("a number");
            serve(number(1), number(2));
        }
        Some("ours") => ours(&arguments[1..]),
        _ => compare(&arguments),
    }
}

fn compare(arguments: &[String]) {
    let after =
        |name: &str| arguments.iter().position(|known| known == name).and_then(|at| arguments.get(at + 1));
    let without = |name: &str| arguments.iter().any(|argument| argument == name);
    let accounts: usize =
        after("--accounts").map_or(1000, |text| text.parse().expect("a number of accounts"));
    few_regions(accounts, python().filter(|_| !without("--without-peers")));
    all_regions(accounts);
    let folder = tempfile::tempdir().expect("a temporary folder");
    pages(folder.path(), !without("--without-sdk"));
}

/// A simulated AWS in a process of its own, and what a program needs to find it.
struct Case {
    server: Server,
    variables: Vec<(String, String)>,
    ideal: f64,
    _folder: tempfile::TempDir,
}

impl Case {
    fn start(accounts: usize, regions: usize, kinds: usize, second_names: usize) -> Case {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = start_server(accounts, regions);
        let config = config(&server.variables, regions, second_names, folder.path());
        let mut variables = server.variables.clone();
        variables.retain(|(name, _)| name != "AWS_CONFIG_FILE");
        variables.push(("AWS_CONFIG_FILE".into(), config.display().to_string()));
        // Ours keeps what it collects; the second run finds the first one's.
        let store = folder.path().join("inventory.sqlite");
        variables.push(("RDS_FLEET_STORE".into(), store.display().to_string()));
        println!(
            "\n{accounts} accounts × {regions} regions × {kinds} kinds, {INSTANCES} instances each, {} ms a call",
            LATENCY.as_millis()
        );
        let calls = accounts + accounts * regions * kinds;
        let concurrency = Limits::default().calls;
        let ideal = calls as f64 * LATENCY.as_secs_f64() / concurrency as f64;
        println!("{:<34}{:>9}{:>9}{:>10}{:>11}", "", "wall s", "CPU s", "peak MB", "instances");
        println!("{:<34}{ideal:>9.2}", format!("ideal, {calls} calls at {concurrency} at once"));
        Case { server, variables, ideal, _folder: folder }
    }

    /// The second run of two: the server writes its pages once, and who comes first must not pay for it.
    fn ours(&self, kinds: &[&str]) -> Value {
        let me = std::env::current_exe().expect("this program's path");
        let once = || run(Command::new(&me).arg("ours").args(kinds), &self.variables);
        once();
        let ours = once();
        row("RDS Fleet", &ours);
        ours
    }

    fn end(mut self) {
        drop(self.server.child.stdin.take());
        let _ = self.server.child.wait();
    }
}

fn number(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or(f64::NAN)
}

fn few_regions(accounts: usize, python: Option<PathBuf>) {
    let case = Case::start(accounts, FEW, 2, 0);
    let ours = case.ours(&["db-instances", "db-clusters"]);
    let wall = number(&ours, "wall_seconds") / case.ideal;
    if let Some(python) = python {
        let boto3 = run(Command::new(&python).arg("benches/sweep_boto3.py"), &case.variables);
        row("boto3, pool of 32", &boto3);
        let profiles = AWS_CLI_PROFILES.to_string();
        let cli = run(Command::new(&python).args(["benches/sweep_awscli.py", &profiles]), &case.variables);
        let profiles = (accounts * FEW) as f64;
        let label = format!("AWS CLI loop, from {AWS_CLI_PROFILES} profiles");
        println!(
            "{label:<34}{:>9.0}{:>9.0}",
            number(&cli, "wall_seconds_per_profile") * profiles,
            number(&cli, "cpu_seconds_per_profile") * profiles
        );
        println!(
            "wall: {wall:.2} of the ideal, boto3 takes {:.1} times ours; CPU: boto3 takes {:.1} times ours",
            number(&boto3, "wall_seconds") / number(&ours, "wall_seconds"),
            number(&boto3, "cpu_seconds") / number(&ours, "cpu_seconds"),
        );
    } else {
        println!("wall: {wall:.2} of the ideal; without boto3 and the AWS CLI, which tests/run installs");
    }
    case.end();
}

/// Many targets a role: none of them may wait for the role in another's place.
fn all_regions(accounts: usize) {
    let case = Case::start(accounts, REGIONS.len(), 1, SECOND_NAMES * accounts / 1000);
    let ours = case.ours(&["db-instances"]);
    println!("wall: {:.2} of the ideal", number(&ours, "wall_seconds") / case.ideal);
    case.end();
}

// ---- The simulated AWS in a process of its own ----

fn serve(accounts: usize, regions: usize) {
    let sandbox = Sandbox::start(Settings {
        accounts,
        regions: REGIONS[..regions].iter().map(|region| (*region).to_owned()).collect(),
        instances_per_target: InstanceCount::Exactly(INSTANCES),
        latency: LATENCY,
        profiles_per_account: ProfileNames::One,
        ..Settings::default()
    })
    .expect("the simulated AWS");
    println!("{}", json!(sandbox.variables()));
    std::io::stdout().flush().expect("standard output");
    let _ = std::io::stdin().read(&mut [0]);
}

struct Server {
    child: Child,
    variables: Vec<(String, String)>,
}

fn start_server(accounts: usize, regions: usize) -> Server {
    let mut child = Command::new(std::env::current_exe().expect("this program's path"))
        .args(["serve", &accounts.to_string(), &regions.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server's process");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe"))
        .read_line(&mut line)
        .expect("the server's variables");
    Server { child, variables: serde_json::from_str(&line).expect("the server's variables") }
}

/// The config file with a profile for each account and region, and a second one for some; the simulated AWS names one
/// region only.
fn config(variables: &[(String, String)], regions: usize, second_names: usize, folder: &Path) -> PathBuf {
    let (_, original) = variables.iter().find(|(name, _)| name == "AWS_CONFIG_FILE").expect("a config file");
    let text = std::fs::read_to_string(original).expect("the config file");
    // Without what stands before the profiles: Python's parser refuses a second [default].
    let profiles = &text[text.find("[profile ").expect("a profile")..];
    let others = REGIONS[1..regions].iter().map(|region| renamed(profiles, region, region, usize::MAX));
    let all: String = others.collect();
    let second = renamed(&format!("{profiles}{all}"), REGIONS[0], "second", second_names);
    let path = folder.join("config");
    std::fs::write(&path, text + &all + &second).expect("a config file");
    path
}

/// The first so many profiles by other names; those of the first region in another one.
fn renamed(profiles: &str, region: &str, suffix: &str, most: usize) -> String {
    let sections = profiles.split("[profile ").filter(|section| !section.is_empty()).take(most);
    sections
        .map(|section| {
            let (name, rest) = section.split_once(']').expect("a header");
            let rest = rest.replace(&format!("region = {}", REGIONS[0]), &format!("region = {region}"));
            format!("[profile {name}-{suffix}]{rest}")
        })
        .collect()
}

// ---- The sweeps ----

fn ours(kinds: &[String]) {
    let options = core::Options { ..core::Options::of(Environment::from_process()) };
    let begun = Instant::now();
    let core = Core::start(options, || {}).expect("the core");
    let mut fleet = None;
    let mut asked = false;
    loop {
        match core.wait().expect("an event") {
            Event::Fleet(newest) => fleet = Some(newest),
            Event::SweepEnded => break,
            _ => {}
        }
        if !std::mem::replace(&mut asked, true) {
            let kinds = kinds.iter().map(|name| kind(name).expect("a kind").name).collect();
            core.send(core::Command::Sweep { targets: None, kinds });
        }
    }
    let wall = begun.elapsed();
    let fleet = fleet.expect("a fleet");
    let rows = |name: &str| -> u64 {
        let targets = fleet.accounts.iter().flat_map(|account| &account.targets);
        targets
            .flat_map(|target| &target.coverage)
            .filter(|entry| entry.kind == name)
            .map(|entry| entry.rows)
            .sum()
    };
    println!(
        "{}",
        json!({
            "wall_seconds": wall.as_secs_f64(),
            "cpu_seconds": cpu_seconds(),
            "peak_memory_mb": peak_memory_mb(),
            "instances": rows("db-instances"),
            "clusters": rows("db-clusters"),
            "failed": fleet.progress.failed,
        })
    );
}

fn run(command: &mut Command, variables: &[(String, String)]) -> Value {
    let output = command
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .env("AWS_EC2_METADATA_V1_DISABLED", "true")
        .stderr(Stdio::inherit())
        .output()
        .expect("a peer's process");
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().last().unwrap_or_default()).expect("a peer's figures")
}

fn row(name: &str, figures: &Value) {
    let number = |name: &str| number(figures, name);
    println!(
        "{name:<34}{:>9.2}{:>9.2}{:>10.0}{:>11}{}",
        number("wall_seconds"),
        number("cpu_seconds"),
        number("peak_memory_mb"),
        number("instances"),
        if number("failed") > 0.0 { format!("  {} failed", number("failed")) } else { String::new() }
    );
}

fn python() -> Option<PathBuf> {
    let folder = std::env::var_os("RDS_FLEET_TESTS")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache/rds-fleet-tests")))?;
    Some(folder.join("venv/bin/python")).filter(|python| python.exists())
}

// ---- Full pages ----

/// Answers every request with the same page.
#[derive(Debug, Clone)]
struct Canned(&'static [u8]);

impl HttpConnector for Canned {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let status = 200.try_into().expect("200 is a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(self.0))))
    }
}

fn pages(folder: &Path, with_sdk: bool) {
    let settings = Settings { instances_per_target: InstanceCount::Exactly(120), ..Settings::default() };
    let sandbox = Sandbox::start(settings).expect("the simulated AWS");
    let page = sandbox.sample("db-instances").expect("a page");
    let file = folder.join("page.xml");
    std::fs::write(&file, &page).expect("a file");
    println!("\nfull pages of 100 instances, {} KB each: CPU µs an instance", page.len() / 1000);

    let kind = kind("db-instances").expect("a kind");
    let connector = SharedHttpConnector::new(Canned(Box::leak(page.into_bytes().into_boxed_slice())));
    let http = http_client_fn(move |_, _| connector.clone());
    let describe =
        Describe::new(kind, "http://127.0.0.1", "eu-central-1", http, &Limits::default().patience());
    let credentials = Credentials::new("AKIA", "secret", None, None, "benchmark");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let ask = || runtime.block_on(describe.page(&credentials, None, None)).expect("a page").rows;
    let rows = ask();
    // One thread and no waiting: the time that passes is CPU time.
    let per_instance =
        |begun: Instant| begun.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS) / rows.len() as f64;
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        ask();
    }
    println!("{:<34}{:>9.1}", "RDS Fleet, answer to rows", per_instance(begun));
    let mut inventory = Inventory::in_memory().expect("a store");
    let begun = Instant::now();
    for target in 0..ROUNDS {
        let origin = Origin {
            account_id: Some(target.to_string()),
            region: "eu-central-1".into(),
            profiles: vec!["DB1".into()],
        };
        inventory.stage(kind, target, &origin, rows.clone()).expect("a store");
        inventory.settle(kind, target, &origin, Some(time::OffsetDateTime::now_utc())).expect("a store");
    }
    inventory.commit().expect("a store");
    println!("{:<34}{:>9.1}", "RDS Fleet, rows to store", per_instance(begun));
    if with_sdk {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["run", "--quiet", "--release", "--manifest-path", "benches/sdk/Cargo.toml", "--"])
            .arg(&file)
            .arg(ROUNDS.to_string())
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo");
        println!(
            "{:<34}{:>9}",
            "aws-sdk-rds, answer to types",
            String::from_utf8_lossy(&output.stdout).trim()
        );
    }
}

// ---- This process, as Linux accounts for it ----

fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("/proc");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().expect("a number of ticks");
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number of kilobytes") / 1000.0
}
