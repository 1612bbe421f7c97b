//! The Security Token Service: `AssumeRole` and `GetCallerIdentity`.

use std::time::Duration;

use hyper::Response;

use super::company::{EXTERNAL_ID, ROLE};
use super::random::Random;
use super::refusal::{Refusal, STS};
use super::request::Request;
use super::server::{Answer, Refused, State, xml};
use super::sessions::Session;
use super::xml::escape;

/// The longest session that the roles allow, in seconds.
const LONGEST: u64 = 3600;

/// Answers a call.
pub async fn respond(
    state: &State,
    request: &Request,
    request_id: &str,
) -> Result<Response<Answer>, Refused> {
    let action = request.action();
    match action {
        "AssumeRole" => state.counters.count(|counts| counts.assume_role += 1),
        "GetCallerIdentity" => state.counters.count(|counts| counts.get_caller_identity += 1),
        _ => {
            let message = format!("Could not find operation {action} for version 2011-06-15");
            return Err(Refusal::bad_request("InvalidAction", message).into());
        }
    }
    let session = state.sessions.of(request).map_err(Refusal::from)?;
    let role = request.parameter("RoleArn").unwrap_or_default();
    let fate = state.fate(&[action, role, &request.region], Duration::ZERO).await?;
    let result = match action {
        "AssumeRole" => assume_role(state, request, &session)?,
        _ => get_caller_identity(&session),
    };
    Ok(xml(
        format!(
            "<{action}Response xmlns=\"{STS}\">\n  <{action}Result>\n{result}  </{action}Result>\n  <ResponseMetadata>\n    \
             <RequestId>{request_id}</RequestId>\n  </ResponseMetadata>\n</{action}Response>\n"
        ),
        fate,
    ))
}

fn assume_role(state: &State, request: &Request, session: &Session) -> Result<String, Refusal> {
    let missing = |name: &str| {
        Refusal::bad_request(
            "ValidationError",
            format!(
                "1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must not be null"
            ),
        )
    };
    let role = request.parameter("RoleArn").ok_or_else(|| missing("roleArn"))?;
    let name = request.parameter("RoleSessionName").ok_or_else(|| missing("roleSessionName"))?;
    let seconds = match request.parameter("DurationSeconds") {
        None => LONGEST,
        Some(text) => text.parse().ok().filter(|seconds| (900..=43_200).contains(seconds)).ok_or_else(|| {
            Refusal::bad_request(
                "ValidationError",
                format!(
                    "1 validation error detected: Value '{text}' at 'durationSeconds' failed to satisfy constraint: \
                     Member must have value greater than or equal to 900"
                ),
            )
        })?,
    };
    let denied = || {
        let caller = session.arn();
        Refusal::forbidden(
            "AccessDenied",
            format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}"),
        )
    };
    let id = role
        .strip_prefix("arn:aws:iam::")
        .and_then(|rest| rest.split_once(":role/"))
        .filter(|(_, name)| *name == ROLE)
        .map(|(id, _)| id);
    // The roles trust the bastion host's role and nobody else.
    let account =
        id.and_then(|id| state.account(id)).filter(|_| session.account.is_none()).ok_or_else(denied)?;
    let outsider = account.line.external_id && request.parameter("ExternalId") != Some(EXTERNAL_ID);
    if outsider || state.settings.faults.assume_role_denied.contains(&account.number) {
        return Err(denied());
    }
    if seconds > LONGEST {
        let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        return Err(Refusal::bad_request("ValidationError", message));
    }
    let lifetime = Duration::from_secs(seconds).min(state.settings.credential_lifetime);
    let issued = state.sessions.issue(state.serial(), Some((account.number, &account.id)), name, lifetime);
    let role_id = Random::new(0, &["role id", &account.id]).text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 17);
    let mut shown = String::new();
    escape(name, &mut shown);
    Ok(format!(
        "    <AssumedRoleUser>\n      <AssumedRoleId>AROA{role_id}:{shown}</AssumedRoleId>\n      \
         <Arn>arn:aws:sts::{}:assumed-role/{ROLE}/{shown}</Arn>\n    </AssumedRoleUser>\n    <Credentials>\n      \
         <AccessKeyId>{}</AccessKeyId>\n      <SecretAccessKey>{}</SecretAccessKey>\n      \
         <SessionToken>{}</SessionToken>\n      <Expiration>{}</Expiration>\n    </Credentials>\n",
        account.id, issued.access_key_id, issued.secret_access_key, issued.session_token, issued.expiration
    ))
}

fn get_caller_identity(session: &Session) -> String {
    let mut arn = String::new();
    escape(&session.arn(), &mut arn);
    let mut name = String::new();
    escape(&session.name, &mut name);
    let account = &session.account_id;
    let id = Random::new(0, &["role id", account]).text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 17);
    format!("    <Arn>{arn}</Arn>\n    <UserId>AROA{id}:{name}</UserId>\n    <Account>{account}</Account>\n")
}
