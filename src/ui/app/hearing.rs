//! What the core has to tell, and which part of the window it is for.

use std::sync::Arc;

use egui::Context;

use super::acting::copied;
use super::{App, sql_sheet};
use crate::core::{Command, Event, Fleet};
use crate::inventory::Refused;
use crate::ui::grid::Grid;
use crate::ui::roster::{Roster, Ticks};
use crate::ui::status;

impl App {
    pub(super) fn take(&mut self, ctx: &Context, event: Event) {
        match event {
            Event::Fleet(fleet) => self.take_fleet(fleet),
            Event::View(view) => {
                let same = |grid: &&mut Grid| grid.sheet.answers(&view.query);
                // An answer to a query that has been replaced since would only flicker by.
                let wanted = self.asked.as_ref().is_none_or(|asked| *asked == view.query);
                if let (true, Some(grid)) = (wanted, self.grids.iter_mut().find(same)) {
                    if let (Some(sql), Some(refused)) = (&view.query.sql, &view.error) {
                        self.sql.refuse(sql, refused.clone());
                    }
                    grid.take_view(view, self.link.as_ref());
                    self.details.outdated();
                }
            }
            Event::Rows(rows) => {
                if let Some(grid) = self.grids.iter_mut().find(|grid| grid.knows(rows.view)) {
                    grid.take_rows(Arc::unwrap_or_clone(rows));
                }
            }
            Event::Record(record) => self.details.take(record),
            Event::Copied(text) => {
                ctx.copy_text(text);
                self.message = copied(self.copying);
            }
            Event::Exported(result) => {
                if let Ok(exported) = &result {
                    self.message = format!("{} rows exported", status::grouped(exported.rows as u64));
                }
                if self.comparison.written(&result) {
                    self.message.clear();
                } else if let Some(dialog) = &mut self.export {
                    dialog.finished(result);
                }
            }
            Event::Kinds { sql, kinds } => self.take_kinds(&sql, kinds),
            Event::Exporting { rows, of } => {
                if let Some(dialog) = &mut self.export {
                    dialog.progress(rows, of);
                }
            }
            Event::Overview(overview) => self.overview.take(overview),
            Event::Databases(found) => self.palette.take(found),
            Event::Relations(relations) => self.details.take_relations(relations),
            Event::Values(values) => {
                if let Some(grid) = self.grids.iter_mut().find(|grid| grid.sheet.answers(&values.query)) {
                    grid.take_values(&values);
                }
            }
            Event::Tags(tags) => {
                self.tags = tags;
                self.name_accounts();
            }
            Event::SweepEnded => self.ask_for_tags(),
            Event::Comparison(answer) => self.take_comparison(answer),
            Event::Moments(moments) => self.comparison.take_moments(&moments),
        }
    }

    /// A statement in SQL can be asked, or not; what it reads and nobody has collected yet is collected.
    fn take_kinds(&mut self, sql: &str, kinds: Result<Vec<&'static str>, Refused>) {
        if !self.sql.checked(sql) {
            return;
        }
        match kinds {
            Err(refused) => self.sql.refuse(sql, refused),
            Ok(kinds) => {
                let lacking: Vec<&'static str> =
                    kinds.into_iter().filter(|kind| self.roster.lacks(kind)).collect();
                if !lacking.is_empty() && !self.roster.targets.is_empty() {
                    self.link.send(Command::Sweep { targets: None, kinds: lacking });
                }
                self.grids[sql_sheet()].ask(sql);
                self.memory.asking(sql, &mut self.grids[sql_sheet()]);
                // The same statement again means that its answer is wanted anew.
                self.asked = None;
            }
        }
    }

    fn take_fleet(&mut self, fleet: Arc<Fleet>) {
        let first = self.swept.is_empty();
        self.fleet = Some(Arc::clone(&fleet));
        self.name_accounts();
        if first {
            self.ticks = self.memory.ticks(&fleet);
        }
        if first && let Some(profile) = &fleet.config.preselected {
            let named = Roster::of_profile(&fleet, profile);
            if !named.is_empty() {
                self.ticks = Ticks::Only(named.into_iter().collect());
            }
        }
        self.roster.tick(&self.ticks);
        let running = fleet.progress.running;
        // What an earlier run left is there at once.
        if first {
            self.ask_for_tags();
        }
        if running || self.roster.targets.is_empty() {
            return;
        }
        if first {
            self.sweep(None);
            return;
        }
        // What a config edit has added is asked for without being told to, once.
        let new: Vec<u32> =
            self.roster.not_asked.iter().copied().filter(|target| !self.swept.contains(target)).collect();
        if !new.is_empty() {
            self.sweep(Some(new));
        }
        self.collect_shown_kind();
    }
}
