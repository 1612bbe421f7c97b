//! The window: panels, grid, dialogs. It draws what the core says and hands back what the person asks for; it decides
//! nothing, reads no file and never waits.
//!
//! `app` holds the state and routes events; every other file draws one part and answers with `Action`s.

mod account_line;
mod accounts;
mod action;
mod ahead;
mod app;
mod chips;
mod columns;
mod commands;
mod comparison;
mod condition;
mod details;
mod drawer;
mod empty;
mod environments;
mod export;
mod file_picker;
mod filter_row;
mod folds;
mod grid;
mod grid_cells;
mod grid_header;
mod grid_keys;
mod history;
mod icons;
mod link;
mod marks;
mod members;
mod memory;
mod menu;
mod overview;
mod pages;
mod palette;
mod pick_list;
mod preferences;
mod relations;
pub mod renderer;
mod roster;
mod scroll;
mod selection;
mod separators;
mod sheet;
mod shortcuts;
pub mod software;
mod sql;
mod status;
pub mod theme;
mod tick;
mod toolbar;
mod views;
mod wheel;

pub use app::{App, Simulation, Start};
pub use link::{Backstage, Link};
pub use memory::Remembered;
