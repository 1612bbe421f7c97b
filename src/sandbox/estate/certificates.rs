//! The certificate authorities that AWS offers in every region.

use serde_json::{Value, json};

use super::resource;
use crate::sandbox::random::Random;
use crate::sandbox::target::{Resource, Target};

/// Name, moment of validity in the day, and last year. All three began in May 2021.
const AUTHORITIES: [(&str, &str, i32); 3] = [
    ("rds-ca-ecc384-g1", "22:42:33", 2121),
    ("rds-ca-rsa2048-g1", "22:34:57", 2061),
    ("rds-ca-rsa4096-g1", "22:38:35", 2121),
];

/// Which authorities are still valid; some accounts say which of them new instances get.
pub fn all(target: &Target<'_>) -> Vec<Resource> {
    let chosen = target.random("certificates").chance(0.15);
    AUTHORITIES
        .iter()
        .map(|(name, clock, until)| {
            // Each region has authorities of its own, the same for all accounts.
            let thumbprint = Random::new(0, &["certificate", target.region, name]).hex(40);
            let overridden = chosen && *name == "rds-ca-rsa4096-g1";
            let valid_till = format!("{until}-05-25T{clock}Z");
            resource(json!({
                "CertificateIdentifier": name,
                "CertificateType": "CA",
                "Thumbprint": thumbprint,
                "ValidFrom": format!("2021-05-25T{}Z", clock.replacen("22:", "21:", 1)),
                "ValidTill": valid_till,
                "CertificateArn": format!("arn:aws:rds:{}::cert:{name}", target.region),
                "CustomerOverride": overridden,
                "CustomerOverrideValidTill": if overridden { json!(valid_till) } else { Value::Null },
            }))
        })
        .collect()
}
