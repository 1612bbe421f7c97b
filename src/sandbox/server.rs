//! The HTTP side: connections, which service a request is for, and answers on their way out. What the services say is
//! `imds`', `sts`' and `rds`'.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::company::Account;
use super::counts::Counters;
use super::faults::{Fate, Fates};
use super::pages::Library;
use super::random::Random;
use super::refusal::{RDS, Refusal, STS};
use super::request::Request;
use super::sessions::Sessions;
use super::{Settings, imds, rds, sts};

/// The largest request that is read.
const LARGEST: usize = 1 << 20;

/// What all connections share.
pub struct State {
    pub settings: Settings,
    pub accounts: Vec<Account>,
    pub counters: Counters,
    pub fates: Fates,
    pub library: Library,
    pub sessions: Sessions,
    pub metadata: imds::Tokens,
    serial: AtomicU64,
}

impl State {
    pub fn new(settings: Settings, accounts: Vec<Account>) -> State {
        State {
            settings,
            accounts,
            counters: Counters::default(),
            fates: Fates::default(),
            library: Library::default(),
            sessions: Sessions::default(),
            metadata: imds::Tokens::default(),
            serial: AtomicU64::new(0),
        }
    }

    /// A number that no other call gets.
    pub fn serial(&self) -> u64 {
        self.settings.seed.wrapping_add(self.serial.fetch_add(1, Ordering::Relaxed))
    }

    /// The account of that id.
    pub fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// Waits as long as the call shall take and says what becomes of it.
    pub async fn fate(&self, call: &[&str], longer: Duration) -> Result<Fate, Refused> {
        let (fate, latency) = self.fates.draw(&self.settings, call);
        let latency = latency + longer;
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        match fate {
            Fate::Answered => {}
            Fate::Throttled => self.counters.count(|counts| counts.throttled += 1),
            Fate::InternalFailure | Fate::ServiceUnavailable => {
                self.counters.count(|counts| counts.server_errors += 1);
            }
            Fate::Dropped | Fate::Broken => self.counters.count(|counts| counts.dropped += 1),
        }
        match fate {
            Fate::Throttled => Err(Refusal::throttled().into()),
            Fate::InternalFailure => Err(Refusal::internal_failure().into()),
            Fate::ServiceUnavailable => Err(Refusal::service_unavailable().into()),
            Fate::Dropped => Err(Refused::Dropped),
            fate @ (Fate::Answered | Fate::Broken) => Ok(fate),
        }
    }
}

/// Why a call has no proper answer.
pub enum Refused {
    ByAws(Refusal),
    /// The connection is closed instead.
    Dropped,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused::ByAws(refusal)
    }
}

/// An answer, which may break off in the middle.
pub struct Answer {
    rest: Bytes,
    /// How many bytes are still to be sent before the connection breaks.
    breaks_after: Option<usize>,
}

impl Answer {
    pub fn new(text: String, fate: Fate) -> Answer {
        let breaks_after = (fate == Fate::Broken).then_some(text.len() / 2);
        Answer { rest: text.into(), breaks_after }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let part = match self.breaks_after {
            Some(0) => return Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into()))),
            Some(length) => {
                self.breaks_after = Some(0);
                self.rest.split_to(length)
            }
            None => std::mem::take(&mut self.rest),
        };
        Poll::Ready((!part.is_empty()).then_some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

/// Serves until the runtime ends.
pub async fn serve(listener: TcpListener, state: Arc<State>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, Arc::clone(&state)));
            }
            // Out of file descriptors, say: wait until some connection ends.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection(stream: TcpStream, state: Arc<State>) {
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(|request| respond(request, &state));
    // What ends a connection early is the client's, or the fault that was asked for.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// Answers one request. The error closes the connection without an answer.
async fn respond(
    request: hyper::Request<Incoming>,
    state: &State,
) -> Result<Response<Answer>, std::io::Error> {
    let (parts, body) = request.into_parts();
    if parts.uri.path().starts_with("/latest/") {
        return Ok(imds::respond(state, &parts.method, parts.uri.path(), &parts.headers));
    }
    if parts.method != Method::POST {
        return Ok(plain(StatusCode::METHOD_NOT_ALLOWED, "This simulated AWS answers POST requests only.\n"));
    }
    let body = Limited::new(body, LARGEST).collect().await.map_err(std::io::Error::other)?.to_bytes();
    let request = Request::read(&parts.headers, &body);
    let request_id = Random::new(state.serial(), &["request"]).uuid();
    let of_sts = matches!(request.action(), "AssumeRole" | "GetCallerIdentity") || request.service == "sts";
    let (namespace, answered) = if of_sts {
        (STS, sts::respond(state, &request, &request_id).await)
    } else {
        (RDS, rds::respond(state, &request, &request_id).await)
    };
    let mut response = match answered {
        Ok(response) => response,
        Err(Refused::Dropped) => return Err(std::io::ErrorKind::ConnectionReset.into()),
        Err(Refused::ByAws(refusal)) => {
            let mut response = xml(refusal.write(namespace, &request_id), Fate::Answered);
            *response.status_mut() = refusal.status;
            response
        }
    };
    // A UUID is always a header's value.
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("x-amzn-requestid", value);
    }
    Ok(response)
}

/// An answer in XML.
pub fn xml(text: String, fate: Fate) -> Response<Answer> {
    typed(Answer::new(text, fate), "text/xml")
}

/// An answer of another type.
pub fn typed(answer: Answer, content_type: &'static str) -> Response<Answer> {
    let mut response = Response::new(answer);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A line of text.
pub fn plain(status: StatusCode, text: &str) -> Response<Answer> {
    let mut response = typed(Answer::new(text.to_owned(), Fate::Answered), "text/plain");
    *response.status_mut() = status;
    response
}
