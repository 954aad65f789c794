//! Containers outside of their Namespace's bounds.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::quantity::{amount, exceeds, shown};
use crate::lint::quota::{Asked, containers, limit_ranges};
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "rejected-by-limit-range",
    group: Group::Policy,
    summary: "a container asks for less or more than its Namespace's LimitRange allows",
    severity: Severity::Error,
    page: include_str!("rejected_by_limit_range.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (space, ranges) in limit_ranges(subject) {
        let asked: Vec<(&Object<'_>, Asked<'_>)> = subject
            .within(space)
            .flat_map(|object| containers(object).into_iter().map(move |container| (object, container)))
            .collect();
        for (range, pointer, item) in ranges {
            for bound in ["min", "max"] {
                for (resource, limit) in item[bound].as_object().into_iter().flatten() {
                    let pointer = format!("{pointer}/{bound}/{resource}");
                    bounded(&range, &pointer, [bound, resource], limit, &asked, findings);
                }
            }
        }
    }
}

/// Reports a bound at which any container is refused; the first of them is named, the others are shown.
fn bounded(
    range: &Object<'_>,
    pointer: &str,
    [bound, resource]: [&str; 2],
    limit: &Value,
    asked: &[(&Object<'_>, Asked<'_>)],
    findings: &mut Findings<'_>,
) {
    let Some(most) = amount(limit) else { return };
    let least = bound == "min";
    let lists = if least { ["requests", "limits"] } else { ["limits", "requests"] };
    let outside = |(object, container): &(&Object<'_>, Asked<'_>)| {
        let value = lists.iter().find_map(|list| container.resources[*list].get(resource))?.clone();
        let own = amount(&value)?;
        let refused = if least { exceeds(most, own) } else { exceeds(own, most) };
        refused.then(|| (object.span(&container.pointer), container.what.clone(), shown(&value)))
    };
    let mut refused = asked.iter().filter_map(outside);
    let Some((span, what, amount)) = refused.next() else { return };
    let message = format!(
        "{what} with {amount} of {resource}, but the LimitRange of Namespace `{}` allows no {} than {}",
        range.namespace(),
        if least { "less" } else { "more" },
        shown(limit)
    );
    let diagnostic = findings.object(range, pointer, message);
    let mut labelled = vec![span];
    diagnostic.add_label(span, "the pods that it refuses");
    for (span, ..) in refused {
        if !labelled.contains(&span) {
            labelled.push(span);
            diagnostic.add_label(span, "and these");
        }
    }
    diagnostic.add_help(format!("{} it, or change the containers", if least { "lower" } else { "raise" }));
}
