//! From a profile's properties to its resolution: credentials, region, account, certificates, and an Error for
//! whatever is missing. Pure; the chain of roles is followed in `chain`, the endpoints are found in `endpoints`.

use super::chain;
use super::diagnostic::{Diagnostic, Severity, shown};
use super::endpoints;
use super::environment::Environment;
use super::profiles::{Configuration, Location, Profile, Resolution};

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

/// The resolution of every profile, in the configuration's order, and what is wrong with those that have none.
pub(super) fn resolve(
    configuration: &Configuration,
    environment: &Environment,
) -> (Vec<Option<Resolution>>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let resolutions = configuration
        .profiles
        .iter()
        .map(|profile| resolve_profile(configuration, environment, profile, &mut diagnostics))
        .collect();
    (resolutions, diagnostics)
}

fn resolve_profile(
    configuration: &Configuration,
    environment: &Environment,
    profile: &Profile,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Resolution> {
    if profile.broken {
        return None;
    }
    if !profile.is_target() {
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
    let endpoints = endpoints::endpoints(configuration, environment, profile)
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
    Some(Resolution {
        access,
        region: Some(region),
        role_arn: role_arn.map(str::to_owned),
        account_id: account_id.map(str::to_owned),
        chain,
        endpoints,
        ca_bundle: ca_bundle.map(|path| environment.expand(path)),
    })
}

/// The region: the profile's, else `AWS_REGION`, `AWS_DEFAULT_REGION`, or the `[default]` profile's.
fn region(
    configuration: &Configuration,
    environment: &Environment,
    profile: &Profile,
) -> Result<String, Mistake> {
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
    let Some((region, origin)) = found else {
        let message = "it has no region: add `region = …` to it or to [default], or set AWS_REGION";
        return Err(Mistake::at_profile(profile, message.to_owned()));
    };
    // The region becomes part of a host name, so nothing else may get in here.
    let is_region = region.len() <= 63
        && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !region.starts_with('-')
        && !region.ends_with('-');
    if is_region {
        return Ok(region.to_owned());
    }
    let message = format!("{origin} = {} is not a region: write one such as eu-west-1", shown(region));
    Err(Mistake::at_property(profile, "region", message))
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
