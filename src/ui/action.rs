//! What a person can ask of the window, as data: panels push actions while they draw, the app carries them out after.
//! Only the list lives here, not what is done.

use egui::ThemePreference;

use super::comparison::CompareAction;
use crate::core::{CopyForm, Database, Link};
use crate::query::Filter;
use crate::settings::{Settings, Wish};

/// One wish of the person at the window.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Shows another kind, by its place among the kinds.
    ShowKind(usize),
    /// Asks something of comparisons.
    Compare(CompareAction),
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
    /// Shows the panel of accounts, or hides it.
    AccountsPanel,
    /// Edits all conditions as one text.
    EditConditions,
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
    /// Makes everything a step larger.
    Larger,
    /// Makes everything a step smaller.
    Smaller,
    /// Makes everything as large as it is at first.
    ActualSize,
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
