//! What a person who runs databases wants to be told without asking: each check is a sentence and the conditions on the
//! rows that it is about. A new check is one more entry here.

use time::{Date, Duration, OffsetDateTime};

use super::{Concern, Figure, Scope, Urgency, is};
use crate::inventory::Refusal;
use crate::query::{Filter, Query, Test};
use crate::rds::readable::readable;
use crate::rds::status::{Standing, standing};
use crate::rds::{Cell, Kind, kind};

/// How long before its end a certificate is worth a word.
const CERTIFICATE_NOTICE: Duration = Duration::days(90);
/// How long before AWS applies maintenance by force it is worth a word.
const MAINTENANCE_NOTICE: Duration = Duration::days(30);
/// Storage may grow up to `MaxAllocatedStorage`: from this share of it on, in percent, it is worth a word.
const NEARLY_FULL: i64 = 90;
/// More limits than anybody sets; what is beyond is not looked at.
const MOST_LIMITS: usize = 200;

/// When the certificate authorities of RDS end whose end is known without asking, as of August 2026. The certificates
/// that were collected are believed first.
const AUTHORITIES: [(&str, Date); 2] = [
    ("rds-ca-2015", time::macros::date!(2020 - 03 - 05)),
    ("rds-ca-2019", time::macros::date!(2024 - 08 - 22)),
];

/// One thing to look for.
struct Check {
    urgency: Urgency,
    kind: &'static str,
    /// The sentence after a `1`, and after any other number.
    one: String,
    many: String,
    why: &'static str,
    filters: Vec<Filter>,
}

impl Check {
    fn new(urgency: Urgency, sentences: [&str; 2], why: &'static str, filters: Vec<Filter>) -> Check {
        let [one, many] = sentences.map(str::to_owned);
        Check { urgency, kind: "db-instances", one, many, why, filters }
    }

    fn of(self, kind: &'static str) -> Check {
        Check { kind, ..self }
    }
}

/// What somebody should look at, the most urgent first.
pub fn concerns(scope: &mut Scope<'_>, now: OffsetDateTime) -> Result<Vec<Concern>, Refusal> {
    let mut concerns = Vec::new();
    for check in checks(scope, now.date())? {
        let Some(kind) = kind(check.kind) else { continue };
        let figure = scope.figure(kind, check.filters)?;
        if figure.number > 0 {
            let sentence = if figure.number == 1 { check.one } else { check.many };
            concerns.push(Concern { urgency: check.urgency, sentence, why: check.why, figure });
        }
    }
    concerns.sort_by_key(|Concern { urgency, figure: Figure { number, .. }, .. }| {
        (*urgency, std::cmp::Reverse(*number))
    });
    Ok(concerns)
}

fn checks(scope: &mut Scope<'_>, today: Date) -> Result<Vec<Check>, Refusal> {
    let yes = |column: &str| is(column, ["true"]);
    let no = |column: &str| is(column, ["false"]);
    // A condition sees a structure as a person does, and this one as `CAIdentifier=rds-ca-rsa2048-g1, ValidTill=2027-01-02T…`.
    let server = |date| {
        let ends = format!("ValidTill=({})", not_after(date));
        Filter::column("CertificateDetails", Test::Matches(ends))
    };
    let forced = format!("ForcedApplyDate=({})", not_after(today + MAINTENANCE_NOTICE));
    let yesterday = today.previous_day().unwrap_or(today);
    let mut checks = vec![
        Check::new(
            Urgency::Now,
            ["server certificate has ended", "server certificates have ended"],
            "Clients that verify the server's certificate can no longer connect. CertificateDetails.ValidTill is the \
             date of the instance's own certificate, which is another than that of its authority.",
            vec![server(yesterday)],
        ),
        Check::new(
            Urgency::Soon,
            ["server certificate ends within 90 days", "server certificates end within 90 days"],
            "RDS renews the server's certificate by itself, without a restart where the engine can; where it cannot, \
             plan one before CertificateDetails.ValidTill.",
            vec![server(today + CERTIFICATE_NOTICE), Filter::Not(Box::new(server(yesterday)))],
        ),
        Check::new(
            Urgency::Soon,
            ["resource with forced maintenance", "resources with forced maintenance"],
            "ForcedApplyDate is within 30 days: AWS applies the action on that day, whether or not a maintenance window is open.",
            vec![Filter::column("PendingMaintenanceActionDetails", Test::Matches(forced))],
        )
        .of("pending-maintenance-actions"),
        Check::new(
            Urgency::Soon,
            ["instance waits for a reboot", "instances wait for a reboot"],
            "Its parameter group is pending-reboot. The maintenance window does not clear it: somebody has to reboot.",
            vec![Filter::column("DBParameterGroups", Test::Contains("pending-reboot".to_owned()))],
        ),
        Check::new(
            Urgency::Soon,
            ["instance publicly accessible", "instances publicly accessible"],
            "The endpoint resolves to a public address; only the security groups keep the Internet out.",
            vec![yes("PubliclyAccessible")],
        ),
        Check::new(
            Urgency::Soon,
            ["instance without automated backups", "instances without automated backups"],
            "BackupRetentionPeriod is 0, so there is no restore to a point in time. Read replicas are left out.",
            vec![
                is("BackupRetentionPeriod", ["0"]),
                Filter::column("ReadReplicaSourceDBInstanceIdentifier", Test::Absent),
            ],
        ),
        Check::new(
            Urgency::Advice,
            ["instance with pending changes", "instances with pending changes"],
            "PendingModifiedValues are applied in the next maintenance window, or at a reboot.",
            vec![Filter::column("PendingModifiedValues", Test::Matches("\\w".to_owned()))],
        ),
        Check::new(
            Urgency::Advice,
            ["instance not encrypted", "instances not encrypted"],
            "StorageEncrypted cannot be switched on: it takes a snapshot, an encrypted copy of it, and a restore.",
            vec![no("StorageEncrypted")],
        ),
        Check::new(
            Urgency::Advice,
            [
                "Multi-AZ instance without deletion protection",
                "Multi-AZ instances without deletion protection",
            ],
            "Whoever pays for a standby mostly means the database to stay.",
            vec![yes("MultiAZ"), no("DeletionProtection")],
        ),
        Check::new(
            Urgency::Advice,
            [
                "Multi-AZ cluster without deletion protection",
                "Multi-AZ clusters without deletion protection",
            ],
            "Whoever pays for a standby mostly means the database to stay.",
            vec![yes("MultiAZ"), no("DeletionProtection")],
        )
        .of("db-clusters"),
    ];
    checks.extend(troubles(scope, "db-instances", "DBInstanceStatus", ["instance is", "instances are"])?);
    checks.extend(troubles(scope, "db-clusters", "Status", ["cluster is", "clusters are"])?);
    checks.extend(authorities(scope, today)?);
    checks.extend(nearly_full(scope)?);
    Ok(checks)
}

/// Resources whose status says that they do not serve.
fn troubles(
    scope: &mut Scope<'_>,
    name: &'static str,
    column: &str,
    subjects: [&str; 2],
) -> Result<Option<Check>, Refusal> {
    let words = values(scope, name, column, usize::MAX)?;
    let words: Vec<String> =
        words.iter().map(readable).filter(|word| standing(name, word) == Standing::Trouble).collect();
    if words.is_empty() {
        return Ok(None);
    }
    let sentences = subjects.map(|subject| format!("{subject} {}", words.join(" or ")));
    let why = "The status says that the database does not serve, or soon will not.";
    Ok(Some(Check::new(Urgency::Now, [&sentences[0], &sentences[1]], why, vec![is(column, words)]).of(name)))
}

/// Instances whose certificate authority has ended or soon ends.
fn authorities(scope: &mut Scope<'_>, today: Date) -> Result<Vec<Check>, Refusal> {
    let mut ends: Vec<(String, String)> =
        AUTHORITIES.iter().map(|(name, date)| ((*name).to_owned(), date.to_string())).collect();
    if let Some(certificates) = kind("certificates") {
        let columns = ["CertificateIdentifier", "ValidTill"].map(|name| certificates.column(name));
        if let [Some(name), Some(until)] = columns {
            let rows = scope.reader.select(&scope.query(certificates, &[]), false)?.rows;
            for cells in scope.reader.cells(&Query::of(certificates), &[name, until], &rows)? {
                let (name, until) = (readable(&cells[0]), readable(&cells[1]));
                match ends.iter_mut().find(|(known, _)| *known == name) {
                    Some(known) => known.1 = until,
                    None => ends.push((name, until)),
                }
            }
        }
    }
    let in_use: Vec<String> =
        values(scope, "db-instances", "CACertificateIdentifier", usize::MAX)?.iter().map(readable).collect();
    let ends_before = |date: Date| -> Vec<&str> {
        let date = date.to_string();
        let ends = ends.iter().filter(|(name, until)| {
            until.get(..10).is_some_and(|until| *until < *date) && in_use.contains(name)
        });
        ends.map(|(name, _)| name.as_str()).collect()
    };
    let ended = ends_before(today);
    let mut soon = ends_before(today + CERTIFICATE_NOTICE);
    soon.retain(|name| !ended.contains(name));
    let why = "CACertificateIdentifier: clients that verify the server trust the authority's own certificate, whose \
               date is another than that of the instance's. Change to a newer authority.";
    let check = |urgency, names: Vec<&str>, sentences: [&str; 2]| {
        let sentences = sentences.map(|sentence| format!("{sentence}: {}", names.join(", ")));
        let filters = vec![is("CACertificateIdentifier", names.iter().copied())];
        (!names.is_empty()).then(|| Check::new(urgency, [&sentences[0], &sentences[1]], why, filters))
    };
    let ended =
        check(Urgency::Now, ended, ["instance with an ended authority", "instances with an ended authority"]);
    let soon = check(
        Urgency::Soon,
        soon,
        ["instance whose authority ends within 90 days", "instances whose authority ends within 90 days"],
    );
    Ok([ended, soon].into_iter().flatten().collect())
}

/// Instances whose storage has nearly grown to what it may grow to.
fn nearly_full(scope: &mut Scope<'_>) -> Result<Option<Check>, Refusal> {
    let limits = values(scope, "db-instances", "MaxAllocatedStorage", MOST_LIMITS)?;
    let mut near = Vec::new();
    for limit in limits {
        // A condition looks at one column; so there is one for each limit that is met.
        let Cell::Integer(limit) = limit else { continue };
        let from = (limit * NEARLY_FULL + 99) / 100;
        let filters = vec![
            is("MaxAllocatedStorage", [limit.to_string()]),
            Filter::column("AllocatedStorage", Test::Between { from: Some(from.to_string()), to: None }),
        ];
        let Some(instances) = kind("db-instances") else { continue };
        if scope.figure(instances, filters.clone())?.number > 0 {
            near.push(Filter::All(filters));
        }
    }
    let sentences = ["instance near its MaxAllocatedStorage", "instances near MaxAllocatedStorage"];
    let why = "Storage autoscaling stops there, and a full disk stops the database.";
    Ok((!near.is_empty()).then(|| Check::new(Urgency::Soon, sentences, why, vec![Filter::Any(near)])))
}

/// The values of a column, the commonest first.
fn values(scope: &mut Scope<'_>, name: &str, column: &str, most: usize) -> Result<Vec<Cell>, Refusal> {
    let Some(kind): Option<&'static Kind> = kind(name) else { return Ok(Vec::new()) };
    Ok(scope.values(kind, &[], column, most)?.into_iter().map(|(cell, _)| cell).collect())
}

/// What a date up to this one begins with, as an expression: a condition on a member of a structure can only look at its
/// text.
fn not_after(date: Date) -> String {
    let text = date.to_string();
    let mut begins = Vec::new();
    for (at, digit) in text.char_indices().filter(|(_, digit)| digit.is_ascii_digit()) {
        let last = if at + 1 == text.len() { Some(digit) } else { char::from_u32(digit as u32 - 1) };
        match last.filter(char::is_ascii_digit) {
            Some('0') => begins.push(format!("{}0", &text[..at])),
            Some(last) => begins.push(format!("{}[0-{last}]", &text[..at])),
            None => {}
        }
    }
    begins.join("|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_takes_every_date_up_to_a_day_and_no_later_one() {
        let first = time::macros::date!(2019 - 12 - 30);
        for bound in [0, 1, 2, 31, 59, 60, 365, 400, 3000, 4023].map(|days| first + Duration::days(days)) {
            let expression = regex::Regex::new(&format!("^({})", not_after(bound))).unwrap();
            for days in -400..4400 {
                let date = first + Duration::days(days);
                let text = format!("{date}T23:59:59+00:00");
                assert_eq!(expression.is_match(&text), date <= bound, "{date} up to {bound}");
            }
        }
    }
}
