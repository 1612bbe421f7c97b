//! Notes on a person's SQL: comparisons that SQLite answers in another sense than the one they were probably meant in, such as
//! a text compared with a number. Each note says what to write instead. The statement has been run; nothing is refused here.
//!
//! The statement is read by a parser, and names are resolved as SQLite resolves them (`scope`). What cannot be resolved for sure
//! is passed over: a note that is wrong would be worse than none. What one comparison means is `comparison`'s.

mod comparison;
mod literal;
mod scope;

use std::ops::ControlFlow;
use std::thread;

use sqlparser::ast::{BinaryOperator, Expr, Ident, InTarget, OrderBy, Query, Select, Visit, Visitor};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;

use comparison::{Comparison, Sign};
use scope::{Meant, Scopes};

use crate::names;
use crate::query::literal as quoted_text;

/// Notes on one statement at most: more would not be read.
const MOST: usize = 8;
/// SQLite takes expressions that are a thousand levels deep, and each level is a call here.
const STACK: usize = 64 << 20;

/// What a person should know of a statement that SQLite has accepted; mostly nothing.
pub fn notes(sql: &str) -> Vec<String> {
    let sql = sql.to_owned();
    // On a thread of its own, which also keeps a mistake in the parser from costing the answer.
    let looked = thread::Builder::new().name("rds-fleet-notes".to_owned()).stack_size(STACK);
    let looked = looked.spawn(move || looked_through(&sql)).ok();
    looked.and_then(|thread| thread.join().ok()).unwrap_or_default()
}

fn looked_through(sql: &str) -> Vec<String> {
    let Ok(statements) = Parser::parse_sql(&SQLiteDialect {}, sql) else { return Vec::new() };
    let mut looking = Looking { scopes: Scopes::default(), ordering: 0, notes: Vec::new() };
    let _ = statements.visit(&mut looking);
    looking.notes.truncate(MOST);
    looking.notes
}

/// The walk through a statement.
struct Looking {
    scopes: Scopes,
    /// How deep in ORDER BY: it sees the answer's columns, which are not in scope here.
    ordering: usize,
    notes: Vec<String>,
}

impl Looking {
    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Both sides may be the column.
    fn binary(&mut self, left: &Expr, sign: Sign, right: &Expr) {
        match (bare(left), bare(right)) {
            (Expr::Tuple(left), Expr::Tuple(right)) => {
                for (left, right) in left.iter().zip(right) {
                    self.binary(left, sign, right);
                }
            }
            _ => {
                self.compare(left, sign, &[right]);
                self.compare(right, sign.flipped(), &[left]);
            }
        }
    }

    fn compare(&mut self, column: &Expr, sign: Sign, values: &[&Expr]) {
        let Some(holds) = self.scopes.holds(column) else { return };
        let values = values.iter().map(|value| literal::read(value, &self.scopes)).collect();
        if let Some(note) = (Comparison { column: bare(column), holds, sign, values }).note() {
            self.note(note);
        }
    }

    fn one_of(&mut self, column: &Expr, sign: Sign, list: &[Expr]) {
        if let Expr::Tuple(columns) = bare(column) {
            for (at, column) in columns.iter().enumerate() {
                for value in list.iter().filter_map(|value| match bare(value) {
                    Expr::Tuple(values) => values.get(at),
                    _ => None,
                }) {
                    self.compare(column, Sign::Equal("="), &[value]);
                }
            }
        } else {
            self.compare(column, sign, &list.iter().collect::<Vec<_>>());
        }
    }

    /// What is written in double quotation marks is a name for SQLite, and a text only where there is no such name.
    fn quoted(&mut self, name: &Ident) {
        let is_text = name.quote_style == Some('"')
            && self.ordering == 0
            && matches!(self.scopes.meant(&[name]), Meant::Nothing);
        if is_text {
            let text = quoted_text(&name.value);
            let columns = self.scopes.names();
            let near = names::nearest(&name.value, columns.iter().map(String::as_str));
            let meant = near.first().map(|near| format!("; or is the column {near} meant?"));
            self.note(format!(
                "{name}: no column has this name, so SQLite takes it for the text {text}. Write {text}{}",
                meant.unwrap_or_default()
            ));
        }
    }
}

impl Visitor for Looking {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.scopes.enter_query(query);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.scopes.leave_query();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.scopes.enter_select(select);
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _: &Select) -> ControlFlow<()> {
        self.scopes.leave_select();
        ControlFlow::Continue(())
    }

    fn pre_visit_order_by(&mut self, _: &OrderBy) -> ControlFlow<()> {
        self.ordering += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_order_by(&mut self, _: &OrderBy) -> ControlFlow<()> {
        self.ordering -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(name) => self.quoted(name),
            Expr::BinaryOp { left, op, right } => {
                if let Some(sign) = sign(op) {
                    self.binary(left, sign, right);
                }
            }
            Expr::IsDistinctFrom(left, right) => self.binary(left, Sign::Equal("IS NOT"), right),
            Expr::IsNotDistinctFrom(left, right) => self.binary(left, Sign::Equal("IS"), right),
            Expr::Between { expr, negated, low, high } => {
                self.compare(expr, Sign::Between { negated: *negated }, &[low, high]);
            }
            Expr::In { expr, target: InTarget::List(list), negated, .. } => {
                self.one_of(expr, Sign::In { negated: *negated }, list);
            }
            Expr::Like { expr, pattern, negated, .. } => {
                self.compare(expr, Sign::Like { negated: *negated }, &[pattern]);
            }
            Expr::Case { operand: Some(operand), conditions, .. } => {
                for case in conditions {
                    self.compare(operand, Sign::When, &[&case.condition]);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn sign(operator: &BinaryOperator) -> Option<Sign> {
    Some(match operator {
        BinaryOperator::Eq => Sign::Equal("="),
        BinaryOperator::NotEq => Sign::Equal("<>"),
        BinaryOperator::Is => Sign::Equal("IS"),
        BinaryOperator::IsNot => Sign::Equal("IS NOT"),
        BinaryOperator::Lt => Sign::Order("<"),
        BinaryOperator::LtEq => Sign::Order("<="),
        BinaryOperator::Gt => Sign::Order(">"),
        BinaryOperator::GtEq => Sign::Order(">="),
        BinaryOperator::Glob => Sign::Like { negated: false },
        _ => return None,
    })
}

/// An expression without the parentheses around it.
fn bare(mut expr: &Expr) -> &Expr {
    while let Expr::Nested(inner) = expr {
        expr = inner;
    }
    expr
}

#[cfg(test)]
mod tests;
