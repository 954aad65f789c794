//! Limits that stop scaling before the group is as large as it may be.

use crate::diagnostic::Severity;
use crate::fit::{GroupFit, Limited, Placement, Pool, Resource, Stop, amount, stop};
use crate::json::Value;
use crate::lint::capacity::{limits, listed, needed};
use crate::lint::karpenter::token;
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "insufficient-pool-limits",
    group: Group::Capacity,
    summary: "a pool's limits stop scaling before its groups are as large as they may be",
    severity: Severity::Error,
    page: include_str!("insufficient_pool_limits.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let fits = subject.fits();
    let mut on_pools: Vec<Vec<(&GroupFit<'_>, &Placement)>> = vec![Vec::new(); fits.pools.len()];
    for group in fits.groups.iter().filter(|group| group.named) {
        // A pod that may go to several pools is stopped by none of them alone.
        if let [(index, placement)] = group.placements.as_slice() {
            on_pools[*index].push((group, placement));
        }
    }
    for (pool, groups) in fits.pools.iter().zip(on_pools) {
        let limits = read(&pool.object);
        match groups.as_slice() {
            _ if limits.is_empty() => {}
            [(group, placement)] => alone(pool, group, placement, &limits, findings),
            several => together(pool, several, &limits, findings),
        }
    }
}

/// The limits that Karpenter counts.
fn read(pool: &Object<'_>) -> Vec<(Limited, u64)> {
    let karpenter = &pool.releases.karpenter;
    let counts_nodes = (karpenter.major, karpenter.minor) >= (1, 11);
    limits(pool)
        .filter_map(|(name, value)| match Resource::of_name(name) {
            Some(resource) => Some((Limited::Capacity(resource), amount(resource, value)?)),
            None if name == "nodes" && counts_nodes => Some((Limited::Nodes, amount(Resource::Pods, value)?)),
            None => None,
        })
        .collect()
}

fn key(limited: Limited) -> &'static str {
    match limited {
        Limited::Capacity(resource) => resource.name(),
        Limited::Nodes => "nodes",
    }
}

fn shown(limited: Limited, amount: u64) -> String {
    match limited {
        Limited::Capacity(resource) => needed(resource, amount),
        Limited::Nodes => format!("{amount} nodes"),
    }
}

/// Pods that may run at once for each that the group counts, in percent: a service's next cluster starts beside the
/// present one (KubeRay `rayservice_controller.go`, v1.7).
fn surge(object: &Object<'_>) -> u64 {
    match (object.kind(), object.text("/spec/upgradeStrategy/type")) {
        ("RayService", "None") => 100,
        ("RayService", "NewClusterWithIncrementalUpgrade") => {
            let percent = object.get("/spec/upgradeStrategy/clusterUpgradeOptions/maxSurgePercent");
            100 + percent.and_then(Value::as_u64).unwrap_or(100)
        }
        ("RayService" | "RayCronJob", _) => 200,
        _ => 100,
    }
}

fn alone(
    pool: &Pool<'_>,
    group: &GroupFit<'_>,
    placement: &Placement,
    limits: &[(Limited, u64)],
    findings: &mut Findings<'_>,
) {
    let (least, most) = group.pods;
    let with_surge = most.saturating_mul(surge(&group.cluster.object)).div_ceil(100);
    let Some(Stop { limited, pod, needed }) = stop(placement, limits, with_surge) else { return };
    let limit = limits.iter().find(|(each, _)| *each == limited).map_or(0, |(_, limit)| *limit);
    let (what, name) = (group.pod.what(), group.cluster.object.name());
    let stops = if pod == 1 {
        format!("not even the first pod of {what} of `{name}` starts")
    } else if pod > most {
        format!("an upgrade, which runs {with_surge} pods of {what} of `{name}` at once, stops at pod {pod}")
    } else {
        format!("{what} of `{name}` stops scaling at pod {pod} of {most}")
    };
    let message = format!(
        "{stops}: NodePool `{}` may have {}, and the nodes for all have {}",
        pool.object.name(),
        shown(limited, limit),
        shown(limited, needed)
    );
    let pointer = format!("/spec/limits/{}", token(key(limited)));
    let found = findings.object(&pool.object, &pointer, message);
    if group.pod.role == "worker" {
        let max = group.pod.pointer.replace("/template", "/maxReplicas");
        found.add_label(group.pod.object.span(&max), format!("up to {most} pods"));
    }
    // The work still starts, if on fewer nodes than it might.
    if pod > least.max(1) {
        found.severity = Severity::Warning;
    }
    let lower =
        if pod > 1 && pod <= most { format!(", or lower `max` to what {} pods need", pod - 1) } else { String::new() };
    found.add_help(format!(
        "raise it to {} or more (Karpenter counts whole nodes, and the largest candidate until it knows which it got){lower}",
        shown(limited, needed)
    ));
}

/// Groups that share a pool: a platform may mean its limit to be less than all of them could use, but what always runs
/// must fit.
fn together(
    pool: &Pool<'_>,
    groups: &[(&GroupFit<'_>, &Placement)],
    limits: &[(Limited, u64)],
    findings: &mut Findings<'_>,
) {
    let stopped: Vec<Limited> =
        groups.iter().filter_map(|(group, placement)| least(pool, group, placement, limits, findings)).collect();
    for (limited, limit) in limits.iter().filter(|(limited, _)| !stopped.contains(limited)) {
        let Limited::Capacity(resource) = limited else { continue };
        let of =
            |(group, _): &(&GroupFit<'_>, &Placement)| group.need.resources.get(*resource).saturating_mul(group.pods.0);
        let sum = groups.iter().map(of).fold(0, u64::saturating_add);
        if sum <= *limit {
            continue;
        }
        let names: Vec<String> = groups
            .iter()
            .filter(|each| of(each) > 0)
            .map(|(group, _)| format!("{} of `{}`", group.pod.what(), group.cluster.object.name()))
            .collect();
        let number = names.len();
        let which =
            if number > 3 { format!("{} and {} more", names[..3].join(", "), number - 3) } else { listed(&names) };
        let message = format!(
            "NodePool `{}` may have {}, but {which} {} {} at the least",
            pool.object.name(),
            needed(*resource, *limit),
            if number == 1 { "needs" } else { "need" },
            needed(*resource, sum)
        );
        let pointer = format!("/spec/limits/{}", token(resource.name()));
        findings
            .object(&pool.object, &pointer, message)
            .add_help(format!("raise it to more than {}: Karpenter counts whole nodes", needed(*resource, sum)));
    }
}

/// A group whose least pods alone, each on the nodes that take least of the limits, are more than the pool may have.
fn least(
    pool: &Pool<'_>,
    group: &GroupFit<'_>,
    placement: &Placement,
    limits: &[(Limited, u64)],
    findings: &mut Findings<'_>,
) -> Option<Limited> {
    let pods = group.pods.0;
    let Stop { limited, pod, needed } = stop(placement, limits, pods)?;
    let limit = limits.iter().find(|(each, _)| *each == limited).map_or(0, |(_, limit)| *limit);
    let message = format!(
        "{} of `{}` always runs {pods} pods, but pod {pod} does not start: NodePool `{}` may have {}, and the nodes for all \
         have {}",
        group.pod.what(),
        group.cluster.object.name(),
        pool.object.name(),
        shown(limited, limit),
        shown(limited, needed)
    );
    let pointer = format!("/spec/limits/{}", token(key(limited)));
    findings.object(&pool.object, &pointer, message).add_help(format!(
        "raise it to {} or more, and by what the pool's other groups need: Karpenter counts whole nodes",
        shown(limited, needed)
    ));
    Some(limited)
}
