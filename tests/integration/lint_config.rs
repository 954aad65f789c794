//! `[lint]` and `[[allow]]`: who may change what, and what becomes of it.

use raygen::check;
use raygen::diagnostic::Severity;
use raygen::manifest;
use raygen::resolve::{self, Selection};
use raygen::workspace::Workspace;

const PLATFORM: &str = include_str!("../rules/platform.toml");
/// Raises `head-on-spot` at its third line.
const SPOT_HEAD: &str = "[clusters.train.head]\ncpu = 3\ncapacity-type = [\"spot\"]\nmemory = \"12Gi\"\n";
/// Raises `redundant-override`, a warning, at its second line.
const OVERRIDE: &str = "[override.prod]\nowner = \"vision@example.com\"\n[clusters.train]\n";

fn allow(rule: &str) -> String {
    format!("\n[[allow]]\nrule = \"{rule}\"\nreason = \"known and accepted\"\n")
}

/// "severity rule" of every problem, and how many were waived.
fn lint(platform: &str, teams: &[(&str, &str)], selection: &Selection) -> (Vec<String>, usize) {
    let platform = format!("{PLATFORM}\n{platform}");
    let workspace = Workspace::from_texts(&platform, teams.iter().copied());
    let resolution = resolve::resolve(&workspace, selection);
    let built = manifest::build(&resolution);
    let checked = check::check(&workspace, &resolution, &built);
    let shown = checked.diagnostics.iter().map(|diagnostic| {
        let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        format!("{severity} {}", diagnostic.rule)
    });
    (shown.collect(), checked.waived)
}

fn of_vision(platform: &str, team: &str) -> (Vec<String>, usize) {
    lint(platform, &[("vision", team)], &Selection::default())
}

fn redundant() -> String {
    format!("owner = \"vision@example.com\"\n{OVERRIDE}")
}

#[test]
fn the_platform_sets_severities() {
    let cases = [
        ("", vec!["error head-on-spot"]),
        ("[lint.severity]\nhead-on-spot = \"warning\"\n", vec!["warning head-on-spot"]),
        ("[lint.severity]\nhead-on-spot = \"off\"\n", vec![]),
    ];
    for (platform, expected) in cases {
        assert_eq!(of_vision(platform, SPOT_HEAD).0, expected, "{platform}");
    }
}

#[test]
fn a_team_waives_warnings_and_no_errors() {
    assert_eq!(of_vision("", &redundant()), (vec!["warning redundant-override".to_owned()], 0));
    let waived = format!("{}{}", redundant(), allow("redundant-override"));
    assert_eq!(of_vision("", &waived), (vec![], 1));
    let waived = format!("{SPOT_HEAD}{}", allow("head-on-spot"));
    assert_eq!(of_vision("", &waived).0, ["error head-on-spot", "error forbidden-allow"]);
}

/// A warning that the platform raised to an error is its decision, and the other way round.
#[test]
fn a_team_waives_by_the_severity_that_the_platform_chose() {
    let waived = format!("{}{}", redundant(), allow("redundant-override"));
    let raised = of_vision("[lint.severity]\nredundant-override = \"error\"\n", &waived);
    assert_eq!(raised.0, ["error redundant-override", "error forbidden-allow"]);
    let waived = format!("{SPOT_HEAD}{}", allow("head-on-spot"));
    assert_eq!(of_vision("[lint.severity]\nhead-on-spot = \"warning\"\n", &waived), (vec![], 1));
}

#[test]
fn team_allow_lists_what_teams_may_waive() {
    let waived = format!("{SPOT_HEAD}{}", allow("head-on-spot"));
    assert_eq!(of_vision("[lint]\nteam-allow = [\"head-on-spot\"]\n", &waived), (vec![], 1));
    let waived = format!("{}{}", redundant(), allow("redundant-override"));
    let narrowed = of_vision("[lint]\nteam-allow = [\"head-on-spot\"]\n", &waived);
    assert_eq!(narrowed.0, ["warning redundant-override", "error forbidden-allow"]);
}

#[test]
fn policy_and_schema_are_never_the_teams_to_waive() {
    for rule in ["over-gpu-limit", "missing-owner", "invalid-manifest", "unknown-field"] {
        let waived = format!("[clusters.train]\n{}", allow(rule));
        assert_eq!(of_vision("", &waived).0, ["error forbidden-allow"], "{rule} by a team");
        let listed = format!("[lint]\nteam-allow = [\"{rule}\"]\n");
        assert_eq!(of_vision(&listed, "[clusters.train]\n").0, ["error forbidden-allow"], "{rule} in team-allow");
    }
}

#[test]
fn the_platform_waives_policy_for_one_team() {
    let policy = "[policy]\nrequire = [\"owner\"]\n";
    let teams = [("audio", "[clusters.train]\n"), ("vision", "[clusters.train]\n")];
    let for_audio = format!("{policy}{}team = \"audio\"\n", allow("missing-owner"));
    assert_eq!(lint(&for_audio, &teams, &Selection::default()), (vec!["error missing-owner".to_owned()], 1));
    let everyone = format!("{policy}{}", allow("missing-owner"));
    assert_eq!(lint(&everyone, &teams, &Selection::default()), (vec![], 2));
}

/// Waiving or lowering such an error would drop manifests in silence.
#[test]
fn what_cannot_be_rendered_can_be_neither_waived_nor_lowered() {
    let team = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\n";
    let waived = of_vision(&allow("missing-max"), team);
    assert_eq!(waived, (vec!["error forbidden-allow".to_owned(), "error missing-max".to_owned()], 0));
    for severity in ["off", "warning"] {
        let lowered = of_vision(&format!("[lint.severity]\nmissing-max = \"{severity}\"\n"), team);
        assert_eq!(lowered.0, ["error forbidden-allow", "error missing-max"], "{severity}");
    }
}

#[test]
fn names_that_do_not_exist_are_told_with_the_one_that_was_meant() {
    let platform = format!("{PLATFORM}{}team = \"visoin\"\n{}", allow("head-on-spot"), allow("head-on-spott"));
    let workspace = Workspace::from_texts(&platform, [("vision", "[clusters.train]\n")]);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let checked = check::check(&workspace, &resolution, &manifest::build(&resolution));
    let shown: Vec<(&str, &str)> =
        checked.diagnostics.iter().map(|diagnostic| (diagnostic.rule, diagnostic.help[0].as_str())).collect();
    assert_eq!(shown, [("unknown-team", "did you mean `vision`?"), ("unknown-rule", "did you mean `head-on-spot`?")]);
}

#[test]
fn waivers_that_waive_nothing_are_reported() {
    let team = format!("[clusters.train]\n{}", allow("redundant-override"));
    assert_eq!(of_vision("", &team).0, ["warning unused-allow"]);
    assert_eq!(of_vision(&allow("head-on-spot"), "[clusters.train]\n").0, ["warning unused-allow"]);
    let off = "[lint.severity]\nunused-allow = \"off\"\n";
    assert_eq!(of_vision(off, &team).0, [""; 0], "the platform may switch even this off");
}

/// A run that saw only a part cannot know what the rest raises.
#[test]
fn waivers_for_what_was_not_looked_at_are_not_reported() {
    let allows = format!("{}team = \"vision\"\n{}", allow("head-on-spot"), allow("invalid-capacity-type"));
    let teams = [("audio", "[clusters.train]\n"), ("vision", "[clusters.train]\n")];
    let only = |teams: &[&str], environments: &[&str]| Selection {
        teams: teams.iter().map(|&name| name.to_owned()).collect(),
        environments: environments.iter().map(|&name| name.to_owned()).collect(),
    };
    assert_eq!(lint(&allows, &teams, &Selection::default()).0.len(), 2);
    assert_eq!(lint(&allows, &teams, &only(&["audio"], &[])).0, [""; 0]);
    assert_eq!(lint(&allows, &teams, &only(&["vision"], &[])).0, ["warning unused-allow"]);
    assert_eq!(lint(&allows, &teams, &only(&[], &["prod"])).0, [""; 0]);
    let broken = [("audio", "[clusters.train]\n"), ("vision", "this is no TOML")];
    let found = lint(&allows, &broken, &Selection::default()).0;
    assert!(found.iter().all(|line| line == "error invalid-toml"), "{found:?}");
}
