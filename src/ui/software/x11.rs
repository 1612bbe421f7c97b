//! Pictures on an X server, over a connection of their own and from a thread of their own, so that the window never
//! waits for a slow line: while a picture is under way the next is not painted. Shared memory is not used, because
//! where it matters most, over X forwarding, there is none; `thrift` says how to tell a change in few bytes.
//!
//! The picture is kept by the server, as a pixmap that is the window's background: what another window covered comes
//! back without a byte being sent.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;

use egui_winit::winit::raw_window_handle::{HasWindowHandle, RawWindowHandle};
use egui_winit::winit::window::Window;
use x11rb::connection::Connection;
use x11rb::errors::ReplyError;
use x11rb::protocol::xproto::{
    ChangeGCAux, ChangeWindowAttributesAux, ConnectionExt, CreateGCAux, Gcontext, ImageFormat, ImageOrder,
    Pixmap, Rectangle, Setup, Visualid,
};
use x11rb::rust_connection::RustConnection;

use super::frame::{Area, Frame};
use super::thrift::{Parts, Shown, Step};

/// The pixmap grows in steps of so many pixels, so that it is not made anew for each while the window is resized.
const GROWTH: u16 = 256;
/// Rectangles in one request.
const FILLS: usize = 1000;

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
    arrived: Receiver<Result<Parts, String>>,
    spare: Option<Parts>,
}

/// What changed of a picture of this size.
struct Picture {
    size: (u16, u16),
    parts: Parts,
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
                    if done.send(shown.map(|()| picture.parts)).is_err() {
                        return;
                    }
                    wake();
                }
            })
            .map_err(|error| error.to_string())?;
        Ok(Display { pictures, arrived, spare: Some(Parts::default()) })
    }

    /// Whether the last picture has arrived.
    ///
    /// # Errors
    /// What went wrong with it.
    pub fn ready(&mut self) -> Result<bool, String> {
        if self.spare.is_none() {
            match self.arrived.try_recv() {
                Ok(parts) => self.spare = Some(parts?),
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
        let mut parts = self.spare.take().unwrap_or_default();
        parts.areas.clear();
        parts.areas.extend_from_slice(changed);
        parts.pixels.clear();
        for area in changed {
            for row in frame.rows(*area) {
                parts.pixels.extend_from_slice(row);
            }
        }
        self.pictures.send(Picture { size, parts }).map_err(|_| ENDED.to_owned())
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
    /// What the pixmap shows, for a picture of this size.
    shown: Shown,
    size: (u16, u16),
    /// The bytes of a request.
    bytes: Vec<u8>,
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
        Ok(Target {
            connection,
            window,
            depth,
            context,
            pixmap: None,
            shown: Shown::default(),
            size: (0, 0),
            bytes: Vec::new(),
        })
    }

    /// Sends a picture and waits until the server has it on the screen.
    fn show(&mut self, picture: &Picture) -> Result<(), ReplyError> {
        let pixmap = self.pixmap(picture.size)?;
        if self.size != picture.size {
            self.size = picture.size;
            self.shown.forget(usize::from(self.size.0), usize::from(self.size.1));
        }
        let mut plain: HashMap<u32, Vec<Rectangle>> = HashMap::new();
        for step in self.shown.plan(&picture.parts) {
            match step {
                Step::Move { to, from } => self.copy(pixmap, pixmap, to, from)?,
                Step::Fill { area, colour } => plain.entry(colour).or_default().push(rectangle(area)),
                Step::Pixels { area } => self.put(pixmap, &picture.parts, area)?,
            }
        }
        for (colour, areas) in plain {
            self.connection.change_gc(self.context, &ChangeGCAux::new().foreground(colour))?;
            for areas in areas.chunks(FILLS) {
                self.connection.poly_fill_rectangle(pixmap, self.context, areas)?;
            }
        }
        // What a server makes of drawing into a background that is set already is its own affair: so it is set again.
        let background = ChangeWindowAttributesAux::new().background_pixmap(pixmap);
        self.connection.change_window_attributes(self.window, &background)?;
        for area in &picture.parts.areas {
            self.copy(pixmap, self.window, *area, 0)?;
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

    /// Shows an area of the pixmap, or what lies so many rows below it.
    fn copy(&self, pixmap: Pixmap, to: u32, area: Area, below: i32) -> Result<(), ReplyError> {
        let Rectangle { x, y, width, height } = rectangle(area);
        let from = (area.top + below) as i16;
        self.connection.copy_area(pixmap, to, self.context, x, from, x, y, width, height)?;
        Ok(())
    }

    /// Draws an area's pixels. It is at most a block high, so it always fits into a request.
    fn put(&mut self, pixmap: Pixmap, parts: &Parts, area: Area) -> Result<(), ReplyError> {
        self.bytes.clear();
        parts.bytes(area, &mut self.bytes);
        let Rectangle { x, y, width, height } = rectangle(area);
        let format = ImageFormat::Z_PIXMAP;
        self.connection.put_image(
            format,
            pixmap,
            self.context,
            width,
            height,
            x,
            y,
            0,
            self.depth,
            &self.bytes,
        )?;
        Ok(())
    }
}

fn rectangle(area: Area) -> Rectangle {
    let (x, y) = (area.left as i16, area.top as i16);
    Rectangle { x, y, width: area.width() as u16, height: area.height() as u16 }
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
