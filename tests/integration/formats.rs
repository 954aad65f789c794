//! The formats for machines, held against what their official schemas require.

use std::collections::BTreeSet;

use raygen::diagnostic::Diagnostic;
use raygen::report::{self, Format};
use raygen::source::{Sources, Span};
use serde_json::Value;

const TEXT: &str = "owner = \"<a> & 'b'\"\n[clusters.x]\nsuspend = true # ünïcode\n";

fn sample() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let team = sources.add("teams/a b.toml", TEXT);
    let platform = sources.add("teams/_platform.toml", "[versions]\n");
    let head =
        Diagnostic::error("head-on-spot", Span::new(team, 20..32), "first: 50 % of <it>, \u{1} \"quoted\" & more")
            .label(Span::new(platform, 1..9), "set here")
            .help("do this")
            .help("or that");
    let same =
        Diagnostic::error("head-on-spot", Span::new(team, 33..40), "first: 50 % of <it>, \u{1} \"quoted\" & more");
    let warning = Diagnostic::warning("unused-allow", Span::new(team, 0..5), "second");
    let workspace = Diagnostic::workspace("missing-platform", "third");
    (sources, vec![head, same, warning, workspace])
}

fn rendered(format: Format) -> String {
    let (sources, diagnostics) = sample();
    report::render(&sources, &diagnostics, format, false, 100)
}

/// `sarif-schema-2.1.0.json`: `version` and `runs`; a run's `tool.driver.name`; a result's `message`; regions from one.
#[test]
fn sarif_has_what_its_schema_requires() {
    let report: Value = serde_json::from_str(&rendered(Format::Sarif)).unwrap();
    assert_eq!(report["version"], "2.1.0");
    let run = &report["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "raygen");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "descriptors are unique");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], ids[index]);
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        for location in result["locations"].as_array().into_iter().flatten() {
            let region = &location["physicalLocation"]["region"];
            for key in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(region[key].as_u64().unwrap() >= 1, "{region}");
            }
        }
    }
    // An artifact's location is a URI reference, in which a blank must be escaped.
    let uri = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "teams/a%20b.toml");
    assert_eq!(results[0]["relatedLocations"][0]["message"]["text"], "set here");
}

/// GitLab's code quality: description, check name, a unique fingerprint, severity, path and first line.
#[test]
fn gitlab_issues_are_complete_and_unique() {
    let issues: Vec<Value> = serde_json::from_str(&rendered(Format::Gitlab)).unwrap();
    let mut fingerprints = BTreeSet::new();
    for issue in &issues {
        assert!(issue["description"].is_string() && issue["check_name"].is_string());
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap()));
        assert!(issue["location"]["path"].is_string() && issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
        assert!(fingerprints.insert(issue["fingerprint"].as_str().unwrap().to_owned()), "{issue}");
    }
    assert_eq!(issues.len(), 4);
}

/// The fingerprint stays when lines are added above.
#[test]
fn a_moved_issue_keeps_its_fingerprint() {
    let of = |text: &str, at: usize| {
        let mut sources = Sources::default();
        let file = sources.add("teams/a.toml", text);
        let problem = Diagnostic::error("head-on-spot", Span::new(file, at..at + 1), "same");
        let issues: Vec<Value> =
            serde_json::from_str(&report::render(&sources, &[problem], Format::Gitlab, false, 100)).unwrap();
        issues[0]["fingerprint"].clone()
    };
    assert_eq!(of("a = 1\n", 0), of("# new\na = 1\n", 6));
}

/// The JUnit schema: counts that are right, and text that XML can carry.
#[test]
fn junit_counts_and_escapes() {
    let xml = rendered(Format::Junit);
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "));
    assert_eq!(xml.matches("<testcase ").count(), 3, "two files and the workspace");
    assert_eq!(xml.matches("<failure ").count(), 2);
    assert!(xml.contains("tests=\"3\" failures=\"2\" errors=\"0\""));
    assert!(xml.contains("&lt;it&gt;") && xml.contains("&amp; more") && xml.contains("&quot;quoted&quot;"));
    assert!(!xml.contains('\u{1}'));
    assert_eq!(xml.matches('<').count(), xml.matches('>').count());
}

#[test]
fn github_annotations_are_one_line_each() {
    let text = rendered(Format::Github);
    assert_eq!(text.lines().count(), 4);
    let first = text.lines().next().unwrap();
    assert!(
        first.starts_with("::error file=teams/a b.toml,line=2,col=1,endLine=2,title=head-on-spot::first: 50 %25 of")
    );
    assert!(first.ends_with("%0Ahelp: do this%0Ahelp: or that"));
}

#[test]
fn concise_is_one_line_each() {
    let text = rendered(Format::Concise);
    assert_eq!(text.lines().count(), 4);
    assert_eq!(text.lines().nth(2).unwrap(), "teams/a b.toml:1:1: warning[unused-allow]: second");
    assert_eq!(text.lines().nth(3).unwrap(), "error[missing-platform]: third");
}

#[test]
fn json_has_a_version_and_counts() {
    let report: Value = serde_json::from_str(&rendered(Format::Json)).unwrap();
    assert_eq!((&report["version"], &report["errors"], &report["warnings"]), (&1.into(), &3.into(), &1.into()));
    let first = &report["diagnostics"][0];
    assert_eq!((&first["place"]["line"], &first["place"]["column"]), (&2.into(), &1.into()));
    assert_eq!(first["related"][0]["place"]["file"], "teams/_platform.toml");
}
