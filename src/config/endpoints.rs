//! Where a profile calls AWS's services, when not at AWS's own endpoints: the environment, the `services` section and
//! the profile, in the order of the AWS SDKs and tools reference ("Service-specific endpoints"), and the instance metadata
//! service. Nothing here connects anywhere.

use super::chain::{Base, Endpoints, Metadata};
use super::diagnostic::shown;
use super::environment::Environment;
use super::profiles::{Configuration, NamedSection, Profile};
use super::resolve::Mistake;

/// The endpoints of a profile, or the mistake in the URL or section it names. Only what its credentials' base needs is
/// looked at: another's mistake is none of this profile's, and profiles that differ in it only are one target.
pub(super) fn endpoints(
    configuration: &Configuration,
    environment: &Environment,
    profile: &Profile,
    base: Option<&Base>,
) -> Result<Endpoints, Mistake> {
    let flag = |variable, key| environment.get(variable).or_else(|| profile.filled(key)).is_some_and(is_true);
    let ignored = flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls");
    let services = if ignored { None } else { services(configuration, profile)? };
    let url =
        |service| if ignored { Ok(None) } else { endpoint_url(environment, profile, services, service) };
    let mut endpoints = Endpoints {
        sts_url: url("sts")?,
        rds_url: url("rds")?,
        use_fips: flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
        use_dualstack: flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
        ..Endpoints::default()
    };
    match base {
        Some(Base::Sso { .. }) => {
            endpoints.sso_url = url("sso")?;
            endpoints.sso_oidc_url = url("sso_oidc")?;
        }
        Some(Base::Ec2InstanceMetadata) => endpoints.metadata = metadata(environment, profile)?,
        _ => {}
    }
    Ok(endpoints)
}

/// The instance metadata service, from the environment or else the profile.
fn metadata(environment: &Environment, profile: &Profile) -> Result<Metadata, Mistake> {
    let setting = |variable: &'static str, key: &'static str| match environment.get(variable) {
        Some(value) => Some((value, variable, "")),
        None => profile.filled(key).map(|value| (value, key, key)),
    };
    let url = setting("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
    if let Some((url, origin, key)) = url.filter(|(url, ..)| !is_url(url)) {
        let message = format!("{origin} = {} is not a URL: write http://…", shown(url));
        return Err(Mistake::at_property(profile, key, message));
    }
    let mode = setting("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
    let ipv6 = match mode {
        None => false,
        Some((mode, ..)) if mode.eq_ignore_ascii_case("ipv4") => false,
        Some((mode, ..)) if mode.eq_ignore_ascii_case("ipv6") => true,
        Some((mode, origin, key)) => {
            let message = format!("{origin} = {} is neither IPv4 nor IPv6: write one of them", shown(mode));
            return Err(Mistake::at_property(profile, key, message));
        }
    };
    let v1_disabled = setting("AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled");
    Ok(Metadata {
        url: url.map(|(url, ..)| url.to_owned()),
        ipv6,
        v1_disabled: v1_disabled.is_some_and(|(value, ..)| is_true(value)),
    })
}

fn is_true(value: &str) -> bool {
    value.eq_ignore_ascii_case("true")
}

/// The `[services …]` section that the profile names.
fn services<'a>(
    configuration: &'a Configuration,
    profile: &Profile,
) -> Result<Option<&'a NamedSection>, Mistake> {
    let Some(name) = profile.filled("services") else { return Ok(None) };
    let message = match configuration.services_section(name) {
        Some(services) if !services.broken => return Ok(Some(services)),
        Some(services) => format!(
            "services = {} names a section with a mistake, which begins on line {}: correct it there",
            shown(name),
            services.source.line
        ),
        None => format!(
            "services = {name} names no section: add [services {name}] to the config file, or remove the line",
            name = shown(name)
        ),
    };
    Err(Mistake::at_property(profile, "services", message))
}

fn endpoint_url(
    environment: &Environment,
    profile: &Profile,
    services: Option<&NamedSection>,
    service: &str,
) -> Result<Option<String>, Mistake> {
    let in_services = || {
        let property = services?.properties.iter().find(|property| property.key == service)?;
        // As for properties, the last line that sets a sub-property counts.
        let (_, url) = property.sub.iter().rfind(|(key, url)| key == "endpoint_url" && !url.is_empty())?;
        Some((url.as_str(), "services"))
    };
    let found = None
        .or_else(|| {
            environment.get(&format!("AWS_ENDPOINT_URL_{}", service.to_uppercase())).map(|url| (url, ""))
        })
        .or_else(|| environment.get("AWS_ENDPOINT_URL").map(|url| (url, "")))
        .or_else(in_services)
        .or_else(|| profile.filled("endpoint_url").map(|url| (url, "endpoint_url")));
    let Some((url, key)) = found else { return Ok(None) };
    if is_url(url) {
        return Ok(Some(url.to_owned()));
    }
    let origin = if key.is_empty() { "an environment variable AWS_ENDPOINT_URL" } else { key };
    let message = format!(
        "the endpoint URL {} for {service} (from {origin}) is not a URL: write https://… or http://…",
        shown(url)
    );
    Err(Mistake::at_property(profile, key, message))
}

fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").filter(|(_, rest)| !rest.is_empty()).map(|(scheme, _)| scheme);
    let is_http = |scheme: &str| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    scheme.is_some_and(is_http) && !text.contains(|character: char| character.is_whitespace())
}
