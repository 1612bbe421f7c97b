//! Event subscriptions: whom RDS tells, through which topic, of what.

use serde_json::{Value, json};

use super::{production, resource};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::target::{Resource, Target};

/// One of the account's team, and where it is productive one more of the company's operations.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    if fleet.instances.is_empty() {
        return Vec::new();
    }
    let application = target.account.line.application;
    let mut random = target.random("event subscriptions");
    let broken = random.chance(0.08);
    let mut subscriptions = Vec::new();
    if random.chance(0.7) {
        let name = format!("{application}-{}-databases", target.account.line.environment);
        let status = if broken { "topic-not-exist" } else { "active" };
        let categories = json!(["availability", "failover", "failure", "low storage", "maintenance"]);
        subscriptions.push(subscription(target, &name, status, Some("db-instance"), categories, &json!([])));
    }
    if production(target) {
        let clusters: Vec<&Value> =
            fleet.clusters.iter().filter_map(|cluster| cluster.get("DBClusterIdentifier")).take(3).collect();
        if !clusters.is_empty() {
            let categories = json!(["failover", "failure", "global-failover"]);
            let name = format!("{application}-clusters-on-call");
            let source = Some("db-cluster");
            subscriptions.push(subscription(target, &name, "active", source, categories, &json!(clusters)));
        }
        let name = "operations-all-events";
        subscriptions.push(subscription(target, name, "active", None, json!([]), &json!([])));
    }
    subscriptions
}

fn subscription(
    target: &Target<'_>,
    name: &str,
    status: &str,
    source: Option<&str>,
    categories: Value,
    sources: &Value,
) -> Resource {
    let mut random = target.random(&format!("subscription {name}"));
    let (region, account) = (target.region, &target.account.id);
    let (year, month, day) = (random.between(2021, 2025), random.between(1, 12), random.between(1, 28));
    resource(json!({
        "CustomerAwsId": account,
        "CustSubscriptionId": name,
        "SnsTopicArn": format!("arn:aws:sns:{region}:{account}:database-events"),
        "Status": status,
        // Not a timestamp in AWS's model, but text.
        "SubscriptionCreationTime": format!("{year}-{month:02}-{day:02} 08:14:{:02}.{}", day, 100 + day),
        "SourceType": source,
        "SourceIdsList": sources,
        "EventCategoriesList": categories,
        "Enabled": status == "active",
        "EventSubscriptionArn": target.arn(&format!("es:{name}")),
    }))
}
