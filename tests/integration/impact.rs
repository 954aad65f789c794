//! What merging does, change by change: the facts of KubeRay, Karpenter and Kubernetes as tables of spec changes and
//! verdicts.

mod document;
mod kubernetes;
mod node_class;
mod node_pool;
mod ray_cluster;
mod ray_job;
mod ray_service;
mod run;

use std::collections::BTreeMap;

use raygen::diagnostic::Severity;
use raygen::diff::Object;
use raygen::impact::{self, EnvironmentImpact, ObjectImpact, Side, Verdict};
use raygen::json::Value;
use raygen::manifest;
use raygen::resolve::{self, Selection};
use raygen::schema::{Releases, Version};
use raygen::workspace::Workspace;

const PLATFORM: &str = r#"
[versions]
kubernetes = "1.34.1"
kuberay = "1.7.0"
karpenter = "1.14.1"

[environments.prod]
eks-cluster = "ml-prod"
region = "us-west-2"
zones = ["us-west-2a", "us-west-2b"]
domain = "ray.example.com"
node-role = "KarpenterNodeRole-ml-prod"
ami = "al2023@v20260810"
ingress = { class = "alb" }

[defaults.cluster]
ray-version = "2.56.0"
image = "rayproject/ray:2.56.0"
"#;

/// The objects that a team's spec makes, without an error.
#[track_caller]
fn rendered(team: &str) -> Vec<Value> {
    let workspace = Workspace::from_texts(PLATFORM, [("vision", team)]);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    let found = [&workspace.diagnostics, &resolution.diagnostics, &built.diagnostics];
    let errors: Vec<_> = found.into_iter().flatten().filter(|found| found.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{team}");
    built.manifests.into_iter().map(|manifest| manifest.object).collect()
}

#[track_caller]
fn of_kind(objects: &[Value], kind: &str) -> Value {
    objects.iter().find(|object| object["kind"] == kind).unwrap_or_else(|| panic!("no {kind}")).clone()
}

/// How a row changes the object.
#[derive(Clone)]
enum Edit {
    /// Two endings of the team's spec, old and new.
    Spec(&'static str, &'static str),
    /// Values that no key of the spec makes: a JSON pointer and what stands there, before and after; null is nothing.
    Object(&'static str, Value, Value),
}

impl Edit {
    /// The object of a kind before and after. The team's spec is `base` and the ending.
    #[track_caller]
    fn sides(&self, base: &str, kind: &str) -> (Value, Value) {
        match self {
            Self::Spec(old, new) => {
                let [old, new] = [old, new].map(|end| of_kind(&rendered(&format!("{base}\n{end}")), kind));
                assert_ne!(old, new, "the row changes nothing");
                (old, new)
            }
            Self::Object(pointer, old, new) => {
                let object = of_kind(&rendered(base), kind);
                (with(&object, pointer, old), with(&object, pointer, new))
            }
        }
    }
}

/// The object with another value at a JSON pointer; objects on the way are made.
fn with(object: &Value, pointer: &str, value: &Value) -> Value {
    let mut object = object.clone();
    let mut place = &mut object;
    let tokens: Vec<String> = pointer.split('/').skip(1).map(|token| token.replace("~1", "/")).collect();
    let (last, way) = tokens.split_last().unwrap();
    for token in way {
        place = match place {
            Value::Array(items) => &mut items[token.parse::<usize>().unwrap()],
            fields => &mut fields[token.as_str()],
        };
    }
    match place {
        Value::Array(items) => items[last.parse::<usize>().unwrap()] = value.clone(),
        Value::Object(fields) if value.is_null() => {
            fields.remove(last);
        }
        fields => fields[last.as_str()] = value.clone(),
    }
    object
}

fn releases(kuberay: &str) -> Releases {
    Releases { kuberay: Version::parse(kuberay).unwrap(), ..Releases::newest() }
}

fn side<'a>(objects: &'a [Value], releases: &'a Releases) -> Side<'a> {
    let object = |value| Object { environment: "prod", team: Some("vision"), workload: None, value };
    Side { releases: BTreeMap::from([("prod", releases)]), objects: objects.iter().map(object).collect() }
}

/// Looks at the only object that changes when the operator goes from one release to another.
#[track_caller]
fn assessed<T>(old: &[Value], new: &[Value], kuberay: (&str, &str), look: impl FnOnce(&ObjectImpact<'_>) -> T) -> T {
    let (before, after) = (releases(kuberay.0), releases(kuberay.1));
    let (old, new) = (side(old, &before), side(new, &after));
    let environments: Vec<EnvironmentImpact<'_>> = impact::assess(&old, &new);
    let objects: Vec<&ObjectImpact<'_>> = environments.iter().flat_map(|environment| &environment.objects).collect();
    assert_eq!(objects.len(), 1, "one object changes: {objects:#?}");
    look(objects[0])
}

/// All verdicts on a change, the worst first.
#[track_caller]
fn verdicts(old: &Value, new: &Value, kuberay: (&str, &str)) -> Vec<Verdict> {
    assessed(std::slice::from_ref(old), std::slice::from_ref(new), kuberay, |object| {
        for effect in &object.effects {
            assert!(!effect.reason.contains(['{', '}']), "{}", effect.reason);
            assert!(!effect.fields.is_empty() && !effect.fact.is_empty(), "{effect:#?}");
        }
        let mut verdicts: Vec<Verdict> = object.effects.iter().map(|effect| effect.verdict).collect();
        verdicts.dedup();
        verdicts
    })
}
