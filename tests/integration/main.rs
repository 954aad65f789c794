//! One test binary: every integration test is a module of it.

mod schemas;
mod tree;
mod truth;
mod yaml;
