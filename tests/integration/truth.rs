//! What the schemas and the pod rules say of manifests, against what a real API server said.

use std::collections::BTreeMap;
use std::fs;

use raygen::schema::{Releases, Validators};
use serde::Deserialize;
use serde_json::Value;

use crate::{rules, shared};

/// The rules that say what the API server checks in a pod and the schemas do not.
const OF_THE_SERVER: [&str; 9] = [
    "conflicting-security-context",
    "dangling-mount",
    "duplicate-port",
    "fractional-gpu",
    "invalid-affinity",
    "invalid-env-source",
    "invalid-probe",
    "invalid-volume",
    "request-above-limit",
];

#[derive(Deserialize)]
struct Record {
    id: String,
    kind: String,
    change: String,
    yaml: String,
    server: String,
    server_message: String,
}

/// Verdicts of one kind: ours against the server's.
#[derive(Default)]
struct Confusion {
    both_accept: usize,
    both_reject: usize,
    false_alarm: usize,
    missed: usize,
}

impl Confusion {
    fn agreeing(&self) -> usize {
        self.both_accept + self.both_reject
    }

    fn total(&self) -> usize {
        self.agreeing() + self.false_alarm + self.missed
    }
}

/// Reads scalars as kubectl does: YAML 1.1 booleans and octal numbers.
fn read(yaml: &str) -> Value {
    let options = serde_saphyr::options! { legacy_octal_numbers: true };
    serde_saphyr::from_str_with_options(yaml, options).expect("a record's document is YAML")
}

fn share(part: usize, whole: usize) -> f64 {
    let exact = |count: usize| f64::from(u32::try_from(count).expect("a few thousand records"));
    100.0 * exact(part) / exact(whole.max(1))
}

#[test]
fn schemas_and_pod_rules_agree_with_the_api_server() {
    let Some(path) = shared("truth/verdicts.jsonl") else { return };
    let text = fs::read_to_string(path).expect("the records are readable");
    let validators = Validators::new(&Releases::newest());
    let mut by_kind = BTreeMap::<String, Confusion>::new();
    let mut differing = BTreeMap::<(bool, String), (usize, String)>::new();
    let mut alarms_on_originals = Vec::new();
    for line in text.lines() {
        let record: Record = serde_json::from_str(line).expect("a record is JSON");
        let object = read(&record.yaml);
        let found = judge(&validators, &object);
        let confusion = by_kind.entry(record.kind.clone()).or_default();
        match (record.server.as_str(), found.is_empty()) {
            ("accept", true) => confusion.both_accept += 1,
            ("reject", false) => confusion.both_reject += 1,
            ("accept", false) => confusion.false_alarm += 1,
            _ => confusion.missed += 1,
        }
        let accepted = record.server == "accept";
        if accepted != found.is_empty() {
            let example = if accepted {
                format!("{}: {}", record.id, found.join("; "))
            } else {
                format!("{}: {}", record.id, record.server_message)
            };
            differing.entry((accepted, record.change.clone())).or_insert((0, example)).0 += 1;
        }
        if record.change == "none" && accepted && !found.is_empty() {
            alarms_on_originals.push(format!("{}: {}", record.id, found.join("; ")));
        }
    }
    let mut custom = Confusion::default();
    println!("kind             agree   ok  bad  false alarm  missed");
    for (kind, confusion) in &by_kind {
        println!(
            "{kind:16} {:4.1}% {:4} {:4} {:12} {:7}",
            share(confusion.agreeing(), confusion.total()),
            confusion.both_accept,
            confusion.both_reject,
            confusion.false_alarm,
            confusion.missed
        );
        if kind != "Ingress" {
            custom.both_accept += confusion.both_accept;
            custom.both_reject += confusion.both_reject;
            custom.false_alarm += confusion.false_alarm;
            custom.missed += confusion.missed;
        }
    }
    for ((accepted, change), (times, example)) in &differing {
        println!("{} {times:3} {change}: {example:.260}", if *accepted { "alarm " } else { "missed" });
    }
    let agreement = share(custom.agreeing(), custom.total());
    println!("custom resources: {agreement:.1} % of {}", custom.total());
    assert!(alarms_on_originals.is_empty(), "false alarms on accepted originals: {alarms_on_originals:#?}");
    assert!(
        agreement >= 99.5,
        "schemas and pod rules agree with the API server on {agreement:.1} % of the custom resources"
    );
}

/// Everything for which the API server would refuse the object or its pods.
fn judge(validators: &Validators, object: &Value) -> Vec<String> {
    let violations = validators.validate(object).unwrap_or_else(|| panic!("no schema for {}", object["kind"]));
    let of_schemas = violations.iter().map(|violation| format!("{} {}", violation.path, violation.problem.message()));
    let linted = rules::linted(std::slice::from_ref(object));
    let of_rules = linted.iter().filter(|diagnostic| OF_THE_SERVER.contains(&diagnostic.rule));
    of_schemas.chain(of_rules.map(|diagnostic| diagnostic.message.clone())).collect()
}
