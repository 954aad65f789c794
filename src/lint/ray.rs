//! What several rules ask of Ray clusters: images, amounts, environment variables, feature gates.

use semver::Version;

use super::Object;
use crate::diagnostic::Fix;
use crate::json::Value;
use crate::spec::Quantity;

/// Whether a field stands there with any value but null, which the API server drops.
pub(super) fn is_set(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_null())
}

/// A quantity, written as text or as a number.
pub(super) fn amount(value: Option<&Value>) -> Option<f64> {
    match value? {
        Value::String(text) => Quantity::from(text.as_str()).value(),
        Value::Number(number) => number.as_f64(),
        _ => None,
    }
}

/// An image without registry defaults: the repository, the tag and whether a digest pins it.
pub(super) struct Image<'a> {
    pub(super) repository: &'a str,
    pub(super) tag: Option<&'a str>,
    pub(super) pinned: bool,
}

impl<'a> Image<'a> {
    /// Splits an image reference; a colon before the last slash belongs to the registry's port.
    pub(super) fn parse(text: &'a str) -> Self {
        let (name, pinned) = text.split_once('@').map_or((text, false), |(name, _)| (name, true));
        let last = name.rfind('/').map_or(0, |slash| slash + 1);
        match name[last..].rfind(':') {
            Some(colon) => {
                let colon = last + colon;
                Self { repository: &name[..colon], tag: Some(&name[colon + 1..]), pinned }
            }
            None => Self { repository: name, tag: None, pinned },
        }
    }

    /// Ray's version by the tag, for Ray's own images and mirrors of them: `rayproject/ray:2.52.0-py311-gpu`.
    pub(super) fn ray_version(&self) -> Option<Version> {
        const OWN: [&str; 3] = ["rayproject/ray", "rayproject/ray-ml", "rayproject/ray-llm"];
        let own = |name: &&str| {
            self.repository.strip_suffix(*name).is_some_and(|registry| registry.is_empty() || registry.ends_with('/'))
        };
        OWN.iter().find(|name| own(name))?;
        let mut parts = self.tag?.split(['.', '-']);
        let mut number = || parts.next()?.parse::<u64>().ok();
        let (major, minor) = (number()?, number()?);
        // Release candidates are tagged 2.52.0rc1.
        let patch = parts.next()?;
        let digits = patch.find(|c: char| !c.is_ascii_digit()).unwrap_or(patch.len());
        Some(Version::new(major, minor, patch[..digits].parse().ok()?))
    }
}

/// The image of a group's Ray container.
pub(super) fn image(group: &Value) -> Option<Image<'_>> {
    group.pointer("/template/spec/containers/0/image")?.as_str().filter(|text| !text.is_empty()).map(Image::parse)
}

/// The position of an environment variable in a list of them.
pub(super) fn env_position(variables: Option<&Value>, name: &str) -> Option<usize> {
    variables?.as_array()?.iter().position(|variable| variable["name"] == name)
}

/// The pointer, below a group, of an environment variable of its Ray container.
pub(super) fn env_pointer(group: &Value, name: &str) -> Option<String> {
    const ENV: &str = "/template/spec/containers/0/env";
    env_position(group.pointer(ENV), name).map(|index| format!("{ENV}/{index}"))
}

/// Whether a feature gate of the operator is on: by the environment, else by the release's default
/// (KubeRay `pkg/features/features.go`, v1.7.0).
pub(super) fn gate(object: &Object<'_>, name: &str) -> bool {
    let set = object.environment.and_then(|environment| environment.kuberay.feature_gates.get(name));
    set.copied().unwrap_or_else(|| {
        let kuberay = &object.releases.kuberay;
        match name {
            "RayJobDeletionPolicy" | "RayMultiHostIndexing" => *kuberay >= Version::new(1, 6, 0),
            "RayServiceIncrementalUpgrade" => *kuberay >= Version::new(1, 7, 0),
            _ => false,
        }
    })
}

/// The edit that takes out the key of the spec that made the part at `pointer`, if one key made exactly that.
pub(super) fn remove_fix(object: &Object<'_>, pointer: &str, key: &str) -> Option<Fix> {
    let manifest = object.manifest()?;
    let keys: Vec<String> = manifest.place(pointer).keys().map(str::to_owned).collect();
    let exact = keys.last().is_some_and(|last| last == key) && !keys.iter().any(|each| each == "patch");
    exact.then_some(Fix::Remove { team: manifest.team.clone()?, keys })
}

/// The edit that sets a key of the spec beside or below what made the part at `pointer`.
pub(super) fn set_fix(object: &Object<'_>, pointer: &str, below: &[&str], value: &str) -> Option<Fix> {
    let manifest = object.manifest()?;
    let keys: Vec<String> = manifest.place(pointer).keys().chain(below.iter().copied()).map(str::to_owned).collect();
    let patched = keys.iter().any(|each| each == "patch");
    (!patched).then_some(Fix::Set { team: manifest.team.clone()?, keys, value: value.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_an_image_of_ray_says_its_version() {
        let version = |text| Image::parse(text).ray_version().map(|version| version.to_string());
        assert_eq!(version("rayproject/ray:2.52.0-py311-gpu").as_deref(), Some("2.52.0"));
        assert_eq!(version("docker.io/rayproject/ray-ml:2.9.3").as_deref(), Some("2.9.3"));
        assert_eq!(version("registry:5000/rayproject/ray:2.52.1rc0").as_deref(), Some("2.52.1"));
        for unknown in ["rayproject/ray:nightly", "acme/ray:2.52.0", "myrayproject/ray:2.52.0", "rayproject/ray", ""] {
            assert_eq!(version(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_port_is_no_tag_and_a_digest_pins() {
        assert_eq!(Image::parse("registry:5000/acme/ray").tag, None);
        assert_eq!(Image::parse("registry:5000/acme/ray:1").tag, Some("1"));
        assert!(Image::parse("acme/ray@sha256:0123").pinned);
    }
}
