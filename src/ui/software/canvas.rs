//! Paints frames of egui into a picture in memory: brings the textures up to date, finds what changed, fills that and
//! says where it is. It needs no window, so tests hold its pictures against a graphics library's.

use egui::epaint::ClippedPrimitive;
use egui::{Color32, TexturesDelta};

use super::damage::Damage;
use super::frame::{Area, Frame};
use super::pieces::{self, Piece};
use super::texture::Textures;
use super::{colour, raster};

/// The picture and what is remembered of the last frame.
#[derive(Debug, Default)]
pub struct Canvas {
    frame: Frame,
    textures: Textures,
    damage: Damage,
    pieces: Vec<Piece>,
}

impl Canvas {
    /// Paints a frame of this many pixels and answers with the rectangles that differ from the last one; they do not
    /// overlap.
    pub fn paint(
        &mut self,
        primitives: &[ClippedPrimitive],
        textures: &mut TexturesDelta,
        pixels_per_point: f32,
        [width, height]: [usize; 2],
        background: Color32,
    ) -> Vec<Area> {
        if self.frame.resize(width, height) {
            self.damage.forget(self.frame.area());
        }
        self.textures.change(textures);
        let screen = self.frame.area();
        pieces::take_apart(primitives, pixels_per_point, screen, &mut self.pieces);
        let background = colour::word(background);
        let changed = self.damage.find(&self.pieces, &self.textures, background, screen);
        for area in &changed {
            for y in area.top..area.bottom {
                colour::fill(self.frame.span(y, area.left, area.right), background | 0xFF00_0000);
            }
            for piece in &self.pieces {
                raster::fill(piece, &self.textures, &mut self.frame, *area);
            }
        }
        self.textures.free(textures);
        changed
    }

    /// What was painted last.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }
}
