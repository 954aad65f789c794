//! Versions of Lustre that a deployment type does not have.

use crate::diagnostic::Severity;
use crate::lint::storage::{deployment_type, is_fsx_class, parameter};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unsupported-file-system-version",
    group: Group::Storage,
    summary: "a StorageClass asks for a version of Lustre that its deployment type does not have",
    severity: Severity::Error,
    page: include_str!("unsupported_file_system_version.md"),
    check: Check::Object(&["StorageClass"], check),
};

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    let version = parameter(class, "fileSystemTypeVersion");
    if !is_fsx_class(class) || version.is_empty() {
        return;
    }
    let kind = deployment_type(class);
    let problem = match version {
        "2.10" if kind == "PERSISTENT_2" => format!("`{kind}` file systems have no Lustre 2.10"),
        "2.12" if !parameter(class, "metadataConfigurationMode").is_empty() => {
            "file systems with a metadata configuration have no Lustre 2.12".to_owned()
        }
        "2.10" | "2.12" | "2.15" => return,
        _ => format!("FSx has no Lustre {version}"),
    };
    findings
        .object(class, "/parameters/fileSystemTypeVersion", problem)
        .add_help("write `2.15`, which all deployment types have");
}
