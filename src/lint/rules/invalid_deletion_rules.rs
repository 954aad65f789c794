//! Deletion rules that KubeRay refuses.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::RayCluster;
use crate::lint::{Check, Findings, Group, RayJob, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-deletion-rules",
    group: Group::Ray,
    summary: "the deletion rules of a RayJob contradict themselves",
    severity: Severity::Error,
    page: include_str!("invalid_deletion_rules.md"),
    check: Check::RayJob(check),
};

/// What is deleted goes from the smaller to the greater (KubeRay `utils/validation.go`, v1.7.0).
const ORDER: [&str; 3] = ["DeleteWorkers", "DeleteCluster", "DeleteSelf"];

fn check(job: &RayJob<'_>, findings: &mut Findings<'_>) {
    let Some(strategy) = job.get("/deletionStrategy").filter(|strategy| strategy.is_object()) else { return };
    let (shutdown, selected) = (job.shuts_down(), job.selects());
    let autoscaling = job.object.ray_clusters().iter().any(RayCluster::autoscaling);
    let mut report = |pointer: &str, message: String, help: &str| {
        findings.job(job, pointer, message).add_help(help);
    };
    let mut policies: Vec<(String, &str)> = Vec::new();
    for field in ["onSuccess", "onFailure"] {
        let Some(legacy) = strategy.get(field).filter(|legacy| legacy.is_object()) else { continue };
        let pointer = format!("/deletionStrategy/{field}");
        let Some(policy) = legacy["policy"].as_str() else {
            report(&pointer, format!("`{field}` of {} has no policy", job.what()), "write a `policy`");
            continue;
        };
        if policy == "DeleteNone" && shutdown {
            let message = format!("{} shuts its cluster down at its end, but `{field}` keeps everything", job.what());
            report(&pointer, message, "take `shutdownAfterJobFinishes` out, or use `DeleteCluster`");
        }
        policies.push((pointer, policy));
    }
    let rules = strategy["deletionRules"].as_array().map_or(&[][..], Vec::as_slice);
    if shutdown && !rules.is_empty() {
        let message = format!("{} has both deletion rules and `shutdownAfterJobFinishes`", job.what());
        report("/shutdownAfterJobFinishes", message, "take it out: the rule `DeleteCluster` does the same");
    }
    let mut ends: BTreeMap<(String, &str), i64> = BTreeMap::new();
    for (index, rule) in rules.iter().enumerate() {
        let pointer = format!("/deletionStrategy/deletionRules/{index}");
        let Some(policy) = rule["policy"].as_str() else { continue };
        let condition = &rule["condition"];
        let end = [&condition["jobStatus"], &condition["jobDeploymentStatus"]].into_iter().find_map(Value::as_str);
        let seconds = condition["ttlSeconds"].as_i64().unwrap_or(0);
        let key = (end.unwrap_or_default().to_owned(), policy);
        if ends.insert(key, seconds).is_some() {
            let end = end.unwrap_or_default();
            report(&pointer, format!("{} has two rules `{policy}` for `{end}`", job.what()), "keep one of them");
        }
        policies.push((pointer, policy));
    }
    for (pointer, policy) in &policies {
        if selected && matches!(*policy, "DeleteCluster" | "DeleteWorkers") {
            let message = format!("{} runs on a selected cluster, which is not its own to delete", job.what());
            report(pointer, message, "use `DeleteNone` or `DeleteSelf`");
        } else if autoscaling && *policy == "DeleteWorkers" {
            let message = format!("{} deletes its workers at its end, but its cluster autoscales", job.what());
            report(pointer, message, "use `DeleteCluster`");
        }
    }
    for ((end, earlier), seconds) in &ends {
        let later = ORDER.iter().skip_while(|policy| *policy != earlier).skip(1);
        for later in later {
            if let Some(sooner) = ends.get(&(end.clone(), *later)).filter(|sooner| *sooner < seconds) {
                let message = format!(
                    "{}: `{later}` comes {sooner} seconds after `{end}`, before `{earlier}` at {seconds} seconds",
                    job.what()
                );
                report(
                    "/deletionStrategy/deletionRules",
                    message,
                    "delete workers first, then the cluster, then the job",
                );
            }
        }
    }
}
