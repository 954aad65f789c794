//! Serve configs that Ray refuses.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::json::Value;
use crate::lint::serve::ServeConfig;
use crate::lint::{Check, Findings, Group, Object, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-serve-config",
    group: Group::Ray,
    summary: "Ray refuses a Serve config, so nothing is served",
    severity: Severity::Error,
    page: include_str!("invalid_serve_config.md"),
    check: Check::Object(&["RayService"], check),
};

fn check(service: &Object<'_>, findings: &mut Findings<'_>) {
    let Some(config) = ServeConfig::read(service) else { return };
    let name = service.name();
    if !config.get("/applications").is_some_and(Value::is_array) {
        let message = format!("the Serve config of RayService `{name}` has no list of `applications`");
        findings.report(config.span(""), message).add_help("write at least one application with its `import_path`");
        return;
    }
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut routes: BTreeMap<String, String> = BTreeMap::new();
    for (pointer, application) in config.items("/applications") {
        let of_application = Application { config: &config, pointer, value: application };
        of_application.check(findings);
        of_application.check_unique("name", Some("default"), &mut names, findings);
        of_application.check_unique("route_prefix", Some("/"), &mut routes, findings);
    }
}

struct Application<'a> {
    config: &'a ServeConfig<'a>,
    pointer: String,
    value: &'a Value,
}

impl Application<'_> {
    /// Names and routes are unique, and those that are not written have Ray's defaults.
    fn check_unique(
        &self,
        key: &str,
        default: Option<&str>,
        taken: &mut BTreeMap<String, String>,
        findings: &mut Findings<'_>,
    ) {
        let written = self.value.get(key);
        let Some(text) = written.map_or(default, Value::as_str) else { return };
        let at = format!("{}/{key}", self.pointer);
        let place = if written.is_some() { at } else { self.pointer.clone() };
        if let Some(first) = taken.get(text) {
            let message = format!("two applications have the `{key}` `{text}`: Ray refuses them");
            findings
                .report(self.config.span(&place), message)
                .add_label(self.config.span(first), "the other one")
                .add_help(format!(
                    "give one of them another `{key}`; it is `{}` when not written",
                    default.unwrap_or_default()
                ));
        } else {
            taken.insert(text.to_owned(), place);
        }
    }

    fn check(&self, findings: &mut Findings<'_>) {
        let mut report = |key: &str, message: String, help: &str| {
            findings.report(self.config.span(&format!("{}{key}", self.pointer)), message).add_help(help);
        };
        let name = self.value["name"].as_str().unwrap_or("default");
        match self.value["import_path"].as_str() {
            None => report(
                "",
                format!("application `{name}` has no `import_path`"),
                "name the module and the bound deployment in it, such as `chat:app`",
            ),
            Some(path) if !is_import_path(path) => report(
                "/import_path",
                format!("`{path}` leads to no application: Ray refuses the path"),
                "write the module and the bound deployment in it, such as `chat:app`",
            ),
            Some(_) => {}
        }
        if self.value["name"] == "" {
            report(
                "/name",
                "an application has an empty name".to_owned(),
                "write a name, or leave it out for `default`",
            );
        }
        if let Some(route) = self.value["route_prefix"].as_str().filter(|route| !is_route(route)) {
            report(
                "/route_prefix",
                format!("`{route}` is no prefix of routes"),
                "start with `/`, end with no `/`, and leave out `{` and `}`; the root is `/`",
            );
        }
        for key in ["host", "port"].into_iter().filter(|key| self.value.get(key).is_some()) {
            report(
                &format!("/{key}"),
                format!("application `{name}` has a `{key}` of its own"),
                "write it under `http_options`, where all applications share it",
            );
        }
        for (key, local) in local_packages(&self.value["runtime_env"]) {
            report(
                &format!("/runtime_env{key}"),
                format!("`{local}` is a path: Serve takes code by remote URIs only"),
                "put the code into the image and leave this out, or name a package such as `s3://bucket/code.zip`",
            );
        }
        for (index, deployment) in self.value["deployments"].as_array().into_iter().flatten().enumerate() {
            self.check_deployment(&format!("/deployments/{index}"), deployment, &mut report);
        }
    }

    fn check_deployment(&self, at: &str, deployment: &Value, report: &mut impl FnMut(&str, String, &str)) {
        let Some(name) = deployment["name"].as_str() else {
            let application = self.value["name"].as_str().unwrap_or("default");
            let message = format!("a deployment of application `{application}` has no `name`");
            return report(at, message, "write the name it has in the code");
        };
        let replicas = &deployment["num_replicas"];
        let at_replicas = format!("{at}/num_replicas");
        if replicas.is_number() && !deployment["autoscaling_config"].is_null() {
            let message = format!("deployment `{name}` has `num_replicas` and an `autoscaling_config`");
            report(&at_replicas, message, "take `num_replicas` out, or write `num_replicas: auto`");
        } else if replicas.as_i64().is_some_and(|count| count < 1)
            || replicas.as_str().is_some_and(|text| text != "auto")
        {
            let message = format!("deployment `{name}` has {replicas} replicas");
            report(&at_replicas, message, "write a number from 1 on, or `auto`");
        }
        for (key, local) in local_packages(&deployment["ray_actor_options"]["runtime_env"]) {
            let message = format!("`{local}` is a path: Serve takes code by remote URIs only");
            let at = format!("{at}/ray_actor_options/runtime_env{key}");
            report(
                &at,
                message,
                "put the code into the image and leave this out, or name a package such as `s3://bucket/code.zip`",
            );
        }
    }
}

/// `module:name` or `module.name` (Ray `serve/schema.py`, import_path_format_valid).
fn is_import_path(path: &str) -> bool {
    let separator = if path.contains(':') { ':' } else { '.' };
    let colons = path.matches(':').count();
    colons <= 1 && path.contains(separator) && !path.starts_with(separator) && !path.ends_with(separator)
}

/// Ray `serve/schema.py`, `_route_prefix_format`.
fn is_route(route: &str) -> bool {
    route.starts_with('/') && (route == "/" || !route.ends_with('/')) && !route.contains(['{', '}'])
}

/// Packages of a runtime environment that are no URIs (Ray `serve/schema.py`, runtime_env_contains_remote_uris).
fn local_packages(runtime_env: &Value) -> Vec<(String, &str)> {
    let modules = runtime_env["py_modules"].as_array().into_iter().flatten().enumerate();
    let modules = modules.map(|(index, module)| (format!("/py_modules/{index}"), module));
    let all = modules.chain([("/working_dir".to_owned(), &runtime_env["working_dir"])]);
    all.filter_map(|(key, value)| Some((key, value.as_str().filter(|uri| !uri.contains("://"))?))).collect()
}
