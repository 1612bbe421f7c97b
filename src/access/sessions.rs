//! The cache of sessions: credentials by `Access`, got once, shared, renewed in time.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use tokio::sync::Semaphore;

use super::base::{self, Sources};
use super::http::{self, Way};
use crate::config::{Access, Base, Configuration, Endpoints, Environment, Role};
use crate::failure::{Failure, State, state_of};
use crate::rds::answer::read_error;
use crate::rds::call::{Patience, unanswered};

/// How long a failure is answered from memory: long enough for the other regions of a denied role in one sweep.
const FAILURE_KEPT: Duration = Duration::from_secs(30);
/// Credentials are renewed this long before they expire, or a fifth of their life before, whichever is shorter.
const RENEWED_BEFORE: Duration = Duration::from_secs(300);
/// AWS's limit for a role assumed with another role's credentials.
const LONGEST_CHAINED: i32 = 3600;

/// Whose credentials are wanted, and where STS is asked for them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    pub access: Access,
    pub region: String,
    pub endpoints: Endpoints,
    pub ca_bundle: Option<PathBuf>,
}

/// All sessions of one configuration. Cheap to share; every method may be called from any worker.
pub struct Sessions {
    configuration: Arc<Configuration>,
    environment: Environment,
    way: Way,
    connect_timeout: Duration,
    patience: Patience,
    /// Bounds calls to STS together with all other calls.
    calls: Arc<Semaphore>,
    entries: Mutex<HashMap<Access, Arc<Entry>>>,
    clients: Mutex<HashMap<Option<PathBuf>, SharedHttpClient>>,
    metadata_client: Mutex<Option<SharedHttpClient>>,
    sts_clients: Mutex<HashMap<Identity, (Credentials, aws_sdk_sts::Client)>>,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sessions(hidden)")
    }
}

#[derive(Default)]
struct Entry {
    /// Held while the credentials are got, so that all others wait for the one answer.
    state: tokio::sync::Mutex<Option<Outcome>>,
    account: tokio::sync::OnceCell<String>,
}

enum Outcome {
    Got { credentials: Credentials, renew_at: Option<SystemTime> },
    Failed { failure: Failure, at: Instant },
}

impl Sessions {
    /// `way` is `Direct` for the simulated AWS only.
    pub fn new(
        configuration: Arc<Configuration>,
        environment: Environment,
        way: Way,
        connect_timeout: Duration,
        patience: Patience,
        calls: Arc<Semaphore>,
    ) -> Sessions {
        Sessions {
            configuration,
            environment,
            way,
            connect_timeout,
            patience,
            calls,
            entries: Mutex::default(),
            clients: Mutex::default(),
            metadata_client: Mutex::default(),
            sts_clients: Mutex::default(),
        }
    }

    /// Credentials that hold for at least the next call.
    ///
    /// # Errors
    /// Which step of the chain failed, and what AWS said.
    pub async fn credentials(&self, identity: &Identity) -> Result<Credentials, Failure> {
        self.of(identity.access.clone(), identity).await
    }

    /// Drops credentials that AWS has called expired, so that the next call gets new ones.
    pub async fn forget(&self, identity: &Identity, refused: &Credentials) {
        let entry = self.entry(&identity.access);
        let mut state = entry.state.lock().await;
        if matches!(&*state, Some(Outcome::Got { credentials, .. }) if credentials == refused) {
            *state = None;
        }
    }

    /// Drops remembered failures: somebody asks again, perhaps after mending a policy.
    pub fn forget_failures(&self) {
        locked(&self.entries).retain(|_, entry| {
            entry.state.try_lock().map_or(true, |state| !matches!(&*state, Some(Outcome::Failed { .. })))
        });
    }

    /// The account that the credentials belong to, from STS; asked once.
    ///
    /// # Errors
    /// What STS said.
    pub async fn account_id(&self, identity: &Identity) -> Result<String, Failure> {
        let entry = self.entry(&identity.access);
        let account = entry
            .account
            .get_or_try_init(|| async {
                let credentials = self.credentials(identity).await?;
                let client = self.sts(&identity.access, credentials, identity)?;
                let _permit = self.calls.acquire().await;
                let action = "sts:GetCallerIdentity".to_owned();
                match client.get_caller_identity().send().await {
                    Ok(answer) => {
                        answer.account.filter(|account| !account.is_empty()).ok_or_else(|| Failure {
                            state: State::Failed,
                            action,
                            code: None,
                            message: "the answer names no account".to_owned(),
                            request_id: None,
                        })
                    }
                    Err(error) => Err(sts_failure(action, &error)),
                }
            })
            .await?;
        Ok(account.clone())
    }

    /// The client for AWS's services, with the profile's own certificates where it names some.
    ///
    /// # Errors
    /// What is wrong with the CA bundle.
    pub fn http(&self, ca_bundle: Option<&Path>) -> Result<SharedHttpClient, Failure> {
        let mut clients = locked(&self.clients);
        let key = ca_bundle.map(Path::to_owned);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let client = http::client(self.way, ca_bundle, self.connect_timeout, self.patience.attempt_timeout)
            .map_err(|message| unusable("the HTTP client", message))?;
        clients.insert(key, client.clone());
        Ok(client)
    }

    fn of<'a>(
        &'a self,
        access: Access,
        identity: &'a Identity,
    ) -> Pin<Box<dyn Future<Output = Result<Credentials, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let entry = self.entry(&access);
            let mut state = entry.state.lock().await;
            match &*state {
                Some(Outcome::Got { credentials, renew_at })
                    if renew_at.is_none_or(|at| SystemTime::now() < at) =>
                {
                    return Ok(credentials.clone());
                }
                Some(Outcome::Failed { failure, at }) if at.elapsed() < FAILURE_KEPT => {
                    return Err(failure.clone());
                }
                _ => {}
            }
            let result = match access.roles.split_last() {
                None => self.base(&access.base, identity).await,
                Some((role, before)) => {
                    let source = Access { base: access.base.clone(), roles: before.to_vec() };
                    self.assume(source, role, identity).await
                }
            };
            *state = Some(match &result {
                Ok(credentials) => Outcome::Got {
                    renew_at: credentials.expiry().map(|expiry| renew_at(SystemTime::now(), expiry)),
                    credentials: credentials.clone(),
                },
                Err(failure) => Outcome::Failed { failure: failure.clone(), at: Instant::now() },
            });
            result
        })
    }

    async fn base(&self, base: &Base, identity: &Identity) -> Result<Credentials, Failure> {
        let what = match base {
            Base::Ec2InstanceMetadata => "EC2 instance metadata".to_owned(),
            Base::Environment => "credentials in the environment".to_owned(),
            Base::EcsContainer => "ECS container credentials".to_owned(),
            Base::StaticKeys { profile } => format!("keys of profile {profile}"),
            Base::Process { profile } => format!("credential_process of profile {profile}"),
            Base::Sso { profile } => format!("IAM Identity Center for profile {profile}"),
            Base::WebIdentity { profile } => format!("web identity of profile {profile}"),
        };
        let sources = Sources {
            configuration: &self.configuration,
            environment: &self.environment,
            http: self.http(identity.ca_bundle.as_deref())?,
            metadata_http: self.metadata_http()?,
            region: &identity.region,
        };
        let provider = base::provider(base, &sources).map_err(|message| unusable(&what, message))?;
        let credentials = base::credentials(&provider).await.map_err(|message| unusable(&what, message))?;
        tracing::debug!(from = what, "base credentials got");
        Ok(credentials)
    }

    async fn assume(&self, source: Access, role: &Role, identity: &Identity) -> Result<Credentials, Failure> {
        let action = format!("sts:AssumeRole {}", role.role_arn);
        if role.mfa_serial.is_some() {
            // Asking for the code is a later issue; without it AWS would refuse in less clear words.
            return Err(Failure {
                state: State::Denied,
                action,
                code: None,
                message: "the profile names an mfa_serial, and RDS Fleet cannot ask for the code yet"
                    .to_owned(),
                request_id: None,
            });
        }
        let chained = !source.roles.is_empty();
        let credentials = self.of(source.clone(), identity).await?;
        let client = self.sts(&source, credentials, identity)?;
        let ask = |duration: Option<i32>| {
            client
                .assume_role()
                .role_arn(&role.role_arn)
                .role_session_name(role.role_session_name.as_deref().unwrap_or(super::SESSION_NAME))
                .set_external_id(role.external_id.clone())
                .set_duration_seconds(duration)
                .send()
        };
        let duration = role.duration_seconds.and_then(|seconds| i32::try_from(seconds).ok());
        let _permit = self.calls.acquire().await;
        let mut answer = ask(duration).await;
        // AWS limits a role assumed with another role's credentials to one hour, and whether an instance's role counts
        // as one is not documented alike everywhere: so the longer time is tried first, and the hour after it.
        if duration.is_some_and(|seconds| seconds > LONGEST_CHAINED)
            && let Err(SdkError::ServiceError(error)) = &answer
            && error.err().code() == Some("ValidationError")
            && (chained || error.err().message().is_some_and(|message| message.contains("DurationSeconds")))
        {
            answer = ask(Some(LONGEST_CHAINED)).await;
        }
        let answer = answer.map_err(|error| sts_failure(action.clone(), &error))?;
        tracing::debug!(role_arn = role.role_arn, region = identity.region, "role assumed");
        let issued = answer
            .credentials
            .ok_or_else(|| unusable(&action, "the answer holds no credentials".to_owned()))?;
        let expiry = SystemTime::try_from(issued.expiration).ok();
        Ok(Credentials::new(
            issued.access_key_id,
            issued.secret_access_key,
            Some(issued.session_token),
            expiry,
            "AssumeRole",
        ))
    }

    /// The STS client of some credentials. One that was made is used again until they are renewed: a thousand roles
    /// are mostly assumed with the same ones.
    fn sts(
        &self,
        source: &Access,
        credentials: Credentials,
        identity: &Identity,
    ) -> Result<aws_sdk_sts::Client, Failure> {
        let key = Identity { access: source.clone(), ..identity.clone() };
        if let Some((known, client)) = locked(&self.sts_clients).get(&key)
            && *known == credentials
        {
            return Ok(client.clone());
        }
        let client = self.make_sts(credentials.clone(), identity)?;
        locked(&self.sts_clients).insert(key, (credentials, client.clone()));
        Ok(client)
    }

    fn make_sts(
        &self,
        credentials: Credentials,
        identity: &Identity,
    ) -> Result<aws_sdk_sts::Client, Failure> {
        let mut builder = aws_sdk_sts::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(identity.region.clone()))
            .http_client(self.http(identity.ca_bundle.as_deref())?)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .identity_cache(IdentityCache::no_cache())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .sleep_impl(TokioSleep::new())
            .retry_config(self.patience.retries())
            .retry_partition(Patience::partition(format!("sts {}", identity.region)))
            .timeout_config(self.patience.timeouts());
        if let Some(url) = &identity.endpoints.sts_url {
            builder = builder.endpoint_url(url);
        } else {
            builder = builder
                .use_fips(identity.endpoints.use_fips)
                .use_dual_stack(identity.endpoints.use_dualstack);
        }
        Ok(aws_sdk_sts::Client::from_conf(builder.build()))
    }

    fn metadata_http(&self) -> Result<SharedHttpClient, Failure> {
        let mut client = locked(&self.metadata_client);
        if let Some(client) = &*client {
            return Ok(client.clone());
        }
        let second = Duration::from_secs(1);
        let made = http::client(Way::Direct, None, second, 2 * second)
            .map_err(|message| unusable("the HTTP client", message))?;
        *client = Some(made.clone());
        Ok(made)
    }

    fn entry(&self, access: &Access) -> Arc<Entry> {
        let mut entries = locked(&self.entries);
        if let Some(entry) = entries.get(access) {
            return Arc::clone(entry);
        }
        let entry = Arc::<Entry>::default();
        entries.insert(access.clone(), Arc::clone(&entry));
        entry
    }
}

/// When credentials got at `now` are renewed.
fn renew_at(now: SystemTime, expiry: SystemTime) -> SystemTime {
    let life = expiry.duration_since(now).unwrap_or_default();
    expiry - RENEWED_BEFORE.min(life / 5)
}

fn unusable(action: &str, message: String) -> Failure {
    Failure { state: State::NoCredentials, action: action.to_owned(), code: None, message, request_id: None }
}

/// What STS said. A stand-in may word a refusal in a body the SDK does not read; then it is read here.
fn sts_failure<E>(action: String, error: &SdkError<E, HttpResponse>) -> Failure
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    let SdkError::ServiceError(service) = error else { return unanswered(action, error) };
    let read = read_error(service.raw().body().bytes().unwrap_or_default());
    let status = service.raw().status().as_u16();
    let code = service.err().code().map(str::to_owned).or(read.code);
    let message = service
        .err()
        .message()
        .map(str::to_owned)
        .or(read.message)
        .unwrap_or_else(|| format!("HTTP status {status} without a message"));
    let request_id = service.raw().headers().get("x-amzn-requestid").map(str::to_owned).or(read.request_id);
    let state = match state_of(code.as_deref().unwrap_or_default(), &message, status) {
        // At RDS these codes mean a region that is not enabled; at STS the credentials themselves are refused.
        State::RegionNotEnabled => State::NoCredentials,
        state => state,
    };
    Failure { state, action, code, message, request_id }
}

/// A panic elsewhere does not make the map any less true.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_renewed_before_they_expire() {
        let now = SystemTime::now();
        let second = Duration::from_secs(1);
        assert_eq!(renew_at(now, now + 3600 * second), now + 3300 * second);
        assert_eq!(renew_at(now, now + 5 * second), now + 4 * second);
        assert_eq!(renew_at(now, now - second), now - second);
    }
}
