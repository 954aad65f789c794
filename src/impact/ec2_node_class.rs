//! What Karpenter does when an EC2NodeClass changes: almost all of it is in the hash by which nodes drift.

use super::table::{Parts, Row, rows};

const HASH: &str = "Karpenter AWS provider ec2nodeclass.go, EC2NodeClass.Hash";
const RESOLVED: &str = "Karpenter AWS provider cloudprovider/drift.go";

/// Fields of an EC2NodeClass' spec.
pub const NODE_CLASS: &[Row] = rows! {
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
