//! What of a workload is exposed: at which address, behind which controller, with what of the site's settings.

mod controller;
mod source;

use std::collections::BTreeMap;

pub use self::controller::{Alb, Controller, Gateway, HealthCheck, Login, Nginx, NginxAuth, Provider};
use super::group;
use super::layers::Fragment;
use super::model::Environment;
use super::names;
use super::template::Variables;
use super::values::SpecPath;
use super::workload::Context;
use crate::diagnostic::Diagnostic;
use crate::spec::{self, Expose, IngressClass, WorkloadKind};

/// One exposed port.
#[derive(Clone, Debug)]
pub struct Ingress {
    /// The port.
    pub expose: Expose,
    /// The Service that has it.
    pub service: String,
    /// The host.
    pub host: String,
    /// The path, without a trailing slash; empty for the root.
    pub path: String,
    /// Who serves it, and how.
    pub controller: Controller,
    /// Further annotations.
    pub annotations: BTreeMap<String, String>,
}

/// Resolves the `ingress` table of a workload, whose objects will be called `name`.
pub(super) fn resolve(
    context: &Context<'_>,
    (kind, key): (WorkloadKind, &str),
    spec: &spec::Workload,
    name: &str,
    variables: &Variables<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Ingress> {
    let Some(ingress) = &spec.ingress else { return Vec::new() };
    let mut exposed: Vec<Expose> = ingress.expose.clone().unwrap_or_default();
    exposed.sort_unstable();
    exposed.dedup();
    // The Services of a cron job's clusters have names that nobody knows before.
    if exposed.is_empty() || kind == WorkloadKind::CronJob {
        return Vec::new();
    }
    let path = SpecPath::new([kind.table(), key, "ingress"]);
    let (environment, values) = (context.environment, context.values);
    let span = values.span(&path.join("expose"));
    let Some(class) = ingress.class else {
        let message = format!("environment `{}` says nothing about its ingress controller", environment.name);
        let help = format!("write `ingress.class = \"alb\"` under `[environments.{}]`", environment.name);
        diagnostics.push(Diagnostic::error("missing-ingress-class", span, message).help(help));
        return Vec::new();
    };
    let mut text = |key: &str, text: &Option<String>| match text {
        Some(text) => group::render(text, variables, values, &path.join(key), diagnostics).map(Some),
        None => Some(None),
    };
    let (Some(host), Some(route)) = (text("host", &ingress.host), text("path", &ingress.path)) else {
        return Vec::new();
    };
    if host.is_none() && environment.spec.domain.is_none() {
        let message = format!("environment `{}` has no `domain`, so the exposed port has no host", environment.name);
        diagnostics.push(
            Diagnostic::error("missing-host", span, message)
                .help(format!("write `domain` under `[environments.{}]`, or `ingress.host` here", environment.name)),
        );
        return Vec::new();
    }
    report_ineffective(context, &context.layers.of_workload([kind.table(), key]), class, &path, diagnostics);
    let route = route.unwrap_or_default().trim_end_matches('/').to_owned();
    // Both under one path would collide, and below it the dashboard's rule, which is the wider one, could come first.
    let beside = |expose: Expose| match expose {
        Expose::Serve if exposed.len() > 1 && !route.is_empty() => format!("{route}-serve"),
        _ => route.clone(),
    };
    let mut resolved = Vec::new();
    for (order, expose) in (0..).zip(exposed.iter().copied()) {
        let source = source::Source { environment, values, ingress, path: &path, expose, order };
        let Some(controller) = source.resolve(class, diagnostics) else { break };
        resolved.push(Ingress {
            expose,
            service: service(kind, name, expose),
            host: host.clone().unwrap_or_else(|| default_host(environment, name, expose)),
            path: beside(expose),
            controller,
            annotations: ingress.annotations.clone().unwrap_or_default(),
        });
    }
    resolved
}

/// The Service that KubeRay makes for a port (KubeRay `utils.GenerateHeadServiceName`, `common/service.go`); that of a
/// job has the job's name (`common/job.go`). A RayService's own for Serve leads to the pods that run a proxy.
fn service(kind: WorkloadKind, name: &str, expose: Expose) -> String {
    names::kept(&match (kind, expose) {
        (WorkloadKind::Service, Expose::Serve) => format!("{name}-serve-svc"),
        _ => format!("{name}-head-svc"),
    })
}

/// One level below the domain, so that one wildcard certificate covers all hosts.
fn default_host(environment: &Environment, name: &str, expose: Expose) -> String {
    let domain = environment.spec.domain.as_deref().unwrap_or_default();
    match expose {
        Expose::Dashboard => format!("{name}.{domain}"),
        Expose::Serve => format!("{name}-serve.{domain}"),
    }
}

/// Keys that only some controllers understand.
const ONLY: [(&str, &[IngressClass]); 19] = {
    use IngressClass::{Alb, Gateway, Nginx};
    [
        ("idle-timeout", &[Alb, Nginx]),
        ("inbound-cidrs", &[Alb, Nginx]),
        ("redirect-http", &[Alb, Nginx]),
        ("scheme", &[Alb]),
        ("group", &[Alb]),
        ("group-order", &[Alb]),
        ("load-balancer-name", &[Alb]),
        ("certificate-arn", &[Alb]),
        ("ssl-policy", &[Alb]),
        ("https", &[Alb]),
        ("wafv2-acl-arn", &[Alb]),
        ("subnets", &[Alb]),
        ("security-groups", &[Alb]),
        ("attributes", &[Alb]),
        ("tags", &[Alb]),
        ("health-check", &[Alb]),
        ("tls-secret", &[Nginx]),
        ("body-size", &[Nginx]),
        ("gateway", &[Gateway]),
    ]
};

/// They would be dropped without a word. What a site says about its own controller is no mistake where a team chose
/// another.
fn report_ineffective(
    context: &Context<'_>,
    fragments: &[Fragment<'_>],
    class: IngressClass,
    path: &SpecPath,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let environment = &context.environment.name;
    let table = path.keys().try_fold(&context.values.root, |node, key| node.child(key));
    let set_last = |key: &str| fragments.iter().rposition(|fragment| fragment.at(&["ingress", key]).is_some());
    let chosen = set_last("class");
    for (key, classes) in ONLY.iter().filter(|(_, classes)| !classes.contains(&class)) {
        if table.is_none_or(|table| table.child(key).is_none()) || set_last(key) < chosen {
            continue;
        }
        let of: Vec<String> = classes.iter().map(|class| format!("`{}`", class.as_str())).collect();
        let message = format!(
            "`{key}` does nothing in `{environment}`, whose ingress class is `{}`: it is for {}",
            class.as_str(),
            of.join(" and ")
        );
        diagnostics.push(
            Diagnostic::warning("ineffective-ingress-key", context.values.key_span(&path.join(key)), message)
                .help("take it out, or move it to the environment or the override that has that class"),
        );
    }
}
