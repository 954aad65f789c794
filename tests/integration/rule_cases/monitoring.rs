//! Cases of the rules for monitoring.

use super::{TEAM, assert_raised};

#[test]
fn selectors_and_ports() {
    let patch = |kind: &str, lines: &str| format!("{TEAM}\n[[clusters.train.patch]]\nkind = \"{kind}\"\n{lines}\n");
    let spread = |label: &str| {
        format!(
            "{TEAM}pod = {{ topologySpreadConstraints = [{{ maxSkew = 1, topologyKey = \"topology.kubernetes.io/zone\", whenUnsatisfiable = \"ScheduleAnyway\", labelSelector = {{ matchLabels = {{ {label} }} }} }}] }}\n"
        )
    };
    let relabeling = "relabelings = [{ sourceLabels = [\"a\"], targetLabel = \"ray_io_cluster\" }]";
    let cases: [(String, &[&str]); 8] = [
        (TEAM.to_owned(), &[]),
        (spread("\"ray.io/group\" = \"cpu\""), &[]),
        (spread("\"ray.io/group\" = \"gpu\""), &["dangling-pod-selector"]),
        // Another namespace than the team's: nothing is known of it.
        (patch("ServiceMonitor", "merge.spec.namespaceSelector.matchNames = [\"other\"]"), &[]),
        (patch("PodMonitor", "merge.spec.namespaceSelector.any = true"), &[]),
        (patch("PodMonitor", "merge.spec.selector.matchLabels.\"ray.io/group\" = \"gpu\""), &["dangling-pod-selector"]),
        (patch("ServiceMonitor", &format!("merge.spec.endpoints = [{{ port = \"serve\", {relabeling} }}]")), &[]),
        (
            patch("ServiceMonitor", &format!("merge.spec.endpoints = [{{ port = \"api\", {relabeling} }}]")),
            &["unscraped-port"],
        ),
    ];
    let cases: Vec<(&str, &[&str])> = cases.iter().map(|(text, expected)| (text.as_str(), *expected)).collect();
    assert_raised(&cases);
}
