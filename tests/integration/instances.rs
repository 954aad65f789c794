//! The catalogue of instance types: written from a table of Karpenter's reference, and true to it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use raygen::fit::{NodeClass, Resource, Settings, offer};
use raygen::instances::{CATALOG, Catalog, LABELS};

use crate::shared;

/// A row of the table, by column.
type Row = BTreeMap<String, String>;

fn rows() -> Option<Vec<Row>> {
    let text = fs::read_to_string(shared("data/ec2-instance-types.csv")?).unwrap();
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row =
        |line: &str| columns.iter().copied().zip(line.split(',')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    Some(lines.map(row).collect())
}

/// The most frequent value, the first of several.
fn usual<'a>(sizes: &[&'a Row], column: &str) -> &'a str {
    let count = |value: &str| sizes.iter().filter(|row| row[column] == value).count();
    let most = sizes.iter().map(|row| count(&row[column])).max().unwrap();
    &sizes.iter().find(|row| count(&row[column]) == most).unwrap()[column]
}

fn or_dash(value: &str) -> &str {
    if value.is_empty() { "-" } else { value }
}

/// The catalogue's text, in the form that `instances/parse.rs` describes.
fn written(rows: &[Row]) -> String {
    let mut families: Vec<(&str, Vec<&Row>)> = Vec::new();
    for row in rows {
        match families.iter_mut().find(|(family, _)| *family == row["family"]) {
            Some((_, sizes)) => sizes.push(row),
            None => families.push((&row["family"], vec![row])),
        }
    }
    families.sort_by_key(|(family, _)| *family);
    let mut text = "# Written by `BLESS=1 cargo test`: EC2 instance types as Karpenter 1.14 knows them (2026-07-11), on-demand list\n\
        # prices of us-east-1 (2026-07-20). The form is described in `parse.rs`.\n"
        .to_owned();
    for (name, sizes) in families {
        let first = sizes[0];
        let hypervisor = sizes.iter().map(|row| row["hypervisor"].as_str()).find(|name| !name.is_empty());
        let mhz = usual(&sizes, "cpu_clock_mhz");
        let encrypted = if first["encryption_in_transit"] == "true" { "encrypted" } else { "plain" };
        let maker = &first["cpu_manufacturer"];
        let _ =
            write!(text, "{name} {} {maker} {mhz} {} {encrypted}", first["arch"], or_dash(hypervisor.unwrap_or("")));
        let gpu_mib = usual(&sizes, "gpu_memory_mib");
        if !first["gpu_name"].is_empty() {
            let _ = write!(text, " gpu={}/{}/{gpu_mib}", first["gpu_manufacturer"], first["gpu_name"]);
        }
        if !first["accelerator_name"].is_empty() {
            let (maker, name) = (&first["accelerator_manufacturer"], &first["accelerator_name"]);
            let _ = write!(text, " accelerator={maker}/{name}");
        }
        text.push('\n');
        for row in sizes {
            let columns = [
                "size",
                "cpu",
                "memory_mib",
                "allocatable_pods",
                "ebs_bandwidth_mbps",
                "network_bandwidth_mbps",
                "local_nvme_gib",
                "on_demand_usd_per_hour_us_east_1",
            ];
            for column in columns {
                let _ = write!(text, " {}", or_dash(&row[column]));
            }
            if !row["gpu_count"].is_empty() {
                let _ = write!(text, " gpu={}", row["gpu_count"]);
            }
            if row["gpu_memory_mib"] != gpu_mib {
                let _ = write!(text, " gpu-mib={}", row["gpu_memory_mib"]);
            }
            if !row["accelerator_count"].is_empty() {
                let cores = if row["resource_neuroncore"].is_empty() { "0" } else { &row["resource_neuroncore"] };
                let _ = write!(text, " accelerator={}/{cores}", row["accelerator_count"]);
            }
            if !row["resource_efa"].is_empty() {
                let _ = write!(text, " efa={}", row["resource_efa"]);
            }
            if row["cpu_clock_mhz"] != mhz {
                let _ = write!(text, " mhz={}", row["cpu_clock_mhz"]);
            }
            text.push('\n');
        }
    }
    text
}

#[test]
fn the_catalogue_is_what_the_table_says() {
    let Some(rows) = rows() else { return };
    let text = written(&rows);
    if std::env::var_os("BLESS").is_some() {
        fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/instances/catalog.txt"), text).unwrap();
    } else {
        assert!(CATALOG == text, "src/instances/catalog.txt is stale: run BLESS=1 cargo test");
    }
}

/// Karpenter's own figures for every type: AL2023, its default disk, 7.5 % of memory taken off.
#[test]
fn the_allocatable_formula_reproduces_every_row() {
    let Some(rows) = rows() else { return };
    let catalog = Catalog::default();
    assert_eq!(rows.len(), catalog.types().len());
    let class = NodeClass::default();
    for row in &rows {
        let name = &row["instance_type"];
        let offer = offer(catalog.get(name).unwrap(), &class, &Settings::default());
        let number = |column: &str| row[column].trim_end_matches("Gi").parse::<u64>().unwrap_or(0);
        let expected = [
            (Resource::Cpu, number("allocatable_cpu_m")),
            (Resource::Memory, number("allocatable_memory_mib") << 20),
            (Resource::EphemeralStorage, number("allocatable_ephemeral_storage") << 30),
            (Resource::Pods, number("allocatable_pods")),
            (Resource::NvidiaGpu, number("resource_nvidia_gpu")),
            (Resource::AmdGpu, number("resource_amd_gpu")),
            (Resource::Neuron, number("resource_neuron")),
            (Resource::NeuronCore, number("resource_neuroncore")),
            (Resource::Efa, number("resource_efa")),
        ];
        for (resource, amount) in expected {
            assert_eq!(offer.allocatable.get(resource), amount, "{name}: {resource:?}");
        }
    }
}

/// The labels' values that follow from the name agree with the table, as do those that are written down.
#[test]
fn labels_are_karpenters() {
    let Some(rows) = rows() else { return };
    let catalog = Catalog::default();
    let columns = [
        ("instance-category", "category"),
        ("instance-generation", "generation"),
        ("instance-family", "family"),
        ("instance-size", "size"),
        ("arch", "arch"),
        ("instance-capability-flex", "flex"),
        ("instance-hypervisor", "hypervisor"),
        ("instance-cpu-sustained-clock-speed-mhz", "cpu_clock_mhz"),
        ("instance-cpu-manufacturer", "cpu_manufacturer"),
        ("instance-ebs-bandwidth", "ebs_bandwidth_mbps"),
        ("instance-network-bandwidth", "network_bandwidth_mbps"),
        ("instance-local-nvme", "local_nvme_gib"),
        ("instance-gpu-name", "gpu_name"),
        ("instance-gpu-count", "gpu_count"),
        ("instance-gpu-memory", "gpu_memory_mib"),
        ("instance-accelerator-name", "accelerator_name"),
        ("instance-encryption-in-transit-supported", "encryption_in_transit"),
    ];
    for row in &rows {
        let each = catalog.get(&row["instance_type"]).unwrap();
        for (label, column) in columns {
            let (_, value) = LABELS.iter().find(|(key, _)| key.rsplit('/').next() == Some(label)).unwrap();
            assert_eq!(value(each).unwrap_or_default(), row[column].as_str(), "{}: {label}", each.name);
        }
        let price = each.price.map_or(0.0, |price| f64::from(u32::try_from(price.micros).unwrap()) / 1e6);
        let expected = row["on_demand_usd_per_hour_us_east_1"].parse::<f64>().unwrap_or(0.0);
        assert!((price - expected).abs() < 1e-9, "{}: {price}", each.name);
    }
}
