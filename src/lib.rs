//! RDS Fleet: every Amazon RDS database of many AWS accounts, from one bastion host.
//!
//! Data goes one way: shared config files → profiles → sessions → sweep → inventory → queries → window,
//! command line and reports. Only commands go back.

pub mod config;
pub mod rds;
pub mod sandbox;
