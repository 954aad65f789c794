//! Fault tolerance of the GCS: its state outlives the head in a Redis.

use schemars::JsonSchema;
use serde::Deserialize;

use super::group::EnvValue;
use super::scalar::Duration;

/// GCS fault tolerance by Redis (`spec.gcsFaultToleranceOptions`). Ray recommends it for Serve and promises nothing for
/// other workloads. When the cluster is deleted, KubeRay deletes its data in Redis.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct FaultTolerance {
    /// Redis' host and port, a template (`redisAddress`).
    #[schemars(example = "redis.vision.svc:6379")]
    pub address: Option<String>,
    /// Whether Redis is spoken to by TLS (`rediss://`).
    pub tls: Option<bool>,
    /// File in the image with the certificates that Redis' own is checked against (`RAY_REDIS_CA_CERT` of the head);
    /// the system's bundle when not set.
    #[schemars(example = "/etc/ssl/certs/ca-certificates.crt")]
    pub ca_file: Option<String>,
    /// User of Redis: a text, or where to read it (`redisUsername`, Ray 2.41).
    pub username: Option<EnvValue>,
    /// The Secret with Redis' password, and the key in it (`redisPassword.valueFrom.secretKeyRef`).
    pub password: Option<SecretKey>,
    /// Prefix of the cluster's data in Redis (`externalStorageNamespace`), so that a cluster which is made anew finds its
    /// state again; the RayCluster's UID when not set. For clusters alone: those of a service or job come in twos.
    pub namespace: Option<String>,
    /// How long workers wait for a head that is gone (`RAY_gcs_rpc_server_reconnect_timeout_s` of the workers); KubeRay
    /// says 600 s when not set. A head on a new node needs minutes.
    #[schemars(example = "10m")]
    pub reconnect_timeout: Option<Duration>,
}

/// A key of a Secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SecretKey {
    /// The Secret's name.
    pub secret: String,
    /// The key in it.
    pub key: String,
}
