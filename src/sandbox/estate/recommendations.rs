//! Recommendations: what RDS finds to improve, each true of the instance that it names.

use serde_json::{Value, json};

use super::{engine, engine_versions, number, production, resource, stands_alone, text};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::target::{Resource, Target, days_ago};

/// A thing that RDS looks for.
struct Finding {
    sort: &'static str,
    severity: &'static str,
    category: &'static str,
    detection: &'static str,
    recommendation: &'static str,
    impact: &'static str,
    /// The operation that would put it right, and what it would be asked beside the identifier.
    operation: &'static str,
    parameter: (&'static str, &'static str),
}

const NO_BACKUPS: Finding = Finding {
    sort: "config_recommendation::automated_backups_off",
    severity: "medium",
    category: "reliability",
    detection: "Your DB instance doesn't have automated backups enabled",
    recommendation: "Turn on automated backups",
    impact: "Point-in-time recovery isn't possible",
    operation: "modifydbinstance",
    parameter: ("BackupRetentionPeriod", "7"),
};

const OLD_MINOR_VERSION: Finding = Finding {
    sort: "config_recommendation::old_minor_version",
    severity: "low",
    category: "security",
    detection: "Your DB instance isn't running the latest minor engine version",
    recommendation: "Upgrade to the latest engine version",
    impact: "Known bugs and security risks",
    operation: "modifydbinstance",
    parameter: ("ApplyImmediately", "false"),
};

const ONE_ZONE: Finding = Finding {
    sort: "config_recommendation::multi_az_off",
    severity: "medium",
    category: "reliability",
    detection: "Your DB instance isn't a Multi-AZ deployment",
    recommendation: "Set up Multi-AZ for the impacted DB instances",
    impact: "Availability at risk",
    operation: "modifydbinstance",
    parameter: ("MultiAZ", "true"),
};

const MAGNETIC: Finding = Finding {
    sort: "config_recommendation::magnetic_volume",
    severity: "medium",
    category: "performance efficiency",
    detection: "Your DB instance is using magnetic storage",
    recommendation: "Choose a different storage type",
    impact: "Slow storage",
    operation: "modifydbinstance",
    parameter: ("StorageType", "gp3"),
};

const NO_MONITORING: Finding = Finding {
    sort: "config_recommendation::enhanced_monitoring_off",
    severity: "low",
    category: "operational excellence",
    detection: "Your DB instance doesn't have Enhanced Monitoring turned on",
    recommendation: "Turn on Enhanced Monitoring",
    impact: "Reduced operational visibility",
    operation: "modifydbinstance",
    parameter: ("MonitoringInterval", "60"),
};

/// Some of what could be found.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let mut found = Vec::new();
    for instance in &fleet.instances {
        let alone = stands_alone(instance);
        let replica = instance.contains_key("ReadReplicaSourceDBInstanceIdentifier")
            || instance.contains_key("ReadReplicaSourceDBClusterIdentifier");
        let old = engine_versions::newest_minor(engine(instance), text(instance, "EngineVersion")).is_some();
        let candidates = [
            (alone && !replica && number(instance, "BackupRetentionPeriod") == 0, &NO_BACKUPS),
            (old, &OLD_MINOR_VERSION),
            (alone && production(target) && instance.get("MultiAZ") == Some(&json!(false)), &ONE_ZONE),
            (text(instance, "StorageType") == "standard", &MAGNETIC),
            (number(instance, "MonitoringInterval") == 0, &NO_MONITORING),
        ];
        for finding in candidates.into_iter().filter_map(|(is_so, finding)| is_so.then_some(finding)) {
            let mut random =
                target.random(&format!("{} {}", finding.sort, text(instance, "DBInstanceIdentifier")));
            if random.chance(0.35) {
                found.push(recommendation(target, instance, finding));
            }
        }
    }
    found
}

fn recommendation(target: &Target<'_>, instance: &Resource, finding: &Finding) -> Resource {
    let identifier = text(instance, "DBInstanceIdentifier");
    let random = &mut target.random(&format!("recommendation {} {identifier}", finding.sort));
    let (status, action) = random.pick(&[
        ("active", "ready"),
        ("active", "ready"),
        ("active", "ready"),
        ("dismissed", "ready"),
        ("pending", "scheduled"),
    ]);
    let created = random.between(20, 200);
    let (key, value) = finding.parameter;
    let parameters: Vec<Value> = [("DBInstanceIdentifier", identifier), (key, value)]
        .iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect();
    resource(json!({
        "RecommendationId": random.uuid(),
        "TypeId": finding.sort,
        "Severity": finding.severity,
        "ResourceArn": text(instance, "DBInstanceArn"),
        "Status": status,
        "CreatedTime": days_ago(created, random),
        "UpdatedTime": days_ago(random.between(1, 19), random),
        "Detection": format!("**[resource-name]** {}", finding.detection.replacen("Your DB instance ", "", 1)),
        "Recommendation": finding.recommendation,
        "Description": finding.detection,
        "Reason": format!("Detected for {identifier}"),
        "RecommendedActions": [{
            "ActionId": random.uuid(), "Title": finding.recommendation, "Description": finding.detection,
            "Operation": finding.operation, "Parameters": parameters,
            "ApplyModes": ["immediately", "next-maintenance-window"], "Status": action,
        }],
        "Category": finding.category,
        "Source": "RDS",
        "TypeDetection": finding.detection,
        "TypeRecommendation": finding.recommendation,
        "Impact": finding.impact,
        "AdditionalInfo": "The change needs a short maintenance of the database.",
        "Links": [{
            "Text": "Viewing and responding to Amazon RDS recommendations",
            "Url": "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/monitoring-recommendations.html",
        }],
    }))
}
