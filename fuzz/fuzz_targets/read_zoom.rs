//! A message of Zoom, and what every platform is given for it.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entente_tongues::fuzz::run("read_zoom", data));
