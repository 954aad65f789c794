//! Reads the catalogue's text.
//!
//! A family's line holds name, architecture, CPU manufacturer, clock speed in MHz, hypervisor and whether traffic is
//! encrypted, then what its GPUs or accelerators are. An indented line per size holds vCPUs, MiB, pods, EBS and network
//! bandwidth in Mbit/s, NVMe in GB and price in US dollars, `-` where there is none, then what only some sizes have.

use std::borrow::Cow;
use std::iter;
use std::str::SplitAsciiWhitespace;

use super::{Accelerator, Gpu, InstanceType, Price};
use crate::spec::Arch;

/// What all sizes of a family have in common.
struct Family {
    name: &'static str,
    arch: Arch,
    cpu_manufacturer: &'static str,
    cpu_mhz: u32,
    hypervisor: &'static str,
    encrypts_transit: bool,
    gpu: Option<Gpu>,
    accelerator: Option<Accelerator>,
}

/// A test holds the text to this form.
const FORM: &str = "the catalogue has its form";

/// The types, sorted by name.
pub(super) fn parse(text: &'static str) -> Vec<InstanceType> {
    let mut family = None;
    let mut types = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match (line.strip_prefix(' '), &family) {
            (Some(line), Some(family)) => types.push(size(family, line)),
            _ => family = Some(self::family(line)),
        }
    }
    types.sort_unstable_by(|a: &InstanceType, b| a.name.cmp(&b.name));
    types
}

fn family(line: &'static str) -> Family {
    let mut words = line.split_ascii_whitespace();
    let mut family = Family {
        name: next(&mut words),
        arch: if next(&mut words) == "arm64" { Arch::Arm64 } else { Arch::Amd64 },
        cpu_manufacturer: next(&mut words),
        cpu_mhz: number(next(&mut words)).unwrap_or(0),
        hypervisor: next(&mut words),
        encrypts_transit: next(&mut words) == "encrypted",
        gpu: None,
        accelerator: None,
    };
    for word in words {
        let (what, value) = word.split_once('=').expect(FORM);
        let mut parts = value.split('/');
        let mut part = || Cow::Borrowed(parts.next().expect(FORM));
        if what == "gpu" {
            family.gpu =
                Some(Gpu { manufacturer: part(), name: part(), count: 0, memory_mib: number(&part()).expect(FORM) });
        } else {
            family.accelerator = Some(Accelerator { manufacturer: part(), name: part(), count: 0, cores: 0 });
        }
    }
    family
}

fn size(family: &Family, line: &'static str) -> InstanceType {
    let mut words = line.split_ascii_whitespace();
    let name = next(&mut words);
    let mut each = InstanceType {
        name: [family.name, ".", name].concat(),
        arch: family.arch,
        cpus: number(next(&mut words)).expect(FORM),
        memory_mib: number(next(&mut words)).expect(FORM),
        pods: number(next(&mut words)).expect(FORM),
        ebs_mbps: number(next(&mut words)),
        network_mbps: number(next(&mut words)),
        nvme_gb: number(next(&mut words)),
        price: dollars(next(&mut words)).map(|micros| Price { micros, own: false }),
        gpu: family.gpu.clone(),
        accelerator: family.accelerator.clone(),
        efa: 0,
        // Karpenter's label is empty on bare metal.
        hypervisor: Cow::Borrowed(if name.starts_with("metal") { "" } else { family.hypervisor }),
        cpu_manufacturer: Cow::Borrowed(family.cpu_manufacturer),
        cpu_mhz: family.cpu_mhz,
        encrypts_transit: family.encrypts_transit,
    };
    for word in words {
        let (what, value) = word.split_once('=').expect(FORM);
        let of = |value: &str| number::<u32>(value).expect(FORM);
        match (what, each.gpu.as_mut(), each.accelerator.as_mut()) {
            ("gpu", Some(gpu), _) => gpu.count = of(value),
            ("gpu-mib", Some(gpu), _) => gpu.memory_mib = number(value).expect(FORM),
            ("accelerator", _, Some(accelerator)) => {
                let (count, cores) = value.split_once('/').expect(FORM);
                (accelerator.count, accelerator.cores) = (of(count), of(cores));
            }
            ("efa", ..) => each.efa = of(value),
            ("mhz", ..) => each.cpu_mhz = of(value),
            _ => unreachable!("{FORM}"),
        }
    }
    each
}

fn next(words: &mut SplitAsciiWhitespace<'static>) -> &'static str {
    words.next().expect(FORM)
}

/// `None` for `-`.
fn number<T: std::str::FromStr>(word: &str) -> Option<T> {
    word.parse().ok()
}

/// Millionths; a price has at most six places.
fn dollars(word: &str) -> Option<u64> {
    let (whole, fraction) = word.split_once('.').unwrap_or((word, ""));
    let whole: u64 = whole.parse().ok()?;
    let places = fraction.bytes().chain(iter::repeat(b'0')).take(6);
    Some(places.fold(whole, |micros, digit| micros * 10 + u64::from(digit - b'0')))
}
