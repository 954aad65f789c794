//! An API version that no current release serves.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "removed-api-version",
    group: Group::Schema,
    summary: "an object has an API version that is no longer served",
    severity: Severity::Error,
    page: include_str!("removed_api_version.md"),
    check: Check::Object(KINDS, check),
};

const KINDS: &[&str] = &[
    "AWSNodeTemplate",
    "ClusterSecretStore",
    "CronJob",
    "EC2NodeClass",
    "ExternalSecret",
    "Ingress",
    "NodePool",
    "PodDisruptionBudget",
    "Provisioner",
    "SecretStore",
];

/// API versions, the kinds meant (all where none is named), what serves them no more, and what to write instead.
const REMOVED: [(&str, Option<&str>, &str, &str); 10] = [
    ("karpenter.sh/v1alpha5", None, "Karpenter 1.0", "a NodePool of `karpenter.sh/v1`"),
    ("karpenter.k8s.aws/v1alpha1", None, "Karpenter 1.0", "an EC2NodeClass of `karpenter.k8s.aws/v1`"),
    ("karpenter.sh/v1beta1", None, "Karpenter 1.1", "`karpenter.sh/v1`"),
    ("karpenter.k8s.aws/v1beta1", None, "Karpenter 1.1", "`karpenter.k8s.aws/v1`"),
    ("external-secrets.io/v1beta1", None, "External Secrets 2.9", "`external-secrets.io/v1`"),
    ("external-secrets.io/v1alpha1", None, "External Secrets 2.9", "`external-secrets.io/v1`"),
    ("extensions/v1beta1", Some("Ingress"), "Kubernetes 1.22", "`networking.k8s.io/v1`"),
    ("networking.k8s.io/v1beta1", Some("Ingress"), "Kubernetes 1.22", "`networking.k8s.io/v1`"),
    ("policy/v1beta1", Some("PodDisruptionBudget"), "Kubernetes 1.25", "`policy/v1`"),
    ("batch/v1beta1", Some("CronJob"), "Kubernetes 1.25", "`batch/v1`"),
];

fn check(object: &Object<'_>, findings: &mut Findings<'_>) {
    let api_version = object.text("/apiVersion");
    let removed = REMOVED
        .iter()
        .find(|(removed, kind, ..)| *removed == api_version && kind.is_none_or(|kind| kind == object.kind()));
    if let Some((_, _, since, instead)) = removed {
        let message = format!(
            "{} `{}` is of `{api_version}`, which {since} does not serve any more",
            object.kind(),
            object.name()
        );
        findings.object(object, "/kind", message).add_help(format!("write {instead}"));
    }
}
