//! The schema files: generated from CRDs and types, current, and no looser or stricter than their sources.

mod core_kinds;
mod crd_comparison;
mod violations;

use std::fs;
use std::path::{Path, PathBuf};

use raygen::schema::{catalog, import, print, restated};
use semver::Version;
use serde_json::Value;

use crate::shared;

/// The folder of the CRD, the folder of the schema, and the kinds with the version we take.
const SOURCES: [(&str, &str, Kinds); 10] = [
    ("kuberay-v1.5.1", "kuberay-1.5.1", RAY),
    ("kuberay-v1.6.2", "kuberay-1.6.2", RAY),
    ("kuberay-v1.7.0", "kuberay-1.7.0", RAY_AND_DEPRECATED),
    ("karpenter-v1.8.8", "karpenter-1.8", KARPENTER),
    ("karpenter-v1.14.1", "karpenter-1.14", KARPENTER),
    (
        "prometheus-operator-v0.93.0",
        "prometheus-operator-0.93",
        &[("PodMonitor", "v1"), ("PrometheusRule", "v1"), ("ServiceMonitor", "v1")],
    ),
    ("external-secrets-v2.9.0", "external-secrets-2.9", &[("ExternalSecret", "v1"), ("SecretStore", "v1")]),
    ("gateway-api-v1.6.1", "gateway-api-1.6", &[("HTTPRoute", "v1")]),
    (
        "argo-cd-v3.5.1",
        "argo-cd-3.5",
        &[("Application", "v1alpha1"), ("ApplicationSet", "v1alpha1"), ("AppProject", "v1alpha1")],
    ),
    ("kustomize-controller-v1.9.4", "kustomize-controller-1.9", &[("Kustomization", "v1")]),
];
/// Kinds and their versions.
type Kinds = &'static [(&'static str, &'static str)];

const RAY: Kinds = &[("RayCluster", "v1"), ("RayCronJob", "v1"), ("RayJob", "v1"), ("RayService", "v1")];
/// `ray.io/v1alpha1` is deprecated, frozen and still served; one release's schemas stand for all.
const RAY_AND_DEPRECATED: Kinds = &[
    ("RayCluster", "v1"),
    ("RayCronJob", "v1"),
    ("RayJob", "v1"),
    ("RayService", "v1"),
    ("RayCluster", "v1alpha1"),
    ("RayJob", "v1alpha1"),
    ("RayService", "v1alpha1"),
];
const KARPENTER: Kinds = &[("EC2NodeClass", "v1"), ("NodePool", "v1")];

/// One schema file and the CRD it comes from.
struct Generated {
    path: String,
    crd: Value,
    schema: Value,
}

/// Imports the CRDs beside the project, if they are there.
fn generate(crds: &Path) -> Vec<Generated> {
    let mut generated = Vec::new();
    for (source, folder, kinds) in SOURCES {
        let release = folder.rsplit('-').next().expect("rsplit yields at least one part");
        let release = lenient(release);
        for file in files(&crds.join(source)) {
            let text = fs::read_to_string(&file).expect("a listed CRD is readable");
            if !kinds.iter().any(|(kind, _)| text.contains(&format!("\n    kind: {kind}\n"))) {
                continue;
            }
            let crd: Value = serde_yaml::from_str(&text).expect("a CRD is YAML");
            for imported in import::import(&crd).expect("a CRD of the collection imports") {
                let version = imported.api_version.rsplit('/').next().unwrap_or_default();
                if !kinds.contains(&(imported.kind.as_str(), version)) {
                    continue;
                }
                let mut schema = imported.schema;
                import::compact(&mut schema);
                restated::restate(&imported.kind, &release, &mut schema);
                let versions = crd["spec"]["versions"].as_array().expect("an imported CRD has versions");
                let of_version = versions.iter().find(|candidate| candidate["name"] == version);
                let crd = of_version.expect("the version was just imported")["schema"]["openAPIV3Schema"].clone();
                let kind = imported.kind.to_lowercase();
                // A version beside a newer one of the same kind is named in the file.
                let several = kinds.iter().filter(|(name, _)| *name == imported.kind).count() > 1;
                let suffix = if several && version != "v1" { format!("-{version}") } else { String::new() };
                let path = format!("{folder}/{kind}{suffix}.schema.json");
                generated.push(Generated { path, crd, schema: import::finish(schema) });
            }
        }
    }
    generated
}

fn lenient(release: &str) -> Version {
    let mut parts = release.split('.').map(|part| part.parse().expect("a release is numbers"));
    Version::new(parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("read {}: {error}", folder.display()))
        .map(|entry| entry.expect("a directory entry").path())
        .collect::<Vec<_>>();
    files.sort();
    files
}

#[test]
fn schemas_are_current() {
    let mut files = core_kinds::schemas()
        .into_iter()
        .map(|(kind, schema)| (format!("{}/{}.schema.json", core_kinds::KUBERNETES, kind.to_lowercase()), schema))
        .collect::<Vec<_>>();
    if let Some(crds) = shared("crds") {
        files.extend(generate(&crds).into_iter().map(|generated| (generated.path, generated.schema)));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let bless = std::env::var_os("BLESS").is_some();
    let mut stale = Vec::new();
    for (path, schema) in files {
        let (path, text) = (folder.join(&path), print::print(&schema));
        if fs::read_to_string(&path).is_ok_and(|current| current == text) {
            continue;
        }
        if bless {
            fs::create_dir_all(path.parent().expect("a schema is in a folder")).expect("the folder can be made");
            fs::write(&path, text).expect("the schema can be written");
        } else {
            stale.push(path);
        }
    }
    assert!(stale.is_empty(), "not current, run `BLESS=1 cargo test schemas_are_current`: {stale:#?}");
}

#[test]
fn schemas_say_what_the_crds_say() {
    let Some(crds) = shared("crds") else { return };
    let mut differing = Vec::new();
    for generated in generate(&crds) {
        let (differences, nodes) = crd_comparison::differences(&generated.crd, &generated.schema);
        println!("{:50} {nodes:5} nodes, {} differ", generated.path, differences.len());
        differing.extend(differences.into_iter().map(|difference| format!("{} {difference}", generated.path)));
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn catalog_has_every_schema_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let mut found = Vec::new();
    for release in files(&folder).into_iter().filter(|path| path.is_dir()) {
        for file in files(&release) {
            let relative = file.strip_prefix(&folder).expect("the file is in the folder");
            found.push(relative.to_string_lossy().replace('\\', "/"));
        }
    }
    let mut embedded = catalog::CATALOG.iter().map(|embedded| embedded.path.to_owned()).collect::<Vec<_>>();
    embedded.sort();
    found.sort();
    assert_eq!(embedded, found);
    for embedded in catalog::CATALOG {
        let schema: Value = serde_json::from_str(embedded.text).expect("a schema file is JSON");
        assert_eq!(schema["properties"]["apiVersion"]["const"], embedded.api_version, "{}", embedded.path);
        assert_eq!(schema["properties"]["kind"]["const"], embedded.kind, "{}", embedded.path);
    }
}

#[test]
fn comparison_notices_what_is_looser_or_stricter() {
    let crd = serde_json::json!({ "type": "object", "required": ["size"], "properties": {
        "size": { "type": "integer", "format": "int32", "minimum": 1 },
        "mode": { "type": "string", "enum": ["a", "b"] },
    } });
    let same = serde_json::json!({ "type": "object", "required": ["size", "apiVersion", "kind", "metadata"],
        "additionalProperties": false, "properties": {
        "size": { "type": "integer", "minimum": 1, "maximum": i32::MAX },
        "mode": { "type": "string", "enum": ["a", "b"] },
    } });
    assert_eq!(crd_comparison::differences(&crd, &same).0, Vec::<String>::new());
    for (pointer, value) in [
        ("/additionalProperties", serde_json::json!(true)),
        ("/required", serde_json::json!([])),
        ("/properties/size/maximum", serde_json::json!(5)),
        ("/properties/size/type", serde_json::json!("number")),
        ("/properties/mode/enum", serde_json::json!(["a"])),
    ] {
        let mut changed = same.clone();
        *changed.pointer_mut(pointer).expect("the schema has this place") = value;
        assert_eq!(crd_comparison::differences(&crd, &changed).0.len(), 1, "{pointer}");
    }
}
