//! The system's file dialog, on a thread of its own: on a bastion it may take its time or never open. What is picked, and
//! what becomes of it, is the asking dialog's business.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, TryRecvError};

use egui::Context;

use super::theme;

/// A file dialog that may be open.
#[derive(Default)]
pub struct FilePicker {
    picking: Option<Receiver<Option<PathBuf>>>,
}

/// What came of a file dialog.
pub enum Picked {
    Path(PathBuf),
    /// It was closed without a file, or could not be opened.
    Nothing,
}

impl FilePicker {
    pub fn is_open(&self) -> bool {
        self.picking.is_some()
    }

    /// Opens the dialog, which `pick` shows; says whether there was a thread for it.
    pub fn open(&mut self, ctx: &Context, pick: impl FnOnce() -> Option<PathBuf> + Send + 'static) -> bool {
        let (answer, picking) = mpsc::channel();
        let ctx = ctx.clone();
        let started = std::thread::Builder::new().name("file dialog".to_owned()).spawn(move || {
            // The asking dialog may have been closed meanwhile: then nobody waits for the answer.
            let _ = answer.send(pick());
            ctx.request_repaint_after(theme::frame_after_wake(&ctx));
        });
        self.picking = started.is_ok().then_some(picking);
        self.picking.is_some()
    }

    /// What was picked since the last question; `None` while nothing has come.
    pub fn picked(&mut self) -> Option<Picked> {
        let picked = match self.picking.as_ref()?.try_recv() {
            Ok(Some(path)) => Picked::Path(path),
            Ok(None) | Err(TryRecvError::Disconnected) => Picked::Nothing,
            Err(TryRecvError::Empty) => return None,
        };
        self.picking = None;
        Some(picked)
    }
}
