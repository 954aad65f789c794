//! What rules find beyond the examples of their pages: short team texts, real manifests, and what several objects say
//! together.

mod capacity;
mod corpus;
mod example;
mod gitops;
mod karpenter;
mod monitoring;
mod network;
mod pod;
mod policy;
mod workspace;

use std::collections::BTreeSet;

use raygen::check;
use raygen::manifest;
use raygen::resolve::{self, Selection};
use raygen::workspace::Workspace;

/// A team that most cases add to: a head and one worker group, whose table is open at the end.
pub(crate) const TEAM: &str = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

/// The names of what a team raises on the platform of the rules' pages, followed by `platform`.
pub(crate) fn raised(platform: &str, team: &str) -> BTreeSet<&'static str> {
    let platform = format!("{}\n{platform}", include_str!("../rules/platform.toml"));
    let workspace = Workspace::from_texts(&platform, [("vision", team)]);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    let checked = check::check(&workspace, &resolution, &built);
    checked.diagnostics.iter().map(|diagnostic| diagnostic.rule).collect()
}

/// Asserts that each text raises exactly these rules.
fn assert_raised(cases: &[(&str, &[&str])]) {
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let found = raised("", text);
            let expected: BTreeSet<&str> = expected.iter().copied().collect();
            (found != expected).then(|| format!("{text}\n  raises {found:?}, not {expected:?}"))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
