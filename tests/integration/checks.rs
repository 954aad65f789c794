//! What the stages between loading and writing say: fields that need newer releases, patches, escape hatches, and
//! teams that get in each other's way.

use raygen::check;
use raygen::diagnostic::Diagnostic;
use raygen::manifest;
use raygen::resolve::{self, Selection};
use raygen::workspace::Workspace;

const PLATFORM: &str = r#"
[versions]
kubernetes = "1.34.1"
kuberay = "1.7.0"
karpenter = "1.14.1"

[environments.prod]
eks-cluster = "ml-prod"
region = "us-west-2"
zones = ["us-west-2a"]
domain = "ray.example.com"
node-role = "KarpenterNodeRole-ml-prod"
ami = "al2023@v20260810"
ingress = { class = "alb" }

[defaults.cluster]
ray-version = "2.56.0"
image = "rayproject/ray:{{ ray_version }}"
"#;

const WORKER: &str = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

/// "rule: message @ file:line" of every problem.
fn problems(platform: &str, teams: &[(&str, &str)]) -> Vec<String> {
    let workspace = Workspace::from_texts(platform, teams.iter().copied());
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    let show = |diagnostic: Diagnostic| {
        let span = diagnostic.span.expect("these problems have places");
        let (line, _) = workspace.sources.line_column(span);
        format!("{}: {} @ {}:{line}", diagnostic.rule, diagnostic.message, workspace.sources.get(span.file).path)
    };
    check::check(&workspace, &resolution, &built).diagnostics.into_iter().map(show).collect()
}

fn assert_only(found: &[String], rule: &str, part: &str, place: &str) {
    let matches = found.len() == 1
        && found[0].starts_with(&format!("{rule}: "))
        && found[0].contains(part)
        && found[0].ends_with(&format!("@ {place}"));
    assert!(matches, "expected only {rule} with {part:?} at {place}, found {found:#?}");
}

/// Older releases, a key that needs a newer one, and what the message says.
#[test]
fn keys_that_need_a_newer_release_are_errors_at_their_line() {
    let cases = [
        ("kuberay = \"1.7.0\"", "kuberay = \"1.5.1\"", "[clusters.train]\nupgrade = \"recreate\"\n", "KubeRay 1.6.2"),
        ("kuberay = \"1.7.0\"", "kuberay = \"1.5.1\"", "[clusters.train]\nauth.secret = \"token\"\n", "KubeRay 1.6.2"),
        (
            "karpenter = \"1.14.1\"",
            "karpenter = \"1.8.8\"",
            "[clusters.train.head]\nnode-pool.consolidation = \"Balanced\"\n",
            "Karpenter 1.14",
        ),
        (
            "karpenter = \"1.14.1\"",
            "karpenter = \"1.8.8\"",
            "[clusters.train.head]\nrequirements = [{ key = \"karpenter.k8s.aws/instance-cpu\", operator = \"Gte\", values = [\"4\"] }]\n",
            "Karpenter 1.14",
        ),
    ];
    for (newer, older, keys, needs) in cases {
        let text = format!("{keys}{WORKER}");
        let found = problems(&PLATFORM.replace(newer, older), &[("vision", &text)]);
        let found: Vec<String> = found.into_iter().filter(|problem| problem.starts_with("needs-newer")).collect();
        assert_only(&found, "needs-newer-release", needs, "teams/vision.toml:2");
    }
}

/// Defaults adapt instead: a team that asked for nothing gets no error.
#[test]
fn defaults_fit_old_releases() {
    let platform = PLATFORM.replace("kuberay = \"1.7.0\"", "kuberay = \"1.5.1\"").replace("2.56.0", "2.46.0");
    assert_eq!(problems(&platform, &[("vision", WORKER)]), Vec::<String>::new());
}

#[test]
fn a_release_without_a_schema_is_an_error_at_the_version() {
    let found = problems(&PLATFORM.replace("\"1.7.0\"", "\"1.2.2\""), &[("vision", WORKER)]);
    assert!(
        found.iter().any(|problem| problem.starts_with("unsupported-release") && problem.ends_with("_platform.toml:4")),
        "{found:#?}"
    );
}

#[test]
fn escape_hatches_are_checked_at_their_own_lines() {
    let hatch = |text: &str| format!("{WORKER}{text}\n");
    let unknown = hatch("pod = { dnsPolicy = \"Default\", hostNetwrk = true }");
    assert_only(&problems(PLATFORM, &[("vision", &unknown)]), "unknown-field", "`hostNetwrk`", "teams/vision.toml:5");
    let mistyped = hatch("container = { stdin = \"yes\" }");
    assert_only(&problems(PLATFORM, &[("vision", &mistyped)]), "invalid-manifest", "stdin", "teams/vision.toml:5");
}

#[test]
fn patches_that_match_nothing_or_change_identity_are_errors() {
    let patch = |text: &str| format!("{WORKER}[[clusters.train.patch]]\n{text}\n");
    let cases = [
        ("kind = \"RayClustr\"\nmerge = { spec = {} }", "dangling-patch", "RayClustr", 6),
        ("kind = \"RayCluster\"\nname = \"other\"\nmerge = { spec = {} }", "dangling-patch", "`other`", 7),
        ("kind = \"RayCluster\"\nremove = [\"/spec/nothing\"]", "dangling-patch", "/spec/nothing", 7),
        ("kind = \"RayCluster\"\nmerge = { metadata = { name = \"x\" } }", "patched-identity", "/metadata/name", 7),
        ("kind = \"RayCluster\"\nremove = [\"/metadata\"]", "patched-identity", "/metadata", 7),
    ];
    for (text, rule, part, line) in cases {
        let found = problems(PLATFORM, &[("vision", &patch(text))]);
        assert_only(&found, rule, part, &format!("teams/vision.toml:{line}"));
    }
}

#[test]
fn what_a_patch_breaks_is_reported_at_the_patch() {
    let text = format!(
        "{WORKER}[[clusters.train.patch]]\nkind = \"RayCluster\"\nmerge = {{ spec = {{ suspend = \"no\" }} }}\n"
    );
    assert_only(&problems(PLATFORM, &[("vision", &text)]), "invalid-manifest", "spec.suspend", "teams/vision.toml:7");
}

#[test]
fn two_teams_that_render_the_same_object_are_told() {
    let one = WORKER.replace("train", "c-d");
    let other = WORKER.replace("train", "d");
    let found = problems(PLATFORM, &[("a-b", &one), ("a-b-c", &other)]);
    assert!(
        found.iter().any(|problem| problem.starts_with("duplicate-name") && problem.contains("NodePool `a-b-c-d-cpu`")),
        "{found:#?}"
    );
}

#[test]
fn two_teams_in_one_namespace_are_told() {
    let text = format!("namespace = \"ml\"\n{WORKER}");
    let found = problems(PLATFORM, &[("nlp", &text), ("vision", &text)]);
    assert_only(&found, "duplicate-name", "Namespace `ml`", "teams/vision.toml:1");
}

#[test]
fn two_teams_at_one_host_are_told() {
    let text = format!("ingress = {{ expose = [\"dashboard\"], host = \"ray.{{{{ domain }}}}\" }}\n{WORKER}");
    let found = problems(PLATFORM, &[("nlp", &text), ("vision", &text)]);
    let found: Vec<String> = found.into_iter().filter(|problem| problem.starts_with("duplicate-host")).collect();
    assert_only(&found, "duplicate-host", "`ray.ray.example.com/`", "teams/vision.toml:1");
}

#[test]
fn templates_are_strict_and_report_their_string() {
    let text = format!("{WORKER}image = \"ray:{{{{ rayversion }}}}\"\n");
    assert_only(&problems(PLATFORM, &[("vision", &text)]), "invalid-template", "undefined", "teams/vision.toml:5");
    let bomb = format!("{WORKER}image = \"{{% for a in 'aaa' %}}x{{% endfor %}}\"\n");
    assert_only(&problems(PLATFORM, &[("vision", &bomb)]), "invalid-template", "for", "teams/vision.toml:5");
}
