//! PersistentVolume, for file systems and buckets that exist.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    CSIPersistentVolumeSource, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, ObjectReference,
    PersistentVolume, PersistentVolumeSpec, VolumeNodeAffinity,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::metadata::{Metadata, ZONE};
use super::{Manifest, Places, Scope};
use crate::resolve::{Source, Storage, Team, Volume};

/// The name of a storage's cluster-scoped objects.
pub(super) fn name(team: &Team, storage: &Storage) -> String {
    format!("{}-{}", team.name, storage.name)
}

/// How the pods may use a volume. FSx knows no read-only mode for many nodes (aws-fsx-csi-driver
/// `pkg/driver/controller.go`).
pub(super) fn access_mode(volume: &Volume) -> &'static str {
    match volume.source {
        Source::FileSystem { .. } | Source::NewFileSystem { .. } | Source::Bucket { read_only: false, .. } => {
            "ReadWriteMany"
        }
        Source::Bucket { read_only: true, .. } => "ReadOnlyMany",
        Source::Disk { .. } => "ReadWriteOnce",
    }
}

/// The volume of a storage that exists already. It is kept for this claim alone, and kept when the claim goes.
pub(super) fn of_storage(scope: &Scope<'_>, storage: &Storage) -> Option<Manifest> {
    let team = scope.team;
    let volume = storage.volume.as_ref()?;
    let name = name(team, storage);
    let csi = csi(&name, &volume.source)?;
    let object = PersistentVolume {
        metadata: Metadata::of_cluster_scoped(Some(&team.name), &name, &team.labels, &team.annotations).into(),
        spec: Some(PersistentVolumeSpec {
            capacity: Some(BTreeMap::from([("storage".to_owned(), Quantity(volume.size.to_string()))])),
            access_modes: Some(vec![access_mode(volume).to_owned()]),
            persistent_volume_reclaim_policy: Some("Retain".to_owned()),
            storage_class_name: Some(String::new()),
            mount_options: Some(volume.mount_options.clone()).filter(|options| !options.is_empty()),
            claim_ref: Some(ObjectReference {
                api_version: Some("v1".to_owned()),
                kind: Some("PersistentVolumeClaim".to_owned()),
                namespace: Some(team.namespace.clone()),
                name: Some(storage.claim.clone()),
                ..ObjectReference::default()
            }),
            csi: Some(csi),
            node_affinity: storage.zone.as_deref().map(affinity),
            ..PersistentVolumeSpec::default()
        }),
        ..PersistentVolume::default()
    };
    let path = &storage.path;
    let mut places = Places::new(path.clone());
    for (pointer, key) in [
        ("/spec/capacity", "size"),
        ("/spec/mountOptions", "mount-options"),
        ("/spec/nodeAffinity", "zone"),
        ("/spec/csi/volumeHandle", "file-system-id"),
        ("/spec/csi/volumeAttributes/dnsname", "dns-name"),
        ("/spec/csi/volumeAttributes/mountname", "mount-name"),
        ("/spec/csi/volumeAttributes/bucketName", "bucket"),
    ] {
        places.add(pointer, path.join(key));
    }
    Some(scope.manifest(object, places))
}

/// The driver's part. A bucket's handle must differ from all others of the cluster, so it is the volume's name
/// (mountpoint-s3-csi-driver, static provisioning example).
fn csi(name: &str, source: &Source) -> Option<CSIPersistentVolumeSource> {
    let (driver, handle, attributes) = match source {
        Source::FileSystem { id, dns_name, mount_name } => {
            let mut attributes = BTreeMap::from([("dnsname".to_owned(), dns_name.clone())]);
            attributes.extend(mount_name.clone().map(|name| ("mountname".to_owned(), name)));
            ("fsx.csi.aws.com", id.clone(), attributes)
        }
        Source::Bucket { name: bucket, .. } => {
            ("s3.csi.aws.com", name.to_owned(), BTreeMap::from([("bucketName".to_owned(), bucket.clone())]))
        }
        Source::NewFileSystem { .. } | Source::Disk { .. } => return None,
    };
    Some(CSIPersistentVolumeSource {
        driver: driver.to_owned(),
        volume_handle: handle,
        volume_attributes: Some(attributes),
        ..CSIPersistentVolumeSource::default()
    })
}

/// Nodes of one zone. Scheduler and Karpenter both follow it, on shared pools too (Karpenter
/// `pkg/controllers/provisioning/scheduling/volumetopology.go`).
fn affinity(zone: &str) -> VolumeNodeAffinity {
    VolumeNodeAffinity {
        required: Some(NodeSelector {
            node_selector_terms: vec![NodeSelectorTerm {
                match_expressions: Some(vec![NodeSelectorRequirement {
                    key: ZONE.to_owned(),
                    operator: "In".to_owned(),
                    values: Some(vec![zone.to_owned()]),
                }]),
                ..NodeSelectorTerm::default()
            }],
        }),
    }
}
