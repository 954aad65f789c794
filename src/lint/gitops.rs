//! Argo CD's and Flux' objects, and what they read from others, as rules look at them.

use std::collections::BTreeMap;

use super::karpenter::{items, texts};
use super::{Object, Subject};
use crate::json::Value;

/// An Application, or the template of an ApplicationSet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Application<'a> {
    pub(super) object: Object<'a>,
    /// JSON pointer of its `spec`.
    pointer: &'static str,
}

/// All Applications of a run.
pub(super) fn applications<'a>(subject: &Subject<'a>) -> Vec<Application<'a>> {
    let pointer = |object: &Object<'a>| match object.kind() {
        "Application" => Some("/spec"),
        "ApplicationSet" => Some("/spec/template/spec"),
        _ => None,
    };
    let of_argo_cd = subject.objects.iter().filter(|object| object.text("/apiVersion").starts_with("argoproj.io/"));
    of_argo_cd.filter_map(|object| Some(Application { object: *object, pointer: pointer(object)? })).collect()
}

impl<'a> Application<'a> {
    /// The whole object's JSON pointer for one below `spec`.
    pub(super) fn at(&self, pointer: &str) -> String {
        format!("{}{pointer}", self.pointer)
    }

    /// The value at a JSON pointer below `spec`.
    pub(super) fn get(&self, pointer: &str) -> Option<&'a Value> {
        self.object.get(&self.at(pointer))
    }

    /// JSON pointer, below `spec`, of a sync option that is set to true.
    pub(super) fn option(&self, name: &str) -> Option<String> {
        const OPTIONS: &str = "/syncPolicy/syncOptions";
        let options = self.get(OPTIONS).and_then(Value::as_array).into_iter().flatten().enumerate();
        let wanted = format!("{name}=true");
        options
            .filter(|(_, option)| option.as_str() == Some(wanted.as_str()))
            .map(|(index, _)| format!("{OPTIONS}/{index}"))
            .next()
    }

    /// Whether merges are synced without a person (`syncPolicy.automated`, which `enabled: false` switches off since 3.1).
    pub(super) fn is_automated(&self) -> bool {
        let automated = self.get("/syncPolicy/automated").and_then(Value::as_object);
        automated.is_some_and(|automated| automated.get("enabled") != Some(&Value::Bool(false)))
    }

    /// Whether it may sync objects of this namespace; one that an ApplicationSet fills in may. Objects without a namespace
    /// go into the destination's, and a destination without one leaves objects in theirs.
    pub(super) fn may_reach(&self, namespace: &str) -> bool {
        let own = self.get("/destination/namespace").and_then(Value::as_str).unwrap_or_default();
        own == namespace || own.is_empty() || namespace.is_empty() || own.contains("{{")
    }

    /// Names of the RayClusters whose replicas it ignores when it compares; an empty name stands for all.
    pub(super) fn ignoring(&self) -> impl Iterator<Item = &'a str> {
        let entries = self.get("/ignoreDifferences").and_then(Value::as_array).into_iter().flatten();
        let of_clusters = |entry: &&Value| matches!(entry["kind"].as_str(), None | Some("" | "*" | "RayCluster"));
        let paths = |entry: &'a Value| texts(&entry["jqPathExpressions"]).chain(texts(&entry["jsonPointers"]));
        entries
            .filter(of_clusters)
            .filter(move |entry| paths(entry).any(covers_replicas))
            .map(|entry| entry["name"].as_str().filter(|name| *name != "*").unwrap_or_default())
    }
}

/// Whether a path, in jq or as a JSON pointer, covers the replicas of worker groups.
fn covers_replicas(path: &str) -> bool {
    path.contains("workerGroupSpecs") && (path.contains("replicas") || path.ends_with("workerGroupSpecs"))
}

/// JSON pointers that Flux ignores in RayClusters, by environment, namespace and name; empty ones stand for all.
#[derive(Debug, Default)]
pub(super) struct IgnoredByFlux<'a>(BTreeMap<(&'a str, &'a str, &'a str), Vec<&'a str>>);

impl<'a> IgnoredByFlux<'a> {
    /// What the rules of `spec.ignore` of all Kustomizations say.
    pub(super) fn of(kustomizations: &[&Object<'a>]) -> Self {
        let mut ignored = Self::default();
        for kustomization in kustomizations {
            for (_, rule) in items(kustomization, "/spec/ignore") {
                // The target's fields are regular expressions of the whole value; the plain ones are read.
                let field = |name: &str| rule["target"][name].as_str().filter(|text| *text != ".*").unwrap_or_default();
                if matches!(field("kind"), "" | "RayCluster") && matches!(field("group"), "" | "ray.io") {
                    let key = (kustomization.environment_name, field("namespace"), field("name"));
                    ignored.0.entry(key).or_default().extend(texts(&rule["paths"]));
                }
            }
        }
        ignored
    }

    /// Whether one of the pointers is ignored in an object.
    pub(super) fn has(&self, object: &Object<'_>, pointers: &[&str]) -> bool {
        let (namespace, name) = (object.namespace(), object.name());
        let keys = [(namespace, name), (namespace, ""), ("", name), ("", "")];
        let mut rules =
            keys.iter().filter_map(|(namespace, name)| self.0.get(&(object.environment_name, namespace, name)));
        rules.any(|paths| paths.iter().any(|path| pointers.contains(path)))
    }
}

/// Flux' Kustomizations; those of Kustomize itself are no objects of a cluster.
pub(super) fn kustomizations<'s, 'a>(subject: &'s Subject<'a>) -> impl Iterator<Item = &'s Object<'a>> {
    let of_flux = |object: &&Object<'_>| object.text("/apiVersion").starts_with("kustomize.toolkit.fluxcd.io/");
    subject.of_kind("Kustomization").filter(of_flux)
}

/// JSON pointer of Argo CD's annotation with an object's wave.
pub(super) const WAVE: &str = "/metadata/annotations/argocd.argoproj.io~1sync-wave";
/// JSON pointer of Argo CD's annotation that makes an object a hook.
pub(super) const HOOK: &str = "/metadata/annotations/argocd.argoproj.io~1hook";

/// When Argo CD applies an object: its phase, then its wave (gitops-engine `pkg/sync/sync_tasks.go`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    phase: Phase,
    wave: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    PreSync,
    Sync,
    PostSync,
}

impl Turn {
    /// The turn of an object; `None` for a hook of another phase.
    pub(super) fn of(object: &Object<'_>) -> Option<Self> {
        let phase = match object.text(HOOK) {
            "" | "Sync" => Phase::Sync,
            "PreSync" => Phase::PreSync,
            "PostSync" => Phase::PostSync,
            _ => return None,
        };
        Some(Self { phase, wave: object.text(WAVE).parse().unwrap_or(0) })
    }

    /// How people say it: "wave -1", "phase PreSync".
    pub(super) fn shown(self, beside: Self) -> String {
        if self.phase == beside.phase { format!("wave {}", self.wave) } else { format!("phase {:?}", self.phase) }
    }
}
