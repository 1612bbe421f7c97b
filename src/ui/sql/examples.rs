//! Questions to start from: each shows something that the tables can tell, and how it is asked.

/// What each is about, and the statement.
pub const ALL: &[(&str, &str)] = &[
    (
        "Instances by engine and version",
        "SELECT Engine, EngineVersion, count(*) AS Instances, sum(AllocatedStorage) AS GiB\n\
         FROM db_instances\n\
         GROUP BY Engine, EngineVersion\n\
         ORDER BY Instances DESC",
    ),
    (
        "Instances without a tag",
        "SELECT AccountId, Region, DBInstanceIdentifier, TagList\n\
         FROM db_instances\n\
         WHERE tag(TagList, 'app') IS NULL\n\
         ORDER BY AccountId, DBInstanceIdentifier",
    ),
    (
        "Instances that anybody may reach",
        "SELECT AccountId, Region, DBInstanceIdentifier, Engine, Endpoint ->> 'Address' AS Address\n\
         FROM db_instances\n\
         WHERE PubliclyAccessible",
    ),
    (
        "Storage by account",
        "SELECT AccountId, Region, count(*) AS Instances, sum(AllocatedStorage) AS GiB\n\
         FROM db_instances\n\
         GROUP BY AccountId, Region\n\
         ORDER BY GiB DESC",
    ),
    (
        "Certificates that end soonest",
        "SELECT CertificateDetails ->> 'ValidTill' AS ValidTill, CACertificateIdentifier, AccountId, Region,\n  \
         DBInstanceIdentifier\n\
         FROM db_instances\n\
         WHERE ValidTill IS NOT NULL\n\
         ORDER BY ValidTill",
    ),
    (
        "Members of clusters, with their cluster",
        "SELECT * FROM instances_with_clusters\n\
         WHERE DBClusterIdentifier IS NOT NULL\n\
         ORDER BY AccountId, DBClusterIdentifier, IsClusterWriter DESC",
    ),
    (
        "Pending maintenance, the soonest first",
        "SELECT * FROM pending_maintenance\n\
         ORDER BY coalesce(ForcedApplyDate, AutoAppliedAfterDate, CurrentApplyDate)",
    ),
    (
        "Manual snapshots older than 90 days",
        "SELECT AccountId, Region, DBSnapshotIdentifier, SnapshotCreateTime, AllocatedStorage\n\
         FROM db_snapshots\n\
         WHERE SnapshotType = 'manual' AND SnapshotCreateTime < date('now', '-90 days')\n\
         ORDER BY SnapshotCreateTime",
    ),
    (
        "Parameters that somebody has set",
        "SELECT DBParameterGroupName, ParameterName, ParameterValue, count(*) AS Instances\n\
         FROM instance_parameters\n\
         WHERE Source = 'user'\n\
         GROUP BY 1, 2, 3\n\
         ORDER BY 2, 4 DESC",
    ),
    (
        "What changed in the last week",
        "SELECT * FROM changes\n\
         WHERE At > strftime('%Y-%m-%dT%H:%M:%S', 'now', '-7 days')\n\
         ORDER BY At DESC",
    ),
    (
        "What was not collected",
        "SELECT AccountId, Region, Kind, State, Code, Message, Profiles\n\
         FROM coverage\n\
         WHERE State <> 'collected'\n\
         ORDER BY State, AccountId",
    ),
];

#[cfg(test)]
mod tests {
    use super::ALL;
    use crate::inventory::{Inventory, QueryLimits, Reader, Stop};
    use crate::query::Query;

    #[test]
    fn every_example_can_be_asked() {
        let inventory = Inventory::in_memory().unwrap();
        let mut reader = Reader::open(inventory.storage(), QueryLimits::default(), Stop::default()).unwrap();
        for (title, sql) in ALL {
            assert!(reader.select(&Query::of_sql(sql), false).is_ok(), "{title}");
        }
    }
}
