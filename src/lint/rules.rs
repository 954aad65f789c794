//! All rules, sorted by name. One line registers a rule; its file and its page stand side by side in `rules/`.

use super::Rule;

/// Declares the rules' modules and lists their statics.
macro_rules! rules {
    ($($name:ident)*) => {
        $(mod $name;)*

        /// Every rule, sorted by name.
        pub static ALL: &[&Rule] = &[$(&$name::RULE),*];
    };
}

rules! {
    alb_instance_target
    automounted_worker_token
    blanket_toleration
    conflicting_ingress_group
    conflicting_security_context
    dangling_mount
    dangling_node_selector
    duplicate_port
    empty_group_name
    fractional_gpu
    gpu_without_request
    head_on_spot
    host_network
    host_path_volume
    imds_from_pod
    invalid_affinity
    invalid_capacity_type
    invalid_env_source
    invalid_probe
    invalid_submission_mode
    invalid_volume
    max_unavailable_on_ray_pods
    missing_entrypoint
    overlapping_disruption_budgets
    path_without_rewrite
    plain_http_auth
    privileged_container
    public_ingress
    rejected_by_pod_security
    request_above_limit
    restricted_pod_security
    retired_ingress_nginx
    secret_in_env
    shared_dashboard_host
    short_idle_timeout
    unauthenticated_dashboard
    unparsable_serve_config
    untolerated_taint
}
