//! Amounts of what pods ask for and nodes offer.

use crate::json::Value;
use crate::spec::Quantity;

/// What Karpenter counts on an EC2 instance (provider `pkg/providers/instancetype/types.go`, computeCapacity, v1.14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the words are the meaning")]
pub enum Resource {
    Cpu,
    Memory,
    EphemeralStorage,
    Pods,
    NvidiaGpu,
    AmdGpu,
    Neuron,
    NeuronCore,
    Efa,
}

impl Resource {
    /// Every resource.
    pub const ALL: [Self; 9] = [
        Self::Cpu,
        Self::Memory,
        Self::EphemeralStorage,
        Self::Pods,
        Self::NvidiaGpu,
        Self::AmdGpu,
        Self::Neuron,
        Self::NeuronCore,
        Self::Efa,
    ];

    /// As Kubernetes writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::EphemeralStorage => "ephemeral-storage",
            Self::Pods => "pods",
            Self::NvidiaGpu => "nvidia.com/gpu",
            Self::AmdGpu => "amd.com/gpu",
            Self::Neuron => "aws.amazon.com/neuron",
            Self::NeuronCore => "aws.amazon.com/neuroncore",
            Self::Efa => "vpc.amazonaws.com/efa",
        }
    }

    /// The resource of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resource| resource.name() == name)
    }

    /// Whether it is counted in whole devices.
    pub fn is_device(self) -> bool {
        !matches!(self, Self::Cpu | Self::Memory | Self::EphemeralStorage | Self::Pods)
    }

    /// An amount as people read it, with its unit, rounded to the tenth.
    pub fn shown(self, amount: u64) -> String {
        self.rounded(amount, f64::round)
    }

    /// The same rounded up, for what must be there.
    pub fn shown_up(self, amount: u64) -> String {
        self.rounded(amount, f64::ceil)
    }

    /// The same rounded down, for what is there.
    pub fn shown_down(self, amount: u64) -> String {
        self.rounded(amount, f64::floor)
    }

    fn rounded(self, amount: u64, round: fn(f64) -> f64) -> String {
        // Amounts are far below 2⁵³.
        #[expect(clippy::cast_precision_loss)]
        let amount = amount as f64;
        match self {
            // Three places say a millicore.
            Self::Cpu => format!("{}", round(amount) / 1000.0),
            Self::Memory | Self::EphemeralStorage => {
                let (unit, name) = if amount < GIB { (MIB, "Mi") } else { (GIB, "Gi") };
                format!("{}{name}", round(amount / unit * 10.0) / 10.0)
            }
            _ => format!("{amount}"),
        }
    }
}

const MIB: f64 = 1_048_576.0;
const GIB: f64 = 1_073_741_824.0;

/// An amount of every resource: cpu in millicores, memory and ephemeral storage in bytes, the others in pieces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Resources([u64; Resource::ALL.len()]);

impl Resources {
    /// The amount of one.
    pub fn get(&self, resource: Resource) -> u64 {
        self.0[resource as usize]
    }

    /// Sets the amount of one.
    pub fn set(&mut self, resource: Resource, amount: u64) {
        self.0[resource as usize] = amount;
    }

    /// The same with one amount set.
    #[must_use]
    pub fn with(mut self, resource: Resource, amount: u64) -> Self {
        self.set(resource, amount);
        self
    }

    fn zip(self, other: Self, both: fn(u64, u64) -> u64) -> Self {
        Self(std::array::from_fn(|index| both(self.0[index], other.0[index])))
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.zip(other, u64::saturating_add)
    }

    /// The greater of each.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.zip(other, u64::max)
    }

    /// The lesser of each.
    #[must_use]
    pub fn least(self, other: Self) -> Self {
        self.zip(other, u64::min)
    }

    /// What is left when the other is taken away; nothing where it is more.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        self.zip(other, u64::saturating_sub)
    }

    /// What several of them are.
    #[must_use]
    pub fn times(self, number: u64) -> Self {
        Self(self.0.map(|amount| amount.saturating_mul(number)))
    }

    /// The resources of which there is something.
    pub fn some(&self) -> impl Iterator<Item = (Resource, u64)> + '_ {
        Resource::ALL.into_iter().map(|resource| (resource, self.get(resource))).filter(|(_, amount)| *amount > 0)
    }

    /// Whether it is within the other in every resource.
    pub fn fits(&self, other: &Self) -> bool {
        Resource::ALL.into_iter().all(|resource| self.get(resource) <= other.get(resource))
    }
}

/// A quantity as Kubernetes reads it: cpu in millicores, all else in base units, rounded up as the scheduler does
/// (`resource.Quantity`, MilliValue and Value). `None` for what is no quantity.
pub fn amount(resource: Resource, value: &Value) -> Option<u64> {
    let base = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => Quantity::from(text.as_str()).value()?,
        _ => return None,
    };
    Some(whole(if resource == Resource::Cpu { base * 1000.0 } else { base }))
}

/// Rounded up, beyond what floating point makes of a whole number.
pub(super) fn whole(amount: f64) -> u64 {
    let nearest = amount.round();
    let whole = if (amount - nearest).abs() < 1e-6 { nearest } else { amount.ceil() };
    // Negative and immense amounts saturate.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = whole.max(0.0) as u64;
    whole
}

#[cfg(test)]
mod tests {
    use crate::json;

    use super::*;

    #[test]
    fn quantities_round_up_and_no_further() {
        for (text, millis) in [("700m", 700), ("0.1", 100), ("1.0005", 1001), ("2", 2000), ("0", 0)] {
            assert_eq!(amount(Resource::Cpu, &json!(text)), Some(millis), "{text}");
        }
        assert_eq!(amount(Resource::Memory, &json!("12Gi")), Some(12 << 30));
        assert_eq!(amount(Resource::Memory, &json!("lots")), None);
    }

    #[test]
    fn amounts_are_shown_with_units() {
        assert_eq!(Resource::Memory.shown(30 << 30), "30Gi");
        assert_eq!(Resource::Memory.shown(29_317 << 20), "28.6Gi");
        assert_eq!(Resource::Cpu.shown(7910), "7.91");
        assert_eq!(Resource::NvidiaGpu.shown(4), "4");
    }
}
