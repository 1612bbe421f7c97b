//! The database engines of the sandbox: names, versions, classes and the small facts that differ between them. The
//! versions are what a fleet would run in autumn 2026, old ones in Extended Support among them.

/// One engine, as `Engine` of a DB instance names it.
#[derive(Debug)]
pub struct Engine {
    pub name: &'static str,
    pub port: u16,
    pub license: &'static str,
    pub username: &'static str,
    /// The newest first; the last are old.
    pub versions: &'static [&'static str],
    pub production_classes: &'static [&'static str],
    pub test_classes: &'static [&'static str],
    /// The logs that can be exported to CloudWatch.
    pub logs: &'static [&'static str],
}

impl Engine {
    pub fn is_oracle(&self) -> bool {
        self.name.contains("oracle")
    }

    pub fn is_sqlserver(&self) -> bool {
        self.name.starts_with("sqlserver")
    }

    /// Whether the engine exists in clusters only.
    pub fn is_clustered(&self) -> bool {
        self.name.starts_with("aurora") || self.name == "docdb" || self.name == "neptune"
    }

    /// Whether AWS offers Extended Support for the engine.
    pub fn has_extended_support(&self) -> bool {
        self.name.contains("mysql") || self.name.contains("postgres")
    }

    /// The domain between the region and `amazonaws.com` in an endpoint.
    pub fn domain(&self) -> &'static str {
        match self.name {
            "docdb" => "docdb",
            "neptune" => "neptune",
            _ => "rds",
        }
    }

    /// The major version, as parameter group families write it.
    pub fn major(&self, version: &str) -> String {
        let mut parts = version.split('.');
        let first = parts.next().unwrap_or_default();
        let second = parts.next().unwrap_or_default();
        match self.name {
            "postgres" | "aurora-postgresql" => first.to_owned(),
            name if name.contains("oracle") => first.to_owned(),
            name if name.starts_with("sqlserver") => format!("{first}.0"),
            _ => format!("{first}.{second}"),
        }
    }

    /// The parameter group family, such as `postgres16`, `oracle-ee-19` or `aurora-mysql8.0`.
    pub fn family(&self, version: &str) -> String {
        let between =
            if self.is_oracle() || self.is_sqlserver() || self.name.starts_with("db2") { "-" } else { "" };
        format!("{}{between}{}", self.name, self.major(version))
    }

    /// The default option group, such as `default:mysql-8-0` or `default:sqlserver-se-16-00`.
    pub fn option_group(&self, version: &str) -> String {
        format!("default:{}-{}", self.name, self.major_engine_version(version).replace('.', "-"))
    }

    /// The major version, as option groups and engine versions write it: `16.00` of SQL Server, else as families do.
    pub fn major_engine_version(&self, version: &str) -> String {
        let major = self.major(version);
        if self.is_sqlserver() { format!("{major}0") } else { major }
    }

    /// The engine as AWS's descriptions name it.
    pub fn title(&self) -> &'static str {
        match self.name {
            "postgres" => "PostgreSQL",
            "mysql" => "MySQL Community Edition",
            "mariadb" => "MariaDB Community Edition",
            "oracle-ee" => "Oracle Database Enterprise Edition",
            "oracle-ee-cdb" => "Oracle Database Enterprise Edition (CDB)",
            "oracle-se2" => "Oracle Database Standard Edition Two",
            "custom-oracle-ee" => "Oracle Database Enterprise Edition for RDS Custom",
            "sqlserver-ee" => "Microsoft SQL Server Enterprise Edition",
            "sqlserver-se" => "Microsoft SQL Server Standard Edition",
            "sqlserver-ex" => "Microsoft SQL Server Express Edition",
            "db2-se" => "IBM Db2 Standard Edition",
            "aurora-postgresql" => "Aurora PostgreSQL",
            "aurora-mysql" => "Aurora MySQL",
            "docdb" => "Amazon DocumentDB (with MongoDB compatibility)",
            "neptune" => "Amazon Neptune",
            name => name,
        }
    }

    /// Whether AWS has withdrawn a version: databases that have it still run.
    pub fn is_deprecated(&self, version: &str) -> bool {
        matches!(
            (self.name, version),
            ("mysql", "8.0.40")
                | ("mariadb", "10.5.29")
                | ("oracle-ee", "19.0.0.0.ru-2024-01.rur-2024-01.r1")
        )
    }
}

/// The engine of that name; the first of the list if there is none, which a test rules out.
pub fn engine(name: &str) -> &'static Engine {
    ENGINES.iter().find(|engine| engine.name == name).unwrap_or(&ENGINES[0])
}

const GRAVITON: &[&str] =
    &["db.r7g.xlarge", "db.m7g.large", "db.m6g.2xlarge", "db.r6g.2xlarge", "db.m8g.xlarge"];
const SMALL: &[&str] = &["db.t4g.medium", "db.t3.medium", "db.m6g.large"];
const ORACLE: &[&str] =
    &["db.r6i.2xlarge", "db.r5b.4xlarge", "db.m6i.xlarge", "db.r6i.xlarge.tpc2.mem2x", "db.x2iedn.2xlarge"];
const ORACLE_SMALL: &[&str] = &["db.t3.medium", "db.m5.large", "db.t3.large"];
const AURORA: &[&str] = &["db.r7g.2xlarge", "db.r6g.large", "db.r8g.4xlarge", "db.r6i.xlarge"];

/// Every engine that the company knows.
pub const ENGINES: &[Engine] = &[
    Engine {
        name: "postgres",
        port: 5432,
        license: "postgresql-license",
        username: "postgres",
        versions: &[
            "18.1",
            "17.6",
            "17.5",
            "16.10",
            "16.8",
            "15.13",
            "14.18",
            "13.22",
            "12.22-rds.20250814",
            "11.22-rds.20250814",
        ],
        production_classes: GRAVITON,
        test_classes: SMALL,
        logs: &["postgresql", "upgrade"],
    },
    Engine {
        name: "mysql",
        port: 3306,
        license: "general-public-license",
        username: "admin",
        versions: &["8.4.7", "8.4.6", "8.0.43", "8.0.42", "8.0.40", "5.7.44-rds.20250818"],
        production_classes: GRAVITON,
        test_classes: SMALL,
        logs: &["audit", "error", "slowquery"],
    },
    Engine {
        name: "mariadb",
        port: 3306,
        license: "general-public-license",
        username: "admin",
        versions: &["11.8.3", "11.4.8", "10.11.14", "10.6.23", "10.5.29"],
        production_classes: GRAVITON,
        test_classes: SMALL,
        logs: &["error", "slowquery"],
    },
    Engine {
        name: "oracle-ee",
        port: 1521,
        license: "bring-your-own-license",
        username: "admin",
        versions: &[
            "19.0.0.0.ru-2026-07.rur-2026-07.r1",
            "19.0.0.0.ru-2026-04.rur-2026-04.r1",
            "19.0.0.0.ru-2025-10.rur-2025-10.r1",
            "19.0.0.0.ru-2024-01.rur-2024-01.r1",
        ],
        production_classes: ORACLE,
        test_classes: ORACLE_SMALL,
        logs: &["alert", "audit", "listener", "trace"],
    },
    Engine {
        name: "oracle-se2",
        port: 1521,
        license: "license-included",
        username: "admin",
        versions: &[
            "19.0.0.0.ru-2026-07.spb-1.r1",
            "19.0.0.0.ru-2026-04.rur-2026-04.r1",
            "19.0.0.0.ru-2025-04.rur-2025-04.r1",
        ],
        production_classes: &["db.m6i.xlarge", "db.r6i.xlarge", "db.r5.2xlarge"],
        test_classes: ORACLE_SMALL,
        logs: &["alert", "listener"],
    },
    Engine {
        name: "oracle-ee-cdb",
        port: 1521,
        license: "bring-your-own-license",
        username: "admin",
        versions: &["21.0.0.0.ru-2026-07.rur-2026-07.r1", "19.0.0.0.ru-2026-07.rur-2026-07.r1"],
        production_classes: ORACLE,
        test_classes: ORACLE_SMALL,
        logs: &["alert", "audit"],
    },
    Engine {
        name: "custom-oracle-ee",
        port: 1521,
        license: "bring-your-own-license",
        username: "admin",
        versions: &["19.ru_2026q3_plant_cev1"],
        production_classes: &["db.m6i.2xlarge"],
        test_classes: &["db.m5.large"],
        logs: &[],
    },
    Engine {
        name: "sqlserver-se",
        port: 1433,
        license: "license-included",
        username: "admin",
        versions: &[
            "16.00.4215.2.v1",
            "16.00.4195.2.v1",
            "15.00.4440.1.v1",
            "14.00.3515.1.v1",
            "13.00.6470.1.v1",
        ],
        production_classes: &["db.r6i.xlarge", "db.m6i.2xlarge", "db.r5.2xlarge"],
        test_classes: &["db.m5.large", "db.t3.xlarge"],
        logs: &["agent", "error"],
    },
    Engine {
        name: "sqlserver-ee",
        port: 1433,
        license: "license-included",
        username: "admin",
        versions: &["16.00.4215.2.v1", "15.00.4440.1.v1", "14.00.3515.1.v1"],
        production_classes: &["db.r6i.4xlarge", "db.r5b.2xlarge"],
        test_classes: &["db.r5.xlarge"],
        logs: &["agent", "error"],
    },
    Engine {
        name: "sqlserver-ex",
        port: 1433,
        license: "license-included",
        username: "admin",
        versions: &["16.00.4195.2.v1", "15.00.4440.1.v1"],
        production_classes: &["db.t3.medium"],
        test_classes: &["db.t3.small", "db.t3.micro"],
        logs: &["error"],
    },
    Engine {
        name: "db2-se",
        port: 50000,
        license: "bring-your-own-license",
        username: "admin",
        versions: &["12.1.3.0.sb00072345.r1", "11.5.9.0.sb00063198.r1", "11.5.9.0.sb00049816.r1"],
        production_classes: &["db.r6i.2xlarge", "db.m6i.xlarge"],
        test_classes: &["db.t3.large"],
        logs: &["diag.log", "notify.log"],
    },
    Engine {
        name: "aurora-postgresql",
        port: 5432,
        license: "postgresql-license",
        username: "postgres",
        versions: &["17.6", "17.5", "16.10", "16.8", "15.13", "14.18", "13.22", "12.22"],
        production_classes: AURORA,
        test_classes: &["db.t4g.medium", "db.t4g.large"],
        logs: &["postgresql", "instance"],
    },
    Engine {
        name: "aurora-mysql",
        port: 3306,
        license: "general-public-license",
        username: "admin",
        versions: &[
            "8.0.mysql_aurora.3.10.1",
            "8.0.mysql_aurora.3.08.2",
            "8.0.mysql_aurora.3.04.4",
            "5.7.mysql_aurora.2.12.5",
        ],
        production_classes: AURORA,
        test_classes: &["db.t4g.medium", "db.t3.medium"],
        logs: &["audit", "error", "slowquery"],
    },
    Engine {
        name: "docdb",
        port: 27017,
        license: "na",
        username: "docdbadmin",
        versions: &["5.0.0", "4.0.0"],
        production_classes: &["db.r6g.large", "db.r6g.xlarge"],
        test_classes: &["db.t4g.medium"],
        logs: &["audit", "profiler"],
    },
    Engine {
        name: "neptune",
        port: 8182,
        license: "amazon-license",
        username: "admin",
        versions: &["1.4.5.1", "1.3.4.0"],
        production_classes: &["db.r6g.xlarge"],
        test_classes: &["db.t4g.medium"],
        logs: &["audit"],
    },
];
