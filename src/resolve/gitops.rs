//! How an environment's objects reach its cluster: what `[gitops]` and the environment say, with the defaults.

use std::sync::Arc;

use super::group::from_table;
use super::values::{SpecPath, Values};
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::spec::{self, EnvironmentGitOps, GitOpsTool};
use crate::workspace::PLATFORM;

/// The wiring of an environment.
#[derive(Clone, Debug)]
pub struct GitOps {
    /// Name of what belongs to the environment, and beginning of the names of what belongs to a team.
    pub name: String,
    /// Where the repository has the environment's directories: `generated/prod`.
    pub path: String,
    /// Whether a merge is synced at once.
    pub automated: bool,
    /// Argo CD, if it syncs.
    pub argo_cd: Option<ArgoCd>,
    /// Flux, if it syncs.
    pub flux: Option<Flux>,
    /// The platform's values.
    pub values: Arc<Values>,
    /// Place of the environment's own settings.
    pub place: SpecPath,
}

/// Argo CD's part.
#[derive(Clone, Debug)]
pub struct ArgoCd {
    /// Namespace of Applications and AppProjects.
    pub namespace: String,
    /// URL of the repository.
    pub repo_url: String,
    /// Branch, tag or commit.
    pub revision: String,
    /// The cluster.
    pub destination: Destination,
    /// Whether one ApplicationSet makes the teams' Applications.
    pub application_set: bool,
    /// Sync options beside raygen's own.
    pub sync_options: Vec<String>,
    /// Further tries of a failed sync.
    pub retries: i64,
    /// Time before the first.
    pub backoff: String,
    /// By how much each wait is longer.
    pub backoff_factor: i64,
    /// The longest wait.
    pub longest_backoff: String,
}

/// A cluster as Argo CD knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// By the URL of its API server.
    Server(String),
    /// By its name in Argo CD.
    Name(String),
}

/// The cluster that Argo CD runs in, as Argo CD registers it by itself (`common.go`, KubernetesInternalAPIServerAddr).
const OWN_CLUSTER: &str = "https://kubernetes.default.svc";

impl Destination {
    /// Whether it is the cluster that Argo CD runs in.
    pub fn is_own(&self) -> bool {
        match self {
            Self::Server(url) => url == OWN_CLUSTER,
            // The name under which it is registered (`util/db/cluster.go`, getLocalCluster).
            Self::Name(name) => name == "in-cluster",
        }
    }
}

/// Flux's part.
#[derive(Clone, Debug)]
pub struct Flux {
    /// Whether it can ignore what others write into an object (`spec.ignore`, kustomize-controller v1.9.0).
    pub ignores: bool,
    /// Namespace of the Kustomizations.
    pub namespace: String,
    /// Kind of the source.
    pub source_kind: spec::SourceKind,
    /// Name of the source.
    pub source_name: String,
    /// Namespace of the source, if it is another.
    pub source_namespace: Option<String>,
    /// How often the objects are applied.
    pub interval: String,
    /// How soon after a failure.
    pub retry_interval: Option<String>,
    /// How long applying and becoming healthy may take.
    pub timeout: String,
    /// In whose name objects are applied.
    pub service_account: Option<String>,
    /// Secret with the cluster's kubeconfig.
    pub kubeconfig_secret: Option<String>,
}

/// The platform's part of all environments' wiring.
pub(super) struct Platform {
    spec: spec::GitOps,
    values: Arc<Values>,
}

/// Reads `[gitops]`; `None` where there is none.
pub(super) fn read(platform: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Platform> {
    let node = platform.child("gitops")?;
    let spec: spec::GitOps = from_table(node.table().expect("the schema takes only a table here"));
    if spec.tool.0.contains(&GitOpsTool::ArgoCd) && spec.repo_url.is_none() {
        let message = "`[gitops]` has no `repo-url`, which Argo CD needs";
        diagnostics.push(
            Diagnostic::error("missing-key", node.span, message)
                .help("write the URL by which Argo CD reaches this repository"),
        );
    }
    let values = Arc::new(Values { root: platform.clone(), source: PLATFORM.to_owned() });
    Some(Platform { spec, values })
}

impl Platform {
    /// The wiring of one environment; `None` where no tool syncs.
    pub(super) fn of_environment(&self, name: &str, own: &EnvironmentGitOps) -> Option<GitOps> {
        let Self { spec, values } = self;
        let uses = |tool| spec.tool.0.contains(&tool);
        let argo_cd = uses(GitOpsTool::ArgoCd).then(|| self.argo_cd(own));
        let flux = uses(GitOpsTool::Flux).then(|| self.flux(own));
        if argo_cd.is_none() && flux.is_none() {
            return None;
        }
        Some(GitOps {
            name: own.project.clone().unwrap_or_else(|| format!("ray-{name}")),
            path: format!("{}/{name}", spec.path.as_deref().unwrap_or("generated")),
            automated: own.automated.unwrap_or(true),
            argo_cd,
            flux,
            values: Arc::clone(values),
            place: SpecPath::new(["environments", name, "gitops"]),
        })
    }

    fn argo_cd(&self, own: &EnvironmentGitOps) -> ArgoCd {
        let spec::gitops::ArgoCd { namespace, application_set, sync_options, retry } = &self.spec.argocd;
        let destination = own.destination.clone().unwrap_or_else(|| OWN_CLUSTER.to_owned());
        let duration = |own: &Option<spec::Duration>, default: &str| {
            own.as_ref().map_or_else(|| default.to_owned(), ToString::to_string)
        };
        ArgoCd {
            namespace: namespace.clone().unwrap_or_else(|| "argocd".to_owned()),
            repo_url: self.spec.repo_url.clone().unwrap_or_default(),
            // The repository's default branch, to Git and to Argo CD (`docs/user-guide/tracking_strategies.md`).
            revision: own.revision.clone().unwrap_or_else(|| "HEAD".to_owned()),
            destination: if destination.contains("://") {
                Destination::Server(destination)
            } else {
                Destination::Name(destination)
            },
            application_set: application_set.unwrap_or(true),
            sync_options: sync_options.clone().unwrap_or_default(),
            // The values that Argo CD's own example of an Application has (`docs/operator-manual/application.yaml`).
            retries: retry.limit.unwrap_or(5),
            backoff: duration(&retry.duration, "5s"),
            backoff_factor: retry.factor.unwrap_or(2),
            longest_backoff: duration(&retry.max_duration, "3m"),
        }
    }

    fn flux(&self, own: &EnvironmentGitOps) -> Flux {
        let spec::gitops::Flux {
            kustomize_controller,
            namespace,
            source,
            interval,
            retry_interval,
            timeout,
            service_account,
        } = &self.spec.flux;
        let or = |own: &Option<String>, default: &str| own.clone().unwrap_or_else(|| default.to_owned());
        let duration = |own: &Option<spec::Duration>| own.as_ref().map(ToString::to_string);
        Flux {
            ignores: kustomize_controller
                .as_ref()
                .is_none_or(|version| version.triple() >= semver::Version::new(1, 9, 0)),
            namespace: or(namespace, "flux-system"),
            source_kind: source.kind.unwrap_or(spec::SourceKind::GitRepository),
            source_name: or(&source.name, "flux-system"),
            source_namespace: source.namespace.clone(),
            // The values of Flux' own examples (kustomize-controller `docs/spec/v1/kustomizations.md`), but twice their
            // timeout: a service is healthy when its models are loaded.
            interval: duration(interval).unwrap_or_else(|| "10m".to_owned()),
            retry_interval: duration(retry_interval),
            timeout: duration(timeout).unwrap_or_else(|| "10m".to_owned()),
            service_account: service_account.clone(),
            kubeconfig_secret: own.kubeconfig_secret.clone(),
        }
    }
}
