//! The instance metadata service of the bastion host, version 2 only. It has no latency and no faults: it is inside the
//! host.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper::header::HeaderValue;
use hyper::{HeaderMap, Method, Response, StatusCode};
use serde_json::json;
use time::OffsetDateTime;

use super::company::HOST_ROLE;
use super::faults::Fate;
use super::random::Random;
use super::server::{Answer, State, plain, typed};
use super::sessions::whole_seconds;

/// The id of the bastion host, which is the name of its sessions.
pub const HOST: &str = "i-0c4f1a9be27d58036";

const TOKEN: &str = "x-aws-ec2-metadata-token";
const TOKEN_LIFETIME: &str = "x-aws-ec2-metadata-token-ttl-seconds";
const CREDENTIALS: &str = "/latest/meta-data/iam/security-credentials";
/// For how long the host's own credentials are valid.
const LIFETIME: Duration = Duration::from_secs(6 * 3600);

/// The metadata tokens handed out, with the time until which each is valid.
#[derive(Default)]
pub struct Tokens(Mutex<HashMap<String, Instant>>);

impl Tokens {
    fn issue(&self, serial: u64, lifetime: Duration) -> String {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let token = format!("AQAEA{}==", Random::new(serial, &["metadata token"]).text(alphabet, 49));
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(token.clone(), Instant::now() + lifetime);
        token
    }

    fn is_valid(&self, token: &str) -> bool {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(token).is_some_and(|until| Instant::now() < *until)
    }
}

/// Answers a request to the metadata service.
pub fn respond(state: &State, method: &Method, path: &str, headers: &HeaderMap) -> Response<Answer> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if path == "/latest/api/token" {
        if method != Method::PUT {
            return plain(StatusCode::METHOD_NOT_ALLOWED, "");
        }
        let seconds = header(TOKEN_LIFETIME).and_then(|text| text.parse::<u64>().ok());
        let Some(seconds) = seconds.filter(|seconds| (1..=21_600).contains(seconds)) else {
            return plain(StatusCode::BAD_REQUEST, "");
        };
        state.counters.count(|counts| counts.imds_token += 1);
        let token = state.metadata.issue(state.serial(), Duration::from_secs(seconds));
        let mut response = plain(StatusCode::OK, &token);
        response.headers_mut().insert(TOKEN_LIFETIME, HeaderValue::from(seconds));
        return response;
    }
    if !header(TOKEN).is_some_and(|token| state.metadata.is_valid(token)) {
        return plain(StatusCode::UNAUTHORIZED, "");
    }
    if method != Method::GET {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "");
    }
    match path.strip_prefix(CREDENTIALS).map(|rest| rest.trim_matches('/')) {
        Some("") => plain(StatusCode::OK, HOST_ROLE),
        Some(role) if role == HOST_ROLE => credentials(state),
        Some(_) => plain(StatusCode::NOT_FOUND, ""),
        None => match path {
            "/latest/meta-data/instance-id" => plain(StatusCode::OK, HOST),
            "/latest/meta-data/placement/region" => {
                plain(StatusCode::OK, state.settings.regions.first().map_or("us-east-1", String::as_str))
            }
            _ => plain(StatusCode::NOT_FOUND, ""),
        },
    }
}

fn credentials(state: &State) -> Response<Answer> {
    state.counters.count(|counts| counts.imds_credentials += 1);
    let issued = state.sessions.issue(state.serial(), None, HOST, LIFETIME);
    let body = json!({
        "Code": "Success",
        "LastUpdated": whole_seconds(OffsetDateTime::now_utc()),
        "Type": "AWS-HMAC",
        "AccessKeyId": issued.access_key_id,
        "SecretAccessKey": issued.secret_access_key,
        "Token": issued.session_token,
        "Expiration": issued.expiration,
    });
    typed(Answer::new(format!("{body:#}\n"), Fate::Answered), "application/json")
}
