//! AWS's error answers, as its Query services write them.

use hyper::StatusCode;

use super::sessions::Unattributed;
use super::xml::escape;

/// The namespace of STS's answers.
pub const STS: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
/// The namespace of RDS's answers.
pub const RDS: &str = "http://rds.amazonaws.com/doc/2014-10-31/";

/// An error that AWS answers with.
#[derive(Debug)]
pub struct Refusal {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
}

impl Refusal {
    /// A request that is wrong.
    pub fn bad_request(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }

    /// A request that is not allowed.
    pub fn forbidden(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status: StatusCode::FORBIDDEN, code, message: message.into() }
    }

    pub fn throttled() -> Refusal {
        Refusal::bad_request("Throttling", "Rate exceeded")
    }

    pub fn internal_failure() -> Refusal {
        Refusal {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "InternalFailure",
            message:
                "An internal error has occurred. Retry your query, but if the problem persists, contact us."
                    .to_owned(),
        }
    }

    pub fn service_unavailable() -> Refusal {
        Refusal {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: "ServiceUnavailable",
            message: "Service is unavailable. Please try again later.".to_owned(),
        }
    }

    /// Credentials that AWS does not know, in this region.
    pub fn invalid_token() -> Refusal {
        Refusal::forbidden("InvalidClientTokenId", "The security token included in the request is invalid.")
    }

    /// The body.
    pub fn write(&self, namespace: &str, request_id: &str) -> String {
        let side = if self.status.is_server_error() { "Receiver" } else { "Sender" };
        let code = self.code;
        let mut message = String::new();
        escape(&self.message, &mut message);
        format!(
            "<ErrorResponse xmlns=\"{namespace}\">\n  <Error>\n    <Type>{side}</Type>\n    <Code>{code}</Code>\n    \
             <Message>{message}</Message>\n  </Error>\n  <RequestId>{request_id}</RequestId>\n</ErrorResponse>\n"
        )
    }
}

impl From<Unattributed> for Refusal {
    fn from(why: Unattributed) -> Refusal {
        match why {
            Unattributed::Unknown => Refusal::invalid_token(),
            Unattributed::Expired => {
                Refusal::forbidden("ExpiredToken", "The security token included in the request is expired")
            }
        }
    }
}
