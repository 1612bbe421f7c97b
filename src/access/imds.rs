//! The role of this EC2 instance, from its metadata service: version 2, and version 1 where the service has no tokens, as
//! in the AWS CLI. The SDK's own client knows version 2 only, and reads the process's environment.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use serde_json::Value;

use super::times::moment;
use super::{held, http};
use crate::config::Metadata;

const ROLES: &str = "/latest/meta-data/iam/security-credentials/";
/// Six hours, the longest that the service allows.
const TOKEN_SECONDS: &str = "21600";
/// An answer of the service is a page at most.
const LONGEST: usize = 64 * 1024;
const TRIES: u32 = 4;

/// Asks for the role's credentials.
///
/// # Errors
/// A sentence: who could not be reached, or what the service answered. Its bodies are not quoted, since they may hold
/// keys.
pub async fn credentials(
    connector: &SharedHttpConnector,
    metadata: &Metadata,
) -> Result<Credentials, String> {
    let service = Service { connector, base: base(metadata) };
    let token = service.token(metadata.v1_disabled).await?;
    let role = service.get(ROLES, token.as_deref()).await?;
    let role = role.lines().next().unwrap_or_default().trim();
    if role.is_empty() {
        return Err("no role is attached to this instance: attach an instance profile".to_owned());
    }
    let document = service.get(&format!("{ROLES}{role}"), token.as_deref()).await?;
    read(&document)
}

fn base(metadata: &Metadata) -> String {
    let url = match &metadata.url {
        Some(url) => url,
        None if metadata.ipv6 => "http://[fd00:ec2::254]",
        None => "http://169.254.169.254",
    };
    url.trim_end_matches('/').to_owned()
}

struct Service<'a> {
    connector: &'a SharedHttpConnector,
    base: String,
}

impl Service<'_> {
    /// A session token; `None` where the service has none to give and version 1 is to be asked.
    async fn token(&self, v1_disabled: bool) -> Result<Option<String>, String> {
        let header = [("x-aws-ec2-metadata-token-ttl-seconds", TOKEN_SECONDS)];
        let (status, body) = self.ask("PUT", "/latest/api/token", &header).await?;
        match status {
            200 => {
                let token = text(body)?;
                held::token(&token);
                Ok(Some(token))
            }
            403..=405 if !v1_disabled => Ok(None),
            403..=405 => Err(format!(
                "the metadata service at {} answered the request for a token with status {status}, and version 1 is \
                 switched off by ec2_metadata_v1_disabled",
                self.base
            )),
            _ => Err(self.answered("the request for a token", status)),
        }
    }

    async fn get(&self, path: &str, token: Option<&str>) -> Result<String, String> {
        let header = token.map(|token| [("x-aws-ec2-metadata-token", token)]);
        let (status, body) = self.ask("GET", path, header.as_ref().map_or(&[], |header| header)).await?;
        match (status, token) {
            (200, _) => text(body),
            (401, None) => Err(format!(
                "the metadata service at {} requires version 2, but gives no token: look for what blocks PUT \
                 /latest/api/token",
                self.base
            )),
            (404, _) if path == ROLES => {
                Err("no role is attached to this instance: attach an instance profile".to_owned())
            }
            _ => Err(self.answered(path, status)),
        }
    }

    fn answered(&self, what: &str, status: u16) -> String {
        format!("the metadata service at {} answered {what} with status {status}", self.base)
    }

    /// One question, again where the service stumbles.
    async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<(u16, Vec<u8>), String> {
        let url = format!("{}{path}", self.base);
        let mut tries = 1;
        loop {
            let answer = http::ask(self.connector, method, &url, headers, LONGEST).await;
            let stumbled = answer.as_ref().map_or(true, |(status, _)| *status >= 500);
            if !stumbled || tries >= TRIES {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(100 << tries)).await;
            tries += 1;
        }
    }
}

fn text(body: Vec<u8>) -> Result<String, String> {
    String::from_utf8(body).map_err(|_| "the metadata service's answer is no text".to_owned())
}

/// The credentials in the service's document.
fn read(document: &str) -> Result<Credentials, String> {
    let document: Value = serde_json::from_str(document)
        .map_err(|_| "the metadata service's answer with the credentials is no JSON".to_owned())?;
    held::document(&document);
    let member = |name: &str| document.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(code) = member("Code").filter(|code| *code != "Success") {
        return Err(format!("the metadata service has no credentials: {code}"));
    }
    let needed =
        |name: &str| member(name).ok_or_else(|| format!("the metadata service's credentials have no {name}"));
    let expiry = moment(needed("Expiration")?)
        .ok_or_else(|| "the metadata service's Expiration is no time".to_owned())?;
    Ok(Credentials::new(
        needed("AccessKeyId")?,
        needed("SecretAccessKey")?,
        Some(needed("Token")?.to_owned()),
        Some(expiry),
        "Ec2InstanceMetadata",
    ))
}
