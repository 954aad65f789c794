//! The requirements of a NodePool, from what a group or a shared pool says of its instances.

use super::model::Instances;
use crate::spec::{Operator, Requirement};

impl Instances {
    /// The requirements: first those that raygen derives, then the spec's own.
    pub fn requirements(&self) -> Vec<Requirement> {
        let mut requirements = Vec::new();
        let mut add = |key: &str, operator, values: Vec<String>| {
            requirements.push(Requirement { key: key.to_owned(), operator, values, min_values: None });
        };
        let capacity_types = self.capacity_types.iter().map(|capacity| capacity.as_str().to_owned()).collect();
        add("karpenter.sh/capacity-type", Operator::In, capacity_types);
        add("kubernetes.io/arch", Operator::In, vec![self.arch.as_str().to_owned()]);
        add("kubernetes.io/os", Operator::In, vec!["linux".to_owned()]);
        add("topology.kubernetes.io/zone", Operator::In, self.zones.clone());
        for (key, values) in [
            ("node.kubernetes.io/instance-type", &self.types),
            ("karpenter.k8s.aws/instance-family", &self.families),
            ("karpenter.k8s.aws/instance-size", &self.sizes),
        ] {
            if !values.is_empty() {
                add(key, Operator::In, values.clone());
            }
        }
        if let Some(gpu) = &self.gpu {
            match &gpu.model {
                Some(model) => add("karpenter.k8s.aws/instance-gpu-name", Operator::In, vec![model.clone()]),
                None => add("karpenter.k8s.aws/instance-gpu-manufacturer", Operator::In, vec!["nvidia".to_owned()]),
            }
            // Without it one pod could launch eight GPUs, and limits would count all of them.
            add("karpenter.k8s.aws/instance-gpu-count", Operator::In, vec![gpu.count.to_string()]);
        } else if self.types.is_empty() && self.families.is_empty() {
            // Karpenter's own examples: families for general use, none that is older than 2019's (generation 5).
            add("karpenter.k8s.aws/instance-category", Operator::In, vec!["c".into(), "m".into(), "r".into()]);
            add("karpenter.k8s.aws/instance-generation", Operator::Gt, vec!["4".to_owned()]);
        }
        // `Gt` and `Lt`, because `Gte` and `Lte` came with Karpenter 1.9.
        if let Some((least, most)) = self.cpus {
            add("karpenter.k8s.aws/instance-cpu", Operator::Gt, vec![(least - 1).to_string()]);
            add("karpenter.k8s.aws/instance-cpu", Operator::Lt, vec![(most + 1).to_string()]);
        }
        requirements.extend(self.requirements.iter().cloned());
        requirements
    }
}
