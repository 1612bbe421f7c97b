//! Keys in the order in which they were pressed, however slow the window is. On a slow line or a busy machine one frame
//! gets what a person has done in many: the key that opens a field, and what was typed into it. A frame takes in only
//! one of them here, and the next waits until what it opened is there; nothing is lost, and nothing goes to what had the
//! focus before. What keys mean is not known here.

use std::collections::VecDeque;

use egui::{Context, Event, EventFilter, Id, Key, Modifiers, Plugin, RawInput, Ui};

/// Has arrows and Escape stay with what has the focus, instead of taking the focus elsewhere.
pub fn keep_arrows(ui: &Ui, id: Id) {
    let filter = EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: true };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
}

/// What a person does in a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Deed {
    /// A key that goes through lines or columns: who counts its presses may have several at once.
    Step(Key, Modifiers),
    /// Another key, or a copy, cut or paste, which may open something or take the focus elsewhere.
    Act(Option<Key>),
    /// A click, or either end of a drag: what a click means depends on the modifiers when it ends.
    Click,
}

/// What has been done and not been taken in yet.
#[derive(Default)]
pub struct Ahead {
    held: VecDeque<Event>,
    /// Whether what the last frame's key opened has not been drawn yet.
    opening: bool,
    /// Whether a text field had the focus when the last pass ended.
    typing: bool,
}

impl Plugin for Ahead {
    fn debug_name(&self) -> &'static str {
        "typing ahead"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        self.held.extend(input.events.drain(..));
        if !std::mem::take(&mut self.opening) {
            input.events = self.next();
        }
        if !self.held.is_empty() {
            ctx.request_repaint();
        }
    }

    fn on_end_pass(&mut self, ui: &mut Ui) {
        self.typing = ui.ctx().text_edit_focused();
        if !self.held.is_empty() {
            ui.ctx().request_repaint();
        }
    }
}

impl Ahead {
    /// What the next frame takes in: one deed, or what somebody types.
    fn next(&mut self) -> Vec<Event> {
        let mut taken = Vec::new();
        let mut done: Option<Deed> = None;
        let mut wrote = false;
        let mut released = false;
        while let Some(event) = self.held.front() {
            let deed = self.deed(event);
            // What is written after a key has been let go is meant for what that key opened.
            let writes = writes(event) && (self.typing || released);
            let again = deed == done && (matches!(deed, Some(Deed::Step(..))) || !released);
            let begins_anew = match done {
                Some(_) => deed.is_some() && !again || writes || matches!(event, Event::ModifiersChanged(_)),
                None => deed.is_some() && wrote,
            };
            if begins_anew {
                break;
            }
            if let Event::Key { pressed, .. } | Event::PointerButton { pressed, .. } = event {
                released = !pressed;
            }
            done = deed.or(done);
            wrote |= writes;
            taken.extend(self.held.pop_front());
        }
        self.opening = matches!(done, Some(Deed::Act(_)));
        taken
    }

    fn deed(&self, event: &Event) -> Option<Deed> {
        match event {
            Event::Key { key, pressed: true, .. } if is_modifier(*key) || self.typing && writes(event) => {
                None
            }
            Event::Key { key, pressed: true, modifiers, .. } => Some(match key {
                Key::ArrowUp
                | Key::ArrowDown
                | Key::ArrowLeft
                | Key::ArrowRight
                | Key::PageUp
                | Key::PageDown
                    if !modifiers.alt && !modifiers.command =>
                {
                    Deed::Step(*key, *modifiers)
                }
                Key::Home | Key::End => Deed::Step(*key, *modifiers),
                key => Deed::Act(Some(*key)),
            }),
            Event::Copy | Event::Cut | Event::Paste(_) => Some(Deed::Act(None)),
            Event::PointerButton { .. } => Some(Deed::Click),
            _ => None,
        }
    }
}

fn is_modifier(key: Key) -> bool {
    use Key::{AltLeft, AltRight, ControlLeft, ControlRight, ShiftLeft, ShiftRight, SuperLeft, SuperRight};
    matches!(
        key,
        AltLeft | AltRight | ControlLeft | ControlRight | ShiftLeft | ShiftRight | SuperLeft | SuperRight
    )
}

/// Whether a key changes the text of a field and leaves the focus where it is.
fn writes(event: &Event) -> bool {
    use Key::{Backspace, Delete, Space};
    let (key, modifiers) = match event {
        Event::Text(_) => return true,
        Event::Key { key, pressed: true, modifiers, .. } => (key, modifiers),
        _ => return false,
    };
    let printed = key.symbol_or_name().chars().count() == 1
        && !matches!(key, Key::ArrowUp | Key::ArrowDown | Key::ArrowLeft | Key::ArrowRight);
    (printed || matches!(key, Backspace | Delete | Space)) && !modifiers.command && !modifiers.alt
}
