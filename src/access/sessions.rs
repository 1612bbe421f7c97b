//! The cache of sessions: credentials got once, shared, renewed in time. A session belongs to the realm that it was got
//! for (`identity::Realm`): another endpoint, partition or bundle of certificates is another realm, even for the same
//! role. Within a realm a session of one region is good in all; a failure is only that of the place where it was met.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use aws_credential_types::Credentials;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector};
use hyper::Uri;
use tokio::sync::Semaphore;

use super::base::{self, Services, Sources, unusable};
use super::connect::host_and_port;
use super::held;
use super::helper::Helpers;
use super::http::{self, Timeouts, Way};
use super::identity::{Identity, Place, Session};
use super::proxies::Proxies;
use super::trust;
use crate::config::{Base, Configuration, Environment, Role};
use crate::failure::{Failure, State};
use crate::rds::call::Patience;

/// How long a failure is answered from memory: long enough for the other targets of a denied role in one sweep.
const FAILURE_KEPT: Duration = Duration::from_secs(30);
/// Credentials are renewed this long before they expire, or a fifth of their life before, whichever is shorter.
const RENEWED_BEFORE: Duration = Duration::from_secs(300);
/// AWS's limit for a role assumed with another role's credentials.
const LONGEST_CHAINED: i32 = 3600;

/// All sessions of one configuration. Cheap to share; every method may be called from any worker.
pub struct Sessions {
    configuration: Arc<Configuration>,
    environment: Environment,
    way: Way,
    connect_timeout: Duration,
    patience: Patience,
    /// Bounds calls to STS together with all other calls.
    calls: Arc<Semaphore>,
    /// Shared by all configurations of a program, so that editing a config does not start more of them at once.
    helpers: Arc<Helpers>,
    proxies: Result<Arc<Proxies>, String>,
    entries: Entries<Credentials>,
    /// The accounts that credentials turned out to be of, by their use: another AWS may know them as another's.
    accounts: Entries<String>,
    /// Where STS may be asked for each use, in the order of the plan.
    places: Mutex<HashMap<Session, Vec<Place>>>,
    /// Places that did not answer somebody lately: others try them last.
    silent: Mutex<HashMap<Place, Instant>>,
    clients: Mutex<HashMap<Option<PathBuf>, SharedHttpClient>>,
    metadata: Mutex<Option<SharedHttpConnector>>,
    sts_clients: Mutex<HashMap<Identity, (Credentials, aws_sdk_sts::Client)>>,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sessions(hidden)")
    }
}

/// Each is held while it is got, so that all others wait for the one answer.
type Entry<T> = Arc<tokio::sync::Mutex<Known<T>>>;
type Entries<T> = Mutex<HashMap<Session, Entry<T>>>;

/// What was got, for everybody, and what failed, each at its place.
struct Known<T> {
    got: Option<T>,
    renew_at: Option<SystemTime>,
    failed: HashMap<Place, (Failure, Instant)>,
}

impl<T> Default for Known<T> {
    fn default() -> Known<T> {
        Known { got: None, renew_at: None, failed: HashMap::new() }
    }
}

impl<T> Known<T> {
    fn fresh(&self) -> Option<&T> {
        self.got.as_ref().filter(|_| self.renew_at.is_none_or(|at| SystemTime::now() < at))
    }

    fn failure(&self, place: &Place) -> Option<Failure> {
        let (failure, at) = self.failed.get(place)?;
        (at.elapsed() < FAILURE_KEPT).then(|| failure.clone())
    }
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
        helpers: Arc<Helpers>,
    ) -> Sessions {
        let proxies = match way {
            Way::Proxied => Proxies::of(&environment).map(Arc::new),
            Way::Direct => Ok(Arc::default()),
        };
        Sessions {
            configuration,
            environment,
            way,
            connect_timeout,
            patience,
            calls,
            helpers,
            proxies,
            entries: Mutex::default(),
            accounts: Mutex::default(),
            places: Mutex::default(),
            silent: Mutex::default(),
            clients: Mutex::default(),
            metadata: Mutex::default(),
            sts_clients: Mutex::default(),
        }
    }

    /// Takes down where sessions may be asked for: a role whose STS refuses in one region is tried in another that is
    /// going to be swept with it.
    pub fn expect(&self, identities: impl Iterator<Item = Identity>) {
        let mut places: HashMap<Session, Vec<Place>> = HashMap::new();
        for identity in identities {
            for roles in 0..=identity.access.roles.len() {
                let of_use = places.entry(identity.with_roles(roles).use_of()).or_default();
                let place = identity.place();
                if !of_use.contains(&place) {
                    of_use.push(place);
                }
            }
        }
        *locked(&self.places) = places;
    }

    /// Credentials that hold for at least the next call.
    ///
    /// # Errors
    /// Which step of the chain failed, and what AWS said.
    pub async fn credentials(&self, identity: &Identity) -> Result<Credentials, Failure> {
        self.got(identity).await
    }

    /// Credentials that hold for the next call and are there without waiting.
    pub fn at_hand(&self, identity: &Identity) -> Option<Credentials> {
        entry(&self.entries, identity.session()).try_lock().ok()?.fresh().cloned()
    }

    /// Drops credentials that AWS has called expired, so that the next call gets new ones.
    pub async fn forget(&self, identity: &Identity, refused: &Credentials) {
        let entry = entry(&self.entries, identity.session());
        let mut known = entry.lock().await;
        if known.got.as_ref() == Some(refused) {
            known.got = None;
        }
    }

    /// Drops remembered failures: somebody asks again, perhaps after mending a policy.
    pub fn forget_failures(&self) {
        locked(&self.silent).clear();
        forget_failed(&self.entries);
        forget_failed(&self.accounts);
    }

    /// The account that the credentials belong to, from STS; asked once.
    ///
    /// # Errors
    /// What STS said.
    pub async fn account_id(&self, identity: &Identity) -> Result<String, Failure> {
        let entry = entry(&self.accounts, identity.use_of());
        let mut known = entry.lock().await;
        if let Some(account) = &known.got {
            return Ok(account.clone());
        }
        let places = self.places(identity);
        let result = self.anywhere(identity, places, &mut known, |identity| self.ask_account(identity)).await;
        known.got = result.as_ref().ok().cloned();
        result
    }

    async fn ask_account(&self, identity: Identity) -> Result<String, Failure> {
        let credentials = self.credentials(&identity).await?;
        let services = self.services(&identity)?;
        let client = self.sts(&identity, credentials)?;
        let _permit = self.calls.acquire().await;
        let action = "sts:GetCallerIdentity";
        let answer = client.get_caller_identity().send().await;
        let answer =
            answer.map_err(|error| self.placed(services.failure(action, &error), &services.sts_url()))?;
        answer.account.filter(|account| !account.is_empty()).ok_or_else(|| Failure {
            state: State::Failed,
            ..unusable(action, "the answer names no account".to_owned())
        })
    }

    /// The client for AWS's services, with the profile's own certificates where it names some.
    ///
    /// # Errors
    /// What is wrong with the CA bundle, or with a proxy's variable.
    pub fn http(&self, ca_bundle: Option<&Path>) -> Result<SharedHttpClient, Failure> {
        let mut clients = locked(&self.clients);
        let key = ca_bundle.map(Path::to_owned);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let proxies = self.proxies.clone().map_err(|message| not_set_up("the proxy", message))?;
        let tls = match self.way {
            Way::Proxied => trust::system_and(ca_bundle),
            Way::Direct => trust::nobody(),
        };
        let tls = tls.map_err(|message| not_set_up("the CA bundle", message))?;
        // A little less than the SDK's limit of a try, whose own words would not say whom it waited for.
        let answer = self.patience.attempt_timeout.mul_f64(0.95);
        let timeouts = Timeouts { connect: self.connect_timeout, answer };
        let client = http::client(http::connector(tls, proxies, timeouts));
        clients.insert(key, client.clone());
        Ok(client)
    }

    /// The failure with the place that did not answer, where the SDK left it out.
    pub fn placed(&self, failure: Failure, url: &str) -> Failure {
        let Ok(uri) = url.parse::<Uri>() else { return failure };
        let place = host_and_port(&uri);
        if failure.state != State::Unreachable || failure.message.contains(&place) {
            return failure;
        }
        let proxy = self.proxies.as_ref().ok().and_then(|proxies| proxies.of_url(&uri));
        let through = proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
        Failure { message: format!("{} ({place}{through})", failure.message).into(), ..failure }
    }

    fn got<'a>(
        &'a self,
        identity: &'a Identity,
    ) -> Pin<Box<dyn Future<Output = Result<Credentials, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let entry = entry(&self.entries, identity.session());
            let mut known = entry.lock().await;
            if let Some(credentials) = known.fresh() {
                return Ok(credentials.clone());
            }
            let is_by_sts =
                !identity.access.roles.is_empty() || matches!(identity.access.base, Base::WebIdentity { .. });
            let places = if is_by_sts { self.places(identity) } else { vec![identity.place()] };
            let result = self.anywhere(identity, places, &mut known, |identity| self.get(identity)).await;
            known.got = result.as_ref().ok().cloned();
            let expiry = known.got.as_ref().and_then(Credentials::expiry);
            known.renew_at = expiry.map(|expiry| renew_at(SystemTime::now(), expiry));
            result
        })
    }

    /// Asks at the identity's own place, and where that fails at the others of its realm, until one answers. What a
    /// place said is remembered for those who ask there; whoever asked here is told what this place said.
    async fn anywhere<T, F>(
        &self,
        identity: &Identity,
        places: Vec<Place>,
        known: &mut Known<T>,
        ask: impl Fn(Identity) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut own = None;
        for place in places {
            let failure = match known.failure(&place) {
                Some(failure) => failure,
                None => match ask(identity.at(&place)).await {
                    Ok(got) => {
                        known.failed.clear();
                        return Ok(got);
                    }
                    Err(failure) => self.remember(known, &place, failure),
                },
            };
            if own.is_none() || place == identity.place() {
                own = Some(failure);
            }
        }
        Err(own.unwrap_or_else(|| unusable("the plan", "there is no place to ask at".to_owned())))
    }

    fn remember<T>(&self, known: &mut Known<T>, place: &Place, failure: Failure) -> Failure {
        if failure.state == State::Unreachable {
            locked(&self.silent).insert(place.clone(), Instant::now());
        }
        known.failed.insert(place.clone(), (failure.clone(), Instant::now()));
        failure
    }

    /// Where to ask, best first: the own place and then the others, but those that did not answer lately at the end, and
    /// of these only the own.
    fn places(&self, identity: &Identity) -> Vec<Place> {
        let own = identity.place();
        let others = locked(&self.places).get(&identity.use_of()).cloned().unwrap_or_default();
        let silent = locked(&self.silent);
        let is_silent = |place: &Place| silent.get(place).is_some_and(|at| at.elapsed() < FAILURE_KEPT);
        let mut places: Vec<Place> =
            others.into_iter().filter(|place| *place != own && !is_silent(place)).collect();
        let at = if is_silent(&own) { places.len() } else { 0 };
        places.insert(at, own);
        places
    }

    async fn get(&self, identity: Identity) -> Result<Credentials, Failure> {
        match identity.access.roles.split_last() {
            None => self.base(&identity).await,
            Some((role, before)) => {
                let source = identity.with_roles(before.len());
                self.assume(&source, role, &identity).await
            }
        }
    }

    async fn base(&self, identity: &Identity) -> Result<Credentials, Failure> {
        // What the base does not need must not fail it: its failure is that of others, too, who set it differently.
        let is_of_aws = matches!(identity.access.base, Base::Sso { .. } | Base::WebIdentity { .. });
        let needed =
            Identity { ca_bundle: identity.ca_bundle.clone().filter(|_| is_of_aws), ..identity.clone() };
        let services = self.services(&needed)?;
        let sts_url = services.sts_url();
        let sources = Sources {
            configuration: &self.configuration,
            environment: &self.environment,
            metadata: self.metadata()?,
            services,
            helpers: &self.helpers,
            limit: self.patience.operation_timeout.min(self.helpers.limit()),
        };
        let base = &identity.access.base;
        let credentials = base::credentials(base, &sources).await.map_err(|failure| match base {
            Base::WebIdentity { .. } => self.placed(failure, &sts_url),
            _ => failure,
        })?;
        tracing::debug!(from = base::what(base), "base credentials got");
        Ok(credentials)
    }

    fn services<'a>(&'a self, identity: &'a Identity) -> Result<Services<'a>, Failure> {
        Ok(Services {
            http: self.http(identity.ca_bundle.as_deref())?,
            patience: &self.patience,
            region: &identity.region,
            endpoints: &identity.endpoints,
        })
    }

    async fn assume(
        &self,
        source: &Identity,
        role: &Role,
        identity: &Identity,
    ) -> Result<Credentials, Failure> {
        let action = format!("sts:AssumeRole {}", role.role_arn);
        if role.mfa_serial.is_some() {
            // Asking for the code is a later issue; without it AWS would refuse in less clear words.
            let message = "the profile names an mfa_serial, and RDS Fleet cannot ask for the code yet";
            return Err(Failure { state: State::Denied, ..unusable(&action, message.to_owned()) });
        }
        let chained = !source.access.roles.is_empty();
        let credentials = self.got(source).await?;
        let client = self.sts(source, credentials)?;
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
        let services = self.services(identity)?;
        let answer =
            answer.map_err(|error| self.placed(services.failure(&action, &error), &services.sts_url()))?;
        tracing::debug!(role_arn = role.role_arn, region = identity.region, "role assumed");
        issued(&action, answer.credentials, "AssumeRole")
    }

    /// The STS client of some credentials. One that was made is used again until they are renewed: a thousand roles
    /// are mostly assumed with the same ones.
    fn sts(&self, identity: &Identity, credentials: Credentials) -> Result<aws_sdk_sts::Client, Failure> {
        if let Some((known, client)) = locked(&self.sts_clients).get(identity)
            && *known == credentials
        {
            return Ok(client.clone());
        }
        let client = self.services(identity)?.sts(Some(credentials.clone()));
        locked(&self.sts_clients).insert(identity.clone(), (credentials, client.clone()));
        Ok(client)
    }

    fn metadata(&self) -> Result<SharedHttpConnector, Failure> {
        let mut connector = locked(&self.metadata);
        if let Some(connector) = &*connector {
            return Ok(connector.clone());
        }
        let second = Duration::from_secs(1);
        let tls = trust::nobody().map_err(|message| not_set_up("the metadata service", message))?;
        let timeouts = Timeouts { connect: second, answer: 2 * second };
        let made = http::connector(tls, Arc::default(), timeouts);
        *connector = Some(made.clone());
        Ok(made)
    }
}

fn entry<T>(entries: &Entries<T>, session: Session) -> Entry<T> {
    Arc::clone(locked(entries).entry(session).or_default())
}

fn forget_failed<T>(entries: &Entries<T>) {
    for entry in locked(entries).values() {
        if let Ok(mut known) = entry.try_lock() {
            known.failed.clear();
        }
    }
}

/// When credentials got at `now` are renewed.
fn renew_at(now: SystemTime, expiry: SystemTime) -> SystemTime {
    let life = expiry.duration_since(now).unwrap_or_default();
    expiry - RENEWED_BEFORE.min(life / 5)
}

/// Something on the way to AWS that is set up wrong on this machine.
fn not_set_up(action: &str, message: String) -> Failure {
    Failure { state: State::Unreachable, ..unusable(action, message) }
}

/// The credentials in an answer of STS.
pub fn issued(
    action: &str,
    credentials: Option<aws_sdk_sts::types::Credentials>,
    provider: &'static str,
) -> Result<Credentials, Failure> {
    let issued = credentials.ok_or_else(|| unusable(action, "the answer holds no credentials".to_owned()))?;
    let expiry = SystemTime::try_from(issued.expiration).ok();
    let (id, secret) = (issued.access_key_id, issued.secret_access_key);
    Ok(held::credentials(Credentials::new(id, secret, Some(issued.session_token), expiry, provider)))
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
