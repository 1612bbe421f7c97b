//! The HTTP client that every call to AWS goes through, as the SDK wants it: one pool of connections, limits of time, and
//! errors that say who could not be reached. Nothing here knows what is called; connections are made in `connect`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use http_body_util::{BodyExt, Limited};
use hyper::header::PROXY_AUTHORIZATION;
use hyper::{StatusCode, Uri};
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;

use super::bounds::Bounded;
use super::connect::{Connect, unreached};
use super::proxies::{Proxies, Proxy};
use crate::descriptors::Descriptors;
use crate::failure::{Unreached, causes, find_cause};

/// Which way requests take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Through the proxies that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name.
    Proxied,
    /// Straight, and without TLS: the simulated AWS on this machine.
    Direct,
}

/// Limits of time of one try.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    pub connect: Duration,
    /// From the request to the answer's head. Shorter than the SDK's own limit of a try, which does not know whom it waits
    /// for.
    pub answer: Duration,
}

/// A connector with one pool of connections for all who share it.
pub fn connector(tls: ClientConfig, proxies: Arc<Proxies>, timeouts: Timeouts) -> SharedHttpConnector {
    let connect = Connect::new(Arc::new(tls), Arc::clone(&proxies), timeouts.connect);
    let client = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_max_idle_per_host(Descriptors::now().idle_per_host())
        .build(connect);
    let connector = Connector { client, proxies, answer_timeout: timeouts.answer };
    SharedHttpConnector::new(Bounded::new(connector))
}

/// The same as a client: the SDK asks for a connector for each of its own, and all get this one.
pub fn client(connector: SharedHttpConnector) -> SharedHttpClient {
    http_client_fn(move |_, _| connector.clone())
}

struct Connector {
    client: Client<Connect, SdkBody>,
    proxies: Arc<Proxies>,
    answer_timeout: Duration,
}

impl fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let to = request.uri().clone();
        let proxy = self.proxies.of_url(&to).cloned();
        // A tunnel is asked for with the authorization; of a plain request the proxy reads the headers.
        let reads = proxy.as_ref().filter(|_| to.scheme_str() == Some("http"));
        if let Some(value) = reads.and_then(|proxy| proxy.authorization.clone()) {
            request.headers_mut().entry(PROXY_AUTHORIZATION).or_insert(value);
        }
        capture(&mut request);
        let (answer, limit) = (self.client.request(request), self.answer_timeout);
        HttpConnectorFuture::new(async move {
            match tokio::time::timeout(limit, answer).await {
                Err(_) => {
                    let said = format!("nothing came within {limit:?}");
                    Err(ConnectorError::timeout(
                        unreached("no answer from", &to, proxy.as_ref(), said).into(),
                    ))
                }
                Ok(Err(error)) => Err(connector_error(error, &to, proxy.as_ref())),
                Ok(Ok(answer)) if answer.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                    let said = format!("the proxy answered {}", answer.status());
                    let unreached = unreached("no connection to", &to, proxy.as_ref(), said);
                    Err(ConnectorError::other(unreached.into(), None))
                }
                Ok(Ok(answer)) => HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                    .map_err(|error| ConnectorError::other(error.into(), None)),
            }
        })
    }
}

/// Lets the SDK close the connection on which an answer was no good.
fn capture(request: &mut hyper::Request<SdkBody>) {
    let captured = capture_connection(request);
    if let Some(wanted) = request.extensions().get::<CaptureSmithyConnection>() {
        wanted.set_connection_retriever(move || {
            let proxied = captured.connection_metadata().as_ref()?.is_proxied();
            let captured = captured.clone();
            let poison = move || {
                if let Some(connection) = captured.connection_metadata().as_ref() {
                    connection.poison();
                }
            };
            Some(ConnectionMetadata::builder().proxied(proxied).poison_fn(poison).build())
        });
    }
}

/// What the SDK is to make of an error: whether to try again, and whom it is about.
fn connector_error(error: Error, to: &Uri, proxy: Option<&Proxy>) -> ConnectorError {
    if let Some(unreached) = find_cause::<Unreached>(&error) {
        let (again, unreached) = (unreached.again, unreached.clone().into());
        return if again { ConnectorError::io(unreached) } else { ConnectorError::other(unreached, None) };
    }
    let said = causes(&error).pop().unwrap_or_else(|| error.to_string());
    let is_user = find_cause::<hyper::Error>(&error).is_some_and(hyper::Error::is_user);
    let broke_off = unreached("the connection broke off:", to, proxy, said).into();
    if is_user {
        ConnectorError::user(broke_off)
    } else {
        ConnectorError::other(broke_off, Some(ErrorKind::TransientError))
    }
}

/// The status and body of one plain request, for services that are none of the SDK's.
///
/// # Errors
/// Who could not be reached, or that the answer is longer than `longest`.
pub async fn ask(
    connector: &SharedHttpConnector,
    method: &str,
    url: &str,
    headers: &[(&'static str, &str)],
    longest: usize,
) -> Result<(u16, Vec<u8>), String> {
    let mut request = HttpRequest::new(SdkBody::empty());
    let made = request.set_method(method).and_then(|()| request.set_uri(url.to_owned()));
    made.map_err(|error| format!("{url} cannot be asked: {error}"))?;
    for (name, value) in headers {
        let set = request.headers_mut().try_insert(*name, (*value).to_owned());
        set.map_err(|error| format!("{url} cannot be asked: {error}"))?;
    }
    let answer = connector.call(request).await.map_err(|error| match find_cause::<Unreached>(&error) {
        Some(unreached) => unreached.to_string(),
        None => causes(&error).join(": "),
    })?;
    let status = answer.status().as_u16();
    let body = Limited::new(answer.into_body(), longest).collect().await;
    Ok((status, body.map_err(|error| format!("the answer of {url}: {error}"))?.to_bytes().to_vec()))
}
