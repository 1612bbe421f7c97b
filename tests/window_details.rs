//! The details of a row, what it has to do with, the way back, and the tree of accounts, by accessible role and name, on
//! a made-up core.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(feature = "window")]

mod fake_core;

use std::path::PathBuf;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Modifiers, ThemePreference, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use rds_fleet::core::{Command, Event, Field, Fleet, Found, Link, Record, Relations};
use rds_fleet::failure::State;
use rds_fleet::query::{Filter, Test};
use rds_fleet::rds::readable::Line;
use rds_fleet::settings::{EnvironmentRule, Settings};
use rds_fleet::ui::{App, Remembered, Start};

use fake_core::{FakeCore, account, fleet, three_accounts};

type Window = Harness<'static, Option<App>>;

fn window(fleet: Fleet, settings: Settings) -> (Window, FakeCore) {
    let core = FakeCore::default();
    *core.0.rows.borrow_mut() = 40;
    core.say(Event::Fleet(Arc::new(fleet)));
    let link = core.clone();
    let mut window = Harness::builder().with_size(vec2(1700.0, 900.0)).with_max_steps(20).build_ui_state(
        move |ui, app: &mut Option<App>| {
            let start =
                Start { theme: ThemePreference::Dark, export_folder: PathBuf::from("/home/ann/Documents") };
            let remembered = Remembered { settings: settings.clone(), ..Remembered::default() };
            let link = Box::new(link.clone());
            app.get_or_insert_with(|| App::opened(ui.ctx(), link, start, remembered)).ui(ui);
        },
        None,
    );
    window.run();
    (window, core)
}

fn click(window: &mut Window, role: Role, name: &str) {
    window.get_by_role_and_label(role, name).click();
    window.run();
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

fn is_there(window: &Window, role: Role, name: &str) -> bool {
    window.query_by_role_and_label(role, name).is_some()
}

fn says(window: &Window, text: &str) -> bool {
    window.query_all_by_label_contains(text).next().is_some()
}

fn link(title: &'static str, kind: &'static str, name: Option<&str>, found: Found) -> Link {
    Link {
        title,
        name: name.map(str::to_owned),
        kind,
        account: Some("111111111111".to_owned()),
        region: Some("eu-west-1".to_owned()),
        filters: vec![Filter::column("Region", Test::Is(vec!["eu-west-1".to_owned()]))],
        found,
    }
}

/// A window whose details show the third row, which has to do with others.
fn opened() -> (Window, FakeCore) {
    let (mut window, core) = window(fleet(three_accounts()), Settings::default());
    click(&mut window, Role::Row, "db-2");
    press(&mut window, Modifiers::NONE, Key::Enter);
    core.say(Event::Relations(Arc::new(Relations {
        kind: "db-instances",
        row: 102,
        links: vec![
            link("Cluster", "db-clusters", Some("orders"), Found::One(104)),
            link("Replicas", "db-instances", None, Found::Rows(3)),
            link("Snapshots", "db-snapshots", None, Found::NotCollected),
            link("Events", "events", None, Found::Rows(0)),
        ],
    })));
    window.run();
    (window, core)
}

#[test]
fn the_details_say_what_a_row_has_to_do_with_and_ask_for_it() {
    let (window, core) = opened();
    let asked = core.told(|command| match command {
        Command::Relations { kind, row } => Some((*kind, *row)),
        _ => None,
    });
    assert_eq!(asked, [("db-instances", 102)]);
    assert!(is_there(&window, Role::Link, "Cluster: orders"));
    assert!(is_there(&window, Role::Link, "Replicas: 3"));
    assert!(is_there(&window, Role::Link, "Snapshots: not collected yet"));
    assert!(says(&window, "Events"), "that there are none is said");
}

#[test]
fn a_link_leads_to_its_row_and_the_way_back_to_where_one_was() {
    let (mut window, core) = opened();
    click(&mut window, Role::Link, "Cluster: orders");
    let shown = core.shown();
    assert_eq!(shown.kind, "db-clusters");
    assert_eq!(shown.filters.len(), 1);
    let asked = || {
        core.told(|command| match command {
            Command::Record { kind, row } => Some((*kind, *row)),
            _ => None,
        })
    };
    assert_eq!(asked().last(), Some(&("db-clusters", 104)), "the only one is opened");

    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!((core.shown().kind.as_str(), core.shown().filters.len()), ("db-instances", 0));
    assert_eq!(asked().last(), Some(&("db-instances", 102)), "with the row that had the focus");
    click(&mut window, Role::Button, "Forward");
    assert_eq!(core.shown().kind, "db-clusters");
    click(&mut window, Role::Button, "Back");
    assert_eq!(core.shown().kind, "db-instances");
}

#[test]
fn what_is_not_collected_yet_is_collected_when_it_is_wanted() {
    let (mut window, core) = opened();
    click(&mut window, Role::Link, "Snapshots: not collected yet");
    let swept = core.told(|command| match command {
        Command::Sweep { kinds, .. } => Some(kinds.clone()),
        _ => None,
    });
    assert_eq!(swept.last().unwrap(), &["db-snapshots"]);
    assert_eq!(core.shown().kind, "db-snapshots");
    assert!(!is_there(&window, Role::TextInput, "Find member"), "many rows are shown in full width");
}

#[test]
fn typing_is_no_place_of_its_own_to_go_back_to() {
    let (mut window, core) = window(fleet(three_accounts()), Settings::default());
    press(&mut window, Modifiers::NONE, Key::Slash);
    for letter in ["d", "b"] {
        window.event(egui::Event::Text(letter.to_owned()));
        window.run();
    }
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(core.shown().search, "db", "there is nowhere to go back to");
}

#[test]
fn members_stand_in_sections_that_fold_and_tags_by_their_keys() {
    let (mut window, core) = opened();
    let field = |name: &str, text: &str| Field {
        name: name.to_owned(),
        type_name: "string",
        text: text.to_owned(),
        lines: Vec::new(),
        absent: false,
    };
    let tag = Line { depth: 0, begins: false, name: Some("env".into()), value: "prod".into(), tag: true };
    core.say(Event::Record(Arc::new(Record {
        kind: "db-instances",
        row: 102,
        fields: vec![
            field("DBInstanceIdentifier", "db-2"),
            field("DBInstanceStatus", "storage-full"),
            field("AllocatedStorage", "20"),
            field("TurboMode", "on"),
            Field { lines: vec![tag], ..field("TagList", "env = prod") },
        ],
        json: "{}".to_owned(),
    })));
    window.run();
    for section in ["Identity", "Status", "Storage", "Tags", "Other"] {
        assert!(is_there(&window, Role::DisclosureTriangle, section), "{section}");
    }
    assert!(!is_there(&window, Role::DisclosureTriangle, "Network"), "a section without members");
    assert!(is_there(&window, Role::Button, "Copy env"), "a tag is copied by its key");
    click(&mut window, Role::DisclosureTriangle, "Storage");
    assert!(!is_there(&window, Role::Button, "Copy AllocatedStorage"));
    click(&mut window, Role::TextInput, "Find member");
    window.event(egui::Event::Text("20".to_owned()));
    window.run();
    assert!(is_there(&window, Role::Button, "Copy AllocatedStorage"), "what is searched for is unfolded");
    assert!(!is_there(&window, Role::Button, "Copy TurboMode"));
}

fn named() -> Settings {
    let rule = |name: &str, profile: Option<&str>, tag: Option<&str>| EnvironmentRule {
        name: name.to_owned(),
        profile: profile.map(str::to_owned),
        tag: tag.map(str::to_owned),
    };
    Settings {
        environments: vec![
            rule("Production", Some("DB1"), Some("env=prod")),
            rule("Test", Some("DB2"), None),
        ],
        accounts: [("111111111111".to_owned(), "Billing".to_owned())].into(),
        ..Settings::default()
    }
}

#[test]
fn accounts_stand_under_their_environments_and_are_called_what_people_call_them() {
    let (mut window, core) = window(fleet(three_accounts()), named());
    for name in ["Environment Production", "Environment Test", "Environment Other"] {
        assert!(is_there(&window, Role::CheckBox, name), "{name}");
    }
    assert!(is_there(&window, Role::CheckBox, "Account Billing, 111111111111"));
    click(&mut window, Role::CheckBox, "Environment Test");
    assert_eq!(core.shown().targets, Some(vec![1, 3]));
    click(&mut window, Role::DisclosureTriangle, "Fold environment Test");
    assert!(!is_there(&window, Role::CheckBox, "Account 222222222222"));
}

#[test]
fn a_tag_says_the_environment_of_what_no_profile_names() {
    let (mut window, core) = window(fleet(three_accounts()), named());
    let asked = core.told(|command| match command {
        Command::Tags(keys) => Some(keys.clone()),
        _ => None,
    });
    assert_eq!(asked, [["env"]]);
    let place = ("333333333333".to_owned(), "eu-west-1".to_owned());
    let tags = [(place, vec![("env".to_owned(), "prod".to_owned())])];
    core.say(Event::Tags(Arc::new(tags.into())));
    window.run();
    assert!(!is_there(&window, Role::CheckBox, "Environment Other"), "none is left there");
    click(&mut window, Role::CheckBox, "Environment Production");
    assert_eq!(core.shown().targets, Some(vec![2]));
}

#[test]
fn what_a_search_finds_is_ticked_alone_by_enter() {
    let (mut window, core) = window(fleet(three_accounts()), Settings::default());
    click(&mut window, Role::TextInput, "Find account");
    window.event(egui::Event::Text("db3".to_owned()));
    window.run();
    assert!(says(&window, "1 account found"));
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(core.shown().targets, Some(vec![3]));
}

#[test]
fn keys_go_through_the_tree_fold_it_and_tick() {
    let accounts = (1..=40).map(|at| account(at, &format!("{at:012}"), &format!("DB{at}"), State::Collected));
    let (mut window, core) = window(fleet(accounts.collect()), Settings::default());
    window.get_by_role_and_label(Role::Tree, "Accounts").focus();
    window.run();
    let region = "Account 000000000002, region eu-west-1, DB2";
    assert!(!is_there(&window, Role::CheckBox, region), "many accounts are folded at first");
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    assert!(is_there(&window, Role::CheckBox, region));
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(core.shown().targets, Some(vec![2]));
    press(&mut window, Modifiers::NONE, Key::Space);
    assert_eq!(core.shown().targets, Some(vec![]));
    press(&mut window, Modifiers::NONE, Key::ArrowLeft);
    press(&mut window, Modifiers::NONE, Key::ArrowLeft);
    assert!(!is_there(&window, Role::CheckBox, region), "left goes out of it and folds it");
    press(&mut window, Modifiers::NONE, Key::End);
    assert!(is_there(&window, Role::CheckBox, "Account 000000000040"), "the line with the focus is in sight");
}
