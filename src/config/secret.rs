//! Secrets from the files, kept out of every `{:?}`, and the one list of keys whose values are secret. Nothing here
//! reads a file or asks AWS for credentials.

use super::Profile;
use std::fmt;

/// A value that must not be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for signing and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(hidden)")
    }
}

/// The keys a profile holds itself: `aws_access_key_id`, `aws_secret_access_key` and, for temporary ones,
/// `aws_session_token`.
#[derive(Clone, PartialEq, Eq)]
pub struct StaticKeys {
    /// The access key's id, which AWS does not count as a secret.
    pub access_key_id: String,
    /// The secret key.
    pub secret_access_key: Secret,
    /// The session token of temporary keys.
    pub session_token: Option<Secret>,
}

impl fmt::Debug for StaticKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StaticKeys")
            .field("access_key_id", &shown_value("aws_access_key_id", &self.access_key_id))
            .field("secret_access_key", &self.secret_access_key)
            .field("session_token", &self.session_token)
            .finish()
    }
}

impl Profile {
    /// The keys this profile holds itself, or `None` when the id or the secret is missing or empty.
    pub fn static_keys(&self) -> Option<StaticKeys> {
        // botocore reads the token's older name first. A token belongs to the keys of its own file: temporary keys in the
        // one file have nothing to do with lasting ones in the other.
        let id = self.property("aws_access_key_id")?;
        let token = ["aws_security_token", "aws_session_token"]
            .into_iter()
            .filter_map(|key| self.property(key))
            .find(|token| !token.value.is_empty() && token.location.file == id.location.file)
            .map(|token| token.value.as_str());
        Some(StaticKeys {
            access_key_id: self.filled("aws_access_key_id")?.to_owned(),
            secret_access_key: Secret::new(self.filled("aws_secret_access_key")?),
            session_token: token.map(Secret::new),
        })
    }
}

/// The value as it may be shown: secrets as `****`, an access key's id as AWS's own tools show it, with its last four
/// characters only, everything else as it is. The external id is no secret to AWS, but whoever reads a report has no
/// use for it.
pub(super) fn shown_value(key: &str, value: &str) -> String {
    if value.is_empty() {
        String::new()
    } else if key == "aws_access_key_id" {
        let characters = value.chars().count();
        let last = value.chars().skip(characters.saturating_sub(4)).filter(|_| characters > 4);
        "*".repeat(16).chars().chain(last).collect()
    } else if is_secret(key) {
        "****".to_owned()
    } else {
        value.to_owned()
    }
}

fn is_secret(key: &str) -> bool {
    let words = ["secret", "token", "password", "passphrase", "external_id"];
    key != "web_identity_token_file" && words.iter().any(|word| key.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_they_are_shown() {
        assert_eq!(shown_value("aws_secret_access_key", "hunter2"), "****");
        assert_eq!(shown_value("aws_session_token", "hunter2"), "****");
        assert_eq!(shown_value("aws_access_key_id", "AKIAIOSFODNN7EXAMPLE"), "****************MPLE");
        assert_eq!(shown_value("aws_access_key_id", "AKIA"), "****************");
        assert_eq!(shown_value("web_identity_token_file", "/run/token"), "/run/token");
        assert_eq!(shown_value("region", "eu-west-1"), "eu-west-1");
        let keys = StaticKeys {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: Secret::new("hunter2"),
            session_token: Some(Secret::new("hunter3")),
        };
        let printed = format!("{keys:?}");
        assert!(!printed.contains("hunter") && !printed.contains("IOSFODNN"), "{printed}");
    }
}
