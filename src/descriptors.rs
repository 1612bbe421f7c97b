//! How many files and connections the system lets the program have open, and what that leaves for calls to AWS: with few of
//! them a sweep takes longer, and loses nothing.

/// What the program needs beside its connections: the store and its readers, temporary files, the report.
const FOR_ITSELF: usize = 36;
/// A call has a connection, and while a name is looked up another file or two.
const PER_CALL: usize = 2;
/// Hosts that have many connections open at a time: STS and RDS of some regions.
const HOSTS: usize = 16;
/// Calls at once where nobody says otherwise.
const USUAL_CALLS: usize = 64;
/// Where nobody says how many there may be.
const PLENTY: usize = 65_536;

/// What can be open at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptors(usize);

impl Descriptors {
    /// As many as the system allows now.
    pub fn now() -> Descriptors {
        Descriptors(limit())
    }

    /// So many calls at once of those that are wanted.
    pub fn calls(self, wanted: usize) -> usize {
        (self.0.saturating_sub(FOR_ITSELF) / PER_CALL).clamp(1, wanted.max(1))
    }

    /// Connections that a host may keep open while nobody uses them; without any, each call makes its own.
    pub fn idle_per_host(self) -> usize {
        self.0.saturating_sub(FOR_ITSELF + PER_CALL * self.calls(USUAL_CALLS)) / HOSTS
    }
}

/// Asks the system for as many as it allows: the usual limit is for programs that know only a few.
#[cfg(unix)]
pub fn raise() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let most = maximum.unwrap_or(PLENTY as u64).min(PLENTY as u64);
    if current.is_some_and(|current| current < most) {
        // What is refused stays as it is.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum });
    }
}

#[cfg(unix)]
fn limit() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(PLENTY).min(PLENTY)
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub fn raise() {}

#[cfg(not(unix))]
fn limit() -> usize {
    PLENTY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_descriptors_mean_few_calls_and_never_none() {
        let calls = |limit| Descriptors(limit).calls(64);
        assert_eq!([0, 36, 64, 128, 1024, PLENTY].map(calls), [1, 1, 14, 46, 64, 64]);
        assert_eq!(Descriptors(64).calls(0), 1);
        for limit in [0, 64, 128, 1024, 4096, PLENTY] {
            let all = FOR_ITSELF + PER_CALL * calls(limit) + HOSTS * Descriptors(limit).idle_per_host();
            assert!(all <= limit.max(FOR_ITSELF + PER_CALL), "{limit}: {all}");
        }
    }
}
