//! One HTML page that needs no network: what it is of and what is missing at the top, then the rows; a click on a
//! header sorts. Everything from AWS is text here, never markup.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::about::moment;
use super::{About, RowSource, each_row};
use crate::clean::is_hidden;
use crate::rds::readable::readable;
use crate::rds::{Cell, Column, Shape};

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8884; --weak: #777; --bad: #b3261e; --head: #f3f4f6 }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --weak: #aaa; --head: #262a31 } }
body { font: 13px/1.45 system-ui, 'Segoe UI', sans-serif; margin: 24px }
h1 { font-size: 20px; margin: 0 0 8px }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0 0 16px }
dt { color: var(--weak) } dd { margin: 0; overflow-wrap: anywhere }
.bad { color: var(--bad); font-weight: 600 }
table { border-collapse: collapse; margin: 0 0 24px; font-variant-numeric: tabular-nums }
th, td { border-bottom: 1px solid var(--line); padding: 3px 10px 3px 0; text-align: left; vertical-align: top; max-width: 48ch; overflow-wrap: anywhere }
th { position: sticky; top: 0; background: var(--head); white-space: nowrap }
th button { all: unset; cursor: pointer; padding: 3px 0; font-weight: 600 } th button:focus-visible { outline: 2px solid }
td.number { text-align: right }
@media print { body { margin: 0; font-size: 9px } th { position: static } }
";

const SCRIPT: &str = "
document.querySelectorAll('table.rows th button').forEach((button, at) => button.addEventListener('click', () => {
  const header = button.parentElement, body = button.closest('table').tBodies[0];
  const down = header.getAttribute('aria-sort') === 'ascending';
  header.parentElement.querySelectorAll('th').forEach(other => other.removeAttribute('aria-sort'));
  header.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const text = row => row.cells[at].textContent, order = new Intl.Collator('en', { numeric: true });
  const rows = [...body.rows].sort((a, b) => !text(a) - !text(b) || (down ? -1 : 1) * order.compare(text(a), text(b)));
  body.append(...rows);
}));
";

/// Writes the page.
pub fn html(
    columns: &[&Column],
    about: &About,
    rows: &mut dyn RowSource,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let title = escaped(&about.title);
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style></head>\n<body><h1>{title}</h1>\n{}",
        head(about, rows.total())
    )?;
    write!(out, "<table class=\"rows\"><thead><tr>")?;
    for column in columns {
        write!(out, "<th scope=\"col\"><button type=\"button\">{}</button></th>", escaped(&column.name))?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    let written = each_row(rows, |_, row| {
        let mut line = String::from("<tr>");
        for (cell, column) in row.iter().zip(columns) {
            let number = column.shape.is_number() && !matches!(cell, Cell::Text(_));
            let text = match (cell, &column.shape) {
                // Shorter for people; the exact form is in JSON.
                (Cell::Text(text), Shape::Timestamp) => text.replacen('T', " ", 1).replace("+00:00", " UTC"),
                _ => readable(cell),
            };
            line.push_str(if number { "<td class=\"number\">" } else { "<td>" });
            line.push_str(&escaped(&text));
            line.push_str("</td>");
        }
        writeln!(out, "{line}</tr>")
    })?;
    writeln!(out, "</tbody></table><script>{SCRIPT}</script></body></html>")?;
    Ok(written)
}

fn head(about: &About, rows: usize) -> String {
    let mut head = String::from("<dl>");
    let mut line = |name: &str, text: &str| {
        // Writing into a String does not fail.
        let _ = write!(head, "<dt>{name}</dt><dd>{}</dd>", escaped(text));
    };
    for scope in &about.scope {
        line("Scope", scope);
    }
    line("Rows", &rows.to_string());
    line("Made", &moment(about.made));
    line("As of", about.as_of().as_deref().unwrap_or("never"));
    line("Completeness", &about.completeness());
    for reason in &about.broken {
        line("Not collected", reason);
    }
    head.push_str("</dl>\n");
    if about.gaps().next().is_some() {
        head.push_str("<table><thead><tr>");
        for name in ["AccountId", "Region", "Profiles", "State", "What AWS said"] {
            let _ = write!(head, "<th scope=\"col\">{name}</th>");
        }
        head.push_str("</tr></thead><tbody>\n");
        for gap in about.gaps() {
            let said = gap.failure.as_ref().map(|failure| failure.sentence()).unwrap_or_default();
            let _ = writeln!(
                head,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"bad\">{}</td><td>{}</td></tr>",
                escaped(gap.account_id.as_deref().unwrap_or("unknown")),
                escaped(&gap.region),
                escaped(&gap.profiles.join(", ")),
                gap.state.word(),
                escaped(&said)
            );
        }
        head.push_str("</tbody></table>\n");
    }
    head
}

/// Text as HTML has it. Control characters, which HTML forbids, are shown as their pictures, and what cannot be seen or turns
/// the writing round as an escape.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(letter),
            '\0'..='\u{1f}' => escaped.push(char::from_u32(0x2400 + u32::from(letter)).unwrap_or('\u{fffd}')),
            '\u{7f}' => escaped.push('\u{2421}'),
            unseen if is_hidden(unseen) => escaped.extend(unseen.escape_unicode()),
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::{Once, columns};

    #[test]
    fn what_comes_from_aws_is_never_markup() {
        let about = About {
            title: "<b>x</b>".into(),
            scope: vec!["search: \"><script>alert(1)</script>".into()],
            made: time::OffsetDateTime::UNIX_EPOCH,
            coverage: Vec::new(),
            broken: Vec::new(),
        };
        let columns = columns(&["DBInstanceIdentifier", "TagList"]);
        let tags = r#"[{"Key":"<img src=x onerror=alert(1)>","Value":"\u0001"}]"#;
        let row = vec![Cell::Text("</td><script>alert(1)</script>".into()), Cell::Json(tags.into())];
        let mut out = Vec::new();
        assert_eq!(html(&columns, &about, &mut Once(vec![row]), &mut out).unwrap(), 1);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.matches("<script>").count(), 1, "only our own");
        assert!(!text.contains("<img") && !text.contains("<b>") && !text.contains('\u{1}'));
        assert!(text.contains("&lt;img src=x onerror=alert(1)&gt;=\u{2401}"));
    }

    #[test]
    fn what_cannot_be_seen_is_an_escape() {
        let text = escaped("a\u{9b}31m\u{202e}b\u{2066}\u{200b}\u{85}\u{1b}\n漢");
        assert_eq!(text, "a\\u{9b}31m\\u{202e}b\\u{2066}\\u{200b}\\u{85}\u{241b}\n漢");
    }
}
