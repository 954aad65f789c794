//! Jobs that Git would run again and again.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "self-deleting-job",
    group: Group::Ray,
    summary: "a RayJob deletes itself, and Git makes it anew",
    severity: Severity::Warning,
    page: include_str!("self_deleting_job.md"),
    check: Check::Object(&["RayJob"], check),
};

fn check(job: &Object<'_>, findings: &mut Findings<'_>) {
    let rules = job.get("/spec/deletionStrategy/deletionRules").and_then(Value::as_array);
    let rules = rules.into_iter().flatten().enumerate().map(|(index, rule)| (format!("deletionRules/{index}"), rule));
    let legacy = ["onSuccess", "onFailure"]
        .into_iter()
        .filter_map(|field| Some((field.to_owned(), job.get(&format!("/spec/deletionStrategy/{field}"))?)));
    for (place, _) in rules.chain(legacy).filter(|(_, rule)| rule["policy"] == "DeleteSelf") {
        let message =
            format!("RayJob `{}` deletes itself at its end: GitOps makes it anew, and it runs again", job.name());
        findings
            .object(job, &format!("/spec/deletionStrategy/{place}/policy"), message)
            .add_help("use `DeleteCluster`, which keeps the finished job");
    }
}
