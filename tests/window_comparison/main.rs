//! Comparing databases through the window's accessibility tree: over the real core and the simulated AWS, whose
//! differences are planted, and over a made-up core for what happens around it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(feature = "window")]

#[path = "../fake_core/mod.rs"]
mod fake_core;
#[path = "../planted/mod.rs"]
mod planted;
mod rules;
mod times;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers, ThemePreference, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use rds_fleet::analysis::compare::{Comparison, Database, Subject};
use rds_fleet::analysis::meaning::Meaning;
use rds_fleet::analysis::own_names::NamedText;
use rds_fleet::analysis::rules::Rules;
use rds_fleet::analysis::setting::{Held, Named, Section, Setting};
use rds_fleet::config::Environment;
use rds_fleet::core::{Choice, Command, Compared, Core, Event, HoldAgainst, Options};
use rds_fleet::inventory::Place;
use rds_fleet::report::About;
use rds_fleet::sandbox::{Sandbox, Settings};
use rds_fleet::settings::{Told, Wish};
use rds_fleet::ui::{App, Link, Start};
use time::OffsetDateTime;

use fake_core::window::{Window, click, has, press, says};
use fake_core::{FakeCore, fleet, three_accounts};
use planted::{CAUSES, DATABASES, PLANTED};

/// The real core without a person's files.
#[derive(Clone)]
struct Real(Rc<Core>);

impl Link for Real {
    fn send(&self, command: Command) {
        self.0.send(command);
    }

    fn poll(&self) -> Option<Event> {
        self.0.poll()
    }

    fn wish(&self, _: Wish) {}

    fn told(&self) -> Option<Told> {
        None
    }
}

fn window_on(link: impl Link + Clone + 'static, folder: &Path) -> Window {
    let folder = folder.to_owned();
    let mut window = Harness::builder().with_size(vec2(1700.0, 2400.0)).with_max_steps(30).build_ui_state(
        move |ui, app: &mut Option<App>| {
            let start = Start { theme: ThemePreference::Dark, export_folder: folder.clone() };
            app.get_or_insert_with(|| App::new(ui.ctx(), Box::new(link.clone()), start)).ui(ui);
        },
        None,
    );
    window.run();
    window
}

/// Draws until something is so: the core works on threads of its own.
fn until(window: &mut Window, what: &str, is_so: impl Fn(&Window) -> bool) {
    let begun = Instant::now();
    while !is_so(window) {
        assert!(begun.elapsed() < Duration::from_secs(120), "{what}");
        std::thread::sleep(Duration::from_millis(20));
        window.run();
    }
}

/// A window in which the five databases of the planted application are compared.
fn compared(folder: &Path) -> (Window, Sandbox) {
    let sandbox = Sandbox::start(Settings { accounts: 12, planted: true, ..Settings::default() }).unwrap();
    let environment = Environment::from_variables(sandbox.variables(), None);
    let options = Options { store: Some(Place::Memory(None)), ..Options::of(environment) };
    let core = Rc::new(Core::start(options, || {}).unwrap());
    let mut window = window_on(Real(core), folder);
    until(&mut window, "the sweep ends", |window| says(window, "Swept 12 of 12 accounts"));
    press(&mut window, Modifiers::COMMAND, Key::F);
    window.event(egui::Event::Text("invoicing".to_owned()));
    until(&mut window, "five are found", |window| says(window, "DB instances, 5 rows"));
    window.get_by_role_and_label(Role::Row, "invoicing-dev").click();
    window.run();
    press(&mut window, Modifiers::COMMAND, Key::A);
    click(&mut window, Role::Button, "Compare 5 databases");
    until(&mut window, "they are compared", |window| says(window, "settings differ between 5 databases"));
    (window, sandbox)
}

/// Every fold whose name has some words is opened.
fn open(window: &mut Window, words: &str) {
    let names: Vec<String> = window
        .query_all_by_label_contains(words)
        .filter(|node| node.accesskit_node().role() == Role::DisclosureTriangle)
        .filter_map(|node| node.accesskit_node().label())
        .collect();
    for name in names {
        click(window, Role::DisclosureTriangle, &name);
    }
}

/// What is said of each database, by setting, in the order of `DATABASES`; of what is marked.
fn marked(window: &Window) -> BTreeMap<String, String> {
    let signs = BTreeMap::from([
        ("equal", "="),
        ("different", "≠"),
        ("missing", "∅"),
        ("waits", "⟳"),
        ("not known", "?"),
    ]);
    let mut found: BTreeMap<String, BTreeMap<usize, &str>> = BTreeMap::new();
    for cell in window.query_all_by_role(Role::Cell) {
        let label = cell.accesskit_node().label().unwrap_or_default();
        let Some((name, rest)) = label.split_once(", ") else { continue };
        let (title, _) = rest.split_once(": ").unwrap();
        let (_, word) = rest.rsplit_once(", ").unwrap();
        let database = DATABASES.iter().position(|known| title.ends_with(known)).unwrap();
        found.entry(name.to_owned()).or_default().insert(database, signs[word]);
    }
    let line = |signs: BTreeMap<usize, &str>| signs.into_values().collect::<Vec<_>>().join(" ");
    let lines = found.into_iter().map(|(name, signs)| (name, line(signs)));
    lines.filter(|(_, line)| line != "= = = = =").collect()
}

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
}

#[test]
fn everything_planted_is_found_and_nothing_else_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let (mut window, _sandbox) = compared(folder.path());
    // The first of production is held against, which is what most have.
    let first = DATABASES[0];
    let reference = window
        .query_all_by_role(Role::Button)
        .find(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with(first)));
    reference.unwrap().click();
    until(&mut window, "it is the reference", |window| {
        has(window, Role::Button, &format!("{first}, reference"))
    });
    assert!(says(&window, "Held against invoicing-prod"));
    for cause in CAUSES.iter().map(|(_, cause)| cause).collect::<BTreeSet<_>>() {
        let count = CAUSES.iter().filter(|(_, known)| known == cause).count();
        let word = if count == 1 { "setting follows" } else { "settings follow" };
        assert!(has(&window, Role::DisclosureTriangle, &format!("{count} {word} from {cause}")), "{cause}");
    }
    open(&mut window, " from ");
    assert_eq!(marked(&window), pairs(PLANTED));
    // What is equal is equal when it is looked at as well.
    open(&mut window, "equal settings of Security");
    open(&mut window, "equal settings of Network");
    assert!(says(&window, "CACertificateIdentifier, "));
    assert_eq!(marked(&window), pairs(PLANTED));
    click(&mut window, Role::Button, "Hold against the majority");
    until(&mut window, "nobody is the reference", |window| says(window, "Held against the majority"));
}

#[test]
fn a_comparison_is_filtered_zoomed_into_written_and_come_back_to() {
    let folder = tempfile::tempdir().unwrap();
    let (mut window, _sandbox) = compared(folder.path());
    click(&mut window, Role::Button, "Differs in exactly one");
    assert!(has(&window, Role::Button, "work_mem") && !has(&window, Role::Button, "Iops"));
    click(&mut window, Role::Button, "Differs in exactly one");
    window.get_by_label("Find setting or value").focus();
    window.run();
    window.event(egui::Event::Text("65536".to_owned()));
    window.run();
    assert!(has(&window, Role::Button, "work_mem") && !has(&window, Role::Button, "Iops"));
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(has(&window, Role::Button, "Iops"), "the search is gone");

    // From the map to the setting, with all its values and what its group says.
    click(&mut window, Role::Button, "Heat map");
    assert!(says(&window, &format!("Heat map: {} settings of 5 databases", PLANTED.len())));
    click(&mut window, Role::Button, "max_connections");
    assert!(says(&window, "max_connections, 481329524788/eu-central-1/invoicing-prod"));
    assert!(says(&window, "Its difference follows from DBInstanceClass."));
    assert!(says(&window, "AllowedValues") && says(&window, "postgres 17.6: 1"));
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!says(&window, "AllowedValues"));
    click(&mut window, Role::Button, "Values in use");
    click(&mut window, Role::Button, "DBInstanceClass: 4 values, 3 differ");
    assert!(says(&window, "db.t4g.medium"));

    // Elsewhere and back.
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    assert!(!has(&window, Role::Button, "Heat map"));
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert!(has(&window, Role::Button, "Heat map"), "back at the comparison");
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    click(&mut window, Role::Button, "Comparison");
    assert!(says(&window, "settings differ between 5 databases"), "it is still there");

    // What is made of it.
    click(&mut window, Role::Button, "Copy as Markdown");
    until(&mut window, "it is copied", |window| says(window, "rows copied as a Markdown table"));
    let report = folder.path().join("rds-fleet-comparison.md");
    click(&mut window, Role::Button, "Report…");
    click(&mut window, Role::RadioButton, "Markdown");
    click(&mut window, Role::Button, "Write");
    until(&mut window, "the report is written", |window| says(window, "settings written to"));
    let written = std::fs::read_to_string(report).unwrap();
    assert!(written.starts_with("## Comparison") && written.contains("≠ 65536"), "{written}");
    click(&mut window, Role::Button, "Close");
    let baseline = folder.path().join("baseline.toml");
    click(&mut window, Role::Button, "Save as baseline…");
    click(&mut window, Role::Button, "Save");
    until(&mut window, "the baseline is written", |window| says(window, "settings written to"));
    assert!(std::fs::read_to_string(&baseline).unwrap().contains("work_mem = \"16384\""));
    click(&mut window, Role::Button, "Close");

    // Who departs from it: a click leads to the cell.
    press(&mut window, Modifiers::COMMAND, Key::P);
    window.get_by_role(Role::EditableComboBox).type_text("drift");
    window.run();
    press(&mut window, Modifiers::NONE, Key::Enter);
    window.event(egui::Event::Text(baseline.display().to_string()));
    window.run();
    click(&mut window, Role::Button, "Compare");
    until(&mut window, "who departs is known", |window| says(window, "departures, 5 databases"));
    let departs = "work_mem, 481329524788/eu-central-1/invoicing-prod: 65536, different, since";
    let line =
        window.query_all_by_label_contains(departs).find(|node| node.accesskit_node().role() == Role::Button);
    line.expect("the departure").click();
    window.run();
    assert!(has(&window, Role::Cell, "work_mem, 481329524788/eu-central-1/invoicing-prod: 65536, different"));

    // What cannot be read takes nothing away.
    press(&mut window, Modifiers::COMMAND, Key::P);
    window.get_by_role(Role::EditableComboBox).type_text("drift");
    window.run();
    press(&mut window, Modifiers::NONE, Key::Enter);
    window.event(egui::Event::Text("/no/such/file".to_owned()));
    window.run();
    click(&mut window, Role::Button, "Compare");
    until(&mut window, "it is said", |window| says(window, "the baseline /no/such/file cannot be read"));
    click(&mut window, Role::Button, "Show the comparison before");
    assert!(says(&window, "departures, 5 databases"));
}

/// A window on a made-up core with forty instances.
fn made_up() -> (Window, FakeCore) {
    let core = FakeCore::default();
    *core.0.rows.borrow_mut() = 40;
    core.say(Event::Fleet(Arc::new(fleet(three_accounts()))));
    (window_on(core.clone(), &PathBuf::from("/home/ann")), core)
}

fn choices(core: &FakeCore) -> Vec<Choice> {
    core.told(|command| match command {
        Command::Compare(compare) => Some(compare.choice.clone()),
        _ => None,
    })
}

#[test]
fn two_rows_or_more_are_compared_by_a_key_and_one_is_not() {
    let (mut window, core) = made_up();
    window.get_by_role_and_label(Role::Row, "db-3").click();
    window.run();
    press(&mut window, Modifiers::COMMAND, Key::D);
    assert!(choices(&core).is_empty() && !says(&window, "Compare 1"));
    press(&mut window, Modifiers::SHIFT, Key::ArrowDown);
    press(&mut window, Modifiers::COMMAND, Key::D);
    let [Choice::Rows(rows)] = &choices(&core)[..] else { panic!("rows are compared") };
    assert_eq!(rows[..], [("db-instances", 103), ("db-instances", 104)]);
    assert!(says(&window, "Comparing…"));
    core.say(Event::Comparison(Err("the store is being made anew".to_owned())));
    window.run();
    assert!(says(&window, "the store is being made anew."));
}

#[test]
fn the_grids_menu_compares_all_that_match_and_what_is_collected_can_be_given_up() {
    let (mut window, core) = made_up();
    window.get_by_role_and_label(Role::Row, "db-3").click_secondary();
    window.run();
    click(&mut window, Role::Button, "Compare all that match");
    let [Choice::Query(query)] = &choices(&core)[..] else { panic!("a query is compared") };
    assert_eq!(query.kind, "db-instances");
    click(&mut window, Role::Button, "Give up");
    assert!(says(&window, "it was given up."));
    let cancelled = core.told(|command| matches!(command, Command::Cancel).then_some(()));
    assert_eq!(cancelled.len(), 1);
    assert_eq!(core.swept(), [None], "the core collects what a comparison needs by itself");
}

#[test]
fn instances_and_clusters_are_compared_apart_and_that_is_said() {
    let (mut window, core) = made_up();
    window.get_by_role_and_label(Role::Row, "db-3").click();
    window.run();
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    window.get_by_role_and_label(Role::Row, "db-5").click();
    window.run();
    press(&mut window, Modifiers::COMMAND, Key::D);
    assert!(choices(&core).is_empty());
    assert!(says(
        &window,
        "Instances and clusters are compared apart: the selected instance is not among them"
    ));
}

/// Shows a comparison of some databases with one setting.
fn show(window: &mut Window, core: &FakeCore, subjects: Vec<Subject>, rules: Rules) {
    let comparison = Comparison::of(subjects, &rules, None);
    let compared = Compared::new(comparison, Arc::new(rules), about());
    core.say(Event::Comparison(Ok(Arc::new(compared))));
    window.run();
    press(window, Modifiers::COMMAND, Key::Num6);
}

fn about() -> About {
    About {
        title: "Comparison".to_owned(),
        scope: Vec::new(),
        made: OffsetDateTime::now_utc(),
        coverage: Vec::new(),
        broken: Vec::new(),
    }
}

/// What the core is asked to judge once more.
fn judged(core: &FakeCore) -> Vec<HoldAgainst> {
    core.told(|command| match command {
        Command::HoldAgainst(asked) => Some(asked.clone()),
        _ => None,
    })
}

#[test]
fn one_engine_family_is_compared_alone() {
    let (mut window, core) = made_up();
    let of = |name: &str, iops: &str, family: &str| {
        let mut subject = subject(name, iops, None);
        family.clone_into(&mut subject.database.family);
        subject
    };
    let subjects =
        vec![of("db-1", "1", "postgres16"), of("db-2", "2", "mysql8.0"), of("db-3", "1", "postgres16")];
    show(&mut window, &core, subjects, Rules::usual());
    window.get_by_label("Engine family").click();
    window.run();
    click(&mut window, Role::Button, "postgres16 (2)");
    let [asked] = &judged(&core)[..] else { panic!("{:?}", judged(&core).len()) };
    assert_eq!((asked.family.as_deref(), asked.reference), (Some("postgres16"), None));
    // The answer says of whom it is; the others are still there to choose.
    let mut comparison = asked.compared.comparison.clone();
    comparison.only_of("postgres16");
    comparison.hold_against(None, &asked.rules);
    let of = Some(("postgres16".to_owned(), Arc::clone(&asked.compared)));
    let part = Compared { of, ..Compared::new(comparison, Arc::clone(&asked.rules), about()) };
    core.say(Event::Comparison(Ok(Arc::new(part))));
    window.run();
    assert!(says(&window, "0 of 1 settings differ between 2 databases"));
    window.get_by_label("Engine family").click();
    window.run();
    assert!(has(&window, Role::Button, "mysql8.0 (1)"));
    click(&mut window, Role::Button, "All engine families");
    assert_eq!(judged(&core).pop().unwrap().family, None);
}

/// How wide a column is.
fn width(window: &Window, name: &str) -> f32 {
    let name = format!("Width of {name}");
    let node = window.get_by_role_and_label(Role::Splitter, &name);
    node.accesskit_node().numeric_value().unwrap() as f32
}

#[test]
fn columns_are_made_wider_by_dragging_and_by_keys_and_stay_so() {
    let (mut window, core) = made_up();
    let subjects =
        || vec![subject("db-1", "1", None), subject("db-2", "2", None), subject("db-3", "1", None)];
    show(&mut window, &core, subjects(), Rules::usual());
    let before = (width(&window, "the settings' names"), width(&window, "db-1"), width(&window, "db-2"));
    for (name, way) in [("the settings' names", 80.0), ("db-2", -60.0)] {
        let edge = window.get_by_role_and_label(Role::Splitter, &format!("Width of {name}")).rect().center();
        window.drag_at(edge);
        window.run();
        window.hover_at(edge + vec2(way, 0.0));
        window.run();
        window.drop_at(edge + vec2(way, 0.0));
        window.run();
    }
    let near = |one: f32, other: f32| (one - other).abs() < 2.0;
    assert!(near(width(&window, "the settings' names"), before.0 + 80.0));
    assert!(near(width(&window, "db-2"), before.2 - 60.0), "{} {}", width(&window, "db-2"), before.2);
    // The keys are at the first database.
    let first = width(&window, "db-1");
    press(&mut window, Modifiers::SHIFT, Key::ArrowLeft);
    assert!(width(&window, "db-1") < first);
    // Another comparison of the same databases has their widths.
    let second = width(&window, "db-2");
    show(&mut window, &core, subjects(), Rules::usual());
    assert_eq!(width(&window, "db-2"), second);
}

/// A database with one setting, and with a gap where its parameters could not be read.
fn subject(name: &str, iops: &str, gap: Option<&str>) -> Subject {
    let setting = Setting {
        text: iops.into(),
        meaning: Meaning::Text(NamedText::plain(iops)),
        parameter: None,
        waits: None,
    };
    Subject {
        database: Database { kind: "db-instances", identifier: name.into(), ..Database::default() },
        settings: vec![Named {
            section: Section::Storage,
            name: "Iops".into(),
            held: Held::Set(Box::new(setting)),
        }],
        gaps: gap.into_iter().map(|why| (Section::Parameters, why.into())).collect(),
    }
}

#[test]
fn what_could_not_be_read_is_said_and_is_never_equal() {
    let (mut window, core) = made_up();
    let denied = "denied: User is not authorized to perform: rds:DescribeDBParameters";
    let subjects = vec![subject("db-1", "3000", None), subject("db-2", "3000", Some(denied))];
    let comparison = Comparison::of(subjects, &Rules::default(), None);
    let compared = Compared::new(comparison, Arc::default(), about());
    core.say(Event::Comparison(Ok(Arc::new(compared))));
    window.run();
    assert!(!says(&window, "Not collected"), "nobody is taken from the grid by an answer");
    press(&mut window, Modifiers::COMMAND, Key::Num6);
    assert!(says(
        &window,
        &format!("Not collected, and may differ as well: db-2, Effective parameters: {denied}")
    ));
    assert!(says(&window, &format!("(not collected), db-2: not known ({denied}), not known")));
    assert!(has(&window, Role::Button, "Not collected"));
    assert!(says(&window, "0 of 1 settings differ"));
    assert!(says(&window, "Effective parameters, not collected of every database"));
}
