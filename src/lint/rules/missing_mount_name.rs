//! File systems without a mount name.

use crate::diagnostic::Severity;
use crate::lint::storage::FSX;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-mount-name",
    group: Group::Storage,
    summary: "a volume does not say the mount name of its FSx for Lustre file system",
    severity: Severity::Error,
    page: include_str!("missing_mount_name.md"),
    check: Check::Object(&["PersistentVolume"], check),
};

fn check(volume: &Object<'_>, findings: &mut Findings<'_>) {
    if volume.text("/spec/csi/driver") == FSX && volume.text("/spec/csi/volumeAttributes/mountname").is_empty() {
        let message = format!(
            "volume `{}` of file system `{}` has no mount name",
            volume.name(),
            volume.text("/spec/csi/volumeHandle")
        );
        findings
            .object(volume, "/spec/csi/volumeAttributes/mountname", message)
            .add_help("write `mount-name` beside the id: `aws fsx describe-file-systems` shows it as `MountName`");
    }
}
