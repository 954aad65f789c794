//! Storage that pods mount: file systems, buckets, disks and claims that exist.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::scalar::Quantity;

/// A volume of the team, in one environment.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Storage {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Option<StorageKind>,
    /// The team's environments that have this storage; all of them when not set.
    pub environments: Option<Vec<String>>,
    /// Capacity (`spec.capacity.storage` of the PersistentVolume, `spec.resources.requests.storage` of the claim). For
    /// S3, which has none, any will do.
    #[schemars(example = "2400Gi")]
    pub size: Option<Quantity>,
    /// Options of the mount (`mountOptions`), instead of the defaults. For S3 they are added to what the keys below say.
    #[schemars(example = ["flock"])]
    pub mount_options: Option<Vec<String>>,
    /// The availability zone it is in. Pools whose pods mount it launch nodes there (`nodeAffinity` of the
    /// PersistentVolume, `allowedTopologies` of the StorageClass, `topology.kubernetes.io/zone` of the NodePools).
    #[schemars(example = "us-west-2a")]
    pub zone: Option<String>,
    /// FSx: a Job that gives the root of the file system, and the sub-paths that are mounted, to an owner. A new file
    /// system belongs to root, and `fsGroup` has no effect on it.
    pub permissions: Option<Permissions>,

    /// FSx: a file system that exists (`csi.volumeHandle`). Without it one is created as the keys below say.
    #[schemars(example = "fs-0123456789abcdef0", regex(pattern = "^fs-[0-9a-f]{8,40}$"))]
    pub file_system_id: Option<String>,
    /// FSx: the existing file system's mount name (`csi.volumeAttributes.mountname`).
    #[schemars(example = &"abcdefgh")]
    pub mount_name: Option<String>,
    /// FSx: the existing file system's DNS name (`csi.volumeAttributes.dnsname`); made of id and region when not set.
    pub dns_name: Option<String>,

    /// FSx: the subnet of a new file system (`parameters.subnetId` of the StorageClass).
    #[schemars(example = "subnet-0123456789abcdef0")]
    pub subnet_id: Option<String>,
    /// FSx: security groups of a new file system (`parameters.securityGroupIds`). They admit TCP 988 and 1018 to 1023.
    #[schemars(example = ["sg-0123456789abcdef0"])]
    pub security_group_ids: Option<Vec<String>>,
    /// FSx: durability and speed of a new file system (`parameters.deploymentType`).
    pub deployment_type: Option<DeploymentType>,
    /// FSx: disks of a new file system (`parameters.storageType`); `HDD` only with `PERSISTENT_1`.
    pub storage_type: Option<DiskType>,
    /// FSx: MB/s per TiB of a new file system (`parameters.perUnitStorageThroughput`). `PERSISTENT_1` takes 50, 100 or
    /// 200 with SSD and 12 or 40 with HDD; `PERSISTENT_2` takes 125, 250, 500 or 1000.
    #[schemars(example = 250)]
    pub per_unit_storage_throughput: Option<i32>,
    /// FSx: cache in front of HDD (`parameters.driveCacheType`).
    pub drive_cache_type: Option<DriveCache>,
    /// FSx: Lustre's version (`parameters.fileSystemTypeVersion`).
    #[schemars(example = "2.15", regex(pattern = r"^[0-9]+\.[0-9]+$"))]
    pub file_system_type_version: Option<String>,
    /// FSx: compression (`parameters.dataCompressionType`).
    pub data_compression_type: Option<Compression>,
    /// FSx: KMS key of a new file system (`parameters.kmsKeyId`).
    pub kms_key_id: Option<String>,
    /// FSx: how many days automatic backups are kept (`parameters.automaticBackupRetentionDays`); persistent types only.
    #[schemars(range(min = 0, max = 90))]
    pub automatic_backup_retention_days: Option<i32>,
    /// FSx: when the daily backup starts, UTC (`parameters.dailyAutomaticBackupStartTime`).
    #[schemars(example = "03:00", regex(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$"))]
    pub daily_automatic_backup_start_time: Option<String>,
    /// FSx: whether backups carry the file system's tags (`parameters.copyTagsToBackups`).
    pub copy_tags_to_backups: Option<bool>,
    /// FSx: when the weekly maintenance starts, weekday (1 is Monday) and UTC (`parameters.weeklyMaintenanceStartTime`).
    #[schemars(example = "7:04:00", regex(pattern = "^[1-7]:([01][0-9]|2[0-3]):[0-5][0-9]$"))]
    pub weekly_maintenance_start_time: Option<String>,
    /// FSx: tags of a new file system beside the environment's, team and cost center (`parameters.extraTags`).
    pub extra_tags: Option<BTreeMap<String, String>>,
    /// FSx: Elastic Fabric Adapter (`parameters.efaEnabled`); `PERSISTENT_2` with a metadata configuration only.
    pub efa_enabled: Option<bool>,
    /// FSx: how metadata IOPS are chosen (`parameters.metadataConfigurationMode`); `PERSISTENT_2` only.
    pub metadata_configuration_mode: Option<MetadataMode>,
    /// FSx: metadata IOPS (`parameters.metadataIops`), with `USER_PROVISIONED`.
    #[schemars(range(min = 1))]
    pub metadata_iops: Option<i32>,
    /// FSx: bucket and prefix that a new file system shows (`parameters.s3ImportPath`).
    #[schemars(example = "s3://acme-datasets/images", regex(pattern = "^s3://[^/]+(/.*)?$"))]
    pub s3_import_path: Option<String>,
    /// FSx: where a new file system exports to, in the bucket that it imports from (`parameters.s3ExportPath`).
    #[schemars(example = "s3://acme-datasets/export", regex(pattern = "^s3://[^/]+(/.*)?$"))]
    pub s3_export_path: Option<String>,
    /// FSx: which later changes of the bucket are imported (`parameters.autoImportPolicy`).
    pub auto_import_policy: Option<AutoImport>,

    /// S3: the bucket (`csi.volumeAttributes.bucketName`).
    #[schemars(example = "acme-datasets")]
    pub bucket: Option<String>,
    /// S3: the part of the bucket to mount (mount option `prefix`).
    #[schemars(example = "images/", regex(pattern = "^[^/].*/$"))]
    pub prefix: Option<String>,
    /// S3: the bucket's region (mount option `region`); the environment's when not set.
    pub region: Option<String>,
    /// S3: whether nobody may write (mount option `read-only`).
    pub read_only: Option<bool>,
    /// S3: whether files may be deleted (mount option `allow-delete`).
    pub allow_delete: Option<bool>,
    /// S3: whether files may be overwritten (mount option `allow-overwrite`).
    pub allow_overwrite: Option<bool>,
    /// S3: the user that owns the files (mount option `uid`).
    #[schemars(range(min = 0))]
    pub uid: Option<i32>,
    /// S3: the group that owns the files (mount option `gid`).
    #[schemars(range(min = 0))]
    pub gid: Option<i32>,

    /// EBS: the StorageClass (`spec.storageClassName` of the claim); the cluster's default class when not set.
    #[schemars(example = &"gp3")]
    pub storage_class: Option<String>,

    /// An existing PersistentVolumeClaim in the team's namespace; the storage's name when not set.
    pub claim: Option<String>,
}

/// Keys of a storage whose value is a table; every other table in it belongs to the environment of that name.
pub const TABLE_KEYS: [&str; 2] = ["permissions", "extra-tags"];

/// Keys that every type has.
const COMMON_KEYS: [&str; 2] = ["type", "environments"];

impl Storage {
    /// Whether the type has the key.
    pub fn has_key(kind: StorageKind, key: &str) -> bool {
        let own: &[&str] = match kind {
            StorageKind::FsxLustre => {
                return !["bucket", "prefix", "region", "read-only", "allow-delete", "allow-overwrite", "uid", "gid"]
                    .contains(&key)
                    && !["storage-class", "claim"].contains(&key);
            }
            StorageKind::S3 => &[
                "size",
                "mount-options",
                "bucket",
                "prefix",
                "region",
                "read-only",
                "allow-delete",
                "allow-overwrite",
                "uid",
                "gid",
            ],
            StorageKind::Ebs => &["size", "storage-class"],
            StorageKind::Claim => &["claim", "zone"],
        };
        own.contains(&key) || COMMON_KEYS.contains(&key)
    }
}

/// A team's storage: the keys for all environments, and a table per environment for what differs there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct TeamStorage(pub Storage);

view! {
    /// What differs in one environment.
    EnvironmentStorage of Storage, "What differs in the environment of this name, such as ids.",
    |key| !["type", "environments"].contains(&key.as_str())
}

impl JsonSchema for TeamStorage {
    fn schema_name() -> Cow<'static, str> {
        "Storage".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let environment = generator.subschema_for::<EnvironmentStorage>();
        let mut schema = Storage::json_schema(generator);
        schema.insert(
            "description".into(),
            "Storage that pods mount with `mounts`. A table with the name of an environment holds what differs there."
                .into(),
        );
        schema.insert("additionalProperties".into(), environment.to_value());
        schema
    }
}

view! {
    /// Defaults of FSx for Lustre.
    FsxDefaults of Storage, "Keys of FSx for Lustre storage that teams need not write themselves.",
    |key| !["type", "environments", "file-system-id", "mount-name", "dns-name"].contains(&key.as_str())
        && Storage::has_key(StorageKind::FsxLustre, key)
}
view! {
    /// Defaults of S3.
    S3Defaults of Storage, "Keys of S3 storage that teams need not write themselves.",
    |key| !["type", "environments", "bucket", "prefix"].contains(&key.as_str()) && Storage::has_key(StorageKind::S3, key)
}
view! {
    /// Defaults of EBS.
    EbsDefaults of Storage, "Keys of EBS storage that teams need not write themselves.",
    |key| !["type", "environments"].contains(&key.as_str()) && Storage::has_key(StorageKind::Ebs, key)
}

/// Defaults of storage, by type.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct StorageDefaults {
    /// For FSx for Lustre.
    pub fsx_lustre: Option<FsxDefaults>,
    /// For S3.
    pub s3: Option<S3Defaults>,
    /// For EBS.
    pub ebs: Option<EbsDefaults>,
}

/// Types of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StorageKind {
    /// Amazon FSx for Lustre: a shared file system (`fsx.csi.aws.com`).
    FsxLustre,
    /// A bucket as a file system, by Mountpoint for Amazon S3 (`s3.csi.aws.com`).
    S3,
    /// A disk that one pod mounts (`ebs.csi.aws.com`).
    Ebs,
    /// A PersistentVolumeClaim that exists.
    Claim,
}

impl StorageKind {
    /// As the spec has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FsxLustre => "fsx-lustre",
            Self::S3 => "s3",
            Self::Ebs => "ebs",
            Self::Claim => "claim",
        }
    }
}

/// The owner and mode of a file system's root.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Permissions {
    /// User; 1000 in Ray's images.
    #[schemars(range(min = 0))]
    pub uid: i32,
    /// Group; 100 in Ray's images.
    #[schemars(range(min = 0))]
    pub gid: i32,
    /// Mode in octal.
    #[serde(default = "group_writable")]
    #[schemars(example = "0775", regex(pattern = "^[0-7]{3,4}$"))]
    pub mode: String,
}

fn group_writable() -> String {
    "0775".to_owned()
}

/// A storage in the file system of the Ray containers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mount {
    /// One of the team's storages (`volumes[].persistentVolumeClaim`).
    pub storage: String,
    /// Where it is mounted (`volumeMounts[].mountPath`).
    #[schemars(example = "/fsx", regex(pattern = "^/[^:]*$"))]
    pub path: String,
    /// The directory of the storage that is mounted (`volumeMounts[].subPath`); all of it when not set.
    #[schemars(example = &"export")]
    pub sub_path: Option<String>,
    /// Whether the pods only read (`volumeMounts[].readOnly`).
    #[serde(default)]
    pub read_only: bool,
}

macro_rules! aws_words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
        #[expect(missing_docs, reason = "the words are those of the FSx API")]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant),*
        }

        impl $name {
            /// As the FSx API writes it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),*
                }
            }
        }
    )*};
}

aws_words! {
    /// Deployment types of FSx for Lustre.
    DeploymentType {
        Scratch1 = "SCRATCH_1",
        Scratch2 = "SCRATCH_2",
        Persistent1 = "PERSISTENT_1",
        Persistent2 = "PERSISTENT_2",
    }
    /// Disks of FSx for Lustre.
    DiskType { Ssd = "SSD", Hdd = "HDD" }
    /// Caches of FSx for Lustre.
    DriveCache { None = "NONE", Read = "READ" }
    /// Compression of FSx for Lustre.
    Compression { None = "NONE", Lz4 = "LZ4" }
    /// Metadata configuration of FSx for Lustre.
    MetadataMode { Automatic = "AUTOMATIC", UserProvisioned = "USER_PROVISIONED" }
    /// What FSx for Lustre imports from its bucket by itself.
    AutoImport {
        None = "NONE",
        New = "NEW",
        NewChanged = "NEW_CHANGED",
        NewChangedDeleted = "NEW_CHANGED_DELETED",
    }
}
