//! `pod` and `container`: partial objects, checked before they are merged, for merging drops what it does not know.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::schemas::{self, Target};
use crate::diagnostic::Diagnostic;
use crate::resolve::{Group, Resolution, Team};
use crate::schema::{Fragment, Validators};

/// What is wrong with the partial objects of every group, at their own places.
pub(super) fn check(resolution: &Resolution, validators: &BTreeMap<&str, Validators>) -> Vec<Diagnostic> {
    resolution
        .teams
        .par_iter()
        .flat_map_iter(|team| {
            let groups = team.workloads.iter().flat_map(|workload| {
                std::iter::once(&workload.head).chain(workload.workers.iter().map(|worker| &worker.group))
            });
            groups
                .flat_map(|group| of_group(team, group, &validators[team.environment.name.as_str()]))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn of_group(team: &Team, group: &Group, validators: &Validators) -> Vec<Diagnostic> {
    let hatches =
        [("pod", Fragment::PodSpec, group.pod.as_ref()), ("container", Fragment::Container, group.container.as_ref())];
    hatches
        .into_iter()
        .filter_map(|(key, fragment, object)| Some((key, fragment, object?)))
        .flat_map(|(key, fragment, object)| of_hatch(team, group, validators, key, fragment, object))
        .collect()
}

fn of_hatch(
    team: &Team,
    group: &Group,
    validators: &Validators,
    key: &str,
    fragment: Fragment,
    object: &Map<String, Value>,
) -> Vec<Diagnostic> {
    let violations = validators.validate_partial(fragment, &Value::Object(object.clone()));
    violations
        .into_iter()
        .map(|violation| {
            let tokens = violation.path.split('/').skip(1);
            let path = tokens
                .fold(group.path.join(key), |path, token| path.join(&token.replace("~1", "/").replace("~0", "~")));
            let name = format!(
                "`{key}` of {}",
                if group.name == "head" { "the head".to_owned() } else { format!("worker group `{}`", group.name) }
            );
            schemas::diagnostic(team.values.key_span(&path), &name, &violation, Target::Environment(&team.environment))
        })
        .collect()
}
