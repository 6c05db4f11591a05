#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| scimkit_fuzz::request(bytes));
