//! From a profile to credentials: base sources, AssumeRole, and one cache of sessions for all profiles and regions.
//!
//! A role is assumed once however many profiles and regions use it, while others wait for the same answer; it is
//! renewed for all before it expires, also in the middle of a sweep; a failure is kept briefly, so that a denied role
//! is not asked for again by each of its regions. Credentials live in memory only.

mod base;
mod bounds;
mod connect;
mod held;
mod helper;
mod http;
mod identity;
mod imds;
mod proxies;
mod sessions;
mod sso;
mod times;
mod trust;
#[cfg_attr(windows, expect(dead_code, reason = "cmd.exe splits the line there"))]
mod words;

pub use helper::{Helpers, end_all as end_helpers};
pub use http::Way;
pub use identity::{Identity, Session};
pub use sessions::Sessions;

/// `RoleSessionName` where a profile names none; it is what CloudTrail shows in the other account.
pub const SESSION_NAME: &str = "rds-fleet";
