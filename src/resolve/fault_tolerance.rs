//! GCS fault tolerance: Redis' address, and what it needs of the pods.

use super::group;
use super::model::{FaultTolerance, Group, WorkerGroup};
use super::template::Variables;
use super::values::{SpecPath, Values};
use crate::diagnostic::Diagnostic;
use crate::spec::group::EnvText;
use crate::spec::{self, EnvValue};

/// Ray checks Redis' certificate against no bundle of its own: without a file it refuses even those that Amazon signed
/// (ray#41161). This is where the images of Ray have theirs.
const CA_FILE: &str = "/etc/ssl/certs/ca-certificates.crt";
/// Where Ray looks for that file, or for a directory of them (Ray `ray_config_def.h`).
const CA_VARIABLES: [&str; 2] = ["RAY_REDIS_CA_CERT", "RAY_REDIS_CA_PATH"];
/// How long a raylet waits for the GCS; KubeRay sets 600 s for workers that say nothing (`common/pod.go`, v1.7).
const RECONNECT: &str = "RAY_gcs_rpc_server_reconnect_timeout_s";

/// Resolves the table at `path`. `None` where a diagnostic says why.
pub(super) fn resolve(
    spec: &spec::FaultTolerance,
    variables: &Variables<'_>,
    values: &Values,
    path: &SpecPath,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<FaultTolerance> {
    let Some(text) = &spec.address else {
        let diagnostic = Diagnostic::error("missing-key", values.key_span(path), format!("`{path}` has no `address`"));
        diagnostics.push(diagnostic.help("write Redis' host and port: `address = \"redis:6379\"`"));
        return None;
    };
    let place = path.join("address");
    let text = group::render(text, variables, values, &place, diagnostics)?;
    if let (Some(tls), Some((scheme, rest))) = (spec.tls, text.split_once("://"))
        && (scheme == "rediss") != tls
    {
        let message = format!("the address of Redis says `{scheme}://`, but `tls` is {tls}");
        diagnostics.push(
            Diagnostic::error("invalid-redis-address", values.span(&place), message)
                .label(values.span(&path.join("tls")), "the other one")
                .help(format!("write `address = \"{rest}\"`: `tls` says the rest")),
        );
        return None;
    }
    let scheme = if spec.tls == Some(true) { "rediss" } else { "redis" };
    let address = if text.contains("://") { text } else { format!("{scheme}://{text}") };
    Some(FaultTolerance {
        address,
        username: spec.username.clone(),
        password: spec.password.clone(),
        namespace: spec.namespace.clone(),
    })
}

/// Tells the head where to find certificates, and workers how long to wait. What a group says itself stays.
pub(super) fn add_env(
    spec: &spec::FaultTolerance,
    resolved: &FaultTolerance,
    head: &mut Group,
    workers: &mut [WorkerGroup],
) {
    if resolved.address.starts_with("rediss://") && !CA_VARIABLES.iter().any(|name| head.env.contains_key(*name)) {
        let file = spec.ca_file.as_deref().unwrap_or(CA_FILE);
        head.env.insert(CA_VARIABLES[0].to_owned(), text(file));
    }
    let Some(seconds) = spec.reconnect_timeout.as_ref().and_then(spec::Duration::seconds) else { return };
    for worker in workers {
        worker.group.env.entry(RECONNECT.to_owned()).or_insert_with(|| text(&seconds.to_string()));
    }
}

fn text(value: &str) -> EnvValue {
    EnvValue::Text(EnvText::Text(value.to_owned()))
}
