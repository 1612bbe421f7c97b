//! Reads the text of a formula into an expression. What it comes to is `value`'s; whether a text is a formula at all is
//! decided in `read`.
//!
//! The grammar is that of "Specifying DB parameters" (USER_ParamValuesRef), read generously where only one meaning is
//! possible: blanks may stand between any two signs, braces may be nested, parentheses may group, and functions may stand
//! inside or outside of braces.
//!
//! ```text
//! formula    = product [comparison product] | '"' formula '"'
//! product    = factor {('*' | '/') factor}
//! factor     = number | ['$'] '{' formula '}' | '(' formula ')' | function '(' formula {',' formula} ')' | variable
//! comparison = '>' | '<' | '>=' | '=>' | '<=' | '=<'
//! ```
//!
//! Other comparisons, `+` and `-` are not documented, and so not understood.

use std::fmt;

/// A formula that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    Number(i64),
    Variable(String),
    /// Factors from the left: the first, then each with its sign.
    Product(Box<Expression>, Vec<(Operator, Expression)>),
    Comparison(Box<Expression>, Comparison, Box<Expression>),
    Call(Function, Vec<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Times,
    By,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    Greatest,
    Least,
    Sum,
    If,
    Log,
}

impl Function {
    /// The function of that name, in any case.
    pub fn of(name: &str) -> Option<Function> {
        FUNCTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, function)| *function)
    }

    fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|(_, function)| *function == self).map_or("", |(name, _)| name)
    }

    fn takes(self, arguments: usize) -> bool {
        match self {
            Function::If => arguments == 3,
            Function::Log => arguments == 1 || arguments == 2,
            Function::Greatest | Function::Least | Function::Sum => arguments > 0,
        }
    }
}

const FUNCTIONS: [(&str, Function); 5] = [
    ("GREATEST", Function::Greatest),
    ("LEAST", Function::Least),
    ("SUM", Function::Sum),
    ("IF", Function::If),
    ("log", Function::Log),
];

/// The longer sign first, so that `>=` is not read as `>`.
const COMPARISONS: [(&str, Comparison); 6] = [
    (">=", Comparison::GreaterOrEqual),
    ("=>", Comparison::GreaterOrEqual),
    ("<=", Comparison::LessOrEqual),
    ("=<", Comparison::LessOrEqual),
    (">", Comparison::Greater),
    ("<", Comparison::Less),
];

impl Comparison {
    fn sign(self) -> &'static str {
        match self {
            Comparison::Greater => ">",
            Comparison::Less => "<",
            Comparison::GreaterOrEqual => ">=",
            Comparison::LessOrEqual => "<=",
        }
    }
}

/// Longer texts are not read as formulas. AWS's own have about a hundred letters.
const LONGEST: usize = 10_000;
/// So deep may braces, parentheses and functions stand within each other. Each level takes some of the program's stack.
const DEEPEST: usize = 50;

/// Whether a letter can be in the name of a variable or function.
pub fn is_of_a_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

impl Expression {
    /// # Errors
    /// A sentence that says from where on the text is not understood.
    pub fn of(text: &str) -> Result<Expression, String> {
        if text.len() > LONGEST {
            return Err(format!("the formula is longer than {LONGEST} characters"));
        }
        let text = text.trim();
        // The documentation writes Boolean expressions in quotation marks.
        let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let mut parser = Parser { rest: inner.unwrap_or(text).trim(), braces: 0, depth: 0, bare: None };
        let expression = parser.formula()?;
        if !parser.rest.is_empty() {
            return Err(not_understood(parser.rest));
        }
        match parser.bare {
            // An operand of a comparison may be a variable without braces.
            Some(name) if !matches!(expression, Expression::Comparison(..)) => {
                Err(format!("{name} stands outside of braces, where it is no variable"))
            }
            _ => Ok(expression),
        }
    }

    /// The variables that it names, in order, each once.
    pub fn variables(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.name_variables(&mut found);
        found
    }

    /// With what is multiplied and then divided by whole numbers shortened: `A*6/8` is `A*3/4`, whatever A is, also where
    /// fractions are cut off.
    pub fn simplified(&self) -> Expression {
        match self {
            Expression::Number(_) | Expression::Variable(_) => self.clone(),
            Expression::Product(first, rest) => {
                let rest: Vec<_> =
                    rest.iter().map(|(operator, factor)| (*operator, factor.simplified())).collect();
                let first = first.simplified();
                match shortened(&rest) {
                    Some(rest) if rest.is_empty() => first,
                    Some(rest) => Expression::Product(Box::new(first), rest),
                    None => Expression::Product(Box::new(first), rest),
                }
            }
            Expression::Comparison(left, comparison, right) => {
                Expression::Comparison(Box::new(left.simplified()), *comparison, Box::new(right.simplified()))
            }
            Expression::Call(function, arguments) => {
                Expression::Call(*function, arguments.iter().map(Expression::simplified).collect())
            }
        }
    }

    fn name_variables<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Expression::Number(_) => {}
            Expression::Variable(name) if found.contains(&name.as_str()) => {}
            Expression::Variable(name) => found.push(name),
            Expression::Product(first, rest) => {
                first.name_variables(found);
                rest.iter().for_each(|(_, factor)| factor.name_variables(found));
            }
            Expression::Comparison(left, _, right) => {
                left.name_variables(found);
                right.name_variables(found);
            }
            Expression::Call(_, arguments) => {
                arguments.iter().for_each(|argument| argument.name_variables(found));
            }
        }
    }
}

/// Factors above 0, all multiplications before all divisions, as one multiplication and one division in lowest terms.
fn shortened(factors: &[(Operator, Expression)]) -> Option<Vec<(Operator, Expression)>> {
    let (mut times, mut by) = (1_i64, 1_i64);
    for (operator, factor) in factors {
        let Expression::Number(number @ 1..) = factor else { return None };
        match operator {
            Operator::Times if by == 1 => times = times.checked_mul(*number)?,
            Operator::Times => return None,
            Operator::By => by = by.checked_mul(*number)?,
        }
    }
    let common = common_divisor(times, by);
    let left = [(Operator::Times, times / common), (Operator::By, by / common)];
    let left = left.into_iter().filter(|(_, number)| *number != 1);
    Some(left.map(|(operator, number)| (operator, Expression::Number(number))).collect())
}

fn common_divisor(one: i64, other: i64) -> i64 {
    if other == 0 { one } else { common_divisor(other, one % other) }
}

/// As it would be written without blanks and braces: what is written so is the same formula.
impl fmt::Display for Expression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expression::Number(number) => write!(out, "{number}"),
            Expression::Variable(name) => write!(out, "{name}"),
            Expression::Product(first, rest) => {
                grouped(first, out)?;
                for (operator, factor) in rest {
                    write!(out, "{}", if *operator == Operator::Times { '*' } else { '/' })?;
                    grouped(factor, out)?;
                }
                Ok(())
            }
            Expression::Comparison(left, comparison, right) => {
                grouped(left, out)?;
                write!(out, "{}", comparison.sign())?;
                grouped(right, out)
            }
            Expression::Call(function, arguments) => {
                write!(out, "{}(", function.name())?;
                for (at, argument) in arguments.iter().enumerate() {
                    write!(out, "{}{argument}", if at == 0 { "" } else { "," })?;
                }
                write!(out, ")")
            }
        }
    }
}

/// A part of a product or comparison, in parentheses where it has parts itself.
fn grouped(part: &Expression, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    match part {
        Expression::Product(..) | Expression::Comparison(..) => write!(out, "({part})"),
        _ => write!(out, "{part}"),
    }
}

fn not_understood(rest: &str) -> String {
    let shown: String = rest.chars().take(40).collect();
    format!("the formula is not understood from \"{shown}\" on")
}

/// Reads a formula from the left.
struct Parser<'a> {
    rest: &'a str,
    /// How many braces are open.
    braces: usize,
    /// How many braces, parentheses and functions are open.
    depth: usize,
    /// The first variable outside of braces.
    bare: Option<&'a str>,
}

impl<'a> Parser<'a> {
    fn formula(&mut self) -> Result<Expression, String> {
        let left = self.product()?;
        let signs = self.rest;
        match COMPARISONS.iter().find(|(sign, _)| self.take(sign)) {
            None => Ok(left),
            // <> begins as < does.
            Some(_) if self.rest.starts_with(['<', '>', '=']) => Err(not_understood(signs)),
            Some((_, comparison)) => {
                let right = self.product()?;
                Ok(Expression::Comparison(Box::new(left), *comparison, Box::new(right)))
            }
        }
    }

    fn product(&mut self) -> Result<Expression, String> {
        let first = self.factor()?;
        let mut rest = Vec::new();
        loop {
            let operator = if self.take("*") {
                Operator::Times
            } else if self.take("/") {
                Operator::By
            } else {
                break;
            };
            rest.push((operator, self.factor()?));
        }
        Ok(match (first, rest) {
            (first, rest) if rest.is_empty() => first,
            // A product that begins with a product is one: {A/2}*3 is {A/2*3}.
            (Expression::Product(first, mut factors), rest) => {
                factors.extend(rest);
                Expression::Product(first, factors)
            }
            (first, rest) => Expression::Product(Box::new(first), rest),
        })
    }

    fn factor(&mut self) -> Result<Expression, String> {
        // Some of AWS's pages write ${…}.
        if self.take("${") || self.take("{") {
            self.braces += 1;
            let inner = self.within("}", "a brace")?;
            self.braces -= 1;
            return Ok(inner);
        }
        if self.take("(") {
            return self.within(")", "a parenthesis");
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
        if self.take("(") {
            return self.call(word);
        }
        if self.braces == 0 {
            self.bare = self.bare.or(Some(word));
        }
        Ok(Expression::Variable(word.to_owned()))
    }

    /// A formula up to the sign that closes it.
    fn within(&mut self, closing: &str, opened: &str) -> Result<Expression, String> {
        self.enter()?;
        let inner = self.formula()?;
        self.depth -= 1;
        if self.take(closing) { Ok(inner) } else { Err(format!("{opened} of the formula is not closed")) }
    }

    fn call(&mut self, name: &str) -> Result<Expression, String> {
        self.enter()?;
        let mut arguments = vec![self.formula()?];
        while self.take(",") {
            arguments.push(self.formula()?);
        }
        self.depth -= 1;
        if !self.take(")") {
            return Err("a parenthesis of the formula is not closed".to_owned());
        }
        match Function::of(name).filter(|function| function.takes(arguments.len())) {
            Some(function) => Ok(Expression::Call(function, arguments)),
            None => Err(format!("{name} of {} is a function that is not known", arguments.len())),
        }
    }

    fn enter(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("the formula is nested more than {DEEPEST} levels deep"));
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Expression, String> {
        let digits = self.rest.strip_prefix('-').unwrap_or(self.rest);
        let length = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
        let (number, rest) = self.rest.split_at(self.rest.len() - digits.len() + length);
        let value = number.parse().map_err(|_| {
            let shown: String = number.chars().take(40).collect();
            format!("{shown} is no number that can be computed with")
        })?;
        // 5x is neither a number nor a name.
        if rest.starts_with(is_of_a_name) {
            return Err(not_understood(self.rest));
        }
        self.rest = rest.trim_start();
        Ok(Expression::Number(value))
    }

    fn take(&mut self, sign: &str) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }
}
