//! The sessions that the sandbox issued and how a request is attributed to one. Keys are never printed: nothing here
//! derives `Debug`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

use super::company::{HOST_ROLE, MANAGEMENT_ACCOUNT, ROLE};
use super::random::Random;
use super::request::Request;

/// Who a session is: the bastion host's role, or an account's.
pub struct Session {
    /// The account's number, or `None` for the management account.
    pub account: Option<usize>,
    pub account_id: String,
    /// The session's name.
    pub name: String,
    token: String,
    expires: OffsetDateTime,
}

impl Session {
    /// The ARN by which AWS calls the session.
    pub fn arn(&self) -> String {
        let role = if self.account.is_some() { ROLE } else { HOST_ROLE };
        format!("arn:aws:sts::{}:assumed-role/{role}/{}", self.account_id, self.name)
    }
}

/// What a session's holder gets.
pub struct Issued {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: String,
    /// In AWS's form, whole seconds.
    pub expiration: String,
}

/// Why a request is not attributed to a session.
pub enum Unattributed {
    Unknown,
    Expired,
}

/// The sessions by their access key id.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<String, Arc<Session>>>);

impl Sessions {
    /// Issues a session; `serial` tells it from every other one.
    pub fn issue(
        &self,
        serial: u64,
        account: Option<(usize, &str)>,
        name: &str,
        lifetime: Duration,
    ) -> Issued {
        let account_id = account.map_or(MANAGEMENT_ACCOUNT, |(_, id)| id);
        let mut random = Random::new(serial, &["session", account_id, name]);
        let base32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let base64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let access_key_id = format!("ASIA{}", random.text(base32, 16));
        let token = format!("IQoJb3JpZ2luX2Vj{}==", random.text(base64, 318));
        let expires = OffsetDateTime::now_utc() + lifetime;
        let session = Session {
            account: account.map(|(number, _)| number),
            account_id: account_id.to_owned(),
            name: name.to_owned(),
            token: token.clone(),
            expires,
        };
        self.lock().insert(access_key_id.clone(), Arc::new(session));
        Issued {
            access_key_id,
            secret_access_key: random.text(base64, 40),
            session_token: token,
            expiration: whole_seconds(expires),
        }
    }

    /// The session under which a request was signed. Its signature is not verified.
    pub fn of(&self, request: &Request) -> Result<Arc<Session>, Unattributed> {
        let session = self.lock().get(&request.access_key_id).cloned().ok_or(Unattributed::Unknown)?;
        if request.session_token != session.token {
            return Err(Unattributed::Unknown);
        }
        if session.expires <= OffsetDateTime::now_utc() {
            return Err(Unattributed::Expired);
        }
        Ok(session)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Session>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A time as AWS writes it in credentials: `2026-11-22T10:00:00Z`.
pub fn whole_seconds(time: OffsetDateTime) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}
