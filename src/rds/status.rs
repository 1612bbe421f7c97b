//! What RDS's words for a status mean for somebody who runs databases. How that is shown is the views' business.

/// How a resource stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Well,
    /// Stopped, or on its way out.
    Idle,
    UnderWay,
    /// Somebody should look.
    Attention,
    /// It does not serve, or soon will not.
    Trouble,
}

/// What a status word such as `available` or `storage-full` means. A word nobody has met yet counts as something under
/// way, which most of RDS's words are.
pub fn standing(word: &str) -> Standing {
    match word {
        "available" | "active" | "complete" | "completed" | "resolved" | "replicating" => Standing::Well,
        "stopped" | "stopping" | "deleting" | "deleted" | "inactive" | "paused" | "retired" | "dismissed"
        | "retained" | "canceled" | "deprecated" => Standing::Idle,
        "storage-full" => Standing::Trouble,
        "storage-config-upgrade"
        | "maintenance"
        | "moving-to-vpc"
        | "modifying-error"
        | "needs_attention"
        | "no-permission"
        | "topic-not-exist"
        | "payment-pending"
        | "storage-optimization-failed"
        | "suspended"
        | "suspending" => Standing::Attention,
        _ if word.starts_with("incompatible-")
            || word.starts_with("inaccessible-")
            || word.starts_with("insufficient-")
            || word.contains("failed")
            || word.ends_with("error") =>
        {
            Standing::Trouble
        }
        _ => Standing::UnderWay,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_they_mean_to_who_runs_databases() {
        for (word, meaning) in [
            ("available", Standing::Well),
            ("stopped", Standing::Idle),
            ("modifying", Standing::UnderWay),
            ("maintenance", Standing::Attention),
            ("storage-full", Standing::Trouble),
            ("incompatible-network", Standing::Trouble),
            ("restore-error", Standing::Trouble),
            ("inaccessible-encryption-credentials", Standing::Trouble),
        ] {
            assert_eq!(standing(word), meaning, "{word}");
        }
    }
}
