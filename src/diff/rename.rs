//! Renamed objects: one is gone and one is new, and but for the name they are alike.

use std::collections::{BTreeMap, BTreeSet};

use super::{Object, Pair};
use crate::json::Value;

/// The share of values that two objects have to have in common.
const ALIKE: f64 = 0.6;
/// Renames are looked for among so many pairs of objects and no more: a migration is not a rename.
const PAIRS: usize = 10_000;
/// What Ray clusters are made of: a team is a renamed one only if one of these is.
const WORKLOADS: [&str; 4] = ["RayCluster", "RayService", "RayJob", "RayCronJob"];

/// Tells each deleted object what it seems to be called now, and each new one what it was called.
pub(super) fn find(pairs: &mut [Pair<'_>]) {
    let mut kinds: BTreeMap<(&str, &str), [Vec<usize>; 2]> = BTreeMap::new();
    for (index, pair) in pairs.iter().enumerate() {
        let side = match (pair.old, pair.new) {
            (Some(_), None) => 0,
            (None, Some(_)) => 1,
            _ => continue,
        };
        let object = pair.object();
        kinds.entry((object.environment, object.kind())).or_default()[side].push(index);
    }
    let teams = renamed_teams(pairs, &kinds);
    let mut found = Vec::new();
    for [gone, new] in kinds.values() {
        let related = |gone: usize, new: usize| {
            let (gone, new) = (pairs[gone].object(), pairs[new].object());
            gone.team == new.team || teams.contains(&(gone.environment, gone.team, new.team))
        };
        found.extend(best(pairs, gone, new, &related));
    }
    for (gone, new) in found {
        let names = (pairs[gone].object().name(), pairs[new].object().name());
        pairs[gone].renamed = Some(names.1);
        pairs[new].renamed = Some(names.0);
    }
}

type Teams<'a> = BTreeSet<(&'a str, Option<&'a str>, Option<&'a str>)>;

/// Teams of which a Ray cluster is like one of another team's: environment, old and new team.
fn renamed_teams<'a>(pairs: &[Pair<'a>], kinds: &BTreeMap<(&'a str, &'a str), [Vec<usize>; 2]>) -> Teams<'a> {
    let workloads = kinds.iter().filter(|((_, kind), _)| WORKLOADS.contains(kind));
    let found = workloads.flat_map(|(_, [gone, new])| best(pairs, gone, new, &|_, _| true));
    found
        .map(|(gone, new)| {
            let (gone, new) = (pairs[gone].object(), pairs[new].object());
            (gone.environment, gone.team, new.team)
        })
        .collect()
}

/// The most alike of those that are alike enough, each object in one pair at most.
fn best(
    pairs: &[Pair<'_>],
    gone: &[usize],
    new: &[usize],
    related: &dyn Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    if gone.len() * new.len() > PAIRS {
        return Vec::new();
    }
    let leaves = |indices: &[usize]| -> Vec<Vec<String>> {
        indices.iter().map(|index| leaves(&pairs[*index].object())).collect()
    };
    let (of_gone, of_new) = (leaves(gone), leaves(new));
    let mut scored = Vec::new();
    for (a, old_leaves) in gone.iter().zip(&of_gone) {
        for (b, new_leaves) in new.iter().zip(&of_new).filter(|(b, _)| related(*a, **b)) {
            let score = likeness(old_leaves, new_leaves);
            if score >= ALIKE {
                scored.push((score, *a, *b));
            }
        }
    }
    // Of equally alike ones the first by name.
    scored.sort_by(|(x, a, b), (y, c, d)| y.total_cmp(x).then((a, b).cmp(&(c, d))));
    let mut taken = BTreeSet::new();
    let mut found = Vec::new();
    for (_, a, b) in scored {
        if !taken.contains(&a) && !taken.contains(&b) {
            taken.extend([a, b]);
            found.push((a, b));
        }
    }
    found
}

/// Twice the common ones among all of both (Dice's coefficient). Both are sorted.
fn likeness(a: &[String], b: &[String]) -> f64 {
    let (mut i, mut j, mut common) = (0, 0, 0_u32);
    while let (Some(left), Some(right)) = (a.get(i), b.get(j)) {
        match left.cmp(right) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
        }
    }
    let all = u32::try_from(a.len() + b.len()).unwrap_or(u32::MAX).max(1);
    2.0 * f64::from(common) / f64::from(all)
}

/// The object's values with the keys that lead to them, sorted, without its own name, namespace and team.
fn leaves(object: &Object<'_>) -> Vec<String> {
    let mut own = vec![object.name(), object.namespace(), object.team.unwrap_or_default()];
    // A letter or two stand in too many values that do not mean the name.
    own.retain(|name| name.len() > 2);
    // The longest first: the others may be part of it.
    own.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let mut leaves = Vec::new();
    collect(object.value, "", &own, &mut leaves);
    leaves.sort_unstable();
    leaves
}

fn collect(value: &Value, path: &str, own: &[&str], leaves: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| collect(value, &format!("{path}.{key}"), own, leaves));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, path, own, leaves)),
        plain => {
            let text = own.iter().fold(plain.to_string(), |text, name| text.replace(name, "\u{0}"));
            leaves.push(format!("{path}={text}"));
        }
    }
}
