//! Whether two databases have the same of a setting: the verdict that a DBA would give, and its reason. What a text means
//! is `meaning`'s; whether what AWS computes is the same `same_computed`'s; which settings are held against which is `compare`'s.

use std::borrow::Cow;

use serde::Serialize;

use super::meaning::{Key, Meaning};
use super::own_names::{NamedText, Piece};
use super::same_computed::{formula_and, formulas, template_and, templates};
use super::setting::{Held, Setting};

/// What is said of a setting beside another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Equal,
    Different,
    /// One has it and the other has not.
    Missing,
    /// What is set is the same, and on one side it is not in force yet; or it will be the same.
    Waits,
    NotKnown,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Equal => "equal",
            Verdict::Different => "different",
            Verdict::Missing => "missing",
            Verdict::Waits => "waits",
            Verdict::NotKnown => "not known",
        }
    }

    /// A sign that tells it without colour.
    pub fn sign(self) -> &'static str {
        match self {
            Verdict::Equal => "=",
            Verdict::Different => "≠",
            Verdict::Missing => "∅",
            Verdict::Waits => "⟳",
            Verdict::NotKnown => "?",
        }
    }

    /// Whether the two are known to differ.
    pub fn differs(self) -> bool {
        matches!(self, Verdict::Different | Verdict::Missing | Verdict::Waits)
    }
}

/// A verdict with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub verdict: Verdict,
    pub reason: Cow<'static, str>,
    /// The member from whose difference this one follows.
    pub follows: Option<&'static str>,
}

impl Judged {
    pub fn new(verdict: Verdict, reason: impl Into<Cow<'static, str>>) -> Judged {
        Judged { verdict, reason: reason.into(), follows: None }
    }

    pub(super) fn following(mut self, member: Option<&'static str>) -> Judged {
        self.follows = member;
        self
    }
}

/// Holds what a database has against what is expected. `same_family` says whether the engines are of one major version:
/// what nobody has set follows from that.
pub fn judge(expected: &Held, found: &Held, same_family: bool) -> Judged {
    let judged = match (expected, found) {
        (Held::NotKnown(why), _) | (_, Held::NotKnown(why)) => {
            Judged::new(Verdict::NotKnown, why.to_string())
        }
        (Held::Missing, Held::Missing) => Judged::new(Verdict::Equal, "neither has it"),
        (Held::Set(setting), Held::Missing) | (Held::Missing, Held::Set(setting)) => {
            let is_there = matches!(found, Held::Set(_));
            match &setting.waits {
                Some(waits) if setting.is_only_awaited() => Judged::new(Verdict::Waits, waits.to_string()),
                _ if is_there => Judged::new(Verdict::Missing, "only here"),
                _ => Judged::new(Verdict::Missing, "not here"),
            }
        }
        (Held::Set(one), Held::Set(other)) if one.is_only_awaited() != other.is_only_awaited() => {
            one_awaits(one, other)
        }
        (Held::Set(one), Held::Set(other)) => both(one, other),
    };
    if same_family || !judged.verdict.differs() || judged.follows.is_some() {
        return judged;
    }
    let is_parameter = |held: &Held| held.setting().is_some_and(|setting| setting.parameter.is_some());
    let of_the_engine = (is_parameter(expected) || is_parameter(found))
        && !(expected.is_user_set() || found.is_user_set() && judged.verdict != Verdict::Missing);
    if !of_the_engine {
        return judged;
    }
    let reason = format!("{}, as the engine's version has it", judged.reason);
    Judged { reason: reason.into(), ..judged }.following(Some("EngineVersion"))
}

/// Whether two databases have the same value in force, whatever waits: what both leave out is the same as well.
pub fn is_same_value(one: &Held, other: &Held) -> bool {
    match (in_force(one), in_force(other)) {
        (Held::Set(one), Held::Set(other)) => {
            texts_and_meanings(one.said(), other.said()).verdict == Verdict::Equal
        }
        (Held::Missing, Held::Missing) => true,
        _ => false,
    }
}

/// What is only awaited is not there yet.
fn in_force(held: &Held) -> &Held {
    match held {
        Held::Set(setting) if setting.is_only_awaited() => &Held::Missing,
        held => held,
    }
}

/// A value: its text, as AWS says it, and what it means.
type Said<'a> = (&'a str, &'a Meaning);

impl Setting {
    fn said(&self) -> Said<'_> {
        (&self.text, &self.meaning)
    }

    /// What it will be, or is.
    fn future(&self) -> Said<'_> {
        match self.waits.as_ref().and_then(|waits| waits.becomes.as_ref()) {
            Some((text, meaning)) => (text, meaning),
            None => self.said(),
        }
    }
}

/// One has none yet and the other has it.
fn one_awaits(expected: &Setting, found: &Setting) -> Judged {
    let (awaiting, missing) =
        if expected.is_only_awaited() { (expected, "only here") } else { (found, "not here") };
    let waits = awaiting.waits.as_ref().map(ToString::to_string).unwrap_or_default();
    match texts_and_meanings(expected.future(), found.future()).verdict {
        Verdict::Equal => Judged::new(Verdict::Waits, format!("will be equal: {waits}")),
        _ => Judged::new(Verdict::Missing, format!("{missing}; {waits}")),
    }
}

fn both(one: &Setting, other: &Setting) -> Judged {
    let judged = texts_and_meanings(one.said(), other.said());
    let Some(waits) = one.waits.as_ref().or(other.waits.as_ref()) else { return judged };
    let becomes = |setting: &Setting| setting.waits.as_ref().is_some_and(|waits| waits.becomes.is_some());
    let will_be_equal = || texts_and_meanings(one.future(), other.future()).verdict == Verdict::Equal;
    match judged.verdict {
        Verdict::Equal if one.is_only_awaited() && will_be_equal() => {
            Judged::new(Verdict::Equal, "both wait for the same")
        }
        Verdict::Equal if becomes(one) && becomes(other) && will_be_equal() => judged,
        Verdict::Equal => Judged::new(Verdict::Waits, waits.to_string()),
        Verdict::Different if will_be_equal() => {
            Judged::new(Verdict::Waits, format!("will be equal: {waits}"))
        }
        Verdict::Different => Judged { reason: format!("{}; {waits}", judged.reason).into(), ..judged },
        _ => judged,
    }
}

const SAME: &str = "the same";
const SAME_APART_FROM_NAMES: &str = "the same apart from each one's own names";
const ANOTHER: &str = "another value";

fn verdict(is_equal: bool, equal: &'static str, different: &'static str) -> Judged {
    if is_equal { Judged::new(Verdict::Equal, equal) } else { Judged::new(Verdict::Different, different) }
}

/// Identical texts are equal before anything else, and whatever the meanings make of them; unless the text is not all
/// that counts, as with a formula.
fn texts_and_meanings(one: Said<'_>, other: Said<'_>) -> Judged {
    let judged = means_the_same(one.1, other.1);
    // Two lists may be shown by one text, and what is in them is known.
    let are_lists = matches!((one.1, other.1), (Meaning::Words(_), Meaning::Words(_)));
    let is_identical =
        one.0 == other.0 && !are_lists && is_all_that_counts(one.1) && is_all_that_counts(other.1);
    match judged.verdict {
        Verdict::Equal if !is_identical && is_large(one.1) && is_large(other.1) => {
            large_numbers(one.0, other.0)
        }
        Verdict::Equal => judged,
        _ if is_identical => Judged::new(Verdict::Equal, SAME),
        _ => judged,
    }
}

/// Whether two settings with this text have the same value, wherever they are.
fn is_all_that_counts(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::EnginesOwn | Meaning::Formula(_) | Meaning::Template(_) => false,
        Meaning::Text(text) => text.is_verbatim(),
        Meaning::Words(words) => words.iter().all(NamedText::is_verbatim),
        _ => true,
    }
}

/// Whole numbers beyond this are not all floating-point numbers.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

fn is_large(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::Number(number) | Meaning::Amount(number) if number.abs() > MOST_EXACT)
}

/// Numbers that are the same as far as they can be computed with.
fn large_numbers(one: &str, other: &str) -> Judged {
    let digits = |text: &str| -> Option<i128> { text.trim().parse().ok() };
    match (digits(one), digits(other)) {
        (Some(one), Some(other)) => verdict(one == other, "the same number", "another number"),
        _ => Judged::new(Verdict::NotKnown, "the numbers are too large to tell"),
    }
}

pub(super) fn means_the_same(one: &Meaning, other: &Meaning) -> Judged {
    use Meaning::{Amount, EnginesOwn, Formula, Groups, Key, Number, Template, Text, Truth, Words};
    match (one, other) {
        (EnginesOwn, EnginesOwn) => Judged::new(Verdict::Equal, "both leave it to the engine"),
        (EnginesOwn, _) | (_, EnginesOwn) => {
            Judged::new(Verdict::Different, "one leaves it to the engine, whose default AWS does not tell")
        }
        (Formula(one), Formula(other)) => formulas(one, other),
        (Formula(formula), other) | (other, Formula(formula)) => formula_and(formula, other),
        (Template(one), Template(other)) => templates(one, other),
        (Template(template), other) | (other, Template(template)) => template_and(template, other),
        (Number(one) | Amount(one), Number(other) | Amount(other)) => {
            verdict(one == other, "the same number", "another number")
        }
        (Truth(one), Truth(other)) => verdict(one == other, "both on or both off", "on and off"),
        (Truth(truth), Number(number)) | (Number(number), Truth(truth))
            if *number == 0.0 || *number == 1.0 =>
        {
            verdict(*truth == (*number == 1.0), "both on or both off", "on and off")
        }
        (Words(one), Words(other)) => {
            verdict(same_words(one, other), "the same, whatever the order", "other words")
        }
        // A list of one word, which the other engine's version calls a text.
        (Words(words), Text(text)) | (Text(text), Words(words)) => match &words[..] {
            [word] => texts(&word.in_small_letters(), &text.in_small_letters()),
            _ => Judged::new(Verdict::Different, ANOTHER),
        },
        (Text(one), Text(other)) => texts(one, other),
        (Key(one), Key(other)) => keys(one, other),
        (Groups { vpc, ids }, Groups { vpc: other_vpc, ids: other_ids }) => {
            if vpc == other_vpc && !vpc.is_empty() {
                verdict(ids == other_ids, SAME, "other security groups in the same network")
            } else {
                verdict(
                    ids.len() == other_ids.len(),
                    "as many groups, each network's own",
                    "another number of security groups",
                )
            }
        }
        _ => Judged::new(Verdict::Different, ANOTHER),
    }
}

fn texts(one: &NamedText, other: &NamedText) -> Judged {
    if one.is_identical(other) {
        return Judged::new(Verdict::Equal, SAME);
    }
    verdict(one.is_same_apart_from_names(other), SAME_APART_FROM_NAMES, ANOTHER)
}

/// Whether each word of one list is one of the other's: letter by letter, or apart from own names, or some so and some so.
fn same_words<'a>(one: &'a [NamedText], other: &'a [NamedText]) -> bool {
    let (one, other): (Vec<_>, Vec<_>) = (one.iter().collect(), other.iter().collect());
    let without = |words: &[&'a NamedText], those: &[&NamedText]| {
        let is_left = |word: &&&NamedText| !those.iter().any(|that| that.is_identical(word));
        words.iter().filter(is_left).copied().collect::<Vec<&NamedText>>()
    };
    one.len() == other.len()
        && (apart_from_names(&one) == apart_from_names(&other)
            || apart_from_names(&without(&one, &other)) == apart_from_names(&without(&other, &one)))
}

/// Words without their own names, in order.
fn apart_from_names<'a>(words: &[&'a NamedText]) -> Vec<Vec<Piece<'a>>> {
    let mut pieces: Vec<Vec<Piece<'_>>> = words.iter().map(|word| word.pieces()).collect();
    pieces.sort();
    pieces
}

fn keys(one: &Key, other: &Key) -> Judged {
    match (one, other) {
        (Key::OfTheAccount, Key::OfTheAccount) => {
            Judged::new(Verdict::Equal, "each a key of its own account")
        }
        (Key::AwsDefault, Key::AwsDefault) => Judged::new(Verdict::Equal, "each its account's AWS default"),
        (Key::Alias(one), Key::Alias(other)) => {
            verdict(one == other, "keys of the same alias, each account's own", "keys of other aliases")
        }
        (Key::OfAnother(one), Key::OfAnother(other)) => {
            verdict(one == other, "keys of the same other account", "keys of two other accounts")
        }
        (Key::OfAnother(_), _) | (_, Key::OfAnother(_)) => {
            Judged::new(Verdict::Different, "a key of another account")
        }
        _ => Judged::new(Verdict::NotKnown, "AWS does not tell which key an alias names"),
    }
}
