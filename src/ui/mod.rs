//! The window: panels, grid, dialogs. It draws what the core says and hands back what the person asks for; it decides
//! nothing, reads no file and never waits.
//!
//! `app` holds the state and routes events; every other file draws one part and answers with `Action`s.

mod accounts;
mod action;
mod app;
mod columns;
mod commands;
mod details;
mod drawer;
mod empty;
mod export;
mod grid;
mod grid_cells;
mod icons;
mod link;
mod marks;
mod menu;
mod overview;
mod pages;
mod palette;
pub mod renderer;
mod roster;
mod selection;
mod sheet;
mod shortcuts;
mod sql;
mod status;
pub mod theme;
mod toolbar;
mod wheel;

pub use app::{App, Simulation, Start};
pub use link::Link;
