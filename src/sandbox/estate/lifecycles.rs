//! Until when AWS supports the major versions of the open source engines: the calendar as of August 2026.

use serde_json::json;

use super::resource;
use crate::sandbox::target::Resource;

/// A major version: engine, name, first day, last day of standard and of extended support.
type Lifecycle = (&'static str, &'static str, &'static str, &'static str, &'static str);

const LIFECYCLES: &[Lifecycle] = &[
    ("aurora-mysql", "5.7", "2018-02-06", "2024-10-31", "2027-02-28"),
    ("aurora-mysql", "8.0", "2021-11-18", "2028-04-30", "2029-07-31"),
    ("aurora-postgresql", "11", "2019-11-26", "2024-02-29", "2027-03-31"),
    ("aurora-postgresql", "12", "2021-01-28", "2025-02-28", "2028-02-29"),
    ("aurora-postgresql", "13", "2021-08-26", "2026-02-28", "2029-02-28"),
    ("aurora-postgresql", "14", "2022-06-20", "2027-02-28", "2030-02-28"),
    ("aurora-postgresql", "15", "2023-04-05", "2028-02-29", "2031-02-28"),
    ("aurora-postgresql", "16", "2024-01-31", "2029-02-28", "2032-02-29"),
    ("aurora-postgresql", "17", "2025-05-01", "2030-02-28", "2033-02-28"),
    ("mysql", "5.7", "2016-02-22", "2024-02-29", "2029-06-30"),
    ("mysql", "8.0", "2018-10-23", "2026-07-31", "2029-07-31"),
    ("mysql", "8.4", "2024-11-21", "2029-07-31", "2032-07-31"),
    ("postgres", "11", "2019-03-13", "2024-02-29", "2027-03-31"),
    ("postgres", "12", "2020-03-31", "2025-02-28", "2028-02-29"),
    ("postgres", "13", "2021-02-24", "2026-02-28", "2029-02-28"),
    ("postgres", "14", "2022-02-03", "2027-02-28", "2030-02-28"),
    ("postgres", "15", "2023-02-27", "2028-02-29", "2031-02-28"),
    ("postgres", "16", "2023-11-17", "2029-02-28", "2032-02-29"),
    ("postgres", "17", "2024-11-14", "2030-02-28", "2033-02-28"),
    ("postgres", "18", "2025-11-14", "2031-02-28", "2034-02-28"),
];

/// Every major version, the same in all regions.
pub fn all() -> Vec<Resource> {
    LIFECYCLES
        .iter()
        .map(|(engine, major, first, standard, extended)| {
            let lifecycle = |name: &str, first: &str, last: &str| {
                json!({
                    "LifecycleSupportName": name,
                    "LifecycleSupportStartDate": first,
                    "LifecycleSupportEndDate": format!("{last}T23:59:59.999Z"),
                })
            };
            resource(json!({
                "Engine": engine,
                "MajorEngineVersion": major,
                "SupportedEngineLifecycles": [
                    lifecycle("open-source-rds-standard-support", &format!("{first}T00:00:00Z"), standard),
                    lifecycle("open-source-rds-extended-support", &day_after(standard), extended),
                ],
            }))
        })
        .collect()
}

/// The day after the last of a month: the first of the next.
fn day_after(last: &str) -> String {
    let mut parts = last.split('-').map(|part| part.parse().unwrap_or(1));
    let (year, month) = (parts.next().unwrap_or(1), parts.next().unwrap_or(1));
    let (year, month): (i32, i32) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    format!("{year:04}-{month:02}-01T00:00:00Z")
}
