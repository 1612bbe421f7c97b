//! A request to STS or RDS, read from its form and its `Authorization` header. What it may ask is decided elsewhere.

use hyper::HeaderMap;

/// A call of the Query protocol.
#[derive(Default)]
pub struct Request {
    parameters: Vec<(String, String)>,
    /// From `Authorization`, as are the region and the service.
    pub access_key_id: String,
    pub region: String,
    pub service: String,
    pub session_token: String,
}

impl Request {
    /// Reads a call; what is missing is empty.
    pub fn read(headers: &HeaderMap, body: &[u8]) -> Request {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let scope = text("authorization").split_once("Credential=").map_or("", |(_, rest)| rest);
        let mut scope = scope.split([',', ' ']).next().unwrap_or_default().split('/');
        let mut next = || scope.next().unwrap_or_default().to_owned();
        let access_key_id = next();
        let _date = next();
        let (region, service) = (next(), next());
        let parameters = String::from_utf8_lossy(body)
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(name), decode(value))
            })
            .collect();
        let session_token = text("x-amz-security-token").to_owned();
        Request { parameters, access_key_id, region, service, session_token }
    }

    /// A parameter; an empty one counts as missing.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(parameter, _)| parameter == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The operation asked for.
    pub fn action(&self) -> &str {
        self.parameter("Action").unwrap_or_default()
    }

    /// The filters: each one's name and the values of which one must match.
    pub fn filters(&self) -> Vec<(&str, Vec<&str>)> {
        (1..)
            .map_while(|at| {
                let name = self.parameter(&format!("Filters.Filter.{at}.Name"))?;
                let values = (1..)
                    .map_while(|value| self.parameter(&format!("Filters.Filter.{at}.Values.Value.{value}")))
                    .collect();
                Some((name, values))
            })
            .collect()
    }
}

/// Undoes the percent encoding of forms.
fn decode(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => decoded.push(b' '),
            b'%' => {
                let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16)).unwrap_or(0);
                decoded.push((digit() * 16 + digit()) as u8);
            }
            other => decoded.push(other),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
