//! What the emitter writes comes back as it was, from every reader, and looks as people want it.

#![expect(clippy::print_stderr, reason = "a skipped check says so")]

mod readers;
mod scalars;

use std::path::Path;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use raygen::json;
use raygen::json::Value;
use raygen::yaml::{emit, write_into};

use readers::{LibYaml, Reader, Saphyr, pyyaml};

#[test]
fn lists_are_indented_under_their_key() {
    let value = json!({
        "apiVersion": "ray.io/v1",
        "kind": "RayCluster",
        "metadata": {"name": "train"},
        "spec": {
            "headGroupSpec": {
                "rayStartParams": {"num-cpus": "0"},
                "template": {"spec": {
                    "containers": [{
                        "name": "ray-head",
                        "image": "rayproject/ray:2.52.0-py311",
                        "command": ["/bin/sh", "-c", "ray stop"],
                        "resources": {"limits": {"cpu": "4", "memory": "16Gi"}},
                        "volumeMounts": [],
                    }],
                    "volumes": [{"name": "ray-logs", "emptyDir": {}}],
                }},
            },
            "matrix": [[1, 2], [], [[3]], {}],
        },
    });
    let expected = r#"apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: train
spec:
  headGroupSpec:
    rayStartParams:
      num-cpus: "0"
    template:
      spec:
        containers:
          - name: ray-head
            image: rayproject/ray:2.52.0-py311
            command:
              - /bin/sh
              - -c
              - ray stop
            resources:
              limits:
                cpu: "4"
                memory: 16Gi
            volumeMounts: []
        volumes:
          - name: ray-logs
            emptyDir: {}
  matrix:
    - - 1
      - 2
    - []
    - - - 3
    - {}
"#;
    assert_eq!(emit(&value), expected);
}

#[test]
fn text_of_several_lines_is_a_literal_block() {
    let value = json!({"data": {
        "clip": "a\n\nb\n",
        "strip": "a\n  b",
        "keep": "a\n\n",
        "indented": "  a\nb\n",
        "list": ["x\ny\n", " x\ny"],
        "tab inside": "a\n\tb\n",
        "trailing blank": "a \nb\n",
        "leading tab": "\ta\nb\n",
        "carriage return": "a\r\nb\n",
        "only newlines": "\n\n",
        "direction": "a\u{202E}\nb\n",
    }});
    let expected = r#"data:
  clip: |
    a

    b
  strip: |-
    a
      b
  keep: |+
    a

  indented: |2
      a
    b
  list:
    - |
      x
      y
    - |2-
       x
      y
  tab inside: |
    a
    	b
  trailing blank: "a \nb\n"
  leading tab: "\ta\nb\n"
  carriage return: "a\r\nb\n"
  only newlines: "\n\n"
  direction: "a\u202E\nb\n"
"#;
    assert_eq!(emit(&value), expected);
}

#[test]
fn a_document_ends_with_exactly_one_newline() {
    assert_eq!(emit(&json!({"k": "a\n\n"})), "k: \"a\\n\\n\"\n");
    assert_eq!(emit(&json!({"k": ["a\n"]})), "k:\n  - |\n    a\n");
    let mut text = String::from("# header\n");
    write_into(&mut text, &json!({"a": 1}));
    assert_eq!(text, "# header\na: 1\n");
}

#[test]
fn scalars_and_empty_documents() {
    for (value, text) in [
        (json!({}), "{}\n"),
        (json!([]), "[]\n"),
        (json!(null), "null\n"),
        (json!("a\nb"), "\"a\\nb\"\n"),
        (json!(u64::MAX), "18446744073709551615\n"),
        (json!(i64::MIN), "-9223372036854775808\n"),
        (json!(1e21), "1.0e+21\n"),
        (json!(2.5e-9), "2.5e-9\n"),
        (json!(0.5), "0.5\n"),
    ] {
        assert_eq!(emit(&value), text);
    }
}

#[test]
fn kubernetes_types_read_name_first() {
    // The alphabetical order of k8s-openapi.
    let value = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"annotations": {"a": "1"}, "labels": {"b": "2", "a": "1", "name": "x"}, "name": "p", "namespace": "team"},
        "spec": {
            "containers": [{
                "args": ["a"], "command": ["c"],
                "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"key": "k", "name": "secret"}}}],
                "image": "i", "name": "ray", "ports": [{"containerPort": 1, "name": "p"}],
                "resources": {"limits": {"nvidia.com/gpu": "1", "cpu": "1"}, "requests": {"cpu": "1"}},
                "volumeMounts": [{"mountPath": "/m", "name": "v"}],
            }],
            "hostNetwork": true,
            "serviceAccountName": "s",
            "tolerations": [{"effect": "NoSchedule", "key": "k", "operator": "Exists"}],
        },
    });
    let text = emit(&value);
    let keys: Vec<&str> = text.lines().map(|line| line.trim().trim_start_matches("- ")).collect();
    assert_eq!(
        keys.join(" | "),
        "apiVersion: v1 | kind: Pod | metadata: | name: p | namespace: team | labels: | b: \"2\" | a: \"1\" | name: x \
         | annotations: | a: \"1\" | spec: | serviceAccountName: s | tolerations: | key: k | operator: Exists \
         | effect: NoSchedule | containers: | name: ray | image: i | command: | c | args: | a | env: | name: A \
         | valueFrom: | secretKeyRef: | name: secret | key: k | ports: | name: p | containerPort: 1 | resources: | requests: \
         | cpu: \"1\" | limits: | nvidia.com/gpu: \"1\" | cpu: \"1\" | volumeMounts: | name: v | mountPath: /m \
         | hostNetwork: true"
    );
}

#[test]
fn the_accepted_objects_keep_their_lines() {
    let golden = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/golden"));
    if !golden.exists() {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", golden.display());
        eprintln!("skipped: {} is missing", golden.display());
        return;
    }
    let mut compared = 0;
    for team in std::fs::read_dir(golden).expect("golden is a directory").flatten() {
        for file in std::fs::read_dir(team.path()).into_iter().flatten().flatten() {
            let text = std::fs::read_to_string(file.path()).expect("golden files are readable");
            let (_header, body) = text.split_once('\n').expect("golden files start with a header line");
            let value: Value = serde_yaml::from_str(body).expect("golden files are YAML");
            // Only the indentation of lists differs.
            let lines = |text: &str| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
            assert_eq!(lines(&emit(&value)), lines(body), "{}", file.path().display());
            compared += 1;
        }
    }
    assert!(compared > 30, "only {compared} files compared");
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z]{1,8}",
        "[-+0-9._:eExobXTZ ]{1,10}",
        "[ab \t\n:#'\"\\\\|>{}\\[\\],&*!%@`?=~<-]{0,12}",
        "[a\u{0}\u{7}\r\u{7f}\u{85}\u{a0}\u{200b}\u{2028}\u{feff}\u{fffe}\u{1f600}\n]{0,6}",
        "(\n|  |a|b c|\t){0,9}",
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has finite numbers", |n| n.is_finite()).prop_map(Value::from),
        texts().prop_map(Value::from),
    ];
    let keys = prop_oneof![
        3 => texts(),
        1 => prop::sample::select(vec!["metadata", "spec", "containers", "name", "key", "ports", "env", "resources"])
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((keys.clone(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_comes_back(value in values()) {
        let text = emit(&value);
        for reader in [&LibYaml as &dyn Reader, &Saphyr] {
            let read = reader.read(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            prop_assert_eq!(&read, &value, "{}", text);
            prop_assert_eq!(emit(&read), text.clone());
        }
        prop_assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
        for line in text.lines() {
            prop_assert!(!line.ends_with([' ', '\t', '\r']), "{:?}", line);
            prop_assert!(!line.starts_with('\t'), "{:?}", line);
        }
    }
}

#[test]
fn python_reads_any_value_too() {
    // serde_json may be off by the last bit of a float that Python wrote.
    fn without_floats(value: &mut Value) {
        match value {
            Value::Number(number) if number.is_f64() => *value = json!(0.5),
            Value::Array(items) => items.iter_mut().for_each(without_floats),
            Value::Object(map) => map.iter_mut().for_each(|(_, value)| without_floats(value)),
            _ => {}
        }
    }
    let mut runner = TestRunner::deterministic();
    let mut expected: Vec<Value> =
        (0..400).map(|_| values().new_tree(&mut runner).expect("values can be made").current()).collect();
    expected.iter_mut().for_each(without_floats);
    let documents: Vec<String> = expected.iter().map(emit).collect();
    for (read, (value, document)) in pyyaml(&documents).unwrap_or_default().iter().zip(expected.iter().zip(&documents))
    {
        assert_eq!(read, value, "{document}");
    }
}
