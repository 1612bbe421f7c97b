//! What a row has to do with others, looked up: the kinds and conditions are `rds::related`'s, the numbers the store's.

use std::sync::Arc;

use super::answering::Telling;
use super::api::{Event, Link, Relations};
use crate::inventory::{Reader, Refusal};
use crate::query::{Filter, Query, Test};
use crate::rds::{Related, kind, related};

/// Looks up what a row has to do with and tells it. `places` are those that the config names now.
///
/// # Errors
/// What SQLite says, or that there is no such kind.
pub fn relate(
    reader: &Reader,
    name: &'static str,
    row: i64,
    places: Option<&[i64]>,
    telling: &Telling,
) -> Result<(), Refusal> {
    let Some(kind) = kind(name) else { return Ok(()) };
    let all: Vec<usize> = (0..kind.columns.len()).collect();
    let Some(cells) = reader.cells(&Query::of(kind), &all, &[row])?.pop() else { return Ok(()) };
    let links: Result<Vec<Link>, Refusal> = related(kind, &cells)
        .into_iter()
        .map(|related| {
            let found = reader.relate(&related, places)?;
            Ok(Link {
                title: related.title,
                filters: filters(&related),
                kind: related.kind,
                name: related.name,
                account: related.account,
                region: related.region,
                found,
            })
        })
        .collect();
    telling.send(Event::Relations(Arc::new(Relations { kind: name, row, links: links? })));
    Ok(())
}

/// The conditions as a person may see and remove them: what is looked for, then where.
fn filters(related: &Related) -> Vec<Filter> {
    let is = |column: &str, values: Vec<String>| Filter::column(column, Test::Is(values));
    let conditions = related.conditions.iter().map(|(column, values)| is(column, values.clone()));
    let place = [("AccountId", &related.account), ("Region", &related.region)];
    let place = place.into_iter().filter_map(|(column, value)| Some(is(column, vec![value.clone()?])));
    conditions.chain(place).collect()
}
