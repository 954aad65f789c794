//! What Kubernetes does when volumes, claims and classes change: little of them may, and what may touches data.

use super::table::{Case, Row, added, replaced, rows};
use crate::json::Value;
use crate::spec::Quantity;

const VALIDATION: &str = "Kubernetes apis/core/validation/validation.go";
const CLASS_VALIDATION: &str = "Kubernetes apis/storage/validation/validation.go, ValidateStorageClassUpdate";

/// A PersistentVolume.
pub const VOLUME: &[Row] = rows! {
    "spec.persistentVolumeReclaimPolicy" if is_deleted_later => Data
        "when its claim is deleted, the volume's data go with it"
        ["Kubernetes volume/persistentvolume/pv_controller.go, reclaimVolume"];
    "spec.persistentVolumeReclaimPolicy" => Live
        "counts when the claim is deleted"
        [VALIDATION];
    "spec.{csi,nfs,hostPath,local,awsElasticBlockStore,volumeMode}.**" => Rejected
        "the source of a volume is immutable: delete volume and claim first, the file system itself stays"
        ["Kubernetes apis/core/validation/validation.go, ValidatePersistentVolumeUpdate"];
    "spec.nodeAffinity" if added => Live
        "counts for pods that are scheduled from now on"
        [VALIDATION];
    "spec.nodeAffinity.**" => Rejected
        "a volume's node affinity is immutable once it is set"
        ["Kubernetes apis/core/validation/validation.go, ValidatePersistentVolumeUpdate"];
    "spec.claimRef.**" => Data
        "the volume is given to another claim: pods of the old one lose it"
        [VALIDATION];
    "spec.mountOptions.**" => Pending
        "pods that are running keep their mount"
        [VALIDATION];
    "**" => Live
        "the object alone changes, not what is mounted"
        [VALIDATION];
};

/// A PersistentVolumeClaim.
pub const CLAIM: &[Row] = rows! {
    "spec.resources.requests.storage" if shrinks => Rejected
        "a claim cannot shrink"
        ["Kubernetes apis/core/validation/validation.go, ValidatePersistentVolumeClaimUpdate"];
    "spec.resources.requests.storage" if has_no_class => Rejected
        "only claims of a StorageClass that allows it can grow, and this one has none"
        ["Kubernetes admission plugin PersistentVolumeClaimResize"];
    "spec.resources.requests.storage" => Live
        "the volume grows in place, if its StorageClass allows it"
        ["Kubernetes admission plugin PersistentVolumeClaimResize"];
    "spec.volumeAttributesClassName" => Live
        "the volume is modified in place"
        [VALIDATION];
    "spec.**" => Rejected
        "a claim's spec is immutable: delete the claim first, and mind what its reclaim policy does to the data"
        ["Kubernetes apis/core/validation/validation.go, ValidatePersistentVolumeClaimUpdate"];
    "**" => Live
        "the object alone changes, not what is mounted"
        [VALIDATION];
};

/// A StorageClass.
pub const CLASS: &[Row] = rows! {
    "{parameters,provisioner,reclaimPolicy,volumeBindingMode}.**" => Rejected
        "the field is immutable: a class with other values needs another name, and existing volumes keep theirs"
        [CLASS_VALIDATION];
    "{mountOptions,allowedTopologies}.**" => Ignored
        "volumes that exist keep theirs; it counts for new ones"
        [CLASS_VALIDATION];
    "**" => Live
        "counts for what is asked of the class from now on"
        [CLASS_VALIDATION];
};

fn is_deleted_later(case: &Case<'_>) -> bool {
    case.change.edit.after().is_some_and(|policy| policy == "Delete")
}

fn shrinks(case: &Case<'_>) -> bool {
    let amount = |value: Option<&Value>| value.and_then(Value::as_str).and_then(|text| Quantity::from(text).value());
    replaced(case) && amount(case.change.edit.after()) < amount(case.change.edit.before())
}

/// A claim with an empty class is bound to a volume that somebody made by hand.
fn has_no_class(case: &Case<'_>) -> bool {
    case.new.pointer("/spec/storageClassName").is_none_or(|class| class == "")
}
