//! The overview, the palette, the menus and the first run, through the window's accessibility tree.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(feature = "window")]

mod fake_core;

use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Rect, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use rds_fleet::config::FileState;
use rds_fleet::core::{Command, Event, Fleet};
use rds_fleet::failure::State;
use rds_fleet::inventory::Refused;
use rds_fleet::query::Filter;
use rds_fleet::settings::{Scale, Settings};
use rds_fleet::ui::Remembered;

use fake_core::window::{Opening, Window, click, has, press, says};
use fake_core::{FakeCore, account, fleet, is, three_accounts};

/// A window at the overview of a fleet.
fn window_of(fleet: Fleet, size: egui::Vec2) -> (Window, FakeCore) {
    Opening { fleet, size, overview: true, ..Opening::default() }.open()
}

fn window(fleet: Fleet) -> (Window, FakeCore) {
    window_of(fleet, vec2(1280.0, 800.0))
}

fn overviews(core: &FakeCore) -> Vec<Option<Vec<u32>>> {
    core.told(|command| match command {
        Command::Overview { targets } => Some(targets.clone()),
        _ => None,
    })
}

#[test]
fn the_overview_says_how_much_there_is_what_needs_attention_and_what_is_missing() {
    let (window, core) = window(fleet(three_accounts()));
    assert_eq!(overviews(&core), [None]);
    for name in ["40 DB instances", "3 DB clusters", "12,345 GiB without Aurora", "2 of 3 accounts reached"] {
        assert!(has(&window, Role::Button, name), "{name}");
    }
    assert!(has(&window, Role::Button, "1 instance is storage-full"));
    assert!(has(&window, Role::Button, "Accounts 111111111111: 20"));
    assert!(has(&window, Role::Button, "Classes others: 15"));
    let named =
        window.query_all_by_role_and_label(Role::Button, "1 of 3 account-regions not covered").count();
    assert_eq!(named, 2, "above the figures' reasons and in the bar at the bottom");
    let delays = window.output().viewport_output.values().map(|viewport| viewport.repaint_delay);
    assert_eq!(delays.collect::<Vec<_>>(), [Duration::MAX], "nothing is painted again while nothing happens");
}

#[test]
fn figures_that_are_still_being_collected_say_so() {
    let (mut window, core) = window(fleet(three_accounts()));
    let mut overview = fake_core::overview(None);
    overview.completeness.awaited = 2;
    core.say(Event::Overview(Ok(Arc::new(overview))));
    window.run();
    for name in ["40 DB instances so far", "3 DB clusters so far", "12,345 GiB without Aurora so far"] {
        assert!(has(&window, Role::Button, name), "{name}");
    }
}

#[test]
fn what_needs_attention_and_every_bar_leads_to_its_rows() {
    let not = |filter| vec![Filter::Not(Box::new(filter))];
    for (name, filters) in [
        ("9 instances not encrypted", vec![is("StorageEncrypted", "false")]),
        ("Status available: 40", vec![is("DBInstanceStatus", "available")]),
        ("Versions postgres 16: 40", vec![is("Engine", "postgres"), is("EngineVersion", "16.4")]),
        ("Classes others: 15", not(is("DBInstanceClass", "db.m6i.xlarge"))),
    ] {
        let (mut window, core) = window(fleet(three_accounts()));
        click(&mut window, Role::Button, name);
        assert_eq!((core.shown().kind.as_str(), core.shown().filters), ("db-instances", filters), "{name}");
        assert!(has(&window, Role::Row, "db-0"));
        press(&mut window, Modifiers::COMMAND, Key::Num1);
        assert!(has(&window, Role::Button, name), "and back");
        assert_eq!(overviews(&core).len(), 2);
    }
}

#[test]
fn the_overview_follows_the_ticks_and_the_search_leads_to_the_rows() {
    let (mut window, core) = window(fleet(three_accounts()));
    click(&mut window, Role::CheckBox, "Account 222222222222");
    assert_eq!(overviews(&core), [None, Some(vec![1, 3])]);
    click(&mut window, Role::Button, "None");
    assert!(says(&window, "No account is ticked"));
    click(&mut window, Role::Button, "Tick all accounts");
    // A keyboard's press comes with the character that it writes.
    window.input_mut().events.push(egui::Event::Text("/".to_owned()));
    press(&mut window, Modifiers::NONE, Key::Slash);
    window.event(egui::Event::Text("db".to_owned()));
    window.run();
    assert_eq!(core.shown().search, "db");
    assert!(has(&window, Role::Row, "db-0"));
}

#[test]
fn versions_are_told_in_full_on_demand() {
    let (mut window, _) = window(fleet(three_accounts()));
    assert!(!has(&window, Role::Button, "Versions postgres 16.4: 40"));
    click(&mut window, Role::Button, "Full");
    assert!(has(&window, Role::Button, "Versions postgres 16.4: 40"));
}

#[test]
fn what_the_checks_also_need_is_collected_on_demand() {
    let (mut window, core) = window(fleet(three_accounts()));
    click(&mut window, Role::Button, "Also look at pending maintenance actions and certificates");
    let asked = core.told(|command| match command {
        Command::Sweep { kinds, .. } => Some(kinds.clone()),
        _ => None,
    });
    assert_eq!(asked.last().unwrap(), &["pending-maintenance-actions", "certificates"]);
    assert_eq!(core.swept(), [None, None]);
}

#[test]
fn an_overview_that_cannot_be_told_says_why_and_one_without_databases_says_so() {
    let (mut window, core) = window(fleet(three_accounts()));
    let refused =
        Refused { message: "the store could not be read: disk I/O error".to_owned(), position: None };
    core.say(Event::Overview(Err(refused)));
    window.run();
    assert!(says(&window, "disk I/O error"));
    let mut empty = fake_core::overview(None);
    (empty.instances.number, empty.clusters.number) = (0, 0);
    core.say(Event::Overview(Ok(Arc::new(empty.clone()))));
    window.run();
    assert!(says(&window, "No databases here"));
    core.say(Event::Fleet(Arc::new(fleet(vec![account(2, "222222222222", "DB2", State::Denied)]))));
    window.run();
    assert!(says(&window, "Nothing could be collected"));
}

#[test]
fn the_palette_finds_a_database_and_shows_it_with_its_details() {
    let (mut window, core) = window(fleet(three_accounts()));
    click(&mut window, Role::CheckBox, "Account 333333333333");
    press(&mut window, Modifiers::COMMAND, Key::P);
    assert!(has(&window, Role::ListBox, "Commands and databases"));
    let delays = window.output().viewport_output.values().map(|viewport| viewport.repaint_delay);
    assert_eq!(delays.collect::<Vec<_>>(), [Duration::MAX], "an open palette is not painted again either");
    window.get_by_role(Role::EditableComboBox).type_text("db-7");
    window.run();
    window.run();
    assert!(has(&window, Role::ListBoxOption, "db-7, available, account 111111111111, eu-west-1"));
    press(&mut window, Modifiers::NONE, Key::Enter);
    window.run();
    assert!(!has(&window, Role::ListBox, "Commands and databases"), "it is closed");
    assert_eq!((core.shown().kind.as_str(), core.shown().targets), ("db-instances", Some(vec![1, 2])));
    let asked = core.told(|command| match command {
        Command::Record { row, .. } => Some(*row),
        _ => None,
    });
    assert_eq!(asked.first(), Some(&107), "the row is chosen and its details are open");
}

#[test]
fn the_palette_runs_a_command_by_a_few_of_its_letters() {
    let (mut window, core) = window(fleet(three_accounts()));
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    window.get_by_role(Role::EditableComboBox).type_text("snapsh");
    window.run();
    let offered = |window: &Window, name: &str| {
        window
            .query_by_role_and_label(Role::ListBoxOption, name)
            .map(|option| option.accesskit_node().is_selected())
    };
    assert_eq!(offered(&window, "DB snapshots"), Some(Some(true)), "the likeliest is chosen");
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(offered(&window, "DB snapshots"), Some(Some(false)));
    press(&mut window, Modifiers::NONE, Key::ArrowUp);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(core.shown().kind, "db-snapshots");
    press(&mut window, Modifiers::NONE, Key::F1);
    assert!(has(&window, Role::ListBox, "Commands and databases"));
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!has(&window, Role::ListBox, "Commands and databases"));
}

#[test]
fn menus_are_opened_by_keys_and_have_the_same_commands() {
    let (mut window, core) = window(fleet(three_accounts()));
    press(&mut window, Modifiers::NONE, Key::AltLeft);
    click(&mut window, Role::Button, "Go");
    click(&mut window, Role::Button, "Other kinds");
    click(&mut window, Role::Button, "DB snapshots");
    assert_eq!(core.shown().kind, "db-snapshots");
    press(&mut window, Modifiers::NONE, Key::F10);
    click(&mut window, Role::Button, "Help");
    click(&mut window, Role::Button, "Keyboard shortcuts");
    assert!(says(&window, "Ctrl+Shift+Q") && says(&window, "Copy the selected rows with headers"));
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!says(&window, "Copy the selected rows with headers"));
}

#[test]
fn alt_with_another_key_opens_no_menu() {
    let (mut window, _) = window(fleet(three_accounts()));
    let key = |key, pressed| egui::Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::ALT,
    };
    window.input_mut().events.extend([
        key(Key::AltLeft, true),
        key(Key::Tab, true),
        key(Key::AltLeft, false),
    ]);
    window.run();
    assert!(!has(&window, Role::Button, "File"));
}

#[test]
fn without_a_config_the_simulated_fleet_is_one_click_away() {
    let mut fleet = fleet(Vec::new());
    fleet.config.state = FileState::Missing;
    let (mut window, _) = window(fleet);
    assert!(says(&window, "/u01/aws/aws-cli/config") && says(&window, "[profile DB1]"));
    assert!(says(&window, "AWS_CONFIG_FILE"));
    click(&mut window, Role::Button, "Show a simulated fleet");
    window.run();
    assert!(has(&window, Role::Button, "40 DB instances"), "the overview of the simulated fleet");
    assert!(says(&window, "Demo"));
}

#[test]
fn in_the_smallest_window_every_page_and_button_is_there() {
    let (window, _) = window_of(fleet(three_accounts()), vec2(900.0, 560.0));
    let right = |name: &str| window.get_by_role_and_label(Role::Button, name).rect().right();
    for name in ["Menu", "Overview", "Changes", "SQL", "Columns", "Refresh", "Export…", "Settings"] {
        assert!(right(name) <= 900.0, "{name}");
    }
    let search = window.get_by_label("Search all columns").rect();
    let columns = window.get_by_role_and_label(Role::Button, "Columns").rect();
    assert!(search.right() <= columns.left() && search.left() >= right("SQL"), "nothing overlaps");
}

#[test]
fn at_twice_the_scale_everything_is_there_on_a_small_screen() {
    let settings = Settings { scale: Scale::of_percent(200), ..Settings::default() };
    let remembered = Remembered { settings, ..Remembered::default() };
    // 1280×800 at 200 %.
    let size = vec2(640.0, 400.0);
    let (mut window, _) = Opening { size, remembered, overview: true, ..Opening::default() }.open();
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    let window_rect = window.ctx.content_rect();
    assert_eq!((window_rect.size(), window.ctx.pixels_per_point()), (size, 2.0));
    let in_bar = ["Menu", "Accounts panel", "Overview", "Changes", "SQL", "Views", "Columns"]
        .into_iter()
        .chain(["Refresh", "Export…", "Settings"]);
    let mut rects: Vec<(&str, Rect)> = in_bar
        .map(|name| (name, window.get_by_role_and_label(Role::Button, name).rect()))
        .chain([("search", window.get_by_label("Search all columns").rect())])
        .collect();
    let kinds = window.query_all_by_role(Role::Button).find(|button| {
        button.accesskit_node().label().is_some_and(|label| label.starts_with("DB instances"))
    });
    rects.push(("kinds", kinds.unwrap().rect()));
    let (grid, tree) = (Role::Grid, Role::Tree);
    rects.push(("grid", window.get_by_role_and_label(grid, "DB instances, 40 rows").rect()));
    rects.push(("accounts", window.get_by_role_and_label(tree, "Accounts").rect()));
    for (at, (name, rect)) in rects.iter().enumerate() {
        assert!(window_rect.contains_rect(*rect), "{name} is outside: {rect}");
        for (other, beside) in &rects[..at] {
            assert!(
                !rect.shrink(1.0).intersects(beside.shrink(1.0)),
                "{name} {rect} lies over {other} {beside}"
            );
        }
    }
    let rows = window.query_all_by_role(Role::Row).filter(|row| window_rect.contains_rect(row.rect()));
    assert!(rows.count() >= 5);
}

#[test]
fn keys_of_one_frame_count_in_their_order() {
    let (mut window, core) = window(fleet(three_accounts()));
    let key = |key, modifiers| {
        [true, false].map(|pressed| egui::Event::Key {
            key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers,
        })
    };
    let ahead = |window: &mut Window, events: Vec<egui::Event>| {
        window.input_mut().events.extend(events);
        window.step();
        window.run();
    };
    let written =
        |text: &str| text.chars().map(|letter| egui::Event::Text(letter.to_string())).collect::<Vec<_>>();
    // The palette, what is typed into it, and Enter.
    let mut events = vec![egui::Event::ModifiersChanged(Modifiers::COMMAND)];
    events.extend(key(Key::P, Modifiers::COMMAND));
    events.push(egui::Event::ModifiersChanged(Modifiers::NONE));
    events.extend(written("db-7"));
    events.extend(key(Key::Enter, Modifiers::NONE));
    ahead(&mut window, events);
    assert!(!has(&window, Role::ListBox, "Commands and databases"), "it is closed");
    assert_eq!(core.shown().kind, "db-instances");
    let asked = core.told(|command| match command {
        Command::Record { row, .. } => Some(*row),
        _ => None,
    });
    assert_eq!(asked.first(), Some(&107), "the database that was typed is chosen");
    // Twice the same key is a click twice.
    ahead(&mut window, [key(Key::S, Modifiers::NONE), key(Key::S, Modifiers::NONE)].concat());
    let [sorted] = core.shown().sort.try_into().unwrap();
    ahead(&mut window, [key(Key::S, Modifiers::NONE), key(Key::S, Modifiers::NONE)].concat());
    assert_eq!(core.shown().sort, [sorted]);
    // The search, and what is typed into it.
    let mut events = key(Key::Slash, Modifiers::NONE).to_vec();
    events.insert(1, egui::Event::Text("/".to_owned()));
    events.extend(written("1111"));
    ahead(&mut window, events);
    assert_eq!(core.shown().search, "1111");
    // Shift is let go in the frame in which a click ends.
    let row =
        |window: &Window, name: &str| window.get_by_role_and_label(Role::Row, name).rect().left_center();
    let button = |pos, pressed, modifiers| egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers,
    };
    let (first, third) = (row(&window, "db-1"), row(&window, "db-3"));
    let click = [true, false].map(|pressed| button(first, pressed, Modifiers::NONE));
    ahead(&mut window, [vec![egui::Event::PointerMoved(first)], click.to_vec()].concat());
    let shift = egui::Event::ModifiersChanged(Modifiers::SHIFT);
    ahead(&mut window, vec![egui::Event::PointerMoved(third), shift, button(third, true, Modifiers::SHIFT)]);
    let none = egui::Event::ModifiersChanged(Modifiers::NONE);
    ahead(&mut window, vec![button(third, false, Modifiers::SHIFT), none]);
    assert!(says(&window, "3 selected"));
    // Alt is let go before the frame is drawn.
    let mut events = vec![egui::Event::ModifiersChanged(Modifiers::ALT)];
    events.extend(key(Key::ArrowLeft, Modifiers::ALT));
    events.push(egui::Event::ModifiersChanged(Modifiers::NONE));
    window.get_by_role_and_label(Role::Row, "db-7").focus();
    ahead(&mut window, events);
    assert!(!has(&window, Role::Row, "db-7"), "back at the overview, which has no rows");
}

#[test]
fn a_command_of_the_palette_gives_its_field_the_focus() {
    let (mut window, core) = window(fleet(three_accounts()));
    press(&mut window, Modifiers::COMMAND, Key::P);
    window.get_by_role(Role::EditableComboBox).type_text("Search all");
    window.run();
    press(&mut window, Modifiers::NONE, Key::Enter);
    window.event(egui::Event::Text("1111".to_owned()));
    window.run();
    assert_eq!(core.shown().search, "1111");
}

#[test]
fn the_first_key_after_the_palette_is_the_grids() {
    let (mut window, core) = window(fleet(three_accounts()));
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    let first = core.shown().sort;
    press(&mut window, Modifiers::COMMAND, Key::P);
    window.get_by_role(Role::EditableComboBox).type_text("Tick all");
    window.run();
    window.key_press(Key::Enter);
    window.key_press(Key::S);
    window.run();
    assert!(!has(&window, Role::ListBox, "Commands and databases"));
    assert_ne!(core.shown().sort, first);
}
