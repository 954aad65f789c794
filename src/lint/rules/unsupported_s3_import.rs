//! Links to S3 that FSx for Lustre does not make.

use crate::diagnostic::Severity;
use crate::lint::storage::{deployment_type, is_fsx_class, parameter};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unsupported-s3-import",
    group: Group::Storage,
    summary: "a StorageClass links its file system to S3 in a way that FSx does not support",
    severity: Severity::Error,
    page: include_str!("unsupported_s3_import.md"),
    check: Check::Object(&["StorageClass"], check),
};

const PARAMETERS: [&str; 3] = ["s3ImportPath", "s3ExportPath", "autoImportPolicy"];

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    if !is_fsx_class(class) {
        return;
    }
    let given = |name: &&str| !parameter(class, name).is_empty();
    if deployment_type(class) == "PERSISTENT_2" {
        for name in PARAMETERS.iter().filter(|name| given(name)) {
            let message = format!("`PERSISTENT_2` file systems take no `{name}`");
            findings.object(class, &format!("/parameters/{name}"), message).add_help(
                "make a data repository association for the file system, or choose `SCRATCH_2` or `PERSISTENT_1`",
            );
        }
        return;
    }
    let import = parameter(class, "s3ImportPath");
    if import.is_empty() {
        for name in PARAMETERS.iter().filter(|name| given(name)) {
            let message = format!("`{name}` is set, but there is no `s3ImportPath`");
            findings
                .object(class, &format!("/parameters/{name}"), message)
                .add_help("name the bucket in `s3-import-path` too");
        }
        return;
    }
    let export = parameter(class, "s3ExportPath");
    if !export.is_empty() && bucket(export) != bucket(import) {
        let message =
            format!("the file system exports to bucket `{}`, but imports from `{}`", bucket(export), bucket(import));
        findings.object(class, "/parameters/s3ExportPath", message).add_help("export to the bucket of the import");
    }
}

fn bucket(path: &str) -> &str {
    let rest = path.strip_prefix("s3://").unwrap_or(path);
    rest.split('/').next().unwrap_or(rest)
}
