//! A selector of pods that finds none.

use crate::diagnostic::{Severity, did_you_mean};
use crate::json::Value;
use crate::lint::monitoring::{Targets, is_about_ray, selected, selects, shown, within};
use crate::lint::{Check, Findings, Group, Object, Pod, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "dangling-pod-selector",
    group: Group::Monitoring,
    summary: "a selector selects no pod that is rendered",
    severity: Severity::Warning,
    page: include_str!("dangling_pod_selector.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let pods = subject.pod_targets();
    for (object, own) in subject.objects_and_pods() {
        let pointer = match object.kind() {
            "PodMonitor" | "PodDisruptionBudget" => "/spec/selector",
            "NetworkPolicy" => "/spec/podSelector",
            _ => {
                for pod in own {
                    check_spread(pod, pods, findings);
                    check_affinity(pod, pods, findings);
                }
                continue;
            }
        };
        let selector = object.get(pointer);
        if !is_about_ray(object, selector) || within(object, pods).is_empty() {
            continue;
        }
        let found = if pointer == "/spec/selector" {
            !selected(object, pods).is_empty()
        } else {
            within(object, pods).iter().any(|pod| selects(selector, &pod.labels))
        };
        if !found {
            let what = format!("{} `{}`", object.kind(), object.name());
            report(object, &blamed(object, pointer, pods), &what, selector, findings);
        }
    }
}

/// The first label that no pod has, or the whole selector.
fn blamed(object: &Object<'_>, pointer: &str, pods: &Targets<'_>) -> String {
    let labels = object.get(&format!("{pointer}/matchLabels")).and_then(Value::as_object).into_iter().flatten();
    let has = |key: &str, value: &Value| {
        within(object, pods).iter().any(|pod| pod.labels.get(key).is_some_and(|own| own.as_deref() == value.as_str()))
    };
    let wrong = labels.into_iter().find(|(key, value)| !has(key, value));
    wrong.map_or_else(
        || pointer.to_owned(),
        |(key, _)| format!("{pointer}/matchLabels/{}", crate::lint::karpenter::token(key)),
    )
}

fn check_spread(pod: &Pod<'_>, pods: &Targets<'_>, findings: &mut Findings<'_>) {
    let object = &pod.object;
    let constraints = pod.get("/spec/topologySpreadConstraints").and_then(Value::as_array).into_iter().flatten();
    for (index, constraint) in constraints.enumerate() {
        let selector = constraint.get("labelSelector");
        let found = within(object, pods).iter().any(|pod| selects(selector, &pod.labels));
        if !found && is_about_ray(object, selector) {
            let pointer = pod.at(&format!("/spec/topologySpreadConstraints/{index}/labelSelector"));
            report(object, &pointer, &format!("the topology spread of {}", pod.what()), selector, findings);
        }
    }
}

/// Terms of pod affinity and anti-affinity that ask for Ray's pods in the pod's own Namespace. Others look for pods that
/// somebody else makes.
fn check_affinity(pod: &Pod<'_>, pods: &Targets<'_>, findings: &mut Findings<'_>) {
    let object = &pod.object;
    for kind in ["podAffinity", "podAntiAffinity"] {
        for (list, below) in [
            ("requiredDuringSchedulingIgnoredDuringExecution", ""),
            ("preferredDuringSchedulingIgnoredDuringExecution", "/podAffinityTerm"),
        ] {
            let list = format!("/spec/affinity/{kind}/{list}");
            let terms = pod.get(&list).and_then(Value::as_array).map_or(0, Vec::len);
            for index in 0..terms {
                let pointer = format!("{list}/{index}{below}");
                let Some(term) = pod.get(&pointer) else { continue };
                let selector = term.get("labelSelector");
                let elsewhere = ["namespaces", "namespaceSelector"].iter().any(|key| term.get(key).is_some());
                let found = within(object, pods).iter().any(|pod| selects(selector, &pod.labels));
                if !elsewhere && !found && asks_for_ray(selector) {
                    let what = if kind == "podAffinity" { "affinity" } else { "anti-affinity" };
                    let pointer = pod.at(&format!("{pointer}/labelSelector"));
                    report(object, &pointer, &format!("the pod {what} of {}", pod.what()), selector, findings);
                }
            }
        }
    }
}

/// Whether a selector asks for a label of KubeRay.
fn asks_for_ray(selector: Option<&Value>) -> bool {
    keys(selector).any(|key| key.starts_with("ray.io/"))
}

/// The keys that a selector asks for.
fn keys(selector: Option<&Value>) -> impl Iterator<Item = &str> {
    let labels = selector.and_then(|selector| selector.get("matchLabels")).and_then(Value::as_object);
    let expressions = selector.and_then(|selector| selector.get("matchExpressions")).and_then(Value::as_array);
    let of_expressions = expressions.into_iter().flatten().filter_map(|expression| expression["key"].as_str());
    labels.into_iter().flatten().map(|(key, _)| key).chain(of_expressions)
}

/// Labels that KubeRay puts on Ray pods (`utils/constant.go`, v1.7).
const OF_KUBERAY: [&str; 6] =
    ["ray.io/cluster", "ray.io/group", "ray.io/identifier", "ray.io/is-ray-node", "ray.io/node-type", "ray.io/serve"];

fn report(object: &Object<'_>, pointer: &str, what: &str, selector: Option<&Value>, findings: &mut Findings<'_>) {
    let asked = match shown(selector) {
        asked if asked.is_empty() => "nothing".to_owned(),
        asked => format!("pods with `{asked}`"),
    };
    let message = format!("{what} selects {asked}, and no pod rendered into `{}` has that", object.namespace());
    let diagnostic = findings.object(object, pointer, message);
    for key in keys(selector).filter(|key| key.starts_with("ray.io/") && !OF_KUBERAY.contains(key)) {
        let longer = || OF_KUBERAY.into_iter().find(|own| key.starts_with(own));
        if let Some(close) = did_you_mean(key, OF_KUBERAY).or_else(longer) {
            diagnostic.add_help(format!("KubeRay puts no label `{key}` on pods: did you mean `{close}`?"));
        }
    }
    diagnostic.add_help("select `app.kubernetes.io/instance` and `ray.io/node-type`, which raygen's pods carry");
    if asked.contains("ray.io/cluster=") {
        diagnostic
            .add_help("the clusters of a RayService or RayJob have generated names: `ray.io/cluster` never has theirs");
    }
}
