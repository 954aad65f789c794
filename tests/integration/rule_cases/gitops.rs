//! Cases of the gitops group, in specs and in manifests that no spec made.

use std::collections::BTreeSet;

use raygen::check::check_objects;
use raygen::objects;
use raygen::schema::Releases;

use super::{TEAM, raised};

/// The rules of the group that speak about YAML, with what each points at.
fn linted(yaml: &str) -> Vec<(&'static str, String)> {
    const GROUP: [&str; 6] = [
        "generate-name",
        "kueue-autoscaling-job",
        "missing-queue",
        "replica-fight",
        "unsubstituted-variable",
        "wave-deadlock",
    ];
    let read = objects::from_texts([("manifest.yaml", yaml)]);
    let found = check_objects(&read, &Releases::newest(), None).checked.diagnostics;
    let of_group = found.into_iter().filter(|diagnostic| GROUP.contains(&diagnostic.rule));
    of_group
        .map(|diagnostic| {
            let (line, _) = read.sources.line_column(diagnostic.span.unwrap());
            (diagnostic.rule, yaml.lines().nth(line - 1).unwrap().trim().to_owned())
        })
        .collect()
}

fn rules(yaml: &str) -> BTreeSet<&'static str> {
    linted(yaml).into_iter().map(|(rule, _)| rule).collect()
}

const CLUSTER: &str = "\
apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: train
  namespace: vision
spec:
  enableInTreeAutoscaling: true
  headGroupSpec: {}
  workerGroupSpecs:
    - groupName: cpu
    - groupName: gpu
";

fn application(spec: &str) -> String {
    format!(
        "{CLUSTER}---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{ name: vision, namespace: argocd }}\nspec:\n\
         \x20 project: default\n  destination: {{ server: https://kubernetes.default.svc, namespace: vision }}\n{spec}"
    )
}

#[test]
fn argo_cd_must_leave_the_replicas_alone() {
    let automated = "  syncPolicy:\n    automated: { selfHeal: true }\n";
    let found = linted(&application(automated));
    assert_eq!(found, [("replica-fight", "automated: { selfHeal: true }".to_owned())]);
    assert!(linted(&application("  syncPolicy: {}\n")).is_empty(), "someone decides about each sync");
    // Argo CD puts what has no namespace into the destination's.
    let nameless = application(automated).replace("  namespace: vision\n", "");
    assert_eq!(linted(&nameless), [("replica-fight", "automated: { selfHeal: true }".to_owned())]);
    assert!(linted(&application("  syncPolicy:\n    automated: { enabled: false }\n")).is_empty());
    let elsewhere = application(automated).replace("svc, namespace: vision", "svc, namespace: monitoring");
    assert!(linted(&elsewhere).is_empty(), "it syncs something else");
    let fixed = application(automated).replace("enableInTreeAutoscaling: true", "enableInTreeAutoscaling: false");
    assert!(linted(&fixed).is_empty(), "Git owns the replicas");
}

#[test]
fn ignoring_is_not_enough_and_respecting_is_too_much() {
    let ignoring = "  ignoreDifferences:\n    - group: ray.io\n      kind: RayCluster\n      jqPathExpressions: [\".spec.workerGroupSpecs[]?.replicas\"]\n";
    let with = |options: &str| {
        linted(&application(&format!(
            "  syncPolicy:\n    automated: {{}}\n    syncOptions:\n      - PruneLast=true\n{options}{ignoring}"
        )))
    };
    assert_eq!(with("").len(), 1, "every sync applies every object");
    assert!(with("      - ApplyOutOfSyncOnly=true\n").is_empty());
    assert_eq!(
        with("      - RespectIgnoreDifferences=true\n"),
        [("replica-fight", "- RespectIgnoreDifferences=true".to_owned())]
    );
}

#[test]
fn flux_must_ignore_each_group() {
    let kustomization = |ignore: &str| {
        format!(
            "{CLUSTER}---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{ name: vision, namespace: flux-system }}\nspec:\n\
             \x20 interval: 10m\n  prune: true\n  sourceRef: {{ kind: GitRepository, name: flux-system }}\n{ignore}"
        )
    };
    let ignoring = |target: &str, paths: &str| {
        linted(&kustomization(&format!("  ignore:\n    - target: {target}\n      paths: [{paths}]\n"))).len()
    };
    assert_eq!(linted(&kustomization("")), [("replica-fight", "enableInTreeAutoscaling: true".to_owned())]);
    let both = "/spec/workerGroupSpecs/0/replicas, /spec/workerGroupSpecs/1/replicas";
    assert_eq!(ignoring("{ kind: RayCluster, name: train }", both), 0);
    assert_eq!(ignoring("{ kind: RayCluster }", "/spec/workerGroupSpecs/0/replicas"), 1);
    assert_eq!(ignoring("{ kind: RayCluster }", "/spec/workerGroupSpecs/*/replicas"), 1, "a pointer has no wildcard");
    assert_eq!(ignoring("{ kind: RayCluster, name: other }", both), 1);
    let kept = kustomization("").replace(
        "  namespace: vision\n",
        "  namespace: vision\n  annotations: { kustomize.toolkit.fluxcd.io/ssa: IfNotPresent }\n",
    );
    assert!(linted(&kept).is_empty());
}

#[test]
fn what_is_wired_by_raygen_does_not_fight() {
    for tool in ["\"argocd\"", "\"flux\"", "[\"argocd\", \"flux\"]"] {
        let gitops = format!("[gitops]\ntool = {tool}\nrepo-url = \"https://github.com/acme/ray.git\"\n");
        let raised = raised(&gitops, TEAM);
        assert!(raised.is_subset(&["ineffective-gitops-key"].into()), "{tool}: {raised:?}");
    }
    let old = "[gitops]\ntool = \"flux\"\nflux.kustomize-controller = \"1.8.2\"\n";
    assert_eq!(raised(old, TEAM), ["replica-fight"].into(), "it cannot ignore anything");
    let each = "[gitops]\ntool = \"argocd\"\nrepo-url = \"x\"\nargocd = { application-set = false, sync-options = [\"RespectIgnoreDifferences=true\"] }\n";
    assert_eq!(raised(each, TEAM), ["replica-fight"].into());
}

#[test]
fn argo_cd_needs_a_repository() {
    assert_eq!(raised("[gitops]\ntool = \"argocd\"\n", TEAM), ["missing-key"].into());
}

#[test]
fn settings_of_a_tool_that_does_not_sync() {
    for (platform, ineffective) in [
        ("[gitops]\ntool = \"flux\"\nrepo-url = \"x\"\n", true),
        ("[gitops]\ntool = \"flux\"\nargocd.namespace = \"argocd\"\n", true),
        ("[gitops]\ntool = \"argocd\"\nrepo-url = \"x\"\nflux.interval = \"1m\"\n", true),
        ("[gitops]\ntool = [\"argocd\", \"flux\"]\nrepo-url = \"x\"\nflux.interval = \"1m\"\n", false),
        ("[environments.prod.gitops]\nautomated = false\n", true),
        (
            "[gitops]\ntool = \"argocd\"\nrepo-url = \"x\"\n[environments.prod.gitops]\nkubeconfig-secret = \"prod\"\n",
            true,
        ),
    ] {
        let raised = raised(platform, TEAM);
        assert_eq!(raised.contains("ineffective-gitops-key"), ineffective, "{platform}: {raised:?}");
    }
}

fn wave(wave: &str) -> String {
    format!("  annotations: {{ argocd.argoproj.io/sync-wave: \"{wave}\" }}\n")
}

#[test]
fn claims_come_with_their_first_pod() {
    let claim = |of_claim: &str, of_pod: &str, class: &str| {
        rules(&format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\n  namespace: vision\n{of_claim}\
             spec:\n  storageClassName: {class}\n---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: fill\n  namespace: vision\n{of_pod}\
             spec:\n  template:\n    spec:\n      volumes: [{{ name: data, persistentVolumeClaim: {{ claimName: data }} }}]\n\
             ---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata:\n  name: late\n{}volumeBindingMode: WaitForFirstConsumer\nprovisioner: ebs.csi.aws.com\n\
             ---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata:\n  name: at-once\n{}provisioner: fsx.csi.aws.com\n",
            wave("-9"),
            wave("-9"),
        ))
        .contains("wave-deadlock")
    };
    assert!(claim(&wave("-1"), "", "late"), "it waits for its first pod");
    assert!(claim(&wave("-1"), "", "gp3"), "as the classes of EKS do");
    assert!(!claim(&wave("-1"), "", "at-once"));
    assert!(!claim("", "", "late"), "within a wave nothing waits");
    assert!(claim("", &wave("-1"), "at-once"), "the pod waits for its claim");
}

#[test]
fn hooks_have_phases() {
    let job = |annotations: &str| {
        rules(&format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: fill\n  namespace: vision\n  annotations: {{ {annotations} }}\n\
             spec:\n  template:\n    spec:\n      nodeSelector: {{ karpenter.sh/nodepool: cpu }}\n---\n\
             apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {{ name: cpu }}\n"
        ))
        .contains("wave-deadlock")
    };
    assert!(job("argocd.argoproj.io/hook: PreSync"));
    assert!(!job("argocd.argoproj.io/hook: PostSync, argocd.argoproj.io/sync-wave: \"-5\""));
    assert!(!job("argocd.argoproj.io/hook: SyncFail"), "it runs only when all is lost");
}

#[test]
fn hooks_may_have_generated_names() {
    let job = |annotations: &str| {
        rules(&format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata:\n  generateName: fill-\n{annotations}spec: {{ template: {{}} }}\n"
        ))
    };
    assert!(job("").contains("generate-name"));
    assert!(!job("  annotations: { argocd.argoproj.io/hook: PostSync }\n").contains("generate-name"));
}

#[test]
fn flux_takes_variables_from_shells() {
    let with = |post_build: &str, text: &str, annotations: &str| {
        rules(&format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: scripts, namespace: vision, annotations: {{ {annotations} }} }}\n\
             data: {{ run.sh: '{text}' }}\n---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
             metadata: {{ name: vision, namespace: flux-system }}\nspec:\n  interval: 10m\n  prune: true\n\
             \x20 sourceRef: {{ kind: GitRepository, name: flux-system }}\n{post_build}"
        ))
        .contains("unsubstituted-variable")
    };
    let substitute = "  postBuild: { substitute: { REGION: us-west-2 } }\n";
    assert!(!with("", "rm -rf ${CACHE}/", ""), "a shell reads it");
    assert!(with(substitute, "rm -rf ${CACHE}/", ""));
    assert!(!with(substitute, "rm -rf $${CACHE}/", ""), "Flux' own escape");
    assert!(!with(substitute, "aws --region ${REGION}", ""));
    assert!(!with(substitute, "rm -rf ${CACHE}/", "kustomize.toolkit.fluxcd.io/substitute: disabled"));
    assert!(!with("  postBuild: { substituteFrom: [{ kind: Secret, name: all }] }\n", "rm -rf ${CACHE}/", ""));
}

#[test]
fn variables_that_nobody_replaces() {
    let account = |name: &str| {
        rules(&format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ray\n  namespace: vision\n  annotations: {{ eks.amazonaws.com/role-arn: 'arn:aws:iam::{name}:role/ray' }}\n"
        ))
    };
    assert!(account("${ACCOUNT}").contains("unsubstituted-variable"));
    assert!(account("123456789012").is_empty());
    let kro = "apiVersion: kro.run/v1alpha1\nkind: ResourceGraphDefinition\nmetadata: { name: ray }\nspec: { name: '${schema}' }\n";
    assert!(rules(kro).is_empty(), "a language of its own");
}

#[test]
fn queues_of_schedulers() {
    let cluster = |metadata: &str, spec: &str| {
        rules(&format!(
            "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata:\n  name: train\n  namespace: vision\n{metadata}\
             spec:\n  headGroupSpec:\n    template:\n      spec: {{ schedulerName: {spec} }}\n"
        ))
        .contains("missing-queue")
    };
    assert!(cluster("", "kai-scheduler"));
    assert!(!cluster("  labels: { kai.scheduler/queue: research }\n", "kai-scheduler"));
    assert!(!cluster("", "volcano"), "it has a default queue");
    assert!(cluster("  labels: { kueue.x-k8s.io/priority-class: high }\n", "default-scheduler"));
    let elastic = format!("{TEAM}\n[clusters.train]\nlabels = {{ \"kueue.x-k8s.io/queue-name\" = \"q\" }}\n");
    assert_eq!(raised("", &elastic), ["kueue-autoscaling-job"].into());
    let sliced = format!("{elastic}annotations = {{ \"kueue.x-k8s.io/elastic-job\" = \"true\" }}\n");
    assert!(raised("", &sliced).is_empty());
}
