//! One ALB, two opinions.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::lint::exposure::{annotation, annotation_pointer, group};
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "conflicting-ingress-group",
    group: Group::Network,
    summary: "two Ingresses of one ALB want different settings of it",
    severity: Severity::Error,
    page: include_str!("conflicting_ingress_group.md"),
    check: Check::Everything(check),
};

/// Annotations that belong to the whole ALB: `MergeBehavior: Exclusive` in the controller's documentation.
const EXCLUSIVE: [&str; 12] = [
    "customer-owned-ipv4-pool",
    "inbound-cidrs",
    "ip-address-type",
    "load-balancer-name",
    "manage-backend-security-group-rules",
    "scheme",
    "security-groups",
    "shield-advanced-protection",
    "ssl-policy",
    "ssl-redirect",
    "subnets",
    "wafv2-acl-arn",
];
const ORDER: &str = "alb.ingress.kubernetes.io/group.order";
const ATTRIBUTES: &str = "alb.ingress.kubernetes.io/load-balancer-attributes";

/// A setting of one ALB: environment, group, annotation, attribute.
type Setting<'a> = (&'a str, &'a str, String, &'a str);

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    check_orders(subject, findings);
    let mut settings: BTreeMap<Setting<'_>, (&str, &Object<'_>)> = BTreeMap::new();
    for ingress in subject.of_kind("Ingress") {
        let Some((environment, group)) = group(ingress) else { continue };
        for (key, attribute, value) in of_ingress(ingress) {
            let (first, other) =
                *settings.entry((environment, group, key.clone(), attribute)).or_insert((value, ingress));
            if first == value {
                continue;
            }
            let what = if attribute.is_empty() { key.as_str() } else { attribute };
            let message = format!(
                "Ingresses `{}` and `{}` share the ALB `{group}`, but want `{what}` to be `{first}` and `{value}`",
                other.name(),
                ingress.name()
            );
            let place = other.span(&annotation_pointer(&key));
            findings
                .object(ingress, &annotation_pointer(&key), message)
                .add_label(place, format!("`{first}` here"))
                .add_help("agree on one value, or give one of the two another `group`");
        }
    }
}

/// Two Ingresses of one ALB at the same place (AWS Load Balancer Controller `pkg/ingress/group_loader.go`).
fn check_orders(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let mut orders: BTreeMap<(&str, &str, &str), &Object<'_>> = BTreeMap::new();
    for ingress in subject.of_kind("Ingress") {
        let (Some((environment, group)), Some(order)) = (group(ingress), annotation(ingress, ORDER)) else { continue };
        let first = *orders.entry((environment, group, order.trim())).or_insert(ingress);
        if (first.namespace(), first.name()) == (ingress.namespace(), ingress.name()) {
            continue;
        }
        let message = format!(
            "Ingresses `{}` and `{}` share the ALB `{group}`, and both want to be number {order}",
            first.name(),
            ingress.name()
        );
        findings
            .object(ingress, &annotation_pointer(ORDER), message)
            .add_label(first.span(&annotation_pointer(ORDER)), "the other one")
            .add_help("give one of them another `group-order`, or none: then names decide");
    }
}

fn of_ingress<'a>(ingress: &Object<'a>) -> Vec<(String, &'a str, &'a str)> {
    let mut found = Vec::new();
    for name in EXCLUSIVE {
        let key = format!("alb.ingress.kubernetes.io/{name}");
        if let Some(value) = annotation(ingress, &key) {
            found.push((key, "", value.trim()));
        }
    }
    let attributes = annotation(ingress, ATTRIBUTES).unwrap_or_default().split(',');
    let attributes = attributes.filter_map(|attribute| attribute.split_once('='));
    found.extend(attributes.map(|(attribute, value)| (ATTRIBUTES.to_owned(), attribute.trim(), value.trim())));
    found
}
