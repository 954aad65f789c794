//! What holds of every fit, whatever the types, the class and the pod are.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::subsequence;
use raygen::fit::{
    AmiFamily, Candidates, Choice, Kubelet, Need, NodeClass, Placement, Resource, Resources, Settings, choice, offers,
};
use raygen::instances::{Catalog, Set};

/// A choice of exactly these types.
fn of_types(catalog: &Catalog, positions: &[usize]) -> Choice {
    let mut types = Set::empty(catalog.types().len());
    for position in positions {
        types.insert(*position);
    }
    Choice { types, ..choice(catalog, [], AmiFamily::Custom) }
}

fn placement(catalog: &Catalog, types: &[usize], class: &NodeClass, settings: &Settings, need: &Need) -> Placement {
    let candidates = Candidates::new(of_types(catalog, types), offers(catalog, class, settings));
    Placement::new(Arc::new(candidates), need, None, settings.daemonsets)
}

/// The positions of the types that take a pod.
fn fitting(placement: &Placement) -> BTreeSet<usize> {
    placement.fitting().map(|verdict| verdict.position).collect()
}

fn amounts(cpu: u64, mib: u64, gib: u64, gpus: u64, efa: u64) -> Resources {
    Resources::default()
        .with(Resource::Cpu, cpu)
        .with(Resource::Memory, mib << 20)
        .with(Resource::EphemeralStorage, gib << 30)
        .with(Resource::NvidiaGpu, gpus)
        .with(Resource::Efa, efa)
        .with(Resource::Pods, 1)
}

fn needs() -> impl Strategy<Value = Need> {
    let devices = prop_oneof![4 => Just((0, 0)), 1 => (0..9_u64, 0..5_u64)];
    (1..100_000_u64, 1..1_000_000_u64, 0..300_u64, devices).prop_map(|(cpu, mib, gib, (gpus, efa))| Need {
        resources: amounts(cpu, mib, gib, gpus, efa),
        ..Need::default()
    })
}

fn classes() -> impl Strategy<Value = NodeClass> {
    let families = [AmiFamily::Al2023, AmiFamily::Bottlerocket, AmiFamily::Custom];
    let most = prop_oneof![Just(None), (1..300_u64).prop_map(Some)];
    (proptest::sample::select(families.to_vec()), any::<bool>(), 4..1000_u64, most).prop_map(
        |(family, raid0, gib, max_pods)| NodeClass {
            family,
            raid0,
            disk: gib << 30,
            kubelet: Kubelet { max_pods, ..Kubelet::default() },
            efa_only: None,
        },
    )
}

fn settings() -> impl Strategy<Value = Settings> {
    (0..20_000_u64, 0..3_u32, 0..2_000_u64, 0..4_000_u64).prop_map(|(memory_overhead, reserved_enis, cpu, mib)| {
        Settings {
            memory_overhead,
            reserved_enis,
            daemonsets: Resources::default().with(Resource::Cpu, cpu).with(Resource::Memory, mib << 20),
        }
    })
}

fn types() -> impl Strategy<Value = Vec<usize>> {
    subsequence((0..Catalog::default().types().len()).collect::<Vec<_>>(), 1..40)
}

proptest! {
    /// Pods and DaemonSets together are within allocatable in every resource, and one more pod is not.
    #[test]
    fn what_fits_never_exceeds_allocatable(
        types in types(),
        class in classes(),
        settings in settings(),
        need in needs(),
    ) {
        let placement = placement(&Catalog::default(), &types, &class, &settings, &need);
        prop_assert_eq!(placement.verdicts.len(), types.len());
        for verdict in &placement.verdicts {
            let allocatable = placement.offer(verdict).allocatable;
            prop_assert!(allocatable.fits(&placement.offer(verdict).capacity));
            if verdict.per_node > 0 {
                prop_assert!(need.resources.times(verdict.per_node).and(settings.daemonsets).fits(&allocatable));
            }
            let more = need.resources.times(verdict.per_node + 1);
            prop_assert!(!more.fits(&allocatable.without(settings.daemonsets)));
            prop_assert!(more.get(verdict.binding) > placement.free(verdict).get(verdict.binding));
        }
    }

    #[test]
    fn another_type_never_removes_a_fit(
        types in types(),
        more in 0..1000_usize,
        class in classes(),
        settings in settings(),
        need in needs(),
    ) {
        let catalog = Catalog::default();
        let fewer = fitting(&placement(&catalog, &types, &class, &settings, &need));
        let mut types = types;
        types.push(more);
        let all = fitting(&placement(&catalog, &types, &class, &settings, &need));
        prop_assert!(fewer.is_subset(&all));
    }

    #[test]
    fn larger_requests_never_gain_types(
        types in types(),
        class in classes(),
        settings in settings(),
        need in needs(),
        more in needs(),
    ) {
        let catalog = Catalog::default();
        let before = placement(&catalog, &types, &class, &settings, &need);
        let larger = Need { resources: need.resources.and(more.resources).with(Resource::Pods, 1), ..Need::default() };
        let after = placement(&catalog, &types, &class, &settings, &larger);
        prop_assert!(fitting(&after).is_subset(&fitting(&before)));
        for (small, large) in before.verdicts.iter().zip(&after.verdicts) {
            prop_assert!(large.per_node <= small.per_node);
        }
    }

    /// What the index leaves is what a look at every type leaves.
    #[test]
    fn the_index_agrees_with_a_scan(
        families in proptest::sample::subsequence(vec!["g5", "m7i", "c6g", "p5", "trn1", "nosuch"], 1..4),
        bound in 0..200_u32,
        operator in proptest::sample::select(vec!["Gt", "Lt", "Gte", "Lte"]),
        not in any::<bool>(),
    ) {
        use raygen::fit::Requirement;
        let catalog = Catalog::default();
        let number = bound.to_string();
        let requirements = [
            Requirement {
                key: "karpenter.k8s.aws/instance-family",
                operator: if not { "NotIn" } else { "In" },
                values: families.clone(),
                min_values: None,
            },
            Requirement {
                key: "karpenter.k8s.aws/instance-cpu",
                operator,
                values: vec![&number],
                min_values: None,
            },
        ];
        let found: Vec<usize> = choice(&catalog, requirements, AmiFamily::Bottlerocket).types.iter().collect();
        let scanned = catalog.types().iter().enumerate().filter(|(_, each)| {
            let within = match operator {
                "Gt" => each.cpus > bound,
                "Gte" => each.cpus >= bound,
                "Lt" => each.cpus < bound,
                _ => each.cpus <= bound,
            };
            within && families.contains(&each.family()) != not
        });
        prop_assert_eq!(found, scanned.map(|(position, _)| position).collect::<Vec<_>>());
    }
}
