//! What `lint --manifests` says of manifests, against what a real cluster said of them: kube-apiserver, KubeRay's
//! validators and Karpenter's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use raygen::check::check_objects;
use raygen::diagnostic::{Diagnostic, Severity};
use raygen::json::Value;
use raygen::lint::{self, Check};
use raygen::objects;
use raygen::schema::{Releases, Validators};
use serde::Deserialize;

use crate::shared;

/// Rules that say what the API server checks in a pod and the schemas do not.
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

/// Rules that are stricter than the operators' validators, for they know what goes wrong after them.
const STRICTER: [(&str, &str); 18] = [
    ("contradictory-requirements", "no instance fulfils all requirements, which Karpenter finds when it launches one"),
    ("empty-selector-term", "an empty filter selects every subnet or group of the account (provider `subnet.go`)"),
    ("invalid-budget", "Karpenter logs it and lets no node be disrupted; KubeRay's and Karpenter's core do not look"),
    ("invalid-capacity-type", "Karpenter accepts the list for its other value and never uses this one"),
    ("invalid-submission-mode", "the operator fails the job at run time"),
    ("invalid-user-data", "the AMI family does not read it; the provider's rules were not asked"),
    ("missing-dashboard-port", "the job's submitter finds no port 8265"),
    ("missing-entrypoint", "the operator submits an empty command, which fails"),
    ("mixed-ray-versions", "nodes of another version cannot join"),
    ("modeless-auth", "the Secret is made and no pod uses it"),
    ("nested-upgrade-strategy", "accepted, and dies at run time"),
    ("restricted-label", "the provider restricts it (`labels.go`); only Karpenter's core was asked"),
    ("serve-config-without-port", "no Serve Service is made"),
    ("small-head", "the head is killed for its memory"),
    ("unauthenticated-dashboard", "anyone can run code"),
    ("unsupported-ray-version", "Ray below 2.38 does not know what KubeRay calls"),
    ("wrong-root-device", "the provider dereferences what is not there, or nodes keep 20Gi of disk"),
    ("invalid-manifest", "the two Ingresses whose list of rules holds null"),
];

/// Records that the operator's validators judged differently from the same defect in all other records.
const NOT_JUDGED: [(&str, &str); 5] = [
    ("00036", "a variant of an original that was never shown to the operator"),
    ("01208", "a variant of an original that was never shown to the operator"),
    ("01329", "a variant of an original that was never shown to the operator"),
    ("02338", "a variant of an original that was never shown to the operator"),
    ("03601", "a variant of an original that was never shown to the operator"),
];

/// Disagreements with the API server that stay, each with its reason.
const WITH_THE_SERVER: [(&str, &str); 2] = [
    ("02143", "an Ingress with `rules: [null]`, which the server takes for one empty rule"),
    ("02694", "an Ingress with `rules: [null]`, which the server takes for one empty rule"),
];

#[derive(Deserialize)]
struct Record {
    id: String,
    kind: String,
    change: String,
    yaml: String,
    server: String,
    server_message: String,
    operator: String,
    operator_message: String,
}

/// Verdicts of one kind or change: ours against the cluster's.
#[derive(Default)]
struct Confusion {
    both_accept: usize,
    both_reject: usize,
    false_alarm: usize,
    missed: usize,
}

impl Confusion {
    fn add(&mut self, theirs: bool, ours: bool) {
        *match (theirs, ours) {
            (true, true) => &mut self.both_accept,
            (false, false) => &mut self.both_reject,
            (true, false) => &mut self.false_alarm,
            (false, true) => &mut self.missed,
        } += 1;
    }

    fn agreeing(&self) -> usize {
        self.both_accept + self.both_reject
    }

    fn total(&self) -> usize {
        self.agreeing() + self.false_alarm + self.missed
    }
}

fn share(part: usize, whole: usize) -> f64 {
    let exact = |count: usize| f64::from(u32::try_from(count).expect("a few thousand records"));
    100.0 * exact(part) / exact(whole.max(1))
}

/// Prints one line a kind or change.
fn print(title: &str, table: &BTreeMap<String, Confusion>) {
    println!("{title:32}  agree    ok   bad  false alarm  missed");
    for (name, confusion) in table {
        println!(
            "{name:32} {:5.1}% {:5} {:5} {:12} {:7}",
            share(confusion.agreeing(), confusion.total()),
            confusion.both_accept,
            confusion.both_reject,
            confusion.false_alarm,
            confusion.missed
        );
    }
}

/// The records, each with what is said of it alone.
fn judged() -> Option<Vec<(Record, Vec<Diagnostic>)>> {
    let path = shared("truth/verdicts.jsonl")?;
    let text = fs::read_to_string(path).expect("the records are readable");
    let records: Vec<Record> = text.lines().map(|line| serde_json::from_str(line).expect("a record is JSON")).collect();
    let read = objects::from_texts(records.iter().map(|record| (record.id.as_str(), record.yaml.as_str())));
    assert_eq!(read.objects.len(), records.len(), "each record is one object");
    let mut by_record: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
    for diagnostic in check_objects(&read, &Releases::newest(), None).checked.diagnostics {
        let file = diagnostic.span.expect("what is wrong with a manifest has a place").file;
        // Records do not belong together, so what is said across objects means nothing.
        let across = |rule: &lint::Rule| matches!(rule.check, Check::Everything(_)) || rule.name == "duplicate-host";
        let alone = lint::rule(diagnostic.rule).is_some_and(|rule| !across(rule));
        if alone {
            by_record.entry(read.sources.get(file).path.clone()).or_default().push(diagnostic);
        }
    }
    let with = |record: Record| {
        let found = by_record.remove(&record.id).unwrap_or_default();
        (record, found)
    };
    Some(records.into_iter().map(with).collect())
}

/// Whether it is for the API server to refuse the object for this.
fn is_of_server(diagnostic: &Diagnostic) -> bool {
    let of_stage = lint::rule(diagnostic.rule).is_some_and(|rule| matches!(rule.check, Check::Stage));
    of_stage || OF_THE_SERVER.contains(&diagnostic.rule)
}

fn listed(list: &[(&'static str, &str)], id: &str) -> Option<&'static str> {
    list.iter().map(|(entry, _)| *entry).find(|entry| id.starts_with(entry))
}

#[test]
fn schemas_and_pod_rules_agree_with_the_api_server() {
    let Some(judged) = judged() else { return };
    let (mut kinds, mut changes) = (BTreeMap::<_, Confusion>::new(), BTreeMap::<_, Confusion>::new());
    let mut custom = Confusion::default();
    let (mut alarms_on_originals, mut unlisted, mut met) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (record, found) in &judged {
        let found: Vec<&Diagnostic> = found.iter().filter(|diagnostic| is_of_server(diagnostic)).collect();
        let (theirs, ours) = (record.server == "accept", found.is_empty());
        kinds.entry(record.kind.clone()).or_default().add(theirs, ours);
        changes.entry(record.change.clone()).or_default().add(theirs, ours);
        if record.kind != "Ingress" {
            custom.add(theirs, ours);
        }
        if theirs == ours {
            continue;
        }
        let messages: Vec<&str> = found.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
        let what = format!("{} ({}): {}{}", record.id, record.change, record.server_message, messages.join("; "));
        if record.change == "none" && theirs {
            alarms_on_originals.push(what.clone());
        }
        match listed(&WITH_THE_SERVER, &record.id) {
            Some(entry) => {
                met.insert(entry);
            }
            None => unlisted.push(what),
        }
    }
    print("kind", &kinds);
    print("change", &changes);
    let agreement = share(custom.agreeing(), custom.total());
    println!("custom resources: {agreement:.2} % of {}", custom.total());
    assert!(alarms_on_originals.is_empty(), "false alarms on accepted originals: {alarms_on_originals:#?}");
    assert!(agreement >= 99.5, "{agreement:.2} % of the custom resources");
    assert!(unlisted.is_empty(), "disagreements without a reason: {unlisted:#?}");
    assert_eq!(met.len(), WITH_THE_SERVER.len(), "a listed disagreement is none any more");
}

#[test]
fn errors_catch_what_the_operators_reject_and_the_server_accepts() {
    let Some(judged) = judged() else { return };
    let (mut kinds, mut changes) = (BTreeMap::<_, Confusion>::new(), BTreeMap::<_, Confusion>::new());
    let (mut rejected, mut caught, mut unlisted) = (0, 0, Vec::new());
    for (record, found) in &judged {
        if record.server != "accept" || listed(&NOT_JUDGED, &record.id).is_some() {
            continue;
        }
        let is_stricter = |rule: &str| STRICTER.iter().any(|(stricter, _)| *stricter == rule);
        let errors: Vec<&Diagnostic> =
            found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).collect();
        let theirs = record.operator == "accept";
        let ours = if theirs { errors.iter().all(|error| is_stricter(error.rule)) } else { errors.is_empty() };
        // Originals were never shown to the operators, so they always accept them.
        if record.change != "none" {
            kinds.entry(record.kind.clone()).or_default().add(theirs, ours);
            changes.entry(record.change.clone()).or_default().add(theirs, ours);
        }
        if !theirs {
            rejected += 1;
            caught += usize::from(!ours);
        }
        if theirs != ours && record.change != "none" {
            let messages: Vec<String> =
                errors.iter().map(|error| format!("{}: {}", error.rule, error.message)).collect();
            unlisted.push(format!(
                "{} ({}): {}{}",
                record.id,
                record.change,
                record.operator_message,
                messages.join("; ")
            ));
        }
    }
    print("kind", &kinds);
    print("change", &changes);
    println!("{caught} of {rejected} rejections of the operators are errors");
    assert!(share(caught, rejected) >= 99.0, "{caught} of {rejected}: {unlisted:#?}");
    assert!(unlisted.is_empty(), "disagreements without a reason: {unlisted:#?}");
}

/// A run compiles of each schema what its objects use; that must never show.
#[test]
fn schemas_as_narrow_as_the_objects_judge_like_whole_ones() {
    let Some(path) = shared("truth/verdicts.jsonl") else { return };
    let text = fs::read_to_string(path).expect("the records are readable");
    let objects: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str::<Record>(line).expect("a record is JSON"))
        .map(|record| serde_yaml::from_str(&record.yaml).expect("a record holds YAML"))
        .collect();
    let validators = Validators::new(&Releases::newest());
    let mut wrong = 0;
    for some in objects.chunks(50) {
        let prepared = Validators::prepare(some.iter().map(|object| (&validators, object)));
        for object in some {
            let violations = validators.validate(object);
            assert_eq!(validators.validate_prepared(&prepared, object), violations);
            wrong += usize::from(violations.is_some_and(|violations| !violations.is_empty()));
        }
    }
    assert!(wrong > 1_000, "{wrong} of {} objects are wrong", objects.len());
}
