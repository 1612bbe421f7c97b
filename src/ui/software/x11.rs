//! Pictures on an X server, over a connection of their own and from a thread of their own, so that the window never
//! waits for a slow line: while a picture is under way the next is not painted. Shared memory is not used, because
//! where it matters most, over X forwarding, there is none.
//!
//! The picture is kept by the server, as a pixmap that is the window's background: what another window covered comes
//! back without a byte being sent.

use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;

use egui_winit::winit::raw_window_handle::{HasWindowHandle, RawWindowHandle};
use egui_winit::winit::window::Window;
use x11rb::connection::{Connection, RequestConnection};
use x11rb::errors::ReplyError;
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt, CreateGCAux, Gcontext, ImageFormat, ImageOrder, Pixmap, Setup,
    Visualid,
};
use x11rb::rust_connection::RustConnection;

use super::frame::{Area, Frame};

/// The pixmap grows in steps of so many pixels, so that it is not made anew for each while the window is resized.
const GROWTH: u16 = 256;
/// What the request for an image takes beside the pixels.
const HEAD: usize = 64;

/// The number of an X window; none on Wayland.
pub fn window_id(window: &Window) -> Option<u32> {
    match window.window_handle().ok()?.as_raw() {
        RawWindowHandle::Xlib(handle) => u32::try_from(handle.window).ok(),
        RawWindowHandle::Xcb(handle) => Some(handle.window.get()),
        _ => None,
    }
}

/// The thread that sends, seen from the window.
pub struct Display {
    pictures: Sender<Picture>,
    /// The pixels' memory comes back when a picture has arrived.
    arrived: Receiver<Result<Vec<u8>, String>>,
    spare: Option<Vec<u8>>,
}

/// Parts of a picture, their pixels one after the other.
struct Picture {
    size: (u16, u16),
    areas: Vec<Area>,
    pixels: Vec<u8>,
}

impl Display {
    /// Connects to the server once more, for this window. `wake` is called when a picture has arrived.
    ///
    /// # Errors
    /// What the server lacks, or why it cannot be reached.
    pub fn connect(window: u32, wake: impl Fn() + Send + 'static) -> Result<Display, String> {
        let (connection, _) = RustConnection::connect(None).map_err(|error| error.to_string())?;
        let mut target = Target::new(connection, window)?;
        let (pictures, wanted) = channel::<Picture>();
        let (done, arrived) = channel();
        thread::Builder::new()
            .name("display".to_owned())
            .spawn(move || {
                for picture in wanted {
                    let shown = target.show(&picture).map_err(|error| error.to_string());
                    if done.send(shown.map(|()| picture.pixels)).is_err() {
                        return;
                    }
                    wake();
                }
            })
            .map_err(|error| error.to_string())?;
        Ok(Display { pictures, arrived, spare: Some(Vec::new()) })
    }

    /// Whether the last picture has arrived.
    ///
    /// # Errors
    /// What went wrong with it.
    pub fn ready(&mut self) -> Result<bool, String> {
        if self.spare.is_none() {
            match self.arrived.try_recv() {
                Ok(pixels) => self.spare = Some(pixels?),
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => return Err(ENDED.to_owned()),
            }
        }
        Ok(self.spare.is_some())
    }

    /// Sends these parts of a picture.
    ///
    /// # Errors
    /// That the thread has ended.
    pub fn show(&mut self, frame: &Frame, changed: &[Area]) -> Result<(), String> {
        let size = |pixels: usize| u16::try_from(pixels).map_err(|_| "the window is too large".to_owned());
        let size = (size(frame.width())?, size(frame.height())?);
        let mut pixels = self.spare.take().unwrap_or_default();
        pixels.clear();
        for area in changed {
            for row in frame.rows(*area) {
                let start = pixels.len();
                pixels.resize(start + row.len() * 4, 0);
                for (bytes, pixel) in pixels[start..].chunks_exact_mut(4).zip(row) {
                    bytes.copy_from_slice(&pixel.to_le_bytes());
                }
            }
        }
        let picture = Picture { size, areas: changed.to_vec(), pixels };
        self.pictures.send(picture).map_err(|_| ENDED.to_owned())
    }
}

const ENDED: &str = "the connection to the display has ended";

/// The window, seen from the thread that sends.
struct Target {
    connection: RustConnection,
    window: u32,
    depth: u8,
    context: Gcontext,
    pixmap: Option<(Pixmap, (u16, u16))>,
}

impl Target {
    fn new(connection: RustConnection, window: u32) -> Result<Target, String> {
        let unreached = |error: ReplyError| error.to_string();
        let geometry = connection.get_geometry(window).map_err(ReplyError::from);
        let depth = geometry.and_then(|reply| reply.reply()).map_err(unreached)?.depth;
        let attributes = connection.get_window_attributes(window).map_err(ReplyError::from);
        let visual = attributes.and_then(|reply| reply.reply()).map_err(unreached)?.visual;
        if !takes_our_pixels(connection.setup(), depth, visual) {
            return Err("the display has no true colours of 24 bits".to_owned());
        }
        let context = connection.generate_id().map_err(|error| error.to_string())?;
        connection
            .create_gc(context, window, &CreateGCAux::new().graphics_exposures(0))
            .map_err(|error| error.to_string())?;
        Ok(Target { connection, window, depth, context, pixmap: None })
    }

    /// Sends a picture and waits until the server has it on the screen.
    fn show(&mut self, picture: &Picture) -> Result<(), ReplyError> {
        let pixmap = self.pixmap(picture.size)?;
        let mut pixels = picture.pixels.as_slice();
        for area in &picture.areas {
            let (part, rest) = pixels.split_at(area.width() * area.height() * 4);
            self.put(pixmap, *area, part)?;
            pixels = rest;
        }
        // What a server makes of drawing into a background that is set already is its own affair: so it is set again.
        let background = ChangeWindowAttributesAux::new().background_pixmap(pixmap);
        self.connection.change_window_attributes(self.window, &background)?;
        for area in &picture.areas {
            let (x, y) = (area.left as i16, area.top as i16);
            let (width, height) = (area.width() as u16, area.height() as u16);
            self.connection.copy_area(pixmap, self.window, self.context, x, y, x, y, width, height)?;
        }
        // The server answers in order: once it has, all of the above is done.
        self.connection.get_input_focus()?.reply()?;
        // Notices that every program gets, and errors about a window that is being closed: they must not pile up.
        while self.connection.poll_for_event()?.is_some() {}
        Ok(())
    }

    /// A pixmap that is at least this large.
    fn pixmap(&mut self, (width, height): (u16, u16)) -> Result<Pixmap, ReplyError> {
        if let Some((pixmap, size)) = self.pixmap {
            if size.0 >= width && size.1 >= height {
                return Ok(pixmap);
            }
            self.connection.free_pixmap(pixmap)?;
        }
        let grown = |pixels: u16| pixels.div_ceil(GROWTH).saturating_mul(GROWTH).max(pixels);
        let size = (grown(width), grown(height));
        let pixmap =
            self.connection.generate_id().map_err(|_| x11rb::errors::ConnectionError::UnknownError)?;
        self.connection.create_pixmap(self.depth, pixmap, self.window, size.0, size.1)?.check()?;
        self.pixmap = Some((pixmap, size));
        Ok(pixmap)
    }

    /// Draws one part, in as many requests as their largest size asks for.
    fn put(&self, pixmap: Pixmap, area: Area, pixels: &[u8]) -> Result<(), ReplyError> {
        let line = area.width() * 4;
        let lines = (self.connection.maximum_request_bytes().saturating_sub(HEAD) / line).max(1);
        let mut top = area.top;
        for part in pixels.chunks(lines * line) {
            let height = part.len() / line;
            self.connection.put_image(
                ImageFormat::Z_PIXMAP,
                pixmap,
                self.context,
                area.width() as u16,
                height as u16,
                area.left as i16,
                top as i16,
                0,
                self.depth,
                part,
            )?;
            top += height as i32;
        }
        Ok(())
    }
}

/// Whether a pixel of this window is four bytes: blue, green, red and one that does not count.
fn takes_our_pixels(setup: &Setup, depth: u8, visual: Visualid) -> bool {
    let four_bytes = setup
        .pixmap_formats
        .iter()
        .any(|format| format.depth == depth && format.bits_per_pixel == 32 && format.scanline_pad == 32);
    let visuals =
        setup.roots.iter().flat_map(|screen| &screen.allowed_depths).flat_map(|depth| &depth.visuals);
    let colours = visuals
        .filter(|known| known.visual_id == visual)
        .any(|known| (known.red_mask, known.green_mask, known.blue_mask) == (0xFF_0000, 0xFF00, 0xFF));
    setup.image_byte_order == ImageOrder::LSB_FIRST && four_bytes && colours
}
