//! What went wrong with one call or one target, in AWS's own words, and what that means for the person who asked.
//!
//! Access and sweep both meet failures; this is the one form in which they hand them on. It holds no secret: whatever it
//! says has passed the gate (`clean`).

use std::error::Error;
use std::fmt;

use serde::Serialize;

use crate::clean::CleanText;

/// How a target's kind stands: collected, or why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Every page of the answer is there.
    Collected,
    /// The rows of an earlier sweep are kept; the newest attempt did not succeed.
    Stale,
    /// AWS refused: the role may not be assumed or may not describe.
    Denied,
    /// An organization's service control policy refused, whatever the role allows.
    ScpDenied,
    /// The account has not enabled the region.
    RegionNotEnabled,
    /// The credentials ran out and could not be renewed.
    Expired,
    /// AWS kept answering that calls come too fast.
    Throttled,
    /// Nothing answered, or not in time.
    Unreachable,
    /// There are no credentials to begin with.
    NoCredentials,
    /// Something answered, and it was not an answer.
    Failed,
    /// The sweep was cancelled first.
    Cancelled,
    /// Nobody has asked yet.
    NotAsked,
}

impl State {
    /// The word for a person.
    pub fn word(self) -> &'static str {
        match self {
            State::Collected => "collected",
            State::Stale => "stale",
            State::Denied => "denied",
            State::ScpDenied => "denied by SCP",
            State::RegionNotEnabled => "region not enabled",
            State::Expired => "expired",
            State::Throttled => "throttled",
            State::Unreachable => "unreachable",
            State::NoCredentials => "no credentials",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
            State::NotAsked => "not asked",
        }
    }

    /// What the person at the bastion can do about it, as a sentence; empty where nothing is wrong. Where a failure is at
    /// hand, its own advice says more.
    pub fn advice(self) -> &'static str {
        match self {
            State::Collected | State::NotAsked => "",
            State::Stale => "The rows shown are of an earlier sweep; the reason is the newest attempt's.",
            State::Denied => {
                "Check that the role's trust policy names this bastion's role and that its policy allows the action."
            }
            State::ScpDenied => {
                "A service control policy of the AWS organization forbids this; only its administrators can change it."
            }
            State::RegionNotEnabled => {
                "Enable the region in the account, or name another region in the profile."
            }
            State::Expired => "Refresh; if it stays, renew the credentials that the profile starts from.",
            State::Throttled => {
                "Refresh later, or lower --concurrency: other tools use up the account's call rate."
            }
            State::Unreachable => {
                "Check the network, the proxy (HTTPS_PROXY, NO_PROXY) and the VPC endpoints on the way to AWS."
            }
            State::NoCredentials => {
                "Check the profile's credential_source and, on EC2, the instance profile of this bastion."
            }
            State::Failed => {
                "Refresh; if it stays, the code and the request id are what AWS Support asks for."
            }
            State::Cancelled => "Refresh to ask again.",
        }
    }
}

/// One failure: what was being done, and what AWS said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub state: State,
    /// What was tried, such as `sts:AssumeRole arn:aws:iam::…:role/…` or `rds:DescribeDBInstances`.
    pub action: CleanText,
    /// AWS's error code, as AWS spells it.
    pub code: Option<CleanText>,
    /// On one line, without secrets.
    pub message: CleanText,
    pub request_id: Option<CleanText>,
}

impl Failure {
    /// What the person can do about it: what was being done says more than how it ended.
    pub fn advice(&self) -> &'static str {
        let words = |known: &&(&str, &str)| self.message.contains(known.0);
        let action = |known: &&(&str, &str)| self.action.starts_with(known.0);
        let found = BY_WORDS.iter().find(words).or_else(|| BY_ACTION.iter().find(action));
        match found {
            Some((_, advice)) => advice,
            None => self.state.advice(),
        }
    }

    /// What was tried, AWS's code, message and request id, on one line.
    pub fn sentence(&self) -> String {
        let message = self.message.split_whitespace().collect::<Vec<_>>().join(" ");
        let code = self.code.as_deref().map(|code| format!("{code}: ")).unwrap_or_default();
        let request = self.request_id.as_deref().map(|id| format!(" (request id {id})")).unwrap_or_default();
        format!("{}: {code}{message}{request}", self.action)
    }
}

/// What to do about words that say enough by themselves.
const BY_WORDS: [(&str, &str); 3] = [
    (
        "UnknownIssuer",
        "Set AWS_CA_BUNDLE, or ca_bundle in the profile, to a file with the certificate authority of your proxy or \
         endpoint.",
    ),
    (
        "the proxy answered",
        "Check the user and password in HTTPS_PROXY and whether the proxy lets AWS's hosts through, or name them in \
         NO_PROXY.",
    ),
    (
        "names an mfa_serial",
        "Remove mfa_serial for a role that does not need it, or start from credentials that were got with a code.",
    ),
];

/// What to do about what was being done, where the state alone would send somebody to the wrong place.
const BY_ACTION: [(&str, &str); 10] = [
    (
        "the CA bundle",
        "Correct AWS_CA_BUNDLE, or ca_bundle in the profile: it names a PEM file with certificates.",
    ),
    ("the proxy", "Correct or unset HTTPS_PROXY, HTTP_PROXY and ALL_PROXY."),
    ("IAM Identity Center", "Sign in with `aws sso login` for this profile, then refresh."),
    ("sso:", "Sign in with `aws sso login` for this profile, and check sso_account_id and sso_role_name."),
    (
        "credential_process",
        "Run the profile's credential_process by hand: it has to print credentials as JSON.",
    ),
    ("web identity", "Check web_identity_token_file and role_arn of the profile."),
    (
        "sts:AssumeRoleWithWebIdentity",
        "Check that the token in web_identity_token_file is fresh and that the role trusts its issuer.",
    ),
    (
        "credentials in the environment",
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name another credential_source.",
    ),
    ("ECS container credentials", "Run this in an ECS task with a role, or name another credential_source."),
    ("keys of profile", "Check the profile's aws_access_key_id and aws_secret_access_key."),
];

/// Somebody who could not be reached, or did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreached {
    /// How the sentence begins, such as `no connection to`.
    pub what: &'static str,
    /// Host and port.
    pub to: String,
    /// The proxy on the way, without its password.
    pub through: Option<String>,
    pub said: String,
    /// Whether trying again may help.
    pub again: bool,
}

impl fmt::Display for Unreached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.what, self.to)?;
        if let Some(proxy) = &self.through {
            write!(formatter, " through the proxy {proxy}")?;
        }
        write!(formatter, ": {}", self.said)
    }
}

impl Error for Unreached {}

/// The first cause of a kind within an error.
pub fn find_cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// What stands behind an error, outermost first. The SDK wraps one sentence in several layers; each is said once.
pub fn causes(error: &dyn Error) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !words.iter().any(|known| known.contains(&text)) {
            words.push(text);
        }
        source = cause.source();
    }
    words
}

/// What was wrong with an answer on its way in, before anybody read what it says. It stands among an SDK error's causes.
#[derive(Debug)]
pub enum AnswerFault {
    /// It is beyond our bounds, as a sentence.
    Refused(String),
    /// It ended in the middle.
    BrokenOff(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for AnswerFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AnswerFault::Refused(sentence) => formatter.write_str(sentence),
            AnswerFault::BrokenOff(error) => error.fmt(formatter),
        }
    }
}

impl Error for AnswerFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            AnswerFault::Refused(_) => None,
            AnswerFault::BrokenOff(error) => error.source(),
        }
    }
}

/// What AWS's error code and message mean for coverage.
pub fn state_of(code: &str, message: &str, status: u16) -> State {
    match code {
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "NotAuthorized"
        | "OptInRequired" => {
            if message.contains("service control policy") {
                State::ScpDenied
            } else {
                State::Denied
            }
        }
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => State::Expired,
        "AuthFailure"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "RegionDisabledException" => State::RegionNotEnabled,
        "SignatureDoesNotMatch" | "IncompleteSignature" | "InvalidAccessKeyId" => State::Denied,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "SlowDown"
        | "RequestThrottled"
        | "RequestThrottledException" => State::Throttled,
        _ if status == 403 => State::Denied,
        _ if status == 429 => State::Throttled,
        _ => State::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_follows_what_was_being_done() {
        let failure = |state, action: &str, message: &str| Failure {
            state,
            action: action.into(),
            code: None,
            message: message.into(),
            request_id: None,
        };
        for (state, action, message, expected) in [
            (State::Unreachable, "rds:DescribeDBInstances", "…not trusted: UnknownIssuer", "AWS_CA_BUNDLE"),
            (State::Unreachable, "sts:AssumeRole x", "the proxy answered 407", "NO_PROXY"),
            (State::Unreachable, "the CA bundle", "cannot be read", "AWS_CA_BUNDLE"),
            (State::NoCredentials, "IAM Identity Center for profile a", "nobody", "aws sso login"),
            (State::Expired, "sso:GetRoleCredentials", "Session token not found", "aws sso login"),
            (State::NoCredentials, "credential_process of profile a", "exit code 1", "by hand"),
            (State::NoCredentials, "web identity of profile a", "no file", "web_identity_token_file"),
            (State::Denied, "sts:AssumeRoleWithWebIdentity x", "not authorized", "trusts its issuer"),
            (State::NoCredentials, "credentials in the environment", "not set", "AWS_ACCESS_KEY_ID"),
            (State::NoCredentials, "EC2 instance metadata", "no role", "instance profile"),
            (State::Denied, "sts:AssumeRole x", "the profile names an mfa_serial", "mfa_serial"),
            (State::Denied, "sts:AssumeRole x", "not authorized", "trust policy"),
            (State::Unreachable, "rds:DescribeDBInstances", "no answer", "VPC endpoints"),
        ] {
            let advice = failure(state, action, message).advice();
            assert!(advice.contains(expected), "{action}: {advice}");
        }
    }
}
