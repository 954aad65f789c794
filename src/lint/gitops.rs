//! Argo CD's and Flux' objects, and what they read from others, as rules look at them.

use serde_json::Value;

use super::karpenter::{items, texts};
use super::{Object, Subject};

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

    /// Whether it may sync objects of this namespace; one that an ApplicationSet fills in may.
    pub(super) fn may_reach(&self, namespace: &str) -> bool {
        let own = self.get("/destination/namespace").and_then(Value::as_str).unwrap_or_default();
        own == namespace || own.contains("{{")
    }

    /// The paths that it ignores in objects of a kind: JSON pointers and jq expressions alike.
    pub(super) fn ignored(&self, kind: &str, name: &str) -> Vec<&'a str> {
        let entries = self.get("/ignoreDifferences").and_then(Value::as_array).into_iter().flatten();
        let fits = |entry: &&Value, field: &str, wanted: &str| match entry[field].as_str() {
            None | Some("" | "*") => true,
            Some(written) => written == wanted,
        };
        entries
            .filter(|entry| fits(entry, "kind", kind) && fits(entry, "name", name))
            .flat_map(|entry| texts(&entry["jqPathExpressions"]).chain(texts(&entry["jsonPointers"])))
            .collect()
    }
}

/// Whether a path of `ignoreDifferences` covers the replicas of worker groups.
pub(super) fn covers_replicas(path: &str) -> bool {
    path.contains("workerGroupSpecs") && (path.contains("replicas") || path.ends_with("workerGroupSpecs"))
}

/// The JSON pointers that a Kustomization of Flux ignores in an object.
pub(super) fn ignored_by_flux<'a>(kustomization: &Object<'a>, object: &Object<'_>) -> Vec<&'a str> {
    let fits = |target: &Value, field: &str, wanted: &str| match target[field].as_str() {
        None | Some("") => true,
        // The target's fields are regular expressions of the whole value; raygen reads the plain ones.
        Some(written) => written == wanted || written == ".*",
    };
    items(kustomization, "/spec/ignore")
        .filter(|(_, rule)| {
            let target = &rule["target"];
            fits(target, "group", "ray.io")
                && fits(target, "kind", object.kind())
                && fits(target, "name", object.name())
                && fits(target, "namespace", object.namespace())
        })
        .flat_map(|(_, rule)| texts(&rule["paths"]))
        .collect()
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
