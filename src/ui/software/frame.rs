//! The picture in memory, and the rectangles that are spoken of in it. Nothing here knows egui or a display.

/// Pixels from (`left`, `top`) up to and without (`right`, `bottom`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

impl Area {
    pub const fn new(left: i32, top: i32, right: i32, bottom: i32) -> Area {
        Area { left, top, right, bottom }
    }

    pub fn is_empty(self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }

    pub fn intersect(self, other: Area) -> Area {
        Area {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    pub fn width(self) -> usize {
        usize::try_from(self.right - self.left).unwrap_or_default()
    }

    pub fn height(self) -> usize {
        usize::try_from(self.bottom - self.top).unwrap_or_default()
    }
}

/// A picture, row by row from the top; a pixel is `0x00RRGGBB`, as X servers, Wayland and GDI want it.
#[derive(Debug, Default)]
pub struct Frame {
    width: usize,
    height: usize,
    pixels: Vec<u32>,
}

impl Frame {
    /// Makes the picture this large. What it shows is of no use afterwards; true when it was another size before.
    pub fn resize(&mut self, width: usize, height: usize) -> bool {
        let other = (self.width, self.height) != (width, height);
        if other {
            (self.width, self.height) = (width, height);
            self.pixels.clear();
            self.pixels.resize(width * height, 0);
        }
        other
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    /// All of it.
    pub fn area(&self) -> Area {
        Area::new(0, 0, self.width as i32, self.height as i32)
    }

    pub fn pixels(&self) -> &[u32] {
        &self.pixels
    }

    /// The rows of a part of the picture, as far as it lies in it.
    pub fn rows(&self, area: Area) -> impl Iterator<Item = &[u32]> {
        let area = area.intersect(self.area());
        (area.top..area.bottom.max(area.top)).map(move |y| {
            let start = y as usize * self.width + area.left as usize;
            &self.pixels[start..start + area.width()]
        })
    }

    /// The pixels of one row from `left` up to and without `right`, which must lie in the picture.
    pub fn span(&mut self, y: i32, left: i32, right: i32) -> &mut [u32] {
        let row = y as usize * self.width;
        &mut self.pixels[row + left as usize..row + right as usize]
    }
}
