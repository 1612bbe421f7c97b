//! Names that a person types: which thing they mean, and which they may have meant where there is none of that name.
//!
//! AWS takes identifiers, names of parameters and groups and the resource part of ARNs in any case, and so does everything here
//! that a person writes such a name in. A name that is written exactly comes before one that differs in case.

use std::borrow::Cow;

/// Names that are suggested at most.
const MOST: usize = 3;
/// How alike two names are that may be one, from 0 to 1 as Jaro and Winkler count.
const ALIKE: f64 = 0.85;
/// A shorter text stands within too many names.
const SHORTEST_PART: usize = 3;

/// Whether a typed name means the thing of this name.
pub fn same(typed: &str, name: &str) -> bool {
    typed.eq_ignore_ascii_case(name)
}

/// Those things whose name is the typed one: those of exactly this name, or else those whose name differs only in case.
pub fn matching<T>(typed: &str, things: Vec<T>, name: impl Fn(&T) -> Cow<'_, str>) -> Vec<T> {
    let is_exact = things.iter().any(|thing| name(thing) == typed);
    let is_meant = |thing: &T| if is_exact { name(thing) == typed } else { same(typed, &name(thing)) };
    things.into_iter().filter(is_meant).collect()
}

/// The one name that is meant.
///
/// # Errors
/// A sentence: that there is none and which may have been meant, or that several differ only in case. `what` is what the names
/// are of, and `where_all` says where all of them are to be seen.
pub fn one<'a>(
    what: &str,
    typed: &str,
    names: impl IntoIterator<Item = &'a str>,
    where_all: &str,
) -> Result<&'a str, String> {
    let names: Vec<&str> = names.into_iter().collect();
    let mut found = matching(typed, names.clone(), |name| Cow::Borrowed(*name));
    found.sort_unstable();
    found.dedup();
    match found[..] {
        [name] => Ok(name),
        [] => Err(missing(what, typed, names, where_all)),
        _ => Err(format!("{typed} may be the {what} {}: write it exactly", listed(&found))),
    }
}

/// The sentence for a name that nothing has.
pub fn missing<'a>(
    what: &str,
    typed: &str,
    names: impl IntoIterator<Item = &'a str>,
    where_all: &str,
) -> String {
    not_there(what, typed, nearest(typed, names), where_all)
}

/// The same where it is known which names are near; a few of them are said.
pub fn not_there<'a>(
    what: &str,
    typed: &str,
    near: impl IntoIterator<Item = &'a str>,
    where_all: &str,
) -> String {
    match near.into_iter().take(MOST).collect::<Vec<_>>()[..] {
        [] => format!("there is no {what} {typed}: {where_all}"),
        ref near => format!("there is no {what} {typed}: did you mean {}?", listed(near)),
    }
}

/// The names that may have been meant by one that nothing has, the likeliest first.
pub fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let typed = folded(typed);
    let mut near: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| (closeness(&typed, &folded(name)), name))
        .filter(|(closeness, _)| *closeness > ALIKE)
        .collect();
    near.sort_by(|(one, name), (other, other_name)| other.total_cmp(one).then_with(|| name.cmp(other_name)));
    near.dedup_by(|(_, one), (_, other)| one == other);
    // A slip of one letter leaves no doubt.
    let is_slip = |name: &str| strsim::osa_distance(&typed, &folded(name)) <= 1;
    if near.first().is_some_and(|(_, name)| is_slip(name)) {
        near.retain(|(_, name)| is_slip(name));
    }
    near.truncate(MOST);
    near.into_iter().map(|(_, name)| name).collect()
}

/// How near two names are: 1 for the same, more than `ALIKE` for one that begins with the other or has it within.
fn closeness(typed: &str, name: &str) -> f64 {
    let shorter = typed.len().min(name.len()) as f64 / typed.len().max(name.len()).max(1) as f64;
    let is_part = |part: &str, whole: &str| part.len() >= SHORTEST_PART && whole.contains(part);
    let alike = strsim::jaro_winkler(typed, name);
    let part = match () {
        () if typed == name => 1.0,
        () if is_part(typed, name) && name.starts_with(typed) => 0.92 + 0.07 * shorter,
        () if is_part(typed, name) => 0.88 + 0.07 * shorter,
        // What is there may be a part of what was typed, but not a mere beginning of it.
        () if is_part(name, typed) && shorter > 0.5 => 0.86 + 0.07 * shorter,
        () => 0.0,
    };
    alike.max(part)
}

/// A name as it is held against others: in one case, and with one sign for what joins words.
fn folded(name: &str) -> String {
    name.to_lowercase().replace(['_', '.', ' '], "-")
}

/// Names as a sentence has them: `a, b or c`.
pub fn listed(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 6] = ["orders-prod", "orders-test", "Billing", "billing", "ledger", "ORCL1"];

    fn found(typed: &str) -> Result<&'static str, String> {
        one("database", typed, NAMES, "`export` lists them")
    }

    #[test]
    fn a_name_means_its_thing_in_any_case_and_exactly_first() {
        assert_eq!(found("orders-prod").unwrap(), "orders-prod");
        assert_eq!(found("ORDERS-Prod").unwrap(), "orders-prod");
        assert_eq!(found("orcl1").unwrap(), "ORCL1");
        assert_eq!(found("Billing").unwrap(), "Billing");
        assert_eq!(found("billing").unwrap(), "billing");
        assert_eq!(
            found("BILLING").unwrap_err(),
            "BILLING may be the database Billing or billing: write it exactly"
        );
        let places = vec![("a", "orders"), ("b", "ORDERS"), ("c", "orders"), ("d", "others")];
        let of = |typed| -> Vec<&str> {
            let found = matching(typed, places.clone(), |(_, name)| Cow::Borrowed(*name));
            found.into_iter().map(|(place, _)| place).collect()
        };
        assert_eq!(of("orders"), ["a", "c"]);
        assert_eq!(of("Orders"), ["a", "b", "c"]);
        assert!(of("order").is_empty());
    }

    #[test]
    fn what_may_have_been_meant_is_said_the_likeliest_first() {
        assert_eq!(
            found("ordres-prod").unwrap_err(),
            "there is no database ordres-prod: did you mean orders-prod?"
        );
        assert_eq!(
            found("ORDERS").unwrap_err(),
            "there is no database ORDERS: did you mean orders-prod or orders-test?"
        );
        assert_eq!(found("prod").unwrap_err(), "there is no database prod: did you mean orders-prod?");
        assert_eq!(found("ledgers").unwrap_err(), "there is no database ledgers: did you mean ledger?");
        assert_eq!(found("zzz").unwrap_err(), "there is no database zzz: `export` lists them");
        assert_eq!(found("").unwrap_err(), "there is no database : `export` lists them");
        let kinds = ["db-instances", "db-clusters", "db-snapshots"];
        assert_eq!(nearest("db_instances", kinds)[0], "db-instances");
        let many: Vec<String> = (0..50).map(|at| format!("orders-{at:02}")).collect();
        let near = nearest("orders", many.iter().map(String::as_str));
        assert_eq!(near, ["orders-00", "orders-01", "orders-02"], "a few, in order");
    }
}
