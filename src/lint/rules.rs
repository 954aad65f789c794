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
    busy_head
    conflicting_autoscaler_version
    conflicting_cluster_selector
    conflicting_fault_tolerance
    conflicting_ray_start_params
    conflicting_submission_mode
    conflicting_tls
    disabled_feature_gate
    floating_image_tag
    fractional_cpu
    head_on_spot
    idle_timeout_without_v2
    invalid_capacity_type
    invalid_deletion_rules
    invalid_history_server
    invalid_initializing_timeout
    invalid_job_limit
    invalid_network_policy
    invalid_ray_label
    invalid_restart_policy
    invalid_schedule
    invalid_service_upgrade
    inverted_replica_bounds
    job_ttl_without_shutdown
    mismatched_ray_version
    missing_dashboard_port
    missing_ephemeral_storage
    mixed_ray_versions
    modeless_auth
    named_head_service
    negative_idle_timeout
    nested_upgrade_strategy
    probes_need_wget
    recreate_on_shared_cluster
    removed_serve_key
    reserved_env
    self_deleting_job
    serve_config_without_port
    small_head
    small_shared_memory
    suspended_job_without_shutdown
    suspended_worker_group
    unadvertised_gpu
    unequal_memory
    unparsable_runtime_env
    unsupported_priority
    unsupported_ray_version
    unsupported_token_auth
}
