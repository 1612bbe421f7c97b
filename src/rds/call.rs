//! One call of the RDS API: a Describe operation's page, through the AWS SDK's own runtime.
//!
//! The SDK's orchestrator signs, retries and times out; what it would leave to the generated `aws-sdk-rds`, the
//! request's few parameters and the answer's XML, is done here from the shape table (ARCHITECTURE.md says why).
//! Whose credentials are used, and how many calls run at once, is decided above.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::{RuntimeComponents, RuntimeComponentsBuilder};
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{ConfigBag, Layer};
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SigningName;
use aws_types::region::{Region, SigningRegion};

use super::answer::{Page, read_error, read_page, say_parent};
use super::kind::Kind;
use crate::clean::CleanText;
use crate::failure::{AnswerFault, Failure, State, Unreached, causes, find_cause, state_of};

/// AWS's version of the RDS Query API.
const API_VERSION: &str = "2014-10-31";

/// How patient a call is.
#[derive(Debug, Clone)]
pub struct Patience {
    /// One try.
    pub attempt_timeout: Duration,
    /// All tries with their pauses.
    pub operation_timeout: Duration,
    /// How many tries.
    pub attempts: u32,
}

impl Patience {
    /// The SDK's form of it, for calls of any service.
    pub fn timeouts(&self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .operation_attempt_timeout(self.attempt_timeout)
            .operation_timeout(self.operation_timeout)
            .build()
    }

    /// Standard mode: adaptive mode was measured to take half a minute for one call.
    pub fn retries(&self) -> RetryConfig {
        RetryConfig::standard()
            .with_max_attempts(self.attempts)
            .with_initial_backoff(Duration::from_millis(500))
    }

    /// A retry partition of the caller's own: the default one is shared by the whole process, so that one throttled
    /// account would use up every other account's retries.
    pub fn partition(name: String) -> RetryPartition {
        RetryPartition::custom(name).token_bucket(TokenBucket::unlimited()).build()
    }
}

/// Asks one kind's Describe operation of one region with one set of credentials.
pub struct Describe {
    kind: &'static Kind,
    operation: Operation<Vec<(&'static str, String)>, Page, AnswerError>,
    tries: Arc<AtomicU32>,
    signer: Signer,
}

impl Describe {
    /// `url` is the endpoint, `region` what requests are signed for.
    pub fn new(
        kind: &'static Kind,
        url: &str,
        region: &str,
        http: SharedHttpClient,
        patience: &Patience,
    ) -> Describe {
        let mut layer = Layer::new("rds-fleet");
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(SigV4OperationSigningConfig {
            region: Some(SigningRegion::from(Region::new(region.to_owned()))),
            name: Some(SigningName::from_static("rds")),
            signing_options: SigningOptions::default(),
            ..Default::default()
        });
        layer.store_put(Patience::partition(format!("rds {url} {region}")));

        let tries = Arc::new(AtomicU32::new(0));
        let mut components = RuntimeComponentsBuilder::new("rds-fleet");
        components
            .set_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])));
        components.push_auth_scheme(SigV4AuthScheme::new());
        // Each page brings its credentials; a cache would keep them past their time.
        let signer = Signer::default();
        components.set_identity_cache(Some(IdentityCache::no_cache()));
        components.set_identity_resolver(SCHEME_ID, SharedCredentialsProvider::new(signer.clone()));
        components.push_interceptor(ServiceClockSkewInterceptor::new());
        components.push_interceptor(RequestInfoInterceptor::new());
        components.push_interceptor(InvocationIdInterceptor::new());
        components.push_interceptor(CountTries(Arc::clone(&tries)));
        components.push_retry_classifier(HttpStatusCodeClassifier::default());

        let operation = Operation::builder()
            .service_name("rds")
            .operation_name(kind.operation)
            .http_client(http)
            .endpoint_url(url)
            .standard_retry(&patience.retries())
            .timeout_config(patience.timeouts())
            // Meant for downloads; the time of an attempt is limited as it is.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_classifier(TransientErrorClassifier::<AnswerError>::new())
            .retry_classifier(AwsErrorCodeClassifier::<AnswerError>::new())
            .retry_classifier(ServiceClockSkewClassifier::<AnswerError>::new())
            .with_connection_poisoning()
            .runtime_plugin(
                StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components),
            )
            .serializer(|form: Vec<(&'static str, String)>| request(&form))
            .deserializer(move |response: &HttpResponse| read_response(kind, response))
            .build();
        Describe { kind, operation, tries, signer }
    }

    /// One page; `parent` is the name of whose children are asked for, where the kind has a parent; `marker` is the
    /// previous page's. All its tries are signed with the same credentials: renewing them between two tries would need a
    /// call of its own while this one holds a place among the calls.
    ///
    /// # Errors
    /// What AWS, or something on the way to it, said instead.
    pub async fn page(
        &self,
        credentials: &Credentials,
        parent: Option<&str>,
        marker: Option<&str>,
    ) -> Result<Page, Failure> {
        self.signer.set(credentials);
        let mut form = vec![("Action", self.kind.operation.to_owned()), ("Version", API_VERSION.to_owned())];
        form.extend(self.kind.parameters.iter().map(|&(name, value)| (name, value.to_owned())));
        if let (Some(by), Some(name)) = (&self.kind.parent, parent) {
            form.push((by.parameter, name.to_owned()));
        }
        if self.kind.answer.paged {
            // The largest page that AWS gives: every call counts against the account's rate.
            form.push(("MaxRecords", "100".to_owned()));
        }
        if let Some(marker) = marker {
            form.push(("Marker", marker.to_owned()));
        }
        let mut page = self
            .operation
            .invoke(form)
            .await
            .map_err(|error| failure(format!("rds:{}", self.kind.operation), &error))?;
        if let Some(name) = parent {
            say_parent(self.kind, name, &mut page);
        }
        Ok(page)
    }

    /// Requests sent so far, retries among them.
    pub fn tries(&self) -> u32 {
        self.tries.load(Ordering::Relaxed)
    }
}

/// What the page under way is signed with.
#[derive(Debug, Clone, Default)]
struct Signer(Arc<Mutex<Option<Credentials>>>);

impl Signer {
    fn set(&self, credentials: &Credentials) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(credentials.clone());
    }
}

impl ProvideCredentials for Signer {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let credentials = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        future::ProvideCredentials::ready(
            credentials.ok_or_else(|| CredentialsError::not_loaded("no page was asked for")),
        )
    }
}

#[derive(Debug)]
struct CountTries(Arc<AtomicU32>);

#[dyn_dispatch_hint]
impl Intercept for CountTries {
    fn name(&self) -> &'static str {
        "CountTries"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// An answer that is an error, or none at all.
#[derive(Debug)]
pub struct AnswerError {
    status: u16,
    /// Boxed, so that the way of every answer is not as wide as that of an error.
    metadata: Box<ErrorMetadata>,
    request_id: Option<String>,
}

impl fmt::Display for AnswerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.metadata.message().unwrap_or("no message"))
    }
}

impl std::error::Error for AnswerError {}

impl ProvideErrorMetadata for AnswerError {
    fn meta(&self) -> &ErrorMetadata {
        &self.metadata
    }
}

fn request(form: &[(&'static str, String)]) -> Result<HttpRequest, BoxError> {
    let mut body = String::new();
    for (name, value) in form {
        if !body.is_empty() {
            body.push('&');
        }
        body.push_str(name);
        body.push('=');
        percent_encode(value, &mut body);
    }
    let mut request = HttpRequest::new(SdkBody::from(body.clone()));
    request.set_method("POST")?;
    request.set_uri("/")?;
    request.headers_mut().try_insert("content-type", "application/x-www-form-urlencoded")?;
    request.headers_mut().try_insert("content-length", body.len().to_string())?;
    // What CloudTrail shows of the caller.
    request.headers_mut().try_insert("user-agent", concat!("rds-fleet/", env!("CARGO_PKG_VERSION")))?;
    Ok(request)
}

/// RFC 3986: everything but the unreserved characters, as AWS's Query protocol wants it.
fn percent_encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

fn read_response(kind: &Kind, response: &HttpResponse) -> Result<Page, OrchestratorError<AnswerError>> {
    let body = response.body().bytes().unwrap_or_default();
    let status = response.status().as_u16();
    let mut metadata = ErrorMetadata::builder();
    let request_id_header = response.headers().get("x-amzn-requestid").map(str::to_owned);
    if response.status().is_success() {
        return read_page(kind, body).map_err(|message| {
            OrchestratorError::operation(AnswerError {
                status,
                metadata: Box::new(metadata.message(message).build()),
                request_id: request_id_header,
            })
        });
    }
    let error = read_error(body);
    metadata =
        metadata.message(error.message.unwrap_or_else(|| format!("HTTP status {status} without a message")));
    if let Some(code) = error.code {
        metadata = metadata.code(code);
    }
    Err(OrchestratorError::operation(AnswerError {
        status,
        metadata: Box::new(metadata.build()),
        request_id: error.request_id.or(request_id_header),
    }))
}

fn failure(action: String, error: &SdkError<AnswerError, HttpResponse>) -> Failure {
    match error {
        SdkError::ServiceError(service) => {
            let error = service.err();
            let message = error.to_string();
            Failure {
                state: error.code().map_or_else(
                    || state_of("", &message, error.status),
                    |code| state_of(code, &message, error.status),
                ),
                action: action.into(),
                code: error.code().map(CleanText::name),
                message: message.into(),
                request_id: error.request_id.as_deref().map(CleanText::name),
            }
        }
        other => unanswered(action, other),
    }
}

/// The failure of a call that nothing answered, in the words of what failed on the way.
pub fn unanswered<E, R>(action: String, error: &SdkError<E, R>) -> Failure
where
    E: std::error::Error + 'static,
    R: fmt::Debug + 'static,
{
    let action = action.into();
    if let Some(unreached) = find_cause::<Unreached>(error) {
        let message = unreached.to_string().into();
        return Failure { state: State::Unreachable, action, code: None, message, request_id: None };
    }
    let fault = find_cause::<AnswerFault>(error);
    if let Some(AnswerFault::Refused(sentence)) = fault {
        return Failure {
            state: State::Failed,
            action,
            code: None,
            message: sentence.as_str().into(),
            request_id: None,
        };
    }
    let words = causes(error);
    let (state, what) = match error {
        _ if fault.is_some() => (State::Unreachable, "the answer broke off"),
        SdkError::TimeoutError(_) => (State::Unreachable, "no answer in time"),
        SdkError::DispatchFailure(_) => (State::Unreachable, "no connection"),
        SdkError::ResponseError(_) => (State::Unreachable, "the answer broke off"),
        _ => (State::Failed, "the request could not be made"),
    };
    let message = if words.is_empty() { what.to_owned() } else { format!("{what}: {}", words.join(": ")) };
    Failure { state, action, code: None, message: message.into(), request_id: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded_as_the_query_protocol_wants() {
        let request =
            request(&[("Action", "DescribeDBInstances".into()), ("Marker", "a b/ä~".into())]).unwrap();
        assert_eq!(
            request.body().bytes().unwrap(),
            "Action=DescribeDBInstances&Marker=a%20b%2F%C3%A4~".as_bytes()
        );
    }
}
