//! The RDS API: its kinds of resource as data, the call that asks for a page, and the way from the answer to rows.
//!
//! It knows members, operations and XML. It knows nothing of profiles, of workers or of the store.

pub mod answer;
pub mod call;
pub mod command;
pub mod definitions;
pub mod endpoint;
pub mod kind;
mod members;
mod nesting;
pub mod readable;
pub mod related;
pub mod sections;
pub mod shape;
pub mod status;

pub use answer::{Cell, Row};
pub use kind::{Column, Kind, kind, kind_named, kinds, no_such_kind};
pub use members::{hint, holds_names, meaning, resource_of_arn, to_the_second, unit};
pub use related::{Related, related};
pub use sections::{Section, section};
pub use shape::Shape;
