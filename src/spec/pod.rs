//! Parts of a group's pods: how they spread, which volumes they have, how they are probed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::group::Object;
use super::scalar::Quantity;

/// How a group's pods spread: a word for the usual, or constraints.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Spread {
    /// Over zones or hosts, as evenly as may be.
    Over(Domain),
    /// As said.
    Constraints(Vec<Constraint>),
}

/// What pods spread over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs)]
pub enum Domain {
    Zone,
    Host,
}

impl Domain {
    /// The label of nodes that says it.
    pub fn topology_key(self) -> &'static str {
        match self {
            Self::Zone => "topology.kubernetes.io/zone",
            Self::Host => "kubernetes.io/hostname",
        }
    }
}

impl JsonSchema for Spread {
    fn schema_name() -> Cow<'static, str> {
        "Spread".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`zone` or `host`: as evenly as may be; or a list of constraints.",
            "type": ["string", "array"],
            "pattern": "^(zone|host)$",
            "examples": ["zone"],
            "items": generator.subschema_for::<Constraint>()
        })
    }
}

/// A topology spread constraint (`topologySpreadConstraints[]`). Its selector is written for you: the group's own pods,
/// those of one Ray cluster at a time.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Constraint {
    /// Label of nodes whose values are the domains (`topologyKey`).
    #[schemars(example = &"topology.kubernetes.io/zone")]
    pub topology_key: String,
    /// By how many pods domains may differ (`maxSkew`).
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub max_skew: i32,
    /// What happens to a pod that would differ more (`whenUnsatisfiable`).
    #[serde(default)]
    pub when_unsatisfiable: Unsatisfiable,
    /// Least number of domains (`minDomains`); for `DoNotSchedule` alone.
    #[schemars(range(min = 1))]
    pub min_domains: Option<i32>,
}

fn one() -> i32 {
    1
}

/// What happens to pods that a constraint does not let in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Unsatisfiable {
    /// They run all the same.
    #[default]
    ScheduleAnyway,
    /// They wait.
    DoNotSchedule,
}

impl Unsatisfiable {
    /// As Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ScheduleAnyway => "ScheduleAnyway",
            Self::DoNotSchedule => "DoNotSchedule",
        }
    }
}

/// A volume of the pods (`volumes[]`), mounted into the Ray container. Without a source it is an empty directory.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Volume {
    /// Its name, by which sidecars and init containers mount it too.
    #[schemars(example = &"scratch")]
    pub name: String,
    /// Where the Ray container sees it (`volumeMounts[].mountPath`); nowhere when not set.
    #[schemars(example = &"/scratch")]
    pub path: Option<String>,
    /// The part of the volume to mount (`volumeMounts[].subPath`).
    pub sub_path: Option<String>,
    /// Whether the Ray container may only read it (`volumeMounts[].readOnly`).
    pub read_only: Option<bool>,
    /// An empty directory that lives and dies with the pod (`emptyDir`).
    pub empty_dir: Option<EmptyDir>,
    /// Name of a ConfigMap (`configMap`).
    pub config_map: Option<String>,
    /// Name of a Secret (`secret`).
    pub secret: Option<String>,
    /// Keys of the ConfigMap or Secret, and the files they become; all of them, by their own names, when not set.
    pub items: Option<BTreeMap<String, String>>,
    /// Permissions of the files of a ConfigMap or Secret (`defaultMode`), such as `0o440`.
    #[schemars(range(min = 0, max = 511))]
    pub mode: Option<i32>,
    /// Name of a PersistentVolumeClaim that exists (`persistentVolumeClaim`).
    pub claim: Option<String>,
    /// A directory of the node (`hostPath`), which Pod Security baseline refuses.
    pub host_path: Option<String>,
    /// Several sources in one directory (`projected`), in Kubernetes' own spelling.
    pub projected: Option<Object>,
}

/// An empty directory.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct EmptyDir {
    /// `Memory` for a file system in memory, which counts against the memory of the containers that write it.
    pub medium: Option<Medium>,
    /// How large it may grow before the pod is evicted (`sizeLimit`).
    #[schemars(example = "50Gi")]
    pub size_limit: Option<Quantity>,
}

/// What an empty directory is made of, other than the node's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[expect(missing_docs)]
pub enum Medium {
    Memory,
}

/// Probes of the Ray container, in Kubernetes' own spelling. What a probe does not say is as in the probe that KubeRay
/// would set.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Probes {
    /// When the container is stopped (`livenessProbe`).
    pub liveness: Option<Object>,
    /// When the pod counts as ready (`readinessProbe`).
    pub readiness: Option<Object>,
    /// What the other two wait for (`startupProbe`); KubeRay sets none, so it is like the liveness probe.
    pub startup: Option<Object>,
}
