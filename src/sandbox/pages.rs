//! The pages of Describe answers: an account's resources cut into pages and written as XML once, then kept. What a request
//! may ask is `rds`'s.
//!
//! Accounts that share a fleet (see `source`) share its pages too: twelve digits are overwritten at the places where the
//! account's id stands. So a thousand accounts cost no more memory than a few, and a page no more than a copy.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use super::company::{self, Account};
use super::fleet;
use super::target::Resource;
use super::xml;
use super::{InstanceCount, Settings};
use crate::rds::kind::Kind;

/// So many bytes of pages are kept; what goes beyond is written anew each time.
const KEPT: usize = 256 << 20;

/// The beginning of an answer, up to the end of its list.
pub struct Page {
    text: String,
    /// Where the account's id stands in the text.
    accounts_at: Vec<usize>,
    /// The number of the first resource of the next page.
    pub next: Option<usize>,
}

impl Page {
    /// The page as the account would have it.
    pub fn text_for(&self, account: &Account) -> String {
        let mut bytes = self.text.clone().into_bytes();
        for at in &self.accounts_at {
            bytes[*at..*at + account.id.len()].copy_from_slice(account.id.as_bytes());
        }
        // Digits took the place of digits, so this is never lossy.
        String::from_utf8(bytes).unwrap_or_default()
    }
}

type Pages = Arc<Vec<Page>>;
/// By the name of what they are asked by; of a kind that is told all at once, by the empty name.
type Shelf = Arc<OnceLock<BTreeMap<String, Pages>>>;
type Key = (usize, String, &'static str, usize);

/// The pages written so far.
#[derive(Default)]
pub struct Library {
    written: Mutex<HashMap<Key, Shelf>>,
    size: AtomicUsize,
}

impl Library {
    /// All pages of a kind that an account has in a region, of so many resources each; of a kind that is asked by its
    /// parent's name, those of the parent of that name, if there is one.
    #[expect(clippy::too_many_arguments, reason = "each is a part of what is asked")]
    pub fn pages(
        &self,
        settings: &Settings,
        accounts: &[Account],
        account: &Account,
        region: &str,
        kind: &'static Kind,
        parent: &str,
        size: usize,
    ) -> Option<Pages> {
        let source = source(settings, accounts, account, region);
        let key = (source.number, region.to_owned(), kind.name, size);
        let shelf = {
            let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
            if self.size.load(Ordering::Relaxed) > KEPT && !written.contains_key(&key) {
                Shelf::default()
            } else {
                Arc::clone(written.entry(key).or_default())
            }
        };
        let by_parent = shelf.get_or_init(|| {
            let mut of_parents: BTreeMap<String, Vec<Resource>> = BTreeMap::new();
            let resources = fleet::of_kind(settings, source, region, kind.name);
            match &kind.parent {
                None => of_parents.entry(String::new()).or_default().extend(resources),
                Some(by) => {
                    for resource in resources {
                        let name = resource.get(by.parameter).and_then(Value::as_str).unwrap_or_default();
                        of_parents.entry(name.to_owned()).or_default().push(resource);
                    }
                }
            }
            let write = |(name, resources): (String, Vec<Resource>)| {
                let pages = cut(kind, source, &resources, size);
                self.size.fetch_add(pages.iter().map(|page| page.text.len()).sum(), Ordering::Relaxed);
                (name, Arc::new(pages))
            };
            of_parents.into_iter().map(write).collect()
        });
        by_parent.get(parent).map(Arc::clone)
    }
}

/// The account whose fleet the account has. With an exact number of instances, accounts of the same line have the same
/// databases under their own account id; a plausible fleet is every account's own.
pub fn source<'a>(
    settings: &Settings,
    accounts: &'a [Account],
    account: &'a Account,
    region: &str,
) -> &'a Account {
    let shared = matches!(settings.instances_per_target, InstanceCount::Exactly(_));
    let not_enabled = |number: usize| {
        settings.faults.region_not_enabled.iter().any(|(not, name)| *not == number && name == region)
    };
    let first = account.number % company::lines();
    if shared && !not_enabled(account.number) && !not_enabled(first) { &accounts[first] } else { account }
}

/// Resources as pages.
pub fn cut(kind: &Kind, account: &Account, resources: &[Resource], size: usize) -> Vec<Page> {
    let mut pages = Vec::new();
    let mut from = 0;
    loop {
        let until = resources.len().min(from + size);
        let text = write(kind, &resources[from..until]);
        let accounts_at = text.match_indices(&account.id).map(|(at, _)| at).collect();
        let next = (until < resources.len()).then_some(until);
        pages.push(Page { text, accounts_at, next });
        match next {
            Some(next) => from = next,
            None => return pages,
        }
    }
}

fn write(kind: &Kind, resources: &[Resource]) -> String {
    let mut text = format!(
        "<{0}Response xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">\n<{1}>",
        kind.operation, kind.answer.wrapper
    );
    let list = &kind.answer.list;
    text.push_str(&format!("<{list}>"));
    for resource in resources {
        xml::element(
            &kind.answer.shape.element,
            &kind.answer.shape.of,
            &Value::Object(resource.clone()),
            &mut text,
        );
    }
    text.push_str(&format!("</{list}>"));
    text
}
