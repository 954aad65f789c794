//! Tables of what the operators check while they reconcile: who says it before the merge, item by item.

mod karpenter;
mod kuberay;
