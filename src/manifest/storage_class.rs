//! StorageClass, for file systems that the FSx CSI driver creates.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{TopologySelectorLabelRequirement, TopologySelectorTerm};
use k8s_openapi::api::storage::v1::StorageClass;

use super::metadata::{Metadata, ZONE};
use super::persistent_volume::name;
use super::{Manifest, Places, Scope};
use crate::resolve::{Source, Storage};
use crate::spec;

/// The class of one file system: every claim of the class would get another one. The file system outlives its claim.
pub(super) fn of_storage(scope: &Scope<'_>, storage: &Storage) -> Option<Manifest> {
    let team = scope.team;
    let volume = storage.volume.as_ref()?;
    let Source::NewFileSystem { settings, tags } = &volume.source else { return None };
    let zone = |zone: &String| TopologySelectorTerm {
        match_label_expressions: Some(vec![TopologySelectorLabelRequirement {
            key: ZONE.to_owned(),
            values: vec![zone.clone()],
        }]),
    };
    let parameters = parameters(settings, tags);
    let mut places = Places::new(storage.path.clone());
    for (name, key, _) in &parameters {
        places.add(format!("/parameters/{name}"), storage.path.join(key));
    }
    places.add("/mountOptions", storage.path.join("mount-options"));
    places.add("/allowedTopologies", storage.path.join("zone"));
    let name = name(team, storage);
    let object = StorageClass {
        metadata: Metadata::of_cluster_scoped(Some(&team.name), &name, &team.labels, &team.annotations).into(),
        provisioner: "fsx.csi.aws.com".to_owned(),
        parameters: Some(parameters.into_iter().map(|(name, _, value)| (name.to_owned(), value)).collect()),
        reclaim_policy: Some("Retain".to_owned()),
        mount_options: Some(volume.mount_options.clone()).filter(|options| !options.is_empty()),
        // The file system's place is its subnet, not that of the first pod, and it takes minutes to come up.
        volume_binding_mode: Some("Immediate".to_owned()),
        // It can only grow.
        allow_volume_expansion: Some(true),
        allowed_topologies: storage.zone.as_ref().map(|name| vec![zone(name)]),
    };
    Some(scope.manifest(object, places))
}

/// The driver's parameters, the keys of the spec that made them, and their values, all of which are strings
/// (aws-fsx-csi-driver `pkg/driver/controller.go`, v1.9.0).
fn parameters(settings: &spec::Storage, tags: &BTreeMap<String, String>) -> Vec<(&'static str, &'static str, String)> {
    let number = |number: Option<i32>| number.map(|number| number.to_string());
    let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string());
    let tags: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let all = [
        ("subnetId", "subnet-id", settings.subnet_id.clone()),
        (
            "securityGroupIds",
            "security-group-ids",
            settings.security_group_ids.as_ref().map(|groups| groups.join(",")).filter(|groups| !groups.is_empty()),
        ),
        ("deploymentType", "deployment-type", settings.deployment_type.map(|kind| kind.as_str().to_owned())),
        ("storageType", "storage-type", settings.storage_type.map(|kind| kind.as_str().to_owned())),
        ("perUnitStorageThroughput", "per-unit-storage-throughput", number(settings.per_unit_storage_throughput)),
        ("driveCacheType", "drive-cache-type", settings.drive_cache_type.map(|kind| kind.as_str().to_owned())),
        ("fileSystemTypeVersion", "file-system-type-version", settings.file_system_type_version.clone()),
        (
            "dataCompressionType",
            "data-compression-type",
            settings.data_compression_type.map(|kind| kind.as_str().to_owned()),
        ),
        ("kmsKeyId", "kms-key-id", settings.kms_key_id.clone()),
        (
            "automaticBackupRetentionDays",
            "automatic-backup-retention-days",
            number(settings.automatic_backup_retention_days),
        ),
        (
            "dailyAutomaticBackupStartTime",
            "daily-automatic-backup-start-time",
            settings.daily_automatic_backup_start_time.clone(),
        ),
        ("copyTagsToBackups", "copy-tags-to-backups", flag(settings.copy_tags_to_backups)),
        ("weeklyMaintenanceStartTime", "weekly-maintenance-start-time", settings.weekly_maintenance_start_time.clone()),
        ("extraTags", "extra-tags", Some(tags.join(",")).filter(|tags| !tags.is_empty())),
        ("efaEnabled", "efa-enabled", flag(settings.efa_enabled)),
        (
            "metadataConfigurationMode",
            "metadata-configuration-mode",
            settings.metadata_configuration_mode.map(|mode| mode.as_str().to_owned()),
        ),
        ("metadataIops", "metadata-iops", number(settings.metadata_iops)),
        ("s3ImportPath", "s3-import-path", settings.s3_import_path.clone()),
        ("s3ExportPath", "s3-export-path", settings.s3_export_path.clone()),
        (
            "autoImportPolicy",
            "auto-import-policy",
            settings.auto_import_policy.map(|policy| policy.as_str().to_owned()),
        ),
    ];
    all.into_iter().filter_map(|(name, key, value)| Some((name, key, value?))).collect()
}
