//! What a person can ask of the window, as data: panels push actions while they draw, the app carries them out after.
//! Only the list lives here, not what is done.

use egui::ThemePreference;

use crate::core::Database;
use crate::query::Filter;

/// One wish of the person at the window.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Shows another kind, by its place among the kinds.
    ShowKind(usize),
    /// Shows the fleet at a glance.
    ShowOverview,
    /// Shows the rows of a kind that some conditions leave, and no others.
    ShowRows { kind: &'static str, filters: Vec<Filter> },
    /// Shows a database among the others of its kind, with its details.
    ShowDatabase(Database),
    /// Asks AWS for kinds that have not been asked for yet.
    Collect(Vec<&'static str>),
    /// Opens the list of commands and databases.
    OpenPalette,
    /// Opens the window's menu.
    OpenMenu,
    /// Shows which keys do what.
    ShowKeys,
    /// Puts the caret into the search field.
    FocusSearch,
    /// Shows the simulated fleet instead of the real one.
    Simulate,
    /// Closes the window.
    Exit,
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
}

/// The pages of the list below the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// What was not collected, and why.
    NotCovered,
    /// What the shared config has to say.
    Configuration,
}
