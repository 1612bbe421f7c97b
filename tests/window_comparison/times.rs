//! One database beside what it was: times that are written, that people often want, and at which it changed.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use rds_fleet::analysis::moments::Changed;
use rds_fleet::core::{Choice, Command, Event, Moments};
use time::macros::datetime;

use super::fake_core::FakeCore;
use super::{Window, choices, click, has, made_up, press, says};

/// Opens the dialog of the times with which the chosen row is compared, and says what the history knows of it.
fn look_back(window: &mut Window, core: &FakeCore) {
    let (kind, row) = core
        .told(|command| match command {
            Command::Moments { kind, row } => Some((*kind, *row)),
            _ => None,
        })
        .pop()
        .expect("the core is asked when it changed");
    let what = ["AllocatedStorage", "Iops"].map(str::to_owned).to_vec();
    let at = datetime!(2026-11-12 10:31:07 UTC);
    let changed = Ok(vec![Changed { at, what }]);
    let title = "111111111111/eu-west-1/db-3".to_owned();
    core.say(Event::Moments(Arc::new(Moments { kind, row, title, changed })));
    window.run();
}

#[test]
fn a_database_is_compared_with_times_that_are_written_or_at_which_it_changed() {
    let (mut window, core) = made_up();
    window.get_by_role_and_label(Role::Row, "db-3").click();
    window.run();
    press(&mut window, Modifiers::COMMAND, Key::P);
    window.get_by_role(Role::EditableComboBox).type_text("earlier time");
    window.run();
    press(&mut window, Modifiers::NONE, Key::Enter);
    look_back(&mut window, &core);
    assert!(says(&window, "111111111111/eu-west-1/db-3"));
    // Two ages, two times that are written, and the moment before a change.
    for name in ["A day ago", "A week ago", "Before 2026-11-12 10:31:07 UTC: AllocatedStorage, Iops"] {
        click(&mut window, Role::CheckBox, name);
    }
    let write = |window: &mut Window, text: &str| {
        window.get_by_label("Other times").focus();
        window.run();
        press(window, Modifiers::COMMAND, Key::A);
        window.event(egui::Event::Text(text.to_owned()));
        window.run();
    };
    write(&mut window, "2026-11-01, soon");
    assert!(says(&window, "“soon” is no time: write one such as 2026-11-01"));
    click(&mut window, Role::Button, "Compare");
    assert!(choices(&core).is_empty(), "what is no time is not compared with");
    write(&mut window, "2026-11-01, 2026-11-02T08:00:00Z");
    press(&mut window, Modifiers::NONE, Key::Enter);
    let times = core.told(|command| match command {
        Command::Compare(compare) => Some(compare.times.clone()),
        _ => None,
    });
    let [times] = &times[..] else { panic!("{times:?}") };
    assert_eq!(times.len(), 5);
    for time in [
        datetime!(2026-11-01 0:00 UTC),
        datetime!(2026-11-02 8:00 UTC),
        datetime!(2026-11-12 10:31:06.999 UTC),
    ] {
        assert!(times.contains(&time), "{time} in {times:?}");
    }
    assert!(matches!(&choices(&core)[..], [Choice::Rows(rows)] if rows[..] == [("db-instances", 103)]));

    // From the details of a row as well.
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    press(&mut window, Modifiers::NONE, Key::Enter);
    click(&mut window, Role::Button, "Compare with an earlier time…");
    look_back(&mut window, &core);
    assert!(has(&window, Role::CheckBox, "An hour ago"));
}
