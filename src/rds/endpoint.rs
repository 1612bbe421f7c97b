//! Where a region's RDS API answers, by AWS's endpoint rules. A test holds it against botocore's.

/// AWS's partitions as botocore's `partitions.json` has them: how a region's name begins, and the DNS suffixes.
const PARTITIONS: &[(&str, &str, &str)] = &[
    ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
];

/// The URL of the RDS API in a region.
pub fn url(region: &str, use_fips: bool, use_dualstack: bool) -> String {
    let (suffix, dualstack_suffix) = PARTITIONS
        .iter()
        .find(|(beginning, _, _)| region.starts_with(beginning))
        .map_or(("amazonaws.com", "api.aws"), |&(_, suffix, dualstack)| (suffix, dualstack));
    // In GovCloud the plain endpoint is the FIPS endpoint already.
    let fips = use_fips && (use_dualstack || !region.starts_with("us-gov-"));
    let host = if fips { "rds-fips" } else { "rds" };
    let suffix = if use_dualstack { dualstack_suffix } else { suffix };
    format!("https://{host}.{region}.{suffix}")
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn endpoints_follow_the_partitions() {
        assert_eq!(url("eu-central-1", false, false), "https://rds.eu-central-1.amazonaws.com");
        assert_eq!(url("eu-central-1", true, true), "https://rds-fips.eu-central-1.api.aws");
        assert_eq!(url("us-gov-west-1", true, false), "https://rds.us-gov-west-1.amazonaws.com");
        assert_eq!(url("us-gov-west-1", true, true), "https://rds-fips.us-gov-west-1.api.aws");
        assert_eq!(url("cn-north-1", false, false), "https://rds.cn-north-1.amazonaws.com.cn");
        assert_eq!(url("us-isob-east-1", false, false), "https://rds.us-isob-east-1.sc2s.sgov.gov");
    }
}
