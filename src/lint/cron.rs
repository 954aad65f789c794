//! Cron schedules as `robfig/cron` reads them: five fields or a descriptor (`ParseStandard`, v3).

use crate::spec::Duration;

/// Least and greatest number and the names of each field: minute, hour, day of month, month, day of week.
const FIELDS: [(u32, u32, &[&str]); 5] = [
    (0, 59, &[]),
    (0, 23, &[]),
    (1, 31, &[]),
    (1, 12, &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
    (0, 6, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];
const DESCRIPTORS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// What is wrong with a schedule, if anything is.
pub(super) fn problem(schedule: &str) -> Option<String> {
    if let Some(every) = schedule.strip_prefix("@every ") {
        return Duration::from(every).seconds().is_none().then(|| format!("`{every}` is no duration"));
    }
    if schedule.starts_with('@') {
        return (!DESCRIPTORS.contains(&schedule)).then(|| format!("`{schedule}` is no known descriptor"));
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some(format!("it has {} fields instead of 5", fields.len()));
    }
    let wrong = fields.iter().zip(FIELDS).find(|(text, field)| !text.split(',').all(|part| is_range(part, *field)));
    wrong.map(|(text, (least, greatest, _))| format!("`{text}` is not within {least} to {greatest}"))
}

/// One part of a field: `*`, `5`, `1-5`, `mon-fri`, each with a step if need be.
fn is_range(text: &str, (least, greatest, words): (u32, u32, &[&str])) -> bool {
    let (range, step) = text.split_once('/').map_or((text, None), |(range, step)| (range, Some(step)));
    if step.is_some_and(|step| !step.parse::<u32>().is_ok_and(|step| step > 0)) {
        return false;
    }
    if matches!(range, "*" | "?") {
        return true;
    }
    let number = |text: &str| {
        let lower = text.to_ascii_lowercase();
        let word = words.iter().position(|word| *word == lower).and_then(|index| u32::try_from(index).ok());
        word.map(|index| index + least).or_else(|| text.parse().ok())
    };
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    match (number(from), number(to)) {
        (Some(from), Some(to)) => least <= from && from <= to && to <= greatest,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn schedules_are_read_as_the_operator_reads_them() {
        for valid in ["0 3 * * *", "*/5 0-6,12 1 jan mon-fri", "@daily", "@every 1h30m", "0 0 ? * 6"] {
            assert_eq!(problem(valid), None, "{valid}");
        }
        for invalid in
            ["", "61 * * * *", "0 0 3 * * *", "0 3 * * 7", "5-1 * * * *", "*/0 * * * *", "@never", "@every soon"]
        {
            assert!(problem(invalid).is_some(), "{invalid}");
        }
    }
}
