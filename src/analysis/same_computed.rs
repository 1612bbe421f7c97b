//! Whether two values that AWS computes or fills in are the same, or one of them and a plain value. Two that are not known
//! are never equal, and never different because they are written differently.

use super::formula::{self, Computed, Relation};
use super::meaning::{Meaning, truth};
use super::same::{Judged, Verdict, means_the_same};
use super::template;
use super::variables::{Formula, Template, are_same, cause};

const TOO_ROUGH: &str = "what the formulas come to is known too roughly to tell";
const ANOTHER: &str = "another formula";

/// Two formulas.
pub fn formulas(one: &Formula, other: &Formula) -> Judged {
    let same_text = one.text == other.text;
    let written = one.is_of_baseline || other.is_of_baseline;
    if same_text && (written || are_same(&one.inputs, &other.inputs)) {
        return Judged::new(Verdict::Equal, "the same formula");
    }
    // What the formula follows from, where that is what differs.
    let cause = cause(&one.inputs, &other.inputs);
    let is_known = |formula: &Formula| formula.inputs.iter().all(|input| input.value.is_some());
    let on_one = one.machine == other.machine && cause.is_none() && is_known(one) && is_known(other);
    if !same_text && (written || on_one) {
        return on_one_machine(one, other);
    }
    let cause = cause.filter(|_| same_text);
    let (here, there) = match (&one.computed, &other.computed) {
        (Ok(here), Ok(there)) => (scaled(*here, one.unit), scaled(*there, other.unit)),
        (Err(why), _) | (_, Err(why)) => return Judged::new(Verdict::NotKnown, why.clone()).following(cause),
    };
    // Of two ways to write a formula the bounds alone do not tell that they are one.
    let is_same = || match (&one.expression, &other.expression) {
        (Ok(one), Ok(other)) => one.simplified() == other.simplified(),
        _ => false,
    };
    if here == there && (here.0 == here.1 || same_text || is_same()) {
        let reason = match same_text {
            true => "the same formula, which comes to the same",
            false => "formulas that come to the same",
        };
        return Judged::new(Verdict::Equal, reason);
    }
    if here.1 < there.0 || there.1 < here.0 {
        let reason = match cause {
            Some("DBInstanceClass") => "the same formula on another class".to_owned(),
            Some(member) => format!("the same formula, which follows from {member}"),
            None => ANOTHER.to_owned(),
        };
        return Judged::new(Verdict::Different, reason).following(cause);
    }
    Judged::new(Verdict::NotKnown, TOO_ROUGH).following(cause)
}

/// Two formulas of one machine, or one of them of a baseline, which is read for the other's machine.
fn on_one_machine(one: &Formula, other: &Formula) -> Judged {
    let machine = if one.is_of_baseline { &other.machine } else { &one.machine };
    let (here, there) = match (&one.expression, &other.expression) {
        (Ok(here), Ok(there)) => (here, there),
        (Err(why), _) | (_, Err(why)) => return Judged::new(Verdict::NotKnown, why.clone()),
    };
    match formula::relation(here, there, machine) {
        Ok(Relation::Same) => Judged::new(Verdict::Equal, "formulas that come to the same"),
        Ok(Relation::Apart) => Judged::new(Verdict::Different, ANOTHER),
        Ok(Relation::Open) => Judged::new(Verdict::NotKnown, TOO_ROUGH),
        Err(unknown) => {
            let why =
                [&one.computed, &other.computed].into_iter().find_map(|computed| computed.clone().err());
            Judged::new(Verdict::NotKnown, why.unwrap_or_else(|| unknown.to_string()))
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "formulas come to numbers that are exact")]
fn scaled(computed: Computed, unit: f64) -> (f64, f64) {
    (computed.low as f64 * unit, computed.high as f64 * unit)
}

/// A formula and what is none.
pub fn formula_and(formula: &Formula, other: &Meaning) -> Judged {
    match other {
        Meaning::Number(value) | Meaning::Amount(value) => formula_and_value(formula, *value),
        Meaning::Truth(truth) => formula_and_truth(formula, *truth),
        Meaning::Template(template) => match &template.value {
            Some(value) => formula_and(formula, value),
            None => not_known(template),
        },
        Meaning::Text(text) => match truth(text.text()) {
            Some(truth) => formula_and_truth(formula, truth),
            None => of_another_sort(formula),
        },
        _ => of_another_sort(formula),
    }
}

fn of_another_sort(formula: &Formula) -> Judged {
    match &formula.computed {
        _ if formula.is_of_baseline => Judged::new(Verdict::Different, INSTEAD),
        Ok(_) => Judged::new(Verdict::Different, "a formula and a value of another sort"),
        Err(why) => Judged::new(Verdict::NotKnown, why.clone()),
    }
}

const INSTEAD: &str = "a value instead of the formula";

fn formula_and_truth(formula: &Formula, truth: bool) -> Judged {
    formula_and_value(&Formula { unit: 1.0, ..formula.clone() }, f64::from(u8::from(truth)))
}

fn formula_and_value(formula: &Formula, value: f64) -> Judged {
    if formula.is_of_baseline {
        return Judged::new(Verdict::Different, INSTEAD);
    }
    let computed = match &formula.computed {
        Ok(computed) => computed,
        Err(why) => return Judged::new(Verdict::NotKnown, why.clone()),
    };
    let (low, high) = scaled(*computed, formula.unit);
    if value < low || value > high {
        return Judged::new(Verdict::Different, "not what the formula comes to");
    }
    if computed.is_exact() {
        return Judged::new(Verdict::Equal, "what the formula comes to");
    }
    Judged::new(Verdict::NotKnown, "what the formula comes to is known too roughly to tell")
}

/// Two texts with variables.
pub fn templates(one: &Template, other: &Template) -> Judged {
    let written = one.is_of_baseline || other.is_of_baseline;
    if one.template == other.template {
        return same_text(one, other, written);
    }
    if let (Some(here), Some(there)) = (&one.value, &other.value) {
        return match means_the_same(here, there).verdict {
            Verdict::Equal => Judged::new(Verdict::Equal, "texts with variables that come to the same"),
            Verdict::Different => Judged::new(Verdict::Different, "another text with variables"),
            _ => not_known(one),
        };
    }
    if one.settled.can_be(&other.settled) {
        return not_known(if one.unknown.is_some() { one } else { other });
    }
    Judged::new(Verdict::Different, "another text, whatever the variables stand for")
}

fn same_text(one: &Template, other: &Template, written: bool) -> Judged {
    if one.inputs.is_empty() {
        return Judged::new(Verdict::Equal, "the same text, with each database's own name in it");
    }
    if written || are_same(&one.inputs, &other.inputs) {
        return Judged::new(Verdict::Equal, "the same text with variables");
    }
    let cause = cause(&one.inputs, &other.inputs);
    let unknown = [one, other].into_iter().find(|side| side.inputs.iter().any(|input| input.value.is_none()));
    match (unknown, cause) {
        (Some(side), _) => not_known(side).following(cause),
        (None, Some(member)) if !one.settled.can_be(&other.settled) => {
            let reason = format!("the same text with variables, which follow from {member}");
            Judged::new(Verdict::Different, reason).following(cause)
        }
        (None, _) if one.settled == other.settled => {
            Judged::new(Verdict::Equal, "texts with variables that come to the same")
        }
        (None, _) => not_known(one).following(cause),
    }
}

/// A text with variables and what is neither that nor a formula.
pub fn template_and(template: &Template, other: &Meaning) -> Judged {
    if let Some(value) = &template.value {
        return match means_the_same(value, other).verdict {
            Verdict::Equal => Judged::new(Verdict::Equal, "what the text with variables comes to"),
            Verdict::Different => {
                Judged::new(Verdict::Different, "not what the text with variables comes to")
            }
            _ => not_known(template),
        };
    }
    let is_possible = match other {
        Meaning::Text(text) => template.filled.can_be(&template::Template::fixed_text(text.text())),
        // Words are in small letters.
        Meaning::Words(words) if words.len() == 1 => {
            let lowered = template.filled.in_small_letters();
            lowered.can_be(&template::Template::fixed_text(words[0].text()))
        }
        _ => true,
    };
    if is_possible { not_known(template) } else { impossible() }
}

fn impossible() -> Judged {
    Judged::new(Verdict::Different, "another text, whatever the variables stand for")
}

fn not_known(template: &Template) -> Judged {
    let why = template.unknown.clone();
    Judged::new(
        Verdict::NotKnown,
        why.unwrap_or_else(|| "what the variables stand for is not known".to_owned()),
    )
}
