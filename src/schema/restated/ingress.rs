//! What the API server checks in an Ingress: Kubernetes 1.36, `pkg/apis/networking/validation/validation.go`.

use serde_json::json;

use super::{Rule, at_least_one, exactly_one, has, rule};
use crate::schema::common;

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule(
            "IngressSpec",
            "an ingress needs `rules` or a `defaultBackend`",
            json!({ "anyOf": [has("rules", json!({ "minItems": 1 })), { "required": ["defaultBackend"] }] }),
        ),
        rule(
            "IngressSpec.ingressClassName",
            "the name of an ingress class is a lower-case DNS subdomain",
            json!({ "maxLength": 253, "pattern": common::SUBDOMAIN }),
        ),
        // A wildcard stands for exactly the first label.
        rule(
            "IngressRule.host",
            "a host is a lower-case DNS name, of which the first label may be `*`",
            json!({ "anyOf": [
                { "const": "" },
                { "maxLength": 253, "pattern": common::SUBDOMAIN.replacen('^', r"^(\*\.)?", 1) },
            ] }),
        ),
        // A host that is an IPv4 address has the form of a DNS name.
        rule(
            "IngressRule.host",
            "a host is a DNS name, not an IP address",
            json!({ "not": { "pattern": r"^[0-9]{1,3}(\.[0-9]{1,3}){3}$" } }),
        ),
        rule("HTTPIngressRuleValue.paths", "a rule needs at least one path", json!({ "minItems": 1 })),
        rule(
            "HTTPIngressPath",
            "a path is absolute: it starts with `/`",
            json!({ "if": has("pathType", json!({ "enum": ["Exact", "Prefix"] })),
                "then": has("path", json!({ "pattern": "^/" })),
                "else": { "properties": { "path": { "pattern": "^(/|$)" } } } }),
        ),
        // `invalidPathSequences` and `invalidPathSuffixes`.
        rule(
            "HTTPIngressPath",
            "the path has `//`, `/./`, `/../` or an escaped slash, which never match",
            json!({ "if": has("pathType", json!({ "enum": ["Exact", "Prefix"] })),
                "then": { "properties": { "path": { "not": { "pattern": r"//|/\./|/\.\./|%2[fF]|/\.\.?$" } } } } }),
        ),
        rule(
            "IngressBackend",
            "a backend is either a `service` or a `resource`",
            exactly_one(&["service", "resource"]),
        ),
        rule("IngressServiceBackend", "a service needs a `port`", at_least_one(&["port"])),
        rule(
            "IngressServiceBackend.name",
            "the name of a service is a lower-case DNS label that starts with a letter",
            json!({ "maxLength": 63, "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$" }),
        ),
        // A number of 0 counts as absent.
        rule(
            "ServiceBackendPort",
            "a port has either a `name` or a `number` from 1 to 65535",
            json!({ "oneOf": [
                has("name", json!({ "minLength": 1 })),
                has("number", json!({ "not": { "const": 0 } })),
            ], "properties": { "number": { "minimum": 0, "maximum": 65535 } } }),
        ),
        rule(
            "ServiceBackendPort.name",
            "a port's name has at most 15 lower-case letters, digits and single hyphens, with a letter",
            json!({ "anyOf": [{ "const": "" }, {
                "maxLength": 15,
                "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
                "allOf": [{ "pattern": "[a-z]" }],
            }] }),
        ),
    ]
}
