//! Two ports with one number.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::{Check, Findings, Group, Pod, Rule};

pub(super) static RULE: Rule = Rule {
    name: "duplicate-port",
    group: Group::Pod,
    summary: "two ports of a pod have the same number",
    severity: Severity::Error,
    page: include_str!("duplicate_port.md"),
    check: Check::Pod(check),
};

fn check(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    host_ports(pod, findings);
    if pod.role == "head" {
        service_ports(pod, findings);
    }
}

/// A node has each port once (`checkHostPortConflicts`).
fn host_ports(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    let mut seen: Vec<(u64, &str, &str)> = Vec::new();
    for (pointer, container) in pod.all_containers().filter(|(pointer, _)| pointer.starts_with("/spec/containers")) {
        for (index, port) in container["ports"].as_array().into_iter().flatten().enumerate() {
            let Some(number) = port["hostPort"].as_u64().filter(|number| *number != 0) else { continue };
            let identity =
                (number, port["protocol"].as_str().unwrap_or("TCP"), port["hostIP"].as_str().unwrap_or_default());
            if seen.contains(&identity) {
                let message = format!("two ports of {} take the host's port {number}", pod.what());
                findings
                    .pod(pod, &format!("{pointer}/ports/{index}"), message)
                    .add_help("take one of the `hostPort`s out; Ray needs none");
            }
            seen.push(identity);
        }
    }
}

/// KubeRay makes the head's Service from the Ray container's ports, all TCP, and adds 8080 as `metrics` where no port
/// has that name (`common/service.go`, BuildServiceForHeadPod).
fn service_ports(pod: &Pod<'_>, findings: &mut Findings<'_>) {
    let ports = pod.get("/spec/containers/0/ports").and_then(Value::as_array);
    let ports: &[Value] = ports.map_or(&[], Vec::as_slice);
    let mut seen: Vec<(u64, &str)> = Vec::new();
    if !ports.is_empty() && ports.iter().all(|port| port["name"] != "metrics") {
        seen.push((8080, "metrics"));
    }
    for (index, port) in ports.iter().enumerate() {
        let Some(number) = port["containerPort"].as_u64() else { continue };
        let name = port["name"].as_str().unwrap_or("without a name");
        match seen.iter().find(|(other, _)| *other == number) {
            Some((_, first)) if *first != name => {
                let message = format!("ports `{first}` and `{name}` of the head are both {number}");
                findings
                    .pod(pod, &format!("/spec/containers/0/ports/{index}"), message)
                    .add_help("the head's Service takes each number once: take one of the two out");
            }
            _ => seen.push((number, name)),
        }
    }
}
