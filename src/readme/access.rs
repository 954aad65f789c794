//! Reaching a Ray cluster: dashboard, token, jobs, clients and Serve.

use super::page::{Page, word};
use super::target::{Exposed, Target, Token};

pub(super) fn dashboard(page: &mut Page, target: &Target<'_>) {
    if target.port("dashboard").is_none() {
        return;
    }
    page.heading(3, "Dashboard");
    match target.exposed("dashboard") {
        Some(exposed) => page.text(&format!(
            "{}{}. The commands below go through a port-forward, which needs no more than kubectl:",
            exposed.url,
            reachable(&exposed)
        )),
        None => page.text(&format!("{}, while this runs:", target.address())),
    }
    page.commands(&[forward(target, &["dashboard", "client"])]);
    if target.is_job() {
        page.text("A run has a cluster of its own, so there is a dashboard only while the cluster stands.");
    }
}

fn reachable(exposed: &Exposed) -> &'static str {
    match (exposed.internal, exposed.login) {
        (true, true) => ", from networks that reach the VPC, after a login",
        (true, false) => ", from networks that reach the VPC",
        (false, true) => ", after a login",
        (false, false) => "",
    }
}

fn forward(target: &Target<'_>, ports: &[&str]) -> String {
    format!("kubectl port-forward {} {} {}", target.namespace(), target.head(), target.forwarded(ports))
}

/// The key is KubeRay's (`utils/constant.go`, RAY_AUTH_TOKEN_SECRET_KEY), the variables are Ray's.
pub(super) fn token(page: &mut Page, target: &Target<'_>) {
    let Some(token) = target.token() else { return };
    let mut commands = vec!["export RAY_AUTH_MODE=token".to_owned()];
    let secret = match token {
        Token::Secret(secret) => word(&secret).into_owned(),
        Token::OfGeneratedCluster => {
            commands.push(format!("cluster=\"$({})\"", generated_cluster(target)));
            "\"$cluster\"".to_owned()
        }
    };
    commands.push(format!(
        "export RAY_AUTH_TOKEN=\"$(kubectl get secret {} {secret} --output jsonpath='{{.data.auth_token}}' | base64 \
         --decode)\"",
        target.namespace()
    ));
    page.heading(3, "Token");
    page.text(
        "Dashboard, `ray` and Ray clients ask for a token. Whoever has it can run code in the cluster. Set it before the \
         commands below; the dashboard takes the value of `RAY_AUTH_TOKEN`.",
    );
    page.commands(&commands);
}

/// Prints the name of the cluster, or rather what KubeRay keeps of it for the Secret: the last 50 characters, of which
/// the first is a letter (`utils.CheckName`). A generated name appends six characters, a cron job's run eleven before.
fn generated_cluster(target: &Target<'_>) -> String {
    let (namespace, name) = (target.namespace(), target.resource.name());
    let get = match target.resource.kind() {
        "RayService" => format!(
            "kubectl get rayservice {namespace} {name} --output jsonpath='{{.status.activeServiceStatus.rayClusterName}}'"
        ),
        "RayJob" => format!("kubectl get rayjob {namespace} {name} --output jsonpath='{{.status.rayClusterName}}'"),
        _ => format!(
            "kubectl get rayjobs {namespace} --selector=ray.io/cronjob-name={name} \
             --sort-by=.metadata.creationTimestamp --output jsonpath='{{.items[-1:].status.rayClusterName}}'"
        ),
    };
    let appended = if target.resource.kind() == "RayCronJob" { 17 } else { 6 };
    if name.len() + appended > 50 { format!("{get} | tail -c 50 | sed 's/^[^a-z]/r/'") } else { get }
}

pub(super) fn submit(page: &mut Page, target: &Target<'_>) {
    if target.is_job() || target.port("dashboard").is_none() {
        return;
    }
    let address = target.address();
    page.heading(3, "Submit a job");
    page.text("With the port-forward running, from the directory of the code:");
    page.commands(&[
        format!("pip install 'ray[default]=={}'", target.workload.ray_version),
        format!("ray job submit --address {address} --working-dir . -- python main.py"),
        format!("ray job list --address {address}"),
    ]);
    if let Some(exposed) = target.exposed("dashboard").filter(|exposed| !exposed.login) {
        page.text(&format!(
            "Where the dashboard's URL is reachable, `--address {}` spares the port-forward.",
            exposed.url.trim_end_matches('/')
        ));
    }
}

/// Scripts that are submitted once.
pub(super) fn submissions(page: &mut Page, target: &Target<'_>) {
    if target.names("Job").is_empty() {
        return;
    }
    // The names of the Jobs change with what they hold, and the README would with them.
    let selector = format!("app.kubernetes.io/instance={},batch.kubernetes.io/job-name", target.workload.name);
    let namespace = target.namespace();
    page.heading(3, "Submitted scripts");
    page.text("Each is submitted once by a Kubernetes Job. A change of the script or its settings makes a new one.");
    page.commands(&[
        format!("kubectl get pods {namespace} --selector={selector}"),
        format!("kubectl logs {namespace} --selector={selector} --prefix --tail=100"),
    ]);
}

pub(super) fn addresses(page: &mut Page, target: &Target<'_>) {
    if target.is_job() {
        return;
    }
    let service = target.head_service();
    let host = format!("{service}.{}.svc.cluster.local", target.team.namespace);
    page.heading(3, "Addresses");
    let mut items = Vec::new();
    if let Some(port) = target.port("dashboard") {
        items.push(format!("dashboard and jobs, in the cluster: `http://{host}:{port}`"));
    }
    if let Some(port) = target.port("client") {
        items.push(format!("Ray client, in the cluster: `ray://{host}:{port}`"));
        items.push(format!(
            "Ray client, through the port-forward: `ray://localhost:{}`, with the Ray and Python versions of the image",
            target.local_port("client")
        ));
    }
    if target.resource.kind() != "RayService"
        && let Some(port) = target.port("serve")
    {
        items.push(format!("Serve, where it runs, in the cluster: `http://{host}:{port}`"));
        items.extend(
            target
                .exposed("serve")
                .map(|exposed| format!("Serve, where it runs, from outside: {}{}", exposed.url, reachable(&exposed))),
        );
    }
    page.text(&format!("All at Service `{service}`:"));
    page.list(&items);
}

/// Serve of a service. Its proxies answer `/-/routes` and `/-/healthz` beside the applications' routes.
pub(super) fn serve(page: &mut Page, target: &Target<'_>) {
    let (namespace, name) = (target.namespace(), target.resource.name());
    page.heading(3, "Serve");
    let (service, local) = (target.serve_service(), target.local_port("serve"));
    let port = target.port("serve").unwrap_or(8000);
    let host = format!("http://{service}.{}.svc.cluster.local:{port}", target.team.namespace);
    if let Some(exposed) = target.exposed("serve") {
        page.text(&format!("From outside{}:", reachable(&exposed)));
        page.commands(&[format!("curl {}", word(&format!("{}-/routes", exposed.url)))]);
    }
    page.text(&format!("In the cluster, Service `{service}` answers: `{host}`. From your machine:"));
    page.commands(&[format!("kubectl port-forward {namespace} service/{service} {local}:{port}")]);
    page.commands(&[format!("curl http://localhost:{local}/-/routes")]);
    let kind = target.kind();
    page.text("How the applications are, and what the operator says about them:");
    page.commands(&[
        format!("kubectl get {kind} {namespace} {name}"),
        format!(
            "kubectl get {kind} {namespace} {name} --output jsonpath='{{.status.activeServiceStatus.applicationStatuses}}'"
        ),
        format!("kubectl describe {kind} {namespace} {name}"),
    ]);
}
