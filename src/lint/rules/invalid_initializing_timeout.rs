//! Initializing timeouts that are no times.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Object, Rule};
use crate::spec::Duration;

pub(super) static RULE: Rule = Rule {
    name: "invalid-initializing-timeout",
    group: Group::Ray,
    summary: "the initializing timeout of a RayService is no positive time",
    severity: Severity::Error,
    page: include_str!("invalid_initializing_timeout.md"),
    check: Check::Object(&["RayService"], check),
};

fn check(service: &Object<'_>, findings: &mut Findings<'_>) {
    let pointer = "/metadata/annotations/ray.io~1initializing-timeout";
    let text = service.text(pointer);
    let seconds = text.parse::<i64>().ok().or_else(|| Duration::from(text).seconds().map(i64::from));
    if text.is_empty() || seconds.is_some_and(|seconds| seconds > 0) {
        return;
    }
    let message =
        format!("RayService `{}` gives up initializing after `{text}`, which is no positive time", service.name());
    findings.object(service, pointer, message).add_help("write a duration such as `10m`, or seconds such as `600`");
}
