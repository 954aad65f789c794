//! GPUs that no instance has.

use crate::diagnostic::{Severity, did_you_mean};
use crate::fit::{Fits, Pool, Requirement, allowed};
use crate::instances::{Catalog, FAMILY, INSTANCE_TYPE, InstanceType, Set, normalized};
use crate::lint::capacity::{names, requirement};
use crate::lint::karpenter::{REQUIREMENTS, items};
use crate::lint::{Check, Findings, Group, Object, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "unavailable-gpu",
    group: Group::Capacity,
    summary: "no instance type has GPUs of that model and number, or none that the pool may launch",
    severity: Severity::Error,
    page: include_str!("unavailable_gpu.md"),
    check: Check::Everything(check),
};

const NAME: &str = "karpenter.k8s.aws/instance-gpu-name";
const COUNT: &str = "karpenter.k8s.aws/instance-gpu-count";
const OF_GPUS: &str = "karpenter.k8s.aws/instance-gpu-";

/// Labels by which pools choose instances whatever their GPUs are.
const OF_INSTANCES: [&str; 6] = [
    INSTANCE_TYPE,
    FAMILY,
    "karpenter.k8s.aws/instance-size",
    "karpenter.k8s.aws/instance-category",
    "karpenter.k8s.aws/instance-generation",
    "kubernetes.io/arch",
];

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let fits = subject.fits();
    for pool in fits.pools.iter().filter(|pool| pool.candidates.is_empty()) {
        let (catalog, object) = (&*fits.catalog, &pool.object);
        let Some(gpus) = left(catalog, object, |key| key.starts_with(OF_GPUS)) else { continue };
        if gpus.is_empty() {
            nowhere(catalog, object, findings);
        } else if is_reason(fits, pool) {
            elsewhere(catalog, pool, &gpus, findings);
        }
    }
}

/// Whether the GPUs that a pool asks for are why it can launch nothing.
pub(super) fn is_reason(fits: &Fits<'_>, pool: &Pool<'_>) -> bool {
    let catalog = &*fits.catalog;
    let Some(mut gpus) = left(catalog, &pool.object, |key| key.starts_with(OF_GPUS)) else { return false };
    let others = left(catalog, &pool.object, |key| OF_INSTANCES.contains(&key));
    gpus.intersect(&others.unwrap_or_else(|| catalog.all()));
    gpus.is_empty()
}

/// What the requirements of some labels leave; `None` where there are none.
fn left(catalog: &Catalog, pool: &Object<'_>, of: impl Fn(&str) -> bool) -> Option<Set> {
    let requirements = items(pool, REQUIREMENTS).map(|(_, each)| Requirement::of_object(each));
    let sets = requirements.filter(|each| of(each.key)).filter_map(|each| allowed(catalog, &each));
    sets.reduce(|mut all, set| {
        all.intersect(&set);
        all
    })
}

fn values<'a>(pool: &Object<'a>, label: &str) -> Vec<&'a str> {
    let requirements = items(pool, REQUIREMENTS).map(|(_, each)| Requirement::of_object(each));
    requirements
        .filter(|each| normalized(each.key) == label && each.operator == "In")
        .flat_map(|each| each.values)
        .collect()
}

/// No instance type at all has them. A warning, for there are types that raygen does not know.
fn nowhere(catalog: &Catalog, pool: &Object<'_>, findings: &mut Findings<'_>) {
    let models = catalog.by_label(NAME);
    let known = || models.into_iter().flatten().map(|(name, _)| name.as_str());
    let wanted = values(pool, NAME);
    if let Some(unknown) = wanted.iter().find(|name| !known().any(|known| known == **name)) {
        let message =
            format!("raygen knows no instance type with GPU `{unknown}`, which NodePool `{}` asks for", pool.name());
        let found = findings.object(pool, &requirement(pool, &[NAME]), message);
        found.severity = Severity::Warning;
        found.add_help(match did_you_mean(unknown, known()) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("the models are {}; `[instance-types]` of the platform adds types", all(known())),
        });
        return;
    }
    let of_models = left(catalog, pool, |key| key == NAME).unwrap_or_else(|| catalog.all());
    let mut numbers: Vec<u32> = gpus_of(catalog, &of_models).filter(|number| *number > 0).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let number = values(pool, COUNT).join(" or ");
    let model = wanted.first().map(|name| format!(" `{name}`")).unwrap_or_default();
    let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
    let message = format!(
        "NodePool `{}` asks for instances with {number}{model} GPUs, and raygen knows of some with {}",
        pool.name(),
        numbers.join(", ")
    );
    let found = findings.object(pool, &requirement(pool, &[COUNT, NAME]), message);
    found.severity = Severity::Warning;
    found.add_help(
        "ask for a number that a type has; several pods share a larger instance only if the pool may launch it",
    );
}

fn gpus_of<'c>(catalog: &'c Catalog, set: &'c Set) -> impl Iterator<Item = u32> + 'c {
    set.iter().filter_map(|position| Some(catalog.types()[position].gpu.as_ref()?.count))
}

/// Other types have them than those that the pool may launch.
fn elsewhere(catalog: &Catalog, pool: &Pool<'_>, gpus: &Set, findings: &mut Findings<'_>) {
    let object = &pool.object;
    let model = values(object, NAME).first().map_or_else(|| "GPU".to_owned(), |name| format!("`{name}`"));
    let number = values(object, COUNT);
    let number = if number.is_empty() { String::new() } else { format!("{} ", number.join(" or ")) };
    let of_pool: Vec<&str> = [INSTANCE_TYPE, FAMILY, "karpenter.k8s.aws/instance-size"]
        .iter()
        .flat_map(|label| values(object, label))
        .collect();
    let mut families: Vec<&str> = gpus.iter().map(|position| catalog.types()[position].family()).collect();
    families.dedup();
    let message = format!(
        "NodePool `{}` asks for {number}{model} on {}, none of which has that",
        object.name(),
        if of_pool.is_empty() {
            "instances of its other requirements".to_owned()
        } else {
            names(of_pool.iter().copied())
        }
    );
    let pointer = requirement(object, &[INSTANCE_TYPE, FAMILY, "karpenter.k8s.aws/instance-size"]);
    let types: Vec<&InstanceType> = gpus.iter().map(|position| &catalog.types()[position]).collect();
    let found = findings.object(object, &pointer, message);
    if pool.candidates.choice.may_be_more() {
        found.severity = Severity::Warning;
    }
    found.add_help(if types.len() <= 5 {
        format!("types that have it: {}", names(types.iter().map(|each| each.name.as_str())))
    } else {
        format!("families that have it: {}", names(families))
    });
}

fn all<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
