//! One workload: a RayCluster, by itself or as a RayService, RayJob or RayCronJob makes it.

use std::collections::BTreeMap;

use semver::Version;

use super::layers::{self, Layers};
use super::model::{Auth, Autoscaling, Environment, Group, ServiceAccount, WorkerGroup, Workload};
use super::storage::Storage;
use super::template::Variables;
use super::values::{SpecPath, Values};
use super::{fault_tolerance, group, ingress, job, monitoring, names, network, serve, submission, team};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Node;
use crate::spec::{self, AuthMode, WorkloadKind};

/// What the workloads of one team have in common.
pub(super) struct Context<'a> {
    pub(super) layers: Layers<'a>,
    pub(super) environment: &'a Environment,
    pub(super) team: &'a str,
    pub(super) team_spec: &'a spec::Team,
    pub(super) storages: &'a [Storage],
    pub(super) values: &'a Values,
}

impl Context<'_> {
    /// What templates of the workload may name.
    pub(super) fn variables<'a>(&'a self, workload: &'a str) -> Variables<'a> {
        Variables {
            team: self.team,
            workload: Some(workload),
            environment: &self.environment.name,
            region: &self.environment.spec.region,
            eks_cluster: &self.environment.spec.eks_cluster,
            domain: self.environment.spec.domain.as_deref(),
            ..Variables::default()
        }
    }
}

/// First release of the operator that knows `upgradeStrategy` on a RayCluster.
const UPGRADE_STRATEGY: Version = Version::new(1, 6, 0);
/// First release of the operator that knows `authOptions`, and of Ray that checks tokens.
const TOKEN_AUTH: (Version, Version) = (Version::new(1, 5, 1), Version::new(2, 52, 0));

/// Resolves the workload `key`. `None` where a diagnostic says why.
pub(super) fn resolve(
    context: &Context<'_>,
    kind: WorkloadKind,
    key: &str,
    spec: &spec::Workload,
    accounts: &mut BTreeMap<String, ServiceAccount>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Workload> {
    let path = SpecPath::new([kind.table(), key]);
    let ray_version = ray_version(context, kind, key, spec, diagnostics)?;
    let variables = Variables { ray_version: Some(ray_version.as_str()), ..context.variables(key) };
    let name = name(context, kind, key, spec, &variables, diagnostics)?;
    let service_account = service_account(context, spec, &path, &variables, accounts, diagnostics);
    let autoscaling = autoscaling(context, spec.autoscaling.as_ref(), &path, &variables, diagnostics);
    let mounts = context.mounts(spec.mounts.as_ref(), &path, diagnostics);
    let groups = group::Context {
        layers: context.layers,
        environment: context.environment,
        team: context.team,
        cost_center: context.team_spec.cost_center.as_deref(),
        workload: [kind.table(), key],
        name: &name,
        ray_version: ray_version.as_str(),
        sidecar_cpu: autoscaling.as_ref().map(|sidecar| &sidecar.cpu),
        sidecar_memory: autoscaling.as_ref().map(|sidecar| &sidecar.memory),
        storages: context.storages,
        mounts: &mounts,
        values: context.values,
    };
    let head = head(context, &groups, spec, &path, diagnostics);
    let mut workers = workers(context, &groups, spec, &path, diagnostics);
    let fault_tolerance = spec.fault_tolerance.as_ref().and_then(|fault_tolerance| {
        let path = path.join("fault-tolerance");
        fault_tolerance::resolve(fault_tolerance, &variables, context.values, &path, diagnostics)
    });
    let ingresses = ingress::resolve(context, (kind, key), spec, &name, &variables, diagnostics);
    let serve = match kind {
        WorkloadKind::Service => Some(serve::resolve(context, key, spec, &path, diagnostics)),
        _ => None,
    };
    let mut head = head?;
    if let (Some(spec), Some(resolved)) = (&spec.fault_tolerance, &fault_tolerance) {
        fault_tolerance::add_env(spec, resolved, &mut head, &mut workers);
    }
    let monitoring = monitoring::resolve(kind, spec.monitoring.as_ref());
    let connections = network::Context {
        environment: context.environment,
        values: context.values,
        kind,
        name: &name,
        ingresses: &ingresses,
        monitored: monitoring.is_some(),
        redis: fault_tolerance.as_ref().map(|fault_tolerance| fault_tolerance.address.as_str()),
    };
    let network_policy = network::resolve(&connections, spec.network_policy.as_ref(), &path, diagnostics);
    let releases = &context.environment.releases;
    let image_pull_secrets = spec.image_pull_secrets.clone().unwrap_or_default();
    let target = job::Target {
        head: &head,
        image_pull_secrets: &image_pull_secrets,
        service_account: &service_account,
        variables: variables.clone(),
    };
    let job = if matches!(kind, WorkloadKind::Job | WorkloadKind::CronJob) {
        Some(job::resolve(context, kind, key, spec, Some(&target), true, diagnostics)?)
    } else {
        None
    };
    let auth = auth(context, kind, spec, &ray_version);
    let submissions = submission::resolve(context, &path, &name, spec, &target, auth.as_ref(), diagnostics);
    Some(Workload {
        kind,
        key: key.to_owned(),
        path: path.clone(),
        labels: spec.labels.clone().unwrap_or_default(),
        annotations: spec.annotations.clone().unwrap_or_default(),
        image_pull_secrets,
        service_account,
        head,
        workers,
        autoscaling,
        fault_tolerance,
        auth,
        upgrade: upgrade(context, kind, key, spec, &releases.kuberay),
        serve: match serve {
            Some(serve) => Some(serve?),
            None => None,
        },
        service_type: spec
            .service
            .as_ref()
            .and_then(|service| service.service_type)
            .unwrap_or(spec::ServiceType::ClusterIP),
        service_annotations: spec.service.as_ref().and_then(|service| service.annotations.clone()).unwrap_or_default(),
        ingresses,
        monitoring,
        metrics_hosts: monitoring::hosts(spec.monitoring.as_ref()),
        network_policy,
        log_to_stderr: spec.logging.as_ref().and_then(|logging| logging.stderr).unwrap_or(false),
        head_disruption_budget: spec.disruption_budget.as_ref().and_then(|budget| budget.head).unwrap_or(true),
        workers_disruption_budget: spec.disruption_budget.as_ref().and_then(|budget| budget.workers),
        suspend: spec.suspend.unwrap_or(false),
        job,
        submissions,
        patches: team::placed(spec.patch.as_deref(), &path.join("patch")),
        ray_version,
        name,
    })
}

/// Ray's version, which no default can know.
fn ray_version(
    context: &Context<'_>,
    kind: WorkloadKind,
    key: &str,
    spec: &spec::Workload,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<spec::Version> {
    if spec.ray_version.is_none() {
        let span = context.values.key_span(&SpecPath::new([kind.table(), key]));
        let message = format!("{} `{key}` has no `ray-version`", kind.noun());
        let help = format!(
            "write it here, at the team's top or in `[defaults.{}]`; probes, autoscaler and authentication depend on it",
            kind.defaults()
        );
        diagnostics.push(Diagnostic::error("missing-ray-version", span, message).help(help));
    }
    spec.ray_version.clone()
}

/// The head, if it can be rendered.
fn head(
    context: &Context<'_>,
    groups: &group::Context<'_>,
    spec: &spec::Workload,
    path: &SpecPath,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Group> {
    let spec = spec.head.as_ref().map(|head| &head.0).cloned().unwrap_or_default();
    let path = path.join("head");
    let mounts = context.mounts(spec.mounts.as_ref(), &path, diagnostics);
    group::resolve(groups, "head", &path, &spec, mounts, diagnostics)
}

/// The worker groups that can be rendered.
fn workers(
    context: &Context<'_>,
    groups: &group::Context<'_>,
    spec: &spec::Workload,
    path: &SpecPath,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<WorkerGroup> {
    let autoscaling = spec.autoscaling.as_ref().and_then(|spec| spec.enabled).unwrap_or(true);
    let mut workers = Vec::new();
    for (name, spec::WorkerGroup(spec)) in spec.workers.iter().flatten() {
        let path = path.join("workers").join(name);
        check_group(context, name, spec, &path, diagnostics);
        let mounts = context.mounts(spec.mounts.as_ref(), &path, diagnostics);
        let group = group::resolve(groups, name, &path, spec, mounts, diagnostics);
        let replicas = replicas(context.values, name, spec, &path, autoscaling, diagnostics);
        if let (Some(group), Some((min, max, replicas))) = (group, replicas) {
            workers.push(WorkerGroup {
                group,
                min,
                max,
                replicas,
                hosts: spec.hosts.unwrap_or(1),
                idle_timeout: spec.idle_timeout.as_ref().and_then(spec::Duration::seconds),
                priority: spec.priority,
            });
        }
    }
    workers
}

/// The object's name.
pub(super) fn name(
    context: &Context<'_>,
    kind: WorkloadKind,
    key: &str,
    spec: &spec::Workload,
    variables: &Variables<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    let path = SpecPath::new([kind.table(), key]);
    if let Some(text) = &spec.name {
        let path = path.join("name");
        let name = group::render(text, variables, context.values, &path, diagnostics)?;
        names::check_workload(kind, &name, &[("name", &name)], context.values.span(&path), diagnostics);
        return Some(name);
    }
    let name = names::of_workload(context.team, key);
    let parts =
        if name == key { vec![("team", context.team)] } else { vec![("team", context.team), ("workload", key)] };
    names::check_workload(kind, &name, &parts, context.values.key_span(&path), diagnostics);
    Some(name)
}

/// The pods' ServiceAccount, which is also noted for rendering, unless it exists elsewhere.
fn service_account(
    context: &Context<'_>,
    spec: &spec::Workload,
    path: &SpecPath,
    variables: &Variables<'_>,
    accounts: &mut BTreeMap<String, ServiceAccount>,
    diagnostics: &mut Vec<Diagnostic>,
) -> String {
    let spec = spec.service_account.clone().unwrap_or_default();
    let path = path.join("service-account");
    let name = spec.name.unwrap_or_else(|| context.team.to_owned());
    if spec.create.unwrap_or(true) {
        let role_path = path.join("role-arn");
        let role_arn =
            spec.role_arn.and_then(|text| group::render(&text, variables, context.values, &role_path, diagnostics));
        let account = ServiceAccount {
            role_arn,
            annotations: spec.annotations.unwrap_or_default(),
            rules: spec.rules.unwrap_or_default(),
            path,
        };
        if let Some(other) = accounts.get(&name)
            && (&other.role_arn, &other.annotations, &other.rules)
                != (&account.role_arn, &account.annotations, &account.rules)
        {
            let message = format!("ServiceAccount `{name}` is described in two ways");
            diagnostics.push(
                Diagnostic::error("conflicting-service-account", context.values.span(&account.path), message)
                    .label(context.values.span(&other.path), "the other one")
                    .help("give one of them a `name` of its own"),
            );
        }
        team::add_service_account(accounts, &name, account);
    }
    name
}

fn autoscaling(
    context: &Context<'_>,
    spec: Option<&spec::Autoscaling>,
    path: &SpecPath,
    variables: &Variables<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Autoscaling> {
    let spec = spec.cloned().unwrap_or_default();
    let path = path.join("autoscaling").join("image");
    spec.enabled.unwrap_or(true).then(|| Autoscaling {
        image: spec.image.and_then(|text| group::render(&text, variables, context.values, &path, diagnostics)),
        idle_timeout: spec.idle_timeout.as_ref().and_then(spec::Duration::seconds).unwrap_or(60),
        upscaling_mode: spec.upscaling_mode.unwrap_or(spec::UpscalingMode::Default),
        cpu: spec.cpu.unwrap_or_else(|| "500m".into()),
        memory: spec.memory.unwrap_or_else(|| "512Mi".into()),
    })
}

/// Names and references of a worker group.
fn check_group(
    context: &Context<'_>,
    name: &str,
    spec: &spec::Group,
    path: &SpecPath,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if names::RESERVED_GROUPS.contains(&name) {
        let message =
            format!("`{name}` is no name for a worker group: it collides with what KubeRay or raygen names so");
        diagnostics.push(
            Diagnostic::error("reserved-group-name", context.values.key_span(path), message)
                .help("name it after what it offers, such as `cpu` or `a10g`"),
        );
    }
    let Some(profile) = &spec.profile else { return };
    if context.layers.profile(profile).is_none() {
        let profiles = context.layers.platform.get("profiles").and_then(Node::table);
        let known = profiles.into_iter().flat_map(|table| table.keys()).map(String::as_str);
        let message = format!("the platform has no profile `{profile}`");
        let mut diagnostic = Diagnostic::error("unknown-profile", context.values.span(&path.join("profile")), message);
        if let Some(close) = did_you_mean(profile, known) {
            diagnostic = diagnostic.help(format!("did you mean `{close}`?"));
        }
        diagnostics.push(diagnostic);
    }
}

/// Least, greatest and written number of replicas.
fn replicas(
    values: &Values,
    name: &str,
    spec: &spec::Group,
    path: &SpecPath,
    autoscaling: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(i32, i32, i32)> {
    let min = spec.min.unwrap_or(0);
    if autoscaling && let Some(replicas) = spec.replicas {
        let message =
            format!("worker group `{name}` sets `replicas = {replicas}`, but the autoscaler owns that number");
        diagnostics.push(
            Diagnostic::error("replicas-with-autoscaling", values.span(&path.join("replicas")), message)
                .help(format!("write `min = {replicas}`, or `autoscaling.enabled = false` in the cluster")),
        );
        return None;
    }
    let written = spec.replicas.unwrap_or(min);
    let Some(max) = spec.max.or_else(|| (!autoscaling && written > 0).then_some(written)) else {
        let message = format!("worker group `{name}` has no `max`");
        let help = "KubeRay's own default is 2147483647 replicas: write how far it may grow";
        diagnostics.push(Diagnostic::error("missing-max", values.key_span(path), message).help(help));
        return None;
    };
    if min > max {
        let message = format!("worker group `{name}` has `min = {min}`, more than `max = {max}`");
        diagnostics.push(
            Diagnostic::error("inverted-replica-bounds", values.span(&path.join("min")), message)
                .label(values.span(&path.join("max")), "the greatest number")
                .help(format!("lower `min` to {max} or raise `max` to {min}")),
        );
        return None;
    }
    if !(min..=max).contains(&written) {
        let message = format!(
            "worker group `{name}` has `replicas = {written}`, outside of {min} to {max}; KubeRay clamps it silently"
        );
        diagnostics.push(
            Diagnostic::error("unreachable-replicas", values.span(&path.join("replicas")), message)
                .help(format!("write {min} to {max}, or change the bounds")),
        );
        return None;
    }
    Some((min, max, written))
}

/// On from the first releases of Ray and KubeRay that know it. The operator makes a Secret per Ray cluster, named like
/// it, so where it names the clusters the token has to come with a name of its own. An explicit mode is always rendered:
/// whether the releases know it is for the schema and the rules to say.
fn auth(context: &Context<'_>, kind: WorkloadKind, spec: &spec::Workload, ray_version: &spec::Version) -> Option<Auth> {
    let spec = spec.auth.clone().unwrap_or_default();
    let findable = kind == WorkloadKind::Cluster || spec.secret.is_some();
    let known =
        findable && context.environment.releases.kuberay >= TOKEN_AUTH.0 && ray_version.triple() >= TOKEN_AUTH.1;
    let mode = spec.mode.or(known.then_some(AuthMode::Token))?;
    Some(Auth { mode, secret: spec.secret })
}

/// Written where the operator knows the field, or where the team itself asked for it and must learn that it does not.
fn upgrade(
    context: &Context<'_>,
    kind: WorkloadKind,
    key: &str,
    spec: &spec::Workload,
    kuberay: &Version,
) -> Option<spec::Upgrade> {
    let asked = context
        .layers
        .of_workload([kind.table(), key])
        .iter()
        .any(|fragment| fragment.layer > layers::Layer::BuiltIn && fragment.at(&["upgrade"]).is_some());
    spec.upgrade.filter(|_| kind == WorkloadKind::Cluster && (asked || *kuberay >= UPGRADE_STRATEGY))
}
