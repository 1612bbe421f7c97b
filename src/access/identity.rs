//! Whose credentials are wanted, and what they are meant for: what tells one session from another. Nothing here asks for
//! any.

use std::path::PathBuf;

use crate::config::{Access, Base, Endpoints};
use crate::rds::endpoint::{is_aws, partition};

/// Whose credentials are wanted, and where STS is asked for them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    pub access: Access,
    pub region: String,
    pub endpoints: Endpoints,
    pub ca_bundle: Option<PathBuf>,
}

/// What tells sessions apart: whose they are, and what they may be used for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Session {
    access: Access,
    realm: Realm,
}

/// What credentials are meant for, apart from the region: the partition, endpoints that are not AWS's own, the sort of
/// AWS's own, the certificates that are believed, and where the base comes from. Credentials of one realm are never sent
/// to another's endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Realm {
    partition: &'static str,
    endpoints: Endpoints,
    ca_bundle: Option<PathBuf>,
}

/// Where STS is asked within a realm.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Place {
    region: String,
    /// AWS's own may be written as URLs: of a VPC's endpoints each region has another.
    sts_url: Option<String>,
}

impl Identity {
    pub(super) fn place(&self) -> Place {
        Place { region: self.region.clone(), sts_url: self.endpoints.sts_url.clone() }
    }

    /// The same asked elsewhere.
    pub(super) fn at(&self, place: &Place) -> Identity {
        let endpoints = Endpoints { sts_url: place.sts_url.clone(), ..self.endpoints.clone() };
        Identity { region: place.region.clone(), endpoints, ..self.clone() }
    }

    /// The same for some roles of the chain, from its base on. Those before the last are only used at STS: whatever RDS's
    /// endpoint is, they are the same.
    pub(super) fn with_roles(&self, roles: usize) -> Identity {
        let Access { base, roles: all } = &self.access;
        let access = Access { base: base.clone(), roles: all.iter().take(roles).cloned().collect() };
        let mut endpoints = self.endpoints.clone();
        endpoints.rds_url = endpoints.rds_url.filter(|_| roles >= all.len());
        Identity { access, endpoints, ..self.clone() }
    }

    /// What tells this identity's session from others.
    pub fn session(&self) -> Session {
        let Session { access, realm } = self.use_of();
        let realm = if access.roles.is_empty() { of_base(&access.base, realm) } else { realm };
        Session { access, realm }
    }

    /// Whose credentials, and all that they are meant for here. Base credentials of one session may have several uses.
    pub(super) fn use_of(&self) -> Session {
        let endpoints = Endpoints {
            sts_url: foreign("sts", self.endpoints.sts_url.as_ref()),
            rds_url: foreign("rds", self.endpoints.rds_url.as_ref()),
            ..self.endpoints.clone()
        };
        let (partition, ca_bundle) = (partition(&self.region), self.ca_bundle.clone());
        Session { access: self.access.clone(), realm: Realm { partition, endpoints, ca_bundle } }
    }
}

/// A URL that is none of AWS's own.
fn foreign(service: &str, url: Option<&String>) -> Option<String> {
    url.filter(|url| !is_aws(service, url)).cloned()
}

/// What matters to base credentials: they are got once for all realms that reach their source alike.
fn of_base(base: &Base, whole: Realm) -> Realm {
    match base {
        Base::Ec2InstanceMetadata => {
            let metadata = whole.endpoints.metadata;
            Realm { endpoints: Endpoints { metadata, ..Endpoints::default() }, ..Realm::default() }
        }
        Base::Sso { .. } => Realm {
            partition: "",
            endpoints: Endpoints { sts_url: None, rds_url: None, ..whole.endpoints },
            ..whole
        },
        Base::WebIdentity { .. } => {
            Realm { endpoints: Endpoints { rds_url: None, ..whole.endpoints }, ..whole }
        }
        Base::Environment | Base::EcsContainer | Base::StaticKeys { .. } | Base::Process { .. } => {
            Realm::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Role;

    fn identity(base: Base, roles: usize) -> Identity {
        let role = |number: usize| Role {
            role_arn: format!("arn:aws:iam::111111111111:role/R{number}"),
            external_id: None,
            role_session_name: None,
            duration_seconds: None,
            mfa_serial: None,
        };
        Identity {
            access: Access { base, roles: (0..roles).map(role).collect() },
            region: "eu-west-1".to_owned(),
            endpoints: Endpoints::default(),
            ca_bundle: None,
        }
    }

    fn changed(identity: &Identity) -> Vec<(&'static str, Identity)> {
        let with = |change: fn(&mut Identity)| {
            let mut changed = identity.clone();
            change(&mut changed);
            changed
        };
        vec![
            ("partition", with(|identity| identity.region = "cn-north-1".to_owned())),
            ("sts", with(|identity| identity.endpoints.sts_url = Some("http://127.0.0.1:1".to_owned()))),
            ("rds", with(|identity| identity.endpoints.rds_url = Some("http://127.0.0.1:1".to_owned()))),
            ("fips", with(|identity| identity.endpoints.use_fips = true)),
            ("dualstack", with(|identity| identity.endpoints.use_dualstack = true)),
            ("bundle", with(|identity| identity.ca_bundle = Some("/ca.pem".into()))),
            ("metadata", with(|identity| identity.endpoints.metadata.ipv6 = true)),
            ("sso", with(|identity| identity.endpoints.sso_url = Some("https://sso.example".to_owned()))),
        ]
    }

    #[test]
    fn a_session_belongs_to_everything_but_its_region() {
        let role = identity(Base::Ec2InstanceMetadata, 1);
        let elsewhere = Identity { region: "us-east-1".to_owned(), ..role.clone() };
        assert_eq!(role.session(), elsewhere.session());
        let mut own = role.clone();
        own.endpoints.sts_url = Some("https://sts.eu-west-1.amazonaws.com".to_owned());
        assert_eq!(role.session(), own.session(), "AWS's own endpoint is AWS's own however it is written");
        for (what, changed) in changed(&role) {
            assert_ne!(role.session(), changed.session(), "{what}");
        }
    }

    #[test]
    fn a_base_belongs_to_what_it_comes_from() {
        let apart = |base: Base| -> Vec<&str> {
            let base = identity(base, 0);
            let different =
                changed(&base).into_iter().filter(|(_, changed)| base.session() != changed.session());
            different.map(|(what, _)| what).collect()
        };
        let profile = || "p".to_owned();
        assert_eq!(apart(Base::Ec2InstanceMetadata), ["metadata"]);
        assert_eq!(apart(Base::StaticKeys { profile: profile() }), [""; 0]);
        assert!(apart(Base::WebIdentity { profile: profile() }).contains(&"sts"));
        assert!(!apart(Base::WebIdentity { profile: profile() }).contains(&"rds"));
        assert!(apart(Base::Sso { profile: profile() }).contains(&"sso"));
        assert!(!apart(Base::Sso { profile: profile() }).contains(&"sts"));
        // What a base is used for is told apart, whatever it is.
        let keys = identity(Base::StaticKeys { profile: profile() }, 0);
        for (what, changed) in changed(&keys) {
            assert_ne!(keys.use_of(), changed.use_of(), "{what}");
        }
    }

    #[test]
    fn roles_before_the_last_do_not_care_for_rds() {
        let mut chain = identity(Base::Environment, 2);
        let plain = chain.clone();
        chain.endpoints.rds_url = Some("http://127.0.0.1:1".to_owned());
        assert_eq!(chain.with_roles(1).session(), plain.with_roles(1).session());
        assert_ne!(chain.with_roles(2).session(), plain.with_roles(2).session());
        assert_eq!(chain.with_roles(2), chain);
    }
}
