//! File systems of an old Lustre.

use crate::diagnostic::Severity;
use crate::lint::storage::{is_fsx_class, parameter};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "missing-file-system-version",
    group: Group::Storage,
    summary: "a StorageClass leaves the version of Lustre to FSx, which takes an old one",
    severity: Severity::Warning,
    page: include_str!("missing_file_system_version.md"),
    check: Check::Object(&["StorageClass"], check),
};

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    if is_fsx_class(class) && parameter(class, "fileSystemTypeVersion").is_empty() {
        let message = format!("StorageClass `{}` does not say which version of Lustre it wants", class.name());
        findings
            .object(class, "/parameters", message)
            .add_help("write `file-system-type-version = \"2.15\"` (`fileSystemTypeVersion`)");
    }
}
