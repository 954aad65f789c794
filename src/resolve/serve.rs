//! What a service adds to its Ray cluster: the Serve config, the Service of Serve, and the way it is upgraded.

use super::model::{IncrementalUpgrade, Serve, ServeService};
use super::values::SpecPath;
use super::workload::Context;
use crate::diagnostic::Diagnostic;
use crate::document::{self, Value};
use crate::spec::{self, Upgrade};
use crate::yaml;

/// Resolves the service at `path`. `None` where a diagnostic says why, here or where the file was to be read.
pub(super) fn resolve(
    context: &Context<'_>,
    key: &str,
    spec: &spec::Workload,
    path: &SpecPath,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Serve> {
    let config = config(context, key, spec, path, diagnostics);
    let upgrade = spec.upgrade.unwrap_or(Upgrade::NewCluster);
    let steps = (upgrade == Upgrade::Incremental).then(|| steps(context, key, spec, path, diagnostics));
    Some(Serve {
        config: config?,
        upgrade,
        incremental: match steps {
            Some(steps) => Some(steps?),
            None => None,
        },
        cluster_deletion_delay: spec.cluster_deletion_delay.as_ref().and_then(spec::Duration::seconds).unwrap_or(60),
        exclude_head_pod: spec.exclude_head_pod.unwrap_or(false),
        service: spec.serve_service.clone().map(|service| ServeService {
            service_type: service.service_type,
            annotations: service.annotations.unwrap_or_default(),
            labels: service.labels.unwrap_or_default(),
        }),
        initializing_timeout: spec.initializing_timeout.as_ref().map(ToString::to_string),
    })
}

/// The text of `serveConfigV2`: that of the file, or the tables of the spec as YAML.
fn config(
    context: &Context<'_>,
    key: &str,
    spec: &spec::Workload,
    path: &SpecPath,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    let (in_spec, of_file) = (path.join("serve-config"), path.join("serve-config-file"));
    if spec.serve_config.is_some() && spec.serve_config_file.is_some() {
        let message = format!("service `{key}` has a `serve-config` and a `serve-config-file`");
        diagnostics.push(
            Diagnostic::error("conflicting-serve-config", context.values.span(&of_file), message)
                .label(context.values.key_span(&in_spec), "the other one")
                .help("take one of them out"),
        );
        return None;
    }
    match &context.values.root.nearest(in_spec.keys()).value {
        Value::Table(table) if spec.serve_config.is_some() => Some(yaml::emit(&document::to_json(table))),
        // A file that could not be read was reported when it was to be read.
        Value::String(text) => Some(text.clone()),
        _ if spec.serve_config_file.is_some() => None,
        _ => {
            let message = format!("service `{key}` has no `serve-config`, so it serves nothing");
            diagnostics.push(
                Diagnostic::error("missing-serve-config", context.values.key_span(path), message).help(format!(
                    "write `[[services.{key}.serve-config.applications]]` with `import_path`, or name a file beside the spec with `serve-config-file`"
                )),
            );
            None
        }
    }
}

/// The steps of an incremental upgrade.
fn steps(
    context: &Context<'_>,
    key: &str,
    spec: &spec::Workload,
    path: &SpecPath,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<IncrementalUpgrade> {
    let options = spec.incremental_upgrade.clone().unwrap_or_default();
    let place = path.join("incremental-upgrade");
    let interval = options.interval.as_ref().and_then(spec::Duration::seconds);
    let (Some(step), Some(interval), Some(gateway_class)) =
        (options.step_size_percent, interval, options.gateway_class)
    else {
        let missing: Vec<&str> = [
            ("step-size-percent", options.step_size_percent.is_none()),
            ("interval", interval.is_none()),
            ("gateway-class", spec.incremental_upgrade.as_ref().is_none_or(|options| options.gateway_class.is_none())),
        ]
        .into_iter()
        .filter_map(|(key, missing)| missing.then_some(key))
        .collect();
        let message = format!("service `{key}` upgrades incrementally, but does not say {}", in_words(&missing));
        diagnostics.push(
            Diagnostic::error("invalid-service-upgrade", context.values.span(&path.join("upgrade")), message)
                .label(context.values.key_span(&place), "the steps stand here")
                .help(format!(
                    "write `[services.{key}.incremental-upgrade]` with `step-size-percent = 10`, `interval = \"30s\"` and `gateway-class`, the name of a GatewayClass of the cluster"
                )),
        );
        return None;
    };
    Some(IncrementalUpgrade {
        max_surge_percent: options.max_surge_percent.unwrap_or(100),
        step_size_percent: step,
        interval,
        gateway_class,
    })
}

/// "`a`, `b` and `c`".
fn in_words(keys: &[&str]) -> String {
    let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
