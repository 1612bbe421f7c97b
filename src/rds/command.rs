//! The command of the AWS CLI that shows a row, for a ticket or a runbook. The options of each kind are data in
//! `definitions`; here they become a line that a shell takes.

use std::borrow::Cow;

use super::answer::Cell;
use super::kind::Kind;
use super::readable::readable;

/// The columns that a row's command is made of.
pub fn columns(kind: &Kind) -> Vec<&'static str> {
    let members = kind.options.iter().chain(kind.filters).map(|(_, member)| *member);
    ["Region", "Profiles"].into_iter().chain(members).collect()
}

/// The command for a row, from its cells in `columns`; what the row does not have is left out.
pub fn describe(kind: &Kind, cells: &[Cell], shell: Shell) -> String {
    let text = |cell: &Cell| Some(readable(cell)).filter(|text| !text.is_empty());
    let mut command = format!("aws rds describe-{}", kind.name);
    let mut add = |option: &str, value: &str| {
        // An option's value that begins like an option is only taken after the sign.
        let between = if value.starts_with('-') { "=" } else { " " };
        command.push_str(&format!(" --{option}{between}{}", shell.quoted(value)));
    };
    let (own, members) = cells.split_at(cells.len().min(2));
    let (options, filters) = members.split_at(members.len().min(kind.options.len()));
    for ((option, _), cell) in kind.options.iter().zip(options) {
        if let Some(value) = text(cell) {
            add(option, &value);
        }
    }
    for ((name, _), cell) in kind.filters.iter().zip(filters) {
        if let Some(value) = text(cell) {
            add("filters", &format!("Name={name},Values={value}"));
        }
    }
    for (name, value) in kind.parameters {
        add(&name.to_lowercase(), value);
    }
    if let Some(region) = own.first().and_then(text) {
        add("region", &region);
    }
    if let Some(profile) = own.get(1).and_then(first_of) {
        add("profile", &profile);
    }
    command
}

/// The first text of a list.
fn first_of(cell: &Cell) -> Option<String> {
    let Cell::Json(json) = cell else { return None };
    let texts: Vec<String> = serde_json::from_str(json).ok()?;
    texts.into_iter().next()
}

/// The shell that the command is pasted into: how it takes a text that is not plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    Posix,
    PowerShell,
}

impl Shell {
    /// The one that people use on this machine.
    pub const HERE: Shell = if cfg!(windows) { Shell::PowerShell } else { Shell::Posix };

    fn quoted(self, text: &str) -> Cow<'_, str> {
        let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./:=@%+".contains(character);
        if !text.is_empty() && text.chars().all(is_plain) && !text.starts_with('@') {
            return Cow::Borrowed(text);
        }
        let escaped = match self {
            Shell::Posix => text.replace('\'', r"'\''"),
            Shell::PowerShell => text.replace('\'', "''"),
        };
        Cow::Owned(format!("'{escaped}'"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rds::kind;

    fn command(name: &str, cells: &[&str], shell: Shell) -> String {
        let kind = kind(name).unwrap();
        assert_eq!(columns(kind).len(), cells.len(), "{name}");
        let cell = |(at, text): (usize, &&str)| match at {
            _ if text.is_empty() => Cell::Absent,
            1 => Cell::Json((*text).to_owned()),
            _ => Cell::Text((*text).to_owned()),
        };
        describe(kind, &cells.iter().enumerate().map(cell).collect::<Vec<_>>(), shell)
    }

    #[test]
    fn a_row_has_the_command_that_shows_it() {
        let profiles = r#"["DB 1's","DB2"]"#;
        assert_eq!(
            command("db-instances", &["eu-central-1", profiles, "db-1"], Shell::Posix),
            r"aws rds describe-db-instances --db-instance-identifier db-1 --region eu-central-1 --profile 'DB 1'\''s'"
        );
        assert!(
            command("db-instances", &["eu-central-1", profiles, "db-1"], Shell::PowerShell)
                .ends_with("--profile 'DB 1''s'")
        );
        assert_eq!(
            command("events", &["eu-central-1", r#"["-x;rm"]"#, "db-1", "db-instance"], Shell::Posix),
            "aws rds describe-events --source-identifier db-1 --source-type db-instance --duration 20160 --region \
             eu-central-1 --profile='-x;rm'"
        );
        assert_eq!(
            command("db-recommendations", &["eu-central-1", "[]", "r-1"], Shell::Posix),
            "aws rds describe-db-recommendations --filters 'Name=recommendation-id,Values=r-1' --region eu-central-1"
        );
        assert_eq!(
            command("db-cluster-endpoints", &["eu-central-1", "", "c", ""], Shell::Posix),
            "aws rds describe-db-cluster-endpoints --db-cluster-identifier c --region eu-central-1"
        );
        assert_eq!(
            command("account-attributes", &["eu-central-1", r#"["DB1"]"#], Shell::Posix),
            "aws rds describe-account-attributes --region eu-central-1 --profile DB1"
        );
    }
}
