//! The window without any graphics library: egui's triangles are filled by the processor, and only what changed is
//! filled and sent to the display. Bastions have no GPU; there, every graphics library does the same work less frugally,
//! and each has ways to fail that this has not: a device that is lost with the RDP session, a driver that is missing.
//!
//! `window` runs the app; `canvas` paints its frames into memory (over `pieces`, `damage`, `raster`, `texture`,
//! `colour` and `frame`); `display` brings what changed to the screen (`x11` with `thrift`, or the
//! crate softbuffer).

mod canvas;
mod colour;
mod damage;
mod display;
mod frame;
mod pieces;
mod raster;
mod texture;
#[cfg(target_os = "linux")]
mod thrift;
mod window;
#[cfg(target_os = "linux")]
mod x11;

pub use canvas::Canvas;
pub use frame::{Area, Frame};
pub use window::run;
