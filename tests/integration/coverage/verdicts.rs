//! What the rules say of manifests, against what KubeRay's own validators said of them.

use std::collections::BTreeMap;
use std::fs;

use raygen::diagnostic::Severity;
use raygen::lint::{self, Group, Subject};
use raygen::manifest::{self, Built};
use raygen::resolve::{self, Selection};
use raygen::workspace::Workspace;
use serde::Deserialize;

use crate::rules::PLATFORM;
use crate::shared;

#[derive(Deserialize)]
struct Record {
    id: String,
    kind: String,
    change: String,
    yaml: String,
    server: String,
    operator: String,
    operator_message: String,
}

/// Checks of the operator that other stages make: names, and what the schemas say of pods and bounds.
const OTHERS: [&str; 3] = [" name should be ", "should have at least one container", "metadata is invalid"];

/// Variants of one manifest that the operator was never asked about, as little as about the originals: they have the
/// same defects that it refuses in all others.
const NOT_JUDGED: [&str; 5] = ["00036", "01208", "01329", "02338", "03601"];

/// Rules that are stricter than the operator's validators, for they know what goes wrong after them.
const STRICTER: [&str; 10] = [
    "invalid-submission-mode",
    "missing-dashboard-port",
    "missing-entrypoint",
    "mixed-ray-versions",
    "modeless-auth",
    "nested-upgrade-strategy",
    "serve-config-without-port",
    "small-head",
    "unauthenticated-dashboard",
    "unsupported-ray-version",
];

#[test]
fn rules_agree_with_the_operator_on_what_the_server_accepts() {
    let Some(path) = shared("truth/verdicts.jsonl") else { return };
    let text = fs::read_to_string(path).expect("the records are readable");
    let team = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";
    let workspace = Workspace::from_texts(PLATFORM, [("vision", team)]);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let template = manifest::build(&resolution).manifests.remove(0);
    let (mut agreed, mut total, mut alarms, mut missed) = (0, 0, BTreeMap::new(), BTreeMap::new());
    for line in text.lines() {
        let record: Record = serde_json::from_str(line).expect("a line is a record");
        let other = OTHERS.iter().any(|message| record.operator_message.contains(message));
        let judged = record.change != "none" && !NOT_JUDGED.iter().any(|number| record.id.starts_with(number));
        if !record.kind.starts_with("Ray") || record.server != "accept" || other || !judged {
            continue;
        }
        let mut manifest = template.clone();
        let options = serde_saphyr::options! { legacy_octal_numbers: true };
        manifest.object =
            serde_saphyr::from_str_with_options(&record.yaml, options).expect("a record's document is YAML");
        let built = Built { manifests: vec![manifest], ..Built::default() };
        let found = lint::lint(&Subject::new(&workspace, &resolution, &built));
        let error = found.into_iter().find(|diagnostic| {
            let of_operator =
                matches!(lint::rule(diagnostic.rule).map(|rule| rule.group), Some(Group::Ray | Group::Security));
            of_operator && diagnostic.severity == Severity::Error && !STRICTER.contains(&diagnostic.rule)
        });
        total += 1;
        match (error, record.operator.as_str()) {
            (Some(error), "accept") => {
                let place = format!("{}: {}", error.rule, error.message);
                alarms.entry(place).or_insert_with(|| format!("{} ({})", record.id, record.change));
            }
            (None, "reject") => {
                missed.entry(record.operator_message).or_insert_with(|| format!("{} ({})", record.id, record.change));
            }
            _ => agreed += 1,
        }
    }
    println!("{agreed} of {total} manifests judged as by the operator");
    for (what, id) in &alarms {
        println!("false alarm: {what}: {id}");
    }
    for (what, id) in &missed {
        println!("missed: {what}: {id}");
    }
    assert!(alarms.is_empty() && missed.is_empty());
}
