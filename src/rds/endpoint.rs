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
    url_of("rds", region, use_fips, use_dualstack)
}

/// The URL of RDS or STS in a region.
pub fn url_of(service: &str, region: &str, use_fips: bool, use_dualstack: bool) -> String {
    let (suffix, dualstack_suffix) = suffixes(region);
    // In GovCloud the plain endpoint is the FIPS endpoint already.
    let fips = use_fips && (use_dualstack || !region.starts_with("us-gov-"));
    let fips = if fips { "-fips" } else { "" };
    let suffix = if use_dualstack { dualstack_suffix } else { suffix };
    format!("https://{service}{fips}.{region}.{suffix}")
}

fn suffixes(region: &str) -> (&'static str, &'static str) {
    PARTITIONS
        .iter()
        .find(|(beginning, _, _)| region.starts_with(beginning))
        .map_or(("amazonaws.com", "api.aws"), |&(_, suffix, dualstack)| (suffix, dualstack))
}

/// The partition of a region, by the beginning of its name: credentials are good within it only.
pub fn partition(region: &str) -> &'static str {
    let others = PARTITIONS.iter().map(|(beginning, _, _)| *beginning).chain(["us-gov-"]);
    others.into_iter().find(|beginning| region.starts_with(beginning)).unwrap_or_default()
}

/// Whether a URL is one of AWS's own for a service, a VPC endpoint among them. Under AWS's domains there are hosts of
/// customers as well, so the whole name has to fit.
pub fn is_aws(service: &str, url: &str) -> bool {
    let Some(host) = url.strip_prefix("https://") else { return false };
    let host = host.trim_end_matches('/').trim_end_matches(":443").to_lowercase();
    let global = format!("{service}.amazonaws.com");
    let named = |host: &str| {
        let (name, rest) = host.split_once('.')?;
        let (region, suffix) = rest.split_once('.')?;
        let is_service = name == service || name.strip_suffix("-fips") == Some(service);
        let (plain, dualstack) = suffixes(region);
        let suffix = suffix.strip_prefix("vpce.").unwrap_or(suffix);
        // A bucket may be called as the service is: `sts.s3-us-west-2.amazonaws.com`.
        let area = region.split_once('-').map_or("", |(area, _)| area);
        let is_region = !area.is_empty() && area.bytes().all(|byte| byte.is_ascii_lowercase());
        (is_service && is_region && (suffix == plain || suffix == dualstack)).then_some(())
    };
    let of_vpc = || {
        let (id, rest) = host.split_once('.')?;
        (id.starts_with("vpce-") && rest.contains(".vpce.")).then(|| named(rest)).flatten()
    };
    host == global || named(&host).or_else(of_vpc).is_some()
}

#[cfg(test)]
mod tests {
    use super::{is_aws, partition, url, url_of};

    #[test]
    fn regions_belong_to_partitions() {
        assert_eq!(partition("eu-central-1"), partition("us-east-1"));
        for (one, other) in
            [("us-gov-west-1", "us-east-1"), ("cn-north-1", "us-east-1"), ("us-iso-east-1", "us-isob-east-1")]
        {
            assert_ne!(partition(one), partition(other), "{one} {other}");
        }
        assert_eq!(url_of("sts", "eu-west-1", true, false), "https://sts-fips.eu-west-1.amazonaws.com");
    }

    #[test]
    fn hosts_of_aws_are_told_from_hosts_at_aws() {
        for url in [
            "https://sts.eu-west-1.amazonaws.com",
            "https://STS.eu-west-1.amazonaws.com/",
            "https://sts-fips.us-east-1.amazonaws.com:443",
            "https://sts.amazonaws.com",
            "https://sts.cn-north-1.amazonaws.com.cn",
            "https://sts.eu-west-1.api.aws",
            "https://vpce-1-2.sts.eu-west-1.vpce.amazonaws.com",
        ] {
            assert!(is_aws("sts", url), "{url}");
        }
        for url in [
            "http://sts.eu-west-1.amazonaws.com",
            "https://rds.eu-west-1.amazonaws.com",
            "https://abc.execute-api.eu-west-1.amazonaws.com",
            "https://sts.s3.amazonaws.com",
            "https://sts.s3-us-west-2.amazonaws.com",
            "https://sts.eu-west-1.elb.amazonaws.com",
            "https://vpce-1.vpce-svc-2.eu-west-1.vpce.amazonaws.com",
            "https://sts.eu-west-1.amazonaws.com.evil.example",
            "https://evil.example/sts.eu-west-1.amazonaws.com",
            "https://x@sts.eu-west-1.amazonaws.com",
            "https://127.0.0.1:5000",
        ] {
            assert!(!is_aws("sts", url), "{url}");
        }
    }

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
