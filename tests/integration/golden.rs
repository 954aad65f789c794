//! Golden renders: whole trees, compared both ways, and validated against the real CRDs of their releases.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use raygen::manifest::{self, Built};
use raygen::resolve::{self, Resolution, Selection};
use raygen::schema::{OwnSchemas, Releases, Validators, import};
use raygen::source::FileId;
use raygen::tree::Tree;
use raygen::{check, workspace};

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// Builds a case and insists that nothing is wrong with it.
fn built(root: &Path) -> (Resolution, Built) {
    let workspace = workspace::load(root).unwrap();
    assert!(workspace.diagnostics.is_empty(), "{:#?}", workspace.diagnostics);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    assert!(resolution.diagnostics.is_empty(), "{:#?}", resolution.diagnostics);
    let built = manifest::build(&resolution);
    assert!(built.diagnostics.is_empty(), "{:#?}", built.diagnostics);
    let checked = check::check(&workspace, &resolution, &built);
    assert!(!checked.has_errors(), "{:#?}", checked.diagnostics);
    (resolution, built)
}

fn tree(root: &Path) -> Tree {
    let (resolution, built) = built(root);
    manifest::emit(&resolution, &built)
}

fn files_below(directory: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            files_below(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read_to_string(entry.path()).unwrap());
        }
    }
}

fn check_golden(name: &str) {
    let root = case(name);
    let output = root.join("generated");
    let rendered: BTreeMap<String, String> =
        tree(&root).iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    if std::env::var_os("BLESS").is_some() {
        let _ = fs::remove_dir_all(&output);
        for (path, text) in &rendered {
            let path = output.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    let mut expected = BTreeMap::new();
    files_below(&output, "", &mut expected);
    assert_eq!(rendered.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (path, text) in &rendered {
        assert_same(path, &expected[path], text);
    }
}

fn assert_same(path: &str, expected: &str, rendered: &str) {
    let diff = raygen::tree::unified_diff(path, Some(expected), Some(rendered));
    assert!(expected == rendered, "BLESS=1 rewrites, if this is meant:\n{diff}");
}

#[test]
fn oldest_releases() {
    check_golden("oldest");
}

#[test]
fn middle_releases() {
    check_golden("middle");
}

#[test]
fn newest_releases_with_every_key() {
    check_golden("newest");
}

#[test]
fn argo_cd_syncs_clusters_from_afar() {
    check_golden("argocd");
}

#[test]
fn flux_syncs_clusters() {
    check_golden("flux");
}

#[test]
fn two_renders_are_the_same_bytes_on_any_number_of_threads() {
    let root = case("newest");
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            tree(&root).iter().flat_map(|(path, text)| [path.to_owned(), text.to_owned()]).collect::<Vec<_>>()
        })
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(1));
}

/// Kinds of custom resources and the CRD that the release's own repository ships.
const CRDS: [(&str, &str, &str); 19] = [
    ("oldest", "RayCluster", "kuberay-v1.5.1/ray.io_rayclusters.yaml"),
    ("oldest", "NodePool", "karpenter-v1.8.8/karpenter.sh_nodepools.yaml"),
    ("oldest", "EC2NodeClass", "karpenter-v1.8.8/karpenter.k8s.aws_ec2nodeclasses.yaml"),
    ("middle", "RayCluster", "kuberay-v1.6.2/ray.io_rayclusters.yaml"),
    ("middle", "NodePool", "karpenter-v1.8.8/karpenter.sh_nodepools.yaml"),
    ("middle", "EC2NodeClass", "karpenter-v1.8.8/karpenter.k8s.aws_ec2nodeclasses.yaml"),
    ("middle", "PodMonitor", "prometheus-operator-v0.93.0/monitoring.coreos.com_podmonitors.yaml"),
    ("newest", "RayCluster", "kuberay-v1.7.0/ray.io_rayclusters.yaml"),
    ("newest", "NodePool", "karpenter-v1.14.1/karpenter.sh_nodepools.yaml"),
    ("newest", "EC2NodeClass", "karpenter-v1.14.1/karpenter.k8s.aws_ec2nodeclasses.yaml"),
    ("newest", "ServiceMonitor", "prometheus-operator-v0.93.0/monitoring.coreos.com_servicemonitors.yaml"),
    ("newest", "PodMonitor", "prometheus-operator-v0.93.0/monitoring.coreos.com_podmonitors.yaml"),
    ("newest", "AppProject", "argo-cd-v3.5.1/argoproj.io_appprojects.yaml"),
    ("newest", "Application", "argo-cd-v3.5.1/argoproj.io_applications.yaml"),
    ("newest", "ApplicationSet", "argo-cd-v3.5.1/argoproj.io_applicationsets.yaml"),
    ("newest", "Kustomization", "kustomize-controller-v1.9.4/kustomize.toolkit.fluxcd.io_kustomizations.yaml"),
    ("argocd", "AppProject", "argo-cd-v3.5.1/argoproj.io_appprojects.yaml"),
    ("argocd", "Application", "argo-cd-v3.5.1/argoproj.io_applications.yaml"),
    ("flux", "Kustomization", "kustomize-controller-v1.9.4/kustomize.toolkit.fluxcd.io_kustomizations.yaml"),
];

#[test]
fn golden_objects_satisfy_the_real_crds() {
    let Some(crds) = crate::shared("crds") else { return };
    for (name, kind, crd) in CRDS {
        let text = fs::read_to_string(crds.join(crd)).unwrap();
        let definition: serde_json::Value = serde_yaml::from_str(&text).unwrap();
        let mut own = OwnSchemas::default();
        for imported in import::import(&definition).unwrap() {
            own.add(FileId::BUILT_IN, imported.file()).unwrap();
        }
        let validators = Validators::new(&Releases::newest()).with_own(&own);
        let objects = built(&case(name)).1.manifests;
        let mut count = 0;
        for manifest in objects.iter().filter(|manifest| manifest.kind() == kind) {
            assert_eq!(validators.validate(&manifest.object), Some(Vec::new()), "{name}: {kind} {}", manifest.name());
            count += 1;
        }
        assert!(count > 0, "{name} renders no {kind}");
    }
}
