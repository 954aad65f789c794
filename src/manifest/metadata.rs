//! Labels and annotations that objects carry.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;

use crate::resolve::{Team, Workload};

/// The label on pods and objects that names the workload. KubeRay's own `ray.io/cluster` has a generated value under a
/// RayService, so selectors use this one.
pub(super) const INSTANCE: &str = "app.kubernetes.io/instance";
/// KubeRay's label that tells heads from workers (`utils/constant.go`, RayNodeTypeLabelKey).
pub(super) const NODE_TYPE: &str = "ray.io/node-type";

/// The label that says what an object is a part of.
pub(super) const COMPONENT: &str = "app.kubernetes.io/component";
/// The label of nodes that names their availability zone.
pub(super) const ZONE: &str = "topology.kubernetes.io/zone";

/// `metadata` of a custom resource.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Metadata {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

impl Metadata {
    /// A namespaced object of a workload.
    pub(super) fn of_workload(team: &Team, workload: &Workload, name: String) -> Self {
        Self::namespaced(team, name, &workload.labels, workload.annotations.clone())
    }

    /// A namespaced object with labels of its own.
    pub(super) fn namespaced(
        team: &Team,
        name: String,
        own: &BTreeMap<String, String>,
        annotations: BTreeMap<String, String>,
    ) -> Self {
        Self { name, namespace: Some(team.namespace.clone()), labels: labels(Some(&team.name), own), annotations }
    }

    /// A namespaced object of the team as a whole.
    pub(super) fn of_team(team: &Team, name: String) -> Self {
        Self {
            name,
            namespace: Some(team.namespace.clone()),
            labels: labels(Some(&team.name), &team.labels),
            annotations: team.annotations.clone(),
        }
    }

    /// A cluster-scoped object; `team` is none for a shared one.
    pub(super) fn of_cluster_scoped(
        team: Option<&str>,
        name: &str,
        own: &BTreeMap<String, String>,
        annotations: &BTreeMap<String, String>,
    ) -> Self {
        Self { name: name.to_owned(), namespace: None, labels: labels(team, own), annotations: annotations.clone() }
    }

    /// An object of Argo CD or Flux, in the tool's own namespace; `team` is none for what is the environment's.
    pub(super) fn of_wiring(team: Option<&str>, name: &str, namespace: &str) -> Self {
        let none = BTreeMap::new();
        Self { namespace: Some(namespace.to_owned()), ..Self::of_cluster_scoped(team, name, &none, &none) }
    }

    /// With more labels, such as those by which Prometheus selects monitors.
    pub(super) fn with_labels(mut self, more: &BTreeMap<String, String>) -> Self {
        self.labels.extend(more.clone());
        self
    }

    /// In another namespace than the team's.
    pub(super) fn within(mut self, namespace: Option<&String>) -> Self {
        self.namespace = namespace.cloned().or(self.namespace);
        self
    }

    /// With more annotations.
    pub(super) fn with_annotations(mut self, more: BTreeMap<String, String>) -> Self {
        self.annotations.extend(more);
        self
    }
}

impl From<Metadata> for ObjectMeta {
    fn from(metadata: Metadata) -> Self {
        Self {
            name: Some(metadata.name),
            namespace: metadata.namespace,
            labels: Some(metadata.labels),
            annotations: Some(metadata.annotations).filter(|annotations| !annotations.is_empty()),
            ..Self::default()
        }
    }
}

/// The labels of every object. An owner's e-mail address is no label value, so it is an annotation.
pub(super) fn labels(team: Option<&str>, own: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut labels = own.clone();
    labels.insert("app.kubernetes.io/managed-by".to_owned(), "raygen".to_owned());
    labels.extend(team.map(|team| ("raygen.dev/team".to_owned(), team.to_owned())));
    labels
}

/// Selects a workload's pods: `head` or `worker`.
pub(super) fn pods_of(workload: &Workload, node_type: &str) -> BTreeMap<String, String> {
    [(INSTANCE.to_owned(), workload.name.clone()), (NODE_TYPE.to_owned(), node_type.to_owned())].into()
}
