//! One test binary: every integration test is a module of it.

mod schemas;
mod truth;
mod tree;
mod yaml;
