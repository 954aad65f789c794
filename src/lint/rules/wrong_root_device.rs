//! A disk at the wrong device.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::karpenter::{data_device, family, items};
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "wrong-root-device",
    group: Group::Karpenter,
    summary: "the disk is attached as a device that holds no images, or is not described",
    severity: Severity::Error,
    page: include_str!("wrong_root_device.md"),
    check: Check::Object(&["EC2NodeClass"], check),
};

const DEVICES: &str = "/spec/blockDeviceMappings";

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    let Some(devices) = class.get(DEVICES).and_then(Value::as_array).filter(|devices| !devices.is_empty()) else {
        return;
    };
    // Karpenter reads both without asking whether they are there (provider `pkg/providers/instancetype/types.go`,
    // ephemeralStorage, v1.14).
    for (index, mapping) in items(class, DEVICES) {
        let Some(field) = ["deviceName", "ebs"].into_iter().find(|field| mapping.get(field).is_none()) else {
            continue;
        };
        let message =
            format!("EC2NodeClass `{}` has a block device without `{field}`, on which Karpenter crashes", class.name());
        findings.object(class, &format!("{DEVICES}/{index}"), message).add_help("write both `deviceName` and `ebs`");
    }
    let family = family(class);
    let Some(expected) = data_device(&family) else { return };
    let named: Vec<&str> = devices.iter().filter_map(|mapping| mapping["deviceName"].as_str()).collect();
    if named.len() < devices.len() || named.contains(&expected) {
        return;
    }
    let message = format!(
        "EC2NodeClass `{}` describes `{}`, but `{family}` keeps images and pods at `{expected}`, which stays at its default size",
        class.name(),
        named.join("`, `")
    );
    findings.object(class, &format!("{DEVICES}/0"), message).add_help(format!("write `deviceName: {expected}`"));
}
