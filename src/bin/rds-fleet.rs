//! The window's program: reads the arguments, starts the core, opens the window. Everything else is the library's.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use clap::{Parser, ValueEnum};
use eframe::egui::{Context, ThemePreference};
use rds_fleet::config::Environment;
use rds_fleet::core::{Core, Options};
use rds_fleet::sandbox;
use rds_fleet::sweep::{Limits, Selection};
use rds_fleet::ui::{App, Link, Simulation, Start, renderer, theme};

/// Shows the Amazon RDS databases of every account in the shared AWS config.
#[derive(Debug, Parser)]
#[command(name = "rds-fleet", version)]
struct Arguments {
    /// Show a simulated AWS instead of the real one; nothing leaves this machine.
    #[arg(long)]
    demo: bool,
    /// Only this profile; may be given several times.
    #[arg(long, value_name = "PROFILE")]
    profile: Vec<String>,
    /// Only this account; may be given several times.
    #[arg(long, value_name = "ACCOUNT_ID")]
    account: Vec<String>,
    /// This region instead of the profiles' own; may be given several times.
    #[arg(long, value_name = "REGION")]
    region: Vec<String>,
    /// Calls to AWS at once, all accounts together.
    #[arg(long, value_name = "CALLS", value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: Option<u16>,
    /// Dark, light, or as the system has it.
    #[arg(long, value_enum, default_value_t = ThemeName::System)]
    theme: ThemeName,
    /// The renderer to use; without it, each is tried until one works.
    #[arg(long, value_enum)]
    renderer: Option<RendererName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ThemeName {
    System,
    Dark,
    Light,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RendererName {
    /// The processor, without any graphics library.
    Software,
    /// OpenGL.
    Glow,
    /// Direct3D 12 or Vulkan.
    Wgpu,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let environment = Environment::from_process();
    rds_fleet::log::start(&environment);
    let start = Start {
        theme: match arguments.theme {
            ThemeName::System => ThemePreference::System,
            ThemeName::Dark => ThemePreference::Dark,
            ThemeName::Light => ThemePreference::Light,
        },
        export_folder: export_folder(&environment),
    };
    let mut limits = Limits::default();
    if let Some(calls) = arguments.concurrency {
        limits.calls = usize::from(calls);
    }
    let options = Options {
        selection: Selection {
            profiles: arguments.profile,
            accounts: arguments.account,
            regions: arguments.region,
        },
        limits,
        demo: arguments.demo.then(sandbox::Settings::demo),
        watch: true,
        ..Options::of(environment)
    };
    let renderer = arguments.renderer.map(|name| match name {
        RendererName::Software => renderer::Renderer::Software,
        RendererName::Glow => renderer::Renderer::Glow,
        RendererName::Wgpu => renderer::Renderer::Wgpu,
    });
    // The core starts before there is a window, and outlives a renderer that fails.
    let window: Arc<Mutex<Option<Context>>> = Arc::default();
    let waking = Arc::clone(&window);
    let wake = move || {
        if let Some(ctx) = waking.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            ctx.request_repaint_after(theme::FRAME_AFTER_WAKE);
        }
    };
    let simulated = Options { selection: Selection::default(), ..options.clone() };
    let core = match Core::start(options, wake.clone()) {
        Ok(core) => Rc::new(core),
        Err(reason) => {
            eprintln!("rds-fleet: {reason}");
            return ExitCode::FAILURE;
        }
    };
    // Asked for in the window, the simulated fleet takes the real one's place.
    let simulation: Simulation = Rc::new(move || {
        let options = Options { demo: Some(sandbox::Settings::demo()), ..simulated.clone() };
        Core::start(options, wake.clone()).map(|core| Box::new(Rc::new(core)) as Box<dyn Link>)
    });
    let opened = renderer::run(renderer, &|ctx| {
        *window.lock().unwrap_or_else(PoisonError::into_inner) = Some(ctx.clone());
        App::new(ctx, Box::new(Rc::clone(&core)), start.clone())
            .at_overview()
            .with_simulation(Rc::clone(&simulation))
    });
    match opened {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!(
                "rds-fleet: {reason}. Without a window the same is to be had from: \
                 rds-fleet-cli --demo export db-instances --format table"
            );
            ExitCode::FAILURE
        }
    }
}

/// The person's documents, else the home folder, else the folder the program was started in.
fn export_folder(environment: &Environment) -> PathBuf {
    let home = environment.home().map(PathBuf::from).unwrap_or_default();
    let documents = home.join("Documents");
    if documents.is_dir() { documents } else { home }
}
