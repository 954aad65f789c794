//! A quota that the team's workloads exceed from the start.

use crate::diagnostic::Severity;
use crate::lint::quota::{Size, clusters, demand, hard, place, quotas, shown};
use crate::lint::{Check, Findings, Group, Object, RayCluster, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "insufficient-quota",
    group: Group::Policy,
    summary: "a Namespace's ResourceQuota is too small for the least that its workloads need",
    severity: Severity::Error,
    page: include_str!("insufficient_quota.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if quotas(subject).next().is_none() {
        return;
    }
    let clusters = clusters(subject);
    for quota in quotas(subject) {
        let own = clusters.get(&place(quota)).map_or(&[][..], Vec::as_slice);
        let of_kinds = |kinds: &[&str]| -> Vec<RayCluster<'_>> {
            own.iter().filter(|cluster| kinds.contains(&cluster.object.kind())).copied().collect()
        };
        let mut reported = Vec::new();
        for (resource, pointer, most) in hard(quota) {
            // Requests and limits of one key of the spec are one problem.
            if reported.contains(&quota.span(&pointer)) && quota.manifest().is_some() {
                continue;
            }
            let jobs = of_kinds(&["RayJob", "RayCronJob"]).into_iter().map(|job| vec![job]);
            for together in std::iter::once(of_kinds(&["RayCluster", "RayService"])).chain(jobs) {
                let amounts: Vec<(f64, RayCluster<'_>)> = together
                    .into_iter()
                    .filter_map(|cluster| Some((demand(&cluster, resource, Size::Least)?, cluster)))
                    .filter(|(amount, _)| *amount > 0.0)
                    .collect();
                let sum: f64 = amounts.iter().map(|(amount, _)| amount).sum();
                if crate::lint::quantity::exceeds(sum, most) {
                    report(quota, resource, &pointer, most, &amounts, findings);
                    reported.push(quota.span(&pointer));
                }
            }
        }
    }
}

fn report(
    quota: &Object<'_>,
    resource: &str,
    pointer: &str,
    most: f64,
    amounts: &[(f64, RayCluster<'_>)],
    findings: &mut Findings<'_>,
) {
    let sum: f64 = amounts.iter().map(|(amount, _)| amount).sum();
    let names: Vec<String> = amounts.iter().map(|(_, cluster)| format!("`{}`", cluster.object.name())).collect();
    let message = format!(
        "the quota of Namespace `{}` has {} of `{resource}`, but {} {} {} at the least",
        quota.namespace(),
        shown(resource, most),
        names.join(" and "),
        if names.len() == 1 { "needs" } else { "need" },
        shown(resource, sum)
    );
    let diagnostic = findings.object(quota, pointer, message);
    for (amount, cluster) in amounts {
        diagnostic.add_label(cluster.object.span(""), format!("{} of it", shown(resource, *amount)));
    }
    diagnostic.add_help(format!("raise it to {} or more, or lower `min`", shown(resource, sum)));
}
