//! The rules of the Karpenter CRDs as AWS publishes them (provider 1.8 to 1.14).

use semver::Version;
use serde_json::{Value, json};

use super::{Rule, at_least_one, exactly_one, has, rule, together};

/// Requirement and template label keys of `karpenter.k8s.aws` that Karpenter itself sets, and the release
/// that brought each; 1.0 for the first ones. The provider's `pkg/apis/v1/labels.go`.
const AWS_LABELS: [(u64, &str); 28] = [
    (0, "ec2nodeclass"),
    (0, "instance-accelerator-count"),
    (0, "instance-accelerator-manufacturer"),
    (0, "instance-accelerator-name"),
    (0, "instance-category"),
    (0, "instance-cpu"),
    (0, "instance-cpu-manufacturer"),
    (0, "instance-cpu-sustained-clock-speed-mhz"),
    (0, "instance-ebs-bandwidth"),
    (0, "instance-encryption-in-transit-supported"),
    (0, "instance-family"),
    (0, "instance-generation"),
    (0, "instance-gpu-count"),
    (0, "instance-gpu-manufacturer"),
    (0, "instance-gpu-memory"),
    (0, "instance-gpu-name"),
    (0, "instance-hypervisor"),
    (0, "instance-local-nvme"),
    (0, "instance-memory"),
    (0, "instance-network-bandwidth"),
    (0, "instance-size"),
    (3, "capacity-reservation-id"),
    (6, "capacity-reservation-type"),
    (7, "instance-capability-flex"),
    (9, "instance-tenancy"),
    (10, "capacity-reservation-interruptible"),
    (11, "placement-group-id"),
    (11, "placement-group-partition"),
];

/// Keys of `kubernetes.io` that pools could use before 1.9 lifted the restriction.
const KUBERNETES_LABELS: [&str; 10] = [
    "beta.kubernetes.io/arch",
    "beta.kubernetes.io/instance-type",
    "beta.kubernetes.io/os",
    "failure-domain.beta.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "kubernetes.io/arch",
    "kubernetes.io/os",
    "node.kubernetes.io/windows-build",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
];

const LABELS: &str = "spec.template.metadata.labels";
const REQUIREMENTS: &str = "spec.template.spec.requirements[]";
const REQUIREMENT_KEY: &str = "spec.template.spec.requirements[].key";

/// Core's `nodepool.go` and `nodeclaim.go`, and the label rules that the provider adds.
pub(super) fn node_pool(release: &Version) -> Vec<Rule> {
    let mut rules = vec![
        rule(
            "spec",
            "a static pool (`replicas`) may limit only `nodes`",
            json!({
                "if": { "required": ["replicas"] },
                "then": { "properties": { "limits": { "propertyNames": { "const": "nodes" } } } },
            }),
        ),
        rule(
            "spec",
            "a static pool (`replicas`) takes no `weight`",
            json!({ "not": { "required": ["replicas", "weight"] } }),
        ),
        rule(
            "spec.disruption.budgets[]",
            "a budget sets `schedule` and `duration` together",
            json!({ "dependentRequired": { "schedule": ["duration"], "duration": ["schedule"] } }),
        ),
        rule(
            REQUIREMENTS,
            "operator `In` needs at least one value",
            json!({
                "if": has("operator", json!({ "const": "In" })),
                "then": has("values", json!({ "minItems": 1 })),
            }),
        ),
        // CEL's `int` reads what Go's ParseInt reads. Gte and Lte came with 1.9; the enum says so.
        rule(
            REQUIREMENTS,
            "operators `Gt`, `Lt`, `Gte` and `Lte` take exactly one value, an integer of at least 0",
            json!({
                "if": has("operator", json!({ "enum": ["Gt", "Lt", "Gte", "Lte"] })),
                "then": has("values", json!({
                    "minItems": 1,
                    "maxItems": 1,
                    "items": { "pattern": r"^(\+?[0-9]{1,19}|-0+)$" },
                })),
            }),
        ),
        rule(
            REQUIREMENTS,
            "`minValues` asks for more values than `values` lists",
            json!({
                "if": has("operator", json!({ "const": "In" })),
                "then": { "x-compare": ["#values", ">=", "minValues"] },
            }),
        ),
    ];
    for field in ["group", "kind", "name"] {
        let at = match field {
            "group" => "spec.template.spec.nodeClassRef.group",
            "kind" => "spec.template.spec.nodeClassRef.kind",
            _ => "spec.template.spec.nodeClassRef.name",
        };
        rules.push(rule(at, format!("`nodeClassRef.{field}` is empty"), json!({ "minLength": 1 })));
    }
    for (says, key) in restricted_keys(release) {
        rules.push(rule(LABELS, says.clone(), json!({ "propertyNames": key })));
        rules.push(rule(REQUIREMENT_KEY, says, key));
    }
    rules
}

fn restricted_keys(release: &Version) -> Vec<(String, Value)> {
    let known = AWS_LABELS
        .iter()
        .filter(|(minor, _)| *minor <= release.minor)
        .map(|(_, name)| format!("karpenter.k8s.aws/{name}"))
        .collect::<Vec<_>>();
    let known = known.iter().map(String::as_str).collect::<Vec<_>>();
    let mut keys = vec![
        ("label domain `karpenter.sh` is restricted", outside("karpenter.sh", &["karpenter.sh/capacity-type"])),
        (
            "label domain `karpenter.k8s.aws` is restricted to the labels Karpenter sets",
            outside("karpenter.k8s.aws", &known),
        ),
        ("label `kubernetes.io/hostname` is restricted", json!({ "not": { "const": "kubernetes.io/hostname" } })),
    ];
    if release.minor < 9 {
        let node = json!({ "pattern": r"^[^/]*(node|node-restriction)\.kubernetes\.io(/|$)" });
        let mut kubernetes = outside("kubernetes.io", &KUBERNETES_LABELS);
        kubernetes["anyOf"].as_array_mut().expect("`outside` is an anyOf").push(node);
        keys.push(("label domain `kubernetes.io` is restricted before Karpenter 1.9", kubernetes));
        let kops = json!({ "pattern": r"^[^/]*kops\.k8s\.io(/|$)" });
        let mut k8s = outside("k8s.io", &[]);
        k8s["anyOf"].as_array_mut().expect("`outside` is an anyOf").push(kops);
        keys.push(("label domain `k8s.io` is restricted before Karpenter 1.9", k8s));
    }
    keys.into_iter().map(|(says, key)| (says.to_owned(), key)).collect()
}

/// Keys whose domain does not end with `domain`, and the exceptions. The end of the text decides, so
/// `mykarpenter.sh/x` is restricted as well.
fn outside(domain: &str, exceptions: &[&str]) -> Value {
    let pattern = format!(r"^[^/]*{}(/|$)", domain.replace('.', r"\."));
    json!({ "anyOf": [{ "enum": exceptions }, { "not": { "pattern": pattern } }] })
}

/// The provider's `ec2nodeclass.go`.
pub(super) fn node_class() -> Vec<Rule> {
    let mut rules = vec![
        rule(
            "spec",
            "a node class needs exactly one of `role` and `instanceProfile`",
            exactly_one(&["role", "instanceProfile"]),
        ),
        rule(
            "spec",
            "`amiFamily` is required where no term of `amiSelectorTerms` has an `alias`",
            json!({
                "if": has("amiSelectorTerms", json!({ "not": { "contains": { "required": ["alias"] } } })),
                "then": { "required": ["amiFamily"] },
            }),
        ),
        rule("spec.role", "`role` is empty", json!({ "minLength": 1 })),
        rule("spec.instanceProfile", "`instanceProfile` is empty", json!({ "minLength": 1 })),
        rule(
            "spec.placementGroupSelector",
            "`placementGroupSelector` needs exactly one of `name` and `id`",
            exactly_one(&["name", "id"]),
        ),
        rule(
            "spec.connectionTracking",
            "`connectionTracking` sets no timeout",
            at_least_one(&["tcpEstablishedTimeout", "udpStreamTimeout", "udpTimeout"]),
        ),
    ];
    let families = [
        ("al2", "AL2"),
        ("al2023", "AL2023"),
        ("bottlerocket", "Bottlerocket"),
        ("windows2019", "Windows2019"),
        ("windows2022", "Windows2022"),
        ("windows2025", "Windows2025"),
    ];
    for (alias, family) in families {
        let aliased = has("alias", json!({ "pattern": format!("^{alias}(@|$)") }));
        rules.push(rule(
            "spec",
            format!("with an alias of `{alias}`, `amiFamily` is `{family}` or `Custom`"),
            json!({
                "if": has("amiSelectorTerms", json!({ "contains": aliased })),
                "then": { "properties": { "amiFamily": { "enum": ["Custom", family] } } },
            }),
        ));
    }
    rules.extend(selector_terms());
    rules.extend(devices());
    rules.extend(kubelet());
    rules.extend(tags());
    rules
}

fn selector_terms() -> Vec<Rule> {
    let not_every = |bad: Value| json!({ "contains": { "not": bad } });
    vec![
        rule(
            "spec.amiSelectorTerms[]",
            "an AMI term needs one of `alias`, `tags`, `id`, `name` and `ssmParameter`",
            at_least_one(&["alias", "tags", "id", "name", "ssmParameter"]),
        ),
        rule(
            "spec.amiSelectorTerms[]",
            "`id` excludes the other fields of an AMI term",
            json!({ "not": together("id", &["alias", "tags", "name", "owner"]) }),
        ),
        rule(
            "spec.amiSelectorTerms[]",
            "`alias` excludes the other fields of an AMI term",
            json!({ "not": together("alias", &["id", "tags", "name", "owner"]) }),
        ),
        rule(
            "spec.amiSelectorTerms",
            "a term with `alias` is the only AMI term",
            json!({ "if": { "contains": { "required": ["alias"] } }, "then": { "maxItems": 1 } }),
        ),
        rule(
            "spec.amiSelectorTerms[].alias",
            "an alias reads `family@version`",
            json!({ "pattern": "^[a-zA-Z0-9]+@.+$" }),
        ),
        rule(
            "spec.amiSelectorTerms[].alias",
            "the family of an alias is `al2`, `al2023`, `bottlerocket`, `windows2019`, `windows2022` or `windows2025`",
            json!({ "pattern": "^(al2|al2023|bottlerocket|windows2019|windows2022|windows2025)(@|$)" }),
        ),
        rule(
            "spec.amiSelectorTerms[].alias",
            "a Windows alias takes only the version `latest`",
            json!({
                "if": { "pattern": "^windows20(19|22|25)@" },
                "then": { "pattern": "^[^@]*@latest(@|$)" },
            }),
        ),
        rule("spec.subnetSelectorTerms", "a node class needs at least one subnet term", json!({ "minItems": 1 })),
        rule("spec.subnetSelectorTerms[]", "a subnet term needs `tags` or `id`", at_least_one(&["tags", "id"])),
        // For subnets, security groups and reservations the server objects only if every term is wrong.
        rule(
            "spec.subnetSelectorTerms",
            "`id` excludes the other fields of a subnet term",
            not_every(together("id", &["tags"])),
        ),
        rule(
            "spec.securityGroupSelectorTerms",
            "a node class needs at least one security group term",
            json!({ "minItems": 1 }),
        ),
        rule(
            "spec.securityGroupSelectorTerms[]",
            "a security group term needs one of `tags`, `id` and `name`",
            at_least_one(&["tags", "id", "name"]),
        ),
        rule(
            "spec.securityGroupSelectorTerms",
            "`id` excludes the other fields of a security group term",
            not_every(together("id", &["tags", "name"])),
        ),
        rule(
            "spec.securityGroupSelectorTerms",
            "`name` excludes the other fields of a security group term",
            not_every(together("name", &["tags", "id"])),
        ),
        rule(
            "spec.capacityReservationSelectorTerms[]",
            "a capacity reservation term needs one of `tags`, `id` and `instanceMatchCriteria`",
            at_least_one(&["tags", "id", "instanceMatchCriteria"]),
        ),
        // An empty list is one where every term is wrong, so the server rejects it as well.
        rule(
            "spec.capacityReservationSelectorTerms",
            "`id` excludes the other fields of a capacity reservation term",
            not_every(together("id", &["tags", "ownerID", "instanceMatchCriteria"])),
        ),
    ]
}

fn devices() -> Vec<Rule> {
    vec![
        rule(
            "spec.blockDeviceMappings",
            "only one block device may be the root volume",
            json!({
                "contains": has("rootVolume", json!({ "const": true })),
                "minContains": 0,
                "maxContains": 1,
            }),
        ),
        rule(
            "spec.blockDeviceMappings[].ebs",
            "a volume needs `snapshotID` or `volumeSize`",
            at_least_one(&["snapshotID", "volumeSize"]),
        ),
        rule(
            "spec.blockDeviceMappings[].ebs",
            "`volumeInitializationRate` needs a `snapshotID`",
            json!({
                "if": { "required": ["volumeInitializationRate"] },
                "then": has("snapshotID", json!({ "minLength": 1 })),
            }),
        ),
        rule(
            "spec.networkInterfaces",
            "one network interface must be of type `interface` on card 0, device 0",
            json!({
                "if": { "minItems": 1 },
                "then": { "contains": {
                    "required": ["networkCardIndex", "deviceIndex", "interfaceType"],
                    "properties": {
                        "networkCardIndex": { "const": 0 },
                        "deviceIndex": { "const": 0 },
                        "interfaceType": { "const": "interface" },
                    },
                } },
            }),
        ),
        rule(
            "spec.networkInterfaces",
            "two network interfaces share card and device",
            json!({ "x-unique": { "keys": ["networkCardIndex", "deviceIndex"] } }),
        ),
        rule(
            "spec.networkInterfaces",
            "a network card takes at most one `efa-only` interface",
            json!({ "x-unique": { "keys": ["networkCardIndex"], "where": { "interfaceType": "efa-only" } } }),
        ),
    ]
}

fn kubelet() -> Vec<Rule> {
    let signals = [
        "memory.available",
        "nodefs.available",
        "nodefs.inodesFree",
        "imagefs.available",
        "imagefs.inodesFree",
        "pid.available",
    ];
    let mut rules = vec![rule(
        "spec.kubelet",
        "`imageGCHighThresholdPercent` must be greater than `imageGCLowThresholdPercent`",
        json!({ "x-compare": ["imageGCHighThresholdPercent", ">", "imageGCLowThresholdPercent"] }),
    )];
    for (threshold, other) in [("evictionSoft", "evictionSoftGracePeriod"), ("evictionSoftGracePeriod", "evictionSoft")]
    {
        for signal in signals {
            rules.push(rule(
                "spec.kubelet",
                format!("`{threshold}` has `{signal}` and `{other}` has not"),
                json!({
                    "if": has(threshold, json!({ "required": [signal] })),
                    "then": has(other, json!({ "required": [signal] })),
                }),
            ));
        }
    }
    for at in ["spec.kubelet.evictionHard", "spec.kubelet.evictionSoft", "spec.kubelet.evictionSoftGracePeriod"] {
        rules.push(rule(at, "not an eviction signal", json!({ "propertyNames": { "enum": signals } })));
    }
    for at in ["spec.kubelet.kubeReserved", "spec.kubelet.systemReserved"] {
        let resources = json!({ "propertyNames": { "enum": ["cpu", "memory", "ephemeral-storage", "pid"] } });
        rules.push(rule(at, "only `cpu`, `memory`, `ephemeral-storage` and `pid` can be reserved", resources));
        let negative = json!({ "additionalProperties": { "not": { "pattern": "^-" } } });
        rules.push(rule(at, "a reservation is negative", negative));
    }
    rules
}

fn tags() -> Vec<Rule> {
    let mut rules = Vec::new();
    for at in [
        "spec.amiSelectorTerms[].tags",
        "spec.subnetSelectorTerms[].tags",
        "spec.securityGroupSelectorTerms[].tags",
        "spec.capacityReservationSelectorTerms[].tags",
    ] {
        let filled = json!({ "propertyNames": { "minLength": 1 }, "additionalProperties": { "minLength": 1 } });
        rules.push(rule(at, "a tag's key or value is empty", filled));
    }
    rules.push(rule("spec.tags", "a tag's key is empty", json!({ "propertyNames": { "minLength": 1 } })));
    // Karpenter writes these tags itself and finds its instances by them.
    let reserved = json!({ "propertyNames": { "not": { "anyOf": [
        { "enum": [
            "eks:eks-cluster-name",
            "karpenter.sh/nodepool",
            "karpenter.sh/nodeclaim",
            "karpenter.k8s.aws/ec2nodeclass",
        ] },
        { "pattern": "^kubernetes\\.io/cluster" },
    ] } } });
    rules.push(rule("spec.tags", "Karpenter sets this tag itself", reserved));
    rules
}
