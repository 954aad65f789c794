//! Parameters that the FSx driver or the FSx API does not take.

use crate::diagnostic::{Severity, did_you_mean};
use crate::lint::karpenter::{entries, token};
use crate::lint::storage::{deployment_type, is_fsx_class, is_persistent, parameter};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-fsx-parameter",
    group: Group::Storage,
    summary: "a StorageClass has a parameter that the FSx for Lustre driver or FSx does not take",
    severity: Severity::Error,
    page: include_str!("invalid_fsx_parameter.md"),
    check: Check::Object(&["StorageClass"], check),
};

/// What the driver reads (aws-fsx-csi-driver `pkg/driver/controller.go`, v1.9.0). It passes over all else in silence.
const KNOWN: [&str; 20] = [
    "autoImportPolicy",
    "automaticBackupRetentionDays",
    "copyTagsToBackups",
    "dailyAutomaticBackupStartTime",
    "dataCompressionType",
    "deploymentType",
    "driveCacheType",
    "efaEnabled",
    "extraTags",
    "fileSystemTypeVersion",
    "kmsKeyId",
    "metadataConfigurationMode",
    "metadataIops",
    "perUnitStorageThroughput",
    "s3ExportPath",
    "s3ImportPath",
    "securityGroupIds",
    "storageType",
    "subnetId",
    "weeklyMaintenanceStartTime",
];

/// Parameters of the persistent types alone (FSx API, `CreateFileSystemLustreConfiguration`).
const OF_PERSISTENT: [&str; 4] =
    ["automaticBackupRetentionDays", "copyTagsToBackups", "dailyAutomaticBackupStartTime", "kmsKeyId"];

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    if !is_fsx_class(class) {
        return;
    }
    for (name, _) in entries(class, "/parameters") {
        if !KNOWN.contains(&name) && !name.starts_with("csi.storage.k8s.io/") {
            let message = format!("the FSx for Lustre driver has no parameter `{name}`");
            let diagnostic = findings.object(class, &format!("/parameters/{}", token(name)), message);
            diagnostic.add_help(match did_you_mean(name, KNOWN) {
                Some(close) => format!("did you mean `{close}`?"),
                None => "take it out: the driver passes over it in silence".to_owned(),
            });
        }
    }
    for (name, problem, help) in problems(class) {
        findings.object(class, &format!("/parameters/{name}"), problem).add_help(help);
    }
}

/// Parameter, problem and remedy.
fn problems(class: &Object<'_>) -> Vec<(&'static str, String, String)> {
    let given = |name: &str| !parameter(class, name).is_empty();
    let is = |name: &str, value: &str| parameter(class, name) == value;
    let kind = deployment_type(class);
    let mut found = Vec::new();
    let mut add = |name, problem: String, help: &str| found.push((name, problem, help.to_owned()));
    let subnet = parameter(class, "subnetId");
    if subnet.is_empty() || subnet.contains(',') {
        let message = format!("a file system is in one subnet, but `subnetId` is `{subnet}`");
        add("subnetId", message, "name the one subnet of the zone where the nodes are");
    }
    if is("storageType", "HDD") {
        if kind != "PERSISTENT_1" {
            add("storageType", format!("`{kind}` file systems have no HDD"), "choose `PERSISTENT_1` or SSD");
        } else if !given("driveCacheType") {
            let message = "HDD file systems must say whether they have a cache".to_owned();
            add("storageType", message, "write `driveCacheType`: `READ` or `NONE`");
        }
    } else if given("driveCacheType") {
        add("driveCacheType", "file systems on SSD have no drive cache".to_owned(), "take it out, or choose HDD");
    }
    if !is_persistent(class) {
        for name in OF_PERSISTENT.into_iter().filter(|name| given(name)) {
            let message = format!("`{kind}` file systems take no `{name}`");
            add(name, message, "choose `PERSISTENT_1` or `PERSISTENT_2`, or take it out");
        }
    }
    let mode = parameter(class, "metadataConfigurationMode");
    if !mode.is_empty() && kind != "PERSISTENT_2" {
        let message = format!("`{kind}` file systems have no metadata configuration");
        add("metadataConfigurationMode", message, "choose `PERSISTENT_2`, or take it out");
    }
    if given("metadataIops") != (mode == "USER_PROVISIONED") {
        let message = "`metadataIops` and the mode `USER_PROVISIONED` need each other".to_owned();
        let name = if mode.is_empty() { "metadataIops" } else { "metadataConfigurationMode" };
        add(name, message, "write both, or neither");
    }
    if is("efaEnabled", "true") && (kind != "PERSISTENT_2" || mode.is_empty()) {
        let message = "only `PERSISTENT_2` file systems with a metadata configuration have EFA".to_owned();
        add("efaEnabled", message, "choose `PERSISTENT_2` and write `metadataConfigurationMode = AUTOMATIC`");
    }
    found
}
