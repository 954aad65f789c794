//! Alerts that Prometheus does not load.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::karpenter::items;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-alert-rule",
    group: Group::Monitoring,
    summary: "a PrometheusRule has a rule that Prometheus cannot load",
    severity: Severity::Error,
    page: include_str!("invalid_alert_rule.md"),
    check: Check::Object(&["PrometheusRule"], check),
};

fn check(object: &Object<'_>, findings: &mut Findings<'_>) {
    for (group_index, group) in items(object, "/spec/groups") {
        for (index, rule) in group["rules"].as_array().into_iter().flatten().enumerate() {
            let pointer = format!("/spec/groups/{group_index}/rules/{index}");
            let name = rule["alert"].as_str().or(rule["record"].as_str());
            let what = name.map_or_else(|| format!("rule {index}"), |name| format!("rule `{name}`"));
            for (field, problem, help) in problems(rule) {
                let message = format!("{what} of PrometheusRule `{}` {problem}", object.name());
                findings.object(object, &format!("{pointer}/{field}"), message).add_help(help);
            }
        }
    }
}

/// What Prometheus checks before it loads a group (Prometheus `model/rulefmt/rulefmt.go`, v3), as far as it can be seen
/// without its parser.
fn problems(rule: &Value) -> Vec<(&'static str, String, &'static str)> {
    let mut found = Vec::new();
    let text = |key: &str| rule[key].as_str().filter(|text| !text.is_empty());
    match (text("record"), text("alert")) {
        (Some(_), Some(_)) => {
            found.push(("record", "is both `record` and `alert`".to_owned(), "make two rules of it"));
        }
        (None, None) => found.push(("expr", "is neither `record` nor `alert`".to_owned(), "give it one of the two")),
        (Some(_), None) if rule.get("for").is_some() || rule.get("annotations").is_some() => {
            found.push((
                "record",
                "records, but has what only an alert has".to_owned(),
                "take `for` and `annotations` out",
            ));
        }
        _ => {}
    }
    if let Some(problem) = rule["expr"].as_str().and_then(unbalanced) {
        found.push(("expr", problem, "Prometheus drops the whole group: mend the expression"));
    }
    found
}

/// What is left open or closed too often in an expression; comments and quoted text do not count.
fn unbalanced(expression: &str) -> Option<String> {
    if expression.trim().is_empty() {
        return Some("has an empty expression".to_owned());
    }
    let mut open = Vec::new();
    let mut characters = expression.chars();
    while let Some(character) = characters.next() {
        match character {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.pop() != Some(character) => {
                return Some(format!("has a `{character}` in its expression that closes nothing"));
            }
            '#' => while characters.next().is_some_and(|next| next != '\n') {},
            '"' | '\'' | '`' => loop {
                match characters.next() {
                    None => return Some(format!("has a text in its expression that no {character} ends")),
                    Some('\\') if character != '`' => drop(characters.next()),
                    Some(next) if next == character => break,
                    Some(_) => {}
                }
            },
            _ => {}
        }
    }
    open.pop().map(|missing| format!("has an expression that lacks a `{missing}`"))
}

#[cfg(test)]
mod tests {
    use super::unbalanced;

    #[test]
    fn brackets_in_texts_and_comments_do_not_count() {
        for fine in ["up == 0", "sum(rate(a{b=\"(\"}[5m]))", "a{b=~`\\(`} # (", "a{b='\\'('}"] {
            assert_eq!(unbalanced(fine), None, "{fine}");
        }
        for wrong in ["", "sum((", "up)", "a{b=\"c}", "sum(a]"] {
            assert!(unbalanced(wrong).is_some(), "{wrong}");
        }
    }
}
