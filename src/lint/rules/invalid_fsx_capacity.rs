//! Capacities that FSx for Lustre does not offer.

use crate::diagnostic::Severity;
use crate::lint::quantity::{amount, shown};
use crate::lint::storage::{deployment_type, is_fsx_class, parameter};
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "invalid-fsx-capacity",
    group: Group::Storage,
    summary: "a claim asks for a capacity that FSx for Lustre does not offer",
    severity: Severity::Warning,
    page: include_str!("invalid_fsx_capacity.md"),
    check: Check::Everything(check),
};

const GIB: f64 = 1_073_741_824.0;

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for claim in subject.claims().all() {
        let Some(class) = claim.class().filter(|class| is_fsx_class(class)) else { continue };
        let Some(request) = claim.object.get("/spec/resources/requests/storage") else { continue };
        let Some(gib) = amount(request).map(|bytes| (bytes / GIB).ceil()) else { continue };
        let made = offered(class, gib);
        if gib < made {
            let message = format!(
                "claim `{}` asks for {}, but a `{}` file system of at least that size has {made}Gi",
                claim.object.name(),
                shown(request),
                deployment_type(class)
            );
            findings
                .object(claim.object, "/spec/resources/requests/storage", message)
                .add_help(format!("write {made}Gi: the driver creates and AWS bills that much"));
        }
    }
}

/// The next capacity in GiB that the type offers (aws-fsx-csi-driver `pkg/util/util.go`).
fn offered(class: &Object<'_>, gib: f64) -> f64 {
    let up = |step: f64| (gib / step).ceil().max(1.0) * step;
    match (parameter(class, "storageType"), parameter(class, "perUnitStorageThroughput")) {
        ("HDD", "12") => up(6000.0),
        ("HDD", "40") => up(1800.0),
        _ if deployment_type(class) == "SCRATCH_1" => up(if gib < 3600.0 { 1200.0 } else { 3600.0 }),
        _ if gib <= 1200.0 => 1200.0,
        _ => up(2400.0),
    }
}
