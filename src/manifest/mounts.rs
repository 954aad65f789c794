//! What a group's pods mount of the team's storage.

use k8s_openapi::api::core::v1::{PersistentVolumeClaimVolumeSource, Volume, VolumeMount};

use super::Places;
use crate::resolve::{Group, Mount};

/// One volume per storage, however often it is mounted.
pub(super) fn volumes(group: &Group) -> Vec<Volume> {
    let mut volumes: Vec<Volume> = Vec::new();
    for mount in &group.mounts {
        if !volumes.iter().any(|volume| volume.name == mount.storage) {
            volumes.push(volume(mount));
        }
    }
    volumes
}

/// A volume of the storage's claim.
pub(super) fn volume(mount: &Mount) -> Volume {
    Volume {
        name: mount.storage.clone(),
        persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
            claim_name: mount.claim.clone(),
            read_only: None,
        }),
        ..Volume::default()
    }
}

/// The mounts of the Ray container.
pub(super) fn volume_mounts(group: &Group) -> Vec<VolumeMount> {
    let mount = |mount: &Mount| VolumeMount {
        name: mount.storage.clone(),
        mount_path: mount.path.clone(),
        sub_path: mount.sub_path.clone(),
        read_only: mount.read_only.then_some(true),
        ..VolumeMount::default()
    };
    group.mounts.iter().map(mount).collect()
}

/// Which mounts of the spec made which volumes and mounts of the pod; `spec` is the pod spec's pointer.
pub(super) fn add_places(
    places: &mut Places,
    spec: &str,
    group: &Group,
    volumes: &[Volume],
    volume_mounts: &[VolumeMount],
) {
    for mount in &group.mounts {
        if let Some(index) = volumes.iter().position(|volume| volume.name == mount.storage) {
            places.add(format!("{spec}/volumes/{index}"), mount.spec_path.clone());
        }
        let same = |each: &VolumeMount| each.name == mount.storage && each.mount_path == mount.path;
        if let Some(index) = volume_mounts.iter().rposition(same) {
            let pointer = format!("{spec}/containers/0/volumeMounts/{index}");
            places.add(format!("{pointer}/mountPath"), mount.spec_path.join("path"));
            places.add(format!("{pointer}/subPath"), mount.spec_path.join("sub-path"));
            places.add(pointer, mount.spec_path.clone());
        }
    }
}
