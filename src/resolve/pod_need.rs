//! How much of a node a pod takes, with what runs before and beside the Ray container.

use crate::spec::group::Object;
use crate::spec::{Group, Quantity};

/// CPUs and memory.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Amounts {
    /// CPUs.
    pub(super) cpus: f64,
    /// Bytes of memory.
    pub(super) bytes: f64,
}

impl Amounts {
    fn and(self, other: Self) -> Self {
        Self { cpus: self.cpus + other.cpus, bytes: self.bytes + other.bytes }
    }

    fn or(self, other: Self) -> Self {
        Self { cpus: self.cpus.max(other.cpus), bytes: self.bytes.max(other.bytes) }
    }
}

/// What the scheduler counts: the containers together, or an init container with the restarted ones before it, if that
/// is more (Kubernetes `component-helpers/resource/helpers.go`, PodRequests).
pub(super) fn of_pod(ray: Amounts, spec: &Group) -> Amounts {
    let (mut restarted, mut most) = (Amounts::default(), Amounts::default());
    for container in spec.init_containers.iter().flatten() {
        let own = of_container(container).and(restarted);
        if container.0.get("restartPolicy").is_some_and(|policy| policy == "Always") {
            restarted = own;
        }
        most = most.or(own);
    }
    let sidecars = spec.sidecars.iter().flatten().map(of_container);
    most.or(sidecars.fold(ray.and(restarted), Amounts::and))
}

/// Requests, which are the limits where there are none.
fn of_container(container: &Object) -> Amounts {
    let amount = |name: &str| {
        let resources = container.0.get("resources")?;
        let written = ["requests", "limits"].into_iter().find_map(|list| resources.get(list)?.get(name))?;
        written.as_f64().or_else(|| Quantity::from(written.as_str()?).value())
    };
    Amounts { cpus: amount("cpu").unwrap_or(0.0), bytes: amount("memory").unwrap_or(0.0) }
}
