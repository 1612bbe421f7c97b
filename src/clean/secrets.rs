//! Secrets in a text: those that this program holds, by a register of them, and what looks like one, by its shape or by the
//! name before it. The register is in memory only and cannot be printed.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use regex::{Captures, Regex};

/// What stands where a secret was.
const HIDDEN: &str = "[hidden]";
/// Shorter values are no secrets but mistakes in a config; taking them out would take words out.
const SHORTEST: usize = 7;
/// A shorter secret is only taken out as a word of its own: somebody's password may be `secret`.
const LONG: usize = 16;
/// Bytes by which a secret is found in the register.
const BEGINNING: usize = 6;
/// So much of the beginning of a secret is taken for the secret: who quotes a text may cut it.
const PART: usize = 12;
/// So much of a long secret is kept; what follows in a text is taken for the rest of it.
const KEPT: usize = 64;
/// Secrets that are held at most: sessions are renewed as long as the program runs. The oldest go first.
const MOST: usize = 20_000;

/// The secrets, and those of them that a text was cleaned since in all their spellings, by how they begin: most programs have
/// many sessions and never clean a text.
#[derive(Default)]
struct Held {
    known: HashSet<Arc<str>>,
    in_order: VecDeque<Arc<str>>,
    not_spelt: Vec<Arc<str>>,
    by_beginning: HashMap<[u8; BEGINNING], Vec<Spelling>>,
}

/// A secret as it may stand in a text.
struct Spelling {
    of: Arc<str>,
    text: String,
}

static HELD: LazyLock<Mutex<Held>> = LazyLock::new(Mutex::default);

fn held() -> MutexGuard<'static, Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a secret down that this program holds from now on, so that no text that passes the gate has it.
pub fn hold(secret: &str) {
    held().hold(secret.trim());
}

impl Held {
    fn hold(&mut self, secret: &str) {
        let secret: Arc<str> = secret[..secret.floor_char_boundary(KEPT)].into();
        if secret.len() < SHORTEST || !self.known.insert(Arc::clone(&secret)) {
            return;
        }
        self.in_order.push_back(Arc::clone(&secret));
        self.not_spelt.push(secret);
        if self.in_order.len() > MOST
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, secret: &Arc<str>) {
        self.known.remove(secret);
        let before = self.not_spelt.len();
        self.not_spelt.retain(|waiting| waiting != secret);
        if self.not_spelt.len() < before {
            return;
        }
        for beginning in spellings(secret).iter().filter_map(|text| beginning(text.as_bytes())) {
            if let Some(alike) = self.by_beginning.get_mut(&beginning) {
                alike.retain(|spelling| spelling.of != *secret);
            }
        }
    }

    fn spell(&mut self) {
        for of in std::mem::take(&mut self.not_spelt) {
            for text in spellings(&of) {
                let Some(beginning) = beginning(text.as_bytes()) else { continue };
                self.by_beginning.entry(beginning).or_default().push(Spelling { of: Arc::clone(&of), text });
            }
        }
    }

    /// How many bytes of a text at a place are a secret, or the beginning of one.
    fn found_at(&self, text: &str, at: usize) -> Option<usize> {
        let rest = &text.as_bytes()[at..];
        let alike = self.by_beginning.get(&beginning(rest)?)?;
        alike.iter().filter_map(|spelling| found(spelling, text, at)).max()
    }
}

/// How many bytes of a text at a place belong to a secret.
fn found(spelling: &Spelling, text: &str, at: usize) -> Option<usize> {
    let secret = &spelling.text;
    let rest = &text[at..];
    if secret.len() < LONG {
        let of_word = |character: char| character.is_alphanumeric() || "_-".contains(character);
        let is_word = |character: Option<char>| character.is_some_and(of_word);
        let alone = !is_word(text[..at].chars().next_back())
            && !is_word(rest.get(secret.len()..).and_then(|after| after.chars().next()));
        return (rest.starts_with(secret) && alone).then_some(secret.len());
    }
    let same = secret.bytes().zip(rest.bytes()).take_while(|(one, other)| one == other).count();
    if same < PART {
        return None;
    }
    // The rest of a secret that was too long to be kept, and of a letter that the two have in common in part.
    let more = rest.bytes().skip(same).take_while(|byte| is_of_token(*byte)).count();
    let whole = same == secret.len() && spelling.of.len() >= KEPT - 3;
    let end = if whole { same + more } else { same };
    Some(rest.ceil_char_boundary(end))
}

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=_%-.\\".contains(&byte)
}

fn beginning(bytes: &[u8]) -> Option<[u8; BEGINNING]> {
    bytes.get(..BEGINNING)?.try_into().ok()
}

/// A secret as it is, and as URLs, forms, JSON and XML spell it.
fn spellings(secret: &str) -> Vec<String> {
    let encoded = |plain: &str, upper: bool| -> String {
        let byte = |byte: u8| match byte {
            _ if byte.is_ascii_alphanumeric() || plain.as_bytes().contains(&byte) => {
                char::from(byte).to_string()
            }
            _ if upper => format!("%{byte:02X}"),
            _ => format!("%{byte:02x}"),
        };
        secret.bytes().map(byte).collect()
    };
    let upper = encoded("-_.~", true);
    let xml = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut all = vec![
        secret.to_owned(),
        encoded("-_.~", false),
        encoded("-_.~/", true),
        encoded("-_.*", true).replace("%20", "+"),
        // A canonical request encodes what was encoded.
        upper.replace('%', "%25"),
        upper,
        secret.replace('/', "\\/"),
        secret.replace('\\', "\\\\").replace('"', "\\\""),
        xml.replace('"', "&quot;"),
        xml,
    ];
    all.sort_unstable();
    all.dedup();
    all
}

/// The text without the secrets that are held.
pub fn without(text: &str) -> Cow<'_, str> {
    let mut held = held();
    held.spell();
    if held.by_beginning.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut clean = String::new();
    let mut done = 0;
    for (at, _) in text.char_indices() {
        if at < done {
            continue;
        }
        if let Some(length) = held.found_at(text, at) {
            clean.push_str(&text[done..at]);
            clean.push_str(HIDDEN);
            done = at + length;
        }
    }
    if clean.is_empty() {
        return Cow::Borrowed(text);
    }
    clean.push_str(&text[done..]);
    Cow::Owned(clean)
}

/// What stands for something that was found.
type Instead = fn(&Captures<'_>) -> String;

/// What looks like a secret: a pattern, and what stands for what it finds.
static SHAPES: LazyLock<Vec<(Regex, Instead)>> = LazyLock::new(|| {
    let shapes: [(&str, Instead); 7] = [
        // A private key, also one whose end was cut off.
        (r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z0-9 ]*-----|\z)", |_| {
            HIDDEN.to_owned()
        }),
        // The user and password of a URL.
        (r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s@?#<>]+@", |found| format!("{}{HIDDEN}@", &found[1])),
        // A JSON web token.
        (r"\beyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){1,4}", |_| HIDDEN.to_owned()),
        // A session token of STS, by how they all begin.
        (r"\b(?:IQoJb3|FwoGZX|FQoGZX|FQoDYX|AQoDYX|AQoEXA)[A-Za-z0-9+/=_%-]{6,}", |_| HIDDEN.to_owned()),
        (r"(?i)\b(bearer|basic|negotiate)(\s+)([A-Za-z0-9+/=._~-]{8,})", scheme),
        (NAMED, named),
        // An access key's id: AWS's own tools show its end.
        (r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b", |found| format!("****{}", &found[0][found[0].len() - 4..])),
    ];
    shapes.into_iter().filter_map(|(shape, instead)| Some((Regex::new(shape).ok()?, instead))).collect()
});

/// A value behind the name of a secret, as headers, URLs, JSON, XML, INI files and Rust's `Debug` write it.
const NAMED: &str = concat!(
    r"(?i)(?P<before>(?:^|[^A-Za-z0-9]|\\n)(?:[A-Za-z0-9]+[-_])*",
    r"(?:x-amz-security-token|x-amz-signature|x-amz-credential|x-aws-ec2-metadata-token|x-amz-sso[-_]bearer[-_]token|",
    r"signature|credential|aws_?secret_?access_?key|secret_?access_?key|secret_?key|secret|session_?token|security_?token|",
    r"access_?token|refresh_?token|id_?token|auth_?token|authorization_?token|identity_?token|client_?secret|private_?key|",
    r"token|password|passwd|passphrase|pwd|api[-_]?key|external_?id|(?:set-)?cookie)",
    r#"(?:(?:\\*["']|&quot;)?\s*(?:=>|=|:|%3D|%3A|&gt;|>)\s*(?:(?:Some\(|Secret\()*)(?:\\*["']|&quot;)?))"#,
    r#"(?P<value>[^\s"'<>,;&(){}\\]+)"#
);

/// A header's scheme with what proves who one is; a plain word behind it is one.
fn scheme(found: &Captures<'_>) -> String {
    let is_word = found[3].bytes().all(|byte| byte.is_ascii_lowercase());
    if is_word { found[0].to_owned() } else { format!("{}{}{HIDDEN}", &found[1], &found[2]) }
}

fn named(found: &Captures<'_>) -> String {
    // What was cleaned before stays as it is.
    if found["value"].starts_with("[hidden") || found["value"].starts_with("****") {
        return found[0].to_owned();
    }
    format!("{}{HIDDEN}", &found["before"])
}

static LONG_RUN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Za-z0-9+/=_%-]{40,}").ok());

/// The text without what looks like a key, a token or a signature.
pub fn without_what_looks_like_one(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for (shape, instead) in SHAPES.iter() {
        if shape.is_match(&text) {
            text = Cow::Owned(shape.replace_all(&text, *instead).into_owned());
        }
    }
    match &*LONG_RUN {
        Some(run) if run.is_match(&text) => {
            let instead = |found: &Captures<'_>| {
                let before = found.get(0).map_or("", |run| &text[..run.start()]);
                let is_secret = is_random(&found[0]) && !is_in_an_arn(before);
                if is_secret { HIDDEN.to_owned() } else { found[0].to_owned() }
            };
            Cow::Owned(run.replace_all(&text, instead).into_owned())
        }
        _ => text,
    }
}

/// Whether what comes before belongs to an ARN, whose resource follows: who was refused, and what, is the heart of a refusal.
fn is_in_an_arn(before: &str) -> bool {
    let is_of_arn = |letter: char| letter.is_ascii_alphanumeric() || "-:".contains(letter);
    let word = &before[before.rfind(|letter| !is_of_arn(letter)).map_or(0, |at| at + 1)..];
    word.starts_with("arn:") && word.ends_with(':')
}

/// Whether a long run of letters is no text: hexadecimal digits, or letters of both cases that make no words. Names such as
/// `AWSReservedSSO_AdministratorAccess_0123456789abcdef` are text.
fn is_random(run: &str) -> bool {
    if run.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return true;
    }
    let upper = run.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = run.bytes().filter(u8::is_ascii_lowercase).count();
    let words =
        run.split(|character: char| !character.is_ascii_lowercase()).filter(|word| !word.is_empty()).count();
    // Random letters of base64 come 1.7 small ones in a row, those of words four and more.
    upper > 0 && lower > 0 && lower * 10 < words * 27
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_can_be_read() {
        assert_eq!(SHAPES.len(), 7);
        assert!(LONG_RUN.is_some());
    }

    #[test]
    fn the_resource_of_an_arn_is_no_secret_whatever_it_is_called() {
        let refused = "User: arn:aws:sts::999900001111:assumed-role/DB-Management-Host/i-0f9d4c6a1b2e3d4c5 is not authorized";
        assert_eq!(without_what_looks_like_one(refused), refused);
        let token = "token: aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA1bC3dE5fG7h";
        assert!(without_what_looks_like_one(token).contains(HIDDEN));
    }

    #[test]
    fn the_register_forgets_the_oldest() {
        let mut held = Held::default();
        for number in 0..=MOST {
            held.hold(&format!("{number:06}-is-the-number-of-this"));
            if number == 1 {
                held.spell();
            }
        }
        held.spell();
        assert_eq!((held.in_order.len(), held.known.len()), (MOST, MOST));
        assert_eq!(held.found_at("000001-is-the-number-of-this!", 0), Some(28));
        assert_eq!(held.found_at("000000-is-the-number-of-this", 0), None);
    }

    #[test]
    fn a_long_secret_is_found_by_its_beginning() {
        let mut held = Held::default();
        let secret = "0123456789".repeat(100);
        held.hold(&secret);
        held.hold(&secret);
        held.spell();
        assert_eq!((held.in_order.len(), held.in_order[0].len()), (1, KEPT));
        assert_eq!(held.found_at(&format!("{secret} and more"), 0), Some(1000));
        assert_eq!(held.found_at("0123456789 is a number", 0), None);
        assert_eq!(held.found_at("01234567890123 was cut", 0), Some(14));
    }
}
