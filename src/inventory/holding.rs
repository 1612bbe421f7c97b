//! Whether a list or structure holds a value: what `Test::Is` means for a column that is one, so that “the instances
//! with this parameter group” is asked as exactly as “the instance of this name”.

use rusqlite::types::ValueRef;
use serde_json::Value;

use super::search::Needle;

/// Whether two texts are the same, as who asks has it.
pub type Same = fn(&str, &str) -> bool;

/// The values that a list or structure is asked for.
pub struct Holding<'a> {
    choices: &'a [String],
    /// The same, for a first look.
    needles: Vec<Needle>,
    same: Same,
}

impl Holding<'_> {
    pub fn new(choices: &[String], same: Same) -> Holding<'_> {
        let needles =
            choices.iter().filter(|choice| !choice.is_empty()).map(|choice| Needle::from_text(choice));
        Holding { choices, needles: needles.collect(), same }
    }

    /// Whether one of the texts, numbers and truth values in a JSON text is one of these.
    pub fn is_in(&self, value: ValueRef<'_>) -> bool {
        let ValueRef::Text(text) = value else { return false };
        // Most values hold none of them, and are not worth reading.
        let escaped = memchr::memchr(b'\\', text).is_some();
        if !escaped && !self.needles.iter().any(|needle| needle.is_in(text)) {
            return false;
        }
        serde_json::from_slice(text).is_ok_and(|value: Value| self.is_in_json(&value))
    }

    fn is_in_json(&self, value: &Value) -> bool {
        match value {
            Value::Array(items) => items.iter().any(|item| self.is_in_json(item)),
            Value::Object(members) => members.values().any(|member| self.is_in_json(member)),
            Value::String(text) => self.is_one(text),
            Value::Null => false,
            scalar => self.is_one(&scalar.to_string()),
        }
    }

    fn is_one(&self, text: &str) -> bool {
        self.choices.iter().any(|choice| (self.same)(choice, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_held_whole_and_names_of_members_are_none() {
        let held = |json: &str, choice: &str, same: Same| {
            Holding::new(&[choice.to_owned()], same).is_in(ValueRef::Text(json.as_bytes()))
        };
        let holds = |json: &str, choice: &str| held(json, choice, |one, other| one == other);
        let groups = r#"[{"DBParameterGroupName":"prod-16","ParameterApplyStatus":"in-sync"}]"#;
        assert!(holds(groups, "prod-16"));
        assert!(!holds(groups, "prod"));
        assert!(!holds(groups, "DBParameterGroupName"));
        assert!(holds(r#"{"Port":5432}"#, "5432"));
        assert!(holds(r#"["a\"b"]"#, "a\"b"));
        assert!(!holds("not JSON: prod-16", "prod-16"));
        assert!(!holds(groups, "PROD-16"));
        assert!(held(groups, "PROD-16", crate::names::same) && !held(groups, "PROD", crate::names::same));
    }
}
