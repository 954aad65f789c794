//! Manifests of others: none makes lint panic, and the defects that are known in them are found.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use raygen::check::check_objects;
use raygen::objects;
use raygen::schema::Releases;

use crate::shared;

/// Defects by the files that have them, of which some show only beside another file.
const DEFECTS: &[(&[&str], &str, &str)] = &[
    (&["data-on-eks/2025-07/gen-ai/inference/vllm-rayserve-gpu/ray-service-vllm.yaml"], "named-head-service", "`vllm`"),
    (
        &[INFERENTIA, "seed-modules-rendered/ai-on-eks-karpenter-resources-1.36.0"],
        "dangling-node-selector",
        "`instanceType=mixed-x86`",
    ),
    (
        &[INFERENTIA, "seed-modules-rendered/ai-on-eks-karpenter-resources-1.36.0"],
        "dangling-node-selector",
        "`provisionerType=Karpenter`",
    ),
    (&[INFERENTIA], "unknown-field", "headGroupSpec.template.schedulerName"),
    (&[INFERENTIA], "named-head-service", "`llama2`"),
    (&[INFERENTIA], "unauthenticated-dashboard", "`llama2`"),
    (
        &["data-on-eks/2026-07/infra/terraform/manifests/karpenter/nodepool-compute-optimized.yaml"],
        "namespaced-cluster-resource",
        "NodePool",
    ),
    (
        &["data-on-eks/2026-07/infra/terraform/manifests/karpenter/nodepool-local-provisioner.yaml"],
        "unknown-field",
        "spec.template.spec.kubelet",
    ),
    (
        &["seed-modules-rendered/ai-on-eks-inference-charts-2025-08/llama-2-13b-ray-vllm-neuron.yaml"],
        "dangling-pod-selector",
        "ray.io/cluster=llama-2-13b-ray-vllm-neuron",
    ),
    (
        &["seed-modules-rendered/ai-on-eks-inference-charts-2025-08/mistral-small-24b-ray-vllm.yaml"],
        "invalid-name",
        "mistral-small-24B",
    ),
    (
        &[
            "data-on-eks/2025-07/gen-ai/training/raytrain-llama2-pretrain-trn1/1-llama2-pretrain-trn1-rayjob-create-test-data.yaml",
        ],
        "job-ttl-without-shutdown",
        "60 seconds",
    ),
    (
        &[
            "data-on-eks/2025-07/gen-ai/training/raytrain-llama2-pretrain-trn1/2-llama2-pretrain-trn1-rayjob-precompilation.yaml",
        ],
        "job-ttl-without-shutdown",
        "60 seconds",
    ),
    (
        &["data-on-eks/2025-07/gen-ai/training/raytrain-llama2-pretrain-trn1/3-llama2-pretrain-trn1-rayjob.yaml"],
        "unread-cluster-selector",
        "`rayClusterNamespace`",
    ),
    (
        &["data-on-eks/2025-07/ai-ml/jark-stack/terraform/src/service/ray-service.yaml"],
        "unknown-field",
        "`spec.serveConfig`",
    ),
    (
        &["seed-modules-rendered/doeks-module-ray-service_54b6667b/sleepy-pid.yaml"],
        "unknown-field",
        "`spec.serveConfig`",
    ),
    (
        &["seed-modules-rendered/doeks-module-ray-service_54b6667b/sleepy-pid.yaml"],
        "double-counted-head",
        "`ray-head-monitor`",
    ),
    (
        &["kuberay-v0.3.0/v0.3.0/ray-operator/config/samples/ray-cluster.complete.yaml"],
        "unknown-field",
        "`spec.headGroupSpec.replicas`",
    ),
    (
        &["data-on-eks/2022/ai-ml/ray/ray-clusters/example-cluster.yaml"],
        "unknown-field",
        "`spec.headGroupSpec.replicas`",
    ),
    (
        &["seed-modules-rendered/doeks-module-ray-cluster_54b6667b/xgboost.yaml"],
        "removed-api-version",
        "Provisioner `xgboost`",
    ),
    (
        &["seed-modules-rendered/doeks-module-ray-cluster_54b6667b/xgboost.yaml"],
        "removed-api-version",
        "AWSNodeTemplate `xgboost`",
    ),
    (&["seed-modules-rendered/doeks-module-ray-cluster_54b6667b/xgboost.yaml"], "regex-in-exact-path", "`Exact`"),
    (&["seed-modules-rendered/aiops-ray-cluster-1.1.1/ray-on-eks.yaml"], "gpu-without-request", "asks for no GPU"),
    (
        &["data-on-eks/2025-07/gen-ai/inference/mistral-7b-rayserve-inf2/ray-service-mistral-ft.yaml"],
        "removed-serve-key",
        "`max_concurrent_queries`",
    ),
    (
        &["data-on-eks/2025-07/gen-ai/inference/mistral-7b-rayserve-inf2/ray-service-mistral-ft.yaml"],
        "removed-serve-key",
        "`target_num_ongoing_requests_per_replica`",
    ),
    (
        &["data-on-eks/2025-07/gen-ai/inference/mistral-7b-rayserve-inf2/ray-service-mistral-ft.yaml"],
        "unadvertised-gpu",
        "`aws.amazon.com/neuron`",
    ),
];

const INFERENTIA: &str = "data-on-eks/2025-07/gen-ai/inference/llama2-13b-chat-rayserve-inf2/ray-service-llama2.yaml";

#[test]
fn known_defects_are_found_in_the_files_that_have_them() {
    let Some(corpus) = shared("corpus") else { return };
    let mut missed = Vec::new();
    for (paths, rule, part) in DEFECTS {
        let paths: Vec<PathBuf> = paths.iter().map(|path| corpus.join(path)).collect();
        let read = objects::load(&paths, raygen::source::Sources::default()).unwrap();
        let found = check_objects(&read, &Releases::newest(), None).checked.diagnostics;
        let place =
            |diagnostic: &raygen::diagnostic::Diagnostic| diagnostic.span.map(|span| read.sources.line_column(span));
        let hit = found.iter().find(|diagnostic| diagnostic.rule == *rule && diagnostic.message.contains(part));
        match hit.and_then(place) {
            // A place in the first line would be the object as a whole.
            Some((line, _)) if line > 1 => {}
            _ => missed.push(format!("{}: {rule}, {part}", paths[0].display())),
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn every_file_is_read_whatever_it_holds() {
    let Some(corpus) = shared("corpus") else { return };
    let mut paths = Vec::new();
    files(&corpus, &mut paths);
    assert!(paths.len() > 150, "{}", paths.len());
    let read = objects::load(&paths, raygen::source::Sources::default()).unwrap();
    let found = check_objects(&read, &Releases::newest(), None).checked.diagnostics;
    assert_eq!(read.unreadable, 0);
    // Terraform's and Go's templates are the only files without objects that are no YAML.
    let unparsable: BTreeSet<&str> = found
        .iter()
        .filter(|diagnostic| diagnostic.rule == "invalid-yaml")
        .map(|diagnostic| read.sources.get(diagnostic.span.unwrap().file))
        .filter(|source| source.path.ends_with("yaml") || source.path.ends_with("yml"))
        .map(|source| source.text.as_str())
        .collect();
    for text in unparsable {
        assert!(text.contains("{{") || text.contains("${") || text.contains("%{"), "{text:.500}");
    }
}

#[test]
fn accepted_objects_have_no_errors() {
    let Some(golden) = shared("golden") else { return };
    let read = objects::load(&[golden], raygen::source::Sources::default()).unwrap();
    let found = check_objects(&read, &Releases::newest(), None).checked.diagnostics;
    let errors: Vec<&str> = found
        .iter()
        .filter(|diagnostic| diagnostic.severity == raygen::diagnostic::Severity::Error)
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
    found.sort();
}
