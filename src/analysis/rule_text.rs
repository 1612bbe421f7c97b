//! A file of rules as its text: a rule is put behind the others, or taken out, and all else that a person wrote stays as it
//! is. What rules mean is said in `rules`; where their files lie, in `settings`.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::setting::Section;
use crate::mistake;

/// What stands at the head of a file that is begun here.
const HEAD: &str = "\
# What comparisons of RDS Fleet look past, on top of what they look past by themselves. Every [[ignore]] leaves settings
# out: by `member` (and what is within it), `parameter`, or `pattern` (a regular expression on the name), in one `section`
# or in all. [[equal]] says which `values` of a `member` or `parameter` mean the same. `because` is shown beside them.
";

/// The text with a rule more, which leaves one setting out.
///
/// # Errors
/// Where the text is no TOML, or has something else in the rules' place.
pub fn with_rule(text: &str, section: Section, name: &str, because: &str) -> Result<String, String> {
    let mut rule = Table::new();
    match section {
        Section::Parameters => {
            rule.insert("parameter", value(name));
        }
        // An option's name may be a member's as well, and rules of members are not about options.
        Section::Options => {
            rule.insert("section", value(section.word()));
            rule.insert("pattern", value(format!("^{}$", regex::escape(name))));
        }
        section => {
            rule.insert("section", value(section.word()));
            rule.insert("member", value(name));
        }
    }
    if !because.is_empty() {
        rule.insert("because", value(because));
    }
    let mut written = DocumentMut::new();
    rules(&mut written)?.push(rule);
    let text = if text.trim().is_empty() { HEAD } else { text };
    // Behind everything else, so that all of it stays as it is.
    let text = format!("{}\n\n{written}", text.trim_end());
    rules(&mut document(&text)?)?;
    Ok(text)
}

/// The text without one of its rules that leave settings out, by its place among them.
///
/// # Errors
/// Where the text is no TOML, or has no such rule.
pub fn without_rule(text: &str, at: usize) -> Result<String, String> {
    let mut document = document(text)?;
    let rules = rules(&mut document)?;
    if at >= rules.len() {
        return Err("the rule is there no more".to_owned());
    }
    rules.remove(at);
    Ok(document.to_string())
}

fn document(text: &str) -> Result<DocumentMut, String> {
    let text = mistake::without_mark(text);
    text.parse().map_err(|error: toml_edit::TomlError| {
        let message = error.message().lines().next().unwrap_or_default();
        mistake::behind_line(text, error.span(), message)
    })
}

fn rules(document: &mut DocumentMut) -> Result<&mut ArrayOfTables, String> {
    let item = document.entry("ignore").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    item.as_array_of_tables_mut().ok_or_else(|| "ignore is to be written as [[ignore]]".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::rules::Rules;
    use super::*;

    #[test]
    fn a_rule_is_added_and_taken_out_and_what_a_person_wrote_stays() {
        let own = "# ours\n\n[[ignore]] # since May\nparameter = \"work_mem\"\n\n[[equal]]\nmember = \"Iops\"\nvalues = [\"1\"]\n";
        let mut text = own.to_owned();
        for (section, name) in [
            (Section::Parameters, "log_statement"),
            (Section::Tags, "TagList[cost.center]"),
            (Section::Options, "NATIVE_NETWORK_ENCRYPTION.SQLNET.ENCRYPTION"),
        ] {
            text = with_rule(&text, section, name, "it is \"ours\"").unwrap();
            let rules = Rules::of_text(&text).unwrap();
            assert_eq!(rules.ignores(section, name), Some("it is \"ours\""), "{text}");
            assert_eq!(rules.ignores(section, &format!("{name}x")), None, "{text}");
        }
        assert!(text.starts_with("# ours\n\n[[ignore]] # since May\n"), "{text}");
        for _ in 0..3 {
            text = without_rule(&text, 1).unwrap();
        }
        assert_eq!(text.trim_end(), own.trim_end());
        assert!(without_rule(&text, 1).unwrap_err().contains("no more"));
    }

    #[test]
    fn a_new_file_says_how_it_is_written_and_a_broken_one_is_not_touched() {
        let text = with_rule("", Section::Storage, "Iops", "").unwrap();
        assert!(text.starts_with("# What comparisons"), "{text}");
        assert!(text.ends_with("[[ignore]]\nsection = \"Storage\"\nmember = \"Iops\"\n"), "{text}");
        assert_eq!(
            with_rule("\n[[ignore", Section::Storage, "Iops", "").unwrap_err().split(':').next(),
            Some("line 2")
        );
        assert!(with_rule("ignore = 1", Section::Storage, "Iops", "").unwrap_err().starts_with("line 3: "));
    }
}
