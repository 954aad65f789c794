//! Patches: changes to built objects, for what no key of the spec says.

use super::Manifest;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::json::{Map, Value};
use crate::resolve::{PlacedPatch, SpecPath, Team};

/// What identifies an object: changed by a patch it would be another object.
const IDENTITY: [&str; 4] = ["/apiVersion", "/kind", "/metadata/name", "/metadata/namespace"];

/// Applies the team's patches, then each workload's own.
pub(super) fn apply(team: &Team, manifests: &mut [Manifest]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for placed in &team.patches {
        patch(team, manifests.iter_mut().collect(), placed, &mut diagnostics);
    }
    let workloads = team.workloads.iter().map(|workload| (&workload.key, &workload.patches));
    let selected = team.selected_jobs.iter().map(|job| (&job.key, &job.patches));
    for (key, patches) in workloads.chain(selected) {
        for placed in patches {
            let own = manifests.iter_mut().filter(|manifest| manifest.workload.as_deref() == Some(key));
            patch(team, own.collect(), placed, &mut diagnostics);
        }
    }
    diagnostics
}

fn patch(team: &Team, manifests: Vec<&mut Manifest>, placed: &PlacedPatch, diagnostics: &mut Vec<Diagnostic>) {
    let PlacedPatch { patch, path } = placed;
    let before = diagnostics.len();
    let leaves = leaves(&patch.merge.0);
    for (pointer, keys) in &leaves {
        if touches_identity(pointer) {
            diagnostics.push(identity(team, &below(&path.join("merge"), keys), pointer));
        }
    }
    for (index, pointer) in patch.remove.iter().enumerate() {
        if touches_identity(pointer) {
            diagnostics.push(identity(team, &path.join("remove").join(&index.to_string()), pointer));
        }
    }
    if diagnostics.len() > before {
        return;
    }

    let candidates: Vec<(String, String)> =
        manifests.iter().map(|manifest| (manifest.kind().to_owned(), manifest.name().to_owned())).collect();
    let mut removed = vec![false; patch.remove.len()];
    let mut matched = false;
    for manifest in manifests {
        let named = patch.name.as_deref().is_none_or(|name| name == manifest.name());
        if manifest.kind() != patch.kind || !named {
            continue;
        }
        matched = true;
        for (pointer, keys) in leaves.iter().map(|(pointer, keys)| new_part(&manifest.object, pointer, keys)) {
            manifest.places.replace(pointer.to_owned(), below(&path.join("merge"), keys));
        }
        merge(&mut manifest.object, &Value::Object(patch.merge.0.clone()));
        for (index, (pointer, done)) in patch.remove.iter().zip(&mut removed).enumerate() {
            *done |= remove(&mut manifest.object, pointer);
            manifest.places.replace(pointer.clone(), path.join("remove").join(&index.to_string()));
        }
    }
    if !matched {
        diagnostics.push(dangling(team, placed, &candidates));
        return;
    }
    for (index, pointer) in patch.remove.iter().enumerate().filter(|(index, _)| !removed[*index]) {
        let span = team.values.span(&path.join("remove").join(&index.to_string()));
        let message = format!("the patch removes `{pointer}`, but no matching {} has it", patch.kind);
        diagnostics
            .push(Diagnostic::error("dangling-patch", span, message).help("take the pointer out, or mend its path"));
    }
}

fn identity(team: &Team, path: &SpecPath, pointer: &str) -> Diagnostic {
    let message = format!("a patch may not touch `{pointer}`: it would make another object");
    Diagnostic::error("patched-identity", team.values.span(path), message)
        .help("use the workload's `name`, or the team's `namespace`")
}

fn dangling(team: &Team, placed: &PlacedPatch, candidates: &[(String, String)]) -> Diagnostic {
    let PlacedPatch { patch, path } = placed;
    let kinds: Vec<&str> = candidates.iter().map(|(kind, _)| kind.as_str()).collect();
    let environment = &team.environment.name;
    if !kinds.contains(&patch.kind.as_str()) {
        let span = team.values.span(&path.join("kind"));
        let message = format!("the patch is for a {}, but none is rendered for `{environment}`", patch.kind);
        let diagnostic = Diagnostic::error("dangling-patch", span, message);
        return match did_you_mean(&patch.kind, kinds) {
            Some(close) => diagnostic.help(format!("did you mean `{close}`?")),
            None => diagnostic.help("take the patch out, or put it under the environment's override"),
        };
    }
    let name = patch.name.as_deref().unwrap_or_default();
    let names: Vec<&str> =
        candidates.iter().filter(|(kind, _)| *kind == patch.kind).map(|(_, name)| name.as_str()).collect();
    let listed: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let span = team.values.span(&path.join("name"));
    let message =
        format!("the patch is for {} `{name}`, but none of this name is rendered for `{environment}`", patch.kind);
    Diagnostic::error("dangling-patch", span, message).help(match did_you_mean(name, names) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("rendered are {}", listed.join(", ")),
    })
}

fn below(path: &SpecPath, keys: &[String]) -> SpecPath {
    keys.iter().fold(path.clone(), |path, key| path.join(key))
}

/// Whether the pointer names a part of the identity, or something around one.
fn touches_identity(pointer: &str) -> bool {
    IDENTITY.iter().any(|part| {
        *part == pointer || part.strip_prefix(pointer).is_some_and(|rest| rest.starts_with('/')) || pointer.is_empty()
    })
}

/// The pointers that a merge patch sets, with the keys that lead to them in the patch.
pub(super) fn leaves(patch: &Map) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut open: Vec<(String, Vec<String>, &Map)> = vec![(String::new(), Vec::new(), patch)];
    while let Some((pointer, keys, table)) = open.pop() {
        for (key, value) in table {
            let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
            let keys: Vec<String> = keys.iter().cloned().chain([key.to_owned()]).collect();
            match value {
                Value::Object(inner) if !inner.is_empty() => open.push((pointer, keys, inner)),
                _ => found.push((pointer, keys)),
            }
        }
    }
    found.sort();
    found
}

/// The outermost part on the way to `pointer` that the object does not have yet, and the keys that lead to it: all of it
/// comes from the patch.
fn new_part<'a>(object: &Value, pointer: &'a str, keys: &'a [String]) -> (&'a str, &'a [String]) {
    let ends = pointer.match_indices('/').map(|(index, _)| index).skip(1).chain([pointer.len()]);
    let absent = ends.zip(1..).find(|(end, _)| object.pointer(&pointer[..*end]).is_none());
    absent.map_or((pointer, keys), |(end, count)| (&pointer[..end], &keys[..count]))
}

/// RFC 7386, but for null: TOML has none, so that is what `remove` is for.
fn merge(target: &mut Value, patch: &Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (key, value) in patch {
                match target.get_mut(key) {
                    Some(inner) => merge(inner, value),
                    None => {
                        target.insert(key.to_owned(), value.clone());
                    }
                }
            }
        }
        (target, patch) => *target = patch.clone(),
    }
}

/// Takes out what a JSON pointer names; whether it was there.
fn remove(object: &mut Value, pointer: &str) -> bool {
    let Some((parent, last)) = pointer.rsplit_once('/') else { return false };
    let last = last.replace("~1", "/").replace("~0", "~");
    match object.pointer_mut(parent) {
        Some(Value::Object(table)) => table.remove(&last).is_some(),
        Some(Value::Array(items)) => match last.parse::<usize>() {
            Ok(index) if index < items.len() => {
                items.remove(index);
                true
            }
            _ => false,
        },
        _ => false,
    }
}
