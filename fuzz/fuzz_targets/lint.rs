//! Any text as a team's spec on a good platform: it is resolved, built, checked and linted.

#![no_main]

use libfuzzer_sys::fuzz_target;
use raygen::resolve::{self, Selection};
use raygen::workspace::Workspace;
use raygen::{check, manifest};

const PLATFORM: &str = include_str!("../../tests/golden/newest/teams/_platform.toml");

fuzz_target!(|text: &str| {
    let workspace = Workspace::from_texts(PLATFORM, [("vision", text)]);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    let checked = check::check(&workspace, &resolution, &built);
    if !checked.has_errors() {
        manifest::emit(&resolution, &built);
    }
});
