//! The two files brought together: profiles with their properties, each with the place it comes from, and the whole
//! `Configuration` that everything else starts from. How the text is read is the grammar's matter, how credentials
//! and region are found is `resolve`'s.

use super::chain::{Access, ChainLink, Endpoints};
use super::diagnostic::Diagnostic;
use super::environment::Environment;
use super::files::{self, Contents};
use super::grammar::{self, FileKind, Property, Section, SectionKind};
use super::resolve::{self, Resolved};
use super::secret::{hold_secrets, shown_value};
use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::path::{Path, PathBuf};

/// All that the shared config says, at one moment.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The config file's path, whether or not it is there.
    pub config_file: PathBuf,
    /// The credentials file's path, whether or not it is there.
    pub credentials_file: PathBuf,
    /// Every profile, in the order of the config file, then those that only the credentials file has.
    pub profiles: Vec<Profile>,
    /// The `[sso-session NAME]` sections, in file order.
    pub sso_sessions: Vec<NamedSection>,
    /// The `[services NAME]` sections, in file order.
    pub services: Vec<NamedSection>,
    /// What is wrong with either file: the config file's first, each file's in line order.
    pub diagnostics: Vec<Diagnostic>,
    /// What came of looking for the config file.
    pub config_file_state: FileState,
    /// What came of looking for the credentials file.
    pub credentials_file_state: FileState,
    index: Index,
}

/// Where the sections of each name stand, since a config may have thousands of each.
#[derive(Clone, Debug)]
struct Index {
    profiles: HashMap<String, usize>,
    sso_sessions: HashMap<String, usize>,
    services: HashMap<String, usize>,
}

/// What came of looking for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// It was read, whatever was in it.
    Read,
    /// There is no such file.
    Missing,
    /// It is there and cannot be read; a diagnostic says why.
    Unreadable,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file's path.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: u32,
}

/// One profile: its properties from both files, and what they come to.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The name as `--profile` and `AWS_PROFILE` give it.
    pub name: String,
    /// The line of its first header.
    pub source: Location,
    /// The properties in the order they were first set. A key stands once: the last line that sets it counts, and the
    /// credentials file before the config file.
    pub properties: Vec<ProfileProperty>,
    /// How its databases are reached; `None` when the profile is broken, and then an Error with the profile's name
    /// says why, or when it is no target (see [`Profile::is_target`]).
    pub resolution: Option<Resolution>,
    /// Whether a mistake in its sections makes what they say unreliable.
    pub(super) broken: bool,
    /// Whether it has no region, and is there for the roles of others.
    pub(super) only_source: bool,
}

/// A section that profiles refer to by its name.
#[derive(Clone, Debug)]
pub struct NamedSection {
    /// The name in the header.
    pub name: String,
    /// The line of its first header.
    pub source: Location,
    /// The properties, each key once.
    pub properties: Vec<ProfileProperty>,
    /// Whether a mistake stands in it, which breaks the profiles that use it.
    pub(super) broken: bool,
}

/// One property and the line that set it.
#[derive(Clone, PartialEq, Eq)]
pub struct ProfileProperty {
    /// The key in lower case.
    pub key: String,
    /// The value, possibly empty.
    pub value: String,
    /// Sub-properties, keys in lower case.
    pub sub: Vec<(String, String)>,
    /// The line that set it.
    pub location: Location,
}

impl fmt::Debug for ProfileProperty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sub: Vec<_> = self.sub.iter().map(|(key, value)| (key, shown_value(key, value))).collect();
        formatter
            .debug_struct("ProfileProperty")
            .field("key", &self.key)
            .field("value", &shown_value(&self.key, &self.value))
            .field("sub", &sub)
            .field("location", &self.location)
            .finish()
    }
}

/// What a profile comes to: whose credentials, where to, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolution {
    /// The credentials it uses.
    pub access: Access,
    /// The region; always there, since a target without one is broken.
    pub region: Option<String>,
    /// The profile's own `role_arn`, where it has one.
    pub role_arn: Option<String>,
    /// The account: from the role's ARN, else `sso_account_id`, else `aws_account_id`.
    pub account_id: Option<String>,
    /// The steps from the profile to its base credentials.
    pub chain: Vec<ChainLink>,
    /// Where STS and RDS are called, if elsewhere than at AWS's own endpoints.
    pub endpoints: Endpoints,
    /// A file of certificate authorities to trust instead of the system's.
    pub ca_bundle: Option<PathBuf>,
}

impl Configuration {
    /// Reads both files. Whatever is wrong with them is a diagnostic.
    pub fn load(environment: &Environment) -> Configuration {
        let config = files::read(environment.config_file());
        let credentials = files::read(environment.credentials_file());
        Self::bring_together(environment, config, credentials)
    }

    /// The configuration that files with these texts make; `None` stands for a file that is not there.
    pub fn from_texts(
        environment: &Environment,
        config: Option<&[u8]>,
        credentials: Option<&[u8]>,
    ) -> Configuration {
        let config = Contents::given(environment.config_file(), config);
        let credentials = Contents::given(environment.credentials_file(), credentials);
        Self::bring_together(environment, config, credentials)
    }

    /// The profile of this name.
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.index.profiles.get(name).and_then(|index| self.profiles.get(*index))
    }

    /// The `[sso-session NAME]` of this name.
    pub fn sso_session(&self, name: &str) -> Option<&NamedSection> {
        self.index.sso_sessions.get(name).and_then(|index| self.sso_sessions.get(*index))
    }

    /// The `[services NAME]` of this name.
    pub fn services_section(&self, name: &str) -> Option<&NamedSection> {
        self.index.services.get(name).and_then(|index| self.services.get(*index))
    }

    /// The profiles whose databases can be looked at: they name credentials, and nothing about them is broken.
    pub fn targets(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter().filter(|profile| profile.resolution.is_some() && profile.is_target())
    }

    fn bring_together(
        environment: &Environment,
        config: Contents<'_>,
        credentials: Contents<'_>,
    ) -> Configuration {
        let named = |variable| environment.get(variable).is_some();
        let mut diagnostics = files::missing(
            &config,
            &credentials,
            named("AWS_CONFIG_FILE"),
            named("AWS_SHARED_CREDENTIALS_FILE"),
        );
        let mut profiles = Merged::default();
        let mut sso_sessions = Merged::default();
        let mut services = Merged::default();
        for (contents, kind) in [(&config, FileKind::Config), (&credentials, FileKind::Credentials)] {
            diagnostics.extend(contents.diagnostic.clone());
            let parsed = grammar::parse(&contents.path, &contents.bytes, kind);
            diagnostics.extend(parsed.diagnostics);
            for section in parsed.sections {
                match &section.kind {
                    SectionKind::Profile(name) => profiles.add(name.clone(), &contents.path, section),
                    SectionKind::SsoSession(name) => sso_sessions.add(name.clone(), &contents.path, section),
                    SectionKind::Services(name) => services.add(name.clone(), &contents.path, section),
                    SectionKind::Other => {}
                }
            }
        }
        let index = Index {
            profiles: profiles.by_name,
            sso_sessions: sso_sessions.by_name,
            services: services.by_name,
        };
        let profiles = profiles.sections.into_iter().map(Profile::new).collect();
        let mut configuration = Configuration {
            config_file: config.path,
            credentials_file: credentials.path,
            profiles,
            sso_sessions: sso_sessions.sections,
            services: services.sections,
            diagnostics,
            config_file_state: config.state,
            credentials_file_state: credentials.state,
            index,
        };
        let (resolved, found) = resolve::resolve(&configuration, environment);
        for (profile, resolved) in configuration.profiles.iter_mut().zip(resolved) {
            profile.only_source = matches!(resolved, Resolved::OnlySource);
            profile.resolution = resolved.into_resolution();
        }
        configuration.diagnostics.extend(found);
        let config_file = configuration.config_file.clone();
        configuration.diagnostics.sort_by_key(|diagnostic| {
            (diagnostic.file != config_file, diagnostic.line.unwrap_or(u32::MAX), diagnostic.severity)
        });
        configuration
    }
}

impl Profile {
    fn new(section: NamedSection) -> Self {
        let NamedSection { name, source, properties, broken } = section;
        Self { name, source, properties, resolution: None, broken, only_source: false }
    }

    /// The value of a property, which may be empty; the key is in lower case.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.property(key).map(|property| property.value.as_str())
    }

    /// The value of a property, unless it is empty, which AWS's tools treat as unset.
    pub(super) fn filled(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|value| !value.is_empty())
    }

    pub(super) fn property(&self, key: &str) -> Option<&ProfileProperty> {
        self.properties.iter().find(|property| property.key == key)
    }

    /// Whether the profile names credentials: a role, a credential source, a credential process, IAM Identity Center, a
    /// web identity, keys of its own, or something that looks like a kind of credentials that is not known here. One that
    /// only sets defaults such as `region`, or is only a source of others, is no target.
    pub fn is_target(&self) -> bool {
        !self.only_source && self.names_credentials()
    }

    /// Whether others assume their roles with this profile's credentials, and it has no region to be looked at in.
    pub fn is_only_source(&self) -> bool {
        self.only_source
    }

    pub(super) fn names_credentials(&self) -> bool {
        const NAMING: [&str; 11] = [
            "role_arn",
            "credential_source",
            "credential_process",
            "web_identity_token_file",
            "aws_access_key_id",
            "aws_secret_access_key",
            "sso_session",
            "sso_start_url",
            "sso_account_id",
            "sso_role_name",
            "login_session",
        ];
        NAMING.iter().any(|key| self.filled(key).is_some()) || self.unknown_credentials().is_some()
    }

    /// A property that sounds like credentials and is none that the AWS CLI of today reads: of a kind that came later, or
    /// of another tool.
    pub(super) fn unknown_credentials(&self) -> Option<&str> {
        const SOUNDS: [&str; 8] =
            ["credential", "login", "session", "identity", "token", "assume", "saml", "sso_"];
        // What says how credentials are got, and names none.
        const KNOWN: [&str; 17] = [
            "credential_source",
            "credential_process",
            "login_session",
            "web_identity_token_file",
            "role_session_name",
            "aws_session_token",
            "aws_security_token",
            "aws_credential_expiration",
            "x_security_token_expires",
            "sso_session",
            "sso_start_url",
            "sso_region",
            "sso_account_id",
            "sso_role_name",
            "sso_account_name",
            "sso_registration_scopes",
            "sso_auto_populated",
        ];
        let unknown = |property: &&ProfileProperty| {
            let key = property.key.as_str();
            !property.value.is_empty()
                && !KNOWN.contains(&key)
                && SOUNDS.iter().any(|word| key.contains(word))
        };
        self.properties.iter().find(unknown).map(|property| property.key.as_str())
    }

    /// The properties as a person may see them and a report may carry them: in file order, sub-properties as an
    /// object, secrets as `****`, and an access key's id with its last four characters only.
    pub fn shown_properties(&self) -> serde_json::Map<String, serde_json::Value> {
        let shown = |key: &str, value: &str| serde_json::Value::String(shown_value(key, value));
        self.properties
            .iter()
            .map(|property| {
                let value = if property.sub.is_empty() {
                    shown(&property.key, &property.value)
                } else {
                    property.sub.iter().map(|(key, value)| (key.clone(), shown(key, value))).collect()
                };
                (property.key.clone(), value)
            })
            .collect()
    }
}

impl NamedSection {
    /// The value of a property, unless it is empty; the key is in lower case.
    pub fn get(&self, key: &str) -> Option<&str> {
        let property = self.properties.iter().find(|property| property.key == key)?;
        Some(property.value.as_str()).filter(|value| !value.is_empty())
    }
}

/// Sections of one kind, those of the same name merged.
#[derive(Default)]
struct Merged {
    sections: Vec<NamedSection>,
    by_name: HashMap<String, usize>,
    /// Where in a section's properties a key stands, so that a section of a million keys takes no quadratic time.
    by_key: HashMap<(usize, String), usize>,
}

impl Merged {
    fn add(&mut self, name: String, file: &Path, section: Section) {
        let location = |line| Location { file: file.to_owned(), line };
        let index = entry(&mut self.by_name, name.clone(), self.sections.len());
        if index == self.sections.len() {
            let source = location(section.line);
            self.sections.push(NamedSection { name, source, properties: Vec::new(), broken: false });
        }
        let Some(merged) = self.sections.get_mut(index) else { return };
        merged.broken |= section.broken;
        for Property { key, value, line, sub } in section.properties {
            hold_secrets(&key, &value);
            sub.iter().for_each(|(key, value)| hold_secrets(key, value));
            let place = entry(&mut self.by_key, (index, key.clone()), merged.properties.len());
            let property = ProfileProperty { key, value, sub, location: location(line) };
            match merged.properties.get_mut(place) {
                Some(earlier) => *earlier = property,
                None => merged.properties.push(property),
            }
        }
    }
}

/// The index of a key, which is `next` when the key is new.
fn entry<K: Eq + Hash>(index: &mut HashMap<K, usize>, key: K, next: usize) -> usize {
    *index.entry(key).or_insert(next)
}
