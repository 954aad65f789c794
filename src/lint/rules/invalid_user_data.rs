//! User data that the AMI does not read.

use crate::diagnostic::Severity;
use crate::lint::karpenter::family;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-user-data",
    group: Group::Karpenter,
    summary: "the user data is too large or not of the form that the AMI reads",
    severity: Severity::Error,
    page: include_str!("invalid_user_data.md"),
    check: Check::Object(&["EC2NodeClass"], check),
};

/// What EC2 takes before base64 (EC2 user guide, instance user data).
const MOST: usize = 16 * 1024;

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    let data = class.text("/spec/userData");
    if data.is_empty() {
        return;
    }
    if data.len() > MOST {
        let message = format!(
            "EC2NodeClass `{}` has {} bytes of user data, but EC2 takes {MOST}, Karpenter's own part included",
            class.name(),
            data.len()
        );
        findings.object(class, "/spec/userData", message).add_help("load the rest from S3, or bake it into an AMI");
    }
    let family = family(class);
    let start = data.trim_start();
    let script = start.starts_with("#!") || start.starts_with("MIME-Version:") || start.starts_with("Content-Type:");
    let node_config = start.starts_with("apiVersion:") || start.starts_with("---") || start.starts_with('{');
    let settings = start.starts_with("[settings");
    let (wrong, form) = match family.as_str() {
        "bottlerocket" => (script || node_config, "TOML, such as `[settings.kernel]`"),
        "al2023" => (settings, "a NodeConfig, a shell script or MIME parts"),
        "al2" => (settings || node_config, "a shell script or MIME parts"),
        _ => return,
    };
    if wrong {
        let message = format!("EC2NodeClass `{}` has user data that `{family}` does not read", class.name());
        findings.object(class, "/spec/userData", message).add_help(format!("write {form}"));
    }
}
