//! Exposed ports: what each controller is told, and how little a team has to say.

use std::collections::BTreeSet;

use raygen::check;
use raygen::json;
use raygen::json::Value;
use raygen::manifest::{self, Built};
use raygen::resolve::{self, Selection};
use raygen::workspace::Workspace;

use crate::rules::PLATFORM;

const WORKER: &str = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";
const TEAM: &str = "[clusters.train.ingress]\nexpose = [\"dashboard\"]\n";

/// The platform of the rules' pages with another `ingress` table.
fn platform(ingress: &str) -> String {
    PLATFORM.replace("ingress = { class = \"alb\", group = \"ray\" }", "")
        + "\n[environments.prod.ingress]\n"
        + ingress
        + "\n"
}

fn build(platform: &str, team: &str) -> (Built, BTreeSet<&'static str>) {
    let team = format!("{team}\n{WORKER}");
    let workspace = Workspace::from_texts(platform, [("vision", team.as_str())]);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    let checked = check::check(&workspace, &resolution, &built);
    let found = checked.diagnostics.iter().map(|diagnostic| diagnostic.rule).collect();
    (built, found)
}

/// The objects of a kind that a team renders; anything wrong with them fails the test, for the schemas have seen them.
fn rendered(ingress: &str, team: &str, kind: &str, accepted: &[&str]) -> Vec<Value> {
    let (built, found) = build(&platform(ingress), team);
    let unexpected: Vec<&&str> = found.iter().filter(|rule| !accepted.contains(rule)).collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
    let of_kind = built.manifests.iter().filter(|manifest| manifest.kind() == kind);
    of_kind.map(|manifest| manifest.object.clone()).collect()
}

/// What is wrong with exposed ports; who else in the EKS cluster reaches a head is another matter.
fn problems(ingress: &str, team: &str) -> BTreeSet<&'static str> {
    let mut found = build(&platform(ingress), team).1;
    found.remove("unisolated-cluster");
    found
}

fn annotations(object: &Value, prefix: &str) -> Vec<(String, String)> {
    let annotations = object["metadata"]["annotations"].as_object().unwrap();
    let own = annotations
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix(prefix)?.to_owned(), value.as_str().unwrap().to_owned())));
    own.collect()
}

fn annotation(object: &Value, key: &str) -> String {
    object["metadata"]["annotations"][key].as_str().unwrap_or_default().to_owned()
}

const OIDC: &str = r#"
class = "alb"
[environments.prod.ingress.auth]
scope = "openid email"
session-timeout = "12h"
on-unauthenticated = "deny"
[environments.prod.ingress.auth.oidc]
issuer = "https://login.example.com"
authorization-endpoint = "https://login.example.com/authorize"
token-endpoint = "https://login.example.com/token"
user-info-endpoint = "https://login.example.com/userinfo"
secret = "oidc"
"#;

#[test]
fn a_site_puts_everything_about_its_alb_into_the_environment() {
    let site = r#"
class = "alb"
group = "ray"
group-order = 10
load-balancer-name = "ray-prod"
scheme = "internal"
certificate-arn = ["arn:aws:acm:us-west-2:1:certificate/a", "arn:aws:acm:us-west-2:1:certificate/b"]
ssl-policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"
redirect-http = true
idle-timeout = "20m"
inbound-cidrs = ["10.0.0.0/8", "192.168.0.0/16"]
wafv2-acl-arn = "arn:aws:wafv2:us-west-2:1:regional/webacl/ray/1"
subnets = ["subnet-a", "subnet-b"]
security-groups = ["sg-a"]
attributes = { "deletion_protection.enabled" = "true" }
tags = { team = "ml", stage = "prod" }
health-check = { serve = { path = "/ready", success-codes = "200-299", interval = "30s", timeout = "10s", healthy = 2, unhealthy = 3 } }
"#;
    let team = "[clusters.train.ingress]\nexpose = [\"serve\", \"dashboard\"]\n";
    let ingresses = rendered(site, team, "Ingress", &[]);
    let expected = [
        ("certificate-arn", "arn:aws:acm:us-west-2:1:certificate/a,arn:aws:acm:us-west-2:1:certificate/b"),
        ("group.name", "ray"),
        ("group.order", "10"),
        ("healthcheck-path", "/api/gcs_healthz"),
        ("inbound-cidrs", "10.0.0.0/8,192.168.0.0/16"),
        ("listen-ports", r#"[{"HTTP":80},{"HTTPS":443}]"#),
        ("load-balancer-attributes", "deletion_protection.enabled=true,idle_timeout.timeout_seconds=1200"),
        ("load-balancer-name", "ray-prod"),
        ("manage-backend-security-group-rules", "true"),
        ("scheme", "internal"),
        ("security-groups", "sg-a"),
        ("ssl-policy", "ELBSecurityPolicy-TLS13-1-2-2021-06"),
        ("ssl-redirect", "443"),
        ("subnets", "subnet-a,subnet-b"),
        ("tags", "stage=prod,team=ml"),
        ("target-type", "ip"),
        ("wafv2-acl-arn", "arn:aws:wafv2:us-west-2:1:regional/webacl/ray/1"),
    ];
    let expected: Vec<(String, String)> = expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    assert_eq!(annotations(&ingresses[0], "alb.ingress.kubernetes.io/"), expected);
    let serve: Vec<(String, String)> = annotations(&ingresses[1], "alb.ingress.kubernetes.io/")
        .into_iter()
        .filter(|pair| !expected.contains(pair))
        .collect();
    let own = [
        // Two Ingresses of one group that state the same order are refused.
        ("group.order", "11"),
        ("healthcheck-interval-seconds", "30"),
        ("healthcheck-path", "/ready"),
        ("healthcheck-timeout-seconds", "10"),
        ("healthy-threshold-count", "2"),
        ("success-codes", "200-299"),
        ("unhealthy-threshold-count", "3"),
    ];
    assert_eq!(serve, own.map(|(key, value)| (key.to_owned(), value.to_owned())));
}

#[test]
fn an_alb_asks_an_openid_provider_as_the_environment_says() {
    let ingress = &rendered(OIDC, TEAM, "Ingress", &[])[0];
    let of = |key: &str| annotation(ingress, &format!("alb.ingress.kubernetes.io/{key}"));
    assert_eq!(of("auth-type"), "oidc");
    assert_eq!(
        serde_json::from_str::<Value>(&of("auth-idp-oidc")).unwrap(),
        json!({
            "issuer": "https://login.example.com",
            "authorizationEndpoint": "https://login.example.com/authorize",
            "tokenEndpoint": "https://login.example.com/token",
            "userInfoEndpoint": "https://login.example.com/userinfo",
            "secretName": "oidc",
        })
    );
    assert_eq!(of("auth-scope"), "openid email");
    assert_eq!(of("auth-session-timeout"), "43200");
    assert_eq!(of("auth-on-unauthenticated-request"), "deny");
}

#[test]
fn a_login_counts_as_authentication_and_a_team_may_do_without_only_with_a_token() {
    let without_token = format!("[clusters.train]\nauth = {{ mode = \"disabled\" }}\n{TEAM}");
    assert!(problems(OIDC, &without_token).is_empty());
    let nobody_asks = format!("{without_token}auth.type = \"none\"\n");
    assert_eq!(problems(OIDC, &nobody_asks), ["unauthenticated-dashboard"].into());
    assert!(problems(OIDC, &format!("{TEAM}auth.type = \"none\"\n")).is_empty());
}

#[test]
fn an_alb_asks_cognito() {
    let site = r#"
class = "alb"
auth.cognito = { user-pool-arn = "arn:aws:cognito-idp:us-west-2:1:userpool/a", client-id = "b", domain = "c" }
"#;
    let ingress = &rendered(site, TEAM, "Ingress", &[])[0];
    assert_eq!(annotation(ingress, "alb.ingress.kubernetes.io/auth-type"), "cognito");
    assert_eq!(
        annotation(ingress, "alb.ingress.kubernetes.io/auth-idp-cognito"),
        r#"{"userPoolARN":"arn:aws:cognito-idp:us-west-2:1:userpool/a","userPoolClientID":"b","userPoolDomain":"c"}"#
    );
}

#[test]
fn a_login_says_what_it_lacks() {
    for (site, team) in [
        // A detail is missing.
        ("class = \"alb\"\nauth.oidc = { issuer = \"https://a\" }", TEAM),
        ("class = \"alb\"\nauth.type = \"oidc\"", TEAM),
        ("class = \"nginx\"\ntls-secret = \"tls\"\nauth.type = \"url\"", TEAM),
        // Two are described, and neither is chosen.
        ("class = \"alb\"\nauth = { oidc = { secret = \"a\" }, cognito = { domain = \"b\" } }", TEAM),
        // The controller cannot ask that way.
        ("class = \"alb\"\nauth.url = \"https://oauth2.example.com\"", TEAM),
        ("class = \"nginx\"\ntls-secret = \"tls\"\nauth.cognito = { domain = \"b\" }", TEAM),
        ("class = \"gateway\"\ngateway.name = \"a\"\nauth.url = \"https://oauth2.example.com\"", TEAM),
    ] {
        let mut found = problems(site, team);
        found.remove("retired-ingress-nginx");
        assert_eq!(found, ["incomplete-ingress-auth"].into(), "{site}");
    }
}

#[test]
fn plain_http_is_for_sites_that_end_tls_before_the_alb() {
    let ingress = &rendered("class = \"alb\"\nhttps = false", TEAM, "Ingress", &["plain-http-auth"])[0];
    assert_eq!(annotation(ingress, "alb.ingress.kubernetes.io/listen-ports"), r#"[{"HTTP":80}]"#);
    assert!(problems("class = \"alb\"\nredirect-http = true", TEAM).is_empty());
}

#[test]
fn nginx_asks_by_a_request_of_its_own() {
    let site = r#"
class = "nginx"
tls-secret = "tls"
inbound-cidrs = ["10.0.0.0/8"]
body-size = "512m"
redirect-http = true
[environments.prod.ingress.auth]
url = "https://oauth2.example.com/oauth2/auth"
signin = "https://oauth2.example.com/oauth2/start?rd=$scheme://$host$request_uri"
response-headers = ["X-Auth-Request-User", "X-Auth-Request-Email"]
"#;
    let ingress = &rendered(site, TEAM, "Ingress", &["retired-ingress-nginx"])[0];
    let expected = [
        ("auth-response-headers", "X-Auth-Request-User,X-Auth-Request-Email"),
        ("auth-signin", "https://oauth2.example.com/oauth2/start?rd=$scheme://$host$request_uri"),
        ("auth-url", "https://oauth2.example.com/oauth2/auth"),
        ("force-ssl-redirect", "true"),
        ("proxy-body-size", "512m"),
        ("proxy-read-timeout", "600"),
        ("proxy-send-timeout", "600"),
        ("whitelist-source-range", "10.0.0.0/8"),
    ];
    let expected: Vec<(String, String)> = expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    assert_eq!(annotations(ingress, "nginx.ingress.kubernetes.io/"), expected);
}

/// Both stand on one host, and none catches the other's requests.
#[test]
fn serve_has_a_path_beside_the_dashboards() {
    let team =
        "[clusters.train.ingress]\nexpose = [\"dashboard\", \"serve\"]\nhost = \"{{ domain }}\"\npath = \"/vision\"\n";
    let ingresses = rendered("class = \"nginx\"\ntls-secret = \"tls\"", team, "Ingress", &["retired-ingress-nginx"]);
    let paths: Vec<&Value> = ingresses.iter().map(|object| &object["spec"]["rules"][0]["http"]["paths"][0]).collect();
    assert_eq!(paths[0]["path"], "/vision(/|$)(.*)");
    assert_eq!(paths[1]["path"], "/vision-serve(/|$)(.*)");
    assert!(paths.iter().all(|path| path["pathType"] == "ImplementationSpecific"));
    assert_eq!(paths[1]["backend"]["service"]["port"]["name"], "serve");
    assert_eq!(annotation(&ingresses[1], "nginx.ingress.kubernetes.io/rewrite-target"), "/$2");
}

const GATEWAY: &str =
    "class = \"gateway\"\ngateway = { name = \"internal\", namespace = \"gateways\", section = \"https\" }";

#[test]
fn a_gateway_gets_a_route_per_port() {
    let team = "[clusters.train.ingress]\nexpose = [\"dashboard\", \"serve\"]\n";
    let routes = rendered(GATEWAY, team, "HTTPRoute", &[]);
    assert_eq!(routes[0]["metadata"]["name"], "vision-train-dashboard");
    assert_eq!(
        routes[0]["spec"],
        json!({
            "parentRefs": [{ "name": "internal", "namespace": "gateways", "sectionName": "https" }],
            "hostnames": ["vision-train.ray.example.com"],
            "rules": [{
                "matches": [{ "path": { "type": "PathPrefix", "value": "/" } }],
                "backendRefs": [{ "name": "vision-train-head-svc", "port": 8265 }],
            }],
        })
    );
    assert_eq!(routes[1]["metadata"]["name"], "vision-train-serve");
    assert_eq!(
        routes[1]["spec"]["rules"][0]["backendRefs"],
        json!([{ "name": "vision-train-head-svc", "port": 8000 }])
    );
}

#[test]
fn a_route_takes_the_path_off_and_carries_what_the_controller_adds() {
    let site = format!(
        "{GATEWAY}\ngateway.request-timeout = \"0s\"\ngateway.extensions = [{{ group = \"gateway.k8s.aws\", kind = \"ListenerRuleConfiguration\", name = \"login\" }}]"
    );
    let site = site.replace(
        "gateway = { name = \"internal\", namespace = \"gateways\", section = \"https\" }",
        "gateway.name = \"internal\"",
    );
    let team = format!("{TEAM}path = \"/vision\"\nhost = \"ray.{{{{ domain }}}}\"\n");
    let route = &rendered(&site, &team, "HTTPRoute", &[])[0];
    assert_eq!(
        route["spec"]["rules"],
        json!([{
            "matches": [{ "path": { "type": "PathPrefix", "value": "/vision" } }],
            "filters": [
                { "type": "ExtensionRef",
                  "extensionRef": { "group": "gateway.k8s.aws", "kind": "ListenerRuleConfiguration", "name": "login" } },
                { "type": "URLRewrite",
                  "urlRewrite": { "path": { "type": "ReplacePrefixMatch", "replacePrefixMatch": "/" } } },
            ],
            "backendRefs": [{ "name": "vision-train-head-svc", "port": 8265 }],
            "timeouts": { "request": "0s" },
        }])
    );
    assert_eq!(route["spec"]["parentRefs"], json!([{ "name": "internal" }]));
}

#[test]
fn settings_of_another_controller_are_no_secret() {
    assert_eq!(
        problems(GATEWAY, &format!("{TEAM}inbound-cidrs = [\"10.0.0.0/8\"]\n")),
        ["ineffective-ingress-key"].into()
    );
    assert_eq!(problems("class = \"alb\"\nbody-size = \"1g\"", TEAM), ["ineffective-ingress-key"].into());
    // The site's own settings are for the site's own controller.
    let site = "class = \"alb\"\ngroup = \"ray\"\nscheme = \"internal\"";
    assert!(problems(site, &format!("{TEAM}class = \"gateway\"\ngateway.name = \"internal\"\n")).is_empty());
}

/// What is true of Ingresses is true of HTTPRoutes.
#[test]
fn the_rules_for_exposed_dashboards_look_at_routes_too() {
    let disabled = "[clusters.train]\nauth = { mode = \"disabled\" }\n";
    assert_eq!(problems(GATEWAY, &format!("{disabled}{TEAM}")), ["unauthenticated-dashboard"].into());
    let login = format!(
        "{GATEWAY}\n[environments.prod.ingress.gateway]\nextensions = [{{ group = \"a.example.com\", kind = \"Login\", name = \"b\" }}]"
    );
    let login = login.replace(
        "gateway = { name = \"internal\", namespace = \"gateways\", section = \"https\" }\n[environments.prod.ingress.gateway]\n",
        "[environments.prod.ingress.gateway]\nname = \"internal\"\n",
    );
    assert!(problems(&login, &format!("{disabled}{TEAM}")).is_empty());

    let unwritten = "[[clusters.train.patch]]\nkind = \"HTTPRoute\"\nmerge = { spec = { rules = [{ matches = [{ path = { value = \"/x\" } }], backendRefs = [{ name = \"vision-train-head-svc\", port = 8265 }] }] } }\n";
    assert_eq!(problems(GATEWAY, &format!("{TEAM}\n{unwritten}")), ["path-without-rewrite"].into());

    let two = |host: &str| {
        format!("{TEAM}{host}\n[clusters.tune.ingress]\nexpose = [\"dashboard\"]\n{host}\n[clusters.tune]\n")
    };
    assert!(problems(GATEWAY, &two("")).is_empty());
    assert_eq!(problems(GATEWAY, &two("host = \"ray.example.com\"")), ["duplicate-host"].into());
    let beside = two("host = \"ray.example.com\"\npath = \"/{{ workload }}\"");
    assert_eq!(problems(GATEWAY, &beside), ["shared-dashboard-host"].into());

    for (timeout, expected) in [("30s", Some("short-idle-timeout")), ("0s", None), ("1h", None)] {
        let team = format!("{TEAM}gateway.request-timeout = \"{timeout}\"\n");
        assert_eq!(problems(GATEWAY, &team), expected.into_iter().collect(), "{timeout}");
    }
}

/// KubeRay keeps the last 50 characters of a Service's name.
#[test]
fn the_service_of_a_long_name_is_the_one_that_the_operator_makes() {
    let team = format!("[clusters.train]\nname = \"a-name-of-more-than-forty-one-characters-here\"\n{TEAM}");
    let ingress = &rendered("class = \"alb\"", &team, "Ingress", &[])[0];
    let service = ingress.pointer("/spec/rules/0/http/paths/0/backend/service/name").unwrap();
    assert_eq!(service, "me-of-more-than-forty-one-characters-here-head-svc");
}
