//! Zero-ETL integrations: some productive Aurora clusters feed a data warehouse.

use serde_json::{Value, json};

use super::{production, resource, text};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::target::{Resource, Target, days_ago};

/// One at most.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let mut random = target.random("integration");
    let aurora = |cluster: &&Resource| {
        text(cluster, "Engine").starts_with("aurora") && text(cluster, "Status") == "available"
    };
    let source = fleet.clusters.iter().find(aurora).filter(|_| production(target) && random.chance(0.4));
    let Some(source) = source else { return Vec::new() };
    let (region, account) = (target.region, &target.account.id);
    let failed = random.chance(0.2);
    let errors = json!([{
        "ErrorCode": "INSUFFICIENT_PRIVILEGES",
        "ErrorMessage": "The resource policy of the target does not authorize the source.",
    }]);
    let database = source.get("DatabaseName").and_then(Value::as_str).unwrap_or("app");
    vec![resource(json!({
        "SourceArn": text(source, "DBClusterArn"),
        "TargetArn": format!("arn:aws:redshift-serverless:{region}:{account}:namespace/{}", random.uuid()),
        "IntegrationName": format!("{}-to-warehouse", text(source, "DBClusterIdentifier")),
        "IntegrationArn": target.arn(&format!("integration:{}", random.uuid())),
        "KMSKeyId": target.key("integrations"),
        "AdditionalEncryptionContext": { "department": target.account.line.application },
        "Status": if failed { "needs_attention" } else { "active" },
        "Tags": source.get("TagList"),
        "DataFilter": format!("include: {database}.*.*"),
        "Description": "Nightly reports read from the warehouse, not from the database",
        "CreateTime": days_ago(random.between(30, 300), &mut random),
        "Errors": if failed { errors } else { json!([]) },
    }))]
}
