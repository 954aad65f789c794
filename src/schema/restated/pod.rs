//! What the API server checks in a pod and no CRD does.
//!
//! A `RayCluster` with such a template is accepted, and then its pods are never created. The facts are those of
//! Kubernetes 1.36, `pkg/apis/core/validation/validation.go`.

use serde_json::{Value, json};

use super::{add, has};
use crate::schema::common;

/// Adds the rules to every pod template, pod spec, container and toleration of a schema, wherever they stand.
pub(super) fn restate(schema: &mut Value) {
    let fields = Fields::of(schema);
    if fields.all(&["containers", "nodeSelector", "volumes"]) {
        pod_spec(schema);
    }
    if fields.all(&["name", "image", "imagePullPolicy", "volumeMounts"]) {
        container(schema);
    }
    if fields.all(&["metadata", "spec"]) && Fields::of(&schema["properties"]["spec"]).all(&["containers", "volumes"]) {
        template_metadata(&mut schema["properties"]["metadata"]);
    }
    for children in ["properties", "$defs"] {
        if let Some(Value::Object(children)) = schema.get_mut(children) {
            children.values_mut().for_each(restate);
        }
    }
    for child in ["items", "additionalProperties"] {
        if let Some(child) = schema.get_mut(child) {
            restate(child);
        }
    }
}

/// The field names of an object schema: pods and containers are recognised by what they hold.
struct Fields(Vec<String>);

impl Fields {
    fn of(schema: &Value) -> Self {
        let properties = schema["properties"].as_object();
        Self(properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default())
    }

    fn all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.0.iter().any(|field| field == name))
    }
}

/// Adds a rule to a field, if this release has it.
fn field(schema: &mut Value, name: &str, says: &str, rule: Value) {
    if let Some(field) = schema["properties"].get_mut(name)
        && field.is_object()
    {
        add(field, says, rule);
    }
}

fn items(schema: &mut Value, name: &str, says: &str, rule: &Value) {
    field(schema, name, says, json!({ "items": rule }));
}

fn template_metadata(metadata: &mut Value) {
    let says = common::NO_LABEL;
    field(metadata, "labels", says, common::labels());
    field(metadata, "annotations", "not the key of an annotation", common::annotations());
}

fn pod_spec(spec: &mut Value) {
    add(spec, "a pod needs at least one container", json!({ "properties": { "containers": { "minItems": 1 } } }));
    let says = "the value is one of those the API server knows";
    field(spec, "restartPolicy", says, json!({ "enum": ["Always", "OnFailure", "Never"] }));
    field(spec, "dnsPolicy", says, json!({ "enum": ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"] }));
    field(spec, "preemptionPolicy", says, json!({ "enum": ["PreemptLowerPriority", "Never"] }));
    field(spec, "nodeSelector", common::NO_LABEL, common::labels());
    // Names of pods, service accounts and priority classes are subdomains; an empty one counts as absent.
    for name in ["serviceAccountName", "priorityClassName", "runtimeClassName"] {
        let named = json!({ "anyOf": [{ "const": "" }, { "pattern": common::SUBDOMAIN, "maxLength": 253 }] });
        field(spec, name, "the name is no lower-case DNS subdomain", named);
    }
    let name = json!({ "properties": { "name": { "maxLength": 63, "pattern": common::LABEL } } });
    items(spec, "volumes", "a volume's name is no lower-case DNS label of at most 63 characters", &name);
    // A volume without a source becomes an emptyDir.
    items(spec, "volumes", "a volume has more than one source", &json!({ "maxProperties": 2 }));
    // validateVolumeSource; the fields are optional in the types, which other objects share.
    let named = |name: &str| json!({ "required": [name], "properties": { name: { "minLength": 1 } } });
    let sources = json!({ "properties": { "configMap": named("name"), "secret": named("secretName") } });
    items(spec, "volumes", "a volume of a ConfigMap or Secret names it", &sources);
    field(spec, "volumes", "two volumes have the same name", json!({ "x-unique": { "keys": ["name"] } }));
    field(spec, "containers", "two containers have the same name", json!({ "x-unique": { "keys": ["name"] } }));
    field(spec, "initContainers", "two containers have the same name", json!({ "x-unique": { "keys": ["name"] } }));
    let constraint = json!({ "if": { "required": ["matchLabelKeys"] }, "then": { "required": ["labelSelector"] } });
    items(spec, "topologySpreadConstraints", "`matchLabelKeys` needs a `labelSelector`", &constraint);
    let constraint = json!({ "properties": {
        "maxSkew": { "minimum": 1 },
        "minDomains": { "minimum": 1 },
        "topologyKey": { "minLength": 1 },
        "whenUnsatisfiable": { "enum": ["DoNotSchedule", "ScheduleAnyway"] },
    } });
    items(spec, "topologySpreadConstraints", "the constraint has a value the API server refuses", &constraint);
    tolerations(spec);
}

/// `ValidateTolerations`.
fn tolerations(spec: &mut Value) {
    let list = "tolerations";
    let effect = json!({ "enum": ["", "NoSchedule", "PreferNoSchedule", "NoExecute"] });
    let effect = json!({ "properties": { "effect": effect } });
    items(spec, list, "`effect` is one of `NoSchedule`, `PreferNoSchedule` and `NoExecute`", &effect);
    // `Lt` and `Gt` are behind the gate TaintTolerationComparisonOperators, off by default in 1.36.
    let operator = json!({ "properties": { "operator": { "enum": ["", "Equal", "Exists"] } } });
    items(spec, list, "`operator` is `Exists` or `Equal`", &operator);
    let exists = has("operator", json!({ "const": "Exists" }));
    let valueless = json!({ "if": exists, "then": { "properties": { "value": { "const": "" } } } });
    items(spec, list, "operator `Exists` takes no `value`", &valueless);
    let keyed = json!({ "anyOf": [has("key", json!({ "minLength": 1 })), exists] });
    items(spec, list, "a toleration without `key` needs the operator `Exists`", &keyed);
    let key = json!({ "properties": { "key": { "anyOf": [{ "const": "" }, { "pattern": common::QUALIFIED_NAME, "not": { "pattern": common::LONG_NAME } }] } } });
    items(spec, list, "the key of a toleration is no qualified name", &key);
    let value = json!({ "properties": { "value": { "maxLength": 63, "pattern": common::LABEL_VALUE } } });
    items(spec, list, "the value of a toleration is no label value", &value);
    let seconds = json!({
        "if": { "required": ["tolerationSeconds"] },
        "then": has("effect", json!({ "const": "NoExecute" })),
    });
    items(spec, list, "`tolerationSeconds` needs the effect `NoExecute`", &seconds);
}

fn container(schema: &mut Value) {
    field(
        schema,
        "name",
        "a container's name is no lower-case DNS label of at most 63 characters",
        json!({ "maxLength": 63, "pattern": common::LABEL }),
    );
    // Pods check the image themselves, pod templates must bring it.
    add(schema, "a container needs an `image`", has("image", json!({ "minLength": 1 })));
    let says = "the value is one of those the API server knows";
    field(schema, "imagePullPolicy", says, json!({ "enum": ["", "Always", "IfNotPresent", "Never"] }));
    field(schema, "terminationMessagePolicy", says, json!({ "enum": ["", "File", "FallbackToLogsOnError"] }));
    // Since 1.34 (RelaxedEnvironmentVariableValidation) any printable ASCII but `=`.
    let name = json!({ "properties": { "name": { "pattern": "^[ -<>-~]+$" } } });
    items(schema, "env", "the name of an environment variable is printable ASCII without `=`", &name);
    let source =
        json!({ "not": { "required": ["value", "valueFrom"], "properties": { "value": { "minLength": 1 } } } });
    items(schema, "env", "an environment variable has `value` or `valueFrom`, not both", &source);
    ports(schema);
    field(
        schema,
        "volumeMounts",
        "two volumes are mounted at the same path",
        json!({ "x-unique": { "keys": ["mountPath"] } }),
    );
    let mount = json!({ "properties": { "name": { "minLength": 1 }, "mountPath": { "minLength": 1 } } });
    items(schema, "volumeMounts", "a volume mount needs `name` and `mountPath`", &mount);
    resources(schema);
}

/// `validateContainerPorts`.
fn ports(schema: &mut Value) {
    let list = "ports";
    let number = |lowest: u16| json!({ "minimum": lowest, "maximum": 65535 });
    let range = json!({ "properties": { "containerPort": number(1), "hostPort": number(0) } });
    items(schema, list, "a port is a number from 1 to 65535", &range);
    // IsValidPortName: an IANA service name, with at least one letter and no two hyphens in a row.
    let name = json!({ "properties": { "name": { "anyOf": [{ "const": "" }, {
        "maxLength": 15,
        "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
        "allOf": [{ "pattern": "[a-z]" }],
    }] } } });
    items(
        schema,
        list,
        "a port's name has at most 15 lower-case letters, digits and single hyphens, with a letter",
        &name,
    );
    let protocol = json!({ "properties": { "protocol": { "enum": ["", "TCP", "UDP", "SCTP"] } } });
    items(schema, list, "a port's protocol is `TCP`, `UDP` or `SCTP`", &protocol);
    field(schema, list, "two ports have the same name", json!({ "x-unique": { "keys": ["name"] } }));
}

/// `ValidateContainerResourceRequirements`: names are standard or qualified, no quantity is negative, and what is
/// counted is counted in whole numbers and never overcommitted.
fn resources(container: &mut Value) {
    const COUNTED: [&str; 4] =
        ["nvidia.com/gpu", "aws.amazon.com/neuron", "aws.amazon.com/neuroncore", "vpc.amazonaws.com/efa"];
    let mut lists = |says: &str, rule: Value| {
        field(container, "resources", says, json!({ "properties": { "limits": rule, "requests": rule } }));
    };
    let standard = "^(cpu|memory|ephemeral-storage|hugepages-.+|.*/.*)$";
    let says = "a resource is `cpu`, `memory`, `ephemeral-storage` or has a domain, such as `nvidia.com/gpu`";
    lists(says, json!({ "propertyNames": { "pattern": standard } }));
    let negative = json!({ "type": "string", "pattern": "^-" });
    lists("a quantity is negative", json!({ "additionalProperties": { "minimum": 0, "not": negative } }));
    // Whole numbers are written with or without a suffix; milli, micro and nano and fractions are not whole
    // unless they happen to come out even, which nobody writes.
    let counted = json!({ "pattern": r"^\+?[0-9]+(\.0*)?([kMGTPE]i?|[eE]\+?[0-9]+)?$" });
    let counted = COUNTED.iter().map(|name| ((*name).to_owned(), counted.clone())).collect::<serde_json::Map<_, _>>();
    lists("a device is counted in whole numbers", json!({ "properties": counted }));
    for name in COUNTED {
        let limited = json!({
            "if": has("requests", json!({ "required": [name] })),
            "then": has("limits", json!({ "required": [name] })),
        });
        field(container, "resources", &format!("a request for `{name}` needs an equal limit"), limited);
    }
}
