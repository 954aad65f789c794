//! What people write: the types of `teams/*.toml`, from which the editor schemas are derived.
//!
//! Every key is optional here, for any layer may set it. [`crate::resolve`] merges the layers and turns the result into
//! types without holes.

/// Declares a view of a spec type that has only some of its keys.
macro_rules! view {
    ($(#[$doc:meta])* $name:ident of $inner:ident, $description:literal, |$key:ident| $keep:expr
        $(, $narrowed:literal: $type:ident $choices:expr)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut schema = $inner::json_schema(generator);
                schema.insert("description".into(), $description.into());
                if let Some(properties) = schema.get_mut("properties").and_then(|value| value.as_object_mut()) {
                    properties.retain(|$key, _| $keep);
                    $($crate::spec::narrow::<$type>(properties, $narrowed, generator, &$choices);)?
                }
                schema
            }
        }
    };
}

/// Leaves a key only some of the values of its enumeration.
fn narrow<T: schemars::JsonSchema>(
    properties: &mut serde_json::Map<String, serde_json::Value>,
    key: &str,
    generator: &mut schemars::SchemaGenerator,
    values: &[&str],
) {
    let Some(property) = properties.get_mut(key).and_then(serde_json::Value::as_object_mut) else { return };
    let mut choices = T::json_schema(generator).to_value()["oneOf"].take();
    if let Some(choices) = choices.as_array_mut() {
        choices.retain(|choice| choice["const"].as_str().is_some_and(|value| values.contains(&value)));
    }
    property.shift_remove("anyOf");
    property.insert("oneOf".to_owned(), choices);
}

/// The schema of a table whose most common key may be written alone: one of `words` instead of a table. Layers merge
/// both alike.
fn short_form(mut schema: schemars::Schema, description: &str, words: &[&str]) -> schemars::Schema {
    schema.insert("description".into(), description.into());
    schema.insert("type".into(), vec!["string", "object"].into());
    schema.insert("pattern".into(), format!("^({})$", words.join("|")).into());
    schema.insert("examples".into(), words.iter().rev().copied().collect::<Vec<_>>().into());
    schema
}

pub mod fault_tolerance;
pub mod gitops;
pub mod group;
pub mod ingress;
pub mod instance_type;
pub mod network;
pub mod job;
pub mod monitoring;
pub mod node_pool;
pub mod platform;
pub mod pod;
pub mod pod_security;
pub mod policy;
pub mod quota;
pub mod scalar;
pub mod schema;
pub mod secret;
pub mod service;
pub mod storage;
pub mod team;
pub mod workload;
pub use fault_tolerance::{FaultTolerance, SecretKey};
pub use gitops::{EnvironmentGitOps, GitOps, GitOpsTool, SourceKind};
pub use group::{
    Arch, CapacityType, EnvFrom, EnvValue, Gpu, Group, Head, Operator, Pool, Requirement, Toleration, WorkerGroup,
};
pub use ingress::{Expose, ExtensionRef, Ingress, IngressAuthType, IngressClass, OnUnauthenticated, Scheme};
pub use job::{
    ClusterSelector, DeletionPolicy, DeletionRule, JobDeploymentStatus, JobStatus, SubmissionMode, Submit, Submitter,
};
pub use monitoring::{HeadMonitor, Monitoring};
pub use network::{Network, NetworkMode, NetworkPolicy, Peer, Protocol};
pub use node_pool::{Budget, Consolidation, Disk, NodePool, Reason, SelectorTerm, Taint, TaintEffect, VolumeType};
pub use platform::{BatchScheduler, Defaults, Environment, Karpenter, KubeRay, Platform, Versions};
pub use pod::{EmptyDir, Medium, Probes, Spread, Volume};
pub use pod_security::{PodSecurity, PodSecurityLevel};
pub use policy::{Policy, Required};
pub use quota::{Amounts, LimitRange, Quota};
pub use scalar::{Cidr, Duration, KarpenterDuration, Quantity, Version, VersionRange};
pub use secret::{AwsService, RefreshPolicy, Secret, SecretStore, StoreIdentity, StoreKind, StoreRef};
pub use service::{IncrementalUpgrade, ServeService};
pub use storage::{Mount, Permissions, Storage, StorageKind};
pub use team::{PolicyRule, ServiceAccount, Team};
pub use workload::{
    Auth, AuthMode, Autoscaling, Cluster, CronJob, DisruptionBudget, HeadService, Job, Logging, Patch, PullPolicy,
    Service, ServiceType, Upgrade, UpscalingMode, Workload, WorkloadKind,
};
