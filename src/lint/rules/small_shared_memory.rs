//! Shared memory that is smaller than the object store.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::ray;
use crate::lint::{Check, Findings, Group, RayCluster, Rule};

pub(super) static RULE: Rule = Rule {
    name: "small-shared-memory",
    group: Group::Ray,
    summary: "the object store does not fit into `/dev/shm`",
    severity: Severity::Warning,
    page: include_str!("small_shared_memory.md"),
    check: Check::RayCluster(check),
};

/// Part of memory that the object store takes, and its cap (Ray `_private/ray_constants.py`, 2.52).
const OBJECT_STORE: f64 = 0.3;
const GREATEST: f64 = 200e9;

fn check(cluster: &RayCluster<'_>, findings: &mut Findings<'_>) {
    for (pointer, what, group) in cluster.all_groups() {
        let params = &group["rayStartParams"];
        if ray::is_set(params.get("plasma-directory")) {
            continue;
        }
        let list = |pointer: &str| group.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
        let container = "/template/spec/containers/0";
        let mount = list(&format!("{container}/volumeMounts")).find(|mount| mount["mountPath"] == "/dev/shm");
        let Some(volume) = mount.and_then(|mount| mount["name"].as_str()) else { continue };
        let mut volumes = list("/template/spec/volumes").enumerate();
        let Some((index, volume)) = volumes.find(|(_, each)| each["name"] == volume) else { continue };
        let limit = &volume["emptyDir"]["sizeLimit"];
        let memory = ray::amount(group.pointer(&format!("{container}/resources/limits/memory")));
        let store = ray::amount(params.get("object-store-memory"))
            .or_else(|| memory.map(|memory| (memory * OBJECT_STORE).min(GREATEST)));
        let (Some(size), Some(store)) = (ray::amount(Some(limit)), store) else { continue };
        if size >= store {
            continue;
        }
        let message = format!(
            "{what} has {:.1} GB in `/dev/shm`, but Ray's object store takes {:.1} GB: it will live on disk or shrink",
            size / 1e9,
            store / 1e9
        );
        let at = format!("{pointer}/template/spec/volumes/{index}");
        let fix = ray::remove_fix(&cluster.object, &cluster.at(&at), "shared-memory");
        let diagnostic = findings.cluster(cluster, &at, message);
        diagnostic.add_help("take the volume out (`shared-memory`): KubeRay makes one as large as the memory limit");
        if let Some(fix) = fix {
            diagnostic.add_fix(fix);
        }
    }
}
