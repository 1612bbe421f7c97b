//! Comparing databases.

pub mod classes;
pub mod formula;
pub mod meaning;
pub mod same;
pub mod setting;
