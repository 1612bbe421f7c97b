//! Whose credentials a profile uses: the base they come from and the roles assumed on the way. Pure; nothing here
//! fetches a credential or assumes a role. Region and endpoints of a profile are found elsewhere.

use super::diagnostic::shown;
use super::profiles::{Configuration, Location, NamedSection, Profile, ProfileProperty};
use super::resolve::Mistake;
use serde::Serialize;
use std::fmt;

/// What credentials a profile uses: equal values mean equal credentials, so it is the key by which roles are assumed
/// once.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Access {
    /// Where the first credentials come from.
    pub base: Base,
    /// The roles in the order they are assumed: nearest the base first, the profile's own role last.
    pub roles: Vec<Role>,
}

/// Where credentials come from before any role is assumed. Where a profile is named, its properties say the rest.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Base {
    /// The role of the EC2 instance, from its metadata service.
    Ec2InstanceMetadata,
    /// `AWS_ACCESS_KEY_ID` and its companions.
    Environment,
    /// The role of the ECS task.
    EcsContainer,
    /// The keys that stand in this profile.
    StaticKeys {
        /// The profile that holds the keys.
        profile: String,
    },
    /// The `credential_process` of this profile.
    Process {
        /// The profile that names the command.
        profile: String,
    },
    /// IAM Identity Center, as this profile says.
    Sso {
        /// The profile with the `sso_…` properties.
        profile: String,
    },
    /// `AssumeRoleWithWebIdentity`, with `role_arn` and `web_identity_token_file` of this profile.
    WebIdentity {
        /// The profile that names role and token file.
        profile: String,
    },
}

/// One call of `AssumeRole`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Role {
    /// `RoleArn`
    pub role_arn: String,
    /// `ExternalId`, from `external_id`
    pub external_id: Option<String>,
    /// `RoleSessionName`, from `role_session_name`; without it the caller chooses one.
    pub role_session_name: Option<String>,
    /// `DurationSeconds`, from `duration_seconds`: 900 to 43200 seconds.
    pub duration_seconds: Option<u32>,
    /// `SerialNumber` of the MFA device, from `mfa_serial`; with it a code must be asked for.
    pub mfa_serial: Option<String>,
}

impl fmt::Debug for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Role")
            .field("role_arn", &self.role_arn)
            .field("external_id", &self.external_id.as_ref().map(|_| "hidden"))
            .field("role_session_name", &self.role_session_name)
            .field("duration_seconds", &self.duration_seconds)
            .field("mfa_serial", &self.mfa_serial)
            .finish()
    }
}

/// One step on the way from a profile to its base credentials.
#[derive(Serialize, Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainLink {
    /// The profile that says this step; `None` for the source that `credential_source` names beside a role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The role assumed in this step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// Where the credentials come from, on the last link: `Ec2InstanceMetadata`, `Environment`, `EcsContainer`,
    /// `static keys`, `credential_process`, `sso` or `web identity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_source: Option<String>,
}

/// Where AWS's services are called. All defaults mean AWS's own endpoints of the region.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Endpoints {
    /// The URL to call STS at.
    pub sts_url: Option<String>,
    /// The URL to call RDS at.
    pub rds_url: Option<String>,
    /// `use_fips_endpoint`
    pub use_fips: bool,
    /// `use_dualstack_endpoint`
    pub use_dualstack: bool,
    /// The URL to call IAM Identity Center at, for credentials that come from there.
    pub sso_url: Option<String>,
    /// The URL to renew IAM Identity Center's tokens at.
    pub sso_oidc_url: Option<String>,
    /// The instance metadata service, for credentials that come from there.
    pub metadata: Metadata,
}

/// How the instance metadata service is asked. The defaults are EC2's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Metadata {
    /// `ec2_metadata_service_endpoint`
    pub url: Option<String>,
    /// `ec2_metadata_service_endpoint_mode` is IPv6.
    pub ipv6: bool,
    /// `ec2_metadata_v1_disabled`: without a token nothing is asked.
    pub v1_disabled: bool,
}

/// AWS sets no limit; a chain longer than this is a mistake, and the limit bounds the work for any file.
const MOST_ROLES: usize = 32;

/// Follows a profile to its base.
pub(super) fn follow(
    configuration: &Configuration,
    profile: &Profile,
) -> Result<(Access, Vec<ChainLink>), Mistake> {
    let mut roles = Vec::new();
    let mut links = Vec::new();
    let mut visited: Vec<&Profile> = Vec::new();
    let mut current = profile;
    loop {
        visited.push(current);
        let as_source = visited.len() > 1;
        let step = step(configuration, current, as_source);
        let step = match (step, visited.get(1)) {
            (Err(mistake), Some(source)) => return Err(mistake.of_source(profile, &source.name)),
            (step, _) => step?,
        };
        match step {
            Step::Base(base, link) => {
                links.push(link);
                roles.reverse();
                return Ok((Access { base, roles }, links));
            }
            Step::Role(role, link, Source::Named(base, source)) => {
                roles.push(role);
                links.push(link);
                links.push(source);
                roles.reverse();
                return Ok((Access { base, roles }, links));
            }
            Step::Role(role, link, Source::Profile(property)) => {
                roles.push(role);
                links.push(link);
                let Some(next) = configuration.profile(&property.value) else {
                    let mistake = missing_source(configuration, property);
                    return Err(match visited.get(1) {
                        Some(source) => mistake.of_source(profile, &source.name),
                        None => mistake,
                    });
                };
                if let Some(start) = visited.iter().position(|known| known.name == next.name) {
                    return Err(circle(profile, visited.get(start..).unwrap_or_default(), next));
                }
                if visited.len() >= MOST_ROLES {
                    let message = format!(
                        "more than {MOST_ROLES} source profiles follow one another: shorten the chain"
                    );
                    return Err(Mistake::at_property(profile, "source_profile", message));
                }
                current = next;
            }
        }
    }
}

/// What one profile adds on the way.
enum Step<'a> {
    Base(Base, ChainLink),
    Role(Role, ChainLink, Source<'a>),
}

/// What a role is assumed with.
enum Source<'a> {
    Named(Base, ChainLink),
    Profile(&'a ProfileProperty),
}

/// What a profile adds. A source's own keys go before its role, and a web identity before all else, as in botocore.
fn step<'a>(
    configuration: &Configuration,
    profile: &'a Profile,
    as_source: bool,
) -> Result<Step<'a>, Mistake> {
    if profile.broken {
        return Err(Mistake::at_profile(profile, "its section has a mistake".to_owned()));
    }
    let keys_first = as_source && KEYS.iter().any(|key| profile.filled(key).is_some());
    let role_arn = profile.filled("role_arn").filter(|_| !keys_first);
    let web_identity = profile.filled("web_identity_token_file").is_some();
    let Some(role_arn) = role_arn.filter(|_| !web_identity) else {
        return match own_base(configuration, profile)? {
            Some((base, link)) => Ok(Step::Base(base, link)),
            None => Err(Mistake::at_profile(profile, NO_CREDENTIALS.to_owned())),
        };
    };
    let role = role(profile, role_arn)?;
    let link = ChainLink {
        profile: Some(profile.name.clone()),
        role_arn: Some(role_arn.to_owned()),
        credential_source: None,
    };
    let source = profile.property("source_profile").filter(|property| !property.value.is_empty());
    match (source, named_source(profile)?) {
        (Some(property), Some(_)) => {
            let message =
                "both source_profile and credential_source are set: keep the one the role is assumed with";
            Err(Mistake::new(property.location.clone(), message.to_owned()))
        }
        // A profile may be its own source: its role is assumed with its own keys.
        (Some(property), None) if property.value == profile.name => match own_base(configuration, profile)? {
            Some((base, source)) => Ok(Step::Role(role, link, Source::Named(base, source))),
            None => Err(circle(profile, &[profile], profile)),
        },
        (Some(property), None) => Ok(Step::Role(role, link, Source::Profile(property))),
        (None, Some(base)) => {
            let source =
                ChainLink { credential_source: Some(label(&base).to_owned()), ..ChainLink::default() };
            Ok(Step::Role(role, link, Source::Named(base, source)))
        }
        (None, None) => {
            let message = "role_arn is set, but not what the role is assumed with: add credential_source = \
                           Ec2InstanceMetadata, or source_profile, or web_identity_token_file";
            Err(Mistake::at_property(profile, "role_arn", message.to_owned()))
        }
    }
}

const NO_CREDENTIALS: &str = "it has no credentials: add credential_source, credential_process, aws_access_key_id \
                              with aws_secret_access_key, or role_arn";

/// Either of them makes a profile one with keys of its own.
const KEYS: [&str; 2] = ["aws_access_key_id", "aws_secret_access_key"];

/// The credentials a profile has without its role, in the order in which the AWS CLI looks for them (botocore's
/// `ProfileProviderBuilder.providers`): whichever comes first counts, and what stands beside it does not.
fn own_base(configuration: &Configuration, profile: &Profile) -> Result<Option<(Base, ChainLink)>, Mistake> {
    let name = profile.name.clone();
    let has = |key| profile.filled(key).is_some();
    let credentials_file = &configuration.credentials_file;
    let id = profile.property("aws_access_key_id").filter(|id| !id.value.is_empty());
    let in_credentials_file = id.is_some_and(|id| id.location.file == *credentials_file);
    let base = if has("web_identity_token_file") {
        web_identity(profile)?
    } else if has("sso_role_name") || has("sso_account_id") {
        check_sso(configuration, profile)?;
        Base::Sso { profile: name }
    } else if in_credentials_file {
        keys(profile)?
    } else if has("login_session") {
        return Err(unsupported(profile, "login_session"));
    } else if has("credential_process") {
        Base::Process { profile: name }
    } else if KEYS.iter().any(|key| has(key)) {
        keys(profile)?
    } else if let Some(base) = named_source(profile)? {
        base
    } else if let Some(key) = profile.unknown_credentials() {
        return Err(unsupported(profile, key));
    } else {
        // What is left of IAM Identity Center is only half of it.
        if has("sso_session") || has("sso_start_url") {
            check_sso(configuration, profile)?;
        }
        return Ok(None);
    };
    let credential_source = Some(label(&base).to_owned());
    let role_arn = profile.filled("role_arn").filter(|_| matches!(base, Base::WebIdentity { .. }));
    let link = ChainLink {
        profile: Some(profile.name.clone()),
        role_arn: role_arn.map(str::to_owned),
        credential_source,
    };
    Ok(Some((base, link)))
}

fn web_identity(profile: &Profile) -> Result<Base, Mistake> {
    let Some(role_arn) = profile.filled("role_arn") else {
        let message = "web_identity_token_file is set without role_arn: add the role it is exchanged for";
        return Err(Mistake::at_property(profile, "web_identity_token_file", message.to_owned()));
    };
    role(profile, role_arn)?;
    Ok(Base::WebIdentity { profile: profile.name.clone() })
}

fn keys(profile: &Profile) -> Result<Base, Mistake> {
    for (key, other) in [(KEYS[0], KEYS[1]), (KEYS[1], KEYS[0])] {
        if profile.filled(other).is_none() {
            let message = format!("{key} stands without {other}: add it");
            return Err(Mistake::at_property(profile, key, message));
        }
    }
    Ok(Base::StaticKeys { profile: profile.name.clone() })
}

/// A way to credentials that is not known here. To go on with other credentials of the profile, or without it, would
/// answer for somebody else.
fn unsupported(profile: &Profile, key: &str) -> Mistake {
    let written_by = if key == "login_session" { ", which `aws login` writes," } else { "" };
    let message = format!(
        "{key}{written_by} is not supported by RDS Fleet: add a profile with `credential_process = aws configure \
         export-credentials --profile {} --format process`, which hands its credentials on",
        shown(&profile.name)
    );
    Mistake::at_property(profile, key, message)
}

fn label(base: &Base) -> &'static str {
    match base {
        Base::Ec2InstanceMetadata => "Ec2InstanceMetadata",
        Base::Environment => "Environment",
        Base::EcsContainer => "EcsContainer",
        Base::StaticKeys { .. } => "static keys",
        Base::Process { .. } => "credential_process",
        Base::Sso { .. } => "sso",
        Base::WebIdentity { .. } => "web identity",
    }
}

fn named_source(profile: &Profile) -> Result<Option<Base>, Mistake> {
    match profile.filled("credential_source") {
        None => Ok(None),
        Some("Ec2InstanceMetadata") => Ok(Some(Base::Ec2InstanceMetadata)),
        Some("Environment") => Ok(Some(Base::Environment)),
        Some("EcsContainer") => Ok(Some(Base::EcsContainer)),
        Some(other) => {
            let message = format!(
                "credential_source = {} is none that AWS knows: write Ec2InstanceMetadata, Environment or \
                 EcsContainer, exactly so",
                shown(other)
            );
            Err(Mistake::at_property(profile, "credential_source", message))
        }
    }
}

fn role(profile: &Profile, role_arn: &str) -> Result<Role, Mistake> {
    if account_of_role(role_arn).is_none() {
        let message = format!(
            "role_arn = {} is not the ARN of a role: write arn:aws:iam::ACCOUNT:role/NAME",
            shown(role_arn)
        );
        return Err(Mistake::at_property(profile, "role_arn", message));
    }
    let duration_seconds = match profile.filled("duration_seconds") {
        None => None,
        Some(text) => match text.parse::<u32>() {
            Ok(seconds @ 900..=43200) => Some(seconds),
            _ => {
                let message = format!(
                    "duration_seconds = {} is not a number of seconds from 900 to 43200: correct it or remove the line",
                    shown(text)
                );
                return Err(Mistake::at_property(profile, "duration_seconds", message));
            }
        },
    };
    let owned = |key| profile.filled(key).map(str::to_owned);
    Ok(Role {
        role_arn: role_arn.to_owned(),
        external_id: owned("external_id"),
        role_session_name: owned("role_session_name"),
        duration_seconds,
        mfa_serial: owned("mfa_serial"),
    })
}

/// The account in a role's ARN, `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`, or `None` when it is no such ARN.
pub(super) fn account_of_role(role_arn: &str) -> Option<&str> {
    let mut parts = role_arn.splitn(6, ':');
    let (arn, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    let name = resource.strip_prefix("role/")?;
    let is_role = arn == "arn"
        && partition.starts_with("aws")
        && service == "iam"
        && region.is_empty()
        && !account.is_empty()
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && !name.is_empty()
        && !name.ends_with('/')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || "_+=,.@-/".contains(character));
    is_role.then_some(account)
}

/// Whether the `sso_…` properties are complete, in the profile or in the `[sso-session …]` it names.
fn check_sso(configuration: &Configuration, profile: &Profile) -> Result<(), Mistake> {
    let session = match profile.filled("sso_session") {
        None => None,
        Some(name) => Some(usable_sso_session(configuration, profile, name)?),
    };
    let in_session = |key: &str| session.is_some_and(|session| session.get(key).is_some());
    let missing: Vec<&str> = ["sso_start_url", "sso_region", "sso_account_id", "sso_role_name"]
        .into_iter()
        .filter(|key| profile.filled(key).is_none())
        .filter(|key| !(matches!(*key, "sso_start_url" | "sso_region") && in_session(key)))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("the sso_ properties are incomplete: add {}", missing.join(", "));
    Err(Mistake::at_profile(profile, message))
}

fn usable_sso_session<'a>(
    configuration: &'a Configuration,
    profile: &Profile,
    name: &str,
) -> Result<&'a NamedSection, Mistake> {
    let message = match configuration.sso_session(name) {
        Some(session) if !session.broken => return Ok(session),
        Some(session) => format!(
            "sso_session = {} names a section with a mistake, which begins on line {}: correct it there",
            shown(name),
            session.source.line
        ),
        None => format!(
            "sso_session = {name} names no section: add [sso-session {name}] to the config file",
            name = shown(name)
        ),
    };
    Err(Mistake::at_property(profile, "sso_session", message))
}

fn missing_source(configuration: &Configuration, property: &ProfileProperty) -> Mistake {
    let name = shown(&property.value);
    let config = configuration.config_file.display();
    let message = format!(
        "source_profile = {name} names no profile: add [profile {name}] to {config}, or correct the name"
    );
    Mistake::new(property.location.clone(), message)
}

/// `a → b → a`, told at the `source_profile` of the profile that leads into it.
fn circle(profile: &Profile, members: &[&Profile], back_to: &Profile) -> Mistake {
    let names: Vec<String> = members.iter().chain([&back_to]).map(|member| shown(&member.name)).collect();
    let message = format!(
        "its source profiles run in a circle, {}, so no credentials are ever reached: give one of them credentials",
        names.join(" → ")
    );
    Mistake::at_property(profile, "source_profile", message)
}

impl Mistake {
    /// The same mistake as a profile sees it that depends on the one at fault.
    fn of_source(self, profile: &Profile, source: &str) -> Mistake {
        let Location { file, line } = self.location;
        let message = format!(
            "its source profile {} cannot be used ({}:{line}: {})",
            shown(source),
            file.display(),
            self.message
        );
        Mistake::at_property(profile, "source_profile", message)
    }
}
