//! For a terminal: the headline of each environment, then every object, the worst first.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Comparison, lines, title, unified};
use crate::diff::Path;
use crate::impact::{Effect, ObjectImpact, Verdict};

pub(super) fn render(comparison: &Comparison<'_>, with_unified: bool) -> String {
    let mut text = String::new();
    for environment in comparison.environments {
        let _ = writeln!(text, "{}: {}", environment.name, environment.headline());
        for upgrade in &environment.upgrades {
            let _ = writeln!(text, "  {} {} → {}", upgrade.project, upgrade.old, upgrade.new);
            for (note, fact) in &upgrade.notes {
                let _ = writeln!(text, "    {note} [{fact}]");
            }
        }
        for object in &environment.objects {
            text.push('\n');
            write_object(&mut text, object, with_unified);
        }
        text.push('\n');
    }
    if comparison.environments.is_empty() {
        let _ = writeln!(
            text,
            "{}",
            if comparison.left_out.is_empty() { "nothing changes" } else { "nothing else changes" }
        );
    }
    for name in &comparison.left_out {
        let _ = writeln!(text, "not compared: {name}, whose specs have errors");
    }
    let _ = writeln!(text, "compared with {} ({})", comparison.revision.name, comparison.revision.short());
    text
}

fn write_object(text: &mut String, object: &ObjectImpact<'_>, with_unified: bool) {
    let _ = writeln!(text, "{:<13}{}", object.verdict().name(), title(&object.pair.object()));
    let effects: Vec<&Effect> = object.effects.iter().filter(|effect| says_something(effect)).collect();
    for (index, effect) in effects.iter().enumerate() {
        let label =
            if effect.verdict == object.verdict() { String::new() } else { format!("{}: ", effect.verdict.name()) };
        let _ = writeln!(text, "    {label}{}{}", effect.reason, because(&effect.fields));
        // Neighbours often stand on the same fact.
        let last = effects.get(index + 1).is_none_or(|next| next.fact != effect.fact);
        if last && !effect.fact.is_empty() {
            let _ = writeln!(text, "      [{}]", effect.fact);
        }
    }
    let commands: BTreeSet<&String> = effects.iter().filter_map(|effect| effect.command.as_ref()).collect();
    for command in commands {
        let _ = writeln!(text, "      left to do: {command}");
    }
    for (sign, line) in object.pair.changes.iter().flat_map(lines) {
        let _ = writeln!(text, "{sign}   {line}");
    }
    if with_unified {
        text.push_str(&unified(object));
    }
}

/// That a new object is new needs no word.
fn says_something(effect: &Effect) -> bool {
    effect.verdict != Verdict::Created || effect.reason.starts_with("renamed")
}

/// The fields as a half-sentence.
fn because(fields: &[Path]) -> String {
    match fields {
        [] => String::new(),
        [field] => format!(" ({field})"),
        [field, rest @ ..] => format!(" ({field} and {} more)", rest.len()),
    }
}
