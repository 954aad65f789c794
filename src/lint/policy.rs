//! `[policy]` and its places, and how far each team may grow.

use std::collections::BTreeMap;

use super::{Findings, Object, Subject};
use crate::document::{self, Node};
use crate::json::Value;
use crate::manifest::Manifest;
use crate::resolve::{SpecPath, Team};
use crate::source::Span;
use crate::spec::{self, Quantity, Required};
use crate::workspace::Workspace;

/// What no team may exceed or do.
#[derive(Clone, Debug)]
pub struct Policy<'a> {
    /// What it says.
    pub spec: spec::Policy,
    node: &'a Node,
}

impl<'a> Policy<'a> {
    /// The platform's policy, if it has one.
    pub(super) fn read(workspace: &'a Workspace) -> Option<Self> {
        let node = workspace.platform.as_ref()?.root.child("policy")?;
        let spec = document::read(node.table()?).ok()?;
        Some(Self { spec, node })
    }

    /// Where one of its keys stands.
    pub fn span(&self, path: &[&str]) -> Span {
        self.node.nearest(path.iter().copied()).span
    }
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    Gpus,
    Cpus,
    Memory,
    Replicas,
}

/// A maximum of the policy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    /// Its key, such as `max-gpus-per-team`.
    key: &'static str,
    /// What it counts.
    measure: Measure,
    /// How much there may be, in GPUs, cores, bytes or replicas.
    most: f64,
}

impl Limit {
    /// The limit under a key, if there is one.
    pub(super) fn new(key: &'static str, measure: Measure, most: Option<f64>) -> Option<Self> {
        Some(Self { key, measure, most: most? })
    }
}

/// How far one group of a team may grow.
#[derive(Debug)]
pub(super) struct Growth<'a> {
    manifest: &'a Manifest,
    /// JSON pointer of what bounds it.
    pointer: String,
    what: String,
    replicas: f64,
    pods: f64,
    template: Option<&'a Value>,
}

/// KubeRay's own default of `maxReplicas` (`ray.io_rayclusters.yaml`, v1.7).
const UNBOUNDED: f64 = 2_147_483_647.0;

impl Growth<'_> {
    fn amount(&self, measure: Measure) -> f64 {
        let of_pod = |resource| self.template.map_or(0.0, |template| of_pod(template, resource));
        match measure {
            Measure::Gpus => self.pods * of_pod("nvidia.com/gpu"),
            Measure::Cpus => self.pods * of_pod("cpu"),
            Measure::Memory => self.pods * of_pod("memory"),
            Measure::Replicas => self.replicas,
        }
    }
}

/// What the containers of a pod hold together. The autoscaler's sidecar is the operator's and does not count.
fn of_pod(template: &Value, resource: &str) -> f64 {
    let containers = template.pointer("/spec/containers").and_then(Value::as_array);
    let of_container = |container: &Value| {
        let amount = |list: &str| match container.get("resources")?.get(list)?.get(resource)? {
            Value::String(text) => Quantity::from(text.as_str()).value(),
            other => other.as_f64(),
        };
        amount("limits").or_else(|| amount("requests")).unwrap_or(0.0)
    };
    containers.into_iter().flatten().map(of_container).sum()
}

/// The groups of every team in every environment, as they are rendered: a patch counts too.
fn growths<'a>(subject: &Subject<'a>) -> BTreeMap<[&'a str; 2], Vec<Growth<'a>>> {
    let mut teams: BTreeMap<[&str; 2], Vec<Growth<'_>>> = BTreeMap::new();
    for object in &subject.objects {
        let Some((manifest, team)) = object.of_team() else { continue };
        let groups = teams.entry([object.environment_name, team]).or_default();
        for cluster in object.ray_clusters() {
            for (pointer, what, group) in cluster.all_groups() {
                let head = pointer == "/headGroupSpec";
                let number = |key: &str| group.get(key).and_then(Value::as_f64);
                let replicas = if head { 0.0 } else { number("maxReplicas").unwrap_or(UNBOUNDED) };
                let hosts = number("numOfHosts").unwrap_or(1.0);
                groups.push(Growth {
                    manifest,
                    pointer: cluster.at(&if head { pointer } else { format!("{pointer}/maxReplicas") }),
                    what: format!("{what} of `{}`", object.name()),
                    replicas,
                    pods: if head { 1.0 } else { replicas * hosts },
                    template: group.get("template"),
                });
            }
        }
    }
    teams
}

/// Reports every group above `per_group` and every team above `per_team`.
pub(super) fn enforce(
    subject: &Subject<'_>,
    policy: &Policy<'_>,
    per_group: &[Option<Limit>],
    per_team: &[Option<Limit>],
    findings: &mut Findings<'_>,
) {
    if per_group.iter().chain(per_team).flatten().next().is_none() {
        return;
    }
    for ([_, team], groups) in growths(subject) {
        for limit in per_group.iter().flatten() {
            for group in &groups {
                enforce_group(policy, *limit, group, findings);
            }
        }
        for limit in per_team.iter().flatten() {
            enforce_team(policy, *limit, team, &groups, findings);
        }
    }
}

fn enforce_group(policy: &Policy<'_>, limit: Limit, group: &Growth<'_>, findings: &mut Findings<'_>) {
    let amount = group.amount(limit.measure);
    if amount <= limit.most {
        return;
    }
    let most = shown(limit.measure, limit.most);
    let message =
        format!("{} may grow to {}, but the platform allows a group {most}", group.what, shown(limit.measure, amount));
    let fitting = (limit.most / (amount / group.replicas)).floor();
    let help = if group.replicas > 0.0 && fitting >= 1.0 {
        format!("lower `max` to {fitting}, or ask the platform for more")
    } else {
        "make its pods smaller, or ask the platform for more".to_owned()
    };
    findings
        .own(group.manifest, &group.pointer, message)
        .add_label(policy.span(&[limit.key]), "the limit")
        .add_help(help);
}

/// Reports at the group that takes most, and shows the others.
fn enforce_team(policy: &Policy<'_>, limit: Limit, team: &str, groups: &[Growth<'_>], findings: &mut Findings<'_>) {
    let amounts =
        || groups.iter().map(|group| (group.amount(limit.measure), group)).filter(|(amount, _)| *amount > 0.0);
    let sum: f64 = amounts().map(|(amount, _)| amount).sum();
    // The first of several equal ones, so that the order of the file decides.
    let greatest = amounts().rev().max_by(|(a, _), (b, _)| a.total_cmp(b));
    let Some((_, greatest)) = greatest.filter(|_| sum > limit.most) else { return };
    let (total, most) = (shown(limit.measure, sum), shown(limit.measure, limit.most));
    let message =
        format!("team `{team}` may grow to {total} in one environment, but the platform allows a team {most}");
    let excess = shown(limit.measure, sum - limit.most);
    let diagnostic = findings
        .own(greatest.manifest, &greatest.pointer, message)
        .add_label(policy.span(&[limit.key]), "the limit")
        .add_help(format!("give up {excess}, or ask the platform for more"));
    for (amount, group) in
        amounts().filter(|(_, group)| group.pointer != greatest.pointer || group.what != greatest.what)
    {
        let span = group.manifest.values.own_span(&group.manifest.place(&group.pointer));
        diagnostic.add_label(span, format!("up to {} here", shown(limit.measure, amount)));
    }
}

/// An amount as people write it.
fn shown(measure: Measure, amount: f64) -> String {
    let plural = |one: &str| format!("{amount} {one}{}", if (amount - 1.0).abs() < 1e-9 { "" } else { "s" });
    match measure {
        Measure::Gpus => plural("GPU"),
        Measure::Cpus => plural("CPU"),
        Measure::Replicas => plural("replica"),
        Measure::Memory => format!("{}Gi of memory", (amount / 1_073_741_824.0 * 10.0).round() / 10.0),
    }
}

/// Reports teams that do not say what the policy requires.
pub(super) fn require(
    subject: &Subject<'_>,
    required: Required,
    key: &str,
    value: fn(&Team) -> Option<&str>,
    findings: &mut Findings<'_>,
) {
    let Some(policy) = &subject.policy else { return };
    let Some(index) = policy.spec.require.iter().position(|each| *each == required) else { return };
    for team in subject.teams.iter().filter(|team| value(team).is_none_or(|text| text.trim().is_empty())) {
        let message = format!("team `{}` has no `{key}`, which the platform requires", team.name);
        findings
            .report(team.values.own_span(&SpecPath::new([key])), message)
            .add_label(policy.span(&["require", &index.to_string()]), "required here")
            .add_help(format!("write `{key}` at the top of the file"));
    }
}

/// JSON pointer and values of a NodePool's first `In` requirement for a label.
pub(super) fn in_values<'a>(pool: &Object<'a>, key: &str) -> Option<(String, Vec<&'a str>)> {
    let requirements = pool.get("/spec/template/spec/requirements")?.as_array()?;
    let is_in = |requirement: &Value| requirement["key"] == key && requirement["operator"] == "In";
    let index = requirements.iter().position(is_in)?;
    let values = requirements[index]["values"].as_array()?;
    let pointer = format!("/spec/template/spec/requirements/{index}");
    Some((pointer, values.iter().filter_map(Value::as_str).collect()))
}

impl<'a> Object<'a> {
    /// The manifest and its team, if a team's spec made the object.
    pub(super) fn of_team(&self) -> Option<(&'a Manifest, &'a str)> {
        let manifest = self.manifest()?;
        Some((manifest, manifest.team.as_deref()?))
    }
}
