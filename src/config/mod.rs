//! Stand-in until the config room lands.
pub mod diagnostic;
pub mod environment;
pub use diagnostic::{Diagnostic, Severity};
pub use environment::Environment;
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState { Read, Missing, Unreadable }
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Base { Ec2InstanceMetadata }
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Access { pub base: Base, pub roles: Vec<()> }
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Endpoints;
