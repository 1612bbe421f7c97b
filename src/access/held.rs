//! What credentials are made of, taken down before anybody can quote it: the gate for foreign text is to know it.

use aws_credential_types::Credentials;
use serde_json::Value;

use crate::clean;

/// Members of AWS's documents that are secrets: of metadata services and helpers, and of the sign-ins of IAM Identity Center.
const SECRET: [&str; 7] =
    ["SecretAccessKey", "SessionToken", "Token", "accessToken", "refreshToken", "clientSecret", "idToken"];

/// Takes credentials down, and gives them back.
pub fn credentials(credentials: Credentials) -> Credentials {
    clean::hold(credentials.secret_access_key());
    credentials.session_token().into_iter().for_each(clean::hold);
    credentials
}

/// Takes down a token as it lies in a file: behind the name of a scheme, such as Bearer.
pub fn token(text: &str) {
    text.split_whitespace().filter(|word| word.len() > 8).for_each(clean::hold);
}

/// Takes down the secrets in a document, whatever else is wrong with it.
pub fn document(document: &Value) {
    let Some(members) = document.as_object() else { return };
    let is_secret = |name: &str| SECRET.iter().any(|secret| secret.eq_ignore_ascii_case(name));
    let secrets = members.iter().filter(|(name, _)| is_secret(name));
    secrets.filter_map(|(_, value)| value.as_str()).for_each(clean::hold);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::CleanText;

    #[test]
    fn what_was_taken_down_never_comes_back() {
        token("Bearer container/token+one\n");
        let members = serde_json::json!({
            "secretaccesskey": "helper/secret+key", "Token": "metadata-token-value",
            "clientSecret": "registered-client-value", "AccessKeyId": "not-a-secret-id",
        });
        document(&members);
        credentials(Credentials::new(
            "id",
            "signing-key-value",
            Some("session-value-1".into()),
            None,
            "test",
        ));
        for secret in [
            "container/token+one",
            "helper/secret+key",
            "metadata-token-value",
            "registered-client-value",
            "signing-key-value",
            "session-value-1",
        ] {
            let text = CleanText::from(format!("he said {secret}, really"));
            assert_eq!(&*text, "he said [hidden], really");
        }
        assert_eq!(CleanText::from("not-a-secret-id"), "not-a-secret-id");
    }
}
