//! Texts with variables in them, such as `/rdsdbdata/db/{dbName}_{DBUniqueNameSuffix}/arch`: what stands fixed, what is
//! filled in, and whether two of them can come to the same at all. What the variables stand for is not known here.

use std::fmt;

use super::formula::is_of_a_name;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Fixed(String),
    Variable(String),
}

/// A text with variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

impl Template {
    /// `None` where there is no variable, or where braces have more in them than a name.
    pub fn of(text: &str) -> Option<Template> {
        let mut parts = Vec::new();
        let mut rest = text.trim();
        while let Some((fixed, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            let name = name.trim();
            let is_name = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
            if fixed.contains('}') || !is_name || !name.chars().all(is_of_a_name) {
                return None;
            }
            parts.push(Part::Fixed(fixed.to_owned()));
            parts.push(Part::Variable(name.to_owned()));
            rest = after;
        }
        if parts.is_empty() || rest.contains('}') {
            return None;
        }
        parts.push(Part::Fixed(rest.to_owned()));
        Some(Template(parts))
    }

    /// A text without variables.
    pub fn fixed_text(text: &str) -> Template {
        Template(vec![Part::Fixed(text.to_owned())])
    }

    /// The variables in order, each once.
    pub fn variables(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for part in &self.0 {
            if let Part::Variable(name) = part
                && !found.contains(&name.as_str())
            {
                found.push(name);
            }
        }
        found
    }

    /// What stands between the variables.
    pub fn fixed(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Fixed(text) => Some(text.as_str()),
            Part::Variable(_) => None,
        })
    }

    /// With the variables filled in that are known.
    pub fn filled(&self, known: impl Fn(&str) -> Option<String>) -> Template {
        let part = |part: &Part| match part {
            Part::Variable(name) => known(name).map_or_else(|| part.clone(), Part::Fixed),
            Part::Fixed(_) => part.clone(),
        };
        Template(self.0.iter().map(part).collect())
    }

    /// With what stands fixed in small letters.
    pub fn in_small_letters(&self) -> Template {
        let part = |part: &Part| match part {
            Part::Fixed(text) => Part::Fixed(text.to_lowercase()),
            Part::Variable(_) => part.clone(),
        };
        Template(self.0.iter().map(part).collect())
    }

    /// The text, where no variable is left.
    pub fn text(&self) -> Option<String> {
        self.variables().is_empty().then(|| self.to_string())
    }

    /// Whether some filling of the variables makes both the same. A variable stands for at least one letter, and for
    /// none that ends a part of a path or list. Of texts too long to tell it is said that they can.
    pub fn can_be(&self, other: &Template) -> bool {
        let (one, other) = (self.signs(), other.signs());
        if one.len().saturating_mul(other.len()) > LONGEST {
            return true;
        }
        // By row of one and column of other: whether what stands before both can be the same.
        let width = other.len() + 1;
        let mut reached = vec![false; (one.len() + 1) * width];
        reached[0] = true;
        for at in 0..one.len() {
            for beside in 0..other.len() {
                if !reached[at * width + beside] {
                    continue;
                }
                let (here, there) = (one[at], other[beside]);
                let fits = match (here, there) {
                    (Some(here), Some(there)) => here == there,
                    (Some(letter), None) | (None, Some(letter)) => !ENDS.contains(letter),
                    (None, None) => true,
                };
                if !fits {
                    continue;
                }
                reached[(at + 1) * width + beside + 1] = true;
                // A variable may go on with the next letter of the other.
                if here.is_none() {
                    reached[at * width + beside + 1] = true;
                }
                if there.is_none() {
                    reached[(at + 1) * width + beside] = true;
                }
            }
        }
        reached.last().copied().unwrap_or_default()
    }

    /// The letters, with `None` for a variable.
    fn signs(&self) -> Vec<Option<char>> {
        let signs = |part: &Part| match part {
            Part::Fixed(text) => text.chars().map(Some).collect::<Vec<_>>(),
            Part::Variable(_) => vec![None],
        };
        self.0.iter().flat_map(signs).collect()
    }
}

/// What a name in a path or list does not contain.
const ENDS: &str = "/\\\"',;=() \t\n";
/// So many pairs of letters are compared at most.
const LONGEST: usize = 4_000_000;

impl fmt::Display for Template {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Fixed(text) => write!(out, "{text}"),
            Part::Variable(name) => write!(out, "{{{name}}}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_in_braces_are_variables() {
        let of = |text: &str| Template::of(text).map(|template| template.to_string());
        for text in [
            "{dbName}",
            "/rdsdbdata/db/{dbName}_{DBUniqueNameSuffix}/controlfile/control-01.ctl",
            "(address=(protocol=tcp)(host=)(port={EndPointPort}))",
        ] {
            assert_eq!(of(text).as_deref(), Some(text));
        }
        assert_eq!(of(" { dbName }_A ").as_deref(), Some("{dbName}_A"));
        for text in
            ["", "plain", "{}", "{", "}{", "{a", "a}", "{{a}}", "{a}}", "{1}", "{a,b}", "{a/2}", "{\"a\": 1}"]
        {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn what_no_filling_makes_equal_is_told_from_what_some_filling_does() {
        for (one, other, can_be) in [
            ("{dbName}_A", "{dbName}_A", true),
            ("{dbName}_A", "{dbName}_B", false),
            ("{dbName}_A", "{dbName}", true),
            ("{dbName}_A", "ORCL_A", true),
            ("{dbName}_A", "_A", false),
            ("{dbName}_A", "ORCL_B", false),
            ("/db/{dbName}/arch", "/db/ORCL/arch", true),
            ("/db/{dbName}/arch", "/db/ORCL/data/arch", false),
            ("/a/{dbName}/x/{dbName}/c", "/a/{dbName}/y/{dbName}/c", false),
            ("/db/{dbName}_{DBUniqueNameSuffix}/x", "/db/{dbName}/x", true),
            ("{dbName}{DBUniqueNameSuffix}", "A", false),
            ("{dbName}{DBUniqueNameSuffix}", "AB", true),
            ("(port={EndPointPort})", "(port=1521)", true),
            ("(port={EndPointPort})", "(port=1521)(host=a)", false),
            ("ü{dbName}", "üß", true),
        ] {
            let template = |text: &str| Template::of(text).unwrap_or_else(|| Template::fixed_text(text));
            assert_eq!(template(one).can_be(&template(other)), can_be, "{one} and {other}");
            assert_eq!(template(other).can_be(&template(one)), can_be, "{other} and {one}");
        }
        let long = Template::of(&"{a}b".repeat(5_000)).unwrap();
        assert!(long.can_be(&long), "nothing hangs");
    }

    #[test]
    fn what_is_known_is_filled_in() {
        let template = Template::of("/db/{dbName}_{DBUniqueNameSuffix}/{dbName}.ctl").unwrap();
        assert_eq!(template.variables(), ["dbName", "DBUniqueNameSuffix"]);
        let filled = template.filled(|name| (name == "dbName").then(|| "ORCL".to_owned()));
        assert_eq!(filled.to_string(), "/db/ORCL_{DBUniqueNameSuffix}/ORCL.ctl");
        assert_eq!(filled.text(), None);
        let filled = filled.filled(|_| Some("A".to_owned()));
        assert_eq!(filled.text().as_deref(), Some("/db/ORCL_A/ORCL.ctl"));
    }
}
