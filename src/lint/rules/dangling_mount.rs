//! A mount without its volume.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "dangling-mount",
    group: Group::Pod,
    summary: "a container mounts a volume that its pod does not have",
    severity: Severity::Error,
    page: include_str!("dangling_mount.md"),
    check: Check::Pod(check),
};

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    let mut volumes = names(pod.get("/spec/volumes"));
    if pod.object.kind() == "StatefulSet" {
        let claims = pod.object.get("/spec/volumeClaimTemplates").and_then(Value::as_array);
        volumes.extend(claims.into_iter().flatten().filter_map(|claim| claim["metadata"]["name"].as_str()));
    }
    for (pointer, container) in pod.all_containers() {
        for list in ["volumeMounts", "volumeDevices"] {
            for (index, mount) in container[list].as_array().into_iter().flatten().enumerate() {
                let name = mount["name"].as_str().unwrap_or_default();
                if name.is_empty() || volumes.contains(&name) {
                    continue;
                }
                let container = container["name"].as_str().unwrap_or_default();
                let message = format!(
                    "container `{container}` of {} mounts volume `{name}`, which the pod does not have",
                    pod.what()
                );
                let help = match crate::diagnostic::did_you_mean(name, volumes.iter().copied()) {
                    Some(close) => format!("did you mean `{close}`?"),
                    None => format!("add a volume `{name}` to the pod's `volumes`, or take the mount out"),
                };
                findings.pod(pod, &format!("{pointer}/{list}/{index}"), message).add_help(help);
            }
        }
    }
}

fn names(volumes: Option<&Value>) -> Vec<&str> {
    let volumes = volumes.and_then(Value::as_array).into_iter().flatten();
    volumes.filter_map(|volume| volume["name"].as_str()).collect()
}
