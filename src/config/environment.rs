//! The process's environment as a value. Nothing else in the crate reads `std::env`, so a test or the sandbox can
//! hand in an environment of its own. What the variables mean to a profile is decided elsewhere in `config`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::secret::hold_secrets;

/// The environment variables and the home folder that a configuration is read with.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    home: Option<PathBuf>,
}

impl Environment {
    /// Takes the variables of this process; bytes that are not Unicode are replaced.
    pub fn from_process() -> Self {
        let variables = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()));
        Self::from_variables(variables, std::env::home_dir())
    }

    /// Makes an environment of exactly these variables and this home folder.
    pub fn from_variables(
        variables: impl IntoIterator<Item = (String, String)>,
        home: Option<PathBuf>,
    ) -> Self {
        let home = home.filter(|home| !home.as_os_str().is_empty());
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        for (name, value) in &variables {
            let key = name.to_lowercase();
            if key.starts_with("aws_") || key.ends_with("_proxy") {
                hold_secrets(&key, value);
            }
        }
        Self { variables, home }
    }

    /// The value of a variable, or `None` when it is unset or empty, which AWS's tools treat alike. On Windows the
    /// name's case does not matter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = match self.variables.get(name) {
            None if cfg!(windows) => self
                .variables
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, value)| value),
            value => value,
        };
        value.map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A variable's number. One that is too large means the largest that is allowed; what is no whole number is left out,
    /// which the log says.
    pub fn number(&self, name: &str, most: u32) -> Option<u32> {
        let text = self.get(name)?.trim();
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number {
            tracing::warn!("{name} is no whole number and is left out: {text}");
        }
        is_number.then(|| text.parse().unwrap_or(u32::MAX).min(most))
    }

    /// The same environment with one variable set.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if cfg!(windows) {
            self.variables.retain(|known, _| !known.eq_ignore_ascii_case(name));
        }
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// All variables, sorted by name, the empty ones included.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The person's home folder, where the system names one.
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The shared config file: `AWS_CONFIG_FILE`, else `~/.aws/config`.
    pub fn config_file(&self) -> PathBuf {
        self.expand(self.get("AWS_CONFIG_FILE").unwrap_or("~/.aws/config"))
    }

    /// The shared credentials file: `AWS_SHARED_CREDENTIALS_FILE`, else `~/.aws/credentials`.
    pub fn credentials_file(&self) -> PathBuf {
        self.expand(self.get("AWS_SHARED_CREDENTIALS_FILE").unwrap_or("~/.aws/credentials"))
    }

    /// Puts the home folder in place of a leading `~`, as botocore does; without a home folder the path stays as it
    /// is. `~name` of another person is not looked up.
    pub(super) fn expand(&self, path: &str) -> PathBuf {
        let Some(home) = self.home() else { return PathBuf::from(path) };
        match path.strip_prefix('~') {
            Some("") => home.to_owned(),
            Some(rest) => match rest.strip_prefix(std::path::is_separator) {
                Some(below) => home.join(below),
                None => PathBuf::from(path),
            },
            None => PathBuf::from(path),
        }
    }
}

/// Names only: the values of an environment may be credentials.
impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.variables.keys().collect();
        formatter.debug_struct("Environment").field("variables", &names).field("home", &self.home).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Environment::from_variables(variables, Some(PathBuf::from("/home/ann")))
    }

    #[test]
    fn an_empty_variable_is_an_unset_one() {
        assert_eq!(environment(&[("AWS_REGION", "")]).get("AWS_REGION"), None);
        assert_eq!(environment(&[]).with("AWS_REGION", "eu-west-1").get("AWS_REGION"), Some("eu-west-1"));
    }

    #[test]
    fn files_are_found_by_variable_or_below_the_home_folder() {
        assert_eq!(environment(&[]).config_file(), Path::new("/home/ann/.aws/config"));
        assert_eq!(environment(&[]).credentials_file(), Path::new("/home/ann/.aws/credentials"));
        let central = environment(&[("AWS_CONFIG_FILE", "/u01/aws/aws-cli/config")]);
        assert_eq!(central.config_file(), Path::new("/u01/aws/aws-cli/config"));
        let tilde = environment(&[("AWS_SHARED_CREDENTIALS_FILE", "~/keys")]);
        assert_eq!(tilde.credentials_file(), Path::new("/home/ann/keys"));
        assert_eq!(environment(&[("AWS_CONFIG_FILE", "~bob/x")]).config_file(), Path::new("~bob/x"));
    }

    #[test]
    fn debug_names_the_variables_and_hides_their_values() {
        let printed = format!("{:?}", environment(&[("AWS_SECRET_ACCESS_KEY", "hunter2")]));
        assert!(printed.contains("AWS_SECRET_ACCESS_KEY") && !printed.contains("hunter2"), "{printed}");
    }
}
