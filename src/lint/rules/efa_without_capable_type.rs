//! EFA on instances that have none.

use crate::diagnostic::Severity;
use crate::fit::{GroupFit, Resource};
use crate::instances::{FAMILY, InstanceType};
use crate::lint::capacity::{names, request, requirement};
use crate::lint::{Check, Findings, Group, Rule, Subject};

pub(super) static RULE: Rule = Rule {
    name: "efa-without-capable-type",
    group: Group::Capacity,
    summary: "pods ask for EFA interfaces that no instance type of their pool has",
    severity: Severity::Error,
    page: include_str!("efa_without_capable_type.md"),
    check: Check::Everything(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let fits = subject.fits();
    for group in &fits.groups {
        let wanted = group.need.resources.get(Resource::Efa);
        let offered = |group: &GroupFit<'_>| {
            let verdicts = group.placements.iter().flat_map(|(_, placement)| {
                placement.verdicts.iter().map(|verdict| placement.free(verdict).get(Resource::Efa))
            });
            verdicts.max()
        };
        let Some(most) = offered(group).filter(|most| *most < wanted) else { continue };
        let Some((index, placement)) = group.placements.first() else { continue };
        let pool = &fits.pools[*index];
        let message = format!(
            "{} of `{}` asks for {wanted} EFA interface{}, but types of NodePool `{}` have {}",
            group.pod.what(),
            group.cluster.object.name(),
            if wanted == 1 { "" } else { "s" },
            pool.object.name(),
            if most == 0 { "none".to_owned() } else { format!("at most {most}") }
        );
        let types = fits.catalog.types();
        let families: Vec<&str> = placement.candidates.iter().map(|(position, _)| types[position].family()).collect();
        let capable = |each: &&InstanceType| u64::from(each.efa) >= wanted;
        let near: Vec<&str> = types
            .iter()
            .filter(|each| families.contains(&each.family()))
            .filter(capable)
            .map(|each| each.name.as_str())
            .collect();
        let found = findings.pod(&group.pod, &request(group, Resource::Efa.name()), message);
        found.add_label(pool.object.span(&requirement(&pool.object, &[FAMILY])), "what the pool may launch");
        found.add_help(if near.is_empty() {
            "allow a type that has them, such as one of the families p5, trn1 or c6in".to_owned()
        } else {
            format!("types of the same families that have them: {}", names(near))
        });
        if !group.named || !placement.candidates.choice.unknown.is_empty() {
            found.severity = Severity::Warning;
        }
    }
}
