//! Volumes that a group spells out.

use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, EmptyDirVolumeSource, HostPathVolumeSource, KeyToPath, PersistentVolumeClaimVolumeSource,
    SecretVolumeSource, Volume, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::Places;
use super::pod::typed;
use crate::resolve::Group;
use crate::spec;

/// The volumes, in the order of the spec.
pub(super) fn of_group(group: &Group) -> impl Iterator<Item = Volume> {
    group.volumes.iter().map(volume)
}

/// A volume with every source that the spec names: that one is enough is for the schema to say.
fn volume(spec: &spec::Volume) -> Volume {
    let items = spec.items.as_ref().map(|items| {
        items
            .iter()
            .map(|(key, path)| KeyToPath { key: key.clone(), path: path.clone(), mode: None })
            .collect::<Vec<_>>()
    });
    let empty_dir = spec.empty_dir.clone().or_else(|| is_without_source(spec).then(spec::EmptyDir::default));
    Volume {
        name: spec.name.clone(),
        empty_dir: empty_dir.map(|source| EmptyDirVolumeSource {
            medium: source.medium.map(|medium| match medium {
                spec::Medium::Memory => "Memory".to_owned(),
            }),
            size_limit: source.size_limit.map(|size| Quantity(size.to_string())),
        }),
        config_map: spec.config_map.clone().map(|name| ConfigMapVolumeSource {
            name,
            items: items.clone(),
            default_mode: spec.mode,
            optional: None,
        }),
        secret: spec.secret.clone().map(|name| SecretVolumeSource {
            secret_name: Some(name),
            items: items.clone(),
            default_mode: spec.mode,
            optional: None,
        }),
        persistent_volume_claim: spec
            .claim
            .clone()
            .map(|claim_name| PersistentVolumeClaimVolumeSource { claim_name, read_only: None }),
        host_path: spec.host_path.clone().map(|path| HostPathVolumeSource { path, type_: None }),
        projected: typed(spec.projected.as_ref().map(|object| &object.0)),
        ..Volume::default()
    }
}

fn is_without_source(spec: &spec::Volume) -> bool {
    let named = [&spec.config_map, &spec.secret, &spec.claim, &spec.host_path];
    spec.projected.is_none() && named.iter().all(|source| source.is_none())
}

/// Where the Ray container sees them.
pub(super) fn mounts_of_group(group: &Group) -> impl Iterator<Item = VolumeMount> {
    group.volumes.iter().filter_map(|volume| {
        Some(VolumeMount {
            name: volume.name.clone(),
            mount_path: volume.path.clone()?,
            sub_path: volume.sub_path.clone(),
            read_only: volume.read_only.filter(|read_only| *read_only),
            ..VolumeMount::default()
        })
    })
}

/// Which volume of the spec made which of all the pod's volumes and of the Ray container's mounts. They are the last.
pub(super) fn add_places(places: &mut Places, spec: &str, group: &Group, volumes: &[Volume], mounts: &[VolumeMount]) {
    let path = group.path.join("volumes");
    let first = volumes.len() - group.volumes.len();
    let mut mount = mounts.len() - mounts_of_group(group).count();
    for (index, volume) in group.volumes.iter().enumerate() {
        let path = path.join(&index.to_string());
        let pointer = format!("{spec}/volumes/{}", first + index);
        for (source, key) in [
            ("emptyDir", "empty-dir"),
            ("configMap", "config-map"),
            ("secret", "secret"),
            ("persistentVolumeClaim", "claim"),
            ("hostPath", "host-path"),
            ("projected", "projected"),
        ] {
            places.add(format!("{pointer}/{source}"), path.join(key));
        }
        places.add(pointer, path.clone());
        if volume.path.is_some() {
            let pointer = format!("{spec}/containers/0/volumeMounts/{mount}");
            for (field, key) in [("mountPath", "path"), ("subPath", "sub-path"), ("readOnly", "read-only")] {
                places.add(format!("{pointer}/{field}"), path.join(key));
            }
            places.add(pointer, path);
            mount += 1;
        }
    }
}
