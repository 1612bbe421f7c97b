//! The renderer that needs no graphics library, held against one: the same triangles are painted by it and by wgpu on a
//! software driver, and the pictures must agree. Further, a picture that is painted piece by piece, as things change,
//! must be the same as one that is painted whole.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(feature = "window")]

use egui::{
    Align2, Color32, ColorImage, Context, CornerRadius, FontId, FullOutput, Pos2, RawInput, Rect, Shape,
    Stroke, StrokeKind, TextureHandle, TextureOptions, TextureWrapMode, Ui, ViewportId, pos2, vec2,
};
use egui_kittest::TestRenderer;
use egui_kittest::wgpu::WgpuTestRenderer;
use rds_fleet::ui::software::Canvas;
use rds_fleet::ui::theme;

const SIZE: [usize; 2] = [600, 400];

/// Everything that the window is made of, and some that it may be one day. `step` moves a part of it.
fn scene(ui: &mut Ui, image: &TextureHandle, tiled: &TextureHandle, step: usize) {
    let painter = ui.painter();
    painter.rect_filled(ui.max_rect(), CornerRadius::ZERO, theme::DARK.canvas);
    painter.rect(
        Rect::from_min_size(pos2(10.3, 10.7), vec2(120.0, 60.0)),
        CornerRadius::same(9),
        theme::DARK.raised,
        Stroke::new(1.0, theme::DARK.border),
        StrokeKind::Inside,
    );
    painter.rect_filled(
        Rect::from_min_size(pos2(60.0, 40.0), vec2(100.0, 60.0)),
        CornerRadius::ZERO,
        Color32::from_rgba_unmultiplied(200, 40, 90, 120),
    );
    painter.rect_filled(
        Rect::from_min_size(pos2(20.0, 76.0), vec2(60.0, 24.0)),
        CornerRadius::same(4),
        Color32::from_rgb_additive(60, 120, 200),
    );
    let (text, weak) = (theme::DARK.text, theme::DARK.text_weak);
    painter.text(
        pos2(20.0, 110.0),
        Align2::LEFT_TOP,
        "orders-prod-01 ÄÖ €",
        FontId::proportional(13.0),
        text,
    );
    painter.text(pos2(20.4, 130.6), Align2::LEFT_TOP, "14.9 db.r6g.large", FontId::monospace(12.0), weak);
    painter.text(
        pos2(20.0, 150.0 + step as f32),
        Align2::LEFT_TOP,
        format!("step {step}"),
        FontId::proportional(22.0),
        theme::DARK.accent,
    );
    for line in 0..12 {
        let y = 200.0 + line as f32 * 3.7;
        let end = pos2(180.0, y + line as f32 * 4.0);
        painter.line_segment([pos2(20.0, y), end], Stroke::new(0.5 + line as f32 * 0.2, theme::DARK.good));
    }
    painter.circle(pos2(230.0, 60.0), 33.3, theme::DARK.attention, Stroke::new(2.5, theme::DARK.bad));
    painter.circle_filled(pos2(300.0, 60.0), 3.5, theme::DARK.bad);
    painter.add(Shape::convex_polygon(
        vec![pos2(330.0, 20.0), pos2(390.0, 35.0), pos2(360.0, 95.0)],
        Color32::from_rgba_unmultiplied(90, 200, 250, 90),
        Stroke::new(1.0, Color32::WHITE),
    ));
    let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
    painter.image(
        image.id(),
        Rect::from_min_size(pos2(210.0, 120.0), vec2(90.0, 70.0)),
        whole,
        Color32::WHITE,
    );
    painter.image(image.id(), Rect::from_min_size(pos2(310.0, 120.0), vec2(5.0, 9.0)), whole, Color32::GOLD);
    // Such that no pixel's middle falls between two texels, where rounding decides which is the nearest.
    let twice = Rect::from_min_max(pos2(-0.503, -0.251), pos2(2.0, 2.0));
    painter.image(
        tiled.id(),
        Rect::from_min_size(pos2(330.0, 120.0), vec2(70.0, 70.0)),
        twice,
        Color32::WHITE,
    );
    let hole = Rect::from_min_max(pos2(210.4, 210.0), pos2(330.0, 260.6));
    let clipped = painter.with_clip_rect(hole);
    clipped.circle_filled(pos2(215.0, 240.0), 40.0, theme::DARK.primary);
    clipped.text(pos2(220.0, 215.0), Align2::LEFT_TOP, "cut off here, and", FontId::proportional(16.0), text);
    let shadow = egui::Shadow { offset: [4, 6], blur: 14, spread: 1, color: Color32::from_black_alpha(150) };
    let dialog = Rect::from_min_size(pos2(420.0 + step as f32 * 7.0, 40.0), vec2(130.0, 90.0));
    painter.add(shadow.as_shape(dialog, CornerRadius::same(8)));
    painter.rect_filled(dialog, CornerRadius::same(8), theme::DARK.panel);
}

/// A context with the window's fonts, and two images.
fn context() -> (Context, TextureHandle, TextureHandle) {
    let ctx = Context::default();
    theme::install(&ctx);
    ctx.set_theme(egui::Theme::Dark);
    let texel = |at: usize| {
        let (x, y) = (at % 16, at / 16);
        Color32::from_rgba_unmultiplied((x * 16) as u8, (y * 16) as u8, 128, if x == y { 90 } else { 255 })
    };
    let picture = ColorImage::new([16, 16], (0..256).map(texel).collect());
    let image = ctx.load_texture("picture", picture.clone(), TextureOptions::LINEAR);
    let tiles = TextureOptions { wrap_mode: TextureWrapMode::MirroredRepeat, ..TextureOptions::NEAREST };
    let tiled = ctx.load_texture("tiles", picture, tiles);
    (ctx, image, tiled)
}

fn run(ctx: &Context, pixels_per_point: f32, mut draw: impl FnMut(&mut Ui)) -> FullOutput {
    let size = vec2(SIZE[0] as f32, SIZE[1] as f32) / pixels_per_point;
    let mut input =
        RawInput { screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)), ..RawInput::default() };
    input.viewports.entry(ViewportId::ROOT).or_default().native_pixels_per_point = Some(pixels_per_point);
    ctx.run_ui(input, |ui| draw(ui))
}

fn paint(canvas: &mut Canvas, ctx: &Context, output: &FullOutput, pixels_per_point: f32) -> usize {
    let primitives = ctx.tessellate(output.shapes.clone(), pixels_per_point);
    let mut textures = output.textures_delta.clone();
    let changed = canvas.paint(&primitives, &mut textures, pixels_per_point, SIZE, Color32::BLACK);
    changed.iter().map(|area| area.width() * area.height()).sum()
}

fn channels(pixel: u32) -> [u8; 3] {
    let [_, r, g, b] = pixel.to_be_bytes();
    [r, g, b]
}

fn furthest(a: [u8; 3], b: [u8; 3]) -> u8 {
    a.into_iter().zip(b).map(|(a, b)| a.abs_diff(b)).max().unwrap_or_default()
}

#[test]
fn the_picture_is_a_graphics_librarys() {
    let mut wgpu = WgpuTestRenderer::new();
    for pixels_per_point in [1.0, 1.5] {
        let (ctx, image, tiled) = context();
        let mut output = run(&ctx, pixels_per_point, |ui| scene(ui, &image, &tiled, 3));
        let mut canvas = Canvas::default();
        paint(&mut canvas, &ctx, &output, pixels_per_point);
        wgpu.handle_delta(&mut output.textures_delta);
        let picture = wgpu.render(&ctx, &output).expect("wgpu has a software driver");
        assert_eq!((picture.width() as usize, picture.height() as usize), (SIZE[0], SIZE[1]));

        let ours = canvas.frame().pixels();
        let theirs = picture.as_raw().chunks_exact(4).map(|texel| [texel[0], texel[1], texel[2]]);
        let apart: Vec<(usize, u8)> =
            ours.iter().zip(theirs).map(|(a, b)| furthest(channels(*a), b)).enumerate().collect();
        let more_than = |limit: u8| apart.iter().filter(|(_, by)| *by > limit).count();
        let place = |at: usize| (at % SIZE[0], at / SIZE[0]);
        let worst = apart.iter().max_by_key(|(_, by)| *by).map(|(at, by)| (place(*at), *by));
        // Some pixels of an edge: where a pixel's middle falls onto it, rounding decides.
        assert!(more_than(3) < SIZE[0] * SIZE[1] / 10_000, "worst {worst:?}");
        assert!(more_than(1) < SIZE[0] * SIZE[1] / 1000, "{} differ", more_than(1));
    }
}

#[test]
fn what_is_painted_in_parts_is_the_same_as_painted_whole() {
    let pixels_per_point = 1.5;
    let (ctx, image, tiled) = context();
    let mut all = run(&ctx, pixels_per_point, |ui| scene(ui, &image, &tiled, 0));
    let mut parts = Canvas::default();
    paint(&mut parts, &ctx, &all, pixels_per_point);
    let mut found = Vec::new();
    for step in [1, 2, 7] {
        let output = run(&ctx, pixels_per_point, |ui| scene(ui, &image, &tiled, step));
        let touched = paint(&mut parts, &ctx, &output, pixels_per_point);
        all.append(output);
        let mut whole = Canvas::default();
        paint(&mut whole, &ctx, &all, pixels_per_point);
        let differ =
            parts.frame().pixels().iter().zip(whole.frame().pixels()).filter(|(a, b)| a != b).count();
        found.push((touched, differ));
    }
    all.textures_delta.clear();
    let same = run(&ctx, pixels_per_point, |ui| scene(ui, &image, &tiled, 7));
    assert_eq!(paint(&mut parts, &ctx, &same, pixels_per_point), 0, "nothing changed");
    for (touched, differ) in found {
        assert!(touched > 0 && touched < SIZE[0] * SIZE[1] / 2, "{touched} pixels were painted again");
        assert_eq!(differ, 0);
    }
}
