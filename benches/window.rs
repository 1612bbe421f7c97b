//! The window benchmark: what a frame costs the thread that draws, at 400, 20,000 and 1,000,000 rows, while somebody
//! scrolls, types into the search and resizes a column; how often an idle window is painted; and what a frame of a comparison
//! of fifty databases costs.
//!
//!     cargo bench --bench window [-- --store file --idle-seconds 60]
//!
//! The real core answers from a store on the disk; only the graphics card is missing: a frame is what egui and the
//! window need until the triangles are there. Times are the processor's, of that thread alone. A second part starts the
//! real program on a display (`DISPLAY`) with a cached inventory and says when the first frame was drawn. It prints
//! figures and asserts none.

#![allow(clippy::expect_used, reason = "a benchmark that cannot run says so and ends")]

mod company;

use std::cell::{Cell, RefCell};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use egui::{
    Context, CursorIcon, Event as Input, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, RawInput, Rect,
    ThemePreference, TouchPhase, Vec2, pos2, vec2,
};
use rds_fleet::analysis::compare::{Comparison, Database, Subject};
use rds_fleet::analysis::meaning::Meaning;
use rds_fleet::analysis::own_names::NamedText;
use rds_fleet::analysis::rules::Rules;
use rds_fleet::analysis::setting::{Held, Named, Section, Setting};
use rds_fleet::config::Environment;
use rds_fleet::core::{self, Command, Compared, Core, Event};
use rds_fleet::inventory::Place;
use rds_fleet::rds;
use rds_fleet::report::About;
use rds_fleet::sandbox::Settings;
use rds_fleet::settings::{self, Wish};
use rds_fleet::ui::{App, Link, Start};
use time::OffsetDateTime;

const SCREEN: Vec2 = vec2(1920.0, 1080.0);
/// As on a display of 60 pictures a second.
const BETWEEN_FRAMES: Duration = Duration::from_millis(16);
const FRAMES: usize = 600;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after =
        |name: &str| arguments.iter().position(|known| known == name).and_then(|at| arguments.get(at + 1));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let idle = after("--idle-seconds").map_or(60, |text| text.parse().expect("a number of seconds"));
    let large = after("--store").map_or_else(|| folder.path().join("large.db"), PathBuf::from);
    if !large.exists() {
        company::make(&large, 1000, 20_000, 1_000_000);
    }
    let small = folder.path().join("small.db");
    company::make(&small, 20, 400, 400);

    println!(
        "{:<52}{:>10}{:>10}{:>10}{:>10}",
        "CPU of a frame, milliseconds", "median", "99 %", "most", "frames"
    );
    for (store, accounts, kind) in
        [(&small, 20, "db-instances"), (&large, 1000, "db-instances"), (&large, 1000, "db-snapshots")]
    {
        measure(store, accounts, kind, idle);
    }
    measure_comparison();
    if std::env::var_os("DISPLAY").is_some_and(|display| !display.is_empty()) {
        first_frame(&large, 1000);
    } else {
        println!("no DISPLAY is set: the start of the program is not measured");
    }
}

/// A core whose sweeps are never started, because the store is to stay as it is; it says how many rows were shown last.
struct Still {
    core: Core,
    rows: Rc<Cell<usize>>,
}

impl Link for Still {
    fn send(&self, command: Command) {
        if !matches!(command, Command::Sweep { .. }) {
            self.core.send(command);
        }
    }

    fn poll(&self) -> Option<Event> {
        let event = self.core.poll();
        if let Some(Event::View(view)) = &event {
            self.rows.set(view.rows.len());
        }
        event
    }

    fn wish(&self, _: Wish) {}

    fn told(&self) -> Option<settings::Told> {
        None
    }
}

/// A window without a display.
struct Bench {
    ctx: Context,
    app: App,
    woken: Arc<AtomicBool>,
    begun: Instant,
    pointer: Pos2,
    cursor: CursorIcon,
    /// Whether the last frame asked for another one at once.
    restless: bool,
}

fn measure(store: &Path, accounts: usize, kind: &str, idle: u64) {
    let woken = Arc::new(AtomicBool::new(false));
    let waking = Arc::clone(&woken);
    let options = core::Options {
        demo: Some(Settings { accounts, ..Settings::default() }),
        store: Some(Place::File(store.to_owned())),
        ..core::Options::of(Environment::from_process())
    };
    let core = Core::start(options, move || waking.store(true, Ordering::Relaxed)).expect("the core");
    let rows = Rc::new(Cell::new(0));
    let ctx = Context::default();
    let link = Still { core, rows: Rc::clone(&rows) };
    let start = Start { theme: ThemePreference::Dark, export_folder: PathBuf::new() };
    let app = App::new(&ctx, Box::new(link), start);
    let mut bench = Bench::new(ctx, app, woken);
    bench.settle();
    // As a person goes there: by the palette.
    bench.frame(vec![key(Key::P, Modifiers::COMMAND)]);
    bench.settle();
    let title = rds::kind(kind).expect("a kind").title;
    bench.frame(vec![Input::Text(title.to_owned())]);
    bench.settle();
    bench.frame(vec![key(Key::Enter, Modifiers::NONE)]);
    bench.settle();
    let rows = rows.get();
    let name = |what: &str| format!("{rows} rows of {kind}, {what}");

    let notch = |bench: &mut Bench, frame: usize| {
        let delta = if frame % 200 < 160 { -3.0 } else { 9.0 };
        bench.frame(vec![wheel(delta)])
    };
    print(&name("scrolling"), &bench.run(FRAMES, notch));
    let far = |bench: &mut Bench, frame: usize| {
        bench.frame(vec![wheel(if frame.is_multiple_of(2) { -4000.0 } else { 1500.0 })])
    };
    print(&name("scrolling far"), &bench.run(FRAMES / 2, far));

    bench.frame(vec![key(Key::F, Modifiers::COMMAND)]);
    bench.settle();
    let typed: Vec<Input> = "prod ora".chars().map(|letter| Input::Text(letter.to_string())).collect();
    let typing = |bench: &mut Bench, frame: usize| {
        // A letter every sixth frame is ten a second.
        let events = match (frame % 6, frame / 6 % 17) {
            (0, at) if at < 8 => vec![typed[at].clone()],
            (0, at) if at < 16 => vec![key(Key::Backspace, Modifiers::NONE)],
            _ => Vec::new(),
        };
        bench.frame(events)
    };
    print(&name("typing into the search"), &bench.run(FRAMES, typing));
    bench.frame(vec![key(Key::Escape, Modifiers::NONE)]);
    bench.settle();

    if let Some(border) = bench.border() {
        bench.frame(vec![Input::PointerMoved(border)]);
        bench.frame(vec![button(border, true)]);
        let dragging = |bench: &mut Bench, frame: usize| {
            let way = (frame % 240) as f32;
            let x = border.x + if way < 120.0 { way } else { 240.0 - way };
            bench.frame(vec![Input::PointerMoved(pos2(x, border.y))])
        };
        print(&name("resizing a column"), &bench.run(FRAMES, dragging));
        let at = bench.pointer;
        bench.frame(vec![button(at, false)]);
    } else {
        println!("{}: no border was found", name("resizing a column"));
    }
    bench.settle();
    println!(
        "{:<52}{:>10}",
        name(&format!("repaints in {idle} idle s")),
        bench.idle(Duration::from_secs(idle))
    );
}

/// A core that only has a comparison to tell of.
struct Told(RefCell<Option<Event>>);

impl Link for Told {
    fn send(&self, _: Command) {}

    fn poll(&self) -> Option<Event> {
        self.0.borrow_mut().take()
    }

    fn wish(&self, _: Wish) {}

    fn told(&self) -> Option<settings::Told> {
        None
    }
}

/// Fifty databases of 700 settings, of which most differ somewhere.
fn compared() -> Compared {
    const DATABASES: usize = 50;
    const SETTINGS: usize = 700;
    let setting = |database: usize, at: usize| {
        let value = if (at + database).is_multiple_of(9) { at * 2 } else { at };
        let text = format!("a value of some length, {value}");
        Named {
            section: Section::ALL[at * Section::ALL.len() / SETTINGS],
            name: format!("setting_{at:03}").into(),
            held: Held::Set(Box::new(Setting {
                meaning: Meaning::Text(NamedText::plain(text.as_str())),
                text: text.into(),
                parameter: None,
                waits: None,
            })),
        }
    };
    let subject = |database: usize| Subject {
        database: Database {
            kind: "db-instances",
            identifier: format!("database-{database}").into(),
            account_id: format!("{database:012}"),
            region: "eu-central-1".to_owned(),
            engine: "postgres".to_owned(),
            version: "16.10".to_owned(),
            ..Database::default()
        },
        settings: (0..SETTINGS).map(|at| setting(database, at)).collect(),
        gaps: Vec::new(),
    };
    let rules = Rules::default();
    let comparison = Comparison::of((0..DATABASES).map(subject).collect(), &rules, None);
    let about = About {
        title: "Comparison".to_owned(),
        scope: Vec::new(),
        made: OffsetDateTime::now_utc(),
        coverage: Vec::new(),
        broken: Vec::new(),
    };
    Compared::new(comparison, Arc::new(rules), about)
}

fn measure_comparison() {
    let ctx = Context::default();
    let told = Told(RefCell::new(Some(Event::Comparison(Ok(Arc::new(compared()))))));
    let start = Start { theme: ThemePreference::Dark, export_folder: PathBuf::new() };
    let app = App::new(&ctx, Box::new(told), start);
    let mut bench = Bench::new(ctx, app, Arc::default());
    bench.settle();
    bench.frame(vec![key(Key::Num6, Modifiers::COMMAND)]);
    bench.settle();
    let name = |what: &str| format!("50 databases x 700 settings, {what}");
    let notch = |bench: &mut Bench, frame: usize| {
        bench.frame(vec![wheel(if frame % 200 < 160 { -30.0 } else { 90.0 })])
    };
    print(&name("scrolling"), &bench.run(FRAMES, notch));
    let across = |bench: &mut Bench, frame: usize| {
        let arrow = if frame % 100 < 50 { Key::ArrowRight } else { Key::ArrowLeft };
        bench.frame(vec![key(arrow, Modifiers::NONE)])
    };
    print(&name("going across"), &bench.run(FRAMES, across));
    bench.frame(vec![key(Key::H, Modifiers::NONE)]);
    bench.settle();
    print(&name("the heat map"), &bench.run(FRAMES, notch));
}

impl Bench {
    fn new(ctx: Context, app: App, woken: Arc<AtomicBool>) -> Bench {
        Bench {
            ctx,
            app,
            woken,
            begun: Instant::now(),
            pointer: pos2(900.0, 600.0),
            cursor: CursorIcon::Default,
            restless: false,
        }
    }

    /// One frame; the processor time it took this thread.
    fn frame(&mut self, events: Vec<Input>) -> Duration {
        for event in &events {
            if let Input::PointerMoved(to) = event {
                self.pointer = *to;
            }
        }
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SCREEN)),
            time: Some(self.begun.elapsed().as_secs_f64()),
            focused: true,
            events,
            ..RawInput::default()
        };
        let begun = processor();
        let app = &mut self.app;
        let output = self.ctx.run_ui(input, |ui| app.ui(ui));
        let shapes = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        let took = processor() - begun;
        drop(shapes);
        self.cursor = output.platform_output.cursor_icon;
        self.restless = output.viewport_output.values().any(|viewport| viewport.repaint_delay.is_zero());
        took
    }

    fn run(&mut self, frames: usize, mut each: impl FnMut(&mut Bench, usize) -> Duration) -> Vec<Duration> {
        let mut times = Vec::with_capacity(frames);
        for frame in 0..frames {
            let begun = Instant::now();
            times.push(each(self, frame));
            std::thread::sleep(BETWEEN_FRAMES.saturating_sub(begun.elapsed()));
        }
        times
    }

    /// Draws until nothing has happened for two seconds.
    fn settle(&mut self) {
        self.frame(vec![Input::PointerMoved(self.pointer)]);
        let mut quiet = Instant::now();
        while quiet.elapsed() < Duration::from_secs(2) {
            if self.woken.swap(false, Ordering::Relaxed) || self.restless {
                self.frame(Vec::new());
                quiet = Instant::now();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// How often a window that nobody touches is painted.
    fn idle(&mut self, during: Duration) -> usize {
        let begun = Instant::now();
        let mut painted = 0;
        while begun.elapsed() < during {
            if self.woken.swap(false, Ordering::Relaxed) || self.restless {
                self.frame(Vec::new());
                painted += 1;
            }
            std::thread::sleep(BETWEEN_FRAMES);
        }
        painted
    }

    /// The border between two headers, found as a person finds it: by the pointer's shape.
    fn border(&mut self) -> Option<Pos2> {
        for y in (60..160).step_by(8) {
            for x in (500..1900).step_by(4) {
                let at = pos2(x as f32, y as f32);
                self.frame(vec![Input::PointerMoved(at)]);
                self.frame(Vec::new());
                if matches!(
                    self.cursor,
                    CursorIcon::ResizeColumn | CursorIcon::ResizeHorizontal | CursorIcon::ResizeEast
                ) {
                    return Some(at);
                }
            }
        }
        None
    }
}

/// Starts the program with a cached inventory several times, and says how long it took until something was drawn.
fn first_frame(store: &Path, accounts: usize) {
    const STARTS: usize = 5;
    let me = std::env::current_exe().expect("this program's path");
    let programs = me.ancestors().nth(2).expect("the folder of the programs");
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut sandbox = Process::new(programs.join("rds-fleet-cli"))
        .args(["sandbox", "--accounts", &accounts.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rds-fleet-cli beside this benchmark: cargo build --release --bins");
    let mut variables = Vec::new();
    let mut lines = BufReader::new(sandbox.stdout.take().expect("its output")).lines();
    while !variables.iter().any(|(name, _)| name == "AWS_ENDPOINT_URL_RDS") {
        let line = lines.next().expect("a line").expect("a line");
        let (name, value) = line.trim_start_matches("export ").split_once('=').expect("a variable");
        variables.push((name.to_owned(), value.trim_matches('\'').to_owned()));
    }
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let copy = home.path().join("store.db");
        // A start after a kill looks at every page of the store, which is another question.
        for beside in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(home.path().join(format!("store.db{beside}")));
        }
        std::fs::copy(store, &copy).expect("a copy of the store");
        let begun = Instant::now();
        let mut window = Process::new(programs.join("rds-fleet"))
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .envs([("LIBGL_ALWAYS_SOFTWARE", "1"), ("RDS_FLEET_LOG", "info")])
            .env("RDS_FLEET_STORE", &copy)
            .env("HOME", home.path())
            .stderr(Stdio::piped())
            .spawn()
            .expect("rds-fleet beside this benchmark: cargo build --release --bins");
        let log = BufReader::new(window.stderr.take().expect("its log")).lines();
        let drawn = log.map_while(Result::ok).any(|line| line.contains("first frame drawn"));
        times.push(begun.elapsed());
        window.kill().and_then(|()| window.wait()).expect("the window's end");
        assert!(drawn, "the window ended before it drew anything");
    }
    drop(sandbox.stdin.take());
    sandbox.wait().expect("the sandbox's end");
    print("start to first frame, 20,000 instances cached", &times);
}

fn wheel(points: f32) -> Input {
    Input::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, points),
        phase: TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Unknown,
    }
}

fn key(key: Key, modifiers: Modifiers) -> Input {
    Input::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
}

fn button(pos: Pos2, pressed: bool) -> Input {
    Input::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE }
}

fn print(name: &str, times: &[Duration]) {
    let mut times: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1000.0).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("{name:<52}{:>10.2}{:>10.2}{:>10.2}{:>10}", at(0.5), at(0.99), at(1.0), times.len());
}

fn processor() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}
