//! How a person names a database: by its identifier, with its account and region, or by its ARN, of whatever partition.

use crate::names;

/// A database as it was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Naming<'a> {
    /// The identifier alone.
    pub identifier: &'a str,
    /// The account and region, where they were named.
    pub place: Option<(&'a str, &'a str)>,
    /// The kind, where an ARN says it.
    pub kind: Option<&'static str>,
}

impl<'a> Naming<'a> {
    /// Reads `IDENTIFIER`, `ACCOUNT/REGION/IDENTIFIER` or `arn:PARTITION:rds:REGION:ACCOUNT:db:IDENTIFIER`.
    pub fn of(text: &'a str) -> Naming<'a> {
        let text = text.trim();
        let of_arn = |kind: &str| match kind.to_ascii_lowercase().as_str() {
            "db" => Some("db-instances"),
            "cluster" => Some("db-clusters"),
            _ => None,
        };
        match text.splitn(7, ':').collect::<Vec<_>>()[..] {
            [arn, _, _, region, account, of, identifier] if names::same(arn, "arn") => {
                Naming { identifier, place: Some((account, region)), kind: of_arn(of) }
            }
            _ => match text.split('/').collect::<Vec<_>>()[..] {
                [account, region, identifier] => {
                    Naming { identifier, place: Some((account, region)), kind: None }
                }
                _ => Naming { identifier: text, place: None, kind: None },
            },
        }
    }

    /// Whether a database of this kind may be meant.
    pub fn may_be_of(&self, kind: &str) -> bool {
        self.kind.is_none_or(|named| named == kind)
    }

    /// Whether a database of this account and region may be meant.
    pub fn may_be_in(&self, account: &str, region: &str) -> bool {
        self.place.is_none_or(|(named, of)| named == account && names::same(of, region))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_in_three_ways() {
        let plain = Naming { identifier: "Orders", place: None, kind: None };
        assert_eq!(Naming::of(" Orders "), plain);
        let placed = Naming { place: Some(("111111111111", "eu-central-1")), ..plain };
        assert_eq!(Naming::of("111111111111/eu-central-1/Orders"), placed);
        for (arn, kind) in [
            ("arn:aws:rds:eu-central-1:111111111111:db:Orders", "db-instances"),
            ("ARN:aws-cn:rds:eu-central-1:111111111111:DB:Orders", "db-instances"),
            ("arn:aws-us-gov:rds:eu-central-1:111111111111:cluster:Orders", "db-clusters"),
        ] {
            assert_eq!(Naming::of(arn), Naming { kind: Some(kind), ..placed }, "{arn}");
        }
        assert!(placed.may_be_in("111111111111", "EU-Central-1") && !placed.may_be_in("1", "eu-central-1"));
        assert!(plain.may_be_in("1", "x") && plain.may_be_of("db-clusters"));
        assert!(!Naming::of("arn:aws:rds:r:1:cluster:x").may_be_of("db-instances"));
    }
}
