//! Figures and names: how many rows a query means, and the few rows that a name means. Both are answered from the column
//! cache, so that a page of figures costs one scan and a keystroke costs none.

use rusqlite::types::ValueRef;

use super::{Reader, Refusal, RowSet, Searched, Source};
use crate::query::{Query, quoted};
use crate::rds::Kind;

impl Reader {
    /// How many rows a query means.
    ///
    /// # Errors
    /// As `select`.
    pub fn count(&mut self, query: &Query) -> Result<usize, Refusal> {
        let asked = self.asked(query)?;
        match self.wanted(query, &asked, &|| false)?.0 {
            Some(rows) => Ok(rows.len()),
            None => self.total(query, &asked),
        }
    }

    /// Codes columns of a kind by one scan, where they have room.
    ///
    /// # Errors
    /// As `select`.
    pub fn prepare_columns(&mut self, kind: &Kind, columns: &[&str]) -> Result<(), Refusal> {
        let asked = self.asked(&Query::of(kind))?;
        let stop = self.stop.clone();
        let mut source =
            Source { connections: &mut self.connections, table: &asked.table, version: asked.version };
        self.cache.prepare(&mut source, columns, &|| stop.is_wanted())?;
        Ok(())
    }

    /// What the rows of a kind are called.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn names(&self, kind: &Kind, places: Option<&[i64]>) -> Result<Vec<String>, Refusal> {
        let name = quoted(kind.identifier);
        let text = format!(
            "SELECT {name} FROM {} WHERE {name} IS NOT NULL AND (?1 IS NULL OR _Place IN (SELECT value FROM json_each(?1)))",
            quoted(&kind.table())
        );
        let places = places.map(|places| serde_json::Value::from(places.to_vec()).to_string());
        let names = || -> rusqlite::Result<Vec<String>> {
            self.connections[0].prepare_cached(&text)?.query_map([places], |row| row.get(0))?.collect()
        };
        names().map_err(|error| self.refusal(&error))
    }

    /// The rows of a kind that have every word of a text in some of the columns, the first of which is the name: first
    /// those whose name it is, then those whose name begins with it, then those whose name contains it, each in the
    /// product's order, and not more than `most`.
    ///
    /// # Errors
    /// As `select`.
    pub fn find(
        &mut self,
        kind: &Kind,
        places: Option<&[i64]>,
        columns: &[&str],
        text: &str,
        most: usize,
    ) -> Result<Vec<i64>, Refusal> {
        let Some(name) = columns.first() else { return Ok(Vec::new()) };
        let asked = self.asked(&Query::of(kind))?;
        let chosen = match places {
            None => None,
            Some(places) => Some(self.in_places(&asked.table, places).map_err(|error| self.refusal(&error))?),
        };
        let stop = self.stop.clone();
        let cancelled = || stop.is_wanted();
        let mut source =
            Source { connections: &mut self.connections, table: &asked.table, version: asked.version };
        self.cache.prepare(&mut source, columns, &cancelled)?;
        let among = chosen.as_deref().map_or(RowSet::All, RowSet::These);
        let looked_through: Vec<Searched<'_>> =
            columns.iter().filter_map(|name| Some(Searched::of(&kind.columns[kind.column(name)?]))).collect();
        let mut left = self.cache.search(&mut source, among, &looked_through, text, &cancelled)?;
        let text = text.trim().to_lowercase();
        let is_text = |value: ValueRef<'_>, test: &dyn Fn(&str) -> bool| match value {
            ValueRef::Text(bytes) => test(&String::from_utf8_lossy(bytes).to_lowercase()),
            _ => false,
        };
        let nearness: [&(dyn Fn(&str) -> bool + Sync); 4] =
            [&|name| name == text, &|name| name.starts_with(&text), &|name| name.contains(&text), &|_| true];
        let mut found = Vec::new();
        for near in nearness {
            if found.len() >= most || left.is_empty() {
                break;
            }
            let test = |value: ValueRef<'_>| is_text(value, &|name| near(name));
            let nearest = self.cache.matching(&mut source, RowSet::These(&left), name, &test, &cancelled)?;
            left.retain(|row| nearest.binary_search(row).is_err());
            found.extend(self.cache.order(
                &mut source,
                RowSet::These(&nearest),
                &[(*name, false)],
                &cancelled,
            )?);
        }
        found.truncate(most);
        Ok(found)
    }
}
