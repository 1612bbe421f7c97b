//! What a person can ask of the window, as data: panels push actions while they draw, the app carries them out after.
//! Only the list lives here, not what is done.

use egui::ThemePreference;

use crate::core::CopyForm;
use crate::query::Filter;

/// One wish of the person at the window.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Shows another kind, by its place among the kinds.
    ShowKind(usize),
    /// The words to look for in all columns.
    Search(String),
    /// Forgets the search and the conditions, and ticks every account.
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
    /// Asks something of the grid on show.
    Grid(GridAction),
    /// Shows the line of filters under the header, or hides it.
    FilterRow,
    /// Asks AWS again for what is ticked.
    Refresh,
    /// Asks AWS again for these account-regions.
    Retry(Vec<u32>),
    /// Ends the running sweep.
    Cancel,
    /// Copies the selected rows in some form.
    CopyRows(CopyForm),
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

/// What a person can ask of one grid.
#[derive(Debug, Clone, PartialEq)]
pub enum GridAction {
    /// Exactly these conditions hold.
    Filters(Vec<Filter>),
    /// Opens the popup of a column's filter.
    OpenFilter(String),
    /// Groups by exactly these columns, the outermost first.
    Group(Vec<String>),
    /// Folds every group, or unfolds it.
    FoldAll(bool),
    /// Keeps a column at the left, or lets it go.
    Pin { column: String, on: bool },
    /// Makes columns as wide as what is seen of them.
    Fit(Vec<String>),
    /// The columns, widths and pins that the sheet began with.
    ResetColumns,
}

/// The pages of the list below the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// What was not collected, and why.
    NotCovered,
    /// What the shared config has to say.
    Configuration,
}
