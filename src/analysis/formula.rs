//! The formulas that RDS's parameters may have instead of a value, such as `LEAST({DBInstanceClassMemory/9531392},5000)`:
//! what they come to for one machine, or why that is not known. It knows nothing of databases or of the store.
//!
//! What holds is said in "Specifying DB parameters" of the Amazon RDS and Aurora user guides (USER_ParamValuesRef): the
//! variables and their meaning, names in exact case, `*` and `/` on whole numbers whose fractions are cut off, the
//! functions `GREATEST`, `LEAST`, `SUM` and `IF`, and `log` to the base 2. That `log` takes a quotient with its fraction and
//! gives a whole number, rounded to the nearest, is not said there; it is the only reading with which the table of Aurora
//! MySQL's default connections in the same guide comes out (1000 for `db.r4.large`, 7000 for `db.r5.24xlarge`), and a test
//! holds it against that table.
//!
//! `DBInstanceClassMemory` is known between bounds only (see `classes`), so a value has bounds too; where they meet, the
//! value is exact. Every operation here grows with its arguments, so what the bounds come to are the bounds.

use std::fmt;

use super::classes::Class;

/// What a formula's variables stand for. What is `None` is not known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Machine {
    pub class: Option<Class>,
    /// Bytes of the data volume.
    pub storage: Option<f64>,
    pub port: Option<u16>,
    /// Whether it is a read replica.
    pub is_replica: Option<bool>,
}

/// The value of a formula, between bounds that belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Computed {
    pub low: i64,
    pub high: i64,
}

impl Computed {
    pub fn is_exact(&self) -> bool {
        self.low == self.high
    }
}

impl fmt::Display for Computed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_exact() {
            true => write!(out, "{}", self.high),
            false => write!(out, "about {} to {}", self.low, self.high),
        }
    }
}

/// Whether a parameter's value is a formula rather than a value.
pub fn is_formula(text: &str) -> bool {
    text.contains('{') && text.contains('}')
}

/// What a formula comes to.
///
/// # Errors
/// A sentence that says what is not known: a variable, the class, or how the formula is written.
pub fn evaluate(text: &str, machine: &Machine) -> Result<Computed, String> {
    let mut parser = Parser { rest: text.trim(), machine, braces: 0, logarithms: 0 };
    let value = parser.product()?;
    if !parser.rest.is_empty() {
        return Err(not_understood(parser.rest));
    }
    if value.low.abs().max(value.high.abs()) > MOST_EXACT {
        return Err("the formula comes to a number that is too large to be exact".to_owned());
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is within what is exact")]
    Ok(Computed { low: value.low as i64, high: value.high as i64 })
}

/// The variables that a formula names, in order.
pub fn variables(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for word in text.split(|letter: char| !is_of_a_name(letter)) {
        let is_name = word.starts_with(|letter: char| letter.is_ascii_alphabetic());
        if is_name && !FUNCTIONS.contains(&word) && !found.contains(&word) {
            found.push(word);
        }
    }
    found
}

const FUNCTIONS: [&str; 5] = ["GREATEST", "LEAST", "SUM", "IF", "log"];
/// Whole numbers beyond this are not all floating-point numbers.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

fn is_of_a_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn not_understood(rest: &str) -> String {
    format!("the formula is not understood from \"{rest}\" on")
}

/// What a part of a formula comes to.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    low: f64,
    high: f64,
}

impl Bounds {
    fn exact(value: f64) -> Bounds {
        Bounds { low: value, high: value }
    }

    fn is_exact(&self) -> bool {
        self.low == self.high
    }

    /// Both bounds by the same operation, which grows with them.
    fn map(self, operation: impl Fn(f64) -> f64) -> Bounds {
        Bounds { low: operation(self.low), high: operation(self.high) }
    }
}

/// Reads a formula from the left, and computes as it goes.
struct Parser<'a> {
    rest: &'a str,
    machine: &'a Machine,
    /// How many braces are open: variables are only known within them.
    braces: usize,
    /// How many logarithms are open, within which quotients keep their fractions.
    logarithms: usize,
}

impl Parser<'_> {
    fn product(&mut self) -> Result<Bounds, String> {
        let mut value = self.factor()?;
        loop {
            let is_product = self.take('*');
            if !is_product && !self.take('/') {
                return Ok(value);
            }
            let by = self.factor()?;
            // By a negative number the value would not grow with its bounds; log gives some, which may be multiplied.
            if by.low < 0.0 || value.low < 0.0 && !by.is_exact() {
                return Err("the formula computes with a negative number".to_owned());
            }
            if is_product {
                value = Bounds { low: value.low * by.low, high: value.high * by.high };
            } else if by.is_exact() && by.high > 0.0 {
                let whole = |value: f64| if self.logarithms == 0 { value.trunc() } else { value };
                value = value.map(|value| whole(value / by.high));
            } else {
                return Err("the formula divides by what is not known".to_owned());
            }
        }
    }

    fn factor(&mut self) -> Result<Bounds, String> {
        if self.take('{') {
            self.braces += 1;
            let value = self.product()?;
            self.braces -= 1;
            return if self.take('}') {
                Ok(value)
            } else {
                Err("a brace of the formula is not closed".to_owned())
            };
        }
        if self.rest.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-') {
            return self.number();
        }
        let end = self.rest.find(|letter: char| !is_of_a_name(letter)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.is_empty() {
            return Err(not_understood(self.rest));
        }
        self.rest = rest.trim_start();
        if self.take('(') {
            self.logarithms += usize::from(word == "log");
            let mut arguments = vec![self.product()?];
            while self.take(',') {
                arguments.push(self.product()?);
            }
            self.logarithms -= usize::from(word == "log");
            if !self.take(')') {
                return Err("a parenthesis of the formula is not closed".to_owned());
            }
            return function(word, &arguments);
        }
        if self.braces == 0 {
            return Err(format!("{word} stands outside of braces, where it is no variable"));
        }
        self.variable(word)
    }

    fn number(&mut self) -> Result<Bounds, String> {
        let digits = self.rest.strip_prefix('-').unwrap_or(self.rest);
        let length = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
        let (number, rest) = self.rest.split_at(self.rest.len() - digits.len() + length);
        let value: i64 =
            number.parse().map_err(|_| format!("{number} is no number that can be computed with"))?;
        self.rest = rest.trim_start();
        #[expect(clippy::cast_precision_loss, reason = "what is too large is refused in the end")]
        Ok(Bounds::exact(value as f64))
    }

    fn variable(&self, name: &str) -> Result<Bounds, String> {
        let of_class = |value: Option<Bounds>| {
            value.ok_or_else(|| format!("{name} is not known: the instance class is not in the table"))
        };
        let known = |value: Option<f64>| {
            value.map(Bounds::exact).ok_or_else(|| format!("{name} is not known of this database"))
        };
        let machine = self.machine;
        match name {
            "DBInstanceClassMemory" => of_class(machine.class.map(|class| {
                let (low, high) = class.usable_memory();
                Bounds { low, high }
            })),
            "DBInstanceVCPU" => {
                let vcpus = machine.class.and_then(|class| class.vcpus);
                of_class(vcpus.map(|vcpus| Bounds::exact(vcpus.into())))
            }
            "AllocatedStorage" => known(machine.storage),
            "EndPointPort" => known(machine.port.map(f64::from)),
            "TrueIfReplica" => known(machine.is_replica.map(|truth| f64::from(u8::from(truth)))),
            name => Err(format!("{name} is a variable that is not known")),
        }
    }

    fn take(&mut self, letter: char) -> bool {
        match self.rest.strip_prefix(letter) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }
}

fn function(name: &str, arguments: &[Bounds]) -> Result<Bounds, String> {
    let every = |choose: fn(f64, f64) -> f64| {
        let chosen = |one: Bounds, other: &Bounds| Bounds {
            low: choose(one.low, other.low),
            high: choose(one.high, other.high),
        };
        arguments.iter().skip(1).fold(arguments[0], chosen)
    };
    match (name, arguments) {
        ("GREATEST", _) => Ok(every(f64::max)),
        ("LEAST", _) => Ok(every(f64::min)),
        ("SUM", _) => Ok(every(|one, other| one + other)),
        ("log", [of]) if of.low > 0.0 => Ok(of.map(|value| value.log2().round())),
        ("log", [_]) => Err("the logarithm of nothing is not known".to_owned()),
        ("IF", [condition, then, otherwise]) if condition.is_exact() => {
            Ok(if condition.high == 0.0 { *otherwise } else { *then })
        }
        _ => Err(format!("{name} of {} is a function that is not known", arguments.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::classes::class;

    fn on(name: &str) -> Machine {
        Machine {
            class: class(name),
            storage: Some(107_374_182_400.0),
            port: Some(5432),
            is_replica: Some(false),
        }
    }

    /// Defaults of `max_connections` that AWS documents. Sources: [M] "Maximum connections to an Aurora MySQL DB instance"
    /// in "Managing performance and scaling for Amazon Aurora MySQL" (AuroraMySQL.Managing.Performance) of the Aurora user
    /// guide, [P] "Maximum connections to an Aurora PostgreSQL DB instance" in "Managing Amazon Aurora PostgreSQL"
    /// (AuroraPostgreSQL.Managing) of the same guide.
    #[test]
    fn the_defaults_that_aws_documents_come_out() {
        let mysql = "GREATEST({log(DBInstanceClassMemory/805306368)*45},{log(DBInstanceClassMemory/8187281408)*1000})";
        let postgres = "LEAST({DBInstanceClassMemory/9531392},5000)";
        for (formula, documented) in [
            (
                mysql, // [M]
                "t2.small 45, t2.medium 90, t3.small 45, t3.medium 90, t3.large 135, t4g.medium 90, t4g.large 135, \
                 r3.large 1000, r3.xlarge 2000, r3.2xlarge 3000, r3.4xlarge 4000, r3.8xlarge 5000, r4.large 1000, \
                 r4.xlarge 2000, r4.2xlarge 3000, r4.4xlarge 4000, r4.8xlarge 5000, r4.16xlarge 6000, r5.large 1000, \
                 r5.xlarge 2000, r5.2xlarge 3000, r5.4xlarge 4000, r5.8xlarge 5000, r5.12xlarge 6000, \
                 r5.16xlarge 6000, r5.24xlarge 7000, r6g.large 1000, r6g.xlarge 2000",
            ),
            (
                postgres, // [P]
                "r4.large 1600, r4.xlarge 3200, r4.2xlarge 5000, r4.4xlarge 5000, r4.8xlarge 5000, r4.16xlarge 5000",
            ),
        ] {
            for pair in documented.split(", ") {
                let (name, value) = pair.trim().split_once(' ').unwrap();
                let value: i64 = value.parse().unwrap();
                let computed = evaluate(formula, &on(&format!("db.{name}"))).unwrap();
                // Aurora MySQL's are exact, since log rounds; a quotient of the memory is known between bounds.
                let is_exact = formula == mysql || value == 5000;
                assert_eq!(computed.is_exact(), is_exact, "{name}: {computed}");
                assert!(computed.low <= value && value <= computed.high, "{name}: {value} but {computed}");
                assert!(computed.high - computed.low <= value / 7, "{name}: {computed} says little");
            }
        }
    }

    #[test]
    fn formulas_of_every_form_are_computed() {
        for (formula, expected) in [
            // Of 16 GiB, the whole of it and what is left of it at least.
            ("{DBInstanceClassMemory*3/4}", "about 11741366844 to 12884901888"),
            ("{DBInstanceClassMemory/32768}", "about 477757 to 524288"),
            ("GREATEST({DBInstanceVCPU},8)", "8"),
            ("GREATEST({DBInstanceVCPU*8},4)", "16"),
            ("GREATEST({log(DBInstanceClassMemory/21474836480)*600},200)", "200"),
            ("SUM({DBInstanceVCPU/2},1,2)", "4"),
            ("{DBInstanceVCPU/4}", "0"),
            ("LEAST( {DBInstanceClassMemory/9868951}, 20000 )", "about 1586 to 1740"),
            ("{EndPointPort}", "5432"),
            ("{AllocatedStorage/1073741824}", "100"),
            ("{TrueIfReplica}", "0"),
            ("IF({TrueIfReplica}, 1, {DBInstanceVCPU})", "2"),
            ("GREATEST(-1,{TrueIfReplica})", "0"),
            ("5000", "5000"),
        ] {
            assert_eq!(evaluate(formula, &on("db.r6g.large")).unwrap().to_string(), expected, "{formula}");
        }
    }

    #[test]
    fn what_is_not_known_is_said_and_never_guessed() {
        let machine = on("db.r6g.large");
        for (formula, reason) in [
            ("{DBInstanceClassHugePagesDefault}", "DBInstanceClassHugePagesDefault is a variable"),
            ("{dbinstancevcpu}", "dbinstancevcpu is a variable"),
            ("IF({DBInstanceClassHugePagesDefault}, 0, 1)", "DBInstanceClassHugePagesDefault"),
            ("MAX({DBInstanceVCPU},8)", "MAX of 2 is a function"),
            ("{log(DBInstanceVCPU,2)}", "log of 2 is a function"),
            ("{DBInstanceVCPU+1}", "a brace of the formula is not closed"),
            ("{DBInstanceVCPU} extra", "not understood from \"extra\""),
            ("GREATEST({DBInstanceVCPU},8", "parenthesis"),
            ("DBInstanceVCPU", "outside of braces"),
            ("{DBInstanceVCPU/0}", "divides by"),
            ("{1/DBInstanceClassMemory}", "divides by"),
            ("{DBInstanceVCPU*-1}", "negative"),
            ("{DBInstanceClassMemory*DBInstanceClassMemory}", "too large"),
            ("{99999999999999999999}", "no number"),
            ("{dbName}_A", "dbName is a variable"),
            ("GREATEST()", "not understood"),
            ("", "not understood"),
        ] {
            let said = evaluate(formula, &machine).unwrap_err();
            assert!(said.contains(reason), "{formula}: {said}");
        }
        for name in ["db.serverless", "db.r99.large"] {
            assert!(
                evaluate("{DBInstanceClassMemory/2}", &on(name)).unwrap_err().contains("not in the table")
            );
        }
        let nothing = Machine::default();
        for formula in ["{AllocatedStorage}", "{EndPointPort}", "{TrueIfReplica}", "{DBInstanceVCPU}"] {
            assert!(evaluate(formula, &nothing).is_err(), "{formula}");
        }
    }

    #[test]
    fn the_variables_of_a_formula_are_named_once() {
        let formula =
            "GREATEST({log(DBInstanceClassMemory/8)*45},{DBInstanceClassMemory/2},{DBInstanceVCPU})";
        assert_eq!(variables(formula), ["DBInstanceClassMemory", "DBInstanceVCPU"]);
    }
}
