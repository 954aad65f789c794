//! What makes Argo CD and Flux sync: that it reaches what was rendered, nothing else, and changes nothing that runs.

use std::collections::BTreeSet;

use raygen::check;
use raygen::health;
use raygen::json;
use raygen::json::Value;
use raygen::manifest::{self, Built, Manifest};
use raygen::resolve::{self, Resolution, Selection};
use raygen::tree::Tree;
use raygen::workspace::Workspace;

const PLATFORM: &str = include_str!("../golden/newest/teams/_platform.toml");

/// The platform of the golden tree with every key, with other wiring; none for an empty `gitops`.
fn platform(gitops: &str) -> String {
    let (before, after) = PLATFORM.split_once("[gitops]").unwrap();
    let (_, after) = after.split_once("[environments.prod]").unwrap();
    let own = after.lines().find(|line| line.starts_with("gitops = ")).unwrap();
    let after = if gitops.is_empty() { after.replace(own, "") } else { after.to_owned() };
    format!("{before}{gitops}\n[environments.prod]{after}")
}

const BOTH: &str = "[gitops]\ntool = [\"argocd\", \"flux\"]\nrepo-url = \"https://github.com/acme/ray.git\"\n";

fn resolved(platform: &str, teams: &[(&str, &str)]) -> Resolution {
    let workspace = Workspace::from_texts(platform, teams.iter().copied());
    assert!(workspace.diagnostics.is_empty(), "{:#?}", workspace.diagnostics);
    resolve::resolve(&workspace, &Selection::default())
}

fn built(platform: &str, teams: &[(&str, &str)]) -> Built {
    manifest::build(&resolved(platform, teams))
}

fn tree(platform: &str, teams: &[(&str, &str)]) -> Tree {
    let resolution = resolved(platform, teams);
    manifest::emit(&resolution, &manifest::build(&resolution))
}

/// A team with storage, a cluster, a service and a job.
const TEAM: &str = include_str!("../golden/flux/teams/vision.toml");
const SCRATCH: &str = "[storage.scratch]\ntype = \"fsx-lustre\"\nfile-system-id = \"fs-0123456789abcdef0\"\n\
                       mount-name = \"abcdefgh\"\nsize = \"1200Gi\"\nzone = \"us-west-2a\"\n\n";

fn both() -> Built {
    let team = format!("{SCRATCH}{TEAM}");
    built(&platform(BOTH), &[("vision", &team), ("audio", TEAM)])
}

/// Wiring of a kind, by name.
fn wiring<'a>(built: &'a Built, kind: &str, name: &str) -> &'a Value {
    let found = built.manifests.iter().find(|manifest| manifest.kind() == kind && manifest.name() == name);
    &found.unwrap_or_else(|| panic!("no {kind} {name}")).object
}

fn group_kind(manifest: &Manifest) -> (String, String) {
    let group = manifest.api_version().rsplit_once('/').map_or("", |(group, _)| group);
    (group.to_owned(), manifest.kind().to_owned())
}

fn listed(project: &Value, list: &str) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let kinds = project["spec"][list].as_array().into_iter().flatten();
    kinds.map(|kind| (text(&kind["group"]), text(&kind["kind"]))).collect()
}

#[test]
fn a_teams_project_allows_exactly_what_the_team_has() {
    let built = both();
    for team in ["vision", "audio"] {
        let project = wiring(&built, "AppProject", &format!("ray-{team}"));
        let of_team =
            || built.manifests.iter().filter(|manifest| manifest.path().starts_with(&format!("prod/{team}/")));
        let own: BTreeSet<_> = of_team().filter(|each| each.namespace().is_some()).map(group_kind).collect();
        assert_eq!(listed(project, "namespaceResourceWhitelist"), own);
        let cluster: BTreeSet<_> = of_team().filter(|each| each.namespace().is_none()).map(group_kind).collect();
        assert_eq!(listed(project, "clusterResourceWhitelist"), cluster);
        assert_eq!(project["spec"]["clusterResourceWhitelist"][0]["name"], *team, "no other Namespace");
        let namespaces: Vec<&Value> =
            project["spec"]["destinations"].as_array().unwrap().iter().map(|each| &each["namespace"]).collect();
        assert_eq!(namespaces, [team]);
    }
}

#[test]
fn the_clusters_project_allows_what_stands_in_cluster_and_no_more() {
    let built = both();
    let project = wiring(&built, "AppProject", "ray");
    let rendered: BTreeSet<_> =
        built.manifests.iter().filter(|each| each.path().starts_with("prod/_cluster/")).map(group_kind).collect();
    assert!(rendered.is_subset(&listed(project, "clusterResourceWhitelist")), "{rendered:?}");
    assert_eq!(project["spec"]["namespaceResourceBlacklist"], json!([{ "group": "*", "kind": "*" }]));
}

/// An object without what the tools read from it.
fn without_annotations(manifest: &Manifest) -> Value {
    let mut object = manifest.object.clone();
    object["metadata"].as_object_mut().unwrap().remove("annotations");
    object
}

/// An annotation in a template would roll nodes and pods.
#[test]
fn wiring_changes_nothing_but_annotations_of_objects() {
    let team = format!("{SCRATCH}{TEAM}");
    let without = built(&platform(""), &[("vision", &team)]);
    let with = built(&platform(BOTH), &[("vision", &team)]);
    let objects: Vec<Value> =
        with.manifests.iter().filter(|manifest| manifest.reader().is_none()).map(without_annotations).collect();
    assert_eq!(objects, without.manifests.iter().map(without_annotations).collect::<Vec<_>>());
    assert!(without.patches.is_empty() && without.manifests.iter().all(|manifest| manifest.reader().is_none()));
}

#[test]
fn what_ends_work_or_loses_data_is_confirmed_by_a_person() {
    for manifest in both().manifests.iter().filter(|manifest| manifest.reader().is_none()) {
        let annotation = |key: &str| manifest.object["metadata"]["annotations"][key].as_str();
        let guarded = [
            "Namespace",
            "NodePool",
            "EC2NodeClass",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "StorageClass",
            "RayCluster",
            "RayService",
        ]
        .contains(&manifest.kind());
        let options = annotation("argocd.argoproj.io/sync-options").unwrap_or_default();
        assert_eq!(options.contains("Prune=confirm,Delete=confirm"), guarded, "{}", manifest.path());
        assert_eq!(annotation("kustomize.toolkit.fluxcd.io/prune") == Some("Disabled"), guarded, "{}", manifest.path());
        let wave = match manifest.kind() {
            "EC2NodeClass" => Some("-2"),
            "NodePool" => Some("-1"),
            _ => None,
        };
        assert_eq!(annotation("argocd.argoproj.io/sync-wave"), wave, "{}", manifest.path());
    }
}

#[test]
fn what_a_team_says_about_a_sync_stands() {
    let team = format!(
        "annotations = {{ \"argocd.argoproj.io/sync-options\" = \"ServerSideApply=true, Prune=false\", \"kustomize.toolkit.fluxcd.io/prune\" = \"enabled\" }}\n{TEAM}"
    );
    let built = built(&platform(BOTH), &[("vision", &team)]);
    let annotations = &wiring(&built, "Namespace", "vision")["metadata"]["annotations"];
    assert_eq!(annotations["argocd.argoproj.io/sync-options"], "ServerSideApply=true,Prune=false,Delete=confirm");
    assert_eq!(annotations["kustomize.toolkit.fluxcd.io/prune"], "enabled");
}

/// `RespectIgnoreDifferences` would drop edits of worker groups.
#[test]
fn argo_cd_never_respects_what_it_ignores() {
    for manifest in both().manifests.iter().filter(|manifest| manifest.reader().is_some()) {
        assert!(!manifest.object.to_string().contains("RespectIgnoreDifferences"), "{}", manifest.path());
    }
}

#[test]
fn a_new_team_touches_no_file_of_others() {
    let tree = |teams: &[(&str, &str)]| tree(&platform(BOTH), teams);
    let (before, after) = (tree(&[("vision", TEAM)]), tree(&[("vision", TEAM), ("audio", TEAM)]));
    for (path, text) in before.iter() {
        assert_eq!(after.get(path), Some(text), "{path}");
    }
    let new: Vec<&str> = after.iter().map(|(path, _)| path).filter(|path| before.get(path).is_none()).collect();
    assert!(new.iter().all(|path| path.contains("audio")), "{new:?}");
}

#[test]
fn no_team_widens_its_own_project() {
    let patch = "\n[[patch]]\nkind = \"AppProject\"\nmerge = { spec = { sourceRepos = [\"*\"] } }\n";
    for place in ["", "clusters.train."] {
        let text = format!("{TEAM}{}", patch.replace("[[patch]]", &format!("[[{place}patch]]")));
        let workspace = Workspace::from_texts(&platform(BOTH), [("vision", text.as_str())]);
        let resolution = resolve::resolve(&workspace, &Selection::default());
        let built = manifest::build(&resolution);
        let found = check::check(&workspace, &resolution, &built).diagnostics;
        assert!(found.iter().any(|diagnostic| ["dangling-patch", "unknown-key"].contains(&diagnostic.rule)), "{place}");
        assert_ne!(wiring(&built, "AppProject", "ray-vision")["spec"]["sourceRepos"], json!(["*"]));
    }
}

/// A hub has the wiring of all its clusters in one namespace.
#[test]
fn environments_of_one_hub_must_not_share_names() {
    let two = |destination: &str| {
        let second = PLATFORM.split_once("[environments.prod]").unwrap().1.split_once("\n[").unwrap().0;
        let second = second.replace("project = \"ray\"", "project = \"ray-vision\"");
        let text = format!("{}\n[environments.eu]{second}\n", platform(BOTH)).replace("in-cluster", destination);
        let workspace = Workspace::from_texts(&text, [("vision", TEAM)]);
        let resolution = resolve::resolve(&workspace, &Selection::default());
        let built = manifest::build(&resolution);
        let found = check::check(&workspace, &resolution, &built).diagnostics;
        found.iter().filter(|diagnostic| diagnostic.rule == "duplicate-name").count()
    };
    assert_eq!(two("in-cluster"), 0, "each cluster has its own Argo CD");
    assert!(two("some-cluster") > 0, "`ray-vision` is a team's in one and all teams' in the other");
}

/// A ConfigMap of that name would take Argo CD's other settings away.
#[test]
fn health_checks_are_a_patch_and_no_object() {
    let built = both();
    assert_eq!(built.patches.len(), 1);
    let patch = &built.patches[0];
    assert_eq!(patch.path, "_gitops/prod/argocd-cm-patch.yaml");
    let value: Value = serde_yaml::from_str(&patch.text).unwrap();
    assert_eq!(value.as_object().unwrap().keys().collect::<Vec<_>>(), ["data"]);
    for check in health::ARGO_CD {
        assert_eq!(value["data"][&format!("resource.customizations.health.ray.io_{}", check.kind)], check.lua);
    }
    assert!(built.manifests.iter().all(|manifest| manifest.name() != "argocd-cm"));
}

/// Flux applies all YAML below a path and refuses what is no object; Argo CD passes it over.
#[test]
fn all_yaml_that_is_synced_is_an_object_of_the_tool() {
    let tree = tree(&platform(BOTH), &[("vision", &format!("{SCRATCH}{TEAM}")), ("audio", TEAM)]);
    let yaml =
        tree.iter().filter(|(path, _)| !path.ends_with("/README.md") && !path.ends_with("/argocd-cm-patch.yaml"));
    let mut tools = BTreeSet::new();
    for (path, text) in yaml {
        let object: Value = serde_yaml::from_str(text).unwrap();
        assert!(object["kind"].is_string() && object["metadata"]["name"].is_string(), "{path}");
        let group = object["apiVersion"].as_str().unwrap().split('/').next().unwrap();
        let expected = match path.strip_prefix("_gitops/prod/").and_then(|rest| rest.split('/').next()) {
            Some("argocd") => group == "argoproj.io",
            Some(tool) => tool == "flux" && group == "kustomize.toolkit.fluxcd.io",
            None => !["argoproj.io", "kustomize.toolkit.fluxcd.io"].contains(&group),
        };
        assert!(expected, "{path}");
        tools.insert(path.split('/').nth(2).unwrap().to_owned());
    }
    assert!(tools.contains("argocd") && tools.contains("flux"));
}

/// A project that left them out would stop the sync.
#[test]
fn a_project_reaches_the_namespace_of_the_teams_monitors() {
    let platform = platform(BOTH)
        .replace("monitoring = { enabled = true }", "monitoring = { enabled = true, namespace = \"prometheus\" }");
    let built = built(&platform, &[("vision", TEAM)]);
    let destinations = &wiring(&built, "AppProject", "ray-vision")["spec"]["destinations"];
    assert_eq!(
        *destinations,
        json!([{ "name": "in-cluster", "namespace": "prometheus" }, { "name": "in-cluster", "namespace": "vision" }])
    );
}
