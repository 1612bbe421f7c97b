//! Tenant databases: the pluggable databases of Oracle instances in the multi-tenant configuration.

use serde_json::{Value, json};

use super::{resource, text};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::instance::master_user_secret;
use crate::sandbox::target::{Resource, Target, days_ago};

/// The initial one of each instance, named as the instance's database, and up to two more.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let multi = |instance: &&Resource| instance.get("MultiTenant") == Some(&Value::Bool(true));
    let mut tenants = Vec::new();
    for instance in fleet.instances.iter().filter(multi) {
        let random = &mut target.random(&format!("tenants {}", text(instance, "DBInstanceIdentifier")));
        let first = text(instance, "DBName");
        let more = ["PAY", "TIME"].into_iter().take(random.between(0, 2) as usize);
        for name in std::iter::once(first.to_owned()).chain(more.map(|short| format!("{first}{short}"))) {
            tenants.push(tenant(target, instance, &name));
        }
    }
    tenants
}

fn tenant(target: &Target<'_>, instance: &Resource, name: &str) -> Resource {
    let identifier = text(instance, "DBInstanceIdentifier");
    let initial = text(instance, "DBName") == name;
    let random = &mut target.random(&format!("tenant {identifier} {name}"));
    let id = format!("tdb-{}", random.text(b"abcdefghijklmnopqrstuvwxyz234567", 26));
    let created = if initial {
        instance.get("InstanceCreateTime").cloned().unwrap_or_default()
    } else {
        days_ago(random.between(2, 19), random)
    };
    resource(json!({
        "TenantDatabaseCreateTime": created,
        "DBInstanceIdentifier": identifier,
        "TenantDBName": name,
        "Status": "available",
        "MasterUsername": text(instance, "MasterUsername"),
        "DbiResourceId": text(instance, "DbiResourceId"),
        "TenantDatabaseResourceId": id,
        "TenantDatabaseARN": target.arn(&format!("tenant-database:{id}")),
        "CharacterSetName": instance.get("CharacterSetName"),
        "NcharCharacterSetName": instance.get("NcharCharacterSetName"),
        "DeletionProtection": instance.get("DeletionProtection"),
        "PendingModifiedValues": {},
        "MasterUserSecret": random.chance(0.3).then(|| master_user_secret(target, name, random)),
        "TagList": instance.get("TagList"),
    }))
}
