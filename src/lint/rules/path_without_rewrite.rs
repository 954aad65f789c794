//! A path that the dashboard does not know.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::exposure::{Controller, Port, annotation, controller};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "path-without-rewrite",
    group: Group::Network,
    summary: "a dashboard stands under a path that nothing takes off",
    severity: Severity::Warning,
    page: include_str!("path_without_rewrite.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for exposure in subject.exposures().iter().filter(|exposure| exposure.port == Port::Dashboard) {
        let (ingress, path) = (&exposure.ingress, exposure.path);
        if matches!(path, "" | "/" | "/*" | "/(.*)" | "/.*") {
            continue;
        }
        let (rewritten, how) = match controller(ingress) {
            Controller::Alb => {
                let key = format!("alb.ingress.kubernetes.io/transforms.{}", exposure.service);
                (annotation(ingress, &key).is_some(), format!("the annotation `{key}`"))
            }
            Controller::Nginx => {
                let key = "nginx.ingress.kubernetes.io/rewrite-target";
                (annotation(ingress, key).is_some(), format!("the annotation `{key}`"))
            }
            Controller::Gateway => {
                let filters = ingress.get(&format!("{}/filters", exposure.rule)).and_then(Value::as_array);
                let rewritten = filters.into_iter().flatten().any(|filter| filter["type"] == "URLRewrite");
                (rewritten, "a filter of type `URLRewrite`".to_owned())
            }
            Controller::Other => continue,
        };
        if !rewritten {
            let message = format!(
                "the dashboard of `{}` stands under `{path}`, but nothing takes the path off",
                exposure.cluster.object.name()
            );
            findings
                .object(ingress, &exposure.path_pointer, message)
                .add_help(format!("give it a host of its own, or rewrite with {how}"));
        }
    }
}
