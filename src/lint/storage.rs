//! Claims that pods mount, and what is behind them.

use std::collections::BTreeMap;

use super::karpenter::{items, texts};
use super::{Object, Pod, Subject};
use crate::json::Value;

/// The FSx for Lustre CSI driver.
pub(super) const FSX: &str = "fsx.csi.aws.com";
/// The Mountpoint for Amazon S3 CSI driver.
pub(super) const S3: &str = "s3.csi.aws.com";
/// The label of nodes that names their availability zone.
pub(super) const ZONE: &str = "topology.kubernetes.io/zone";

/// Claims by environment, namespace and name, and the objects that they are bound to.
#[derive(Debug)]
pub(super) struct Claims<'a> {
    by_name: BTreeMap<(&'a str, &'a str, &'a str), Object<'a>>,
    volumes: BTreeMap<(&'a str, &'a str), Object<'a>>,
    classes: BTreeMap<(&'a str, &'a str), Object<'a>>,
}

/// A claim, and what is known of the storage behind it.
#[derive(Clone, Copy)]
pub(super) struct Claim<'s, 'a> {
    pub(super) object: &'s Object<'a>,
    volume: Option<&'s Object<'a>>,
    class: Option<&'s Object<'a>>,
}

impl<'a> Claims<'a> {
    /// All claims of a run.
    pub(super) fn of(subject: &Subject<'a>) -> Self {
        let scoped = |kind: &'static str| {
            subject.of_kind(kind).map(|object| ((object.environment_name, object.name()), *object)).collect()
        };
        let claims = subject.of_kind("PersistentVolumeClaim");
        Self {
            by_name: claims.map(|claim| ((claim.environment_name, claim.namespace(), claim.name()), *claim)).collect(),
            volumes: scoped("PersistentVolume"),
            classes: scoped("StorageClass"),
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = Claim<'_, 'a>> {
        self.by_name.values().map(|claim| self.resolve(claim))
    }

    /// The claim of a pod.
    pub(super) fn get(&self, pod: &Pod<'a>, name: &'a str) -> Option<Claim<'_, 'a>> {
        let claim = self.by_name.get(&(pod.object.environment_name, pod.object.namespace(), name))?;
        Some(self.resolve(claim))
    }

    fn resolve<'s>(&'s self, claim: &'s Object<'a>) -> Claim<'s, 'a> {
        let named = |pointer: &str| (claim.environment_name, claim.text(pointer));
        Claim {
            object: claim,
            volume: self.volumes.get(&named("/spec/volumeName")),
            class: self.classes.get(&named("/spec/storageClassName")),
        }
    }
}

impl<'a> Claim<'_, 'a> {
    /// The CSI driver, where it is known.
    pub(super) fn driver(&self) -> Option<&'a str> {
        let driver = match (self.volume, self.class) {
            (Some(volume), _) => volume.text("/spec/csi/driver"),
            (None, Some(class)) => class.text("/provisioner"),
            (None, None) => return None,
        };
        Some(driver).filter(|driver| !driver.is_empty())
    }

    /// The class that makes its volume, where it is known.
    pub(super) fn class(&self) -> Option<&Object<'a>> {
        self.class
    }

    /// The zones whose nodes can mount it; `None` where nothing says.
    pub(super) fn zones(&self) -> Option<Vec<&'a str>> {
        if let Some(volume) = self.volume {
            let terms = items(volume, "/spec/nodeAffinity/required/nodeSelectorTerms");
            return zones_of(terms.flat_map(|(_, term)| expressions(term, "matchExpressions")));
        }
        let terms = items(self.class?, "/allowedTopologies");
        zones_of(terms.flat_map(|(_, term)| expressions(term, "matchLabelExpressions")))
    }
}

fn expressions<'a>(term: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    term[key].as_array().into_iter().flatten()
}

/// The zones of expressions that name some.
fn zones_of<'a>(expressions: impl Iterator<Item = &'a Value>) -> Option<Vec<&'a str>> {
    let named = expressions.filter(|each| each["key"] == ZONE && each["operator"].as_str().is_none_or(|is| is == "In"));
    let zones: Vec<&str> = named.flat_map(|each| texts(&each["values"])).collect();
    Some(zones).filter(|zones| !zones.is_empty())
}

/// The claims that a pod's volumes name: the volume's index and name, and the claim's name.
pub(super) fn claimed<'a>(pod: &Pod<'a>) -> impl Iterator<Item = (usize, &'a str, &'a str)> {
    let volumes = pod.get("/spec/volumes").and_then(Value::as_array).into_iter().flatten().enumerate();
    volumes.filter_map(|(index, volume)| {
        let claim = volume["persistentVolumeClaim"]["claimName"].as_str()?;
        Some((index, volume["name"].as_str().unwrap_or_default(), claim))
    })
}

/// Whether the object is a StorageClass that makes FSx for Lustre file systems.
pub(super) fn is_fsx_class(class: &Object<'_>) -> bool {
    class.text("/provisioner") == FSX
}

/// A parameter of a StorageClass; empty where there is none.
pub(super) fn parameter<'a>(class: &Object<'a>, name: &str) -> &'a str {
    class.text(&format!("/parameters/{name}"))
}

/// The deployment type of a StorageClass, or the driver's own default (aws-fsx-csi-driver `pkg/cloud/cloud.go`).
pub(super) fn deployment_type<'a>(class: &Object<'a>) -> &'a str {
    match parameter(class, "deploymentType") {
        "" => "SCRATCH_1",
        given => given,
    }
}

/// Whether the deployment type keeps its data when a server fails.
pub(super) fn is_persistent(class: &Object<'_>) -> bool {
    deployment_type(class).starts_with("PERSISTENT")
}
