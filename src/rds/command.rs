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
    let mut found: Vec<(&str, String)> = Vec::new();
    found.extend(
        kind.options.iter().zip(options).filter_map(|((option, _), cell)| Some((*option, text(cell)?))),
    );
    let mut filtered: Vec<(&str, String)> = Vec::new();
    filtered
        .extend(kind.filters.iter().zip(filters).filter_map(|((name, _), cell)| Some((*name, text(cell)?))));
    let names_something = |(_, value): &(&str, String)| names_something(value);
    if found.iter().any(names_something) || filtered.iter().any(|(_, value)| is_several(value)) {
        add("cli-input-json", &as_json(&found, &filtered));
    } else {
        for (option, value) in &found {
            add(option, value);
        }
        for (name, value) in &filtered {
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
    shell.alone(command)
}

/// Whether the AWS CLI would take a value for the name of a file or page, and send what it reads there. There is no way to
/// quote such a value but as JSON.
fn names_something(value: &str) -> bool {
    ["file://", "fileb://", "http://", "https://"].iter().any(|way| value.starts_with(way))
}

/// Whether a filter's value in the AWS CLI's shorthand would be several, or a part of a list.
fn is_several(value: &str) -> bool {
    value.contains([',', '[', ']', '{', '}', '"', '\'', '@']) || value.starts_with(char::is_whitespace)
}

/// Options and filters as the JSON that the AWS CLI takes for a whole request.
fn as_json(options: &[(&str, String)], filters: &[(&str, String)]) -> String {
    let mut request = serde_json::Map::new();
    for (option, value) in options {
        request.insert(member(option), value.as_str().into());
    }
    if !filters.is_empty() {
        let filter = |(name, value): &(&str, String)| serde_json::json!({"Name": name, "Values": [value]});
        request.insert("Filters".to_owned(), filters.iter().map(filter).collect());
    }
    serde_json::Value::Object(request).to_string()
}

/// The member of a request that an option stands for: `db-instance-identifier` is `DBInstanceIdentifier`.
fn member(option: &str) -> String {
    // AWS writes one of them in another way.
    if option == "db-cluster-resource-id" {
        return "DbClusterResourceId".to_owned();
    }
    let word = |word: &str| match word {
        "db" => "DB".to_owned(),
        _ => word[..1].to_uppercase() + &word[1..],
    };
    option.split('-').map(word).collect()
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

    /// A command that another shell does not run: cmd.exe knows no such quotation marks, and would run what stands behind
    /// an `&` in them. It refuses a line that begins with one, which PowerShell calls a command by.
    fn alone(self, command: String) -> String {
        match self {
            Shell::PowerShell if command.contains('\'') => format!("& {command}"),
            _ => command,
        }
    }

    fn quoted(self, text: &str) -> Cow<'_, str> {
        let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./:=@%+".contains(character);
        if !text.is_empty() && text.chars().all(is_plain) && !text.starts_with('@') {
            return Cow::Borrowed(text);
        }
        let escaped = match self {
            Shell::Posix => text.replace('\'', r"'\''"),
            // It takes typographic quotation marks for its own, and each twice for the mark itself.
            Shell::PowerShell => doubled(text, &['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}']),
        };
        Cow::Owned(format!("'{escaped}'"))
    }
}

/// A text in which some letters stand twice.
fn doubled(text: &str, letters: &[char]) -> String {
    let mut doubled = String::with_capacity(text.len() + 2);
    for letter in text.chars() {
        doubled.push(letter);
        if letters.contains(&letter) {
            doubled.push(letter);
        }
    }
    doubled
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
        // Marks that PowerShell takes for its own; and cmd.exe refuses the line for its beginning.
        for mark in ['\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}', '\''] {
            let said =
                command("db-instances", &["eu-central-1", "[]", &format!("a{mark};b&c")], Shell::PowerShell);
            let quoted = format!(
                "& aws rds describe-db-instances --db-instance-identifier 'a{mark}{mark};b&c' --region"
            );
            assert!(said.starts_with(&quoted), "{said}");
        }
        let plain = command("db-instances", &["eu-central-1", "[]", "db-1"], Shell::PowerShell);
        assert!(plain.starts_with("aws rds"), "what needs no marks is right in every shell: {plain}");
        for way in ["file:///etc/passwd", "fileb://x", "http://h/x", "https://h/x"] {
            assert_eq!(
                command("events", &["eu-central-1", "[]", way, "db-instance"], Shell::Posix),
                format!(
                    r#"aws rds describe-events --cli-input-json '{{"SourceIdentifier":"{way}","SourceType":"db-instance"}}' --duration 20160 --region eu-central-1"#
                )
            );
        }
        for value in ["a,b", "@file", "[a]"] {
            assert_eq!(
                command("db-recommendations", &["eu-central-1", "[]", value], Shell::Posix),
                format!(
                    r#"aws rds describe-db-recommendations --cli-input-json '{{"Filters":[{{"Name":"recommendation-id","Values":["{value}"]}}]}}' --region eu-central-1"#
                )
            );
        }
        assert_eq!(member("dbi-resource-id"), "DbiResourceId");
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
