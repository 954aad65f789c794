//! Tables of facts: one row per field and condition, the first that fits counts.

use super::{Effect, Verdict};
use crate::diff::{Change, Edit, Pattern, Step};
use crate::json::Value;
use crate::schema::Version;

/// A row: what happens when a field changes under a condition.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The fields, below the object or below the part of it that the table is about.
    pub field: &'static str,
    /// When the row holds, as a name; empty for always.
    pub condition: &'static str,
    /// When the row holds.
    pub when: fn(&Case<'_>) -> bool,
    /// What happens.
    pub verdict: Verdict,
    /// Why, in words. `{group}`, `{name}` and `{namespace}` stand for the case's own.
    pub why: &'static str,
    /// Who says so: project, file and function or document.
    pub fact: &'static str,
    /// The command that is left to people; empty where there is none.
    pub command: &'static str,
}

/// Writes a table so that it can be read as one. A row is `"field" if condition => Verdict "why" [fact];`: without the
/// condition where there is none, and with `run command` at its end where something is left to people.
macro_rules! rows {
    ($($field:literal $(if $when:ident)? => $verdict:ident $why:literal [$fact:expr] $(run $command:expr)?;)*) => {
        &[$($crate::impact::table::Row {
            field: $field,
            condition: concat!($(stringify!($when))?),
            when: rows!(@when $($when)?),
            verdict: $crate::impact::Verdict::$verdict,
            why: $why,
            fact: $fact,
            command: rows!(@command $($command)?),
        }),*]
    };
    (@when) => { $crate::impact::table::always };
    (@when $when:ident) => { $when };
    (@command) => { "" };
    (@command $command:expr) => { $command };
}
pub(super) use rows;

/// Tables by the part of an object that they are about, as a JSON pointer; a part before those around it.
pub type Parts = &'static [(&'static str, &'static [Row])];

/// A change and all that its consequences depend on.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What changes.
    pub change: &'a Change,
    /// Where it changes, below the part that the table is about.
    pub steps: &'a [Step],
    /// The whole object before.
    pub old: &'a Value,
    /// The whole object after.
    pub new: &'a Value,
    /// All changes of the object.
    pub all: &'a [Change],
    /// Release of the operator before and after.
    pub kuberay: (&'a Version, &'a Version),
}

impl<'a> Case<'a> {
    /// The same case for a table about the part at `pointer`, such as `/spec/rayClusterConfig`; none if the change is
    /// elsewhere.
    pub fn within(&self, pointer: &str) -> Option<Self> {
        let fields: Vec<&str> = pointer.split('/').skip(1).collect();
        below(&self.change.path.0, &fields).map(|steps| Self { steps, ..*self })
    }

    /// Whether the change is at one of these fields.
    pub fn is_at(&self, pattern: &'static str) -> bool {
        Pattern(pattern).matches(self.steps)
    }

    /// The text at a JSON pointer in the object after.
    pub fn text(&self, pointer: &str) -> &'a str {
        self.new.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether the flag at a JSON pointer is set in the object after.
    pub fn flag(&self, pointer: &str) -> bool {
        self.new.pointer(pointer).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The first row that fits, as an effect.
    pub fn look_up(&self, rows: &[Row]) -> Option<Effect> {
        rows.iter().find(|row| self.is_at(row.field) && (row.when)(self)).map(|row| self.effect(row))
    }

    /// The first row that fits in the table of the first part that the change is in.
    pub fn look_up_in(&self, parts: Parts) -> Option<Effect> {
        parts.iter().find_map(|(part, rows)| Some(self.within(part)?.look_up(rows))).flatten()
    }

    /// The effect of a row, whatever its field and condition.
    pub fn effect(&self, row: &Row) -> Effect {
        Effect {
            verdict: row.verdict,
            fields: vec![self.change.path.clone()],
            reason: self.fill(row.why),
            fact: row.fact,
            command: (!row.command.is_empty()).then(|| self.fill(row.command)),
        }
    }

    fn fill(&self, text: &str) -> String {
        if !text.contains('{') {
            return text.to_owned();
        }
        text.replace("{group}", self.change.path.item().unwrap_or_default())
            .replace("{name}", self.text("/metadata/name"))
            .replace("{namespace}", self.text("/metadata/namespace"))
    }
}

/// The steps after these fields, if the path begins with them.
pub(super) fn below<'a>(steps: &'a [Step], fields: &[&str]) -> Option<&'a [Step]> {
    fields.iter().try_fold(steps, |steps, field| match steps {
        [Step::Field(name), rest @ ..] if name == field => Some(rest),
        _ => None,
    })
}

pub(super) fn always(_: &Case<'_>) -> bool {
    true
}

/// Something is there now that was not.
pub(super) fn added(case: &Case<'_>) -> bool {
    matches!(case.change.edit, Edit::Added(_))
}

/// Another controller than the operator is named, where none was.
pub(super) fn handed_over(case: &Case<'_>) -> bool {
    matches!(&case.change.edit, Edit::Added(manager) if manager != "ray.io/kuberay-operator")
}

/// Something is gone.
pub(super) fn removed(case: &Case<'_>) -> bool {
    matches!(case.change.edit, Edit::Removed(_))
}

/// Something is another than it was.
pub(super) fn replaced(case: &Case<'_>) -> bool {
    matches!(case.change.edit, Edit::Replaced { .. })
}

/// Only the order of a list changes.
pub(super) fn reordered(case: &Case<'_>) -> bool {
    matches!(case.change.edit, Edit::Reordered { .. })
}

/// A flag is set that was not.
pub(super) fn switched_on(case: &Case<'_>) -> bool {
    case.change.edit.after() == Some(&Value::Bool(true))
}

/// A flag was set and is not.
pub(super) fn switched_off(case: &Case<'_>) -> bool {
    case.change.edit.before() == Some(&Value::Bool(true))
}

/// A number falls. One that is not there counts as zero, the default of every number that tables ask about.
pub(super) fn lowered(case: &Case<'_>) -> bool {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64).unwrap_or(0.0);
    number(case.change.edit.after()) < number(case.change.edit.before())
}

/// The object is suspended before the merge.
pub(super) fn was_suspended(case: &Case<'_>) -> bool {
    case.old.pointer("/spec/suspend") == Some(&Value::Bool(true))
}

/// The operator is another release before and after the merge.
pub(super) fn operator_upgraded(case: &Case<'_>) -> bool {
    case.kuberay.0 != case.kuberay.1
}
