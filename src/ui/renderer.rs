//! Opens the window with the first renderer that works here: bastions have no GPU, and each renderer has machines on
//! which it fails. A renderer that loses what it draws with, as when an RDP session is disconnected, is started again,
//! with the window's state as it was. Nothing here knows what is drawn.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use eframe::egui_wgpu::{SurfaceErrorAction, WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};
use eframe::wgpu::CurrentSurfaceTexture;
use eframe::{NativeOptions, Renderer};
use egui::Context;

use super::App;
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
}

/// The order in which renderers are tried: software OpenGL is the lightest on Linux, Direct3D's software adapter the
/// surest on Windows.
const LADDER: [Renderer; 2] =
    if cfg!(windows) { [Renderer::Wgpu, Renderer::Glow] } else { [Renderer::Glow, Renderer::Wgpu] };

/// What to install where no renderer works.
const ADVICE: &str = if cfg!(windows) {
    "Update Windows, whose Direct3D 12 draws without a graphics card too (WARP), or put Mesa's opengl32.dll beside \
     rds-fleet.exe"
} else {
    "Install Mesa's drivers, which draw without a graphics card too: libgl1-mesa-dri and mesa-vulkan-drivers on Debian \
     and Ubuntu, mesa-dri-drivers and mesa-vulkan-drivers on RHEL and Amazon Linux"
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
    /// There is nothing to open a window on.
    NoDisplay,
}

/// Opens the window and returns when it is closed. `ready` is told each context that the window is drawn in.
///
/// # Errors
/// A sentence that says what is missing, when no renderer could open a window.
pub fn run(opening: &Opening, ready: &dyn Fn(&Context), make: MakeApp<'_>) -> Result<(), String> {
    if let Some(missing) = missing_display() {
        return Err(missing);
    }
    quiet_panics();
    let ladder = match opening.renderer {
        settings::Renderer::Automatic => LADDER.to_vec(),
        settings::Renderer::Glow => vec![Renderer::Glow],
        settings::Renderer::Wgpu => vec![Renderer::Wgpu],
    };
    let kept = Kept::default();
    'again: loop {
        let mut reasons = Vec::new();
        for renderer in &ladder {
            let begun = Instant::now();
            let opened = catch_unwind(AssertUnwindSafe(|| open(*renderer, opening, &kept, ready, make)));
            match opened.unwrap_or_else(|panic| Ending::Failed(panic_text(panic.as_ref()))) {
                Ending::Closed => return Ok(()),
                Ending::NoDisplay if reasons.is_empty() => return Err(silent_display()),
                Ending::NoDisplay => reasons.push(format!("{renderer}: {}", silent_display())),
                Ending::Failed(reason) if kept.drawn.get() && begun.elapsed() > SETTLED => {
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

/// What outlives a renderer.
#[derive(Default)]
struct Kept {
    app: Rc<RefCell<Option<App>>>,
    /// The context that the window was drawn in last.
    ctx: RefCell<Option<Context>>,
    /// Whether this renderer has drawn a frame.
    drawn: Rc<Cell<bool>>,
}

/// Signs that a renderer has lost what it draws with.
#[derive(Default)]
struct Losses {
    /// Frames for which there was no surface.
    surfaces: AtomicU32,
    /// Whether the device has gone.
    devices: AtomicU32,
}

fn open(
    renderer: Renderer,
    opening: &Opening,
    kept: &Kept,
    ready: &dyn Fn(&Context),
    make: MakeApp<'_>,
) -> Ending {
    let losses = Arc::new(Losses::default());
    let given_up = Rc::new(Cell::new(false));
    kept.drawn.set(false);
    let ctx = Context::default();
    // Widths of panels and columns, what is open, where the focus is. Textures stay behind: they went with the renderer.
    if let Some(before) = kept.ctx.replace(Some(ctx.clone())) {
        let memory = before.memory(Clone::clone);
        ctx.memory_mut(|now| *now = memory);
    }
    super::theme::set_scale(&ctx, opening.scale);
    ready(&ctx);
    let opened = eframe::run_native_ext(
        "RDS Fleet",
        options(renderer, opening, &losses),
        Some(ctx),
        Box::new(|creation| {
            tracing::info!(%renderer, "renderer ready");
            if let Some(state) = &creation.wgpu_render_state {
                let (losses, ctx) = (Arc::clone(&losses), creation.egui_ctx.clone());
                state.device.set_device_lost_callback(move |reason, message| {
                    tracing::debug!(?reason, message, "the device has gone");
                    losses.devices.fetch_add(1, Ordering::Relaxed);
                    ctx.request_repaint();
                });
            }
            let mut app = kept.app.borrow_mut();
            match app.as_mut() {
                Some(app) => app.move_to(&creation.egui_ctx),
                None => *app = Some(make(&creation.egui_ctx)),
            }
            Ok(Box::new(Window {
                ctx: creation.egui_ctx.clone(),
                app: Rc::clone(&kept.app),
                drawn: Rc::clone(&kept.drawn),
                losses: Arc::clone(&losses),
                lost: (0, 0),
                given_up: Rc::clone(&given_up),
            }))
        }),
    );
    match opened {
        Ok(()) if given_up.get() => Ending::Failed("it lost what it draws with".to_owned()),
        Ok(()) => Ending::Closed,
        Err(eframe::Error::WinitEventLoop(_)) if cfg!(target_os = "linux") => Ending::NoDisplay,
        Err(error) => Ending::Failed(error.to_string()),
    }
}

fn options(renderer: Renderer, opening: &Opening, losses: &Arc<Losses>) -> NativeOptions {
    // With its title bar it fits a screen of 1280×800, the smallest that an RDP session is likely to have.
    let [width, height] = opening.size.unwrap_or([1240, 740]).map(f32::from);
    let viewport = egui::ViewportBuilder::default()
        .with_title("RDS Fleet")
        .with_app_id("rds-fleet")
        .with_inner_size([width, height])
        .with_min_inner_size([900.0, 560.0]);
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
struct Window {
    ctx: Context,
    app: Rc<RefCell<Option<App>>>,
    drawn: Rc<Cell<bool>>,
    losses: Arc<Losses>,
    /// Surfaces that were lost when the last frame was drawn, and for how many frames in a row.
    lost: (u32, u32),
    given_up: Rc<Cell<bool>>,
}

impl Window {
    /// Whether there is nothing to draw with any more.
    fn is_lost(&mut self) -> bool {
        let surfaces = self.losses.surfaces.load(Ordering::Relaxed);
        self.lost = (surfaces, if surfaces > self.lost.0 { self.lost.1 + 1 } else { 0 });
        self.lost.1 >= MOST_LOST || self.losses.devices.load(Ordering::Relaxed) > 0
    }
}

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        if self.is_lost() {
            self.given_up.set(true);
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
            return;
        }
        if let Some(app) = self.app.borrow_mut().as_mut() {
            app.ui(ui);
        }
        if !self.drawn.replace(true) {
            tracing::info!("first frame drawn");
        }
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        if let Some(app) = self.app.borrow_mut().as_mut() {
            app.leave(&self.ctx);
        }
    }

    fn raw_input_hook(&mut self, _ctx: &Context, input: &mut egui::RawInput) {
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
