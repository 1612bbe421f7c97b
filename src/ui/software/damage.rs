//! What changed since the last frame, told from the triangles and not from pixels: the screen is divided into tiles, and
//! each remembers a hash of the pieces that touch it, in their order. Tiles whose hash is another than before are joined
//! into few rectangles, which are then all that is filled and sent.

use std::mem;

use super::frame::Area;
use super::pieces::{Piece, stir};
use super::texture::Textures;

/// Wide and low, as text and rows are. Every changed rectangle begins at a multiple of the width.
pub const WIDTH: i32 = 64;
const HEIGHT: i32 = 16;

/// The hashes of the last frame.
#[derive(Debug, Default)]
pub struct Damage {
    columns: i32,
    before: Vec<u64>,
    now: Vec<u64>,
}

impl Damage {
    /// Forgets the last frame, so that all of the next one has changed. `screen` is its size.
    pub fn forget(&mut self, screen: Area) {
        self.columns = (screen.right + WIDTH - 1) / WIDTH;
        let lines = (screen.bottom + HEIGHT - 1) / HEIGHT;
        // A first frame's hashes start from its background and are never zero but by a chance of 2⁻⁶⁴.
        self.before.clear();
        self.before.resize((self.columns * lines) as usize, 0);
    }

    /// The rectangles, none of which overlap, in which these pieces over this background look different from those of
    /// the last call.
    pub fn find(
        &mut self,
        pieces: &[Piece],
        textures: &Textures,
        background: u32,
        screen: Area,
    ) -> Vec<Area> {
        self.now.clear();
        self.now.resize(self.before.len(), stir(1, u64::from(background)));
        for piece in pieces {
            // Clipping changes what is seen of a piece, so its area counts too.
            let area = piece.area;
            let version = textures.get(piece.texture).map_or(0, |texture| texture.version);
            let texture = match piece.texture {
                egui::TextureId::Managed(id) => id << 1,
                egui::TextureId::User(id) => id << 1 | 1,
            };
            let hash = stir(stir(version, texture), both(area.left, area.top));
            let hash = piece.shape.hash(stir(hash, both(area.right, area.bottom)));
            let (left, right) = (area.left / WIDTH, (area.right - 1) / WIDTH);
            for line in area.top / HEIGHT..=(area.bottom - 1) / HEIGHT {
                let row = (line * self.columns) as usize;
                for tile in &mut self.now[row + left as usize..=row + right as usize] {
                    *tile = stir(*tile, hash);
                }
            }
        }
        let changed = rectangles(&self.before, &self.now, self.columns as usize);
        mem::swap(&mut self.before, &mut self.now);
        changed
            .into_iter()
            .map(|tiles| {
                let area = Area::new(
                    tiles.left * WIDTH,
                    tiles.top * HEIGHT,
                    tiles.right * WIDTH,
                    tiles.bottom * HEIGHT,
                );
                area.intersect(screen)
            })
            .collect()
    }
}

fn both(a: i32, b: i32) -> u64 {
    u64::from(a as u32) << 32 | u64::from(b as u32)
}

/// The tiles that differ: each row's runs, with equal runs of rows that follow each other taken together.
fn rectangles(before: &[u64], now: &[u64], columns: usize) -> Vec<Area> {
    let mut done: Vec<Area> = Vec::new();
    // Those that the last row may go on with.
    let mut open: Vec<Area> = Vec::new();
    let rows = before.chunks(columns.max(1)).zip(now.chunks(columns.max(1)));
    for (line, (before, now)) in rows.enumerate() {
        let mut ours = Vec::new();
        let mut column = 0;
        while column < now.len() {
            let start = column;
            while column < now.len() && before[column] != now[column] {
                column += 1;
            }
            if column > start {
                let (left, right) = (start as i32, column as i32);
                let above = open.iter().position(|area| (area.left, area.right) == (left, right));
                let top = above.map_or(line as i32, |at| open.swap_remove(at).top);
                ours.push(Area::new(left, top, right, line as i32 + 1));
            } else {
                column += 1;
            }
        }
        done.append(&mut open);
        open = ours;
    }
    done.append(&mut open);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_tiles_are_joined_into_rectangles() {
        let before = [0; 15];
        #[rustfmt::skip]
        let now = [
            0, 1, 1, 0, 1,
            0, 1, 1, 0, 0,
            0, 1, 0, 0, 1,
        ];
        let mut found = rectangles(&before, &now, 5);
        found.sort_by_key(|area| (area.top, area.left));
        let expected =
            [Area::new(1, 0, 3, 2), Area::new(4, 0, 5, 1), Area::new(1, 2, 2, 3), Area::new(4, 2, 5, 3)];
        assert_eq!(found, expected);
        assert!(rectangles(&now, &now, 5).is_empty());
    }
}
