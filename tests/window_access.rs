//! Every main state by keyboard and by screen reader: what can be acted on has a name, Tab reaches it, and one sees where
//! the focus is.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(feature = "window")]

mod fake_core;
#[allow(dead_code, reason = "the walk does not ask for all of it")]
mod states;

use std::collections::{BTreeMap, BTreeSet};

use egui::accesskit::{Action, Role};
use egui::{Key, Rect, Shape, Theme, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{AccessKitNode, NodeT, Queryable};

use states::{STATES, Window};

/// What is acted on by mouse and is no stop of Tab's, because keys reach it in another way that is quicker: what is in a
/// grid or in the tree of accounts by arrows, once Tab has reached the grid or the tree; the lines of a list that a field
/// offers by arrows from the field; what a scroll bar does by Page Up and Page Down.
const BY_ARROWS: [Role; 6] =
    [Role::Row, Role::Cell, Role::ColumnHeader, Role::TreeItem, Role::ListBoxOption, Role::ScrollBar];

/// The same by its name: a column's filter opens with F from the grid, and a line of the tree folds with Left and Right.
const BY_KEYS: [&str; 4] = ["Filter ", "Fold account", "Fold environment", "Unfold account"];

/// Text that can be selected, and the lines between columns and panels, which the libraries draw: their widths are also
/// set from menus.
const NO_CONTROLS: [Role; 4] = [Role::Label, Role::Heading, Role::Splitter, Role::Unknown];

/// More stops than any state has.
const MOST_STOPS: usize = 250;

fn can_have_focus(node: &AccessKitNode<'_>) -> bool {
    node.data().supports_action(Action::Focus)
}

fn is_control(node: &AccessKitNode<'_>) -> bool {
    let (role, name) = (node.role(), node.label().unwrap_or_default());
    let in_line = matches!(role, Role::Button | Role::DisclosureTriangle) && name != "Filter row";
    let otherwise =
        BY_ARROWS.contains(&role) || in_line && BY_KEYS.iter().any(|start| name.starts_with(start));
    let lines = matches!(role, Role::Grid | Role::Tree | Role::ListBox) && can_have_focus(node);
    let acts = node.data().supports_action(Action::Click) || lines;
    acts && !otherwise && !NO_CONTROLS.contains(&role) && !node.is_disabled() && !node.is_hidden()
}

/// What can be acted on, each with its role and name. Where a dialog covers the window, only what is in the dialog. The
/// boxes of a tree or a list are ticked by Space, once Tab has reached the tree or the list.
fn controls(window: &Window) -> BTreeMap<u64, String> {
    let lists: Vec<Rect> = [Role::Tree, Role::ListBox]
        .into_iter()
        .flat_map(|role| window.query_all_by_role(role))
        .filter(|list| can_have_focus(&list.accesskit_node()))
        .map(|list| list.rect())
        .collect();
    let in_list = |node: &AccessKitNode<'_>| {
        let at = node.bounding_box().map(|bounds| pos2(bounds.x0 as f32 + 4.0, bounds.y0 as f32 + 4.0));
        node.role() == Role::CheckBox && at.is_some_and(|at| lists.iter().any(|list| list.contains(at)))
    };
    let root = window.root();
    let dialog = root.children().find(|node| node.accesskit_node().role() == Role::Dialog);
    let among = dialog.unwrap_or(root);
    let nodes = among.children_recursive().map(|node| node.accesskit_node());
    let named = |node: AccessKitNode<'_>| {
        let what = format!("{:?} {:?}", node.role(), node.label().unwrap_or_default());
        (node.locate().0.0, what)
    };
    nodes.filter(|node| is_control(node) && !in_list(node)).map(named).collect()
}

/// What is painted; of texts where they stand and what marks them.
fn painted(window: &Window) -> Vec<String> {
    let shapes = window.output().shapes.iter();
    let told = |shape: &Shape| match shape {
        Shape::Text(text) => format!("{:?}{:?}{:?}", text.pos, text.underline, text.override_text_color),
        shape => format!("{shape:?}"),
    };
    shapes.map(|clipped| told(&clipped.shape)).collect()
}

/// Presses Tab until the focus is where it has been; what it was on, each with whether that was to be seen.
fn walk(window: &mut Window) -> BTreeMap<u64, bool> {
    if let Some(id) = window.ctx.memory(|memory| memory.focused()) {
        window.ctx.memory_mut(|memory| memory.surrender_focus(id));
    }
    window.run();
    let unfocused = painted(window);
    let mut stops = BTreeMap::new();
    for _ in 0..MOST_STOPS {
        window.key_press(Key::Tab);
        window.run();
        let Some(stop) = window.ctx.memory(|memory| memory.focused()) else { continue };
        let stop = stop.value();
        if stops.contains_key(&stop) {
            return stops;
        }
        stops.insert(stop, painted(window) != unfocused);
    }
    panic!("Tab never comes back to where it was");
}

#[test]
fn tab_reaches_whatever_can_be_acted_on_and_one_sees_where_it_is() {
    let mut faults = BTreeSet::new();
    for state in &STATES {
        let mut window = state.window(Theme::Dark, Harness::builder());
        window.check_accessibility();
        for dialog in window.query_all_by_role(Role::Dialog) {
            assert!(dialog.accesskit_node().label().is_some(), "{}: a dialog has no name", state.name);
        }
        let controls = controls(&window);
        assert!(!controls.is_empty(), "{}", state.name);
        let stops = walk(&mut window);
        for (id, what) in &controls {
            match stops.get(id) {
                None => faults.insert(format!("{}: Tab does not reach {what}", state.name)),
                Some(false) => faults.insert(format!("{}: one does not see the focus on {what}", state.name)),
                Some(true) => false,
            };
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
