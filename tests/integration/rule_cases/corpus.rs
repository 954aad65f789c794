//! Every public manifest is linted without a panic, and what the rules of pods, network and security say of accepted
//! objects is known.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use raygen::diagnostic::Severity;
use raygen::json::Value;
use raygen::lint::{Group, rule};

use crate::{rules, shared};

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.to_string_lossy().contains(".yaml") {
            found.push(path);
        }
    }
}

/// The documents of a file that are objects; templates that are no YAML yet are none.
fn documents(path: &Path) -> Vec<Value> {
    let Ok(text) = fs::read_to_string(path) else { return Vec::new() };
    let options = serde_saphyr::options! { legacy_octal_numbers: true };
    let values: Vec<Value> = serde_saphyr::from_multiple_with_options(&text, options).unwrap_or_default();
    values.into_iter().filter(Value::is_object).collect()
}

/// Rules and how often they fire, of the groups that this module is about.
fn tally(paths: &[PathBuf]) -> BTreeMap<(&'static str, Severity), Vec<String>> {
    let mut tally: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for path in paths {
        for diagnostic in rules::linted(&documents(path)) {
            let group = rule(diagnostic.rule).expect("a rule of the registry").group;
            if matches!(group, Group::Pod | Group::Network | Group::Security | Group::Capacity) {
                let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                tally
                    .entry((diagnostic.rule, diagnostic.severity))
                    .or_default()
                    .push(format!("{file}: {}", diagnostic.message));
            }
        }
    }
    tally
}

#[test]
fn accepted_objects_raise_nothing() {
    let Some(golden) = shared("golden") else { return };
    let mut paths = Vec::new();
    files(&golden, &mut paths);
    let tally = tally(&paths);
    assert!(tally.is_empty(), "{tally:#?}");
}

#[test]
fn the_corpus_is_linted_without_a_panic() {
    let Some(corpus) = shared("corpus") else { return };
    let mut paths = Vec::new();
    files(&corpus, &mut paths);
    for ((rule, severity), messages) in tally(&paths) {
        println!("{rule} ({severity:?}): {}\n    {:.220}", messages.len(), messages[0]);
    }
}
