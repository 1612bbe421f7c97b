//! What a person has chosen and how they left the window, kept in a file of their own; the views they saved beside it, and
//! the rules of their comparisons; and what kind of line the window is seen over. `file` reads and writes the settings,
//! `views` the saved views, `rule_files` the rules; `keeper` is the thread that does so while a window is open. Nothing here
//! knows egui, AWS or the store's content.

mod environment;
mod file;
mod glob;
mod keeper;
pub mod line;
pub mod rule_files;
pub mod views;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::Environment;
use crate::inventory::Bounds;
use crate::query::{Filter, SortKey, filters_as_text};

pub use environment::EnvironmentRule;
pub use file::{Folders, SettingsFile};
pub use keeper::{Keeper, Told, Wish};
pub use line::{Line, LineChoice, remote_session};
pub use rule_files::{RuleBook, RuleFile};
pub use views::{SavedView, Views};

/// The version of the file's form that this program writes.
pub const VERSION: i64 = 1;

/// What a person has chosen. Everything has a default, so that an empty file means one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub version: i64,
    pub theme: Theme,
    pub scale: Scale,
    pub line: LineChoice,
    pub renderer: Renderer,
    pub history: History,
    /// How many seconds a program that `credential_process` names may take.
    pub helper_seconds: u32,
    /// Which environment a profile or a tag means; the first rule that fits counts.
    #[serde(rename = "environment")]
    pub environments: Vec<EnvironmentRule>,
    /// What people call an account, by its 12 digits.
    pub accounts: BTreeMap<String, String>,
    /// The file with what comparisons look past, on top of what they look past by themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison_rules: Option<PathBuf>,
    pub last: LastState,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            version: VERSION,
            theme: Theme::default(),
            scale: Scale::default(),
            line: LineChoice::default(),
            renderer: Renderer::default(),
            history: History::default(),
            helper_seconds: HELPER_SECONDS,
            environments: Vec::new(),
            accounts: BTreeMap::new(),
            comparison_rules: None,
            last: LastState::default(),
        }
    }
}

/// So long does a helper have where nobody says otherwise.
const HELPER_SECONDS: u32 = 60;
/// An hour: a person may have to answer on another device.
const MOST_HELPER_SECONDS: u32 = 3600;

impl Settings {
    /// How long a helper may take; `RDS_FLEET_HELPER_SECONDS` takes precedence.
    pub fn helper_timeout(&self, environment: &Environment) -> Duration {
        let seconds = environment.number("RDS_FLEET_HELPER_SECONDS", MOST_HELPER_SECONDS);
        Duration::from_secs(seconds.unwrap_or(self.helper_seconds).clamp(1, MOST_HELPER_SECONDS).into())
    }

    /// The environment of something that has these profiles and tags.
    pub fn environment_of<'a>(&'a self, profiles: &[String], tags: &[(String, String)]) -> Option<&'a str> {
        let fits = |rule: &&EnvironmentRule| {
            profiles.iter().any(|profile| rule.takes_profile(profile))
                || tags.iter().any(|(key, value)| rule.takes_tag(key, value))
        };
        self.environments.iter().find(fits).map(|rule| rule.name.as_str())
    }
}

/// Which colours the window has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    Dark,
    Light,
}

/// What draws the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Renderer {
    /// Each is tried until one works.
    #[default]
    Automatic,
    /// The processor, without any graphics library.
    Software,
    /// OpenGL.
    Glow,
    /// Direct3D 12 or Vulkan.
    Wgpu,
}

/// How large everything is, in per cent; a value beyond the bounds means the nearer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "u16")]
pub struct Scale(u16);

impl Scale {
    pub const LEAST: u16 = 90;
    pub const MOST: u16 = 200;
    const STEP: u16 = 10;

    pub fn of_percent(percent: u16) -> Scale {
        Scale(percent.clamp(Scale::LEAST, Scale::MOST))
    }

    pub fn percent(self) -> u16 {
        self.0
    }

    pub fn larger(self) -> Scale {
        Scale::of_percent(self.0 + Scale::STEP)
    }

    pub fn smaller(self) -> Scale {
        Scale::of_percent(self.0 - Scale::STEP)
    }

    pub fn factor(self) -> f32 {
        f32::from(self.0) / 100.0
    }
}

impl Default for Scale {
    fn default() -> Scale {
        Scale(100)
    }
}

impl From<u16> for Scale {
    fn from(percent: u16) -> Scale {
        Scale::of_percent(percent)
    }
}

/// How much of the past is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    pub days: u32,
    pub megabytes: u32,
}

impl Default for History {
    fn default() -> History {
        let Bounds { days, megabytes } = Bounds::default();
        History { days, megabytes }
    }
}

impl History {
    /// All that the dialog offers: what counts while the file cannot be read, since what it would keep is not known.
    pub const MOST: History = History { days: 36_500, megabytes: 1_000_000 };

    /// The bounds of the store: `RDS_FLEET_HISTORY_DAYS` and `RDS_FLEET_HISTORY_MEGABYTES` take precedence, so that an
    /// administrator may set them for everybody.
    pub fn bounds(self, environment: &Environment) -> Bounds {
        let History { days, megabytes } = History::MOST;
        Bounds {
            days: environment.number("RDS_FLEET_HISTORY_DAYS", days).unwrap_or(self.days.min(days)),
            megabytes: environment
                .number("RDS_FLEET_HISTORY_MEGABYTES", megabytes)
                .unwrap_or(self.megabytes.min(megabytes)),
        }
    }
}

/// How the window was left. What was never changed is not in here, so that better defaults of a later version show.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LastState {
    /// The sheet on show, by its name: a kind, `changes` or `query`; without one, the overview.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Whether the line of filters under the header is hidden.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub filters_hidden: bool,
    /// Whether the panel of accounts is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub accounts_hidden: bool,
    /// The window's width and height at 100 %.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<[u16; 2]>,
    /// What was ticked, for each config file; without an entry, everything.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ticked: BTreeMap<String, Vec<String>>,
    /// What was changed on each sheet, by its name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sheets: BTreeMap<String, SheetState>,
}

/// How one sheet was left.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SheetState {
    /// The saved view that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// Columns that stay at the left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub widths: BTreeMap<String, u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<Vec<SortKey>>,
    /// As one text: `Engine is postgres and AllocatedStorage >= 100`.
    #[serde(with = "filters_as_text", skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_stays_within_its_bounds() {
        assert_eq!(Scale::of_percent(5).percent(), 90);
        assert_eq!(Scale::of_percent(200).larger().percent(), 200);
        assert_eq!(Scale::default().larger().smaller(), Scale::default());
    }

    #[test]
    fn an_administrators_variables_come_before_the_file() {
        let environment =
            Environment::from_variables([("RDS_FLEET_HISTORY_DAYS".to_owned(), "30".to_owned())], None);
        let bounds = History { days: 90, megabytes: 500 }.bounds(&environment);
        assert_eq!(bounds, Bounds { days: 30, megabytes: 500 });
    }

    #[test]
    fn numbers_from_outside_are_bounded() {
        let with = |name: &str, value: &str| {
            Environment::from_variables([(name.to_owned(), value.to_owned())], None)
        };
        let history = History { days: u32::MAX, megabytes: 500 };
        for (value, days) in [
            ("30", 30),
            (" 7 ", 7),
            ("0", 0),
            ("18446744073709551616", History::MOST.days),
            ("4294967295", History::MOST.days),
            ("-1", History::MOST.days),
            ("1e3", History::MOST.days),
            ("many", History::MOST.days),
        ] {
            assert_eq!(history.bounds(&with("RDS_FLEET_HISTORY_DAYS", value)).days, days, "{value}");
        }
        let seconds = |value: &str| {
            Settings::default().helper_timeout(&with("RDS_FLEET_HELPER_SECONDS", value)).as_secs()
        };
        let all = ["5", "0", "99999999999999999999", "-5", "", "5.5"].map(seconds);
        assert_eq!(all, [5, 1, 3600, 60, 60, 60]);
        let written = Settings { helper_seconds: u32::MAX, ..Settings::default() };
        assert_eq!(written.helper_timeout(&with("x", "y")).as_secs(), 3600);
    }
}
