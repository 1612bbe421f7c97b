//! Conditions in a file: one text in the language that people write them in, since such a file is read, edited and shared.
//! This is what serde's `with` wants; the language is `expression`'s.

use serde::{Deserialize, Deserializer, Serializer, de};

use super::expression::{parse_conditions, print};
use super::filter::Filter;

/// What may stand in a file.
#[derive(Deserialize)]
#[serde(untagged, expecting = "conditions are one text, such as \"Engine is postgres\"")]
enum Written {
    Text(String),
    /// As files had it before there was the text.
    Nested(Vec<Filter>),
}

/// # Errors
/// What the file's format says.
pub fn serialize<S: Serializer>(filters: &[Filter], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&print("", filters))
}

/// # Errors
/// A sentence that says what is wrong with the text.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Filter>, D::Error> {
    match Written::deserialize(deserializer)? {
        Written::Text(text) => parse_conditions(&text).map_err(de::Error::custom),
        Written::Nested(filters) => Ok(filters),
    }
}
