//! A disruption budget that does not work.

use serde_json::Value;

use crate::diagnostic::Severity;
use crate::lint::karpenter::items;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-budget",
    group: Group::Karpenter,
    summary: "a disruption budget does not bound what it seems to bound",
    severity: Severity::Error,
    page: include_str!("invalid_budget.md"),
    check: Check::Object(&["NodePool"], check),
};

const BUDGETS: &str = "/spec/disruption/budgets";

fn check(pool: &Object<'_>, findings: &mut Findings<'_>) {
    if pool.get(BUDGETS).and_then(Value::as_array).is_some_and(Vec::is_empty) {
        let message = format!("NodePool `{}` has an empty list of budgets: all nodes may be disrupted at once", pool.name());
        findings.object(pool, BUDGETS, message).add_help("leave `budgets` out for raygen's, or name at least one");
    }
    for (index, budget) in items(pool, BUDGETS) {
        let at = format!("{BUDGETS}/{index}");
        if budget["reasons"].as_array().is_some_and(Vec::is_empty) {
            let message = format!("a budget of NodePool `{}` has an empty list of reasons, so it never counts", pool.name());
            findings.object(pool, &format!("{at}/reasons"), message).add_help("leave `reasons` out for all reasons");
        }
        let Some(Err(problem)) = budget["schedule"].as_str().map(check_schedule) else { continue };
        let schedule = budget["schedule"].as_str().unwrap_or_default();
        let message = format!(
            "NodePool `{}`: the schedule `{schedule}` of a budget cannot be read, so no node may ever be disrupted: {problem}",
            pool.name()
        );
        findings
            .object(pool, &format!("{at}/schedule"), message)
            .add_help("write minute, hour, day, month and weekday in UTC, such as `0 9 * * mon-fri`");
    }
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const DESCRIPTORS: [&str; 7] = ["@annually", "@yearly", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// Reads a schedule as robfig/cron v3 does (`parser.go`, ParseStandard).
fn check_schedule(schedule: &str) -> Result<(), String> {
    if schedule.starts_with('@') {
        let known = DESCRIPTORS.contains(&schedule);
        return if known { Ok(()) } else { Err(format!("there is no `{schedule}`")) };
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != 5 {
        return Err(format!("it has {} fields, not 5", fields.len()));
    }
    let bounds: [(&str, u32, u32, &[&str]); 5] =
        [("minute", 0, 59, &[]), ("hour", 0, 23, &[]), ("day", 1, 31, &[]), ("month", 1, 12, &MONTHS), ("weekday", 0, 6, &WEEKDAYS)];
    for (field, (name, least, most, names)) in fields.into_iter().zip(bounds) {
        let first = u32::from(name == "month");
        let number = |text: &str| {
            let named = names.iter().position(|known| text.eq_ignore_ascii_case(known));
            let named = named.and_then(|position| u32::try_from(position).ok()).map(|position| position + first);
            named.or_else(|| text.parse().ok()).filter(|number| (least..=most).contains(number))
        };
        for part in field.split(',') {
            let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
            let ends = match range.split_once('-') {
                Some((from, to)) => number(from).zip(number(to)).is_some_and(|(from, to)| from <= to),
                None => matches!(range, "*" | "?") || number(range).is_some(),
            };
            let steps = step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0));
            if !ends || !steps {
                return Err(format!("`{part}` is no {name} between {least} and {most}"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_schedule;

    #[test]
    fn schedules_are_read_as_karpenter_reads_them() {
        for schedule in ["@daily", "0 9 * * mon-fri", "*/15 0-6 1,15 JAN-mar ?", "0 0 * * 0", "5/10 * * * *"] {
            assert_eq!(check_schedule(schedule), Ok(()), "{schedule}");
        }
        for schedule in ["@dailyish", "0 9 * *", "60 * * * *", "0 24 * * *", "0 9 * * 7", "0 9 * * fri-mon", "x 9 * * *",
            "*/0 * * * *", "TZ=Europe/Berlin 0 9 * * *", "0 9 0 * *"]
        {
            assert!(check_schedule(schedule).is_err(), "{schedule}");
        }
    }
}
