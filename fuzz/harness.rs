//! What is tried on every input, whoever thought it up: libFuzzer (`fuzz_targets`) or the short run of `tests/fuzz_corpus.rs`.
//!
//! Each function hands the bytes to one reader of foreign text. It must return, and what it returns must hold together: a
//! text that was written by the program is read by it as the same, bounds are in order, JSON is JSON.

use std::path::PathBuf;
use std::sync::Arc;

use rds_fleet::analysis::baseline::Baseline;
use rds_fleet::analysis::classes::class;
use rds_fleet::analysis::compare::{Database, Subject};
use rds_fleet::analysis::formula::{self, Machine};
use rds_fleet::analysis::meaning::{Key, Meaning};
use rds_fleet::analysis::own_names::NamedText;
use rds_fleet::analysis::rule_text;
use rds_fleet::analysis::rules::Rules;
use rds_fleet::analysis::setting::{Held, Named, Parameter, Section, Setting, Source};
use rds_fleet::config::{Configuration, Environment};
use rds_fleet::query::expression::{self, Mistake};
use rds_fleet::query::{Query, written_sql};
use rds_fleet::rds::answer::{Page, read_error, read_page};
use rds_fleet::rds::{Cell, Kind, kind, kinds};

/// A target by the name of its folder of inputs.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
#[allow(dead_code, reason = "libFuzzer's programs have one target each")]
pub const TARGETS: [Target; 6] = [
    ("xml", xml),
    ("config", config),
    ("expression", expression),
    ("formula", formula),
    ("baseline", baseline),
    ("rules", rules),
];

/// An answer of AWS, as a page of the kind whose element it has, and as an error.
pub fn xml(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let asked = kinds().iter().find(|kind| text.contains(&format!("<{}", kind.answer.wrapper)));
    if let Some(kind) = asked.or_else(|| kind("db-instances"))
        && let Ok(page) = read_page(kind, data)
    {
        check_page(kind, &page);
    }
    let error = read_error(data);
    for said in [error.code, error.message, error.request_id].into_iter().flatten() {
        assert_eq!(said.trim(), said, "what an error says has no blanks around it");
        assert!(!said.is_empty(), "an error says something or nothing at all");
    }
}

fn check_page(kind: &Kind, page: &Page) {
    assert_ne!(page.marker.as_deref(), Some(""), "an empty marker would ask for the first page again");
    for row in &page.rows {
        assert_eq!(row.cells.len(), kind.structure.members.len());
        let nested = row.cells.iter().filter_map(|cell| match cell {
            Cell::Json(text) => Some(text),
            _ => None,
        });
        for text in nested.chain(&row.unknown) {
            let read = serde_json::from_str::<serde_json::Value>(text);
            assert!(read.is_ok(), "{read:?}: {text}");
        }
    }
}

/// Behind it stands the credentials file.
const CREDENTIALS: &str = "%%credentials%%\n";

/// The config file, and after a line `%%credentials%%` the credentials file.
pub fn config(data: &[u8]) {
    let at = data.windows(CREDENTIALS.len()).position(|window| window == CREDENTIALS.as_bytes());
    let (config, credentials) = match at {
        Some(at) => (&data[..at], Some(&data[at + CREDENTIALS.len()..])),
        None => (data, None),
    };
    let variables = [("AWS_CONFIG_FILE", "/x/config"), ("AWS_SHARED_CREDENTIALS_FILE", "/x/credentials")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let environment = Environment::from_variables(variables, Some(PathBuf::from("/x")));
    let read = Configuration::from_texts(&environment, Some(config), credentials);
    for diagnostic in &read.diagnostics {
        assert!(!diagnostic.to_string().is_empty());
        assert_ne!(diagnostic.line, Some(0), "lines are counted from 1");
    }
    for profile in &read.profiles {
        assert_eq!(read.profile(&profile.name).map(|found| &found.name), Some(&profile.name));
        let shown = profile.shown_properties();
        assert!(shown.len() <= profile.properties.len());
        if let Some(secret) = shown.get("aws_secret_access_key") {
            assert!(secret == "****" || secret == "" || secret.is_object(), "a secret is shown: {secret}");
        }
    }
    for target in read.targets() {
        assert!(target.resolution.is_some(), "a target of which nobody knows where it leads");
    }
}

/// A condition, as a person writes it and as a file holds it.
pub fn expression(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some(kind) = kind("db-instances") else { panic!("db-instances is a kind") };
    match expression::parse(&text, &kind.columns) {
        Ok((search, filters)) => {
            let printed = expression::print(&search, &filters);
            assert!(!printed.contains(char::is_control), "{printed:?}");
            let again = expression::parse(&printed, &kind.columns);
            assert_eq!(again, Ok((search.clone(), filters.clone())), "printed as {printed:?}");
            let query = Query { search, filters, ..Query::of(kind) };
            if let Ok(sql) = written_sql(&query, kind, None) {
                assert!(!sql.contains('\0'), "SQLite takes it for the statement's end: {sql:?}");
            }
        }
        Err(mistake) => check_mistake(&text, &mistake),
    }
    match expression::parse_conditions(&text) {
        Ok(filters) => {
            let printed = expression::print("", &filters);
            assert_eq!(expression::parse_conditions(&printed), Ok(filters), "printed as {printed:?}");
        }
        Err(mistake) => check_mistake(&text, &mistake),
    }
}

fn check_mistake(text: &str, mistake: &Mistake) {
    let range = &mistake.range;
    assert!(range.start <= range.end && range.end <= text.chars().count(), "{range:?} of {text:?}");
    assert!(!mistake.message.is_empty());
}

/// The formula of a parameter, for machines of which much or little is known.
pub fn formula(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let full = |name: &str| Machine {
        class: class(name),
        storage: Some(107_374_182_400.0),
        port: Some(5432),
        is_replica: Some(true),
    };
    for machine in [Machine::default(), full("db.r6g.large"), full("db.t2.micro"), full("db.serverless")] {
        match formula::evaluate(&text, &machine) {
            Ok(computed) => assert!(computed.low <= computed.high, "{computed:?} of {text:?}"),
            Err(why) => assert!(!why.is_empty()),
        }
    }
    for is_text in [false, true] {
        let _ = formula::read(&text, is_text);
    }
    let Ok(expression) = formula::Expression::of(&text) else { return };
    for variable in expression.variables() {
        assert!(text.contains(variable));
    }
    let simple = expression.simplified();
    assert_eq!(simple.simplified(), simple, "{text:?}");
    for machine in [Machine::default(), full("db.r6g.large")] {
        assert_eq!(
            formula::computed(&simple, &machine).ok(),
            formula::computed(&expression, &machine).ok(),
            "{text:?} simplified to {simple:?}"
        );
        if let Ok(relation) = formula::relation(&expression, &simple, &machine) {
            assert_eq!(relation, formula::Relation::Same, "{text:?}");
        }
    }
}

/// A baseline, read, written, read again, and lined up beside a database with settings of every meaning.
pub fn baseline(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(baseline) = Baseline::of_text(&text) else { return };
    match baseline.text() {
        Ok(written) => assert_eq!(Baseline::of_text(&written).as_ref(), Ok(&baseline), "{written}"),
        Err(why) => panic!("what was read cannot be written: {why}"),
    }
    let column = baseline.subject(&[sample(&baseline)]);
    for named in &column.settings {
        assert!(baseline.covers(named.section, &named.name));
    }
}

/// A database that has every setting that the baseline names, each with another meaning.
fn sample(baseline: &Baseline) -> Subject {
    let meanings = [
        Meaning::Groups { vpc: "vpc-1".to_owned(), ids: vec!["sg-1".to_owned()] },
        Meaning::Number(1.0),
        Meaning::Amount(1.0),
        Meaning::Truth(true),
        Meaning::Words(vec![NamedText::plain("a")]),
        Meaning::Text(NamedText::plain("a")),
        Meaning::Key(Key::OfTheAccount),
        Meaning::EnginesOwn,
    ];
    let named = baseline.settings.iter().flat_map(|(word, settings)| {
        settings.keys().filter_map(|name| Some((Section::of_word(word)?, name.as_str())))
    });
    let settings = named.enumerate().map(|(at, (section, name))| {
        let meaning = meanings[at % meanings.len()].clone();
        let parameter = (section == Section::Parameters).then(|| parameter(name, at));
        let setting = Setting { text: Arc::from("a"), meaning, parameter, waits: None };
        Named { section, name: Arc::from(name), held: Held::Set(Box::new(setting)) }
    });
    Subject { database: Database::default(), settings: settings.collect(), gaps: Vec::new() }
}

fn parameter(name: &str, at: usize) -> Arc<Parameter> {
    Arc::new(Parameter {
        name: name.to_owned(),
        value: Some("1".to_owned()),
        source: Source::User,
        apply_type: "dynamic".to_owned(),
        data_type: ["integer", "boolean", "list", "string", "float"][at % 5].to_owned(),
        allowed: String::new(),
        apply_method: "immediate".to_owned(),
        group: Arc::from("group"),
        first_seen: None,
    })
}

/// A file of rules, with one rule put behind the others and taken out again.
pub fn rules(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let rules = Rules::of_text(&text);
    if let Ok(rules) = &rules {
        for (section, name) in [(Section::Tags, "TagList[app]"), (Section::Parameters, "work_mem")] {
            let _ = rules.ignores(section, name);
            let _ = rules.equates(section, name, "1", "ON");
        }
        assert_eq!(rules.clone().on(Rules::default()).ignored().len(), rules.ignored().len());
    }
    let Ok(longer) = rule_text::with_rule(&text, Section::Storage, "Iops", "because") else { return };
    let Ok(rules) = rules else { return };
    match Rules::of_text(&longer) {
        Ok(read) => {
            assert_eq!(read.ignored().len(), rules.ignored().len() + 1, "{longer}");
            assert!(read.ignores(Section::Storage, "Iops").is_some(), "{longer}");
        }
        Err(why) => panic!("a rule more, and the file cannot be read: {why}: {longer}"),
    }
    let shorter = rule_text::without_rule(&longer, rules.ignored().len());
    let shorter = shorter.and_then(|text| Rules::of_text(&text));
    assert_eq!(shorter.as_ref(), Ok(&rules), "{longer}");
}
