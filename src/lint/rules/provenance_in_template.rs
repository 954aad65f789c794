//! Provenance that rolls nodes.

use crate::diagnostic::Severity;
use crate::lint::karpenter::{entries, token};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "provenance-in-template",
    group: Group::Karpenter,
    summary: "what changes without need stands where every change rolls the nodes",
    severity: Severity::Warning,
    page: include_str!("provenance_in_template.md"),
    check: Check::Object(&["EC2NodeClass", "NodePool"], check),
};

/// Last parts of keys that change with people and deployments, in lower case and without `-` and `_`.
const CHANGING: [&str; 22] = [
    "build",
    "buildid",
    "buildnumber",
    "chart",
    "checksum",
    "commit",
    "commitsha",
    "confighash",
    "createdby",
    "date",
    "deployedat",
    "deployedby",
    "email",
    "generatedat",
    "gitcommit",
    "gitsha",
    "hash",
    "revision",
    "timestamp",
    "updatedat",
    "updatedby",
    "version",
];

fn check(object: &Object<'_>, findings: &mut Findings<'_>) {
    let tables: &[(&str, &str)] = match object.kind() {
        "NodePool" => {
            &[("/spec/template/metadata/labels", "label"), ("/spec/template/metadata/annotations", "annotation")]
        }
        _ => &[("/spec/tags", "tag")],
    };
    for (table, what) in tables {
        for (key, value) in entries(object, table).filter_map(|(key, value)| Some((key, value.as_str()?))) {
            let why = if is_address(value) {
                "holds an address"
            } else if is_changing(key) || is_hash(value) {
                "changes with every deployment"
            } else {
                continue;
            };
            let message = format!(
                "{} `{}`: the {what} `{key}: {value}` {why}, and a change replaces every node",
                object.kind(),
                object.name()
            );
            findings
                .object(object, &format!("{table}/{}", token(key)), message)
                .add_help("write it into the object's own `labels` or `annotations`, which no node has");
        }
    }
}

fn is_address(value: &str) -> bool {
    value.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !host.contains('/'))
}

fn is_changing(key: &str) -> bool {
    let last = key.rsplit(['/', ':']).next().unwrap_or(key).to_lowercase().replace(['-', '_'], "");
    CHANGING.contains(&last.as_str())
}

fn is_hash(value: &str) -> bool {
    matches!(value.len(), 40 | 64) && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}
