//! Names of objects, composed from team, workload and group, and the lengths that the cluster takes.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::WorkloadKind;

/// Longest name of a workload's object. A RayCluster's is 63 less `-serve-svc`; the clusters of services and jobs get
/// six more characters, those of cron jobs the minute of their run too (KubeRay `utils/validation.go`, v1.7.0).
pub fn longest(kind: WorkloadKind) -> usize {
    match kind {
        WorkloadKind::Cluster => 53,
        WorkloadKind::Service | WorkloadKind::Job => 47,
        WorkloadKind::CronJob => 36,
    }
}
/// KubeRay keeps only the last 50 characters for child objects (`utils.CheckName`).
const KEPT_BY_KUBERAY: usize = 50;
/// A pool's name becomes the value of the label `karpenter.sh/nodepool` (Karpenter `nodeclaimtemplate.go`).
pub const LONGEST_POOL: usize = 63;

/// Names of worker groups that collide: with KubeRay's own groups (`headgroup`, `common/association.go`; YuniKorn's
/// `submittergroup`) or with the suffixes of raygen's companions.
pub const RESERVED_GROUPS: [&str; 6] = ["head", "headgroup", "submittergroup", "dashboard", "serve", "workers"];

/// The workload object's name: the team alone when the workload is called like it.
pub fn of_workload(team: &str, workload: &str) -> String {
    if team == workload { team.to_owned() } else { format!("{team}-{workload}") }
}

/// A DNS-1035 label: lower case, starts with a letter (KubeRay checks `IsDNS1035Label` for RayCluster names).
pub fn is_dns_1035(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase()) && is_dns_1123(name)
}

/// A DNS-1123 label, without the bound on its length.
pub fn is_dns_1123(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.starts_with(inner) && name.ends_with(inner) && name.chars().all(|c| inner(c) || c == '-')
}

/// Checks the name of a workload's object; `parts` says what it was composed of.
pub fn check_workload(
    kind: WorkloadKind,
    name: &str,
    parts: &[(&str, &str)],
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if is_dns_1035(name) {
        check_length(kind, name, parts, span, diagnostics);
        return;
    }
    let message = format!("`{name}` is no name for a {}", kind.kind());
    diagnostics.push(
        Diagnostic::error("invalid-name", span, message)
            .help("use lower-case letters, digits and `-`; start with a letter, end with a letter or digit"),
    );
}

/// Checks how long a name is.
pub fn check_length(
    kind: WorkloadKind,
    name: &str,
    parts: &[(&str, &str)],
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let (object, length, longest) = (kind.kind(), name.len(), longest(kind));
    if length > longest {
        let message = format!("the {object}'s name `{name}` has {length} characters, but KubeRay takes {longest}");
        diagnostics.push(
            Diagnostic::error("long-cluster-name", span, message)
                .note(composed_of(parts))
                .help(shorten(parts, length - longest)),
        );
    } else if length > KEPT_BY_KUBERAY {
        let message = format!(
            "the {object}'s name `{name}` has {length} characters, and KubeRay keeps only the last {KEPT_BY_KUBERAY} for what it creates"
        );
        diagnostics.push(
            Diagnostic::warning("long-cluster-name", span, message)
                .note(composed_of(parts))
                .help(shorten(parts, length - KEPT_BY_KUBERAY)),
        );
    }
}

/// Checks a pool's name; whether it fits.
pub fn check_pool(name: &str, parts: &[(&str, &str)], span: Span, diagnostics: &mut Vec<Diagnostic>) -> bool {
    if name.len() > LONGEST_POOL {
        let message = format!(
            "the NodePool's name `{name}` has {} characters, but a label's value takes {LONGEST_POOL}",
            name.len()
        );
        diagnostics.push(
            Diagnostic::error("long-pool-name", span, message)
                .note(composed_of(parts))
                .help(shorten(parts, name.len() - LONGEST_POOL)),
        );
    }
    name.len() <= LONGEST_POOL
}

/// The name that KubeRay gives to what it creates for a cluster, such as its Secret: the last 50 characters, of which
/// the first is a letter (`utils.CheckName`).
pub fn kept(name: &str) -> String {
    let kept = &name[name.ceil_char_boundary(name.len().saturating_sub(KEPT_BY_KUBERAY))..];
    match kept.chars().next() {
        // A name with other letters is none, and is reported as such.
        Some(first) if !first.is_ascii_alphabetic() => format!("r{}", &kept[first.len_utf8()..]),
        _ => kept.to_owned(),
    }
}

/// "team `vision` (6) + workload `train` (5)".
fn composed_of(parts: &[(&str, &str)]) -> String {
    let parts: Vec<String> = parts.iter().map(|(what, text)| format!("{what} `{text}` ({})", text.len())).collect();
    parts.join(" + ")
}

/// The longest part is the one to shorten.
fn shorten(parts: &[(&str, &str)], by: usize) -> String {
    let longest = parts.iter().max_by_key(|(_, text)| text.len());
    match longest {
        Some((what, _)) if *what == "name" => format!("shorten `name` by {by} or more"),
        Some((what, text)) => format!("shorten the {what} `{text}` by {by} or more, or set `name`"),
        None => format!("shorten it by {by} or more"),
    }
}
