//! What Karpenter does when an EC2NodeClass changes: almost all of it is in the hash by which nodes drift.

use super::Effect;
use super::table::{Case, Row, always, rows};

const HASH: &str = "Karpenter AWS provider ec2nodeclass.go, EC2NodeClass.Hash";
const RESOLVED: &str = "Karpenter AWS provider cloudprovider/drift.go";

/// Fields of an EC2NodeClass' spec.
pub const NODE_CLASS: &[Row] = rows! {
    // field                                  condition   verdict
    "amiSelectorTerms.**"                  if always   => Roll, "nodes whose image is no longer selected have drifted (AMIDrift) and are replaced, as the budgets of their pools allow", RESOLVED;
    "subnetSelectorTerms.**"               if always   => Roll, "nodes in subnets that are no longer selected have drifted (SubnetDrift) and are replaced, as the budgets of their pools allow", RESOLVED;
    "securityGroupSelectorTerms.**"        if always   => Roll, "the security groups of a node have to be exactly those selected: all nodes have drifted (SecurityGroupDrift) if they are others now", RESOLVED;
    "capacityReservationSelectorTerms.**"  if always   => Roll, "nodes in reservations that are no longer selected have drifted (CapacityReservationDrift) and are replaced, as the budgets of their pools allow", RESOLVED;
    "placementGroupSelector.**"            if always   => Roll, "nodes outside of the placement group have drifted (PlacementGroupDrift) and are replaced, as the budgets of their pools allow", RESOLVED;
    "ipPrefixCount"                        if always   => Pending, "not in the hash: nodes that are launched from now on have it", HASH;
    "**"                                   if always   => Roll, "all nodes of the class have drifted (NodeClassDrift) and are replaced, as the budgets of their pools allow", HASH;
};

const METADATA: &[Row] = rows! {
    "**"                                   if always   => Live, "the class' own metadata is not in the hash", HASH;
};

pub(super) fn effects(case: &Case<'_>) -> Vec<Effect> {
    let spec = case.within("/spec").map(|case| case.look_up(NODE_CLASS));
    let metadata = || case.within("/metadata").map(|case| case.look_up(METADATA));
    spec.or_else(metadata).flatten().into_iter().collect()
}
