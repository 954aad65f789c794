//! One file system behind two volumes.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::lint::storage::FSX;
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "shared-file-system",
    group: Group::Storage,
    summary: "two namespaces mount one FSx for Lustre file system",
    severity: Severity::Warning,
    page: include_str!("shared_file_system.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let mut seen: BTreeMap<(&str, &str), &Object<'_>> = BTreeMap::new();
    for volume in subject.of_kind("PersistentVolume").filter(|volume| volume.text("/spec/csi/driver") == FSX) {
        let id = volume.text("/spec/csi/volumeHandle");
        let Some(other) = seen.insert((volume.environment_name, id), volume) else { continue };
        let message = format!(
            "file system `{id}` is behind volume `{}` of namespace `{}` and volume `{}` of namespace `{}`",
            other.name(),
            namespace(other),
            volume.name(),
            namespace(volume)
        );
        findings
            .object(volume, "/spec/csi/volumeHandle", message)
            .add_help(
                "give each team a file system, or accept with a reason that each can read and delete the other's files",
            )
            .add_label(other.span("/spec/csi/volumeHandle"), "the other one");
    }
}

fn namespace<'a>(volume: &Object<'a>) -> &'a str {
    volume.text("/spec/claimRef/namespace")
}
