//! The engine family of each database, as AWS says it: of the parameter group in use, or of the engine version where the
//! store has the engine versions. It is never made of the engine and its version, which AWS joins in a way of its own for
//! each engine: `postgres16`, `mysql8.0`, `oracle-ee-19`, `sqlserver-se-15.0`, `neptune1.3`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::compare::Database;
use super::gather::{Chosen, Time, cluster_parameter_group, is_cluster, parameter_groups, place};
use crate::inventory::{AccountRegion, Record, Records, Which};
use crate::rds::kind;

/// What was read of groups and engine versions.
#[derive(Debug, Default)]
pub struct Families {
    of_groups: HashMap<(&'static str, AccountRegion, Time, String), String>,
    of_versions: HashMap<(String, String), String>,
}

const FAMILY: &str = "DBParameterGroupFamily";

/// The groups in use by which a database's family is known: its own first, then its cluster's. Each is the name of its kind
/// and its own.
fn groups(chosen: &Chosen, cluster: Option<&Record>) -> Vec<(&'static str, String)> {
    let own = if is_cluster(&chosen.record) { Vec::new() } else { parameter_groups(&chosen.record) };
    let of_cluster = cluster_parameter_group(cluster.unwrap_or(&chosen.record));
    let own = own.into_iter().map(|name| (OF_INSTANCES, name));
    own.chain(of_cluster.map(|name| (OF_CLUSTERS, name))).filter(|(_, name)| !name.is_empty()).collect()
}

const OF_INSTANCES: &str = "db-parameter-groups";
const OF_CLUSTERS: &str = "db-cluster-parameter-groups";

/// The family that the name of a group tells: nobody but AWS can make one whose name has a point in it.
fn of_default(name: &str) -> Option<&str> {
    name.strip_prefix("default.").filter(|family| !family.is_empty())
}

/// The kind whose rows say the family of a database's group, where its name does not. An instance without a group of its
/// own has its cluster's.
pub fn needed(chosen: &Chosen) -> Option<&'static str> {
    match groups(chosen, None).first() {
        Some((_, name)) if of_default(name).is_some() => None,
        Some((kind, _)) => Some(kind),
        None => (!chosen.record.text("DBClusterIdentifier").is_empty()).then_some(OF_CLUSTERS),
    }
}

impl Families {
    /// `cluster_of` finds the cluster of an instance.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn of<'a>(
        records: &Records,
        chosen: &'a [Chosen],
        cluster_of: impl Fn(&Chosen) -> Option<&'a Record>,
    ) -> rusqlite::Result<Families> {
        let mut families = Families::default();
        let mut wanted: BTreeMap<(&str, AccountRegion, Time), BTreeSet<String>> = BTreeMap::new();
        for chosen in chosen {
            for (kind, name) in groups(chosen, cluster_of(chosen)) {
                wanted.entry((kind, place(&chosen.record), chosen.at)).or_default().insert(name);
            }
        }
        for ((name, place, at), names) in wanted {
            let Some(kind) = kind(name) else { continue };
            let names: Vec<String> = names.into_iter().collect();
            let which = Which::Of { place: &place, member: kind.identifier, values: &names };
            for record in records.of(kind, &which, at)? {
                let key = (kind.name, place.clone(), at, record.text(kind.identifier));
                families.of_groups.insert(key, record.text(FAMILY));
            }
        }
        let unknown = chosen.iter().filter(|chosen| families.of_group(chosen, cluster_of(chosen)).is_none());
        let versions: BTreeSet<String> = unknown.map(|chosen| chosen.record.text("EngineVersion")).collect();
        families.fetch_versions(records, versions)?;
        Ok(families)
    }

    fn fetch_versions(&mut self, records: &Records, versions: BTreeSet<String>) -> rusqlite::Result<()> {
        let Some(kind) = kind("db-engine-versions") else { return Ok(()) };
        for version in versions.into_iter().filter(|version| !version.is_empty()) {
            let which = Which::Anywhere { member: "EngineVersion", value: &version };
            let is_wanted = |column: &str| ["Engine", "EngineVersion", FAMILY].contains(&column);
            for record in records.with(kind, &which, None, is_wanted)? {
                let key = (record.text("Engine"), record.text("EngineVersion"));
                self.of_versions.insert(key, record.text(FAMILY));
            }
        }
        Ok(())
    }

    /// The family of the first group in use whose family is known.
    fn of_group(&self, chosen: &Chosen, cluster: Option<&Record>) -> Option<String> {
        let family = |(kind, name): (&'static str, String)| {
            let of_default = of_default(&name).map(str::to_owned);
            let key = (kind, place(&chosen.record), chosen.at, name);
            self.of_groups.get(&key).filter(|family| !family.is_empty()).cloned().or(of_default)
        };
        groups(chosen, cluster).into_iter().find_map(family)
    }

    /// The family of a database; empty where AWS has not told it.
    pub fn of_database(&self, chosen: &Chosen, cluster: Option<&Record>) -> String {
        let of_version = || {
            let key = (chosen.record.text("Engine"), chosen.record.text("EngineVersion"));
            self.of_versions.get(&key).cloned()
        };
        self.of_group(chosen, cluster).or_else(of_version).unwrap_or_default()
    }
}

/// Whether two databases are of one family. Where that of one is not known, they are if they are of one engine and version.
pub fn is_same(one: &Database, other: &Database) -> bool {
    if one.family.is_empty() || other.family.is_empty() {
        return one.engine == other.engine && one.version == other.version && !one.version.is_empty();
    }
    one.family.eq_ignore_ascii_case(&other.family) || is_as_before(one, other) || is_as_before(other, one)
}

/// Whether a baseline calls the family of a database as baselines did before they said AWS's names: the engine with the
/// first parts of its version, such as `oracle-ee19` and `docdb5`.
fn is_as_before(baseline: &Database, database: &Database) -> bool {
    let parts = if database.engine.contains("mysql") || database.engine == "mariadb" { 2 } else { 1 };
    let major: Vec<&str> = database.version.split('.').take(parts).collect();
    baseline.is_baseline() && baseline.family == format!("{}{}", database.engine, major.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(family: &str, engine: &str, version: &str) -> Database {
        Database {
            family: family.to_owned(),
            engine: engine.to_owned(),
            version: version.to_owned(),
            ..Database::default()
        }
    }

    #[test]
    fn databases_are_of_one_family_where_aws_says_so_or_where_nothing_else_is_possible() {
        for (one, other, expected) in [
            (of("postgres16", "postgres", "16.8"), of("postgres16", "postgres", "16.10"), true),
            (of("postgres16", "postgres", "16.8"), of("Postgres16", "postgres", "16.8"), true),
            (of("neptune1.2", "neptune", "1.2.1.0"), of("neptune1.3", "neptune", "1.3.2.1"), false),
            (of("", "postgres", "16.8"), of("postgres16", "postgres", "16.8"), true),
            (of("", "postgres", "16.8"), of("postgres16", "postgres", "16.10"), false),
            (of("", "postgres", "16.8"), of("", "postgres", "16.8"), true),
            (of("", "mysql", "8.0"), of("", "mariadb", "8.0"), false),
            // A baseline of which nothing is known has no version.
            (of("", "postgres", ""), of("", "postgres", ""), false),
        ] {
            assert_eq!(is_same(&one, &other), expected, "{one:?} and {other:?}");
            assert_eq!(is_same(&other, &one), expected, "{other:?} and {one:?}");
        }
    }

    #[test]
    fn a_baseline_that_says_an_earlier_name_stays_of_its_family() {
        for (family, database, expected) in [
            ("oracle-ee19", of("oracle-ee-19", "oracle-ee", "19.0.0.0.ru-2026-07.rur-2026-07.r1"), true),
            ("sqlserver-se15", of("sqlserver-se-15.0", "sqlserver-se", "15.00.4430.1.v1"), true),
            ("docdb5", of("docdb5.0", "docdb", "5.0.0"), true),
            ("postgres16", of("postgres16", "postgres", "16.8"), true),
            ("oracle-ee19", of("oracle-ee-21", "oracle-ee", "21.0.0.0"), false),
            ("mysql8", of("mysql8.0", "mysql", "8.0.43"), false),
        ] {
            let baseline = of(family, "", "");
            let database = Database { kind: "db-instances", ..database };
            assert_eq!(is_same(&baseline, &database), expected, "{family}");
            // A database is called as AWS calls it.
            let other = Database { kind: "db-instances", ..baseline };
            assert_eq!(is_same(&other, &database), family == "postgres16", "{family}");
        }
    }

    #[test]
    fn only_aws_own_groups_have_the_family_in_their_names() {
        assert_eq!(of_default("default.sqlserver-se-15.0"), Some("sqlserver-se-15.0"));
        assert_eq!(of_default("default.neptune1.3"), Some("neptune1.3"));
        for name in ["own", "default", "default.", "default-postgres16", "default:mysql-8-0", ""] {
            assert_eq!(of_default(name), None, "{name}");
        }
    }
}
