//! The CRDs of the user's own clusters: imported, in the place of the embedded schemas, with their rules.

mod any_input;
mod cel;
mod cluster;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use raygen::schema::import::{self, Imported};
use raygen::schema::{OwnSchemas, Releases, Validators};
use raygen::source::FileId;
use serde_json::Value;
use tempfile::TempDir;

use crate::rules::PLATFORM;
use crate::shared;

const TEAM: &str = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

/// The parts of a CRD: its kind, and the schema of `spec`, both in YAML.
fn crd(kind: &str, spec: &str) -> String {
    let spec = spec.lines().fold(String::new(), |text, line| text + "              " + line + "\n");
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things.example.com\n\
         spec:\n  group: example.com\n  names:\n    kind: {kind}\n  versions:\n    - name: v1\n      served: true\n      \
         schema:\n        openAPIV3Schema:\n          type: object\n          properties:\n            spec:\n{spec}"
    )
}

fn imported(text: &str) -> Vec<Imported> {
    let definition: Value = serde_yaml::from_str(text).unwrap();
    import::import(&definition).unwrap_or_else(|misfits| panic!("{misfits:#?}"))
}

fn validators(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Validators {
    let mut own = OwnSchemas::default();
    for schema in texts.into_iter().flat_map(|text| imported(text.as_ref())) {
        own.add(FileId::BUILT_IN, schema.file()).unwrap();
    }
    Validators::new(&Releases::newest()).with_own(&own)
}

/// A workspace of one team.
fn workspace() -> TempDir {
    let root = TempDir::new().unwrap();
    fs::create_dir(root.path().join("teams")).unwrap();
    write(&root, "teams/_platform.toml", PLATFORM);
    write(&root, "teams/vision.toml", TEAM);
    root
}

fn write(root: &TempDir, path: &str, text: &str) {
    let path = root.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn run(root: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_raygen")).current_dir(root).args(arguments.split_whitespace()).output().unwrap()
}

/// What a run prints, and how it exits.
fn said(root: &TempDir, arguments: &str) -> (String, Option<i32>) {
    let output = run(root.path(), arguments);
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (text, output.status.code())
}

#[test]
fn every_crd_imports() {
    let Some(crds) = shared("crds") else { return };
    let mut kinds = 0;
    for folder in fs::read_dir(crds).unwrap() {
        let files = fs::read_dir(folder.unwrap().path()).unwrap();
        for file in files.map(|file| file.unwrap().path()) {
            let mut own = OwnSchemas::default();
            let schemas = imported(&fs::read_to_string(&file).unwrap());
            for schema in &schemas {
                own.add(FileId::BUILT_IN, schema.file()).unwrap();
            }
            let validators = Validators::new(&Releases::newest()).with_own(&own);
            for schema in &schemas {
                validators.validate(&raygen::json!({ "apiVersion": schema.api_version, "kind": schema.kind }));
            }
            assert_eq!(own.unsound(), Vec::new(), "{}", file.display());
            kinds += schemas.len();
        }
    }
    assert!(kinds > 25, "{kinds} kinds");
}

#[test]
fn an_imported_schema_wins_in_every_command() {
    let root = workspace();
    assert_eq!(said(&root, "lint").1, Some(0));
    // A NodePool that a cluster extends by a rule of its own, and cuts down to what the test needs.
    let pool = crd(
        "NodePool",
        "type: object\nx-kubernetes-preserve-unknown-fields: true\nproperties:\n  limits:\n    type: object\n    \
         additionalProperties:\n      x-kubernetes-int-or-string: true\nx-kubernetes-validations:\n  \
         - rule: \"has(self.limits) && 'nvidia.com/gpu' in self.limits\"\n    message: every pool limits GPUs\n",
    )
    .replace("example.com", "karpenter.sh");
    write(&root, "crd.yaml", &pool);
    let (text, status) = said(&root, "schema import crd.yaml");
    assert_eq!(text, "wrote teams/_schemas/karpenter.sh/nodepool-v1.schema.json: 1 rule\n");
    assert_eq!(status, Some(0));

    for command in ["lint --format concise", "render"] {
        let (text, status) = said(&root, command);
        assert_eq!(status, Some(1), "{text}");
        assert!(text.contains("[invalid-manifest]"), "{text}");
        assert!(text.contains("NodePool `vision-train-cpu`: `spec`: every pool limits GPUs"), "{text}");
        assert!(text.contains("teams/vision.toml:"), "{text}");
    }
    assert!(!root.path().join("generated").exists());

    let manifest =
        "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata:\n  name: own\nspec:\n  limits:\n    cpu: 10\n";
    write(&root, "pool.yaml", manifest);
    let (text, status) = said(&root, "lint --manifests pool.yaml --format concise");
    assert_eq!(status, Some(1));
    let expected = "pool.yaml:5:1: error[invalid-manifest]: NodePool `own`: `spec`: every pool limits GPUs\n";
    assert!(text.contains(expected), "{text}");
    assert!(text.contains("1 schema of teams/_schemas in the place of raygen's own"), "{text}");
    // The embedded schema would miss `spec.template`.
    assert!(!text.contains("template"), "{text}");
    fs::remove_file(root.path().join("teams/_platform.toml")).unwrap();
    assert!(said(&root, "lint --manifests pool.yaml --format concise").0.contains(expected));
}

#[test]
fn versions_documents_and_lists_all_become_files() {
    let root = workspace();
    let widget = crd("Widget", "type: object\n").replace(
        "    - name: v1\n",
        "    - name: v1alpha1\n      served: false\n      schema: {}\n    - name: v2\n      served: true\n      schema:\n        \
         openAPIV3Schema: { type: object }\n    - name: v1\n",
    );
    let role = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: operator\n";
    write(&root, "install.yaml", &format!("{role}---\n{widget}---\n{}", crd("Gadget", "type: object\n")));
    let list = crd("Gizmo", "type: object\n").replace('\n', "\n    ");
    write(&root, "list.yaml", &format!("apiVersion: v1\nkind: List\nitems:\n  - {}\n", list.trim_end()));
    let (text, status) = said(&root, "schema import install.yaml list.yaml");
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("1 document passed over"), "{text}");
    for file in ["widget-v1", "widget-v2", "gadget-v1", "gizmo-v1"] {
        assert!(root.path().join(format!("teams/_schemas/example.com/{file}.schema.json")).exists(), "{file}: {text}");
    }
    assert_eq!(said(&root, "lint").1, Some(0), "kinds that nobody uses change nothing");

    let printed = said(&root, "schema import list.yaml --stdout").0;
    assert_eq!(
        printed,
        fs::read_to_string(root.path().join("teams/_schemas/example.com/gizmo-v1.schema.json")).unwrap()
    );
    said(&root, "schema import list.yaml --output out");
    assert!(root.path().join("out/example.com/gizmo-v1.schema.json").exists());
}

#[test]
fn what_is_no_crd_is_told_with_its_place() {
    let root = workspace();
    let of_spec = |spec: &str| crd("Widget", spec);
    let fine = of_spec("type: object\n");
    for (text, expected) in [
        (
            "kind: Pod\napiVersion: v1\n".to_owned(),
            "crd.yaml:1:7: error[invalid-crd]: this is a Pod, and the file has no",
        ),
        ("# nothing\n".to_owned(), "crd.yaml:1:1: error[invalid-crd]: this file has no CustomResourceDefinition"),
        ("a: [\n".to_owned(), "crd.yaml:1:4: error[invalid-yaml]: this is no YAML"),
        (
            fine.replace("io/v1\n", "io/v1beta1\n"),
            "crd.yaml:1:13: error[invalid-crd]: `apiVersion` is `apiextensions.k8s.io/v1beta1`, not `apiextensions.k8s.io/v1`",
        ),
        (fine.replace("served: true", "served: false"), "error[invalid-crd]: no version of it is served"),
        (fine.replace("group: example.com", "group: ../../etc"), "error[invalid-crd]: `spec.group` is no name"),
        (
            of_spec("type: object\nproperties:\n  size: large\n"),
            "crd.yaml:19:23: error[invalid-crd]: this is no schema",
        ),
        (of_spec("type: string\npattern: '('\n"), "crd.yaml:18:24: error[invalid-crd]: `(` is no regular expression"),
        (
            of_spec("type: string\nx-kubernetes-validations:\n  - rule: self ==\n"),
            "crd.yaml:19:25: error[invalid-crd]: this is no CEL: Syntax error",
        ),
    ] {
        write(&root, "crd.yaml", &text);
        write(&root, "fine.yaml", &fine);
        let (said, status) = said(&root, "schema import fine.yaml crd.yaml --format concise");
        assert_eq!(status, Some(1), "{said}");
        assert!(said.contains(expected), "{expected}\nis not in\n{said}");
        assert!(!root.path().join("teams/_schemas").exists(), "nothing is written");
    }
}

#[test]
fn a_broken_schema_file_is_told_with_its_place() {
    let root = workspace();
    let path = "teams/_schemas/ray.io/raycluster-v1.schema.json";
    let head =
        "{\n \"properties\": {\n  \"apiVersion\": {\"const\": \"ray.io/v1\"},\n  \"kind\": {\"const\": \"RayCluster\"}";
    for (text, expected) in [
        ("{\n \"a\": 1,,\n}\n".to_owned(), ":2:9: error[invalid-schema]: this is no JSON: "),
        ("{}".to_owned(), ":1:1: error[invalid-schema]: this schema does not say which API version and kind it is for"),
        (
            format!("{head}\n }},\n \"type\": \"thing\"\n}}\n"),
            ":6:10: error[invalid-schema]: this is no schema: the value is not valid",
        ),
        (
            format!(
                "{head},\n  \"spec\": {{\n   \"x-kubernetes-validations\": [\n    {{\"rule\": \"self ==\"}}]}}}}}}"
            ),
            ":7:14: error[invalid-schema]: this is no CEL: Syntax error",
        ),
    ] {
        write(&root, path, &text);
        for command in ["lint --format concise", "render", "lint --format concise --manifests cluster.yaml"] {
            write(&root, "cluster.yaml", "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata:\n  name: train\n");
            let (said, status) = said(&root, command);
            assert_eq!(status, Some(1), "{command}: {said}");
            let place = if command == "render" { expected.split("error").nth(1).unwrap() } else { expected };
            assert!(said.contains(place), "{command}: {expected}\nis not in\n{said}");
        }
        assert!(!root.path().join("generated").exists());
    }
    // Of what nobody uses, only what is no JSON is reported.
    let widget = format!("{head}\n }},\n \"type\": \"thing\"\n}}\n").replace("RayCluster", "RayWidget");
    fs::remove_file(root.path().join(path)).unwrap();
    write(&root, "teams/_schemas/ray.io/raywidget-v1.schema.json", &widget);
    assert_eq!(said(&root, "lint").1, Some(0));
    write(&root, "teams/_schemas/ray.io/copy-v1.schema.json", &widget);
    let (said, status) = said(&root, "lint --format concise");
    assert_eq!(
        (status, said.contains("another schema is for the same API version and kind")),
        (Some(1), true),
        "{said}"
    );
}

/// All that is wrong comes in one run, in every file.
#[test]
fn problems_of_all_crds_come_together() {
    let root = workspace();
    write(&root, "a.yaml", &crd("Widget", "type: object\nproperties:\n  a: 1\n  b: { type: string, pattern: '[' }\n"));
    write(
        &root,
        "b.yaml",
        &crd("Gadget", "type: string\nx-kubernetes-validations:\n  - rule: 'self =='\n  - rule: ')'\n"),
    );
    let (text, status) = said(&root, "schema import a.yaml b.yaml --format concise");
    assert_eq!((status, text.matches("error[invalid-crd]").count()), (Some(1), 4), "{text}");
}

#[test]
#[cfg(unix)]
fn an_import_does_not_write_through_a_link() {
    let (root, elsewhere) = (workspace(), TempDir::new().unwrap());
    write(&root, "crd.yaml", &crd("Widget", "type: object\n"));
    for link in ["teams/_schemas", "teams/_schemas/example.com"] {
        let link = root.path().join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), &link).unwrap();
        let (text, status) = said(&root, "schema import crd.yaml");
        assert_eq!((status, text.contains("leads out of the workspace")), (Some(2), true), "{text}");
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
        fs::remove_file(link).unwrap();
    }
}

#[test]
#[cfg(unix)]
fn a_schema_that_leads_out_of_the_workspace_is_not_read() {
    let (root, elsewhere) = (workspace(), TempDir::new().unwrap());
    fs::write(elsewhere.path().join("raycluster-v1.schema.json"), "{}").unwrap();
    fs::create_dir(root.path().join("teams/_schemas")).unwrap();
    let link = root.path().join("teams/_schemas/raycluster-v1.schema.json");
    std::os::unix::fs::symlink(elsewhere.path().join("raycluster-v1.schema.json"), link).unwrap();
    let (said, status) = said(&root, "lint --format concise");
    assert_eq!(status, Some(1));
    assert!(said.contains("error[invalid-schema]: this is a symbolic link that leads out of the workspace"), "{said}");
}

/// What a CRD may say beyond types, and what the API server makes of it.
#[test]
fn every_keyword_of_a_crd_counts() {
    let schema = "type: object\nproperties:\n  size: { x-kubernetes-int-or-string: true }\n  free: { type: object, \
                  x-kubernetes-preserve-unknown-fields: true, properties: { known: { type: integer } } }\n  pod: { type: object, \
                  x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true }\n  tags: { type: array, \
                  x-kubernetes-list-type: set, items: { type: string } }\n  ports:\n    type: array\n    x-kubernetes-list-type: map\n    \
                  x-kubernetes-list-map-keys: [port, protocol]\n    items:\n      type: object\n      required: [port, protocol]\n      \
                  properties:\n        port: { type: integer }\n        protocol: { type: string, default: TCP }\n  none: { type: string, \
                  nullable: true }\n  some: { type: string, default: a }\n  closed: { type: object, properties: {} }\n  big: { type: \
                  integer, format: int32 }\nrequired: [some]\n";
    let validators = validators([crd("Thing", schema)]);
    let said = |spec: raygen::json::Value| {
        let object = raygen::json!({
            "apiVersion": "example.com/v1", "kind": "Thing", "metadata": { "name": "one" }, "spec": spec,
        });
        let violations = validators.validate(&object).unwrap();
        let lines = violations.iter().map(|each| format!("{}: {}", each.path, each.problem.message()));
        lines.collect::<Vec<_>>().join("; ")
    };
    for accepted in [
        raygen::json!({ "size": 1, "free": { "a": { "b": 1 }, "known": 2 }, "tags": ["a", "b"], "none": null, "some": null }),
        raygen::json!({ "size": "50%", "pod": { "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a" }, "spec": {} } }),
        raygen::json!({ "ports": [{ "port": 1 }, { "port": 1, "protocol": "UDP" }], "closed": {}, "big": 2_147_483_647 }),
    ] {
        assert_eq!(said(accepted.clone()), "", "{accepted}");
    }
    for (refused, expected) in [
        (raygen::json!({ "size": 1.5 }), "/spec/size: expected integer or string, found number `1.5`"),
        (raygen::json!({ "free": { "known": "a" } }), "/spec/free/known: expected integer, found string `a`"),
        (
            raygen::json!({ "pod": { "kind": "Pod", "metadata": { "name": "a" } } }),
            "/spec/pod: required field `apiVersion` is missing",
        ),
        (raygen::json!({ "tags": ["a", "a"] }), "/spec/tags/1: duplicate entry `a`"),
        (
            raygen::json!({ "ports": [{ "port": 1 }, { "port": 1, "protocol": "TCP" }] }),
            "/spec/ports/1: duplicate entry `port=1, protocol=TCP`",
        ),
        (raygen::json!({ "closed": { "a": 1 } }), "/spec/closed/a: unknown field `a`"),
        (raygen::json!({ "big": 2_147_483_648_u32 }), "/spec/big: 2147483648 is not at most 2147483647"),
    ] {
        assert_eq!(said(refused), expected);
    }
}
