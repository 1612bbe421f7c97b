//! What a report is of: so that whoever reads it knows when it was made, of what, and what is missing from it.

use std::collections::BTreeSet;

use time::OffsetDateTime;
use time::macros::format_description;

use crate::failure::State;
use crate::sweep::Coverage;

/// The head of a report.
#[derive(Debug, Clone)]
pub struct About {
    /// What the rows are, such as `DB instances`.
    pub title: String,
    /// Which of them: the config file, and the search and filters where there are some.
    pub scope: Vec<String>,
    /// When the report was made.
    pub made: OffsetDateTime,
    /// One entry for each account, region and role that is meant.
    pub coverage: Vec<Coverage>,
    /// Sentences about profiles that are meant and cannot be used.
    pub broken: Vec<String>,
}

impl About {
    /// Entries of which rows are missing, or old.
    pub fn gaps(&self) -> impl Iterator<Item = &Coverage> {
        self.coverage.iter().filter(|coverage| coverage.state != State::Collected)
    }

    /// One sentence on how complete the rows are.
    pub fn completeness(&self) -> String {
        // Of several kinds each place has several entries.
        let places = |entries: &mut dyn Iterator<Item = &Coverage>| {
            let place =
                |entry: &Coverage| (entry.account_id.clone(), entry.region.clone(), entry.profiles.clone());
            entries.map(place).collect::<BTreeSet<_>>().len()
        };
        let gaps = places(&mut self.gaps());
        let mut sentence = match (gaps, places(&mut self.coverage.iter())) {
            (0, all) => format!("All {all} account-regions were collected."),
            (gaps, all) => {
                format!("{gaps} of {all} account-regions were not collected; their rows are missing or old.")
            }
        };
        if !self.broken.is_empty() {
            sentence.push_str(&format!(" {} profiles cannot be used.", self.broken.len()));
        }
        sentence
    }

    /// From when the rows are.
    pub fn as_of(&self) -> Option<String> {
        let times = || self.coverage.iter().filter_map(|coverage| coverage.as_of);
        let (oldest, newest) = (times().min()?, times().max()?);
        let (oldest, newest) = (moment(oldest), moment(newest));
        Some(if oldest == newest { newest } else { format!("{oldest} to {newest}") })
    }
}

/// A time as people read it, in UTC.
pub fn moment(time: OffsetDateTime) -> String {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    time.to_offset(time::UtcOffset::UTC).format(form).unwrap_or_default()
}
