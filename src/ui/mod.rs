//! The window: panels, grid, dialogs. It draws what the core says and hands back what the person asks for; it decides
//! nothing, reads no file and never waits.
//!
//! `app` holds the state and routes events; every other file draws one part and answers with `Action`s.

mod account_line;
mod accounts;
mod action;
mod app;
mod columns;
mod details;
mod drawer;
mod empty;
mod environments;
mod export;
mod grid;
mod grid_cells;
mod history;
mod icons;
mod link;
mod marks;
mod members;
mod memory;
mod pages;
mod preferences;
mod relations;
pub mod renderer;
mod roster;
mod selection;
mod sheet;
mod sql;
mod status;
pub mod theme;
mod toolbar;
mod views;
mod wheel;

pub use app::{App, Start};
pub use link::{Backstage, Link};
pub use memory::Remembered;
