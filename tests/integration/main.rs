//! One test binary: every integration test is a module of it.

#![allow(clippy::print_stdout, reason = "tests print what they measured and why they skipped")]
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod checks;
mod ci;
mod commands;
mod coverage;
mod diff;
mod diff_command;
mod features;
mod fit;
mod fit_properties;
mod formats;
mod gitops;
mod golden;
mod health;
mod impact;
mod incidents;
mod ingress;
mod instances;
mod interruptions;
mod jobs;
mod layers;
mod lifecycle;
mod lint_config;
mod manifests;
mod monitoring;
mod mutations;
mod output_paths;
mod own_schemas;
mod readme;
mod report;
mod rule_cases;
mod rules;
mod schemas;
mod services;
mod specs;
mod storage;
mod storage_rules;
mod team_readme;
mod tenancy;
mod tree;
mod truth;
mod workspace;
mod yaml;

use std::path::{Path, PathBuf};

/// A folder of test input beside the project; `None` with a notice where it is absent, unless CI runs the tests.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is absent", path.display());
    println!("skipped: {} is absent", path.display());
    None
}
