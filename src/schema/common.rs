//! Schemas that every kind shares: object metadata, labels, quantities.

use serde_json::{Value, json};

/// The pattern that `apimachinery` (`pkg/api/resource`, `Quantity`) publishes for quantities in CRDs.
pub const QUANTITY: &str = r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$";

/// A DNS subdomain (RFC 1123), the name of nearly every kind: `apimachinery`, `IsDNS1123Subdomain`.
pub const SUBDOMAIN: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/// A DNS label (RFC 1123): `apimachinery`, `IsDNS1123Label`.
pub const LABEL: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

/// A label's value: `apimachinery`, `IsValidLabelValue`, at most 63 characters.
pub const LABEL_VALUE: &str = r"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$";

/// The key of a label or annotation: an optional DNS subdomain and a name (`apimachinery`, `IsQualifiedName`);
/// [`LONG_NAME`] says when the name is too long.
pub const QUALIFIED_NAME: &str =
    r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$";

/// Matches a key whose name has more than 63 characters. Counting inside [`QUALIFIED_NAME`] would make it slow to
/// compile, and every kind has it.
pub const LONG_NAME: &str = "[-A-Za-z0-9_.]{64}$";

/// Annotation keys are lower-cased before the check (`apimachinery`, `ValidateAnnotations`).
const ANNOTATION_KEY: &str = r"^([A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$";

/// What is said of a label whose key or value breaks the grammar.
pub const NO_LABEL: &str = "not the key and value of a label";

/// A map of labels.
pub fn labels() -> Value {
    json!({
        "type": "object",
        "propertyNames": { "pattern": QUALIFIED_NAME, "not": { "pattern": LONG_NAME } },
        "additionalProperties": { "type": "string", "maxLength": 63, "pattern": LABEL_VALUE },
    })
}

/// A map of annotations.
pub fn annotations() -> Value {
    json!({
        "type": "object",
        "propertyNames": { "pattern": ANNOTATION_KEY, "not": { "pattern": LONG_NAME } },
        "additionalProperties": { "type": "string" },
    })
}

/// A quantity: a number or a string such as `500m` or `16Gi`.
pub fn quantity() -> Value {
    json!({ "type": ["number", "string"], "pattern": QUANTITY })
}

/// The metadata of an object that someone writes: `metav1.ObjectMeta`, closed.
pub fn object_meta() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "annotations": annotations(),
            "creationTimestamp": { "type": ["string", "null"] },
            "deletionGracePeriodSeconds": { "type": "integer" },
            "deletionTimestamp": { "type": ["string", "null"] },
            "finalizers": { "type": "array", "items": { "type": "string" } },
            "generateName": { "type": "string" },
            "generation": { "type": "integer" },
            "labels": labels(),
            "managedFields": { "type": "array", "items": { "type": "object" } },
            "name": { "type": "string", "maxLength": 253, "pattern": SUBDOMAIN },
            "namespace": { "type": "string", "maxLength": 63, "pattern": LABEL },
            "ownerReferences": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["apiVersion", "kind", "name", "uid"],
                    "properties": {
                        "apiVersion": { "type": "string", "minLength": 1 },
                        "blockOwnerDeletion": { "type": "boolean" },
                        "controller": { "type": "boolean" },
                        "kind": { "type": "string", "minLength": 1 },
                        "name": { "type": "string", "minLength": 1 },
                        "uid": { "type": "string", "minLength": 1 },
                    },
                },
            },
            "resourceVersion": { "type": "string" },
            "selfLink": { "type": "string" },
            "uid": { "type": "string" },
        },
        "allOf": [{
            "title": "an object needs `metadata.name` or `metadata.generateName`",
            "anyOf": [{ "required": ["name"] }, { "required": ["generateName"] }],
        }],
    })
}
