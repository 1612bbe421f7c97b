//! The shared config's grammar and what profiles come to, as a table (`tests/grammar/`), and the files that no table
//! holds: thousands of profiles, noise, folders.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod grammar;

use grammar::Case;
use rds_fleet::config::{Configuration, Environment, FileKind, FileState, Severity};
use std::path::Path;
use std::time::{Duration, Instant};

fn run(cases: Vec<Case>) {
    for case in cases {
        case.run();
    }
}

#[test]
fn text() {
    run(grammar::text::cases());
}

#[test]
fn sections() {
    run(grammar::sections::cases());
}

#[test]
fn chains() {
    run(grammar::chains::cases());
}

fn environment(folder: &Path) -> Environment {
    Environment::from_variables([], Some(folder.to_owned()))
}

/// Bytes that look random and are the same in every run.
fn noise(length: usize, byte: fn(u64) -> u8) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        byte(state >> 32)
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn noise_is_read_in_bounded_time_with_few_diagnostics() {
    let raw: fn(u64) -> u8 = |random| random as u8;
    let printable: fn(u64) -> u8 =
        |random| if random.is_multiple_of(90) { b'\n' } else { b' ' + (random % 95) as u8 };
    let latin: fn(u64) -> u8 = |random| if random.is_multiple_of(90) { b'\n' } else { (random as u8) | 0x80 };
    for byte in [raw, printable, latin] {
        let bytes = noise(10 * 1024 * 1024, byte);
        let start = Instant::now();
        let parsed = rds_fleet::config::grammar::parse(Path::new("config"), &bytes, FileKind::Config);
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        assert!(parsed.diagnostics.len() <= 51, "{}", parsed.diagnostics.len());
    }
}

#[test]
fn the_51st_diagnostic_counts_the_others_but_every_broken_profile_says_why() {
    let headers: String = (0..80).map(|index| format!("[other{index}]\n")).collect();
    let profiles: String = (0..80).map(|index| format!("[profile p{index}]\nbad\nworse\n")).collect();
    let text = headers + &profiles;
    let configuration = Configuration::from_texts(&environment(Path::new("/h")), Some(text.as_bytes()), None);
    for profile in &configuration.profiles {
        let errors = configuration
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.profile.as_ref() == Some(&profile.name));
        assert_eq!(errors.count(), 1, "{}", profile.name);
    }
    let last = configuration.diagnostics.last().unwrap();
    assert_eq!((last.severity, last.message.as_str()), (Severity::Note, "and 110 more in this file"));
}

#[test]
fn thousands_of_profiles_take_no_time() {
    let mut text = String::from("[profile base]\ncredential_source = Ec2InstanceMetadata\n");
    for index in 0..20_000 {
        text.push_str(&format!(
            "[profile DB{index}]\nrole_arn = arn:aws:iam::{:012}:role/R\nsource_profile = base\nregion = eu-west-1\n",
            index % 500
        ));
    }
    let start = Instant::now();
    let configuration = Configuration::from_texts(
        &environment(Path::new("/h")).with("AWS_REGION", "eu-west-1"),
        Some(text.as_bytes()),
        None,
    );
    assert_eq!(configuration.targets().count(), 20_001);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn a_chain_without_end_is_refused() {
    let text: String = (0..5_000)
        .map(|index| {
            let next = index + 1;
            format!(
                "[profile p{index}]\nrole_arn = arn:aws:iam::111111111111:role/R\nsource_profile = p{next}\n"
            )
        })
        .collect();
    let environment = environment(Path::new("/h")).with("AWS_REGION", "eu-west-1");
    let configuration = Configuration::from_texts(&environment, Some(text.as_bytes()), None);
    assert_eq!(configuration.targets().count(), 0);
    assert!(
        configuration.diagnostics[0].message.contains("shorten the chain"),
        "{}",
        configuration.diagnostics[0]
    );
}

#[test]
fn every_prefix_of_a_file_is_read_without_a_panic() {
    let text = "\u{feff}[profile \"a b\"] # c\r\nrole_arn = arn:aws:iam::111111111111:role/R ; é\ns3 =\n  x = 1\n \
                [default\n= 1\n[services s]\nrds =\n endpoint_url = https://x\n";
    for end in 0..=text.len() {
        for start in [0, end / 2] {
            let bytes = &text.as_bytes()[start..end];
            let configuration =
                Configuration::from_texts(&environment(Path::new("/h")), Some(bytes), Some(bytes));
            for diagnostic in &configuration.diagnostics {
                assert!(!diagnostic.to_string().contains('\n'));
            }
        }
    }
}

#[test]
fn a_mistake_costs_only_the_profile_it_stands_in() {
    let section = |name: &str| {
        format!(
            "[profile {name}]\nrole_arn = arn:aws:iam::111111111111:role/R\nsource_profile = base\n\
             region = eu-west-1 # c\nduration_seconds = 3600\ns3 =\n  x = 1\n"
        )
    };
    let before =
        format!("[profile base]\ncredential_source = Ec2InstanceMetadata\n{}[profile b]\n", section("a"));
    let middle = section("b").replace("[profile b]\n", "");
    let text = before.clone() + &middle + &section("c");
    let environment = environment(Path::new("/h")).with("AWS_REGION", "eu-west-1");
    // The line feed before the next header is left alone: without it that header is part of a value.
    for at in before.len()..before.len() + middle.len() - 1 {
        for byte in [b'\0', b'[', b']', b'=', b':', b' ', b'\t', b'\n', b'\r', b'#', b'"', b'~', 0xff, 0xc3] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = byte;
            let configuration = Configuration::from_texts(&environment, Some(&bytes), None);
            let what = || format!("{byte:?} at {at}: {:#?}", configuration.diagnostics);
            for name in ["base", "a", "c"] {
                let profile = configuration.profile(name).unwrap_or_else(|| panic!("{}", what()));
                assert!(profile.resolution.is_some(), "{name}, {}", what());
            }
            let told = configuration.diagnostics.iter().any(|diagnostic| {
                diagnostic.severity == Severity::Error && diagnostic.profile.as_deref() == Some("b")
            });
            let b = configuration.profile("b").unwrap_or_else(|| panic!("{}", what()));
            assert!(!told || b.resolution.is_none(), "an Error and all the same usable, {}", what());
            assert!(told || !b.is_target() || b.resolution.is_some(), "no Error says why, {}", what());
        }
    }
}

#[test]
fn files_that_cannot_be_read_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let aws = folder.path().join(".aws");
    let state = |environment: &Environment| {
        let configuration = Configuration::load(environment);
        let told: Vec<String> = configuration.diagnostics.iter().map(ToString::to_string).collect();
        (configuration.config_file_state, told.join("\n"))
    };
    let home = environment(folder.path());

    let (missing, told) = state(&home);
    assert_eq!(missing, FileState::Missing, "{told}");

    std::fs::create_dir_all(aws.join("config")).unwrap();
    let (a_folder, told) = state(&home);
    assert_eq!(a_folder, FileState::Unreadable, "{told}");
    assert!(told.contains("it is a folder"), "{told}");

    std::fs::remove_dir(aws.join("config")).unwrap();
    std::fs::write(aws.join("config"), vec![b'\n'; 8 * 1024 * 1024 + 1]).unwrap();
    let (too_large, told) = state(&home);
    assert_eq!(too_large, FileState::Unreadable, "{told}");
    assert!(told.contains("larger than 8 MB"), "{told}");

    std::fs::write(aws.join("config"), "[profile a]\nregion = x\n").unwrap();
    let (read, told) = state(&home);
    assert_eq!((read, told.as_str()), (FileState::Read, ""));

    let below_a_file = home.clone().with("AWS_CONFIG_FILE", &aws.join("config/x").to_string_lossy());
    assert_eq!(state(&below_a_file).0, FileState::Missing);

    if cfg!(unix) {
        let (null, told) = state(&home.clone().with("AWS_CONFIG_FILE", "/dev/null"));
        assert_eq!((null, told.as_str()), (FileState::Read, ""));
        let (device, told) = state(&home.with("AWS_CONFIG_FILE", "/dev/zero"));
        assert_eq!(device, FileState::Unreadable, "{told}");
    }
}
