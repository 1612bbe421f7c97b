//! The company whose databases the sandbox shows: its AWS accounts, what each is for and what it runs. No database is
//! described here; that is `fleet`'s.

use super::Settings;
use super::fleet::Form;

/// The role that the blog's method has in each application account.
pub const ROLE: &str = "DB-Management-Host-Access-Role";
/// The role of the bastion host in the management account.
pub const HOST_ROLE: &str = "DB-Management-Host-CrossAccountAccess-Role";
/// The management account, in which the bastion host runs.
pub const MANAGEMENT_ACCOUNT: &str = "418295301776";
/// The external id that the accounts of `Line::external_id` ask for.
pub const EXTERNAL_ID: &str = "dba-bastion-7f21";
/// The organization to which all accounts belong.
pub const ORGANIZATION: &str = "o-x7q2m4k9ab";

/// What an account is for.
#[derive(Debug)]
pub struct Line {
    pub application: &'static str,
    /// `prod`, `test` or `dev`.
    pub environment: &'static str,
    pub owner: &'static str,
    pub cost_center: &'static str,
    /// How the Oracle SIDs of the account begin.
    pub sid: &'static str,
    /// The engines of the account; one named twice is drawn twice as often.
    pub engines: &'static [&'static str],
    /// What the account's home region has in any case, so that rare members occur somewhere.
    pub exhibits: &'static [(&'static str, Form)],
    /// Whether the account's role asks for an external id.
    pub external_id: bool,
}

/// One AWS account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its place in the company, from 0; the numbers of `Faults` mean this.
    pub number: usize,
    /// Twelve digits.
    pub id: String,
    /// Such as `billing-prod`.
    pub name: String,
    pub line: &'static Line,
    /// How often the list of lines was begun again before this account.
    pub round: usize,
}

impl Account {
    /// The ARN of the role that RDS Fleet assumes here.
    pub fn role_arn(&self) -> String {
        format!("arn:aws:iam::{}:role/{ROLE}", self.id)
    }

    /// The region, by its place in the settings, in which most of the account's databases are.
    pub fn home(&self, settings: &Settings) -> usize {
        [0, 0, 1, 0, 0, 1, 2][self.number % 7] % settings.regions.len().max(1)
    }
}

/// How many accounts differ in what they run; after them the lines repeat.
pub fn lines() -> usize {
    LINES.len()
}

/// All accounts, in order.
pub fn accounts(settings: &Settings) -> Vec<Account> {
    (0..settings.accounts)
        .map(|number| {
            let line = &LINES[number % LINES.len()];
            let round = number / LINES.len();
            let name = match round {
                0 => format!("{}-{}", line.application, line.environment),
                _ => format!("{}-{}-{}", line.application, line.environment, round + 1),
            };
            // A step that shares no factor with the range visits every number once, so no id comes twice.
            let scattered = (number as u64 + 1)
                .wrapping_mul(793_157_693_411)
                .wrapping_add(settings.seed.wrapping_mul(61_803_398_875));
            let id = (100_000_000_000 + scattered % 900_000_000_000).to_string();
            Account { number, id, name, line, round }
        })
        .collect()
}

const fn line(
    application: &'static str,
    environment: &'static str,
    owner: &'static str,
    cost_center: &'static str,
    sid: &'static str,
    engines: &'static [&'static str],
    exhibits: &'static [(&'static str, Form)],
) -> Line {
    Line { application, environment, owner, cost_center, sid, engines, exhibits, external_id: false }
}

const LINES: &[Line] = &[
    line(
        "billing",
        "prod",
        "billing-team@example.com",
        "CC-4100",
        "BIL",
        &["oracle-ee", "aurora-postgresql", "postgres"],
        &[("oracle-ee", Form::ActivityStream), ("aurora-postgresql", Form::Cluster { readers: 2 })],
    ),
    line(
        "billing",
        "test",
        "billing-team@example.com",
        "CC-4100",
        "BIL",
        &["oracle-ee", "postgres"],
        &[("aurora-postgresql", Form::Clone)],
    ),
    line(
        "hr",
        "prod",
        "people-systems@example.com",
        "CC-2200",
        "HR",
        &["oracle-ee", "oracle-se2", "oracle-ee-cdb"],
        &[("oracle-ee", Form::Replicated { replicas: 1 }), ("oracle-ee-cdb", Form::Standalone)],
    ),
    line(
        "erp",
        "prod",
        "erp-dba@example.com",
        "CC-3000",
        "ORCL",
        &["oracle-ee", "oracle-ee", "oracle-se2"],
        &[("oracle-ee", Form::MoreVolumes), ("oracle-ee", Form::Replicated { replicas: 2 })],
    ),
    line(
        "erp",
        "test",
        "erp-dba@example.com",
        "CC-3000",
        "ORCL",
        &["oracle-ee", "oracle-se2"],
        &[("oracle-ee", Form::Standalone)],
    ),
    line(
        "web-shop",
        "prod",
        "shop-platform@example.com",
        "CC-5100",
        "SHP",
        &["aurora-mysql", "mysql", "aurora-mysql"],
        &[("aurora-mysql", Form::Backtrack), ("mysql", Form::Replicated { replicas: 2 })],
    ),
    line(
        "web-shop",
        "test",
        "shop-platform@example.com",
        "CC-5100",
        "SHP",
        &["mysql", "aurora-mysql"],
        &[("aurora-mysql", Form::Serverless)],
    ),
    line(
        "payments",
        "prod",
        "payments-sre@example.com",
        "CC-4200",
        "PAY",
        &["aurora-postgresql", "postgres", "oracle-ee"],
        &[
            ("aurora-postgresql", Form::ClusterActivityStream),
            ("postgres", Form::MultiAzCluster),
            ("postgres", Form::CapacityReservation),
        ],
    ),
    line(
        "warehouse",
        "prod",
        "warehouse-dba@example.com",
        "CC-3300",
        "WMS",
        &["db2-se", "oracle-se2", "oracle-ee"],
        &[("db2-se", Form::Standalone), ("oracle-ee", Form::StorageFull)],
    ),
    line(
        "analytics",
        "prod",
        "data-platform@example.com",
        "CC-6100",
        "ANA",
        &["postgres", "aurora-postgresql", "sqlserver-ee"],
        &[("aurora-postgresql", Form::Limitless), ("postgres", Form::MovingToAurora)],
    ),
    line(
        "crm",
        "prod",
        "crm-operations@example.com",
        "CC-5200",
        "CRM",
        &["sqlserver-se", "sqlserver-ee", "mysql"],
        &[("sqlserver-ee", Form::AlwaysOn), ("sqlserver-se", Form::Domain)],
    ),
    line(
        "crm",
        "test",
        "crm-operations@example.com",
        "CC-5200",
        "CRM",
        &["sqlserver-ex", "sqlserver-se"],
        &[],
    ),
    line(
        "identity",
        "prod",
        "identity@example.com",
        "CC-2100",
        "IDM",
        &["postgres", "aurora-postgresql"],
        &[("aurora-postgresql", Form::Domain), ("aurora-postgresql", Form::Express)],
    ),
    line(
        "content",
        "prod",
        "content-team@example.com",
        "CC-5300",
        "CMS",
        &["mariadb", "mysql", "docdb"],
        &[("docdb", Form::Cluster { readers: 2 }), ("mariadb", Form::Replicated { replicas: 1 })],
    ),
    line(
        "search",
        "prod",
        "search-team@example.com",
        "CC-5400",
        "SRC",
        &["neptune", "postgres", "docdb"],
        &[("neptune", Form::Cluster { readers: 1 })],
    ),
    line(
        "logistics",
        "prod",
        "logistics-dba@example.com",
        "CC-3400",
        "LOG",
        &["oracle-ee", "postgres", "db2-se"],
        &[("oracle-ee", Form::Incompatible)],
    ),
    line(
        "logistics",
        "test",
        "logistics-dba@example.com",
        "CC-3400",
        "LOG",
        &["oracle-se2", "postgres"],
        &[],
    ),
    Line {
        application: "treasury",
        environment: "prod",
        owner: "treasury-systems@example.com",
        cost_center: "CC-4300",
        sid: "TRS",
        engines: &["oracle-ee", "db2-se", "oracle-ee"],
        exhibits: &[("oracle-ee", Form::Replicated { replicas: 1 })],
        external_id: true,
    },
    line("legal", "prod", "legal-it@example.com", "CC-2300", "LEG", &["sqlserver-se", "postgres"], &[]),
    line(
        "manufacturing",
        "prod",
        "plant-systems@example.com",
        "CC-3500",
        "MES",
        &["oracle-se2", "sqlserver-se", "oracle-ee"],
        &[("custom-oracle-ee", Form::Custom), ("sqlserver-se", Form::Optimizing)],
    ),
    line(
        "telemetry",
        "prod",
        "observability@example.com",
        "CC-6200",
        "TEL",
        &["postgres", "mysql", "aurora-postgresql"],
        &[("aurora-mysql", Form::GlobalSecondary), ("postgres", Form::Stopped)],
    ),
    line(
        "shared-services",
        "prod",
        "cloud-platform@example.com",
        "CC-1000",
        "SHS",
        &["mariadb", "mysql", "postgres", "sqlserver-ex"],
        &[],
    ),
    line(
        "playground",
        "dev",
        "cloud-platform@example.com",
        "CC-1000",
        "PLY",
        &["postgres", "mysql", "mariadb", "sqlserver-ex", "oracle-se2"],
        &[],
    ),
    line(
        "fleetline",
        "prod",
        "acquisitions@example.com",
        "CC-9000",
        "FLT",
        &["mysql", "sqlserver-se", "oracle-se2"],
        &[],
    ),
];
