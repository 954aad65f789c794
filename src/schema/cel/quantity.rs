//! Quantities, exactly: `k8s.io/apiserver`, `pkg/cel/library/quantity.go`.

use std::any::Any;

use cel::common::types::Type;
use cel::common::value::{StaticVal, Val};

/// The smallest amount that a quantity has is a billionth (`apimachinery`, `resource.Nano`).
const ONE: i128 = 1_000_000_000;

pub(super) static QUANTITY: Type = Type::new_unspecified_type("kubernetes.Quantity");

/// An amount in billionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Quantity(pub(super) i128);

impl Quantity {
    /// Reads `1.5Gi`, `100m`, `3e2`. Parts of a billionth are rounded away from zero, as the server does.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(digits.len());
        let (number, suffix) = digits.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() == 0 || fraction.contains('.') || whole.len() + fraction.len() > 18 {
            return None;
        }
        let mantissa: i128 = format!("{whole}{fraction}").parse().ok()?;
        let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let (times, over) = unit(suffix)?;
        let product = mantissa.checked_mul(times)?;
        let divisor = scale.checked_mul(over)?;
        Some(Self(sign * (product + divisor - 1).div_euclid(divisor)))
    }

    /// A whole number.
    pub(super) fn of(whole: i64) -> Self {
        Self(i128::from(whole) * ONE)
    }

    /// The amount, if it is a whole number that fits.
    pub(super) fn integer(self) -> Option<i64> {
        (self.0 % ONE == 0).then(|| i64::try_from(self.0 / ONE).ok()).flatten()
    }

    /// About the amount.
    #[expect(clippy::cast_precision_loss, reason = "the function says that it approximates")]
    pub(super) fn approximate(self) -> f64 {
        self.0 as f64 / ONE as f64
    }
}

/// What a suffix multiplies by, in billionths, as a fraction.
fn unit(suffix: &str) -> Option<(i128, i128)> {
    let binary = |power: u32| 1024_i128.checked_pow(power)?.checked_mul(ONE);
    let decimal = |power: i32| {
        let power = power + 9;
        let size = 10_i128.checked_pow(power.unsigned_abs())?;
        Some(if power < 0 { (1, size) } else { (size, 1) })
    };
    match suffix {
        "" => decimal(0),
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => Some((binary(1)?, 1)),
        "Mi" => Some((binary(2)?, 1)),
        "Gi" => Some((binary(3)?, 1)),
        "Ti" => Some((binary(4)?, 1)),
        "Pi" => Some((binary(5)?, 1)),
        "Ei" => Some((binary(6)?, 1)),
        exponent => decimal(exponent.strip_prefix(['e', 'E'])?.parse::<i32>().ok().filter(|power| power.abs() < 20)?),
    }
}

impl Val for Quantity {
    fn get_type(&self) -> &Type {
        &QUANTITY
    }

    fn cel_type() -> &'static Type {
        &QUANTITY
    }

    fn equals(&self, other: &dyn Val) -> bool {
        other.downcast_ref::<Self>() == Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(*self)
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Quantity {}

#[cfg(test)]
mod tests {
    use super::{ONE, Quantity};

    #[test]
    fn quantities_are_exact() {
        for (text, amount) in [
            ("1", ONE),
            ("100m", ONE / 10),
            ("1.5Gi", 3 * ONE * (1 << 29)),
            ("-2k", -2000 * ONE),
            ("3e2", 300 * ONE),
            ("1E", 1_000_000_000_000_000_000 * ONE),
            (".5", ONE / 2),
            ("1n", 1),
        ] {
            assert_eq!(Quantity::parse(text), Some(Quantity(amount)), "{text}");
        }
        for text in ["", "Gi", "1 Gi", "1.2.3", "1Q", "--1", "1e"] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }
}
