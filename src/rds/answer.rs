//! From the bytes of AWS's answer to rows: one converter for every kind, driven by the shape table.
//!
//! It reads what botocore would read from the same bytes, so that the JSON we print equals the AWS CLI's. Elements the
//! shape table does not know (members AWS added later) are kept beside the row. Nothing here sends a request.

use std::borrow::Cow;

use roxmltree::{Document, Node};
use serde::de::IgnoredAny;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;

use super::kind::Kind;
use super::nesting;
use super::shape::Shape;
use crate::clean;

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// AWS did not send the member.
    Absent,
    /// A string, a timestamp as the AWS CLI v2 prints it, or a number that could not be read as one.
    Text(String),
    Integer(i64),
    Double(f64),
    Boolean(bool),
    /// A list, map or structure, as JSON text.
    Json(String),
}

impl Cell {
    /// Whether there is a value. A member that AWS did not send has none, and neither has an empty list or structure,
    /// or one that holds nothing but such. An empty text is a value.
    pub fn has_value(&self) -> bool {
        match self {
            Cell::Absent => false,
            Cell::Json(json) => json_has_value(json),
            _ => true,
        }
    }
}

/// Whether JSON holds a text, a number or a truth value. What is no JSON is a text.
pub fn json_has_value(json: &str) -> bool {
    let mut rest = json.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = match byte {
            b'"' => {
                let after = after_string(after);
                let next = after.iter().find(|byte| !byte.is_ascii_whitespace());
                // The name of a member is no value.
                if next != Some(&b':') {
                    return true;
                }
                after
            }
            b'-' | b'0'..=b'9' | b't' | b'f' => return true,
            _ => after,
        };
    }
    serde_json::from_str::<IgnoredAny>(json).is_err()
}

/// What follows a string of JSON whose opening mark has been read.
fn after_string(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [b'\\', _, rest @ ..] => rest,
            [b'"', rest @ ..] => return rest,
            [_, rest @ ..] => rest,
            [] => return text,
        };
    }
}

/// One resource: a cell for each member of the kind's structure, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub cells: Vec<Cell>,
    /// Members this program's shape table does not know yet, as a JSON object.
    pub unknown: Option<String>,
}

impl Row {
    /// A row with some members and all others absent, for tests and benchmarks: AWS's rows are read whole. `None` where the
    /// kind has no such member.
    pub fn of(kind: &Kind, members: &[(&str, Cell)]) -> Option<Row> {
        let mut cells = vec![Cell::Absent; kind.structure.members.len()];
        for (name, cell) in members {
            cells[kind.structure.position(name)?] = cell.clone();
        }
        Some(Row { cells, unknown: None })
    }
}

/// One page of an answer.
#[derive(Debug)]
pub struct Page {
    pub rows: Vec<Row>,
    /// Where the next page begins; `None` on the last.
    pub marker: Option<String>,
}

/// What an error answer says. Every field may be missing when something between us and AWS answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorAnswer {
    pub code: Option<String>,
    pub message: Option<String>,
    pub request_id: Option<String>,
}

/// Reads one page of a Describe answer.
///
/// # Errors
/// A sentence that says why the bytes are not an answer to this operation.
pub fn read_page(kind: &Kind, body: &[u8]) -> Result<Page, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the answer is not UTF-8 text".to_owned())?;
    // XML 1.0, 2.11: line ends are made one before parsing. The parser does it, but not before a reference or CDATA.
    let text = if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    };
    let text = text.as_ref();
    nesting::check(text)?;
    let document = Document::parse(text)
        .map_err(|error| format!("the answer is not XML ({error}){}", beginning(text)))?;
    let result = children(document.root_element())
        .find(|node| node.tag_name().name() == kind.answer.wrapper)
        .ok_or_else(|| format!("the answer has no <{}>{}", kind.answer.wrapper, beginning(text)))?;
    let mut page = Page { rows: Vec::new(), marker: None };
    for node in children(result) {
        match node.tag_name().name() {
            "Marker" => page.marker = Some(text_of(node).into_owned()).filter(|marker| !marker.is_empty()),
            name if name == kind.answer.list => {
                page.rows = children(node).map(|item| read_row(kind, item)).collect();
            }
            _ => {}
        }
    }
    Ok(page)
}

/// Writes into a page's rows by which name they were asked for, where AWS's answer does not say it.
pub fn say_parent(kind: &Kind, parent: &str, page: &mut Page) {
    if kind.says_parent {
        for row in &mut page.rows {
            row.cells[0] = Cell::Text(parent.to_owned());
        }
    }
}

/// Reads an error answer, in the form of AWS's Query services or of those that imitate them.
pub fn read_error(body: &[u8]) -> ErrorAnswer {
    let text = std::str::from_utf8(body).ok().filter(|text| nesting::check(text).is_ok());
    let Some(document) = text.and_then(|text| Document::parse(text).ok()) else {
        return ErrorAnswer::default();
    };
    // AWS nests Error directly, some stand-ins inside Errors, and the request id is spelled two ways.
    let find = |names: &[&str]| {
        document
            .descendants()
            .find(|node| node.is_element() && names.contains(&node.tag_name().name()))
            .map(|node| text_of(node).trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    ErrorAnswer {
        code: find(&["Code"]),
        message: find(&["Message"]),
        request_id: find(&["RequestId", "RequestID"]),
    }
}

fn read_row(kind: &Kind, item: Node<'_, '_>) -> Row {
    let mut cells = vec![Cell::Absent; kind.structure.members.len()];
    let mut unknown = serde_json::Map::new();
    for node in children(item) {
        let name = node.tag_name().name();
        match kind.member(name) {
            Some(at) => cells[at] = read_cell(&kind.structure.members[at].shape, node),
            None => {
                unknown.insert(name.to_owned(), read_unknown(node));
            }
        }
    }
    let unknown = (!unknown.is_empty()).then(|| Value::Object(unknown).to_string());
    Row { cells, unknown }
}

fn read_cell(shape: &Shape, node: Node<'_, '_>) -> Cell {
    if shape.is_nested() {
        let mut json = String::new();
        write_json(shape, node, &mut json);
        return Cell::Json(json);
    }
    let text = text_of(node);
    match shape {
        Shape::Integer | Shape::Long => match text.trim().parse() {
            Ok(number) => Cell::Integer(number),
            Err(_) => Cell::Text(text.into_owned()),
        },
        Shape::Double => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Cell::Double(number),
            _ => Cell::Text(text.into_owned()),
        },
        Shape::Boolean => Cell::Boolean(text == "true"),
        Shape::Timestamp => Cell::Text(timestamp(&text)),
        _ => Cell::Text(text.into_owned()),
    }
}

/// Writes a value as JSON directly: nested members are kept as text, so no tree of values is built.
fn write_json(shape: &Shape, node: Node<'_, '_>, json: &mut String) {
    match shape {
        Shape::Structure(structure) => {
            json.push('{');
            let mut first = true;
            for child in children(node) {
                let Some(at) = structure.position(child.tag_name().name()) else { continue };
                let member = &structure.members[at];
                if !std::mem::take(&mut first) {
                    json.push(',');
                }
                write_string(&member.name, json);
                json.push(':');
                write_json(&member.shape, child, json);
            }
            json.push('}');
        }
        Shape::List(list) => {
            json.push('[');
            for (at, child) in children(node).enumerate() {
                if at > 0 {
                    json.push(',');
                }
                write_json(&list.of, child, json);
            }
            json.push(']');
        }
        Shape::Map(value) => {
            json.push('{');
            let mut first = true;
            for entry in children(node) {
                let part = |name| children(entry).find(|part| part.tag_name().name() == name);
                let (Some(key), Some(content)) = (part("key"), part("value")) else { continue };
                if !std::mem::take(&mut first) {
                    json.push(',');
                }
                write_string(&text_of(key), json);
                json.push(':');
                write_json(value, content, json);
            }
            json.push('}');
        }
        Shape::String => write_string(&text_of(node), json),
        scalar => match read_cell(scalar, node) {
            Cell::Integer(number) => json.push_str(&number.to_string()),
            Cell::Double(number) => json.push_str(&Value::from(number).to_string()),
            Cell::Boolean(truth) => json.push_str(if truth { "true" } else { "false" }),
            Cell::Text(text) | Cell::Json(text) => write_string(&text, json),
            Cell::Absent => json.push_str("null"),
        },
    }
}

fn write_string(text: &str, json: &mut String) {
    // Nearly every text is plain; what is not is left to the library.
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        json.push('"');
        json.push_str(text);
        json.push('"');
    } else {
        json.push_str(&Value::from(text).to_string());
    }
}

/// A member we have no shape for: text, a list where one element repeats or is called `member`, else an object.
fn read_unknown(node: Node<'_, '_>) -> Value {
    let parts: Vec<Node<'_, '_>> = children(node).collect();
    let Some(first) = parts.first() else { return Value::from(text_of(node).as_ref()) };
    let name = first.tag_name().name();
    let alike = parts.iter().all(|part| part.tag_name().name() == name);
    if alike && (parts.len() > 1 || name == "member") {
        return parts.into_iter().map(read_unknown).collect();
    }
    let mut object = serde_json::Map::new();
    for part in parts {
        object.insert(part.tag_name().name().to_owned(), read_unknown(part));
    }
    Value::Object(object)
}

/// Seconds since 1970 that are beyond every calendar.
const MOST_SECONDS: f64 = 1e12;

/// A timestamp as the AWS CLI v2 prints it: `2026-11-22T10:00:00.123000+00:00`, without a fraction where it is zero.
/// What is not a timestamp stays as it is.
fn timestamp(text: &str) -> String {
    if let Some(plain) = plain_timestamp(text) {
        return plain;
    }
    let parsed = match text.trim().parse::<f64>() {
        // Seconds since 1970, which the Query protocol also allows.
        Ok(seconds) if seconds.abs() < MOST_SECONDS => {
            OffsetDateTime::from_unix_timestamp_nanos((seconds * 1e6).round() as i128 * 1000).ok()
        }
        _ => OffsetDateTime::parse(text.trim(), &Iso8601::DEFAULT).ok(),
    };
    let Some(time) = parsed else { return text.to_owned() };
    let (hours, minutes, _) = time.offset().as_hms();
    let sign = if time.offset().is_negative() { '-' } else { '+' };
    let mut printed = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    if time.microsecond() != 0 {
        printed.push_str(&format!(".{:06}", time.microsecond()));
    }
    printed.push_str(&format!("{sign}{:02}:{:02}", hours.abs(), minutes.abs()));
    printed
}

/// The form that RDS itself sends, `2026-11-22T10:00:00.123Z`, turned without a calendar; `None` for any other.
fn plain_timestamp(text: &str) -> Option<String> {
    let (seconds, fraction) = text.strip_suffix('Z')?.split_at_checked(19)?;
    let form = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        _ => byte.is_ascii_digit(),
    };
    // What no calendar has, such as a 13th month, goes the longer way, and a second 60 too.
    let in_range = |from: usize, until: &str| &seconds[from..from + 2] <= until;
    if !seconds.bytes().enumerate().all(form)
        || !(&seconds[5..7] != "00"
            && &seconds[8..10] != "00"
            && in_range(5, "12")
            && in_range(8, "28")
            && in_range(11, "23")
            && in_range(14, "59")
            && in_range(17, "59"))
    {
        return None;
    }
    let digits = match fraction.strip_prefix('.') {
        Some(digits) if digits.len() <= 6 && digits.bytes().all(|byte| byte.is_ascii_digit()) => digits,
        None if fraction.is_empty() => "",
        _ => return None,
    };
    let mut printed = String::with_capacity(32);
    printed.push_str(seconds);
    if digits.bytes().any(|digit| digit != b'0') {
        printed.push('.');
        printed.push_str(digits);
        printed.extend(std::iter::repeat_n('0', 6 - digits.len()));
    }
    printed.push_str("+00:00");
    Some(printed)
}

fn children<'a, 'input: 'a>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(|child| child.is_element())
}

/// The text before the first child element, comments left out, as botocore reads it.
fn text_of<'a>(node: Node<'a, '_>) -> Cow<'a, str> {
    let mut parts = node.children().take_while(|part| !part.is_element()).filter(Node::is_text);
    let first = parts.next().and_then(|part| part.text()).unwrap_or_default();
    match parts.next() {
        None => Cow::Borrowed(first),
        // A comment or the end of a CDATA section stands in between.
        Some(second) => {
            let rest = std::iter::once(second).chain(parts).filter_map(|part| part.text());
            Cow::Owned(std::iter::once(first).chain(rest).collect())
        }
    }
}

/// The first characters of an answer that is none, to tell a proxy's sign-in page from a broken line.
fn beginning(text: &str) -> String {
    // Cleaned before it is cut: half a secret is not known as one.
    let line = clean::message(&text[..text.floor_char_boundary(4096)], usize::MAX);
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        "; it is empty".to_owned()
    } else {
        format!("; it begins «{}»", line.chars().take(80).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::kind;
    use super::*;

    fn page(inner: &str) -> Page {
        let body = format!(
            "<DescribeDBInstancesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><DescribeDBInstancesResult>\
             {inner}</DescribeDBInstancesResult></DescribeDBInstancesResponse>"
        );
        read_page(kind("db-instances").unwrap(), body.as_bytes()).unwrap()
    }

    fn cell<'a>(page: &'a Page, name: &str) -> &'a Cell {
        &page.rows[0].cells[kind("db-instances").unwrap().structure.position(name).unwrap()]
    }

    #[test]
    fn members_are_read_by_their_shape() {
        let page = page(
            "<Marker>a&amp;b</Marker><DBInstances><DBInstance><DBName/><MultiAZ>true</MultiAZ>\
             <AllocatedStorage>20</AllocatedStorage><InstanceCreateTime>2026-11-22T10:00:00.123Z</InstanceCreateTime>\
             <TagList><Tag><Key>a</Key><Value>&lt;1&gt;</Value></Tag></TagList><DBSecurityGroups/>\
             <Tomorrow><member>x</member></Tomorrow></DBInstance></DBInstances>",
        );
        assert_eq!(page.marker.as_deref(), Some("a&b"));
        assert_eq!(cell(&page, "DBName"), &Cell::Text(String::new()));
        assert_eq!(cell(&page, "Engine"), &Cell::Absent);
        assert_eq!(cell(&page, "MultiAZ"), &Cell::Boolean(true));
        assert_eq!(cell(&page, "AllocatedStorage"), &Cell::Integer(20));
        assert_eq!(cell(&page, "InstanceCreateTime"), &Cell::Text("2026-11-22T10:00:00.123000+00:00".into()));
        assert_eq!(cell(&page, "TagList"), &Cell::Json(r#"[{"Key":"a","Value":"<1>"}]"#.into()));
        assert_eq!(cell(&page, "DBSecurityGroups"), &Cell::Json("[]".into()));
        assert_eq!(page.rows[0].unknown.as_deref(), Some(r#"{"Tomorrow":["x"]}"#));
    }

    #[test]
    fn what_holds_no_text_number_or_truth_value_has_no_value() {
        let has = |json: &str| Cell::Json(json.to_owned()).has_value();
        for json in
            ["[]", "{}", "[{}]", "[[],[{}]]", r#"{"A":[],"B":{"C":{}}}"#, r#"{"t":[ ] , "1" : {}}"#, "[null]"]
        {
            assert!(!has(json), "{json}");
        }
        for json in [
            r#"[""]"#,
            "[0]",
            "[-1.5]",
            r#"{"A":false}"#,
            r#"{"A":[],"B":[true]}"#,
            r#"{"\"":"x"}"#,
            "[not",
            "",
        ] {
            assert!(has(json), "{json}");
        }
        assert!(Cell::Text(String::new()).has_value() && Cell::Boolean(false).has_value());
        assert!(!Cell::Absent.has_value());
    }

    #[test]
    fn every_member_that_aws_sends_is_kept_whatever_its_name() {
        let read = |operation: &str, list: &str, item: &str, name: &str, members: &str| {
            let body = format!(
                "<{operation}Response><{operation}Result><{list}><{item}>{members}</{item}></{list}>\
                 </{operation}Result></{operation}Response>"
            );
            read_page(kind(name).unwrap(), body.as_bytes()).unwrap().rows.remove(0)
        };
        for (operation, list, item, name) in [
            (
                "DescribeDBInstanceAutomatedBackups",
                "DBInstanceAutomatedBackups",
                "DBInstanceAutomatedBackup",
                "db-instance-automated-backups",
            ),
            (
                "DescribeDBClusterAutomatedBackups",
                "DBClusterAutomatedBackups",
                "DBClusterAutomatedBackup",
                "db-cluster-automated-backups",
            ),
        ] {
            let members =
                "<Region>eu-west-1</Region><AccountId>1</AccountId><Profiles><member>a</member></Profiles>";
            let row = read(operation, list, item, name, members);
            let at = kind(name).unwrap().structure.position("BackupRegion").unwrap();
            assert_eq!(row.cells[at], Cell::Text("eu-west-1".into()));
            // What AWS may add one day under another of our names is newer than this program, and kept as such.
            assert_eq!(row.unknown.as_deref(), Some(r#"{"AccountId":"1","Profiles":["a"]}"#));
        }
        let snapshot = read(
            "DescribeDBSnapshots",
            "DBSnapshots",
            "DBSnapshot",
            "db-snapshots",
            "<Region>eu-west-1</Region><BackupRegion>x</BackupRegion>",
        );
        assert_eq!(snapshot.unknown.as_deref(), Some(r#"{"Region":"eu-west-1","BackupRegion":"x"}"#));
    }

    #[test]
    fn timestamps_are_printed_as_the_aws_cli_does() {
        assert_eq!(timestamp("2026-11-22T10:00:00Z"), "2026-11-22T10:00:00+00:00");
        assert_eq!(timestamp("2026-11-22T10:00:00.000Z"), "2026-11-22T10:00:00+00:00");
        assert_eq!(timestamp("2026-12-31T23:59:59.1234567Z"), "2026-12-31T23:59:59.123456+00:00");
        assert_eq!(timestamp("2026-00-22T10:00:00Z"), "2026-00-22T10:00:00Z");
        assert_eq!(timestamp("2026-02-30T10:00:00Z"), "2026-02-30T10:00:00Z");
        assert_eq!(timestamp("2026-11-22T10:00:00.5+02:00"), "2026-11-22T10:00:00.500000+02:00");
        assert_eq!(timestamp("1479117249.5"), "2016-11-14T09:54:09.500000+00:00");
        assert_eq!(timestamp("soon"), "soon");
        for far in ["1e308", "-1e30", "1e13", "inf", "NaN"] {
            assert_eq!(timestamp(far), far);
        }
    }

    #[test]
    fn errors_are_read_in_every_form() {
        let aws = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error>\
                   <RequestId>r1</RequestId></ErrorResponse>";
        let nested = "<Response><Errors><Error><Code>AccessDenied</Code><Message>no</Message></Error></Errors>\
                      <RequestID>r1</RequestID></Response>";
        for body in [aws, nested] {
            let error = read_error(body.as_bytes());
            assert_eq!(error.code.as_deref(), Some("AccessDenied"));
            assert_eq!(error.request_id.as_deref(), Some("r1"));
        }
        assert_eq!(read_error(b"<html>"), ErrorAnswer::default());
    }

    #[test]
    fn what_would_overflow_the_stack_is_refused_wherever_it_stands() {
        let deep = "<x>".repeat(4000) + &"</x>".repeat(4000);
        let kind = kind("db-instances").unwrap();
        for body in [
            deep.clone(),
            format!(
                "<R><DescribeDBInstancesResult><DBInstances><DBInstance><New>{deep}</New></DBInstance></DBInstances></DescribeDBInstancesResult></R>"
            ),
            format!("<R><DescribeDBInstancesResult><Marker>{deep}</Marker></DescribeDBInstancesResult></R>"),
        ] {
            assert!(read_page(kind, body.as_bytes()).unwrap_err().contains("nests"));
            let error = format!("<ErrorResponse><Error><Code>A</Code></Error>{body}</ErrorResponse>");
            assert_eq!(read_error(error.as_bytes()), ErrorAnswer::default());
        }
    }

    #[test]
    fn a_page_that_is_no_answer_says_so() {
        let error =
            read_page(kind("db-instances").unwrap(), b"<html><body>Sign in</body></html>").unwrap_err();
        assert!(error.contains("Sign in"), "{error}");
    }
}
