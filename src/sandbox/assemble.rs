//! From a unit to its resources: an instance with its replicas, or a cluster with its members, naming each other.

use serde_json::{Value, json};

use super::cluster::cluster;
use super::exhibits;
use super::fleet::{Fleet, Form, Unit};
use super::instance::{Database, add, class, instance, version};
use super::random::Random;
use super::target::{Resource, Target};

/// Adds a unit's resources to the fleet.
pub fn unit(target: &Target<'_>, unit: &Unit, fleet: &mut Fleet) {
    let mut random = target.random(&unit.name);
    let clustered = unit.engine.is_clustered() || unit.form == Form::MultiAzCluster;
    if clustered {
        let members = unit.form.instances() - usize::from(unit.form == Form::MultiAzCluster);
        of_cluster(target, unit, &unit.name, members, fleet, &mut random);
    } else {
        of_instance(target, unit, fleet, &mut random);
    }
}

fn of_instance(target: &Target<'_>, unit: &Unit, fleet: &mut Fleet, random: &mut Random) {
    let database = Database {
        identifier: &unit.name,
        engine: unit.engine,
        version: version(unit.engine, random),
        class: class(target, unit.engine, random),
        sid: unit.sid.as_deref(),
        cluster: None,
    };
    let mut primary = instance(target, &database, random);
    exhibits::on_instance(target, unit.form, &mut primary, random);
    match unit.form {
        Form::Replicated { replicas } => {
            let names: Vec<String> = (1..=replicas).map(|at| format!("{}-replica-{at}", unit.name)).collect();
            // Replicas can only be made of what is backed up.
            if primary["BackupRetentionPeriod"] == 0 {
                primary["BackupRetentionPeriod"] = json!(7);
            }
            primary["ReadReplicaDBInstanceIdentifiers"] = json!(names);
            for name in &names {
                let of = Database { identifier: name, ..database };
                fleet.instances.push(replica(target, &of, &unit.name, &primary, random));
            }
        }
        Form::MovingToAurora => {
            let name = format!("{}-aurora", unit.name);
            let aurora = Unit {
                name: name.clone(),
                engine: super::engines::engine("aurora-postgresql"),
                form: unit.form,
                sid: None,
            };
            primary.insert("ReadReplicaDBClusterIdentifiers".to_owned(), json!([name]));
            of_cluster(target, &aurora, &name, 1, fleet, random);
            if let Some(cluster) = fleet.clusters.last_mut() {
                add(cluster, json!({ "ReplicationSourceIdentifier": primary["DBInstanceArn"] }));
            }
        }
        _ => {}
    }
    fleet.instances.push(primary);
}

/// A read replica: mostly as its source is.
fn replica(
    target: &Target<'_>,
    database: &Database<'_>,
    source: &str,
    primary: &Resource,
    random: &mut Random,
) -> Resource {
    let mut replica = instance(target, database, random);
    for member in ["StorageEncrypted", "StorageEncryptionType", "KmsKeyId", "AllocatedStorage"] {
        match primary.get(member) {
            Some(value) => replica.insert(member.to_owned(), value.clone()),
            None => replica.remove(member),
        };
    }
    let engine = database.engine;
    let mode = engine.is_oracle().then(|| random.pick(&["open-read-only", "mounted"]));
    let broken = random.chance(0.06);
    let status = if broken {
        json!({
            "StatusType": "read replication", "Normal": false, "Status": "error",
            "Message": "Replication stopped: the source no longer has the log that the replica needs.",
        })
    } else {
        json!({ "StatusType": "read replication", "Normal": true, "Status": "replicating" })
    };
    add(
        &mut replica,
        json!({
            "ReadReplicaSourceDBInstanceIdentifier": source,
            "ReplicaMode": mode,
            "StatusInfos": [status],
            "BackupRetentionPeriod": 0,
        }),
    );
    replica.remove("LatestRestorableTime");
    replica
}

fn of_cluster(
    target: &Target<'_>,
    unit: &Unit,
    identifier: &str,
    members: usize,
    fleet: &mut Fleet,
    random: &mut Random,
) {
    let engine = unit.engine;
    let drawn = version(engine, random);
    let version = exhibits::version(unit.form).unwrap_or(drawn);
    let mut described = cluster(target, identifier, engine, version, random);
    exhibits::on_cluster(target, unit.form, &mut described, random);
    let class = match unit.form {
        Form::Serverless | Form::Express => "db.serverless",
        Form::MultiAzCluster => "db.m6gd.xlarge",
        _ => class(target, engine, random),
    };
    let mut listed: Vec<Value> = Vec::new();
    for at in 0..members {
        let name = format!("{identifier}-instance-{}", at + 1);
        let tier = if at < 2 { at as i64 } else { random.between(2, 15) };
        let database =
            Database { identifier: &name, engine, version, class, sid: None, cluster: Some(&described) };
        let mut member = instance(target, &database, random);
        add(
            &mut member,
            json!({
                "DBClusterIdentifier": identifier,
                "PromotionTier": tier,
                "AvailabilityZone": target.zone(at),
            }),
        );
        exhibits::on_member(unit.form, &described, &mut member);
        listed.push(json!({
            "DBInstanceIdentifier": name,
            "IsClusterWriter": at == 0,
            "DBClusterParameterGroupStatus": if random.chance(0.92) { "in-sync" } else { "pending-reboot" },
            "PromotionTier": tier,
        }));
        fleet.instances.push(member);
    }
    described.insert("DBClusterMembers".to_owned(), Value::Array(listed));
    if members > 1 {
        described.insert("MultiAZ".to_owned(), json!(true));
    }
    if members > 2 && engine.name.starts_with("aurora") && target.random(identifier).chance(0.6) {
        let endpoint = target.host(&format!("{identifier}-reports"), "cluster-custom-", engine);
        described.insert("CustomEndpoints".to_owned(), json!([endpoint]));
    }
    if unit.form == Form::MultiAzCluster {
        let name = format!("{identifier}-read-replica");
        let class = class.trim();
        let database = Database { identifier: &name, engine, version, class, sid: None, cluster: None };
        let mut replica = instance(target, &database, random);
        add(
            &mut replica,
            json!({ "ReadReplicaSourceDBClusterIdentifier": identifier, "BackupRetentionPeriod": 0 }),
        );
        replica.remove("LatestRestorableTime");
        described.insert("ReadReplicaIdentifiers".to_owned(), json!([replica["DBInstanceArn"]]));
        fleet.instances.push(replica);
    }
    fleet.clusters.push(described);
}
