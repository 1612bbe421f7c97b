//! egui's triangles as this renderer wants them: in pixels, with their clip rectangle, two triangles that make up an
//! upright rectangle as one piece. Most of a window is such rectangles: glyphs and surfaces.

use egui::epaint::{ClippedPrimitive, Mesh, Primitive, Vertex};
use egui::{Color32, Rect, TextureId};

use super::frame::Area;

/// What is filled in one go.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Upright, of one colour; `uv` are the texture's coordinates of its corners.
    Rectangle {
        rect: Rect,
        uv: Rect,
        colour: Color32,
    },
    Triangle([Vertex; 3]),
}

/// A shape and where it may be seen.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    pub texture: TextureId,
    /// The pixels that it may touch: its own bounds within the clip rectangle.
    pub area: Area,
    pub shape: Shape,
}

/// Takes egui's meshes apart, in the order of painting. What lies outside the screen is left out.
pub fn take_apart(
    primitives: &[ClippedPrimitive],
    pixels_per_point: f32,
    screen: Area,
    pieces: &mut Vec<Piece>,
) {
    pieces.clear();
    for clipped in primitives {
        // The window draws nothing by callbacks into a graphics library.
        let Primitive::Mesh(mesh) = &clipped.primitive else { continue };
        let clip = rounded(clipped.clip_rect, pixels_per_point).intersect(screen);
        if clip.is_empty() {
            continue;
        }
        let mut indices = mesh.indices.as_slice();
        while let Some((triangle, rest)) = indices.split_first_chunk::<3>() {
            let Some(corners) = vertices(mesh, triangle, pixels_per_point) else { break };
            let second = rest.first_chunk::<3>();
            let rectangle =
                second.and_then(|second| rectangle(mesh, triangle, &corners, second, pixels_per_point));
            indices = if rectangle.is_some() { &rest[3..] } else { rest };
            let shape = rectangle.unwrap_or(Shape::Triangle(corners));
            let area = shape.bounds().intersect(clip);
            if !area.is_empty() {
                pieces.push(Piece { texture: mesh.texture_id, area, shape });
            }
        }
    }
}

fn vertices(mesh: &Mesh, triangle: &[u32; 3], pixels_per_point: f32) -> Option<[Vertex; 3]> {
    let vertex = |index: u32| {
        let vertex = *mesh.vertices.get(index as usize)?;
        Some(Vertex { pos: vertex.pos * pixels_per_point, ..vertex })
    };
    Some([vertex(triangle[0])?, vertex(triangle[1])?, vertex(triangle[2])?])
}

/// The rectangle of two triangles, when they are laid out as egui lays out rectangles.
fn rectangle(
    mesh: &Mesh,
    first: &[u32; 3],
    [left_top, right_top, left_bottom]: &[Vertex; 3],
    second: &[u32; 3],
    pixels_per_point: f32,
) -> Option<Shape> {
    if second[0] != first[2] || second[1] != first[1] {
        return None;
    }
    let last = mesh.vertices.get(second[2] as usize)?;
    let last = Vertex { pos: last.pos * pixels_per_point, ..*last };
    let upright = |at: fn(&Vertex) -> egui::Pos2| {
        at(left_top).y == at(right_top).y
            && at(left_bottom).y == at(&last).y
            && at(left_top).x == at(left_bottom).x
            && at(right_top).x == at(&last).x
    };
    let colour = left_top.color;
    let plain = [right_top, left_bottom, &last].iter().all(|vertex| vertex.color == colour);
    let rect = Rect { min: left_top.pos, max: last.pos };
    let right_way = rect.min.x <= rect.max.x && rect.min.y <= rect.max.y;
    (plain && right_way && upright(|vertex| vertex.pos) && upright(|vertex| vertex.uv))
        .then_some(Shape::Rectangle { rect, uv: Rect { min: left_top.uv, max: last.uv }, colour })
}

/// A clip rectangle in whole pixels.
fn rounded(rect: Rect, pixels_per_point: f32) -> Area {
    let pixel = |at: f32| (at * pixels_per_point).round() as i32;
    Area::new(pixel(rect.min.x), pixel(rect.min.y), pixel(rect.max.x), pixel(rect.max.y))
}

impl Shape {
    /// The pixels whose middle may lie in it.
    fn bounds(&self) -> Area {
        let around = |min: egui::Pos2, max: egui::Pos2| {
            Area::new(min.x.floor() as i32, min.y.floor() as i32, max.x.ceil() as i32, max.y.ceil() as i32)
        };
        match self {
            Shape::Rectangle { rect, .. } => around(rect.min, rect.max),
            Shape::Triangle([a, b, c]) => around(a.pos.min(b.pos).min(c.pos), a.pos.max(b.pos).max(c.pos)),
        }
    }

    /// A number that differs for shapes that look different.
    pub fn hash(&self, seed: u64) -> u64 {
        let both = |x: f32, y: f32| u64::from(x.to_bits()) << 32 | u64::from(y.to_bits());
        let word = |colour: Color32| u64::from(u32::from_ne_bytes(colour.to_array()));
        match self {
            Shape::Rectangle { rect, uv, colour } => {
                let hash = stir(seed, both(rect.min.x, rect.min.y));
                let hash = stir(hash, both(rect.max.x, rect.max.y));
                let hash = stir(hash, both(uv.min.x, uv.min.y));
                stir(stir(hash, both(uv.max.x, uv.max.y)), word(*colour))
            }
            Shape::Triangle(vertices) => vertices.iter().fold(seed, |hash, vertex| {
                let hash = stir(hash, both(vertex.pos.x, vertex.pos.y));
                stir(stir(hash, both(vertex.uv.x, vertex.uv.y)), word(vertex.color))
            }),
        }
    }
}

/// Takes a further word into a hash; the order counts.
#[inline(always)]
pub fn stir(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    product ^ (product >> 29)
}
