//! `lint --manifests`: YAML that raygen did not write, read as Kubernetes reads it and judged with places in it.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use proptest::prelude::*;
use raygen::check::{CheckedObjects, check_objects};
use raygen::json;
use raygen::json::Value;
use raygen::objects::{self, Objects};
use raygen::report::{self, Format};
use raygen::schema::Releases;
use tempfile::TempDir;

mod corpus;

/// The smallest cluster that raises nothing.
const CLUSTER: &str = r#"apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: train
  namespace: vision
spec:
  rayVersion: 2.52.0
  headGroupSpec:
    rayStartParams:
      num-cpus: "0"
    template:
      spec:
        containers:
          - name: ray-head
            image: rayproject/ray:2.52.0-py311
            resources:
              requests: { cpu: "2", memory: 8Gi, ephemeral-storage: 20Gi }
              limits: { cpu: "2", memory: 8Gi }
"#;

fn checked(texts: &[(&str, &str)]) -> (Objects, CheckedObjects) {
    let objects = objects::from_texts(texts.iter().copied());
    let found = check_objects(&objects, &Releases::newest(), None);
    (objects, found)
}

/// One line per problem: rule, line and column.
fn found(text: &str) -> Vec<String> {
    let (objects, found) = checked(&[("a.yaml", text)]);
    places(&objects, &found)
}

fn places(objects: &Objects, found: &CheckedObjects) -> Vec<String> {
    let place = |diagnostic: &raygen::diagnostic::Diagnostic| {
        let (line, column) = objects.sources.line_column(diagnostic.span.unwrap());
        format!("{}:{line}:{column}", diagnostic.rule)
    };
    found.checked.diagnostics.iter().map(place).collect()
}

/// The objects of a text.
fn values(text: &str) -> Vec<Value> {
    objects::from_texts([("a.yaml", text)]).objects.into_iter().map(|object| object.value).collect()
}

fn config_map(data: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n{data}")
}

#[test]
fn a_good_cluster_raises_nothing() {
    assert_eq!(found(CLUSTER), Vec::<String>::new());
}

#[test]
fn problems_stand_at_their_line() {
    let cases = [
        ("memory: 8Gi }\n", "memory: 8GiB }\n", "invalid-manifest:18:43"),
        ("rayVersion: 2.52.0", "rayVersion: 2.52", "invalid-manifest:7:15"),
        ("num-cpus: \"0\"", "num-cpus: 0", "invalid-manifest:10:17"),
        ("name: ray-head", "nam: ray-head", "unknown-field:14:13"),
        ("  name: train\n", "  name: 9train\n", "invalid-name:4:9"),
    ];
    for (good, bad, expected) in cases {
        let text = CLUSTER.replacen(good, bad, 1);
        assert_ne!(text, CLUSTER, "{good}");
        assert!(found(&text).iter().any(|place| place == expected), "{bad}: {:?}", found(&text));
    }
}

#[test]
fn what_is_missing_is_reported_at_the_nearest_thing_that_is_there() {
    let text = CLUSTER.replace("            image: rayproject/ray:2.52.0-py311\n", "");
    assert_eq!(found(&text), ["invalid-manifest:14:13"]);
}

#[test]
fn scalars_are_those_of_yaml_1_1() {
    let data =
        "  a: yes\n  b: 012\n  c: 1_000\n  d: 2.52\n  e: 2024-01-01\n  f: \"no\"\n  g: 08\n  h: !!str 1\n  on: x\n";
    let value = &values(&config_map(data))[0]["data"];
    let expected = json!({
        "a": true, "b": 10, "c": 1000, "d": 2.52, "e": "2024-01-01", "f": "no", "g": 8, "h": "1", "true": "x"
    });
    assert_eq!(*value, expected);
    let rejected = found(&config_map(data));
    assert_eq!(
        rejected,
        [
            "invalid-manifest:6:6",
            "invalid-manifest:7:6",
            "invalid-manifest:8:6",
            "invalid-manifest:9:6",
            "invalid-manifest:12:6"
        ]
    );
}

#[test]
fn null_fields_are_not_there() {
    assert_eq!(
        found(&CLUSTER.replace("metadata:\n", "metadata:\n  labels:\n  annotations: ~\n")),
        Vec::<String>::new()
    );
    let without = CLUSTER.replace("rayVersion: 2.52.0", "rayVersion: null");
    let absent = CLUSTER.replace("  rayVersion: 2.52.0\n", "");
    let rules = |text: &str| -> Vec<String> {
        found(text).iter().map(|place| place.split(':').next().unwrap().to_owned()).collect()
    };
    assert_eq!(rules(&without), rules(&absent));
}

#[test]
fn a_key_that_stands_twice_is_reported_and_the_last_counts() {
    let text = config_map("  a: \"1\"\n  b: \"2\"\n  a: \"3\"\n");
    assert_eq!(found(&text), ["duplicate-key:8:3"]);
    assert_eq!(values(&text)[0]["data"], json!({ "a": "3", "b": "2" }));
}

/// The time that this takes grows with the keys, and not with their square, or the test would not end.
#[test]
fn a_map_of_very_many_keys_is_read() {
    let data: Vec<String> = (0..100_000).map(|n| format!("  key-{n}: v\n")).collect();
    let text = config_map(&(data.concat() + "  key-77: w\n"));
    assert_eq!(found(&text), ["duplicate-key:100006:3"]);
    assert_eq!(values(&text)[0]["data"]["key-77"], "w");
}

#[test]
fn anchors_aliases_and_merges_are_followed() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, labels: &l { a: \"1\", b: \"2\" } }\n\
                data:\n  <<: *l\n  b: \"3\"\n";
    assert_eq!(values(text)[0]["data"], json!({ "b": "3", "a": "1" }));
}

#[test]
fn one_bad_document_does_not_hide_the_others() {
    let text =
        format!("a: [\n---\n{CLUSTER}---\n{{{{ .Values.x }}}}: 1\n: -\n---\n{}", CLUSTER.replace("2.52.0", "2.52"));
    let (objects, found) = checked(&[("a.yaml", &text)]);
    assert_eq!(objects.objects.len(), 2);
    let places = places(&objects, &found);
    assert_eq!(places.iter().filter(|place| place.starts_with("invalid-yaml")).count(), 2, "{places:?}");
    assert!(places.iter().any(|place| place.starts_with("invalid-manifest")), "{places:?}");
    assert_eq!(found.checked.diagnostics[1].help.len(), 1, "a template has to be rendered first");
}

#[test]
fn lists_and_streams_of_json_are_taken_apart() {
    let list = r#"{"apiVersion": "v1", "kind": "List", "items": [
  {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"x": 1}},
  {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}
]}"#;
    assert_eq!(values(list).len(), 2);
    assert_eq!(found(list), ["invalid-manifest:2:86"]);
    assert_eq!(values("{\"kind\": \"A\"}\n{\"kind\": \"B\"}{\"kind\": \"C\"}").len(), 3);
}

#[test]
fn windows_lines_and_a_byte_order_mark_change_nothing() {
    let windows = CLUSTER.replace("2.52.0\n", "2.52\n").replace('\n', "\r\n");
    assert_eq!(found(&windows), found(&CLUSTER.replace("2.52.0\n", "2.52\n")));
    let root = TempDir::new().unwrap();
    fs::write(root.path().join("a.yaml"), format!("\u{FEFF}{CLUSTER}")).unwrap();
    assert_eq!(run(&root, &["a.yaml"], "").status.code(), Some(0));
}

#[test]
fn bombs_and_pits_are_refused() {
    let level = |level: i32| {
        let below = format!("*a{}", level - 1);
        format!("a{level}: &a{level} [{}]\n", [below.as_str(); 9].join(", "))
    };
    let bomb: String = (1..12).map(level).collect();
    assert_eq!(found(&format!("a0: &a0 [x, x, x, x, x, x, x, x, x]\n{bomb}")).len(), 1);
    assert_eq!(found(&"[".repeat(100_000)).len(), 1);
    assert_eq!(found(&"- ".repeat(100_000)).len(), 1);
    assert_eq!(found(&format!("{}x", "{a: ".repeat(50_000))).len(), 1);
    assert_eq!(found("a: &a [*a]\n").len(), 1);
}

#[test]
fn odd_documents_are_no_trouble() {
    for text in [
        "",
        "---",
        "---\n---\n",
        "# nothing\n",
        "...\n",
        "--- |\n text\n",
        "%YAML 1.1\n---\n",
        "\0",
        "\t",
        "a:\tb\n",
        "? a\n: b\n",
    ] {
        let (objects, _) = checked(&[("a.yaml", text)]);
        assert!(objects.objects.is_empty(), "{text:?}");
    }
}

#[test]
fn a_document_without_kind_is_no_object_and_one_without_version_is_a_bad_one() {
    let (objects, checked) = checked(&[("values.yaml", "image:\n  tag: 2.52.0\n"), ("b.yaml", "kind: RayCluster\n")]);
    assert_eq!((objects.objects.len(), objects.others), (1, 1));
    assert_eq!(places(&objects, &checked), ["invalid-manifest:1:1"]);
}

#[test]
fn kinds_without_a_schema_are_named() {
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { whatever: 1 }\n";
    let (_, checked) = checked(&[("a.yaml", text)]);
    assert_eq!(
        checked.unknown_kinds.into_iter().collect::<Vec<_>>(),
        [(("apps/v1".to_owned(), "Deployment".to_owned()), 1)]
    );
    assert!(checked.checked.diagnostics.is_empty());
}

#[test]
fn an_object_waives_what_it_gives_a_reason_for() {
    let bad = CLUSTER.replace("num-cpus: \"0\"", "num-gpus: \"0\"").replace(", ephemeral-storage: 20Gi", "");
    let rules = |text: &str| -> Vec<&'static str> {
        checked(&[("a.yaml", text)]).1.checked.diagnostics.iter().map(|diagnostic| diagnostic.rule).collect()
    };
    assert!(rules(&bad).contains(&"missing-ephemeral-storage"));
    let with = |lines: &str| {
        bad.replace(
            "  namespace: vision\n",
            &format!("  namespace: vision\n  annotations:\n    raygen.dev/allow: |\n{lines}"),
        )
    };
    let waived = with("      missing-ephemeral-storage: nothing is spilled here\n");
    let (_, verdict) = checked(&[("a.yaml", &waived)]);
    assert!(!rules(&waived).contains(&"missing-ephemeral-storage"));
    assert_eq!(verdict.checked.waived, 1);
    assert!(rules(&with("      missing-ephemeral-storage:\n")).contains(&"forbidden-allow"));
    assert!(rules(&with("      missing-ephemeral-storag: x\n")).contains(&"unknown-rule"));
    assert!(rules(&with("      head-on-spot: x\n      missing-ephemeral-storage: x\n")).contains(&"unused-allow"));
}

#[test]
fn objects_of_one_input_are_judged_together() {
    let pool = "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: { name: cpu }\nspec:\n  disruption: { consolidationPolicy: WhenEmpty, consolidateAfter: 5m }\n  template:\n    metadata: { labels: { team: vision } }\n    spec:\n      taints: [{ key: dedicated, value: vision, effect: NoSchedule }]\n      nodeClassRef: { group: karpenter.k8s.aws, kind: EC2NodeClass, name: cpu }\n      requirements: [{ key: kubernetes.io/arch, operator: In, values: [amd64] }]\n";
    let selecting = |label: &str| {
        CLUSTER.replace("        containers:", &format!("        nodeSelector: {{ {label} }}\n        containers:"))
    };
    let rules = |text: String| -> Vec<&'static str> {
        let (_, verdict) = checked(&[("cluster.yaml", &text), ("pool.yaml", pool)]);
        verdict.checked.diagnostics.iter().map(|diagnostic| diagnostic.rule).collect()
    };
    assert!(rules(selecting("karpenter.sh/nodepool: cpu")).contains(&"untolerated-taint"));
    assert!(rules(selecting("karpenter.sh/nodepool: gpu")).contains(&"dangling-node-selector"));
    assert!(rules(selecting("team: audio")).contains(&"dangling-node-selector"));
    assert!(!rules(selecting("team: vision")).contains(&"dangling-node-selector"));
}

#[test]
fn two_objects_of_one_name_are_reported_within_a_file() {
    assert_eq!(found(&format!("{CLUSTER}---\n{CLUSTER}")), ["duplicate-name:23:9"]);
    let (_, apart) = checked(&[("dev/a.yaml", CLUSTER), ("prod/a.yaml", CLUSTER)]);
    assert!(apart.checked.diagnostics.is_empty());
}

#[test]
fn helm_s_template_is_shown() {
    let text = format!(
        "---\n# Source: ray-cluster/templates/raycluster-cluster.yaml\n{}",
        CLUSTER.replace("2.52.0\n", "2.52\n")
    );
    let (objects, found) = checked(&[("<stdin>", &text)]);
    let shown = report::render(&objects.sources, &found.checked.diagnostics, Format::Human, false, 120);
    assert!(shown.contains("# Source: ray-cluster/templates/raycluster-cluster.yaml"), "{shown}");
    assert!(shown.contains("rendered from this template"), "{shown}");
}

#[test]
fn older_releases_are_checked_for_when_asked() {
    let text = CLUSTER.replace("  rayVersion", "  upgradeStrategy: { type: None }\n  rayVersion");
    let objects = objects::from_texts([("a.yaml", text.as_str())]);
    let mut releases = Releases::newest();
    assert!(check_objects(&objects, &releases, None).checked.diagnostics.is_empty());
    releases.kuberay = semver(&[1, 5, 1]);
    let found = check_objects(&objects, &releases, None).checked.diagnostics;
    assert_eq!(found[0].rule, "needs-newer-release");
    assert!(found[0].message.contains("needs KubeRay 1.6.2, but this is checked for 1.5.1"), "{}", found[0].message);
}

fn semver(parts: &[u64; 3]) -> raygen::schema::Version {
    raygen::schema::Version::new(parts[0], parts[1], parts[2])
}

fn run(root: &TempDir, paths: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_raygen"))
        .current_dir(root.path())
        .args(["lint", "--format", "concise", "--manifests"])
        .args(paths)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn files_directories_and_stdin_are_read() {
    let root = TempDir::new().unwrap();
    fs::create_dir_all(root.path().join("deep/er")).unwrap();
    fs::create_dir_all(root.path().join("deep/.git")).unwrap();
    let bad = CLUSTER.replace("2.52.0\n", "2.52\n");
    for (path, text) in [
        ("deep/er/a.yml", &bad),
        ("deep/b.json", &"{\"kind\": \"x\"}".to_owned()),
        ("deep/.git/c.yaml", &bad),
        ("deep/d.txt", &bad),
    ] {
        fs::write(root.path().join(path), text).unwrap();
    }
    let output = run(&root, &["deep", "-"], &bad);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout.contains("deep/er/a.yml:7:15: error[invalid-manifest]"), "{stdout}");
    assert!(stdout.contains("deep/b.json:1:1: error[invalid-manifest]"), "{stdout}");
    assert!(stdout.contains("<stdin>:7:15: error[invalid-manifest]"), "{stdout}");
    assert!(!stdout.contains(".git") && !stdout.contains("d.txt"), "{stdout}");
    let stderr = text(&output.stderr);
    assert!(stderr.contains("checked 3 objects in 3 files for KubeRay 1.7.0"), "{stderr}");
    assert!(stderr.contains("not checked, for they need specs: "), "{stderr}");
}

#[test]
fn what_cannot_be_read_is_reported_and_the_rest_is_checked() {
    let root = TempDir::new().unwrap();
    fs::write(root.path().join("good.yaml"), CLUSTER).unwrap();
    fs::write(root.path().join("latin.yaml"), b"a: b\nc: \xE4\n").unwrap();
    fs::write(root.path().join("wide.yaml"), b"\xFF\xFEa\0:\0").unwrap();
    let output = run(&root, &["absent.yaml", "good.yaml", "latin.yaml", "wide.yaml"], "");
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{stdout}");
    assert!(
        stdout.contains("absent.yaml:1:1: error[unreadable-manifest]: this file cannot be read: no such file"),
        "{stdout}"
    );
    assert!(
        stdout.contains("latin.yaml:1:1: error[unreadable-manifest]: this is no text: line 2 is not UTF-8"),
        "{stdout}"
    );
    assert!(stdout.contains("wide.yaml:1:1: error[unreadable-manifest]: this is UTF-16"), "{stdout}");
    assert_eq!(stdout.lines().count(), 3, "{stdout}");
    assert_eq!(run(&root, &["absent.yaml"], "").status.code(), Some(2));
    assert_eq!(run(&root, &["-"], "").status.code(), Some(2));
    assert_eq!(run(&root, &["good.yaml"], "").status.code(), Some(0));
}

#[test]
fn the_platform_s_severities_and_waivers_count() {
    let root = TempDir::new().unwrap();
    fs::create_dir(root.path().join("teams")).unwrap();
    let bad = CLUSTER.replace(", ephemeral-storage: 20Gi", "");
    fs::write(root.path().join("a.yaml"), bad).unwrap();
    assert!(text(&run(&root, &["a.yaml"], "").stdout).contains("warning[missing-ephemeral-storage]"));
    let platform = |lines: &str| {
        let text = include_str!("../rules/platform.toml").to_owned() + lines;
        fs::write(root.path().join("teams/_platform.toml"), text).unwrap();
    };
    platform("\n[lint.severity]\nmissing-ephemeral-storage = \"error\"\n");
    assert!(text(&run(&root, &["a.yaml"], "").stdout).contains("error[missing-ephemeral-storage]"));
    platform("\n[[allow]]\nrule = \"missing-ephemeral-storage\"\nreason = \"disks are large\"\n");
    let output = run(&root, &["a.yaml"], "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("1 waived"));
}

#[test]
fn wrong_arguments_could_not_run() {
    let root = TempDir::new().unwrap();
    let status = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_raygen"));
        command.current_dir(root.path()).args(arguments).output().unwrap().status.code()
    };
    assert_eq!(status(&["lint", "--kuberay", "1.7.0"]), Some(2));
    assert_eq!(status(&["lint", "vision", "--manifests", "a.yaml"]), Some(2));
    assert_eq!(status(&["lint", "--manifests", "a.yaml", "--kuberay", "1.7"]), Some(2));
    assert_eq!(status(&["lint", "--manifests", "a.yaml", "--kuberay", "0.3.0"]), Some(2));
}

/// KubeRay keeps the last 50 bytes of a name, which may begin within a character.
#[test]
fn names_in_any_script_are_cut_between_characters() {
    for name in ["ꟕ", "ꟕvision-head-svc", &"ꟕ".repeat(40), &format!("{}{}", "ꟕ", "a".repeat(48))] {
        let text = CLUSTER.replacen("name: train", &format!("name: \"{name}\""), 1);
        assert!(text.contains(name), "the cluster has the name");
        assert!(checked(&[("a.yaml", &text)]).1.checked.has_errors(), "{name} is no name");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever stands there is read, or something is said about it; places are inside of the text.
    #[test]
    fn any_text_is_read_or_refused(
        noise in "[ -~\\n\\t\\PC]{0,40}",
        cut in 0..CLUSTER.len(),
        length in 0..60_usize,
        token in prop::sample::select(vec!["", "&a ", "*a", "<<: *a\n", "- ", "? ", ": ", "---\n", "...\n", "!!int ", "!x ", "|\n", "[", "}", "\"", "'", "{{ x }}", "%TAG ! x\n", "\u{FEFF}", "\0"]),
    ) {
        let end = (cut + length).min(CLUSTER.len());
        let text = [&CLUSTER[..cut], token, &noise, &CLUSTER[end..]].concat();
        let (objects, verdict) = checked(&[("a.yaml", &text)]);
        for diagnostic in &verdict.checked.diagnostics {
            let span = diagnostic.span.unwrap();
            prop_assert!(span.start <= span.end && span.end as usize <= text.len(), "{diagnostic:?}");
        }
        for format in [Format::Human, Format::Concise, Format::Sarif] {
            report::render(&objects.sources, &verdict.checked.diagnostics, format, false, 100);
        }
    }
}
