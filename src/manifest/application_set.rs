//! ApplicationSet (`argoproj.io/v1alpha1`): one Application per team's directory, for teams that are and that will be.

use std::collections::BTreeMap;

use serde::Serialize;

use super::application::{self, FINALIZER};
use super::metadata::{self, Metadata};
use super::to_value;
use crate::json::Value;
use crate::resolve::{ArgoCd, GitOps};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApplicationSet {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    go_template: bool,
    go_template_options: [&'static str; 1],
    generators: [Generator; 1],
    template: Template,
}

#[derive(Serialize)]
struct Generator {
    git: Git,
}

#[derive(Serialize)]
struct Git {
    #[serde(rename = "repoURL")]
    repo_url: String,
    revision: String,
    files: [File; 1],
}

#[derive(Serialize)]
struct File {
    path: String,
}

#[derive(Serialize)]
struct Template {
    metadata: TemplateMetadata,
    spec: application::Spec,
}

#[derive(Serialize)]
struct TemplateMetadata {
    name: String,
    labels: BTreeMap<String, String>,
    finalizers: [&'static str; 1],
}

/// The generator finds each team's directory by the Namespace in it, which `_cluster` does not have, and so knows the
/// Namespace's name: a directory has only the team's, and a team may choose another `namespace`.
pub(super) fn of_teams(gitops: &GitOps, argo_cd: &ArgoCd) -> Value {
    let team = "{{ .path.basename }}";
    let name = format!("{}-{team}", gitops.name);
    let spec = application::spec(
        gitops,
        argo_cd,
        name.clone(),
        "{{ .path.path }}".to_owned(),
        "{{ .metadata.name }}".to_owned(),
        application::ignored_of_any(),
    );
    to_value(ApplicationSet {
        api_version: "argoproj.io/v1alpha1",
        kind: "ApplicationSet",
        metadata: Metadata::of_wiring(None, &gitops.name, &argo_cd.namespace),
        spec: Spec {
            go_template: true,
            go_template_options: ["missingkey=error"],
            generators: [Generator {
                git: Git {
                    repo_url: argo_cd.repo_url.clone(),
                    revision: argo_cd.revision.clone(),
                    files: [File { path: format!("{}/*/namespace-*.yaml", gitops.path) }],
                },
            }],
            template: Template {
                metadata: TemplateMetadata {
                    name,
                    labels: metadata::labels(Some(team), &BTreeMap::new()),
                    finalizers: [FINALIZER],
                },
                spec,
            },
        },
    })
}
