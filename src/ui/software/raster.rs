//! Fills shapes. Which pixels belong to a triangle, and how colours are mixed, is as graphics cards do it for egui: the
//! middle of the pixel decides, an edge that two triangles share belongs to one of them, and colours are mixed as they
//! are stored, premultiplied. Nothing here knows what changed, nor a display.

use egui::epaint::Vertex;
use egui::{Color32, Pos2, Rect, pos2};

use super::colour;
use super::frame::{Area, Frame};
use super::pieces::{Piece, Shape};
use super::texture::{Texture, Textures};

/// Fills one piece, as far as it lies in `within`.
pub fn fill(piece: &Piece, textures: &Textures, frame: &mut Frame, within: Area) {
    let area = piece.area.intersect(within);
    if area.is_empty() {
        return;
    }
    let Some(texture) = textures.get(piece.texture) else { return };
    match &piece.shape {
        Shape::Rectangle { rect, uv, colour } => {
            rectangle(*rect, *uv, colour::word(*colour), texture, frame, area);
        }
        Shape::Triangle(vertices) => triangle(vertices, texture, frame, area),
    }
}

/// Positions are exact to 1/256 of a pixel, as on graphics cards.
const STEPS: i64 = 256;

fn fixed(at: f32) -> i64 {
    (at * STEPS as f32).round() as i64
}

/// The first pixel whose middle is not left of, or above, a position.
fn first_pixel(at: f32) -> i32 {
    (fixed(at) + STEPS / 2 - 1).div_euclid(STEPS) as i32
}

fn rectangle(rect: Rect, uv: Rect, colour: u32, texture: &Texture, frame: &mut Frame, area: Area) {
    let inside = Area::new(
        first_pixel(rect.min.x),
        first_pixel(rect.min.y),
        first_pixel(rect.max.x),
        first_pixel(rect.max.y),
    );
    let area = area.intersect(inside);
    if area.is_empty() {
        return;
    }
    let size = egui::vec2(texture.width(), texture.height());
    let [from, to] = [uv.min, uv.max].map(|at| pos2(at.x * size.x, at.y * size.y));
    if from == to {
        let colour = colour::tint(texture.sample(from.x, from.y, true), colour);
        for y in area.top..area.bottom {
            colour::fill(frame.span(y, area.left, area.right), colour);
        }
        return;
    }
    let step = (to - from) / rect.size();
    // The place in the texture that the middle of the first pixel shows.
    let start = from + step * (pos2(area.left as f32 + 0.5, area.top as f32 + 0.5) - rect.min);
    if let Some((column, line)) = texel_for_pixel(start, step, area) {
        for (offset, y) in (area.top..area.bottom).enumerate() {
            let Some(texels) = texture.row(column, line + offset as i32, area.width()) else { continue };
            for (pixel, texel) in frame.span(y, area.left, area.right).iter_mut().zip(texels) {
                if *texel != 0 {
                    *pixel = colour::over(colour::tint(*texel, colour), *pixel);
                }
            }
        }
        return;
    }
    let magnified = step.x.abs().max(step.y.abs()) <= 1.0;
    for (offset, y) in (area.top..area.bottom).enumerate() {
        let v = start.y + step.y * offset as f32;
        for (offset, pixel) in frame.span(y, area.left, area.right).iter_mut().enumerate() {
            let texel = texture.sample(start.x + step.x * offset as f32, v, magnified);
            *pixel = colour::over(colour::tint(texel, colour), *pixel);
        }
    }
}

/// The first texel, when each pixel shows exactly one: so glyphs are drawn, which egui puts on whole pixels.
fn texel_for_pixel(start: Pos2, step: egui::Vec2, area: Area) -> Option<(i32, i32)> {
    /// What cannot be seen: a step of the filter.
    const NEAR: f32 = 1.0 / 256.0;
    let first = start - egui::vec2(0.5, 0.5);
    let last = first + egui::vec2(step.x * area.width() as f32, step.y * area.height() as f32);
    let aligned = |at: f32| (at - at.round()).abs() <= NEAR;
    let one = |from: f32, to: f32, pixels: usize| {
        aligned(from) && aligned(to) && (to.round() - from.round()) as i64 == pixels as i64
    };
    (one(first.x, last.x, area.width()) && one(first.y, last.y, area.height()))
        .then(|| (first.x.round() as i32, first.y.round() as i32))
}

/// One edge of a triangle, for the question which pixels lie on its inner side.
struct Edge {
    from: (i64, i64),
    across: i64,
    down: i64,
    /// 0 when the edge itself belongs to the triangle, else 1.
    margin: i64,
}

impl Edge {
    fn new(from: (i64, i64), to: (i64, i64)) -> Edge {
        let (across, down) = (to.0 - from.0, to.1 - from.1);
        // An edge belongs to the triangle on its right, or below it.
        let ours = down < 0 || (down == 0 && across > 0);
        Edge { from, across, down, margin: i64::from(!ours) }
    }

    /// Narrows the run of pixels from `left` up to and without `right` to those inside, in the row with this middle.
    fn narrow(&self, middle: i64, left: &mut i64, right: &mut i64) {
        let rest = self.across * (middle - self.from.1) + self.down * self.from.0 - self.margin;
        // Inside is where `rest - down * (STEPS * x + STEPS / 2)` is not negative.
        let rest = rest - self.down * (STEPS / 2);
        match self.down {
            0 if rest < 0 => *right = *left,
            0 => {}
            down if down < 0 => *left = (*left).max(-rest.div_euclid(-down * STEPS)),
            down => *right = (*right).min(rest.div_euclid(down * STEPS) + 1),
        }
    }
}

/// A quantity that varies evenly over a triangle.
#[derive(Debug, Clone, Copy)]
struct Slope {
    /// The corner that it is told from: told from the screen's, a steep slope would not be exact enough.
    origin: Pos2,
    start: f32,
    across: f32,
    down: f32,
}

/// Where a triangle is, for making slopes.
struct Plane {
    origin: Pos2,
    first: egui::Vec2,
    second: egui::Vec2,
    area: f32,
}

impl Plane {
    /// The quantity that has these values at the three corners.
    fn slope(&self, [a, b, c]: [f32; 3]) -> Slope {
        let (b, c) = (b - a, c - a);
        let across = (b * self.second.y - c * self.first.y) / self.area;
        let down = (c * self.first.x - b * self.second.x) / self.area;
        Slope { origin: self.origin, start: a, across, down }
    }
}

impl Slope {
    fn at(self, x: f32, y: f32) -> f32 {
        self.start + self.across * (x - self.origin.x) + self.down * (y - self.origin.y)
    }
}

fn triangle(vertices: &[Vertex; 3], texture: &Texture, frame: &mut Frame, area: Area) {
    let corner = |vertex: &Vertex| (fixed(vertex.pos.x), fixed(vertex.pos.y));
    let (a, mut b, mut c) = (&vertices[0], &vertices[1], &vertices[2]);
    let double_area = |b: &Vertex, c: &Vertex| {
        let ((ax, ay), (bx, by), (cx, cy)) = (corner(a), corner(b), corner(c));
        (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    };
    match double_area(b, c) {
        0 => return,
        wrong if wrong < 0 => std::mem::swap(&mut b, &mut c),
        _ => {}
    }
    let edges =
        [Edge::new(corner(a), corner(b)), Edge::new(corner(b), corner(c)), Edge::new(corner(c), corner(a))];
    let paint = Paint::new([a, b, c], texture);
    for y in area.top..area.bottom {
        let middle = i64::from(y) * STEPS + STEPS / 2;
        let (mut left, mut right) = (i64::from(area.left), i64::from(area.right));
        for edge in &edges {
            edge.narrow(middle, &mut left, &mut right);
        }
        if left < right {
            let (left, right) = (left as i32, right as i32);
            paint.run(frame.span(y, left, right), left, y);
        }
    }
}

/// What a triangle's pixels get.
enum Paint<'a> {
    Plain(u32),
    /// Red, green, blue and alpha from 0 to 255.
    Shaded([Slope; 4]),
    Textured {
        texture: &'a Texture,
        colours: [Slope; 4],
        /// In texels.
        place: [Slope; 2],
        magnified: bool,
    },
}

impl Paint<'_> {
    fn new<'a>(corners: [&Vertex; 3], texture: &'a Texture) -> Paint<'a> {
        let [a, b, c] = corners;
        let plain = a.color == b.color && a.color == c.color;
        let flat = a.uv == b.uv && a.uv == c.uv;
        let texel = texture.sample(a.uv.x * texture.width(), a.uv.y * texture.height(), true);
        if plain && flat {
            return Paint::Plain(colour::tint(texel, colour::word(a.color)));
        }
        let plane = Plane {
            origin: a.pos,
            first: b.pos - a.pos,
            second: c.pos - a.pos,
            area: (b.pos - a.pos).x * (c.pos - a.pos).y - (c.pos - a.pos).x * (b.pos - a.pos).y,
        };
        let tint = if flat { texel } else { u32::MAX };
        let channel = |shift: u32, of: fn(Color32) -> u8| {
            let share = ((tint >> shift) & 0xFF) as f32 / 255.0;
            plane.slope([a, b, c].map(|vertex| f32::from(of(vertex.color)) * share))
        };
        let colours = [
            channel(16, |colour| colour.r()),
            channel(8, |colour| colour.g()),
            channel(0, |colour| colour.b()),
            channel(24, |colour| colour.a()),
        ];
        if flat {
            return Paint::Shaded(colours);
        }
        let place = [
            plane.slope([a, b, c].map(|vertex| vertex.uv.x * texture.width())),
            plane.slope([a, b, c].map(|vertex| vertex.uv.y * texture.height())),
        ];
        let [u, v] = place;
        let texels = (u.across * u.across + v.across * v.across).max(u.down * u.down + v.down * v.down);
        Paint::Textured { texture, colours, place, magnified: texels <= 1.0 }
    }

    /// Paints a run of pixels of one row.
    fn run(&self, pixels: &mut [u32], left: i32, y: i32) {
        let (x, y) = (left as f32 + 0.5, y as f32 + 0.5);
        match self {
            Paint::Plain(colour) => colour::fill(pixels, *colour),
            Paint::Shaded(colours) => {
                let start = colours.map(|slope| slope.at(x, y));
                for (offset, pixel) in pixels.iter_mut().enumerate() {
                    *pixel = colour::over(shade(&start, colours, offset as f32), *pixel);
                }
            }
            Paint::Textured { texture, colours, place: [u, v], magnified } => {
                let start = colours.map(|slope| slope.at(x, y));
                let (from_u, from_v) = (u.at(x, y), v.at(x, y));
                for (offset, pixel) in pixels.iter_mut().enumerate() {
                    let offset = offset as f32;
                    let texel =
                        texture.sample(from_u + u.across * offset, from_v + v.across * offset, *magnified);
                    let colour = shade(&start, colours, offset);
                    *pixel = colour::over(colour::tint(texel, colour), *pixel);
                }
            }
        }
    }
}

/// The colour this many pixels right of a run's start.
#[inline(always)]
fn shade(start: &[f32; 4], slopes: &[Slope; 4], offset: f32) -> u32 {
    let channel = |at: usize| (start[at] + slopes[at].across * offset + 0.5) as u8;
    u32::from_be_bytes([channel(3), channel(0), channel(1), channel(2)])
}
