//! Reserved DB instances: what productive accounts paid for in advance, for classes that they run.

use serde_json::json;

use super::{engine, production, resource, text};
use crate::sandbox::engines::Engine;
use crate::sandbox::fleet::Fleet;
use crate::sandbox::target::{Resource, Target, days_ago};

const YEAR: i64 = 31_536_000;

/// Two reservations at most.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let reservable = |instance: &&Resource| {
        !text(instance, "DBInstanceClass").ends_with("serverless")
            && !engine(instance).name.starts_with("custom")
    };
    let mut random = target.random("reserved instances");
    if !production(target) || !random.chance(0.6) {
        return Vec::new();
    }
    let count = random.between(1, 2) as usize;
    fleet
        .instances
        .iter()
        .filter(reservable)
        .take(count)
        .enumerate()
        .map(|(at, instance)| reservation(target, instance, at))
        .collect()
}

fn reservation(target: &Target<'_>, instance: &Resource, at: usize) -> Resource {
    let mut random = target.random(&format!("reservation {at}"));
    let years = random.pick(&[1, 1, 3]);
    let age = random.between(30, 360 * years + 60);
    let start = days_ago(age, &mut random);
    let name = name(start.as_str().unwrap_or_default());
    let all_upfront = random.chance(0.3);
    let class = text(instance, "DBInstanceClass");
    let hourly = (random.between(80, 2400) as f64) / 1000.0;
    let charges = if all_upfront {
        json!([])
    } else {
        json!([{ "RecurringChargeAmount": hourly, "RecurringChargeFrequency": "Hourly" }])
    };
    resource(json!({
        "ReservedDBInstanceId": name,
        "ReservedDBInstancesOfferingId": random.uuid(),
        "DBInstanceClass": class,
        "StartTime": start,
        "Duration": YEAR * years,
        "FixedPrice": if all_upfront { (hourly * 8760.0 * years as f64).round() } else { 0.0 },
        "UsagePrice": 0.0,
        "CurrencyCode": "USD",
        "DBInstanceCount": random.between(1, 4),
        "ProductDescription": product(engine(instance), text(instance, "LicenseModel")),
        "OfferingType": if all_upfront { "All Upfront" } else { "No Upfront" },
        "MultiAZ": instance.get("MultiAZ"),
        "State": if age > 365 * years { "retired" } else { "active" },
        "RecurringCharges": charges,
        "ReservedDBInstanceArn": target.arn(&format!("ri:{name}")),
        "LeaseId": random.uuid(),
    }))
}

/// The name that AWS gives to a reservation to which nobody gives one: when it was bought.
fn name(start: &str) -> String {
    format!("ri-{}", start.trim_end_matches('Z').replace(['T', ':', '.'], "-"))
}

fn product(engine: &Engine, license: &str) -> String {
    let suffix = match license {
        "bring-your-own-license" => " (byol)",
        "license-included" => " (li)",
        _ => "",
    };
    let name = match engine.name {
        "postgres" => "postgresql",
        name => name,
    };
    format!("{name}{suffix}")
}
