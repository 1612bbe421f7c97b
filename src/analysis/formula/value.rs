//! What an expression comes to for a machine. `DBInstanceClassMemory` is known between bounds only (see `classes`), so
//! each part has bounds; the value of a part is always within them.

use std::fmt;

use super::Machine;
use super::parse::{Comparison, Expression, Function, Operator};

/// Whole numbers beyond this are not all floating-point numbers.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;
const MOST_WHOLE: u64 = 9_007_199_254_740_992;

/// What a part of a formula comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub low: f64,
    pub high: f64,
}

impl Bounds {
    fn exact(value: f64) -> Bounds {
        Bounds { low: value, high: value }
    }

    fn truth(truth: Option<bool>) -> Bounds {
        match truth {
            Some(truth) => Bounds::exact(f64::from(u8::from(truth))),
            None => Bounds { low: 0.0, high: 1.0 },
        }
    }

    fn is_exact(self) -> bool {
        self.low == self.high
    }

    pub fn is_apart_from(self, other: Bounds) -> bool {
        self.high < other.low || other.high < self.low
    }

    /// What any pair of the two can come to, by an operation whose extremes are at the bounds.
    fn with(self, other: Bounds, operation: impl Fn(f64, f64) -> f64) -> Bounds {
        let ends = [
            operation(self.low, other.low),
            operation(self.low, other.high),
            operation(self.high, other.low),
            operation(self.high, other.high),
        ];
        Bounds {
            low: ends.iter().copied().fold(f64::INFINITY, f64::min),
            high: ends.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

/// Why a formula's value is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unknown {
    /// This variable follows from the instance class, of which that is not known.
    Class(&'static str),
    Because(String),
}

impl fmt::Display for Unknown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unknown::Class(variable) => {
                write!(out, "{variable} is not known: the instance class is not in the table")
            }
            Unknown::Because(why) => write!(out, "{why}"),
        }
    }
}

fn because<T>(why: impl Into<String>) -> Result<T, Unknown> {
    Err(Unknown::Because(why.into()))
}

/// Computes for a machine.
pub struct Evaluation<'a> {
    pub machine: &'a Machine,
    /// `DBInstanceClassMemory`, where another part of its range than the whole is meant.
    pub memory: Option<Bounds>,
}

impl Evaluation<'_> {
    /// # Errors
    /// Why it is not known.
    pub fn value(&self, of: &Expression) -> Result<Bounds, Unknown> {
        self.part(of, false)
    }

    /// `fractions` says whether quotients keep them, as they do within a logarithm.
    fn part(&self, of: &Expression, fractions: bool) -> Result<Bounds, Unknown> {
        let value = match of {
            // Beyond it, two whole numbers may be one floating-point number.
            Expression::Number(number) if number.unsigned_abs() > MOST_WHOLE => return too_large(),
            #[expect(clippy::cast_precision_loss, reason = "it is exact")]
            Expression::Number(number) => Bounds::exact(*number as f64),
            Expression::Variable(name) => self.variable(name)?,
            Expression::Product(first, rest) => {
                let mut value = self.part(first, fractions)?;
                for (operator, factor) in rest {
                    value = product(value, *operator, self.part(factor, fractions)?, fractions)?;
                    limited(value)?;
                }
                value
            }
            Expression::Comparison(left, comparison, right) => {
                let (left, right) = (self.part(left, fractions)?, self.part(right, fractions)?);
                Bounds::truth(compared(left, *comparison, right))
            }
            Expression::Call(function, arguments) => self.call(*function, arguments, fractions)?,
        };
        limited(value)
    }

    fn call(&self, function: Function, arguments: &[Expression], fractions: bool) -> Result<Bounds, Unknown> {
        match (function, arguments) {
            (Function::If, [condition, then, otherwise]) => {
                let condition = self.part(condition, fractions)?;
                if condition.is_exact() {
                    // What the other would come to means nothing.
                    return self.part(if condition.low == 0.0 { otherwise } else { then }, fractions);
                }
                let (one, other) = (self.part(then, fractions)?, self.part(otherwise, fractions)?);
                Ok(Bounds { low: one.low.min(other.low), high: one.high.max(other.high) })
            }
            (Function::Log, [of]) => logarithm(self.part(of, true)?),
            // AWS documents the base 2 and says it to be the only one: what it would make of another is not known.
            (Function::Log, [of, base]) if self.part(base, true)? == Bounds::exact(2.0) => {
                logarithm(self.part(of, true)?)
            }
            (Function::Log, [_, _]) => because("a logarithm is only known to the base 2"),
            (_, arguments) => {
                let operation: fn(f64, f64) -> f64 = match function {
                    Function::Greatest => f64::max,
                    Function::Least => f64::min,
                    _ => |one, other| one + other,
                };
                let mut values = arguments.iter().map(|argument| self.part(argument, fractions));
                let first = values.next().unwrap_or_else(|| because("a function has no arguments"))?;
                values.try_fold(first, |value, next| Ok(value.with(next?, operation)))
            }
        }
    }

    fn variable(&self, name: &str) -> Result<Bounds, Unknown> {
        let machine = self.machine;
        let known = |value: Option<f64>| match value {
            Some(value) => Ok(Bounds::exact(value)),
            None => because(format!("{name} is not known of this database")),
        };
        match name {
            "DBInstanceClassMemory" => {
                let of_class = || {
                    let (low, high) = machine.class?.usable_memory();
                    Some(Bounds { low, high })
                };
                self.memory.or_else(of_class).ok_or(Unknown::Class("DBInstanceClassMemory"))
            }
            "DBInstanceVCPU" => match machine.class.map(|class| class.vcpus) {
                Some(Some(vcpus)) => Ok(Bounds::exact(vcpus.into())),
                Some(None) => {
                    because("DBInstanceVCPU is not known: the processors are not those of the class")
                }
                None => Err(Unknown::Class("DBInstanceVCPU")),
            },
            "AllocatedStorage" => known(machine.storage),
            "EndPointPort" => known(machine.port.map(f64::from)),
            "TrueIfReplica" => known(machine.is_replica.map(|truth| f64::from(u8::from(truth)))),
            // That it follows from the class is documented, but not for all classes.
            name => because(format!("{name} is a variable that is not known")),
        }
    }
}

fn limited(value: Bounds) -> Result<Bounds, Unknown> {
    if value.low.abs().max(value.high.abs()) <= MOST_EXACT {
        return Ok(value);
    }
    too_large()
}

fn too_large() -> Result<Bounds, Unknown> {
    because("the formula comes to a number that is too large to be exact")
}

fn product(value: Bounds, operator: Operator, by: Bounds, fractions: bool) -> Result<Bounds, Unknown> {
    if operator == Operator::Times {
        return Ok(value.with(by, |one, other| one * other));
    }
    if by.low == 0.0 && by.high == 0.0 {
        return because("the formula divides by 0");
    }
    if by.low <= 0.0 && by.high >= 0.0 {
        return because("the formula divides by what may be 0");
    }
    Ok(value.with(by, |one, other| if fractions { one / other } else { whole_quotient(one, other) }))
}

/// As AWS divides whole numbers: without a fraction. Floating-point division would round up where the quotient is just
/// below a whole number.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "both are whole and exact")]
fn whole_quotient(one: f64, other: f64) -> f64 {
    (one as i64).checked_div(other as i64).map_or(f64::NAN, |quotient| quotient as f64)
}

/// Whether it holds; `None` where that follows from where within the bounds the values are.
fn compared(left: Bounds, comparison: Comparison, right: Bounds) -> Option<bool> {
    let greater = |left: Bounds, right: Bounds| match () {
        () if left.low > right.high => Some(true),
        () if left.high <= right.low => Some(false),
        () => None,
    };
    match comparison {
        Comparison::Greater => greater(left, right),
        Comparison::Less => greater(right, left),
        Comparison::GreaterOrEqual => greater(right, left).map(|truth| !truth),
        Comparison::LessOrEqual => greater(left, right).map(|truth| !truth),
    }
}

/// What floating-point numbers may be off near the middle between two whole numbers.
const NEARLY: f64 = 1e-9;

/// Rounded to the nearest whole number, as AWS's own table of defaults has it.
fn logarithm(of: Bounds) -> Result<Bounds, Unknown> {
    if of.low <= 0.0 {
        return because("the logarithm of nothing is not known");
    }
    Ok(Bounds { low: (of.low.log2() - NEARLY).round(), high: (of.high.log2() + NEARLY).round() })
}

/// How two formulas stand to each other on one machine, whatever its exact memory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// They come to the same.
    Same,
    /// They never come to the same.
    Apart,
    /// It follows from the exact memory, which AWS does not tell.
    Open,
}

/// Into so many parts the range of the memory is cut: so close formulas are told apart.
const SLICES: u32 = 64;

/// Compares two formulas on one machine. Both have the same memory there, which their bounds alone do not show.
///
/// # Errors
/// Why one of them is not known.
pub fn relation(one: &Expression, other: &Expression, machine: &Machine) -> Result<Relation, Unknown> {
    if one.simplified() == other.simplified() {
        return Ok(Relation::Same);
    }
    let whole = machine.class.map(|class| class.usable_memory());
    let slice = |at: u32| {
        let (low, high) = whole?;
        let point = |at: u32| (low + (high - low) * f64::from(at) / f64::from(SLICES)).trunc();
        Some(Bounds { low: point(at), high: point(at + 1) })
    };
    let (mut same, mut apart) = (true, true);
    for at in 0..SLICES {
        let evaluation = Evaluation { machine, memory: slice(at) };
        let (one, other) = (evaluation.value(one)?, evaluation.value(other)?);
        same &= one == other && one.is_exact();
        apart &= one.is_apart_from(other);
    }
    Ok(match (same, apart) {
        (true, _) => Relation::Same,
        (_, true) => Relation::Apart,
        _ => Relation::Open,
    })
}
