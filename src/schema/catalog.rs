//! The schemas in the binary, and which release of each a cluster gets.

use semver::Version;

/// A project that serves kinds we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Project {
    /// Argo CD.
    ArgoCd,
    /// External Secrets Operator.
    ExternalSecrets,
    /// Flux, its kustomize-controller.
    Flux,
    /// Gateway API.
    GatewayApi,
    /// Karpenter with its AWS provider.
    Karpenter,
    /// `KubeRay`.
    KubeRay,
    /// Kubernetes itself.
    Kubernetes,
    /// Prometheus Operator.
    PrometheusOperator,
}

impl Project {
    /// As its people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ArgoCd => "Argo CD",
            Self::ExternalSecrets => "External Secrets Operator",
            Self::Flux => "Flux",
            Self::GatewayApi => "Gateway API",
            Self::Karpenter => "Karpenter",
            Self::KubeRay => "KubeRay",
            Self::Kubernetes => "Kubernetes",
            Self::PrometheusOperator => "Prometheus Operator",
        }
    }
}

/// One schema file.
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    /// Who serves the kind.
    pub project: Project,
    /// The release the schema was taken from, as far as it matters: `1.7.0`, `1.14`.
    pub release: &'static str,
    /// Group and version.
    pub api_version: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// Where the file is, below `schemas`.
    pub path: &'static str,
    /// The file.
    pub text: &'static str,
}

impl Embedded {
    /// The release with the parts that do not matter as zero.
    pub fn version(&self) -> Version {
        let mut parts = self.release.split('.').map(|part| part.parse().unwrap_or(0));
        Version::new(parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    }
}

macro_rules! schema {
    ($project:ident, $folder:literal, $release:literal, $api_version:literal, $kind:literal, $file:literal) => {
        Embedded {
            project: Project::$project,
            release: $release,
            api_version: $api_version,
            kind: $kind,
            path: concat!($folder, "/", $file, ".schema.json"),
            text: include_str!(concat!("../../schemas/", $folder, "/", $file, ".schema.json")),
        }
    };
}

/// Every schema, by folder; the releases of one project ascend.
pub const CATALOG: &[Embedded] = &[
    schema!(ArgoCd, "argo-cd-3.5", "3.5", "argoproj.io/v1alpha1", "Application", "application"),
    schema!(ArgoCd, "argo-cd-3.5", "3.5", "argoproj.io/v1alpha1", "ApplicationSet", "applicationset"),
    schema!(ArgoCd, "argo-cd-3.5", "3.5", "argoproj.io/v1alpha1", "AppProject", "appproject"),
    schema!(
        ExternalSecrets,
        "external-secrets-2.9",
        "2.9",
        "external-secrets.io/v1",
        "ExternalSecret",
        "externalsecret"
    ),
    schema!(ExternalSecrets, "external-secrets-2.9", "2.9", "external-secrets.io/v1", "SecretStore", "secretstore"),
    schema!(GatewayApi, "gateway-api-1.6", "1.6", "gateway.networking.k8s.io/v1", "HTTPRoute", "httproute"),
    schema!(Karpenter, "karpenter-1.8", "1.8", "karpenter.k8s.aws/v1", "EC2NodeClass", "ec2nodeclass"),
    schema!(Karpenter, "karpenter-1.8", "1.8", "karpenter.sh/v1", "NodePool", "nodepool"),
    schema!(Karpenter, "karpenter-1.14", "1.14", "karpenter.k8s.aws/v1", "EC2NodeClass", "ec2nodeclass"),
    schema!(Karpenter, "karpenter-1.14", "1.14", "karpenter.sh/v1", "NodePool", "nodepool"),
    schema!(KubeRay, "kuberay-1.5.1", "1.5.1", "ray.io/v1", "RayCluster", "raycluster"),
    schema!(KubeRay, "kuberay-1.5.1", "1.5.1", "ray.io/v1", "RayJob", "rayjob"),
    schema!(KubeRay, "kuberay-1.5.1", "1.5.1", "ray.io/v1", "RayService", "rayservice"),
    schema!(KubeRay, "kuberay-1.6.2", "1.6.2", "ray.io/v1", "RayCluster", "raycluster"),
    schema!(KubeRay, "kuberay-1.6.2", "1.6.2", "ray.io/v1", "RayJob", "rayjob"),
    schema!(KubeRay, "kuberay-1.6.2", "1.6.2", "ray.io/v1", "RayService", "rayservice"),
    schema!(KubeRay, "kuberay-1.7.0", "1.7.0", "ray.io/v1", "RayCluster", "raycluster"),
    schema!(KubeRay, "kuberay-1.7.0", "1.7.0", "ray.io/v1alpha1", "RayCluster", "raycluster-v1alpha1"),
    schema!(KubeRay, "kuberay-1.7.0", "1.7.0", "ray.io/v1", "RayCronJob", "raycronjob"),
    schema!(KubeRay, "kuberay-1.7.0", "1.7.0", "ray.io/v1", "RayJob", "rayjob"),
    schema!(KubeRay, "kuberay-1.7.0", "1.7.0", "ray.io/v1alpha1", "RayJob", "rayjob-v1alpha1"),
    schema!(KubeRay, "kuberay-1.7.0", "1.7.0", "ray.io/v1", "RayService", "rayservice"),
    schema!(KubeRay, "kuberay-1.7.0", "1.7.0", "ray.io/v1alpha1", "RayService", "rayservice-v1alpha1"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "v1", "ConfigMap", "configmap"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "networking.k8s.io/v1", "Ingress", "ingress"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "batch/v1", "Job", "job"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "v1", "LimitRange", "limitrange"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "v1", "Namespace", "namespace"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "networking.k8s.io/v1", "NetworkPolicy", "networkpolicy"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "v1", "PersistentVolume", "persistentvolume"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "v1", "PersistentVolumeClaim", "persistentvolumeclaim"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "v1", "Pod", "pod"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "policy/v1", "PodDisruptionBudget", "poddisruptionbudget"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "v1", "PodTemplate", "podtemplate"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "v1", "ResourceQuota", "resourcequota"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "rbac.authorization.k8s.io/v1", "Role", "role"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "rbac.authorization.k8s.io/v1", "RoleBinding", "rolebinding"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "v1", "Secret", "secret"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "v1", "Service", "service"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "v1", "ServiceAccount", "serviceaccount"),
    schema!(Kubernetes, "kubernetes-1.36", "1.36", "storage.k8s.io/v1", "StorageClass", "storageclass"),
    schema!(
        Flux,
        "kustomize-controller-1.9",
        "1.9",
        "kustomize.toolkit.fluxcd.io/v1",
        "Kustomization",
        "kustomization"
    ),
    schema!(
        PrometheusOperator,
        "prometheus-operator-0.93",
        "0.93",
        "monitoring.coreos.com/v1",
        "PodMonitor",
        "podmonitor"
    ),
    schema!(
        PrometheusOperator,
        "prometheus-operator-0.93",
        "0.93",
        "monitoring.coreos.com/v1",
        "PrometheusRule",
        "prometheusrule"
    ),
    schema!(
        PrometheusOperator,
        "prometheus-operator-0.93",
        "0.93",
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        "servicemonitor"
    ),
];

/// The versions an environment runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Releases {
    /// Of the control plane.
    pub kubernetes: Version,
    /// Of the operator.
    pub kuberay: Version,
    /// Of the AWS provider.
    pub karpenter: Version,
}

/// A version older than every release we have schemas of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// Whose version it is.
    pub project: Project,
    /// The version that runs.
    pub version: Version,
    /// The oldest supported release.
    pub oldest: &'static str,
}

impl Releases {
    /// The newest release of everything we have schemas of.
    pub fn newest() -> Self {
        let newest = |project| {
            let releases = CATALOG.iter().filter(|embedded| embedded.project == project);
            releases.map(Embedded::version).max().expect("the catalog has each project")
        };
        Self {
            kubernetes: newest(Project::Kubernetes),
            kuberay: newest(Project::KubeRay),
            karpenter: newest(Project::Karpenter),
        }
    }

    /// Versions that are too old to be checked. Kubernetes' core kinds change too little to matter.
    pub fn check(&self) -> Vec<Unsupported> {
        let oldest = |project, version: &Version| {
            let releases = CATALOG.iter().filter(|embedded| embedded.project == project);
            let oldest = releases.min_by_key(|embedded| embedded.version())?;
            (*version < oldest.version()).then(|| Unsupported {
                project,
                version: version.clone(),
                oldest: oldest.release,
            })
        };
        let checked = [(Project::KubeRay, &self.kuberay), (Project::Karpenter, &self.karpenter)];
        checked.into_iter().filter_map(|(project, version)| oldest(project, version)).collect()
    }

    /// The position in [`CATALOG`] of the schema for a kind: the highest release that is not newer than what
    /// runs, or else the oldest.
    pub(super) fn choose(&self, api_version: &str, kind: &str) -> Option<usize> {
        let mut of_kind = of_kind(api_version, kind).peekable();
        let oldest = of_kind.peek()?.0;
        let fitting = of_kind.take_while(|(_, embedded)| self.serves(embedded)).last();
        Some(fitting.map_or(oldest, |(index, _)| index))
    }

    fn serves(&self, embedded: &Embedded) -> bool {
        match embedded.project {
            Project::KubeRay => embedded.version() <= self.kuberay,
            Project::Karpenter => embedded.version() <= self.karpenter,
            Project::Kubernetes => embedded.version() <= self.kubernetes,
            _ => true,
        }
    }
}

/// The schemas of one kind, oldest release first, with their positions in [`CATALOG`].
pub(super) fn of_kind(api_version: &str, kind: &str) -> impl Iterator<Item = (usize, &'static Embedded)> {
    CATALOG.iter().enumerate().filter(move |(_, embedded)| embedded.api_version == api_version && embedded.kind == kind)
}
