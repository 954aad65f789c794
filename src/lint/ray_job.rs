//! Jobs as rules look at them: a RayJob's spec, and the template of a RayCronJob.

use super::{Findings, Object};
use crate::diagnostic::Diagnostic;
use crate::json::Value;

/// A RayJob's spec, in an object of its own or in a RayCronJob, whose template KubeRay checks alike (`utils/validation.go`,
/// ValidateRayCronJobSpec).
#[derive(Clone, Copy, Debug)]
pub struct RayJob<'a> {
    /// The object it stands in.
    pub object: Object<'a>,
    /// JSON pointer of the spec.
    pub pointer: &'static str,
}

impl<'a> RayJob<'a> {
    /// The job that an object describes.
    pub fn of(object: &Object<'a>) -> Option<Self> {
        let pointer = match object.kind() {
            "RayJob" => "/spec",
            "RayCronJob" => "/spec/jobTemplate",
            _ => return None,
        };
        Some(Self { object: *object, pointer })
    }

    /// The whole object's JSON pointer for one below the spec.
    pub fn at(&self, pointer: &str) -> String {
        format!("{}{pointer}", self.pointer)
    }

    /// The value at a JSON pointer below the spec.
    pub fn get(&self, pointer: &str) -> Option<&'a Value> {
        self.object.get(&self.at(pointer))
    }

    /// The text at a JSON pointer below the spec; empty where there is none.
    pub fn text(&self, pointer: &str) -> &'a str {
        self.get(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The integer at a JSON pointer below the spec.
    pub fn number(&self, pointer: &str) -> Option<i64> {
        self.get(pointer).and_then(Value::as_i64)
    }

    /// Whether there is a `true` at a JSON pointer below the spec.
    pub fn flag(&self, pointer: &str) -> bool {
        self.get(pointer).and_then(Value::as_bool) == Some(true)
    }

    /// What to call it: "RayJob `nightly`".
    pub fn what(&self) -> String {
        format!("{} `{}`", self.object.kind(), self.object.name())
    }

    /// Whether its cluster goes away at its end.
    pub fn shuts_down(&self) -> bool {
        self.flag("/shutdownAfterJobFinishes")
    }

    /// Whether it runs on a cluster that is not its own.
    pub fn selects(&self) -> bool {
        self.get("/clusterSelector").and_then(Value::as_object).is_some_and(|selector| !selector.is_empty())
    }
}

impl Findings<'_> {
    /// Reports at a part of a job; the pointer is below its spec.
    pub fn job(&mut self, job: &RayJob<'_>, pointer: &str, message: impl Into<String>) -> &mut Diagnostic {
        self.report(job.object.span(&job.at(pointer)), message)
    }
}
