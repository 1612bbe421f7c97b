//! Credentials from IAM Identity Center, with the token that `aws sso login` left in its cache. A token that is about to
//! end is renewed where the cache holds what that takes, and written back, as the AWS CLI does: the old one may be void.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::base::Services;
use super::held;
use super::times::moment;
use crate::failure::{Failure, State};
use crate::files::read_bounded;

/// A token is renewed this long before it ends.
const RENEWED_BEFORE: Duration = Duration::from_secs(300);

/// What a profile says of IAM Identity Center.
pub struct SignIn<'a> {
    pub profile: &'a str,
    pub session: Option<&'a str>,
    pub start_url: &'a str,
    pub region: &'a str,
    pub account_id: &'a str,
    pub role_name: &'a str,
}

impl SignIn<'_> {
    /// The credentials of the role.
    ///
    /// # Errors
    /// That nobody is signed in, or what AWS answered.
    pub async fn credentials(
        &self,
        home: Option<&Path>,
        services: &Services<'_>,
    ) -> Result<Credentials, Failure> {
        let token = self.token(home, services).await?;
        let client = services.sso(self.region);
        let asked = client
            .get_role_credentials()
            .role_name(self.role_name)
            .account_id(self.account_id)
            .access_token(token)
            .send()
            .await;
        let answer = asked.map_err(|error| signed_out(services.failure("sso:GetRoleCredentials", &error)))?;
        let issued = answer.role_credentials;
        let issued = issued.as_ref().and_then(|issued| {
            Some((
                issued.access_key_id()?,
                issued.secret_access_key()?,
                issued.session_token(),
                issued.expiration(),
            ))
        });
        let (id, secret, session_token, expires) =
            issued.ok_or_else(|| self.none("the answer holds no credentials".to_owned()))?;
        let expiry = u64::try_from(expires).ok().map(|at| SystemTime::UNIX_EPOCH + Duration::from_millis(at));
        Ok(Credentials::new(id, secret, session_token.map(str::to_owned), expiry, "Sso"))
    }

    /// The token of the cache, renewed where it has to be.
    async fn token(&self, home: Option<&Path>, services: &Services<'_>) -> Result<String, Failure> {
        let file = self.cache_file(home).ok_or_else(|| self.none("there is no home folder".to_owned()))?;
        let mut kept = read(&file).map_err(|message| self.none(format!("{message}: {}", self.login())))?;
        let now = SystemTime::now();
        if kept.expires_at > now + RENEWED_BEFORE {
            return Ok(kept.token);
        }
        if let Some(renewed) = self.renewed(&kept, services, now).await {
            kept = renewed;
            // Without it the next program asks somebody to sign in again, which is no reason to fail now.
            if let Err(error) = write(&file, &kept.document) {
                tracing::warn!("the renewed sign-in cannot be kept in {}: {error}", file.display());
            }
        }
        if kept.expires_at > now {
            return Ok(kept.token);
        }
        Err(Failure {
            state: State::Expired,
            ..self.none(format!("the sign-in to IAM Identity Center has expired: {}", self.login()))
        })
    }

    async fn renewed(&self, kept: &Kept, services: &Services<'_>, now: SystemTime) -> Option<Kept> {
        let member = |name: &str| kept.document.get(name).and_then(Value::as_str).map(str::to_owned);
        let registered = moment(&member("registrationExpiresAt")?)? > now;
        if self.session.is_none() || !registered {
            return None;
        }
        let (id, secret, refresh) = (member("clientId")?, member("clientSecret")?, member("refreshToken")?);
        let client = services.sso_oidc(self.region);
        let asked = client
            .create_token()
            .grant_type("refresh_token")
            .client_id(id)
            .client_secret(secret)
            .refresh_token(refresh)
            .send()
            .await;
        let answer = match asked {
            Ok(answer) => answer,
            Err(error) => {
                tracing::info!("{}", services.failure("sso-oidc:CreateToken", &error).sentence());
                return None;
            }
        };
        let token = answer.access_token()?.to_owned();
        let expires_at = now + Duration::from_secs(u64::try_from(answer.expires_in()).ok()?);
        let mut document = kept.document.clone();
        let members = document.as_object_mut()?;
        members.insert("accessToken".to_owned(), json!(token));
        members.insert("expiresAt".to_owned(), json!(written(expires_at)?));
        if let Some(refresh) = answer.refresh_token() {
            members.insert("refreshToken".to_owned(), json!(refresh));
        }
        held::document(&document);
        Some(Kept { token, expires_at, document })
    }

    fn cache_file(&self, home: Option<&Path>) -> Option<PathBuf> {
        let name = self.session.unwrap_or(self.start_url);
        let hash: String = Sha1::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        Some(home?.join(".aws").join("sso").join("cache").join(format!("{hash}.json")))
    }

    fn login(&self) -> String {
        format!("run `aws sso login --profile {}`", self.profile)
    }

    fn none(&self, message: String) -> Failure {
        Failure {
            state: State::NoCredentials,
            action: format!("IAM Identity Center for profile {}", self.profile).into(),
            code: None,
            message: message.into(),
            request_id: None,
        }
    }
}

/// AWS's word for a token that is no longer good.
fn signed_out(failure: Failure) -> Failure {
    match failure.code.as_deref() {
        Some("UnauthorizedException") => Failure { state: State::Expired, ..failure },
        _ => failure,
    }
}

/// A token in the cache.
struct Kept {
    token: String,
    expires_at: SystemTime,
    /// The whole of the file: what else is in it stays.
    document: Value,
}

/// A sign-in has a few kilobytes.
const MOST_SIGN_IN: u64 = 256 << 10;

fn read(file: &Path) -> Result<Kept, String> {
    let bytes = read_bounded(file, MOST_SIGN_IN).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "nobody is signed in to IAM Identity Center".to_owned(),
        _ => format!("the sign-in in {} cannot be read: {error}", file.display()),
    })?;
    let wrong = || format!("the sign-in in {} cannot be read", file.display());
    let document: Value = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
    held::document(&document);
    let member = |name: &str| document.get(name).and_then(Value::as_str);
    let token = member("accessToken").ok_or_else(wrong)?.to_owned();
    let expires_at = member("expiresAt").and_then(moment).ok_or_else(wrong)?;
    Ok(Kept { token, expires_at, document })
}

/// Replaces the file at once, readable by its owner only.
fn write(file: &Path, document: &Value) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
    fresh.write_all(document.to_string().as_bytes())?;
    fresh.persist(file)?;
    Ok(())
}

fn written(time: SystemTime) -> Option<String> {
    OffsetDateTime::from(time).replace_nanosecond(0).ok()?.format(&Rfc3339).ok()
}
