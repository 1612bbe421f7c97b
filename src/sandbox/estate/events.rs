//! The events of the last fourteen days, oldest first, in the sentences that RDS writes. Each names a source that exists.

use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::{clock, number, parameter_groups, resource, snapshots, stands_alone, text};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::random::Random;
use crate::sandbox::target::{NOW, Resource, Target, moment};

/// The furthest that RDS goes back, whatever `Duration` asks for.
const DAYS: i64 = 14;
/// RDS starts what is stopped again after seven days.
const STOPPED_FOR: Duration = Duration::hours(6 * 24 + 5);

/// Events with the moments by which they are sorted.
#[derive(Default)]
struct Log(Vec<(OffsetDateTime, Resource)>);

/// What an event is about.
struct Source<'a> {
    identifier: &'a str,
    sort: &'static str,
    arn: &'a str,
}

impl Log {
    fn tell(&mut self, source: &Source<'_>, at: OffsetDateTime, categories: &[&str], message: &str) {
        if at > NOW - Duration::days(DAYS) && at <= NOW {
            let event = resource(json!({
                "SourceIdentifier": source.identifier,
                "SourceType": source.sort,
                "Message": message,
                "EventCategories": categories,
                "Date": moment(at),
                "SourceArn": source.arn,
            }));
            self.0.push((at, event));
        }
    }
}

/// All events.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let mut log = Log::default();
    for instance in &fleet.instances {
        of_instance(target, instance, &mut log);
    }
    for cluster in &fleet.clusters {
        of_cluster(target, cluster, &mut log);
    }
    of_snapshots(target, fleet, &mut log);
    for group in parameter_groups::of_instances(target, fleet) {
        of_parameter_group(target, &group, &mut log);
    }
    log.0.sort_by_key(|(at, _)| *at);
    log.0.into_iter().map(|(_, event)| event).collect()
}

fn some_time(random: &mut Random) -> OffsetDateTime {
    NOW - Duration::minutes(random.between(60, DAYS * 1440 - 60))
        - Duration::milliseconds(random.between(0, 59_999))
}

fn of_instance(target: &Target<'_>, instance: &Resource, log: &mut Log) {
    let identifier = text(instance, "DBInstanceIdentifier");
    let source = Source { identifier, sort: "db-instance", arn: text(instance, "DBInstanceArn") };
    let random = &mut target.random(&format!("events {identifier}"));
    let status = text(instance, "DBInstanceStatus");
    if stands_alone(instance) && number(instance, "BackupRetentionPeriod") > 0 && status != "creating" {
        let since = if status == "stopped" { STOPPED_FOR.whole_days() + 1 } else { 0 };
        for night in since..DAYS {
            let begun = clock::night(text(instance, "PreferredBackupWindow"), night)
                + Duration::milliseconds(random.between(0, 300_000));
            log.tell(&source, begun, &["backup"], "Backing up DB instance");
            let over = begun + Duration::milliseconds(random.between(60_000, 900_000));
            log.tell(&source, over, &["backup"], "Finished DB Instance backup");
        }
    }
    let at = some_time(random);
    let later = at + Duration::seconds(random.between(40, 600));
    let pair = |log: &mut Log, categories: &[&str], first: &str, last: &str| {
        log.tell(&source, at, categories, first);
        log.tell(&source, later, categories, last);
    };
    match random.below(14) {
        0 if instance.get("MultiAZ") == Some(&json!(true)) => {
            pair(
                log,
                &["failover"],
                "Multi-AZ instance failover started.",
                "Multi-AZ instance failover completed",
            );
            let restarted = at + Duration::seconds(31);
            log.tell(&source, restarted, &["availability"], "DB instance restarted");
        }
        1 => pair(log, &["availability"], "DB instance shutdown", "DB instance restarted"),
        2 => pair(
            log,
            &["maintenance"],
            "Applying off-line patches to DB instance",
            "Finished applying off-line patches to DB instance",
        ),
        3 => pair(
            log,
            &["configuration change"],
            "Applying modification to database instance class",
            "Finished applying modification to DB instance class",
        ),
        4 if stands_alone(instance) => pair(
            log,
            &["configuration change"],
            "Applying modification to allocated storage",
            "Finished applying modification to allocated storage",
        ),
        5 => log.tell(&source, at, &["configuration change"], "Reset master credentials"),
        6 => log.tell(&source, at, &["configuration change"], "Finished updating DB parameter group"),
        7 => pair(
            log,
            &["recovery"],
            "Recovery of the DB instance has started. Recovery time will vary with the amount of data to be recovered.",
            "Recovery of the DB instance is complete.",
        ),
        _ => {}
    }
    of_state(instance, status, &source, at, log);
}

/// What led to the state in which an instance is.
fn of_state(instance: &Resource, status: &str, source: &Source<'_>, at: OffsetDateTime, log: &mut Log) {
    if status == "storage-full" {
        let size = number(instance, "AllocatedStorage") as f64;
        let low = format!(
            "The free storage capacity for DB Instance: {} is low at 4% of the provisioned storage [Provisioned Storage: \
             {size:.2} GB, Free Storage: {:.2} GB]. You may want to increase the provisioned storage to address this issue.",
            source.identifier,
            size * 0.04
        );
        let full = "Allocated storage has been exhausted. Allocate additional storage to resolve.";
        log.tell(source, NOW - Duration::hours(31), &["low storage"], &low);
        log.tell(source, NOW - Duration::hours(2), &["low storage"], full);
    }
    if status == "stopped" {
        log.tell(source, NOW - STOPPED_FOR, &["notification"], "DB instance stopped");
    }
    let broken = instance
        .get("StatusInfos")
        .and_then(|infos| infos.as_array())
        .is_some_and(|infos| infos.iter().any(|info| info["Normal"] == false));
    if broken {
        log.tell(source, at, &["read replica"], "Replication has stopped.");
    }
}

fn of_cluster(target: &Target<'_>, cluster: &Resource, log: &mut Log) {
    let identifier = text(cluster, "DBClusterIdentifier");
    let source = Source { identifier, sort: "db-cluster", arn: text(cluster, "DBClusterArn") };
    let random = &mut target.random(&format!("events {}", source.arn));
    let members = cluster.get("DBClusterMembers").and_then(|members| members.as_array());
    let writer = members.into_iter().flatten().find(|member| member["IsClusterWriter"] == true);
    let at = some_time(random);
    if let Some(writer) = writer.filter(|_| members.is_some_and(|all| all.len() > 1) && random.chance(0.2)) {
        let writer = writer["DBInstanceIdentifier"].as_str().unwrap_or_default();
        let started = format!("Started cross AZ failover to DB instance: {writer}");
        log.tell(&source, at, &["failover"], &started);
        let completed = format!("Completed failover to DB instance: {writer}");
        log.tell(&source, at + Duration::seconds(28), &["failover"], &completed);
    }
    if random.chance(0.15) {
        let available = "The DB cluster has a DB engine minor version upgrade available.";
        log.tell(&source, at - Duration::hours(5), &["maintenance"], available);
    }
    if text(cluster, "Status") == "stopped" {
        log.tell(&source, NOW - STOPPED_FOR, &["notification"], "DB cluster stopped");
    }
}

/// What was said when the snapshots of these days were taken.
fn of_snapshots(target: &Target<'_>, fleet: &Fleet, log: &mut Log) {
    for snapshot in snapshots::of_instances(target, fleet) {
        let manual = text(&snapshot, "SnapshotType") == "manual";
        let source = Source {
            identifier: text(&snapshot, "DBSnapshotIdentifier"),
            sort: "db-snapshot",
            arn: text(&snapshot, "DBSnapshotArn"),
        };
        let (begun, over) = if manual {
            ("Creating manual snapshot", "Manual snapshot created")
        } else {
            ("Creating automated snapshot", "Automated snapshot created")
        };
        taken(&snapshot, &source, &["creation"], begun, over, log);
    }
    for snapshot in snapshots::of_clusters(target, fleet) {
        let source = Source {
            identifier: text(&snapshot, "DBClusterSnapshotIdentifier"),
            sort: "db-cluster-snapshot",
            arn: text(&snapshot, "DBClusterSnapshotArn"),
        };
        let (begun, over) = if text(&snapshot, "SnapshotType") == "manual" {
            ("Creating manual cluster snapshot", "Manual cluster snapshot created")
        } else {
            ("Creating automated cluster snapshot", "Automated cluster snapshot created")
        };
        taken(&snapshot, &source, &["backup"], begun, over, log);
    }
}

fn taken(
    snapshot: &Resource,
    source: &Source<'_>,
    categories: &[&str],
    begun: &str,
    over: &str,
    log: &mut Log,
) {
    let format = &time::format_description::well_known::Rfc3339;
    let Ok(at) = OffsetDateTime::parse(text(snapshot, "SnapshotCreateTime"), format) else { return };
    log.tell(source, at, categories, begun);
    if text(snapshot, "Status") == "available" {
        log.tell(source, at + Duration::seconds(74), categories, over);
    }
}

fn of_parameter_group(target: &Target<'_>, group: &Resource, log: &mut Log) {
    let identifier = text(group, "DBParameterGroupName");
    let random = &mut target.random(&format!("events of parameter group {identifier}"));
    if identifier.starts_with("default.") || !random.chance(0.3) {
        return;
    }
    let source = Source { identifier, sort: "db-parameter-group", arn: text(group, "DBParameterGroupArn") };
    let message = random.pick(&[
        "Updated parameter max_connections to 500 with apply method pending-reboot",
        "Updated parameter log_min_duration_statement to 2000 with apply method immediate",
        "Updated parameter open_cursors to 1000 with apply method immediate",
    ]);
    log.tell(&source, some_time(random), &["configuration change"], message);
}
