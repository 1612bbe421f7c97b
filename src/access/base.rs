//! Base credentials: what a chain of roles starts from. This says which provider a profile means, and gives each the
//! profile's own endpoints, certificates and proxies.

use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_sts::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::held;
use super::helper::Helpers;
use super::imds;
use super::sessions::issued;
use super::sso::SignIn;
use crate::clean::CleanText;
use crate::config::{Base, Configuration, Endpoints, Environment, Profile};
use crate::failure::{Failure, State, causes, state_of};
use crate::files::read_text;
use crate::rds::answer::read_error;
use crate::rds::call::{Patience, unanswered};
use crate::rds::endpoint::url_of;

/// What base credentials are got with.
pub struct Sources<'a> {
    pub configuration: &'a Configuration,
    pub environment: &'a Environment,
    /// For metadata services; never proxied.
    pub metadata: SharedHttpConnector,
    pub services: Services<'a>,
    pub helpers: &'a Helpers,
    /// How long an answer of anything but a helper is waited for: no longer than for a helper's.
    pub limit: Duration,
}

/// The services that issue credentials, as one profile reaches them: every setting of it reaches every client.
pub struct Services<'a> {
    pub http: SharedHttpClient,
    pub patience: &'a Patience,
    pub region: &'a str,
    pub endpoints: &'a Endpoints,
}

/// The same settings for clients that have nothing in common but the names of their builders' methods.
macro_rules! client {
    ($sdk:ident, $services:expr, $region:expr, $url:expr) => {{
        let services = $services;
        let builder = $sdk::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new($region.to_owned()))
            .http_client(services.http.clone())
            .identity_cache(IdentityCache::no_cache())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .sleep_impl(TokioSleep::new())
            .retry_config(services.patience.retries())
            .retry_partition(Patience::partition(format!("{} {}", stringify!($sdk), $region)))
            .timeout_config(services.patience.timeouts());
        match $url {
            Some(url) => builder.endpoint_url(url),
            None => {
                builder.use_fips(services.endpoints.use_fips).use_dual_stack(services.endpoints.use_dualstack)
            }
        }
    }};
}

impl Services<'_> {
    /// STS, signed with some credentials, or with none for a web identity.
    pub fn sts(&self, credentials: Option<Credentials>) -> aws_sdk_sts::Client {
        let mut builder = client!(aws_sdk_sts, self, self.region, &self.endpoints.sts_url);
        builder.set_credentials_provider(credentials.map(SharedCredentialsProvider::new));
        aws_sdk_sts::Client::from_conf(builder.build())
    }

    pub fn sso(&self, region: &str) -> aws_sdk_sso::Client {
        aws_sdk_sso::Client::from_conf(client!(aws_sdk_sso, self, region, &self.endpoints.sso_url).build())
    }

    pub fn sso_oidc(&self, region: &str) -> aws_sdk_ssooidc::Client {
        let builder = client!(aws_sdk_ssooidc, self, region, &self.endpoints.sso_oidc_url);
        aws_sdk_ssooidc::Client::from_conf(builder.build())
    }

    /// Where STS is asked.
    pub fn sts_url(&self) -> String {
        let Endpoints { sts_url, use_fips, use_dualstack, .. } = self.endpoints;
        sts_url.clone().unwrap_or_else(|| url_of("sts", self.region, *use_fips, *use_dualstack))
    }
}

/// Gets the credentials of a base. Helpers have their own limit, from their turn on; everything else has one from here on.
///
/// # Errors
/// What is missing, or what was answered.
pub async fn credentials(base: &Base, sources: &Sources<'_>) -> Result<Credentials, Failure> {
    if matches!(base, Base::Process { .. }) {
        return got(base, sources).await.map(held::credentials);
    }
    let late = |_| Err(unusable(&what(base), format!("no answer within {} s", sources.limit.as_secs_f64())));
    tokio::time::timeout(sources.limit, got(base, sources)).await.unwrap_or_else(late).map(held::credentials)
}

async fn got(base: &Base, sources: &Sources<'_>) -> Result<Credentials, Failure> {
    let unusable = |message: String| unusable(&what(base), message);
    let profile = |name: &str| {
        let gone = || unusable(format!("profile {name} is no longer in the config file"));
        sources.configuration.profile(name).ok_or_else(gone)
    };
    match base {
        Base::Ec2InstanceMetadata => {
            let disabled = sources.environment.get("AWS_EC2_METADATA_DISABLED");
            if disabled.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
                let message = "AWS_EC2_METADATA_DISABLED is set, so the instance's role is not asked for";
                return Err(unusable(message.to_owned()));
            }
            let metadata = &sources.services.endpoints.metadata;
            imds::credentials(&sources.metadata, metadata).await.map_err(unusable)
        }
        Base::Environment => from_environment(sources.environment).map_err(unusable),
        Base::EcsContainer => {
            hold_token_file(sources.environment).map_err(unusable)?;
            let config = ProviderConfig::empty()
                .with_http_client(super::http::client(sources.metadata.clone()))
                .with_sleep_impl(TokioSleep::new());
            let provider = EcsCredentialsProvider::builder().configure(&config).build();
            provided(&SharedCredentialsProvider::new(provider)).await.map_err(unusable)
        }
        Base::StaticKeys { profile: name } => {
            let keys = profile(name)?
                .static_keys()
                .ok_or_else(|| unusable(format!("profile {name} no longer has keys of its own")))?;
            let token = keys.session_token.map(|token| token.expose().to_owned());
            Ok(Credentials::new(keys.access_key_id, keys.secret_access_key.expose(), token, None, "profile"))
        }
        Base::Process { profile: name } => {
            let line = profile(name)?
                .get("credential_process")
                .ok_or_else(|| unusable(format!("profile {name} no longer has a credential_process")))?;
            sources.helpers.credentials(line).await.map_err(unusable)
        }
        Base::Sso { profile: name } => {
            let sign_in = sign_in(profile(name)?, sources.configuration).map_err(unusable)?;
            sign_in.credentials(sources.environment.home(), &sources.services).await
        }
        Base::WebIdentity { profile: name } => web_identity(profile(name)?, &sources.services).await,
    }
}

/// What a base is called where it fails.
pub fn what(base: &Base) -> String {
    match base {
        Base::Ec2InstanceMetadata => "EC2 instance metadata".to_owned(),
        Base::Environment => "credentials in the environment".to_owned(),
        Base::EcsContainer => "ECS container credentials".to_owned(),
        Base::StaticKeys { profile } => format!("keys of profile {profile}"),
        Base::Process { profile } => format!("credential_process of profile {profile}"),
        Base::Sso { profile } => format!("IAM Identity Center for profile {profile}"),
        Base::WebIdentity { profile } => format!("web identity of profile {profile}"),
    }
}

fn from_environment(environment: &Environment) -> Result<Credentials, String> {
    let get = |name| environment.get(name);
    let (Some(id), Some(secret)) = (get("AWS_ACCESS_KEY_ID"), get("AWS_SECRET_ACCESS_KEY")) else {
        return Err("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set".to_owned());
    };
    // The older name first, as botocore has it.
    let token = get("AWS_SECURITY_TOKEN").or_else(|| get("AWS_SESSION_TOKEN")).map(str::to_owned);
    Ok(Credentials::new(id, secret, token, None, "environment"))
}

/// Where a profile says who signs in; its `[sso-session …]` goes before its own properties.
fn sign_in<'a>(profile: &'a Profile, configuration: &'a Configuration) -> Result<SignIn<'a>, String> {
    let session = profile.get("sso_session").filter(|session| !session.is_empty());
    let value = |key: &str| {
        session
            .and_then(|session| configuration.sso_session(session)?.get(key))
            .or_else(|| profile.get(key))
            .ok_or_else(|| format!("profile {} has no {key}", profile.name))
    };
    Ok(SignIn {
        profile: &profile.name,
        session,
        start_url: value("sso_start_url")?,
        region: value("sso_region")?,
        account_id: value("sso_account_id")?,
        role_name: value("sso_role_name")?,
    })
}

async fn web_identity(profile: &Profile, services: &Services<'_>) -> Result<Credentials, Failure> {
    let action = format!("web identity of profile {}", profile.name);
    let value = |key: &str| {
        profile.get(key).ok_or_else(|| unusable(&action, format!("profile {} has no {key}", profile.name)))
    };
    let file = PathBuf::from(value("web_identity_token_file")?);
    let token = read_token(&file).map_err(|message| unusable(&action, message))?;
    let role_arn = value("role_arn")?;
    let asked = services
        .sts(None)
        .assume_role_with_web_identity()
        .role_arn(role_arn)
        .role_session_name(profile.get("role_session_name").unwrap_or(super::SESSION_NAME))
        .web_identity_token(token)
        .send()
        .await;
    let said = format!("sts:AssumeRoleWithWebIdentity {role_arn}");
    let answer = asked.map_err(|error| services.failure(&said, &error))?;
    issued(&said, answer.credentials, "AssumeRoleWithWebIdentity")
}

/// The SDK reads this file by itself: it would wait for a pipe for ever, and read a device without end. Its token is taken
/// down, since whoever it is sent to may quote it.
fn hold_token_file(environment: &Environment) -> Result<(), String> {
    const NAME: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    let Some(file) = environment.get(NAME) else { return Ok(()) };
    match read_text(Path::new(file), MOST_TOKEN) {
        // The SDK says in its words what it misses.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        found => found
            .map(|text| held::token(&text))
            .map_err(|error| format!("the {NAME} {file} cannot be read: {error}")),
    }
}

/// A token has a few kilobytes.
const MOST_TOKEN: u64 = 64 << 10;

fn read_token(file: &Path) -> Result<String, String> {
    let text = read_text(file, MOST_TOKEN);
    text.inspect(|text| held::token(text))
        .map_err(|error| format!("the token file {} cannot be read: {error}", file.display()))
}

/// Asks a provider of the SDK's, and says in one sentence why it has nothing.
async fn provided(provider: &SharedCredentialsProvider) -> Result<Credentials, String> {
    provider.provide_credentials().await.map_err(|error| {
        let said = error.to_string();
        let causes = causes(&error).into_iter().filter(|cause| !said.contains(cause));
        std::iter::once(said.clone()).chain(causes).collect::<Vec<_>>().join(": ")
    })
}

/// That there are no credentials, and why.
pub fn unusable(action: &str, message: String) -> Failure {
    Failure {
        state: State::NoCredentials,
        action: action.into(),
        code: None,
        message: message.into(),
        request_id: None,
    }
}

impl Services<'_> {
    /// What a service said. A stand-in may word a refusal in a body the SDK does not read; then it is read here.
    pub fn failure<E>(&self, action: &str, error: &SdkError<E, HttpResponse>) -> Failure
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
    {
        let action = action.to_owned();
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
        let request_id =
            service.raw().headers().get("x-amzn-requestid").map(str::to_owned).or(read.request_id);
        let state = match state_of(code.as_deref().unwrap_or_default(), &message, status) {
            // At RDS these codes mean a region that is not enabled; here the credentials themselves are refused.
            State::RegionNotEnabled if code.as_deref() != Some("RegionDisabledException") => {
                State::NoCredentials
            }
            state => state,
        };
        Failure {
            state,
            action: action.into(),
            code: code.as_deref().map(CleanText::name),
            message: message.into(),
            request_id: request_id.as_deref().map(CleanText::name),
        }
    }
}
