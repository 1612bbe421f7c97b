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

/// What a status word such as `available` or `storage-full` means for a resource of a kind. A word nobody has met yet counts
/// as something under way, which most of RDS's words are.
pub fn standing(kind: &str, word: &str) -> Standing {
    // Some kinds shout: `SWITCHOVER_FAILED`.
    let word = word.to_ascii_lowercase().replace('_', "-");
    match word.as_str() {
        // A recommendation is no resource that works: an active one is advice that nobody has followed yet.
        "active" | "pending" if kind == "db-recommendations" => Standing::Attention,
        "available" | "active" | "complete" | "completed" | "switchover-completed" | "resolved" => {
            Standing::Well
        }
        "stopped" | "inactive" | "paused" | "retained" | "retired" | "dismissed" | "canceled"
        | "deprecated" => Standing::Idle,
        "maintenance"
        | "storage-config-upgrade"
        | "failing-over"
        | "needs-attention"
        | "payment-pending"
        | "suspended" => Standing::Attention,
        "storage-full" | "no-permission" | "topic-not-exist" | "invalid-configuration" => Standing::Trouble,
        _ if ["incompatible-", "inaccessible-", "insufficient-"]
            .iter()
            .any(|start| word.starts_with(start))
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
            assert_eq!(standing("db-instances", word), meaning, "{word}");
        }
    }

    #[test]
    fn a_recommendation_wants_attention_until_somebody_has_dealt_with_it() {
        for (word, meaning) in [
            ("active", Standing::Attention),
            ("pending", Standing::Attention),
            ("resolved", Standing::Well),
            ("dismissed", Standing::Idle),
        ] {
            assert_eq!(standing("db-recommendations", word), meaning, "{word}");
        }
        assert_eq!(standing("export-tasks", "active"), Standing::Well);
    }
}
