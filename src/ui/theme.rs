//! The window's look as named tokens: type scale, spacing grid, and the colours of the dark and the light theme.
//! No other file names a colour or a text size of its own.

use std::time::Duration;

use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Id, Margin, Stroke, Style, TextStyle, Theme,
    ThemePreference, vec2,
};

use crate::settings::{self, Line, Scale};

/// Text of the grid, of panels and of buttons.
pub const BODY: f32 = 13.0;
/// Captions and hints.
pub const SMALL: f32 = 12.0;
/// Titles of panels and dialogs.
pub const TITLE: f32 = 15.0;
/// A figure that a page is about.
pub const FIGURE: f32 = 22.0;
/// JSON and nested values.
pub const MONOSPACE: f32 = 12.0;
/// The step of the spacing grid.
pub const STEP: f32 = 4.0;
/// One row of the grid and of the account list; even, so that rows never jitter.
pub const ROW: f32 = 24.0;
/// One line of a list that is only read, such as a bar with its name.
pub const LINE: f32 = 20.0;
/// The grid's header.
pub const HEADER: f32 = 30.0;
/// The names of the databases above a comparison, line by line.
pub const COMPARED_HEADER: f32 = 5.0 * COMPARED_LINE + 2.0 * STEP;
pub const COMPARED_LINE: f32 = 17.0;
/// The least and the greatest width of a database's column, and that of the settings' names.
pub const COMPARED_LEAST: f32 = 136.0;
pub const COMPARED_MOST: f32 = 420.0;
pub const COMPARED_NAMES: f32 = 300.0;
/// A line of a heat map, and the least and the greatest width of its cells.
pub const HEAT_LINE: f32 = 15.0;
pub const HEAT_LEAST: f32 = 5.0;
pub const HEAT_MOST: f32 = 140.0;
/// From which width on the cells of a heat map have the databases' names above them in lines, and how long names are that
/// stand upright.
pub const HEAT_NAMED: f32 = 64.0;
pub const HEAT_UPRIGHT: f32 = 112.0;
/// The line of filters under the header.
pub const FILTER: f32 = 26.0;
/// The narrowest and the widest that a column is drawn to, and the widest that it is fitted to.
pub const COLUMN_LEAST: f32 = 48.0;
pub const COLUMN_MOST: f32 = 1200.0;
pub const COLUMN_FITTED: f32 = 640.0;
/// Room for a value's second unit beside it.
pub const HINT: f32 = 60.0;
/// Where a scroll bar stands beside what it scrolls.
pub const GUTTER: f32 = SCROLL_BAR + STEP;
/// The toolbar and panel titles.
pub const BAR: f32 = 44.0;

/// A window with less width than this has its toolbar above everything.
pub const NARROW: f32 = 1400.0;
/// The width of a menu, and the height at which a list in it begins to scroll.
pub const MENU: f32 = 240.0;
pub const MENU_LIST: f32 = 320.0;
/// The width of a dialog, and what it leaves of the screen around it at least.
pub const DIALOG: f32 = 520.0;
pub const DIALOG_MARGIN: f32 = 64.0;
/// The height at which a list in a dialog begins to scroll.
pub const DIALOG_LIST: f32 = 180.0;
/// The room in which a line between two columns is taken hold of.
pub const GRIP: f32 = 8.0;

/// The thickness of scroll bars.
const SCROLL_BAR: f32 = 8.0;

/// How soon after the core's wake a frame is painted: later wakes fall into the same frame.
pub const FRAME_AFTER_WAKE: Duration = Duration::from_millis(50);
/// The same where every frame crosses a network: ten frames a second at most.
const FRAME_AFTER_WAKE_SLOW: Duration = Duration::from_millis(100);

/// Says what the window is seen over.
pub fn set_line(ctx: &Context, line: Line) {
    ctx.data_mut(|data| data.insert_temp(Id::unique("line"), line));
}

/// How soon after a wake a frame is painted, on the line that the window is seen over.
pub fn frame_after_wake(ctx: &Context) -> Duration {
    match ctx.data(|data| data.get_temp(Id::unique("line"))).unwrap_or_default() {
        Line::Slow => FRAME_AFTER_WAKE_SLOW,
        Line::Fast => FRAME_AFTER_WAKE,
    }
}

/// A person's choice of colours as egui has it.
pub fn preference(theme: settings::Theme) -> ThemePreference {
    match theme {
        settings::Theme::System => ThemePreference::System,
        settings::Theme::Dark => ThemePreference::Dark,
        settings::Theme::Light => ThemePreference::Light,
    }
}

/// Makes everything larger or smaller.
pub fn set_scale(ctx: &Context, scale: Scale) {
    if ctx.cumulative_frame_nr() == 0 {
        // A scale that changes is taken over with the screen of the frame before. There is none yet, and egui would lay the
        // first frame out on one that it makes up, after whose size panels would stay as wide.
        ctx.options_mut(|options| options.zoom_factor = scale.factor());
    } else {
        ctx.set_zoom_factor(scale.factor());
    }
}

/// The colours of one theme. Text tokens reach WCAG AA on every surface token, which a test computes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tokens {
    /// Behind the grid's rows.
    pub canvas: Color32,
    /// Behind panels, toolbar and status bar.
    pub panel: Color32,
    /// Behind the grid's header, buttons and menus.
    pub raised: Color32,
    /// Buttons and rows under the pointer.
    pub hover: Color32,
    /// Text fields.
    pub field: Color32,
    /// Lines between parts of the window.
    pub border: Color32,
    /// Lines between rows, to be seen only when looked for.
    pub hairline: Color32,
    /// Behind selected rows.
    pub selected: Color32,
    pub text: Color32,
    /// Captions, secondary facts.
    pub text_weak: Color32,
    /// The dash of an absent value; decoration, so 3:1 is enough.
    pub text_faint: Color32,
    /// Links, focus, the sort order.
    pub accent: Color32,
    /// Behind the one button that a dialog is about.
    pub primary: Color32,
    pub on_primary: Color32,
    pub good: Color32,
    /// Something is under way.
    pub busy: Color32,
    /// Somebody should look.
    pub attention: Color32,
    pub bad: Color32,
    /// Neither good nor bad.
    pub idle: Color32,
    /// Behind a line that somebody should read.
    pub attention_fill: Color32,
    /// Bars of a chart, beside the numbers that they show.
    pub bar: Color32,
    /// A setting that is there in one database and not in another. With `attention` for what differs and `busy` for what
    /// waits: orange, violet and blue are told apart by people who do not tell red from green.
    pub missing: Color32,
    /// A whole cell of the heat map that differs.
    pub different: Color32,
    /// Behind a setting that differs, or waits.
    pub different_fill: Color32,
    pub waits_fill: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// The dark theme.
pub const DARK: Tokens = Tokens {
    canvas: rgb(0x15191F),
    panel: rgb(0x1B2027),
    raised: rgb(0x262C35),
    hover: rgb(0x222933),
    field: rgb(0x11141A),
    border: rgb(0x343C47),
    hairline: rgb(0x20262E),
    selected: rgb(0x1D3B5E),
    text: rgb(0xE9EDF3),
    text_weak: rgb(0xA9B4C2),
    text_faint: rgb(0x738093),
    accent: rgb(0x6DB3FF),
    primary: rgb(0x1F66D1),
    on_primary: rgb(0xFFFFFF),
    good: rgb(0x56CB92),
    busy: rgb(0x7CBDFF),
    attention: rgb(0xF5BE55),
    bad: rgb(0xFF8C84),
    idle: rgb(0xA9B4C2),
    attention_fill: rgb(0x352C19),
    bar: rgb(0x4475B0),
    missing: rgb(0xCBB2FF),
    different: rgb(0xF5BE55),
    different_fill: rgb(0x4A3712),
    waits_fill: rgb(0x123A57),
};

/// The light theme.
pub const LIGHT: Tokens = Tokens {
    canvas: rgb(0xFFFFFF),
    panel: rgb(0xF4F6F9),
    raised: rgb(0xE7ECF2),
    hover: rgb(0xEDF2F8),
    field: rgb(0xFFFFFF),
    border: rgb(0xCBD3DD),
    hairline: rgb(0xEBEFF4),
    selected: rgb(0xD3E5FB),
    text: rgb(0x141B26),
    text_weak: rgb(0x4A5665),
    text_faint: rgb(0x7E8997),
    accent: rgb(0x0A56B0),
    primary: rgb(0x1A5FC4),
    on_primary: rgb(0xFFFFFF),
    good: rgb(0x10663A),
    busy: rgb(0x0A56B0),
    attention: rgb(0x7A4D00),
    bad: rgb(0xB01E17),
    idle: rgb(0x4A5665),
    attention_fill: rgb(0xFDF1D7),
    bar: rgb(0x4F8CD6),
    missing: rgb(0x5F38A0),
    different: rgb(0xC87800),
    different_fill: rgb(0xFFE2AC),
    waits_fill: rgb(0xCFE6F8),
};

impl Tokens {
    /// The tokens of the theme that is shown.
    pub fn of(ui: &egui::Ui) -> &'static Tokens {
        if ui.visuals().dark_mode { &DARK } else { &LIGHT }
    }
}

/// Gives a context both themes and takes from it everything that would paint without need: animations, the blinking
/// cursor, smooth scrolling.
pub fn install(ctx: &Context) {
    ctx.set_fonts(super::icons::fonts());
    ctx.set_style_of(Theme::Dark, style(Theme::Dark));
    ctx.set_style_of(Theme::Light, style(Theme::Light));
    ctx.options_mut(|options| {
        options.fallback_theme = Theme::Light;
        // The keys are ours, so that the scale has bounds and is remembered.
        options.zoom_with_keyboard = false;
    });
}

fn style(theme: Theme) -> Style {
    let (tokens, mut visuals) = match theme {
        Theme::Dark => (&DARK, egui::Visuals::dark()),
        Theme::Light => (&LIGHT, egui::Visuals::light()),
    };
    let line = |color| Stroke::new(1.0, color);
    let round = CornerRadius::same(4);

    visuals.panel_fill = tokens.panel;
    visuals.window_fill = tokens.panel;
    visuals.window_stroke = line(tokens.border);
    visuals.window_corner_radius = CornerRadius::same(6);
    visuals.menu_corner_radius = CornerRadius::same(6);
    visuals.extreme_bg_color = tokens.field;
    visuals.code_bg_color = tokens.raised;
    visuals.faint_bg_color = tokens.hover;
    visuals.weak_text_color = Some(tokens.text_weak);
    visuals.hyperlink_color = tokens.accent;
    visuals.warn_fg_color = tokens.attention;
    visuals.error_fg_color = tokens.bad;
    visuals.selection.bg_fill = tokens.selected;
    visuals.selection.stroke = line(tokens.accent);
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke = Stroke::new(2.0, tokens.accent);
    visuals.image_loading_spinners = false;

    let widgets = &mut visuals.widgets;
    widgets.noninteractive.bg_fill = tokens.panel;
    widgets.noninteractive.weak_bg_fill = tokens.panel;
    widgets.noninteractive.bg_stroke = line(tokens.border);
    widgets.noninteractive.fg_stroke = line(tokens.text);
    widgets.inactive.bg_fill = tokens.field;
    widgets.inactive.weak_bg_fill = tokens.raised;
    widgets.inactive.bg_stroke = line(tokens.border);
    widgets.inactive.fg_stroke = line(tokens.text);
    widgets.hovered.bg_fill = tokens.hover;
    widgets.hovered.weak_bg_fill = tokens.hover;
    widgets.hovered.bg_stroke = line(tokens.text_weak);
    widgets.hovered.fg_stroke = line(tokens.text);
    widgets.active.bg_fill = tokens.selected;
    widgets.active.weak_bg_fill = tokens.selected;
    widgets.active.bg_stroke = line(tokens.accent);
    widgets.active.fg_stroke = line(tokens.text);
    widgets.open.bg_fill = tokens.selected;
    widgets.open.weak_bg_fill = tokens.selected;
    widgets.open.bg_stroke = line(tokens.accent);
    widgets.open.fg_stroke = line(tokens.text);
    for widget in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        widget.corner_radius = round;
        widget.expansion = 0.0;
    }

    let mut style = Style { visuals, ..Style::default() };
    let proportional = |size| FontId::new(size, FontFamily::Proportional);
    style.text_styles = [
        (TextStyle::Small, proportional(SMALL)),
        (TextStyle::Body, proportional(BODY)),
        (TextStyle::Button, proportional(BODY)),
        (TextStyle::Heading, proportional(TITLE)),
        (TextStyle::Monospace, FontId::new(MONOSPACE, FontFamily::Monospace)),
    ]
    .into();
    style.animation_time = 0.0;
    style.scroll_animation = egui::style::ScrollAnimation::none();
    style.spacing.item_spacing = vec2(2.0 * STEP, STEP);
    style.spacing.button_padding = vec2(2.0 * STEP, STEP);
    style.spacing.interact_size = vec2(32.0, ROW);
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.window_margin = Margin::same(16);
    // Bars that are always there and never move anything, drawn in the text's colour, faintly.
    style.spacing.scroll = egui::style::ScrollStyle {
        floating: true,
        bar_width: SCROLL_BAR,
        floating_width: SCROLL_BAR,
        floating_allocated_width: SCROLL_BAR + STEP,
        bar_inner_margin: 2.0,
        bar_outer_margin: 2.0,
        foreground_color: true,
        dormant_background_opacity: 0.0,
        active_background_opacity: 0.0,
        interact_background_opacity: 0.0,
        dormant_handle_opacity: 0.3,
        active_handle_opacity: 0.4,
        interact_handle_opacity: 0.6,
        ..egui::style::ScrollStyle::solid()
    };
    style.spacing.scroll.fade.strength = 0.0;
    style.spacing.scroll.kinetic.decay_time = 0.0;
    style.spacing.scroll.kinetic.rubber_band = false;
    style.interaction.tooltip_delay = 0.4;
    style
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of WCAG 2.
    fn luminance(color: Color32) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
    }

    fn contrast(one: Color32, other: Color32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn figures_are_equally_wide() {
        let ctx = Context::default();
        install(&ctx);
        let mut widths = Vec::new();
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            let font = FontId::proportional(BODY);
            widths = ui.fonts_mut(|fonts| ('0'..='9').map(|digit| fonts.glyph_width(&font, digit)).collect());
        });
        // A texture that nobody uploads is a mistake everywhere but here.
        output.textures_delta.clear();
        assert!(widths.iter().all(|width| *width == widths[0]), "{widths:?}");
    }

    #[test]
    fn nothing_moves_and_a_slow_line_has_ten_frames_a_second_at_most() {
        let ctx = Context::default();
        install(&ctx);
        for theme in [Theme::Dark, Theme::Light] {
            let style = ctx.style_of(theme);
            assert_eq!(style.animation_time, 0.0);
            assert!(!style.visuals.text_cursor.blink && !style.visuals.image_loading_spinners);
        }
        set_line(&ctx, Line::Slow);
        assert!(frame_after_wake(&ctx) >= Duration::from_millis(100));
    }

    #[test]
    fn every_text_can_be_read_on_every_surface() {
        for (name, tokens) in [("dark", DARK), ("light", LIGHT)] {
            let surfaces = [
                ("canvas", tokens.canvas),
                ("panel", tokens.panel),
                ("raised", tokens.raised),
                ("hover", tokens.hover),
                ("field", tokens.field),
                ("selected", tokens.selected),
                ("attention_fill", tokens.attention_fill),
            ];
            let texts = [
                ("text", tokens.text),
                ("text_weak", tokens.text_weak),
                ("accent", tokens.accent),
                ("good", tokens.good),
                ("busy", tokens.busy),
                ("attention", tokens.attention),
                ("bad", tokens.bad),
                ("idle", tokens.idle),
            ];
            for (surface_name, surface) in surfaces {
                for (text_name, text) in texts {
                    let found = contrast(text, surface);
                    assert!(found >= 4.5, "{name}: {text_name} on {surface_name} is {found:.2}:1");
                }
            }
            assert!(contrast(tokens.on_primary, tokens.primary) >= 4.5, "{name}: the primary button");
            for (surface, sign) in [
                (tokens.different_fill, tokens.attention),
                (tokens.canvas, tokens.missing),
                (tokens.waits_fill, tokens.busy),
            ] {
                for text in [tokens.text, tokens.text_weak, sign] {
                    let found = contrast(text, surface);
                    assert!(found >= 4.5, "{name}: {text:?} on a marked cell is {found:.2}:1");
                }
            }
            for surface in [tokens.canvas, tokens.hover] {
                assert!(contrast(tokens.bar, surface) >= 3.0, "{name}: bars");
                assert!(contrast(tokens.different, surface) >= 3.0, "{name}: the heat map");
            }
            assert!(contrast(tokens.text_faint, tokens.canvas) >= 3.0, "{name}: the dash of absent values");
        }
    }
}
