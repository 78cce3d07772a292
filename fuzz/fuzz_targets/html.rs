//! HTML of any vendor.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entente_tongues::fuzz::run("html", data));
