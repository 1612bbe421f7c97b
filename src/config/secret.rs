//! Secrets from the files, kept out of every `{:?}`, and the one list of keys whose values are secret. Nothing here
//! reads a file or asks AWS for credentials.

use super::Profile;
use crate::clean;
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
/// characters only, of a command its program, of a URL no user and password, everything else as it is. The external id is no
/// secret to AWS, but whoever reads a report has no use for it.
pub(super) fn shown_value(key: &str, value: &str) -> String {
    if value.is_empty() {
        String::new()
    } else if key == "aws_access_key_id" {
        let characters = value.chars().count();
        let last = value.chars().skip(characters.saturating_sub(4)).filter(|_| characters > 4);
        "*".repeat(16).chars().chain(last).collect()
    } else if is_secret(key) {
        "****".to_owned()
    } else if key == "credential_process" {
        without_arguments(value)
    } else {
        without_user(value)
    }
}

fn is_secret(key: &str) -> bool {
    let words = ["secret", "token", "password", "passphrase", "external_id"];
    !key.ends_with("_file") && words.iter().any(|word| key.contains(word))
}

/// Has the gate for foreign text know the secrets of a property, so that they never come back in a message.
pub(super) fn hold_secrets(key: &str, value: &str) {
    if is_secret(key) {
        clean::hold(value);
    }
    if let Some((user, _)) = user_of(value) {
        user.split(':').skip(1).for_each(clean::hold);
    }
}

/// A command without its arguments, which may be passwords. A program's name with blanks stands in quotation marks.
fn without_arguments(command: &str) -> String {
    let command = command.trim();
    let end = match command.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        Some(quote) => command[1..].find(quote).map(|at| at + 2),
        None => command.find(char::is_whitespace),
    };
    match end {
        Some(end) if !command[end..].trim().is_empty() => format!("{} ****", &command[..end]),
        None if command.starts_with(['"', '\'']) => "****".to_owned(),
        _ => command.to_owned(),
    }
}

/// A URL without the user and password in it.
fn without_user(value: &str) -> String {
    match user_of(value) {
        Some((user, at)) => format!("{}****{}", &value[..at], &value[at + user.len()..]),
        None => value.to_owned(),
    }
}

/// The user and password in a URL, and where they begin. Whatever stands before the last `@` of a URL's host is meant.
fn user_of(value: &str) -> Option<(&str, usize)> {
    let host = value.find("//")? + 2;
    let end = value[host..].find(['/', '?', '#']).map_or(value.len(), |end| host + end);
    // A password may hold a slash that nobody encoded.
    let at = value[host..end].rfind('@').or_else(|| value[host..].rfind('@'))?;
    Some((&value[host..host + at], host))
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
        for (value, shown) in [
            ("/opt/bin/helper --password hunter2", "/opt/bin/helper ****"),
            ("\"/opt/my bin/helper\" hunter2", "\"/opt/my bin/helper\" ****"),
            ("'C:\\my bin\\helper.exe' hunter2", "'C:\\my bin\\helper.exe' ****"),
            ("helper\thunter2", "helper ****"),
            ("\"helper hunter2", "****"),
            ("helper", "helper"),
        ] {
            assert_eq!(shown_value("credential_process", value), shown);
        }
        for (value, shown) in [
            ("https://ann:hunter2@aws.example:8443/path", "https://****@aws.example:8443/path"),
            ("https://hunter2@aws.example", "https://****@aws.example"),
            ("http://ann:hun/ter2@aws.example/x", "http://****@aws.example/x"),
            ("//ann:hunter2@aws.example", "//****@aws.example"),
            ("https://aws.example/a?mail=x", "https://aws.example/a?mail=x"),
        ] {
            assert_eq!(shown_value("endpoint_url", value), shown);
            assert_eq!(shown_value("rds", value), shown);
        }
        let keys = StaticKeys {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: Secret::new("hunter2"),
            session_token: Some(Secret::new("hunter3")),
        };
        let printed = format!("{keys:?}");
        assert!(!printed.contains("hunter") && !printed.contains("IOSFODNN"), "{printed}");
    }
}
