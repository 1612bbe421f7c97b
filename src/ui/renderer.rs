//! Opens the window with the first renderer that works here: bastions have no GPU, and each renderer has machines on
//! which it fails. Nothing here knows what is drawn.

use std::panic::{AssertUnwindSafe, catch_unwind};

use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};
use eframe::{NativeOptions, Renderer};

use super::App;

/// Makes the window's state once a context is there; called again for every renderer that is tried.
pub type MakeApp<'a> = &'a dyn Fn(&egui::Context) -> App;

/// The order in which renderers are tried: software OpenGL is the lightest on Linux, Direct3D's software adapter the
/// surest on Windows.
const LADDER: [Renderer; 2] =
    if cfg!(windows) { [Renderer::Wgpu, Renderer::Glow] } else { [Renderer::Glow, Renderer::Wgpu] };

/// Opens the window and returns when it is closed.
///
/// # Errors
/// A sentence that says what is missing, when no renderer could open a window.
pub fn run(chosen: Option<Renderer>, make: MakeApp<'_>) -> Result<(), String> {
    if let Some(missing) = missing_display() {
        return Err(missing);
    }
    let ladder = chosen.map_or(LADDER.to_vec(), |renderer| vec![renderer]);
    let mut reasons = Vec::new();
    for renderer in ladder {
        match catch_unwind(AssertUnwindSafe(|| open(renderer, make))) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(eframe::Error::WinitEventLoop(_))) if cfg!(target_os = "linux") && reasons.is_empty() => {
                return Err(silent_display());
            }
            Ok(Err(error)) => reasons.push(format!("{renderer}: {error}")),
            Err(panic) => reasons.push(format!("{renderer}: {}", panic_text(panic.as_ref()))),
        }
    }
    Err(format!("no renderer could open a window ({})", reasons.join("; ")))
}

fn open(renderer: Renderer, make: MakeApp<'_>) -> eframe::Result {
    let viewport = egui::ViewportBuilder::default()
        .with_title("RDS Fleet")
        .with_app_id("rds-fleet")
        // With its title bar it fits a screen of 1280×800, the smallest that an RDP session is likely to have.
        .with_inner_size([1240.0, 740.0])
        .with_min_inner_size([900.0, 560.0]);
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.native_adapter_selector = Some(std::sync::Arc::new(|adapters, surface| {
        // A Hyper-V display adapter is listed first and cannot draw to a window: asking for its formats tells.
        let usable = |adapter: &&eframe::wgpu::Adapter| {
            surface.is_none_or(|surface| !surface.get_capabilities(adapter).formats.is_empty())
        };
        adapters.iter().find(usable).cloned().ok_or_else(|| "no adapter can draw to this window".to_owned())
    }));
    let options = NativeOptions {
        viewport,
        renderer,
        dithering: false,
        persist_window: false,
        wgpu_options: WgpuConfiguration {
            wgpu_setup: WgpuSetup::CreateNew(setup),
            ..WgpuConfiguration::default()
        },
        ..NativeOptions::default()
    };
    eframe::run_native(
        "RDS Fleet",
        options,
        Box::new(|creation| {
            tracing::info!(%renderer, "renderer ready");
            Ok(Box::new(Window { app: make(&creation.egui_ctx), drawn: false }))
        }),
    )
}

/// The app as eframe wants it.
struct Window {
    app: App,
    drawn: bool,
}

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.app.ui(ui);
        if !std::mem::replace(&mut self.drawn, true) {
            tracing::info!("first frame drawn");
        }
    }

    fn raw_input_hook(&mut self, _ctx: &egui::Context, input: &mut egui::RawInput) {
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
