//! Cases of rules beyond their pages: real manifests, and what several objects say together.

mod corpus;
mod network;
mod pod;
mod policy;
mod workspace;
