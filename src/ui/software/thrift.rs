//! How a changed picture is told in few bytes, to a display that can move what it shows and fill a rectangle by itself:
//! scrolled rows are moved, plain blocks are filled, and only the rest is sent as pixels. Pure: the display's side of it
//! is `x11`.
//!
//! A picture is seen as strips, each as wide as a tile of `damage`; what is shown is remembered as one hash for each row
//! of each strip, so that no second copy of the picture is needed.

use hashbrown::HashMap;

use super::damage::WIDTH as STRIP;
use super::frame::Area;
use super::pieces::stir;

/// A block that is looked at for being plain.
const BLOCK: (i32, i32) = (16, 8);
/// Fewer rows are not worth a request to move them.
const FEWEST: i32 = 4;
/// Smaller changes are not searched for scrolling: pixels.
const SMALL: usize = 50_000;

/// One thing for the display to do, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Show here what was shown `from` rows further down.
    Move { to: Area, from: i32 },
    /// One colour.
    Fill { area: Area, colour: u32 },
    /// The picture's own pixels.
    Pixels { area: Area },
}

/// Parts of a picture, their pixels one part after the other.
#[derive(Debug, Default)]
pub struct Parts {
    pub areas: Vec<Area>,
    pub pixels: Vec<u32>,
}

impl Parts {
    /// Each part with its pixels.
    fn each(&self) -> impl Iterator<Item = Part<'_>> {
        let mut rest = self.pixels.as_slice();
        self.areas.iter().map(move |&area| {
            let (pixels, behind) = rest.split_at(area.width() * area.height());
            rest = behind;
            Part { area, pixels }
        })
    }

    /// The part that holds an area.
    fn around(&self, inner: Area) -> Option<Part<'_>> {
        self.each().find(|part| part.area.intersect(inner) == inner)
    }

    /// Adds the pixels of an area, which lies in one of the parts, to these bytes.
    pub fn bytes(&self, area: Area, bytes: &mut Vec<u8>) {
        let Some(part) = self.around(area) else { return };
        for y in area.top..area.bottom {
            let row = part.row(y, area.left, area.right);
            let start = bytes.len();
            bytes.resize(start + row.len() * 4, 0);
            for (bytes, pixel) in bytes[start..].chunks_exact_mut(4).zip(row) {
                bytes.copy_from_slice(&pixel.to_le_bytes());
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    area: Area,
    pixels: &'a [u32],
}

impl<'a> Part<'a> {
    fn row(&self, y: i32, left: i32, right: i32) -> &'a [u32] {
        let start = (y - self.area.top) as usize * self.area.width();
        &self.pixels[start + (left - self.area.left) as usize..start + (right - self.area.left) as usize]
    }
}

/// What the display shows.
#[derive(Debug, Default)]
pub struct Shown {
    strips: usize,
    rows: usize,
    /// By strip, then by row; 0 is not known.
    hashes: Vec<u64>,
    before: Vec<u64>,
}

impl Shown {
    /// Forgets what is shown; the next picture is of this size.
    pub fn forget(&mut self, width: usize, height: usize) {
        self.strips = width.div_ceil(STRIP as usize);
        self.rows = height;
        self.hashes.clear();
        self.hashes.resize(self.strips * self.rows, 0);
    }

    /// How to show these parts, given what is shown; afterwards they count as shown.
    pub fn plan(&mut self, parts: &Parts) -> Vec<Step> {
        self.before.clone_from(&self.hashes);
        for part in parts.each() {
            for (strip, left, right) in strips(part.area) {
                for y in part.area.top..part.area.bottom {
                    let hash = row_hash(part.row(y, left, right));
                    self.hashes[strip * self.rows + y as usize] = hash;
                }
            }
        }
        let scrolled = if parts.pixels.len() < SMALL { 0 } else { self.scrolled(parts) };
        let mut moves = Vec::new();
        let mut rest = Vec::new();
        for part in parts.each() {
            self.divide(part.area, scrolled, &mut moves, &mut rest);
        }
        // In an order in which nothing is moved from where something has been moved to.
        moves.sort_by_key(|area| if scrolled > 0 { area.top } else { -area.top });
        let mut steps: Vec<Step> = moves.into_iter().map(|to| Step::Move { to, from: scrolled }).collect();
        for area in rest {
            if let Some(part) = parts.around(area) {
                blocks(&part, area, &mut steps);
            }
        }
        steps
    }

    /// How many rows further down most of what is new was shown; 0 when nothing was scrolled.
    fn scrolled(&self, parts: &Parts) -> i32 {
        let mut votes: HashMap<i32, usize> = HashMap::new();
        let mut cast = 0;
        let mut known: HashMap<u64, Option<i32>> = HashMap::new();
        for strip in (0..self.strips).step_by(2) {
            let column = strip * self.rows..(strip + 1) * self.rows;
            let (before, now) = (&self.before[column.clone()], &self.hashes[column]);
            if before == now {
                continue;
            }
            known.clear();
            for (y, hash) in before.iter().enumerate().filter(|(_, hash)| is_telling(**hash)) {
                // Rows that look alike tell nothing.
                known.entry(*hash).and_modify(|place| *place = None).or_insert(Some(y as i32));
            }
            let left = strip as i32 * STRIP;
            let areas = parts.areas.iter().filter(|area| (area.left..area.right).contains(&left));
            for y in areas.flat_map(|area| area.top..area.bottom) {
                let hash = now[y as usize];
                if let Some(Some(from)) = known.get(&hash) {
                    cast += 1;
                    *votes.entry(from - y).or_default() += 1;
                }
            }
        }
        let most = votes.into_iter().filter(|(way, _)| *way != 0).max_by_key(|(_, votes)| *votes);
        most.filter(|(_, votes)| votes * 2 > cast).map_or(0, |(way, _)| way)
    }

    /// Divides an area into what can be moved and what cannot.
    fn divide(&self, area: Area, scrolled: i32, moves: &mut Vec<Area>, rest: &mut Vec<Area>) {
        let (first_move, first_rest) = (moves.len(), rest.len());
        for (strip, left, right) in strips(area) {
            let column = strip * self.rows..(strip + 1) * self.rows;
            let (before, now) = (&self.before[column.clone()], &self.hashes[column]);
            let moved = |y: i32| {
                let from = usize::try_from(y + scrolled).ok().and_then(|from| before.get(from));
                scrolled != 0 && from.is_some_and(|hash| *hash != 0 && *hash == now[y as usize])
            };
            let mut y = area.top;
            let mut sent_from = area.top;
            while y < area.bottom {
                let start = y;
                while y < area.bottom && moved(y) {
                    y += 1;
                }
                if y - start >= FEWEST {
                    widen(rest, first_rest, Area::new(left, sent_from, right, start));
                    widen(moves, first_move, Area::new(left, start, right, y));
                    sent_from = y;
                }
                y = y.max(start + 1);
            }
            widen(rest, first_rest, Area::new(left, sent_from, right, area.bottom));
        }
    }
}

/// The strips of an area: number, left and right.
fn strips(area: Area) -> impl Iterator<Item = (usize, i32, i32)> {
    (area.left / STRIP..=(area.right - 1) / STRIP)
        .map(move |strip| (strip as usize, area.left.max(strip * STRIP), area.right.min((strip + 1) * STRIP)))
}

/// Adds an area, or makes the one on its left wider that has the same rows.
fn widen(areas: &mut Vec<Area>, first: usize, area: Area) {
    if area.is_empty() {
        return;
    }
    let beside =
        |known: &&mut Area| (known.right, known.top, known.bottom) == (area.left, area.top, area.bottom);
    match areas[first..].iter_mut().find(beside) {
        Some(known) => known.right = area.right,
        None => areas.push(area),
    }
}

/// A row's hash: odd when it has more than one colour, and never 0.
fn row_hash(row: &[u32]) -> u64 {
    let first = row.first().copied().unwrap_or_default();
    if row.iter().all(|pixel| *pixel == first) {
        return (u64::from(first) + 1) << 1;
    }
    let (pairs, last) = row.as_chunks::<2>();
    let hash =
        pairs.iter().fold(row.len() as u64, |hash, [a, b]| stir(hash, u64::from(*a) << 32 | u64::from(*b)));
    last.iter().fold(hash, |hash, pixel| stir(hash, u64::from(*pixel))) | 1
}

/// Whether a row shows where it has come from.
fn is_telling(hash: u64) -> bool {
    hash & 1 == 1
}

/// Divides an area into plain blocks and pixels.
fn blocks(part: &Part<'_>, area: Area, steps: &mut Vec<Step>) {
    let mut top = area.top;
    while top < area.bottom {
        let bottom = (top / BLOCK.1 * BLOCK.1 + BLOCK.1).min(area.bottom);
        let mut left = area.left;
        let mut last: Option<Step> = None;
        while left < area.right {
            let right = (left / BLOCK.0 * BLOCK.0 + BLOCK.0).min(area.right);
            let block = Area::new(left, top, right, bottom);
            let step = match plain(part, block) {
                Some(colour) => Step::Fill { area: block, colour },
                None => Step::Pixels { area: block },
            };
            last = match (last, step) {
                (Some(Step::Fill { area, colour }), Step::Fill { colour: same, .. }) if colour == same => {
                    Some(Step::Fill { area: Area { right, ..area }, colour })
                }
                (Some(Step::Pixels { area }), Step::Pixels { .. }) => {
                    Some(Step::Pixels { area: Area { right, ..area } })
                }
                (before, step) => {
                    steps.extend(before);
                    Some(step)
                }
            };
            left = right;
        }
        steps.extend(last);
        top = bottom;
    }
}

/// The colour of a block that has only one.
fn plain(part: &Part<'_>, block: Area) -> Option<u32> {
    let colour = *part.row(block.top, block.left, block.right).first()?;
    (block.top..block.bottom)
        .all(|y| part.row(y, block.left, block.right).iter().all(|pixel| *pixel == colour))
        .then_some(colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 200;
    const HEIGHT: usize = 600;

    /// A page of lines of noise, as text is, that starts `top` rows down the document.
    fn page(top: usize) -> Vec<u32> {
        (0..HEIGHT)
            .flat_map(|y| {
                let line = y + top;
                let ink = move |x: usize| stir(line as u64, x as u64) as u32 & 0xFF_FFFF;
                (0..WIDTH).map(move |x| if line % 24 < 12 && x % 100 < 70 { ink(x) } else { 0x20_2020 })
            })
            .collect()
    }

    /// What a display shows after it has done the steps, and how many pixels were sent.
    fn done(shown: &mut [u32], steps: &[Step], parts: &Parts) -> usize {
        let mut sent = 0;
        let at = |x: i32, y: i32| y as usize * WIDTH + x as usize;
        for step in steps {
            match *step {
                Step::Move { to, from } => {
                    let before = shown.to_vec();
                    for y in to.top..to.bottom {
                        shown[at(to.left, y)..at(to.right, y)]
                            .copy_from_slice(&before[at(to.left, y + from)..at(to.right, y + from)]);
                    }
                }
                Step::Fill { area, colour } => {
                    for y in area.top..area.bottom {
                        shown[at(area.left, y)..at(area.right, y)].fill(colour);
                    }
                }
                Step::Pixels { area } => {
                    let mut bytes = Vec::new();
                    parts.bytes(area, &mut bytes);
                    let (pixels, _) = bytes.as_chunks::<4>();
                    for (y, row) in (area.top..area.bottom).zip(pixels.chunks(area.width())) {
                        for (pixel, bytes) in shown[at(area.left, y)..].iter_mut().zip(row) {
                            *pixel = u32::from_le_bytes(*bytes);
                        }
                    }
                    sent += area.width() * area.height();
                }
            }
        }
        sent
    }

    #[test]
    fn scrolling_moves_what_is_there_and_sends_what_is_new() {
        let whole = Area::new(0, 0, WIDTH as i32, HEIGHT as i32);
        let mut shown = Shown::default();
        shown.forget(WIDTH, HEIGHT);
        let mut screen = vec![0; WIDTH * HEIGHT];
        for (top, most) in [
            (0, WIDTH * HEIGHT * 6 / 10),
            (72, 9_000),
            (30, 6_000),
            (31, 500),
            (4000, WIDTH * HEIGHT * 6 / 10),
        ] {
            let parts = Parts { areas: vec![whole], pixels: page(top) };
            let steps = shown.plan(&parts);
            let sent = done(&mut screen, &steps, &parts);
            assert!(screen == parts.pixels, "another picture at {top}");
            assert!(sent <= most, "{sent} pixels were sent at {top}");
        }
    }

    #[test]
    fn parts_that_scroll_beside_parts_that_stay_come_out_right() {
        let mut shown = Shown::default();
        shown.forget(WIDTH, HEIGHT);
        let mut screen = page(0);
        let whole = Area::new(0, 0, WIDTH as i32, HEIGHT as i32);
        shown.plan(&Parts { areas: vec![whole], pixels: page(0) });
        let areas = vec![Area::new(64, 16, 192, 320), Area::new(64, 320, 200, 608 - 16)];
        let next = page(48);
        let mut pixels = Vec::new();
        for area in &areas {
            for y in area.top as usize..area.bottom as usize {
                pixels.extend_from_slice(
                    &next[y * WIDTH + area.left as usize..y * WIDTH + area.right as usize],
                );
            }
        }
        let mut expected = page(0);
        for area in &areas {
            for y in area.top as usize..area.bottom as usize {
                let row = y * WIDTH + area.left as usize..y * WIDTH + area.right as usize;
                expected[row.clone()].copy_from_slice(&next[row]);
            }
        }
        let parts = Parts { areas, pixels };
        let steps = shown.plan(&parts);
        assert!(steps.iter().any(|step| matches!(step, Step::Move { from: 48, .. })));
        done(&mut screen, &steps, &parts);
        assert!(screen == expected);
    }
}
