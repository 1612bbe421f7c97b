//! The simulated AWS through its socket, with a client of a few lines, and what its company looks like.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::company::{self, Account};
use super::fleet;
use super::target::Resource;
use super::{Expected, Faults, InstanceCount, Sandbox, Settings};
use crate::rds::answer::{Cell, ErrorAnswer, read_error, read_page};
use crate::rds::kind::kind;
use crate::rds::shape::Shape;

/// The kinds that are drawn; all others are derived from them, and `estate` has their tests.
const KINDS: [&str; 2] = ["db-instances", "db-clusters"];

pub(super) struct Answered {
    pub status: u16,
    headers: String,
    pub body: Vec<u8>,
}

/// Sends one request; `None` if the connection ended before the whole answer was there.
fn send(address: SocketAddr, head: &str, body: &str) -> Option<Answered> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let length = body.len();
    let request = format!("{head}Host: aws\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let headers = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let body = bytes.split_off(end + 4);
    let length: usize = header(&headers, "content-length")?.parse().ok()?;
    let status = headers[9..12].parse().unwrap();
    (body.len() == length).then_some(Answered { status, headers, body })
}

fn header<'a>(headers: &'a str, name: &str) -> Option<&'a str> {
    headers
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
}

pub(super) struct Keys {
    id: String,
    token: String,
}

pub(super) fn call(
    sandbox: &Sandbox,
    keys: &Keys,
    service: &str,
    region: &str,
    form: &str,
) -> Option<Answered> {
    let head = format!(
        "POST / HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256 Credential={}/20261122/{region}/{service}/aws4_request, \
         SignedHeaders=host, Signature=0\r\nX-Amz-Security-Token: {}\r\n",
        keys.id, keys.token
    );
    send(sandbox.address(), &head, form)
}

pub(super) fn host_keys(sandbox: &Sandbox) -> Keys {
    let address = sandbox.address();
    let token =
        send(address, "PUT /latest/api/token HTTP/1.1\r\nx-aws-ec2-metadata-token-ttl-seconds: 600\r\n", "")
            .unwrap();
    assert_eq!(header(&token.headers, "x-aws-ec2-metadata-token-ttl-seconds"), Some("600"));
    let token = String::from_utf8(token.body).unwrap();
    let get = |path: &str| {
        let path = format!("/latest/meta-data/iam/security-credentials/{path}");
        let head = format!("GET {path} HTTP/1.1\r\nx-aws-ec2-metadata-token: {token}\r\n");
        String::from_utf8(send(address, &head, "").unwrap().body).unwrap()
    };
    let credentials: Value = serde_json::from_str(&get(&get(""))).unwrap();
    Keys { id: text(&credentials["AccessKeyId"]), token: text(&credentials["Token"]) }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

pub(super) fn assume_role(
    sandbox: &Sandbox,
    host: &Keys,
    account: &Account,
) -> Option<Result<Keys, ErrorAnswer>> {
    let role = account.role_arn().replace(':', "%3A").replace('/', "%2F");
    let form = format!(
        "Action=AssumeRole&Version=2011-06-15&RoleArn={role}&RoleSessionName=dba&ExternalId={}",
        company::EXTERNAL_ID
    );
    let answered = call(sandbox, host, "sts", "eu-central-1", &form)?;
    if answered.status != 200 {
        return Some(Err(read_error(&answered.body)));
    }
    let body = String::from_utf8(answered.body).unwrap();
    let document = roxmltree::Document::parse(&body).unwrap();
    let find = |name| {
        document
            .descendants()
            .find(|node| node.tag_name().name() == name)
            .and_then(|node| node.text())
            .unwrap()
            .to_owned()
    };
    Some(Ok(Keys { id: find("AccessKeyId"), token: find("SessionToken") }))
}

/// Asks again until the call is neither throttled, broken nor failed on the server's side.
fn until_answered<T>(mut ask: impl FnMut() -> Option<Result<T, ErrorAnswer>>) -> Result<T, ErrorAnswer> {
    for _ in 0..60 {
        match ask() {
            Some(Ok(answer)) => return Ok(answer),
            Some(Err(error)) => match error.code.as_deref() {
                Some("Throttling" | "InternalFailure" | "ServiceUnavailable") => {}
                _ => return Err(error),
            },
            None => {}
        }
    }
    panic!("never answered");
}

/// Walks all pages of a kind: identifiers and ARNs.
fn walk(
    sandbox: &Sandbox,
    keys: &Keys,
    region: &str,
    name: &str,
    size: usize,
) -> Result<Vec<(String, String)>, ErrorAnswer> {
    let kind = kind(name).unwrap();
    let cell = |row: &crate::rds::answer::Row, member: &str| match &row.cells
        [kind.structure.position(member).unwrap()]
    {
        Cell::Text(text) => text.clone(),
        other => panic!("{member}: {other:?}"),
    };
    let mut found = Vec::new();
    let mut marker = String::new();
    loop {
        let mut form = format!("Action={}&Version=2014-10-31&MaxRecords={size}", kind.operation);
        if !marker.is_empty() {
            form.push_str(&format!("&Marker={marker}"));
        }
        let page = until_answered(|| {
            let answered = call(sandbox, keys, "rds", region, &form)?;
            assert!(header(&answered.headers, "x-amzn-requestid").is_some());
            Some(if answered.status == 200 { Ok(answered.body) } else { Err(read_error(&answered.body)) })
        })?;
        let page = read_page(kind, &page).unwrap();
        assert!(page.rows.len() <= size);
        for row in &page.rows {
            assert_eq!(row.unknown, None);
            found.push((cell(row, kind.identifier), cell(row, kind.key[0])));
        }
        match page.marker {
            Some(next) => marker = next,
            None => return Ok(found),
        }
    }
}

/// What a sweep of everything finds, and how often it was refused with which code.
fn sweep(sandbox: &Sandbox, name: &str, size: usize) -> (Vec<Expected>, BTreeMap<String, usize>) {
    let host = host_keys(sandbox);
    let mut found = Vec::new();
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let settings = &sandbox.state.settings;
    for account in &sandbox.state.accounts {
        let keys = match until_answered(|| assume_role(sandbox, &host, account)) {
            Ok(keys) => keys,
            Err(error) => {
                assert!(error.message.unwrap().contains("sts:AssumeRole on resource: arn:aws:iam::"));
                *refused.entry(error.code.unwrap()).or_default() += 1;
                continue;
            }
        };
        for region in &settings.regions {
            match walk(sandbox, &keys, region, name, size) {
                Ok(rows) => found.extend(rows.into_iter().map(|(identifier, arn)| Expected {
                    account_id: account.id.clone(),
                    region: region.clone(),
                    identifier,
                    arn,
                    reachable: true,
                })),
                Err(error) => {
                    assert!(error.request_id.is_some());
                    *refused.entry(error.code.unwrap()).or_default() += 1;
                }
            }
        }
    }
    found.sort();
    (found, refused)
}

fn without_latency(settings: Settings) -> Settings {
    Settings { latency: Duration::ZERO, latency_spread: Duration::ZERO, slow_by: Duration::ZERO, ..settings }
}

fn reachable(sandbox: &Sandbox, name: &str) -> Vec<Expected> {
    sandbox.expected(name).into_iter().filter(|expected| expected.reachable).collect()
}

#[test]
fn a_sweep_of_the_demo_finds_exactly_what_is_reachable() {
    let settings = without_latency(Settings::demo());
    let sandbox = Sandbox::start(settings).unwrap();
    for name in KINDS {
        let (found, refused) = sweep(&sandbox, name, 20);
        assert_eq!(found, reachable(&sandbox, name));
        // One role, and two accounts in three regions; two accounts lack a region.
        assert_eq!(refused["AccessDenied"], 1 + 3 + 3);
        assert_eq!(refused["InvalidClientTokenId"], 2);
    }
    let counts = sandbox.counts();
    assert_eq!((counts.imds_token, counts.imds_credentials), (2, 2));
    assert!(counts.throttled > 0 && counts.assume_role >= 48);
    assert_eq!((counts.most_in_flight, counts.most_in_flight_per_target), (1, 1));
    let (instances, clusters) =
        (sandbox.expected("db-instances").len(), sandbox.expected("db-clusters").len());
    println!("{instances} instances, {clusters} clusters");
    assert!((360..=440).contains(&instances), "{instances} instances, {clusters} clusters");
}

#[test]
fn pages_broken_lines_and_server_errors_lose_nothing() {
    let faults =
        Faults { throttled_share: 0.1, server_error_share: 0.1, dropped_share: 0.2, ..Faults::default() };
    let settings = Settings {
        accounts: 26,
        regions: vec!["eu-central-1".to_owned()],
        instances_per_target: InstanceCount::Exactly(45),
        faults,
        ..Settings::default()
    };
    let sandbox = Sandbox::start(settings).unwrap();
    let (found, refused) = sweep(&sandbox, "db-instances", 20);
    assert_eq!(found.len(), 26 * 45);
    assert_eq!(found, sandbox.expected("db-instances"));
    assert!(refused.is_empty());
    let distinct: BTreeSet<&String> = found.iter().map(|expected| &expected.arn).collect();
    assert_eq!(distinct.len(), found.len());
    let counts = sandbox.counts();
    assert!(counts.throttled > 0 && counts.server_errors > 0 && counts.dropped > 0, "{counts:?}");
}

#[test]
fn refusals_are_those_of_aws() {
    let settings = Settings {
        accounts: 3,
        credential_lifetime: Duration::from_secs(1),
        faults: Faults { service_control_policy_denied: vec![1], nonsense: vec![2], ..Faults::default() },
        ..Settings::default()
    };
    let sandbox = Sandbox::start(settings).unwrap();
    let address = sandbox.address();
    let list = "/latest/meta-data/iam/security-credentials/";
    assert_eq!(send(address, &format!("GET {list} HTTP/1.1\r\n"), "").unwrap().status, 401);
    assert_eq!(send(address, "PUT /latest/api/token HTTP/1.1\r\n", "").unwrap().status, 400);
    let host = host_keys(&sandbox);
    let describe = "Action=DescribeDBInstances&Version=2014-10-31";
    let rds = |keys: &Keys, form: &str| call(&sandbox, keys, "rds", "eu-central-1", form).unwrap();
    let code = |answered: &Answered| read_error(&answered.body).code.unwrap();

    let unknown = Keys { id: "ASIAQQQQQQQQQQQQQQQQ".to_owned(), token: "x".to_owned() };
    let refused = rds(&unknown, describe);
    assert_eq!((refused.status, code(&refused).as_str()), (403, "InvalidClientTokenId"));

    let accounts = &sandbox.state.accounts;
    let keys = assume_role(&sandbox, &host, &accounts[0]).unwrap().unwrap();
    let identity = call(&sandbox, &keys, "sts", "eu-central-1", "Action=GetCallerIdentity").unwrap();
    let identity = String::from_utf8(identity.body).unwrap();
    assert!(identity.contains(&format!("{}:assumed-role/{}/dba</Arn>", accounts[0].id, company::ROLE)));
    for (form, expected) in [
        ("Action=DescribeEverything", "InvalidAction"),
        ("Action=DescribeDBInstances&MaxRecords=19", "InvalidParameterValue"),
        ("Action=DescribeDBInstances&Marker=0123", "InvalidParameterValue"),
        ("Action=DescribeDBInstances&DBInstanceIdentifier=nobody", "DBInstanceNotFound"),
    ] {
        assert_eq!(code(&rds(&keys, form)), expected, "{form}");
    }
    let one = &sandbox
        .expected("db-instances")
        .into_iter()
        .find(|one| one.account_id == accounts[0].id && one.region == "eu-central-1");
    let identifier = &one.as_ref().unwrap().identifier;
    for form in [
        format!("{describe}&DBInstanceIdentifier={identifier}"),
        format!(
            "{describe}&Filters.Filter.1.Name=db-instance-id&Filters.Filter.1.Values.Value.1={identifier}"
        ),
    ] {
        let page = read_page(kind("db-instances").unwrap(), &rds(&keys, &form).body).unwrap();
        assert_eq!(page.rows.len(), 1);
    }
    std::thread::sleep(Duration::from_millis(1100));
    let refused = rds(&keys, describe);
    assert_eq!((refused.status, code(&refused).as_str()), (403, "ExpiredToken"));

    let keys = assume_role(&sandbox, &host, &accounts[1]).unwrap().unwrap();
    let message = read_error(&rds(&keys, describe).body).message.unwrap();
    assert!(message.contains("with an explicit deny in a service control policy: arn:aws:organizations::"));
    let keys = assume_role(&sandbox, &host, &accounts[2]).unwrap().unwrap();
    let page = rds(&keys, describe);
    assert_eq!(page.status, 200);
    assert!(read_page(kind("db-instances").unwrap(), &page.body).is_err());
}

fn all(settings: &Settings, name: &str) -> Vec<Resource> {
    company::accounts(settings)
        .iter()
        .flat_map(|account| settings.regions.iter().map(move |region| (account, region)))
        .flat_map(|(account, region)| fleet::of_kind(settings, account, region, name))
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_company() {
    let settings = Settings::demo();
    for name in KINDS {
        assert_eq!(all(&settings, name), all(&settings, name));
        assert_ne!(all(&settings, name), all(&Settings { seed: 21, ..settings.clone() }, name));
    }
}

/// Members that no instance and no cluster of autumn 2026 has, with the reason.
const ABSENT: [(&str, &str, &str); 5] = [
    ("db-clusters", "CharacterSetName", "set for no engine that can be created today"),
    ("db-clusters", "Capacity", "Aurora Serverless v1 ended in 2025"),
    ("db-clusters", "ScalingConfigurationInfo", "Aurora Serverless v1 ended in 2025"),
    ("db-clusters", "RdsCustomClusterConfiguration", "reserved for future use"),
    ("db-clusters", "DBSystemId", "reserved for future use"),
];

#[test]
fn every_member_occurs_in_the_demo_and_fits_its_shape() {
    let settings = Settings::demo();
    for name in KINDS {
        let kind = kind(name).unwrap();
        let resources = all(&settings, name);
        let mut members: BTreeSet<&str> = BTreeSet::new();
        for resource in &resources {
            fits(&kind.answer.shape.of, &Value::Object(resource.clone()), name);
            members.extend(resource.keys().map(String::as_str));
        }
        let expected: BTreeSet<&str> = kind
            .structure
            .members
            .iter()
            .map(|member| member.name.as_str())
            .filter(|member| !ABSENT.iter().any(|(of, absent, _)| of == &name && absent == member))
            .collect();
        let missing: Vec<&&str> = expected.difference(&members).collect();
        assert!(missing.is_empty(), "{name}: {missing:?}");
    }
}

/// Every value is of its shape's type and every member is known.
pub(super) fn fits(shape: &Shape, value: &Value, path: &str) {
    match (shape, value) {
        (Shape::Structure(structure), Value::Object(members)) => {
            for (name, value) in members {
                let at = structure.position(name).unwrap_or_else(|| panic!("{path} has no {name}"));
                fits(&structure.members[at].shape, value, &format!("{path}.{name}"));
            }
        }
        (Shape::List(list), Value::Array(items)) => {
            items.iter().for_each(|item| fits(&list.of, item, path));
        }
        (Shape::Map(of), Value::Object(entries)) => {
            entries.values().for_each(|value| fits(of, value, path));
        }
        (Shape::String, Value::String(_)) | (Shape::Boolean, Value::Bool(_)) => {}
        (Shape::Integer | Shape::Long, Value::Number(number)) if number.is_i64() => {}
        (Shape::Double, Value::Number(number)) if number.is_f64() => {}
        (Shape::Timestamp, Value::String(text)) => assert!(text.ends_with('Z'), "{path}: {text}"),
        _ => panic!("{path} is {value}"),
    }
}

#[test]
fn clusters_and_instances_name_each_other() {
    let settings = Settings::demo();
    for account in company::accounts(&settings) {
        for region in &settings.regions {
            let fleet = fleet::fleet(&settings, &account, region);
            let of_instances: BTreeSet<(String, String)> = fleet
                .instances
                .iter()
                .filter_map(|instance| {
                    Some((
                        text(instance.get("DBClusterIdentifier")?),
                        text(&instance["DBInstanceIdentifier"]),
                    ))
                })
                .collect();
            let of_clusters: BTreeSet<(String, String)> = fleet
                .clusters
                .iter()
                .flat_map(|cluster| {
                    let members = cluster["DBClusterMembers"].as_array().unwrap();
                    let name = text(&cluster["DBClusterIdentifier"]);
                    members.iter().map(move |member| (name.clone(), text(&member["DBInstanceIdentifier"])))
                })
                .collect();
            assert_eq!(of_instances, of_clusters);
        }
    }
}

#[test]
fn profiles_have_names_of_their_own_and_lead_to_every_account() {
    let sandbox = Sandbox::start(Settings::demo()).unwrap();
    let config = std::fs::read_to_string(sandbox.config_file()).unwrap();
    let names: Vec<&str> = config.lines().filter_map(|line| line.strip_prefix("[profile ")).collect();
    let distinct: BTreeSet<&&str> = names.iter().collect();
    assert_eq!(distinct.len(), names.len());
    assert!(names.contains(&"HRPROD]") && names.contains(&"billing-prod]"), "{names:?}");
    for account in &sandbox.state.accounts {
        assert!(config.contains(&account.role_arn()));
    }
    // Every Oracle database of the file is one of the fleet, and the other way round.
    let sids: BTreeSet<String> = all(&sandbox.state.settings, "db-instances")
        .iter()
        .filter(|instance| text(&instance["Engine"]).contains("oracle"))
        .map(|instance| format!("{}]", text(&instance["DBName"])))
        .collect();
    let named: BTreeSet<String> =
        names.iter().filter(|name| !name.contains('-')).map(|name| (*name).to_owned()).collect();
    assert_eq!(sids, named);
}

#[test]
fn a_thousand_accounts_start_at_once() {
    let settings = Settings {
        accounts: 1000,
        regions: vec!["eu-central-1".to_owned(), "us-east-1".to_owned()],
        instances_per_target: InstanceCount::Exactly(100),
        profiles_per_account: super::ProfileNames::One,
        ..Settings::default()
    };
    let begin = Instant::now();
    let sandbox = Sandbox::start(settings).unwrap();
    let started = begin.elapsed();
    let ids: BTreeSet<&String> = sandbox.state.accounts.iter().map(|account| &account.id).collect();
    assert_eq!(ids.len(), 1000);
    assert!(ids.iter().all(|id| id.len() == 12));
    let host = host_keys(&sandbox);
    let keys = assume_role(&sandbox, &host, &sandbox.state.accounts[999]).unwrap().unwrap();
    let form = "Action=DescribeDBInstances&Version=2014-10-31&MaxRecords=100";
    let ask = || {
        let begin = Instant::now();
        let length = call(&sandbox, &keys, "rds", "us-east-1", form).unwrap().body.len();
        (begin.elapsed(), length)
    };
    println!("started in {started:?}; first page {:?}, again {:?}", ask(), ask());
    assert_eq!(walk(&sandbox, &keys, "us-east-1", "db-instances", 100).unwrap().len(), 100);
}

#[test]
fn a_hanging_account_holds_up_neither_the_others_nor_the_end() {
    let faults = Faults { hanging: vec![0], ..Faults::default() };
    let sandbox = Sandbox::start(Settings { accounts: 2, faults, ..Settings::default() }).unwrap();
    let host = host_keys(&sandbox);
    let keys =
        |number: usize| assume_role(&sandbox, &host, &sandbox.state.accounts[number]).unwrap().unwrap();
    let (hanging, other) = (keys(0), keys(1));
    let address = sandbox.address();
    let waiting = std::thread::spawn(move || {
        let head = format!(
            "POST / HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256 Credential={}/20261122/eu-central-1/rds/aws4_request\r\n\
             X-Amz-Security-Token: {}\r\n",
            hanging.id, hanging.token
        );
        send(address, &head, "Action=DescribeDBInstances").is_none()
    });
    while sandbox.counts().most_in_flight == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(walk(&sandbox, &other, "eu-central-1", "db-instances", 100).is_ok());
    assert_eq!(sandbox.counts().most_in_flight, 2);
    let begin = Instant::now();
    drop(sandbox);
    assert!(waiting.join().unwrap());
    assert!(begin.elapsed() < Duration::from_secs(5));
}
