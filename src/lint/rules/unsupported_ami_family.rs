//! An AMI family that ended, or has not begun.

use crate::diagnostic::Severity;
use crate::lint::karpenter::alias;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unsupported-ami-family",
    group: Group::Karpenter,
    summary: "AWS publishes no AMI of this family for this Kubernetes",
    severity: Severity::Error,
    page: include_str!("unsupported_ami_family.md"),
    check: Check::Object(&["EC2NodeClass"], check),
};

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    let Some((family, version)) = alias(class) else { return };
    let kubernetes = &class.releases.kubernetes;
    // Karpenter provider `pkg/controllers/nodeclass/ami.go`, UnsupportedAlias, v1.14.
    let (unsupported, why) = match family {
        "al2" => (kubernetes.minor >= 33, "the last is for 1.32"),
        "windows2025" => (kubernetes.minor < 35, "the first is for 1.35"),
        _ => return,
    };
    if !unsupported {
        return;
    }
    let alias = format!("{family}@{version}");
    let manifest = class.manifest().filter(|manifest| manifest.environment.spec.ami == alias);
    let (span, of) = match manifest {
        // The environment's own alias is not the teams' to mend.
        Some(manifest) => {
            (manifest.environment.version_spans.kubernetes, format!("environment `{}`", class.environment_name))
        }
        None => (class.span("/spec/amiSelectorTerms/0/alias"), format!("EC2NodeClass `{}`", class.name())),
    };
    let message = format!("{of} uses `{alias}`, but there is no such AMI for Kubernetes {kubernetes}: {why}");
    findings.report(span, message).add_help("use `al2023` or `bottlerocket`");
}
