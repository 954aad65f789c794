//! Partial objects in Kubernetes' own spelling, such as `pod` and `container`: checked before they are merged, for merging
//! drops what it does not know.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::schemas::{self, Target};
use crate::diagnostic::Diagnostic;
use crate::json::{Map, Value};
use crate::resolve::{Group, Resolution, SpecPath, Team};
use crate::schema::{Fragment, Validators};
use crate::spec;

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
    let table = |key: &'static str| group.path.join(key);
    let object = |object: &spec::group::Object| object.0.clone();
    let mut hatches: Vec<(SpecPath, Fragment, Map)> = Vec::new();
    for (key, fragment, hatch) in [
        ("pod", Fragment::PodSpec, &group.pod),
        ("container", Fragment::Container, &group.container),
        ("affinity", Fragment::Affinity, &group.affinity),
    ] {
        hatches.extend(hatch.clone().map(|object| (table(key), fragment, object)));
    }
    for (key, containers) in [("init-containers", &group.init_containers), ("sidecars", &group.sidecars)] {
        let items = containers.iter().enumerate();
        hatches.extend(
            items.map(|(index, container)| {
                (table(key).join(&index.to_string()), Fragment::Container, container.clone())
            }),
        );
    }
    let probes = &group.probes;
    for (key, probe) in [("liveness", &probes.liveness), ("readiness", &probes.readiness), ("startup", &probes.startup)]
    {
        hatches.extend(probe.as_ref().map(|probe| (table("probes").join(key), Fragment::Probe, object(probe))));
    }
    for (index, volume) in group.volumes.iter().enumerate() {
        let path = || table("volumes").join(&index.to_string()).join("projected");
        hatches.extend(volume.projected.as_ref().map(|projected| (path(), Fragment::Projected, object(projected))));
    }
    hatches.into_iter().flat_map(|hatch| of_hatch(team, group, validators, hatch)).collect()
}

fn of_hatch(
    team: &Team,
    group: &Group,
    validators: &Validators,
    (path, fragment, object): (SpecPath, Fragment, Map),
) -> Vec<Diagnostic> {
    let key: Vec<&str> = path.keys().skip(group.path.keys().count()).collect();
    let key = key.join(".");
    let violations = validators.validate_partial(fragment, &Value::Object(object));
    violations
        .into_iter()
        .map(|violation| {
            let tokens = violation.path.split('/').skip(1);
            let path = tokens.fold(path.clone(), |path, token| path.join(&token.replace("~1", "/").replace("~0", "~")));
            let name = format!(
                "`{key}` of {}",
                if group.name == "head" { "the head".to_owned() } else { format!("worker group `{}`", group.name) }
            );
            schemas::diagnostic(team.values.key_span(&path), &name, &violation, Target::Environment(&team.environment))
        })
        .collect()
}
