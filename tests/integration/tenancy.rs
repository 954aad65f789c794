//! What separates teams: identity and rights, secrets, quotas, NetworkPolicies, Pod Security.

use raygen::check;
use raygen::json;
use raygen::json::Value;
use raygen::manifest::{self, Manifest};
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
karpenter = { interruption-queue = "ml-prod" }
kuberay = { namespace = "kuberay-operator" }
ingress = { class = "alb" }
secret-store = "aws-secrets-manager"

[environments.prod.network]
vpc-cidrs = ["10.0.0.0/16"]
monitoring-namespace = "monitoring"

[defaults.cluster]
ray-version = "2.52.0"
image = "rayproject/ray:{{ ray_version }}-py311"
"#;

const WORKER: &str = "[clusters.train.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";

/// The objects of one team, and "rule: message" of every problem with them.
fn checked(platform: &str, spec: &str) -> (Vec<Manifest>, Vec<String>) {
    let workspace = Workspace::from_texts(platform, [("vision", spec)]);
    let resolution = resolve::resolve(&workspace, &Selection::default());
    let built = manifest::build(&resolution);
    let found = check::check(&workspace, &resolution, &built).diagnostics;
    let found = found.into_iter().map(|problem| {
        let line = problem.span.map(|span| workspace.sources.line_column(span).0).unwrap_or_default();
        format!("{}: {} @ {line}", problem.rule, problem.message)
    });
    let found = found.collect();
    (built.manifests, found)
}

fn problems(spec: &str) -> Vec<String> {
    checked(PLATFORM, spec).1
}

/// The one object of a kind, in a workspace that nothing is wrong with.
fn object(platform: &str, spec: &str, kind: &str) -> Value {
    let (manifests, found) = checked(platform, spec);
    assert_eq!(found, Vec::<String>::new(), "{spec}");
    let mut of_kind = manifests.into_iter().filter(|manifest| manifest.kind() == kind);
    let object = of_kind.next().unwrap_or_else(|| panic!("no {kind}")).object;
    assert!(of_kind.next().is_none(), "several of {kind}");
    object
}

fn spec_of(spec: &str, kind: &str) -> Value {
    object(PLATFORM, spec, kind)["spec"].clone()
}

#[test]
fn who_says_nothing_gets_none_of_it() {
    let (manifests, found) = checked(PLATFORM, WORKER);
    assert_eq!(found, Vec::<String>::new());
    let kinds =
        ["NetworkPolicy", "ResourceQuota", "LimitRange", "Role", "RoleBinding", "ExternalSecret", "SecretStore"];
    let rendered: Vec<&str> = manifests.iter().map(Manifest::kind).filter(|kind| kinds.contains(kind)).collect();
    assert_eq!(rendered, Vec::<&str>::new());
}

#[test]
fn a_service_account_gets_the_rights_that_it_is_given() {
    let text = format!(
        "[service-account]\nname = \"trainer\"\nrules = [{{ resources = [\"configmaps\"], verbs = [\"get\"] }}]\n{WORKER}"
    );
    let role = object(PLATFORM, &text, "Role");
    assert_eq!(role["rules"], json!([{ "apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"] }]));
    let binding = object(PLATFORM, &text, "RoleBinding");
    assert_eq!(binding["subjects"], json!([{ "kind": "ServiceAccount", "name": "trainer", "namespace": "vision" }]));
    assert_eq!(binding["roleRef"]["name"], role["metadata"]["name"]);
}

#[test]
fn a_service_account_of_someone_else_is_only_named() {
    let text = format!("[service-account]\nname = \"trainer\"\ncreate = false\n{WORKER}");
    let (manifests, found) = checked(PLATFORM, &text);
    assert_eq!(found, Vec::<String>::new());
    assert!(manifests.iter().all(|manifest| manifest.kind() != "ServiceAccount"));
    let head = object(PLATFORM, &text, "RayCluster")["spec"]["headGroupSpec"]["template"]["spec"].clone();
    assert_eq!(head["serviceAccountName"], "trainer");
}

/// The operator's Role for the autoscaler is called like the RayCluster, and it keeps one that it finds.
#[test]
fn a_role_is_never_called_like_a_cluster() {
    let text = "service-account.rules = [{ resources = [\"pods\"], verbs = [\"get\"] }]\n\
        [clusters.vision.workers.cpu]\ncpu = 3\nmemory = \"12Gi\"\nmax = 4\n";
    let cluster = object(PLATFORM, text, "RayCluster");
    assert_ne!(object(PLATFORM, text, "Role")["metadata"]["name"], cluster["metadata"]["name"]);
}

#[test]
fn two_workloads_cannot_give_one_account_different_rights() {
    let rules = "service-account.rules = [{ resources = [\"pods\"], verbs = [\"get\"] }]\n";
    let other = WORKER.replace("clusters.train", "clusters.tune");
    let found = problems(&format!("[clusters.train]\n{rules}{WORKER}{other}"));
    assert!(found.len() == 1 && found[0].starts_with("conflicting-service-account"), "{found:?}");
}

#[test]
fn a_secret_is_read_from_the_environments_store() {
    let text = format!(
        "[secrets.redis]\nkeys = {{ password = \"{{{{ environment }}}}/{{{{ team }}}}/redis#password\", user = {{ key = \"redis\", version = \"3\" }} }}\n{WORKER}"
    );
    assert_eq!(
        spec_of(&text, "ExternalSecret"),
        json!({
            "secretStoreRef": { "name": "aws-secrets-manager", "kind": "ClusterSecretStore" },
            "refreshInterval": "1h0m0s",
            "target": { "name": "redis", "creationPolicy": "Owner", "deletionPolicy": "Retain" },
            "data": [
                { "secretKey": "password", "remoteRef": { "key": "prod/vision/redis", "property": "password" } },
                { "secretKey": "user", "remoteRef": { "key": "redis", "version": "3" } },
            ],
        })
    );
}

#[test]
fn a_store_of_the_teams_own_is_a_secret_store() {
    let text = format!(
        "service-account.role-arn = \"arn:aws:iam::123456789012:role/vision\"\n\
         [secret-stores.own]\nservice = \"parameter-store\"\n\
         [secrets.registry]\nstore = \"own\"\ntype = \"kubernetes.io/dockerconfigjson\"\n\
         keys = {{ \".dockerconfigjson\" = \"/vision/registry\" }}\nrefresh-policy = \"OnChange\"\n\
         [clusters.train]\nimage-pull-secrets = [\"registry\"]\n{WORKER}"
    );
    assert_eq!(
        spec_of(&text, "SecretStore")["provider"]["aws"],
        json!({
            "service": "ParameterStore",
            "region": "us-west-2",
            "auth": { "jwt": { "serviceAccountRef": { "name": "vision" } } },
        })
    );
    let secret = spec_of(&text, "ExternalSecret");
    assert_eq!(secret["secretStoreRef"]["kind"], "SecretStore");
    assert_eq!(secret["target"]["template"]["type"], "kubernetes.io/dockerconfigjson");
    assert_eq!(secret["refreshPolicy"], "OnChange");
}

#[test]
fn variables_come_from_whole_secrets_and_config_maps() {
    let text = format!(
        "[clusters.train]\nenv-from = [{{ secret = \"redis\", prefix = \"REDIS_\" }}, {{ config-map = \"settings\" }}]\n\
         [clusters.train.head]\nenv-from = []\n{WORKER}"
    );
    let cluster = spec_of(&text, "RayCluster");
    let container = |group: &Value| group["template"]["spec"]["containers"][0]["envFrom"].clone();
    assert_eq!(
        container(&cluster["workerGroupSpecs"][0]),
        json!([{ "prefix": "REDIS_", "secretRef": { "name": "redis" } }, { "configMapRef": { "name": "settings" } }])
    );
    assert_eq!(container(&cluster["headGroupSpec"]), Value::Null);
}

#[test]
fn a_quota_counts_what_it_says() {
    let quota =
        "[quota]\ncpu = 64\nmemory = \"256Gi\"\ngpus = 8\npods = 50\nclusters = 3\nhard.\"count/configmaps\" = 20\n";
    assert_eq!(
        spec_of(&format!("{quota}{WORKER}"), "ResourceQuota")["hard"],
        json!({
            "count/configmaps": "20",
            "count/rayclusters.ray.io": "3",
            "limits.memory": "256Gi",
            "pods": "50",
            "requests.cpu": "64",
            "requests.memory": "256Gi",
            "requests.nvidia.com/gpu": "8",
        })
    );
    let range = "[limit-range]\ndefault-request = { cpu = \"100m\", memory = \"128Mi\" }\ndefault.memory = \"1Gi\"\n";
    assert_eq!(
        spec_of(&format!("{range}{WORKER}"), "LimitRange")["limits"],
        json!([{
            "type": "Container",
            "default": { "memory": "1Gi" },
            "defaultRequest": { "cpu": "100m", "memory": "128Mi" },
        }])
    );
}

/// The other ends of every connection of a list, without its ports.
fn ends(rules: &Value, key: &str) -> Vec<Value> {
    rules.as_array().unwrap().iter().flat_map(|rule| rule[key].as_array().unwrap().clone()).collect()
}

fn ports(rule: &Value) -> Vec<u64> {
    rule["ports"].as_array().into_iter().flatten().map(|port| port["port"].as_u64().unwrap()).collect()
}

#[test]
fn an_ingress_policy_lets_in_whom_the_workload_needs() {
    let text = format!(
        "[clusters.train]\nnetwork-policy = \"ingress\"\nmonitoring.enabled = true\n\
         ingress.expose = [\"dashboard\"]\n{WORKER}"
    );
    let policy = spec_of(&text, "NetworkPolicy");
    assert_eq!(policy["policyTypes"], json!(["Ingress"]));
    let own = json!({ "matchLabels": { "app.kubernetes.io/instance": "vision-train" } });
    assert_eq!(policy["podSelector"], own);
    let namespace =
        |name: &str| json!({ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": name } } });
    assert_eq!(
        ends(&policy["ingress"], "from"),
        vec![
            json!({ "podSelector": own }),
            namespace("kuberay-operator"),
            namespace("monitoring"),
            json!({ "ipBlock": { "cidr": "10.0.0.0/16" } }),
        ]
    );
    let of_rules: Vec<Vec<u64>> = policy["ingress"].as_array().unwrap().iter().map(ports).collect();
    assert_eq!(of_rules, [vec![], vec![8265], vec![8080, 44217, 44227], vec![8265]]);
    assert_eq!(policy["egress"], Value::Null);
}

/// Pods reach themselves, DNS, HTTPS, the Pod Identity agent and what the team adds, and no metadata service.
#[test]
fn a_strict_policy_bounds_what_goes_out() {
    let text = format!(
        "[clusters.train.network-policy]\nmode = \"strict\"\nallow-to = [{{ cidr = \"10.0.64.0/20\", ports = [5432] }}]\n{WORKER}"
    );
    let policy = spec_of(&text, "NetworkPolicy");
    assert_eq!(policy["policyTypes"], json!(["Ingress", "Egress"]));
    let of_rules: Vec<Vec<u64>> = policy["egress"].as_array().unwrap().iter().map(ports).collect();
    assert_eq!(of_rules, [vec![], vec![53, 53], vec![443], vec![80], vec![5432]]);
    let to = ends(&policy["egress"], "to");
    for cidr in ["169.254.170.23/32", "fd00:ec2::23/128", "10.0.64.0/20"] {
        assert!(to.iter().any(|end| end["ipBlock"]["cidr"] == cidr), "{cidr}: {to:#?}");
    }
}

#[test]
fn a_team_adds_to_the_platforms_mode() {
    let platform = format!("{PLATFORM}network-policy = \"strict\"\n");
    let text = format!(
        "[clusters.train.network-policy]\nallow-from = [{{ namespace = \"jupyterhub\", pod-labels = {{ app = \"hub\" }}, ports = [10001] }}, {{ ports = [8000] }}]\n{WORKER}"
    );
    let policy = object(&platform, &text, "NetworkPolicy")["spec"].clone();
    assert_eq!(policy["policyTypes"], json!(["Ingress", "Egress"]));
    let from = ends(&policy["ingress"], "from");
    assert_eq!(
        from[from.len() - 2..],
        [
            json!({
                "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "jupyterhub" } },
                "podSelector": { "matchLabels": { "app": "hub" } },
            }),
            json!({ "podSelector": {} }),
        ]
    );
    let (manifests, found) = checked(&platform, &format!("[clusters.train]\nnetwork-policy = \"off\"\n{WORKER}"));
    assert!(found.is_empty() && manifests.iter().all(|manifest| manifest.kind() != "NetworkPolicy"));
}

#[test]
fn a_namespace_asks_for_what_the_team_says() {
    let labels = |text: &str| {
        let labels = object(PLATFORM, &format!("{text}\n{WORKER}"), "Namespace")["metadata"]["labels"].clone();
        let mode = |mode: &str| labels[&format!("pod-security.kubernetes.io/{mode}")].clone();
        [mode("enforce"), mode("audit"), mode("warn"), mode("enforce-version")]
    };
    assert_eq!(labels(""), [json!("baseline"), Value::Null, json!("restricted"), Value::Null]);
    assert_eq!(
        labels("pod-security = \"restricted\""),
        [json!("restricted"), json!("restricted"), json!("restricted"), Value::Null]
    );
    assert_eq!(
        labels("pod-security = { enforce = \"privileged\", version = \"v1.34\" }"),
        [json!("privileged"), json!("baseline"), json!("baseline"), json!("v1.34")]
    );
}

fn named(spec: &str) -> Vec<String> {
    problems(spec).into_iter().map(|problem| problem.split(':').next().unwrap().to_owned()).collect()
}

/// The autoscaler's half CPU counts, and what several workloads could only take together is no problem.
#[test]
fn a_quota_is_compared_with_what_workloads_ask_for() {
    // The head asks for 2 CPUs, its autoscaler for half of one, each worker for 3.
    let spec = |cpu: &str, min: u32| format!("[quota]\ncpu = {cpu}\n{WORKER}min = {min}\n");
    assert_eq!(named(&spec("2.4", 0)), ["insufficient-quota"]);
    assert_eq!(named(&spec("8.4", 2)), ["insufficient-quota"]);
    assert_eq!(named(&spec("8.5", 2)), ["tight-quota"]);
    assert_eq!(named(&spec("14.5", 2)), Vec::<String>::new());
    let two = format!("{}{}", spec("14.5", 0), WORKER.replace("clusters.train", "clusters.tune"));
    assert_eq!(named(&two), Vec::<String>::new());
    let suspended = spec("0.1", 2).replace(WORKER, &format!("[clusters.train]\nsuspend = true\n{WORKER}"));
    assert_eq!(named(&suspended), Vec::<String>::new());
}

#[test]
fn the_numbers_are_in_the_message() {
    let found = problems(&format!("[quota]\nmemory = \"16Gi\"\n{WORKER}min = 1\n"));
    let expected = "insufficient-quota: the quota of Namespace `vision` has 16Gi of `limits.memory`, but `vision-train` needs 20.5Gi at the least @ 2";
    assert_eq!(found, [expected]);
}

#[test]
fn restricted_asks_it_of_what_the_operator_adds() {
    let text = format!(
        "pod-security = \"restricted\"\n{WORKER}[[clusters.train.patch]]\nkind = \"RayCluster\"\nremove = [\"/spec/autoscalerOptions/securityContext\"]\n"
    );
    let found = problems(&text);
    assert!(
        found.len() == 1 && found[0].starts_with("rejected-by-pod-security: the head has the `autoscaler` without"),
        "{found:?}"
    );
    assert_eq!(named(&text.replace("\"restricted\"", "\"baseline\"")), Vec::<String>::new());
}

/// Who is already asked for a token needs no policy, and a policy answers for who is not.
#[test]
fn a_cluster_without_token_wants_a_network_policy() {
    let spec = |keys: &str| format!("[clusters.train]\n{keys}\n{WORKER}");
    assert_eq!(named(&spec("")), Vec::<String>::new());
    assert_eq!(named(&spec("auth.mode = \"disabled\"")), ["unisolated-cluster"]);
    assert_eq!(named(&spec("auth.mode = \"disabled\"\nnetwork-policy = \"ingress\"")), Vec::<String>::new());
    assert_eq!(named(&spec("auth.mode = \"disabled\"\nray-version = \"2.46.0\"")), Vec::<String>::new());
}

#[test]
fn a_pull_secret_has_the_type_that_kubelets_read() {
    let spec =
        |secret: &str| format!("[secrets.ecr]\n{secret}\n[clusters.train]\nimage-pull-secrets = [\"ecr\"]\n{WORKER}");
    let keys = "keys = { \".dockerconfigjson\" = \"ecr\" }";
    let dangling = vec!["dangling-secret-key".to_owned(); 2];
    assert_eq!(named(&spec(keys)), dangling);
    assert_eq!(named(&spec("type = \"kubernetes.io/dockerconfigjson\"\nkeys = { config = \"ecr\" }")), dangling);
    assert_eq!(named(&spec(&format!("type = \"kubernetes.io/dockerconfigjson\"\n{keys}"))), Vec::<String>::new());
}

#[test]
fn values_that_no_cluster_takes_are_told_at_their_line() {
    for (keys, part) in [
        ("network-policy = \"on\"", "invalid-value: `on` does not fit `network-policy`"),
        (
            "network-policy = { allow-from = [{ cidr = \"10.0.0.0\" }] }",
            "invalid-value: `10.0.0.0` is no block of addresses",
        ),
        ("network-policy = { allow-from = [{}] }", "invalid-value: "),
        ("network-policy = { modus = \"strict\" }", "unknown-key: "),
        ("pod-security = \"strict\"", "invalid-value: `strict` does not fit `pod-security`"),
        ("pod-security = { version = \"1.34\" }", "invalid-value: `1.34` is no release"),
        ("service-account.rules = [{ verbs = [\"get\"] }]", "missing-key: "),
        ("secrets.redis = { keys = { password = \"a#b#c\" } }", "invalid-value: "),
    ] {
        let workspace = Workspace::from_texts(PLATFORM, [("vision", format!("{keys}\n{WORKER}").as_str())]);
        let found: Vec<String> =
            workspace.diagnostics.iter().map(|problem| format!("{}: {}", problem.rule, problem.message)).collect();
        assert!(found.len() == 1 && found[0].starts_with(part), "{keys}: {found:?}");
    }
}

/// A job on a cluster of the team is submitted by a pod with the cluster's label, and the operator asks about it.
#[test]
fn a_policy_lets_in_jobs_that_select_the_cluster() {
    let text = format!(
        "[clusters.train]\nnetwork-policy = \"ingress\"\n{WORKER}[jobs.tune]\ncluster = \"train\"\nentrypoint = \"python tune.py\"\n"
    );
    let (manifests, found) = checked(PLATFORM, &text);
    assert_eq!(found, Vec::<String>::new());
    let of_kind = |kind: &str| manifests.iter().find(|manifest| manifest.kind() == kind).unwrap().object.clone();
    let submitter = of_kind("RayJob")["spec"]["submitterPodTemplate"]["metadata"]["labels"].clone();
    let rules = of_kind("NetworkPolicy")["spec"]["ingress"].clone();
    assert_eq!(rules[0]["from"][0]["podSelector"]["matchLabels"], submitter);
    assert_eq!(ports(&rules[1]), [8265], "the operator asks about them");
    let nowhere = PLATFORM.replace("kuberay = { namespace = \"kuberay-operator\" }\n", "");
    let found = checked(&nowhere, &text).1;
    assert!(found.len() == 1 && found[0].starts_with("missing-network-peer: "), "{found:?}");
}

/// Redis is reached at its own port, in any Namespace or in the VPC.
#[test]
fn a_strict_policy_lets_the_head_reach_redis() {
    let redis = "fault-tolerance = { address = \"redis.example.com:6380\", password = { secret = \"redis\", key = \"password\" } }";
    let text = format!("[clusters.train]\nnetwork-policy = \"strict\"\n{redis}\n{WORKER}");
    let policy = spec_of(&text, "NetworkPolicy");
    let last = policy["egress"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(ports(&last), [6380]);
    assert_eq!(last["to"], json!([{ "namespaceSelector": {} }, { "ipBlock": { "cidr": "10.0.0.0/16" } }]));
}
