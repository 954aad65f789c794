//! How Argo CD or Flux brings what is rendered to the clusters.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::scalar::{Duration, Version};

/// Tools that sync a repository to a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GitOpsTool {
    /// Argo CD.
    ArgoCd,
    /// Flux.
    Flux,
}

impl GitOpsTool {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::ArgoCd, Self::Flux];

    /// As specs and directories have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ArgoCd => "argocd",
            Self::Flux => "flux",
        }
    }
}

/// One tool, or a list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Written")]
pub struct GitOpsTools(pub Vec<GitOpsTool>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    One(GitOpsTool),
    Several(Vec<GitOpsTool>),
}

impl From<Written> for GitOpsTools {
    fn from(written: Written) -> Self {
        Self(match written {
            Written::One(tool) => vec![tool],
            Written::Several(tools) => tools,
        })
    }
}

impl JsonSchema for GitOpsTools {
    fn schema_name() -> Cow<'static, str> {
        "GitOpsTools".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words = GitOpsTool::ALL.map(GitOpsTool::as_str);
        json_schema!({
            "type": ["string", "array"],
            "pattern": format!("^({})$", words.join("|")),
            "items": { "type": "string", "enum": words },
            "uniqueItems": true,
            "examples": words,
        })
    }
}

/// The wiring that makes Argo CD or Flux sync `generated/`. Without this table there is none.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GitOps {
    /// What syncs: `argocd`, `flux`, or a list of both.
    pub tool: GitOpsTools,
    /// The repository, as Argo CD reaches it (`spec.source.repoURL` of every Application). Flux has a source of its own.
    #[schemars(example = "https://github.com/acme/ray-platform.git", length(min = 1))]
    pub repo_url: Option<String>,
    /// Where the repository has what `raygen render` writes; `generated` when not set.
    #[schemars(
        example = "platform/ray/generated",
        regex(pattern = "^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$")
    )]
    pub path: Option<String>,
    /// Settings of Argo CD.
    #[serde(default)]
    pub argocd: ArgoCd,
    /// Settings of Flux.
    #[serde(default)]
    pub flux: Flux,
}

/// Settings of Argo CD.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ArgoCd {
    /// Argo CD's own namespace, where Applications and AppProjects are; `argocd` when not set.
    #[schemars(extend("format" = "dns-label"), regex(pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"), length(max = 63))]
    pub namespace: Option<String>,
    /// Whether one ApplicationSet makes the teams' Applications, which is the default; else one Application is rendered
    /// per team.
    pub application_set: Option<bool>,
    /// More sync options of every Application (`spec.syncPolicy.syncOptions`).
    #[schemars(extend("items" = { "type": "string", "pattern": "^[A-Z][A-Za-z]*=[A-Za-z]+$" }), example = ["ServerSideApply=true"])]
    pub sync_options: Option<Vec<String>>,
    /// How often and when a failed sync is tried again (`spec.syncPolicy.retry`).
    pub retry: Retry,
}

/// When a failed sync is tried again.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Retry {
    /// Number of further tries (`limit`); 5 when not set, and without end when negative.
    pub limit: Option<i64>,
    /// Time before the first (`backoff.duration`); `5s` when not set.
    pub duration: Option<Duration>,
    /// By how much each wait is longer than the one before (`backoff.factor`); 2 when not set.
    #[schemars(range(min = 1))]
    pub factor: Option<i64>,
    /// The longest wait (`backoff.maxDuration`); `3m` when not set.
    pub max_duration: Option<Duration>,
}

/// Durations as Flux' CRDs take them: no microseconds (kustomize-controller v1.9, `spec.interval`).
const FLUX_DURATION: &str = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$";

/// Settings of Flux.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Flux {
    /// Release of kustomize-controller that runs; 1.9 or newer when not set. An older one cannot leave replicas to Ray's
    /// autoscaler (`spec.ignore`).
    #[schemars(example = "1.9.4")]
    pub kustomize_controller: Option<Version>,
    /// Namespace of the Kustomizations; `flux-system` when not set.
    #[schemars(extend("format" = "dns-label"), regex(pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"), length(max = 63))]
    pub namespace: Option<String>,
    /// The source that holds the repository (`spec.sourceRef`).
    pub source: FluxSource,
    /// How often the objects are applied (`spec.interval`); `10m` when not set.
    #[schemars(extend("pattern" = FLUX_DURATION))]
    pub interval: Option<Duration>,
    /// How soon after a failure (`spec.retryInterval`); after `interval` when not set.
    #[schemars(extend("pattern" = FLUX_DURATION), example = "2m")]
    pub retry_interval: Option<Duration>,
    /// How long applying and becoming healthy may take (`spec.timeout`); `10m` when not set.
    #[schemars(extend("pattern" = FLUX_DURATION))]
    pub timeout: Option<Duration>,
    /// ServiceAccount in whose name objects are applied (`spec.serviceAccountName`); the controller's own when not set.
    pub service_account: Option<String>,
}

/// Where Flux finds the repository.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct FluxSource {
    /// Kind of the source; `GitRepository` when not set.
    pub kind: Option<SourceKind>,
    /// Name of the source; `flux-system`, which `flux bootstrap` makes, when not set.
    pub name: Option<String>,
    /// Namespace of the source; that of the Kustomizations when not set.
    pub namespace: Option<String>,
}

/// Kinds of sources that a Kustomization may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum SourceKind {
    /// A Git repository.
    GitRepository,
    /// An artifact in a container registry.
    #[serde(rename = "OCIRepository")]
    OciRepository,
    /// A bucket.
    Bucket,
    /// An artifact that another controller makes.
    ExternalArtifact,
}

impl SourceKind {
    /// As Kubernetes has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitRepository => "GitRepository",
            Self::OciRepository => "OCIRepository",
            Self::Bucket => "Bucket",
            Self::ExternalArtifact => "ExternalArtifact",
        }
    }
}

/// How an environment is synced.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct EnvironmentGitOps {
    /// The cluster, as Argo CD knows it: the URL of its API server, or else its name (`spec.destination.server`, `.name`);
    /// the cluster that Argo CD itself runs in when not set.
    #[schemars(example = "https://kubernetes.default.svc", length(min = 1))]
    pub destination: Option<String>,
    /// Name of the environment's AppProject, ApplicationSet or Kustomization, and beginning of the names of the teams'
    /// own: `<project>-<team>`; `ray-<environment>` when not set.
    #[schemars(
        example = "ray-prod",
        extend("format" = "dns-label"),
        regex(pattern = "^[a-z]([-a-z0-9]*[a-z0-9])?$"),
        length(max = 63)
    )]
    pub project: Option<String>,
    /// Branch, tag or commit that Argo CD syncs (`spec.source.targetRevision`); the repository's default branch when not
    /// set. What Flux syncs is its source's business.
    #[schemars(extend("examples" = ["main"]), length(min = 1))]
    pub revision: Option<String>,
    /// Whether a merge is synced at once, and what was changed by hand is put back, which is the default
    /// (`spec.syncPolicy.automated`); else someone presses Sync, or resumes the Kustomization (`spec.suspend`).
    pub automated: Option<bool>,
    /// Secret with the kubeconfig of the cluster, where Flux runs in another one (`spec.kubeConfig.secretRef`).
    pub kubeconfig_secret: Option<String>,
}
