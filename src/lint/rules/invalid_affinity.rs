//! Affinity terms that the API server refuses.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-affinity",
    group: Group::Pod,
    summary: "an affinity has a term that the API server refuses",
    severity: Severity::Error,
    page: include_str!("invalid_affinity.md"),
    check: Check::Pod(check),
};

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    let Some(affinity) = pod.get("/spec/affinity").filter(|affinity| affinity.is_object()) else { return };
    let mut found = Vec::new();
    let node = &affinity["nodeAffinity"];
    if let Some(terms) = node["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"].as_array() {
        let place = "/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
        if terms.is_empty() {
            found.push((place.to_owned(), "a required node affinity needs at least one term".to_owned()));
        }
        for (index, term) in terms.iter().enumerate() {
            expressions(&term["matchExpressions"], &format!("{place}/{index}/matchExpressions"), true, &mut found);
        }
    }
    for (index, term) in list(node) {
        let place = format!("/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution/{index}");
        weight(term, &place, &mut found);
        let place = format!("{place}/preference/matchExpressions");
        expressions(&term["preference"]["matchExpressions"], &place, true, &mut found);
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        let required = affinity[kind]["requiredDuringSchedulingIgnoredDuringExecution"].as_array();
        for (index, term) in required.into_iter().flatten().enumerate() {
            let place = format!("/{kind}/requiredDuringSchedulingIgnoredDuringExecution/{index}");
            pod_term(term, &place, &mut found);
        }
        for (index, term) in list(&affinity[kind]) {
            let place = format!("/{kind}/preferredDuringSchedulingIgnoredDuringExecution/{index}");
            weight(term, &place, &mut found);
            pod_term(&term["podAffinityTerm"], &format!("{place}/podAffinityTerm"), &mut found);
        }
    }
    for (place, problem) in found {
        findings.pod(pod, &format!("/spec/affinity{place}"), format!("affinity of {}: {problem}", pod.what()));
    }
}

fn list(affinity: &Value) -> impl Iterator<Item = (usize, &Value)> {
    affinity["preferredDuringSchedulingIgnoredDuringExecution"].as_array().into_iter().flatten().enumerate()
}

fn weight(term: &Value, place: &str, found: &mut Vec<(String, String)>) {
    if let Some(weight) = term["weight"].as_i64().filter(|weight| !(1..=100).contains(weight)) {
        found.push((format!("{place}/weight"), format!("a weight is from 1 to 100, not {weight}")));
    }
}

fn pod_term(term: &Value, place: &str, found: &mut Vec<(String, String)>) {
    if term["topologyKey"].as_str().is_some_and(str::is_empty) {
        found.push((format!("{place}/topologyKey"), "`topologyKey` may not be empty".to_owned()));
    }
    for selector in ["labelSelector", "namespaceSelector"] {
        let place = format!("{place}/{selector}/matchExpressions");
        expressions(&term[selector]["matchExpressions"], &place, false, found);
    }
}

/// `ValidateNodeSelectorRequirement` and `ValidateLabelSelectorRequirement`; only nodes are compared by number.
fn expressions(expressions: &Value, place: &str, of_nodes: bool, found: &mut Vec<(String, String)>) {
    for (index, expression) in expressions.as_array().into_iter().flatten().enumerate() {
        let key = expression["key"].as_str().unwrap_or_default();
        let Some(operator) = expression["operator"].as_str() else { continue };
        let values = expression["values"].as_array().map_or(0, Vec::len);
        let problem = match operator {
            "In" | "NotIn" if values == 0 => format!("operator `{operator}` on `{key}` needs values"),
            "Exists" | "DoesNotExist" if values > 0 => format!("operator `{operator}` on `{key}` takes no values"),
            "Gt" | "Lt" if of_nodes && values != 1 => {
                format!("operator `{operator}` on `{key}` takes exactly one value, not {values}")
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" if !key.is_empty() => continue,
            "Gt" | "Lt" if of_nodes && !key.is_empty() => continue,
            _ if key.is_empty() => "an expression needs a key".to_owned(),
            _ => format!("`{operator}` on `{key}` is not an operator"),
        };
        found.push((format!("{place}/{index}"), problem));
    }
}
