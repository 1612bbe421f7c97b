//! libFuzzer's way to `harness::expression`.
#![no_main]

#[path = "../harness.rs"]
#[allow(dead_code, reason = "each program has one of the targets")]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::expression(data));
