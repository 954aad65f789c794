//! The Job that gives a file system's root to its users.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::batch::v1::{Job, JobSpec};
use k8s_openapi::api::core::v1::{
    Capabilities, Container, PodSecurityContext, PodSpec, PodTemplateSpec, ResourceRequirements, SeccompProfile,
    SecurityContext, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::metadata::{COMPONENT, Metadata, labels};
use super::{Manifest, Places, Scope, mounts, pod};
use crate::resolve::{Group, Storage, Team, Workload};
use crate::spec::Permissions;

/// Value of the component label of the Job's pods.
pub(super) const STORAGE_PERMISSIONS: &str = "storage-permissions";

/// A new FSx file system belongs to root, Ray's images run as uid 1000, and `fsGroup` has no effect on a volume that many
/// nodes mount (aws-fsx-csi-driver, CSIDriver `fsGroupPolicy: ReadWriteOnceWithFSType`). The pods are those of the first
/// group that mounts it, so that image, registry and nodes are known to work; none where no group does.
pub(super) fn of_storage(scope: &Scope<'_>, storage: &Storage) -> Option<Manifest> {
    let permissions = storage.permissions.as_ref()?;
    let team = scope.team;
    let (workload, group) = groups(team).find(|(_, group)| mounts_it(group, storage))?;
    let mount = group.mounts.iter().find(|mount| mount.storage == storage.name)?;
    // The kubelet makes missing sub-paths, as root's (Kubernetes `pkg/volume/util/subpath`).
    let directories: BTreeSet<&str> = groups(team)
        .flat_map(|(_, group)| &group.mounts)
        .filter(|mount| mount.storage == storage.name && !mount.read_only)
        .filter_map(|mount| mount.sub_path.as_deref())
        .collect();
    let mut annotations = team.annotations.clone();
    // A Job's template cannot change, so that a changed one is made anew.
    annotations.insert("argocd.argoproj.io/sync-options".to_owned(), "Force=true,Replace=true".to_owned());
    annotations.insert("kustomize.toolkit.fluxcd.io/force".to_owned(), "enabled".to_owned());
    let mut pod_labels = labels(Some(&team.name), &BTreeMap::new());
    pod_labels.insert(COMPONENT.to_owned(), STORAGE_PERMISSIONS.to_owned());
    let object = Job {
        metadata: Metadata::of_team(team, format!("{}-permissions", storage.name)).with_annotations(annotations).into(),
        spec: Some(JobSpec {
            // It stays when it is done: one that is gone would be made and run again at every sync.
            backoff_limit: Some(4),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta { labels: Some(pod_labels), ..ObjectMeta::default() }),
                spec: Some(PodSpec {
                    restart_policy: Some("OnFailure".to_owned()),
                    automount_service_account_token: Some(false),
                    image_pull_secrets: pod::image_pull_secrets(workload),
                    node_selector: Some(pod::node_selector(group)),
                    tolerations: Some(pod::tolerations(&group.taints, &group.tolerations)),
                    security_context: Some(PodSecurityContext {
                        seccomp_profile: Some(SeccompProfile {
                            type_: "RuntimeDefault".to_owned(),
                            ..SeccompProfile::default()
                        }),
                        ..PodSecurityContext::default()
                    }),
                    containers: vec![container(permissions, group, storage, &directories)],
                    volumes: Some(vec![mounts::volume(mount)]),
                    ..PodSpec::default()
                }),
            },
            ..JobSpec::default()
        }),
        ..Job::default()
    };
    let path = storage.path.join("permissions");
    Some(scope.manifest(object, Places::new(path)))
}

/// Every group of the team, heads before workers, with its workload.
fn groups(team: &Team) -> impl Iterator<Item = (&Workload, &Group)> {
    team.workloads.iter().flat_map(|workload| {
        let workers = workload.workers.iter().map(|worker| &worker.group);
        std::iter::once(&workload.head).chain(workers).map(move |group| (&**workload, group))
    })
}

fn mounts_it(group: &Group, storage: &Storage) -> bool {
    group.mounts.iter().any(|mount| mount.storage == storage.name)
}

const MOUNTED: &str = "/storage";

/// Only directories that are mounted, not what is below them: a walk through a full file system takes hours.
fn container(permissions: &Permissions, group: &Group, storage: &Storage, directories: &BTreeSet<&str>) -> Container {
    let Permissions { uid, gid, mode } = permissions;
    let mut paths = vec![MOUNTED.to_owned()];
    paths.extend(directories.iter().map(|directory| format!("{MOUNTED}/{directory}")));
    let script = "mkdir -p \"$@\" && chown \"$OWNER\" \"$@\" && chmod \"$MODE\" \"$@\"";
    let mut args = vec![script.to_owned(), "permissions".to_owned()];
    args.extend(paths);
    let variable = |name: &str, value: String| k8s_openapi::api::core::v1::EnvVar {
        name: name.to_owned(),
        value: Some(value),
        ..Default::default()
    };
    let amounts = BTreeMap::from([
        ("cpu".to_owned(), Quantity("100m".to_owned())),
        ("memory".to_owned(), Quantity("128Mi".to_owned())),
    ]);
    Container {
        name: "permissions".to_owned(),
        image: Some(group.image.clone()),
        image_pull_policy: Some(group.pull_policy.as_str().to_owned()),
        command: Some(vec!["/bin/sh".to_owned(), "-ec".to_owned()]),
        args: Some(args),
        env: Some(vec![variable("MODE", mode.clone()), variable("OWNER", format!("{uid}:{gid}"))]),
        resources: Some(ResourceRequirements {
            limits: Some(amounts.clone()),
            requests: Some(amounts),
            ..ResourceRequirements::default()
        }),
        // Root, with no more than what changing owners takes: all of it is allowed by Pod Security baseline.
        security_context: Some(SecurityContext {
            allow_privilege_escalation: Some(false),
            capabilities: Some(Capabilities {
                add: Some(vec!["CHOWN".to_owned(), "DAC_OVERRIDE".to_owned(), "FOWNER".to_owned()]),
                drop: Some(vec!["ALL".to_owned()]),
            }),
            run_as_user: Some(0),
            run_as_non_root: Some(false),
            ..SecurityContext::default()
        }),
        volume_mounts: Some(vec![VolumeMount {
            name: storage.name.clone(),
            mount_path: MOUNTED.to_owned(),
            ..VolumeMount::default()
        }]),
        ..Container::default()
    }
}
