//! Rows as AWS may send them, drawn by proptest from the shape table: every member of a kind by its shape, or absent, or
//! empty, with texts that are hard to quote, to compare and to find.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use proptest::collection::{hash_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rds_fleet::rds::{Cell, Kind, Row, Shape};
use serde_json::{Map, Value};

/// Texts that have been hard for somebody.
const HOSTILE: [&str; 36] = [
    "",
    " ",
    "0",
    "-5",
    "1e5",
    "4.0",
    "true",
    "False",
    "null",
    "=1+1",
    "+49",
    "-",
    "@x",
    "\t",
    "\r\n",
    "a\0b",
    "%_*",
    "o'clock \"x\" \\",
    "\\\\server\\share",
    "[not json",
    "[]",
    "{}",
    "{\"Key\":\"a\"}",
    "[1,\"x\"]",
    "key=value; other=(x)",
    "a:b, c;d",
    "Jürgen",
    "JÜRGEN Straße",
    "\u{212a}elvin",
    "ΟΔΟΣ:ΑΣ",
    "İstanbul",
    "e\u{301}\u{200b}x",
    "数据库 🗄",
    "arn:aws:rds:eu-central-1:111111111111:db:orders",
    "db1.abc.eu-central-1.rds.amazonaws.com",
    "2026-11-22T10:00:00.123000+00:00",
];

/// A text of a member: a usual one, a hostile one, or anything.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,6}(-[a-z0-9]{1,4}){0,2}",
        3 => proptest::sample::select(&HOSTILE[..]).prop_map(str::to_owned),
        1 => "[A-Za-zÜΣİ=;:(){}\\[\\], \"\\\\]{1,10}",
        1 => "\\PC{0,8}",
    ]
}

fn timestamp() -> impl Strategy<Value = String> {
    (2020..2030, 1..13, 1..29, 0..24, option::of(1..1_000_000)).prop_map(
        |(year, month, day, hour, fraction)| {
            let fraction = fraction.map(|fraction| format!(".{fraction:06}")).unwrap_or_default();
            format!("{year}-{month:02}-{day:02}T{hour:02}:00:00{fraction}+00:00")
        },
    )
}

fn double() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(0.5), Just(4.0), Just(128.0), Just(1e16), Just(-2.5e-7), -1e6..1e6]
}

fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![0..100_i64, any::<i64>()]
}

/// A value within a list or structure.
fn nested(shape: &Shape) -> BoxedStrategy<Value> {
    match shape {
        Shape::Integer | Shape::Long => integer().prop_map(Value::from).boxed(),
        Shape::Double => double().prop_map(Value::from).boxed(),
        Shape::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Shape::Timestamp => timestamp().prop_map(Value::from).boxed(),
        Shape::List(list) => vec(nested(&list.of), 0..3).prop_map(Value::from).boxed(),
        Shape::Map(of) => {
            hash_map(text(), nested(of), 0..3).prop_map(|map| map.into_iter().collect::<Value>()).boxed()
        }
        Shape::Structure(structure) => {
            let members: Vec<(String, BoxedStrategy<Value>)> =
                structure.members.iter().map(|member| (member.name.clone(), nested(&member.shape))).collect();
            // AWS sends all of a structure, some of it, or nothing.
            let (names, values): (Vec<String>, Vec<BoxedStrategy<Value>>) = members.into_iter().unzip();
            let sent = prop_oneof![3 => Just(0.9), 2 => Just(0.2), 1 => Just(0.0)];
            let chosen = vec(0.0..1.0, names.len());
            (sent, chosen, values)
                .prop_map(move |(sent, chosen, values)| {
                    let members = names.iter().zip(values).zip(chosen).filter(|(_, chosen)| *chosen < sent);
                    let members = members.map(|((name, value), _)| (name.clone(), value));
                    Value::Object(members.collect::<Map<String, Value>>())
                })
                .boxed()
        }
        _ => text().prop_map(Value::from).boxed(),
    }
}

/// A cell of a shape, as the reader of AWS's answers makes them.
pub fn cell(shape: &Shape) -> BoxedStrategy<Cell> {
    let sent = match shape {
        Shape::Integer | Shape::Long => integer().prop_map(Cell::Integer).boxed(),
        Shape::Double => double().prop_map(Cell::Double).boxed(),
        Shape::Boolean => any::<bool>().prop_map(Cell::Boolean).boxed(),
        Shape::Timestamp => timestamp().prop_map(Cell::Text).boxed(),
        shape if shape.is_nested() => nested(shape).prop_map(|value| Cell::Json(value.to_string())).boxed(),
        _ => text().prop_map(Cell::Text).boxed(),
    };
    prop_oneof![1 => Just(Cell::Absent), 4 => sent].boxed()
}

/// A row of a kind, with every member there is.
pub fn row(kind: &Kind) -> BoxedStrategy<Row> {
    let cells: Vec<BoxedStrategy<Cell>> =
        kind.structure.members.iter().map(|member| cell(&member.shape)).collect();
    cells.prop_map(|cells| Row { cells, unknown: None }).boxed()
}

/// So many rows of a kind, always the same for one seed.
pub fn rows(kind: &Kind, count: usize, seed: u8) -> Vec<Row> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let row = row(kind);
    (0..count).map(|_| row.new_tree(&mut runner).expect("a row").current()).collect()
}
