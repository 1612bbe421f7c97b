//! The details of a row, what it has to do with, the way back, and the tree of accounts, by accessible role and name, on
//! a made-up core.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(feature = "window")]

mod fake_core;

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Modifiers, OutputCommand, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use rds_fleet::core::{Command, Event, Field, Fleet, Found, Link, Record, Relations};
use rds_fleet::failure::State;
use rds_fleet::query::{Filter, Test};
use rds_fleet::rds::readable::Line;
use rds_fleet::settings::{EnvironmentRule, Settings, Wish};
use rds_fleet::ui::Remembered;

use fake_core::window::{Opening, Window, click, cut, has, press, says};
use fake_core::{FakeCore, account_in, fleet, three_accounts};

fn window(fleet: Fleet, settings: Settings) -> (Window, FakeCore) {
    let remembered = Remembered { settings, ..Remembered::default() };
    Opening { fleet, remembered, ..Opening::default() }.open()
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
    assert!(has(&window, Role::Link, "Cluster: orders"));
    assert!(has(&window, Role::Link, "Replicas: 3"));
    assert!(has(&window, Role::Link, "Snapshots: not collected yet"));
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
    assert!(!has(&window, Role::TextInput, "Find member"), "many rows are shown in full width");
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

fn field(name: &str, text: &str) -> Field {
    Field {
        name: name.to_owned(),
        type_name: "string",
        text: text.to_owned(),
        lines: Vec::new(),
        absent: false,
    }
}

#[test]
fn members_stand_in_sections_that_fold_and_tags_by_their_keys() {
    let (mut window, core) = opened();
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
        assert!(has(&window, Role::DisclosureTriangle, section), "{section}");
    }
    assert!(!has(&window, Role::DisclosureTriangle, "Network"), "a section without members");
    assert!(has(&window, Role::Button, "Copy env"), "a tag is copied by its key");
    click(&mut window, Role::DisclosureTriangle, "Storage");
    assert!(!has(&window, Role::Button, "Copy AllocatedStorage"));
    click(&mut window, Role::TextInput, "Find member");
    window.event(egui::Event::Text("20".to_owned()));
    window.run();
    assert!(has(&window, Role::Button, "Copy AllocatedStorage"), "what is searched for is unfolded");
    assert!(!has(&window, Role::Button, "Copy TurboMode"));
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
        assert!(has(&window, Role::CheckBox, name), "{name}");
    }
    assert!(has(&window, Role::CheckBox, "Account Billing, 111111111111"));
    click(&mut window, Role::CheckBox, "Environment Test");
    assert_eq!(core.shown().targets, Some(vec![1, 3]));
    click(&mut window, Role::DisclosureTriangle, "Fold environment Test");
    assert!(!has(&window, Role::CheckBox, "Account 222222222222"));
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
    assert!(!has(&window, Role::CheckBox, "Environment Other"), "none is left there");
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
    let account = |at: u32| {
        account_in(
            &["eu-west-1", "us-east-1"],
            2 * at,
            &format!("{at:012}"),
            &format!("DB{at}"),
            State::Collected,
        )
    };
    let accounts = (1..=40).map(account);
    let (mut window, core) = window(fleet(accounts.collect()), Settings::default());
    window.get_by_role_and_label(Role::Tree, "Accounts").focus();
    window.run();
    let region = "Account 000000000002, region eu-west-1, DB2";
    assert!(!has(&window, Role::CheckBox, region), "many accounts are folded at first");
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    assert!(has(&window, Role::CheckBox, region));
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(core.shown().targets, Some(vec![4]));
    press(&mut window, Modifiers::NONE, Key::Space);
    assert_eq!(core.shown().targets, Some(vec![]));
    press(&mut window, Modifiers::NONE, Key::ArrowLeft);
    press(&mut window, Modifiers::NONE, Key::ArrowLeft);
    assert!(!has(&window, Role::CheckBox, region), "left goes out of it and folds it");
    press(&mut window, Modifiers::NONE, Key::End);
    assert!(has(&window, Role::CheckBox, "Account 000000000040"), "the line with the focus is in sight");
}

#[test]
fn an_account_is_shown_alone_by_its_menu() {
    let (mut window, core) = window(fleet(three_accounts()), Settings::default());
    let line = "Account 333333333333, eu-west-1: collected, 40 rows";
    for (entry, targets) in [("Show only this", Some(vec![3])), ("Show all", None)] {
        window.get_by_role_and_label(Role::TreeItem, line).click_secondary();
        window.run();
        click(&mut window, Role::Button, entry);
        assert_eq!(core.shown().targets, targets, "{entry}");
    }
}

#[test]
fn the_accounts_make_room_for_the_rest_by_a_key() {
    let (mut window, core) = window(fleet(three_accounts()), Settings::default());
    let width =
        |window: &Window| window.get_by_role_and_label(Role::Grid, "DB instances, 40 rows").rect().width();
    let before = width(&window);
    click(&mut window, Role::CheckBox, "Account 222222222222");
    press(&mut window, Modifiers::COMMAND, Key::B);
    assert!(!has(&window, Role::Tree, "Accounts") && width(&window) > before + 200.0);
    let kept = core.0.wishes.borrow().iter().rev().find_map(|wish| match wish {
        Wish::Keep(settings) => Some((**settings).clone()),
        _ => None,
    });
    let (mut again, _) = self::window(fleet(three_accounts()), kept.unwrap());
    assert!(!has(&again, Role::Tree, "Accounts"), "as they were left");
    let said = |window: &Window| {
        let button = window.get_by_role_and_label(Role::Button, "Accounts panel");
        button.accesskit_node().description().unwrap_or_default()
    };
    assert_eq!(said(&again), "The accounts on the left: 2 of 3 account-regions are ticked");
    click(&mut again, Role::Button, "Accounts panel");
    assert!(has(&again, Role::Tree, "Accounts"));
}

#[test]
fn a_member_is_copied_whole_and_alone() {
    let (mut window, core) = opened();
    let arn =
        "arn:aws:rds:eu-central-1:111122223333:cluster:a-cluster-whose-name-has-hyphens-and-wants-two-lines";
    let field = Field {
        name: "DBClusterArn".to_owned(),
        type_name: "string",
        text: arn.to_owned(),
        lines: Vec::new(),
        absent: false,
    };
    core.say(Event::Record(Arc::new(Record {
        kind: "db-instances",
        row: 102,
        fields: vec![field],
        json: "{}".to_owned(),
    })));
    window.run();
    let value = window.get_by_role_and_label(Role::Label, arn).rect();
    assert!(value.height() > 24.0, "it stands in two lines: {value}");
    window.get_by_role_and_label(Role::Button, "Copy DBClusterArn").click();
    let mut copied = Vec::new();
    for _ in 0..3 {
        window.step();
        copied.extend(window.output().platform_output.commands.iter().filter_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        }));
    }
    assert_eq!(copied, [arn]);
    assert!(says(&window, "Copied"));
}

#[test]
fn in_a_small_window_no_account_and_no_member_is_cut() {
    let accounts = vec![
        account_in(&["eu-central-1"], 1, "111111111111", "shared-services-prod", State::Denied),
        account_in(&["eu-west-1", "ap-southeast-2"], 2, "222222222222", "finance-prod", State::Collected),
        account_in(&["us-east-1"], 4, "333333333333", "CRMPROD", State::Collected),
    ];
    let opening = Opening { fleet: fleet(accounts), size: vec2(1280.0, 800.0), ..Opening::default() };
    let (mut window, core) = opening.open();
    let tree = window.get_by_role_and_label(Role::Tree, "Accounts").rect();
    assert_eq!(cut(&window, tree), [""; 0]);
    let line = "Account 333333333333, us-east-1: collected, 40 rows";
    assert!(tree.contains_rect(window.get_by_role_and_label(Role::TreeItem, line).rect()));

    click(&mut window, Role::Row, "db-2");
    press(&mut window, Modifiers::NONE, Key::Enter);
    core.say(Event::Record(Arc::new(Record {
        kind: "db-instances",
        row: 102,
        fields: vec![
            field("DBInstanceIdentifier", "finance-production-general-ledger-oracle-19c-standby-replica-01"),
            field("AccountId", "222222222222"),
            field("Region", "ap-southeast-2"),
            field("DBInstanceStatus", "incompatible-parameters"),
            field("Engine", "oracle-ee-cdb"),
            field("EngineVersion", "19.0.0.0.ru-2026-07.rur-2026-07.r1"),
            field("IsStorageConfigUpgradeAvailable", "false"),
        ],
        json: "{}".to_owned(),
    })));
    let name = "finance-production-general-ledger-oracle-19c-parameters";
    let links = vec![link("Parameter group", "db-parameter-groups", Some(name), Found::NotCollected)];
    core.say(Event::Relations(Arc::new(Relations { kind: "db-instances", row: 102, links })));
    window.run();
    let left = window.get_by_role_and_label(Role::TextInput, "Find member").rect().left();
    let panel = window.ctx.content_rect().with_min_x(left);
    assert!(says(&window, "19.0.0.0.ru-2026-07.rur-2026-07.r1"));
    assert_eq!(cut(&window, panel), [""; 0]);
}
