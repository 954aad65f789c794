//! For a pull request: headlines, a table of what deserves a look, the worst first, and the rest folded away.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Comparison, lines, title, unified};
use crate::diff::Path;
use crate::impact::{Effect, EnvironmentImpact, ObjectImpact, Verdict};
use crate::report::plural;

/// A comment by which scripts find the comment that they wrote before.
const MARK: &str = "<!-- raygen diff -->";
/// GitHub takes 65,536 characters, GitLab a million. The rest is for what scripts put around it.
const LONGEST: usize = 60_000;
/// Rows of the table, of all environments together.
const ROWS: usize = 50;
/// Effects of an object in the table.
const EFFECTS: usize = 3;
/// Lines of one object's changes and its text diff.
const LINES: usize = 80;

pub(super) fn render(comparison: &Comparison<'_>, with_unified: bool) -> String {
    let mut text = format!("{MARK}\n### What merging does\n\n");
    for environment in comparison.environments {
        write_headline(&mut text, environment);
    }
    if comparison.environments.is_empty() {
        let nothing = if comparison.left_out.is_empty() { "Nothing changes" } else { "Nothing else changes" };
        let _ = writeln!(text, "{nothing}.\n");
    }
    for name in &comparison.left_out {
        let _ = writeln!(text, "Not compared: {name}, whose specs have errors.\n");
    }
    let mut objects: Vec<(&str, &ObjectImpact<'_>)> = comparison
        .environments
        .iter()
        .flat_map(|environment| environment.objects.iter().map(|object| (environment.name, object)))
        .collect();
    objects.sort_by_key(|(_, object)| std::cmp::Reverse(object.verdict()));
    write_table(&mut text, &objects);
    let end = format!("<sub>Compared with {} (`{}`).</sub>\n", comparison.revision.name, comparison.revision.short());
    write_details(&mut text, &objects, with_unified, LONGEST - end.chars().count());
    text + &end
}

fn write_headline(text: &mut String, environment: &EnvironmentImpact<'_>) {
    let _ = writeln!(text, "**{}**: {}\n", environment.name, escape(&environment.headline()));
    for upgrade in &environment.upgrades {
        let _ = writeln!(text, "- {} {} → {}", upgrade.project, upgrade.old, upgrade.new);
        for (note, fact) in &upgrade.notes {
            let _ = writeln!(text, "  - {} <sub>{}</sub>", escape(note), escape(fact));
        }
    }
    if !environment.upgrades.is_empty() {
        text.push('\n');
    }
}

/// What happens in place and what is new needs no row.
fn write_table(text: &mut String, objects: &[(&str, &ObjectImpact<'_>)]) {
    let rows: Vec<_> = objects.iter().filter(|(_, object)| object.verdict() > Verdict::Live).collect();
    if rows.is_empty() {
        return;
    }
    text.push_str("| | object | what happens |\n|---|---|---|\n");
    for (environment, object) in rows.iter().take(ROWS) {
        let effects = object.effects.iter().filter(|effect| effect.verdict > Verdict::Live);
        let effects: Vec<&Effect> = effects.take(EFFECTS).collect();
        let mut sentences: Vec<String> = effects.iter().map(|effect| sentence(effect, object.verdict())).collect();
        let commands: BTreeSet<&String> = effects.iter().filter_map(|effect| effect.command.as_ref()).collect();
        sentences.extend(commands.into_iter().map(|command| format!("`{command}`")));
        let effects = sentences.join("<br>");
        let verdict = object.verdict().name();
        let _ = writeln!(text, "| **{verdict}** | {environment}: {} | {effects} |", named(object));
    }
    if rows.len() > ROWS {
        let _ = writeln!(text, "| | {} more | |", rows.len() - ROWS);
    }
    text.push('\n');
}

fn named(object: &ObjectImpact<'_>) -> String {
    let title = title(&object.pair.object());
    let (kind, name) = title.split_once(' ').unwrap_or(("", &title));
    format!("{kind} `{name}`")
}

fn sentence(effect: &Effect, worst: Verdict) -> String {
    let mut sentence = String::new();
    if effect.verdict != worst {
        let _ = write!(sentence, "{}: ", effect.verdict.name());
    }
    if !effect.fields.is_empty() {
        let _ = write!(sentence, "{}: ", fields(&effect.fields));
    }
    sentence.push_str(&escape(&effect.reason));
    if !effect.fact.is_empty() {
        let _ = write!(sentence, " <sub>{}</sub>", escape(effect.fact));
    }
    sentence
}

/// The first fields, and the number of the others.
fn fields(fields: &[Path]) -> String {
    const SHOWN: usize = 2;
    let mut names: Vec<String> =
        fields.iter().take(SHOWN).map(|field| format!("`{}`", cut(&field.to_string()))).collect();
    if fields.len() > SHOWN {
        names.push(format!("{} more", fields.len() - SHOWN));
    }
    names.join(", ").replace('|', "\\|")
}

fn cut(path: &str) -> String {
    const LONGEST: usize = 120;
    let number = path.chars().count();
    if number <= LONGEST {
        path.to_owned()
    } else {
        format!("…{}", path.chars().skip(number - LONGEST).collect::<String>())
    }
}

/// Every changed object in a fold of its own, then those that are new or gone, as many as there is room for.
fn write_details(text: &mut String, objects: &[(&str, &ObjectImpact<'_>)], with_unified: bool, longest: usize) {
    if objects.is_empty() {
        return;
    }
    let _ = writeln!(text, "<details><summary>{}</summary>\n", plural(objects.len(), "object"));
    let has_fold = |object: &ObjectImpact<'_>| with_unified || !object.pair.changes.is_empty();
    let (folded, listed): (Vec<_>, Vec<_>) = objects.iter().partition(|(_, object)| has_fold(object));
    let folded = folded.iter().map(|(environment, object)| fold(environment, object, with_unified));
    let listed = listed.iter().map(|(environment, object)| {
        format!("- {environment}: {}: {}\n", html(&title(&object.pair.object())), object.verdict().name())
    });
    // Enough for the end of the list.
    let room = longest.saturating_sub(200);
    let mut length = text.chars().count();
    for (index, part) in folded.chain(listed).enumerate() {
        length += part.chars().count();
        if length > room {
            let left = plural(objects.len() - index, "object");
            let _ = writeln!(text, "\n…and {left} for which a comment has no room: run `raygen diff`.");
            break;
        }
        text.push_str(&part);
    }
    text.push_str("\n</details>\n\n");
}

/// An object and its changes. A blank line ends a block of HTML, and nothing else does.
fn fold(environment: &str, object: &ObjectImpact<'_>, with_unified: bool) -> String {
    let changes = object.pair.changes.iter().flat_map(lines).map(|(sign, line)| format!("{sign} {line}"));
    let mut shown: Vec<String> = changes.collect();
    if with_unified {
        shown.extend(unified(object).lines().map(str::to_owned));
    }
    let hidden = shown.len().saturating_sub(LINES);
    shown.truncate(LINES);
    if hidden > 0 {
        shown.push(format!("  …{} more", plural(hidden, "line")));
    }
    // No line begins with a backtick, so nothing in it can close the fence.
    format!(
        "<details><summary>{environment}: {}: {}</summary>\n\n````diff\n{}\n````\n\n</details>\n\n",
        html(&title(&object.pair.object())),
        object.verdict().name(),
        shown.join("\n")
    )
}

/// Plain words with code in backticks, safe in a cell of a table.
fn escape(text: &str) -> String {
    html(text).replace('|', "\\|").replace('*', "\\*").replace('\n', " ")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
