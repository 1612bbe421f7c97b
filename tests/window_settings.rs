//! Saved views and settings in the window, by accessible names: the keeper of the person's files is made up, and takes
//! down what it is asked to keep.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(feature = "window")]

mod fake_core;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers, ThemePreference, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use rds_fleet::config::Environment;
use rds_fleet::core::Event;
use rds_fleet::query::{Filter, SortKey, Test};
use rds_fleet::settings::{LineChoice, SavedView, Scale, Settings, SheetState, Theme, Told, Views, Wish};
use rds_fleet::ui::{Remembered, theme};

use fake_core::window::{Opening, Window, click, says, tell};
use fake_core::{FakeCore, fleet, three_accounts};

/// A window on three accounts that starts with these settings and these views.
fn window(settings: Settings, views: Vec<SavedView>) -> (Window, FakeCore) {
    let remembered = Remembered {
        settings,
        file: Some(PathBuf::from("/home/ann/.config/rds-fleet/settings.toml")),
        environment: Environment::from_variables([("XRDP_SESSION".to_owned(), "1".to_owned())], None),
        ..Remembered::default()
    };
    window_of(remembered, views)
}

fn window_of(remembered: Remembered, views: Vec<SavedView>) -> (Window, FakeCore) {
    Opening { remembered, views, size: vec2(1600.0, 900.0), ..Opening::default() }.open()
}

/// The settings that the keeper was given last.
fn kept(core: &FakeCore) -> Option<Settings> {
    core.0.wishes.borrow().iter().rev().find_map(|wish| match wish {
        Wish::Keep(settings) => Some((**settings).clone()),
        _ => None,
    })
}

fn saved(core: &FakeCore) -> Option<SavedView> {
    core.0.wishes.borrow().iter().rev().find_map(|wish| match wish {
        Wish::SaveView(view) => Some((**view).clone()),
        _ => None,
    })
}

fn mysql(name: &str, shared: bool) -> SavedView {
    SavedView {
        name: name.to_owned(),
        shared,
        description: Some("What is to be moved".to_owned()),
        kind: "db-instances".to_owned(),
        search: "prod".to_owned(),
        columns: ["DBInstanceIdentifier", "Engine"].map(str::to_owned).to_vec(),
        group: vec!["AccountId".to_owned()],
        sort: vec![SortKey { column: "Engine".to_owned(), descending: true }],
        filters: vec![Filter::column("Engine", Test::Is(vec!["mysql".to_owned()]))],
        ..SavedView::default()
    }
}

#[test]
fn what_is_shown_is_saved_under_a_name() {
    let (mut window, core) = window(Settings::default(), Vec::new());
    click(&mut window, Role::ColumnHeader, "Engine");
    click(&mut window, Role::Button, "Views");
    assert!(says(&window, "No view has been saved yet"));
    click(&mut window, Role::Button, "Save as…");
    window.get_by_role_and_label(Role::TextInput, "Name").type_text("a/b");
    window.run();
    assert!(says(&window, "a view's name is a file's"), "a name that no file may have is refused at once");
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(Role::TextInput, "Name").type_text("By engine");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    let view = saved(&core).unwrap();
    assert_eq!((view.name.as_str(), view.kind.as_str()), ("By engine", "db-instances"));
    assert_eq!(view.sort, [SortKey::ascending("Engine")]);
    assert!(!says(&window, "Save view"), "the dialog is gone");
    tell(&core, Told::Views(Arc::new(Views { views: vec![view], faults: Vec::new() })));
    window.run();
    assert!(window.query_by_role_and_label(Role::Button, "Views: By engine").is_some());
}

#[test]
fn a_view_is_shown_changed_saved_and_reset() {
    let (mut window, core) = window(Settings::default(), vec![mysql("MySQL", false)]);
    let first = core.shown();
    click(&mut window, Role::Button, "Views");
    click(&mut window, Role::Button, "MySQL");
    assert_eq!(SavedView::of("", &core.shown()).query(), mysql("", false).query());
    click(&mut window, Role::ColumnHeader, "DBInstanceIdentifier");
    click(&mut window, Role::Button, "Views: MySQL, modified");
    click(&mut window, Role::Button, "Save");
    let changed = saved(&core).unwrap();
    assert_eq!(changed.sort, [SortKey::ascending("DBInstanceIdentifier")]);
    assert_eq!(changed.description.as_deref(), Some("What is to be moved"), "what it is for stays");
    click(&mut window, Role::Button, "Views: MySQL, modified");
    click(&mut window, Role::Button, "Reset");
    assert_eq!(core.shown().sort, mysql("", false).sort);
    // Gone from the folder, the view leaves the grid as it is, and Reset means the kind's own.
    tell(&core, Told::Views(Arc::default()));
    window.run();
    click(&mut window, Role::Button, "Views");
    click(&mut window, Role::Button, "Reset");
    assert_eq!(core.shown(), first);
}

#[test]
fn a_view_is_renamed_and_deleted() {
    let (mut window, core) = window(Settings::default(), vec![mysql("MySQL", false)]);
    click(&mut window, Role::Button, "Views");
    click(&mut window, Role::Button, "MySQL");
    click(&mut window, Role::Button, "Views: MySQL");
    click(&mut window, Role::Button, "Rename…");
    window.get_by_role_and_label(Role::TextInput, "Name").type_text(" 8");
    window.run();
    click(&mut window, Role::Button, "Rename");
    let wish = core.0.wishes.borrow().iter().rfind(|wish| !matches!(wish, Wish::Keep(_))).cloned();
    assert_eq!(wish, Some(Wish::RenameView { from: "MySQL".to_owned(), to: "MySQL 8".to_owned() }));
    tell(&core, Told::Views(Arc::new(Views { views: vec![mysql("MySQL 8", false)], faults: Vec::new() })));
    window.run();
    click(&mut window, Role::Button, "Views: MySQL 8");
    click(&mut window, Role::Button, "Delete…");
    assert!(says(&window, "Delete the view MySQL 8?"));
    click(&mut window, Role::Button, "Delete");
    assert!(core.0.wishes.borrow().contains(&Wish::DeleteView("MySQL 8".to_owned())));
}

#[test]
fn an_administrators_view_is_shown_and_not_changed() {
    let (mut window, _) = window(Settings::default(), vec![mysql("For all", true)]);
    click(&mut window, Role::Button, "Views");
    click(&mut window, Role::Button, "For all, shared");
    click(&mut window, Role::ColumnHeader, "DBInstanceIdentifier");
    click(&mut window, Role::Button, "Views: For all, modified");
    for (name, disabled) in [("Save", true), ("Rename…", true), ("Delete…", true), ("Save as…", false)]
    {
        let button = window.get_by_role_and_label(Role::Button, name);
        assert_eq!(button.accesskit_node().is_disabled(), disabled, "{name}");
    }
}

#[test]
fn a_view_of_a_statement_is_asked_and_shown_as_it_was() {
    let sql = "SELECT DBSnapshotIdentifier FROM db_snapshots".to_owned();
    let view = SavedView {
        name: "Snapshots".to_owned(),
        sql: Some(sql.clone()),
        sort: vec![SortKey::ascending("DBSnapshotIdentifier")],
        ..SavedView::default()
    };
    let (mut window, core) = window(Settings::default(), vec![view.clone()]);
    click(&mut window, Role::Button, "Views");
    click(&mut window, Role::Button, "Snapshots");
    core.say(Event::Kinds { sql, kinds: Ok(vec!["db-snapshots"]) });
    window.run();
    assert_eq!(core.shown(), view.query());
}

#[test]
fn a_file_that_is_no_view_is_told_once() {
    let (mut window, core) = window(Settings::default(), Vec::new());
    let faults = vec!["the view /home/ann/x.toml cannot be used: line 1".to_owned()];
    for _ in 0..2 {
        tell(&core, Told::Views(Arc::new(Views { views: Vec::new(), faults: faults.clone() })));
        window.run();
    }
    click(&mut window, Role::Button, "Configuration: 1 warning");
    assert!(says(&window, "/home/ann/x.toml cannot be used"));
}

#[test]
fn the_last_state_comes_back() {
    let (mut window, core) = window(Settings::default(), Vec::new());
    assert_eq!(kept(&core), None, "what nobody has changed is not kept");
    click(&mut window, Role::ColumnHeader, "Engine");
    click(&mut window, Role::CheckBox, "Account 222222222222");
    window.get_by_label_contains("DB clusters").click();
    window.run();
    let (left, query) = (kept(&core).unwrap(), core.shown());
    assert_eq!((query.kind.as_str(), &query.targets), ("db-clusters", &Some(vec![1, 3])));
    let (mut again, core) = self::window(left, Vec::new());
    assert_eq!(core.shown(), query);
    again.get_by_label_contains("DB instances").click();
    again.run();
    assert_eq!(core.shown().sort, [SortKey::ascending("Engine")]);
}

#[test]
fn a_column_keeps_the_width_that_it_was_left_with() {
    let mut settings = Settings::default();
    let widths = [("DBInstanceIdentifier".to_owned(), 400)].into();
    settings.last.sheets.insert("db-instances".to_owned(), SheetState { widths, ..SheetState::default() });
    let (window, _) = window(settings, Vec::new());
    let header = window.get_by_role_and_label(Role::ColumnHeader, "DBInstanceIdentifier");
    assert!((header.rect().width() - 400.0).abs() < 2.0, "{:?}", header.rect());
}

#[test]
fn settings_hold_at_once_and_are_kept() {
    let (mut window, core) = window(Settings::default(), Vec::new());
    window.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    window.run();
    assert!(says(&window, "an xrdp session"), "what the line is taken for, and why");
    assert!(says(&window, "/home/ann/.config/rds-fleet/settings.toml"));
    for (name, role) in [("Light", Role::RadioButton), ("Fast", Role::RadioButton), ("Larger", Role::Button)]
    {
        click(&mut window, role, name);
    }
    let settings = kept(&core).unwrap();
    assert_eq!((settings.theme, settings.line), (Theme::Light, LineChoice::Fast));
    assert_eq!(settings.scale, Scale::of_percent(110));
    assert!(!window.ctx.global_style().visuals.dark_mode);
    assert!((window.ctx.zoom_factor() - 1.1).abs() < 0.001);
    click(&mut window, Role::Button, "Close");
    assert!(!says(&window, "an xrdp session"));
}

#[test]
fn keys_change_the_scale_within_its_bounds() {
    let (mut window, core) = window(Settings::default(), Vec::new());
    for _ in 0..15 {
        window.key_press_modifiers(Modifiers::COMMAND, Key::Plus);
        window.run();
    }
    assert_eq!(kept(&core).unwrap().scale.percent(), 200);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Minus);
    window.run();
    assert_eq!(kept(&core).unwrap().scale.percent(), 190);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Num0);
    window.run();
    assert_eq!(kept(&core).unwrap().scale.percent(), 100);
}

#[test]
fn settings_that_could_not_be_read_are_told() {
    let notice = Some("the settings file /a/settings.toml:3 is not right".to_owned());
    let (mut window, core) = window_of(Remembered { notice, ..Remembered::default() }, Vec::new());
    click(&mut window, Role::Button, "Configuration: 1 warning");
    assert!(says(&window, "/a/settings.toml:3 is not right"));
    tell(&core, Told::NotKept("the settings cannot be kept in /a".to_owned()));
    window.run();
    assert!(window.query_by_role_and_label(Role::Button, "Configuration: 2 warnings").is_some());
}

#[test]
fn the_window_follows_the_systems_theme_until_another_is_chosen() {
    let opening = Opening { theme: ThemePreference::System, ..Opening::default() };
    let (mut window, _) = opening.open();
    let dark_by = |window: &mut Window, theme: egui::Theme| {
        window.input_mut().system_theme = Some(theme);
        window.run();
        window.ctx.global_style().visuals.dark_mode
    };
    assert!(!dark_by(&mut window, egui::Theme::Light));
    assert!(dark_by(&mut window, egui::Theme::Dark));
    click(&mut window, Role::Button, "Settings");
    for (choice, dark) in
        [("Light", [false, false]), ("Dark", [true, true]), ("As the system", [false, true])]
    {
        click(&mut window, Role::RadioButton, choice);
        let themes = [egui::Theme::Light, egui::Theme::Dark];
        assert_eq!(themes.map(|theme| dark_by(&mut window, theme)), dark, "{choice}");
    }
}

#[test]
fn on_a_slow_line_what_comes_is_painted_ten_times_a_second_at_most() {
    let frames = |line: LineChoice| {
        let (mut window, core) = window(Settings { line, ..Settings::default() }, Vec::new());
        let tell = |done| {
            let mut fleet = fleet(three_accounts());
            (fleet.progress.running, fleet.progress.done) = (true, done);
            core.say(Event::Fleet(Arc::new(fleet)));
        };
        // A button that was not there before has one more frame painted, once.
        tell(0);
        window.run();
        for done in 1..10 {
            tell(done);
            window.step();
            let mut delays = window.output().viewport_output.values().map(|viewport| viewport.repaint_delay);
            assert_eq!(delays.next(), Some(Duration::MAX), "what came has no further frame painted");
        }
        // So there are frames as often as the core's wakes have one painted.
        theme::frame_after_wake(&window.ctx)
    };
    assert_eq!(frames(LineChoice::Slow), Duration::from_millis(100));
    assert!(frames(LineChoice::Fast) < Duration::from_millis(100));
}
