//! Rules: what merges cleanly and then breaks, or costs, or opens a door.
//!
//! A rule is one `static` and one Markdown page in two neighbouring files under `rules/`, registered by one line of
//! [`rules::ALL`]. A rule may look at everything and reports on its own; it names symbolic places, and spans are looked
//! up when a diagnostic is built.

mod annotations;
mod capacity;
mod config;
mod cron;
mod exposure;
mod findings;
pub mod fix;
mod gitops;
mod index;
mod karpenter;
mod monitoring;
mod object;
mod placement;
mod pod_security;
mod policy;
mod quantity;
mod quota;
mod ray;
mod ray_job;
mod selector;
mod serve;
mod specs;
mod storage;
mod subject;
mod waiver;

pub mod rules;

use std::collections::BTreeMap;

use rayon::prelude::*;

pub use self::config::{Config, Waived};
pub use self::findings::Findings;
pub use self::object::{Object, Pod, RayCluster};
pub(crate) use self::placement::{mismatched_label, tolerates};
pub use self::policy::Policy;
pub(crate) use self::quota::{autoscaler, wait_gcs_ready};
pub use self::ray_job::RayJob;
pub use self::subject::Subject;
pub use self::waiver::ANNOTATION;
use crate::diagnostic::{Diagnostic, Severity};
use crate::resolve::Team;

/// A defect that raygen knows.
#[derive(Debug)]
pub struct Rule {
    /// A kebab-case noun phrase that reads well after "allow".
    pub name: &'static str,
    /// The group it belongs to, as in the README's table.
    pub group: Group,
    /// One line, lower case, no full stop.
    pub summary: &'static str,
    /// How bad it is unless `[lint]` says otherwise.
    pub severity: Severity,
    /// The Markdown page, whose blocks are the rule's test.
    pub page: &'static str,
    /// How it is found.
    pub check: Check,
}

/// Groups of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words are the meaning")]
pub enum Group {
    Workspace,
    Names,
    Ray,
    Capacity,
    Karpenter,
    Pod,
    Storage,
    Network,
    Security,
    Monitoring,
    GitOps,
    Policy,
    Schema,
}

impl Group {
    /// As headings have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Names => "names",
            Self::Ray => "ray",
            Self::Capacity => "capacity",
            Self::Karpenter => "karpenter",
            Self::Pod => "pod",
            Self::Storage => "storage",
            Self::Network => "network",
            Self::Security => "security",
            Self::Monitoring => "monitoring",
            Self::GitOps => "gitops",
            Self::Policy => "policy",
            Self::Schema => "schema",
        }
    }
}

/// How a rule finds its defect.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// An earlier stage reports it: loading, resolving, building, or validating against schemas.
    Stage,
    /// Looks at each object of some kinds by itself.
    Object(&'static [&'static str], fn(&Object<'_>, &mut Findings<'_>)),
    /// Looks at each RayCluster spec by itself, wherever it stands.
    RayCluster(fn(&RayCluster<'_>, &mut Findings<'_>)),
    /// Looks at each RayJob spec by itself, wherever it stands.
    RayJob(fn(&RayJob<'_>, &mut Findings<'_>)),
    /// Looks at each pod template by itself, wherever it stands.
    Pod(fn(&Pod<'_>, &mut Findings<'_>)),
    /// Looks at each resolved team by itself; needs specs.
    Team(fn(&Team, &mut Findings<'_>)),
    /// Looks at everything together.
    Everything(fn(&Subject<'_>, &mut Findings<'_>)),
    /// Looks at everything together; needs specs.
    Specs(fn(&Subject<'_>, &mut Findings<'_>)),
}

impl Rule {
    /// Whether `raygen render --check` reports it: it is about what was rendered, not about what is rendered now.
    pub fn is_drift(&self) -> bool {
        matches!(self.check, Check::Stage) && self.group == Group::GitOps
    }

    /// Whether the rule cannot judge manifests that have no spec.
    pub fn needs_specs(&self) -> bool {
        match self.check {
            Check::Team(_) | Check::Specs(_) => true,
            // What the schemas and the YAML itself show is reported for every manifest.
            Check::Stage => {
                !matches!(self.group, Group::Schema | Group::Pod) && !STAGES_OF_MANIFESTS.contains(&self.name)
            }
            Check::Object(..) | Check::RayCluster(_) | Check::RayJob(_) | Check::Pod(_) | Check::Everything(_) => false,
        }
    }
}

/// Rules of other groups that are reported for manifests by stages before the rules.
const STAGES_OF_MANIFESTS: [&str; 9] = [
    "conflicting-node-role",
    "duplicate-env",
    "duplicate-host",
    "duplicate-name",
    "forbidden-allow",
    "invalid-schema",
    "missing-consolidate-after",
    "unknown-rule",
    "unused-allow",
];

/// The rule of that name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    rules::ALL.binary_search_by(|rule| rule.name.cmp(name)).ok().map(|index| rules::ALL[index])
}

/// Runs every rule over everything. Severities are the rules' own; [`Config`] has the last word.
pub fn lint(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let objects = subject.objects_and_pods();
    let rules: BTreeMap<&str, Vec<&Rule>> = subject.kinds().keys().map(|kind| (*kind, of_kind(kind))).collect();
    let of_objects = || -> Vec<Diagnostic> {
        objects.par_iter().flat_map_iter(|(object, pods)| of_object(object, pods, &rules[object.kind()])).collect()
    };
    // The rules after these would wait for the fits while one of them looks at them.
    let (mut diagnostics, _) = rayon::join(of_objects, || subject.fits());
    diagnostics.par_extend(subject.teams.par_iter().flat_map_iter(|team| {
        let mut found = Vec::new();
        for rule in rules::ALL {
            if let Check::Team(check) = rule.check {
                check(team, &mut Findings::new(rule, &mut found));
            }
        }
        found
    }));
    diagnostics.par_extend(rules::ALL.par_iter().flat_map_iter(|rule| {
        let mut found = Vec::new();
        match rule.check {
            Check::Everything(check) => check(subject, &mut Findings::new(rule, &mut found)),
            Check::Specs(check) if subject.specs.is_some() => check(subject, &mut Findings::new(rule, &mut found)),
            _ => {}
        }
        found
    }));
    diagnostics
}

/// The rules that look at an object of this kind, or at what is in it.
fn of_kind(kind: &str) -> Vec<&'static Rule> {
    let looks = |rule: &&Rule| match rule.check {
        Check::Object(kinds, _) => kinds.contains(&kind),
        Check::RayCluster(_) | Check::RayJob(_) | Check::Pod(_) => true,
        _ => false,
    };
    rules::ALL.iter().copied().filter(looks).collect()
}

fn of_object(object: &Object<'_>, pods: &[Pod<'_>], rules: &[&'static Rule]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let clusters = object.ray_clusters();
    let job = RayJob::of(object);
    for rule in rules {
        let mut findings = Findings::new(rule, &mut found);
        match rule.check {
            Check::Object(_, check) => check(object, &mut findings),
            Check::RayCluster(check) => clusters.iter().for_each(|cluster| check(cluster, &mut findings)),
            Check::RayJob(check) => job.iter().for_each(|job| check(job, &mut findings)),
            Check::Pod(check) => pods.iter().for_each(|pod| check(pod, &mut findings)),
            _ => {}
        }
    }
    found
}
