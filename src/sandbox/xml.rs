//! From values to AWS's XML, driven by the shape table. It knows no kind and no member by name: a new kind needs nothing
//! here.

use serde_json::Value;

use crate::rds::shape::Shape;

/// Writes `<name>…</name>`, or `<name/>` where there is nothing inside.
pub fn element(name: &str, shape: &Shape, value: &Value, xml: &mut String) {
    xml.push('<');
    xml.push_str(name);
    xml.push('>');
    let begin = xml.len();
    content(shape, value, xml);
    if xml.len() == begin {
        xml.insert(begin - 1, '/');
    } else {
        xml.push_str("</");
        xml.push_str(name);
        xml.push('>');
    }
}

/// Text with the characters escaped that XML does not allow as they are.
pub fn escape(text: &str, xml: &mut String) {
    for character in text.chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            other => xml.push(other),
        }
    }
}

fn content(shape: &Shape, value: &Value, xml: &mut String) {
    match (shape, value) {
        (Shape::Structure(structure), Value::Object(members)) => {
            // In the order of AWS's model, as AWS writes it; members of no value are left out.
            for member in &structure.members {
                if let Some(value) = members.get(&member.name) {
                    element(&member.name, &member.shape, value, xml);
                }
            }
        }
        (Shape::List(list), Value::Array(items)) => {
            for item in items {
                element(&list.element, &list.of, item, xml);
            }
        }
        (Shape::Map(of), Value::Object(entries)) => {
            for (key, value) in entries {
                xml.push_str("<entry>");
                element("key", &Shape::String, &Value::from(key.as_str()), xml);
                element("value", of, value, xml);
                xml.push_str("</entry>");
            }
        }
        (_, Value::String(text)) => escape(text, xml),
        (_, Value::Bool(truth)) => xml.push_str(if *truth { "true" } else { "false" }),
        (_, Value::Number(number)) => xml.push_str(&number.to_string()),
        _ => {}
    }
}
