//! What we say of single members, as data in `assets/members.toml`: what one means, and what its number is of. It reads
//! texts that a cell already has and changes none of them: hints stand beside values, never in their place, and a
//! time or an ARN that has no room is cut where it does not hurt.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::shape::Shape;

/// What a column means, for the kinds that somebody has described, for the columns of our own there, and for members whose
/// column has another name than AWS's in every kind.
pub fn meaning(kind: &str, column: &str) -> Option<&'static str> {
    let own = || SAID.own.get(column);
    let renamed = || SAID.renamed.get(column);
    SAID.kinds
        .get(kind)
        .and_then(|members| members.get(column).or_else(own))
        .or_else(renamed)
        .map(String::as_str)
}

/// Whether a column holds names that AWS takes in any case: identifiers, ARNs, names of groups, parameters and regions; of a
/// list or structure, whether such names are in it.
pub fn holds_names(column: &str) -> bool {
    const ENDS: [&str; 16] = [
        "Identifier",
        "Identifiers",
        "Arn",
        "ARN",
        "GroupName",
        "ParameterName",
        "ParameterGroup",
        "ParameterGroups",
        "SubnetGroup",
        "SecurityGroups",
        "OptionGroup",
        "OptionGroupMemberships",
        "ClusterMembers",
        "ProxyName",
        "SubscriptionId",
        "Region",
    ];
    ENDS.iter().any(|end| column.ends_with(end))
}

/// What a column's numbers are of, such as `GiB`.
pub fn unit(column: &str) -> Option<&'static str> {
    SAID.units.get(column).map(String::as_str)
}

/// A value once more in the unit that a person would choose: `20 TiB` for 20480 GiB, `3 d ago` for a time. `None` where
/// the value itself is as easy to read.
pub fn hint(column: &str, shape: &Shape, text: &str, now: OffsetDateTime) -> Option<String> {
    if matches!(shape, Shape::Timestamp) {
        return OffsetDateTime::parse(text, &Rfc3339).ok().map(|time| age(time, now));
    }
    let number: f64 = shape.is_number().then(|| text.parse().ok()).flatten()?;
    match unit(column)? {
        "GiB" => larger(number, &["GiB", "TiB", "PiB"]),
        "B" => larger(number, &["B", "KiB", "MiB", "GiB", "TiB", "PiB"]),
        "s" if number >= 60.0 => Some(span(number as i64)),
        "d" if number >= 365.0 => Some(span(number as i64 * DAY)),
        _ => None,
    }
}

/// A time to the second, `2026-10-02T09:00:08` for `2026-10-02T09:00:08.899000+00:00`: what there is to read where there is
/// no room for the fraction and the offset, which is zero in all that RDS answers. `None` for what is no such time.
pub fn to_the_second(time: &str) -> Option<&str> {
    let (second, rest) = time.split_at_checked(19)?;
    let fraction = rest.strip_suffix("+00:00")?;
    let plain = fraction.is_empty() || fraction.starts_with('.');
    (second.as_bytes()[10] == b'T' && plain).then_some(second)
}

/// What an ARN is of, `db:orders` for `arn:aws:rds:eu-central-1:111111111111:db:orders`; `None` for what is no ARN.
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.
pub fn resource_of_arn(text: &str) -> Option<&str> {
    text.strip_prefix("arn:")?.splitn(5, ':').nth(4).filter(|resource| !resource.is_empty())
}

const DAY: i64 = 24 * 60 * 60;

/// A size in the largest unit of which there is at least one; `None` if that is the first.
fn larger(number: f64, units: &[&str]) -> Option<String> {
    let mut number = number;
    let mut at = 0;
    while number >= 1024.0 && at + 1 < units.len() {
        number /= 1024.0;
        at += 1;
    }
    let whole = number.fract() < 0.05 || number >= 100.0;
    (at > 0).then(|| format!("{number:.*} {}", usize::from(!whole), units[at]))
}

/// How long ago a time is, or how far ahead.
fn age(time: OffsetDateTime, now: OffsetDateTime) -> String {
    let seconds = (now - time).whole_seconds();
    match seconds.abs() {
        0..60 => "now".to_owned(),
        length if seconds > 0 => format!("{} ago", span(length)),
        length => format!("in {}", span(length)),
    }
}

/// A length of time in its largest unit.
fn span(seconds: i64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..DAY => format!("{} h", seconds / 3_600),
        _ if seconds < 730 * DAY => format!("{} d", seconds / DAY),
        _ => format!("{} y", seconds / (365 * DAY)),
    }
}

#[derive(Deserialize)]
struct Said {
    units: HashMap<String, String>,
    own: HashMap<String, String>,
    renamed: HashMap<String, String>,
    #[serde(flatten)]
    kinds: HashMap<String, HashMap<String, String>>,
}

#[expect(clippy::expect_used, reason = "the text is compiled in, and a test reads all of it")]
static SAID: LazyLock<Said> = LazyLock::new(|| {
    toml_edit::de::from_str(include_str!("../../assets/members.toml"))
        .expect("assets/members.toml is read by a test")
});

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::rds::{kind, kinds};

    #[test]
    fn every_member_of_instances_and_clusters_is_explained_and_no_other() {
        for name in SAID.kinds.keys() {
            let kind = kind(name).unwrap();
            for column in kind.columns.iter() {
                assert!(meaning(name, &column.name).is_some(), "{name}: {} has no line", column.name);
            }
            for member in SAID.kinds[name].keys() {
                assert!(kind.column(member).is_some(), "{name}: {member} is no member");
            }
        }
        assert!(SAID.kinds.contains_key("db-instances") && SAID.kinds.contains_key("db-clusters"));
        assert_eq!(meaning("db-snapshots", "Engine"), None);
        for kind in kinds().iter().filter(|kind| !kind.renamed.is_empty()) {
            let explained = |(_, column): &(&str, &str)| meaning(kind.name, column).is_some();
            assert!(kind.renamed.iter().all(explained), "{}", kind.name);
        }
    }

    #[test]
    fn every_unit_is_of_a_member() {
        for member in SAID.units.keys() {
            assert!(kinds().iter().any(|kind| kind.column(member).is_some()), "{member}");
        }
    }

    #[test]
    fn a_hint_says_what_is_hard_to_read() {
        let now = datetime!(2026-01-10 12:00 UTC);
        let of = |column: &str, shape: Shape, text: &str| hint(column, &shape, text, now);
        assert_eq!(of("AllocatedStorage", Shape::Integer, "100"), None);
        assert_eq!(of("AllocatedStorage", Shape::Integer, "20480").as_deref(), Some("20 TiB"));
        assert_eq!(of("AllocatedStorage", Shape::Integer, "1536").as_deref(), Some("1.5 TiB"));
        assert_eq!(of("FullSnapshotSizeInBytes", Shape::Long, "5368709120").as_deref(), Some("5 GiB"));
        assert_eq!(of("BacktrackWindow", Shape::Long, "259200").as_deref(), Some("3 d"));
        assert_eq!(of("Port", Shape::Integer, "5432"), None);
        let time = |text: &str| of("InstanceCreateTime", Shape::Timestamp, text);
        assert_eq!(time("2026-01-07T11:00:00+00:00").as_deref(), Some("3 d ago"));
        assert_eq!(time("2026-01-10T14:30:00+00:00").as_deref(), Some("in 2 h"));
        assert_eq!(time("2020-01-10T12:00:00+00:00").as_deref(), Some("6 y ago"));
        assert_eq!(time("someday"), None);
    }

    #[test]
    fn an_arn_is_of_a_resource() {
        let orders = resource_of_arn("arn:aws:rds:eu-central-1:111111111111:db:orders");
        assert_eq!(orders, Some("db:orders"));
        let of_rds = resource_of_arn("arn:aws-cn:iam::111111111111:role/aws-service-role/rds:x");
        assert_eq!(of_rds, Some("role/aws-service-role/rds:x"));
        for other in ["orders", "arn:aws:rds", "arn:aws:rds:eu-central-1:111111111111:", "arnold:a:b:c:d:e"] {
            assert_eq!(resource_of_arn(other), None, "{other}");
        }
    }

    #[test]
    fn a_time_is_shortened_to_the_second_and_nothing_else_is() {
        assert_eq!(to_the_second("2026-10-02T09:00:08.899000+00:00"), Some("2026-10-02T09:00:08"));
        assert_eq!(to_the_second("2026-10-02T09:00:08+00:00"), Some("2026-10-02T09:00:08"));
        for other in [
            "2026-10-02T09:00:08+02:00",
            "2026-10-02T09:00:08",
            "2026-10-02",
            "—",
            "längst vergangen, äöü, +00:00",
        ] {
            assert_eq!(to_the_second(other), None, "{other}");
        }
    }
}
