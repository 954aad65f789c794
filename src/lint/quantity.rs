//! Amounts in objects, as Kubernetes reads them.

use crate::json::Value;
use crate::spec::Quantity;

/// The amount in base units (cores, bytes, pieces); `None` for what is no quantity. An explicit null is zero, as it is
/// for the API server when it decodes a pod.
pub(super) fn amount(value: &Value) -> Option<f64> {
    match value {
        Value::Null => Some(0.0),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => Quantity::from(text.as_str()).value(),
        _ => None,
    }
}

/// Whether `a` is more than `b`, beyond what floating point makes of equal amounts.
pub(super) fn exceeds(a: f64, b: f64) -> bool {
    a - b > 1e-9 * a.abs().max(b.abs())
}

/// The amount as it is written.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "0".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a resource is counted in pieces and never overcommitted: an extended resource (Kubernetes
/// `pkg/apis/core/helper`, IsOvercommitAllowed). Huge pages are counted too.
pub(super) fn is_counted(resource: &str) -> bool {
    resource.starts_with("hugepages-")
        || resource.split_once('/').is_some_and(|(domain, _)| !domain.ends_with("kubernetes.io"))
}

#[cfg(test)]
mod tests {
    use crate::json;

    use super::*;

    #[test]
    fn equal_amounts_in_different_units_do_not_exceed_each_other() {
        for (a, b) in [("700m", "0.7"), ("1Gi", "1024Mi"), ("1e3", "1k"), ("0.1", "100m")] {
            let (a, b) = (amount(&json!(a)), amount(&json!(b)));
            let (a, b) = (a.expect("a quantity"), b.expect("a quantity"));
            assert!(!exceeds(a, b) && !exceeds(b, a), "{a} {b}");
        }
        assert_eq!(amount(&json!(null)), Some(0.0));
        assert_eq!(amount(&json!("lots")), None);
    }

    #[test]
    fn devices_are_counted() {
        assert!(is_counted("nvidia.com/gpu") && is_counted("hugepages-2Mi"));
        assert!(!is_counted("cpu") && !is_counted("kubernetes.io/batch-cpu"));
    }
}
