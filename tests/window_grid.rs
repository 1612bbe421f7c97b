//! The grid through its accessibility tree: filters, groups, columns, a million rows, copying. A made-up core behind it
//! takes the commands down; no renderer is needed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(feature = "window")]

mod fake_core;

use egui::accesskit::{Role, SortDirection};
use egui::{Event as Input, Key, Modifiers, Pos2, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use rds_fleet::core::{Command, CopyForm, RowChoice};
use rds_fleet::query::{Filter, SortKey, Test};

use fake_core::FakeCore;
use fake_core::window::{Opening, Window, click, has, is_at, painted, press, write};

/// A window in which every column of the instances is seen.
fn window_of(rows: usize) -> (Window, FakeCore) {
    Opening { rows, size: vec2(2600.0, 900.0), ..Opening::default() }.open()
}

/// Clicks an entry of a column's menu.
fn choose(window: &mut Window, column: &str, entry: &str) {
    window.get_by_role_and_label(Role::ColumnHeader, column).click_secondary();
    window.run();
    let labels: Vec<String> =
        window.query_all_by_role(Role::Button).filter_map(|button| button.accesskit_node().label()).collect();
    // A shortcut is part of an entry's name.
    let label = labels.iter().find(|label| *label == entry || **label == format!("{entry} F"));
    let label = label.unwrap_or_else(|| panic!("{entry} is none of {labels:?}")).clone();
    click(window, Role::Button, &label);
}

/// A window in which a column that is not shown at first is seen whole, behind the others.
fn window_with(column: &str) -> Window {
    let size = vec2(3200.0, 900.0);
    let (mut window, _) = Opening { rows: 40, size, ..Opening::default() }.open();
    click(&mut window, Role::Button, "Columns");
    write(&mut window, column);
    click(&mut window, Role::CheckBox, column);
    press(&mut window, Modifiers::NONE, Key::Escape);
    press(&mut window, Modifiers::NONE, Key::Escape);
    window
}

fn contains(column: &str, text: &str) -> Filter {
    Filter::column(column, Test::Contains(text.to_owned()))
}

#[test]
fn typing_under_a_header_filters_and_the_chip_takes_it_away() {
    let (mut window, core) = window_of(40);
    click(&mut window, Role::TextInput, "Engine contains");
    write(&mut window, "ora");
    assert_eq!(core.shown().filters, [contains("Engine", "ora")]);
    click(&mut window, Role::Button, "Remove Engine contains ora");
    assert!(core.shown().filters.is_empty());
    assert!(!has(&window, Role::Button, "Clear all"), "without conditions there are no chips");
}

#[test]
fn a_range_is_a_condition_as_soon_as_it_is_one() {
    let (mut window, core) = window_of(40);
    click(&mut window, Role::TextInput, "AllocatedStorage from–to");
    write(&mut window, "100..x");
    assert!(core.shown().filters.is_empty(), "half a range is none yet");
    press(&mut window, Modifiers::NONE, Key::Backspace);
    let between = Test::Between { from: Some("100".to_owned()), to: None };
    assert_eq!(core.shown().filters, [Filter::column("AllocatedStorage", between)]);
    assert_eq!(
        window.get_by_role_and_label(Role::TextInput, "AllocatedStorage from–to").value().as_deref(),
        Some("100.."),
        "what is typed stays as it was typed"
    );
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(core.shown().filters.is_empty(), "Escape clears the field");
}

#[test]
fn values_are_picked_with_their_counts() {
    let (mut window, core) = window_of(40);
    click(&mut window, Role::Button, "Filter DBInstanceStatus");
    let asked = core.told(|command| match command {
        Command::Values { column, .. } => Some(column.clone()),
        _ => None,
    });
    assert_eq!(asked, ["DBInstanceStatus"]);
    let available = window.get_by_role_and_label(Role::CheckBox, "available").accesskit_node().description();
    assert_eq!(available.as_deref(), Some("30"), "so many rows are");
    click(&mut window, Role::CheckBox, "(absent)");
    let absent = Filter::Not(Box::new(Filter::column("DBInstanceStatus", Test::Absent)));
    assert_eq!(core.shown().filters, [absent]);
    click(&mut window, Role::Button, "Pick none");
    click(&mut window, Role::CheckBox, "stopped");
    let stopped = Test::Is(vec!["stopped".to_owned()]);
    assert_eq!(core.shown().filters, [Filter::column("DBInstanceStatus", stopped)]);
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!has(&window, Role::CheckBox, "stopped"), "Escape closes the list");
}

#[test]
fn values_are_picked_by_keys_through_one_stop_of_tabs() {
    let (mut window, core) = window_of(40);
    click(&mut window, Role::Button, "Filter DBInstanceStatus");
    // From the field that is typed into past all else to the list.
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    let at_list = |window: &Window| is_at(window, Role::ListBox, "Values");
    assert!(at_list(&window));
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::Space);
    let stopped = Filter::column("DBInstanceStatus", Test::Is(vec!["stopped".to_owned()]));
    assert_eq!(core.shown().filters, [Filter::Not(Box::new(stopped.clone()))], "the second value");
    assert!(at_list(&window));
    write(&mut window, "avail");
    assert!(has(&window, Role::CheckBox, "available") && !has(&window, Role::CheckBox, "stopped"));
    press(&mut window, Modifiers::NONE, Key::Backspace);
    press(&mut window, Modifiers::SHIFT, Key::Tab);
    assert!(is_at(&window, Role::Button, "Pick none"));
    press(&mut window, Modifiers::NONE, Key::Tab);
    assert!(at_list(&window), "no value is a stop of its own");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(!has(&window, Role::ListBox, "Values"), "Enter is the end");

    click(&mut window, Role::Button, "Filter DBInstanceStatus");
    click(&mut window, Role::TextInput, "Find value");
    write(&mut window, "stop");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(core.shown().filters, [stopped], "what is found and nothing else");
    assert!(!has(&window, Role::ListBox, "Values"));
}

#[test]
fn a_text_is_meant_in_other_ways_from_the_keyboard() {
    let (mut window, core) = window_of(40);
    click(&mut window, Role::Row, "db-2");
    for key in [Key::ArrowRight, Key::ArrowRight, Key::F] {
        press(&mut window, Modifiers::NONE, key);
    }
    write(&mut window, "^db");
    assert_eq!(core.shown().filters, [contains("DBInstanceIdentifier", "^db")]);
    click(&mut window, Role::Button, "matches");
    click(&mut window, Role::CheckBox, "not");
    let matches = Filter::column("DBInstanceIdentifier", Test::Matches("^db".to_owned()));
    assert_eq!(core.shown().filters, [Filter::Not(Box::new(matches))]);
    click(&mut window, Role::Button, "present");
    let absent = Filter::column("DBInstanceIdentifier", Test::Absent);
    assert_eq!(core.shown().filters, [Filter::Not(Box::new(absent))]);
    click(&mut window, Role::Button, "Clear");
    assert!(core.shown().filters.is_empty());
}

#[test]
fn a_filter_that_nothing_passes_stays_where_it_can_be_changed() {
    let (mut window, core) = window_of(40);
    click(&mut window, Role::TextInput, "Engine contains");
    write(&mut window, "nothing");
    assert!(has(&window, Role::TextInput, "Engine contains"));
    assert!(!has(&window, Role::Row, "db-0"));
    click(&mut window, Role::Button, "Clear all");
    assert!(core.shown().filters.is_empty() && has(&window, Role::Row, "db-0"));
}

#[test]
fn conditions_are_edited_as_one_text() {
    let (mut window, core) = window_of(40);
    click(&mut window, Role::TextInput, "Engine contains");
    write(&mut window, "ora");
    click(&mut window, Role::Button, "Edit as text");
    let field = |window: &Window| {
        window.get_by_role_and_label(Role::TextInput, "Conditions as text").value().unwrap_or_default()
    };
    assert_eq!(field(&window), "Engine contains ora");
    write(&mut window, " and Iops");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(field(&window).ends_with("Iops"), "what is wrong can be mended");
    assert_eq!(core.shown().filters.len(), 1);
    write(&mut window, " >= 3000 and billing");
    press(&mut window, Modifiers::NONE, Key::Enter);
    let between = Test::Between { from: Some("3000".to_owned()), to: None };
    assert_eq!(core.shown().filters, [contains("Engine", "ora"), Filter::column("Iops", between)]);
    assert_eq!(core.shown().search, "billing");
    click(&mut window, Role::Button, "Edit as text");
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(has(&window, Role::Button, "Remove Iops >= 3000"), "Escape gives the text up");
}

#[test]
fn the_line_of_filters_is_hidden_and_a_filter_still_opens() {
    let (mut window, _) = window_of(40);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    assert!(!has(&window, Role::TextInput, "Engine contains"));
    choose(&mut window, "Engine", "Filter…");
    assert!(has(&window, Role::CheckBox, "stopped"));
}

#[test]
fn rows_stand_in_groups_that_fold() {
    let (mut window, core) = window_of(40);
    choose(&mut window, "Engine", "Group by this column G");
    assert_eq!(core.shown().group, ["Engine"]);
    let group = "Engine group 0, 10 rows";
    assert!(has(&window, Role::Row, group) && has(&window, Role::Row, "db-0"));
    assert!(window.query_all_by_label("Sum of AllocatedStorage: 1000").next().is_some());
    click(&mut window, Role::Row, group);
    assert!(!has(&window, Role::Row, "db-0") && has(&window, Role::Row, "db-10"));
    // The keys are at the group that was clicked.
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    assert!(has(&window, Role::Row, "db-0"));
    press(&mut window, Modifiers::NONE, Key::ArrowLeft);
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::Enter);
    let asked = core.told(|command| match command {
        Command::Record { row, .. } => Some(*row),
        _ => None,
    });
    assert_eq!(asked, [110], "below the folded group stands the next one, then its first row");

    choose(&mut window, "Region", "Group by this column too Shift+G");
    assert_eq!(core.shown().group, ["Engine", "Region"]);
    assert!(window.query_all_by_role_and_label(Role::Row, "Region first, 5 rows").next().is_some());
    choose(&mut window, "Region", "Collapse all");
    assert!(window.query_all_by_role_and_label(Role::Row, "Region first, 5 rows").next().is_none());
    choose(&mut window, "Engine", "Ungroup");
    assert_eq!(core.shown().group, ["Region"]);
    press(&mut window, Modifiers::NONE, Key::G);
    assert_eq!(core.shown().group, ["DBInstanceStatus"]);
    press(&mut window, Modifiers::SHIFT, Key::G);
    assert!(core.shown().group.is_empty(), "chosen again it goes");
}

/// Goes to a database by its name.
fn jump(window: &mut Window, name: &str) {
    press(window, Modifiers::COMMAND, Key::P);
    window.get_by_role(Role::EditableComboBox).type_text(name);
    window.run();
    window.run();
    press(window, Modifiers::NONE, Key::Enter);
}

#[test]
fn a_database_that_is_gone_to_is_seen_wherever_it_stands() {
    let (mut window, core) = window_of(1000);
    choose(&mut window, "Engine", "Group by this column G");
    choose(&mut window, "Region", "Group by this column too Shift+G");
    choose(&mut window, "Region", "Collapse all");
    jump(&mut window, "db-777");
    assert!(has(&window, Role::Row, "db-777"), "its groups are unfolded");
    assert!(has(&window, Role::Row, "Engine group 76, 10 rows") && !has(&window, Role::Row, "db-767"));
    // What leaves few rows is taken away, and the one that is wanted stands far below them.
    click(&mut window, Role::TextInput, "Engine contains");
    write(&mut window, "nothing");
    jump(&mut window, "db-555");
    assert!(core.shown().filters.is_empty() && has(&window, Role::Row, "db-555"));
    // In a window that has not shown its grid yet.
    let (mut window, _) = Opening { rows: 1000, overview: true, ..Opening::default() }.open();
    jump(&mut window, "db-333");
    assert!(has(&window, Role::Row, "db-333"));
}

#[test]
fn pages_are_turned_by_keys() {
    let (mut window, core) = window_of(1000);
    click(&mut window, Role::Row, "db-0");
    let first = |window: &Window| {
        let bar = window.get_by_role_and_label(Role::ScrollBar, "Rows");
        bar.accesskit_node().numeric_value().unwrap() as i64
    };
    let fit = window.query_all_by_role(Role::Row).filter(|row| {
        let grid = window.get_by_role_and_label(Role::Grid, "DB instances, 1000 rows").rect();
        row.rect().height() == 24.0 && row.rect().bottom() <= grid.bottom()
    });
    let page = fit.count() as i64 - 1;
    assert!(page > 10, "{page}");
    for _ in 0..3 {
        press(&mut window, Modifiers::NONE, Key::PageDown);
    }
    assert_eq!(first(&window), 2 * page, "the last line of a page is the first of the next");
    press(&mut window, Modifiers::SHIFT, Key::PageUp);
    press(&mut window, Modifiers::COMMAND, Key::C);
    window.event(Input::Copy);
    window.run();
    let copied = core.told(|command| match command {
        Command::Copy { rows, .. } => Some(rows.clone()),
        _ => None,
    });
    let rows = 100 + 2 * page..=100 + 3 * page;
    assert_eq!(copied, [RowChoice::These(rows.collect())], "with Shift, all rows up to it are chosen");
    for _ in 0..5 {
        press(&mut window, Modifiers::NONE, Key::PageUp);
    }
    assert_eq!(first(&window), 0);
}

#[test]
fn the_last_of_a_million_rows_is_reached_and_whole() {
    let (mut window, core) = window_of(1_000_000);
    click(&mut window, Role::Row, "db-2");
    press(&mut window, Modifiers::NONE, Key::End);
    let last = window.get_by_role_and_label(Role::Row, "db-999999").rect();
    let grid = window.get_by_role_and_label(Role::Grid, "DB instances, 1000000 rows").rect();
    assert!(last.bottom() <= grid.bottom() && last.height() == 24.0, "{last} in {grid}");
    let bar = |window: &Window| {
        let bar = window.get_by_role_and_label(Role::ScrollBar, "Rows");
        (bar.accesskit_node().numeric_value().unwrap(), bar.rect())
    };
    let (first, _) = bar(&window);
    let top = |window: &Window, row: usize| {
        window.get_by_role_and_label(Role::Row, &format!("db-{row}")).rect().top()
    };
    let first_row = first as usize;
    let before = top(&window, first_row);
    press(&mut window, Modifiers::NONE, Key::PageUp);
    press(&mut window, Modifiers::NONE, Key::PageUp);
    let (first_then, _) = bar(&window);
    assert!(first_then < first);
    press(&mut window, Modifiers::NONE, Key::End);
    assert_eq!(bar(&window).0, first, "the end is always the same");
    assert_eq!(top(&window, first_row), before, "rows stand where they stood, to the point");

    press(&mut window, Modifiers::NONE, Key::Home);
    assert!(has(&window, Role::Row, "db-0"));
    // The bar's end is the last row, and one row less is one row less.
    let (_, rect) = bar(&window);
    window.drag_at(rect.center_top() + vec2(0.0, 2.0));
    window.run();
    window.drop_at(rect.center_bottom());
    window.run();
    window.run();
    assert_eq!(bar(&window).0, first);
    window.hover_at(grid.center());
    window.event(Input::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, 24.0),
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Wheel,
    });
    window.run();
    window.run();
    assert_eq!(bar(&window).0, first - 1.0, "a row's height of the wheel is one row");
    assert_eq!(top(&window, first_row - 1), before);
    let asked = core.told(|command| match command {
        Command::Rows { positions, .. } => Some(positions.len()),
        _ => None,
    });
    assert!(asked.iter().all(|rows| *rows < 400), "only what is seen is asked for: {asked:?}");
}

#[test]
fn columns_are_pinned_fitted_and_reset() {
    let (mut window, core) = window_of(40);
    choose(&mut window, "Engine", "Pin column");
    assert_eq!(core.shown().columns[..3], ["DBInstanceStatus", "DBInstanceIdentifier", "Engine"]);
    choose(&mut window, "DBInstanceStatus", "Unpin column");
    assert_eq!(core.shown().columns[..3], ["DBInstanceIdentifier", "Engine", "DBInstanceStatus"]);
    let width =
        |window: &Window| window.get_by_role_and_label(Role::ColumnHeader, "DBInstanceIdentifier").rect();
    let before = width(&window).width();
    choose(&mut window, "DBInstanceIdentifier", "Fit column");
    assert!(width(&window).width() < before, "short names want little room");
    choose(&mut window, "DBInstanceIdentifier", "Reset columns");
    assert_eq!(width(&window).width(), before);
    assert_eq!(core.shown().columns[0], "DBInstanceStatus");
}

#[test]
fn a_column_is_moved_and_widened_by_dragging() {
    let (mut window, core) = window_of(40);
    let header = |window: &Window, name: &str| window.get_by_role_and_label(Role::ColumnHeader, name).rect();
    let drag = |window: &mut Window, from: Pos2, to: Pos2| {
        window.hover_at(from);
        window.run();
        window.drag_at(from);
        window.run();
        window.hover_at(to);
        window.run();
        window.drop_at(to);
        window.run();
        window.run();
    };
    let (engine, region) = (header(&window, "Engine"), header(&window, "Region"));
    drag(&mut window, engine.center(), region.center());
    let columns = &core.shown().columns;
    let at = |name: &str| columns.iter().position(|column| column == name);
    assert_eq!(at("Engine").map(|at| at + 1), at("Region"), "{columns:?}");
    let region = header(&window, "Region");
    drag(&mut window, region.right_center(), region.right_center() + vec2(50.0, 0.0));
    assert_eq!(header(&window, "Region").width(), region.width() + 50.0);
    // Only in the header: below it, a click beside the line between two columns means the row.
    let row = window.get_by_role_and_label(Role::Row, "db-2").rect();
    let beside = Pos2::new(header(&window, "Region").right() + 1.0, row.center().y);
    window.hover_at(beside);
    window.run();
    window.drag_at(beside);
    window.drop_at(beside);
    window.run();
    assert!(window.get_by_role_and_label(Role::Row, "db-2").accesskit_node().is_selected() == Some(true));
}

#[test]
fn a_double_click_on_a_border_fits_the_column() {
    let (mut window, _) = window_of(40);
    let header =
        |window: &Window| window.get_by_role_and_label(Role::ColumnHeader, "DBInstanceIdentifier").rect();
    let before = header(&window);
    let border = before.right_center();
    // The harness lets a quarter of a second pass in each frame.
    window.ctx.options_mut(|options| options.input_options.max_double_click_delay = 5.0);
    window.hover_at(border);
    window.run();
    for _ in 0..2 {
        window.drag_at(border);
        window.drop_at(border);
    }
    window.run();
    window.run();
    assert!(header(&window).width() < before.width(), "short names want little room");
}

#[test]
fn rows_are_selected_by_clicks_with_shift_and_ctrl() {
    let (mut window, core) = window_of(40);
    click(&mut window, Role::Row, "db-2");
    for (row, modifiers) in
        [("db-5", Modifiers::SHIFT), ("db-8", Modifiers::COMMAND), ("db-3", Modifiers::COMMAND)]
    {
        window.get_by_role_and_label(Role::Row, row).click_modifiers(modifiers);
        window.run();
    }
    window.event(Input::Copy);
    window.run();
    let copied = core.told(|command| match command {
        Command::Copy { rows, .. } => Some(rows.clone()),
        _ => None,
    });
    assert_eq!(copied, [RowChoice::These(vec![102, 104, 105, 108])]);
}

#[test]
fn columns_are_found_by_name_with_what_they_mean() {
    let (mut window, core) = window_of(40);
    click(&mut window, Role::Button, "Columns");
    write(&mut window, "DeletionProt");
    assert!(window.query_by_label_contains("cannot be deleted").is_some());
    click(&mut window, Role::CheckBox, "DeletionProtection");
    assert_eq!(core.shown().columns.last().map(String::as_str), Some("DeletionProtection"));
}

#[test]
fn units_stand_beside_values_and_not_in_them() {
    let (window, _) = window_of(40);
    assert!(window.query_all_by_role_and_label(Role::Cell, "100").next().is_some());
}

#[test]
fn a_time_is_told_whole_and_painted_to_the_second_with_its_age_until_there_is_room() {
    const WHOLE: &str = "2024-10-02T09:00:08.899000+00:00";
    let mut window = window_with("InstanceCreateTime");
    let seen = |window: &Window| {
        let cell =
            window.query_all_by_role_and_label(Role::Cell, WHOLE).next().expect("a cell with the whole");
        painted(window, cell.rect()).map(|text| (text.text().to_owned(), text.elided)).collect::<Vec<_>>()
    };
    let short = seen(&window);
    assert_eq!(short[0], ("2024-10-02T09:00:08".to_owned(), false));
    assert!(short.len() == 2 && short[1].0.ends_with(" y ago") && !short[1].1, "{short:?}");
    choose(&mut window, "InstanceCreateTime", "Fit column");
    window.run();
    let whole = seen(&window);
    assert_eq!(whole[0], (WHOLE.to_owned(), false));
    assert!(whole.len() == 2 && whole[1].0.ends_with(" y ago"), "{whole:?}");
}

#[test]
fn of_an_arn_without_room_the_resource_is_painted() {
    const WHOLE: &str = "arn:aws:rds:eu-central-1:222222222222:db:db-3";
    let mut window = window_with("DBInstanceArn");
    let seen = |window: &Window| {
        let cell = window.get_by_role_and_label(Role::Cell, WHOLE).rect();
        painted(window, cell).map(|text| text.text().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(seen(&window), ["…:db:db-3"]);
    choose(&mut window, "DBInstanceArn", "Fit column");
    window.run();
    assert_eq!(seen(&window), [WHOLE]);
}

#[test]
fn several_keys_of_an_order_are_told() {
    let (mut window, core) = window_of(40);
    click(&mut window, Role::ColumnHeader, "Engine");
    window.get_by_role_and_label(Role::ColumnHeader, "Region").click_modifiers(Modifiers::SHIFT);
    window.run();
    assert_eq!(core.shown().sort, [SortKey::ascending("Engine"), SortKey::ascending("Region")]);
    let header = window.get_by_role_and_label(Role::ColumnHeader, "Region");
    assert_eq!(header.accesskit_node().data().sort_direction(), Some(SortDirection::Ascending));
}

#[test]
fn rows_are_copied_in_every_form() {
    let (mut window, core) = window_of(40);
    click(&mut window, Role::Row, "db-2");
    press(&mut window, Modifiers::SHIFT, Key::End);
    for (entry, form) in [
        ("CSV", CopyForm::Csv),
        ("JSON", CopyForm::Json),
        ("Markdown table", CopyForm::Markdown),
        ("AWS CLI command", CopyForm::AwsCommand),
    ] {
        window.get_by_role_and_label(Role::Row, "db-20").click_secondary();
        window.run();
        window.get_by_label_contains("Copy 38 rows as").hover();
        window.run();
        window.run();
        click(&mut window, Role::Button, entry);
        let copied = core.told(|command| match command {
            Command::Copy { rows, form, .. } => Some((rows.clone(), *form)),
            _ => None,
        });
        let expected = RowChoice::These((102..140).collect());
        assert_eq!(copied.last(), Some(&(expected, form)), "{entry}");
    }
    press(&mut window, Modifiers::COMMAND, Key::A);
    window.event(Input::Copy);
    window.run();
    window.run();
    assert!(window.query_by_label_contains("40 rows copied with headers").is_some());
}
