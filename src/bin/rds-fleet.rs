//! The window's program: reads the arguments and the settings, starts the core, opens the window. Everything else is the library's.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use clap::Parser;
use eframe::egui::Context;
use rds_fleet::config::Environment;
use rds_fleet::core::{Core, Options};
use rds_fleet::sandbox;
use rds_fleet::settings::{Folders, Keeper, LineChoice, Renderer, SettingsFile, Theme, remote_session};
use rds_fleet::sweep::{Limits, Selection};
use rds_fleet::terminal::{self, say};
use rds_fleet::ui::renderer::{self, Opening};
use rds_fleet::ui::{App, Backstage, Link, Remembered, Simulation, Start, theme};
use rds_fleet::{access, descriptors, signals, worker};

/// Calls at once that make sense, as on the command line.
const MOST_CALLS: i64 = Limits::MOST_CALLS as i64;

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
    #[arg(long, value_name = "CALLS", value_parser = clap::value_parser!(u16).range(1..=MOST_CALLS))]
    concurrency: Option<u16>,
    /// The colours of this window, instead of those that were chosen in it.
    #[arg(long, value_enum)]
    theme: Option<Theme>,
    /// The renderer to use, instead of the one that was chosen; automatic tries each until one works.
    #[arg(long, value_enum)]
    renderer: Option<Renderer>,
    /// What the window is seen over: on a slow line it is painted ten times a second at most.
    #[arg(long, value_enum)]
    line: Option<LineChoice>,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(said) => return terminal::not_parsed(&said),
    };
    let environment = Environment::from_process();
    rds_fleet::log::start(&environment);
    worker::log_panics();
    descriptors::raise();
    // A window that is ended from outside writes nothing more, and leaves nothing behind.
    signals::start();
    let (file, settings, notice) = SettingsFile::read(&environment);
    if let Some(notice) = &notice {
        tracing::warn!("{notice}");
    }
    let start = Start {
        theme: theme::preference(arguments.theme.unwrap_or(settings.theme)),
        export_folder: export_folder(&environment),
    };
    let opening = Opening {
        renderer: arguments.renderer.unwrap_or(settings.renderer),
        size: settings.last.size,
        scale: settings.scale,
        remote: remote_session(&environment).is_some(),
    };
    // A window that was left elsewhere comes back there.
    let at_overview = settings.last.sheet.is_none();
    let folders = Folders::of(&environment);
    let bounds = settings.history.bounds(&environment);
    let helper_timeout = settings.helper_timeout(&environment);
    let remembered = Remembered {
        settings,
        file: file.path().map(Into::into),
        notice,
        line: arguments.line,
        environment: environment.clone(),
    };
    let mut limits = Limits { helper_timeout, ..Limits::default() };
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
        bounds,
        ..Options::of(environment)
    };
    // The core starts before there is a window, and outlives a renderer that fails.
    let window: Arc<Mutex<Option<Context>>> = Arc::default();
    let waking = Arc::clone(&window);
    let wake = move || {
        if let Some(ctx) = waking.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            ctx.request_repaint_after(theme::frame_after_wake(ctx));
        }
    };
    let simulated = Options { selection: Selection::default(), ..options.clone() };
    let started = Core::start(options, wake.clone())
        .and_then(|core| Ok((Rc::new(core), Rc::new(Keeper::start(file, folders, wake.clone())?))));
    let (core, keeper) = match started {
        Ok(started) => started,
        Err(reason) => {
            say(&format!("rds-fleet: {reason}"));
            return ExitCode::FAILURE;
        }
    };
    // Asked for in the window, the simulated fleet takes the real one's place; what the person keeps stays the same.
    let simulation: Simulation = Rc::new({
        let keeper = Rc::clone(&keeper);
        move || {
            let options = Options { demo: Some(sandbox::Settings::demo()), ..simulated.clone() };
            let core = Rc::new(Core::start(options, wake.clone())?);
            Ok(Box::new(Backstage { core, keeper: Rc::clone(&keeper) }) as Box<dyn Link>)
        }
    });
    let opened = renderer::run(
        &opening,
        &|ctx| *window.lock().unwrap_or_else(PoisonError::into_inner) = Some(ctx.clone()),
        &|ctx| {
            let backstage = Backstage { core: Rc::clone(&core), keeper: Rc::clone(&keeper) };
            let app = App::opened(ctx, Box::new(backstage), start.clone(), remembered.clone())
                .with_simulation(Rc::clone(&simulation));
            if at_overview { app.at_overview() } else { app }
        },
    );
    // Whatever still runs, a window that is closed is gone soon, and its helpers with it.
    signals::end_soon();
    access::end_helpers();
    match opened {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            say(&format!(
                "rds-fleet: {reason}. Without a window the same is to be had from: \
                 rds-fleet-cli --demo export db-instances --format table"
            ));
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
