//! Headers, names, and the two files together.

use super::{Case, case};
use rds_fleet::config::Severity::{Error, Note, Warning};

pub fn cases() -> Vec<Case> {
    let mut cases = headers();
    cases.extend(names());
    cases.extend(both_files());
    cases
}

fn headers() -> Vec<Case> {
    vec![
        case("a profile needs no properties", "[profile a]").profiles(["a"]),
        case("blanks in a header do not matter", " [ profile \t a ] \nregion = x\n")
            .profiles(["a"])
            .warning(1, None, "indented")
            .has("a", "region", "x"),
        case("an indented header is no continuation", "[profile a]\nregion = x\n [profile b]\nregion = y\n")
            .profiles(["a", "b"])
            .warning(3, None, "indented")
            .has("a", "region", "x"),
        case(
            "a header without its closing bracket",
            "[profile a]\nregion = x\n[profile b\nregion = y\n[profile c]\nregion = z\n",
        )
        .profiles(["a", "b", "c"])
        .error(3, "b", "[profile b has no closing bracket")
        .broken("b")
        .lacks("b", "region")
        .has("a", "region", "x")
        .has("c", "region", "z"),
        case("an unclosed header with a comment", "[profile a # c\n")
            .error(1, "a", "no closing bracket")
            .broken("a"),
        case("an unclosed default", "[default\nregion = x\n")
            .error(1, "default", "no closing bracket")
            .broken("default"),
        case("an unclosed sso-session names no profile", "[sso-session a\n").profiles([]).error(
            1,
            None,
            "no closing bracket",
        ),
        case("only a bracket", "[\nx = 1\n").profiles([]).error(1, None, "no closing bracket"),
        case("text after the closing bracket", "[profile a] b\nregion = x\n")
            .warning(1, "a", "after the closing bracket")
            .has("a", "region", "x"),
        case("no name", "[profile]\nregion = x\n[profile b]\n").profiles(["b"]).error(1, None, "no name"),
        case("nothing between the brackets", "[]\nregion = x\n").profiles([]).error(1, None, "no name"),
        case("an empty quoted name", "[profile \"\"]\n").profiles([]).error(1, None, "no name"),
        case("no `profile` in the config file", "[foo]\nregion = x\n[profile b]\n").profiles(["b"]).warning(
            1,
            None,
            "write [profile foo]",
        ),
        case("`profile` run together with the name", "[profilefoo]\nregion = x\n").profiles([]).warning(
            1,
            None,
            "write [profile foo]",
        ),
        case("`profile` in capitals", "[Profile foo]\n").profiles([]).warning(1, None, "write [profile foo]"),
        case("`profile` with a colon", "[profile:foo]\n").profiles([]).warning(
            1,
            None,
            "write [profile foo]",
        ),
        case("a misspelt sso-session", "[sso-sesion foo]\nbad line\n").profiles([]).warning(
            1,
            None,
            "is ignored",
        ),
        case("the AWS CLI's own sections are left alone", "[plugins]\nx = y\n[preview]\ncloudfront = true\n")
            .profiles([]),
        case(
            "sso-session and services are no profiles",
            "[sso-session s]\nsso_region = x\n[services v]\nrds =\n  endpoint_url = https://x\n",
        )
        .profiles([])
        .check(|configuration| {
            assert_eq!(configuration.sso_sessions[0].name, "s");
            assert_eq!(configuration.sso_session("s").unwrap().get("sso_region"), Some("x"));
            assert_eq!(configuration.services_section("v").unwrap().properties[0].sub.len(), 1);
        }),
        case(
            "sections of one name are read as one",
            "[profile a]\nx = 1\n[profile b]\n[profile a]\ny = 2\nx = 3\n",
        )
        .profiles(["a", "b"])
        .warning(4, "a", "twice, first on line 1")
        .warning(6, "a", "x is set twice, first on line 2")
        .has("a", "x", "3")
        .has("a", "y", "2"),
        case(
            "a mistake in either of two sections breaks the profile",
            "[profile a]\nx = 1\n[profile a]\nbad\n",
        )
        .warning(3, "a", "twice")
        .error(4, "a", "no '='")
        .broken("a"),
        case("a mistake in an ignored section is not told", "[foo]\nbad\n = worse\n").warning(
            1,
            None,
            "[profile foo]",
        ),
    ]
}

fn names() -> Vec<Case> {
    vec![
        case("names may hold - / . % @ _ : +", "[profile some-thing:long/the_one%only.foo@bar+]\nx = 1\n")
            .has("some-thing:long/the_one%only.foo@bar+", "x", "1"),
        case(
            "names the AWS CLI accepts beyond that",
            "[profile foo!bar]\n[profile Zürich]\n[profile 数据库]\n[profile bob's]\n",
        )
        .profiles(["foo!bar", "Zürich", "数据库", "bob's"]),
        case("names differ by case", "[profile db1]\n[profile DB1]\n").profiles(["db1", "DB1"]),
        case("a quoted name may hold blanks", "[profile \"my db\"]\nx = 1\n[profile 'a b']\n")
            .profiles(["my db", "a b"]),
        case("a quoted name without blanks is the same name", "[profile \"a\"]\nx = 1\n").has("a", "x", "1"),
        case("a quoted name may hold a bracket", "[profile \"a]b\"]\nx = 1\n").has("a]b", "x", "1"),
        case("a name with blanks needs quotes", "[profile my db]\nx = 1\n[profile b]\nx = 2\n")
            .error(1, "my db", "write [profile \"my db\"]")
            .broken("my db")
            .lacks("my db", "x")
            .has("b", "x", "2"),
        case("a control character in a name", "[profile a\u{7}b]\nx = 1\n[profile b]\n").error(
            1,
            "a\u{7}b",
            "control character",
        ),
        case("default", "[default]\nregion = x\n").has("default", "region", "x"),
        case("profile default", "[profile default]\nregion = x\n").has("default", "region", "x"),
        case(
            "[default] goes before [profile default], when last",
            "[profile default]\nx = 1\n[default]\ny = 2\n",
        )
        .profiles(["default"])
        .has("default", "y", "2")
        .lacks("default", "x")
        .warning(
            1,
            "default",
            "[default] stands below, and the AWS CLI, unlike the SDKs, reads only the last",
        ),
        case(
            "of three headers of the default profile the last one's form counts",
            "[profile \"default\"]\nx = 1\n[default]\ny = 2\n[profile default]\nz = 3\n",
        )
        .has("default", "x", "1")
        .has("default", "z", "3")
        .lacks("default", "y")
        .tells(Note, Some(3), Some("default"), "is ignored")
        .warning(5, "default", "stands in this file twice"),
        case("an unclosed [default is no form of it", "[profile default]\nx = 1\n[default\ny = 2\n")
            .lacks("default", "y")
            .error(3, "default", "no closing bracket"),
        case(
            "[profile default] goes before [default], when last",
            "[default]\ny = 2\n[profile default]\nx = 1\n",
        )
        .has("default", "x", "1")
        .lacks("default", "y")
        .tells(Note, Some(1), Some("default"), "is ignored"),
    ]
}

fn both_files() -> Vec<Case> {
    vec![
        case("a profile in both files is one", "[profile a]\nx = 1\n")
            .credentials("[a]\ny = 2\n")
            .profiles(["a"])
            .has("a", "x", "1")
            .has("a", "y", "2"),
        case("the credentials file goes before the config file", "[profile a]\nx = 1\n")
            .credentials("[a]\nX = 2\n")
            .has("a", "x", "2")
            .check(|configuration| {
                let property = &configuration.profile("a").unwrap().properties[0];
                assert!(property.location.file.ends_with(".aws/credentials"));
                assert_eq!(property.location.line, 2);
            }),
        case("profiles of the credentials file come last", "[profile b]\n")
            .credentials("[a]\n[b]\n")
            .profiles(["b", "a"]),
        case("`profile` in the credentials file", "")
            .credentials("[profile a]\nx = 1\n[b]\n")
            .profiles(["b"])
            .warning(1, None, "write [a]"),
        case("sso-session in the credentials file", "")
            .credentials("[sso-session a]\nx = 1\n[sso-sessionfoo]\n")
            .profiles(["sso-sessionfoo"])
            .warning(1, None, "belongs in the config file"),
        case("a name with blanks in the credentials file", "")
            .credentials("[ my db ]\nx = 1\n")
            .has("my db", "x", "1"),
        case("[default] of the credentials file joins [profile default]", "[profile default]\nx = 1\n")
            .credentials("[default]\ny = 2\n")
            .has("default", "x", "1")
            .has("default", "y", "2"),
        case(
            "a mistake in the credentials file breaks the profile",
            "[profile a]\ncredential_source = Environment\n",
        )
        .credentials("[a]\naws_access_key_id AKIA\n")
        .error(2, "a", "no '='")
        .broken("a"),
        case("only a credentials file", "")
            .without_config()
            .credentials("[a]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = s\n")
            .uses("a", "keys of a")
            .tells(Note, None, None, "only the credentials file"),
        case("neither file", "").without_config().profiles([]).tells(
            Error,
            None,
            None,
            "neither this file nor",
        ),
        case("a config file that AWS_CONFIG_FILE names", "")
            .without_config()
            .variable("AWS_CONFIG_FILE", "/u01/config")
            .tells(Error, None, None, "AWS_CONFIG_FILE names this file, which does not exist"),
        case("a credentials file that its variable names", "")
            .variable("AWS_SHARED_CREDENTIALS_FILE", "/u01/credentials")
            .tells(Warning, None, None, "AWS_SHARED_CREDENTIALS_FILE"),
    ]
}
