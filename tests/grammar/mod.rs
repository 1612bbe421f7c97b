//! A table's row: one config (and perhaps credentials) file with everything it must come to. A case states all its
//! diagnostics, so that one too many fails as well as one too few.

pub mod chains;
pub mod sections;
pub mod text;

use rds_fleet::config::{Access, Base, Configuration, Diagnostic, Environment, Severity};
use std::path::PathBuf;

pub struct Case {
    name: &'static str,
    environment: Environment,
    config: Option<Vec<u8>>,
    credentials: Option<Vec<u8>>,
    profiles: Option<Vec<&'static str>>,
    properties: Vec<(&'static str, &'static str, &'static str)>,
    absent: Vec<(&'static str, &'static str)>,
    accesses: Vec<(&'static str, &'static str)>,
    regions: Vec<(&'static str, &'static str)>,
    broken: Vec<&'static str>,
    diagnostics: Vec<Expected>,
    check: Option<fn(&Configuration)>,
}

struct Expected {
    severity: Severity,
    line: Option<u32>,
    profile: Option<&'static str>,
    fragment: &'static str,
}

/// A case of a config file, in an environment that has a region and nothing else.
pub fn case(name: &'static str, config: impl AsRef<[u8]>) -> Case {
    let environment = Environment::from_variables([], Some(PathBuf::from("/home/ann")));
    Case {
        name,
        environment: environment.with("AWS_REGION", "eu-west-1"),
        config: Some(config.as_ref().to_vec()),
        credentials: None,
        profiles: None,
        properties: Vec::new(),
        absent: Vec::new(),
        accesses: Vec::new(),
        regions: Vec::new(),
        broken: Vec::new(),
        diagnostics: Vec::new(),
        check: None,
    }
}

impl Case {
    /// The credentials file beside the config file.
    pub fn credentials(mut self, text: &'static str) -> Self {
        self.credentials = Some(text.into());
        self
    }

    /// There is no config file.
    pub fn without_config(mut self) -> Self {
        self.config = None;
        self
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment = self.environment.with(name, value);
        self
    }

    /// All profiles, in order.
    pub fn profiles<const N: usize>(mut self, names: [&'static str; N]) -> Self {
        self.profiles = Some(names.to_vec());
        self
    }

    pub fn has(mut self, profile: &'static str, key: &'static str, value: &'static str) -> Self {
        self.properties.push((profile, key, value));
        self
    }

    pub fn lacks(mut self, profile: &'static str, key: &'static str) -> Self {
        self.absent.push((profile, key));
        self
    }

    /// The profile can be used, with these credentials, written as `base + role + role`.
    pub fn uses(mut self, profile: &'static str, access: &'static str) -> Self {
        self.accesses.push((profile, access));
        self
    }

    pub fn region(mut self, profile: &'static str, region: &'static str) -> Self {
        self.regions.push((profile, region));
        self
    }

    /// The profile cannot be used, and an Error says why.
    pub fn broken(mut self, profile: &'static str) -> Self {
        self.broken.push(profile);
        self
    }

    pub fn error(self, line: u32, profile: impl Into<Option<&'static str>>, fragment: &'static str) -> Self {
        self.tells(Severity::Error, Some(line), profile.into(), fragment)
    }

    pub fn warning(
        self,
        line: u32,
        profile: impl Into<Option<&'static str>>,
        fragment: &'static str,
    ) -> Self {
        self.tells(Severity::Warning, Some(line), profile.into(), fragment)
    }

    /// In the order of the files and lines, as all diagnostics.
    pub fn tells(
        mut self,
        severity: Severity,
        line: Option<u32>,
        profile: Option<&'static str>,
        fragment: &'static str,
    ) -> Self {
        self.diagnostics.push(Expected { severity, line, profile, fragment });
        self
    }

    /// Anything that the table's columns do not hold.
    pub fn check(mut self, check: fn(&Configuration)) -> Self {
        self.check = Some(check);
        self
    }

    pub fn run(&self) {
        let name = self.name;
        let configuration =
            Configuration::from_texts(&self.environment, self.config.as_deref(), self.credentials.as_deref());
        let told: Vec<String> = configuration.diagnostics.iter().map(Diagnostic::to_string).collect();
        if let Some(expected) = &self.profiles {
            let names: Vec<&str> =
                configuration.profiles.iter().map(|profile| profile.name.as_str()).collect();
            assert_eq!(&names, expected, "{name}: profiles; told: {told:#?}");
        }
        let value = |profile: &str, key: &str| {
            let profile = configuration.profile(profile);
            profile
                .unwrap_or_else(|| panic!("{name}: no such profile; told: {told:#?}"))
                .get(key)
                .map(str::to_owned)
        };
        for (profile, key, expected) in &self.properties {
            assert_eq!(value(profile, key).as_deref(), Some(*expected), "{name}: {profile}.{key}");
        }
        for (profile, key) in &self.absent {
            assert_eq!(value(profile, key), None, "{name}: {profile}.{key}");
        }
        let resolution = |profile: &str| configuration.profile(profile)?.resolution.clone();
        for (profile, expected) in &self.accesses {
            let found = resolution(profile).map(|resolution| written(&resolution.access));
            assert_eq!(
                found.as_deref(),
                Some(*expected),
                "{name}: credentials of {profile}; told: {told:#?}"
            );
        }
        for (profile, expected) in &self.regions {
            let found = resolution(profile).and_then(|resolution| resolution.region);
            assert_eq!(found.as_deref(), Some(*expected), "{name}: region of {profile}; told: {told:#?}");
        }
        for profile in &self.broken {
            assert!(
                configuration.profile(profile).is_some_and(|profile| profile.resolution.is_none()),
                "{name}: {profile} should be broken; told: {told:#?}"
            );
            let explained = configuration.diagnostics.iter().any(|diagnostic| {
                diagnostic.severity == Severity::Error && diagnostic.profile.as_deref() == Some(profile)
            });
            assert!(explained, "{name}: no Error says why {profile} is broken; told: {told:#?}");
        }
        self.compare(&configuration.diagnostics, &told);
        if let Some(check) = self.check {
            check(&configuration);
        }
    }

    fn compare(&self, found: &[Diagnostic], told: &[String]) {
        let name = self.name;
        assert_eq!(found.len(), self.diagnostics.len(), "{name}: number of diagnostics; told: {told:#?}");
        for (found, expected) in found.iter().zip(&self.diagnostics) {
            let place = (found.severity, found.line, found.profile.as_deref());
            assert_eq!(place, (expected.severity, expected.line, expected.profile), "{name}: {found}");
            assert!(
                found.message.contains(expected.fragment),
                "{name}: {found}\n does not say: {}",
                expected.fragment
            );
            assert!(!found.to_string().contains(['\n', '\r']), "{name}: more than one line: {found}");
        }
    }
}

/// Credentials as one line: the base, then the name of each role in the order they are assumed.
fn written(access: &Access) -> String {
    let base = match &access.base {
        Base::Ec2InstanceMetadata => "Ec2InstanceMetadata".to_owned(),
        Base::Environment => "Environment".to_owned(),
        Base::EcsContainer => "EcsContainer".to_owned(),
        Base::StaticKeys { profile } => format!("keys of {profile}"),
        Base::Process { profile } => format!("process of {profile}"),
        Base::Sso { profile } => format!("sso of {profile}"),
        Base::WebIdentity { profile } => format!("web identity of {profile}"),
    };
    let roles = access.roles.iter().filter_map(|role| role.role_arn.rsplit('/').next());
    std::iter::once(base.as_str()).chain(roles).collect::<Vec<_>>().join(" + ")
}
