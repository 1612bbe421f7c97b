//! The fleet as the window shows it: environments and accounts with their sums, what is ticked, what is not covered. Worked out once
//! when the fleet or the ticks change, so that a frame only draws. No egui in here.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use time::OffsetDateTime;

use super::environments::{Naming, in_common};
use super::marks::Tone;
use crate::core::{Account, Fleet, TargetStatus};
use crate::failure::State;
use crate::rds::kinds;
use crate::sweep::Coverage;

/// The word for a target that the running sweep is at.
const ASKING: &str = "asking…";

/// Which targets the grid shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ticks {
    /// All, and what a later edit of the config adds.
    All,
    Only(BTreeSet<u32>),
}

impl Ticks {
    pub fn contains(&self, target: u32) -> bool {
        match self {
            Ticks::All => true,
            Ticks::Only(targets) => targets.contains(&target),
        }
    }

    /// Ticks some targets on or off, out of all there are.
    pub fn set(&mut self, targets: &[u32], on: bool, all: &BTreeSet<u32>) {
        let mut ticked = match self {
            Ticks::All => all.clone(),
            Ticks::Only(ticked) => std::mem::take(ticked),
        };
        for target in targets {
            if on {
                ticked.insert(*target);
            } else {
                ticked.remove(target);
            }
        }
        *self = if !ticked.is_empty() && all.is_subset(&ticked) { Ticks::All } else { Ticks::Only(ticked) };
    }

    /// As a query wants it.
    pub fn targets(&self) -> Option<Vec<u32>> {
        match self {
            Ticks::All => None,
            Ticks::Only(targets) => Some(targets.iter().copied().collect()),
        }
    }
}

/// How something stands: a sign's loudness, a word where there is something to say, and rows by kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub tone: Tone,
    pub word: String,
    /// The word where there is little room: `1 of 3`.
    pub short: String,
    pub rows: Vec<u64>,
    /// When the oldest of them were collected, by kind.
    pub as_of: Vec<Option<OffsetDateTime>>,
}

/// Accounts of one environment, by the person's rules.
#[derive(Debug, Clone)]
pub struct EnvironmentEntry {
    pub name: String,
    /// The places of its accounts in the list.
    pub accounts: Range<usize>,
    pub targets: Vec<u32>,
    pub standing: Standing,
}

/// One account in the list; if its regions belong to several environments, it stands in each.
#[derive(Debug, Clone)]
pub struct AccountEntry {
    pub environment: usize,
    /// The account id, or what stands for it while it is unknown.
    pub id: String,
    /// What people call it: what the settings say, what its profiles' names have in common, or its id.
    pub called: String,
    /// What else tells it apart: its id, or its profiles where the id is what it is called.
    pub note: String,
    /// What a screen reader says.
    pub label: String,
    pub profiles: String,
    pub standing: Standing,
    pub regions: Vec<RegionEntry>,
    /// What the search field looks through, in lower case.
    searched: String,
}

/// One target in the list.
#[derive(Debug, Clone)]
pub struct RegionEntry {
    pub target: u32,
    pub region: String,
    pub profiles: String,
    pub role: Option<String>,
    pub standing: Standing,
    searched: String,
}

/// Something that is not covered: a target, the kinds it is about, and why.
#[derive(Debug, Clone)]
pub struct Gap {
    pub target: u32,
    pub kinds: Vec<&'static str>,
    pub coverage: Arc<Coverage>,
}

/// The fleet, worked out for drawing.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// None where the person has no rules for them.
    pub environments: Vec<EnvironmentEntry>,
    /// By environment, then id.
    pub accounts: Vec<AccountEntry>,
    pub targets: BTreeSet<u32>,
    pub gaps: Vec<Gap>,
    /// Targets of which something is not covered.
    pub targets_with_gaps: usize,
    /// Targets that nobody asks and nobody has asked.
    pub not_asked: Vec<u32>,
    /// For each profile that is meant and cannot be used, why. It names no target, and is not covered all the same.
    pub broken: Vec<String>,
    /// How many targets have been asked for a kind, whatever the answer was.
    asked: BTreeMap<&'static str, usize>,
    /// Of what is ticked: every frame says it.
    ticked: Ticked,
}

/// What the targets that are ticked have together.
#[derive(Debug, Clone)]
struct Ticked {
    /// The ticks that this is of.
    ticks: Ticks,
    targets: usize,
    /// By kind.
    rows: Vec<u64>,
    /// When the oldest and the newest rows were collected, by kind.
    as_of: Vec<Option<(OffsetDateTime, OffsetDateTime)>>,
}

impl Default for Ticked {
    fn default() -> Ticked {
        let none = BTreeSet::new();
        Ticked::of(Ticks::Only(none), &[])
    }
}

impl Ticked {
    fn of(ticks: Ticks, accounts: &[AccountEntry]) -> Ticked {
        let mut sums =
            Ticked { ticks, targets: 0, rows: vec![0; kinds().len()], as_of: vec![None; kinds().len()] };
        let regions = accounts.iter().flat_map(|account| &account.regions);
        for region in regions.filter(|region| sums.ticks.contains(region.target)) {
            sums.targets += 1;
            sums.rows.iter_mut().zip(&region.standing.rows).for_each(|(sum, more)| *sum += more);
            for (span, time) in sums.as_of.iter_mut().zip(&region.standing.as_of) {
                let Some(time) = *time else { continue };
                *span =
                    Some(span.map_or((time, time), |(oldest, newest)| (oldest.min(time), newest.max(time))));
            }
        }
        sums
    }
}

/// How much is not covered, as a sentence's subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NotCovered {
    pub targets: usize,
    /// Profiles that cannot be used.
    pub profiles: usize,
}

impl NotCovered {
    pub fn count(self) -> usize {
        self.targets + self.profiles
    }

    /// Such as `2 of 9 account-regions and 1 profile`; without `of`, the total is left out.
    pub fn words(self, of: Option<usize>) -> String {
        let total = of.map(|of| format!(" of {of}")).unwrap_or_default();
        let plural = |number: usize| if number == 1 { "" } else { "s" };
        let targets = format!("{}{total} account-region{}", self.targets, plural(of.unwrap_or(self.targets)));
        let profiles = format!("{} profile{}", self.profiles, plural(self.profiles));
        match (self.targets, self.profiles) {
            (_, 0) => targets,
            (0, _) => profiles,
            _ => format!("{targets} and {profiles}"),
        }
    }
}

impl Roster {
    /// With nothing ticked yet.
    pub fn new(fleet: &Fleet, naming: &Naming<'_>) -> Roster {
        let names = naming.environments();
        let mut roster = Roster { broken: fleet.config.broken.clone(), ..Roster::default() };
        for account in &fleet.accounts {
            for status in &account.targets {
                let number = status.target.number;
                roster.targets.insert(number);
                // What an earlier run left is to be asked for again when somebody wants to see it.
                for entry in status.coverage.iter().filter(|entry| !entry.is_from_before()) {
                    *roster.asked.entry(entry.kind).or_default() += 1;
                }
                if status.busy {
                    continue;
                }
                let gaps = gaps_of(status, fleet.progress.running);
                roster.targets_with_gaps += usize::from(!gaps.is_empty());
                roster.gaps.extend(gaps);
                if status.coverage.iter().all(|entry| entry.state == State::NotAsked) {
                    roster.not_asked.push(number);
                }
            }
            let mut parts: BTreeMap<usize, Vec<&TargetStatus>> = BTreeMap::new();
            for status in &account.targets {
                let id = account.account_id.as_deref();
                parts.entry(naming.environment(&names, id, &status.target)).or_default().push(status);
            }
            let parts = parts.iter().map(|(environment, part)| entry_of(account, part, *environment, naming));
            roster.accounts.extend(parts);
        }
        roster.accounts.sort_by_key(|account| account.environment);
        roster.environments = environments(&names, &roster.accounts);
        // The worst first; what nobody has asked yet comes last.
        roster.gaps.sort_by_key(|gap| Reverse(Tone::of_state(gap.coverage.state)));
        roster
    }

    /// Takes in what is ticked now.
    pub fn tick(&mut self, ticks: &Ticks) {
        if self.ticked.ticks != *ticks {
            self.ticked = Ticked::of(ticks.clone(), &self.accounts);
        }
    }

    /// Targets that are ticked.
    pub fn ticked(&self) -> usize {
        self.ticked.targets
    }

    /// Rows of a kind, by its place, in the ticked targets.
    pub fn rows(&self, kind: usize) -> u64 {
        self.ticked.rows.get(kind).copied().unwrap_or_default()
    }

    /// When the oldest and the newest rows of a kind in the ticked targets were collected; `None` for what is no kind.
    pub fn as_of(&self, kind: usize) -> Option<(OffsetDateTime, OffsetDateTime)> {
        self.ticked.as_of.get(kind).copied().flatten()
    }

    /// Whether some target has not been asked for a kind, and no sweep is to ask it.
    pub fn lacks(&self, kind: &str) -> bool {
        self.asked.get(kind).is_none_or(|asked| *asked < self.targets.len())
    }

    /// What is not covered, whatever is ticked.
    pub fn not_covered(&self) -> NotCovered {
        NotCovered { targets: self.targets_with_gaps, profiles: self.broken.len() }
    }

    /// Whether rows of an account and region are shown: something that reaches it is ticked.
    pub fn ticks_place(&self, ticks: &Ticks, account: &str, region: &str) -> bool {
        let accounts = self.accounts.iter().filter(|entry| entry.id == account);
        let mut regions = accounts.flat_map(|entry| &entry.regions).filter(|entry| entry.region == region);
        regions.any(|entry| ticks.contains(entry.target))
    }

    /// Targets of a profile.
    pub fn of_profile(fleet: &Fleet, profile: &str) -> Vec<u32> {
        let statuses = fleet.accounts.iter().flat_map(|account| &account.targets);
        let named = statuses.filter(|status| status.target.profiles.iter().any(|name| name == profile));
        named.map(|status| status.target.number).collect()
    }
}

impl AccountEntry {
    /// Whether the account or one of its profiles, regions or roles contains the text, given in lower case.
    pub fn matches(&self, text: &str) -> bool {
        self.searched.contains(text)
    }

    /// Whether the text, given in lower case, is in what the account itself is called.
    pub fn is_called(&self, text: &str) -> bool {
        self.id.contains(text) || self.called.to_lowercase().contains(text)
    }

    /// Its region, where it has one only: then account and region are one line.
    pub fn only_region(&self) -> Option<&RegionEntry> {
        match self.regions.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    pub fn targets(&self) -> impl Iterator<Item = u32> {
        self.regions.iter().map(|region| region.target)
    }
}

impl RegionEntry {
    /// Whether the region, one of its profiles or its role contains the text, given in lower case.
    pub fn matches(&self, text: &str) -> bool {
        self.searched.contains(text)
    }
}

/// What of the ticked a kind is not collected of: rows are missing or old. A profile that cannot be used cannot be
/// ticked, so it is meant where everything is.
pub fn not_collected(fleet: &Fleet, ticks: &Ticks, kind: &str) -> NotCovered {
    let statuses = fleet.accounts.iter().flat_map(|account| &account.targets);
    let ticked = statuses.filter(|status| ticks.contains(status.target.number));
    let targets = ticked
        .filter(|status| {
            status.coverage.iter().any(|entry| entry.kind == kind && entry.state != State::Collected)
        })
        .count();
    NotCovered { targets, profiles: if *ticks == Ticks::All { fleet.config.broken.len() } else { 0 } }
}

fn environments(names: &[&str], accounts: &[AccountEntry]) -> Vec<EnvironmentEntry> {
    let entry = |(at, name): (usize, &&str)| {
        let start = accounts.partition_point(|account| account.environment < at);
        let end = accounts.partition_point(|account| account.environment <= at);
        let of_it = &accounts[start..end];
        (start < end).then(|| EnvironmentEntry {
            name: (*name).to_owned(),
            accounts: start..end,
            targets: of_it.iter().flat_map(AccountEntry::targets).collect(),
            standing: Standing::of_all(of_it.iter().map(|account| &account.standing)),
        })
    };
    names.iter().enumerate().filter_map(entry).collect()
}

fn gaps_of(status: &TargetStatus, running: bool) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for entry in &status.coverage {
        if entry.state == State::Collected
            || entry.is_from_before()
            || (running && entry.state == State::NotAsked)
        {
            continue;
        }
        // A role that may not be assumed fails every kind alike: one line says it for all of them.
        let alike = gaps.iter_mut().find(|gap| gap.coverage.failed_alike(entry));
        match alike {
            Some(gap) => gap.kinds.push(entry.kind),
            None => gaps.push(Gap {
                target: status.target.number,
                kinds: vec![entry.kind],
                coverage: entry.clone(),
            }),
        }
    }
    gaps
}

/// The regions of an account that belong to one environment, as one entry.
fn entry_of(
    account: &Account,
    statuses: &[&TargetStatus],
    environment: usize,
    naming: &Naming<'_>,
) -> AccountEntry {
    let mut profiles: Vec<&str> = Vec::new();
    for profile in statuses.iter().flat_map(|status| &status.target.profiles) {
        if !profiles.contains(&profile.as_str()) {
            profiles.push(profile);
        }
    }
    let id = account.account_id.clone().unwrap_or_else(|| "account unknown".to_owned());
    let given = naming.given(&id).map(str::to_owned);
    let called = given.clone().or_else(|| in_common(&profiles).map(str::to_owned));
    let regions: Vec<RegionEntry> = statuses.iter().map(|status| region_of(status)).collect();
    let standing = Standing::of_all(regions.iter().map(|region| &region.standing));
    let mut searched = format!("{id}\n{}", called.as_deref().unwrap_or_default());
    for region in &regions {
        searched.push('\n');
        searched.push_str(&region.searched);
    }
    AccountEntry {
        environment,
        label: given.map_or_else(|| id.clone(), |given| format!("{given}, {id}")),
        note: if called.is_some() { id.clone() } else { profiles.join(", ") },
        called: called.unwrap_or_else(|| id.clone()),
        id,
        profiles: profiles.join(", "),
        standing,
        regions,
        searched: searched.to_lowercase(),
    }
}

fn region_of(status: &TargetStatus) -> RegionEntry {
    let target = &status.target;
    let role = target.role_arn.as_deref().unwrap_or_default();
    RegionEntry {
        target: target.number,
        region: target.region.clone(),
        profiles: target.profiles.join(", "),
        searched: format!("{}\n{}\n{role}", target.region, target.profiles.join("\n")).to_lowercase(),
        role: target.role_arn.clone(),
        standing: standing_of(status),
    }
}

/// The places of the kinds by name: thousands of targets are looked through whenever the fleet changes.
static PLACES: LazyLock<HashMap<&'static str, usize>> =
    LazyLock::new(|| kinds().iter().enumerate().map(|(at, kind)| (kind.name, at)).collect());

fn standing_of(status: &TargetStatus) -> Standing {
    let mut rows = vec![0; kinds().len()];
    let mut as_of = vec![None; kinds().len()];
    for entry in &status.coverage {
        if let Some(&at) = PLACES.get(entry.kind) {
            rows[at] += entry.rows;
            as_of[at] = entry.as_of;
        }
    }
    let loudest = status.coverage.iter().map(|entry| entry.state).max_by_key(|state| Tone::of_state(*state));
    let (tone, word) = match loudest {
        _ if status.busy => (Tone::Busy, ASKING.to_owned()),
        None | Some(State::NotAsked) => (Tone::Idle, "not asked yet".to_owned()),
        Some(State::Collected) => (Tone::Good, String::new()),
        Some(state) => (Tone::of_state(state), state.word().to_owned()),
    };
    Standing { tone, short: word.clone(), word, rows, as_of }
}

impl Standing {
    /// How several things stand together: as the loudest of them, with how many stand so.
    fn of_all<'a>(parts: impl Iterator<Item = &'a Standing> + Clone) -> Standing {
        let mut rows = vec![0; kinds().len()];
        let mut as_of: Vec<Option<OffsetDateTime>> = vec![None; kinds().len()];
        for part in parts.clone() {
            rows.iter_mut().zip(&part.rows).for_each(|(sum, more)| *sum += more);
            for (oldest, other) in as_of.iter_mut().zip(&part.as_of) {
                *oldest = [*oldest, *other].into_iter().flatten().min();
            }
        }
        let tone = parts.clone().map(|part| part.tone).max().unwrap_or(Tone::Idle);
        let all = parts.clone().count();
        let alike: Vec<&Standing> = parts.filter(|part| part.tone == tone).collect();
        let first = alike.first().map(|part| part.word.as_str()).unwrap_or_default();
        let some = alike.len() < all && !first.is_empty();
        let word = if some { format!("{} of {all} {first}", alike.len()) } else { first.to_owned() };
        let short = match tone {
            Tone::Busy => ASKING.to_owned(),
            _ if some => format!("{} of {all}", alike.len()),
            _ => word.clone(),
        };
        Standing { tone, word, short, rows, as_of }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticking_the_last_one_means_all() {
        let all = BTreeSet::from([1, 2, 3]);
        let mut ticks = Ticks::All;
        ticks.set(&[2], false, &all);
        assert_eq!(ticks.targets(), Some(vec![1, 3]));
        ticks.set(&[2], true, &all);
        assert_eq!(ticks, Ticks::All);
        ticks.set(&[1, 2, 3], false, &all);
        assert_eq!(ticks.targets(), Some(vec![]));
    }

    #[test]
    fn what_is_not_covered_is_said_in_words() {
        let words = |targets, profiles, of| NotCovered { targets, profiles }.words(of);
        assert_eq!(words(1, 0, Some(3)), "1 of 3 account-regions");
        assert_eq!(words(1, 0, None), "1 account-region");
        assert_eq!(words(2, 1, Some(9)), "2 of 9 account-regions and 1 profile");
        assert_eq!(words(0, 2, Some(9)), "2 profiles");
    }
}
