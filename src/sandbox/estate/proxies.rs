//! Proxies: some productive databases of MySQL, MariaDB, PostgreSQL and SQL Server have one in front.

use serde_json::{Value, json};

use super::{engine, production, resource, stands_alone, text};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::instance::master_user_secret;
use crate::sandbox::target::{Resource, Target, days_ago};

/// Two at most.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let databases = databases(target, fleet);
    databases.into_iter().map(|(of, _, family)| proxy(target, of, family)).collect()
}

/// What a database's proxy is called.
pub fn name(of: &str) -> String {
    format!("{of}-proxy")
}

/// The clusters and instances that have a proxy, with their names and families.
pub fn databases<'a>(target: &Target<'_>, fleet: &'a Fleet) -> Vec<(&'a str, &'a Resource, &'static str)> {
    if !production(target) {
        return Vec::new();
    }
    let clusters = fleet.clusters.iter().map(|cluster| (text(cluster, "DBClusterIdentifier"), cluster));
    let instances = fleet.instances.iter().filter(|instance| stands_alone(instance));
    let instances = instances.map(|instance| (text(instance, "DBInstanceIdentifier"), instance));
    clusters
        .chain(instances)
        .filter_map(|(name, database)| Some((name, database, family(engine(database).name)?)))
        .filter(|(name, _, _)| target.random(&format!("has proxy {name}")).chance(0.3))
        .take(2)
        .collect()
}

fn family(engine: &str) -> Option<&'static str> {
    match engine {
        "mysql" | "mariadb" | "aurora-mysql" => Some("MYSQL"),
        "postgres" | "aurora-postgresql" => Some("POSTGRESQL"),
        _ if engine.starts_with("sqlserver") => Some("SQLSERVER"),
        _ => None,
    }
}

fn proxy(target: &Target<'_>, of: &str, family: &str) -> Resource {
    let mut random = target.random(&format!("proxy {of}"));
    let name = name(of);
    let group = target.subnet_group();
    let subnets: Vec<&Value> =
        group["Subnets"].as_array().into_iter().flatten().map(|subnet| &subnet["SubnetIdentifier"]).collect();
    let secret = master_user_secret(target, of, &mut random)["SecretArn"].clone();
    let password = match family {
        "MYSQL" => "MYSQL_NATIVE_PASSWORD",
        "POSTGRESQL" => "POSTGRES_SCRAM_SHA_256",
        _ => "SQL_SERVER_AUTHENTICATION",
    };
    resource(json!({
        "DBProxyName": name,
        "DBProxyArn": target.arn(&format!("db-proxy:prx-0{}", random.hex(16))),
        "Status": if random.chance(0.9) { "available" } else { "modifying" },
        "EngineFamily": family,
        "VpcId": group["VpcId"],
        "VpcSecurityGroupIds": [target.security_group("proxy")[0]["VpcSecurityGroupId"]],
        "VpcSubnetIds": subnets,
        "DefaultAuthScheme": "NONE",
        "Auth": [{
            "Description": format!("The application's user of {of}"), "AuthScheme": "SECRETS", "SecretArn": secret,
            "IAMAuth": if random.chance(0.3) { "REQUIRED" } else { "DISABLED" }, "ClientPasswordAuthType": password,
        }],
        "RoleArn": target.role("rds-proxy-secrets"),
        "Endpoint": format!("{name}.proxy-{}.{}.rds.amazonaws.com", target.endpoint_part(), target.region),
        "RequireTLS": random.chance(0.8),
        "IdleClientTimeout": random.pick(&[1800, 1800, 600, 28_800]),
        "DebugLogging": random.chance(0.1),
        "CreatedDate": days_ago(random.between(200, 900), &mut random),
        "UpdatedDate": days_ago(random.between(1, 190), &mut random),
        "EndpointNetworkType": "IPV4",
        "TargetConnectionNetworkType": "IPV4",
    }))
}
