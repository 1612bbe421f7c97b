//! What comparisons look past: a setting that is ignored, a file that is chosen, a file that is broken.

use std::path::PathBuf;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use rds_fleet::analysis::rules::Rules;
use rds_fleet::analysis::setting::Section;
use rds_fleet::settings::{RuleBook, RuleFile, Told, Wish};

use super::{click, has, judged, made_up, press, says, show, subject};

#[test]
fn a_setting_is_ignored_when_somebody_says_so_and_can_be_heeded_again() {
    let (mut window, core) = made_up();
    let subjects = || vec![subject("db-1", "3000", None), subject("db-2", "5000", None)];
    show(&mut window, &core, subjects(), Rules::usual());
    assert!(judged(&core).is_empty(), "it is judged by the rules that there are");
    // From the menu of the setting, or from what stands beside the table.
    window.get_by_role_and_label(Role::Button, "Iops").click_secondary();
    window.run();
    click(&mut window, Role::Button, "Ignore this setting…");
    click(&mut window, Role::Button, "Cancel");
    let cell = "Iops, db-2: 5000, different";
    window.get_by_role_and_label(Role::Cell, cell).click_secondary();
    window.run();
    click(&mut window, Role::Button, "Ignore this setting…");
    click(&mut window, Role::Button, "Cancel");
    click(&mut window, Role::Button, "Iops");
    click(&mut window, Role::Button, "Ignore this setting…");
    assert!(says(&window, "Your rules begin with it, in a file beside your settings."));
    window.event(egui::Event::Text("each application has its own".to_owned()));
    window.run();
    assert!(!core.0.wishes.borrow().iter().any(|wish| matches!(wish, Wish::Ignore { .. })));
    click(&mut window, Role::Button, "Ignore");
    let because = "each application has its own".to_owned();
    let (section, name) = (Section::Storage, "Iops".to_owned());
    assert!(core.0.wishes.borrow().contains(&Wish::Ignore { file: None, section, name, because }));

    // What the keeper has written counts for what is on show, and is remembered.
    let path = PathBuf::from("/home/ann/comparison-rules.toml");
    let own = "[[ignore]]\nsection = \"Storage\"\nmember = \"Iops\"\nbecause = \"each has its own\"";
    let own = Rules::of_text(own).unwrap();
    let book = RuleBook {
        rules: Arc::new(own.clone().on(Rules::usual())),
        own: Some(RuleFile { path: path.clone(), rules: Ok(Arc::new(own)) }),
        shared: Vec::new(),
    };
    core.0.told.borrow_mut().push_back(Told::Rules(Arc::new(book.clone())));
    window.run();
    let [asked] = &judged(&core)[..] else { panic!("it is judged once more") };
    assert_eq!(asked.rules.ignores(Section::Storage, "Iops"), Some("each has its own"));
    let kept = core.0.wishes.borrow().iter().rev().find_map(|wish| match wish {
        Wish::Keep(settings) => settings.comparison_rules.clone(),
        _ => None,
    });
    assert_eq!(kept, Some(path.clone()));
    show(&mut window, &core, subjects(), Rules::clone(&book.rules));
    assert!(!has(&window, Role::Button, "Iops") && says(&window, "0 of 0 settings differ"));

    click(&mut window, Role::Button, "Ignore rules…");
    assert!(says(&window, "Yours: 1 rule in /home/ann/comparison-rules.toml"));
    click(&mut window, Role::Button, "Take out the rule Iops in Storage");
    assert!(core.0.wishes.borrow().contains(&Wish::Heed { file: path, at: 0 }));
    click(&mut window, Role::Button, "Do without my file");
    assert!(core.0.wishes.borrow().contains(&Wish::ReadRules(None)));
}

#[test]
fn a_file_of_rules_is_chosen_and_what_is_wrong_with_one_is_said() {
    let (mut window, core) = made_up();
    press(&mut window, Modifiers::COMMAND, Key::P);
    window.get_by_role(Role::EditableComboBox).type_text("ignore rules");
    window.run();
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(says(&window, "Built in"));
    window.event(egui::Event::Text("/u01/rules.toml".to_owned()));
    window.run();
    click(&mut window, Role::Button, "Use");
    let path = PathBuf::from("/u01/rules.toml");
    assert!(core.0.wishes.borrow().contains(&Wish::ReadRules(Some(path.clone()))));
    let why = "the rules /u01/rules.toml: line 3: there is no section Sotrage to ignore".to_owned();
    let own = Some(RuleFile { path, rules: Err(why) });
    core.0.told.borrow_mut().push_back(Told::Rules(Arc::new(RuleBook { own, ..RuleBook::default() })));
    window.run();
    assert!(says(&window, "line 3: there is no section Sotrage to ignore. It is left out."));
    click(&mut window, Role::Button, "Close");
    show(&mut window, &core, vec![subject("db-1", "1", None), subject("db-2", "2", None)], Rules::usual());
    assert!(says(&window, "These rules do not count: the rules /u01/rules.toml: line 3"));
    assert!(has(&window, Role::Button, "Iops"), "everything else goes on");
}
