//! The grammar of the shared config and credentials files: text to sections with line numbers, and a diagnostic for
//! every mistake. Pure: it never reads a file, never fails and never panics. What the properties mean, and how the
//! two files come together, is decided in `profiles` and `resolve`.
//!
//! The rules are those of the AWS SDKs and tools reference guide, with the AWS CLI's (botocore's) where it accepts
//! more. Of the SDK for Rust's 65 public cases (`profile-parser-tests.json` of aws-runtime 1.10.2) 62 come out alike,
//! and three differ by the names below (2026-08). The deliberate differences:
//! - where the SDK rejects the whole file, we tell the line, and only the section it stands in is broken;
//! - names with characters beyond `A-Za-z0-9_-/.%@:+` are accepted, and in quotes names with blanks, and in the
//!   credentials file names with blanks also without quotes, as botocore does; a name with blanks that should have
//!   quotes stays known as a broken profile, where the SDK drops it;
//! - an indented `key = value` straight after a header is a property, as in botocore, not a stray continuation;
//! - an indented comment is a comment, as in botocore, and an inline comment also ends a sub-property;
//! - an indented header is a header; sub-properties are kept as such, not as text after a line break;
//! - of `[default]` and `[profile default]` the last one counts, as in botocore; in the SDK the second always does;
//! - a `#` within the quotes of a `credential_process` belongs to the command, as in botocore.

use super::diagnostic::{Diagnostic, Severity, shown};
use super::header::{self, Header};
use super::lines::{self, Encoding, Line};
use super::secret::shown_value;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;

/// Which of the two files a text is; they write a profile's header differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// `AWS_CONFIG_FILE`: profiles are `[profile NAME]` and `[default]`.
    Config,
    /// `AWS_SHARED_CREDENTIALS_FILE`: profiles are `[NAME]`.
    Credentials,
}

/// A file's sections in the order they stand, and what is wrong with them.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// Every section, not yet merged with others of the same name.
    pub sections: Vec<Section>,
    /// At most 50 and a last one that counts the others; but the first Error of a profile's section is always here.
    pub diagnostics: Vec<Diagnostic>,
}

/// A header and the properties below it.
#[derive(Clone, Debug)]
pub struct Section {
    /// What it is and its name.
    pub kind: SectionKind,
    /// The header's line, counted from 1.
    pub line: u32,
    /// The properties in the order they stand, duplicates included; none for `Other` or a header that is wrong.
    pub properties: Vec<Property>,
    /// Whether an Error stands in it, so that what it says cannot be relied on.
    pub broken: bool,
}

/// What a header announces.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SectionKind {
    /// A profile by its name, `default` included.
    Profile(String),
    /// `[sso-session NAME]`
    SsoSession(String),
    /// `[services NAME]`
    Services(String),
    /// A section that is ignored, with the properties in it.
    Other,
}

impl SectionKind {
    /// The profile's name, where it is a profile.
    pub fn profile(&self) -> Option<&str> {
        match self {
            SectionKind::Profile(name) => Some(name),
            _ => None,
        }
    }
}

/// One `key = value`.
#[derive(Clone, PartialEq, Eq)]
pub struct Property {
    /// The key in lower case.
    pub key: String,
    /// The value without blanks around it; continuation lines are joined by line feeds.
    pub value: String,
    /// The line of the key, counted from 1.
    pub line: u32,
    /// The indented `key = value` lines below a property without a value, keys in lower case.
    pub sub: Vec<(String, String)>,
}

impl fmt::Debug for Property {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sub: Vec<_> = self.sub.iter().map(|(key, value)| (key, shown_value(key, value))).collect();
        formatter
            .debug_struct("Property")
            .field("key", &self.key)
            .field("value", &shown_value(&self.key, &self.value))
            .field("line", &self.line)
            .field("sub", &sub)
            .finish()
    }
}

const BYTE_ORDER_MARK: (Severity, &str) = (
    Severity::Note,
    "the file begins with a byte-order mark, with which the AWS CLI refuses it: save it as UTF-8 without BOM",
);
const UTF_16: (Severity, &str) =
    (Severity::Note, "the file is UTF-16, which the AWS CLI refuses: save it as UTF-8 without BOM");
const NOT_TEXT: (Severity, &str) = (
    Severity::Error,
    "the file is not text (or UTF-16 without a byte-order mark) and is ignored: save it as UTF-8",
);

/// Reads a file's text. `file` is only the name that the diagnostics give.
pub fn parse(file: &Path, bytes: &[u8], kind: FileKind) -> Parsed {
    let (encoding, text) = lines::decode(bytes);
    let mut parser = Parser {
        file,
        kind,
        prefixed_default: (kind == FileKind::Config).then(|| is_last_default_prefixed(&text)).flatten(),
        parsed: Parsed::default(),
        untold: 0,
        place: Place::BeforeAnySection { told: false },
        seen: HashMap::new(),
    };
    let about_encoding = match encoding {
        Encoding::Utf8 => None,
        Encoding::Utf8WithMark => Some(BYTE_ORDER_MARK),
        Encoding::Utf16 => Some(UTF_16),
        Encoding::Binary => Some(NOT_TEXT),
    };
    if let Some((severity, message)) = about_encoding {
        parser.tell(severity, None, None, message);
    }
    if encoding == Encoding::Binary {
        return parser.finish();
    }
    for line in lines::lines(&text) {
        parser.line(&line);
    }
    parser.finish()
}

/// Whether the last header of the default profile is `[profile default]`. Of the two forms the AWS CLI reads the one that
/// stands last in the file, and nothing of the other; without any it does not matter which counts.
fn is_last_default_prefixed(text: &[u8]) -> Option<bool> {
    let forms = lines::lines(text).filter_map(|line| {
        let line = line.text.trim();
        let header = header::read(line).filter(|header| header.closed)?;
        is_prefixed_default(&header)
    });
    forms.last()
}

/// Whether a header is `[profile default]` or, otherwise, `[default]`; `None` when it is neither.
fn is_prefixed_default(header: &Header<'_>) -> Option<bool> {
    match header.word {
        "profile" if header::unquoted(header.name).0 == "default" => Some(true),
        "default" if header.name.is_empty() => Some(false),
        _ => None,
    }
}

/// Where in the file the parser is.
enum Place {
    BeforeAnySection {
        told: bool,
    },
    /// In a section whose lines do not count.
    Ignored,
    /// In the last section of `parsed`.
    Section {
        kind: SectionKind,
        open: Open,
    },
}

/// What an indented line would continue.
#[derive(Clone, Copy)]
enum Open {
    Nothing,
    /// The section's last property, whose key stands this far in.
    Property {
        indent: usize,
    },
    /// A line that did not become a property.
    Rejected {
        indent: usize,
    },
}

/// What a header line turns out to be.
enum Announced {
    Section(SectionKind),
    Ignored {
        severity: Severity,
        message: String,
    },
    /// A section the AWS CLI knows and we have no use for.
    Silent,
    /// A mistake, and the profile it was probably meant to be.
    Wrong {
        profile: Option<String>,
        message: String,
    },
}

const MOST_DIAGNOSTICS: usize = 50;

struct Parser<'a> {
    file: &'a Path,
    kind: FileKind,
    /// Which form of the default profile's header counts, where the file has one.
    prefixed_default: Option<bool>,
    parsed: Parsed,
    untold: usize,
    place: Place,
    /// The line of each section and, within it, of each key, to tell duplicates.
    seen: HashMap<SectionKind, (u32, HashMap<String, u32>)>,
}

impl Parser<'_> {
    fn line(&mut self, line: &Line<'_>) {
        let text = line.text.trim();
        if text.is_empty() {
            return;
        }
        let comment = text.starts_with(['#', ';']);
        let indent = line.text.chars().take_while(|character| character.is_whitespace()).count();
        let continues = match &self.place {
            Place::Section {
                open: Open::Property { indent: open } | Open::Rejected { indent: open },
                ..
            } => indent > *open,
            _ => false,
        };
        // What continues a property may begin with a bracket, but not look like a whole header; and `[key = value` is
        // a slip in a property, not the name of a section, which might even show a secret.
        let header = header::read(text).filter(|header| {
            let whole = header.closed && !header.trailing;
            let property = !header.closed && !is_known_word(header.word) && text.contains('=');
            whole || !(continues || property)
        });
        if let Some(header) = header {
            return self.header(&header, indent, line);
        }
        if line.damaged {
            self.damaged(line.number, comment);
        }
        match (comment, continues) {
            (true, _) => {}
            (false, true) => self.continuation(text, line.number),
            (false, false) => self.property(text, indent, line.number),
        }
    }

    fn damaged(&mut self, line: u32, comment: bool) {
        if comment || !matches!(self.place, Place::Section { .. }) {
            let message = "the line holds bytes that are not UTF-8: save the file as UTF-8";
            self.tell(Severity::Warning, Some(line), None, message);
        } else {
            self.mistake(line, "the line holds bytes that are not UTF-8: save the file as UTF-8");
        }
    }

    fn header(&mut self, header: &Header<'_>, indent: usize, line: &Line<'_>) {
        let number = line.number;
        if indent > 0 {
            let message = "the section's header is indented, so that the AWS CLI reads it as part of the line above: \
                           begin the line with the bracket";
            self.tell(Severity::Warning, Some(number), None, message);
        }
        let announced = if line.damaged {
            let profile = (!header.name.is_empty()).then(|| header::unquoted(header.name).0.to_owned());
            let message =
                "the section's name is not UTF-8, and the section is ignored: save the file as UTF-8";
            Announced::Wrong { profile, message: message.to_owned() }
        } else {
            announced(header, self.kind, self.prefixed_default)
        };
        match announced {
            Announced::Section(kind) => {
                self.begin(kind, number);
                if header.trailing {
                    let message = "the text after the closing bracket is ignored, and other AWS tools may refuse it: \
                                   remove it or begin it with #";
                    self.tell_here(Severity::Warning, number, message);
                }
            }
            Announced::Silent => self.ignore(number),
            Announced::Ignored { severity, message } => {
                let profile = is_prefixed_default(header).map(|_| "default");
                self.tell(severity, Some(number), profile, message);
                self.ignore(number);
            }
            Announced::Wrong { profile, message } => {
                let told = self.tell(Severity::Error, Some(number), profile.as_deref(), message);
                self.ignore(number);
                if let (Some(name), true, Some(section)) = (profile, told, self.parsed.sections.last_mut()) {
                    section.kind = SectionKind::Profile(name);
                    section.broken = true;
                }
            }
        }
    }

    fn begin(&mut self, kind: SectionKind, line: u32) {
        let first = self.seen.entry(kind.clone()).or_insert_with(|| (line, HashMap::new())).0;
        let section = Section { kind: kind.clone(), line, properties: Vec::new(), broken: false };
        self.parsed.sections.push(section);
        self.place = Place::Section { kind, open: Open::Nothing };
        if first != line {
            let message = format!(
                "the section stands in this file twice, first on line {first}: the two are read as one, but the AWS \
                 CLI refuses such a file; make them one"
            );
            self.tell_here(Severity::Warning, line, message);
        }
    }

    fn ignore(&mut self, line: u32) {
        let section = Section { kind: SectionKind::Other, line, properties: Vec::new(), broken: false };
        self.parsed.sections.push(section);
        self.place = Place::Ignored;
    }

    fn property(&mut self, text: &str, indent: usize, line: u32) {
        match &mut self.place {
            Place::Ignored => return,
            Place::BeforeAnySection { told: true } => return,
            Place::BeforeAnySection { told } => {
                *told = true;
                let message = "the line stands before any section and is ignored, with all lines up to the first \
                               section: put it below [default] or a [profile …]";
                self.tell(Severity::Error, Some(line), None, message);
                return;
            }
            Place::Section { open, .. } => *open = Open::Rejected { indent },
        }
        if text.starts_with('[') {
            let message = "the line begins with a bracket, but is no section's header: remove the bracket";
            return self.mistake(line, message);
        }
        let Some((key, value)) = key_and_value(text) else {
            // The text is never quoted: it may be the second half of a secret.
            let message = if indent > 0 {
                "the line is indented, but there is no property above that it could continue: write key = value, or \
                 remove the line"
            } else if text.contains(':') {
                "the line has no '=': write key = value (with '=', not ':')"
            } else {
                "the line has no '=': write key = value, or indent the line if it continues the one above"
            };
            return self.mistake(line, message);
        };
        if key.is_empty() {
            return self.mistake(line, "there is no key before the '=': write key = value");
        }
        if key.contains(|character: char| character.is_whitespace() || character.is_control()) {
            let message =
                "the key holds a blank or a control character, which no AWS setting has, and is ignored";
            return self.tell_here(Severity::Warning, line, message);
        }
        if indent > 0 && self.parsed.sections.last().is_some_and(|section| section.properties.is_empty()) {
            let message = "the section's first property is indented, which only the AWS CLI accepts: begin the line \
                           with the key";
            self.tell_here(Severity::Warning, line, message);
        }
        self.keep(Property { key, value: value.to_owned(), line, sub: Vec::new() }, indent);
    }

    fn keep(&mut self, property: Property, indent: usize) {
        let Place::Section { kind, open } = &mut self.place else { return };
        *open = Open::Property { indent };
        let line = property.line;
        let earlier = self.seen.get_mut(kind).and_then(|(_, keys)| keys.insert(property.key.clone(), line));
        if let Some(earlier) = earlier {
            let message = format!(
                "{} is set twice, first on line {earlier}: this line counts, but the AWS CLI refuses such a file; \
                 remove one of the two",
                shown(&property.key)
            );
            self.tell_here(Severity::Warning, line, message);
        }
        if let Some(section) = self.parsed.sections.last_mut() {
            section.properties.push(property);
        }
    }

    fn continuation(&mut self, text: &str, line: u32) {
        if !matches!(self.place, Place::Section { open: Open::Property { .. }, .. }) {
            return;
        }
        let Some(property) =
            self.parsed.sections.last_mut().and_then(|section| section.properties.last_mut())
        else {
            return;
        };
        if !property.value.is_empty() {
            property.value.push('\n');
            property.value.push_str(text);
            return;
        }
        match key_and_value(text) {
            Some((key, value)) if !key.is_empty() => property.sub.push((key, value.to_owned())),
            Some(_) => {
                self.mistake(line, "there is no key before the '=' of this sub-property: write key = value");
            }
            None => {
                let message = format!(
                    "{} has no value, so the indented lines below it must be sub-properties, and this one has no \
                     '=': write key = value, or put the value on the key's own line",
                    shown(&property.key)
                );
                self.mistake(line, message);
            }
        }
    }

    /// An Error in the section at hand, which is broken by it.
    fn mistake(&mut self, line: u32, message: impl Into<String>) {
        let Place::Section { kind, .. } = &self.place else { return };
        let kind = kind.clone();
        let first = self.parsed.sections.last_mut().is_some_and(|section| {
            let first = !section.broken;
            section.broken = true;
            first
        });
        if first && kind.profile().is_some() {
            self.push(Severity::Error, Some(line), kind.profile(), message.into());
        } else {
            self.tell(Severity::Error, Some(line), kind.profile(), message);
        }
    }

    /// A diagnostic about the section at hand that does not break it.
    fn tell_here(&mut self, severity: Severity, line: u32, message: impl Into<String>) {
        let kind = match &self.place {
            Place::Section { kind, .. } => kind.clone(),
            _ => SectionKind::Other,
        };
        self.tell(severity, Some(line), kind.profile(), message);
    }

    /// Tells a diagnostic, unless so many are told already that it is only counted; answers whether it was told.
    fn tell(
        &mut self,
        severity: Severity,
        line: Option<u32>,
        profile: Option<&str>,
        message: impl Into<String>,
    ) -> bool {
        let told = self.parsed.diagnostics.len() < MOST_DIAGNOSTICS;
        if told {
            self.push(severity, line, profile, message.into());
        } else {
            self.untold += 1;
        }
        told
    }

    fn push(&mut self, severity: Severity, line: Option<u32>, profile: Option<&str>, message: String) {
        let file = self.file.to_owned();
        let profile = profile.map(str::to_owned);
        self.parsed.diagnostics.push(Diagnostic { severity, file, line, profile, message });
    }

    fn finish(mut self) -> Parsed {
        if self.untold > 0 {
            let message = format!("and {} more in this file", self.untold);
            self.push(Severity::Note, None, None, message);
        }
        self.parsed
    }
}

/// Splits `key = value`, the key in lower case and the value without its comment, or answers `None` without a `=`.
fn key_and_value(text: &str) -> Option<(String, &str)> {
    let (key, value) = header::without_comment(text).split_once('=')?;
    let key = key.trim().to_lowercase();
    // A command has quotes, and what is within them is the command's.
    let value = match text.split_once('=') {
        Some((_, command)) if key == "credential_process" => header::without_comment_outside_quotes(command),
        _ => value,
    };
    Some((key, value.trim()))
}

fn is_known_word(word: &str) -> bool {
    matches!(word, "default" | "profile" | "sso-session" | "services")
}

/// Decides what a header announces in this kind of file.
fn announced(header: &Header<'_>, kind: FileKind, prefixed_default: Option<bool>) -> Announced {
    let prefixed = is_known_word(header.word) && header.word != "default";
    let own = if prefixed && kind == FileKind::Config { header.name } else { header.whole };
    let (name, quoted) = header::unquoted(own);
    let guess = (!name.is_empty() && header.word != "sso-session" && header.word != "services")
        .then(|| name.to_owned());
    if !header.closed {
        let message = format!(
            "the section [{} has no closing bracket, and its lines are ignored: end the header with ]",
            shown(header.whole)
        );
        return Announced::Wrong { profile: guess, message };
    }
    if name.is_empty() || (prefixed && header.name.is_empty() && kind == FileKind::Config) {
        let form = if kind == FileKind::Config { "[profile NAME]" } else { "[NAME]" };
        let message = format!("the section's header has no name, and its lines are ignored: write {form}");
        return Announced::Wrong { profile: None, message };
    }
    if name.contains(char::is_control) {
        let message =
            "the section's name holds a control character, and its lines are ignored: retype the name";
        return Announced::Wrong { profile: guess, message: message.to_owned() };
    }
    match kind {
        FileKind::Credentials => in_credentials(header, name, prefixed),
        FileKind::Config => in_config(header, name, quoted, prefixed_default),
    }
}

fn in_credentials(header: &Header<'_>, name: &str, prefixed: bool) -> Announced {
    let shown_name = shown(header.name);
    if !prefixed || header.name.is_empty() {
        return Announced::Section(SectionKind::Profile(name.to_owned()));
    }
    let message = match header.word {
        "profile" => format!(
            "the section is ignored: in the credentials file a profile's header has no word `profile`; write \
             [{shown_name}]"
        ),
        word => format!("the section is ignored: [{word} {shown_name}] belongs in the config file"),
    };
    Announced::Ignored { severity: Severity::Warning, message }
}

fn in_config(header: &Header<'_>, name: &str, quoted: bool, prefixed_default: Option<bool>) -> Announced {
    let owned = name.to_owned();
    if let Some(ignored) = earlier_default(header, prefixed_default) {
        return ignored;
    }
    let section = match header.word {
        "default" if header.name.is_empty() => SectionKind::Profile(owned),
        "profile" => SectionKind::Profile(owned),
        "sso-session" => SectionKind::SsoSession(owned),
        "services" => SectionKind::Services(owned),
        "plugins" | "preview" if header.name.is_empty() => return Announced::Silent,
        _ => return unprefixed(header),
    };
    if !quoted && name.contains(char::is_whitespace) {
        let profile = section.profile().map(str::to_owned);
        let (word, name) = (header.word, shown(name));
        let message = format!(
            "a name with blanks needs quotes, and the section's lines are ignored: write [{word} \"{name}\"]"
        );
        return Announced::Wrong { profile, message };
    }
    Announced::Section(section)
}

/// A header of the default profile in the form that does not count.
fn earlier_default(header: &Header<'_>, counts: Option<bool>) -> Option<Announced> {
    let (severity, other) = match (is_prefixed_default(header)?, counts?) {
        (false, true) => (Severity::Note, "[profile default] stands below, and the AWS CLI reads"),
        (true, false) => {
            (Severity::Warning, "[default] stands below, and the AWS CLI, unlike the SDKs, reads")
        }
        _ => return None,
    };
    let message = format!("the section is ignored, because {other} only the last of the two: make them one");
    Some(Announced::Ignored { severity, message })
}

/// A header of the config file that begins with none of the words it should begin with.
fn unprefixed(header: &Header<'_>) -> Announced {
    let whole = header.whole;
    let meant = match whole.get(..7) {
        Some(word) if word.eq_ignore_ascii_case("profile") => {
            whole[7..].trim_start_matches([' ', '\t', ':', '=', '-'])
        }
        _ => whole,
    };
    let meant = if meant.is_empty() { whole } else { meant };
    let (bare, quoted) = header::unquoted(meant);
    let quotes = if quoted || bare.contains(char::is_whitespace) { "\"" } else { "" };
    let message = format!(
        "the section [{}] is ignored: in the config file a profile's header needs the word `profile`; write [profile \
         {quotes}{}{quotes}]",
        shown(whole),
        shown(bare)
    );
    Announced::Ignored { severity: Severity::Warning, message }
}
