//! Every check of KubeRay's reconcile loop (`utils/validation.go`, v1.7.0): the rule that says it first, or why no
//! spec can reach it.
//!
//! The items are those of the operator's functions, numbered by function: `cluster`, `job`, `service`, `cron-job`.

mod clusters;
mod workloads;

use raygen::diagnostic::Diagnostic;
use raygen::json::Value;
use raygen::manifest::{self, Manifest};
use raygen::resolve::{self, Selection};
use raygen::workspace::Workspace;
use raygen::{check, lint};

use crate::rules::PLATFORM;

/// Who says it.
enum By {
    /// A rule of the registry.
    Rule(&'static str),
    /// An earlier stage, under this name.
    Stage(&'static str),
    /// Nobody, for this reason.
    Nobody(&'static str),
}

/// What trips the check.
enum Case {
    /// A team's file.
    Team(String),
    /// A team's file, where all feature gates are on.
    Gated(String),
    /// An object of a kind that no spec makes yet.
    Object(String),
    /// An object, where all feature gates are on.
    GatedObject(String),
    /// Nothing that a spec or an object can say.
    None,
}

use By::{Nobody, Rule, Stage};
use Case::{Gated, GatedObject, Object, Team};
use clusters::clusters;
use workloads::{jobs, services_and_cron_jobs};

const GATES: &str = "\n[environments.prod.kuberay.feature-gates]\nRayClusterNetworkPolicy = true\nRayClusterMTLS = true\n\
     RayClusterHistoryServer = true\nGCSFaultToleranceEmbeddedStorage = true\nRayCronJob = true\n";

const WORKERS: &str = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

type Item = (&'static str, By, Case);

/// A case with a team's file of its own.
struct Placed {
    item: &'static str,
    rule: &'static str,
    team: String,
    object: Option<Value>,
}

/// The cases whose rule does not fire in its case's file: all of them in one workspace, for that is faster.
fn missed(cases: &[Placed], platform: &str) -> Vec<String> {
    let names: Vec<String> = (0..cases.len()).map(|index| format!("case-{index}")).collect();
    let teams = names.iter().zip(cases).map(|(name, case)| (name.as_str(), case.team.as_str()));
    let workspace = Workspace::from_texts(platform, teams);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let mut built = manifest::build(&resolution);
    for (name, case) in names.iter().zip(cases) {
        let Some(object) = &case.object else { continue };
        let of_team = |manifest: &&Manifest| manifest.team.as_ref() == Some(name);
        let mut manifest = built.manifests.iter().find(of_team).expect("its team renders something").clone();
        manifest.object = object.clone();
        built.manifests.push(manifest);
    }
    let found = check::check(&workspace, &resolution, &built).diagnostics;
    let in_file = |diagnostic: &&Diagnostic, name: &str| {
        let span = diagnostic.span.expect("every case has a place");
        workspace.sources.get(span.file).path == format!("teams/{name}.toml")
    };
    let mut missed = Vec::new();
    for (name, case) in names.iter().zip(cases) {
        let own: Vec<&Diagnostic> = found.iter().filter(|diagnostic| in_file(diagnostic, name)).collect();
        if !own.iter().any(|diagnostic| diagnostic.rule == case.rule) {
            let others: Vec<String> = own.iter().map(|each| format!("{}: {}", each.rule, each.message)).collect();
            missed.push(format!("{}: no `{}`, but {others:#?}", case.item, case.rule));
        }
    }
    missed
}

#[test]
fn every_check_of_the_operator_is_said_before_the_merge() {
    let (mut cases, mut gated_cases) = (Vec::new(), Vec::new());
    for (item, by, case) in [clusters(), jobs(), services_and_cron_jobs()].into_iter().flatten() {
        let rule = match by {
            Rule(name) => {
                assert!(lint::rule(name).is_some(), "{item}: there is no rule `{name}`");
                name
            }
            Stage(name) => name,
            Nobody(reason) => {
                assert!(!reason.is_empty(), "{item}");
                continue;
            }
        };
        let (team, object, gated) = match case {
            Team(team) => (team, None, false),
            Gated(team) => (team, None, true),
            Object(object) => (WORKERS.to_owned(), Some(object), false),
            GatedObject(object) => (WORKERS.to_owned(), Some(object), true),
            Case::None => panic!("{item}: a check that is caught has a case"),
        };
        let object = object.map(|text| serde_saphyr::from_str(&text).expect("the case is YAML"));
        let list = if gated { &mut gated_cases } else { &mut cases };
        list.push(Placed { item, rule, team, object });
    }
    let mut failures = missed(&cases, PLATFORM);
    failures.extend(missed(&gated_cases, &format!("{PLATFORM}{GATES}")));
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
