//! Containers that run before and beside the Ray container.

use k8s_openapi::DeepMerge;
use k8s_openapi::api::core::v1::Container;

use super::Places;
use super::pod::{restricted, typed};
use crate::json::{Map, Value};
use crate::resolve::Group;

/// Init containers, with the Ray image unless they name another.
pub(super) fn before(group: &Group) -> Option<Vec<Container>> {
    let of_ray = || Container {
        image: Some(group.image.clone()),
        image_pull_policy: Some(group.pull_policy.as_str().to_owned()),
        ..Container::default()
    };
    let containers = group.init_containers.iter().map(|partial| {
        let own_image = partial.contains_key("image");
        built(group, if own_image { Container::default() } else { of_ray() }, partial)
    });
    Some(containers.collect()).filter(|containers: &Vec<_>| !containers.is_empty())
}

/// Sidecars: they go after the Ray container, for KubeRay starts Ray in the first one (`common/pod.go`).
pub(super) fn beside(group: &Group) -> impl Iterator<Item = Container> {
    group.sidecars.iter().map(|partial| built(group, Container::default(), partial))
}

/// With the security context that Pod Security restricted asks for, where the container says nothing else.
fn built(group: &Group, base: Container, partial: &Map) -> Container {
    let mut container = Container { security_context: Some(restricted()), ..base };
    // One that fits no Container is reported by the checks; a stand-in keeps what follows in its place.
    let name = partial.get("name").and_then(Value::as_str).unwrap_or("unreadable");
    let stand_in = || Container { name: name.to_owned(), image: Some(group.image.clone()), ..Container::default() };
    container.merge_from(typed(Some(partial)).unwrap_or_else(stand_in));
    container
}

/// Which containers of the spec made which of the pod.
pub(super) fn add_places(places: &mut Places, spec: &str, group: &Group) {
    for (list, first, key, containers) in [
        ("initContainers", 0, "init-containers", &group.init_containers),
        ("containers", 1, "sidecars", &group.sidecars),
    ] {
        for index in 0..containers.len() {
            let pointer = format!("{spec}/{list}/{}", first + index);
            places.add(pointer, group.path.join(key).join(&index.to_string()));
        }
    }
}
