//! A comparison as one HTML page that needs no network. Everything from AWS is text here, never markup; what differs is
//! told by a sign and a colour.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::text::facts;
use super::{Compared, Sheet};
use crate::analysis::same::Verdict;
use crate::report::html::escaped;

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8884; --weak: #777; --head: #f3f4f6; --page: #fff;
  --different: #ffdfba; --missing: #cfe5f7; --waits: #fff3b0; --unknown: #e4e4e7 }
@media (prefers-color-scheme: dark) { :root { --weak: #aaa; --head: #262a31; --page: #17191d;
  --different: #6b4410; --missing: #1f4a6b; --waits: #5c5310; --unknown: #3f3f46 } }
body { font: 13px/1.45 system-ui, 'Segoe UI', sans-serif; margin: 24px }
h1 { font-size: 20px; margin: 0 0 8px }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 24px 0 0 }
dt { color: var(--weak) } dd { margin: 0; overflow-wrap: anywhere }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { border-bottom: 1px solid var(--line); padding: 3px 10px; text-align: left; vertical-align: top; max-width: 40ch; overflow-wrap: anywhere }
thead { position: sticky; top: 0; background: var(--head) } thead .identity { color: var(--weak) }
th:first-child, td:first-child { white-space: nowrap; max-width: none }
tbody th { position: sticky; left: 0; background: var(--page); font-weight: 600 }
.section th { padding-top: 16px; font-size: 15px }
.different { background: var(--different) } .missing { background: var(--missing) }
.waits { background: var(--waits) } .unknown { background: var(--unknown) }
@media print { body { margin: 0; font-size: 9px } thead, th { position: static } }
";

/// Writes the page.
pub fn write(sheets: &[Sheet], compared: &Compared<'_>, out: &mut dyn Write) -> io::Result<()> {
    let title = escaped(&compared.about.title);
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head>\n\
         <body><h1>{title}</h1><p>{}</p>",
        escaped(&compared.finding())
    )?;
    // One table, so that the databases stand at the top of every section.
    if let Some(first) = sheets.first() {
        write!(out, "<table>{}", header(first))?;
        for sheet in sheets {
            write!(out, "{}", section(sheet))?;
        }
        writeln!(out, "</table>")?;
    }
    write!(out, "<dl>")?;
    for (name, text) in facts(compared.about) {
        write!(out, "<dt>{}</dt><dd>{}</dd>", escaped(&name), escaped(&text))?;
    }
    writeln!(out, "</dl></body></html>")
}

fn header(sheet: &Sheet) -> String {
    let mut text = String::from("<thead><tr>");
    // Writing into a String does not fail.
    for column in &sheet.columns {
        let _ = write!(text, "<th scope=\"col\">{}</th>", escaped(column).replace('/', "/<wbr>"));
    }
    text.push_str("</tr>");
    for line in &sheet.identity {
        text.push_str("<tr class=\"identity\">");
        for cell in line {
            let _ = write!(text, "<td>{}</td>", escaped(cell));
        }
        text.push_str("</tr>");
    }
    text.push_str("</thead>\n");
    text
}

fn section(sheet: &Sheet) -> String {
    let (across, title) = (sheet.columns.len(), escaped(&sheet.title));
    let mut text = format!(
        "<tbody><tr class=\"section\"><th scope=\"rowgroup\" colspan=\"{across}\">{title}</th></tr>\n"
    );
    for line in &sheet.lines {
        text.push_str("<tr>");
        for (at, cell) in line.iter().enumerate() {
            let (class, sentence) = match cell.verdict {
                None | Some(Verdict::Equal) => ("", ""),
                Some(Verdict::Different) => ("different", cell.reason.as_str()),
                Some(Verdict::Missing) => ("missing", cell.reason.as_str()),
                Some(Verdict::Waits) => ("waits", cell.reason.as_str()),
                Some(Verdict::NotKnown) => ("unknown", cell.reason.as_str()),
            };
            let shown = escaped(&cell.signed());
            let _ = match (at, class) {
                (0, _) => write!(text, "<th scope=\"row\">{shown}</th>"),
                (_, "") => write!(text, "<td>{shown}</td>"),
                _ => write!(text, "<td class=\"{class}\" title=\"{}\">{shown}</td>", escaped(sentence)),
            };
        }
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody>\n");
    text
}
