//! The window itself: takes winit's events to egui, runs the app when a frame is due, and hands what changed to the
//! display. It behaves as eframe does, of which it shares the event loop, and asks the display nothing in a frame:
//! over X forwarding each question costs a way there and back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::UserEvent;
use egui::{
    Context, FullOutput, Rect, TexturesDelta, ViewportCommand, ViewportEvent, ViewportId, ViewportInfo,
};
use egui_winit::accesskit_winit::{Event as AccessEvent, WindowEvent as AccessKit};
use egui_winit::winit::application::ApplicationHandler;
use egui_winit::winit::dpi::PhysicalSize;
use egui_winit::winit::event::WindowEvent;
use egui_winit::winit::event_loop::{ActiveEventLoop, ControlFlow, DeviceEvents, EventLoop, EventLoopProxy};
use egui_winit::winit::platform::run_on_demand::EventLoopExtRunOnDemand;
use egui_winit::winit::window::{Window, WindowId};
use egui_winit::{ActionRequested, State};

use super::canvas::Canvas;
use super::display::Display;
use super::frame::Area;
use crate::ui::renderer::Stage;
use crate::ui::wheel;

/// The least time between two frames: a mouse may move a thousand times a second.
const BETWEEN_FRAMES: Duration = Duration::from_millis(16);
/// egui's own default; a wider atlas only costs memory.
const LARGEST_TEXTURE: usize = 2048;

/// Opens the window and returns when it is closed.
///
/// # Errors
/// What the display lacks, or what went wrong with it later.
pub fn run(event_loop: &mut EventLoop<UserEvent>, stage: &Stage<'_>) -> Result<(), String> {
    let mut program = Program { stage, proxy: event_loop.create_proxy(), open: None, failure: None };
    event_loop.run_app_on_demand(&mut program).map_err(|error| error.to_string())?;
    program.failure.map_or(Ok(()), Err)
}

struct Program<'a> {
    stage: &'a Stage<'a>,
    proxy: EventLoopProxy<UserEvent>,
    open: Option<Open<'a>>,
    failure: Option<String>,
}

/// An open window.
struct Open<'a> {
    stage: &'a Stage<'a>,
    window: Arc<Window>,
    size: PhysicalSize<u32>,
    display: Display,
    canvas: Canvas,
    /// Differences of textures that no frame has painted yet.
    textures: TexturesDelta,
    ctx: Context,
    input: State,
    info: ViewportInfo,
    started: Instant,
    last_frame: Instant,
    /// When the next frame is due, if one is.
    due: Option<Instant>,
    /// A frame has been asked of the windowing system. One that comes without having been asked for means that what was
    /// shown is lost.
    asked: bool,
    /// Nobody sees the window.
    covered: bool,
}

impl ApplicationHandler<UserEvent> for Program<'_> {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        if self.open.is_some() {
            return;
        }
        // Moves of the mouse are told as events of the window, too.
        event_loop.listen_device_events(DeviceEvents::Never);
        let opened = Open::new(event_loop, self.stage, &self.proxy).and_then(|mut open| {
            open.frame(event_loop, false)?;
            open.window.set_visible(true);
            Ok(open)
        });
        match opened {
            Ok(open) => self.open = Some(open),
            Err(reason) => self.fail(event_loop, reason),
        }
    }

    fn user_event(&mut self, _: &ActiveEventLoop, event: UserEvent) {
        let Some(open) = &mut self.open else { return };
        match event {
            UserEvent::RequestRepaint { viewport_id: ViewportId::ROOT, when, cumulative_pass_nr } => {
                let passes = open.ctx.cumulative_pass_nr();
                // An older request has been answered by a frame since.
                if passes == cumulative_pass_nr || passes == cumulative_pass_nr + 1 {
                    open.due_at(when);
                }
            }
            // A picture has arrived: a frame that waited for it is looked at again before the loop goes to sleep.
            UserEvent::RequestRepaint { .. } => {}
            UserEvent::AccessKitActionRequest(AccessEvent { window_event, .. }) => match window_event {
                AccessKit::InitialTreeRequested => {
                    open.ctx.enable_accesskit();
                    open.due_at(Instant::now());
                }
                AccessKit::ActionRequested(request) => {
                    open.input.on_accesskit_action_request(request);
                    open.due_at(Instant::now());
                }
                AccessKit::AccessibilityDeactivated => open.ctx.disable_accesskit(),
            },
        }
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        let Some(open) = &mut self.open else { return };
        if let Err(reason) = open.take(event_loop, &event) {
            self.fail(event_loop, reason);
        }
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        let Some(open) = &mut self.open else { return };
        match open.ask_when_due() {
            Ok(flow) => event_loop.set_control_flow(flow),
            Err(reason) => self.fail(event_loop, reason),
        }
    }

    fn exiting(&mut self, _: &ActiveEventLoop) {
        if let Some(open) = &self.open {
            self.stage.leave(&open.ctx);
        }
        // A window must go while its event loop runs.
        self.open = None;
    }
}

impl Program<'_> {
    fn fail(&mut self, event_loop: &ActiveEventLoop, reason: String) {
        self.failure = Some(reason);
        self.open = None;
        event_loop.exit();
    }
}

impl<'a> Open<'a> {
    fn new(
        event_loop: &ActiveEventLoop,
        stage: &'a Stage<'a>,
        proxy: &EventLoopProxy<UserEvent>,
    ) -> Result<Open<'a>, String> {
        let ctx = Context::default();
        // As eframe has it: a frame may be laid out twice when a size turns out to be another than guessed.
        ctx.options_mut(|options| options.max_passes = options.max_passes.saturating_add(1));
        let hidden = stage.viewport().with_visible(false);
        let window =
            egui_winit::create_window(&ctx, event_loop, &hidden).map_err(|error| error.to_string())?;
        let window = Arc::new(window);
        let size = window.inner_size();
        let waking = proxy.clone();
        let display = Display::of(&window, move || {
            // eframe's events have none that would say so; a repaint of a window that is not there does nothing else.
            let nobody = ViewportId::from_hash_of("a picture has arrived");
            let woken = UserEvent::RequestRepaint {
                viewport_id: nobody,
                when: Instant::now(),
                cumulative_pass_nr: 0,
            };
            let _ = waking.send_event(woken);
        })?;
        let repainting = proxy.clone();
        ctx.set_request_repaint_callback(move |info| {
            let _ = repainting.send_event(UserEvent::RequestRepaint {
                viewport_id: info.viewport_id,
                when: Instant::now() + info.delay,
                cumulative_pass_nr: info.current_cumulative_pass_nr,
            });
        });
        let scale = window.scale_factor() as f32;
        let mut input = State::new(
            ctx.clone(),
            ViewportId::ROOT,
            event_loop,
            Some(scale),
            window.theme(),
            Some(LARGEST_TEXTURE),
        );
        input.init_accesskit(event_loop, &window, proxy.clone());
        let renderer = "software";
        tracing::info!(%renderer, "renderer ready");
        stage.enter(&ctx);
        let now = Instant::now();
        Ok(Open {
            stage,
            window,
            size,
            display,
            canvas: Canvas::default(),
            textures: TexturesDelta::default(),
            ctx,
            input,
            info: ViewportInfo::default(),
            started: now,
            last_frame: now,
            due: Some(now),
            asked: false,
            covered: false,
        })
    }

    /// A frame is due then, or earlier if one was due earlier.
    fn due_at(&mut self, when: Instant) {
        self.due = Some(self.due.map_or(when, |due| due.min(when)));
    }

    /// Asks for a frame when it is time, and says how long there is nothing to do.
    fn ask_when_due(&mut self) -> Result<ControlFlow, String> {
        let Some(due) = self.due else { return Ok(ControlFlow::Wait) };
        // Nobody sees a covered window, but it can be closed.
        let unseen = self.covered && self.info.events.is_empty();
        // While the last picture is under way, its arrival wakes the loop.
        if unseen || self.asked || !self.display.ready()? {
            return Ok(ControlFlow::Wait);
        }
        let due = due.max(self.last_frame + BETWEEN_FRAMES);
        if due > Instant::now() {
            return Ok(ControlFlow::WaitUntil(due));
        }
        self.asked = true;
        self.window.request_redraw();
        Ok(ControlFlow::Wait)
    }

    fn take(&mut self, event_loop: &ActiveEventLoop, event: &WindowEvent) -> Result<(), String> {
        match event {
            WindowEvent::RedrawRequested => {
                let lost = !std::mem::take(&mut self.asked);
                return self.frame(event_loop, lost);
            }
            WindowEvent::Resized(size) if size.width > 0 && size.height > 0 => {
                self.size = *size;
                if cfg!(windows) {
                    // While an edge is dragged, Windows comes back here only; a frame that waits would flicker.
                    return self.frame(event_loop, true);
                }
            }
            WindowEvent::CloseRequested => self.info.events.push(ViewportEvent::Close),
            WindowEvent::Occluded(covered) => self.covered = *covered,
            WindowEvent::Destroyed => event_loop.exit(),
            _ => {}
        }
        let response = self.input.on_window_event(&self.window, event);
        if response.repaint || matches!(event, WindowEvent::CloseRequested | WindowEvent::Occluded(false)) {
            self.due_at(Instant::now());
        }
        Ok(())
    }

    /// Runs the app once and shows what changed, or everything when what was shown is `lost`.
    fn frame(&mut self, event_loop: &ActiveEventLoop, lost: bool) -> Result<(), String> {
        if !self.display.ready()? {
            // What is due stays due until the last picture has arrived.
            self.due_at(Instant::now());
            return Ok(());
        }
        if lost && self.due.is_none() && !self.size_is_new() {
            return self.show_again();
        }
        self.due = None;
        self.last_frame = Instant::now();
        let scale = self.window.scale_factor() as f32;
        let raw = self.input.egui_input_mut();
        let points = scale * self.ctx.zoom_factor();
        let size = egui::vec2(self.size.width as f32, self.size.height as f32) / points;
        raw.time = Some(self.started.elapsed().as_secs_f64());
        raw.screen_rect = Some(Rect::from_min_size(egui::Pos2::ZERO, size));
        self.info.native_pixels_per_point = Some(scale);
        self.info.focused = Some(raw.focused);
        raw.viewports.insert(ViewportId::ROOT, self.info.clone());
        self.info.events.clear();
        let mut raw = raw.take();
        wheel::at_once(&mut raw);
        let closing = raw.viewport().close_requested();
        let stage = self.stage;
        let output = self.ctx.run_ui(raw, |ui| stage.ui(ui));
        self.show(event_loop, output, lost, closing)?;
        self.stage.drawn();
        Ok(())
    }

    fn show(
        &mut self,
        event_loop: &ActiveEventLoop,
        output: FullOutput,
        lost: bool,
        closing: bool,
    ) -> Result<(), String> {
        let FullOutput { platform_output, textures_delta, shapes, pixels_per_point, mut viewport_output } =
            output;
        self.textures.append(textures_delta);
        let commands =
            viewport_output.remove(&ViewportId::ROOT).map(|output| output.commands).unwrap_or_default();
        if closing && !commands.contains(&ViewportCommand::CancelClose) {
            event_loop.exit();
        }
        self.input.handle_platform_output_with_event_loop(&self.window, event_loop, platform_output);
        let primitives = self.ctx.tessellate(shapes, pixels_per_point);
        let size = [self.size.width as usize, self.size.height as usize];
        let background = self.ctx.global_style().visuals.panel_fill;
        let mut changed =
            self.canvas.paint(&primitives, &mut self.textures, pixels_per_point, size, background);
        if lost && !self.display.keeps() {
            changed = vec![self.canvas.frame().area()];
        }
        if !changed.is_empty() {
            self.display.show(&self.window, self.canvas.frame(), &changed)?;
        }
        self.carry_out(commands);
        Ok(())
    }

    fn show_again(&mut self) -> Result<(), String> {
        if self.display.keeps() {
            return Ok(());
        }
        let everything: Area = self.canvas.frame().area();
        self.display.show(&self.window, self.canvas.frame(), &[everything])
    }

    fn size_is_new(&self) -> bool {
        let frame = self.canvas.frame();
        (frame.width(), frame.height()) != (self.size.width as usize, self.size.height as usize)
    }

    /// Does what the app asked of its window.
    fn carry_out(&mut self, commands: Vec<ViewportCommand>) {
        let mut actions = Vec::new();
        egui_winit::process_viewport_commands(
            &self.ctx,
            &mut self.info,
            commands,
            &self.window,
            &mut actions,
        );
        let mut events = Vec::new();
        for action in actions {
            match action {
                ActionRequested::Cut => events.push(egui::Event::Cut),
                ActionRequested::Copy => events.push(egui::Event::Copy),
                ActionRequested::Paste => {
                    let text = self.input.clipboard_text().map(|text| text.replace("\r\n", "\n"));
                    events.extend(text.filter(|text| !text.is_empty()).map(egui::Event::Paste));
                }
                // The app takes no pictures of itself, and paints only what can be seen.
                ActionRequested::Screenshot(_) | ActionRequested::PaintWhileHidden => {}
            }
        }
        if !events.is_empty() {
            self.input.egui_input_mut().events.append(&mut events);
            self.due_at(Instant::now());
        }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        // egui takes a texture that was never painted for a mistake.
        self.textures.clear();
    }
}
