//! Lines, comments, continuations and encodings.

use super::{Case, case};
use rds_fleet::config::Severity::Note;

pub fn cases() -> Vec<Case> {
    let mut cases = lines();
    cases.extend(properties());
    cases.extend(encodings());
    cases
}

fn lines() -> Vec<Case> {
    vec![
        case("an empty file has no profiles", "").profiles([]),
        case("a file of blanks has no profiles", " \n\t\n\r\n").profiles([]),
        case("comments begin with # or ;", "# a\n; b\n[profile a]\n#region = x\n;region = y\n")
            .profiles(["a"])
            .lacks("a", "region"),
        case("an indented comment is a comment", "[profile a]\nregion = x\n  # and\n\t; so\noutput = json\n")
            .has("a", "region", "x")
            .has("a", "output", "json"),
        case("an empty comment", ";\n[profile a];\nname = value ;\n").has("a", "name", "value"),
        case("a comment after a header", "[profile a] # one\n[profile b]; two\n[profile c]# three\n")
            .profiles(["a", "b", "c"]),
        case(
            "a comment after a value follows a blank",
            "[profile a]\nname = value # c\nother = value\t; c # c\n",
        )
        .has("a", "name", "value")
        .has("a", "other", "value"),
        case("a comment sign without a blank is part of the value", "[profile a]\nname = v#1;2\nother =#v\n")
            .has("a", "name", "v#1;2")
            .has("a", "other", "#v"),
        case("a value that is only a comment is empty", "[profile a]\nname = # c\n").has("a", "name", ""),
        case("CRLF ends a line", "[profile a]\r\nregion = us-east-1\r\n\r\noutput = json\r\n")
            .has("a", "region", "us-east-1")
            .has("a", "output", "json"),
        case("CR alone ends a line", "[profile a]\rregion = us-east-1\r").has("a", "region", "us-east-1"),
        case("mixed line ends keep the line numbers right", "[profile a]\r\nx = 1\ry = 2\nbad\r\n")
            .error(4, "a", "no '='")
            .broken("a"),
        case("the last line needs no end", "[profile a]\nregion = us-east-1").has("a", "region", "us-east-1"),
        case("tabs separate as blanks do", "[profile\ta]\nregion\t=\tus-east-1\t\n").has(
            "a",
            "region",
            "us-east-1",
        ),
        case(
            "no-break spaces from a web page are blanks",
            "[profile\u{a0}a]\nregion\u{a0}=\u{a0}us-east-1\n",
        )
        .has("a", "region", "us-east-1"),
        case("a line without = breaks its profile only", "[profile a]\nregion\n[profile b]\nregion = x\n")
            .profiles(["a", "b"])
            .error(2, "a", "the line has no '='")
            .broken("a")
            .has("b", "region", "x"),
        case("a colon is no =", "[profile a]\nregion: eu-west-1\n")
            .error(2, "a", "(with '=', not ':')")
            .broken("a"),
        case("every mistake is told", "[profile a]\nx\ny = 1\n= z\n")
            .error(2, "a", "no '='")
            .error(4, "a", "no key")
            .has("a", "y", "1"),
        case("a bad line is never quoted, as it may be a secret", "[profile a]\nwJalrXUtnFEMI/K7MDENG\n")
            .error(2, "a", "no '='")
            .check(|configuration| {
                assert!(!configuration.diagnostics[0].message.contains("wJal"));
            }),
        case("a property before any section is told once", "region = x\noutput = y\n[profile a]\n")
            .profiles(["a"])
            .error(1, None, "before any section"),
        case("a continuation before any section", "  -continued\n[profile a]\n").profiles(["a"]).error(
            1,
            None,
            "before any section",
        ),
        case("a stray NUL costs its line's profile only", "[profile a]\nx = 1\0\n[profile b]\ny = 2\n")
            .error(2, "a", "UTF-8")
            .broken("a")
            .has("b", "y", "2"),
    ]
}

fn properties() -> Vec<Case> {
    vec![
        case("keys are read in lower case", "[profile a]\nRegion = us-east-1\nROLE_Session_Name = X\n")
            .has("a", "region", "us-east-1")
            .has("a", "role_session_name", "X"),
        case("a value may hold =", "[profile a]\nname = a=b==\n").has("a", "name", "a=b=="),
        case("a value may be empty", "[profile a]\nname =\nother = x\n")
            .has("a", "name", "")
            .has("a", "other", "x"),
        case("a value may hold brackets and quotes", "[profile a]\nname = [\"x\"]\n")
            .has("a", "name", "[\"x\"]"),
        case("a value may be any Unicode", "[profile a]\nname = Zürich 数据库 😂\n").has(
            "a",
            "name",
            "Zürich 数据库 😂",
        ),
        case("an empty key", "[profile a]\n= value\n").error(2, "a", "no key before the '='").broken("a"),
        case("a bracket before a key", "[profile a]\n[aws_secret_access_key = hunter2\nregion = x\n")
            .profiles(["a"])
            .error(2, "a", "begins with a bracket")
            .broken("a")
            .check(|configuration| assert!(!format!("{configuration:?}").contains("hunter2"))),
        case("a key with a blank is ignored", "[profile a]\nin valid = 1\nregion = x\n")
            .warning(2, "a", "a blank")
            .lacks("a", "in valid")
            .has("a", "region", "x"),
        case("a continuation is joined by a line feed", "[profile a]\nname = one\n -two\n\t -three \n").has(
            "a",
            "name",
            "one\n-two\n-three",
        ),
        case("a continuation keeps its comment signs", "[profile a]\nname = one\n two # not a comment\n")
            .has("a", "name", "one\ntwo # not a comment"),
        case("a blank line does not end a continuation", "[profile a]\nname = one\n\n two\n")
            .has("a", "name", "one\ntwo"),
        case("a continuation without a property", "[profile a]\n -continued\n")
            .error(2, "a", "no property above")
            .broken("a"),
        case("a repeated header ends a continuation", "[profile a]\nx = 1\n[profile a]\n -continued\n")
            .warning(3, "a", "stands in this file twice, first on line 1")
            .error(4, "a", "no property above"),
        case("what continues a bad line is not told again", "[profile a]\nbad\n more\n still more\ny = 1\n")
            .error(2, "a", "no '='")
            .has("a", "y", "1"),
        case(
            "a wholly indented section, as the AWS CLI accepts it",
            "[profile a]\n  region = x\n  output = y\n",
        )
        .warning(2, "a", "first property is indented")
        .has("a", "region", "x")
        .has("a", "output", "y"),
        case(
            "sub-properties",
            "[profile a]\ns3 =\n  Max_Concurrent_Requests = 20\n\n  # c\n  name = v # c\nx = y\n",
        )
        .has("a", "s3", "")
        .has("a", "x", "y")
        .check(|configuration| {
            let profile = configuration.profile("a").unwrap();
            let shown = serde_json::Value::Object(profile.shown_properties());
            let expected =
                serde_json::json!({"s3": {"max_concurrent_requests": "20", "name": "v"}, "x": "y"});
            assert_eq!(shown, expected);
        }),
        case("a sub-property may be empty", "[profile a]\ns3 =\n name =\n").check(|configuration| {
            let profile = configuration.profile("a").unwrap();
            assert_eq!(profile.properties[0].sub, [("name".to_owned(), String::new())]);
        }),
        case("a sub-property without =", "[profile a]\ns3 =\n invalid\n")
            .error(3, "a", "s3 has no value, so the indented lines below it must be sub-properties")
            .broken("a"),
        case("a sub-property without a key", "[profile a]\ns3 =\n = value\n")
            .error(3, "a", "no key before the '=' of this sub-property")
            .broken("a"),
        case("a key set twice: the last line counts", "[profile a]\nregion = x\nRegion = y\n")
            .warning(3, "a", "region is set twice, first on line 2")
            .has("a", "region", "y"),
    ]
}

fn encodings() -> Vec<Case> {
    let utf16 = |text: &str, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("\u{feff}{text}").encode_utf16().flat_map(order).collect()
    };
    vec![
        case("a UTF-8 byte-order mark", "\u{feff}[profile a]\nregion = x\n").has("a", "region", "x").tells(
            Note,
            None,
            None,
            "byte-order mark",
        ),
        case(
            "UTF-16, little endian, as Windows' Notepad saves it",
            utf16("[profile é]\r\nregion = x\r\n", u16::to_le_bytes),
        )
        .has("é", "region", "x")
        .tells(Note, None, None, "UTF-16"),
        case("UTF-16, big endian", utf16("[profile a]\nbad\n", u16::to_be_bytes))
            .error(2, "a", "no '='")
            .tells(Note, None, None, "UTF-16"),
        case("UTF-16 without a mark", b"[\0p\0r\0o\0f\0i\0l\0e\0 \0a\0]\0\n\0").profiles([]).tells(
            rds_fleet::config::Severity::Error,
            None,
            None,
            "not text (or UTF-16",
        ),
        case("Latin-1 in a comment costs nothing", b"# f\xfcr\n[profile a]\n# \xfc\nregion = x\n")
            .warning(1, None, "not UTF-8")
            .warning(3, None, "not UTF-8")
            .has("a", "region", "x"),
        case(
            "Latin-1 in a value breaks its profile",
            b"[profile a]\nname = f\xfcr\n[profile b]\nregion = x\n",
        )
        .error(2, "a", "not UTF-8")
        .broken("a")
        .has("b", "region", "x"),
        case("Latin-1 in a name", b"[profile f\xfcr]\nregion = x\n[profile b]\nregion = y\n")
            .error(1, "f\u{fffd}r", "not UTF-8")
            .has("b", "region", "y"),
        case("random bytes", [0u8, 255, 7, 91, 93, 61, 10, 13, 200, 1, 2, 3]).profiles([]).tells(
            rds_fleet::config::Severity::Error,
            None,
            None,
            "not text",
        ),
    ]
}
