//! Comparing databases.

pub mod classes;
pub mod formula;
