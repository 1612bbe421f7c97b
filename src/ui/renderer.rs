//! Opens the window with the first renderer that works here: bastions have no GPU, and each graphics library has machines
//! on which it fails. Nothing here knows what is drawn.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};
use eframe::{NativeOptions, UserEvent};
use egui_winit::winit::error::EventLoopError;
use egui_winit::winit::event_loop::EventLoop;
use egui_winit::winit::platform::run_on_demand::EventLoopExtRunOnDemand;

use super::{App, software};

/// Makes the window's state once a context is there; called again for every renderer that is tried.
pub type MakeApp<'a> = &'a dyn Fn(&egui::Context) -> App;

/// What fills the window with its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renderer {
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

/// The order in which renderers are tried: a graphics library first only where there is a GPU for it, and the processor
/// at the latest when each of them has failed.
fn ladder() -> [Renderer; 3] {
    match (has_gpu(), cfg!(windows)) {
        (false, _) => [Renderer::Software, Renderer::Glow, Renderer::Wgpu],
        (true, false) => [Renderer::Glow, Renderer::Wgpu, Renderer::Software],
        (true, true) => [Renderer::Wgpu, Renderer::Glow, Renderer::Software],
    }
}

/// Whether there is a GPU whose pictures reach the screen: over RDP and X forwarding they have to be read back first.
fn has_gpu() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(windows) {
        return !std::env::var("SESSIONNAME").is_ok_and(|name| name.starts_with("RDP-"));
    }
    let remote = set("SSH_CONNECTION") || set("XRDP_SESSION");
    let nodes = std::fs::read_dir("/dev/dri").into_iter().flatten().flatten();
    !remote && nodes.into_iter().any(|node| node.file_name().to_string_lossy().starts_with("renderD"))
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// A sentence that says what is missing, when no renderer could open a window.
pub fn run(chosen: Option<Renderer>, make: MakeApp<'_>) -> Result<(), String> {
    if let Some(missing) = missing_display() {
        return Err(missing);
    }
    // A process has one event loop; whichever renderer is tried runs on it.
    let mut event_loop = match EventLoop::with_user_event().build() {
        Ok(event_loop) => event_loop,
        Err(EventLoopError::Os(_)) if cfg!(target_os = "linux") => return Err(silent_display()),
        Err(error) => return Err(format!("no window can be opened: {error}")),
    };
    let tried = chosen.map_or(ladder().to_vec(), |renderer| vec![renderer]);
    let mut reasons = Vec::new();
    for renderer in tried {
        let opened = catch_unwind(AssertUnwindSafe(|| match renderer {
            Renderer::Software => software::run(&mut event_loop, &viewport(), make),
            Renderer::Glow => open(&mut event_loop, eframe::Renderer::Glow, make),
            Renderer::Wgpu => open(&mut event_loop, eframe::Renderer::Wgpu, make),
        }));
        let reason = match opened {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(reason)) => reason,
            Err(panic) => panic_text(panic.as_ref()),
        };
        tracing::warn!(%renderer, %reason, "renderer failed");
        reasons.push(format!("{renderer}: {reason}"));
    }
    Err(format!("no renderer could open a window ({})", reasons.join("; ")))
}

/// The window as it opens.
fn viewport() -> egui::ViewportBuilder {
    egui::ViewportBuilder::default()
        .with_title("RDS Fleet")
        .with_app_id("rds-fleet")
        // With its title bar it fits a screen of 1280×800, the smallest that an RDP session is likely to have.
        .with_inner_size([1240.0, 740.0])
        .with_min_inner_size([900.0, 560.0])
}

/// Opens the window with a graphics library, by eframe.
fn open(
    event_loop: &mut EventLoop<UserEvent>,
    renderer: eframe::Renderer,
    make: MakeApp<'_>,
) -> Result<(), String> {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.native_adapter_selector = Some(std::sync::Arc::new(|adapters, surface| {
        // A Hyper-V display adapter is listed first and cannot draw to a window: asking for its formats tells.
        let usable = |adapter: &&eframe::wgpu::Adapter| {
            surface.is_none_or(|surface| !surface.get_capabilities(adapter).formats.is_empty())
        };
        adapters.iter().find(usable).cloned().ok_or_else(|| "no adapter can draw to this window".to_owned())
    }));
    let options = NativeOptions {
        viewport: viewport(),
        renderer,
        dithering: false,
        persist_window: false,
        wgpu_options: WgpuConfiguration {
            wgpu_setup: WgpuSetup::CreateNew(setup),
            ..WgpuConfiguration::default()
        },
        ..NativeOptions::default()
    };
    let stage = Rc::new(Cell::new(Stage::Starting));
    let told = Rc::clone(&stage);
    let creator = Box::new(move |creation: &eframe::CreationContext<'_>| {
        tracing::info!(%renderer, "renderer ready");
        told.set(Stage::Running);
        let window = Window { app: make(&creation.egui_ctx), drawn: false, stage: told };
        Ok(Box::new(window) as Box<dyn eframe::App + '_>)
    });
    let mut program = eframe::create_native("RDS Fleet", options, creator, event_loop);
    event_loop.run_app_on_demand(&mut program).map_err(|error| error.to_string())?;
    // On a loop of ours eframe writes its errors to the log and ends it, as it does when the window is closed.
    match stage.get() {
        Stage::Closed => Ok(()),
        Stage::Starting => Err("it could not start".to_owned()),
        Stage::Running => Err("it failed while the window was open".to_owned()),
    }
}

/// How far a window of eframe's has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Starting,
    Running,
    Closed,
}

/// The app as eframe wants it.
struct Window {
    app: App,
    drawn: bool,
    stage: Rc<Cell<Stage>>,
}

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.app.ui(ui);
        if !std::mem::replace(&mut self.drawn, true) {
            tracing::info!("first frame drawn");
        }
    }

    fn raw_input_hook(&mut self, _ctx: &egui::Context, input: &mut egui::RawInput) {
        if input.viewport().close_requested() {
            self.stage.set(Stage::Closed);
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

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "it gave up without a reason".to_owned())
}
