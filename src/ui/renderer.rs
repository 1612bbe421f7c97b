//! Opens the window with the first renderer that works here: bastions have no GPU, and each renderer has machines on
//! which it fails. A renderer that loses what it draws with, as when an RDP session is disconnected, is started again,
//! with the window's state as it was. Nothing here knows what is drawn.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use eframe::egui_wgpu::{RenderState, SurfaceErrorAction, WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};
use eframe::wgpu::{Buffer, BufferDescriptor, BufferSize, BufferUsages, CurrentSurfaceTexture, Queue};
use eframe::{NativeOptions, UserEvent};
use egui::{Context, Ui, ViewportBuilder};
use egui_winit::winit::error::EventLoopError;
use egui_winit::winit::event_loop::EventLoop;
use egui_winit::winit::platform::run_on_demand::EventLoopExtRunOnDemand;

use super::{App, software};
use crate::settings::{self, Scale};

/// Makes the window's state once a context is there.
pub type MakeApp<'a> = &'a dyn Fn(&Context) -> App;

/// How the window is opened.
#[derive(Debug, Clone)]
pub struct Opening {
    pub renderer: settings::Renderer,
    /// The window's size at 100 %, where it is known from before.
    pub size: Option<[u16; 2]>,
    pub scale: Scale,
    /// Whether the window is seen over a remote session: a GPU's pictures would have to be read back first.
    pub remote: bool,
}

/// What fills the window with its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Renderer {
    /// The processor, without any graphics library.
    Software,
    /// OpenGL.
    Glow,
    /// Direct3D 12 or Vulkan.
    Wgpu,
}

impl fmt::Display for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Renderer::Software => "software",
            Renderer::Glow => "glow",
            Renderer::Wgpu => "wgpu",
        })
    }
}

/// The order in which renderers are tried: a graphics library first only where there is a GPU whose pictures reach the
/// screen, and the processor at the latest when each of them has failed.
fn ladder(remote: bool) -> [Renderer; 3] {
    match (!remote && has_gpu(), cfg!(windows)) {
        (false, _) => [Renderer::Software, Renderer::Glow, Renderer::Wgpu],
        (true, false) => [Renderer::Glow, Renderer::Wgpu, Renderer::Software],
        (true, true) => [Renderer::Wgpu, Renderer::Glow, Renderer::Software],
    }
}

/// Whether there may be a GPU. Windows does not say without being asked for an adapter, which is what is to be avoided.
fn has_gpu() -> bool {
    if cfg!(windows) {
        return true;
    }
    let nodes = std::fs::read_dir("/dev/dri").into_iter().flatten().flatten();
    nodes.into_iter().any(|node| node.file_name().to_string_lossy().starts_with("renderD"))
}

/// What to do where the renderer that was asked for does not work.
const ADVICE: &str = if cfg!(windows) {
    "Try --renderer software, which needs no graphics library; or update Windows, whose Direct3D 12 draws without a graphics \
     card too (WARP), or put Mesa's opengl32.dll beside rds-fleet.exe"
} else {
    "Try --renderer software, which needs no graphics library; or install Mesa's drivers: libgl1-mesa-dri and \
     mesa-vulkan-drivers on Debian and Ubuntu, mesa-dri-drivers and mesa-vulkan-drivers on RHEL and Amazon Linux"
};

/// A renderer that fails sooner than this after it began is not tried again.
const SETTLED: Duration = Duration::from_secs(10);
/// Frames in a row without a surface to draw to after which there will be none.
const MOST_LOST: u32 = 5;

/// How a renderer ended.
enum Ending {
    /// The person closed the window.
    Closed,
    /// It could not open the window, or lost what it drew with; says why.
    Failed(String),
    /// It did not start, for a reason that is in the log; or the windowing system still had the end of an earlier window
    /// to tell of.
    NotBegun,
}

/// Opens the window and returns when it is closed. `ready` is told each context that the window is drawn in.
///
/// # Errors
/// A sentence that says what is missing, when no renderer could open a window.
pub fn run(opening: &Opening, ready: &dyn Fn(&Context), make: MakeApp<'_>) -> Result<(), String> {
    if let Some(missing) = missing_display() {
        return Err(missing);
    }
    // A process has one event loop; whichever renderer is tried runs on it.
    let mut event_loop = match EventLoop::with_user_event().build() {
        Ok(event_loop) => event_loop,
        Err(EventLoopError::Os(_)) if cfg!(target_os = "linux") => return Err(silent_display()),
        Err(error) => return Err(format!("no window can be opened: {error}")),
    };
    quiet_panics();
    let ladder = match opening.renderer {
        settings::Renderer::Automatic => ladder(opening.remote).to_vec(),
        settings::Renderer::Software => vec![Renderer::Software],
        settings::Renderer::Glow => vec![Renderer::Glow],
        settings::Renderer::Wgpu => vec![Renderer::Wgpu],
    };
    let stage = Stage { opening, ready, make, kept: Kept::default() };
    'again: loop {
        let mut reasons = Vec::new();
        for renderer in &ladder {
            let begun = Instant::now();
            let mut open = || {
                stage.kept.drawn.set(false);
                let opened = catch_unwind(AssertUnwindSafe(|| match renderer {
                    Renderer::Software => match software::run(&mut event_loop, &stage) {
                        Ok(()) => Ending::Closed,
                        Err(reason) => Ending::Failed(reason),
                    },
                    Renderer::Glow => open(&mut event_loop, eframe::Renderer::Glow, &stage),
                    Renderer::Wgpu => open(&mut event_loop, eframe::Renderer::Wgpu, &stage),
                }));
                opened.unwrap_or_else(|panic| Ending::Failed(panic_text(panic.as_ref())))
            };
            let ending = match open() {
                Ending::NotBegun => open(),
                ending => ending,
            };
            match ending {
                Ending::Closed => return Ok(()),
                Ending::NotBegun => reasons.push(format!("{renderer}: the window did not open")),
                Ending::Failed(reason) if stage.kept.drawn.get() && begun.elapsed() > SETTLED => {
                    tracing::warn!(%renderer, reason, "the renderer has failed: the window is opened again");
                    continue 'again;
                }
                Ending::Failed(reason) => {
                    tracing::warn!(%renderer, reason, "the renderer does not work here");
                    reasons.push(format!("{renderer}: {reason}"));
                }
            }
        }
        return Err(format!("no renderer could open a window ({}). {ADVICE}", reasons.join("; ")));
    }
}

/// What every renderer shows: the window's state, which outlives each of them.
pub struct Stage<'a> {
    opening: &'a Opening,
    ready: &'a dyn Fn(&Context),
    make: MakeApp<'a>,
    kept: Kept,
}

/// What outlives a renderer.
#[derive(Default)]
struct Kept {
    app: RefCell<Option<App>>,
    /// The context that the window was drawn in last.
    ctx: RefCell<Option<Context>>,
    /// Whether this renderer has drawn a frame.
    drawn: Cell<bool>,
}

impl Stage<'_> {
    /// The window as it opens.
    pub fn viewport(&self) -> ViewportBuilder {
        // With its title bar it fits a screen of 1280×800, the smallest that an RDP session is likely to have.
        let before = self.kept.ctx.borrow().as_ref().and_then(super::memory::size);
        let [width, height] = before.or(self.opening.size).unwrap_or([1240, 740]).map(f32::from);
        ViewportBuilder::default()
            .with_title("RDS Fleet")
            .with_app_id("rds-fleet")
            .with_inner_size([width, height])
            .with_min_inner_size([900.0, 560.0])
    }

    /// Brings the window's state into a renderer's context.
    pub fn enter(&self, ctx: &Context) {
        // Widths of panels and columns, what is open, where the focus is. Textures stay behind: they went with the
        // renderer.
        if let Some(before) = self.kept.ctx.replace(Some(ctx.clone())) {
            let memory = before.memory(Clone::clone);
            ctx.memory_mut(|now| *now = memory);
        }
        super::theme::set_scale(ctx, self.opening.scale);
        (self.ready)(ctx);
        let mut app = self.kept.app.borrow_mut();
        match app.as_mut() {
            Some(app) => app.move_to(ctx),
            None => *app = Some((self.make)(ctx)),
        }
    }

    pub fn ui(&self, ui: &mut Ui) {
        if let Some(app) = self.kept.app.borrow_mut().as_mut() {
            app.ui(ui);
        }
    }

    /// A frame has been drawn.
    pub fn drawn(&self) {
        if !self.kept.drawn.replace(true) {
            tracing::info!("first frame drawn");
        }
    }

    /// The window is about to close.
    pub fn leave(&self, ctx: &Context) {
        if let Some(app) = self.kept.app.borrow_mut().as_mut() {
            app.leave(ctx);
        }
    }
}

/// Signs that a renderer has lost what it draws with.
#[derive(Default)]
struct Losses {
    /// Frames for which there was no surface.
    surfaces: AtomicU32,
    /// Whether the device has gone.
    devices: AtomicU32,
}

/// Opens the window with a graphics library, by eframe.
fn open(event_loop: &mut EventLoop<UserEvent>, renderer: eframe::Renderer, stage: &Stage<'_>) -> Ending {
    let losses = Arc::new(Losses::default());
    let how_far = Rc::new(Cell::new(HowFar::NotBegun));
    let options = options(renderer, stage.viewport(), &losses);
    let told = Rc::clone(&how_far);
    let creator = Box::new(move |creation: &eframe::CreationContext<'_>| {
        tracing::info!(%renderer, "renderer ready");
        if let Some(state) = &creation.wgpu_render_state {
            let (losses, ctx) = (Arc::clone(&losses), creation.egui_ctx.clone());
            state.device.set_device_lost_callback(move |reason, message| {
                tracing::debug!(?reason, message, "the device has gone");
                losses.devices.fetch_add(1, Ordering::Relaxed);
                ctx.request_repaint();
            });
        }
        stage.enter(&creation.egui_ctx);
        told.set(HowFar::Running);
        let window = Window {
            ctx: creation.egui_ctx.clone(),
            stage,
            how_far: told,
            losses,
            probe: creation.wgpu_render_state.as_ref().map(Probe::new),
            lost: (0, 0),
        };
        Ok(Box::new(window) as Box<dyn eframe::App + '_>)
    });
    let mut program = eframe::create_native("RDS Fleet", options, creator, event_loop);
    if let Err(error) = event_loop.run_app_on_demand(&mut program) {
        return Ending::Failed(error.to_string());
    }
    // On a loop of ours eframe writes its errors to the log and ends it, as it does when the window is closed.
    match how_far.get() {
        HowFar::Closed => Ending::Closed,
        HowFar::NotBegun => Ending::NotBegun,
        HowFar::Running => Ending::Failed("it lost what it draws with".to_owned()),
    }
}

/// How far a window of eframe's has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HowFar {
    NotBegun,
    Running,
    /// The person closed it.
    Closed,
}

fn options(renderer: eframe::Renderer, viewport: ViewportBuilder, losses: &Arc<Losses>) -> NativeOptions {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.native_adapter_selector = Some(Arc::new(|adapters, surface| {
        // A Hyper-V display adapter is listed first and cannot draw to a window: asking for its formats tells.
        let usable = |adapter: &&eframe::wgpu::Adapter| {
            surface.is_none_or(|surface| !surface.get_capabilities(adapter).formats.is_empty())
        };
        adapters.iter().find(usable).cloned().ok_or_else(|| "no adapter can draw to this window".to_owned())
    }));
    let usual = WgpuConfiguration::default();
    let (losses, usually) = (Arc::clone(losses), usual.on_surface_status.clone());
    NativeOptions {
        viewport,
        renderer,
        dithering: false,
        persist_window: false,
        wgpu_options: WgpuConfiguration {
            wgpu_setup: WgpuSetup::CreateNew(setup),
            on_surface_status: Arc::new(move |status| -> SurfaceErrorAction {
                if matches!(status, CurrentSurfaceTexture::Lost | CurrentSurfaceTexture::Validation) {
                    losses.surfaces.fetch_add(1, Ordering::Relaxed);
                }
                usually(status)
            }),
            ..usual
        },
        ..NativeOptions::default()
    }
}

/// The app as eframe wants it.
struct Window<'a> {
    ctx: Context,
    stage: &'a Stage<'a>,
    how_far: Rc<Cell<HowFar>>,
    losses: Arc<Losses>,
    probe: Option<Probe>,
    /// Surfaces that were lost when the last frame was drawn, and for how many frames in a row.
    lost: (u32, u32),
}

impl Window<'_> {
    /// Whether there is nothing to draw with any more.
    fn is_lost(&mut self) -> bool {
        let surfaces = self.losses.surfaces.load(Ordering::Relaxed);
        self.lost = (surfaces, if surfaces > self.lost.0 { self.lost.1 + 1 } else { 0 });
        self.lost.1 >= MOST_LOST
            || self.losses.devices.load(Ordering::Relaxed) > 0
            || self.probe.as_ref().is_some_and(Probe::fails)
    }
}

/// A few bytes that are handed to the device ahead of every frame: where they cannot be, the frame cannot either, and
/// egui's painter would panic over it, from which the windowing system does not recover everywhere.
struct Probe {
    queue: Queue,
    buffer: Buffer,
}

impl Probe {
    const SIZE: u64 = 4;

    fn new(state: &RenderState) -> Probe {
        let buffer = state.device.create_buffer(&BufferDescriptor {
            label: Some("probe"),
            size: Probe::SIZE,
            usage: BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Probe { queue: state.queue.clone(), buffer }
    }

    fn fails(&self) -> bool {
        let size = BufferSize::new(Probe::SIZE);
        size.is_some_and(|size| self.queue.write_buffer_with(&self.buffer, 0, size).is_none())
    }
}

impl eframe::App for Window<'_> {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        if self.is_lost() {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
            return;
        }
        self.stage.ui(ui);
        self.stage.drawn();
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.stage.leave(&self.ctx);
    }

    fn raw_input_hook(&mut self, _ctx: &Context, input: &mut egui::RawInput) {
        if input.viewport().close_requested() && !self.is_lost() {
            self.how_far.set(HowFar::Closed);
        }
        super::wheel::at_once(input);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}

/// What is missing for any window at all. On Linux the windowing library panics without a display.
fn missing_display() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let set = |name| std::env::var_os(name).is_some_and(|value: std::ffi::OsString| !value.is_empty());
    let found = ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(set);
    (!found).then(|| {
        "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set. Log in over xrdp, or use ssh -X"
            .to_owned()
    })
}

/// What to say of a display that is named and cannot be reached: another renderer cannot reach it either.
fn silent_display() -> String {
    let named = ["WAYLAND_DISPLAY", "DISPLAY"].into_iter().find_map(|name| {
        std::env::var(name).ok().filter(|value| !value.is_empty()).map(|value| (name, value))
    });
    match named {
        Some((name, value)) => format!(
            "the display cannot be reached ({name}={value}); the xrdp session or the X forwarding may have ended"
        ),
        None => "the display cannot be reached".to_owned(),
    }
}

/// A renderer that panics is one that does not work here: its reason is told with the others', and not as a panic.
fn quiet_panics() {
    let usual = std::panic::take_hook();
    let here = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() == here {
            tracing::warn!("{panic}");
        } else {
            usual(panic);
        }
    }));
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "it gave up without a reason".to_owned())
}
