//! Throughputs that FSx for Lustre does not offer.

use crate::diagnostic::Severity;
use crate::lint::storage::{deployment_type, is_fsx_class, is_persistent, parameter};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-fsx-throughput",
    group: Group::Storage,
    summary: "a StorageClass has a throughput that its deployment type does not offer",
    severity: Severity::Error,
    page: include_str!("invalid_fsx_throughput.md"),
    check: Check::Object(&["StorageClass"], check),
};

const THROUGHPUT: &str = "perUnitStorageThroughput";

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    if !is_fsx_class(class) {
        return;
    }
    let (kind, given) = (deployment_type(class), parameter(class, THROUGHPUT));
    let pointer = format!("/parameters/{THROUGHPUT}");
    let Some(offered) = offered(kind, parameter(class, "storageType")) else {
        if !given.is_empty() && !is_persistent(class) {
            let message = format!("`{kind}` file systems have one throughput, but {given} MB/s per TiB is asked for");
            findings
                .object(class, &pointer, message)
                .add_help("take it out, or choose `PERSISTENT_1` or `PERSISTENT_2`");
        }
        return;
    };
    if !offered.contains(&given) {
        let asked = if given.is_empty() { "none".to_owned() } else { format!("{given} MB/s per TiB") };
        let message = format!("`{kind}` file systems need a throughput, but {asked} is asked for");
        let message = if given.is_empty() { message } else { format!("`{kind}` file systems do not offer {asked}") };
        findings.object(class, &pointer, message).add_help(format!("write one of {}", offered.join(", ")));
    }
}

/// MB/s per TiB (FSx API, `PerUnitStorageThroughput`).
fn offered(kind: &str, disks: &str) -> Option<&'static [&'static str]> {
    match (kind, disks) {
        ("PERSISTENT_1", "HDD") => Some(&["12", "40"]),
        ("PERSISTENT_1", _) => Some(&["50", "100", "200"]),
        ("PERSISTENT_2", _) => Some(&["125", "250", "500", "1000"]),
        _ => None,
    }
}
