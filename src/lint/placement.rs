//! Which NodePool a pod asks for by name.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Object, Pod, Subject};

/// NodePools by environment and name.
pub(super) struct Pools<'a>(BTreeMap<(&'a str, &'a str), Object<'a>>);

impl<'a> Pools<'a> {
    /// All pools of a run.
    pub(super) fn of(subject: &Subject<'a>) -> Self {
        Self(subject.of_kind("NodePool").map(|pool| ((pool.environment_name, pool.name()), *pool)).collect())
    }

    /// Whether there is none for an environment, so that nothing can be said of its pods.
    pub(super) fn is_empty(&self, environment: &str) -> bool {
        self.0.range((environment, "")..).next().is_none_or(|((other, _), _)| *other != environment)
    }

    /// The pool that a pod selects by the label that Karpenter puts on its nodes.
    pub(super) fn selected_by(&self, pod: &Pod<'a>) -> Option<&Object<'a>> {
        self.0.get(&(pod.object.environment_name, selected(pod)?))
    }

    /// The pools of an environment.
    pub(super) fn all(&self, environment: &str) -> impl Iterator<Item = &Object<'a>> {
        self.0.iter().filter(move |((other, _), _)| *other == environment).map(|(_, pool)| pool)
    }

    /// The pools' names in an environment.
    pub(super) fn names(&self, environment: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.keys().filter(move |(other, _)| *other == environment).map(|(_, name)| *name)
    }
}

/// The name of the pool that a pod selects.
pub(super) fn selected<'a>(pod: &Pod<'a>) -> Option<&'a str> {
    pod.get("/spec/nodeSelector")?.get("karpenter.sh/nodepool")?.as_str()
}

/// A pool's requirements.
pub(super) fn requirements<'a>(pool: &Object<'a>) -> impl Iterator<Item = &'a Value> {
    pool.get("/spec/template/spec/requirements").and_then(Value::as_array).into_iter().flatten()
}

/// Whether one file describes both, so that its author can change the pool.
pub(super) fn same_owner(pool: &Object<'_>, pod: &Pod<'_>) -> bool {
    let team = |object: &Object<'_>| object.manifest().and_then(|manifest| manifest.team.clone());
    team(pool) == team(&pod.object)
}
