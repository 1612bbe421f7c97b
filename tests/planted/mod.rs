//! What is planted in the demo (`sandbox::planted`), as a comparison is to find it.

/// First and second production, third, test, development.
pub const DATABASES: [&str; 5] = [
    "329225670911/eu-central-1/invoicing-prod",
    "481329524788/eu-central-1/invoicing-prod",
    "115541057733/us-east-1/invoicing-prod",
    "invoicing-test",
    "invoicing-dev",
];

/// What is planted, by setting: the verdict on each database but the equal ones. `=` equal, `≠` different, `∅` missing,
/// `⟳` waits, `?` not known.
pub const PLANTED: &[(&str, &str)] = &[
    ("DBInstanceClass", "= = ⟳ ≠ ≠"),
    ("EngineVersion", "= = = ≠ ="),
    ("AllocatedStorage", "= = = ≠ ≠"),
    ("Iops", "= = = ≠ ≠"),
    ("StorageThroughput", "= = = ≠ ≠"),
    ("MaxAllocatedStorage", "= = = = ∅"),
    ("Endpoint.Port", "= = = = ≠"),
    ("PubliclyAccessible", "= = = = ≠"),
    ("VpcSecurityGroups", "= = ≠ = ="),
    ("DeletionProtection", "= ≠ = = ≠"),
    ("StorageEncrypted", "= = = = ≠"),
    ("StorageEncryptionType", "= = = = ≠"),
    ("KmsKeyId", "= = = = ∅"),
    ("MultiAZ", "= = = ≠ ≠"),
    ("BackupRetentionPeriod", "= = ≠ = ="),
    ("TagList[env]", "= = = ≠ ≠"),
    // Parameters that somebody set, and what waits for the development database's reboot.
    ("ParameterApplyStatus", "= = = = ⟳"),
    ("work_mem", "= ≠ = = ="),
    ("rds.force_ssl", "= = ≠ = ⟳"),
    ("shared_preload_libraries", "= = = = ⟳"),
    ("log_min_duration_statement", "= = = ≠ ≠"),
    ("statement_timeout", "= = = = ≠"),
    // What follows from the class, the port and the version.
    ("shared_buffers", "= = ≠ ≠ ≠"),
    ("effective_cache_size", "= = ≠ ≠ ≠"),
    ("maintenance_work_mem", "= = ≠ ≠ ≠"),
    ("autovacuum_work_mem", "= = ≠ ≠ ≠"),
    ("autovacuum_vacuum_cost_limit", "= = ≠ ≠ ≠"),
    ("max_connections", "= = ≠ ≠ ≠"),
    ("huge_pages", "= = ? ? ?"),
    ("port", "= = = = ≠"),
    ("old_snapshot_threshold", "= = = ∅ ="),
    ("db_user_namespace", "= = = ∅ ="),
];

/// The settings that follow from another.
pub const CAUSES: &[(&str, &str)] = &[
    ("shared_buffers", "DBInstanceClass"),
    ("effective_cache_size", "DBInstanceClass"),
    ("maintenance_work_mem", "DBInstanceClass"),
    ("autovacuum_work_mem", "DBInstanceClass"),
    ("autovacuum_vacuum_cost_limit", "DBInstanceClass"),
    ("max_connections", "DBInstanceClass"),
    ("huge_pages", "DBInstanceClass"),
    ("port", "Endpoint.Port"),
    ("old_snapshot_threshold", "EngineVersion"),
    ("db_user_namespace", "EngineVersion"),
];
