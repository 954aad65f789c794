//! An alias that names no AMI.

use crate::diagnostic::Severity;
use crate::lint::karpenter::{alias, set};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-ami-alias",
    group: Group::Karpenter,
    summary: "the version of the AMI alias has a form that no AMI has",
    severity: Severity::Error,
    page: include_str!("invalid_ami_alias.md"),
    check: Check::Object(&["EC2NodeClass"], check),
};

const TERM: &str = "/spec/amiSelectorTerms/0/alias";

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    let Some((family, version)) = alias(class) else { return };
    let digits = version.strip_prefix('v').unwrap_or(version);
    let date = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let triple = digits.split('.').count() == 3 && digits.split('.').all(|part| part.parse::<u32>().is_ok());
    let (fits, form) = match family {
        "al2" | "al2023" => (date && version.starts_with('v'), format!("{family}@v20260810")),
        "bottlerocket" => (triple, "bottlerocket@1.51.0".to_owned()),
        _ => return,
    };
    if fits || version == "latest" {
        return;
    }
    let message = format!("EC2NodeClass `{}` uses `{family}@{version}`, a form that no AMI has", class.name());
    let diagnostic = findings.object(class, TERM, message);
    if date && family != "bottlerocket" {
        let meant = format!("{family}@v{digits}");
        diagnostic.add_help(format!("did you mean `{meant}`?"));
        if let Some(fix) = set(class, TERM, format!("\"{meant}\"")) {
            diagnostic.add_fix(fix);
        }
    } else {
        diagnostic.add_help(format!("write it like `{form}`"));
    }
}
