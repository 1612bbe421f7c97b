//! The bounds of every answer over HTTP, whoever asked: its body is read here, up to a size, before anybody looks at it. What
//! AWS sends is far below; a broken proxy or a hostile endpoint must not fill the memory.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;

use crate::failure::AnswerFault;

/// A page of a hundred rows has a few hundred kilobytes at most.
const MOST_OF_AN_ANSWER: usize = 16 << 20;
/// Of an error's text so much is read; the rest is left.
const MOST_OF_AN_ERROR: usize = 256 << 10;

/// A connector whose answers are bounded.
#[derive(Debug)]
pub struct Bounded(SharedHttpConnector);

impl Bounded {
    pub fn new(connector: impl HttpConnector + 'static) -> Bounded {
        Bounded(SharedHttpConnector::new(connector))
    }
}

impl HttpConnector for Bounded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move { bounded(answer.await?).await })
    }
}

/// The answer with its body read.
async fn bounded(mut response: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    let body = std::mem::replace(response.body_mut(), SdkBody::empty());
    let is_answer = response.status().is_success();
    let most = if is_answer { MOST_OF_AN_ANSWER } else { MOST_OF_AN_ERROR };
    let (bytes, is_whole) = read(body, most)
        .await
        .map_err(|error| ConnectorError::io(Box::new(AnswerFault::BrokenOff(error))))?;
    if is_answer && !is_whole {
        let sentence = format!("the answer is larger than {} MB and was not read", most >> 20);
        // Another try would be no better.
        return Err(ConnectorError::other(Box::new(AnswerFault::Refused(sentence)), None));
    }
    *response.body_mut() = SdkBody::from(bytes);
    Ok(response)
}

/// Reads a body up to a size, and says whether that was all of it.
async fn read(mut body: SdkBody, most: usize) -> Result<(Vec<u8>, bool), BoxError> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame?.into_data() else { continue };
        let room = most - bytes.len();
        bytes.extend_from_slice(&piece[..piece.len().min(room)]);
        if piece.len() > room {
            return Ok((bytes, false));
        }
    }
    Ok((bytes, true))
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use bytes::Bytes;
    use http_body_util::Full;

    use super::*;

    async fn answered(status: u16, size: usize) -> Result<usize, ConnectorError> {
        let body = SdkBody::from_body_1_x(Full::new(Bytes::from(vec![b'x'; size])));
        let response = HttpResponse::new(StatusCode::try_from(status).unwrap(), body);
        bounded(response).await.map(|response| response.body().bytes().unwrap().len())
    }

    #[tokio::test]
    async fn an_answer_is_read_whole_or_refused_and_an_error_cut() {
        assert_eq!(answered(200, 0).await.unwrap(), 0);
        assert_eq!(answered(200, MOST_OF_AN_ANSWER).await.unwrap(), MOST_OF_AN_ANSWER);
        let refused = answered(200, MOST_OF_AN_ANSWER + 1).await.unwrap_err();
        assert!(refused.as_other().is_none() && !refused.is_io(), "it is not tried again");
        assert!(crate::failure::causes(&refused).concat().contains("larger than 16 MB"));
        for status in [302, 403, 500] {
            assert_eq!(answered(status, 1000).await.unwrap(), 1000);
            assert_eq!(answered(status, MOST_OF_AN_ANSWER + 1).await.unwrap(), MOST_OF_AN_ERROR);
        }
    }
}
