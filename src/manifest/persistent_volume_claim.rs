//! PersistentVolumeClaim, in the team's namespace.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{PersistentVolumeClaim, PersistentVolumeClaimSpec, VolumeResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::metadata::Metadata;
use super::persistent_volume::{access_mode, name};
use super::{Manifest, Places, Scope};
use crate::resolve::{Source, Storage};

/// The claim that pods name; none where it exists already.
pub(super) fn of_storage(scope: &Scope<'_>, storage: &Storage) -> Option<Manifest> {
    let team = scope.team;
    let volume = storage.volume.as_ref()?;
    // An empty class keeps the cluster's default class from making a volume instead.
    let (class, bound) = match &volume.source {
        Source::FileSystem { .. } | Source::Bucket { .. } => (Some(String::new()), Some(name(team, storage))),
        Source::NewFileSystem { .. } => (Some(name(team, storage)), None),
        Source::Disk { class } => (class.clone(), None),
    };
    let object = PersistentVolumeClaim {
        metadata: Metadata::of_team(team, storage.claim.clone()).into(),
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(vec![access_mode(volume).to_owned()]),
            resources: Some(VolumeResourceRequirements {
                requests: Some(BTreeMap::from([("storage".to_owned(), Quantity(volume.size.to_string()))])),
                ..VolumeResourceRequirements::default()
            }),
            storage_class_name: class,
            volume_name: bound,
            ..PersistentVolumeClaimSpec::default()
        }),
        ..PersistentVolumeClaim::default()
    };
    let mut places = Places::new(storage.path.clone());
    places.add("/spec/resources", storage.path.join("size"));
    places.add("/spec/storageClassName", storage.path.join("storage-class"));
    Some(scope.manifest(object, places))
}
