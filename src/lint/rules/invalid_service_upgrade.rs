//! Upgrades of RayServices that KubeRay refuses.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::RayCluster;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-service-upgrade",
    group: Group::Ray,
    summary: "the upgrade of a RayService is one that KubeRay refuses",
    severity: Severity::Error,
    page: include_str!("invalid_service_upgrade.md"),
    check: Check::Object(&["RayService"], check),
};

/// Types of an upgrade; the last one shifts traffic step by step (KubeRay `utils/validation.go`, v1.7.0).
const TYPES: [&str; 3] = ["NewCluster", "None", "NewClusterWithIncrementalUpgrade"];

fn check(service: &Object<'_>, findings: &mut Findings<'_>) {
    let mut report = |pointer: &str, message: String, help: &str| {
        findings.object(service, pointer, message).add_help(help);
    };
    if let Some(seconds) =
        service.get("/spec/rayClusterDeletionDelaySeconds").and_then(Value::as_i64).filter(|s| *s < 0)
    {
        let message = format!("the old cluster of RayService `{}` is deleted after {seconds} seconds", service.name());
        report("/spec/rayClusterDeletionDelaySeconds", message, "write at least 0");
    }
    let kind = service.text("/spec/upgradeStrategy/type");
    if kind.is_empty() {
        return;
    }
    if !TYPES.contains(&kind) {
        let message =
            format!("RayService `{}` has the upgrade strategy `{kind}`, which KubeRay does not know", service.name());
        return report(
            "/spec/upgradeStrategy/type",
            message,
            "write `NewCluster`, `NewClusterWithIncrementalUpgrade` or `None`",
        );
    }
    if kind != TYPES[2] {
        return;
    }
    if !service.ray_clusters().iter().any(RayCluster::autoscaling) {
        let message =
            format!("RayService `{}` upgrades incrementally, but its cluster does not autoscale", service.name());
        report(
            "/spec/upgradeStrategy/type",
            message,
            "set `enableInTreeAutoscaling` (`autoscaling.enabled = true` in a spec): both clusters grow and shrink meanwhile",
        );
    }
    let pointer = "/spec/upgradeStrategy/clusterUpgradeOptions";
    let Some(options) = service.get(pointer).filter(|options| options.is_object()) else {
        let message =
            format!("RayService `{}` upgrades incrementally, but has no `clusterUpgradeOptions`", service.name());
        return report("/spec/upgradeStrategy/type", message, "write step size, interval and gateway class");
    };
    let surge = options["maxSurgePercent"].as_i64().unwrap_or(100);
    let step = options["stepSizePercent"].as_i64();
    let at = |field: &str| format!("{pointer}/{field}");
    if !(0..=100).contains(&surge) {
        report(&at("maxSurgePercent"), format!("an upgrade cannot surge by {surge} %"), "write 0 to 100");
    }
    if step.is_none_or(|step| !(0..=100).contains(&step) || step > surge) {
        let step = step.map_or_else(|| "nothing".to_owned(), |step| format!("{step} %"));
        report(
            &at("stepSizePercent"),
            format!("an upgrade steps by {step}, where 0 to {surge} % are possible"),
            "write a part of `maxSurgePercent` (`max-surge-percent` in a spec)",
        );
    }
    if options["intervalSeconds"].as_i64().is_none_or(|seconds| seconds <= 0) {
        report(
            &at("intervalSeconds"),
            "an upgrade has no interval between its steps".to_owned(),
            "write a number of seconds above 0",
        );
    }
    if options["gatewayClassName"].as_str().is_none_or(str::is_empty) {
        report(
            &at("gatewayClassName"),
            "an upgrade has no gateway class to shift traffic with".to_owned(),
            "name a GatewayClass",
        );
    }
}
