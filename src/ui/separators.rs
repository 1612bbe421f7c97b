//! The choice of a CSV file's separator, for the dialogs that write one.

use egui::Ui;

use crate::report::Separator;

/// What is offered; the command line takes any sign.
const OFFERED: [(Separator, &str); 3] =
    [(Separator::COMMA, "Comma"), (Separator::SEMICOLON, "Semicolon"), (Separator::TAB, "Tab")];

/// Draws the choice. What nobody has chosen is the usual separator.
pub fn choose(ui: &mut Ui, chosen: &mut Option<Separator>, usual: Separator) {
    let mut separator = chosen.unwrap_or(usual);
    for (offered, name) in OFFERED {
        let button = ui.radio_value(&mut separator, offered, name);
        if offered == Separator::of_this_machine() {
            button.on_hover_text("What Excel on this machine expects");
        }
    }
    if separator != chosen.unwrap_or(usual) {
        *chosen = Some(separator);
    }
}
