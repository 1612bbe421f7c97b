//! A `credential_process` as a program with its arguments, split as the AWS CLI does (Python's `shlex.split`): it runs no
//! shell. What only a shell can mean, such as `$HOME/bin/helper` or `one | other`, the AWS CLI cannot run at all; other
//! tools of AWS's can, and so it is left to a shell here too.

/// What is to be started.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    Program {
        name: String,
        arguments: Vec<String>,
    },
    /// By `sh -c`.
    Shell,
}

impl Command {
    /// # Errors
    /// A sentence that says what is wrong with the quotes.
    pub fn of(line: &str) -> Result<Command, String> {
        let words = split(line)?;
        if words.iter().any(|word| word.needs_shell) {
            return Ok(Command::Shell);
        }
        let mut texts = words.into_iter().map(|word| word.text);
        let name = texts.next().ok_or_else(|| "credential_process names no program".to_owned())?;
        // As with a variable before the program's name.
        let is_assignment = |(name, _): (&str, &str)| {
            name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
                && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        };
        if name.split_once('=').is_some_and(is_assignment) {
            return Ok(Command::Shell);
        }
        Ok(Command::Program { name, arguments: texts.collect() })
    }
}

#[derive(Default)]
struct Word {
    text: String,
    needs_shell: bool,
}

/// Splits as `shlex.split` does: blanks part words, quotes and backslashes keep them together, `#` is a letter like others.
fn split(line: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (word, behind) = word(rest)?;
        words.push(Word { needs_shell: needs_shell(&rest[..rest.len() - behind.len()]), text: word });
        rest = behind.trim_start();
    }
    Ok(words)
}

/// The first word, and what is behind it.
fn word(line: &str) -> Result<(String, &str), String> {
    let mut word = String::new();
    let mut letters = line.char_indices();
    let mut quote: Option<char> = None;
    while let Some((at, letter)) = letters.next() {
        match (quote, letter) {
            (None, letter) if letter.is_ascii_whitespace() => return Ok((word, &line[at..])),
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), letter) if letter == open => quote = None,
            (None | Some('"'), '\\') => {
                let (_, escaped) = letters.next().ok_or("credential_process ends with a backslash")?;
                // Within quotes a backslash is one, unless what it stands before needs it.
                if quote.is_some() && !matches!(escaped, '"' | '\\') {
                    word.push('\\');
                }
                word.push(escaped);
            }
            (_, letter) => word.push(letter),
        }
    }
    match quote {
        None => Ok((word, "")),
        Some(quote) => {
            Err(format!("credential_process has a {quote} that nothing closes: add the other one"))
        }
    }
}

/// Whether a word, as it is written, is one that only a shell can mean: an operator, a redirection, a variable or a command
/// at its beginning, or the home folder. Elsewhere in a word, as in a URL with `&`, these letters are the helper's.
fn needs_shell(written: &str) -> bool {
    let expands = |text: &str| {
        let mut letters = text.chars();
        match letters.next() {
            Some('`') => true,
            Some('$') => {
                letters.next().is_some_and(|next| next.is_ascii_alphabetic() || "_{(".contains(next))
            }
            _ => false,
        }
    };
    let is_redirection =
        || written.trim_start_matches(|letter: char| letter.is_ascii_digit()).starts_with(['<', '>']);
    written.starts_with(['|', ';', '&'])
        || written.starts_with("~/")
        || written.ends_with(';')
        || is_redirection()
        || expands(written.strip_prefix('"').unwrap_or(written))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        match Command::of(line) {
            Ok(Command::Program { name, arguments }) => std::iter::once(name).chain(arguments).collect(),
            other => panic!("{line}: {other:?}"),
        }
    }

    /// What Python's `shlex.split` makes of these lines.
    #[test]
    fn a_line_is_split_as_the_aws_cli_does() {
        for (line, expected) in [
            ("/opt/helper --account 1", vec!["/opt/helper", "--account", "1"]),
            ("  \"/opt/my helper\"\t'a b'  ", vec!["/opt/my helper", "a b"]),
            ("helper '#1' \"#2\" a#3 #4", vec!["helper", "#1", "#2", "a#3", "#4"]),
            (
                r#"helper a\ b "c\d" "e\"f" "g\\h" 'i\j' k"l"'m'"#,
                vec!["helper", "a b", r"c\d", "e\"f", r"g\h", r"i\j", "klm"],
            ),
            ("helper '' \"\" x", vec!["helper", "", "", "x"]),
            ("helper https://x/?a=1&b=2|3;4>5", vec!["helper", "https://x/?a=1&b=2|3;4>5"]),
            (
                "helper abc$def 5$ $5 a~/b 'x;' * {a,b} !x",
                vec!["helper", "abc$def", "5$", "$5", "a~/b", "x;", "*", "{a,b}", "!x"],
            ),
            ("helper '$HOME' '`x`' '| y'", vec!["helper", "$HOME", "`x`", "| y"]),
            ("helper größe 'ü ö'", vec!["helper", "größe", "ü ö"]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }

    #[test]
    fn what_only_a_shell_can_mean_is_left_to_one() {
        for line in [
            "$HOME/bin/helper",
            "\"$HOME/bin/helper\" x",
            "helper ${ACCOUNT}",
            "helper $(hostname)",
            "helper `hostname`",
            "~/bin/helper",
            "cat file | jq .",
            "a; b",
            "a && b",
            "helper 2>/dev/null",
            "helper > file",
            "AWS_PROFILE=x helper",
        ] {
            assert_eq!(Command::of(line), Ok(Command::Shell), "{line}");
        }
    }

    #[test]
    fn broken_quotes_are_a_sentence() {
        for line in ["helper 'x", "helper \"x", "helper x\\", "", "   "] {
            assert!(Command::of(line).unwrap_err().contains("credential_process"), "{line}");
        }
    }
}
