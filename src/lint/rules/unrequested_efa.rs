//! EFA that is set up and not asked for.

use crate::diagnostic::Severity;
use crate::fit::Resource;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "unrequested-efa",
    group: Group::Capacity,
    summary: "pods are set up for EFA, but ask for no interface, so Karpenter attaches none",
    severity: Severity::Warning,
    page: include_str!("unrequested_efa.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let fits = subject.fits();
    for group in fits.groups.iter().filter(|group| group.need.resources.get(Resource::Efa) == 0) {
        // A class with interfaces of its own attaches them whatever pods ask for.
        let attached = |(index, _): &(usize, _)| fits.pools[*index].class.efa_only.is_some_and(|(efa, _)| efa > 0);
        if group.placements.iter().any(attached) {
            continue;
        }
        for (index, container) in group.pod.containers().enumerate() {
            let variables = container["env"].as_array().into_iter().flatten().enumerate();
            let Some((position, name)) = variables.into_iter().find_map(|(position, variable)| {
                let name = variable["name"].as_str()?;
                (name == "FI_PROVIDER" && is_efa(&variable["value"]) || name.starts_with("FI_EFA_"))
                    .then_some((position, name))
            }) else {
                continue;
            };
            let message = format!(
                "{} of `{}` sets `{name}`, but asks for no `{}`, so its nodes have no EFA interface",
                group.pod.what(),
                group.cluster.object.name(),
                Resource::Efa.name()
            );
            findings
                .pod(&group.pod, &format!("/spec/containers/{index}/env/{position}"), message)
                .add_help("write `container.resources.limits.\"vpc.amazonaws.com/efa\" = 1` or more (requests follow), or take the variable out");
        }
    }
}

fn is_efa(value: &Value) -> bool {
    value.as_str().is_some_and(|value| value.split(',').any(|each| each.trim() == "efa"))
}
