//! Cells as a person reads them: in the grid, in CSV, on the clipboard. Nothing is left out; the exact form is JSON.

use serde_json::{Map, Value};

use super::answer::Cell;

/// The cell on one line; empty where AWS did not send the member.
pub fn readable(cell: &Cell) -> String {
    match cell {
        Cell::Absent => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Double(number) => number.to_string(),
        Cell::Boolean(truth) => truth.to_string(),
        Cell::Json(json) => match serde_json::from_str(json) {
            Ok(value) => nested(&value, false),
            Err(_) => json.clone(),
        },
    }
}

/// The cell as the AWS CLI prints it; `None` where AWS did not send the member.
pub fn exact(cell: &Cell) -> Option<Value> {
    Some(match cell {
        Cell::Absent => return None,
        Cell::Text(text) => Value::from(text.as_str()),
        Cell::Integer(number) => Value::from(*number),
        Cell::Double(number) => Value::from(*number),
        Cell::Boolean(truth) => Value::from(*truth),
        Cell::Json(json) => serde_json::from_str(json).unwrap_or_else(|_| Value::from(json.as_str())),
    })
}

fn nested(value: &Value, inside: bool) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let text = items.iter().map(|item| nested(item, true)).collect::<Vec<_>>().join("; ");
            if inside { format!("[{text}]") } else { text }
        }
        Value::Object(members) => structure(members, inside),
        Value::Null => String::new(),
        scalar => scalar.to_string(),
    }
}

/// A tag is `key=value`, an endpoint `address:port`, a thing with one property `thing (property)`; anything else has
/// its members by name.
fn structure(members: &Map<String, Value>, inside: bool) -> String {
    let text = |name: &str| members.get(name).map(|value| nested(value, true));
    let is_scalar = |value: &Value| !value.is_array() && !value.is_object();
    if members.len() <= 2
        && let Some(key) = text("Key")
    {
        return format!("{key}={}", text("Value").unwrap_or_default());
    }
    if let (Some(address), Some(port)) = (text("Address"), text("Port")) {
        return match text("HostedZoneId") {
            Some(zone) if members.len() == 3 => format!("{address}:{port} (hosted zone {zone})"),
            _ => format!("{address}:{port}"),
        };
    }
    if members.values().all(is_scalar) {
        let mut values = members.values().map(|value| nested(value, true));
        match (members.len(), values.next(), values.next()) {
            (1, Some(only), _) => return only,
            (2, Some(first), Some(second)) => return format!("{first} ({second})"),
            _ => {}
        }
    }
    let named: Vec<String> =
        members.iter().map(|(name, value)| format!("{name}={}", nested(value, true))).collect();
    let text = named.join(", ");
    if inside { format!("{{{text}}}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_values_read_as_a_person_would_write_them() {
        for (json, expected) in [
            (r#"[{"Key":"app","Value":"billing"},{"Key":"env","Value":""}]"#, "app=billing; env="),
            (r#"{"Address":"a.rds","Port":5432}"#, "a.rds:5432"),
            (r#"{"Address":"a.rds","Port":5432,"HostedZoneId":"Z1"}"#, "a.rds:5432 (hosted zone Z1)"),
            (r#"[{"VpcSecurityGroupId":"sg-1","Status":"active"}]"#, "sg-1 (active)"),
            (r#"["audit","error"]"#, "audit; error"),
            (r#"[{"A":"x","B":1,"C":{"D":[true]}}]"#, "{A=x, B=1, C={D=[true]}}"),
            ("[]", ""),
        ] {
            assert_eq!(readable(&Cell::Json(json.into())), expected);
        }
        assert_eq!(readable(&Cell::Boolean(true)), "true");
    }
}
