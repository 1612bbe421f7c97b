//! One connection: to the host or through a proxy, with TLS where the URL wants it. What cannot be reached is told with
//! host, port, proxy and what was said.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::proxies::{Proxies, Proxy};
use super::trust::is_about_the_issuer;
use crate::failure::{Unreached, causes};

/// A proxy that says more than this before it has opened a tunnel is none.
const LONGEST_ANSWER: usize = 8 * 1024;

/// Makes connections.
#[derive(Clone)]
pub struct Connect {
    tcp: HttpConnector,
    tls: Arc<ClientConfig>,
    proxies: Arc<Proxies>,
    timeout: Duration,
}

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// A connection.
pub struct Stream {
    io: TokioIo<Box<dyn Io>>,
    /// Whether a proxy reads the requests, and so wants the whole URL in them.
    proxied: bool,
}

/// What a connection failed with, and whether trying again may help.
struct Trouble {
    said: String,
    again: bool,
}

impl Trouble {
    fn again(said: impl Into<String>) -> Trouble {
        Trouble { said: said.into(), again: true }
    }
}

impl Connect {
    pub fn new(tls: Arc<ClientConfig>, proxies: Arc<Proxies>, timeout: Duration) -> Connect {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Connect { tcp, tls, proxies, timeout }
    }

    async fn reach(self, to: Uri) -> Result<Stream, Unreached> {
        let proxies = Arc::clone(&self.proxies);
        let proxy = proxies.of_url(&to);
        let opened = tokio::time::timeout(self.timeout, self.open(&to, proxy)).await;
        opened
            .unwrap_or_else(|_| Err(Trouble::again(format!("nothing answered within {:?}", self.timeout))))
            .map_err(|trouble| Unreached {
                again: trouble.again,
                ..unreached("no connection to", &to, proxy, trouble.said)
            })
    }

    async fn open(&self, to: &Uri, proxy: Option<&Proxy>) -> Result<Stream, Trouble> {
        let first = proxy.map_or(to, |proxy| &proxy.uri);
        let connected = self.tcp.clone().call(first.clone()).await;
        let tcp = connected.map_err(|error| Trouble::again(last_cause(&error)))?;
        let mut io: Box<dyn Io> = Box::new(tcp.into_inner());
        if let Some(proxy) = proxy.filter(|proxy| is_https(&proxy.uri)) {
            io = self.secured(io, &proxy.uri).await?;
        }
        if is_https(to) {
            if let Some(proxy) = proxy {
                tunnel(&mut io, to, proxy.authorization.as_ref()).await?;
            }
            io = self.secured(io, to).await?;
        }
        Ok(Stream { io: TokioIo::new(io), proxied: proxy.is_some() && !is_https(to) })
    }

    async fn secured(&self, io: Box<dyn Io>, host: &Uri) -> Result<Box<dyn Io>, Trouble> {
        let name = host.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(name).map_err(|_| Trouble {
            said: "its name is none that a certificate can have".to_owned(),
            again: false,
        })?;
        match TlsConnector::from(Arc::clone(&self.tls)).connect(name, io).await {
            Ok(io) => Ok(Box::new(io)),
            Err(error) => Err(of_tls(&error)),
        }
    }
}

impl Service<Uri> for Connect {
    type Response = Stream;
    type Error = Unreached;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, Unreached>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unreached>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        Box::pin(self.clone().reach(to))
    }
}

fn is_https(url: &Uri) -> bool {
    url.scheme_str() == Some("https")
}

/// `host:port` of a URL.
pub fn host_and_port(url: &Uri) -> String {
    let port = url.port_u16().unwrap_or(if is_https(url) { 443 } else { 80 });
    format!("{}:{port}", url.host().unwrap_or_default())
}

/// What could not be done with whom, and what was said.
pub fn unreached(what: &'static str, to: &Uri, proxy: Option<&Proxy>, said: String) -> Unreached {
    Unreached { what, to: host_and_port(to), through: proxy.map(ToString::to_string), said, again: true }
}

/// The innermost cause, which says most: "connection refused", not "client error".
fn last_cause(error: &(dyn std::error::Error + 'static)) -> String {
    causes(error).pop().unwrap_or_else(|| error.to_string())
}

/// A certificate that is not believed today will not be believed in a second.
fn of_tls(error: &io::Error) -> Trouble {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(error) if is_about_the_issuer(error) => {
            let said = "its certificate is not trusted: none of the authorities known here has issued it (UnknownIssuer)";
            Trouble { said: said.to_owned(), again: false }
        }
        Some(rustls::Error::InvalidCertificate(why)) => {
            Trouble { said: format!("its certificate is not trusted: {why}"), again: false }
        }
        Some(error) => Trouble::again(format!("TLS: {error}")),
        None => Trouble::again(format!("TLS: {error}")),
    }
}

/// Asks a proxy for a way to the host.
async fn tunnel(io: &mut Box<dyn Io>, to: &Uri, authorization: Option<&HeaderValue>) -> Result<(), Trouble> {
    let place = host_and_port(to);
    let mut request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n").into_bytes();
    if let Some(value) = authorization {
        request.extend([b"Proxy-Authorization: ", value.as_bytes(), b"\r\n"].concat());
    }
    request.extend(b"\r\n");
    let broke_off = |error: io::Error| Trouble::again(format!("the proxy broke off: {error}"));
    io.write_all(&request).await.map_err(broke_off)?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        match io.read_u8().await {
            Ok(byte) if answer.len() < LONGEST_ANSWER => answer.push(byte),
            Ok(_) => return Err(Trouble::again("the proxy's answer is no HTTP")),
            Err(error) => return Err(broke_off(error)),
        }
    }
    read_tunnel(&answer)
}

/// What a proxy has said to `CONNECT`. A refusal is a word, not a mishap: the same question gets the same answer.
fn read_tunnel(answer: &[u8]) -> Result<(), Trouble> {
    let line =
        String::from_utf8_lossy(answer.split(|byte| *byte == b'\r').next().unwrap_or_default()).into_owned();
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..)).unwrap_or_default();
    match status.get(..3).and_then(|code| code.parse::<u16>().ok()) {
        Some(200..=299) => Ok(()),
        Some(code) => {
            Err(Trouble { said: format!("the proxy answered {}", status.trim()), again: code >= 500 })
        }
        None => Err(Trouble::again("the proxy's answer is no HTTP")),
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new().proxy(self.proxied)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxys_word_is_taken_once_and_a_mishap_tried_again() {
        let said = |answer: &str| match read_tunnel(answer.as_bytes()) {
            Ok(()) => ("open".to_owned(), false),
            Err(trouble) => (trouble.said, trouble.again),
        };
        assert_eq!(said("HTTP/1.1 200 Connection established\r\n\r\n"), ("open".to_owned(), false));
        assert_eq!(
            said("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
            ("the proxy answered 407 Proxy Authentication Required".to_owned(), false)
        );
        assert_eq!(said("HTTP/1.0 403\r\n\r\n"), ("the proxy answered 403".to_owned(), false));
        assert_eq!(said("HTTP/1.1 503 Busy\r\n\r\n"), ("the proxy answered 503 Busy".to_owned(), true));
        assert_eq!(said("SSH-2.0\r\n\r\n"), ("the proxy's answer is no HTTP".to_owned(), true));
    }

    #[test]
    fn a_url_names_its_host_and_port() {
        for (url, expected) in [
            ("https://sts.eu-west-1.amazonaws.com/", "sts.eu-west-1.amazonaws.com:443"),
            ("http://127.0.0.1:5000", "127.0.0.1:5000"),
            ("http://[fd00:ec2::254]", "[fd00:ec2::254]:80"),
        ] {
            assert_eq!(host_and_port(&url.parse().unwrap()), expected);
        }
    }
}
