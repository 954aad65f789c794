//! NetworkPolicy (`networking.k8s.io/v1`).

use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::metadata::{INSTANCE, Metadata};
use super::{Manifest, Places, Scope};
use crate::resolve::{NetworkPeer, NetworkRule, Workload};

/// The policy of a workload, if it has one: a plain one, for the operator's own needs an alpha gate and speaks of
/// generated names. It is called like the workload, which none of the operator's is.
pub(super) fn of_workload(scope: &Scope<'_>, workload: &Workload) -> Option<Manifest> {
    let policy = workload.network_policy.as_ref()?;
    let mut types = vec!["Ingress".to_owned()];
    types.extend(policy.egress.is_some().then(|| "Egress".to_owned()));
    let mut places = Places::new(policy.path.clone());
    places.add("/spec/policyTypes", policy.path.join("mode"));
    for (list, rules) in [("ingress", Some(&policy.ingress)), ("egress", policy.egress.as_ref())] {
        for (index, rule) in rules.into_iter().flatten().enumerate() {
            places.add(format!("/spec/{list}/{index}"), rule.path.clone());
        }
    }
    let ingress =
        |rule: &NetworkRule| NetworkPolicyIngressRule { from: Some(peers(workload, rule)), ports: ports(rule) };
    let egress = |rule: &NetworkRule| NetworkPolicyEgressRule { to: Some(peers(workload, rule)), ports: ports(rule) };
    let object = NetworkPolicy {
        metadata: Metadata::of_workload(scope.team, workload, workload.name.clone()).into(),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(own_pods(workload)),
            policy_types: Some(types),
            ingress: Some(policy.ingress.iter().map(ingress).collect()),
            egress: policy.egress.as_ref().map(|rules| rules.iter().map(egress).collect()),
        }),
    };
    Some(scope.manifest(object, places))
}

/// Head, workers, and what else carries the workload's label: submitters, and the operator's cleanup of Redis, which
/// starts from the head's template (KubeRay `raycluster_controller.go`, buildRedisCleanupJob).
fn own_pods(workload: &Workload) -> LabelSelector {
    let labels = [(INSTANCE.to_owned(), workload.name.clone())].into();
    LabelSelector { match_labels: Some(labels), ..LabelSelector::default() }
}

fn peers(workload: &Workload, rule: &NetworkRule) -> Vec<NetworkPolicyPeer> {
    let selector = |labels: &std::collections::BTreeMap<String, String>| LabelSelector {
        match_labels: Some(labels.clone()).filter(|labels| !labels.is_empty()),
        ..LabelSelector::default()
    };
    let peer = |peer: &NetworkPeer| match peer {
        NetworkPeer::Workload => {
            NetworkPolicyPeer { pod_selector: Some(own_pods(workload)), ..NetworkPolicyPeer::default() }
        }
        NetworkPeer::Pods { namespaces, labels } => NetworkPolicyPeer {
            namespace_selector: namespaces.as_ref().map(selector),
            // Of the team's own Namespace all pods are meant by an empty selector, of others by none.
            pod_selector: Some(selector(labels)).filter(|_| namespaces.is_none() || !labels.is_empty()),
            ..NetworkPolicyPeer::default()
        },
        NetworkPeer::Addresses { cidr, except } => NetworkPolicyPeer {
            ip_block: Some(IPBlock {
                cidr: cidr.clone(),
                except: Some(except.clone()).filter(|except| !except.is_empty()),
            }),
            ..NetworkPolicyPeer::default()
        },
    };
    rule.peers.iter().map(peer).collect()
}

fn ports(rule: &NetworkRule) -> Option<Vec<NetworkPolicyPort>> {
    let ports = rule.ports.iter().map(|(protocol, port)| NetworkPolicyPort {
        port: Some(IntOrString::Int(*port)),
        protocol: Some(protocol.as_str().to_owned()),
        ..NetworkPolicyPort::default()
    });
    Some(ports.collect::<Vec<_>>()).filter(|ports| !ports.is_empty())
}
