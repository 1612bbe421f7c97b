//! From a profile's properties to its resolution: credentials, region, account, certificates, and an Error for
//! whatever is missing. Pure; the chain of roles is followed in `chain`, the endpoints are found in `endpoints`.

use super::chain;
use super::diagnostic::{Diagnostic, Severity, shown};
use super::endpoints;
use super::environment::Environment;
use super::profiles::{Configuration, Location, Profile, Resolution};
use std::collections::HashSet;

/// What makes a profile unusable, and where it stands.
pub(super) struct Mistake {
    pub location: Location,
    pub message: String,
}

impl Mistake {
    pub fn new(location: Location, message: String) -> Self {
        Self { location, message }
    }

    /// A mistake on the line that sets a property.
    pub fn at_property(profile: &Profile, key: &str, message: String) -> Self {
        let location = profile.property(key).map_or(&profile.source, |property| &property.location);
        Self::new(location.clone(), message)
    }

    /// A mistake of the profile as a whole, told on its header's line.
    pub fn at_profile(profile: &Profile, message: String) -> Self {
        Self::new(profile.source.clone(), message)
    }

    fn diagnostic(self, severity: Severity, profile: &Profile) -> Diagnostic {
        let Location { file, line } = self.location;
        let profile = Some(profile.name.clone());
        Diagnostic { severity, file, line: Some(line), profile, message: self.message }
    }
}

/// What a profile turns out to be.
pub(super) enum Resolved {
    Target(Box<Resolution>),
    /// It has no region, and others assume their roles with its credentials.
    OnlySource,
    /// It sets defaults only, or a diagnostic says why it cannot be used.
    Nothing,
}

impl Resolved {
    pub fn into_resolution(self) -> Option<Resolution> {
        match self {
            Resolved::Target(resolution) => Some(*resolution),
            Resolved::OnlySource | Resolved::Nothing => None,
        }
    }
}

/// What every profile comes to, in the configuration's order, and what is wrong with those that come to nothing.
pub(super) fn resolve(
    configuration: &Configuration,
    environment: &Environment,
) -> (Vec<Resolved>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let sources = sources(configuration);
    let resolved = configuration
        .profiles
        .iter()
        .map(|profile| {
            let is_source = sources.contains(profile.name.as_str());
            resolve_profile(configuration, environment, profile, is_source, &mut diagnostics)
                .unwrap_or(Resolved::Nothing)
        })
        .collect();
    (resolved, diagnostics)
}

/// The profiles whose credentials others assume their roles with.
fn sources(configuration: &Configuration) -> HashSet<&str> {
    let others = configuration.profiles.iter().filter(|profile| profile.filled("role_arn").is_some());
    others
        .filter_map(|profile| profile.filled("source_profile").filter(|source| *source != profile.name))
        .collect()
}

fn resolve_profile(
    configuration: &Configuration,
    environment: &Environment,
    profile: &Profile,
    is_source: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Resolved> {
    if profile.broken {
        return None;
    }
    if !profile.names_credentials() {
        if profile.filled("source_profile").is_some() {
            let message = "source_profile does nothing without role_arn: add the role to assume";
            let mistake = Mistake::at_property(profile, "source_profile", message.to_owned());
            diagnostics.push(mistake.diagnostic(Severity::Warning, profile));
        }
        return None;
    }
    let mut mistakes = Vec::new();
    let credentials = chain::follow(configuration, profile).map_err(|mistake| mistakes.push(mistake)).ok();
    let region = region(configuration, environment, profile).map_err(|mistake| mistakes.push(mistake)).ok();
    if credentials.is_some() && region == Some(None) && is_source {
        return Some(Resolved::OnlySource);
    }
    let region = region.and_then(|region| {
        if region.is_none() {
            mistakes.push(Mistake::at_profile(profile, NO_REGION.to_owned()));
        }
        region
    });
    let base = credentials.as_ref().map(|(access, _)| &access.base);
    let endpoints = endpoints::endpoints(configuration, environment, profile, base)
        .map_err(|mistake| mistakes.push(mistake))
        .ok();
    let told = mistakes.into_iter().map(|mistake| mistake.diagnostic(Severity::Error, profile));
    diagnostics.extend(told);
    let ((access, chain), region, endpoints) = (credentials?, region?, endpoints?);
    let role_arn = profile.filled("role_arn");
    let account_id = role_arn
        .and_then(chain::account_of_role)
        .or_else(|| profile.filled("sso_account_id"))
        .or_else(|| profile.filled("aws_account_id"));
    diagnostics.extend(account_id.and_then(|account_id| odd_account(profile, account_id)));
    let ca_bundle = environment.get("AWS_CA_BUNDLE").or_else(|| profile.filled("ca_bundle"));
    Some(Resolved::Target(Box::new(Resolution {
        access,
        region: Some(region),
        role_arn: role_arn.map(str::to_owned),
        account_id: account_id.map(str::to_owned),
        chain,
        endpoints,
        ca_bundle: ca_bundle.map(|path| environment.expand(path)),
    })))
}

const NO_REGION: &str = "it has no region: add `region = …` to it or to [default], or set AWS_REGION";

/// The region: the profile's, else `AWS_REGION`, `AWS_DEFAULT_REGION`, or the `[default]` profile's; `None` where nothing
/// names one.
fn region(
    configuration: &Configuration,
    environment: &Environment,
    profile: &Profile,
) -> Result<Option<String>, Mistake> {
    let from_environment =
        |name: &'static str| environment.get(name).map(|region| (region, format!("the variable {name}")));
    let from_default = || {
        let default = configuration.profile("default").filter(|default| !default.broken)?;
        Some((default.filled("region")?, "the profile default".to_owned()))
    };
    let found = (profile.filled("region").map(|region| (region, "region".to_owned())))
        .or_else(|| from_environment("AWS_REGION"))
        .or_else(|| from_environment("AWS_DEFAULT_REGION"))
        .or_else(from_default);
    let Some((region, origin)) = found else { return Ok(None) };
    match no_region(region) {
        None => Ok(Some(region.to_owned())),
        Some(why) => {
            let message = format!("{origin} = {} {why}", shown(region));
            Err(Mistake::at_property(profile, "region", message))
        }
    }
}

/// Why a text cannot be a region's name; whether there is such a region is AWS's to say. It becomes part of a host's name,
/// so nothing else may get in here.
pub fn no_region(text: &str) -> Option<String> {
    if !is_region_name(text) {
        let written = text.trim().to_ascii_lowercase().replace(['_', ' '], "-");
        let near = if is_region_name(&written) { &written } else { "one such as eu-west-1" };
        return Some(format!("is not a region: write {near}"));
    }
    let region = region_of_zone(text)?;
    Some(format!("is an availability zone, not a region: write {region}"))
}

/// Whether a text is written as names of regions are; whether there is such a region is for AWS to say.
fn is_region_name(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// The region of an availability zone (`eu-west-1a`), a local zone (`us-west-2-lax-1a`) or a Wavelength zone
/// (`us-east-1-wl1-bos-wlz-1`): what stands up to the first number of its own.
fn region_of_zone(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('-').collect();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let with_letter = |part: &str| {
        part.len() > 1
            && part.ends_with(|last: char| last.is_ascii_lowercase())
            && is_number(&part[..part.len() - 1])
    };
    let at = parts.iter().position(|part| is_number(part) || with_letter(part)).filter(|at| *at >= 2)?;
    let number = parts.get(at)?.trim_end_matches(|last: char| last.is_ascii_lowercase());
    let is_zone = at + 1 < parts.len() || with_letter(parts.get(at)?);
    is_zone.then(|| format!("{}-{number}", parts[..at].join("-")))
}

/// AWS's account ids have 12 digits. Another number is told and used all the same: examples are often written so.
fn odd_account(profile: &Profile, account_id: &str) -> Option<Diagnostic> {
    let is_account = account_id.len() == 12 && account_id.bytes().all(|byte| byte.is_ascii_digit());
    let message =
        || format!("the account id {} is not of 12 digits, as AWS's are: check it", shown(account_id));
    let key = ["role_arn", "sso_account_id", "aws_account_id"]
        .into_iter()
        .find(|key| profile.filled(key).is_some());
    (!is_account).then(|| {
        Mistake::at_property(profile, key.unwrap_or("role_arn"), message())
            .diagnostic(Severity::Warning, profile)
    })
}
