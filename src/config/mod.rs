//! The shared AWS config: from the two files and the process's environment to profiles that say how their
//! credentials are reached. Everything about the files' grammar, the role chains, their diagnostics and the watching
//! for changes lives here. Nothing here calls AWS, holds a session or knows a view, and nothing here ever writes to
//! the files.
//!
//! The way in is [`Configuration::load`]. A mistake in a file costs the profile it stands in and no other, and is
//! told as a [`Diagnostic`].

pub mod chain;
pub mod diagnostic;
mod endpoints;
pub mod environment;
mod files;
pub mod grammar;
mod header;
mod lines;
pub mod profiles;
mod resolve;
pub mod secret;
pub mod watch;

pub use chain::{Access, Base, ChainLink, Endpoints, Metadata, Role};
pub use diagnostic::{Diagnostic, Severity};
pub use environment::Environment;
pub use grammar::{FileKind, Parsed, Property, Section, SectionKind};
pub use profiles::{Configuration, FileState, Location, NamedSection, Profile, ProfileProperty, Resolution};
pub use resolve::no_region;
pub use secret::{Secret, StaticKeys};
pub use watch::Watch;
