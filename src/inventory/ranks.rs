//! The ranks of a column's rows, in as few bytes as their number allows: a byte a row where there are up to 255, as of
//! engines, classes and accounts' regions, two up to 65,535, else four. A million rows of few values are a megabyte
//! then, which also makes counting them a matter of a millisecond.

/// For each row the rank of its value; NULL's is one more than the last.
#[derive(Debug)]
pub enum Ranks {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

/// Does the same with the ranks, whatever their width.
macro_rules! of_any_width {
    ($ranks:expr, $name:ident => $done:expr) => {
        match $ranks {
            $crate::inventory::ranks::Ranks::One($name) => $done,
            $crate::inventory::ranks::Ranks::Two($name) => $done,
            $crate::inventory::ranks::Ranks::Four($name) => $done,
        }
    };
}
pub(super) use of_any_width;

impl Ranks {
    /// Takes ranks below `distinct`, and `distinct` for NULL.
    pub fn pack(ranks: impl Iterator<Item = u32>, distinct: u32) -> Ranks {
        match distinct {
            0..=0xff => Ranks::One(ranks.map(|rank| rank as u8).collect()),
            0x100..=0xffff => Ranks::Two(ranks.map(|rank| rank as u16).collect()),
            _ => Ranks::Four(ranks.collect()),
        }
    }

    /// The rank of the row at a place.
    pub fn at(&self, place: u32) -> u32 {
        of_any_width!(self, ranks => u32::from(ranks[place as usize]))
    }

    /// How many bytes they take.
    pub fn bytes(&self) -> usize {
        of_any_width!(self, ranks => size_of_val(ranks.as_slice()))
    }
}
