//! What people write: the types of `teams/*.toml`, from which the editor schemas are derived.
//!
//! Every key is optional here, for any layer may set it. [`crate::resolve`] merges the layers and turns the result into
//! types without holes.

/// Declares a view of a spec type that has only some of its keys.
macro_rules! view {
    ($(#[$doc:meta])* $name:ident of $inner:ident, $description:literal, |$key:ident| $keep:expr) => {
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
                }
                schema
            }
        }
    };
}

pub mod group;
pub mod ingress;
pub mod job;
pub mod node_pool;
pub mod platform;
pub mod policy;
pub mod scalar;
pub mod schema;
pub mod storage;
pub mod team;
pub mod workload;

pub use group::{Arch, CapacityType, EnvValue, Gpu, Group, Head, Operator, Pool, Requirement, Toleration, WorkerGroup};
pub use ingress::{Expose, Ingress, IngressClass, Scheme};
pub use job::{
    ClusterSelector, DeletionPolicy, DeletionRule, JobDeploymentStatus, JobStatus, SubmissionMode, Submit, Submitter,
};
pub use node_pool::{Budget, Consolidation, Disk, NodePool, Reason, SelectorTerm, Taint, TaintEffect, VolumeType};
pub use platform::{Defaults, Environment, Karpenter, KubeRay, Platform, Versions};
pub use policy::{Policy, Required};
pub use scalar::{Duration, KarpenterDuration, Quantity, Version, VersionRange};
pub use storage::{Mount, Permissions, Storage, StorageKind};
pub use team::{ServiceAccount, Team};
pub use workload::{
    Auth, AuthMode, Autoscaling, Cluster, CronJob, DisruptionBudget, HeadMonitor, HeadService, Job, Logging,
    Monitoring, Patch, PullPolicy, ServiceType, Upgrade, UpscalingMode, Workload, WorkloadKind,
};
