//! Tables of everything that operators check after a merge, and who says it before.

mod karpenter;
