//! What passes the gate, and what does not.

use super::*;

#[test]
fn whatever_is_in_use_is_taken_out_however_it_is_spelt() {
    let secret = "Planted/Secret+with=signs 4&more\"quotes";
    hold(secret);
    let percent = "Planted%2FSecret%2Bwith%3Dsigns%204%26more%22quotes";
    let texts = [
        secret.to_owned(),
        format!("<Message>{}</Message>", secret.replace('&', "&amp;")),
        percent.to_owned(),
        percent.to_lowercase().replace("planted", "Planted").replace("secret", "Secret"),
        percent.replace("%20", "+"),
        percent.replace('%', "%25"),
        serde_json::Value::from(secret).to_string(),
        secret.replace('/', "\\/"),
        // Cut off by whoever quotes it.
        format!("it begins «{}", &secret[..20]),
    ];
    for text in texts {
        let clean = CleanText::from(format!("refused: {text} (request)"));
        assert!(!clean.to_lowercase().contains("planted"), "{text} → {clean}");
        assert!(clean.starts_with("refused: "), "{clean}");
    }
}

#[test]
fn a_short_secret_is_only_taken_out_as_a_word() {
    hold("hunter2");
    hold("x");
    assert_eq!(
        &*CleanText::from("password for hunter2, not hunter22 or xhunter2"),
        "password for [hidden], not hunter22 or xhunter2"
    );
}

#[test]
fn what_looks_like_a_secret_is_taken_out() {
    let secrets = [
        ("x-amz-security-token:{}", "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCWV1LWNlbnRyYWw"),
        ("x-amz-security-token:{}", "short-Token1"),
        (
            "https://sts/?X-Amz-Signature={}&X-Amz-Date=1",
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        ),
        ("Credential={}/20261130/eu-central-1/rds/aws4_request, SignedHeaders=host", "AKIDEXAMPLE"),
        ("Signature={}", "abcdef0123"),
        ("X-Amz-Security-Token={}&x=1", "FwoGZXIvYXdzEJr%2F%2F%2FexampleToken"),
        (r#"{"SecretAccessKey": "{}", "Version": 1}"#, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        (r#"{\"SecretAccessKey\":\"{}\"}"#, "a-short-one"),
        ("<SecretAccessKey>{}</SecretAccessKey>", "tKz3Lp+EXAMPLE"),
        ("&lt;SecretAccessKey&gt;{}&lt;/SecretAccessKey&gt;", "tKz3Lp+EXAMPLE"),
        ("aws_secret_access_key = {}", "bPxRfiCYEXAMPLE"),
        ("export AWS_SESSION_TOKEN='{}'", "AQoEXAMPLEH4aoAH0gNCAPy"),
        ("session_token: Some(\"{}\")", "tKz3LpEXAMPLE"),
        ("the key {} is wrong", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("token {} expired", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"),
        ("Authorization: Bearer {}", "aoaAAAAAGexample1"),
        ("Proxy-Authorization: Basic {}", "dXNlcjpwYXNzd29yZA=="),
        ("http://{}@proxy:3128 refused", "user:pass%20word"),
        ("password={}", "correct-horse"),
        ("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----", "MIIEowIBAAKCAQEAx\nabc"),
        ("-----BEGIN PRIVATE KEY-----\n{}", "MIIEvQIBADANBg"),
        ("x-aws-ec2-metadata-token: {}", "AQAEAHh9example=="),
        ("the key AKIA{}PLE does not exist", "IOSFODNN7EXAM"),
        ("clientSecret\": \"{}\"", "eyJraWQi-not-a-token"),
    ];
    for (text, secret) in secrets {
        let clean = CleanText::from(text.replace("{}", secret));
        let first = secret.split(['\n', '/', ':']).next().unwrap();
        assert!(!clean.contains(first), "{text} → {clean}");
        assert!(clean.contains("[hidden]") || clean.contains("****"), "{clean}");
        assert_eq!(CleanText::from(&*clean), clean, "cleaning twice changes nothing");
    }
}

#[test]
fn what_people_need_of_an_error_stays() {
    let texts = [
        "User: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/ann@example.com is \
         not authorized to perform: rds:DescribeDBInstances on resource: arn:aws:rds:eu-central-1:111122223333:db:* with an \
         explicit deny in a service control policy",
        "The security token included in the request is invalid.",
        "The security token included in the request is expired",
        "arn:aws:iam::99999999999:role/DBManagementHostCrossAccountAccessRole2",
        "User: arn:aws:iam::111122223333:role/DB-Management-Host-CrossAccountAccess-Role is not authorized",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and \
         signing method.",
        "SignatureDoesNotMatch: Signature expired",
        "ExpiredToken: The security token",
        "request id 5f6a2c1e-0b8d-4c3e-9a43-4b7c4b2f9a10",
        "/u01/app/oracle/product/19c/database/admin/network/tnsnames.ora cannot be read",
        "basic authentication is needed",
        "no connection: tcp connect error: Connection refused (os error 111)",
        "https://rds.eu-central-1.amazonaws.com/?Action=DescribeDBInstances",
    ];
    for text in texts {
        assert_eq!(&*CleanText::from(text), text);
    }
    let id = "aGVsbG8gd29ybGQgdGhpcyBpcyBhIHJlcXVlc3QgaWQgb2YgUzM0NQ7XYZ";
    assert_eq!(&*CleanText::name(id), id, "an id looks like a key and stays");
}

#[test]
fn what_acts_on_a_terminal_or_cannot_be_seen_is_an_escape() {
    assert_eq!(shown("plain\nümläut 漢字 😀"), "plain\nümläut 漢字 😀");
    let hostile =
        "\u{1b}[31mred\u{7}\u{9b}2J\u{7f}\u{202e}txt\u{2066}\u{200b}\u{feff}\u{ad}\u{e0041}\u{2028}";
    let escaped =
        r"\u{1b}[31mred\u{7}\u{9b}2J\u{7f}\u{202e}txt\u{2066}\u{200b}\u{feff}\u{ad}\u{e0041}\u{2028}";
    assert_eq!(shown(hostile), escaped);
    assert_eq!(one_line("a\r\nb\tc\u{85}"), r"a b c\u{85}");
    assert_eq!(&*CleanText::from(hostile), escaped);
    assert_eq!(&*CleanText::name("Access\u{1b}Denied"), r"Access\u{1b}Denied");
}

#[test]
fn json_keeps_its_meaning() {
    let value = serde_json::json!({"a\u{9b}": "\u{1b}[31m\u{7f}\u{202e}\u{e0041}ü\n😀"});
    let written = format!("{value:#}\n");
    let escaped = json(&written);
    assert!(
        !escaped.contains(is_hidden) && escaped.contains(r"\udb40\udc41") && escaped.contains('😀'),
        "{escaped}"
    );
    assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
}

#[test]
fn what_is_hidden_is_what_unicode_says() {
    let hidden = regex::Regex::new(r"^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]$").unwrap();
    let unlike: Vec<char> = ('\0'..=char::MAX)
        .filter(|&character| {
            hidden.is_match(character.encode_utf8(&mut [0; 4])) && character != '\n' && !is_hidden(character)
        })
        .collect();
    assert!(unlike.is_empty(), "{unlike:?}");
    assert!(!is_hidden('é') && !is_hidden('\u{fe0f}') && !is_hidden(' ') && !is_hidden('\u{a0}'));
}

#[test]
fn a_long_message_is_cut_at_a_character() {
    let clean = CleanText::from("ü".repeat(3_000_000));
    assert!(clean.len() <= LONGEST, "{}", clean.len());
    assert!(clean.ends_with("(cut, 6000000 bytes in all)"), "{}", &clean[clean.len() - 60..]);
    assert!(CleanText::name(&"x".repeat(5000)).len() <= LONGEST_NAME);
    // A secret that the bound would cut is taken out first.
    hold("A-secret-of-some-length-that-is-cut");
    let clean = CleanText::from(format!("{}A-secret-of-some-length-that-is-cut", "x ".repeat(1005)));
    assert!(!clean.contains("A-secret"), "{}", &clean[1990..]);
}
