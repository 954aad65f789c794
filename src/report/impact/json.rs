//! For scripts: structs of its own, so that it changes only on purpose. `version` counts incompatible changes.

use serde::Serialize;

use super::{Comparison, unified};
use crate::diff::{Change, Edit};
use crate::impact::{Effect, EnvironmentImpact, ObjectImpact, Upgrade};
use crate::json::Value;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    version: u32,
    base: Base<'a>,
    environments: Vec<Environment<'a>>,
    not_compared: &'a [String],
}

#[derive(Serialize)]
struct Base<'a> {
    name: &'a str,
    commit: &'a str,
}

#[derive(Serialize)]
struct Environment<'a> {
    name: &'a str,
    headline: String,
    upgrades: Vec<Upgraded<'a>>,
    objects: Vec<Object<'a>>,
}

#[derive(Serialize)]
struct Upgraded<'a> {
    project: &'a str,
    old: String,
    new: String,
    notes: Vec<Note>,
}

#[derive(Serialize)]
struct Note {
    text: &'static str,
    fact: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    api_version: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    namespace: &'a str,
    name: &'a str,
    team: Option<&'a str>,
    workload: Option<&'a str>,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed: Option<&'a str>,
    verdict: String,
    effects: Vec<Consequence<'a>>,
    changes: Vec<Changed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unified: Option<String>,
}

#[derive(Serialize)]
struct Consequence<'a> {
    verdict: String,
    fields: Vec<String>,
    reason: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    fact: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a str>,
}

#[derive(Serialize)]
struct Changed {
    path: String,
    edit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<Value>,
}

pub(super) fn render(comparison: &Comparison<'_>, with_unified: bool) -> String {
    let report = Report {
        version: 1,
        base: Base { name: &comparison.revision.name, commit: &comparison.revision.commit },
        environments: comparison.environments.iter().map(|each| environment(each, with_unified)).collect(),
        not_compared: &comparison.left_out,
    };
    serde_json::to_string_pretty(&report).expect("strings and numbers serialize") + "\n"
}

fn environment<'a>(impact: &'a EnvironmentImpact<'a>, with_unified: bool) -> Environment<'a> {
    Environment {
        name: impact.name,
        headline: impact.headline(),
        upgrades: impact.upgrades.iter().map(upgraded).collect(),
        objects: impact.objects.iter().map(|each| object(each, with_unified)).collect(),
    }
}

fn upgraded(upgrade: &Upgrade) -> Upgraded<'_> {
    Upgraded {
        project: upgrade.project,
        old: upgrade.old.to_string(),
        new: upgrade.new.to_string(),
        notes: upgrade.notes.iter().map(|(text, fact)| Note { text, fact }).collect(),
    }
}

fn object<'a>(impact: &'a ObjectImpact<'a>, with_unified: bool) -> Object<'a> {
    let object = impact.pair.object();
    Object {
        api_version: object.api_version(),
        kind: object.kind(),
        namespace: object.namespace(),
        name: object.name(),
        team: object.team,
        workload: object.workload,
        action: match (&impact.pair.old, &impact.pair.new) {
            (None, _) => "created",
            (_, None) => "deleted",
            _ => "changed",
        },
        renamed: impact.pair.renamed,
        verdict: impact.verdict().name(),
        effects: impact.effects.iter().map(consequence).collect(),
        changes: impact.pair.changes.iter().map(changed).collect(),
        unified: with_unified.then(|| unified(impact)),
    }
}

fn consequence(effect: &Effect) -> Consequence<'_> {
    Consequence {
        verdict: effect.verdict.name(),
        fields: effect.fields.iter().map(ToString::to_string).collect(),
        reason: &effect.reason,
        fact: effect.fact,
        command: effect.command.as_deref(),
    }
}

fn changed(change: &Change) -> Changed {
    let (edit, old, new) = match &change.edit {
        Edit::Added(value) => ("added", None, Some(value.clone())),
        Edit::Removed(value) => ("removed", Some(value.clone()), None),
        Edit::Replaced { old, new } => ("replaced", Some(old.clone()), Some(new.clone())),
        Edit::Reordered { old, new, .. } => ("reordered", Some(old.clone().into()), Some(new.clone().into())),
    };
    Changed { path: change.path.to_string(), edit, old, new }
}
