//! Whether pods fit, by number of teams: what a lint run pays for it.
//!
//! `cargo bench --bench fit` prints minimum, median and mean. Compare ratios within one run.

mod synthetic;

use divan::Bencher;
use raygen::fit::{AmiFamily, NodeClass, Requirement, Settings, Table, choice, offers};
use raygen::instances::Catalog;
use raygen::lint::Subject;
use raygen::manifest;
use raygen::resolve::{self, Selection};
use raygen::workspace;

const TEAMS: [usize; 3] = [1, 100, 1_000];

fn main() {
    divan::main();
}

/// Every head and worker group on its pool.
#[divan::bench(args = TEAMS, sample_count = 10, sample_size = 1)]
fn all_groups(bencher: Bencher<'_, '_>, teams: usize) {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    synthetic::write(directory.path(), teams).expect("a temporary directory can be written");
    let workspace = workspace::load(directory.path()).expect("a temporary directory can be read");
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    bencher.bench_local(|| Subject::new(&workspace, &resolution, &built).fits().groups.len());
}

/// What `raygen fit` prints, without the printing.
#[divan::bench(args = TEAMS, sample_count = 10, sample_size = 1)]
fn table(bencher: Bencher<'_, '_>, teams: usize) {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    synthetic::write(directory.path(), teams).expect("a temporary directory can be written");
    let workspace = workspace::load(directory.path()).expect("a temporary directory can be read");
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    let subject = Subject::new(&workspace, &resolution, &built);
    bencher.bench_local(|| Table::of(subject.fits()).groups.len());
}

/// What every type offers on nodes of one class.
#[divan::bench]
fn one_class(bencher: Bencher<'_, '_>) {
    let catalog = Catalog::default();
    bencher.bench_local(|| offers(&catalog, &NodeClass::default(), &Settings::default()));
}

/// One pool with requirements of several kinds, by the index.
#[divan::bench]
fn one_pool(bencher: Bencher<'_, '_>) {
    let catalog = Catalog::default();
    let requirement = |key, operator, values| Requirement { key, operator, values, min_values: None };
    bencher.bench_local(|| {
        let requirements = [
            requirement("kubernetes.io/arch", "In", vec!["amd64"]),
            requirement("karpenter.k8s.aws/instance-category", "In", vec!["c", "m", "r"]),
            requirement("karpenter.k8s.aws/instance-generation", "Gt", vec!["4"]),
            requirement("karpenter.k8s.aws/instance-cpu", "Gt", vec!["7"]),
            requirement("karpenter.k8s.aws/instance-cpu", "Lt", vec!["17"]),
        ];
        choice(&catalog, requirements, AmiFamily::Al2023).types.iter().count()
    });
}
