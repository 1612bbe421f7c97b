//! Which databases an account has in a region: drawn from the seed, unit by unit. What a database is like in every
//! member is `instance`'s and `cluster`'s; what there is beside databases is `estate`'s; how it is sent is `pages`'.

use super::company::Account;
use super::engines::{self, Engine};
use super::random::Random;
use super::target::{Resource, Target};
use super::{InstanceCount, Settings, assemble, estate, planted};

/// How a unit is built, and what is rare about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Standalone,
    /// With read replicas in the same region.
    Replicated {
        replicas: usize,
    },
    /// A cluster of a writer and readers.
    Cluster {
        readers: usize,
    },
    /// A Multi-AZ DB cluster of RDS: a writer and two readable standbys, and an instance that replicates from it.
    MultiAzCluster,
    /// An Aurora cluster of serverless instances.
    Serverless,
    /// An Aurora cluster that is an Aurora Limitless Database: its shards are no DB instances.
    Limitless,
    /// An Aurora PostgreSQL cluster created through express configuration.
    Express,
    /// An Aurora cluster in a global database, with write forwarding.
    GlobalSecondary,
    /// An Aurora cluster cloned from that of another account.
    Clone,
    /// An Aurora MySQL cluster that can be backtracked.
    Backtrack,
    /// An Aurora cluster with a database activity stream.
    ClusterActivityStream,
    /// An RDS instance and the Aurora cluster that replicates from it until the move.
    MovingToAurora,
    /// An RDS Custom instance.
    Custom,
    /// An instance with a database activity stream.
    ActivityStream,
    /// An instance with additional storage volumes.
    MoreVolumes,
    /// A SQL Server instance with an Always On listener.
    AlwaysOn,
    /// A member of a directory's domain.
    Domain,
    /// An instance that uses a capacity reservation.
    CapacityReservation,
    /// Storage that is being optimized.
    Optimizing,
    StorageFull,
    Incompatible,
    Stopped,
}

/// One thing that a team ordered: an instance with its replicas, or a cluster with its members.
pub struct Unit {
    pub name: String,
    pub engine: &'static Engine,
    pub form: Form,
    /// The Oracle system identifier.
    pub sid: Option<String>,
}

/// The instances and clusters that an account has in a region.
#[derive(Default)]
pub struct Fleet {
    pub instances: Vec<Resource>,
    pub clusters: Vec<Resource>,
}

/// The resources of a kind, named as the AWS CLI names it, that an account has in a region.
pub fn of_kind(settings: &Settings, account: &Account, region: &str, kind: &str) -> Vec<Resource> {
    if !enabled(settings, account, region) {
        return Vec::new();
    }
    let fleet = fleet(settings, account, region);
    match kind {
        "db-instances" => fleet.instances,
        "db-clusters" => fleet.clusters,
        _ => estate::of_kind(&Target { account, region, seed: settings.seed }, &fleet, kind),
    }
}

/// The instances and clusters that an account has in a region.
pub fn fleet(settings: &Settings, account: &Account, region: &str) -> Fleet {
    let target = Target { account, region, seed: settings.seed };
    let mut fleet = Fleet::default();
    for unit in plan(settings, account, region) {
        assemble::unit(&target, &unit, &mut fleet);
    }
    planted::add_to(settings, &target, &mut fleet);
    fleet
        .instances
        .sort_by(|one, other| name(one, "DBInstanceIdentifier").cmp(name(other, "DBInstanceIdentifier")));
    fleet
        .clusters
        .sort_by(|one, other| name(one, "DBClusterIdentifier").cmp(name(other, "DBClusterIdentifier")));
    fleet
}

/// Whether the account can use the region.
fn enabled(settings: &Settings, account: &Account, region: &str) -> bool {
    let faults = &settings.faults;
    !faults.region_not_enabled.iter().any(|(number, name)| *number == account.number && name == region)
        && settings.regions.iter().any(|name| name == region)
}

/// What an account has in a region, without the details: cheap enough to ask for every account at once.
pub fn plan(settings: &Settings, account: &Account, region: &str) -> Vec<Unit> {
    let enabled = enabled(settings, account, region);
    let Some(place) = settings.regions.iter().position(|name| name == region).filter(|_| enabled) else {
        return Vec::new();
    };
    let mut random = Random::new(settings.seed, &["plan", &account.id, region]);
    let home = place == account.home(settings);
    let (units, mut instances) = match settings.instances_per_target {
        InstanceCount::Exactly(count) => (usize::MAX, count),
        InstanceCount::Plausible if home => (random.between(7, 11) as usize, usize::MAX),
        InstanceCount::Plausible if random.chance(0.4) => (0, usize::MAX),
        InstanceCount::Plausible => (random.between(1, 4) as usize, usize::MAX),
    };
    let mut planned: Vec<Unit> = Vec::new();
    let mut databases = 0;
    while planned.len() < units && instances > 0 {
        let at = planned.len();
        let exhibit = account.line.exhibits.get(at).filter(|(_, form)| home && form.instances() <= instances);
        let (engine, form) = match exhibit {
            Some((engine, form)) => (engines::engine(engine), *form),
            None => {
                let engine = engines::engine(random.pick(account.line.engines));
                (engine, ordinary(engine, instances, &mut random))
            }
        };
        let sid = engine.is_oracle().then(|| {
            databases += 1;
            sid(account, (!home).then_some(place), databases)
        });
        let name = unit_name(account, engine, sid.as_deref(), at, &mut random);
        instances = instances.saturating_sub(form.instances());
        planned.push(Unit { name, engine, form, sid });
    }
    planned
}

impl Form {
    /// How many DB instances a unit of this form has.
    pub fn instances(self) -> usize {
        match self {
            Form::Replicated { replicas } => 1 + replicas,
            Form::Cluster { readers } => 1 + readers,
            Form::MultiAzCluster => 4,
            Form::Limitless => 0,
            Form::GlobalSecondary | Form::Backtrack | Form::ClusterActivityStream | Form::MovingToAurora => 2,
            _ => 1,
        }
    }
}

/// A form that the engine has everywhere, of at most so many instances.
fn ordinary(engine: &Engine, most: usize, random: &mut Random) -> Form {
    if engine.is_clustered() {
        if engine.name.starts_with("aurora") && random.chance(0.12) {
            return Form::Serverless;
        }
        return Form::Cluster { readers: random.pick(&[0, 1, 1, 1, 2]).min(most - 1) };
    }
    let replicates = !engine.is_sqlserver() && engine.name != "oracle-ee-cdb" && engine.name != "oracle-se2";
    if replicates && most > 1 && random.chance(0.22) {
        return Form::Replicated { replicas: 1 };
    }
    Form::Standalone
}

/// An Oracle system identifier, different in all accounts and regions: `HRPROD` and `HRP2` at home, `HRPB1` elsewhere.
fn sid(account: &Account, elsewhere: Option<usize>, number: usize) -> String {
    let round = if account.round == 0 { String::new() } else { account.round.to_string() };
    let begin = format!("{}{round}", account.line.sid);
    let environment = account.line.environment.to_uppercase();
    let first_letter = &environment[..1];
    match elsewhere {
        None if number == 1 && begin.len() + environment.len() <= 7 => format!("{begin}{environment}"),
        None => format!("{begin}{first_letter}{number}"),
        Some(region) => {
            let letter = char::from(b'A' + (region % 26) as u8);
            format!("{begin}{first_letter}{letter}{number}")
        }
    }
}

/// A name of the kinds that DBAs meet. The place within the plan keeps names of one account and region apart.
fn unit_name(
    account: &Account,
    engine: &Engine,
    sid: Option<&str>,
    at: usize,
    random: &mut Random,
) -> String {
    const PURPOSES: [&str; 14] = [
        "core",
        "reporting",
        "archive",
        "batch",
        "api",
        "audit",
        "orders",
        "interface",
        "ledger",
        "events",
        "search",
        "cache",
        "metrics",
        "portal",
    ];
    let application = account.line.application;
    let environment = account.line.environment;
    if let Some(sid) = sid.filter(|_| random.chance(0.7)) {
        return sid.to_lowercase();
    }
    if at == 0 {
        return format!("{application}-{environment}");
    }
    let number = at + 1;
    match random.below(4) {
        0 => format!("{application}-db-{number:02}"),
        1 => format!("{environment}-{application}-{number:02}"),
        _ if engine.name == "neptune" => format!("{application}-graph-{number:02}"),
        _ => {
            // Every account goes through the purposes from another one on, and numbers them from the second round.
            let purpose = PURPOSES[(at + account.number * 5) % PURPOSES.len()];
            match at / PURPOSES.len() {
                0 => format!("{application}-{purpose}-{environment}"),
                round => format!("{application}-{purpose}-{environment}-{}", round + 1),
            }
        }
    }
}

fn name<'a>(resource: &'a Resource, member: &str) -> &'a str {
    resource.get(member).and_then(|value| value.as_str()).unwrap_or_default()
}
