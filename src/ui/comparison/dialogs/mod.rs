//! The small dialogs about comparisons: files to write and to read, times to look back to, and rules of what is looked
//! past. Files are the core's and the keeper's.

mod files;
mod path_field;
mod rules;
mod time;

use egui::{Align, Button, Context, Frame, Id, Layout, Modal, RichText, Ui};

pub use self::files::{About, FileDialog};
pub use self::rules::{IgnoreDialog, RulesDialog};
pub use self::time::TimeDialog;
use crate::settings::RuleBook;
use crate::ui::action::Action;
use crate::ui::marks;
use crate::ui::theme::{self, Tokens};

/// A dialog with its answers so far.
pub enum Dialog {
    File(FileDialog),
    Time(TimeDialog),
    Rules(RulesDialog),
    Ignore(IgnoreDialog),
}

impl Dialog {
    /// Draws the dialog; false when it is closed.
    pub fn show(&mut self, ctx: &Context, rules: &RuleBook, actions: &mut Vec<Action>) -> bool {
        let frame = Frame::window(&ctx.global_style());
        let modal = Modal::new(Id::unique("comparison dialog")).frame(frame).show(ctx, |ui| {
            ui.set_width(theme::DIALOG.min(ctx.content_rect().width() - theme::DIALOG_MARGIN));
            let title = match self {
                Dialog::File(dialog) => dialog.title(),
                Dialog::Time(_) => "Compare with an earlier time",
                Dialog::Rules(_) => "Ignore rules",
                Dialog::Ignore(_) => "Ignore this setting",
            };
            marks::name_dialog(ui, title);
            ui.heading(title);
            ui.add_space(2.0 * theme::STEP);
            match self {
                Dialog::File(dialog) => dialog.contents(ui, actions),
                Dialog::Time(dialog) => dialog.contents(ui, actions),
                Dialog::Rules(dialog) => dialog.contents(ui, rules, actions),
                Dialog::Ignore(dialog) => dialog.contents(ui, rules, actions),
            }
        });
        modal.inner && !modal.should_close()
    }
}

/// What came of the buttons at a dialog's foot.
#[derive(PartialEq, Eq)]
enum Ending {
    Open,
    Closed,
    Done,
}

/// Draws the buttons at a dialog's foot; `entered` is whether Enter was pressed in its field.
fn ending(ui: &mut Ui, verb: &str, otherwise: &str, ready: bool, entered: bool) -> Ending {
    let tokens = Tokens::of(ui);
    ui.add_space(2.0 * theme::STEP);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let text = RichText::new(verb).color(tokens.on_primary);
        let clicked = ui.add_enabled(ready, Button::new(text).fill(tokens.primary)).clicked();
        let closed = ui.button(otherwise).clicked();
        match (clicked || entered && ready, closed) {
            (true, _) => Ending::Done,
            (false, true) => Ending::Closed,
            (false, false) => Ending::Open,
        }
    })
    .inner
}
