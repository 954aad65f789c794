//! Karpenter's runtime validation: NodePools (core `nodepool_validation.go`, `nodeclaim_validation.go`) and conditions of
//! EC2NodeClasses (provider `pkg/controllers/nodeclass`), v1.14, item by item.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use raygen::diagnostic::Severity;
use raygen::json::Value;
use raygen::lint::{self, Subject, rules};
use raygen::manifest::{Built, Manifest, Places};
use raygen::resolve::{self, Resolution, Selection, SpecPath};
use raygen::schema::Validators;
use raygen::workspace::Workspace;
use serde::Deserialize;

use crate::rule_cases::{TEAM, raised};
use crate::shared;

enum Caught {
    /// By this rule, or by this name of the stages before them; the lines stand in a worker group.
    By(&'static str, &'static str),
    /// By no one, and why.
    Never(&'static str),
}
use Caught::{By, Never};

/// What the stages call violations of schemas.
const STAGES: [&str; 2] = ["invalid-manifest", "invalid-value"];

const NODE_POOL: &[(&str, Caught)] = &[
    (
        "label `karpenter.sh/nodepool`",
        By("invalid-manifest", r#"node-pool.labels = { "karpenter.sh/nodepool" = "a" }"#),
    ),
    ("label key is no qualified name", By("invalid-node-label", r#"node-pool.labels = { "a b" = "c" }"#)),
    ("label value is invalid", By("invalid-label-value", r#"node-pool.labels = { a = "b c" }"#)),
    ("label key is restricted", By("invalid-manifest", r#"node-pool.labels = { "karpenter.sh/a" = "b" }"#)),
    (
        "label key is restricted, though the CRD allows it",
        By("restricted-label", r#"node-pool.labels = { "karpenter.k8s.aws/ec2nodeclass" = "a" }"#),
    ),
    (
        "requirement `karpenter.sh/nodepool`",
        By("invalid-manifest", r#"requirements = [{ key = "karpenter.sh/nodepool", operator = "Exists" }]"#),
    ),
    ("unknown operator", By("invalid-value", r#"requirements = [{ key = "a", operator = "Like", values = ["b"] }]"#)),
    (
        "requirement key is restricted",
        By("invalid-manifest", r#"requirements = [{ key = "kubernetes.io/hostname", operator = "Exists" }]"#),
    ),
    (
        "requirement key is restricted, though the CRD allows it",
        By("restricted-label", r#"requirements = [{ key = "karpenter.k8s.aws/ec2nodeclass", operator = "Exists" }]"#),
    ),
    (
        "no known capacity type",
        By(
            "invalid-capacity-type",
            r#"requirements = [{ key = "karpenter.sh/capacity-type", operator = "In", values = ["ondemand"] }]"#,
        ),
    ),
    (
        "no known tenancy",
        By(
            "invalid-requirement",
            r#"requirements = [{ key = "karpenter.k8s.aws/instance-tenancy", operator = "In", values = ["host"] }]"#,
        ),
    ),
    (
        "fewer known values than `minValues`",
        By(
            "invalid-capacity-type",
            r#"requirements = [{ key = "karpenter.sh/capacity-type", operator = "In", values = ["spot", "ondemand"], min-values = 2 }]"#,
        ),
    ),
    (
        "requirement key is no qualified name",
        By("invalid-manifest", r#"requirements = [{ key = "a b", operator = "Exists" }]"#),
    ),
    (
        "requirement value is no label value",
        By("invalid-requirement", r#"requirements = [{ key = "a", operator = "In", values = ["b c"] }]"#),
    ),
    ("`In` without values", By("invalid-manifest", r#"requirements = [{ key = "a", operator = "In", values = [] }]"#)),
    (
        "`minValues` above the number of values",
        By("invalid-manifest", r#"requirements = [{ key = "a", operator = "In", values = ["b"], min-values = 2 }]"#),
    ),
    (
        "`Gt` with no integer",
        By("invalid-manifest", r#"requirements = [{ key = "a", operator = "Gt", values = ["b"] }]"#),
    ),
    (
        "taint key is no qualified name",
        By("invalid-manifest", r#"node-pool.startup-taints = [{ key = "a b", effect = "NoSchedule" }]"#),
    ),
    (
        "taint key is too long",
        By(
            "invalid-taint",
            r#"node-pool.startup-taints = [{ key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", effect = "NoSchedule" }]"#,
        ),
    ),
    (
        "taint value is none",
        By("invalid-taint", r#"node-pool.startup-taints = [{ key = "a", value = "b/c", effect = "NoSchedule" }]"#),
    ),
    ("taint effect is none", By("invalid-value", r#"node-pool.startup-taints = [{ key = "a", effect = "Never" }]"#)),
    (
        "two taints of one key and effect",
        By(
            "duplicate-taint",
            r#"node-pool = { taints = [{ key = "a", effect = "NoSchedule" }], startup-taints = [{ key = "a", effect = "NoSchedule" }] }"#,
        ),
    ),
    (
        "budget with an unreadable schedule",
        By("invalid-budget", r#"node-pool.budgets = [{ nodes = "0", schedule = "a b c d e", duration = "1h" }]"#),
    ),
];

const NODE_CLASS: &[(&str, Caught)] = &[
    ("AMINotFound, by the form of the version", By("invalid-ami-alias", r#"node-pool.ami = "al2023@20260810""#)),
    ("AMINotFound, by a version that does not exist", Never("only AWS knows which versions there are")),
    ("UnsupportedAlias", By("unsupported-ami-family", r#"node-pool.ami = "al2@v20250715""#)),
    ("SubnetsNotFound, SecurityGroupsNotFound", Never("only AWS knows which there are")),
    (
        "a term that selects by id and tags",
        By(
            "ambiguous-selector-term",
            r#"node-pool.subnets = [{ id = "subnet-0" }, { id = "subnet-1", tags = { a = "b" } }]"#,
        ),
    ),
    ("a term with nothing", By("invalid-manifest", "node-pool.subnets = [{ tags = {} }]")),
    ("PlacementGroupNotFound", Never("only AWS knows which there are")),
    ("ClusterCIDRResolutionFailed", Never("a matter of the cluster's API, not of specs")),
    (
        "InvalidKubeletConfiguration",
        By("invalid-manifest", r#"node-pool.kubelet = { kubeReserved = { memory = "1 GiB" } }"#),
    ),
    (
        "UnsupportedKubeletConfiguration",
        By(
            "unsupported-kubelet-setting",
            r#"node-pool.kubelet = { clusterDNS = ["10.0.0.2", "10.0.0.3"] }
node-pool.ami = "bottlerocket@1.51.0""#,
        ),
    ),
    (
        "KubeletExpressionsDisabled, KubeletExpressionInvalid, KubeletExpressionEvaluationFailed",
        By("invalid-manifest", r#"node-pool.kubelet = { maxPods = "vcpus * 8" }"#),
    ),
    ("TagValidationFailed", By("invalid-manifest", r#"node-pool.tags = { "karpenter.sh/nodepool" = "a" }"#)),
    ("a tag that EC2 refuses", By("reserved-tag", r#"node-pool.tags = { "aws:a" = "b" }"#)),
    (
        "CreateFleetAuthCheckFailed, CreateLaunchTemplateAuthCheckFailed, RunInstancesAuthCheckFailed",
        Never("a matter of Karpenter's own role, not of specs"),
    ),
    (
        "InstanceProfileNotFound, by the form of the role",
        By("arn-as-node-role", r#"node-pool.role = "arn:aws:iam::123456789012:role/a""#),
    ),
    ("InstanceProfileNotFound, by a name that does not exist", Never("only AWS knows which there are")),
    (
        "both role and instance profile",
        By("conflicting-node-role", r#"node-pool = { role = "a", instance-profile = "b" }"#),
    ),
    ("CapacityReservationsReady", By("reserved-without-reservation", r#"capacity-type = ["reserved"]"#)),
    ("DependenciesNotReady", Never("follows from the other conditions")),
];

#[test]
fn every_item_is_caught_or_cannot_be() {
    let mut failures = Vec::new();
    for (item, caught) in NODE_POOL.iter().chain(NODE_CLASS) {
        let (name, lines) = match caught {
            By(name, lines) => (*name, *lines),
            Never(why) => {
                println!("{item}: {why}");
                continue;
            }
        };
        let known = STAGES.contains(&name) || rules::ALL.iter().any(|rule| rule.name == name);
        let raised = raised("", &format!("{TEAM}{lines}\n"));
        if !known || !raised.contains(name) {
            failures.push(format!("{item}: {name} is not among {raised:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn user_data_beyond_the_limit_is_caught() {
    let text = format!("{TEAM}node-pool.user-data = \"#!/bin/sh\\n{}\"\n", "a".repeat(17_000));
    assert!(raised("", &text).contains("invalid-user-data"));
}

#[derive(Deserialize)]
struct Record {
    id: String,
    kind: String,
    yaml: String,
    server: String,
    operator: String,
    operator_message: String,
}

/// Objects on their own, as manifests of one environment.
struct Bench {
    workspace: Workspace,
    resolution: Resolution,
    validators: Validators,
}

impl Bench {
    fn new() -> Self {
        let platform = include_str!("../../rules/platform.toml");
        let workspace = Workspace::from_texts(platform, [("vision", TEAM)]);
        let resolution = resolve::resolve(&workspace, &Selection::default());
        let validators = Validators::new(&resolution.environments["prod"].releases);
        Self { workspace, resolution, validators }
    }

    /// Names of the errors of rules.
    fn errors(&self, object: &Value) -> Vec<&'static str> {
        let manifest = Manifest {
            environment: Arc::clone(&self.resolution.environments["prod"]),
            team: None,
            workload: None,
            object: object.clone(),
            values: Arc::clone(&self.resolution.teams[0].values),
            places: Places::new(SpecPath::default()),
        };
        let built = Built { manifests: vec![manifest], ..Built::default() };
        let found = lint::lint(&Subject::new(&self.workspace, &Resolution::default(), &built));
        found.iter().filter(|each| each.severity == Severity::Error).map(|each| each.rule).collect()
    }
}

/// What raygen calls an error although Karpenter's validation lets it through: each fails later, at AWS or at run time.
/// `restricted-label`: the provider adds its domain to the restricted ones when it starts (`pkg/apis/v1/labels.go`), which
/// core's validation on its own does not know.
const LATER: &[&str] = &[
    "arn-as-node-role",
    "contradictory-requirements",
    "empty-selector-term",
    "invalid-ami-alias",
    "invalid-budget",
    "invalid-capacity-type",
    "invalid-taint",
    "invalid-user-data",
    "mismatched-ami-family",
    "reserved-tag",
    "restricted-label",
    "ungated-static-pool",
    "unsupported-ami-family",
    "wrong-root-device",
];

#[test]
fn rules_refuse_what_karpenter_refuses() {
    let Some(path) = shared("truth/verdicts.jsonl") else { return };
    let text = fs::read_to_string(path).unwrap();
    let bench = Bench::new();
    let (mut agreeing, mut failures) = (0, Vec::new());
    let mut later: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let record: Record = serde_json::from_str(line).unwrap();
        if !matches!(record.kind.as_str(), "NodePool" | "EC2NodeClass") || record.server != "accept" {
            continue;
        }
        let Ok(object) = serde_yaml::from_str::<Value>(&record.yaml) else { continue };
        let refused = !bench.validators.validate(&object).unwrap_or_default().is_empty();
        let errors = bench.errors(&object);
        let wrong = errors.iter().find(|rule| !LATER.contains(rule));
        match record.operator.as_str() {
            "reject" if errors.is_empty() && !refused => {
                failures.push(format!("{}: nobody says {}", record.id, record.operator_message));
            }
            "accept" if wrong.is_some() => failures.push(format!("{}: false alarm {wrong:?}", record.id)),
            _ => agreeing += 1,
        }
        if record.operator == "accept" {
            for rule in errors {
                later.entry(rule).or_default().push(record.id.clone());
            }
        }
    }
    for (rule, ids) in later {
        println!("{rule}: {} records that Karpenter accepts, such as {}", ids.len(), ids[0]);
    }
    println!("{agreeing} verdicts agree");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
