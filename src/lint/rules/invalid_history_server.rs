//! History servers whose collector cannot work.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-history-server",
    group: Group::Ray,
    summary: "the options of the history server lack what its collector needs",
    severity: Severity::Error,
    page: include_str!("invalid_history_server.md"),
    check: Check::RayCluster(check),
};

/// Variables that the operator sets (KubeRay `utils/validation.go`, v1.7.0).
const RESERVED: [&str; 8] = [
    "POD_IP",
    "FQ_RAY_IP",
    "RAY_CLUSTER_NAME",
    "RAY_CLUSTER_NAMESPACE",
    "RAY_ROLE",
    "OWNER_KIND",
    "OWNER_NAME",
    "EVENTS_PORT",
];

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let Some(options) = cluster.get("/historyServerOptions").filter(|options| options.is_object()) else { return };
    let pointer = "/historyServerOptions/collectorOptions";
    let mut report = |pointer: &str, message: String, help: String| {
        findings.cluster(cluster, pointer, message).add_help(help);
    };
    let Some(collector) = options.get("collectorOptions").filter(|collector| collector.is_object()) else {
        let message = "`historyServerOptions` has no `collectorOptions`".to_owned();
        return report(pointer, message, "write the collector's image and storage".to_owned());
    };
    if collector["image"].as_str().is_none_or(str::is_empty) {
        report(pointer, "the history server's collector has no `image`".to_owned(), "write its image".to_owned());
    }
    let variables = collector["env"].as_array().map_or(&[][..], Vec::as_slice);
    for (index, variable) in variables.iter().enumerate() {
        let name = variable["name"].as_str().unwrap_or_default();
        if RESERVED.contains(&name) {
            let message =
                format!("the history server's collector sets `{name}`, which KubeRay sets itself and refuses");
            report(&format!("{pointer}/env/{index}"), message, "take the variable out".to_owned());
        }
    }
    let has = |name: &str| variables.iter().any(|variable| variable["name"] == name);
    let value = |name: &str| {
        variables.iter().find(|variable| variable["name"] == name).and_then(|variable| variable["value"].as_str())
    };
    let Some(backend) = value("STORAGE_BACKEND").filter(|backend| !backend.is_empty()) else {
        let message = "the history server's collector has no `STORAGE_BACKEND` with a literal value".to_owned();
        return report(pointer, message, "write it into the collector's `env`, such as `S3`".to_owned());
    };
    let needed: &[&str] = match backend.to_ascii_uppercase().as_str() {
        "GCS" => &["GCS_BUCKET"],
        "S3" => &["S3_REGION"],
        "ALIYUNOSS" => &["OSS_BUCKET", "OSS_ENDPOINT", "OSS_REGION"],
        _ => &[],
    };
    for name in needed.iter().filter(|name| !has(name)) {
        let message = format!("the history server's collector stores in {backend}, but has no `{name}`");
        report(pointer, message, format!("write `{name}` into the collector's `env`"));
    }
}
