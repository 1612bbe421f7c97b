//! Whether a list or structure holds a value: what `Test::Is` means for a column that is one, so that “the instances
//! with this parameter group” is asked as exactly as “the instance of this name”.

use rusqlite::types::ValueRef;
use serde_json::Value;

/// Whether one of the texts, numbers and truth values in a JSON text is one of these.
pub fn holds(value: ValueRef<'_>, choices: &[String]) -> bool {
    let ValueRef::Text(text) = value else { return false };
    // Most values hold none of them, and are not worth reading.
    let may = |choice: &String| !choice.is_empty() && memchr::memmem::find(text, choice.as_bytes()).is_some();
    let escaped = memchr::memchr(b'\\', text).is_some();
    if !escaped && !choices.iter().any(may) {
        return false;
    }
    serde_json::from_slice(text).is_ok_and(|value: Value| is_in(&value, choices))
}

fn is_in(value: &Value, choices: &[String]) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| is_in(item, choices)),
        Value::Object(members) => members.values().any(|member| is_in(member, choices)),
        Value::String(text) => choices.contains(text),
        Value::Null => false,
        scalar => choices.contains(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_held_whole_and_names_of_members_are_none() {
        let holds = |json: &str, choice: &str| holds(ValueRef::Text(json.as_bytes()), &[choice.to_owned()]);
        let groups = r#"[{"DBParameterGroupName":"prod-16","ParameterApplyStatus":"in-sync"}]"#;
        assert!(holds(groups, "prod-16"));
        assert!(!holds(groups, "prod"));
        assert!(!holds(groups, "DBParameterGroupName"));
        assert!(holds(r#"{"Port":5432}"#, "5432"));
        assert!(holds(r#"["a\"b"]"#, "a\"b"));
        assert!(!holds("not JSON: prod-16", "prod-16"));
    }
}
