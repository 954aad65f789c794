//! What happens when the objects around Ray and its nodes change: networks, identity, quotas, monitors, Jobs.

use super::table::{Case, Row, replaced, rows, switched_on};
use super::{Effect, storage};

const OBJECT: &str = "Kubernetes API concepts: a controller watches the object and acts on what it finds";
const JOB: &str = "Kubernetes apis/batch/validation/validation.go, ValidateJobSpecUpdate";
const ALB: &str = "AWS Load Balancer Controller docs/guide/ingress/annotations.md";

/// A Job of Kubernetes.
const BATCH_JOB: &[Row] = rows! {
    "spec.{parallelism,suspend,activeDeadlineSeconds,backoffLimit,ttlSecondsAfterFinished}.**" => Live
        "the controller reads it for the run that is on"
        [JOB];
    "spec.**" if is_made_anew => Rerun
        "a Job's template is immutable: by its annotations Argo CD and Flux delete it and create it anew, and it \
         runs again"
        [JOB];
    "spec.**" => Rejected
        "a Job's template is immutable: delete the Job first"
        [JOB];
};

const NAMESPACE: &[Row] = rows! {
    "metadata.labels.**" if is_pod_security => Pending
        "pods that run are left alone; pods that are created from now on have to meet it"
        ["Kubernetes Pod Security admission"];
};

/// Pods get the role when they are created, by a webhook or an agent.
const SERVICE_ACCOUNT: &[Row] = rows! {
    "metadata.annotations.**" if is_iam_role => Pending
        "pods get the role's variables when they are created; running ones keep theirs"
        ["Amazon EKS Pod Identity webhook"];
    "automountServiceAccountToken" => Pending
        "the token is mounted when a pod is created"
        ["Kubernetes ServiceAccount admission"];
    "imagePullSecrets.**" => Pending
        "pods get them when they are created"
        ["Kubernetes ServiceAccount admission"];
};

const ROLE_BINDING: &[Row] = rows! {
    "roleRef.**" => Rejected
        "a binding's role is immutable: delete the binding first"
        ["Kubernetes apis/rbac/validation/validation.go, ValidateRoleBindingUpdate"];
};

const CONFIG_MAP: &[Row] = rows! {
    "immutable" if replaced => Rejected
        "an immutable object cannot become mutable"
        ["Kubernetes apis/core/validation/validation.go, ValidateConfigMapUpdate"];
    "{data,binaryData}.**" if is_immutable => Rejected
        "the object is marked as immutable"
        ["Kubernetes apis/core/validation/validation.go, ValidateConfigMapUpdate"];
    "{data,binaryData,stringData}.**" => Pending
        "environment variables and files mounted by sub-path are read when a container starts"
        ["Kubernetes docs, ConfigMaps"];
    "type" => Rejected
        "a Secret's type is immutable"
        ["Kubernetes apis/core/validation/validation.go, ValidateSecretUpdate"];
};

const EXTERNAL_SECRET: &[Row] = rows! {
    "spec.target.name" => Rejected
        "the name of the Secret is immutable"
        ["External Secrets docs/snippets/full-external-secret.yaml"];
    "spec.**" => Pending
        "the Secret follows at once; pods read it when they are created"
        ["External Secrets docs/api/externalsecret.md"];
};

const SERVICE: &[Row] = rows! {
    "spec.clusterIP" => Rejected
        "a Service's address is immutable"
        ["Kubernetes apis/core/validation/validation.go, ValidateServiceUpdate"];
};

const INGRESS: &[Row] = rows! {
    "metadata.annotations.*" if replaces_balancer => Live
        "another load balancer takes over: its DNS name changes, and open connections are cut"
        [ALB];
    "spec.ingressClassName" => Live
        "another controller takes over, with a load balancer and a DNS name of its own"
        ["Kubernetes docs, Ingress class"];
};

const ROUTE: &[Row] = rows! {
    "spec.parentRefs.**" => Live
        "another Gateway takes the route, with an address of its own"
        ["Gateway API docs, HTTPRoute"];
};

const BUDGET: &[Row] = rows! {
    "spec.**" => Live
        "counts for the next eviction"
        ["Kubernetes disruption controller"];
};

const NETWORK_POLICY: &[Row] = rows! {
    "spec.**" => Live
        "counts at once, for running pods too"
        ["Kubernetes docs, Network Policies"];
};

/// Quotas and ranges look at pods when they are created.
const ADMISSION: &[Row] = rows! {
    "spec.**" => Live
        "counts for pods that are created from now on; none that runs is removed"
        ["Kubernetes admission plugins ResourceQuota and LimitRanger"];
};

const MONITORING: &[Row] = rows! {
    "spec.**" => Live
        "Prometheus loads its configuration anew; no pod is touched"
        ["Prometheus operator"];
};

/// Whatever no table speaks of.
pub const ANY: &[Row] = rows! {
    "metadata.**" => Live
        "only the object's own metadata"
        [OBJECT];
    "**" => Live
        "applied in place"
        [OBJECT];
};

/// Tables by kind; each row's field begins at the object.
#[rustfmt::skip]
pub const TABLES: &[(&[&str], &[Row])] = &[
    (&["Job"],                                           BATCH_JOB),
    (&["Namespace"],                                     NAMESPACE),
    (&["ServiceAccount"],                                SERVICE_ACCOUNT),
    (&["RoleBinding", "ClusterRoleBinding"],             ROLE_BINDING),
    (&["ConfigMap", "Secret"],                           CONFIG_MAP),
    (&["ExternalSecret"],                                EXTERNAL_SECRET),
    (&["Service"],                                       SERVICE),
    (&["Ingress"],                                       INGRESS),
    (&["HTTPRoute"],                                     ROUTE),
    (&["PodDisruptionBudget"],                           BUDGET),
    (&["NetworkPolicy"],                                 NETWORK_POLICY),
    (&["ResourceQuota", "LimitRange"],                   ADMISSION),
    (&["ServiceMonitor", "PodMonitor", "PrometheusRule"], MONITORING),
    (&["PersistentVolume"],                              storage::VOLUME),
    (&["PersistentVolumeClaim"],                         storage::CLAIM),
    (&["StorageClass"],                                  storage::CLASS),
];

pub(super) fn effect(case: &Case<'_>, kind: &str) -> Option<Effect> {
    let tables = TABLES.iter().filter(|(kinds, _)| kinds.contains(&kind)).map(|(_, rows)| *rows);
    tables.chain([ANY]).find_map(|rows| case.look_up(rows))
}

/// Argo CD and Flux are told to delete and create what they cannot update.
fn is_made_anew(case: &Case<'_>) -> bool {
    let annotation = |key: &str| case.text(&format!("/metadata/annotations/{}", key.replace('/', "~1")));
    annotation("argocd.argoproj.io/sync-options").contains("Force=true")
        || annotation("kustomize.toolkit.fluxcd.io/force").eq_ignore_ascii_case("enabled")
}

fn is_pod_security(case: &Case<'_>) -> bool {
    case.change.path.field().is_some_and(|label| label.starts_with("pod-security.kubernetes.io/enforce"))
}

fn is_iam_role(case: &Case<'_>) -> bool {
    const ROLE: &str = "eks.amazonaws.com/role-arn";
    let whole = [case.change.edit.before(), case.change.edit.after()];
    case.change.path.field() == Some(ROLE) || whole.iter().flatten().any(|annotations| annotations.get(ROLE).is_some())
}

fn is_immutable(case: &Case<'_>) -> bool {
    !switched_on(case) && case.old.get("immutable") == Some(&crate::json::Value::Bool(true))
}

/// Annotations that name another load balancer, or one of another scheme.
fn replaces_balancer(case: &Case<'_>) -> bool {
    const NAMES: [&str; 3] = [
        "alb.ingress.kubernetes.io/scheme",
        "alb.ingress.kubernetes.io/group.name",
        "alb.ingress.kubernetes.io/load-balancer-name",
    ];
    case.change.path.field().is_some_and(|key| NAMES.contains(&key))
}
