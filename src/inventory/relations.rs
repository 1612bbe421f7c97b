//! Finding the rows that another row has to do with: how many there are, by SQL over one account and region, which costs
//! the same however large the fleet is. The conditions mean what `Test::Is` means, so that the grid shows the same rows.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params_from_iter};
use serde_json::Value;

use super::Refusal;
use super::reader::Reader;
use crate::query::quoted;
use crate::rds::{Kind, Related, holds_names, kind};

/// Tags by account and region.
type TagsByPlace = BTreeMap<(String, String), Vec<(String, String)>>;

/// What there is of the rows that are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nobody has collected that kind there yet.
    NotCollected,
    /// The only one, by its number.
    One(i64),
    /// So many, and not exactly one.
    Rows(usize),
}

impl Reader {
    /// Finds what a row has to do with. `places` are those that "everywhere" means; `None` means all.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn relate(&self, related: &Related, places: Option<&[i64]>) -> Result<Found, Refusal> {
        let Some(kind) = kind(related.kind) else { return Ok(Found::NotCollected) };
        self.found(kind, related, places).map_err(|error| Refusal::from(error.to_string()))
    }

    fn found(&self, kind: &Kind, related: &Related, places: Option<&[i64]>) -> rusqlite::Result<Found> {
        let mut text = format!("SELECT count(*), min(_Row) FROM {}", quoted(&kind.table()));
        let mut values: Vec<String> = Vec::new();
        let mut conditions = Vec::new();
        let mut meant = places.map(<[i64]>::to_vec);
        if let Some(region) = &related.region {
            let here = self.places(kind, related.account.as_deref(), region)?;
            if here.is_empty() {
                return Ok(Found::NotCollected);
            }
            meant = Some(here);
        } else if !self.is_collected(kind)? {
            return Ok(Found::NotCollected);
        }
        if let Some(meant) = meant {
            conditions.push("_Place IN (SELECT value FROM json_each(?))".to_owned());
            values.push(Value::from(meant).to_string());
        }
        for (name, choices) in &related.conditions {
            let column = quoted(name);
            let nested = kind.column(name).is_some_and(|at| kind.columns[at].shape.is_nested());
            let in_any_case = holds_names(name);
            let compared = |text: &str| if in_any_case { format!("lower({text})") } else { text.to_owned() };
            conditions.push(if nested {
                format!(
                    "EXISTS (SELECT 1 FROM json_tree({column}) WHERE {} IN (SELECT value FROM json_each(?)))",
                    compared("CAST(atom AS TEXT)")
                )
            } else {
                format!("{} IN (SELECT value FROM json_each(?))", compared(&column))
            });
            let choice = |choice: &String| match in_any_case {
                true => choice.to_ascii_lowercase(),
                false => choice.clone(),
            };
            values.push(Value::from(choices.iter().map(choice).collect::<Vec<_>>()).to_string());
        }
        if !conditions.is_empty() {
            text.push_str(&format!(" WHERE {}", conditions.join(" AND ")));
        }
        let (rows, first): (i64, Option<i64>) = self
            .connection()
            .prepare_cached(&text)?
            .query_row(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(match first {
            Some(row) if rows == 1 => Found::One(row),
            _ => Found::Rows(usize::try_from(rows).unwrap_or_default()),
        })
    }

    /// The places of that account, or of any, in a region where the kind has been collected.
    fn places(&self, kind: &Kind, account: Option<&str>, region: &str) -> rusqlite::Result<Vec<i64>> {
        // A catalogue is of the account that has no name.
        let account = if kind.shared { Some("") } else { account };
        self.connection()
            .prepare_cached(
                "SELECT p._Place FROM _places p JOIN _collections c ON c._Place = p._Place AND c.Kind = ?1 \
                 WHERE p.Region = ?2 AND (?3 IS NULL OR p.AccountId = ?3)",
            )?
            .query_map((kind.name, region, account), |row| row.get(0))?
            .collect()
    }

    /// What the databases of each account and region say in some tags: of each key the value that most of them have.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn tags(&self, keys: &[String]) -> Result<TagsByPlace, Refusal> {
        self.tags_by_place(keys).map_err(|error| Refusal::from(error.to_string()))
    }

    fn tags_by_place(&self, keys: &[String]) -> rusqlite::Result<TagsByPlace> {
        let mut found = TagsByPlace::new();
        let mut statement = self.connection().prepare_cached(
            "SELECT p.AccountId, p.Region, tag(d.TagList, ?1) AS Value, count(*) FROM \
             (SELECT _Place, TagList FROM db_instances UNION ALL SELECT _Place, TagList FROM db_clusters) d \
             JOIN _places p ON p._Place = d._Place WHERE Value IS NOT NULL \
             GROUP BY 1, 2, 3 ORDER BY 4 DESC, 3",
        )?;
        for key in keys {
            let mut rows = statement.query([key])?;
            while let Some(row) = rows.next()? {
                let tags: &mut Vec<(String, String)> = found.entry((row.get(0)?, row.get(1)?)).or_default();
                if !tags.iter().any(|(known, _)| known == key) {
                    tags.push((key.clone(), row.get(2)?));
                }
            }
        }
        Ok(found)
    }

    fn is_collected(&self, kind: &Kind) -> rusqlite::Result<bool> {
        let found: Option<i64> = self
            .connection()
            .prepare_cached("SELECT 1 FROM _collections WHERE Kind = ? LIMIT 1")?
            .query_row([kind.name], |row| row.get(0))
            .optional()?;
        Ok(found.is_some())
    }
}
