//! The window through its accessibility tree, as a screen reader and a keyboard meet it: a made-up core behind it
//! takes the commands down and is fed events by hand. No renderer is needed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(feature = "window")]

mod fake_core;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use rds_fleet::config::{Diagnostic, FileState, Severity};
use rds_fleet::core::{Command, Event, Fleet, RowChoice};
use rds_fleet::failure::State;
use rds_fleet::inventory::Refused;
use rds_fleet::query::SortKey;
use rds_fleet::report::{Format, Separator};

use fake_core::window::{Opening, Window, click, has, press, says};
use fake_core::{FakeCore, account, account_in, fleet, three_accounts};

/// A window on a fleet, with forty rows in every view.
fn window(fleet: Fleet) -> (Window, FakeCore) {
    window_of(fleet, 40)
}

fn window_of(fleet: Fleet, rows: usize) -> (Window, FakeCore) {
    Opening { fleet, rows, ..Opening::default() }.open()
}

#[test]
fn rows_are_shown_and_everything_is_swept_at_the_start() {
    let (window, core) = window(fleet(three_accounts()));
    assert_eq!(core.swept(), [None]);
    assert!(window.query_by_role_and_label(Role::Row, "db-0").is_some());
    assert!(window.query_by_role_and_label(Role::Row, "db-5").is_some());
    assert!(window.query_by_role_and_label(Role::ColumnHeader, "DBInstanceStatus").is_some());
    assert!(window.query_all_by_role_and_label(Role::Cell, "—").next().is_some(), "absent values are a dash");
}

#[test]
fn a_window_in_which_nothing_happens_is_not_painted_again() {
    let (window, _) = window(fleet(three_accounts()));
    let delays = window.output().viewport_output.values().map(|viewport| viewport.repaint_delay);
    assert_eq!(delays.collect::<Vec<_>>(), [Duration::MAX]);
}

#[test]
fn the_rows_before_stay_until_the_new_ones_are_there() {
    let (mut window, core) = window(fleet(three_accounts()));
    *core.0.holds_rows.borrow_mut() = true;
    click(&mut window, Role::ColumnHeader, "Region");
    assert!(window.query_by_role_and_label(Role::Row, "db-0").is_some());
    assert!(window.query_by_role_and_label(Role::Row, "…").is_none());
}

#[test]
fn a_click_on_a_header_sorts_and_shift_adds_a_key() {
    let (mut window, core) = window(fleet(three_accounts()));
    click(&mut window, Role::ColumnHeader, "Engine");
    assert_eq!(core.shown().sort, [SortKey::ascending("Engine")]);
    click(&mut window, Role::ColumnHeader, "Engine");
    assert!(core.shown().sort[0].descending);
    window.get_by_role_and_label(Role::ColumnHeader, "Region").click_modifiers(Modifiers::SHIFT);
    window.run();
    assert_eq!(core.shown().sort.len(), 2);
    assert_eq!(core.shown().sort[1], SortKey::ascending("Region"));
}

#[test]
fn keys_sort_by_the_column_they_are_at() {
    let (mut window, core) = window(fleet(three_accounts()));
    click(&mut window, Role::Row, "db-2");
    let press = |window: &mut Window, modifiers, key| {
        window.key_press_modifiers(modifiers, key);
        window.run();
    };
    let columns = core.shown().columns;
    for key in [Key::ArrowLeft, Key::ArrowRight, Key::ArrowRight, Key::ArrowLeft, Key::S] {
        press(&mut window, Modifiers::NONE, key);
    }
    assert_eq!(core.shown().sort, [SortKey::ascending(&columns[1])]);
    press(&mut window, Modifiers::NONE, Key::S);
    assert!(core.shown().sort[0].descending, "a second time reverses");
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    press(&mut window, Modifiers::SHIFT, Key::S);
    assert_eq!(core.shown().sort.len(), 2);
    assert_eq!(core.shown().sort[1], SortKey::ascending(&columns[2]));
}

#[test]
fn profiles_that_cannot_be_used_are_not_covered() {
    let mut fleet = fleet(three_accounts());
    fleet.config.broken.push("config:12: profile DB9: role_arn is empty".to_owned());
    fleet.config.problems.push("there is no profile DB8 in config".to_owned());
    let (mut window, _) = window(fleet);
    click(&mut window, Role::Button, "1 of 3 account-regions and 1 profile not covered");
    assert!(says(&window, "Not covered: 2"));
    assert!(says(&window, "config:12: profile DB9: role_arn is empty"));
    click(&mut window, Role::Button, "Configuration: 1 error");
    assert!(says(&window, "there is no profile DB8"), "what was selected and is not there");
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run();
    assert!(says(&window, "1 account-region and 1 profile are not covered"));
}

#[test]
fn ticking_an_account_off_filters_the_grid() {
    let (mut window, core) = window(fleet(three_accounts()));
    click(&mut window, Role::CheckBox, "Account 222222222222");
    assert_eq!(core.shown().targets, Some(vec![1, 3]));
    click(&mut window, Role::Button, "None");
    assert_eq!(core.shown().targets, Some(vec![]));
    assert!(says(&window, "No account is ticked"));
    click(&mut window, Role::Button, "Tick all accounts");
    assert_eq!(core.shown().targets, None);
}

#[test]
fn an_accounts_regions_are_folded_away() {
    let two = account_in(&["eu-west-1", "us-east-1"], 1, "111111111111", "DB1", State::Collected);
    let (mut window, core) = window(fleet(vec![two, account(3, "333333333333", "DB3", State::Collected)]));
    let region = "Account 111111111111, region eu-west-1, DB1";
    click(&mut window, Role::CheckBox, region);
    assert_eq!(core.shown().targets, Some(vec![2, 3]));
    click(&mut window, Role::DisclosureTriangle, "Fold account 111111111111");
    assert!(!has(&window, Role::CheckBox, region));
    assert!(
        has(&window, Role::TreeItem, "Account 333333333333, eu-west-1: collected, 40 rows"),
        "an only region stands in the line of its account"
    );
    assert!(!has(&window, Role::DisclosureTriangle, "Unfold account 333333333333"));
}

#[test]
fn rows_that_no_command_shows_are_not_copied_as_commands() {
    let (mut window, core) = window(fleet(three_accounts()));
    let offered = |window: &mut Window| {
        window.query_all_by_role(Role::Row).nth(2).unwrap().click_secondary();
        window.run();
        window.get_by_label_contains("Copy row as").hover();
        window.run();
        window.run();
        let button = window.get_by_role_and_label(Role::Button, "AWS CLI command");
        let in_row_menu = !button.accesskit_node().is_disabled();
        press(window, Modifiers::NONE, Key::Escape);
        press(window, Modifiers::NONE, Key::Escape);
        press(window, Modifiers::COMMAND, Key::P);
        window.get_by_role(Role::EditableComboBox).type_text("Copy rows as AWS");
        window.run();
        let in_palette = has(window, Role::ListBoxOption, "Copy rows as AWS CLI commands");
        press(window, Modifiers::NONE, Key::Escape);
        (in_row_menu, in_palette)
    };
    assert_eq!(offered(&mut window), (true, true));
    press(&mut window, Modifiers::COMMAND, Key::Num4);
    assert!(core.shown().sql.is_some(), "the changes are a statement in SQL");
    assert_eq!(offered(&mut window), (false, false));
}

#[test]
fn the_profile_of_the_environment_is_ticked_alone() {
    let mut fleet = fleet(three_accounts());
    fleet.config.preselected = Some("DB3".to_owned());
    let (_, core) = window(fleet);
    assert_eq!(core.shown().targets, Some(vec![3]));
}

#[test]
fn typing_searches_and_no_match_offers_a_way_back() {
    let (mut window, core) = window(fleet(three_accounts()));
    window.key_press(Key::Slash);
    window.run();
    window.event(egui::Event::Text("nowhere".to_owned()));
    window.run();
    assert_eq!(core.shown().search, "nowhere");
    assert!(says(&window, "No DB instances match"));
    click(&mut window, Role::Button, "Clear search and ticks");
    assert_eq!(core.shown().search, "");
    assert!(window.query_by_role_and_label(Role::Row, "db-0").is_some());
}

#[test]
fn escape_and_enter_in_the_search_field_are_the_fields_own() {
    let (mut window, core) = window(fleet(three_accounts()));
    click(&mut window, Role::Row, "db-2");
    window.key_press_modifiers(Modifiers::COMMAND, Key::F);
    window.run();
    window.event(egui::Event::Text("db".to_owned()));
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(core.shown().search, "db");
    assert!(!says(&window, "Show absent members"), "Enter does not open the details");
    window.key_press_modifiers(Modifiers::COMMAND, Key::F);
    window.key_press(Key::Escape);
    window.run();
    assert_eq!(core.shown().search, "");
}

#[test]
fn selected_rows_are_copied_with_headers() {
    let (mut window, core) = window(fleet(three_accounts()));
    click(&mut window, Role::Row, "db-2");
    window.get_by_role_and_label(Role::Row, "db-4").click_modifiers(Modifiers::SHIFT);
    window.run();
    window.get_by_role_and_label(Role::Row, "db-9").click_modifiers(Modifiers::COMMAND);
    window.run();
    window.event(egui::Event::Copy);
    window.run();
    let copied = core.told(|command| match command {
        Command::Copy { rows, .. } => Some(rows.clone()),
        _ => None,
    });
    assert_eq!(copied, [RowChoice::These(vec![102, 103, 104, 109])]);
    assert!(says(&window, "4 rows copied with headers"));
}

#[test]
fn keys_move_the_selection_and_enter_opens_the_details() {
    let (mut window, core) = window(fleet(three_accounts()));
    click(&mut window, Role::Row, "db-2");
    window.key_press(Key::ArrowDown);
    window.run();
    window.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    window.run();
    window.key_press(Key::Enter);
    window.run();
    let asked = core.told(|command| match command {
        Command::Record { row, .. } => Some(*row),
        _ => None,
    });
    assert_eq!(asked, [104]);
    assert!(says(&window, "Copy DBInstanceIdentifier") && !says(&window, "KmsKeyId"));
    click(&mut window, Role::CheckBox, "Show absent members");
    assert!(says(&window, "KmsKeyId"));
    window.key_press(Key::Escape);
    window.run();
    assert!(!says(&window, "Show absent members"), "Escape closes the details");
}

#[test]
fn what_is_not_covered_is_listed_with_the_code_and_retried() {
    let (mut window, core) = window(fleet(three_accounts()));
    click(&mut window, Role::Button, "1 of 3 account-regions not covered");
    assert!(says(&window, "AccessDenied: User is not authorized"), "AWS's code and message");
    assert!(says(&window, "0a1b2c3d"), "AWS's request id");
    assert!(says(&window, "trust policy"), "what to do");
    click(&mut window, Role::Button, "Retry");
    assert_eq!(core.swept(), [None, Some(vec![2])]);
}

#[test]
fn an_export_goes_to_the_path_and_says_what_is_missing() {
    let (mut window, core) = window(fleet(three_accounts()));
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run();
    assert!(says(&window, "1 account-region is not covered"));
    click(&mut window, Role::Button, "Export 40 rows");
    let exports = core.told(|command| match command {
        Command::Export(export) => Some(export.clone()),
        _ => None,
    });
    let [export] = exports.as_slice() else { panic!("{exports:?}") };
    let name = export.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    assert_eq!(export.path.parent(), Some(Path::new("/home/ann/Documents")));
    assert!(name.starts_with("rds-fleet-db-instances-20") && name.ends_with(".csv"), "{name}");
    let usual = Format::Csv(Separator::of_this_machine());
    assert_eq!((export.format, &export.rows, export.every_column), (usual, &RowChoice::All, false));
    assert!(says(&window, "40 rows written to"));
    window.key_press(Key::Escape);
    window.run();
    assert!(!says(&window, "40 rows written to"), "Escape closes the dialog");
}

#[test]
fn the_separator_of_an_export_can_be_chosen() {
    let (mut window, core) = window(fleet(three_accounts()));
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run();
    let formats = |core: &FakeCore| {
        core.told(|command| match command {
            Command::Export(export) => Some(export.format),
            _ => None,
        })
    };
    click(&mut window, Role::RadioButton, "Semicolon");
    click(&mut window, Role::Button, "Export 40 rows");
    click(&mut window, Role::RadioButton, "Exact CSV");
    click(&mut window, Role::Button, "Export 40 rows");
    click(&mut window, Role::RadioButton, "Excel");
    assert!(
        window.query_all_by_role_and_label(Role::RadioButton, "Semicolon").next().is_none(),
        "it has none"
    );
    click(&mut window, Role::Button, "Export 40 rows");
    let semicolon = Separator::SEMICOLON;
    assert_eq!(formats(&core), [Format::Csv(semicolon), Format::RawCsv(semicolon), Format::Xlsx]);
}

#[test]
fn enter_in_the_path_of_an_export_writes_the_file() {
    let (mut window, core) = window(fleet(three_accounts()));
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run();
    window.event(egui::Event::Text(".old".to_owned()));
    window.key_press(Key::Enter);
    window.run();
    let paths = core.told(|command| match command {
        Command::Export(export) => Some(export.path.clone()),
        _ => None,
    });
    assert_eq!(paths.len(), 1);
    assert!(paths[0].to_string_lossy().ends_with(".csv.old"), "the path has the focus at once: {paths:?}");
}

#[test]
fn a_running_sweep_shows_how_far_it_is_and_is_cancelled() {
    let mut fleet = fleet(three_accounts());
    fleet.progress.running = true;
    fleet.progress.accounts_done = 1;
    fleet.progress.duration = Duration::from_secs(3);
    let (mut window, core) = window(fleet);
    assert!(core.swept().is_empty(), "a running sweep is left alone");
    assert!(says(&window, "1 of 3 accounts"));
    click(&mut window, Role::Button, "Cancel");
    assert_eq!(core.told(|command| matches!(command, Command::Cancel).then_some(())).len(), 1);
}

#[test]
fn accounts_that_a_config_edit_adds_are_swept_once() {
    let (mut window, core) = window(fleet(three_accounts()));
    let mut accounts = three_accounts();
    accounts.push(account(4, "444444444444", "DB4", State::NotAsked));
    for _ in 0..2 {
        core.say(Event::Fleet(Arc::new(fleet(accounts.clone()))));
        window.run();
    }
    assert_eq!(core.swept(), [None, Some(vec![4])]);
    assert!(window.query_by_role_and_label(Role::CheckBox, "Account 444444444444").is_some());
}

#[test]
fn a_column_is_hidden_from_its_header_and_brought_back_from_the_menu() {
    let (mut window, core) = window(fleet(three_accounts()));
    window.get_by_role_and_label(Role::ColumnHeader, "Engine").click_secondary();
    window.run();
    click(&mut window, Role::Button, "Hide column");
    assert!(!core.shown().columns.iter().any(|column| column == "Engine"));
    assert!(window.query_by_role_and_label(Role::ColumnHeader, "Engine").is_none());
    click(&mut window, Role::Button, "Columns");
    click(&mut window, Role::Button, "Reset");
    assert!(core.shown().columns.iter().any(|column| column == "Engine"));
}

#[test]
fn columns_are_moved() {
    let (mut window, core) = window(fleet(three_accounts()));
    window.get_by_role_and_label(Role::ColumnHeader, "Region").click_secondary();
    window.run();
    click(&mut window, Role::Button, "Move left");
    assert_eq!(
        core.shown().columns[..4],
        ["DBInstanceStatus", "DBInstanceIdentifier", "Region", "AccountId"]
    );
}

#[test]
fn another_kind_is_one_click_away() {
    let (mut window, core) = window(fleet(three_accounts()));
    window.get_by_label_contains("DB clusters").click();
    window.run();
    assert_eq!(core.shown().kind, "db-clusters");
    assert!(window.query_by_role_and_label(Role::ColumnHeader, "DBClusterMembers").is_some());
}

#[test]
fn without_a_config_file_the_window_says_what_to_do() {
    let mut fleet = fleet(Vec::new());
    fleet.config.state = FileState::Missing;
    let (window, core) = window(fleet);
    for text in ["/u01/aws/aws-cli/config", "AWS_CONFIG_FILE", "rds-fleet --demo"] {
        assert!(says(&window, text), "{text}");
    }
    assert!(core.swept().is_empty());
}

#[test]
fn a_config_without_targets_shows_its_diagnostics() {
    let mut fleet = fleet(Vec::new());
    fleet.config.diagnostics.push(Diagnostic {
        severity: Severity::Error,
        file: PathBuf::from("/u01/aws/aws-cli/config"),
        line: Some(12),
        profile: Some("DB1".to_owned()),
        message: "role_arn is empty".to_owned(),
    });
    let (mut window, _) = window(fleet);
    click(&mut window, Role::Button, "Show what was found");
    assert!(says(&window, "config:12: profile DB1: role_arn is empty"));
}

#[test]
fn when_everything_failed_the_window_says_so() {
    let (mut window, _) = window_of(fleet(vec![account(2, "222222222222", "DB2", State::Denied)]), 0);
    assert!(says(&window, "Nothing could be collected"));
    click(&mut window, Role::Button, "Show why");
    assert!(says(&window, "AccessDenied: User is not authorized"));
}

#[test]
fn a_further_kind_is_collected_when_somebody_wants_to_see_it() {
    let (mut window, core) = window(fleet(three_accounts()));
    let asked = |core: &FakeCore| {
        core.told(|command| match command {
            Command::Sweep { kinds, .. } => Some(kinds.clone()),
            _ => None,
        })
    };
    assert_eq!(asked(&core), [["db-instances", "db-clusters"]], "no sweep collects everything");
    window.get_by_label("More kinds").click();
    window.run();
    window.get_by_label("DB snapshots").click();
    window.run();
    assert_eq!(asked(&core).last().unwrap(), &["db-snapshots"]);
    assert_eq!(core.shown().kind, "db-snapshots");
}

fn type_sql(window: &mut Window, sql: &str) {
    press(window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Q);
    press(window, Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(Role::MultilineTextInput, "SQL").type_text(sql);
    window.run();
}

#[test]
fn a_question_in_sql_is_looked_at_then_its_kinds_collected_and_its_answer_shown() {
    let (mut window, core) = window(fleet(three_accounts()));
    type_sql(&mut window, "SELECT DBSnapshotIdentifier FROM db_snapshots ");
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    let sql = "SELECT DBSnapshotIdentifier FROM db_snapshots".to_owned();
    assert!(
        core.0
            .commands
            .borrow()
            .iter()
            .any(|command| { matches!(command, Command::Kinds { sql: looked_at } if *looked_at == sql) })
    );
    assert!(core.shown().sql.is_none(), "nothing is asked before it is known to be sound");
    core.say(Event::Kinds { sql: sql.clone(), kinds: Ok(vec!["db-snapshots"]) });
    window.run();
    let commands = core.0.commands.borrow();
    assert!(commands.iter().any(
        |command| matches!(command, Command::Sweep { targets: None, kinds } if *kinds == ["db-snapshots"])
    ));
    drop(commands);
    assert_eq!(core.shown().sql, Some(sql));
    // The real core wakes the window when its answers are there.
    window.run();
    window.run();
    assert!(window.query_by_role_and_label(Role::Grid, "Answer, 40 rows").is_some());
    assert!(window.query_by_role_and_label(Role::ColumnHeader, "DBSnapshotIdentifier").is_some());
    click(&mut window, Role::ColumnHeader, "DBSnapshotIdentifier");
    assert_eq!(core.shown().sort, [SortKey::ascending("DBSnapshotIdentifier")]);
}

#[test]
fn what_a_question_in_sql_hardly_means_is_said_below_its_answer() {
    let (mut window, core) = window(fleet(three_accounts()));
    let ask = |window: &mut Window, sql: &str| {
        type_sql(window, sql);
        press(window, Modifiers::COMMAND, Key::Enter);
        core.say(Event::Kinds { sql: sql.to_owned(), kinds: Ok(Vec::new()) });
        // The real core wakes the window when its answers are there.
        for _ in 0..3 {
            window.run();
        }
    };
    ask(&mut window, "SELECT * FROM db_instances WHERE EngineVersion = 16.10");
    assert!(says(&window, "Write EngineVersion = '16.10'"));
    assert!(
        window.query_by_role_and_label(Role::Grid, "Answer, 40 rows").is_some(),
        "the answer is there all the same"
    );
    ask(&mut window, "SELECT * FROM db_instances WHERE EngineVersion = '16.10'");
    assert!(!says(&window, "Write EngineVersion"), "a note is of its statement");
}

#[test]
fn a_mistake_in_sql_is_named_with_its_place_and_the_answer_before_stays() {
    let (mut window, core) = window(fleet(three_accounts()));
    type_sql(&mut window, "SELECT Engin FROM db_instances ");
    click(&mut window, Role::Button, "Run");
    let refused = Refused { message: "no such column: Engin".to_owned(), position: Some((1, 8)) };
    core.say(Event::Kinds { sql: "SELECT Engin FROM db_instances".to_owned(), kinds: Err(refused) });
    window.run();
    assert!(says(&window, "line 1, column 8: no such column: Engin"));
    assert!(core.shown().sql.is_none());
}

#[test]
fn columns_are_offered_while_one_types_and_written_with_tab() {
    let (mut window, _) = window(fleet(three_accounts()));
    type_sql(&mut window, "SELECT EngineV");
    assert!(window.query_by_role_and_label(Role::ListBoxOption, "EngineVersion").is_some());
    press(&mut window, Modifiers::NONE, Key::Tab);
    assert!(window.query_by_role_and_label(Role::ListBoxOption, "EngineVersion").is_none());
    let editor = window.get_by_role_and_label(Role::MultilineTextInput, "SQL");
    assert_eq!(editor.value().as_deref(), Some("SELECT EngineVersion"));
    press(&mut window, Modifiers::COMMAND, Key::Space);
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.query_by_role_and_label(Role::ListBoxOption, "EngineVersion").is_none());
}

#[test]
fn examples_are_asked_and_remembered() {
    let (mut window, core) = window(fleet(three_accounts()));
    click(&mut window, Role::Button, "SQL");
    click(&mut window, Role::Button, "Examples");
    click(&mut window, Role::Button, "Storage by account");
    let asked = |core: &FakeCore| {
        core.0.commands.borrow().iter().filter(|command| matches!(command, Command::Kinds { .. })).count()
    };
    assert_eq!(asked(&core), 1);
    click(&mut window, Role::Button, "History");
    let before = window.query_all_by_label_contains("SELECT AccountId, Region, count(*)").next();
    assert!(before.is_some());
}

#[test]
fn any_grid_is_shown_as_sql() {
    let (mut window, core) = window(fleet(three_accounts()));
    window.get_by_role_and_label(Role::ColumnHeader, "Engine").click_secondary();
    window.run();
    click(&mut window, Role::Button, "Show as SQL");
    let editor = window.get_by_role_and_label(Role::MultilineTextInput, "SQL");
    assert_eq!(editor.value().as_deref(), Some("SELECT 'as a person would write it'"));
    assert!(core.0.commands.borrow().iter().any(|command| matches!(command, Command::Kinds { .. })));
}

#[test]
fn changes_are_one_click_away_and_no_change_says_so() {
    let (mut window, core) = window_of(fleet(three_accounts()), 0);
    click(&mut window, Role::Button, "Changes");
    assert!(core.shown().sql.is_some_and(|sql| sql.contains("FROM changes")));
    assert!(says(&window, "Nothing has changed"));
}

#[test]
fn an_export_says_how_far_it_is_and_is_cancelled() {
    let (mut window, core) = window(fleet(three_accounts()));
    *core.0.holds_exports.borrow_mut() = true;
    press(&mut window, Modifiers::COMMAND, Key::E);
    click(&mut window, Role::Button, "Export 40 rows");
    core.say(Event::Exporting { rows: 10, of: 40 });
    window.run();
    assert!(says(&window, "10 of 40 rows written"));
    click(&mut window, Role::Button, "Cancel");
    assert!(core.0.commands.borrow().iter().any(|command| matches!(command, Command::CancelExport)));
    core.say(Event::Exported(Err("cancelled: the file is left as it was".to_owned())));
    window.run();
    assert!(says(&window, "cancelled"));
}

#[test]
fn what_an_earlier_run_left_is_shown_with_its_age_and_is_no_gap() {
    let mut accounts = three_accounts();
    for status in accounts.iter_mut().flat_map(|account| &mut account.targets) {
        for coverage in &mut status.coverage {
            let coverage = Arc::make_mut(coverage);
            (coverage.state, coverage.failure) = (State::Stale, None);
            coverage.as_of = Some(time::macros::datetime!(2026-01-02 03:04 UTC));
        }
    }
    let (window, _) = window(fleet(accounts));
    assert!(!says(&window, "not covered"));
    assert!(says(&window, "as of"));
}

#[test]
fn a_store_that_could_not_be_used_is_told() {
    let mut fleet = fleet(three_accounts());
    fleet.store.notices = vec!["the store /a/b is broken: it was set aside as /a/c".to_owned()];
    let (mut window, _) = window(fleet);
    click(&mut window, Role::Button, "Configuration: 1 warning");
    assert!(says(&window, "set aside as /a/c"));
}

#[test]
fn a_question_that_takes_too_long_is_given_up() {
    let (mut window, core) = window(fleet(three_accounts()));
    type_sql(&mut window, "SELECT count(*) FROM tags ");
    *core.0.holds_views.borrow_mut() = true;
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    core.say(Event::Kinds { sql: "SELECT count(*) FROM tags".to_owned(), kinds: Ok(Vec::new()) });
    window.run();
    window.run();
    assert!(says(&window, "Asking…"));
    click(&mut window, Role::Button, "Cancel");
    assert!(core.0.commands.borrow().iter().any(|command| matches!(command, Command::CancelShow)));
    assert!(says(&window, "Ask a question"));
}

#[test]
fn keys_that_come_in_one_frame_all_count() {
    let (mut window, core) = window(fleet(three_accounts()));
    click(&mut window, Role::Row, "db-2");
    let keys = [&[Key::ArrowDown; 3][..], &[Key::ArrowRight; 2], &[Key::S]].concat();
    // Not by the harness's own way, which gives every press a frame.
    window.input_mut().events.extend(keys.into_iter().map(|key| egui::Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    }));
    window.run();
    assert_eq!(core.shown().sort, [SortKey::ascending(&core.shown().columns[1])]);
    press(&mut window, Modifiers::COMMAND, Key::C);
    window.event(egui::Event::Copy);
    window.run();
    let commands = core.0.commands.borrow();
    let copied = commands.iter().rev().find_map(|command| match command {
        Command::Copy { rows, .. } => Some(rows.clone()),
        _ => None,
    });
    assert_eq!(copied, Some(RowChoice::These(vec![105])), "three below the one that was clicked");
}
