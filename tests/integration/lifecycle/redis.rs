//! The GCS and its Redis.

use raygen::json;
use raygen::json::Value;

use super::{HEAD, WORKER, WORKERS, assert_only, cluster, env, problems, service, told};

const REDIS: &str = "[clusters.train.fault-tolerance]\n\
     address = \"redis.{{ team }}.svc:6379\"\n\
     password = { secret = \"redis\", key = \"password\" }\n";

#[test]
fn the_gcs_keeps_its_state_in_redis() {
    let object = cluster(&format!("{WORKER}{REDIS}username = \"ray\"\n"));
    let expected = json!({
        "redisAddress": "redis://redis.vision.svc:6379",
        "redisUsername": { "value": "ray" },
        "redisPassword": { "valueFrom": { "secretKeyRef": { "name": "redis", "key": "password" } } },
    });
    assert_eq!(object["spec"]["gcsFaultToleranceOptions"], expected);
    assert_eq!(object["metadata"]["annotations"], Value::Null, "no annotations of older operators");
    assert_eq!(env(object.pointer(HEAD).unwrap(), "RAY_REDIS"), []);
    assert_eq!(env(object.pointer(WORKERS).unwrap(), "RAY_gcs"), [], "the operator has a time of its own");
}

/// Ray refuses certificates that it knows no issuer of (ray#41161).
#[test]
fn tls_tells_the_head_whom_to_trust() {
    for (keys, expected) in [
        ("tls = true", "/etc/ssl/certs/ca-certificates.crt"),
        ("tls = true\nca-file = \"/certs/ca.crt\"", "/certs/ca.crt"),
    ] {
        let object = cluster(&format!("{WORKER}{REDIS}{keys}\n"));
        assert_eq!(object["spec"]["gcsFaultToleranceOptions"]["redisAddress"], "rediss://redis.vision.svc:6379");
        let found = env(object.pointer(HEAD).unwrap(), "RAY_REDIS");
        assert_eq!(found, [("RAY_REDIS_CA_CERT".to_owned(), format!("\"{expected}\""))]);
        assert_eq!(env(object.pointer(WORKERS).unwrap(), "RAY_REDIS"), [], "workers do not speak to Redis");
    }
    let own = format!("{WORKER}{REDIS}tls = true\n[clusters.train.head]\nenv.RAY_REDIS_CA_PATH = \"/certs\"\n");
    let found = env(cluster(&own).pointer(HEAD).unwrap(), "RAY_REDIS");
    assert_eq!(found, [("RAY_REDIS_CA_PATH".to_owned(), "\"/certs\"".to_owned())], "the head's own word stays");
}

#[test]
fn workers_wait_as_long_as_they_are_told() {
    let object = cluster(&format!("{WORKER}{REDIS}reconnect-timeout = \"20m\"\n"));
    let expected = ("RAY_gcs_rpc_server_reconnect_timeout_s".to_owned(), "\"1200\"".to_owned());
    assert_eq!(env(object.pointer(WORKERS).unwrap(), "RAY_gcs"), [expected]);
    assert_eq!(env(object.pointer(HEAD).unwrap(), "RAY_gcs"), []);
}

#[test]
fn an_address_and_tls_that_disagree_are_an_error() {
    let text = format!("{WORKER}{}tls = true\n", REDIS.replace("redis.{{", "redis://redis.{{"));
    assert_only(&problems(&text), "invalid-redis-address", "`redis://`, but `tls` is true", 6);
}

#[test]
fn redis_without_an_address_is_an_error() {
    let text = format!("{WORKER}[clusters.train.fault-tolerance]\ntls = true\n");
    assert_only(&problems(&text), "missing-key", "no `address`", 5);
}

#[test]
fn clusters_of_a_service_share_no_prefix_of_redis() {
    let options = |text: &str| format!("gcsFaultToleranceOptions: {{ redisAddress: \"redis:6379\", {text} }}");
    let found = told("shared-redis-namespace", &service(&options("externalStorageNamespace: chat"), ""));
    assert!(found.len() == 1 && found[0].contains("RayService `chat` share the prefix `chat`"), "{found:#?}");
    let annotated = service("", "").replace(
        "namespace: vision }",
        "namespace: vision, annotations: { ray.io/external-storage-namespace: chat } }",
    );
    assert_eq!(told("shared-redis-namespace", &annotated).len(), 1);
    assert_eq!(told("shared-redis-namespace", &service(&options(""), "")), Vec::<String>::new());
}

#[test]
fn a_redis_of_the_head_s_own_needs_no_password() {
    let with = |address: &str| {
        let options = format!("gcsFaultToleranceOptions: {{ redisAddress: \"{address}\" }}");
        told("passwordless-redis", &service(&options, "")).len()
    };
    assert_eq!([with("redis:6379"), with("rediss://redis:6379"), with("redis://localhost:6379")], [1, 1, 0]);
}

#[test]
fn addresses_of_redis_are_what_ray_reads() {
    let wrong = |address: &str| {
        let options = format!("gcsFaultToleranceOptions: {{ redisAddress: \"{address}\" }}");
        told("invalid-redis-address", &service(&options, "")).pop().unwrap_or_default()
    };
    for good in ["redis:6379", "redis://a.b:6379", "rediss://10.0.0.1:6380", "a:6379,b:6379"] {
        assert_eq!(wrong(good), "", "{good}");
    }
    for (bad, part) in [
        ("redis", "a host and a port"),
        ("redis:port", "a host and a port"),
        ("redis://a:6379/0", "a host and a port"),
        ("https://a:6379", "`https://`"),
        ("redis://ray:hunter2@a:6379", "login"),
    ] {
        assert!(wrong(bad).contains(part) && !wrong(bad).contains("hunter2"), "{bad}: {}", wrong(bad));
    }
}

/// Half of a reference would name nothing.
#[test]
fn layers_take_no_reference_apart() {
    let text = format!(
        "env.HOST = {{ secret = \"redis\", key = \"host\" }}\n{WORKER}unset = [\"env.HOST.key\"]\n{REDIS}\
         username = {{ secret = \"redis\", key = \"user\" }}\n\
         [override.prod.clusters.train]\nunset = [\"fault-tolerance.password.key\"]\n\
         fault-tolerance.username = {{ config-map = \"redis\", key = \"user\" }}\n"
    );
    let options = &cluster(&text)["spec"]["gcsFaultToleranceOptions"];
    let expected = json!({ "valueFrom": { "configMapKeyRef": { "name": "redis", "key": "user" } } });
    assert_eq!(options["redisUsername"], expected);
    assert_eq!(options["redisPassword"]["valueFrom"]["secretKeyRef"]["key"], "password");
}
