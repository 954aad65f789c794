//! Keys that no table of that kind has.

use super::place::{Place, dotted};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Node;

/// A longer list of keys is no help.
const MOST_SHOWN: usize = 12;

/// Keys that are to come, and what to write until then.
const NOT_YET: [(&str, &str); 6] = [
    (
        "neuron",
        "choose `instance-families` such as `inf2`, and write `container.resources.limits.\"aws.amazon.com/neuron\"`, \
         `ray-start-params.resources` and the pool's `node-pool.taints`",
    ),
    (
        "efa",
        "choose `instance-types` that have it, write `container.resources.limits.\"vpc.amazonaws.com/efa\"`, and patch \
         `networkInterfaces` of the EC2NodeClass",
    ),
    ("queue", "write the scheduler's own `labels`, such as `kueue.x-k8s.io/queue-name`"),
    ("reservations", "patch `capacityReservationSelectorTerms` of the EC2NodeClass"),
    ("placement-group", "patch the EC2NodeClass"),
    ("network-interfaces", "patch `networkInterfaces` of the EC2NodeClass"),
];

/// Where a key is not known: says so, and where it would be.
pub(super) fn explain(document: Place<'_>, root: &Node, path: &[String], key: &str, child: &Node) -> Diagnostic {
    let message = if path.is_empty() {
        format!("unknown key `{key}` at the top of the file")
    } else {
        format!("unknown key `{key}` in `{}`", dotted(path))
    };
    let diagnostic = Diagnostic::error("unknown-key", child.key, message);
    if let Some((_, instead)) = NOT_YET.into_iter().find(|(name, _)| *name == key) {
        let place = if path.is_empty() { "here".to_owned() } else { format!("in `{}`", dotted(path)) };
        let message = format!("`{key}` {place} is not supported yet");
        return Diagnostic::error("unknown-key", child.key, message).help(format!("until then, {instead}"));
    }
    let Some(place) = at(document, path) else { return diagnostic };
    let elsewhere = elsewhere(document, root, path, key);
    if !elsewhere.is_empty() {
        return diagnostic.help(format!("`{key}` belongs {}", elsewhere.join(" or ")));
    }
    if let Some(close) = did_you_mean(key, place.keys()) {
        return diagnostic.help(format!("did you mean `{close}`?"));
    }
    let known: Vec<String> = place.keys().map(|key| format!("`{key}`")).collect();
    if known.len() > MOST_SHOWN {
        return diagnostic;
    }
    diagnostic.help(format!("the keys here are {}", known.join(", ")))
}

/// The places near `path` that have the key: one level down, else above, else beside.
fn elsewhere(document: Place<'_>, root: &Node, path: &[String], key: &str) -> Vec<String> {
    let below = one_down(document, root, path, key);
    if !below.is_empty() {
        return below;
    }
    for length in (0..path.len()).rev() {
        let above = &path[..length];
        if at(document, above).is_some_and(|place| place.has(key)) {
            return vec![shown(above, &[])];
        }
        let beside = one_down(document, root, above, key);
        if !beside.is_empty() {
            return beside;
        }
    }
    Vec::new()
}

/// The tables in the one at `path`, and in its maps, that have the key.
fn one_down(document: Place<'_>, root: &Node, path: &[String], key: &str) -> Vec<String> {
    let Some(place) = at(document, path) else { return Vec::new() };
    let node = root.nearest(path.iter().map(String::as_str));
    let mut found = Vec::new();
    for name in place.keys() {
        let Some(below) = place.child(name) else { continue };
        if below.has(key) {
            found.push(shown(path, &[name]));
        } else if below.any_key().is_some_and(|entry| entry.has(key)) {
            let entries = node.child(name).and_then(Node::table);
            let entry = entries.and_then(|table| table.keys().next()).map_or("<name>", String::as_str);
            found.push(shown(path, &[name, entry]));
        }
    }
    // A key that many tables have, such as `name`, tells nothing.
    if found.len() > 2 {
        found.clear();
    }
    found
}

fn at<'s>(document: Place<'s>, path: &[String]) -> Option<Place<'s>> {
    document.descend(path.iter().map(String::as_str))
}

fn shown(path: &[String], below: &[&str]) -> String {
    let keys: Vec<&str> = path.iter().map(String::as_str).chain(below.iter().copied()).collect();
    if keys.is_empty() { "at the top of the file".to_owned() } else { format!("in `{}`", dotted(&keys)) }
}
