//! One test binary: every integration test is a module of it.

mod layers;
mod schemas;
mod specs;
mod tree;
mod truth;
mod workspace;
mod yaml;
