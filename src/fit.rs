//! Will it schedule: which EC2 instance types each head and worker group may land on, and how many pods a node takes.
//!
//! The model works on objects, rendered or read, as Karpenter does: a NodePool's requirements leave a
//! [`choice`](choice()) of types, each of which [`offer`](offer())s what its formula says, and a pod's [`need`](need())
//! is compared with that in every resource.

mod candidates;
mod cost;
mod group;
mod limits;
mod node_class;
mod offer;
mod placement;
mod pod;
mod resources;
mod table;
mod why;

pub use self::candidates::{Candidates, Choice, Requirement, allowed, choice};
pub use self::cost::{Cost, Costs, dollars};
pub use self::group::{Fits, GroupFit, Pool};
pub use self::limits::{Limited, Stop, stop, whole_nodes};
pub use self::node_class::{AmiFamily, Kubelet, NodeClass, Threshold};
pub use self::offer::{Offer, Settings, offer, offers};
pub use self::placement::{Placement, Verdict};
pub use self::pod::{Need, Part, Runs, need, requests};
pub use self::resources::{Resource, Resources, amount};
pub use self::table::{GroupRow, Prices, Table, TeamRow, TypeRow, UnfitRow, VERSION};
pub use self::why::{Met, Step, Why};
