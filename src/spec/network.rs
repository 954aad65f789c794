//! NetworkPolicies: who may reach a workload's pods, and whom they may reach.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::scalar::Cidr;

/// How much of a workload's traffic is restricted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NetworkMode {
    /// Nothing: every pod of the cluster reaches every port.
    #[default]
    Off,
    /// What may come in.
    Ingress,
    /// What may come in and what may go out.
    Strict,
}

/// Who may reach a workload's pods and whom they may reach: a mode, or a table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Written")]
pub struct NetworkPolicy(pub NetworkRules);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Mode(NetworkMode),
    Rules(NetworkRules),
}

impl From<Written> for NetworkPolicy {
    fn from(written: Written) -> Self {
        Self(match written {
            Written::Mode(mode) => NetworkRules { mode: Some(mode), ..NetworkRules::default() },
            Written::Rules(rules) => rules,
        })
    }
}

/// A NetworkPolicy for the workload's pods (`networking.k8s.io/v1`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct NetworkRules {
    /// `off`; `ingress`: only the workload itself, its submitters, KubeRay, Prometheus, what exposes it and `allow-from`
    /// reach its pods; `strict`: besides, its pods reach only themselves, DNS, HTTPS, the Pod Identity agent and
    /// `allow-to` (`spec.policyTypes`).
    pub mode: Option<NetworkMode>,
    /// Who else may reach the pods (`spec.ingress[]`).
    #[schemars(extend("examples" = [[{ "namespace": "jupyterhub", "ports": [10001] }]]))]
    pub allow_from: Option<Vec<Peer>>,
    /// Whom else the pods may reach (`spec.egress[]`).
    #[schemars(extend("examples" = [[{ "cidr": "10.0.64.0/20", "ports": [5432] }]]))]
    pub allow_to: Option<Vec<Peer>>,
}

impl JsonSchema for NetworkPolicy {
    fn schema_name() -> Cow<'static, str> {
        "NetworkPolicy".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let schema = NetworkRules::json_schema(generator);
        super::short_form(
            schema,
            "Who may reach the pods and whom they may reach (NetworkPolicy): `off`, `ingress`, `strict`, or a table.",
            &["off", "ingress", "strict"],
        )
    }
}

/// The other end of a connection: pods, addresses, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[schemars(extend("minProperties" = 1))]
pub struct Peer {
    /// Pods of this Namespace (`namespaceSelector`); the team's own when neither this, `namespace-labels` nor `cidr` is
    /// set.
    pub namespace: Option<String>,
    /// Pods of Namespaces with these labels (`namespaceSelector`).
    pub namespace_labels: Option<BTreeMap<String, String>>,
    /// Only pods with these labels (`podSelector`).
    pub pod_labels: Option<BTreeMap<String, String>>,
    /// Addresses (`ipBlock.cidr`).
    #[schemars(example = "10.0.64.0/20")]
    pub cidr: Option<Cidr>,
    /// Addresses among them that are not meant (`ipBlock.except`).
    pub except: Option<Vec<Cidr>>,
    /// Ports; all of them when not set.
    #[schemars(inner(range(min = 1, max = 65535)), example = [8265])]
    pub ports: Option<Vec<i32>>,
    /// Their protocol; TCP when not set.
    pub protocol: Option<Protocol>,
}

/// Protocols.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs)]
pub enum Protocol {
    #[default]
    Tcp,
    Udp,
}

impl Protocol {
    /// As Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
        }
    }
}

/// The site's part of every NetworkPolicy.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Network {
    /// Addresses of the VPC, from which an ALB reaches pods.
    #[schemars(example = ["10.0.0.0/16"])]
    pub vpc_cidrs: Vec<Cidr>,
    /// Namespace of the ingress controller that reaches pods by itself, such as nginx.
    #[schemars(example = "ingress-nginx")]
    pub ingress_namespace: Option<String>,
    /// Namespace of Prometheus.
    #[schemars(example = &"monitoring")]
    pub monitoring_namespace: Option<String>,
    /// Addresses that strict workloads may reach over HTTPS: the Kubernetes API and AWS; all when not set.
    pub https_cidrs: Option<Vec<Cidr>>,
    /// Who may reach every workload, beside what teams allow.
    pub allow_from: Vec<Peer>,
    /// Whom every strict workload may reach, beside what teams allow.
    pub allow_to: Vec<Peer>,
}
