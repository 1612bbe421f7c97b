//! Brings the picture to the screen: only the rectangles that changed, and never so that the thread that draws waits for
//! a slow line. X servers are spoken to by `x11`; Wayland and Windows by the crate softbuffer.

use std::num::NonZeroU32;
use std::sync::Arc;

use egui_winit::winit::window::Window;

use super::frame::{Area, Frame};
#[cfg(target_os = "linux")]
use super::x11;

/// Where pictures go.
pub enum Display {
    #[cfg(target_os = "linux")]
    X11(x11::Display),
    Surface(softbuffer::Surface<Arc<Window>, Arc<Window>>),
}

impl Display {
    /// The way to this window's screen. `wake` is called whenever a display that was not ready is ready again.
    ///
    /// # Errors
    /// A sentence that says what the display lacks.
    pub fn of(window: &Arc<Window>, wake: impl Fn() + Send + 'static) -> Result<Display, String> {
        #[cfg(target_os = "linux")]
        if let Some(id) = x11::window_id(window) {
            return x11::Display::connect(id, wake).map(Display::X11);
        }
        drop(wake);
        let context = softbuffer::Context::new(Arc::clone(window)).map_err(|error| error.to_string())?;
        let surface =
            softbuffer::Surface::new(&context, Arc::clone(window)).map_err(|error| error.to_string())?;
        Ok(Display::Surface(surface))
    }

    /// Whether the last picture has arrived. Until then a further one is not worth painting: it would only lie behind it.
    ///
    /// # Errors
    /// What went wrong with the last picture.
    pub fn ready(&mut self) -> Result<bool, String> {
        match self {
            #[cfg(target_os = "linux")]
            Display::X11(display) => display.ready(),
            Display::Surface(_) => Ok(true),
        }
    }

    /// Whether what was shown comes back by itself when another window no longer covers it.
    pub fn keeps(&self) -> bool {
        match self {
            #[cfg(target_os = "linux")]
            Display::X11(_) => true,
            Display::Surface(_) => false,
        }
    }

    /// Shows these parts of a picture. The display must be ready.
    ///
    /// # Errors
    /// What went wrong.
    pub fn show(&mut self, window: &Window, frame: &Frame, changed: &[Area]) -> Result<(), String> {
        match self {
            #[cfg(target_os = "linux")]
            Display::X11(display) => display.show(frame, changed),
            Display::Surface(surface) => {
                window.pre_present_notify();
                show_on_surface(surface, frame, changed).map_err(|error| error.to_string())
            }
        }
    }
}

fn show_on_surface(
    surface: &mut softbuffer::Surface<Arc<Window>, Arc<Window>>,
    frame: &Frame,
    changed: &[Area],
) -> Result<(), softbuffer::SoftBufferError> {
    let size = |pixels: usize| u32::try_from(pixels).ok().and_then(NonZeroU32::new);
    let (Some(width), Some(height)) = (size(frame.width()), size(frame.height())) else { return Ok(()) };
    surface.resize(width, height)?;
    let mut buffer = surface.buffer_mut()?;
    // A buffer that does not hold the last picture needs all of this one, though only the changes are told as such.
    let whole = [frame.area()];
    let stale = if buffer.age() == 1 { changed } else { &whole };
    for area in stale {
        let left = area.left as usize;
        let lines = buffer.chunks_exact_mut(frame.width()).skip(area.top as usize);
        for (line, row) in lines.zip(frame.rows(*area)) {
            line[left..left + row.len()].copy_from_slice(row);
        }
    }
    let told: Vec<softbuffer::Rect> = changed
        .iter()
        .filter_map(|area| {
            Some(softbuffer::Rect {
                x: area.left as u32,
                y: area.top as u32,
                width: size(area.width())?,
                height: size(area.height())?,
            })
        })
        .collect();
    buffer.present_with_damage(&told)
}
