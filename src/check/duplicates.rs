//! Two objects with one identity, and two Ingresses or HTTPRoutes for one address: what each team wrote is fine, together
//! it is not.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use crate::diagnostic::Diagnostic;
use crate::json::Value;
use crate::lint::{Object, Subject};
use crate::manifest::{Built, Manifest};
use crate::source::FileId;
use crate::spec::GitOpsTool;

/// Reports the second of two, and shows the first.
pub(super) fn check(built: &Built) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut identities: HashMap<[&str; 4], &Manifest> = HashMap::new();
    let mut addresses: HashMap<[&str; 3], &Manifest> = HashMap::new();
    for manifest in &built.manifests {
        let environment = manifest.environment.name.as_str();
        let meeting = if shares_its_cluster(manifest) { "" } else { environment };
        let identity = [meeting, manifest.kind(), manifest.namespace().unwrap_or_default(), manifest.name()];
        match identities.entry(identity) {
            Entry::Occupied(first) => {
                diagnostics.push(same_identity(first.get(), manifest));
                continue;
            }
            Entry::Vacant(place) => place.insert(manifest),
        };
        for [host, path] in exposed(manifest.kind(), &manifest.object) {
            match addresses.entry([environment, host, path]) {
                Entry::Occupied(first) => diagnostics.push(same_address(first.get(), manifest, host, path)),
                Entry::Vacant(place) => {
                    place.insert(manifest);
                }
            }
        }
    }
    diagnostics
}

/// Whether the object stands beside those of other environments: the wiring of all clusters that one Argo CD or one Flux
/// syncs from afar.
fn shares_its_cluster(manifest: &Manifest) -> bool {
    let gitops = manifest.environment.gitops.as_ref();
    gitops.is_some_and(|gitops| match manifest.reader() {
        Some(GitOpsTool::ArgoCd) => gitops.argo_cd.as_ref().is_some_and(|argo_cd| !argo_cd.destination.is_own()),
        Some(GitOpsTool::Flux) => gitops.flux.as_ref().is_some_and(|flux| flux.kubeconfig_secret.is_some()),
        None => false,
    })
}

fn owner(manifest: &Manifest) -> String {
    manifest.team.as_ref().map_or_else(|| "the platform".to_owned(), |team| format!("team `{team}`"))
}

fn same_identity(first: &Manifest, second: &Manifest) -> Diagnostic {
    let message = format!(
        "{} and {} both render {} `{}` for `{}`",
        owner(first),
        owner(second),
        second.kind(),
        second.name(),
        second.environment.name
    );
    let remedy = match second.kind() {
        "Namespace" => "give one of the teams a `namespace` of its own",
        _ if second.reader().is_some() => "give one of the environments a `gitops.project` of its own",
        _ => "rename one of the workloads, or set its `name`",
    };
    Diagnostic::error("duplicate-name", second.values.key_span(&second.place("/metadata/name")), message)
        .label(first.values.key_span(&first.place("/metadata/name")), "the other one")
        .help(remedy)
}

fn same_address(first: &Manifest, second: &Manifest, host: &str, path: &str) -> Diagnostic {
    let message = format!(
        "{} `{}` of {} and {} `{}` of {} both take `{host}{path}` in `{}`",
        first.kind(),
        first.name(),
        owner(first),
        second.kind(),
        second.name(),
        owner(second),
        second.environment.name
    );
    let place = |manifest: &Manifest| manifest.span(host_pointer(manifest.kind()));
    Diagnostic::error("duplicate-host", place(second), message)
        .label(place(first), "the other one")
        .help("give one of them a `host` of its own")
}

/// The same for manifests that have no spec. Which cluster they are for is not known: two of one name in different files
/// may be for two.
pub(super) fn of_objects(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut identities: BTreeMap<(FileId, [&str; 4]), &Object<'_>> = BTreeMap::new();
    let mut addresses: BTreeMap<[&str; 2], &Object<'_>> = BTreeMap::new();
    for object in subject.objects.iter().filter(|object| !object.name().is_empty()) {
        let identity = [object.text("/apiVersion"), object.kind(), object.namespace(), object.name()];
        let first = *identities.entry((object.span("").file, identity)).or_insert(object);
        if !std::ptr::eq(first, object) {
            let message = format!("{} `{}` is there twice", object.kind(), object.name());
            diagnostics.push(
                Diagnostic::error("duplicate-name", object.span("/metadata/name"), message)
                    .label(first.span("/metadata/name"), "the first one")
                    .help("of two objects with one name the later wins: rename one, or take it out"),
            );
            continue;
        }
        for address in exposed(object.kind(), object.value) {
            let first = *addresses.entry(address).or_insert(object);
            if (first.namespace(), first.name()) != (object.namespace(), object.name()) {
                let [host, path] = address;
                let message = format!(
                    "{} `{}` and {} `{}` both take `{host}{path}`",
                    first.kind(),
                    first.name(),
                    object.kind(),
                    object.name()
                );
                diagnostics.push(
                    Diagnostic::error("duplicate-host", object.span(host_pointer(object.kind())), message)
                        .label(first.span(host_pointer(first.kind())), "the other one")
                        .help("give one of them a host or a path of its own"),
                );
            }
        }
    }
    diagnostics
}

/// Where the first host stands.
fn host_pointer(kind: &str) -> &'static str {
    if kind == "HTTPRoute" { "/spec/hostnames/0" } else { "/spec/rules/0/host" }
}

/// Host and path of every rule of an Ingress or an HTTPRoute.
fn exposed<'a>(kind: &str, object: &'a Value) -> Vec<[&'a str; 2]> {
    let rules = list(&object["spec"]["rules"]);
    match kind {
        "Ingress" => rules.iter().flat_map(of_ingress_rule).collect(),
        "HTTPRoute" => {
            let hosts = list(&object["spec"]["hostnames"]);
            let paths: Vec<&str> = rules.iter().flat_map(of_route_rule).collect();
            let hosts = hosts.iter().filter_map(Value::as_str);
            hosts.flat_map(|host| paths.iter().map(move |path| [host, *path])).collect()
        }
        _ => Vec::new(),
    }
}

fn of_ingress_rule(rule: &Value) -> impl Iterator<Item = [&str; 2]> {
    let host = rule["host"].as_str().unwrap_or("*");
    list(&rule["http"]["paths"]).iter().map(move |path| [host, path["path"].as_str().unwrap_or("/")])
}

/// What a route tells apart by headers and the like is no conflict.
fn of_route_rule(rule: &Value) -> impl Iterator<Item = &str> {
    let by_path_alone = |each: &&Value| each.as_object().is_some_and(|each| each.keys().all(|key| key == "path"));
    list(&rule["matches"]).iter().filter(by_path_alone).map(|each| each["path"]["value"].as_str().unwrap_or("/"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
