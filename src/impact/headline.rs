//! One line that says it all: "2 clusters restart (vision/train, nlp/batch), 1 node pool rolls, 3 change in place".

use std::collections::BTreeMap;

use super::{ObjectImpact, Verdict};

/// Names that are told before the rest is counted.
const NAMED: usize = 3;

/// What people call a kind, and whether they want to know which one it is: workloads and what holds data.
const NOUNS: &[(&str, &str, bool)] = &[
    ("RayCluster", "cluster", true),
    ("RayService", "service", true),
    ("RayJob", "job", true),
    ("RayCronJob", "cron job", true),
    ("NodePool", "node pool", false),
    ("EC2NodeClass", "node class", false),
    ("PersistentVolumeClaim", "claim", true),
    ("PersistentVolume", "volume", true),
    ("StorageClass", "storage class", true),
    ("Namespace", "namespace", true),
    ("ServiceAccount", "service account", false),
    // A RayJob is a job, too.
    ("Job", "batch job", false),
];

/// The headline of an environment's objects, the worst first.
pub(super) fn headline(objects: &[ObjectImpact<'_>]) -> String {
    let mut groups: BTreeMap<(std::cmp::Reverse<Verdict>, Option<&str>), Vec<&ObjectImpact<'_>>> = BTreeMap::new();
    for object in objects {
        let verdict = object.verdict();
        // What happens in place is not worth a list of kinds.
        let kind = (verdict > Verdict::Live).then(|| object.pair.object().kind());
        groups.entry((std::cmp::Reverse(verdict), kind)).or_default().push(object);
    }
    if groups.is_empty() {
        return "nothing changes".to_owned();
    }
    let parts = groups.iter().map(|((verdict, kind), objects)| part(verdict.0, *kind, objects));
    parts.collect::<Vec<_>>().join(", ")
}

fn part(verdict: Verdict, kind: Option<&str>, objects: &[&ObjectImpact<'_>]) -> String {
    let number = objects.len();
    let of_nodes = matches!(kind, Some("NodePool" | "EC2NodeClass"));
    let phrase = verdict.phrase(number, of_nodes);
    let Some(kind) = kind else { return format!("{number} {phrase}") };
    let known = NOUNS.iter().find(|(of, ..)| *of == kind);
    let (noun, named) = known.map_or((kind, false), |(_, noun, named)| (*noun, *named));
    let noun = if number == 1 { noun.to_owned() } else { plural(noun) };
    if !named {
        return format!("{number} {noun} {phrase}");
    }
    let mut labels: Vec<String> = objects.iter().take(NAMED).map(|object| object.label()).collect();
    if number > NAMED {
        labels.push(format!("{} more", number - NAMED));
    }
    format!("{number} {noun} {phrase} ({})", labels.join(", "))
}

fn plural(noun: &str) -> String {
    match (noun.strip_suffix('y'), noun.ends_with('s')) {
        (Some(stem), _) => format!("{stem}ies"),
        (None, true) => format!("{noun}es"),
        (None, false) => format!("{noun}s"),
    }
}
