//! The icon font and the one way to write an icon. Which icon stands for what is said where it is drawn; an icon never
//! stands alone without a name for a screen reader.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily};
pub use lucide_icons::Icon;
use lucide_icons::LUCIDE_FONT_BYTES;

/// The icon as a text, for a label or a button.
pub fn glyph(icon: Icon) -> String {
    char::from(icon).to_string()
}

/// egui's fonts and the icons behind the first of each family, so that an icon may stand within any text.
pub fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    fonts.font_data.insert("icons".to_owned(), Arc::new(FontData::from_static(LUCIDE_FONT_BYTES)));
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        let names = fonts.families.entry(family).or_default();
        names.insert(names.len().min(1), "icons".to_owned());
    }
    fonts
}
