//! The shared AWS config.
