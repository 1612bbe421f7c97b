//! What `export` is asked for beside the kind: conditions, order, columns and groups, as a query. A mistake in them is
//! told before anything is collected.

use super::arguments::Rows;
use crate::query::{Query, SortKey, column_named, expression};
use crate::rds::Kind;
use crate::report::Format;

/// The query that the arguments mean.
///
/// # Errors
/// A sentence, and where an expression is wrong, the place of the mistake below it.
pub fn query(kind: &Kind, rows: &Rows, format: Format) -> Result<Query, String> {
    let known = |name: &str| column_named(name, &kind.columns).map(|column| column.name.clone());
    let all = |names: &[String]| names.iter().map(|name| known(name)).collect::<Result<Vec<_>, _>>();
    let mut query = Query::of(kind);
    if !rows.columns.is_empty() {
        query.columns = all(&rows.columns)?;
    } else if format != Format::Table {
        // A table is for looking at; the other formats carry everything.
        query.columns = kind.columns.iter().map(|column| column.name.clone()).collect();
    }
    query.group = all(&rows.group_by)?;
    if !rows.sort.is_empty() || !query.group.is_empty() {
        let key = |name: &String| {
            let descending = name.starts_with('-');
            known(name.trim_start_matches('-')).map(|column| SortKey { column, descending })
        };
        query.sort = rows.sort.iter().map(key).collect::<Result<_, _>>()?;
    }
    query.search = rows.search.clone().unwrap_or_default();
    if let Some(text) = &rows.condition {
        let (search, filters) = expression::parse(text, &kind.columns).map_err(|mistake| {
            // On one line, so that the marks stand below what they mean.
            let line: String =
                text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
            let marks = "^".repeat(mistake.range.len().max(1));
            format!("--where: {mistake}\n  {line}\n  {}{marks}", " ".repeat(mistake.range.start))
        })?;
        query.search = [query.search.as_str(), &search].join(" ").trim().to_owned();
        query.filters = filters;
    }
    Ok(query)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rds::kind;
    use crate::report::Separator;

    fn rows() -> Rows {
        Rows { condition: None, search: None, sort: Vec::new(), columns: Vec::new(), group_by: Vec::new() }
    }

    #[test]
    fn arguments_become_a_query() {
        let kind = kind("db-instances").unwrap();
        let arguments = Rows {
            condition: Some("billing and engine is postgres".into()),
            search: Some("prod".into()),
            sort: vec!["-allocatedstorage".into(), "Region".into()],
            columns: vec!["engine".into()],
            group_by: vec!["Engine".into()],
        };
        let asked = query(kind, &arguments, Format::Csv(Separator::COMMA)).unwrap();
        assert_eq!((asked.search.as_str(), asked.filters.len()), ("prod billing", 1));
        assert_eq!(asked.filters[0].to_string(), "Engine is postgres");
        assert_eq!((asked.columns, asked.group), (vec!["Engine".to_owned()], vec!["Engine".to_owned()]));
        assert!(asked.sort[0].descending && asked.sort[0].column == "AllocatedStorage");
        assert_eq!(query(kind, &rows(), Format::Table).unwrap(), Query::of(kind));
    }

    #[test]
    fn a_mistake_is_marked() {
        let kind = kind("db-instances").unwrap();
        let arguments = Rows { condition: Some("ü and Engin is postgres".into()), ..rows() };
        let said = query(kind, &arguments, Format::Table).unwrap_err();
        assert!(said.ends_with("\n  ü and Engin is postgres\n        ^^^^^"), "{said}");
        assert!(said.starts_with("--where: there is no column Engin: did you mean Engine?"), "{said}");
        let arguments = Rows { sort: vec!["Engin".into()], ..rows() };
        assert!(query(kind, &arguments, Format::Table).unwrap_err().contains("did you mean Engine?"));
    }
}
