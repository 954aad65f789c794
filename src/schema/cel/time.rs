//! Durations and points of time, as Go's `time` reads them.
//!
//! The CEL crate has its own, with a database of time zones of two megabytes that no rule of a CRD needs.

use std::any::Any;
use std::cmp::Ordering;

use cel::ExecutionError;
use cel::common::traits::{Adder, Comparer, Subtractor};
use cel::common::types::{DURATION_TYPE, TIMESTAMP_TYPE, Type};
use cel::common::value::{CowVal, StaticVal, Val};

const SECOND: i64 = 1_000_000_000;

static DURATION: Type = DURATION_TYPE;
static TIMESTAMP: Type = TIMESTAMP_TYPE;

/// Nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Duration(pub(super) i64);

/// Nanoseconds since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Timestamp(pub(super) i128);

impl Duration {
    /// Reads `1h30m`, `-1.5s`, `0`: Go's `time.ParseDuration`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (sign, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        if rest == "0" {
            return Some(Self(0));
        }
        let mut nanoseconds: i128 = 0;
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (number, after) = rest.split_at(digits);
            let unit_length = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
            let (unit, after) = after.split_at(unit_length);
            let unit: i128 = match unit {
                "ns" => 1,
                "us" | "µs" | "μs" => 1_000,
                "ms" => 1_000_000,
                "s" => 1_000_000_000,
                "m" => 60_000_000_000,
                "h" => 3_600_000_000_000,
                _ => return None,
            };
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            if whole.len() + fraction.len() == 0 || fraction.contains('.') || whole.len() > 19 {
                return None;
            }
            let digits = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<i128>().ok() };
            let fraction = &fraction[..fraction.len().min(18)];
            let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
            nanoseconds += digits(whole)? * unit + digits(fraction)? * unit / scale;
            rest = after;
        }
        i64::try_from(sign * nanoseconds).ok().map(Self)
    }

    /// Whole seconds and the like.
    pub(super) fn whole(self, unit: Unit) -> i64 {
        self.0 / unit.nanoseconds()
    }
}

/// Units that durations are counted in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unit {
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
}

impl Unit {
    fn nanoseconds(self) -> i64 {
        match self {
            Self::Hours => 3600 * SECOND,
            Self::Minutes => 60 * SECOND,
            Self::Seconds => SECOND,
            Self::Milliseconds => SECOND / 1000,
        }
    }
}

impl Timestamp {
    /// Reads RFC 3339, or a date alone.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
        let separator = |index: usize, allowed: &[u8]| allowed.contains(text.as_bytes().get(index)?).then_some(());
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        separator(4, b"-")?;
        separator(7, b"-")?;
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let date = i128::from(days_from_civil(year, month, day) * 86_400) * i128::from(SECOND);
        if text.len() == 10 {
            return Some(Self(date));
        }
        separator(10, b"Tt")?;
        separator(13, b":")?;
        separator(16, b":")?;
        let seconds = number(11..13)? * 3600 + number(14..16)? * 60 + number(17..19)?;
        let rest = &text[19..];
        let fraction = rest.strip_prefix('.').map_or("", |rest| {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            &rest[..end]
        });
        let zone = &rest[if fraction.is_empty() { 0 } else { fraction.len() + 1 }..];
        let offset = match zone.as_bytes() {
            [b'Z' | b'z'] => 0,
            [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
                let minutes = zone.get(1..3)?.parse::<i64>().ok()? * 60 + zone.get(4..6)?.parse::<i64>().ok()?;
                if *sign == b'-' { -minutes } else { minutes }
            }
            _ => return None,
        };
        let nanoseconds: i128 = format!("{:0<9}", &fraction[..fraction.len().min(9)]).parse().ok()?;
        Some(Self(date + i128::from(seconds - offset * 60) * i128::from(SECOND) + nanoseconds))
    }

    /// Year, month and day, counted from one.
    pub(super) fn date(self) -> (i64, i64, i64) {
        civil_from_days(self.days())
    }

    /// Days since 1970.
    pub(super) fn days(self) -> i64 {
        i64::try_from(self.0.div_euclid(i128::from(86_400 * SECOND))).unwrap_or(i64::MAX)
    }

    /// Days since the first of January.
    pub(super) fn day_of_year(self) -> i64 {
        self.days() - days_from_civil(self.date().0, 1, 1)
    }

    /// The time of the day.
    pub(super) fn of_day(self) -> Duration {
        Duration(i64::try_from(self.0.rem_euclid(i128::from(86_400 * SECOND))).unwrap_or(0))
    }
}

/// Days since 1970 of a date of the Gregorian calendar. Years begin in March here, so that the leap day is the last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The reverse.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = (from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * from_march + 2) / 5 + 1)
}

fn overflow(function: &str) -> ExecutionError {
    ExecutionError::function_error(function, "out of range")
}

/// A value that is not borrowed, compares with its own kind, and can be added and subtracted.
macro_rules! value {
    ($type:ident, $static:ident) => {
        impl Val for $type {
            fn get_type(&self) -> &Type {
                &$static
            }

            fn cel_type() -> &'static Type {
                &$static
            }

            fn as_adder<'b, 'v>(&'b self) -> Option<&'b (dyn Adder + 'v)>
            where
                Self: 'v,
            {
                Some(self)
            }

            fn as_comparer(&self) -> Option<&dyn Comparer> {
                Some(self)
            }

            fn as_subtractor<'b, 'v>(&'b self) -> Option<&'b (dyn Subtractor + 'v)>
            where
                Self: 'v,
            {
                Some(self)
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

        impl StaticVal for $type {}

        impl Comparer for $type {
            fn compare(&self, other: &dyn Val) -> Result<Ordering, ExecutionError> {
                other.downcast_ref::<Self>().map(|other| self.cmp(other)).ok_or_else(|| no_overload("compare"))
            }
        }
    };
}

value!(Duration, DURATION);
value!(Timestamp, TIMESTAMP);

fn no_overload(function: &str) -> ExecutionError {
    ExecutionError::no_such_overload(function, Vec::new())
}

impl Adder for Duration {
    fn add<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        if let Some(other) = other.downcast_ref::<Self>() {
            return self.0.checked_add(other.0).map(|sum| CowVal::owned(Self(sum))).ok_or_else(|| overflow("add"));
        }
        let time = other.downcast_ref::<Timestamp>().ok_or_else(|| no_overload("add"))?;
        Ok(CowVal::owned(Timestamp(time.0 + i128::from(self.0))))
    }
}

impl Subtractor for Duration {
    fn sub<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let other = other.downcast_ref::<Self>().ok_or_else(|| no_overload("sub"))?;
        self.0.checked_sub(other.0).map(|rest| CowVal::owned(Self(rest))).ok_or_else(|| overflow("sub"))
    }
}

impl Adder for Timestamp {
    fn add<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let other = other.downcast_ref::<Duration>().ok_or_else(|| no_overload("add"))?;
        Ok(CowVal::owned(Self(self.0 + i128::from(other.0))))
    }
}

impl Subtractor for Timestamp {
    fn sub<'b, 'v>(&'b self, other: &(dyn Val + 'v)) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        if let Some(other) = other.downcast_ref::<Duration>() {
            return Ok(CowVal::owned(Self(self.0 - i128::from(other.0))));
        }
        let other = other.downcast_ref::<Self>().ok_or_else(|| no_overload("sub"))?;
        i64::try_from(self.0 - other.0).map(|rest| CowVal::owned(Duration(rest))).map_err(|_| overflow("sub"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        for (text, nanoseconds) in [
            ("0", 0),
            ("1h30m", 5400 * SECOND),
            ("-1.5s", -3 * SECOND / 2),
            ("250ms", SECOND / 4),
            ("1m.5s", 121 * SECOND / 2),
        ] {
            assert_eq!(Duration::parse(text), Some(Duration(nanoseconds)), "{text}");
        }
        for text in ["", "1", "h", "1d", "1 h", "1.2.3s", "9999999999h"] {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_those_of_rfc_3339() {
        let seconds = |text: &str| Timestamp::parse(text).map(|time| time.0 / i128::from(SECOND));
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2000-03-01T00:00:00Z"), Some(951_868_800));
        assert_eq!(seconds("2024-02-29T12:00:00+02:00"), Some(1_709_200_800));
        assert_eq!(seconds("1969-12-31T23:59:59.5Z"), Some(0), "half a second before");
        assert_eq!(seconds("2024-02-29T12:00:00"), None);
        let time = Timestamp::parse("2024-02-29T12:34:56Z").expect("a time");
        assert_eq!((time.date(), time.day_of_year(), time.of_day().whole(Unit::Minutes)), ((2024, 2, 29), 59, 754));
    }
}
