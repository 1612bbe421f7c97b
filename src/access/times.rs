//! Times as AWS's tools write them into files and answers.

use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Reads a time. Beside RFC 3339 older AWS CLIs wrote `2026-11-30T10:00:00UTC`, and others leave the zone away, which
/// means UTC.
pub fn moment(text: &str) -> Option<SystemTime> {
    let text = text.trim().replacen(' ', "T", 1);
    let zones = ["UTC", "GMT", "Z", "z"];
    let bare = zones.into_iter().find_map(|zone| text.strip_suffix(zone)).unwrap_or(&text).trim_end();
    let written = match bare.get(19..) {
        // `+0000` lacks its colon.
        Some(rest) if rest.len() >= 5 && is_compact_offset(&rest[rest.len() - 5..]) => {
            let (before, minutes) = bare.split_at(bare.len() - 2);
            format!("{before}:{minutes}")
        }
        Some(rest) if rest.contains(['+', '-']) => bare.to_owned(),
        _ => format!("{bare}Z"),
    };
    OffsetDateTime::parse(&written, &Rfc3339).ok().map(SystemTime::from)
}

fn is_compact_offset(text: &str) -> bool {
    text.starts_with(['+', '-']) && text[1..].bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tools_times_are_read() {
        let expected = moment("2026-11-30T10:00:00Z").unwrap();
        for text in [
            "2026-11-30T10:00:00UTC",
            "2026-11-30T10:00:00",
            "2026-11-30 10:00:00 UTC",
            "2026-11-30T10:00:00+00:00",
            "2026-11-30T11:00:00+0100",
            "2026-11-30T10:00:00.000Z",
            "2026-11-30T10:00:00GMT",
        ] {
            assert_eq!(moment(text), Some(expected), "{text}");
        }
        for text in ["", "Z", "soon", "2026-13-30T10:00:00Z", "1764496800"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
