//! Files of this machine, whoever names them: read within bounds (`read`), and replaced whole or not at all (`replace`).
//! What is in a file is its reader's business.

mod read;
mod replace;

pub use read::{read_bounded, read_text};
pub use replace::{Replacement, folder_of, remove_unfinished};
