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
    conflicting_service_account
    conflicting_submission_mode
    conflicting_tls
    dangling_patch
    disabled_feature_gate
    disallowed_capacity_type
    disallowed_environment
    disallowed_instance_family
    disallowed_public_ingress
    disallowed_ray_version
    disallowed_registry
    duplicate_host
    duplicate_name
    empty_spec
    floating_image_tag
    forbidden_allow
    fractional_cpu
    head_on_spot
    idle_timeout_without_v2
    invalid_capacity_type
    invalid_deletion_rules
    invalid_history_server
    invalid_initializing_timeout
    invalid_job_limit
    invalid_manifest
    invalid_name
    invalid_network_policy
    invalid_ray_label
    invalid_restart_policy
    invalid_schedule
    invalid_service_upgrade
    invalid_template
    invalid_toml
    invalid_value
    inverted_replica_bounds
    job_ttl_without_shutdown
    long_cluster_name
    long_pool_name
    mismatched_ray_version
    missing_cost_center
    missing_dashboard_port
    missing_ephemeral_storage
    missing_host
    missing_image
    missing_ingress_class
    missing_key
    missing_max
    missing_owner
    missing_platform
    missing_ray_version
    missing_resources
    missing_version
    mixed_ray_versions
    modeless_auth
    named_head_service
    needs_newer_release
    negative_idle_timeout
    nested_upgrade_strategy
    over_gpu_limit
    over_quota
    patched_identity
    probes_need_wget
    recreate_on_shared_cluster
    redundant_override
    removed_serve_key
    replicas_with_autoscaling
    reserved_env
    reserved_group_name
    self_deleting_job
    serve_config_without_port
    shadowed_default
    small_head
    small_shared_memory
    suspended_job_without_shutdown
    suspended_worker_group
    toml_1_1_syntax
    unadvertised_gpu
    unequal_memory
    unknown_environment
    unknown_field
    unknown_key
    unknown_pool
    unknown_profile
    unknown_rule
    unknown_team
    unknown_workload
    unparsable_runtime_env
    unreachable_replicas
    unreadable_spec
    unrendered_workload
    unsupported_priority
    unsupported_ray_version
    unsupported_release
    unsupported_token_auth
    unused_allow
    unused_pool
    unused_profile
}
