//! A disk too small for Ray's images.

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::karpenter::{data_device, family, items, set};
use crate::lint::{Check, Findings, Group, Object, Rule};
use crate::spec::Quantity;

pub(super) static RULE: Rule = Rule {
    name: "small-root-volume",
    group: Group::Karpenter,
    summary: "the disk for images and spilled objects is smaller than Ray needs",
    severity: Severity::Warning,
    page: include_str!("small_root_volume.md"),
    check: Check::Object(&["EC2NodeClass"], check),
};

const DEVICES: &str = "/spec/blockDeviceMappings";
const GIB: f64 = 1_073_741_824.0;
/// Images of Ray with CUDA take some 20 GiB unpacked, twice that while pulled; the rest is for logs and spilled objects.
const LEAST: f64 = 50.0;

fn check(class: &Object<'_>, findings: &mut Findings<'_>) {
    // With RAID0 images and pods live on the local disks.
    let Some(device) = data_device(&family(class)).filter(|_| class.get("/spec/instanceStorePolicy").is_none()) else {
        return;
    };
    let of_data = |(_, mapping): &(usize, &Value)| mapping["rootVolume"] == true || mapping["deviceName"] == device;
    let (pointer, size) = match items(class, DEVICES).find(of_data) {
        Some((index, mapping)) => {
            let Some(size) = mapping["ebs"]["volumeSize"].as_str() else { return };
            (format!("{DEVICES}/{index}/ebs/volumeSize"), size)
        }
        None if class.get(DEVICES).is_none() => (DEVICES.to_owned(), "20Gi"),
        None => return,
    };
    if Quantity::from(size).value().is_none_or(|bytes| bytes >= LEAST * GIB) {
        return;
    }
    let message = format!("EC2NodeClass `{}` has a disk of {size} for images, logs and spilled objects", class.name());
    let diagnostic = findings
        .object(class, &pointer, message)
        .add_help(format!("write at least {LEAST}Gi; raygen's default is 200Gi"));
    if let Some(fix) = set(class, &pointer, "\"200Gi\"") {
        diagnostic.add_fix(fix);
    }
}
