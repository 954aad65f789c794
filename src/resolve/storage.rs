//! The team's storage in one environment, and what of it pods mount.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::model::Environment;
use super::values::{SpecPath, Values};
use super::workload::Context;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::{Node, Table, Value};
use crate::spec::storage::{TABLE_KEYS, TeamStorage};
use crate::spec::{self, Permissions, Quantity, Storage as Spec, StorageKind};
use crate::workspace::TeamDocument;

/// Key of the taint that the FSx CSI driver takes off a node when it is ready.
pub const FSX_STARTUP_TAINT: &str = "fsx.csi.aws.com/agent-not-ready";

/// Something to mount.
#[derive(Clone, Debug)]
pub struct Storage {
    /// Its name in the spec, which is the name of the pods' volume too.
    pub name: String,
    /// Its place.
    pub path: SpecPath,
    /// The PersistentVolumeClaim.
    pub claim: String,
    /// What is behind the claim; `None` for a claim that exists.
    pub volume: Option<Volume>,
    /// The zone it is in, where the spec says so.
    pub zone: Option<String>,
    /// Who is to own the file system's root.
    pub permissions: Option<Permissions>,
}

impl Storage {
    /// Whether the FSx CSI driver mounts it.
    pub fn is_fsx(&self) -> bool {
        let source = self.volume.as_ref().map(|volume| &volume.source);
        matches!(source, Some(Source::FileSystem { .. } | Source::NewFileSystem { .. }))
    }

    /// Whether nobody may write.
    fn is_read_only(&self) -> bool {
        let source = self.volume.as_ref().map(|volume| &volume.source);
        matches!(source, Some(Source::Bucket { read_only: true, .. }))
    }
}

/// What is behind a claim.
#[derive(Clone, Debug)]
pub struct Volume {
    /// Capacity.
    pub size: Quantity,
    /// Options of the mount.
    pub mount_options: Vec<String>,
    /// Where the bytes are.
    pub source: Source,
}

/// Where the bytes of a volume are.
#[derive(Clone, Debug)]
pub enum Source {
    /// An FSx for Lustre file system that exists.
    FileSystem {
        /// Its id.
        id: String,
        /// Its DNS name.
        dns_name: String,
        /// Its mount name. Without it the driver mounts `fsx`, which only the oldest file systems are called.
        mount_name: Option<String>,
    },
    /// An FSx for Lustre file system that the driver creates.
    NewFileSystem {
        /// How.
        settings: Box<Spec>,
        /// Its tags.
        tags: BTreeMap<String, String>,
    },
    /// A bucket.
    Bucket {
        /// Its name.
        name: String,
        /// Whether nobody may write.
        read_only: bool,
    },
    /// A disk of a StorageClass, or of the cluster's default class.
    Disk {
        /// The class.
        class: Option<String>,
    },
}

/// A storage in the Ray container of a group.
#[derive(Clone, Debug)]
pub struct Mount {
    /// Its place.
    pub spec_path: SpecPath,
    /// The storage's name.
    pub storage: String,
    /// The storage's claim.
    pub claim: String,
    /// Where it is mounted.
    pub path: String,
    /// The directory that is mounted.
    pub sub_path: Option<String>,
    /// Whether the pods only read.
    pub read_only: bool,
}

/// Lets each storage stand where the team's file has it: the defaults of its type are merged first.
pub(super) fn place(merged: &mut Table, file: &Table) {
    let of_file = |name: &str| file.get("storage")?.child(name);
    let Some(Value::Table(storages)) = merged.get_mut("storage").map(|node| &mut node.value) else { return };
    for (name, node) in storages {
        if let Some(own) = of_file(name) {
            (node.span, node.key) = (own.span, own.key);
        }
    }
}

/// Resolves all storages that the team has in the environment.
pub(super) fn resolve(
    storages: Option<&IndexMap<String, TeamStorage>>,
    environment: &Environment,
    tags: &BTreeMap<String, String>,
    values: &Values,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Storage> {
    let here =
        |storage: &&TeamStorage| storage.0.environments.as_ref().is_none_or(|names| names.contains(&environment.name));
    let mut resolved = Vec::new();
    for (name, TeamStorage(spec)) in storages.into_iter().flatten().filter(|(_, storage)| here(storage)) {
        let path = SpecPath::new(["storage", name]);
        match of_spec(name, spec, &path, environment, tags) {
            Ok(storage) => {
                check_keys(name, spec.kind, &path, values, diagnostics);
                resolved.push(storage);
            }
            Err((problem, help)) => {
                let message = format!("storage `{name}` {problem} in environment `{}`", environment.name);
                diagnostics.push(Diagnostic::error("incomplete-storage", values.key_span(&path), message).help(help));
            }
        }
    }
    resolved
}

/// What a storage lacks, and what to write.
type Lack = (String, String);

fn of_spec(
    name: &str,
    spec: &Spec,
    path: &SpecPath,
    environment: &Environment,
    tags: &BTreeMap<String, String>,
) -> Result<Storage, Lack> {
    let lacks = |key: &str, help: &str| (format!("has no `{key}`"), help.to_owned());
    let kind =
        spec.kind.ok_or_else(|| lacks("type", "write `type = \"fsx-lustre\"`, `\"s3\"`, `\"ebs\"` or `\"claim\"`"))?;
    let size = || spec.size.clone().ok_or_else(|| lacks("size", "write how large it is, such as `size = \"2400Gi\"`"));
    let volume = match kind {
        StorageKind::FsxLustre => Some(Volume {
            size: size()?,
            mount_options: spec.mount_options.clone().unwrap_or_default(),
            source: file_system(name, spec, environment, tags)?,
        }),
        StorageKind::S3 => {
            let bucket = spec.bucket.clone().ok_or_else(|| lacks("bucket", "write the bucket's name"))?;
            Some(Volume {
                // A PersistentVolume must have a capacity; the driver ignores it.
                size: spec.size.clone().unwrap_or_else(|| "1Ti".into()),
                mount_options: bucket_options(spec, environment),
                source: Source::Bucket { name: bucket, read_only: spec.read_only.unwrap_or(false) },
            })
        }
        StorageKind::Ebs => Some(Volume {
            size: size()?,
            mount_options: Vec::new(),
            source: Source::Disk { class: spec.storage_class.clone() },
        }),
        StorageKind::Claim => None,
    };
    Ok(Storage {
        name: name.to_owned(),
        path: path.clone(),
        claim: spec.claim.clone().filter(|_| kind == StorageKind::Claim).unwrap_or_else(|| name.to_owned()),
        volume,
        zone: spec.zone.clone(),
        permissions: spec.permissions.clone(),
    })
}

fn file_system(
    name: &str,
    spec: &Spec,
    environment: &Environment,
    tags: &BTreeMap<String, String>,
) -> Result<Source, Lack> {
    let Some(id) = &spec.file_system_id else {
        let own = format!("write `file-system-id` under `[storage.{name}.{}]`", environment.name);
        if spec.mount_name.is_some() || spec.dns_name.is_some() {
            return Err(("has a `mount-name` or `dns-name`, but no `file-system-id`".to_owned(), own));
        }
        if spec.subnet_id.is_none() {
            let help = format!("{own}, or `subnet-id` there to create a file system");
            return Err(("has neither a `file-system-id` nor a `subnet-id`".to_owned(), help));
        }
        let mut tags = tags.clone();
        tags.extend(spec.extra_tags.clone().unwrap_or_default());
        return Ok(Source::NewFileSystem { settings: Box::new(spec.clone()), tags });
    };
    let region = &environment.spec.region;
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    Ok(Source::FileSystem {
        id: id.clone(),
        dns_name: spec.dns_name.clone().unwrap_or_else(|| format!("{id}.fsx.{region}.{suffix}")),
        mount_name: spec.mount_name.clone(),
    })
}

/// Options of Mountpoint. Without `allow-other` only the user that mounts, which is root, sees the files (mountpoint-s3
/// `doc/CONFIGURATION.md`), and the pods are none of root's.
fn bucket_options(spec: &Spec, environment: &Environment) -> Vec<String> {
    let region = spec.region.as_ref().unwrap_or(&environment.spec.region);
    let flag = |set: Option<bool>, option: &str| set.unwrap_or(false).then(|| option.to_owned());
    let mut options = Vec::new();
    options.extend(spec.prefix.as_ref().map(|prefix| format!("prefix {prefix}")));
    options.push(format!("region {region}"));
    options.extend(flag(spec.read_only, "read-only"));
    options.extend(flag(spec.allow_delete, "allow-delete"));
    options.extend(flag(spec.allow_overwrite, "allow-overwrite"));
    options.push("allow-other".to_owned());
    options.extend(spec.uid.map(|uid| format!("uid={uid}")));
    options.extend(spec.gid.map(|gid| format!("gid={gid}")));
    options.extend(spec.mount_options.clone().unwrap_or_default());
    options
}

/// Keys that the storage's type does not have would do nothing.
fn check_keys(
    name: &str,
    kind: Option<StorageKind>,
    path: &SpecPath,
    values: &Values,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(kind) = kind else { return };
    let keys = values.root.nearest(path.keys()).table().into_iter().flatten();
    for (key, node) in keys.filter(|(key, _)| !Spec::has_key(kind, key)) {
        let message = format!("storage `{name}` has `{key}`, which means nothing for type `{}`", kind.as_str());
        diagnostics.push(
            Diagnostic::error("foreign-storage-key", node.key, message)
                .help(format!("take `{key}` out, or change the `type`")),
        );
    }
}

impl Context<'_> {
    /// The mounts of the workload or group at `path`; those of storages that the team does not have are reported.
    pub(super) fn mounts(
        &self,
        mounts: Option<&Vec<spec::Mount>>,
        path: &SpecPath,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Mount> {
        let (known, environment) = (self.team_spec.storage.as_ref(), &self.environment.name);
        let path = path.join("mounts");
        let mut resolved = Vec::new();
        for (index, mount) in mounts.into_iter().flatten().enumerate() {
            let spec_path = path.join(&index.to_string());
            let Some(storage) = self.storages.iter().find(|storage| storage.name == mount.storage) else {
                let elsewhere = known.and_then(|known| known.get(&mount.storage));
                // What is incomplete is reported already.
                if elsewhere.is_some_and(|storage| storage.0.environments.is_none()) {
                    continue;
                }
                let name = &mount.storage;
                let (message, help) = if elsewhere.is_some() {
                    let message =
                        format!("storage `{name}` is mounted, but the team has none in environment `{environment}`");
                    (message, format!("add `{environment}` to the `environments` of `[storage.{name}]`"))
                } else {
                    let names = known.into_iter().flat_map(IndexMap::keys).map(String::as_str);
                    let help = match did_you_mean(name, names) {
                        Some(close) => format!("did you mean `{close}`?"),
                        None => format!("describe it under `[storage.{name}]`"),
                    };
                    (format!("the team has no storage `{name}`"), help)
                };
                let span = self.values.span(&spec_path.join("storage"));
                diagnostics.push(Diagnostic::error("dangling-storage", span, message).help(help));
                continue;
            };
            resolved.push(Mount {
                spec_path,
                storage: storage.name.clone(),
                claim: storage.claim.clone(),
                path: mount.path.clone(),
                sub_path: mount.sub_path.clone().filter(|path| !path.is_empty()),
                read_only: mount.read_only || storage.is_read_only(),
            });
        }
        resolved
    }
}

/// A group's mounts: those of the workload, and its own. Of two at one path its own stays.
pub(super) fn combine(workload: &[Mount], own: Vec<Mount>) -> Vec<Mount> {
    let at = |path: &str| path.trim_end_matches('/').to_owned();
    let taken: BTreeSet<String> = own.iter().map(|mount| at(&mount.path)).collect();
    let mut mounts: Vec<Mount> = workload.iter().filter(|mount| !taken.contains(&at(&mount.path))).cloned().collect();
    mounts.extend(own);
    mounts
}

/// Storages that no workload of the environment mounts.
pub(super) fn check_use(
    storages: &[Storage],
    mounted: &BTreeSet<String>,
    environment: &str,
    values: &Values,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for storage in storages.iter().filter(|storage| !mounted.contains(&storage.name)) {
        let message = format!("no workload mounts storage `{}` in environment `{environment}`", storage.name);
        diagnostics.push(Diagnostic::warning("unmounted-storage", values.key_span(&storage.path), message).help(
            format!(
                "mount it with `mounts = [{{ storage = \"{}\", path = \"…\" }}]`, or leave `{environment}` out of its `environments`",
                storage.name
            ),
        ));
    }
}

/// The storages that a workload mounts anywhere.
pub(super) fn mounted(spec: &spec::Workload) -> impl Iterator<Item = &str> {
    let head = spec.head.iter().flat_map(|head| &head.0.mounts);
    let workers = spec.workers.iter().flatten().flat_map(|(_, group)| &group.0.mounts);
    spec.mounts.iter().chain(head).chain(workers).flatten().map(|mount| mount.storage.as_str())
}

/// Environments that a team's storages name must exist.
pub(super) fn check_environments<T>(
    document: &TeamDocument,
    environments: &IndexMap<String, T>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let root = &document.document.root;
    let overrides = root.child("override").and_then(Node::table).into_iter().flatten().map(|(_, node)| node);
    let tables = std::iter::once(root).chain(overrides).filter_map(|node| node.child("storage")?.table());
    for (name, storage) in tables.flatten() {
        let Some(table) = storage.table() else { continue };
        let of_tables = table
            .iter()
            .filter(|(key, node)| node.table().is_some() && !TABLE_KEYS.contains(&key.as_str()))
            .map(|(key, node)| (key.as_str(), node.key));
        let listed = table.get("environments").into_iter().flat_map(Node::items);
        let listed = listed.filter_map(|node| Some((node.string()?, node.span)));
        for (environment, span) in of_tables.chain(listed).filter(|(key, _)| !environments.contains_key(*key)) {
            let message = format!("storage `{name}` names `{environment}`, but the platform has no such environment");
            let known = || environments.keys().map(String::as_str);
            let help = match did_you_mean(environment, known().chain(TABLE_KEYS)) {
                Some(close) => format!("did you mean `{close}`?"),
                None => {
                    format!(
                        "the platform has {}",
                        known().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                    )
                }
            };
            diagnostics.push(Diagnostic::error("unknown-environment", span, message).help(help));
        }
    }
}
