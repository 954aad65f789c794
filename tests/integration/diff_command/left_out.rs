//! Specs with errors, on either side.

use super::{PLATFORM, Repository, TEAM, text};

#[test]
fn what_cannot_be_rendered_is_left_out() {
    let Some(repository) = Repository::new("") else { return };
    repository.write("teams/vision.toml", &TEAM.replace("max = 3", "max = 5"));
    repository.write("teams/audio.toml", "owner = [\n");
    let output = repository.diff("");
    assert_eq!(output.status.code(), Some(1), "specs with errors are a problem");
    assert!(text(&output.stdout).contains("not compared: team `audio`"), "{output:?}");
    assert!(!text(&output.stdout).contains("delete"), "a team that cannot be read is not gone: {output:?}");
    assert!(text(&output.stderr).contains("invalid-toml"), "{output:?}");
    assert_eq!(repository.verdicts(""), ["vision-train scale"]);
    // The other way round it is the base's problem, and none of this change.
    repository.commit();
    repository.write("teams/audio.toml", TEAM);
    let output = repository.diff("--base HEAD");
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("in HEAD: teams/audio.toml:"), "{output:?}");
    assert!(!text(&output.stdout).contains("created"), "{output:?}");
}

#[test]
fn a_broken_platform_renders_nothing() {
    let Some(repository) = Repository::new("") else { return };
    repository.write("teams/_platform.toml", "versions = [\n");
    let output = repository.diff("");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("invalid-toml"), "{output:?}");
    assert!(!text(&output.stdout).contains("delete"), "{output:?}");
    repository.commit();
    repository.write("teams/_platform.toml", PLATFORM);
    let output = repository.diff("--base HEAD");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("error: the specs of HEAD cannot be rendered"), "{output:?}");
}

#[test]
fn an_environment_without_versions_is_left_out() {
    let Some(repository) = Repository::new("") else { return };
    repository.write(
        "teams/_platform.toml",
        &PLATFORM
            .replace("kuberay = \"1.7.0\"\n", "")
            .replace("[environments.dev]\n", "[environments.dev]\nversions.kuberay = \"1.7.0\"\n"),
    );
    let output = repository.diff("");
    assert!(text(&output.stdout).contains("not compared: environment `prod`"), "{output:?}");
    assert!(!text(&output.stdout).contains("delete"), "{output:?}");
}
