//! The fuzz targets without libFuzzer: every input that is kept (`fuzz/corpus`), and some thousand that are made from them,
//! always the same ones. `fuzz/run` is the long run.

#[path = "../fuzz/harness.rs"]
mod harness;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Inputs made for each target.
const MADE: usize = 2_000;
/// What takes longer hangs, on the slowest machine and without optimization.
const LONGEST: Duration = Duration::from_secs(5);
/// Made inputs are no longer, so that they are many.
const MOST_BYTES: usize = 4_096;

/// The inputs of a target that are kept, by name.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut inputs: Vec<(String, Vec<u8>)> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| {
            let path = entry.unwrap_or_else(|error| panic!("{}: {error}", folder.display())).path();
            let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path.display().to_string(), bytes)
        })
        .collect();
    inputs.sort();
    inputs
}

/// Tries one input, and says what it was where it breaks something.
fn try_input(target: harness::Target, name: &str, input: &[u8]) {
    // An overflowing stack ends the test at once: the last name is then the input's.
    eprint!("{name}, ");
    let began = Instant::now();
    let tried = catch_unwind(AssertUnwindSafe(|| target.1(input)));
    let shown = || format!("{}: {name}: {}", target.0, input[..input.len().min(MOST_BYTES)].escape_ascii());
    assert!(tried.is_ok(), "{}", shown());
    assert!(began.elapsed() < LONGEST, "{:?} for {}", began.elapsed(), shown());
}

#[test]
fn every_kept_input_is_read() {
    for target in harness::TARGETS {
        let inputs = corpus(target.0);
        assert!(inputs.len() > 10, "{} inputs of {}", inputs.len(), target.0);
        for (name, input) in &inputs {
            try_input(target, name, input);
        }
    }
}

/// Draws, always the same.
struct Draw(u64);

impl Draw {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let (one, other) = (self.below(length + 1), self.below(length + 1));
        one.min(other)..one.max(other)
    }

    /// The input with something done to it, perhaps with a part of the other.
    fn changed(&mut self, mut input: Vec<u8>, other: &[u8]) -> Vec<u8> {
        let range = self.range(input.len());
        match self.below(6) {
            0 => input.truncate(range.start),
            1 => drop(input.drain(range)),
            2 => drop(input.splice(range, other[self.range(other.len())].iter().copied())),
            3 => {
                let (part, times) = (input[range.clone()].to_vec(), self.below(64));
                input.splice(range, part.repeat(times).into_iter().take(MOST_BYTES));
            }
            4 => {
                // What stands between things, and what numbers and texts end with.
                const BYTES: &[u8] = b"\0\t\n\r \"#%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~\x7f\x80\xff";
                let at = self.below(input.len() + 1);
                input.insert(at, BYTES[self.below(BYTES.len())]);
            }
            _ => {
                let length = input.len();
                if let Some(byte) = input.get_mut(range.start.min(length.saturating_sub(1))) {
                    *byte ^= 1 << self.below(8);
                }
            }
        }
        input.truncate(MOST_BYTES);
        input
    }
}

fn every_made_input_is_read(name: &str) {
    let target = harness::TARGETS.into_iter().find(|target| target.0 == name);
    let Some(target) = target else { panic!("{name} is no target") };
    let inputs = corpus(name);
    let mut draw = Draw(20_261_130);
    for number in 0..MADE {
        let mut input = inputs[draw.below(inputs.len())].1.clone();
        for _ in 0..=draw.below(4) {
            let other = &inputs[draw.below(inputs.len())].1;
            input = draw.changed(input, other);
        }
        try_input(target, &format!("made input {number}"), &input);
    }
}

#[test]
fn answers_that_are_made_up_are_read() {
    every_made_input_is_read("xml");
}

#[test]
fn config_files_that_are_made_up_are_read() {
    every_made_input_is_read("config");
}

#[test]
fn expressions_that_are_made_up_are_read() {
    every_made_input_is_read("expression");
}

#[test]
fn formulas_that_are_made_up_are_read() {
    every_made_input_is_read("formula");
}

#[test]
fn baselines_that_are_made_up_are_read() {
    every_made_input_is_read("baseline");
}

#[test]
fn rules_that_are_made_up_are_read() {
    every_made_input_is_read("rules");
}
