//! The window without any graphics library: egui's triangles are filled by the processor, and only what changed is
//! filled and sent to the display. Bastions have no GPU; there, every graphics library does the same work less frugally,
//! and each has ways to fail that this has not: a device that is lost with the RDP session, a driver that is missing.
//!
//! `canvas` paints a frame into memory (over `pieces`, `damage`, `raster`, `texture`, `colour` and `frame`).

mod canvas;
mod colour;
mod damage;
mod frame;
mod pieces;
mod raster;
mod texture;

pub use canvas::Canvas;
pub use frame::{Area, Frame};
