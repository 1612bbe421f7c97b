//! Where a profile calls STS and RDS, when not at AWS's own endpoints: the environment, the `services` section and
//! the profile, in the order of the AWS SDKs and tools reference ("Service-specific endpoints"). Nothing here
//! connects anywhere.

use super::chain::Endpoints;
use super::diagnostic::shown;
use super::environment::Environment;
use super::profiles::{Configuration, NamedSection, Profile};
use super::resolve::Mistake;

/// The endpoints of a profile, or the mistake in the URL or section it names.
pub(super) fn endpoints(
    configuration: &Configuration,
    environment: &Environment,
    profile: &Profile,
) -> Result<Endpoints, Mistake> {
    let flag = |variable, key| environment.get(variable).or_else(|| profile.filled(key)).is_some_and(is_true);
    let ignored = flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls");
    let services = if ignored { None } else { services(configuration, profile)? };
    let url =
        |service| if ignored { Ok(None) } else { endpoint_url(environment, profile, services, service) };
    Ok(Endpoints {
        sts_url: url("sts")?,
        rds_url: url("rds")?,
        use_fips: flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
        use_dualstack: flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
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
    let scheme = url.split_once("://").filter(|(_, rest)| !rest.is_empty()).map(|(scheme, _)| scheme);
    let is_http = |scheme: &str| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    if scheme.is_some_and(is_http) && !url.contains(|character: char| character.is_whitespace()) {
        return Ok(Some(url.to_owned()));
    }
    let origin = if key.is_empty() { "an environment variable AWS_ENDPOINT_URL" } else { key };
    let message = format!(
        "the endpoint URL {} for {service} (from {origin}) is not a URL: write https://… or http://…",
        shown(url)
    );
    Err(Mistake::at_property(profile, key, message))
}
