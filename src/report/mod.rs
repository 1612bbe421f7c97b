//! Reports: rows as files. It knows columns and cells; where they come from is the inventory's business.

/// A file's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people and spreadsheets: RFC 4180 with a byte order mark, formulas defused.
    Csv,
    /// An array of objects, as the AWS CLI prints resources.
    Json,
    /// Aligned text for a terminal.
    Table,
}
