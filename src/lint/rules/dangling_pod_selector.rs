//! A selector of pods that finds none.

use serde_json::Value;

use crate::diagnostic::Severity;
use crate::lint::monitoring::{Targets, is_about_ray, pods, selected, selects, shown, within};
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "dangling-pod-selector",
    group: Group::Monitoring,
    summary: "a selector selects no pod that is rendered",
    severity: Severity::Warning,
    page: include_str!("dangling_pod_selector.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let pods = pods(subject);
    for object in &subject.objects {
        let pointer = match object.kind() {
            "PodMonitor" | "PodDisruptionBudget" => "/spec/selector",
            "NetworkPolicy" => "/spec/podSelector",
            _ => {
                check_spread(object, &pods, findings);
                continue;
            }
        };
        let selector = object.get(pointer);
        if !is_about_ray(object, selector) || within(object, &pods).is_empty() {
            continue;
        }
        let found = if pointer == "/spec/selector" {
            !selected(object, &pods).is_empty()
        } else {
            within(object, &pods).iter().any(|pod| selects(selector, &pod.labels))
        };
        if !found {
            let what = format!("{} `{}`", object.kind(), object.name());
            report(object, &blamed(object, pointer, &pods), &what, selector, findings);
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

fn check_spread(object: &Object<'_>, pods: &Targets<'_>, findings: &mut Findings<'_>) {
    for pod in object.pods() {
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
}

fn report(object: &Object<'_>, pointer: &str, what: &str, selector: Option<&Value>, findings: &mut Findings<'_>) {
    let asked = match shown(selector) {
        asked if asked.is_empty() => "nothing".to_owned(),
        asked => format!("pods with `{asked}`"),
    };
    let message = format!("{what} selects {asked}, and no pod rendered into `{}` has that", object.namespace());
    let diagnostic = findings.object(object, pointer, message);
    diagnostic.add_help("select `app.kubernetes.io/instance` and `ray.io/node-type`, which raygen's pods carry");
    if asked.contains("ray.io/cluster=") {
        diagnostic
            .add_help("the clusters of a RayService or RayJob have generated names: `ray.io/cluster` never has theirs");
    }
}
