//! NetworkPolicies: the other ends of every connection that a workload needs.

use std::collections::BTreeMap;

use super::ingress::{Controller, Ingress};
use super::job::SelectedJob;
use super::model::{Environment, Workload};
use super::values::{SpecPath, Values};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::network::NetworkRules;
use crate::spec::{self, Cidr, Expose, NetworkMode, Protocol, WorkloadKind};

/// Who may reach a workload's pods, and whom they may reach.
#[derive(Clone, Debug)]
pub struct NetworkPolicy {
    /// Its place.
    pub path: SpecPath,
    /// What may come in.
    pub ingress: Vec<NetworkRule>,
    /// What may go out; everything where this is `None`.
    pub egress: Option<Vec<NetworkRule>>,
}

/// Connections that are allowed.
#[derive(Clone, Debug)]
pub struct NetworkRule {
    /// The other ends.
    pub peers: Vec<NetworkPeer>,
    /// Ports; none for all.
    pub ports: Vec<(Protocol, i32)>,
    /// Where it stands in the spec.
    pub path: SpecPath,
}

/// The other end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkPeer {
    /// The workload's own pods, its submitters included.
    Workload,
    /// Pods.
    Pods {
        /// Labels of their Namespaces; the team's own for `None`.
        namespaces: Option<BTreeMap<String, String>>,
        /// Their labels; none for all pods.
        labels: BTreeMap<String, String>,
    },
    /// Addresses.
    Addresses {
        /// The block.
        cidr: String,
        /// Blocks in it that are not meant.
        except: Vec<String>,
    },
}

/// Ports of the head (Ray's own defaults) and of every Ray pod.
const DASHBOARD: i32 = 8265;
const SERVE: i32 = 8000;
const METRICS: [i32; 3] = [8080, 44217, 44227];

/// What the policy of a workload depends on.
pub(super) struct Context<'a> {
    pub(super) environment: &'a Environment,
    pub(super) values: &'a Values,
    pub(super) kind: WorkloadKind,
    /// The workload object's name.
    pub(super) name: &'a str,
    pub(super) ingresses: &'a [Ingress],
    /// Whether Prometheus scrapes it.
    pub(super) monitored: bool,
    /// Redis' address, with its scheme, where the GCS keeps its state there.
    pub(super) redis: Option<&'a str>,
}

/// The policy of a workload whose spec is at `path`; `None` where none is asked for.
pub(super) fn resolve(
    context: &Context<'_>,
    spec: Option<&spec::NetworkPolicy>,
    path: &SpecPath,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<NetworkPolicy> {
    let rules = &spec?.0;
    let mode = rules.mode.unwrap_or_default();
    if mode == NetworkMode::Off {
        return None;
    }
    let path = path.join("network-policy");
    let ingress = ingress(context, rules, &path, diagnostics);
    let egress = (mode == NetworkMode::Strict).then(|| egress(context, rules, &path));
    Some(NetworkPolicy { path, ingress, egress })
}

fn ingress(
    context: &Context<'_>,
    rules: &NetworkRules,
    path: &SpecPath,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<NetworkRule> {
    let environment = &context.environment.spec;
    let network = &environment.network;
    let rule = |peers, ports: &[i32]| NetworkRule { peers, ports: tcp(ports), path: path.clone() };
    let mut found = vec![rule(vec![NetworkPeer::Workload], &[])];
    let mut missing = |who, key, example| {
        let name = &context.environment.name;
        diagnostics.push(missing_peer(context.name, name, context.values.span(path), [who, key, example]));
    };

    // The operator asks the dashboard about jobs and Serve applications, and the head's proxy whether it is healthy
    // (KubeRay `rayservice_controller.go`). Of a mere cluster it asks nothing.
    let asked: &[i32] = if context.kind == WorkloadKind::Service { &[DASHBOARD, SERVE] } else { &[DASHBOARD] };
    match &environment.kuberay.namespace {
        Some(operator) => found.push(rule(vec![namespace(operator)], asked)),
        None if context.kind == WorkloadKind::Cluster => {}
        None => missing(OPERATOR[0], OPERATOR[1], OPERATOR[2]),
    }
    if context.monitored {
        match &network.monitoring_namespace {
            Some(prometheus) => found.push(rule(vec![namespace(prometheus)], &METRICS)),
            None => missing("Prometheus", "network.monitoring-namespace", "\"monitoring\""),
        }
    }
    // An ALB's own addresses are in the VPC, for it targets pods by address; other controllers are pods.
    for (by_alb, ports) in exposed(context.ingresses) {
        let controller = network.ingress_namespace.as_deref().filter(|_| !by_alb).map(|name| vec![namespace(name)]);
        let peers = controller.unwrap_or_else(|| addresses(&network.vpc_cidrs));
        if !peers.is_empty() {
            found.push(rule(peers, &ports));
        } else if by_alb {
            missing("the load balancer", "network.vpc-cidrs", "[\"10.0.0.0/16\"]");
        } else {
            missing("the ingress controller", "network.ingress-namespace", "\"ingress-nginx\"");
        }
    }
    found.extend(network.allow_from.iter().map(|peer| allowed(peer, path.clone())));
    found.extend(listed(rules.allow_from.as_deref(), &path.join("allow-from")));
    found
}

/// Who the operator is, and the key that says where it runs.
const OPERATOR: [&str; 3] = ["the KubeRay operator", "kuberay.namespace", "\"kuberay-operator\""];

fn missing_peer(workload: &str, environment: &str, span: Span, [who, key, example]: [&str; 3]) -> Diagnostic {
    let message = format!(
        "the NetworkPolicy of `{workload}` would shut out {who}: environment `{environment}` does not say where it is"
    );
    let help = format!("write `{key} = {example}` under `[environments.{environment}]`");
    Diagnostic::error("missing-network-peer", span, message).help(help)
}

/// A cluster whose policy shuts out the operator can be selected by no job, for the operator asks its dashboard about
/// them. Their submitters carry the cluster's own label.
pub(super) fn check_jobs(
    workloads: &[Workload],
    jobs: &[SelectedJob],
    environment: &Environment,
    values: &Values,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if environment.spec.kuberay.namespace.is_some() {
        return;
    }
    for workload in workloads {
        let Some(policy) = &workload.network_policy else { continue };
        if jobs.iter().any(|job| job.selector.get("ray.io/cluster") == Some(&workload.name)) {
            let span = values.span(&policy.path);
            diagnostics.push(missing_peer(&workload.name, &environment.name, span, OPERATOR));
        }
    }
}

/// Exposed ports, of ALBs and of other controllers.
fn exposed(ingresses: &[Ingress]) -> Vec<(bool, Vec<i32>)> {
    let ports = |by_alb: bool| {
        let own = ingresses.iter().filter(|ingress| matches!(ingress.controller, Controller::Alb(_)) == by_alb);
        let port = |ingress: &Ingress| if ingress.expose == Expose::Serve { SERVE } else { DASHBOARD };
        (by_alb, own.map(port).collect::<Vec<_>>())
    };
    [ports(true), ports(false)].into_iter().filter(|(_, ports)| !ports.is_empty()).collect()
}

fn egress(context: &Context<'_>, rules: &NetworkRules, path: &SpecPath) -> Vec<NetworkRule> {
    let network = &context.environment.spec.network;
    let rule = |peers, ports| NetworkRule { peers, ports, path: path.clone() };
    let block = |cidr: &str| NetworkPeer::Addresses { cidr: cidr.to_owned(), except: Vec::new() };
    let mut found = vec![rule(vec![NetworkPeer::Workload], Vec::new())];
    // CoreDNS, and NodeLocal DNSCache at its usual address (Kubernetes `cluster/addons/dns/nodelocaldns`).
    let dns = vec![namespace("kube-system"), block("169.254.20.10/32")];
    found.push(rule(dns, vec![(Protocol::Udp, 53), (Protocol::Tcp, 53)]));
    // The Kubernetes API, which the autoscaler needs, has no portable selector; AWS's APIs are behind the same port.
    let https = match &network.https_cidrs {
        Some(cidrs) => addresses(cidrs),
        None => vec![block("0.0.0.0/0"), block("::/0")],
    };
    found.push(rule(https, tcp(&[443])));
    // Link-local addresses of the EKS Pod Identity agent; the VPC CNI's policy agent skips the family that a cluster
    // does not have (aws-network-policy-agent#321).
    found.push(rule(vec![block("169.254.170.23/32"), block("fd00:ec2::23/128")], tcp(&[80])));
    found.extend(context.redis.map(|address| rule(redis_peers(&network.vpc_cidrs), tcp(&[redis_port(address)]))));
    found.extend(network.allow_to.iter().map(|peer| allowed(peer, path.clone())));
    found.extend(listed(rules.allow_to.as_deref(), &path.join("allow-to")));
    // A rule without peers would allow everyone.
    found.retain(|rule| !rule.peers.is_empty());
    found
}

/// Redis is known by name alone: it runs in any Namespace, or in the VPC, or anywhere where that is not known.
fn redis_peers(vpc: &[Cidr]) -> Vec<NetworkPeer> {
    let block = |cidr: &str| NetworkPeer::Addresses { cidr: cidr.to_owned(), except: Vec::new() };
    let mut peers = vec![NetworkPeer::Pods { namespaces: Some(BTreeMap::new()), labels: BTreeMap::new() }];
    peers.extend(if vpc.is_empty() { vec![block("0.0.0.0/0"), block("::/0")] } else { addresses(vpc) });
    peers
}

/// The port of an address such as `rediss://redis.example.com:6380`.
fn redis_port(address: &str) -> i32 {
    let (_, authority) = address.split_once("://").unwrap_or(("", address));
    let port = authority.rsplit_once(':').and_then(|(_, port)| port.split('/').next()?.parse().ok());
    port.filter(|port| (1..=65535).contains(port)).unwrap_or(6379)
}

fn listed<'a>(peers: Option<&'a [spec::Peer]>, path: &'a SpecPath) -> impl Iterator<Item = NetworkRule> + 'a {
    let peers = peers.unwrap_or_default().iter().enumerate();
    peers.map(|(index, peer)| allowed(peer, path.join(&index.to_string())))
}

/// A peer as people wrote it: pods, addresses, or both.
fn allowed(peer: &spec::Peer, path: SpecPath) -> NetworkRule {
    let mut peers = Vec::new();
    let mut namespaces = peer.namespace_labels.clone().unwrap_or_default();
    namespaces.extend(peer.namespace.as_deref().map(name_label));
    if peer.cidr.is_none() || !namespaces.is_empty() || peer.pod_labels.is_some() {
        let namespaces = Some(namespaces).filter(|labels| !labels.is_empty());
        peers.push(NetworkPeer::Pods { namespaces, labels: peer.pod_labels.clone().unwrap_or_default() });
    }
    peers.extend(peer.cidr.as_ref().map(|cidr| NetworkPeer::Addresses {
        cidr: cidr.to_string(),
        except: peer.except.iter().flatten().map(ToString::to_string).collect(),
    }));
    let protocol = peer.protocol.unwrap_or_default();
    let ports = peer.ports.iter().flatten().map(|port| (protocol, *port)).collect();
    NetworkRule { peers, ports, path }
}

/// The label that Kubernetes itself puts on every Namespace.
fn name_label(name: &str) -> (String, String) {
    ("kubernetes.io/metadata.name".to_owned(), name.to_owned())
}

fn namespace(name: &str) -> NetworkPeer {
    NetworkPeer::Pods { namespaces: Some([name_label(name)].into()), labels: BTreeMap::new() }
}

fn addresses(cidrs: &[Cidr]) -> Vec<NetworkPeer> {
    cidrs.iter().map(|cidr| NetworkPeer::Addresses { cidr: cidr.to_string(), except: Vec::new() }).collect()
}

fn tcp(ports: &[i32]) -> Vec<(Protocol, i32)> {
    ports.iter().map(|port| (Protocol::Tcp, *port)).collect()
}
