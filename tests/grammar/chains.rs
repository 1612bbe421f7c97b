//! What profiles come to: credentials, role chains, regions, endpoints.

use super::{Case, case};
use rds_fleet::config::Endpoints;

pub fn cases() -> Vec<Case> {
    let mut cases = bases();
    cases.extend(unsupported());
    cases.extend(roles());
    cases.extend(sources());
    cases.extend(regions());
    cases.extend(endpoints());
    cases
}

fn bases() -> Vec<Case> {
    vec![
        case("the blog's profile", "[profile DB1]\nrole_arn = arn:aws:iam::111111111111:role/R\ncredential_source = Ec2InstanceMetadata\nregion = us-west-2\n")
            .uses("DB1", "Ec2InstanceMetadata + R")
            .region("DB1", "us-west-2")
            .check(|configuration| {
                let resolution = configuration.profile("DB1").unwrap().resolution.as_ref().unwrap();
                assert_eq!(resolution.account_id.as_deref(), Some("111111111111"));
                let chain = serde_json::to_value(&resolution.chain).unwrap();
                let expected = serde_json::json!([
                    {"profile": "DB1", "role_arn": "arn:aws:iam::111111111111:role/R"},
                    {"credential_source": "Ec2InstanceMetadata"},
                ]);
                assert_eq!(chain, expected);
                assert_eq!(configuration.targets().count(), 1);
            }),
        case("a profile of defaults is no target", "[default]\nregion = x\noutput = json\n[profile b]\ncli_pager =\n").check(
            |configuration| {
                assert_eq!(configuration.targets().count(), 0);
                assert!(configuration.profiles.iter().all(|profile| !profile.is_target()));
            },
        ),
        case("named sources without a role", "[profile a]\ncredential_source = Environment\n[profile b]\ncredential_source = EcsContainer\n")
            .uses("a", "Environment")
            .uses("b", "EcsContainer"),
        case("a source that AWS does not know", "[profile a]\ncredential_source = ec2instancemetadata\n[profile b]\ncredential_source = Environment\n")
            .error(2, "a", "write Ec2InstanceMetadata, Environment or EcsContainer, exactly so")
            .broken("a")
            .uses("b", "Environment"),
        case("keys", "[profile a]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = hunter2\naws_session_token = hunter3\naws_account_id = 222222222222\n")
            .uses("a", "keys of a")
            .check(|configuration| {
                let profile = configuration.profile("a").unwrap();
                let keys = profile.static_keys().unwrap();
                assert_eq!(keys.secret_access_key.expose(), "hunter2");
                assert_eq!(profile.resolution.as_ref().unwrap().account_id.as_deref(), Some("222222222222"));
                let shown = serde_json::Value::Object(profile.shown_properties()).to_string();
                for text in [format!("{configuration:?}"), shown] {
                    assert!(!text.contains("hunter") && !text.contains("AKIAIOS"), "{text}");
                    assert!(text.contains("****************MPLE"), "{text}");
                }
            }),
        case("an id without its secret", "[profile a]\naws_access_key_id = AKIA\n")
            .error(2, "a", "without aws_secret_access_key")
            .broken("a"),
        case("a secret without its id", "[profile a]\naws_access_key_id =\naws_secret_access_key = x\n")
            .error(3, "a", "without aws_access_key_id")
            .broken("a"),
        case("keys of both files are one pair", "[profile a]\naws_access_key_id = AKIA\n")
            .credentials("[a]\naws_secret_access_key = x\n")
            .uses("a", "keys of a"),
        case("a process", "[profile a]\ncredential_process = /opt/get \"a b\" --x=y\n").uses("a", "process of a"),
        case("a process goes before keys of its own file", "[profile a]\ncredential_process = x\naws_access_key_id = A\naws_secret_access_key = S\n")
            .uses("a", "process of a"),
        case("keys of the credentials file go before a process", "[profile a]\ncredential_process = x\n")
            .credentials("[a]\naws_access_key_id = A\naws_secret_access_key = S\n")
            .uses("a", "keys of a"),
        case("a process of the credentials file goes before keys of the config file", "[profile a]\naws_access_key_id = A\naws_secret_access_key = S\n")
            .credentials("[a]\ncredential_process = x\n")
            .uses("a", "process of a"),
        case("keys beside sso_start_url and sso_session are keys", "[profile a]\nsso_start_url = https://x\naws_access_key_id = A\naws_secret_access_key = S\n[profile b]\nsso_session = gone\naws_access_key_id = A\naws_secret_access_key = S\n")
            .uses("a", "keys of a")
            .uses("b", "keys of b"),
        case("half of IAM Identity Center goes before keys", "[profile a]\nsso_account_id = 333333333333\naws_access_key_id = A\naws_secret_access_key = S\n")
            .error(1, "a", "add sso_start_url, sso_region, sso_role_name")
            .broken("a"),
        case("a process beside sso_start_url", "[profile a]\nsso_start_url = https://x\nsso_region = us-east-1\ncredential_process = x\n")
            .uses("a", "process of a"),
        case("sso_session alone is half of it", "[profile a]\nsso_session = s\n[sso-session s]\nsso_start_url = https://x\nsso_region = us-east-1\n")
            .error(1, "a", "add sso_account_id, sso_role_name")
            .broken("a"),
        case("what begins with sso_ decides nothing by that", "[profile a]\nsso_auto_populated = true\nsso_region = us-east-1\ncredential_source = Environment\n[profile b]\nsso_region = us-east-1\n")
            .uses("a", "Environment")
            .check(|configuration| assert_eq!(configuration.targets().count(), 1)),
        case("a token belongs to the keys of its own file", "[profile a]\naws_access_key_id = A\naws_secret_access_key = S\naws_session_token = T\n")
            .credentials("[a]\naws_access_key_id = B\naws_secret_access_key = S2\n")
            .check(|configuration| {
                let keys = configuration.profile("a").unwrap().static_keys().unwrap();
                assert_eq!((keys.access_key_id.as_str(), keys.session_token), ("B", None));
            }),
        case("of two tokens the older name counts", "[profile a]\naws_access_key_id = A\naws_secret_access_key = S\naws_session_token = new\naws_security_token = old\n")
            .check(|configuration| {
                let keys = configuration.profile("a").unwrap().static_keys().unwrap();
                assert_eq!(keys.session_token.unwrap().expose(), "old");
            }),
        case("a process whose quotes hold a #", "[profile a]\ncredential_process = /opt/get --name \"a #b\" # comment\n")
            .has("a", "credential_process", "/opt/get --name \"a #b\""),
        case("sso in the profile", "[profile a]\nsso_start_url = https://x\nsso_region = us-east-1\nsso_account_id = 333333333333\nsso_role_name = R\n")
            .uses("a", "sso of a")
            .check(|configuration| {
                let resolution = configuration.profile("a").unwrap().resolution.as_ref().unwrap();
                assert_eq!(resolution.account_id.as_deref(), Some("333333333333"));
            }),
        case("sso by a session", "[profile a]\nsso_session = s\nsso_account_id = 333333333333\nsso_role_name = R\n[sso-session s]\nsso_start_url = https://x\nsso_region = us-east-1\n")
            .uses("a", "sso of a"),
        case("sso by a session that is not there", "[profile a]\nsso_session = s\nsso_account_id = 333333333333\nsso_role_name = R\n")
            .error(2, "a", "add [sso-session s]")
            .broken("a"),
        case("sso by a session with a mistake", "[profile a]\nsso_session = s\nsso_account_id = 333333333333\nsso_role_name = R\n[sso-session s]\nbad\n")
            .error(2, "a", "names a section with a mistake")
            .error(6, None, "no '='")
            .broken("a"),
        case("incomplete sso", "[profile a]\nregion = us-east-1\nsso_account_id = 333333333333\n")
            .error(1, "a", "add sso_start_url, sso_region, sso_role_name")
            .broken("a"),
        case("a web identity", "[profile a]\nrole_arn = arn:aws:iam::111111111111:role/R\nweb_identity_token_file = /run/token\n")
            .uses("a", "web identity of a")
            .check(|configuration| {
                let resolution = configuration.profile("a").unwrap().resolution.as_ref().unwrap();
                assert_eq!(resolution.account_id.as_deref(), Some("111111111111"));
                assert_eq!(resolution.chain.len(), 1);
            }),
        case("a web identity goes before keys, a process and a source", "[profile a]\nrole_arn = arn:aws:iam::111111111111:role/R\nweb_identity_token_file = /run/token\nsource_profile = b\naws_access_key_id = A\naws_secret_access_key = S\n[profile b]\ncredential_process = x\nregion = eu-west-1\n[profile c]\nrole_arn = arn:aws:iam::111111111111:role/C\nsource_profile = a\n")
            .uses("a", "web identity of a")
            .uses("c", "web identity of a + C"),
        case("a web identity without its role goes before keys", "[profile a]\nweb_identity_token_file = /run/token\naws_access_key_id = A\naws_secret_access_key = S\n")
            .error(2, "a", "without role_arn")
            .broken("a"),
        case("a web identity without its role", "[profile a]\nweb_identity_token_file = /run/token\n")
            .error(2, "a", "without role_arn")
            .broken("a"),
    ]
}

fn unsupported() -> Vec<Case> {
    vec![
        case("what aws login writes", "[profile a]\nlogin_session = arn:aws:iam::111111111111:user/ann\nregion = eu-west-1\n")
            .error(2, "a", "login_session, which `aws login` writes, is not supported by RDS Fleet: add a profile with `credential_process = aws configure export-credentials --profile a --format process`")
            .broken("a"),
        case("aws login goes before a process and keys of the config file", "[profile a]\nlogin_session = x\ncredential_process = y\naws_access_key_id = A\naws_secret_access_key = S\n")
            .error(2, "a", "login_session")
            .broken("a"),
        case("keys of the credentials file go before aws login", "[profile a]\nlogin_session = x\n")
            .credentials("[a]\naws_access_key_id = A\naws_secret_access_key = S\n")
            .uses("a", "keys of a"),
        case("aws login as the source of a role", "[profile a]\nrole_arn = arn:aws:iam::111111111111:role/R\nsource_profile = b\n[profile b]\nlogin_session = x\n")
            .error(3, "a", "its source profile b cannot be used")
            .error(5, "b", "login_session")
            .broken("a"),
        case("kinds of credentials that nobody knows yet", "[profile a]\nquantum_identity = x\n[profile b]\nregion = x-1\nlogin_passkey = y\n[profile c]\nnew_credentials_url = z\n")
            .error(2, "a", "quantum_identity is not supported")
            .error(5, "b", "login_passkey is not supported")
            .error(7, "c", "new_credentials_url is not supported")
            .broken("a"),
        case("an unknown kind beside known ones is none of ours", "[profile a]\nnew_credentials_url = z\ncredential_source = Environment\n")
            .uses("a", "Environment"),
        case("settings of other tools are no credentials", "[profile a]\nregion = eu-west-1\ncolor = 00ff00\ncli_auto_prompt = on\nauth_scheme_preference = sigv4\nrole_session_name = ann\nmfa_serial = x\nsso_registration_scopes = y\nlogin_session =\n")
            .check(|configuration| assert!(!configuration.profiles[0].is_target())),
    ]
}

fn roles() -> Vec<Case> {
    vec![
        case("all that AssumeRole takes", "[profile a]\nrole_arn = arn:aws-cn:iam::111111111111:role/path/R+=,.@-_\ncredential_source = Environment\nexternal_id = hunter2\nrole_session_name = ann\nduration_seconds = 900\nmfa_serial = arn:aws-cn:iam::111111111111:mfa/ann\n")
            .check(|configuration| {
                let access = &configuration.profile("a").unwrap().resolution.as_ref().unwrap().access;
                let role = &access.roles[0];
                assert_eq!(role.external_id.as_deref(), Some("hunter2"));
                assert_eq!(role.role_session_name.as_deref(), Some("ann"));
                assert_eq!(role.duration_seconds, Some(900));
                assert!(role.mfa_serial.is_some());
                assert!(!format!("{configuration:?}").contains("hunter2"));
            }),
        case("equal properties are equal credentials", "[profile a]\nrole_arn = arn:aws:iam::111111111111:role/R\ncredential_source = Environment\n[profile b]\ncredential_source = Environment\nregion = us-east-1\nrole_arn = arn:aws:iam::111111111111:role/R\n")
            .check(|configuration| {
                let accesses: std::collections::BTreeSet<_> =
                    configuration.targets().map(|profile| &profile.resolution.as_ref().unwrap().access).collect();
                assert_eq!(accesses.len(), 1);
            }),
        case("no ARN", "[profile a]\nrole_arn = DB-Role\ncredential_source = Environment\n")
            .error(2, "a", "DB-Role is not the ARN of a role")
            .broken("a"),
        case("the ARN of a user", "[profile a]\nrole_arn = arn:aws:iam::111111111111:user/ann\ncredential_source = Environment\n")
            .error(2, "a", "not the ARN of a role")
            .broken("a"),
        case("an account id of another length is used", "[profile a]\nrole_arn = arn:aws:iam::11111111111:role/R\ncredential_source = Environment\n")
            .uses("a", "Environment + R")
            .warning(2, "a", "11111111111 is not of 12 digits"),
        case("a role and nothing to assume it with", "[profile a]\nrole_arn = arn:aws:iam::111111111111:role/R\n")
            .error(2, "a", "not what the role is assumed with")
            .broken("a"),
        case("an empty role_arn is none", "[profile a]\nrole_arn =\ncredential_source = Environment\n").uses("a", "Environment"),
        case("two things to assume it with", "[profile b]\ncredential_source = Environment\n[profile a]\nrole_arn = arn:aws:iam::111111111111:role/R\ncredential_source = Environment\nsource_profile = b\n")
            .error(6, "a", "both source_profile and credential_source")
            .broken("a"),
        case("a session too short", "[profile a]\nrole_arn = arn:aws:iam::111111111111:role/R\ncredential_source = Environment\nduration_seconds = 899\n")
            .error(4, "a", "from 900 to 43200")
            .broken("a"),
        case("a session too long", "[profile a]\nrole_arn = arn:aws:iam::111111111111:role/R\ncredential_source = Environment\nduration_seconds = 43201\n")
            .error(4, "a", "from 900 to 43200"),
        case("a session of words", "[profile a]\nrole_arn = arn:aws:iam::111111111111:role/R\ncredential_source = Environment\nduration_seconds = 1h\n")
            .error(4, "a", "duration_seconds = 1h"),
    ]
}

const ROLE: &str = "role_arn = arn:aws:iam::111111111111:role";

fn sources() -> Vec<Case> {
    let own = |text: &str| text.replace("ROLE", ROLE);
    vec![
        case("a chain of three", own("[profile a]\nROLE/A\nsource_profile = b\n[profile b]\nROLE/B\nsource_profile = c\n[profile c]\ncredential_source = EcsContainer\n"))
            .uses("a", "EcsContainer + B + A")
            .uses("b", "EcsContainer + B")
            .check(|configuration| {
                let chain = &configuration.profile("a").unwrap().resolution.as_ref().unwrap().chain;
                let profiles: Vec<_> = chain.iter().filter_map(|link| link.profile.as_deref()).collect();
                assert_eq!(profiles, ["a", "b", "c"]);
            }),
        case("a source's keys go before its role", own("[profile a]\nROLE/A\nsource_profile = b\n[profile b]\nROLE/B\ncredential_source = Environment\naws_access_key_id = A\naws_secret_access_key = S\n"))
            .uses("a", "keys of b + A")
            .uses("b", "Environment + B"),
        case("a source that is not there", own("[profile a]\nROLE/A\nsource_profile = base\n[profile b]\ncredential_source = Environment\n"))
            .error(3, "a", "source_profile = base names no profile")
            .broken("a")
            .uses("b", "Environment"),
        case("a source of defaults only", own("[default]\nregion = x\n[profile a]\nROLE/A\nsource_profile = default\n"))
            .error(5, "a", "its source profile default cannot be used")
            .broken("a"),
        case("a source with a mistake", own("[profile a]\nROLE/A\nsource_profile = b\n[profile b]\ncredential_source = Environment\nbad\n"))
            .error(3, "a", "its source profile b cannot be used")
            .error(6, "b", "no '='")
            .broken("a")
            .broken("b"),
        case("a source behind a source with a mistake", own("[profile a]\nROLE/A\nsource_profile = b\n[profile b]\nROLE/B\nsource_profile = c\n[profile c]\naws_access_key_id = A\n"))
            .error(3, "a", "its source profile b cannot be used")
            .error(6, "b", "its source profile c cannot be used")
            .error(8, "c", "without aws_secret_access_key"),
        case("a source whose header is unclosed", own("[profile a]\nROLE/A\nsource_profile = b\n[profile b\ncredential_source = Environment\n"))
            .error(3, "a", "its source profile b cannot be used")
            .error(4, "b", "no closing bracket"),
        case("a source without a region is good enough", own("[profile a]\nregion = us-east-1\nROLE/A\nsource_profile = b\n[profile b]\ncredential_source = Environment\n"))
            .variable("AWS_REGION", "")
            .uses("a", "Environment + A")
            .check(|configuration| {
                let source = configuration.profile("b").unwrap();
                assert!(source.is_only_source() && !source.is_target());
            }),
        case("a source of a source needs no region either", own("[profile a]\nregion = us-east-1\nROLE/A\nsource_profile = b\n[profile b]\nROLE/B\nsource_profile = c\n[profile c]\naws_access_key_id = A\naws_secret_access_key = S\n"))
            .variable("AWS_REGION", "")
            .uses("a", "keys of c + B + A")
            .check(|configuration| assert_eq!(configuration.targets().count(), 1)),
        case("a source with a region is looked at itself", own("[profile a]\nregion = us-east-1\nROLE/A\nsource_profile = b\n[profile b]\ncredential_source = Environment\nregion = us-east-2\n"))
            .variable("AWS_REGION", "")
            .check(|configuration| assert_eq!(configuration.targets().count(), 2)),
        case("a source that cannot be used is told, region or not", own("[profile a]\nregion = us-east-1\nROLE/A\nsource_profile = b\n[profile b]\naws_access_key_id = A\n"))
            .variable("AWS_REGION", "")
            .error(4, "a", "its source profile b cannot be used")
            .error(5, "b", "has no region")
            .error(6, "b", "without aws_secret_access_key"),
        case("its own source needs a region", own("[profile a]\nROLE/A\nsource_profile = a\naws_access_key_id = A\naws_secret_access_key = S\n"))
            .variable("AWS_REGION", "")
            .error(1, "a", "has no region")
            .broken("a"),
        case("two in a circle", own("[profile a]\nROLE/A\nsource_profile = b\n[profile b]\nROLE/B\nsource_profile = a\n"))
            .error(3, "a", "in a circle, a → b → a,")
            .error(6, "b", "in a circle, b → a → b,")
            .broken("a")
            .broken("b"),
        case("into a circle", own("[profile x]\nROLE/X\nsource_profile = a\n[profile a]\nROLE/A\nsource_profile = b\n[profile b]\nROLE/B\nsource_profile = a\n"))
            .error(3, "x", "in a circle, a → b → a,")
            .error(6, "a", "a → b → a")
            .error(9, "b", "b → a → b"),
        case("its own source, with keys", own("[profile a]\nROLE/A\nsource_profile = a\naws_access_key_id = A\naws_secret_access_key = S\n"))
            .uses("a", "keys of a + A"),
        case("its own source, without keys", own("[profile a]\nROLE/A\nsource_profile = a\n"))
            .error(3, "a", "a → a")
            .broken("a"),
        case("a source without a role", "[profile b]\ncredential_source = Environment\n[profile a]\nsource_profile = b\n")
            .warning(4, "a", "does nothing without role_arn"),
        case("a source by a name with blanks", own("[profile a]\nROLE/A\nsource_profile = my base\n[profile \"my base\"]\ncredential_source = Environment\n"))
            .uses("a", "Environment + A"),
        case("a source that the credentials file has", own("[profile a]\nROLE/A\nsource_profile = base\n"))
            .credentials("[base]\naws_access_key_id = A\naws_secret_access_key = S\n")
            .uses("a", "keys of base + A"),
    ]
}

fn regions() -> Vec<Case> {
    let profile = "[profile a]\ncredential_source = Environment\n";
    vec![
        case("the profile's region", format!("{profile}region = us-east-1\n")).region("a", "us-east-1"),
        case("AWS_REGION", format!("{profile}[default]\nregion = us-east-1\n"))
            .variable("AWS_DEFAULT_REGION", "us-east-2")
            .region("a", "eu-west-1"),
        case("AWS_DEFAULT_REGION", format!("{profile}[default]\nregion = us-east-1\n"))
            .variable("AWS_REGION", "")
            .variable("AWS_DEFAULT_REGION", "us-east-2")
            .region("a", "us-east-2"),
        case("the default profile's region", format!("{profile}[default]\nregion = us-east-1\n"))
            .variable("AWS_REGION", "")
            .region("a", "us-east-1"),
        case("an empty region is none", format!("{profile}region =\n")).region("a", "eu-west-1"),
        case("no region at all", profile)
            .variable("AWS_REGION", "")
            .error(1, "a", "it has no region: add `region = …`")
            .broken("a"),
        case("what is no region", format!("{profile}region = evil.example/\n"))
            .error(3, "a", "evil.example/ is not a region")
            .broken("a"),
        case("an availability zone", format!("{profile}region = eu-central-1a\n"))
            .error(3, "a", "eu-central-1a is an availability zone, not a region: write eu-central-1")
            .broken("a"),
        case("a zone of GovCloud, a local zone and a Wavelength zone", format!("{profile}region = us-gov-west-1b\n[profile b]\ncredential_source = Environment\nregion = us-west-2-lax-1a\n[profile c]\ncredential_source = Environment\nregion = us-east-1-wl1-bos-wlz-1\n"))
            .error(3, "a", "not a region: write us-gov-west-1")
            .error(6, "b", "not a region: write us-west-2")
            .error(9, "c", "not a region: write us-east-1"),
        case("a zone in AWS_REGION", profile)
            .variable("AWS_REGION", "ap-southeast-2c")
            .error(1, "a", "AWS_REGION = ap-southeast-2c is an availability zone"),
        case("regions that look like zones are none", "[profile a]\ncredential_source = Environment\nregion = us-isob-east-1\n[profile b]\ncredential_source = Environment\nregion = eusc-de-east-1\n[profile c]\ncredential_source = Environment\nregion = x\n")
            .region("a", "us-isob-east-1")
            .region("b", "eusc-de-east-1")
            .region("c", "x"),
        case("a region in capitals", format!("{profile}region = EU-WEST-1\n")).error(
            3,
            "a",
            "is not a region",
        ),
    ]
}

fn endpoints() -> Vec<Case> {
    let profile = "[profile a]\ncredential_source = Environment\nendpoint_url = https://profile\nservices = s\n[services s]\nrds =\n  endpoint_url = https://services # c\n";
    fn found(configuration: &rds_fleet::config::Configuration) -> (Option<&str>, Option<&str>) {
        let Endpoints { sts_url, rds_url, .. } =
            &configuration.profile("a").unwrap().resolution.as_ref().unwrap().endpoints;
        (sts_url.as_deref(), rds_url.as_deref())
    }
    vec![
        case("the services section goes before the profile", profile).check(|configuration| {
            assert_eq!(found(configuration), (Some("https://profile"), Some("https://services")));
        }),
        case("AWS_ENDPOINT_URL goes before the files", profile)
            .variable("AWS_ENDPOINT_URL", "http://127.0.0.1:5000")
            .variable("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:5001")
            .check(|configuration| {
                assert_eq!(found(configuration), (Some("http://127.0.0.1:5001"), Some("http://127.0.0.1:5000")));
            }),
        case("all endpoints can be ignored", profile)
            .variable("AWS_ENDPOINT_URL", "http://127.0.0.1:5000")
            .variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
            .check(|configuration| assert_eq!(found(configuration), (None, None))),
        case("a profile can ignore them", format!("[profile a]\nignore_configured_endpoint_urls = TRUE\n{}", &profile[12..]))
            .check(|configuration| assert_eq!(found(configuration), (None, None))),
        case("a services section that is not there", "[profile a]\ncredential_source = Environment\nservices = x\n")
            .error(3, "a", "add [services x]")
            .broken("a"),
        case("a services section with a mistake", "[profile a]\ncredential_source = Environment\nservices = x\n[services x]\nrds =\n  endpoint_url\n")
            .error(3, "a", "with a mistake, which begins on line 4")
            .error(6, None, "rds has no value"),
        case("what is no URL", "[profile a]\ncredential_source = Environment\nendpoint_url = rds.example\n")
            .error(3, "a", "rds.example for sts (from endpoint_url) is not a URL")
            .broken("a"),
        case("services of IAM Identity Center, for those who use it", "[profile a]\nsso_start_url = https://x\nsso_region = us-east-1\nsso_account_id = 333333333333\nsso_role_name = R\nservices = s\n[profile b]\ncredential_source = Environment\nservices = s\n[services s]\nsso =\n  endpoint_url = https://sso.example\nsso_oidc =\n  endpoint_url = https://oidc.example\n")
            .variable("AWS_ENDPOINT_URL_SSO_OIDC", "https://env.example")
            .check(|configuration| {
                let endpoints = |name: &str| configuration.profile(name).unwrap().resolution.clone().unwrap().endpoints;
                assert_eq!(endpoints("a").sso_url.as_deref(), Some("https://sso.example"));
                assert_eq!(endpoints("a").sso_oidc_url.as_deref(), Some("https://env.example"));
                assert_eq!(endpoints("b"), Endpoints::default());
            }),
        case("the metadata service, for those who use it", "[profile a]\ncredential_source = Ec2InstanceMetadata\nec2_metadata_service_endpoint = http://127.0.0.1:1338\nec2_metadata_service_endpoint_mode = ipv6\nec2_metadata_v1_disabled = true\n[profile b]\ncredential_source = Environment\nec2_metadata_service_endpoint = nonsense\n")
            .check(|configuration| {
                let endpoints = |name: &str| configuration.profile(name).unwrap().resolution.clone().unwrap().endpoints;
                let metadata = endpoints("a").metadata;
                assert_eq!(metadata.url.as_deref(), Some("http://127.0.0.1:1338"));
                assert!(metadata.ipv6 && metadata.v1_disabled);
                assert_eq!(endpoints("b"), Endpoints::default());
            }),
        case("the environment's metadata service goes before the file's", "[profile a]\ncredential_source = Ec2InstanceMetadata\nec2_metadata_service_endpoint = http://file\nec2_metadata_service_endpoint_mode = IPv6\n")
            .variable("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://env")
            .variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv4")
            .check(|configuration| {
                let metadata = configuration.profiles[0].resolution.clone().unwrap().endpoints.metadata;
                assert_eq!((metadata.url.as_deref(), metadata.ipv6), (Some("http://env"), false));
            }),
        case("a metadata service that is no URL, and a mode that is none", "[profile a]\ncredential_source = Ec2InstanceMetadata\nec2_metadata_service_endpoint = 169.254.169.254\n[profile b]\ncredential_source = Ec2InstanceMetadata\nec2_metadata_service_endpoint_mode = IPv5\n")
            .error(3, "a", "ec2_metadata_service_endpoint = 169.254.169.254 is not a URL")
            .error(6, "b", "neither IPv4 nor IPv6")
            .broken("a"),
        case("FIPS, dual stack and certificates", "[profile a]\ncredential_source = Environment\nuse_fips_endpoint = true\nuse_dualstack_endpoint = True\nca_bundle = ~/ca.pem\n[profile b]\ncredential_source = Environment\nuse_fips_endpoint = false\n")
            .variable("AWS_USE_DUALSTACK_ENDPOINT", "false")
            .check(|configuration| {
                let resolution = |name: &str| configuration.profile(name).unwrap().resolution.as_ref().unwrap();
                let a = resolution("a");
                assert!(a.endpoints.use_fips && !a.endpoints.use_dualstack);
                assert_eq!(a.ca_bundle.as_deref(), Some(std::path::Path::new("/home/ann/ca.pem")));
                assert_eq!(resolution("b").endpoints, Endpoints::default());
            }),
    ]
}
