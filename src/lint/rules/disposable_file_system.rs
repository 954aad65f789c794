//! File systems that go with their claim.

use crate::diagnostic::Severity;
use crate::lint::storage::{FSX, is_fsx_class};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "disposable-file-system",
    group: Group::Storage,
    summary: "an FSx for Lustre file system is deleted with its claim",
    severity: Severity::Warning,
    page: include_str!("disposable_file_system.md"),
    check: Check::Object(&["PersistentVolume", "StorageClass"], check),
};

fn check(object: &Object<'_>, findings: &mut Findings<'_>) {
    let (pointer, default) = match object.kind() {
        "StorageClass" if is_fsx_class(object) => ("/reclaimPolicy", "Delete"),
        "PersistentVolume" if object.text("/spec/csi/driver") == FSX => {
            ("/spec/persistentVolumeReclaimPolicy", "Retain")
        }
        _ => return,
    };
    let policy = Some(object.text(pointer)).filter(|policy| !policy.is_empty()).unwrap_or(default);
    if policy != "Retain" {
        let message = format!(
            "{} `{}` has reclaim policy `{policy}`: the file system does not outlive its claim",
            object.kind(),
            object.name()
        );
        findings.object(object, pointer, message).add_help("write `Retain`");
    }
}
