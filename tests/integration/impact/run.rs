//! A whole run: the headline, operator upgrades, and which verdict counts for an object.

use raygen::impact::{self, Verdict};
use raygen::json;
use raygen::json::Value;

use super::{of_kind, releases, rendered, side, with};

const TEAM: &str = "[clusters.train]\nupgrade = \"recreate\"\n[clusters.train.workers.a]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n\
                    [clusters.batch]\nupgrade = \"recreate\"\n[clusters.batch.workers.a]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

fn headline(old: &[Value], new: &[Value]) -> String {
    let newest = releases("1.7.0");
    let (old, new) = (side(old, &newest), side(new, &newest));
    let environments = impact::assess(&old, &new);
    let headlines = environments.iter().map(|environment| format!("{}: {}", environment.name, environment.headline()));
    headlines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_headline_counts_the_worst_first() {
    let old = rendered(TEAM);
    let new = rendered(&format!(
        "{TEAM}[override.prod.clusters.train]\nray-version = \"2.55.0\"\n[override.prod.clusters.batch]\nenv.A = \"1\"\n\
         [override.prod.clusters.train.workers.a.node-pool]\nlabels.a = \"b\"\n\
         [override.prod.clusters.batch.workers.a.node-pool]\nweight = 5\n"
    ));
    assert_eq!(
        headline(&old, &new),
        "prod: 2 clusters restart (vision/vision-batch, vision/vision-train), 1 node pool rolls, 1 changes in place"
    );
    assert_eq!(headline(&old, &old), "");
    assert!(headline(&[], &old).ends_with(" created"), "{}", headline(&[], &old));
}

#[test]
fn many_names_are_counted() {
    let cluster = of_kind(&rendered(TEAM), "RayCluster");
    let clusters = |version: &str| -> Vec<Value> {
        let named =
            |name: &str| with(&with(&cluster, "/metadata/name", &json!(name)), "/spec/rayVersion", &json!(version));
        ["a", "b", "c", "d", "e"].map(named).to_vec()
    };
    assert_eq!(
        headline(&clusters("1"), &clusters("2")),
        "prod: 5 clusters restart (vision/a, vision/b, vision/c, 2 more)"
    );
}

#[test]
fn an_upgrade_of_the_operators_is_part_of_it() {
    let objects = rendered(TEAM);
    let (before, after) = (releases("1.6.2"), releases("1.7.0"));
    let (old, new) = (side(&objects, &before), side(&objects, &after));
    let environments = impact::assess(&old, &new);
    let [upgrade] = &environments[0].upgrades[..] else { panic!("{environments:#?}") };
    assert_eq!(
        (upgrade.project, upgrade.old.to_string(), upgrade.new.to_string()),
        ("KubeRay", "1.6.2".into(), "1.7.0".into())
    );
    assert!(upgrade.notes.iter().any(|(note, _)| note.contains("Ingresses")), "1.7 is crossed: {:?}", upgrade.notes);
    assert!(!upgrade.notes.iter().any(|(note, _)| note.contains("upgradeStrategy")), "1.6 is not: {:?}", upgrade.notes);
    assert_eq!(environments[0].headline(), "nothing changes");
}

#[test]
fn an_environment_that_is_gone_takes_its_objects() {
    let objects = rendered(TEAM);
    let newest = releases("1.7.0");
    let environments = impact::assess(&side(&objects, &newest), &impact::Side::default());
    assert!(environments[0].verdicts().contains(&Verdict::Data), "its namespace goes");
    assert!(environments[0].upgrades.is_empty());
}

/// Renames across teams count only where a whole team has another name.
#[test]
fn two_teams_are_not_one_renamed_team() {
    let namespace =
        |name: &str| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"a": "b"}}});
    let (gone, new) = ([namespace("vision")], [namespace("speech")]);
    let newest = releases("1.7.0");
    let (mut old, mut after) = (side(&gone, &newest), side(&new, &newest));
    old.objects[0].team = Some("vision");
    after.objects[0].team = Some("speech");
    let environments = impact::assess(&old, &after);
    assert!(environments[0].objects.iter().all(|object| object.pair.renamed.is_none()));
}
