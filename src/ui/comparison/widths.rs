//! How wide the columns of a comparison are: as the room has it, or as somebody has dragged them, for as long as the window
//! is open. A database that is compared again has its width again.

use std::collections::HashMap;

use egui::{CursorIcon, Id, Rect, Sense, Ui, pos2};

use super::super::marks;
use super::super::theme;

/// Widths that were chosen.
#[derive(Debug, Default)]
pub struct Widths {
    names: Option<f32>,
    /// By the databases' titles.
    databases: HashMap<String, f32>,
}

/// The column that a width is of.
#[derive(Debug, Clone, Copy)]
pub enum Column<'a> {
    /// The settings' names.
    Names,
    /// A database's, by its title.
    Database(&'a str),
}

impl Widths {
    /// The width of the settings' names, of some width in all.
    pub fn names(&self, whole: f32) -> f32 {
        let usual = (whole * 0.34).min(theme::COMPARED_NAMES).round();
        self.names
            .unwrap_or(usual)
            .clamp(theme::COLUMN_LEAST, (whole - theme::COLUMN_LEAST).max(theme::COLUMN_LEAST))
    }

    /// Where the databases' columns begin, in some room, and where the last one ends.
    pub fn lefts(&self, titles: &[String], room: f32) -> Vec<f32> {
        let usual = room / titles.len().max(1) as f32;
        let usual = usual.clamp(theme::COMPARED_LEAST, theme::COMPARED_MOST).floor();
        let mut lefts = Vec::with_capacity(titles.len() + 1);
        let mut left = 0.0;
        lefts.push(left);
        for title in titles {
            left += self.databases.get(title).copied().unwrap_or(usual);
            lefts.push(left);
        }
        lefts
    }

    /// Has a column so wide; without a width as wide as the room has it.
    pub fn set(&mut self, column: Column<'_>, width: Option<f32>) {
        let width = width.map(|width| width.clamp(theme::COLUMN_LEAST, theme::COLUMN_MOST).round());
        match (column, width) {
            (Column::Names, width) => self.names = width,
            (Column::Database(title), Some(width)) => {
                self.databases.insert(title.to_owned(), width);
            }
            (Column::Database(title), None) => {
                self.databases.remove(title);
            }
        }
    }

    /// Lets the right edge of a column be dragged, and brings the usual width back at a double click.
    pub fn edge(&mut self, ui: &Ui, column: Column<'_>, rect: Rect) {
        let (id, label) = match column {
            Column::Names => (Id::unique("width of names"), "Width of the settings' names".to_owned()),
            Column::Database(title) => (Id::unique(("width", title)), format!("Width of {title}")),
        };
        let edge = pos2(rect.right(), rect.top());
        let grip = Rect::from_min_max(edge, rect.max).expand2(egui::vec2(theme::GRIP / 2.0, 0.0));
        let response = ui.interact(grip, id, Sense::CLICK | Sense::DRAG);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(egui::Role::Splitter);
            node.set_bounds(marks::bounds(grip));
            node.set_label(label);
            node.set_numeric_value(rect.width().into());
        });
        if response.double_clicked() {
            self.set(column, None);
        } else if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged()) {
            self.set(column, Some(pointer.x - rect.left()));
        }
        if response.hovered() || response.dragged() {
            ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_the_room_has_it_until_somebody_chooses() {
        let titles = ["a", "b", "c"].map(str::to_owned);
        let mut widths = Widths::default();
        assert_eq!(widths.lefts(&titles, 600.0), [0.0, 200.0, 400.0, 600.0]);
        widths.set(Column::Database("b"), Some(300.4));
        assert_eq!(widths.lefts(&titles, 600.0), [0.0, 200.0, 500.0, 700.0]);
        widths.set(Column::Database("b"), Some(1.0));
        assert_eq!(widths.lefts(&titles, 600.0)[2], 200.0 + theme::COLUMN_LEAST);
        widths.set(Column::Database("b"), None);
        assert_eq!(widths.lefts(&titles, 600.0)[3], 600.0);
        widths.set(Column::Names, Some(500.0));
        assert_eq!(widths.names(1000.0), 500.0);
        assert_eq!(widths.names(300.0), 300.0 - theme::COLUMN_LEAST, "the databases are seen as well");
    }
}
