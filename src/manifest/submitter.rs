//! The pods that run `ray job submit`.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, EnvVar, LocalObjectReference, PodSpec, ResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::Places;
use super::pod::{self, PodTemplate};
use crate::resolve::{SpecPath, Submitter};

/// KubeRay's own name for the container (`utils/constant.go`, SubmitterContainerName).
const CONTAINER: &str = "ray-job-submitter";

/// The container; KubeRay fills in the command of a RayJob's.
pub(super) fn container(submitter: &Submitter) -> Container {
    let amount = |amount: &crate::spec::Quantity| Quantity(amount.to_string());
    let amounts =
        BTreeMap::from([("cpu".to_owned(), amount(&submitter.cpu)), ("memory".to_owned(), amount(&submitter.memory))]);
    let env: Vec<EnvVar> = submitter.env.iter().map(|(name, value)| super::env::variable(name, value)).collect();
    Container {
        name: CONTAINER.to_owned(),
        image: Some(submitter.image.clone()),
        image_pull_policy: Some(submitter.pull_policy.as_str().to_owned()),
        env: Some(env).filter(|variables| !variables.is_empty()),
        resources: Some(ResourceRequirements {
            requests: Some(amounts.clone()),
            limits: Some(amounts),
            ..ResourceRequirements::default()
        }),
        security_context: Some(pod::restricted()),
        ..Container::default()
    }
}

/// The pod. It calls no API server, so it gets no token; IRSA projects one of its own.
pub(super) fn template(submitter: &Submitter, labels: BTreeMap<String, String>, container: Container) -> PodTemplate {
    let secrets = submitter.image_pull_secrets.iter().map(|name| LocalObjectReference { name: name.clone() });
    let secrets: Vec<LocalObjectReference> = secrets.collect();
    let spec = PodSpec {
        service_account_name: Some(submitter.service_account.clone()),
        automount_service_account_token: Some(false),
        image_pull_secrets: Some(secrets).filter(|secrets| !secrets.is_empty()),
        // A Job takes no other but `OnFailure`, which hides the log of the attempt before.
        restart_policy: Some("Never".to_owned()),
        security_context: Some(pod::restricted_pod()),
        node_selector: Some(submitter.node_selector.clone()),
        tolerations: Some(pod::tolerations(&submitter.taints, &submitter.tolerations)),
        containers: vec![container],
        ..PodSpec::default()
    };
    PodTemplate::new(labels, spec)
}

/// Which keys of the spec made which part of the template at `pointer`.
pub(super) fn add_places(places: &mut Places, pointer: &str, path: &SpecPath) {
    let spec = format!("{pointer}/spec");
    let container = format!("{spec}/containers/0");
    places.add(pointer, path.clone());
    places.add(format!("{spec}/nodeSelector"), path.join("node-selector"));
    places.add(format!("{spec}/tolerations"), path.join("tolerations"));
    places.add(format!("{container}/image"), path.join("image"));
    places.add(format!("{container}/env"), path.join("env"));
    for list in ["requests", "limits"] {
        for resource in ["cpu", "memory"] {
            places.add(format!("{container}/resources/{list}/{resource}"), path.join(resource));
        }
    }
}
