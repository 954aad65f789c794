//! An AMI that changes by itself.

use crate::diagnostic::Severity;
use crate::lint::karpenter::{alias, set};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "floating-ami",
    group: Group::Karpenter,
    summary: "the AMI alias has no fixed version, so every AMI release rolls the nodes",
    severity: Severity::Warning,
    page: include_str!("floating_ami.md"),
    check: Check::Object(&["EC2NodeClass"], check),
};

const TERMS: &str = "/spec/amiSelectorTerms/0/alias";

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    // Windows aliases know no other version.
    let Some((family, "latest")) = alias(class).filter(|(family, _)| !family.starts_with("windows")) else { return };
    let message =
        format!("EC2NodeClass `{}` uses `{family}@latest`: every AMI release replaces its nodes", class.name());
    let diagnostic = findings.object(class, TERMS, message);
    let pinned = class.environment.map(|environment| environment.ami.as_str());
    match pinned.filter(|pinned| pinned.split('@').next() == Some(family)) {
        Some(pinned) => {
            diagnostic.add_help(format!("write `{pinned}`, as the environment does, or leave `ami` out"));
            if let Some(fix) = set(class, TERMS, format!("\"{pinned}\"")) {
                diagnostic.add_fix(fix);
            }
        }
        None => {
            diagnostic.add_help(format!("write a version that was tested, such as `{family}@v20260810`"));
        }
    }
}
