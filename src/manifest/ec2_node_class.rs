//! EC2NodeClass (`karpenter.k8s.aws/v1`).

use std::collections::BTreeMap;

use serde::Serialize;

use super::metadata::Metadata;
use super::{Manifest, Places, Scope, to_value};
use crate::json::Map;
use crate::resolve::{Environment, NodePool, SharedPool, SpecPath};
use crate::spec::node_pool::InstanceStore;
use crate::spec::{SelectorTerm, VolumeType};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ec2NodeClass {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    ami_selector_terms: [AmiTerm; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_profile: Option<String>,
    subnet_selector_terms: Vec<SelectorTerm>,
    security_group_selector_terms: Vec<SelectorTerm>,
    block_device_mappings: Vec<BlockDevice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_store_policy: Option<InstanceStore>,
    metadata_options: MetadataOptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    kubelet: Option<Map>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data: Option<String>,
    tags: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct AmiTerm {
    alias: String,
}

/// `deviceName` and `ebs` are always written: Karpenter reads both without asking whether they are there
/// (`instancetype/types.go`, ephemeralStorage).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockDevice {
    device_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    root_volume: Option<bool>,
    ebs: Ebs,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ebs {
    volume_size: String,
    volume_type: VolumeType,
    #[serde(skip_serializing_if = "Option::is_none")]
    iops: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    throughput: Option<i64>,
    encrypted: bool,
    #[serde(rename = "kmsKeyID", skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    #[serde(rename = "snapshotID", skip_serializing_if = "Option::is_none")]
    snapshot_id: Option<String>,
    delete_on_termination: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the fields' own names")]
struct MetadataOptions {
    http_endpoint: &'static str,
    #[serde(rename = "httpProtocolIPv6")]
    http_protocol_ipv6: &'static str,
    http_put_response_hop_limit: i64,
    http_tokens: &'static str,
}

/// The team's class, for all pools that set nothing of their own. `None` where no pool needs it.
pub(super) fn of_team(scope: &Scope<'_>) -> Option<Manifest> {
    let groups = scope.team.workloads.iter().flat_map(|workload| {
        std::iter::once(&workload.head).chain(workload.workers.iter().map(|worker| &worker.group))
    });
    let pool = groups.filter_map(|group| group.own_pool.as_ref()).find(|pool| !pool.own_class)?;
    let team = scope.team;
    let metadata = Metadata::of_cluster_scoped(Some(&team.name), &pool.class, &team.labels, &team.annotations);
    let mut places = Places::new(SpecPath::default());
    places.add("/spec/tags", SpecPath::new(["cost-center"]));
    Some(scope.manifest(object(metadata, &team.environment, pool), places))
}

/// A pool's own class.
pub(super) fn of_pool(scope: &Scope<'_>, pool: &NodePool) -> Manifest {
    let metadata = Metadata::of_cluster_scoped(Some(&scope.team.name), &pool.class, &pool.labels, &pool.annotations);
    scope.manifest(object(metadata, &scope.team.environment, pool), places(pool))
}

/// A shared pool's class.
pub(super) fn of_shared(shared: &SharedPool) -> Manifest {
    let pool = &shared.pool;
    let metadata = Metadata::of_cluster_scoped(None, &pool.class, &pool.labels, &pool.annotations);
    Manifest {
        environment: shared.environment.clone(),
        team: None,
        workload: None,
        object: to_value(object(metadata, &shared.environment, pool)),
        values: shared.values.clone(),
        places: places(pool),
    }
}

fn object(metadata: Metadata, environment: &Environment, pool: &NodePool) -> Ec2NodeClass {
    let settings = &pool.settings;
    let alias = settings.ami.clone().unwrap_or_else(|| environment.spec.ami.clone());
    let discovered = || {
        let tags = [("karpenter.sh/discovery".to_owned(), environment.discovery().to_owned())].into();
        vec![SelectorTerm { tags, id: None, name: None }]
    };
    let role = settings
        .role
        .clone()
        .or_else(|| settings.instance_profile.is_none().then(|| environment.spec.node_role.clone()));
    Ec2NodeClass {
        api_version: "karpenter.k8s.aws/v1",
        kind: "EC2NodeClass",
        metadata,
        spec: Spec {
            block_device_mappings: block_devices(&alias, pool),
            ami_selector_terms: [AmiTerm { alias }],
            role,
            instance_profile: settings.instance_profile.clone(),
            subnet_selector_terms: settings.subnets.clone().unwrap_or_else(discovered),
            security_group_selector_terms: settings.security_groups.clone().unwrap_or_else(discovered),
            instance_store_policy: settings.instance_store,
            metadata_options: MetadataOptions {
                http_endpoint: "enabled",
                http_protocol_ipv6: "disabled",
                http_put_response_hop_limit: settings.imds_hop_limit.unwrap_or(1),
                http_tokens: "required",
            },
            kubelet: settings.kubelet.clone().map(|kubelet| kubelet.0),
            user_data: settings.user_data.clone(),
            tags: pool.tags.clone(),
        },
    }
}

/// The disk that holds images and pods. Mappings replace Karpenter's defaults whole, and Bottlerocket keeps its system
/// on a disk apart: 4Gi at xvda, data at xvdb (Karpenter `amifamily/bottlerocket.go`, DefaultBlockDeviceMappings).
fn block_devices(alias: &str, pool: &NodePool) -> Vec<BlockDevice> {
    let disk = pool.settings.disk.clone().unwrap_or_default();
    let volume_type = disk.volume_type.unwrap_or(VolumeType::Gp3);
    let data = Ebs {
        volume_size: disk.size.map_or_else(|| "200Gi".to_owned(), |size| size.to_string()),
        volume_type,
        iops: disk.iops,
        throughput: disk.throughput,
        encrypted: true,
        kms_key_id: disk.kms_key_id.clone(),
        snapshot_id: disk.snapshot_id,
        delete_on_termination: true,
    };
    if !alias.starts_with("bottlerocket") {
        return vec![BlockDevice { device_name: "/dev/xvda", root_volume: Some(true), ebs: data }];
    }
    let system = Ebs {
        volume_size: "4Gi".to_owned(),
        volume_type: VolumeType::Gp3,
        iops: None,
        throughput: None,
        encrypted: true,
        kms_key_id: disk.kms_key_id,
        snapshot_id: None,
        delete_on_termination: true,
    };
    vec![
        BlockDevice { device_name: "/dev/xvda", root_volume: None, ebs: system },
        BlockDevice { device_name: "/dev/xvdb", root_volume: None, ebs: data },
    ]
}

fn places(pool: &NodePool) -> Places {
    let settings = pool.path.join("node-pool");
    let mut places = Places::new(pool.path.clone());
    for (pointer, key) in [
        ("/spec/amiSelectorTerms", "ami"),
        ("/spec/role", "role"),
        ("/spec/instanceProfile", "instance-profile"),
        ("/spec/subnetSelectorTerms", "subnets"),
        ("/spec/securityGroupSelectorTerms", "security-groups"),
        ("/spec/blockDeviceMappings", "disk"),
        ("/spec/instanceStorePolicy", "instance-store"),
        ("/spec/metadataOptions", "imds-hop-limit"),
        ("/spec/kubelet", "kubelet"),
        ("/spec/userData", "user-data"),
        ("/spec/tags", "tags"),
    ] {
        places.add(pointer, settings.join(key));
    }
    // The system disk of Bottlerocket comes first and has a fixed size.
    for index in 0..2 {
        let disk = settings.join("disk");
        places.add(format!("/spec/blockDeviceMappings/{index}/ebs/volumeSize"), disk.join("size"));
    }
    places
}
