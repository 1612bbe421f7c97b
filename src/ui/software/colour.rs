//! Arithmetic of pixels: two channels at a time in one machine word. Colours are `0xAARRGGBB` with premultiplied alpha
//! and are mixed as they are stored, without going through linear light: that is how egui's shaders do it.

use egui::Color32;

const PAIR: u32 = 0x00FF_00FF;

/// egui's colour as a word.
pub fn word(colour: Color32) -> u32 {
    let [r, g, b, a] = colour.to_array();
    u32::from_be_bytes([a, r, g, b])
}

/// Two channels times `share` / 255, rounded as division would.
#[inline(always)]
fn scale_pair(pair: u32, share: u32) -> u32 {
    let product = pair * share + 0x0080_0080;
    ((product + ((product >> 8) & PAIR)) >> 8) & PAIR
}

/// Two channels each, added, at most 255.
#[inline(always)]
fn add_pairs(a: u32, b: u32) -> u32 {
    let sum = a + b;
    let over = sum & 0x0100_0100;
    (sum | (over - (over >> 8))) & PAIR
}

/// A colour times `share` / 255.
#[inline(always)]
pub fn scale(colour: u32, share: u32) -> u32 {
    scale_pair(colour & PAIR, share) | (scale_pair((colour >> 8) & PAIR, share) << 8)
}

/// What is seen when `source` lies over the opaque pixel `below`.
#[inline(always)]
pub fn over(source: u32, below: u32) -> u32 {
    let share = 255 - (source >> 24);
    let red_blue = add_pairs(source & PAIR, scale_pair(below & PAIR, share));
    let green = add_pairs((source >> 8) & 0xFF, scale_pair((below >> 8) & 0xFF, share));
    red_blue | (green << 8)
}

/// A texel in a vertex's colour: each channel times the other's.
#[inline(always)]
pub fn tint(texel: u32, colour: u32) -> u32 {
    // The font's texels are white at some coverage, and most images are drawn in white: both are one scaling.
    if texel == (texel >> 24) * 0x0101_0101 {
        scale(colour, texel >> 24)
    } else if colour == 0xFFFF_FFFF {
        texel
    } else {
        let channel = |shift: u32| {
            let product = ((texel >> shift) & 0xFF) * ((colour >> shift) & 0xFF) + 0x80;
            ((product + (product >> 8)) >> 8) << shift
        };
        channel(0) | channel(8) | channel(16) | channel(24)
    }
}

/// Between two colours: `share` / 256 of the second.
#[inline(always)]
pub fn between(a: u32, b: u32, share: u32) -> u32 {
    let pair = |a: u32, b: u32| ((a * (256 - share) + b * share + 0x0080_0080) >> 8) & PAIR;
    pair(a & PAIR, b & PAIR) | (pair((a >> 8) & PAIR, (b >> 8) & PAIR) << 8)
}

/// Lays one colour over a run of pixels.
pub fn fill(pixels: &mut [u32], colour: u32) {
    match colour >> 24 {
        255 => pixels.fill(colour & 0x00FF_FFFF),
        _ if colour == 0 => {}
        _ => {
            for pixel in pixels {
                *pixel = over(colour, *pixel);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_rounds_as_arithmetic_would() {
        for below in 0..=255_u32 {
            for alpha in 0..=255_u32 {
                let mixed = over(alpha << 24, below << 16 | below << 8 | below);
                let exact = (f64::from(below) * f64::from(255 - alpha) / 255.0).round() as u32;
                assert_eq!(mixed, exact << 16 | exact << 8 | exact, "{below} under {alpha}");
            }
        }
    }

    #[test]
    fn light_that_is_added_stops_at_white() {
        assert_eq!(over(0x0080_4020, 0x00F0_F010), 0x00FF_FF30);
    }
}
