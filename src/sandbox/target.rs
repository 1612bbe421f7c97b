//! One account in one region, and what its databases share there: ARNs, keys, network, endpoints, dates and tags.

use serde_json::{Map, Value, json};
use time::format_description::FormatItem;
use time::macros::{datetime, format_description};
use time::{Duration, OffsetDateTime};

use super::company::Account;
use super::engines::Engine;
use super::random::Random;

/// The time at which the fleet is as it is shown: fixed, so that screenshots and tests stay the same.
pub const NOW: OffsetDateTime = datetime!(2026-11-01 09:00 UTC);

const TIMESTAMP: &[FormatItem<'static>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// A resource's members by name.
pub type Resource = Map<String, Value>;

/// One account in one region.
pub struct Target<'a> {
    pub account: &'a Account,
    pub region: &'a str,
    pub seed: u64,
}

impl Target<'_> {
    /// The numbers that belong to something here.
    pub fn random(&self, what: &str) -> Random {
        Random::new(self.seed, &[&self.account.id, self.region, what])
    }

    /// An ARN of RDS, such as that of `db:hr-prod`.
    pub fn arn(&self, rest: &str) -> String {
        format!("arn:aws:rds:{}:{}:{rest}", self.region, self.account.id)
    }

    /// The ARN of a key of this account, one a purpose.
    pub fn key(&self, purpose: &str) -> String {
        let id = self.random(purpose).uuid();
        format!("arn:aws:kms:{}:{}:key/{id}", self.region, self.account.id)
    }

    /// The ARN of a role of this account.
    pub fn role(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:role/{name}", self.account.id)
    }

    /// An availability zone of the region, such as `eu-central-1b`.
    pub fn zone(&self, at: usize) -> String {
        format!("{}{}", self.region, ["a", "b", "c"][at % 3])
    }

    /// The part that all endpoints of an account in a region have in common.
    pub fn endpoint_part(&self) -> String {
        let mut random = self.random("endpoint");
        format!("c{}", random.text(b"abcdefghijklmnopqrstuvwxyz0123456789", 8))
    }

    /// The host name of an instance, or of a cluster where `between` is `cluster-` or `cluster-ro-`.
    pub fn host(&self, identifier: &str, between: &str, engine: &Engine) -> String {
        let (part, region, domain) = (self.endpoint_part(), self.region, engine.domain());
        format!("{identifier}.{between}{part}.{region}.{domain}.amazonaws.com")
    }

    /// The hosted zone of the region's endpoints.
    pub fn hosted_zone(&self) -> String {
        match self.region {
            "eu-central-1" => "Z1RLNUO7B9Q6NB".to_owned(),
            "us-east-1" => "Z2R2ITUGPM61AM".to_owned(),
            "ap-southeast-2" => "Z32T0VRHXEXS0V".to_owned(),
            region => {
                format!("Z{}", Random::new(0, &[region]).text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 13))
            }
        }
    }

    /// The security group of a purpose.
    pub fn security_group(&self, purpose: &str) -> Value {
        let id = self.random(&format!("security group {purpose}")).hex(16);
        json!([{ "VpcSecurityGroupId": format!("sg-0{id}"), "Status": "active" }])
    }

    /// The name of the subnet group in which databases of this account lie.
    pub fn subnet_group_name(&self) -> String {
        format!("{}-{}-db-subnets", self.account.line.application, self.account.line.environment)
    }

    /// The name of the account's own parameter group of a family.
    pub fn parameter_group_name(&self, family: &str) -> String {
        format!("{}-{}", self.account.line.application, family.replace('.', "-"))
    }

    /// The subnet group with its subnets, in which databases may have addresses of both kinds.
    pub fn subnet_group(&self) -> Value {
        let mut random = self.random("subnet group");
        let vpc = random.hex(16);
        let subnets: Vec<Value> = (0..3)
            .map(|at| {
                json!({
                    "SubnetIdentifier": format!("subnet-0{}", random.hex(16)),
                    "SubnetAvailabilityZone": { "Name": self.zone(at) },
                    "SubnetOutpost": {},
                    "SubnetStatus": "Active",
                })
            })
            .collect();
        json!({
            "DBSubnetGroupName": self.subnet_group_name(),
            "DBSubnetGroupDescription": format!("Private database subnets of {}", self.account.name),
            "VpcId": format!("vpc-0{vpc}"),
            "SubnetGroupStatus": "Complete",
            "Subnets": subnets,
            "DBSubnetGroupArn": self.arn(&format!("subgrp:{}", self.subnet_group_name())),
            "SupportedNetworkTypes": ["IPV4", "DUAL"],
        })
    }

    /// The tags of a database: mostly the four that the company asks for, as untidy as tags are.
    pub fn tags(&self, identifier: &str, random: &mut Random) -> Value {
        let line = self.account.line;
        let tag = |key: &str, value: &str| json!({ "Key": key, "Value": value });
        let mut tags = Vec::new();
        if random.chance(0.04) {
            return Value::Array(tags);
        }
        let cost_center = if random.chance(0.02) { "=SUM(A1)" } else { line.cost_center };
        let owner = if random.chance(0.05) { "Zoë & Co" } else { line.owner };
        tags.push(tag("app", line.application));
        if !random.chance(0.05) {
            tags.push(tag("env", if random.chance(0.04) { "Production " } else { line.environment }));
        }
        if !random.chance(0.12) {
            tags.push(tag("owner", owner));
        }
        if !random.chance(0.10) {
            tags.push(tag("cost-center", cost_center));
        }
        if random.chance(0.3) {
            tags.push(tag("backup-plan", random.pick(&["gold", "silver", "bronze"])));
        }
        if random.chance(0.15) {
            tags.push(tag("Name", identifier));
        }
        if random.chance(0.1) {
            tags.push(tag("aws:cloudformation:stack-name", &format!("{}-databases", self.account.name)));
        }
        if random.chance(0.02) {
            tags.push(tag("note", "restored from \"snapshot <2024>\"; ask Jürgen, 田中 or Łukasz"));
        }
        Value::Array(tags)
    }
}

/// A moment so many minutes before (or, negative, after) the fleet's now, as AWS writes it.
pub fn minutes_ago(minutes: i64, random: &mut Random) -> Value {
    moment(NOW - Duration::minutes(minutes) - Duration::milliseconds(random.between(0, 59_999)))
}

/// A moment so many days before (or, negative, after) the fleet's now.
pub fn days_ago(days: i64, random: &mut Random) -> Value {
    minutes_ago(days * 1440 + random.between(0, 1439), random)
}

/// A moment as AWS writes it in XML.
pub fn moment(time: OffsetDateTime) -> Value {
    // The format needs nothing that an OffsetDateTime may lack.
    Value::from(time.format(TIMESTAMP).unwrap_or_default())
}
