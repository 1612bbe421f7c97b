//! Base credentials: what a chain of roles starts from. aws-config does the work; this says which of its providers a
//! profile means and hands it our HTTP clients.

use std::path::PathBuf;

use aws_config::credential_process::CredentialProcessProvider;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sso::SsoCredentialsProvider;
use aws_config::web_identity_token::{StaticConfiguration, WebIdentityTokenCredentialsProvider};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::region::Region;

use crate::config::{Base, Configuration, Environment};
use crate::failure::causes;

/// What base providers are made from.
pub struct Sources<'a> {
    pub configuration: &'a Configuration,
    pub environment: &'a Environment,
    /// For AWS's services.
    pub http: SharedHttpClient,
    /// For metadata services; never proxied.
    pub metadata_http: SharedHttpClient,
    /// Where services are asked that live in regions.
    pub region: &'a str,
}

/// The provider of a base.
///
/// # Errors
/// A sentence that says what is missing.
pub fn provider(base: &Base, sources: &Sources<'_>) -> Result<SharedCredentialsProvider, String> {
    let profile = |name: &str| {
        sources
            .configuration
            .profile(name)
            .ok_or_else(|| format!("profile {name} is no longer in the config file"))
    };
    let services = ProviderConfig::empty()
        .with_http_client(sources.http.clone())
        .with_sleep_impl(TokioSleep::new())
        .with_region(Some(Region::new(sources.region.to_owned())));
    let metadata = services.clone().with_http_client(sources.metadata_http.clone());
    Ok(match base {
        Base::Ec2InstanceMetadata => {
            if sources
                .environment
                .get("AWS_EC2_METADATA_DISABLED")
                .is_some_and(|value| value.eq_ignore_ascii_case("true"))
            {
                return Err(
                    "AWS_EC2_METADATA_DISABLED is set, so the instance's role is not asked for".to_owned()
                );
            }
            let mut client = imds::Client::builder().configure(&metadata);
            if let Some(endpoint) = sources.environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT") {
                client = client
                    .endpoint(endpoint)
                    .map_err(|error| format!("AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL: {error}"))?;
            } else if sources
                .environment
                .get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
                .is_some_and(|mode| mode.eq_ignore_ascii_case("IPv6"))
            {
                client = client.endpoint_mode(imds::client::EndpointMode::IpV6);
            }
            let provider =
                ImdsCredentialsProvider::builder().configure(&metadata).imds_client(client.build()).build();
            SharedCredentialsProvider::new(provider)
        }
        Base::Environment => {
            let get = |name| sources.environment.get(name);
            let (Some(id), Some(secret)) = (get("AWS_ACCESS_KEY_ID"), get("AWS_SECRET_ACCESS_KEY")) else {
                return Err("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set".to_owned());
            };
            let token = get("AWS_SESSION_TOKEN").map(str::to_owned);
            SharedCredentialsProvider::new(Credentials::new(id, secret, token, None, "environment"))
        }
        Base::EcsContainer => {
            SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(&metadata).build())
        }
        Base::StaticKeys { profile: name } => {
            let keys = profile(name)?
                .static_keys()
                .ok_or_else(|| format!("profile {name} no longer has keys of its own"))?;
            SharedCredentialsProvider::new(Credentials::new(
                keys.access_key_id,
                keys.secret_access_key.expose(),
                keys.session_token.map(|token| token.expose().to_owned()),
                None,
                "profile",
            ))
        }
        Base::Process { profile: name } => {
            let command = profile(name)?
                .get("credential_process")
                .ok_or_else(|| format!("profile {name} no longer has a credential_process"))?;
            SharedCredentialsProvider::new(CredentialProcessProvider::new(command.to_owned()))
        }
        Base::Sso { profile: name } => {
            let profile = profile(name)?;
            let session = profile.get("sso_session");
            let value = |key: &str| {
                session
                    .and_then(|session| sources.configuration.sso_session(session))
                    .and_then(|session| session.get(key))
                    .or_else(|| profile.get(key))
                    .map(str::to_owned)
                    .ok_or_else(|| format!("profile {name} has no {key}"))
            };
            let mut builder = SsoCredentialsProvider::builder()
                .configure(&services)
                .account_id(value("sso_account_id")?)
                .role_name(value("sso_role_name")?)
                .region(Region::new(value("sso_region")?))
                .start_url(value("sso_start_url")?);
            builder.set_session_name(session.map(str::to_owned));
            SharedCredentialsProvider::new(builder.build())
        }
        Base::WebIdentity { profile: name } => {
            let profile = profile(name)?;
            let value = |key: &str| {
                profile.get(key).map(str::to_owned).ok_or_else(|| format!("profile {name} has no {key}"))
            };
            let provider = WebIdentityTokenCredentialsProvider::builder()
                .configure(&services)
                .static_configuration(StaticConfiguration {
                    web_identity_token_file: PathBuf::from(value("web_identity_token_file")?),
                    role_arn: value("role_arn")?,
                    session_name: profile.get("role_session_name").unwrap_or(super::SESSION_NAME).to_owned(),
                })
                .build();
            SharedCredentialsProvider::new(provider)
        }
    })
}

/// Asks a provider, and says in one sentence why it has nothing.
pub async fn credentials(provider: &SharedCredentialsProvider) -> Result<Credentials, String> {
    provider.provide_credentials().await.map_err(|error| {
        let said = error.to_string();
        let causes = causes(&error).into_iter().filter(|cause| !said.contains(cause));
        std::iter::once(said.clone()).chain(causes).collect::<Vec<_>>().join(": ")
    })
}
