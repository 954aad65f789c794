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
    conflicting_service_account
    dangling_patch
    disallowed_capacity_type
    disallowed_environment
    disallowed_instance_family
    disallowed_public_ingress
    disallowed_ray_version
    disallowed_registry
    duplicate_host
    duplicate_name
    empty_spec
    forbidden_allow
    head_on_spot
    invalid_capacity_type
    invalid_manifest
    invalid_name
    invalid_template
    invalid_toml
    invalid_value
    inverted_replica_bounds
    long_cluster_name
    long_pool_name
    missing_cost_center
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
    needs_newer_release
    over_gpu_limit
    over_quota
    patched_identity
    redundant_override
    replicas_with_autoscaling
    reserved_group_name
    shadowed_default
    toml_1_1_syntax
    unknown_environment
    unknown_field
    unknown_key
    unknown_pool
    unknown_profile
    unknown_rule
    unknown_team
    unknown_workload
    unreachable_replicas
    unreadable_spec
    unrendered_workload
    unsupported_release
    unused_allow
    unused_pool
    unused_profile
}
