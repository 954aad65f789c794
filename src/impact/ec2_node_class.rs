//! What Karpenter does when an EC2NodeClass changes: almost all of it is in the hash by which nodes drift.

use super::table::{Case, Parts, Row, reordered, rows};
use crate::diff::Edit;

const HASH: &str = "Karpenter AWS provider ec2nodeclass.go, EC2NodeClass.Hash";
const RESOLVED: &str = "Karpenter AWS provider cloudprovider/drift.go";

/// Fields of an EC2NodeClass' spec.
pub const NODE_CLASS: &[Row] = rows! {
    "kubelet.**" => Roll
        "all nodes of the class have drifted (NodeClassDrift) and are replaced, as the budgets of their pools allow"
        [HASH];
    "**" if reordered => Unaffected
        "lists are hashed as sets"
        [HASH];
    "{subnetSelectorTerms,capacityReservationSelectorTerms}" if keeps_all => Live
        "what was selected still is, so no node has drifted; new ones may be elsewhere"
        [RESOLVED];
    "amiSelectorTerms.**" => Roll
        "nodes whose image is no longer selected have drifted (AMIDrift) and are replaced, as the budgets of \
         their pools allow"
        [RESOLVED];
    "subnetSelectorTerms.**" => Roll
        "nodes in subnets that are no longer selected have drifted (SubnetDrift) and are replaced, as the budgets \
         of their pools allow"
        [RESOLVED];
    "securityGroupSelectorTerms.**" => Roll
        "the security groups of a node have to be exactly those selected: all nodes have drifted \
         (SecurityGroupDrift) if they are others now"
        [RESOLVED];
    "capacityReservationSelectorTerms.**" => Roll
        "nodes in reservations that are no longer selected have drifted (CapacityReservationDrift) and are \
         replaced, as the budgets of their pools allow"
        [RESOLVED];
    "placementGroupSelector.**" => Roll
        "nodes outside of the placement group have drifted (PlacementGroupDrift) and are replaced, as the budgets \
         of their pools allow"
        [RESOLVED];
    "ipPrefixCount" => Pending
        "not in the hash: nodes that are launched from now on have it"
        [HASH];
    "**" => Roll
        "all nodes of the class have drifted (NodeClassDrift) and are replaced, as the budgets of their pools \
         allow"
        [HASH];
};

/// Labels and annotations.
const METADATA: &[Row] = rows! {
    "**" => Live
        "the class' own metadata is not in the hash"
        [HASH];
};

/// The tables by the part of the object that they are about.
pub const PARTS: Parts = &[("/spec", NODE_CLASS), ("/metadata", METADATA)];

/// Terms are added, and none is taken away.
fn keeps_all(case: &Case<'_>) -> bool {
    match &case.change.edit {
        Edit::Replaced { old, new } => {
            let (old, new) = (old.as_array(), new.as_array());
            old.zip(new).is_some_and(|(old, new)| old.iter().all(|term| new.contains(term)))
        }
        _ => false,
    }
}
