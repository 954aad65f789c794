//! JSON Schemas of the manifests, per kind and supported release, and validation against them.
//!
//! Schema files are generated ([`import`], [`restated`], [`mod@print`]) and embedded ([`catalog`]); [`Validators`]
//! picks those of an environment's releases, or the user's own ([`OwnSchemas`]), and says what is wrong with an object.

pub mod catalog;
pub mod cel;
pub mod common;
pub mod import;
pub mod print;
pub mod restated;

mod hoist;
pub(crate) mod judge;
mod keywords;
pub(crate) mod narrow;
mod own;
mod translate;
mod validate;
mod violation;
mod walk;

pub use catalog::{Project, Releases, Unsupported};
pub use own::{OwnSchemas, Refused};
pub use semver::Version;
pub use validate::{Fragment, Prepared, Unsound, Validators};
pub use violation::{Introduced, Problem, Violation};
