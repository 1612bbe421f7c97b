//! The sections under which settings are shown: those of a resource's members, and parameters, options and the cluster
//! beside them.

use serde::Serialize;

use crate::rds;

/// Under which heading a setting is shown, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Section {
    Identity,
    Status,
    Instance,
    Storage,
    Network,
    Security,
    Availability,
    Backup,
    Maintenance,
    Monitoring,
    Tags,
    Parameters,
    Options,
    Cluster,
    Other,
}

impl Section {
    /// Every section, in order.
    pub const ALL: [Section; 15] = [
        Section::Identity,
        Section::Status,
        Section::Instance,
        Section::Storage,
        Section::Network,
        Section::Security,
        Section::Availability,
        Section::Backup,
        Section::Maintenance,
        Section::Monitoring,
        Section::Tags,
        Section::Parameters,
        Section::Options,
        Section::Cluster,
        Section::Other,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Section::Identity => "Identity",
            Section::Status => "Status",
            Section::Instance => "Instance",
            Section::Storage => "Storage",
            Section::Network => "Network",
            Section::Security => "Security",
            Section::Availability => "Availability and replication",
            Section::Backup => "Backup",
            Section::Maintenance => "Maintenance",
            Section::Monitoring => "Monitoring",
            Section::Tags => "Tags",
            Section::Parameters => "Effective parameters",
            Section::Options => "Options",
            Section::Cluster => "Cluster",
            Section::Other => "Other",
        }
    }

    /// The section of that word, as rules and baselines write it.
    pub fn of_word(word: &str) -> Option<Section> {
        Section::ALL.into_iter().find(|section| section.word().eq_ignore_ascii_case(word))
    }

    /// One word for files.
    pub fn word(self) -> &'static str {
        match self {
            Section::Availability => "Availability",
            Section::Parameters => "Parameters",
            section => section.title(),
        }
    }
}

impl From<rds::Section> for Section {
    fn from(section: rds::Section) -> Section {
        match section {
            rds::Section::Identity => Section::Identity,
            rds::Section::Status => Section::Status,
            rds::Section::Engine => Section::Instance,
            rds::Section::Storage => Section::Storage,
            rds::Section::Network => Section::Network,
            rds::Section::Security => Section::Security,
            rds::Section::Availability => Section::Availability,
            rds::Section::Backup => Section::Backup,
            rds::Section::Maintenance => Section::Maintenance,
            rds::Section::Monitoring => Section::Monitoring,
            rds::Section::Tags => Section::Tags,
            rds::Section::Other => Section::Other,
        }
    }
}
