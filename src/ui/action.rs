//! What a person can ask of the window, as data: panels push actions while they draw, the app carries them out after.
//! Only the list lives here, not what is done.

use egui::ThemePreference;

use crate::core::Link;
use crate::settings::{Scale, Settings, Wish};

/// One wish of the person at the window.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Shows another kind, by its place among the kinds.
    ShowKind(usize),
    /// The words to look for in all columns.
    Search(String),
    /// Forgets the search and ticks every account.
    ClearFilters,
    /// Ticks these account-regions on or off.
    Tick { targets: Vec<u32>, on: bool },
    /// Ticks these account-regions and no others.
    TickOnly(Vec<u32>),
    /// Ticks everything, what is still to come included.
    TickAll,
    /// Ticks nothing.
    TickNone,
    /// Sorts by a column as a click on its header does; `further` keeps the keys before it.
    Sort { column: String, further: bool },
    /// Shows exactly these columns, in this order.
    Columns(Vec<String>),
    /// Asks AWS again for what is ticked.
    Refresh,
    /// Asks AWS again for these account-regions.
    Retry(Vec<u32>),
    /// Ends the running sweep.
    Cancel,
    /// Copies the selected rows with their headers.
    CopyRows,
    /// Copies a text as it is.
    CopyText(String),
    /// Shows what a row has to do with.
    Follow(Link),
    /// Goes to the place before, as a browser does.
    Back,
    /// Goes to the place that one came back from.
    Forward,
    /// Opens the details of the focused row.
    OpenDetails,
    /// Closes the details.
    CloseDetails,
    /// Opens the export dialog.
    OpenExport,
    /// Shows what people ask in SQL.
    ShowSql,
    /// Shows what changed between sweeps.
    ShowChanges,
    /// Shows the statement behind the grid where it can be edited.
    ShowAsSql,
    /// Asks a statement in SQL.
    Ask(String),
    /// Gives the statement up that is being answered.
    CancelAsk,
    /// Opens the list below the grid at this page, or closes it if it stands there.
    Drawer(Page),
    /// Closes the list below the grid.
    CloseDrawer,
    /// Follows this theme.
    Theme(ThemePreference),
    /// Makes everything as large as this.
    Scale(Scale),
    /// Opens the settings.
    OpenSettings,
    /// Has the settings so.
    Set(Box<Settings>),
    /// Shows a saved view, by its name.
    ShowView(String),
    /// Goes back to the saved view that the sheet came from, or to how it is at first.
    ResetView,
    /// Opens a dialog about the saved views.
    AskAboutView(ViewQuestion),
    /// Asks something of the person's files.
    Wish(Wish),
}

/// What a dialog about the saved views is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewQuestion {
    /// Under which name to save what is shown.
    SaveAs,
    /// Which name the shown view is to have.
    Rename,
    /// Whether to delete the shown view.
    Delete,
    /// Which file to take a view from.
    Open,
}

/// The pages of the list below the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// What was not collected, and why.
    NotCovered,
    /// What the shared config has to say.
    Configuration,
}
