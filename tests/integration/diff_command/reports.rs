//! What a comparison prints, in each format, and how it exits.

use insta::assert_snapshot;
use serde_json::Value;

use super::{PLATFORM, Repository, SERVE, TEAM};

/// Everything at once: a restart, numbers, a config file, a pool that rolls, a team gone and one new.
fn change_much(repository: &Repository) {
    repository.write(
        "teams/vision.toml",
        &TEAM.replace("max = 3", "max = 5\nenv.MODE = \"fast\"\nnode-pool.labels.tier = \"a\""),
    );
    repository.write("teams/chat/serve.yaml", &SERVE.replace("chat:app", "chat:app2"));
    repository.write("teams/sound.toml", &TEAM.replace("vision@", "sound@"));
    repository.remove("teams/audio.toml");
}

#[test]
fn text_says_what_merging_does() {
    let Some(repository) = Repository::new("") else { return };
    change_much(&repository);
    assert_snapshot!(repository.text(""));
}

#[test]
fn markdown_is_a_comment() {
    let Some(repository) = Repository::new("") else { return };
    change_much(&repository);
    assert_snapshot!(repository.text("--format markdown"));
}

#[test]
fn unified_shows_the_manifests() {
    let Some(repository) = Repository::new("") else { return };
    repository.write("teams/vision.toml", &TEAM.replace("max = 3", "max = 5"));
    assert_snapshot!(repository.text("--unified"));
    let markdown = repository.text("--unified --format markdown");
    assert!(markdown.contains("\n-      maxReplicas: 3\n+      maxReplicas: 5\n"), "{markdown}");
}

/// GitHub refuses a comment of more than 65,536 characters.
#[test]
fn a_comment_stays_readable_with_hundreds_of_changes() {
    let Some(repository) = Repository::new("") else { return };
    for index in 0..250 {
        repository.write(&format!("teams/team-{index}.toml"), TEAM);
    }
    repository.commit();
    let long = "x".repeat(4_000);
    for index in 0..250 {
        repository.write(
            &format!("teams/team-{index}.toml"),
            &TEAM.replace("max = 3", &format!("max = 5\nenv.MODE = \"{long}|<b>`\"")),
        );
    }
    let comment = repository.text("--base HEAD --format markdown");
    let length = comment.chars().count();
    assert!(length < 65_536, "{length} characters");
    assert!(comment.contains("**prod**: 250 clusters restart (team-0/train, "), "{comment}");
    assert!(comment.contains("| | 200 more | |"), "the table is cut");
    assert!(comment.contains("for which a comment has no room"), "the details are cut");
    assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
    assert_eq!(comment.matches("````").count() % 2, 0);
    assert!(comment.trim_end().ends_with("</sub>"), "the end is there");
}

#[test]
fn json_has_everything() {
    let Some(repository) = Repository::new("") else { return };
    repository.write("teams/vision.toml", &TEAM.replace("max = 3", "max = 5\nenv.MODE = \"fast\""));
    let output = repository.diff("--format json");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["version"], 1);
    assert_eq!(report["base"]["commit"], repository.git("rev-parse HEAD"));
    let prod = &report["environments"][0];
    assert_eq!(prod["headline"], "1 cluster restarts (vision/train)");
    let object = &prod["objects"][0];
    assert_eq!(object["apiVersion"], "ray.io/v1");
    assert_eq!(report["notCompared"], serde_json::json!([]));
    assert_eq!(
        (&object["team"], &object["workload"], &object["action"]),
        (&"vision".into(), &"train".into(), &"changed".into())
    );
    assert_eq!(object["effects"][0]["verdict"], "restart");
    assert!(object["effects"][0]["fact"].as_str().unwrap().contains("shouldRecreatePodsForUpgrade"));
    let bounds = object["changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|change| change["path"] == "spec.workerGroupSpecs[cpu].maxReplicas");
    assert_eq!(bounds.unwrap()["new"], 5);
}

#[test]
fn verdicts_that_fail() {
    let Some(repository) = Repository::new("") else { return };
    repository.write("teams/vision.toml", &TEAM.replace("max = 3", "max = 5\nenv.MODE = \"fast\""));
    let status = |arguments: &str| repository.diff(arguments).status.code();
    assert_eq!(status(""), Some(0), "a difference is no problem");
    assert_eq!(status("--fail-on restart"), Some(1));
    assert_eq!(status("--fail-on data,restart"), Some(1));
    assert_eq!(status("--fail-on scale"), Some(1), "not only the worst verdict counts");
    assert_eq!(status("--fail-on data,new-cluster"), Some(0));
    assert_eq!(status("--fail-on explode"), Some(2));
}

#[test]
fn an_operator_upgrade_is_told() {
    let Some(repository) = Repository::new("") else { return };
    repository.write("teams/_platform.toml", &PLATFORM.replace("kuberay = \"1.7.0\"", "kuberay = \"1.6.2\""));
    repository.commit();
    repository.write("teams/_platform.toml", PLATFORM);
    repository.write("teams/vision.toml", &TEAM.replace("max = 3", "max = 3\nenv.MODE = \"fast\""));
    let shown = repository.text("--base HEAD vision");
    assert!(shown.contains("KubeRay 1.6.2 → 1.7.0"), "{shown}");
    assert!(shown.contains("1 cluster has its change absorbed by the operator upgrade (vision/train)"), "{shown}");
}

#[test]
fn nothing_is_nothing() {
    let Some(repository) = Repository::new("") else { return };
    assert_eq!(repository.verdicts(""), [""; 0]);
    assert!(repository.text("").starts_with("nothing changes\n"));
    assert!(repository.text("--format markdown").contains("Nothing changes."));
    // A file of the platform that says the same in other words changes nothing either.
    repository.write("teams/_platform.toml", &format!("# comment\n{PLATFORM}"));
    assert_eq!(repository.verdicts(""), [""; 0]);
}
