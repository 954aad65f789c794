//! raygen turns short per-team TOML specs into the Kubernetes manifests that run Ray on Amazon EKS.
//!
//! The program is a pipeline of plain functions from value to value:
//!
//! ```text
//! load → resolve → build → check → emit → write | diff
//! ```
//!
//! | stage | module | from → to |
//! |---|---|---|
//! | load | [`workspace`] | directory → sources and documents that know where they stand |
//! | resolve | [`resolve`] | platform, team and environment → resolved team |
//! | build | [`manifest`], [`readme`], [`health`] | resolved team → typed manifests, what makes Argo CD or Flux sync and judge them, and a README |
//! | check | [`check`] | manifests and resolved teams → diagnostics |
//! | emit | [`yaml`], [`tree`] | manifests → [`tree::Tree`], a sorted map from path to text |
//! | write, diff | [`tree`] | `Tree` against a directory |
//! | compare | [`diff`], [`impact`] | manifests of two revisions → what merging does to the cluster |
//!
//! Build and check ask [`fit`] which EC2 instance types ([`instances`]) take a pod, and what their nodes have.
//!
//! Problems in specs are data ([`diagnostic::Diagnostic`]), all collected in one run. Trouble of the machine is an
//! [`anyhow::Error`] with context. A panic is a bug of raygen.

pub mod source;
pub mod json;
pub mod diagnostic;
pub mod document;
pub mod spec;
pub mod instances;
pub mod yaml;
pub mod objects;
pub mod workspace;
pub mod resolve;
pub mod health;
pub mod manifest;
pub mod readme;
pub mod schema;
pub mod fit;
pub mod check;
pub mod lint;
pub mod tree;
pub mod diff;
pub mod impact;
pub mod report;
pub mod cli;
pub mod commands;
