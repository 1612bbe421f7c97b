//! RDS: who may ask, what may be asked, and the pages that answer. It knows the Describe operations that
//! `crate::rds::kind` knows; what is in the pages is not its concern.

use std::time::Duration;

use hyper::Response;
use serde_json::Value;

use super::company::{Account, MANAGEMENT_ACCOUNT, ORGANIZATION};
use super::fleet;
use super::pages::{self, Page};
use super::random::Random;
use super::refusal::Refusal;
use super::request::Request;
use super::server::{Answer, Refused, State, typed, xml};
use super::sessions::Session;
use super::target::Resource;
use super::words;
use crate::rds::kind::{Kind, kinds};

/// More than there is of anything.
const ALL_AT_ONCE: usize = 1 << 20;

const SIGN_IN: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Corporate proxy</h1>\
    <form action=\"/login\"><p>Please sign in to continue.<br><input name=user></form></body></html>\n";

/// Answers a call.
pub async fn respond(
    state: &State,
    request: &Request,
    request_id: &str,
) -> Result<Response<Answer>, Refused> {
    let session = state.sessions.of(request).map_err(Refusal::from)?;
    let kind = kinds().iter().find(|kind| kind.operation == request.action()).ok_or_else(|| {
        let message = format!("Could not find operation {} for version 2014-10-31", request.action());
        Refusal::bad_request("InvalidAction", message)
    })?;
    let Some(account) = session.account.and_then(|number| state.accounts.get(number)) else {
        return Err(denied(&session, request, MANAGEMENT_ACCOUNT, kind, WHY_POLICY).into());
    };
    state.counters.count(|counts| *counts.describe.entry(kind.operation.to_owned()).or_default() += 1);
    let _under_way = state.counters.under_way(account.number, &request.region);
    let faults = &state.settings.faults;
    if faults.hanging.contains(&account.number) {
        std::future::pending::<()>().await;
    }
    let longer = if faults.slow.contains(&account.number) { state.settings.slow_by } else { Duration::ZERO };
    let marker = request.parameter("Marker").unwrap_or_default();
    let parent = kind.parent.as_ref().and_then(|parent| request.parameter(parent.parameter));
    let which = format!("{}{marker}", parent.unwrap_or_default());
    let fate = state.fate(&[kind.operation, &account.id, &request.region, &which], longer).await?;
    if faults.nonsense.contains(&account.number) {
        return Ok(typed(Answer::new(SIGN_IN.to_owned(), fate), "text/html"));
    }
    may_describe(state, request, &session, account, kind)?;
    Ok(xml(page(state, request, account, kind, request_id)?, fate))
}

/// Whether the account lets its role describe the kind.
fn may_describe(
    state: &State,
    request: &Request,
    session: &Session,
    account: &Account,
    kind: &Kind,
) -> Result<(), Refusal> {
    let faults = &state.settings.faults;
    let here = |(number, region): &(usize, String)| *number == account.number && *region == request.region;
    if faults.region_not_enabled.iter().any(here) {
        return Err(Refusal::invalid_token());
    }
    if faults.service_control_policy_denied.contains(&account.number) {
        let policy =
            Random::new(state.settings.seed, &["policy"]).text(b"abcdefghijklmnopqrstuvwxyz0123456789", 8);
        let why = format!(
            "with an explicit deny in a service control policy: \
             arn:aws:organizations::{MANAGEMENT_ACCOUNT}:policy/{ORGANIZATION}/service_control_policy/p-{policy}"
        );
        return Err(denied(session, request, &account.id, kind, &why));
    }
    if faults.describe_denied.contains(&account.number)
        || faults.operation_denied.contains(&(account.number, kind.operation))
    {
        return Err(denied(session, request, &account.id, kind, WHY_POLICY));
    }
    Ok(())
}

const WHY_POLICY: &str = "because no identity-based policy allows the";

fn denied(session: &Session, request: &Request, account: &str, kind: &Kind, why: &str) -> Refusal {
    let (operation, region) = (kind.operation, &request.region);
    let resource = match words::of(kind).resource {
        Some(resource) => format!("arn:aws:rds:{region}:{account}:{resource}:*"),
        None => "*".to_owned(),
    };
    let why = if why == WHY_POLICY { format!("{why} rds:{operation} action") } else { why.to_owned() };
    Refusal::forbidden(
        "AccessDenied",
        format!(
            "User: {} is not authorized to perform: rds:{operation} on resource: {resource} {why}",
            session.arn()
        ),
    )
}

/// The page asked for.
fn page(
    state: &State,
    request: &Request,
    account: &Account,
    kind: &'static Kind,
    request_id: &str,
) -> Result<String, Refusal> {
    let size = match request.parameter("MaxRecords") {
        // Some operations know no pages and take no notice of what is said of them.
        _ if !kind.answer.paged => ALL_AT_ONCE,
        None => 100,
        Some(text) => text.parse().ok().filter(|size| (20..=100).contains(size)).ok_or_else(|| {
            let message = format!("Invalid value {text} for MaxRecords. Must be between 20 and 100");
            Refusal::bad_request("InvalidParameterValue", message)
        })?,
    };
    let parent = parent(request, kind)?;
    let scope = [kind.name, &account.id, &request.region, parent];
    let from = match request.parameter("Marker") {
        None => 0,
        Some(text) => read_marker(state, &scope, text).ok_or_else(|| {
            Refusal::bad_request("InvalidParameterValue", "The parameter Marker is not valid.")
        })?,
    };
    let find = |pages: &[Page]| match pages.get(from / size) {
        Some(page) if from % size == 0 => Ok((page.text_for(account), page.next)),
        _ => Err(Refusal::bad_request("InvalidParameterValue", "The parameter Marker is not valid.")),
    };
    let (mut text, next) = match selected(state, request, account, kind)? {
        Some(resources) => find(&pages::cut(kind, account, &resources, size))?,
        None => {
            let (library, words) = (&state.library, words::of(kind));
            let (settings, accounts) = (&state.settings, &state.accounts);
            let pages = library.pages(settings, accounts, account, &request.region, kind, parent, size);
            let deleted = settings.faults.deleted.iter().any(|name| name == parent);
            match pages.filter(|_| !deleted) {
                Some(pages) => find(&pages)?,
                None => return Err(not_found(words.not_found.unwrap_or("ResourceNotFoundFault"), parent)),
            }
        }
    };
    if let Some(next) = next {
        text.push_str(&format!("<Marker>{}</Marker>", write_marker(state, &scope, next)));
    }
    text.push_str(&format!(
        "</{}>\n<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>\n</{}Response>\n",
        kind.answer.wrapper, kind.operation
    ));
    Ok(text)
}

/// By whose name a kind is asked that AWS does not tell of all at once; empty for any other.
fn parent<'a>(request: &'a Request, kind: &Kind) -> Result<&'a str, Refusal> {
    let Some(parent) = &kind.parent else { return Ok("") };
    request.parameter(parent.parameter).ok_or_else(|| {
        let message = format!("The parameter {} must be provided and must not be blank.", parent.parameter);
        Refusal::bad_request("InvalidParameterValue", message)
    })
}

/// AWS's error for something that is not there.
fn not_found(code: &'static str, name: &str) -> Refusal {
    Refusal { status: hyper::StatusCode::NOT_FOUND, code, message: format!("{name} not found.") }
}

/// The resources that an identifier or filters select, or `None` where the request selects nothing.
fn selected(
    state: &State,
    request: &Request,
    account: &Account,
    kind: &Kind,
) -> Result<Option<Vec<Resource>>, Refusal> {
    let identifier = request.parameter(kind.identifier);
    let filters = request.filters();
    if kind.parent.is_some() {
        // What there is of one parent is little enough; nobody asks for less.
        return Ok(None);
    }
    if identifier.is_none() && filters.is_empty() {
        return Ok(None);
    }
    let filters: Vec<(&str, Vec<&str>)> = filters
        .into_iter()
        .map(|(name, values)| match name {
            "db-instance-id" => Ok(("DBInstanceIdentifier", values)),
            "db-cluster-id" => Ok(("DBClusterIdentifier", values)),
            "dbi-resource-id" => Ok(("DbiResourceId", values)),
            "engine" => Ok(("Engine", values)),
            _ => {
                let message = format!("Unrecognized filter name: {name}");
                Err(Refusal::bad_request("InvalidParameterValue", message))
            }
        })
        .collect::<Result<_, _>>()?;
    let text = |resource: &Resource, member: &str| {
        resource.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let mut resources = resources(state, account, &request.region, kind);
    resources.retain(|resource| {
        filters.iter().all(|(member, values)| values.contains(&text(resource, member).as_str()))
    });
    if let Some(identifier) = identifier {
        resources.retain(|resource| {
            text(resource, kind.identifier) == identifier
                || kind.key.iter().any(|member| text(resource, member) == identifier)
        });
        if resources.is_empty() {
            // Of what has no such error, none is an answer.
            if let Some(code) = words::of(kind).not_found {
                return Err(not_found(code, identifier));
            }
        }
    }
    Ok(Some(resources))
}

/// Every resource of a kind that an account has in a region, under its own account id.
fn resources(state: &State, account: &Account, region: &str, kind: &Kind) -> Vec<Resource> {
    let source = pages::source(&state.settings, &state.accounts, account, region);
    let resources = fleet::of_kind(&state.settings, source, region, kind.name);
    if source.id == account.id {
        return resources;
    }
    let renamed = Value::from_iter(resources).to_string().replace(&source.id, &account.id);
    serde_json::from_str(&renamed).unwrap_or_default()
}

/// Where a page begins, in a form that says nothing to clients and is valid for this account, region and kind only.
fn write_marker(state: &State, scope: &[&str], from: usize) -> String {
    let mut random = Random::new(state.settings.seed, scope);
    let hidden = from as u64 ^ random.draw();
    let check = Random::new(hidden, scope).draw();
    format!("{hidden:016x}{check:016x}")
}

fn read_marker(state: &State, scope: &[&str], text: &str) -> Option<usize> {
    let hidden = u64::from_str_radix(text.get(..16)?, 16).ok()?;
    let from = (hidden ^ Random::new(state.settings.seed, scope).draw()) as usize;
    (write_marker(state, scope, from) == text).then_some(from)
}
