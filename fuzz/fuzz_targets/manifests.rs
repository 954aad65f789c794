//! Any text as manifests: it is split, parsed, validated and linted.

#![no_main]

use libfuzzer_sys::fuzz_target;
use raygen::schema::Releases;
use raygen::{check, objects};

fuzz_target!(|text: &str| {
    let objects = objects::from_texts([("manifests.yaml", text)]);
    check::check_objects(&objects, &Releases::newest(), None);
});
