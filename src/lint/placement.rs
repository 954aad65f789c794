//! Which NodePool a pod asks for by name.

use std::collections::BTreeMap;

use super::{Object, Pod, Subject};
use crate::instances::{LABELS, normalized};
use crate::json::Value;

/// NodePools by environment and name.
#[derive(Debug)]
pub(super) struct Pools<'a>(BTreeMap<(&'a str, &'a str), Object<'a>>);

impl<'a> Pools<'a> {
    /// All pools of a run.
    pub(super) fn of(subject: &Subject<'a>) -> Self {
        Self(subject.of_kind("NodePool").map(|pool| ((pool.environment_name, pool.name()), *pool)).collect())
    }

    /// Whether there is none for an environment, so that nothing can be said of its pods.
    pub(super) fn is_empty(&self, environment: &str) -> bool {
        self.0.range((environment, "")..).next().is_none_or(|((other, _), _)| *other != environment)
    }

    /// The pool that a pod selects by the label that Karpenter puts on its nodes.
    pub(super) fn selected_by(&self, pod: &Pod<'a>) -> Option<&Object<'a>> {
        self.0.get(&(pod.object.environment_name, selected(pod)?))
    }

    /// The pools of an environment.
    pub(super) fn all(&self, environment: &str) -> impl Iterator<Item = &Object<'a>> {
        self.0.iter().filter(move |((other, _), _)| *other == environment).map(|(_, pool)| pool)
    }

    /// The pools' names in an environment.
    pub(super) fn names(&self, environment: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.keys().filter(move |(other, _)| *other == environment).map(|(_, name)| *name)
    }
}

/// The name of the pool that a pod selects.
pub(super) fn selected<'a>(pod: &Pod<'a>) -> Option<&'a str> {
    pod.get("/spec/nodeSelector")?.get("karpenter.sh/nodepool")?.as_str()
}

/// A pool's requirements.
pub(super) fn requirements<'a>(pool: &Object<'a>) -> impl Iterator<Item = &'a Value> {
    pool.get("/spec/template/spec/requirements").and_then(Value::as_array).into_iter().flatten()
}

/// Whether one file describes both, so that its author can change the pool.
pub(super) fn same_owner(pool: &Object<'_>, pod: &Pod<'_>) -> bool {
    let team = |object: &Object<'_>| object.manifest().and_then(|manifest| manifest.team.clone());
    team(pool) == team(&pod.object)
}

/// Whether a pod tolerates a taint: `Toleration.ToleratesTaint` (Kubernetes `pkg/apis/core/v1/toleration.go`).
pub(crate) fn tolerates(pod: &Pod<'_>, taint: &Value) -> bool {
    let tolerations = pod.get("/spec/tolerations").and_then(Value::as_array);
    tolerations.into_iter().flatten().any(|toleration| {
        let text = |value: &Value, field: &str| value[field].as_str().unwrap_or_default().to_owned();
        let (effect, key) = (text(toleration, "effect"), text(toleration, "key"));
        (effect.is_empty() || effect == text(taint, "effect"))
            && (key.is_empty() || key == text(taint, "key"))
            && match text(toleration, "operator").as_str() {
                "Exists" => true,
                "" | "Equal" => text(toleration, "value") == text(taint, "value"),
                _ => false,
            }
    })
}

/// Why nodes of a pool never have a label with this value; `None` where they may. Karpenter knows the values of labels in
/// its own and Kubernetes' domains for every instance type, and of a custom label only what the pool says (Karpenter `pkg/scheduling/requirements.go`, Compatible).
pub(crate) fn mismatched_label(pool: &Object<'_>, key: &str, value: &str) -> Option<String> {
    let label = pool.get("/spec/template/metadata/labels").and_then(|labels| labels.get(key)).and_then(Value::as_str);
    if let Some(label) = label {
        return (label != value)
            .then(|| format!("`{key}={value}`, but those of `{}` have `{key}={label}`", pool.name()));
    }
    let mut known = false;
    for requirement in requirements(pool).filter(|requirement| requirement["key"] == key) {
        known = true;
        let mut values = requirement["values"].as_array().into_iter().flatten();
        let listed = values.any(|each| each == value);
        let excluded = match requirement["operator"].as_str() {
            Some("In") => !listed,
            Some("NotIn") => listed,
            Some("DoesNotExist") => true,
            _ => false,
        };
        if excluded {
            return Some(format!("`{key}={value}`, which NodePool `{}` excludes", pool.name()));
        }
    }
    if known {
        return None;
    }
    let domain = key.split_once('/').map_or("", |(domain, _)| domain);
    let well_known = ["kubernetes.io", "k8s.io", "karpenter.sh", "k8s.aws", "amazonaws.com"]
        .iter()
        .any(|known| domain == *known || domain.strip_suffix(known).is_some_and(|rest| rest.ends_with('.')));
    if !well_known {
        return Some(format!("`{key}={value}`, but those of NodePool `{}` have no such label", pool.name()));
    }
    let close = misspelt(key)?;
    Some(format!("`{key}={value}`, and nobody sets that label; did you mean `{close}`?"))
}

/// Labels of nodes that do not follow from the instance type (Karpenter core `pkg/apis/v1/labels.go`, provider
/// `pkg/apis/v1/labels.go`, v1.14; Kubernetes `api/core/v1/well_known_labels.go`, v1.36).
const NODE_LABELS: [&str; 13] = [
    "karpenter.k8s.aws/capacity-reservation-id",
    "karpenter.k8s.aws/capacity-reservation-interruptible",
    "karpenter.k8s.aws/capacity-reservation-type",
    "karpenter.k8s.aws/ec2nodeclass",
    "karpenter.k8s.aws/instance-tenancy",
    "karpenter.sh/capacity-type",
    "karpenter.sh/nodepool",
    "kubernetes.io/hostname",
    "kubernetes.io/os",
    "node.kubernetes.io/windows-build",
    "topology.k8s.aws/zone-id",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
];

/// The label that a key was meant to be: one or two letters away. `None` where the key is one, or near none.
fn misspelt(key: &str) -> Option<&'static str> {
    let known = || LABELS.iter().map(|(label, _)| *label).chain(NODE_LABELS);
    if known().any(|label| label == normalized(key)) {
        return None;
    }
    let near = |label: &&str| label.len().abs_diff(key.len()) <= 2;
    let distance = |label: &'static str| (strsim::damerau_levenshtein(key, label), label);
    known().filter(near).map(distance).min().filter(|(distance, _)| *distance <= 2).map(|(_, label)| label)
}

/// The first taint of a pool that keeps a pod off its nodes: its JSON pointer, and as `kubectl taint` writes it.
pub(super) fn untolerated(pool: &Object<'_>, pod: &Pod<'_>) -> Option<(String, String)> {
    let taints = pool.get("/spec/template/spec/taints").and_then(Value::as_array);
    let repels = |taint: &Value| taint["effect"] != "PreferNoSchedule" && !tolerates(pod, taint);
    let (index, taint) = taints.into_iter().flatten().enumerate().find(|(_, taint)| repels(taint))?;
    Some((format!("/spec/template/spec/taints/{index}"), shown_taint(taint)))
}

/// A taint as `kubectl taint` writes it.
pub(super) fn shown_taint(taint: &Value) -> String {
    let text = |field: &str| taint[field].as_str().unwrap_or_default();
    let value = taint["value"].as_str().map(|value| format!("={value}")).unwrap_or_default();
    format!("{}{value}:{}", text("key"), text("effect"))
}
