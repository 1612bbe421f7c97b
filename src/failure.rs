//! What went wrong with one call or one target, in AWS's own words, and what that means for the person who asked.
//!
//! Access and sweep both meet failures; this is the one form in which they hand them on. It holds no secret.

use serde::Serialize;

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

    /// What the person at the bastion can do about it, as a sentence; empty where nothing is wrong.
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
    pub action: String,
    /// AWS's error code, as AWS spells it.
    pub code: Option<String>,
    pub message: String,
    pub request_id: Option<String>,
}

impl Failure {
    /// What was tried, AWS's code, message and request id, on one line.
    pub fn sentence(&self) -> String {
        let message = self.message.split_whitespace().collect::<Vec<_>>().join(" ");
        let code = self.code.as_deref().map(|code| format!("{code}: ")).unwrap_or_default();
        let request = self.request_id.as_deref().map(|id| format!(" (request id {id})")).unwrap_or_default();
        format!("{}: {code}{message}{request}", self.action)
    }
}

/// What stands behind an error, outermost first. The SDK wraps one sentence in several layers; each is said once.
pub fn causes(error: &dyn std::error::Error) -> Vec<String> {
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
        "AuthFailure" | "UnrecognizedClientException" | "InvalidClientTokenId" => State::RegionNotEnabled,
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
