//! An AMI term that selects in two ways.

use crate::diagnostic::Severity;
use crate::lint::karpenter::items;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "mixed-ami-terms",
    group: Group::Karpenter,
    summary: "an AMI term selects in two ways, of which one is ignored",
    severity: Severity::Warning,
    page: include_str!("mixed_ami_terms.md"),
    check: Check::Object(&["EC2NodeClass"], check),
};

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    // The CRD's rules cover all other pairs.
    for (index, term) in items(class, "/spec/amiSelectorTerms").filter(|(_, term)| term["ssmParameter"].is_string()) {
        let Some(other) = ["alias", "id", "name", "tags"].into_iter().find(|key| !term[*key].is_null()) else {
            continue;
        };
        let message = format!(
            "EC2NodeClass `{}`: an AMI term has `ssmParameter` and `{other}`, of which one is ignored",
            class.name()
        );
        findings
            .object(class, &format!("/spec/amiSelectorTerms/{index}"), message)
            .add_help("keep one of them; two terms select what either of them selects");
    }
}
