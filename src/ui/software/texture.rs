//! egui's textures in main memory: the font's atlas and images. They come as differences to the last frame's.

use std::collections::HashMap;

use egui::epaint::ImageDelta;
use egui::{ImageData, TextureFilter, TextureId, TextureOptions, TextureWrapMode, TexturesDelta};

use super::colour;

/// One texture, its texels as words.
#[derive(Debug)]
pub struct Texture {
    width: i32,
    height: i32,
    texels: Vec<u32>,
    options: TextureOptions,
    /// Counts what would make the same triangles look different. Glyphs that are added to the font's atlas do not:
    /// nothing drawn so far shows their place.
    pub version: u64,
}

impl Texture {
    pub fn width(&self) -> f32 {
        self.width as f32
    }

    pub fn height(&self) -> f32 {
        self.height as f32
    }

    /// The texel at whole coordinates, which may lie outside.
    #[inline(always)]
    pub fn texel(&self, x: i32, y: i32) -> u32 {
        let (x, y) = (self.wrap(x, self.width), self.wrap(y, self.height));
        self.texels[(y * self.width + x) as usize]
    }

    /// A row of texels, when all of it lies inside.
    pub fn row(&self, x: i32, y: i32, length: usize) -> Option<&[u32]> {
        let inside = x >= 0 && (0..self.height).contains(&y) && x as usize + length <= self.width as usize;
        let start = y as usize * self.width as usize + x as usize;
        inside.then(|| &self.texels[start..start + length])
    }

    /// What is seen at a place in texels; the middle of the first texel is (0.5, 0.5). `magnified` says that a texel
    /// is larger than a pixel, for which egui may have asked for another filter.
    #[inline(always)]
    pub fn sample(&self, x: f32, y: f32, magnified: bool) -> u32 {
        let filter = if magnified { self.options.magnification } else { self.options.minification };
        if filter == TextureFilter::Nearest {
            return self.texel(x.floor() as i32, y.floor() as i32);
        }
        // In steps of 1/256 of a texel, which is what graphics cards do.
        let (x, y) = ((x * 256.0 - 128.0).round() as i32, (y * 256.0 - 128.0).round() as i32);
        let (column, across) = (x >> 8, (x & 255) as u32);
        let (line, down) = (y >> 8, (y & 255) as u32);
        let upper = colour::between(self.texel(column, line), self.texel(column + 1, line), across);
        let lower = colour::between(self.texel(column, line + 1), self.texel(column + 1, line + 1), across);
        colour::between(upper, lower, down)
    }

    #[inline(always)]
    fn wrap(&self, at: i32, size: i32) -> i32 {
        match self.options.wrap_mode {
            TextureWrapMode::ClampToEdge => at.clamp(0, size - 1),
            TextureWrapMode::Repeat => at.rem_euclid(size),
            TextureWrapMode::MirroredRepeat => {
                let phase = at.rem_euclid(2 * size);
                phase.min(2 * size - 1 - phase)
            }
        }
    }

    fn change(&mut self, delta: &ImageDelta, of_font: bool) {
        let ImageData::Color(image) = &delta.image;
        let [width, height] = image.size;
        self.options = delta.options;
        match delta.pos {
            None => {
                (self.width, self.height) = (width as i32, height as i32);
                self.texels = image.pixels.iter().map(|texel| colour::word(*texel)).collect();
            }
            Some([left, top]) => {
                for (y, texels) in image.pixels.chunks_exact(width.max(1)).enumerate() {
                    let start = (top + y) * self.width as usize + left;
                    let row = self.texels.get_mut(start..start + width).unwrap_or_default();
                    for (texel, new) in row.iter_mut().zip(texels) {
                        *texel = colour::word(*new);
                    }
                }
            }
        }
        if delta.pos.is_none() || !of_font {
            self.version += 1;
        }
    }
}

/// All textures that egui has told of.
#[derive(Debug, Default)]
pub struct Textures {
    known: HashMap<TextureId, Texture>,
}

impl Textures {
    /// The texture of a mesh, unless it is none of egui's or has no texels.
    pub fn get(&self, id: TextureId) -> Option<&Texture> {
        self.known.get(&id).filter(|texture| !texture.texels.is_empty())
    }

    /// Takes in what is new. To be called before a frame is painted.
    pub fn change(&mut self, delta: &mut TexturesDelta) {
        for (id, changes) in delta.set.drain() {
            let texture = self.known.entry(id).or_insert_with(|| Texture {
                width: 0,
                height: 0,
                texels: Vec::new(),
                options: TextureOptions::default(),
                version: 0,
            });
            for change in changes {
                texture.change(&change, id == TextureId::default());
            }
        }
    }

    /// Forgets what no later frame will show. To be called after a frame is painted.
    pub fn free(&mut self, delta: &mut TexturesDelta) {
        for id in delta.free.drain() {
            self.known.remove(&id);
        }
    }
}
