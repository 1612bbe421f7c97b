//! Which column a name in a statement means, and what that column holds: the tables and views of the store, the tables that the
//! statement itself makes, and names that it gives. Where a table's columns are not known, nothing is said of a name.

use std::collections::HashMap;
use std::sync::LazyLock;

use rusqlite::Connection;
use sqlparser::ast::{
    BinaryOperator, Cte, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName, Query,
    Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, TableFactor, TableWithJoins, Value,
};

use super::bare;
use crate::inventory::guard::column_of_a_kind;
use crate::inventory::schema;
use crate::query::quoted;
use crate::rds::Shape;

/// What an expression gives.
#[derive(Debug, Clone)]
pub struct Holds {
    pub shape: Shape,
    /// Whether it is a column, or the like: then SQLite turns what it is compared with into what the column holds. Of a function's
    /// value it compares texts with numbers as they are.
    pub converts: bool,
}

impl Holds {
    fn value(shape: Shape) -> Holds {
        Holds { shape, converts: false }
    }
}

/// A column with what it holds, where that is known.
#[derive(Debug, Clone)]
struct Known {
    name: String,
    holds: Option<Holds>,
}

/// The columns of a table, view or subquery.
#[derive(Debug, Clone, Default)]
struct Columns {
    known: Vec<Known>,
    /// Whether there are no others.
    complete: bool,
}

/// A table of a FROM under its name there.
#[derive(Debug)]
struct Relation {
    name: String,
    columns: Columns,
}

/// One SELECT: its tables, and the names that it gives to what it shows.
#[derive(Debug, Default)]
struct Frame {
    relations: Vec<Relation>,
    aliases: Vec<(String, Expr)>,
}

/// What a name means.
pub enum Meant {
    /// A column, or what an expression gives; `None` where it is not known what that is.
    Something(Option<Holds>),
    /// There is no such name.
    Nothing,
}

/// What is in scope at a place of the statement, the innermost last.
#[derive(Debug, Default)]
pub struct Scopes {
    frames: Vec<Frame>,
    with: Vec<HashMap<String, Columns>>,
}

impl Scopes {
    pub fn enter_query(&mut self, query: &Query) {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        // What one of them reads of another that is not known yet is unknown.
        let names = tables.clone().map(|table| (lower(&table.alias.name), Columns::default()));
        self.with.push(names.collect());
        for table in tables {
            let columns = self.of_with(table);
            if let Some(with) = self.with.last_mut() {
                with.insert(lower(&table.alias.name), columns);
            }
        }
    }

    pub fn leave_query(&mut self) {
        self.with.pop();
    }

    pub fn enter_select(&mut self, select: &Select) {
        let frame = self.frame(select);
        self.frames.push(frame);
    }

    pub fn leave_select(&mut self) {
        self.frames.pop();
    }

    /// The names of all columns in scope.
    pub fn names(&self) -> Vec<String> {
        let relations = self.frames.iter().flat_map(|frame| &frame.relations);
        relations.flat_map(|relation| &relation.columns.known).map(|known| known.name.clone()).collect()
    }

    /// What a name means, with or without its table's.
    pub fn meant(&self, name: &[&Ident]) -> Meant {
        self.find(name, true)
    }

    fn find(&self, name: &[&Ident], aliases: bool) -> Meant {
        let Some((column, tables)) = name.split_last() else { return Meant::Something(None) };
        if ["rowid", "oid", "_rowid_"].contains(&lower(column).as_str()) {
            return Meant::Something(None);
        }
        for frame in self.frames.iter().rev() {
            let of_table = |relation: &&Relation| {
                tables.last().is_none_or(|table| relation.name.eq_ignore_ascii_case(&table.value))
            };
            let relations = || frame.relations.iter().filter(of_table);
            let is_it = |known: &&Known| known.name.eq_ignore_ascii_case(&column.value);
            if let Some(known) = relations().flat_map(|relation| &relation.columns.known).find(is_it) {
                return Meant::Something(known.holds.clone());
            }
            if relations().any(|relation| !relation.columns.complete) {
                return Meant::Something(None);
            }
            let alias = || frame.aliases.iter().find(|(name, _)| name.eq_ignore_ascii_case(&column.value));
            if let Some((_, expr)) = alias().filter(|_| aliases && tables.is_empty()) {
                return Meant::Something(self.given(expr, false));
            }
        }
        // Outside of every SELECT there are names as well: those of the answer, which ORDER BY sees.
        if self.frames.is_empty() { Meant::Something(None) } else { Meant::Nothing }
    }

    /// What an expression gives, where that is known.
    pub fn holds(&self, expr: &Expr) -> Option<Holds> {
        self.given(expr, true)
    }

    fn given(&self, expr: &Expr, aliases: bool) -> Option<Holds> {
        let name: Vec<&Ident> = match bare(expr) {
            Expr::Identifier(name) => vec![name],
            Expr::CompoundIdentifier(parts) => parts.iter().collect(),
            Expr::Collate { expr, .. } => return self.given(expr, aliases),
            Expr::BinaryOp { left, op: BinaryOperator::LongArrow, right } => {
                return member(&self.given(left, aliases)?.shape, bare(right));
            }
            Expr::BinaryOp { op: BinaryOperator::StringConcat, .. }
            | Expr::Substring { .. }
            | Expr::Trim { .. } => return Some(Holds::value(Shape::String)),
            Expr::Function(function) => {
                let argument = || first_argument(&function.args);
                return match function.name.to_string().to_lowercase().as_str() {
                    "min" | "max" => argument()
                        .and_then(|argument| self.given(argument, aliases))
                        .map(|of| Holds::value(of.shape)),
                    "count" | "sum" | "avg" | "total" | "length" => Some(Holds::value(Shape::Double)),
                    "lower" | "upper" | "substr" | "replace" | "ltrim" | "rtrim" | "tag" | "readable"
                    | "strftime" | "date" | "time" | "datetime" => Some(Holds::value(Shape::String)),
                    _ => None,
                };
            }
            _ => return None,
        };
        match self.find(&name, aliases) {
            Meant::Something(holds) => holds,
            Meant::Nothing => None,
        }
    }

    fn frame(&mut self, select: &Select) -> Frame {
        let mut relations = Vec::new();
        for from in &select.from {
            self.relations(from, &mut relations);
        }
        let alias = |item: &SelectItem| match item {
            SelectItem::ExprWithAlias { expr, alias } => Some((alias.value.clone(), expr.clone())),
            _ => None,
        };
        Frame { relations, aliases: select.projection.iter().filter_map(alias).collect() }
    }

    fn relations(&mut self, from: &TableWithJoins, relations: &mut Vec<Relation>) {
        for factor in std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)) {
            let (name, columns) = match factor {
                TableFactor::NestedJoin { table_with_joins, alias: None } => {
                    self.relations(table_with_joins, relations);
                    continue;
                }
                TableFactor::Table { name, alias, args, .. } => {
                    let columns = if args.is_some() { Columns::default() } else { self.table(name) };
                    let last = last(name).map(|part| part.value.clone()).unwrap_or_default();
                    (alias.as_ref().map_or(last, |alias| alias.name.value.clone()), columns)
                }
                TableFactor::Derived { subquery, alias, .. } => {
                    let name = alias.as_ref().map(|alias| alias.name.value.clone());
                    (name.unwrap_or_default(), self.output(subquery))
                }
                _ => (String::new(), Columns::default()),
            };
            relations.push(Relation { name, columns });
        }
    }

    /// The columns of a table that is named: one of the statement's own, or of the store.
    fn table(&self, name: &ObjectName) -> Columns {
        let Some(last) = last(name).map(lower) else { return Columns::default() };
        let own = self.with.iter().rev().find_map(|with| with.get(&last)).filter(|_| name.0.len() == 1);
        own.or_else(|| STORE.get(&last)).cloned().unwrap_or_default()
    }

    fn of_with(&mut self, table: &Cte) -> Columns {
        let mut columns = self.output(&table.query);
        for (known, named) in columns.known.iter_mut().zip(&table.alias.columns) {
            known.name.clone_from(&named.name.value);
        }
        columns
    }

    /// The columns of a query's answer.
    fn output(&mut self, query: &Query) -> Columns {
        self.enter_query(query);
        let columns = self.of_body(&query.body);
        self.leave_query();
        columns
    }

    fn of_body(&mut self, body: &SetExpr) -> Columns {
        match body {
            SetExpr::Select(select) => {
                self.enter_select(select);
                let columns = self.shown(select);
                self.leave_select();
                columns
            }
            SetExpr::Query(query) => self.output(query),
            SetExpr::SetOperation { left, right, .. } => {
                let (mut columns, others) = (self.of_body(left), self.of_body(right));
                for (at, known) in columns.known.iter_mut().enumerate() {
                    let other = others.known.get(at).and_then(|other| other.holds.as_ref());
                    let is_same = |one: &Holds| {
                        other.is_some_and(|other| {
                            (one.shape.type_name(), one.converts) == (other.shape.type_name(), other.converts)
                        })
                    };
                    known.holds = known.holds.take().filter(is_same);
                }
                columns
            }
            _ => Columns::default(),
        }
    }

    /// What the innermost SELECT shows.
    fn shown(&self, select: &Select) -> Columns {
        let mut columns = Columns { known: Vec::new(), complete: true };
        let relations = || self.frames.iter().next_back().into_iter().flat_map(|frame| &frame.relations);
        for item in &select.projection {
            let of = |relation: &Relation| match item {
                SelectItem::Wildcard(_) => true,
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    last(name).is_some_and(|name| relation.name.eq_ignore_ascii_case(&name.value))
                }
                _ => false,
            };
            match item {
                SelectItem::ExprWithAlias { expr, alias } => {
                    columns.known.push(Known { name: alias.value.clone(), holds: self.holds(expr) });
                }
                SelectItem::UnnamedExpr(expr) => {
                    let name = match bare(expr) {
                        Expr::Identifier(name) => name.value.clone(),
                        Expr::CompoundIdentifier(parts) => {
                            parts.last().map(|part| part.value.clone()).unwrap_or_default()
                        }
                        other => other.to_string(),
                    };
                    columns.known.push(Known { name, holds: self.holds(expr) });
                }
                _ => {
                    for relation in relations().filter(|relation| of(relation)) {
                        columns.known.extend(relation.columns.known.iter().cloned());
                        columns.complete &= relation.columns.complete;
                    }
                }
            }
        }
        columns
    }
}

/// What a member of a structure gives that is read by its name out of the JSON.
fn member(shape: &Shape, name: &Expr) -> Option<Holds> {
    let (Shape::Structure(structure), Expr::Value(value)) = (shape, name) else { return None };
    let Value::SingleQuotedString(name) = &value.value else { return None };
    let at = structure.position(name.strip_prefix("$.").unwrap_or(name))?;
    Some(Holds::value(structure.members[at].shape.clone()))
}

fn first_argument(arguments: &FunctionArguments) -> Option<&Expr> {
    match arguments {
        FunctionArguments::List(list) => match &list.args[..] {
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))] => Some(expr),
            _ => None,
        },
        _ => None,
    }
}

fn last(name: &ObjectName) -> Option<&Ident> {
    name.0.last().and_then(|part| part.as_ident())
}

fn lower(name: &Ident) -> String {
    name.value.to_lowercase()
}

/// The store's tables and views with their columns: those of an empty store are those of every store.
static STORE: LazyLock<HashMap<String, Columns>> = LazyLock::new(|| {
    let empty = Connection::open_in_memory().and_then(|empty| schema::make(&empty).map(|()| empty));
    let Ok(empty) = empty else { return HashMap::new() };
    let tables = schema::tables().iter();
    tables
        .filter_map(|table| Some((table.name.to_lowercase(), of_store(&empty, &table.name).ok()?)))
        .collect()
});

fn of_store(store: &Connection, table: &str) -> rusqlite::Result<Columns> {
    let statement = store.prepare(&format!("SELECT * FROM {}", quoted(table)))?;
    let mut columns = Columns { known: Vec::new(), complete: true };
    for column in statement.columns_with_metadata() {
        let origin = column.table_name().zip(column.origin_name());
        let of_a_kind = origin.and_then(|(table, name)| column_of_a_kind(table, name));
        let shape = match (of_a_kind, origin) {
            (Some(column), _) => Some(column.shape.clone()),
            // Our own times are written as AWS's are.
            _ if TIMES.contains(&column.name()) => Some(Shape::Timestamp),
            (None, Some((table, name))) => declared(store, table, name)?,
            (None, None) => None,
        };
        let name = column.name();
        // A time that is worked out by a view is no column.
        let holds = |shape| Holds { shape, converts: origin.is_some() };
        // The kinds' tables have columns that are for the program alone.
        if !name.starts_with('_') {
            columns.known.push(Known { name: name.to_owned(), holds: shape.map(holds) });
        }
    }
    Ok(columns)
}

/// Columns of our own that hold times.
const TIMES: [&str; 6] = ["AsOf", "At", "Since", "FirstSeen", "LastSeen", "Ended"];

/// What a column of a table of our own was made to hold.
fn declared(store: &Connection, table: &str, name: &str) -> rusqlite::Result<Option<Shape>> {
    let mut statement = store.prepare("SELECT type FROM pragma_table_info(?) WHERE name = ?")?;
    let mut types = statement.query_map([table, name], |row| row.get::<_, String>(0))?;
    Ok(match types.next().transpose()?.as_deref() {
        Some("TEXT") => Some(Shape::String),
        Some("INTEGER") => Some(Shape::Long),
        _ => None,
    })
}
