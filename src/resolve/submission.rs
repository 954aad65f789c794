//! Scripts that are submitted to a cluster once, each by a Kubernetes Job.

use super::job::{self, Submitter, Target};
use super::model::Auth;
use super::names;
use super::values::SpecPath;
use super::workload::Context;
use crate::diagnostic::Diagnostic;
use crate::json::Map;
use crate::spec::{self, AuthMode};

/// A script for a cluster.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Its name in the spec.
    pub key: String,
    /// Its place.
    pub path: SpecPath,
    /// Name of its objects, without the hash of what they hold.
    pub name: String,
    /// The file that Ray gets.
    pub script: Option<Script>,
    /// What Ray runs.
    pub entrypoint: String,
    /// Its runtime environment.
    pub runtime_env: Map,
    /// The pod that submits it.
    pub submitter: Submitter,
    /// The dashboard's address.
    pub address: String,
    /// The Secret with the cluster's token, where it asks for one.
    pub token: Option<String>,
    /// Further attempts.
    pub retries: i32,
    /// Seconds after which it is given up.
    pub deadline: Option<i32>,
}

/// A file beside the spec.
#[derive(Clone, Debug)]
pub struct Script {
    /// Its name, without the directory.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// Characters of the hash in a name, and the `-` before them.
const HASH: usize = 9;
/// The name of a Job is the value of a label of its pods (Kubernetes `batch.kubernetes.io/job-name`).
const LONGEST: usize = 63;

/// The submissions of the cluster `name`, in the order of the file.
pub(super) fn resolve(
    context: &Context<'_>,
    path: &SpecPath,
    name: &str,
    spec: &spec::Workload,
    target: &Target<'_>,
    auth: Option<&Auth>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Submission> {
    let mut submissions = Vec::new();
    for (key, spec) in spec.submit.iter().flatten() {
        let path = path.join("submit").join(key);
        let full = format!("{name}-{key}");
        if full.len() + HASH > LONGEST {
            let message = format!(
                "the Job's name `{full}` has {} characters with its hash, but Kubernetes takes {LONGEST}",
                full.len() + HASH
            );
            diagnostics.push(
                Diagnostic::error("long-job-name", context.values.key_span(&path), message)
                    .note(format!(
                        "workload `{name}` ({}) + script `{key}` ({}) + hash ({HASH})",
                        name.len(),
                        key.len()
                    ))
                    .help(format!("shorten one of them by {} or more", full.len() + HASH - LONGEST)),
            );
            continue;
        }
        let script = match &spec.script_file {
            Some(file) => {
                let Some(script) = script(context, &path, file, diagnostics) else { continue };
                Some(script)
            }
            None => None,
        };
        let entrypoint = spec.entrypoint.clone().or_else(|| Some(format!("python {}", script.as_ref()?.name)));
        let Some(entrypoint) = entrypoint else {
            let message = format!("`{key}` submits nothing to `{name}`");
            diagnostics.push(
                Diagnostic::error("missing-entrypoint", context.values.key_span(&path), message)
                    .help("write `script-file` with a file beside this one, or `entrypoint` with a command"),
            );
            continue;
        };
        let submitter = job::submitter(
            context,
            target,
            spec::Submitter {
                image: spec.image.clone(),
                cpu: spec.cpu.clone(),
                memory: spec.memory.clone(),
                env: spec.env.clone(),
                ..spec::Submitter::default()
            },
            &path,
            diagnostics,
        );
        let Some(mut submitter) = submitter else { continue };
        submitter.service_account = spec.service_account.clone().unwrap_or(submitter.service_account);
        submissions.push(Submission {
            key: key.clone(),
            path,
            name: full,
            script,
            entrypoint,
            runtime_env: spec.runtime_env.clone().map(|object| object.0).unwrap_or_default(),
            submitter,
            // The head's Service and the dashboard's port (KubeRay `utils.GenerateHeadServiceName`).
            address: format!("http://{name}-head-svc:8265"),
            token: auth
                .filter(|auth| auth.mode == AuthMode::Token)
                .map(|auth| auth.secret.clone().unwrap_or_else(|| names::kept(name))),
            retries: spec.retries.unwrap_or(0),
            deadline: spec.deadline.as_ref().and_then(spec::Duration::seconds),
        });
    }
    submissions
}

/// A file beside the spec. `None` where a diagnostic says why, here or where the file was to be read.
fn script(context: &Context<'_>, path: &SpecPath, file: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Script> {
    let node = path.join("script").keys().try_fold(&context.values.root, |node, key| node.child(key))?;
    let name = file.rsplit('/').next().unwrap_or(file);
    // Keys of a ConfigMap (Kubernetes `IsConfigMapKey`).
    if name.len() > 253 || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        let span = context.values.span(&path.join("script-file"));
        diagnostics.push(
            Diagnostic::error("invalid-name", span, format!("`{name}` is no name for a file in a ConfigMap"))
                .help("rename it: letters, digits, `-`, `_` and `.`"),
        );
        return None;
    }
    Some(Script { name: name.to_owned(), text: node.string()?.to_owned() })
}
