//! Probes of the Ray container: what a spec says, over what KubeRay would set.

use k8s_openapi::DeepMerge;
use k8s_openapi::api::core::v1::{ExecAction, HTTPGetAction, Probe};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use semver::Version;

use super::Places;
use super::pod::{Role, typed};
use crate::resolve::{Group, Workload};
use crate::spec::WorkloadKind;
use crate::spec::group::Object;

/// First Ray with one endpoint for the health of a whole node (KubeRay `common/pod.go`, supportsUnifiedHealthCheck).
const ONE_ENDPOINT: Version = Version::new(2, 53, 0);
/// Ways to probe, of which a probe has one.
const HANDLERS: [&str; 4] = ["exec", "grpc", "httpGet", "tcpSocket"];

/// Liveness, readiness and startup; none where the spec says nothing, for then KubeRay sets its own. It leaves a probe
/// that is there as it is, so half of one would lose the other half (`common/pod.go`, initLivenessAndReadinessProbe).
pub(super) fn of_ray(workload: &Workload, group: &Group, role: Role) -> [Option<Probe>; 3] {
    let probes = &group.probes;
    let readiness = || kuberay_readiness(workload, group, role);
    let liveness = || kuberay_liveness(workload, group, role);
    let over = |base: &dyn Fn() -> Probe, partial: Option<&Object>| {
        let partial = &partial?.0;
        let mut probe = base();
        if HANDLERS.iter().any(|handler| partial.contains_key(handler)) {
            probe = Probe { exec: None, http_get: None, ..probe };
        }
        probe.merge_from(typed(Some(partial)).unwrap_or_default());
        Some(probe)
    };
    [
        over(&liveness, probes.liveness.as_ref()),
        over(&readiness, probes.readiness.as_ref()),
        over(&liveness, probes.startup.as_ref()),
    ]
}

/// The figures are those of KubeRay `utils/constant.go`, v1.7; a head is asked for more, so it gets more time.
fn kuberay_liveness(workload: &Workload, group: &Group, role: Role) -> Probe {
    Probe {
        initial_delay_seconds: Some(30),
        timeout_seconds: Some(if role == Role::Head { 5 } else { 2 }),
        period_seconds: Some(5),
        success_threshold: Some(1),
        failure_threshold: Some(120),
        ..health(workload, group, role)
    }
}

fn kuberay_readiness(workload: &Workload, group: &Group, role: Role) -> Probe {
    let probe = Probe {
        initial_delay_seconds: Some(10),
        timeout_seconds: Some(if role == Role::Head { 5 } else { 2 }),
        period_seconds: Some(5),
        success_threshold: Some(1),
        failure_threshold: Some(10),
        ..health(workload, group, role)
    };
    if workload.kind != WorkloadKind::Service || role == Role::Head {
        return probe;
    }
    // A worker of a service takes traffic, so it is ready once its proxy is, and not a probe longer.
    let mut commands = commands(group, role);
    commands.push(wget(10, 8000, "-/healthz"));
    Probe { http_get: None, exec: Some(bash(&commands)), failure_threshold: Some(1), ..probe }
}

/// What is asked: one endpoint, or for older Rays the raylet's and the GCS' own.
fn health(workload: &Workload, group: &Group, role: Role) -> Probe {
    if workload.ray_version.triple() < ONE_ENDPOINT {
        return Probe { exec: Some(bash(&commands(group, role))), ..Probe::default() };
    }
    let get = HTTPGetAction {
        path: Some("/api/healthz".to_owned()),
        port: IntOrString::Int(port(group, "dashboard-agent-listen-port", 52365)),
        ..HTTPGetAction::default()
    };
    Probe { http_get: Some(get), ..Probe::default() }
}

fn commands(group: &Group, role: Role) -> Vec<String> {
    let agent = port(group, "dashboard-agent-listen-port", 52365);
    let mut commands = vec![wget(2, agent, "api/local_raylet_healthz")];
    if role == Role::Head {
        commands.push(wget(10, port(group, "dashboard-port", 8265), "api/gcs_healthz"));
    }
    commands
}

fn port(group: &Group, flag: &str, usual: i32) -> i32 {
    group.ray_start_params.get(flag).and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The operator's own command (KubeRay `utils/constant.go`, BaseWgetHealthCommand, v1.7), which looks for the word.
fn wget(timeout: i32, port: i32, path: &str) -> String {
    format!("wget --tries 1 -T {timeout} -q -O- http://localhost:{port}/{path} | grep success")
}

fn bash(commands: &[String]) -> ExecAction {
    ExecAction { command: Some(vec!["bash".to_owned(), "-c".to_owned(), commands.join(" && ")]) }
}

/// Which keys of the spec made which probe.
pub(super) fn add_places(places: &mut Places, container: &str, group: &Group) {
    let probes = &group.probes;
    for (field, key, probe) in [
        ("livenessProbe", "liveness", &probes.liveness),
        ("readinessProbe", "readiness", &probes.readiness),
        ("startupProbe", "startup", &probes.startup),
    ] {
        // What `container` says of a probe has its place there.
        if probe.is_some() {
            places.add(format!("{container}/{field}"), group.path.join("probes").join(key));
        }
    }
}
