use super::*;
use crate::query::{Filter, Test};
use crate::rds::{Column, Shape, kind};

fn columns() -> &'static [Column] {
    &kind("db-instances").unwrap().columns
}

fn on(column: &str, test: Test) -> Filter {
    Filter::column(column, test)
}

fn is(column: &str, choices: &[&str]) -> Filter {
    on(column, Test::Is(choices.iter().map(|choice| (*choice).to_owned()).collect()))
}

fn not(filter: Filter) -> Filter {
    Filter::Not(Box::new(filter))
}

#[test]
fn it_reads_as_english_and_forgives() {
    let from = |text: &str| Test::Between { from: Some(text.to_owned()), to: None };
    let (search, filters) = parse(
        "Engine is postgres or mysql and allocatedstorage>=100 AND not MultiAZ is true and \
         DBInstanceIdentifier contains \"billing\" and EngineVersion matches \"^1[34]\\.\" and KmsKeyId is absent \
         and \"free words\"",
        columns(),
    )
    .unwrap();
    assert_eq!(search, "free words");
    let expected = [
        is("Engine", &["postgres", "mysql"]),
        on("AllocatedStorage", from("100")),
        not(is("MultiAZ", &["true"])),
        on("DBInstanceIdentifier", Test::Contains("billing".into())),
        on("EngineVersion", Test::Matches("^1[34]\\.".into())),
        on("KmsKeyId", Test::Absent),
    ];
    assert_eq!(filters, expected);
    assert_eq!(
        print(&search, &filters),
        "\"free words\" and Engine is postgres or mysql and AllocatedStorage >= 100 and MultiAZ is not true and \
         DBInstanceIdentifier contains billing and EngineVersion matches \"^1[34]\\.\" and KmsKeyId is absent"
    );
    for (one, other) in [
        ("Engine = 'postgres'", "Engine is postgres"),
        ("Engine in (postgres, mysql)", "Engine is postgres or mysql"),
        ("Engine <> postgres", "Engine is not postgres"),
        ("Engine not in (postgres, mysql)", "not (Engine is postgres or mysql)"),
        ("KmsKeyId is not null", "KmsKeyId is present"),
        ("Engine is postgres or MultiAZ is true", "(Engine is postgres) or (MultiAZ = true)"),
        (
            "MultiAZ is true or Engine is a or b and Iops > 5",
            "MultiAZ is true or (Engine in (a, b) and Iops > 5)",
        ),
        ("InstanceCreateTime between -7d and now", "instancecreatetime BETWEEN \"-7d\" AND 'now'"),
        ("billing prod", "\"billing prod\""),
        ("billing and Engine is x and prod", "Engine is x and \"billing prod\""),
        ("not (MultiAZ is true)", "MultiAZ is not true"),
        ("", "  "),
    ] {
        let read = |text: &str| parse(text, columns()).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
        assert_eq!(read(one), read(other), "{one}");
    }
}

#[test]
fn a_mistake_says_where_it_is_and_what_was_expected() {
    for (text, meant, said) in [
        ("Engin is postgres", "Engin", "did you mean Engine?"),
        ("Engine is", "", "a value is expected"),
        ("Engine is and", "and", "write \"and\""),
        ("Engine postgres", "postgres", "after the column Engine, is, in"),
        ("Engine", "", "“Engine” is searched for"),
        ("Engine is a b", "b", "wants quotation marks"),
        ("Engine is a and", "", "a condition is expected"),
        ("(Engine is a", "", ") is expected"),
        ("Engine is a)", ")", "no parenthesis is open"),
        ("ü and Engine is \"a", "\"a", "no closing quotation mark"),
        ("AllocatedStorage >= ten and x", "ten", "“ten” is no number"),
        ("InstanceCreateTime between soon and now", "soon and now", "“soon” is no time"),
        ("Engine matches \"(\"", "\"(\"", "no regular expression"),
        ("Engine is a or (billing)", "billing", "searched for in all columns"),
        ("not billing", "billing", "searched for in all columns"),
        ("Engine in a", "a", "( is expected"),
        ("Engine between a or b", "or", "and is expected"),
        ("Engine ! a", "!", "after the column Engine"),
        (", x", ",", "a condition is expected"),
    ] {
        let mistake = parse(text, columns()).expect_err(text);
        let at: String = text.chars().skip(mistake.range.start).take(mistake.range.len()).collect();
        assert_eq!(at, meant, "{text}: {mistake}");
        assert!(mistake.message.contains(said), "{text}: {mistake}");
        assert!(meant.is_empty() == (mistake.range.start == text.chars().count()), "{text}");
    }
    assert!(parse(&"(".repeat(100_000), columns()).is_err());
    assert!(parse(&"not ".repeat(100_000), columns()).is_err());
}

/// Draws, always the same.
struct Draw(u64);

impl Draw {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 40] = [
            "a",
            "Z",
            "0",
            " ",
            "  ",
            "\"",
            "'",
            "\\",
            "\\\\",
            "\\\"",
            "\\n",
            "\\u{41}",
            "\\u",
            "\n",
            "\r",
            "\t",
            "\0",
            "\u{7f}",
            "\u{85}",
            "\u{a0}",
            "\u{202e}",
            "\u{2028}",
            "\u{feff}",
            "ü",
            "😀",
            "(",
            ")",
            ",",
            "=",
            "<",
            "!",
            "and",
            "or",
            " not ",
            "is",
            "-7d",
            "any",
            ".",
            "^1[34]\\.\\d",
            "\\ü",
        ];
        (0..self.below(5)).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }

    fn bound(&mut self) -> Option<String> {
        (self.below(3) > 0).then(|| self.text())
    }

    fn filter(&mut self, columns: &[Column], depth: usize) -> Filter {
        let some = self.below(4);
        match self.below(if depth == 0 { 5 } else { 10 }) {
            5 | 6 => Filter::Not(Box::new(self.filter(columns, depth - 1))),
            7 => Filter::Any((0..some).map(|_| self.filter(columns, depth - 1)).collect()),
            8 => Filter::All((0..some).map(|_| self.filter(columns, depth - 1)).collect()),
            9 => match self.below(2) {
                0 => less(&columns[self.below(columns.len())].name, self.text()),
                _ => greater(&columns[self.below(columns.len())].name, self.text()),
            },
            test => {
                let test = match test {
                    0 => Test::Contains(self.text()),
                    1 => Test::Is((0..self.below(6)).map(|_| self.text()).collect()),
                    2 => Test::Matches(regex::escape(&self.text())),
                    3 => Test::Between { from: self.bound(), to: self.bound() },
                    _ => Test::Absent,
                };
                on(&columns[self.below(columns.len())].name, test)
            }
        }
    }
}

#[test]
fn what_is_printed_is_read_as_the_same() {
    let mut draw = Draw(3);
    // Columns of a person's own SQL may be called anything.
    let mut names: Vec<String> =
        ["Engine", "engine", "count(*)", "and", "Any", "a \"b\"", "", "1", "\n"].map(str::to_owned).into();
    names.extend((0..9).map(|_| draw.text()));
    names.dedup();
    let columns: Vec<Column> =
        names.into_iter().map(|name| Column::new(name, Shape::String, false)).collect();
    for _ in 0..4000 {
        let search = draw.text();
        let filters: Vec<Filter> = (0..draw.below(4)).map(|_| draw.filter(&columns, 3)).collect();
        let text = print(&search, &filters);
        assert!(!text.contains(['\n', '\r', '\0', '\u{202e}']), "{text:?}");
        match parse(&text, &columns) {
            Ok(read) => assert_eq!(read, (search, filters), "{text}"),
            Err(mistake) => panic!("{text}\n{mistake:?}\n{filters:?}"),
        }
    }
}

#[test]
fn a_filter_alone_reads_well() {
    for (filter, expected) in [
        (is("Engine", &["postgres", "mysql"]), "Engine is postgres or mysql"),
        (is("Engine", &["a", "b", "c", "d"]), "Engine in (a, b, c, d)"),
        (not(is("Engine", &["a", "b"])), "Engine not in (a, b)"),
        (
            Filter::Any(vec![is("Engine", &["a", "b"]), on("MultiAZ", Test::Absent)]),
            "Engine in (a, b) or MultiAZ is absent",
        ),
        (less("Iops", "5".into()), "Iops < 5"),
        (on("Iops", Test::Between { from: Some("1".into()), to: Some("5".into()) }), "Iops between 1 and 5"),
        (not(on("Engine", Test::Contains("x y".into()))), "not Engine contains \"x y\""),
    ] {
        assert_eq!(filter.to_string(), expected);
    }
}
