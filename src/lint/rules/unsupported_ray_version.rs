//! Versions of Ray that the operator does not support.

use semver::Version;

use crate::diagnostic::Severity;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unsupported-ray-version",
    group: Group::Ray,
    summary: "this KubeRay does not work with that Ray",
    severity: Severity::Error,
    page: include_str!("unsupported_ray_version.md"),
    check: Check::RayCluster(check),
};

/// Oldest Ray for KubeRay 1.3 and newer (Ray documentation, KubeRay upgrade guide).
const OLDEST: Version = Version::new(2, 38, 0);
/// First Ray whose dashboard agent breaks the probes.
const BROKEN: Version = Version::new(2, 11, 0);

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    let head = cluster.get("/headGroupSpec");
    let of_image = || head.and_then(|head| ray::image(head)?.ray_version());
    let Some((version, pointer)) = (cluster.ray_version().map(|version| (version, "/rayVersion")))
        .or_else(|| Some((of_image()?, "/headGroupSpec/template/spec/containers/0/image")))
        .filter(|(version, _)| *version < OLDEST)
    else {
        return;
    };
    let kuberay = &cluster.object.releases.kuberay;
    let broken = version >= BROKEN;
    let message = if broken {
        format!("Ray {version} has a bug of the dashboard agent that makes KubeRay's probes fail")
    } else {
        format!("Ray {version} is older than {OLDEST}, the oldest that KubeRay {kuberay} works with")
    };
    let diagnostic = findings.cluster(cluster, pointer, message);
    diagnostic.add_help(format!("upgrade Ray to {OLDEST} or newer"));
    if !broken {
        diagnostic.severity = Severity::Warning;
    }
}
