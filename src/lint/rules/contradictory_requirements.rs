//! Requirements that no instance fulfils.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Severity;
use crate::instances::normalized;
use crate::json::Value;
use crate::lint::karpenter::{CAPACITY_TYPE, REQUIREMENTS, items, texts};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "contradictory-requirements",
    group: Group::Karpenter,
    summary: "requirements of one label exclude each other, so the pool launches nothing",
    severity: Severity::Error,
    page: include_str!("contradictory_requirements.md"),
    check: Check::Object(&["NodePool"], check),
};

/// What several requirements leave of one label.
#[derive(Default)]
struct Left<'a> {
    /// Index of the last requirement.
    last: usize,
    count: usize,
    values: Option<BTreeSet<&'a str>>,
    excluded: BTreeSet<&'a str>,
    least: Option<i64>,
    most: Option<i64>,
    absent: bool,
    present: bool,
}

impl<'a> Left<'a> {
    fn add(&mut self, index: usize, requirement: &'a Value) {
        self.last = index;
        self.count += 1;
        let values = || texts(&requirement["values"]).collect::<BTreeSet<_>>();
        let bound = || texts(&requirement["values"]).next().and_then(|value| value.parse::<i64>().ok());
        let operator = requirement["operator"].as_str().unwrap_or_default();
        match operator {
            "In" => match &mut self.values {
                Some(left) => left.retain(|value| values().contains(value)),
                None => self.values = Some(values()),
            },
            "NotIn" => self.excluded.extend(values()),
            "Gt" => self.least = self.least.max(bound().map(|bound| bound.saturating_add(1))),
            "Gte" => self.least = self.least.max(bound()),
            "Lt" | "Lte" => {
                let bound = bound().map(|bound| if operator == "Lt" { bound.saturating_sub(1) } else { bound });
                self.most = [self.most, bound].into_iter().flatten().min();
            }
            "DoesNotExist" => self.absent = true,
            _ => {}
        }
        self.present |= matches!(operator, "In" | "Gt" | "Gte" | "Lt" | "Lte" | "Exists");
    }

    fn is_nothing(&self) -> bool {
        let within = |value: &str| {
            let bounded = self.least.is_some() || self.most.is_some();
            let number = value.parse::<i64>().ok();
            let above = self.least.is_none_or(|least| number.is_some_and(|number| number >= least));
            let below = self.most.is_none_or(|most| number.is_some_and(|number| number <= most));
            !bounded || (above && below)
        };
        if self.absent {
            return self.present;
        }
        match &self.values {
            Some(values) => !values.iter().any(|value| !self.excluded.contains(value) && within(value)),
            None => matches!((self.least, self.most), (Some(least), Some(most)) if least > most),
        }
    }
}

/// Whether some requirements of a pool exclude each other, so that nothing else is the reason that nothing is left.
pub(super) fn is_reason(pool: &Object<'_>) -> bool {
    contradictions(pool).next().is_some()
}

fn contradictions<'a>(pool: &Object<'a>) -> impl Iterator<Item = (&'a str, Left<'a>)> {
    let mut labels: BTreeMap<&str, Left<'_>> = BTreeMap::new();
    for (index, requirement) in items(pool, REQUIREMENTS) {
        let key = requirement["key"].as_str().unwrap_or_default();
        labels.entry(normalized(key)).or_default().add(index, requirement);
    }
    labels.into_iter().filter(|(_, left)| left.count > 1 && left.is_nothing())
}

fn check(pool: &Object<'_>, findings: &mut Findings<'_>) {
    for (key, left) in contradictions(pool) {
        // A value that Karpenter does not know is a problem of its own, and the reason for this one.
        let known = |value: &&str| ["on-demand", "reserved", "spot"].contains(value);
        let own = items(pool, REQUIREMENTS).filter(|(_, each)| each["key"] == CAPACITY_TYPE);
        if key == CAPACITY_TYPE && !own.flat_map(|(_, each)| texts(&each["values"])).all(|value| known(&value)) {
            continue;
        }
        let message = format!(
            "NodePool `{}` can launch nothing: no value of `{key}` fulfils all of its requirements",
            pool.name()
        );
        findings
            .object(pool, &format!("{REQUIREMENTS}/{}", left.last), message)
            .add_help("requirements narrow each other: take one out, or use the spec's own key for this label");
    }
}
